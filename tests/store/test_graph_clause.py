"""What is inside `GRAPH ?g` is evaluated once in each named graph (SPARQL 1.1 §18.6), whatever it is."""

import pyoxigraph as ox
import pytest

from atmpgraph.errors import QueryError
from atmpgraph.sparql.syntax.graph_clause import MOST_BRANCHES, graph_by_graph
from atmpgraph.store import memory_store

EX = "https://example.org/"
GRAPHS = ("a", "b", "c")
LINES = [
    *(f"<{EX}s> <{EX}p> <{EX}o{graph}> <{EX}{graph}> .\n" for graph in GRAPHS),
    f"<{EX}s> <{EX}q> <{EX}z> <{EX}a> .\n",
    f"<{EX}s> <{EX}r> <{EX}s> <{EX}b> .\n",
]
INSIDE = (
    "?s :p ?o",
    "?s :p ?o OPTIONAL { ?s :q ?z }",
    "{ ?s :p ?o } UNION { ?s :q ?o }",
    "?s :p ?o FILTER NOT EXISTS { ?s :q ?z }",
    "?s :q* ?o",
    "BIND(1 AS ?n)",
    "",
    "SELECT ?s ?o { ?s :p ?o }",
    "SELECT ?s ?o { ?s :p ?o } LIMIT 1",
    "SELECT (COUNT(*) AS ?n) { ?s ?any ?o }",
    "SELECT ?g { ?g :p ?o }",
    "{ SELECT ?s { ?s :p ?o } } ?s :q ?z",
    "?s :p ?o FILTER EXISTS { SELECT ?s { ?s :q ?z } }",
    "VALUES ?n { 1 2 }",
    "VALUES ?g { :a :b :nowhere } ?s :p ?o",
    "?s :p ?o MINUS { ?s :q ?z }",
    "?s :p ?o MINUS { ?x :q ?z }",
    "?s :p ?o OPTIONAL { ?s :q ?z MINUS { ?s :r ?s } }",
    "?s :p ?o FILTER(?g = :a)",
    "?s :p ?o BIND($g AS ?n)",
    "_:x :p ?o { SELECT ?s { ?s :p _:y } } # } a comment",
    "?s :p ?o BIND('} GRAPH ?g { SELECT' AS ?n) VALUES ?n { '} GRAPH ?g { SELECT' }",
)


def rows(results: ox.QuerySolutions) -> list[list[tuple[str, str]]]:
    names = sorted(variable.value for variable in results.variables)
    return sorted([(name, str(row[name])) for name in names if row[name] is not None] for row in results)


def solutions(query: str, **dataset: list[str]) -> list[list[tuple[str, str]]]:
    store = memory_store((line.encode() for line in LINES), EX)
    results = store.query(f"PREFIX : <{EX}> {query}", **dataset)
    assert isinstance(results, ox.QuerySolutions)
    return rows(results)


def expected(inside: str, graphs: tuple[str, ...]) -> list[list[tuple[str, str]]]:
    """Those in each graph alone, joined with its name."""
    joined = list[list[tuple[str, str]]]()
    for graph in graphs:
        store, end = ox.Store(), f" <{EX}{graph}> .\n"
        store.load(
            "".join(line.replace(end, " .\n") for line in LINES if line.endswith(end)), format=ox.RdfFormat.TURTLE
        )
        results = store.query(f"PREFIX : <{EX}> SELECT * {{ {{ {inside}\n }} VALUES ?g {{ :{graph} }} }}")
        assert isinstance(results, ox.QuerySolutions)
        joined += rows(results)
    return sorted(joined)


@pytest.mark.parametrize("inside", INSIDE)
def test_it_is_evaluated_in_each_graph(inside: str) -> None:
    assert solutions(f"SELECT * {{ GRAPH ?g {{ {inside}\n }} }}") == expected(inside, GRAPHS)


@pytest.mark.parametrize("inside", INSIDE)
def test_the_graphs_are_those_of_the_dataset(inside: str) -> None:
    two = f"FROM NAMED :a FROM NAMED :c WHERE {{ GRAPH ?g {{ {inside}\n }} }}"
    assert solutions(f"SELECT * {two}") == expected(inside, ("a", "c"))
    query = f"SELECT * {{ GRAPH ?g {{ {inside}\n }} }}"
    assert solutions(query, named_graphs=[f"{EX}b"]) == expected(inside, ("b",))
    assert solutions(query, default_graphs=[f"{EX}b"]) == []


@pytest.mark.parametrize("inside", INSIDE)
def test_a_graph_that_the_dataset_names_twice_is_in_it_once(inside: str) -> None:
    pattern = f"{{ GRAPH ?g {{ {inside}\n }} }}"
    once = expected(inside, ("a",))
    assert solutions(f"SELECT * FROM NAMED :a FROM NAMED <{EX}a> {pattern}") == once
    assert solutions(f"SELECT * FROM :b FROM :c FROM NAMED :a FROM NAMED :a {pattern}") == once
    assert solutions(f"SELECT * {pattern}", named_graphs=[f"{EX}a", f"{EX}a"]) == once


def test_a_clause_in_a_clause() -> None:
    both = solutions("SELECT * { GRAPH ?g { ?s :q ?z GRAPH ?h { SELECT ?s ?o { ?s :p ?o } } } }")
    assert [dict(row)["h"] for row in both] == [f"<{EX}{graph}>" for graph in GRAPHS]
    assert {dict(row)["g"] for row in both} == {f"<{EX}a>"}
    counted = solutions("SELECT ?g { GRAPH ?g { GRAPH :a { ?s :q ?z } } }")
    assert [dict(row)["g"] for row in counted] == [f"<{EX}{graph}>" for graph in GRAPHS]


# The cases that the W3C has added to its suite (rdf-tests: `graph-from-named`, `graph-no-var`, `graph-nested`,
# `graph-variable-scope`, `graph-optional`), on our own data.
NOWHERE = (
    "GRAPH :nowhere { VALUES ?n { 1 2 } }",
    "GRAPH :nowhere { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } }",
    "GRAPH :nowhere { BIND(1 AS ?n) }",
    "GRAPH :nowhere { }",
    "GRAPH :nowhere { ?s :p ?o MINUS { ?s :q ?z } }",
    "GRAPH :nowhere { GRAPH ?g { ?s :p ?o } }",
    "GRAPH :a { GRAPH :nowhere { VALUES ?n { 1 } } }",
    "GRAPH ?g { GRAPH :nowhere { VALUES ?n { 1 } } }",
    "VALUES ?g { :nowhere } GRAPH ?g { VALUES ?n { 1 } }",
)


@pytest.mark.parametrize("pattern", NOWHERE)
def test_a_graph_that_is_not_in_the_dataset_has_no_solutions(pattern: str) -> None:
    assert solutions(f"SELECT * {{ {pattern} }}") == []
    outside = pattern.replace(":nowhere", ":b")
    assert solutions(f"SELECT * FROM NAMED :a {{ {outside} }}") == []
    assert solutions(f"SELECT * {{ {outside} }}", named_graphs=[f"{EX}a"]) == []


def test_a_graph_that_is_in_the_dataset_keeps_its_solutions() -> None:
    assert len(solutions("SELECT * { GRAPH :a { VALUES ?n { 1 2 } } }")) == 2
    assert len(solutions("SELECT * { GRAPH :a { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } } }")) == 1
    assert len(solutions("SELECT * FROM NAMED :a { GRAPH :a { VALUES ?n { 1 2 } } }")) == 2
    nested = solutions("SELECT * { GRAPH :a { GRAPH ?g { ?s :p ?o } } }")
    assert [dict(row)["g"] for row in nested] == [f"<{EX}{graph}>" for graph in GRAPHS]


def test_the_variable_of_a_clause_is_not_bound_inside_it() -> None:
    assert solutions("SELECT * { GRAPH ?g { FILTER(BOUND(?g)) } }") == []
    joined = solutions("SELECT ?g { GRAPH ?g { ?s :r ?s OPTIONAL { ?g :q ?z } } }")
    assert [dict(row)["g"] for row in joined] == [f"<{EX}b>"]


def test_a_query_that_needs_nothing_is_as_it_was() -> None:
    for query in (
        "SELECT * { GRAPH ?g { ?s ?p ?o } }",
        "SELECT * { GRAPH <urn:g> { ?s ?p ?o } }",
        "nothing",
    ):
        assert graph_by_graph(query, EX, list) is query


def test_a_query_with_an_error_has_that_error() -> None:
    with pytest.raises(QueryError, match="expected"):
        solutions("SELECT * { GRAPH ?g { SELECT ?s { ?s :p } } }")
    with pytest.raises(QueryError):
        solutions("SELECT * { GRAPH ?g { SELECT ?s { ?s :p ?o }")


def test_more_graphs_than_can_be_written_out_are_refused() -> None:
    lines = (f"<{EX}s> <{EX}p> <{EX}o> <{EX}g{n}> .\n".encode() for n in range(MOST_BRANCHES + 1))
    store = memory_store(lines, EX)
    query = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { SELECT ?s { ?s ?p ?o } } }"
    with pytest.raises(QueryError, match=f"{MOST_BRANCHES + 1:,} graphs: name some by FROM NAMED"):
        store.query(query)
    named = [f"{EX}g{n}" for n in range(MOST_BRANCHES)]
    results = store.query(query, named_graphs=named)
    assert isinstance(results, ox.QuerySolutions)
    assert rows(results) == [[("n", f'"{MOST_BRANCHES}"^^<http://www.w3.org/2001/XMLSchema#integer>')]]

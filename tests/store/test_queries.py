"""What a store answers (SPARQL 1.1 §13, SPARQL 1.1 Protocol §2.1.4): rules for every store, on disk and in memory."""

from collections.abc import Sequence
from typing import Any

import pyoxigraph as ox
import pytest

from atmpgraph.errors import QueryError
from atmpgraph.store import Store, memory_store

from .conftest import BASE, LINES, A, B, line

LABEL, TITLE = "http://www.w3.org/2004/02/skos/core#prefLabel", "http://purl.org/dc/terms/title"
ALL = "{ ?s ?p ?o }"
NAMED = "{ GRAPH ?g { ?s ?p ?o } }"


def count(store: Store, pattern: str, clauses: str = "", **dataset: Sequence[str]) -> int:
    """How many solutions a pattern has."""
    results = store.query(f"SELECT (COUNT(*) AS ?n) {clauses} {pattern}", **dataset)
    assert isinstance(results, ox.QuerySolutions)
    [[number]] = results
    return int(number.value)


# --- the dataset ---


def test_the_default_graph_counts_a_triple_of_two_sources_once(store: Store) -> None:
    assert count(store, ALL) == 3
    assert count(store, NAMED) == 4


@pytest.mark.parametrize(
    ("clauses", "default", "named"),
    [
        ("FROM <id/graph/a>", 2, 0),
        (f"FROM <{A}> FROM <{B}>", 3, 0),
        ("PREFIXED FROM g:a FROM g:b", 3, 0),
        ("FROM NAMED <id/graph/b>", 0, 2),
        ("from <id/graph/a> from named <id/graph/b>", 2, 2),
        ("FROM <id/graph/a> FROM <id/graph/b> FROM NAMED <id/graph/b>", 3, 2),
        ("FROM <http://127.0.0.1:9/never-fetched>", 0, 0),
    ],
)
def test_a_query_names_its_dataset(clauses: str, default: int, named: int, store: Store) -> None:
    """FROM merges, FROM NAMED names (SPARQL 1.1 §13.2)."""
    prefix, clauses = ("PREFIX g: <id/graph/> ", clauses[9:]) if clauses.startswith("PREFIXED ") else ("", clauses)
    for pattern, number in ((ALL, default), (NAMED, named)):
        results = store.select(f"{prefix}SELECT (COUNT(*) AS ?n) {clauses} {pattern}")
        assert [row["n"].value for row in results] == [str(number)]


@pytest.mark.parametrize(
    ("dataset", "default", "named"),
    [
        ({"default_graphs": [A]}, 2, 0),
        ({"default_graphs": [A, B]}, 3, 0),
        ({"named_graphs": [B]}, 0, 2),
        ({"default_graphs": [A, B], "named_graphs": [B]}, 3, 2),
        ({"default_graphs": [f"{A}/none"]}, 0, 0),
    ],
)
def test_a_request_names_the_dataset(dataset: dict[str, list[str]], default: int, named: int, store: Store) -> None:
    """And overrides the query (SPARQL 1.1 Protocol §2.1.4)."""
    for clauses in ("", f"FROM <{A}> FROM NAMED <{A}>"):
        assert count(store, ALL, clauses, **dataset) == default
        assert count(store, NAMED, clauses, **dataset) == named


def test_a_word_that_looks_like_a_clause_is_none(store: Store) -> None:
    assert count(store, "{ ?s ?p ?from FILTER(?from != 'FROM <x>') }") == 3


# --- queries ---


def test_relative_iris_resolve_against_the_base(store: Store) -> None:
    assert store.base == BASE
    assert count(store, "{ <s> <p> ?o }") == 2
    assert count(store, "{ <s> <p> ?o }", "FROM <id/graph/b>") == 1
    [triple] = store.construct("CONSTRUCT { <x> <y> <z> } WHERE {}")
    assert triple.subject == ox.NamedNode(f"{BASE}x")


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("SELEC * {}", "1:"),
        ("SELECT *\n{ ?s ?p }", "2:"),
        ("SELECT * FROM <a> FROM x {}", "1:"),
        ("SELECT * { ?s unknown:p ?o }", "1:"),
        ("INSERT DATA { <a> <b> <c> }", "1:"),
        ("CLEAR ALL", "1:"),
    ],
)
def test_a_syntax_error_names_its_line_and_column(query: str, place: str, store: Store) -> None:
    with pytest.raises(QueryError, match=rf"\b{place}\d+"):
        store.query(query)


def test_a_dataset_has_iris(store: Store) -> None:
    with pytest.raises(QueryError):
        store.query("ASK {}", default_graphs=["no iri"])


@pytest.mark.parametrize("method", ["select", "construct"])
@pytest.mark.parametrize("query", ["ASK {}", "SELECT * {}", "DESCRIBE <s>"])
def test_a_form_that_is_not_expected_is_an_error(method: str, query: str, store: Store) -> None:
    if (method, query[:6]) in {("select", "SELECT"), ("construct", "DESCRI")}:
        assert getattr(store, method)(query) is not None
    else:
        with pytest.raises(QueryError, match="is expected"):
            getattr(store, method)(query)


def test_graphs_and_quads_are_those_of_the_named_graphs(store: Store) -> None:
    assert store.graphs() == [A, B]
    assert {f"{quad} .\n" for quad in store.quads()} == set(LINES)
    assert len(list(store.quads())) == len(LINES)


# --- names ---


@pytest.fixture
def named() -> Store:
    """A store of things with names."""
    lines = (
        line("a", TITLE, '"Title of A"'),
        line("a", LABEL, '"B of A"'),
        line("a", LABEL, '"A of A"@en'),
        line("a", LABEL, '"A of A"@en', B),
        line("b", TITLE, '"Title of B"', B),
        line("b", "p", '"no name"'),
        line("c", LABEL, '"C"', B),
    )
    return memory_store((text.encode() for text in lines), BASE)


def labels(store: Store, *names: str, **graphs: Any) -> list[str]:
    """The names of some things."""
    return [str(triple.object) for triple in store.labels((BASE + name for name in names), **graphs)]


def test_labels_come_in_the_order_of_the_things_the_properties_and_the_names(named: Store) -> None:
    assert labels(named, "a", "b") == ['"A of A"@en', '"B of A"', '"Title of A"', '"Title of B"']
    assert labels(named, "b", "a") == ['"Title of B"', '"A of A"@en', '"B of A"', '"Title of A"']


def test_labels_of_some_graphs_are_merged(named: Store) -> None:
    assert labels(named, "a", "b", graphs=[A]) == ['"A of A"@en', '"B of A"', '"Title of A"']
    assert labels(named, "a", "b", graphs=[A, B]) == labels(named, "a", "b")
    assert labels(named, "a", "b", graphs=[]) == []


def test_labels_of_nothing_and_of_very_many_things(named: Store) -> None:
    assert labels(named) == []
    many = [f"none/{number}" for number in range(2_500)]
    assert labels(named, "c", *many, "b") == ['"C"', '"Title of B"']


# --- statements that are added ---


def test_what_is_added_is_in_its_graph_and_in_the_union() -> None:
    store = memory_store((text.encode() for text in LINES), BASE)
    s, p, three = ox.NamedNode(f"{BASE}s"), ox.NamedNode(f"{BASE}q"), ox.Literal("3")
    store.add([ox.Quad(s, p, three, ox.NamedNode(A))])  # stated by B already
    assert (count(store, ALL), count(store, NAMED)) == (3, 5)
    store.add(ox.Quad(s, p, ox.Literal(str(number)), ox.NamedNode(f"{BASE}new")) for number in (4, 5))
    assert (count(store, ALL), count(store, NAMED)) == (5, 7)
    assert store.graphs() == [A, B, f"{BASE}new"]
    store.add([ox.Quad(s, p, ox.Literal("6"))])  # in no graph: in the union alone
    assert (count(store, ALL), count(store, NAMED)) == (6, 7)

"""What came or went changes no other solutions than those that are told, whatever the query."""

import random
from collections import Counter

import pytest

from atmpgraph.sparql.syntax.taking_part import places
from atmpgraph.store import MemoryStore, memory_store
from atmpgraph.store.changes import Changes

from ..conftest import BASE
from ..long import LONG

NODES = [f"<urn:n{number}>" for number in range(4)]
PREDICATES = [f"<urn:p{number}>" for number in range(4)]
VARIABLES = ["?this", "?a", "?b", "?c"]
GRAPHS = ["<urn:g0>", "<urn:g1>"]
QUERIES = 5_000 if LONG else 150


def term(chance: random.Random) -> str:
    return chance.choice(NODES) if chance.random() < 0.1 else chance.choice(VARIABLES)


def path(chance: random.Random, depth: int = 2) -> str:
    if depth == 0 or chance.random() < 0.7:
        return chance.choice(PREDICATES)
    one, other = path(chance, depth - 1), path(chance, depth - 1)
    return chance.choice(
        [f"^({one})", f"({one})|({other})", f"({one})/({other})", f"({one})*", f"({one})+", f"({one})?"]
    )


def triple(chance: random.Random) -> str:
    predicate = chance.choice(VARIABLES) if chance.random() < 0.05 else path(chance)
    value = chance.choice(['"x"', "1"]) if chance.random() < 0.1 else term(chance)
    return f"{term(chance)} {predicate} {value} ."


def group(chance: random.Random, depth: int = 2) -> str:
    parts = [triple(chance) for _ in range(chance.randrange(1, 3))]
    for _ in range(chance.randrange(3) if depth else 0):
        inner, more = group(chance, depth - 1), group(chance, depth - 1)
        one, other, third = chance.sample(VARIABLES, 3)
        parts.append(
            chance.choice(
                [
                    f"OPTIONAL {{ {inner} }}",
                    f"OPTIONAL {{ {inner} FILTER EXISTS {{ {more} }} }}",
                    f"MINUS {{ {inner} }}",
                    f"{{ {inner} }} UNION {{ {more} }}",
                    f"FILTER EXISTS {{ {inner} }}",
                    f"FILTER EXISTS {{ {inner} FILTER EXISTS {{ {more} }} }}",
                    f"FILTER(EXISTS {{ {inner} }} && NOT EXISTS {{ {more} }})",
                    f"FILTER EXISTS {{ BIND({chance.choice(NODES)} AS {one}) {inner} }}",
                    f"FILTER NOT EXISTS {{ BIND({chance.choice(NODES)} AS {one}) {inner} }}",
                    f"GRAPH ?g {{ FILTER EXISTS {{ GRAPH {chance.choice(GRAPHS)} {{ {inner} }} }} }}",
                    f"{{ SELECT {one} (MAX({third}) AS {other}) {{ {{ SELECT * {{ {inner} }} }} }} GROUP BY {one} }}",
                    f"FILTER NOT EXISTS {{ {inner} FILTER NOT EXISTS {{ {more} }} }}",
                    f"FILTER(isBlank({one}))",
                    f"FILTER({one} != {other} || NOT EXISTS {{ {inner} }})",
                    f"{{ SELECT {one} {{ {inner} }} }}",
                    f"{{ SELECT DISTINCT {one} {other} {{ {inner} }} }}",
                    f"{{ SELECT {one} (COALESCE({third}, {one}) AS {other}) {{ {{ SELECT {one} {third} {{ {inner} }} }} }} }}",
                    f"{{ SELECT {one} {other} {{ {{ SELECT {one} {{ {inner} }} }} BIND({chance.choice([*NODES, one])} AS {other}) }} }}",
                    f"{{ SELECT {one} (COUNT(*) AS ?n{chance.randrange(9)}) {{ {inner} }} GROUP BY {one} }}",
                    f"{{ SELECT {one} {{ {inner} }} ORDER BY {one} LIMIT 1 }}",
                    f"{{ SELECT {one} (COUNT(*) AS ?m) {{ {inner} }} GROUP BY {one} HAVING(COUNT(*) > 1) ORDER BY ?m LIMIT 2 }}",
                    f"VALUES {one} {{ {' '.join(chance.sample(NODES, 2))} }}",
                    f"GRAPH {chance.choice(['?g', *GRAPHS])} {{ {inner} }}",
                ]
            )
        )
    chance.shuffle(parts)
    return " ".join(parts)


def query(chance: random.Random) -> str:
    inside = group(chance)
    return chance.choice(
        [
            f"SELECT ?this ?a {{ {inside} }}",
            f"SELECT DISTINCT ?this {{ {inside} }}",
            f"SELECT ?this (COUNT(?a) AS ?count) {{ {inside} }} GROUP BY ?this HAVING(COUNT(?a) > 1)",
            f"SELECT (SAMPLE(?a) AS ?this) {{ {inside} }}",
        ]
    )


def solutions(store: MemoryStore, text: str) -> Counter[tuple[str, ...]]:
    rows = store.select(text)
    return Counter(tuple(str(row[name]) for name in rows.variables) for row in rows)


def lines(chance: random.Random, number: int) -> set[bytes]:
    def value() -> str:
        return chance.choice(['"x"', '"1"^^<http://www.w3.org/2001/XMLSchema#integer>', *NODES])

    return {
        f"{chance.choice(NODES)} {chance.choice(PREDICATES)} {value()} {chance.choice(GRAPHS)} .\n".encode()
        for _ in range(number)
    }


def test_no_other_solution_changes() -> None:
    chance, known, same, differed, few = random.Random(7), 0, 0, 0, 0
    for _ in range(QUERIES):
        text = query(chance)
        taking_part = places(text, BASE)
        common, gone, come = lines(chance, chance.randrange(4, 14)), lines(chance, 1), lines(chance, 1)
        before, after = sorted({*common, *gone} - come), sorted({*common, *come} - gone)
        stores = memory_store(before, BASE), memory_store(after, BASE)
        changes = Changes(*stores, sorted({*before} - {*after}), sorted({*after} - {*before}))
        earlier, later = (solutions(store, text) for store in stores)
        known += taking_part is not None
        differed += earlier != later
        if not changes.concern(taking_part):
            same += 1
            assert earlier == later, text
        touched = changes.touched(taking_part, "this")
        if touched is not None:
            few += 0 < len(touched) < len(NODES)
            this = 0 if " ?this" in text.partition("{")[0] else 1
            others = {
                row: n for row, n in (earlier - later | later - earlier).items() if row[this][1:-1] not in touched
            }
            assert not others, (text, touched)
    assert known > 0.5 * QUERIES
    assert same > 0.1 * QUERIES
    assert differed > 0.05 * QUERIES
    assert few > 0.01 * QUERIES, (known, same, differed, few)


@pytest.mark.parametrize(
    ("query", "concerned"),
    [
        ("SELECT * { ?thing <urn:name> ?name ; a <urn:Person> }", False),
        ("SELECT * { ?thing <urn:name> ?name ; a <urn:Place> }", True),
        ("SELECT * { ?place <urn:in>/<urn:name> ?name }", False),
        ("SELECT * { ?person <urn:in>+/<urn:name> ?name }", False),
        ("SELECT * { ?thing a <urn:Person> OPTIONAL { ?thing <urn:name> ?name } }", False),
        ("SELECT * { ?thing a <urn:Person> FILTER NOT EXISTS { ?thing <urn:name> ?name } }", False),
        ("SELECT * { ?thing <urn:name> ?name FILTER EXISTS { ?thing a <urn:Person> } }", False),
        ("SELECT * { ?thing <urn:name> ?name FILTER(EXISTS { ?thing a <urn:Person> } || ?name = 'A') }", True),
        ("SELECT * { ?a <urn:p> ?b FILTER EXISTS { ?c <urn:name> ?b FILTER EXISTS { ?c a <urn:Person> } } }", False),
        ("SELECT * { { SELECT ?a (COUNT(*) AS ?n) { ?a a <urn:Person> } GROUP BY ?a } ?a <urn:name> ?name }", False),
        ("SELECT * { { SELECT (COUNT(*) AS ?n) { ?a a <urn:Person> } } ?a <urn:name> ?name }", True),
        ("SELECT * { { SELECT ?a { ?a a <urn:Person> } ORDER BY ?a LIMIT 3 } ?a <urn:name> ?name }", False),
        ("SELECT * { ?thing ?any ?value FILTER(isBlank(?value) && ?any != <urn:x>) }", False),
        ("SELECT * { ?thing ?any ?value FILTER(isBlank(?value) || ?any != <urn:x>) }", True),
        ("SELECT * { ?thing ?any ?name ; a <urn:Place> . VALUES ?any { <urn:name> } }", True),
    ],
)
def test_a_name_concerns_what_asks_for_names_of_such_things(query: str, *, concerned: bool) -> None:
    common = [b"<urn:a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <urn:Place> <urn:g> .\n"]
    gone, come = ([b'<urn:a> <urn:name> "%b" <urn:g> .\n' % name] for name in (b"A", b"B"))
    before, after = (memory_store([*common, *lines], BASE) for lines in (gone, come))
    assert Changes(before, after, gone, come).concern(places(query, BASE)) is concerned


@pytest.mark.parametrize(
    ("query", "come"),
    [
        (
            "SELECT * { { SELECT ?a (MAX(?c) AS ?b) { { SELECT ?a ?b ?c { ?a <urn:p> ?b ; <urn:q> ?c } } } GROUP BY ?a }"
            " OPTIONAL { ?b <urn:r> ?d } }",
            "<urn:3> <urn:r> <urn:4> <urn:g>",
        ),
        (
            "SELECT * { { SELECT ?a (MAX(?c) AS ?b) { { SELECT ?a ?b ?c { ?a <urn:p> ?b ; <urn:q> ?c } } } GROUP BY ?a }"
            " FILTER NOT EXISTS { ?b <urn:r> ?d } }",
            "<urn:3> <urn:r> <urn:4> <urn:g>",
        ),
        (
            "SELECT (<urn:x> AS ?b) (COUNT(*) AS ?n) { { SELECT ?a ?b { ?a <urn:p> ?b } } } GROUP BY ?a",
            "<urn:5> <urn:p> <urn:2> <urn:g>",
        ),
        (
            "SELECT ?g { GRAPH ?g { FILTER EXISTS { GRAPH <urn:g> { ?a <urn:p> ?b } } } }",
            "<urn:1> <urn:q> <urn:2> <urn:other>",
        ),
        ("SELECT ?g { GRAPH ?g { GRAPH <urn:g> { ?a <urn:p> ?b } } }", "<urn:1> <urn:q> <urn:2> <urn:other>"),
        ("SELECT * { ?a <urn:r> ?n FILTER EXISTS { BIND(<urn:x> AS ?a) } }", "<urn:1> <urn:r> <urn:2> <urn:g>"),
        (
            "SELECT * { ?a <urn:p> ?n FILTER NOT EXISTS { ?n <urn:r> ?o BIND(<urn:x> AS ?a) } }",
            "<urn:2> <urn:r> <urn:7> <urn:g>",
        ),
    ],
)
def test_a_variable_of_another_scope_is_another_one(query: str, come: str) -> None:
    common = [b"<urn:1> <urn:p> <urn:2> <urn:g> .\n", b"<urn:1> <urn:q> <urn:3> <urn:g> .\n"]
    new = [f"{come} .\n".encode()]
    before, after = memory_store(common, BASE), memory_store([*common, *new], BASE)
    assert solutions(before, query) != solutions(after, query)
    assert Changes(before, after, [], new).concern(places(query, BASE))


def test_an_engine_may_take_no_step_only_from_a_constant_that_is_there() -> None:
    query = 'SELECT * { ?a <urn:p>* "x" }'
    come = [b'<urn:b> <urn:q> "x" <urn:g> .\n']
    before, after = memory_store([], BASE), memory_store(come, BASE)
    assert Changes(before, after, [], come).concern(places(query, BASE))


def test_a_pattern_in_an_exists_within_an_exists_is_seen() -> None:
    query = "SELECT * { ?a <urn:p> ?b FILTER NOT EXISTS { ?b <urn:q> ?c FILTER NOT EXISTS { ?c <urn:r> ?d } } }"
    taking_part = places(query, BASE)
    assert taking_part
    assert b"<urn:r>" in {place.pattern[1] for place in taking_part}


@pytest.mark.parametrize(
    "query",
    ["SELECT * { _:a <urn:p> ?x . ?a <urn:q> ?c }", "SELECT * { ?new_0 <urn:p> ?x . ?a <urn:q>+ ?c }"],
)
def test_what_a_query_does_not_name_is_none_of_its_variables(query: str) -> None:
    common, come = [b"<urn:a> <urn:p> <urn:x> <urn:g> .\n"], [b"<urn:b> <urn:q> <urn:c> <urn:g> .\n"]
    before, after = memory_store(common, BASE), memory_store([*common, *come], BASE)
    assert solutions(before, query) != solutions(after, query)
    assert Changes(before, after, [], come).concern(places(query, BASE))

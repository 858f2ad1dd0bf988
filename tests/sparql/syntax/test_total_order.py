"""ORDER BY over whatever a release holds: the engine's own order of mixed terms is none, and aborts it."""

import itertools
import random
from collections.abc import Iterator
from typing import TypeAlias

import pyoxigraph as ox
import pytest

from atmpgraph.sparql.syntax.total_order import with_total_order
from atmpgraph.store import Store
from atmpgraph.store.embedded import EmbeddedStore

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal
XSD = "http://www.w3.org/2001/XMLSchema#"


def _literals(seed: int) -> Iterator[Term]:
    chance = random.Random(seed)

    def of(datatype: str, text: str) -> ox.Literal:
        return ox.Literal(text, datatype=ox.NamedNode(XSD + datatype))

    def day() -> str:
        return f"20{chance.randrange(10, 40)}-0{chance.randrange(1, 9)}-11"

    zones = ["", "Z", "+14:00", "-09:00"]
    while True:
        yield of("integer", str(chance.randrange(1000)))
        yield of("decimal", f"{chance.random() * 1000:.2f}")
        yield of("double", chance.choice(["NaN", "INF", "1.5E3", "-0.0", "7"]))
        yield of("integer", "bad")
        yield ox.Literal(str(chance.randrange(3000)))
        yield ox.Literal(str(chance.randrange(3000)), language=chance.choice(["en", "fr"]))
        yield of("date", day() + chance.choice(zones))
        yield of("dateTime", f"{day()}T0{chance.randrange(9)}:00:00{chance.choice(zones)}")
        yield of("gYear", f"20{chance.randrange(10, 40)}")
        yield of("duration", chance.choice(["P1Y", "P13M", "P400D", "PT5H", "P1M"]))
        yield of("boolean", chance.choice(["true", "false", "1"]))
        yield ox.NamedNode(f"http://example.org/{chance.randrange(1000)}")
        yield ox.BlankNode()


def _store(terms: Iterator[Term] | list[Term]) -> Store:
    engine = ox.Store()
    subjects = (ox.NamedNode(f"http://example.org/s{number}") for number in itertools.count())
    engine.bulk_extend(
        ox.Quad(subject, ox.NamedNode("http://example.org/p"), term)
        for subject, term in zip(subjects, terms, strict=False)
    )
    return EmbeddedStore("http://example.org/", engine)


@pytest.mark.parametrize("order", ["?o", "DESC(?o)", "?p ?o", "(COALESCE(?o, ?s))", "DESC(IF(isLiteral(?o), ?o, ?p))"])
@pytest.mark.parametrize("seed", range(4))
def test_everything_can_be_ordered(order: str, seed: int) -> None:
    store = _store(itertools.islice(_literals(seed), 5_000))
    assert len(list(store.select(f"SELECT * {{ ?s ?p ?o }} ORDER BY {order}"))) == 5_000


@pytest.mark.parametrize("term", ["TRIPLE(?s, ?p, ?o)", "<<( <urn:s> ?p ?o )>>", "IF(STRLEN(STR(?o)) > 3, ?o, ?t)"])
def test_triple_terms_of_whatever_they_hold_can_be_ordered(term: str) -> None:
    store = _store(list(itertools.islice(_literals(1), 5_000)))
    query = f"SELECT ?t {{ ?s ?p ?o BIND(TRIPLE(?s, ?p, ?o) AS ?t) BIND({term} AS ?v) }} ORDER BY ?v"
    assert len(list(store.select(query))) == 5_000


@pytest.mark.parametrize("order", ["?k", "DESC(?k)", "ASC(?k) LCASE(STR(?s))", "(-?k)"])
@pytest.mark.parametrize("between", ["", "LIMIT 9", "OFFSET 0 LIMIT 9"])
def test_values_of_a_query_may_follow(order: str, between: str) -> None:
    """§19.8: SolutionModifier, ValuesClause; their rows are joined before they are ordered (§18.2.4.3)."""
    store = _store([ox.Literal(number) for number in (7, 8)])
    query = f"SELECT ?o {{ ?s ?p ?o }} ORDER BY {order} {between} VALUES (?o ?k) {{ (8 2) (7 1) }}"
    found = [str(row["o"]) for row in store.select(query)]
    expected = [str(ox.Literal(number)) for number in (7, 8)]
    assert found == (expected[::-1] if order in {"DESC(?k)", "(-?k)"} else expected)


@pytest.mark.parametrize("aggregate", ["MAX", "MIN", "SAMPLE"])
def test_an_aggregate_may_be_of_any_kind(aggregate: str) -> None:
    store = _store(list(itertools.islice(_literals(2), 5_000)))
    query = f"SELECT ?s {{ ?s ?p ?o }} GROUP BY ?s ORDER BY DESC({aggregate}(?o))"
    assert len(list(store.select(query))) == 5_000


def test_what_compares_is_in_its_order() -> None:
    store = _store(list(itertools.islice(_literals(1), 5_000)))
    values = [row["o"] for row in store.select("SELECT ?o { ?s ?p ?o } ORDER BY ?o")]
    numeric = {XSD + name for name in ("integer", "decimal", "double")}
    numbers = [
        float(v.value) for v in values if isinstance(v, ox.Literal) and v.datatype.value in numeric and v.value != "bad"
    ]
    numbers = [number for number in numbers if number == number]
    assert numbers == sorted(numbers)
    texts = [
        v.value for v in values if isinstance(v, ox.Literal) and (v.language or v.datatype.value == XSD + "string")
    ]
    assert texts == sorted(texts)
    kinds = [type(v) for v in values]
    assert [kind for kind, _ in itertools.groupby(kinds)] == [ox.BlankNode, ox.NamedNode, ox.Literal]
    down = [row["o"] for row in store.select("SELECT ?o { ?s ?p ?o } ORDER BY DESC(?o)")]
    assert [type(v) for v in down] == kinds[::-1]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?o { ?s ?p ?o }",
        "SELECT ?order { ?s ?by ?order } # ORDER BY ?order",
        'SELECT * { ?s ?p "ORDER BY ?o" }',
        "SELECT * { ?s ?p ?o } ORDER BY RAND()",
        "SELECT ?p { ?s ?p ?o } GROUP BY ?p ORDER BY DESC(COUNT(?o))",
        "SELECT * { ?s ?p ?o } ORDER BY (",
        "SELECT * { ?s ?p ?o } ORDER BY",
    ],
)
def test_the_rest_stays_as_it_is(query: str) -> None:
    assert with_total_order(query) == query


@pytest.mark.parametrize(
    ("query", "conditions"),
    [
        ("SELECT * { { SELECT ?o { ?s ?p ?o } ORDER BY ?o LIMIT 1 } } ORDER BY ASC(?o) desc(STR(?o)) LIMIT 3", 3),
        ("PREFIX xsd: <x> SELECT * { ?s ?p ?o } ORDER BY xsd:integer(?o) <f>(?o, (1)) LIMIT 3", 2),
    ],
)
def test_each_condition_has_its_kind_before_it(query: str, conditions: int) -> None:
    assert with_total_order(query).count("isNumeric") == conditions


def test_what_is_a_text_in_any_case_has_no_kind_before_it() -> None:
    """The engine would compute it anew at each comparison, which is most of the time of a long sort."""
    query = "SELECT * { ?s ?p ?o } ORDER BY STR(?o)"
    assert with_total_order(query) == query
    store = _store(itertools.islice(_literals(1), 2_000))
    ordered = [row["o"].value for row in store.select(query) if not isinstance(row["o"], ox.BlankNode)]
    assert ordered == sorted(ordered)

"""Rows as lines of text have the terms that rows of objects have."""

import pyoxigraph as ox
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from atmpgraph.errors import QueryError
from atmpgraph.store import memory_store
from atmpgraph.store.row_texts import iri_text, literal_of, take_rows, terms
from atmpgraph.vocab import XSD

from .conftest import BASE

QUERY = "SELECT ?thing ?value ?other { ?thing <urn:p> ?value OPTIONAL { ?thing <urn:q> ?other } }"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
LITERALS = st.one_of(
    st.builds(ox.Literal, TEXTS),
    st.builds(lambda text, tag: ox.Literal(text, language=tag), TEXTS, st.sampled_from(["fr", "zh-Hant"])),
    st.builds(
        lambda text, name: ox.Literal(text, datatype=ox.NamedNode(XSD + name)),
        st.sampled_from(["1", "-1.50", "1e3", "NaN", "true", "x", "2024-02-29", ""]),
        st.sampled_from(["integer", "decimal", "double", "boolean", "date", "anyURI"]),
    ),
)
TERMS = st.one_of(
    LITERALS, st.sampled_from([ox.NamedNode("urn:a"), ox.NamedNode("https://example.org/é#x?y=\U0001f600")])
)


@given(st.lists(TERMS, max_size=20))
@example([ox.Literal('tab\t, line\n, return\r, "marks" and \\'), ox.Literal("\x08\x0c\x1f\x85\u2028"), ox.Literal("")])
def test_rows_of_text_are_rows_of_terms(values: list[ox.NamedNode | ox.Literal]) -> None:
    store, rows = memory_store([], BASE), list[bytes]()
    graph = ox.NamedNode("urn:g")
    store.add(ox.Quad(ox.NamedNode(f"urn:{n}"), ox.NamedNode("urn:p"), value, graph) for n, value in enumerate(values))
    store.add([ox.Quad(ox.NamedNode("urn:0"), ox.NamedNode("urn:q"), ox.Literal("more"), graph)])
    take_rows(store, QUERY, rows.extend)
    stated = {(row["thing"], row["value"], row["other"]) for row in store.select(QUERY)}
    assert len(rows) == len(stated) == len(values)
    read = terms(rows, ["thing", "value", "other"])
    assert {(row["thing"], row["value"], row.get("other")) for row in read} == stated
    texts = dict(row.split(b"\t")[:2] for row in rows)
    for thing, value, _ in stated:
        is_literal = isinstance(value, ox.Literal)
        assert literal_of(texts[iri_text(thing.value)]) == ((value.value, value.language or "") if is_literal else None)


def test_a_direction_is_no_part_of_the_language() -> None:
    assert literal_of(b'"text"@ar--rtl') == ("text", "ar")


def test_no_term_is_no_literal() -> None:
    assert literal_of(b"") is None


def test_what_takes_rows_may_fail() -> None:
    store = memory_store([b"<urn:a> <urn:p> <urn:b> <urn:g> .\n"], BASE)

    def fail(rows: list[bytes]) -> None:
        raise KeyError(*rows)

    with pytest.raises(KeyError, match="urn:a"):
        take_rows(store, QUERY, fail)


@pytest.mark.parametrize("query", ["ASK {}", "SELECT {"])
def test_rows_are_those_of_a_select_query(query: str) -> None:
    with pytest.raises(QueryError):
        take_rows(memory_store([], BASE), query, print)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ValueError("x"), KeyError("x")], ids=str)
def test_an_error_of_who_takes_the_rows_is_none_of_the_store(error: Exception) -> None:
    store = memory_store([f"<{BASE}a> <urn:p> <{BASE}b> <{BASE}g> .\n".encode()], BASE)

    def take(_: list[bytes]) -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        take_rows(store, QUERY, take)
    assert raised.value is error

"""The one way to state a triple and to build a literal: canonical, so that a store gives the same back."""

from datetime import UTC, datetime, timedelta, timezone

import pyoxigraph as ox
import pytest

from atmpgraph.rdf.statements import (
    about,
    boolean,
    date,
    integer,
    number,
    quad_of,
    statement,
    text_of,
    timestamp,
    triple,
    typed,
)
from atmpgraph.rdf.terms import term
from atmpgraph.vocab import XSD

A, P, G = "http://e/a", "http://e/p", "http://e/g"


def test_text_is_an_iri_and_a_literal_is_one() -> None:
    assert str(triple(A, P, G)) == f"<{A}> <{P}> <{G}>"
    assert str(triple(A, P, ox.Literal(G))) == f'<{A}> <{P}> "{G}"'


def test_without_a_graph_a_statement_is_in_the_default_graph() -> None:
    assert statement(A, P, G).graph_name == ox.DefaultGraph()
    assert statement(A, P, G, A).graph_name == ox.NamedNode(A)
    assert quad_of(triple(A, P, G), A) == statement(A, P, G, A)
    assert list(about(A, (P, G), (P, A), graph=G)) == [statement(A, P, G, G), statement(A, P, A, G)]


@pytest.mark.parametrize(
    ("literal", "text", "datatype"),
    [
        (integer(-3), "-3", "integer"),
        (number(3.0), "3", "integer"),
        (number(2.5), "2.5", "decimal"),
        (number(0.000001), "0.000001", "decimal"),
        (boolean(True), "true", "boolean"),
        (boolean(False), "false", "boolean"),
        (date("2024-01-17"), "2024-01-17", "date"),
        (typed("x", "anyURI"), "x", "anyURI"),
    ],
)
def test_literals_are_canonical(literal: ox.Literal, text: str, datatype: str) -> None:
    assert (literal.value, literal.datatype.value) == (text, XSD + datatype)
    assert term(literal) == str(literal)


def test_a_date_with_a_time_is_a_date_time() -> None:
    assert date("2024-01-17T10:00:00Z").datatype.value == XSD + "dateTime"


def test_a_timestamp_is_in_utc_to_the_second() -> None:
    moment = datetime(2024, 1, 17, 12, 0, 5, 999, timezone(timedelta(hours=2)))
    assert timestamp(moment) == timestamp(moment.astimezone(UTC)) == "2024-01-17T10:00:05Z"


def test_the_text_of_a_term() -> None:
    assert [text_of(node) for node in (ox.NamedNode(A), ox.Literal("a", language="fr"), ox.BlankNode("a"))] == [
        A,
        "a",
        "_:a",
    ]

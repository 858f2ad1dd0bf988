"""The one way for code to state a triple or quad, to build a literal and to read a term."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeAlias

import pyoxigraph as ox

from ..vocab import XSD

Value: TypeAlias = str | ox.NamedNode | ox.Literal
_TRUE, _FALSE = (ox.Literal(text, datatype=ox.NamedNode(XSD + "boolean")) for text in ("true", "false"))


def triple(subject: str, predicate: str, value: Value) -> ox.Triple:
    """One triple; a plain `str` as value is an IRI."""
    term = ox.NamedNode(value) if isinstance(value, str) else value
    return ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), term)


def quad_of(triple: ox.Triple, graph: str | None = None) -> ox.Quad:
    """A triple as a statement in a graph; without one, in the default graph."""
    return ox.Quad(triple.subject, triple.predicate, triple.object, ox.NamedNode(graph) if graph else None)


def statement(subject: str, predicate: str, value: Value, graph: str | None = None) -> ox.Quad:
    """One triple as a statement in a graph."""
    return quad_of(triple(subject, predicate, value), graph)


def about(subject: str, *values: tuple[str, Value], graph: str | None = None) -> Iterator[ox.Quad]:
    """Statements about one subject: pairs of predicate and value."""
    for predicate, value in values:
        yield statement(subject, predicate, value, graph)


def text_of(term: object) -> str:
    """The IRI of a node or the text of a literal; a blank node as `_:label`."""
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else str(term)


def typed(text: str, datatype: str) -> ox.Literal:
    """A literal of an XSD datatype, named without its namespace; `text` is in canonical form already."""
    return ox.Literal(text, datatype=ox.NamedNode(XSD + datatype))


def number(value: float) -> ox.Literal:
    """An `xsd:integer`, or an `xsd:decimal` when it is not whole."""
    return integer(int(value)) if float(value).is_integer() else typed(f"{Decimal(str(value)):f}", "decimal")


def integer(value: int) -> ox.Literal:
    """An `xsd:integer`."""
    return typed(str(value), "integer")


def boolean(value: bool) -> ox.Literal:
    """An `xsd:boolean`."""
    return _TRUE if value else _FALSE


def date(text: str) -> ox.Literal:
    """An `xsd:dateTime`, or an `xsd:date` for a day alone."""
    return typed(text, "dateTime" if "T" in text else "date")


def timestamp(moment: datetime) -> str:
    """A moment as `xsd:dateTime` in UTC, to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

"""Triples written down in code, for what the service says about itself."""

from collections.abc import Iterator
from typing import Final

import pyoxigraph as ox

from ..vocab import XSD

SCHEMA: Final = "https://schema.org/"


def about(subject: str, *statements: tuple[str, str | ox.Literal]) -> Iterator[ox.Quad]:
    """What is said about a subject: predicates with an IRI or a literal each."""
    for predicate, term in statements:
        known = ox.NamedNode(term) if isinstance(term, str) else term
        yield ox.Quad(ox.NamedNode(subject), ox.NamedNode(predicate), known)


def number(value: float) -> ox.Literal:
    """A number as an `xsd:integer`, or an `xsd:decimal` when it is not whole."""
    whole = float(value).is_integer()
    text = str(int(value)) if whole else str(value)
    return ox.Literal(text, datatype=ox.NamedNode(XSD + ("integer" if whole else "decimal")))

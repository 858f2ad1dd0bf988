"""Values from the data for the examples of OpenAPI: a thing, an identifier, a row of a query."""

from typing import Final

import pyoxigraph as ox

from ...rdf.statements import text_of
from ...vocab import ADMS, ORG, SKOS
from .context import Context
from .response import cached

_IDENTIFIED: Final = (
    f"SELECT ?value {{{{ ?thing <{ADMS}identifier> ?identifier ."
    f" ?identifier <{ADMS}schemaAgency> {{code}} ; <{SKOS}notation> ?value }}}} ORDER BY STR(?value) LIMIT 1"
)
_THING: Final = f"SELECT (MIN(STR(?thing)) AS ?first) {{ ?thing a <{ORG}Organization> }}"


def first_value(context: Context, query: str) -> str:
    """The first value of a query of our own; empty where it has none."""

    def make() -> bytes:
        row = next(iter(context.release.store.select(query)), None)
        return text_of(row[0]).encode() if row is not None and row[0] is not None else b""

    return cached(context, make, "example", query).decode()


def identifier(context: Context, code: str) -> str:
    """An identifier in a registry."""
    return first_value(context, _IDENTIFIED.format(code=ox.Literal(code)))


def thing(context: Context) -> str:
    """The id of a thing: the path of its IRI after `id/`."""
    return first_value(context, _THING).removeprefix(context.iris.things)

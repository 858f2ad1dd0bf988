"""The algebra of a query as rdflib has it (SPARQL 1.1 §18.2), with the patterns of EXISTS in it."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.plugins.sparql.sparql import Query

_EXISTS: Final = frozenset({"Builtin_EXISTS", "Builtin_NOTEXISTS"})


@lru_cache(maxsize=256)
def prepared(text: str, base: str | None) -> Query:
    """Parse a query, which nobody changes afterwards.

    rdflib leaves the parsed text of an EXISTS where one looks for its algebra, and has taken the filters out of it:
    what stands in an EXISTS within would be lost.
    """
    query = prepareQuery(text, base=base)
    _translate(query.algebra)
    return query


def flat(triples: Sequence[object]) -> list[object]:
    """Triple patterns, which rdflib holds in two ways, as their terms one after the other."""
    return [term for each in triples for term in (each if isinstance(each, list | tuple) else (each,))]


def _translate(part: object) -> None:
    if isinstance(part, CompValue):
        if part.name in _EXISTS:
            part["graph"] = part.graph
        for name, child in part.items():
            if name != "_vars":
                _translate(child)
    elif isinstance(part, list | tuple):
        for child in part:
            _translate(child)

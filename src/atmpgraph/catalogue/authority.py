"""The concepts of others that catalogues refer to (`authority.ttl`), with what is told of them to programs."""

from functools import cache
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ..languages import ranges
from ..rdf.statements import text_of
from .facts import FACT

_FILE: Final = Path(__file__).parent / "authority.ttl"


@cache
def authority() -> dict[str, list[ox.Triple]]:
    """The descriptions of concepts of others, by their IRI."""
    concepts: dict[str, list[ox.Triple]] = {}
    for quad in ox.parse(path=str(_FILE), format=ox.RdfFormat.TURTLE):
        concepts.setdefault(text_of(quad.subject), []).append(quad.triple)
    return concepts


def formats() -> dict[str, str]:
    """The file type of the EU by suffix."""
    return _by("suffix")


def language(tag: str) -> str | None:
    """The language of the EU's table for a tag, or for what the tag is a special case of."""
    concepts = _by("tag")
    return next((concepts[each] for each in ranges(tag) if each in concepts), None)


@cache
def _by(fact: str) -> dict[str, str]:
    """The concepts by the value of a fact."""
    return {
        text_of(t.object): iri
        for iri, triples in authority().items()
        for t in triples
        if t.predicate.value == FACT + fact
    }

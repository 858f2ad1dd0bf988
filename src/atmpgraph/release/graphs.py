"""The named graphs of a release: their sizes, titles and sources."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import pyoxigraph as ox

from ..rdf.terms import without_graph
from ..vocab import DCT, PROV
from .release import Release


@dataclass(frozen=True)
class GraphCount:
    """One named graph.

    Attributes:
        iri: its name.
        triples: their number.
        titles: in any languages.
        sources: IRIs of its sources.
    """

    iri: str
    triples: int
    titles: tuple[ox.Literal, ...] = ()
    sources: tuple[str, ...] = ()


@lru_cache(maxsize=4)  # a release never changes
def graphs(release: Release) -> tuple[GraphCount, ...]:
    """The named graphs of a release, by name."""
    return tuple(_described(release, iri, triples) for iri, triples in release.manifest.graphs.items())


def _described(release: Release, iri: str, triples: int) -> GraphCount:
    titles, sources = [], []
    for quad in release.quads(iri):
        if quad.predicate.value == f"{DCT}title" and isinstance(quad.object, ox.Literal):
            titles.append(quad.object)
        if quad.predicate.value == f"{PROV}hadPrimarySource" and isinstance(quad.object, ox.NamedNode):
            sources.append(quad.object.value)
    return GraphCount(iri, triples, tuple(dict.fromkeys(titles)), tuple(dict.fromkeys(sources)))


@lru_cache(maxsize=4)
def union_size(release: Release) -> int:
    """The number of triples in the union of the graphs: one that several graphs state counts once."""
    with release.whole(release.folder.canonical).open("rb") as file:
        return sum(1 for _ in groupby(map(without_graph, file)))  # equal triples are neighbours

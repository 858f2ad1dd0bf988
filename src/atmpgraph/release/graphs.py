"""The named graphs of a release: their sizes, titles and sources."""

from collections.abc import Iterable
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


def graphs(release: Release, iris: Iterable[str] | None = None) -> list[GraphCount]:
    """Named graphs of a release, in the given order; all of them by default, by name."""
    sizes = release.manifest.graphs
    return [_described(release, iri, sizes[iri]) for iri in (sizes if iris is None else iris)]


def largest(release: Release, most: int) -> list[str]:
    """The IRIs of the largest graphs, no more than `most`, by name."""
    sizes = release.manifest.graphs
    return sorted(sorted(sizes, key=lambda iri: -sizes[iri])[:most])


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
    if release.overview:
        return int(release.overview["union"])
    with release.whole(release.folder.canonical).open("rb") as file:
        return sum(1 for _ in groupby(map(without_graph, file)))  # equal triples are neighbours

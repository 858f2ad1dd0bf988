"""The named graphs of a release: their sizes, titles and sources."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import TypeVar

import pyoxigraph as ox

from ..addresses import Addresses
from ..rdf.terms import without_graph
from ..vocab import DCT, PROV
from .release import Release

T = TypeVar("T")


@dataclass(frozen=True)
class GraphCount:
    """One named graph.

    Attributes:
        iri: its name.
        triples: their number.
        titles: in any languages.
        sources: IRIs of its sources.
        licences: IRI of the licence of its source, or of the publication.
        periods: IRI of the time that it is about.
        times: what is stated of that.
    """

    iri: str
    triples: int
    titles: tuple[ox.Literal, ...] = ()
    sources: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    times: tuple[ox.Triple, ...] = ()


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
    addresses = Addresses(release.base)
    part = addresses.dataset(f"graph-{iri.removeprefix(addresses.graph(''))}")
    licences, periods = (_linked(release, part, name) for name in ("license", "temporal"))
    times = tuple(quad.triple for period in periods for quad in release.quads(period))
    return GraphCount(iri, triples, _once(titles), _once(sources), _once(licences), _once(periods), _once(times))


def _once(terms: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(terms))


def _linked(release: Release, subject: str, name: str) -> list[str]:
    quads = release.quads(subject, DCT + name)
    return [quad.object.value for quad in quads if isinstance(quad.object, ox.NamedNode)]


@lru_cache(maxsize=4)
def union_size(release: Release) -> int:
    """The number of triples in the union of the graphs: one that several graphs state counts once."""
    if release.overview:
        return int(release.overview["union"])
    with release.whole(release.folder.canonical).open("rb") as file:
        return sum(1 for _ in groupby(map(without_graph, file)))  # equal triples are neighbours

"""A big catalogue in pages that harvesters follow (Hydra `PartialCollectionView`), each a catalogue by itself.

A page is read from the sorted file of the catalogue, as far as it goes: the whole is never in memory.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import pyoxigraph as ox

from ..addresses import Addresses
from ..release.incoming import Incoming
from ..release.release import Release
from ..vocab import DCAT, FOAF, VOID

_ENTRY: Final = DCAT + "dataset"
_SERVICE: Final = DCAT + "service"
_RECORD: Final = DCAT + "record"
_SERVED: Final = DCAT + "servesDataset"
_SUBSET: Final = VOID + "subset"
_TOPIC: Final = FOAF + "primaryTopic"
# Lists that grow with the data.
_LONG: Final = frozenset({_ENTRY, _RECORD, _SERVED})


def entries(release: Release) -> list[str]:
    """The IRIs of the datasets of the catalogue, sorted."""
    return _objects(release, Addresses(release.base).catalogue, _ENTRY)


def listing(release: Release, shown: Iterable[str]) -> list[ox.Quad]:
    """What the catalogue states about itself, with some of its datasets.

    Args:
        release: whose catalogue.
        shown: the IRIs of the datasets.
    """
    catalogue, wanted = Addresses(release.base).catalogue, {f"<{iri}>".encode() for iri in shown}
    lines = []
    for line in _lines(release, catalogue, Addresses(release.base).catalogue_page()):
        _, predicate, linked, *_ = line.split(b" ", 3)
        if predicate[1:-1].decode() not in _LONG or linked in wanted:
            lines.append(line)
    return list(ox.parse(b"\n".join(lines), format=ox.RdfFormat.N_QUADS))


def page(release: Release, shown: Iterable[str]) -> list[ox.Quad]:
    """The catalogue with some of its datasets, all that they link to, and the services.

    Args:
        release: whose catalogue.
        shown: the IRIs of the datasets.
    """
    addresses, wanted = Addresses(release.base), set(shown)
    catalogue = addresses.catalogue
    for topic in (*wanted, *_objects(release, catalogue, _SERVICE), catalogue):
        wanted |= {record for _, record in Incoming(release, topic, only=_TOPIC)}
    return _reached(release, [catalogue], addresses.catalogue_page(), lambda p, iri: p not in _LONG or iri in wanted)


def subsets(release: Release) -> list[str]:
    """The IRIs of the datasets that VoID describes for each graph, sorted."""
    start = Addresses(release.base).dataset("graph-")
    return [iri for iri in _objects(release, Addresses(release.base).dataset(), _SUBSET) if iri.startswith(start)]


def void_page(release: Release, others: Iterable[str]) -> list[ox.Quad]:
    """The VoID description of the whole graph, without some of the graphs.

    Args:
        release: whose.
        others: the IRIs of the datasets that are left out.
    """
    addresses, left_out = Addresses(release.base), set(others)
    document = addresses.page(".well-known/void")
    starts = [document, addresses.dataset(), addresses.catalogue_page()]
    return _reached(release, starts, document, lambda p, iri: p != _SUBSET or iri not in left_out)


def _reached(release: Release, starts: list[str], graph: str, follows: Callable[[str, str], bool]) -> list[ox.Quad]:
    """The statements of a graph of the catalogue's file that links lead to, but for the links that are not followed."""
    reached, waiting, seen = list[bytes](), list(starts), set[str]()
    while waiting:
        thing = waiting.pop()
        if thing in seen:
            continue
        seen.add(thing)
        for line in _lines(release, thing, graph):
            _, predicate, rest = line.split(b" ", 2)
            linked = rest.partition(b">")[0][1:].decode() if rest.startswith(b"<") else ""
            if linked and not follows(predicate[1:-1].decode(), linked):
                continue
            reached.append(line)
            if linked:
                waiting.append(linked)
    return list(ox.parse(b"\n".join(reached), format=ox.RdfFormat.N_QUADS))


def _lines(release: Release, iri: str, graph: str) -> Iterator[bytes]:
    """What a graph of the catalogue's file states about a thing."""
    end = f" <{graph}> .".encode()
    return (line for line in release.catalogue_lines(iri) if line.endswith(end))


def _objects(release: Release, subject: str, predicate: str) -> list[str]:
    """What the catalogue's file links a thing to by a property, sorted."""
    start = f"<{subject}> <{predicate}> <".encode()
    lines = release.catalogue_lines(subject)
    return sorted({line[len(start) :].partition(b">")[0].decode() for line in lines if line.startswith(start)})

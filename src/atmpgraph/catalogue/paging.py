"""A big catalogue in pages that harvesters follow (Hydra `PartialCollectionView`), each a catalogue by itself.

A page is read from the sorted file of the catalogue, as far as it goes: the whole is never in memory.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import pyoxigraph as ox

from ..addresses import Addresses
from ..release.incoming import Incoming
from ..release.release import Release
from ..vocab import DCAT, FOAF

_ENTRY: Final = DCAT + "dataset"
_SERVICE: Final = DCAT + "service"
_RECORD: Final = DCAT + "record"
_SERVED: Final = DCAT + "servesDataset"
_TOPIC: Final = FOAF + "primaryTopic"
# Lists that grow with the data.
_LONG: Final = frozenset({_ENTRY, _RECORD, _SERVED})


def entries(release: Release) -> list[str]:
    """The IRIs of the datasets of the catalogue, sorted."""
    return _objects(release, _ENTRY)


def page(release: Release, shown: Iterable[str]) -> list[ox.Quad]:
    """The catalogue with some of its datasets, all that they link to, and the services.

    Args:
        release: whose catalogue.
        shown: the IRIs of the datasets.
    """
    catalogue, wanted = Addresses(release.base).catalogue, set(shown)
    for topic in (*wanted, *_objects(release, _SERVICE), catalogue):
        wanted |= {record for _, record in Incoming(release, topic, only=_TOPIC)}
    long = frozenset(f"<{predicate}>".encode() for predicate in _LONG)
    reached, waiting, seen = list[bytes](), [catalogue], set[str]()
    while waiting:
        thing = waiting.pop()
        if thing in seen:
            continue
        seen.add(thing)
        for line in _lines(release, thing):
            _, predicate, rest = line.split(b" ", 2)
            linked = rest.partition(b">")[0][1:].decode() if rest.startswith(b"<") else ""
            if predicate in long and linked not in wanted:
                continue
            reached.append(line)
            if linked:
                waiting.append(linked)
    return list(ox.parse(b"\n".join(reached), format=ox.RdfFormat.N_QUADS))


def _lines(release: Release, iri: str) -> Iterator[bytes]:
    """What the catalogue states about a thing; the file has other graphs too."""
    graph = f" <{Addresses(release.base).catalogue_page()}> .".encode()
    return (line for line in release.catalogue_lines(iri) if line.endswith(graph))


def _objects(release: Release, predicate: str) -> list[str]:
    """What the catalogue links to by a property, sorted."""
    start = f"<{Addresses(release.base).catalogue}> <{predicate}> <".encode()
    lines = _lines(release, Addresses(release.base).catalogue)
    return sorted({line[len(start) :].partition(b">")[0].decode() for line in lines if line.startswith(start)})

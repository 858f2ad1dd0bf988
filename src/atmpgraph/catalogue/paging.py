"""A big catalogue in pages that harvesters follow (Hydra `PartialCollectionView`), each a catalogue by itself."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from math import ceil
from typing import Final

import pyoxigraph as ox

from ..addresses import Addresses
from ..rdf.statements import about, integer
from ..vocab import DCAT, FOAF, HYDRA, RDF

_ENTRY: Final = DCAT + "dataset"
_RECORD: Final = DCAT + "record"
_SERVED: Final = DCAT + "servesDataset"
_TOPIC: Final = FOAF + "primaryTopic"


def pages(quads: Iterable[ox.Quad], size: int) -> int:
    """How many pages a catalogue has; 0 for all in one document."""
    entries = {quad.object for quad in quads if quad.predicate.value == _ENTRY}
    return ceil(len(entries) / size) if 0 < size < len(entries) else 0


def page(quads: Iterable[ox.Quad], number: int, size: int, base: str) -> list[ox.Quad]:
    """One page: the catalogue with some of its datasets, all that they link to, the services, and the next pages.

    Args:
        quads: of the whole catalogue.
        number: of the page, from 1.
        size: datasets on a page.
        base: of the publication.
    """
    stated: dict[object, list[ox.Quad]] = defaultdict(list)
    for quad in quads:
        stated[quad.subject].append(quad)
    catalogue = ox.NamedNode(Addresses(base).catalogue)
    entries = sorted({quad.object for quad in stated[catalogue] if quad.predicate.value == _ENTRY}, key=str)
    others = set(entries) - set(entries[(number - 1) * size : number * size])
    others |= {quad.subject for quad in quads if quad.predicate.value == _TOPIC and quad.object in others}
    reached, wanted, seen = [], [catalogue], set[object]()
    while wanted:
        thing = wanted.pop()
        if thing in seen:
            continue
        seen.add(thing)
        for quad in stated.get(thing, ()):
            if quad.object in others and quad.predicate.value in {_ENTRY, _RECORD, _SERVED}:
                continue
            reached.append(quad)
            if isinstance(quad.object, ox.NamedNode):
                wanted.append(quad.object)
    return [*reached, *_view(number, ceil(len(entries) / size), len(entries), Addresses(base))]


def _view(number: int, count: int, total: int, addresses: Addresses) -> Iterator[ox.Quad]:
    """The page among the pages: no `next` on the last and no `previous` on the first, so that harvesters terminate."""
    whole, view = addresses.catalogue_page(), addresses.catalogue_page(number)
    yield from about(
        whole,
        (RDF + "type", HYDRA + "Collection"),
        (HYDRA + "totalItems", integer(total)),
        (HYDRA + "view", view),
        graph=whole,
    )
    steps = {"first": 1, "previous": number - 1, "next": number + 1, "last": count}
    links = [(HYDRA + name, addresses.catalogue_page(step)) for name, step in steps.items() if 1 <= step <= count]
    yield from about(view, (RDF + "type", HYDRA + "PartialCollectionView"), *links, graph=whole)

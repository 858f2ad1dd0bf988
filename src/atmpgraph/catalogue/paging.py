"""A big catalogue in pages that harvesters follow (Hydra `PartialCollectionView`), each a catalogue by itself."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from math import ceil
from typing import Final

import pyoxigraph as ox

from ..vocab import DCAT, FOAF, RDF, XSD

_HYDRA: Final = "http://www.w3.org/ns/hydra/core#"
_ENTRY: Final = DCAT + "dataset"
_RECORD: Final = DCAT + "record"
_SERVED: Final = DCAT + "servesDataset"
_TOPIC: Final = FOAF + "primaryTopic"


def pages(quads: Iterable[ox.Quad], size: int) -> int:
    """How many pages a catalogue has; 0 for all in one document."""
    entries = {quad.object for quad in quads if quad.predicate.value == _ENTRY}
    return ceil(len(entries) / size) if 0 < size < len(entries) else 0


def page(quads: Iterable[ox.Quad], number: int, size: int, base: str) -> list[ox.Quad]:
    """One page: the catalogue with some of its datasets, all that they lead to, the services, and the way on.

    Args:
        quads: of the whole catalogue.
        number: of the page, from 1.
        size: datasets on a page.
        base: of the publication.
    """
    about: dict[object, list[ox.Quad]] = defaultdict(list)
    for quad in quads:
        about[quad.subject].append(quad)
    catalogue = ox.NamedNode(f"{base}id/catalogue")
    entries = sorted({quad.object for quad in about[catalogue] if quad.predicate.value == _ENTRY}, key=str)
    here = set(entries[(number - 1) * size : number * size])
    away = set(entries) - here
    records = {quad.subject for quad in quads if quad.predicate.value == _TOPIC and quad.object in away}
    found, wanted, seen = [], [catalogue], set[object]()
    while wanted:
        thing = wanted.pop()
        if thing in seen:
            continue
        seen.add(thing)
        for quad in about.get(thing, ()):
            if quad.object in (away | records) and quad.predicate.value in {_ENTRY, _RECORD, _SERVED}:
                continue
            found.append(quad)
            if isinstance(quad.object, ox.NamedNode):
                wanted.append(quad.object)
    return [*found, *_view(number, ceil(len(entries) / size), len(entries), base)]


def _view(number: int, count: int, total: int, base: str) -> Iterator[ox.Quad]:
    """The page in the row of them: no next one on the last, none before the first, so that nobody walks in a circle."""
    graph, whole = ox.NamedNode(f"{base}catalogue"), f"{base}catalogue"
    view = ox.NamedNode(f"{whole}?page={number}")

    def state(subject: ox.NamedNode, name: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
        return ox.Quad(subject, ox.NamedNode(name if ":" in name else _HYDRA + name), value, graph)

    yield state(graph, RDF + "type", ox.NamedNode(_HYDRA + "Collection"))
    yield state(graph, "totalItems", ox.Literal(str(total), datatype=ox.NamedNode(XSD + "integer")))
    yield state(graph, "view", view)
    yield state(view, RDF + "type", ox.NamedNode(_HYDRA + "PartialCollectionView"))
    steps = {"first": 1, "previous": number - 1, "next": number + 1, "last": count}
    for name, step in steps.items():
        if 1 <= step <= count:
            yield state(view, name, ox.NamedNode(f"{whole}?page={step}"))

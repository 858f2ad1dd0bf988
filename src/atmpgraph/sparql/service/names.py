"""The names of what descriptions mention, remembered: properties, classes and concepts come up again and again."""

from collections.abc import Iterable, Iterator
from typing import Final

import pyoxigraph as ox
from cachetools import LRUCache

from ...store import Store

_MOST: Final = 4_096  # things
_LONGEST: Final = 2_000  # characters of the names of a thing; longer ones are looked up each time


class Names:
    """The names of things in a store, which does not change."""

    def __init__(self, store: Store) -> None:
        """Remember none yet."""
        self._store = store
        self._names: LRUCache[str, tuple[ox.Triple, ...]] = LRUCache(_MOST)

    def labels(self, iris: list[str], graphs: Iterable[str] | None = None) -> Iterator[ox.Triple]:
        """The triples that name some things, as `Store.labels`; those of a dataset of the query are not remembered."""
        if graphs is not None:
            yield from self._store.labels(iris, graphs)
            return
        names = {iri: self.remembered(iri) for iri in iris}
        new: dict[str, list[ox.Triple]] = {}
        for triple in self._store.labels([iri for iri, triples in names.items() if triples is None]):
            new.setdefault(str(triple.subject)[1:-1], []).append(triple)
        for iri, triples in names.items():
            yield from self.remember(iri, new.get(iri, ())) if triples is None else triples

    def remembered(self, iri: str) -> tuple[ox.Triple, ...] | None:
        """The triples that name a thing; None if they have to be looked up."""
        return self._names.get(iri)

    def remember(self, iri: str, triples: Iterable[ox.Triple]) -> tuple[ox.Triple, ...]:
        """Remember the triples that name a thing, unless they are long."""
        labels = tuple(triples)
        if sum(len(str(triple.object)) for triple in labels) <= _LONGEST:
            self._names[iri] = labels
        return labels

"""What a slot says about its graphs, as long as no release has a record there."""

from collections.abc import Iterator, Sequence
from typing import Final

import pyoxigraph as ox

from ..settings import Settings
from ..store.base import Store
from ..store.remote import remote_settings, unrecorded
from ..store.slot_graphs import marker_query

_BATCH: Final = 200  # properties of things that one query requests


class SlotEngine:
    """The queries of a slot."""

    def __init__(self, settings: Settings, slot: str) -> None:
        """Nothing is sent yet."""
        self._settings, self._slot = settings, slot

    @property
    def _store(self) -> Store:
        remote = remote_settings(self._settings)
        assert remote is not None  # noqa: S101 - a push needs one
        store = self._settings.store
        return unrecorded(store.query_address(self._slot), remote.access, store.push_timeout_seconds)

    def count(self, graph: str) -> int:
        """The statements of a graph."""
        row = next(iter(self._store.select(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")))
        return int(row["n"].value)

    def graphs(self) -> set[str]:
        """All its graphs."""
        return {row["g"].value for row in self._store.select("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")}

    def values(self, graph: str, properties: Sequence[tuple[str, str]]) -> Iterator[ox.Triple]:
        """The values of properties of things in a graph; both are IRIs in angle brackets."""
        for at in range(0, len(properties), _BATCH):
            pairs = " ".join(f"({thing} {predicate})" for thing, predicate in properties[at : at + _BATCH])
            query = f"SELECT ?s ?p ?o {{ VALUES (?s ?p) {{ {pairs} }} GRAPH <{graph}> {{ ?s ?p ?o }} }}"
            for row in self._store.select(query):
                yield ox.Triple(row["s"], row["p"], row["o"])

    def holds(self, digest: str) -> bool:
        """Whether it says that it holds a release, whole."""
        return bool(self._store.query(marker_query(digest)))

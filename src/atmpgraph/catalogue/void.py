"""The VoID description of the graph: counts, partitions, link sets, vocabularies (VoID §2-5), computed from it."""

from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ..store import BACKENDS, Store, StoreAddress

_QUERIES: Final = Path(__file__).parent / "void"


def void(store: Store) -> set[ox.Triple]:
    """The description of the contents of a store: the union of its graphs, and each graph."""
    queries = sorted(_QUERIES.glob("*.rq"))
    return {triple for query in queries for triple in store.construct(query.read_text(encoding="utf-8"))}


def void_at(address: StoreAddress, base: str) -> set[ox.Triple]:
    """The same of the store at an address."""
    return void(BACKENDS[address.kind].open(address, base))

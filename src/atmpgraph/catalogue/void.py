"""The VoID description of the graph: counts, partitions, link sets, vocabularies (VoID §2-5), computed from it."""

from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ..addresses import Addresses
from ..rdf.canonical import subjects
from ..store import BACKENDS, Store, StoreAddress
from ..vocab import VOID

_QUERIES: Final = Path(__file__).parent / "void"


def void(store: Store, canonical: Path) -> set[ox.Triple]:
    """The description of the contents of a store: the union of its graphs, and each graph.

    Args:
        store: of the statements.
        canonical: their sorted file, in which the own things are counted: a store spells them ten times as slowly.
    """
    queries = sorted(_QUERIES.glob("*.rq"))
    triples = {triple for query in queries for triple in store.construct(query.read_text(encoding="utf-8"))}
    own = f"<{store.base}".encode()
    entities = ox.Literal(sum(subject.startswith(own) for subject in subjects(canonical)))
    dataset = ox.NamedNode(Addresses(store.base).dataset())
    return {*triples, ox.Triple(dataset, ox.NamedNode(f"{VOID}entities"), entities)}


def void_at(address: StoreAddress, base: str, canonical: Path) -> set[ox.Triple]:
    """The same of the store at an address."""
    return void(BACKENDS[address.kind].open(address, base), canonical)

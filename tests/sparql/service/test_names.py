"""Names that a worker remembers change no description."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox
import pytest

from atmpgraph.release.graphs import graphs
from atmpgraph.release.release import Release
from atmpgraph.sparql.service.evaluate import evaluate
from atmpgraph.sparql.service.names import Names
from atmpgraph.store import Store

from ..jobs import job

THINGS = ("organisation/uclouvain", "workpackage/maidam", "organisation/ulb", "organisation/uclouvain", "none")


def description(release: Release, thing: str, names: Names | None, **changes: Any) -> bytes:
    """What DESCRIBE tells of a thing."""
    pieces: list[bytes] = []
    evaluate(release.store, job(release, f"DESCRIBE <id/{thing}>", **changes), pieces.append, names)
    return b"".join(pieces)


@pytest.mark.parametrize("fmt", ["ttl", "nt", "jsonld"])
def test_a_description_is_the_same_with_remembered_names(fmt: str, release: Release) -> None:
    names = Names(release.store)
    for thing in THINGS * 2:
        assert description(release, thing, names, format=fmt) == description(release, thing, None, format=fmt)


def test_a_dataset_of_the_query_has_its_own_names(release: Release) -> None:
    """A name from outside the dataset is revealed to nobody, whatever was described before."""
    names = Names(release.store)
    whole = description(release, THINGS[0], names, format="nt")
    for graph in graphs(release):
        dataset = {"format": "nt", "default_graphs": (graph.iri,)}
        assert description(release, THINGS[0], names, **dataset) == description(release, THINGS[0], None, **dataset)
    assert description(release, THINGS[0], names, format="nt") == whole


@dataclass
class Counting:
    """A store that counts the things whose names are looked up."""

    store: Store
    looked_up: int = 0

    def labels(self, iris: Iterable[str], graphs: Iterable[str] | None = None) -> Iterator[ox.Triple]:
        """As the store."""
        some = list(iris)
        self.looked_up += len(some)
        return self.store.labels(some, graphs)


def test_names_are_looked_up_once_even_those_of_things_without(release: Release) -> None:
    counting: Any = Counting(release.store)
    names, iris = Names(counting), [f"{release.base}id/{thing}" for thing in dict.fromkeys(THINGS)]
    first = list(names.labels(iris))
    assert first == list(release.store.labels(iris))
    assert list(names.labels(iris)) == first
    assert counting.looked_up == len(iris)

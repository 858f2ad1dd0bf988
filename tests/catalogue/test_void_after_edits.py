"""A description of which some counts are those of another one says what one says that is computed from nothing."""

import random
from pathlib import Path

import pytest

from atmpgraph.catalogue.void import Before, void
from atmpgraph.store import memory_store
from atmpgraph.vocab import ATMPGRAPH, RDF, VOID

from ..conftest import BASE
from ..long import often

THINGS = [f"<{BASE}id/thing/{number}>" for number in range(6)]
CLASSES = [f"<{ATMPGRAPH}Partnership>", "<http://www.w3.org/ns/org#Organization>", "<urn:class>", '"x>y"']
PROPERTIES = ["<urn:name>", "<http://purl.org/dc/terms/title>", "<http://purl.org/dc/terms/relation>"]
GRAPHS = [f"<{BASE}id/graph/{name}>" for name in ("one", "two", "editorial", "one-more")]


def lines(chance: random.Random, number: int) -> set[bytes]:
    def line() -> str:
        subject, graph = chance.choice(THINGS), chance.choice(GRAPHS)
        if chance.random() < 0.3:
            return f"{subject} <{RDF}type> {chance.choice(CLASSES)} {graph} .\n"
        value = chance.choice([*THINGS, '"a > b . "@fr', '"1"^^<http://www.w3.org/2001/XMLSchema#integer>'])
        return f"{subject} {chance.choice(PROPERTIES)} {value} {graph} .\n"

    return {line().encode() for _ in range(number)}


@pytest.mark.parametrize("seed", range(often(30, 300)))
def test_counts_of_the_same_statements_are_those_of_before(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    common, gone, come = (lines(chance, number) for number in (chance.randrange(30), 2, chance.randrange(3)))
    before, after = sorted({*common, *gone} - come), sorted({*common, *come} - gone)
    stores = []
    for name, statements in (("before", before), ("after", after)):
        (tmp_path / name).write_bytes(b"".join(statements))
        stores.append(memory_store(statements, BASE))
    earlier = Before.of(void(stores[0], tmp_path / "before"), {*before} ^ {*after})
    assert void(stores[1], tmp_path / "after", earlier) == void(stores[1], tmp_path / "after")


def test_only_what_changed_is_counted(tmp_path: Path) -> None:
    (tmp_path / "canonical").write_bytes(b"")
    store, nothing = memory_store(sorted(lines(random.Random(1), 30)), BASE), memory_store([], BASE)
    before = Before.of(void(store, tmp_path / "canonical"), [b"<urn:x> <urn:name> <urn:y> <urn:graph> .\n"])
    counts, told = (
        {str(triple.subject).rpartition("/")[2] for triple in triples if triple.predicate.value == f"{VOID}triples"}
        for triples in (void(nothing, tmp_path / "canonical", before), before.triples)
    )
    (lost,) = told - counts
    assert lost.startswith("property-urn:name-")

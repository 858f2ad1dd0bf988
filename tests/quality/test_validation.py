"""Both engines, and a graph as a whole and in parts, have the same findings on our shapes."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph, Namespace

from atmpgraph.findings import Finding, Listed
from atmpgraph.quality.shapes import read_shapes
from atmpgraph.quality.validate import GraphToCheck, validate
from atmpgraph.settings.groups import Build
from atmpgraph.store import memory_store

from .conftest import BASE, ROOT
from .test_shapes import CASES, Case, change

EX = Namespace("https://example.org/")
WHOLE = 10**9


@pytest.fixture(scope="module")
def our_shapes() -> Graph:
    return read_shapes(ROOT / "shapes", BASE)


def lines_of(graph: Graph) -> list[bytes]:
    """Canonical N-Quads, all in one graph."""
    quads = ox.parse(graph.serialize(format="nt"), format=ox.RdfFormat.N_TRIPLES)
    return sorted({f"{quad.triple} <{BASE}id/graph/press> .\n".encode() for quad in quads})


def findings(
    lines: Sequence[bytes],
    shapes: Graph,
    scratch: Path,
    *,
    reference: int = 0,
    part_bytes: int = 10_000,
    listed: int = WHOLE,
) -> Listed:
    limits = Build(max_reference_statements=reference, part_bytes=part_bytes, jobs=1, max_listed_findings=listed)
    graph = GraphToCheck(iter(lines), len(lines), BASE, memory_store(lines, BASE))
    return validate(graph, shapes, limits, scratch)


def brief(finding: Finding) -> tuple[str | None, ...]:
    """All that distinguishes a result, and the texts that go with it."""
    named = (finding.constraint, finding.shape, finding.component, finding.node, finding.path)
    return (
        *((text or "").removeprefix(BASE) for text in named),
        finding.term,
        finding.severity,
        *finding.message.values(),
    )


def same(lines: Sequence[bytes], shapes: Graph, scratch: Path) -> int:
    """The number of findings, which are the same whoever checks."""
    expected = findings(lines, shapes, scratch, reference=WHOLE)
    for part_bytes in (10_000, WHOLE):
        found = findings(lines, shapes, scratch, part_bytes=part_bytes)
        mine, theirs = Counter(map(brief, found.findings)), Counter(map(brief, expected.findings))
        assert (dict(mine - theirs), dict(theirs - mine)) == ({}, {})
        first = findings(lines, shapes, scratch, part_bytes=part_bytes, listed=5)
        totals = Counter(finding.severity for finding in first.findings) + Counter(first.more)
        assert totals == Counter(finding.severity for finding in expected.findings)
    return len(expected.findings)


@pytest.mark.parametrize("first", range(8))
def test_mistakes_of_all_kinds_have_the_same_findings(
    first: int, conforming: Graph, our_shapes: Graph, tmp_path: Path
) -> None:
    graph, cases = Graph() + conforming, _without_blank_nodes(CASES[first::8])
    for case in cases:
        change(graph, case.update)
    assert same(lines_of(graph), our_shapes, tmp_path) >= len(cases) // 2  # some hide others


def _without_blank_nodes(cases: Iterable[Case]) -> list[Case]:
    """Those that a canonical graph may have."""
    return [case for case in cases if "blank" not in case.name and "_:" not in case.update and "[" not in case.update]


@pytest.mark.parametrize("seed", range(3))
def test_statements_lost_and_altered_have_the_same_findings(
    seed: int, conforming: Graph, our_shapes: Graph, tmp_path: Path
) -> None:
    chance, lines = random.Random(seed), lines_of(conforming)
    objects = [line.split(b" ", 2)[2] for line in lines]
    for number in chance.sample(range(len(lines)), len(lines) // 12):
        subject, predicate, _ = lines[number].split(b" ", 2)
        other = b" ".join([subject, predicate, chance.choice(objects)])
        lines[number] = other if chance.random() < 0.7 else lines[0]
    assert same(sorted(set(lines)), our_shapes, tmp_path) > 10

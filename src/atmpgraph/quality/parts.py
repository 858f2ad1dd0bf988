"""The shapes run over a graph part by part, in several processes."""

import pickle
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

from rdflib import Graph
from rdflib.term import Node

from ..findings import Severity
from ..parallel import each
from ..progress import SILENT, Progress
from .engines import QuickEngine
from .neighbourhoods import Neighbourhoods, Range, Triples, ranges
from .reach import Reach
from .results import Result
from .targets import Targets
from .validation_plan import ValidationPlan

_TASK: Final = "parts"


@dataclass(frozen=True)
class Outcome:
    """What a part gives: the results that may be listed, and the counts of the others."""

    results: tuple[Result, ...] = ()
    others: Mapping[Severity, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Task:
    """A part and where the rest is that a worker needs."""

    folder: Path
    part: Range
    limit: int


@dataclass(frozen=True)
class _Given:
    """What all parts have in common."""

    shapes: Graph
    near: tuple[Node, ...]
    triples: Triples


def check_parts(
    plan: ValidationPlan,
    triples: Triples,
    size: int,
    limit: int,
    folder: Path,
    processes: int,
    progress: Progress = SILENT,
) -> Iterator[Outcome]:
    """Run the shapes that see a neighbourhood.

    Args:
        plan: of the validation.
        triples: the graph.
        size: of a part, in bytes of the triples about its nodes.
        limit: how many results are listed at most.
        folder: gets files.
        processes: how many parts are checked at the same time.
        progress: advances by the bytes that are checked.
    """
    (folder / _TASK).write_bytes(pickle.dumps(_Given(plan.shapes, plan.near, triples)))
    tasks = [_Task(folder, part, limit) for part in ranges(triples.file, size)]
    for task, outcome in each(_check, tasks, processes):
        progress.advance(task.part.end - task.part.start)
        yield outcome


def check_whole(plan: ValidationPlan, data: Path) -> Iterator[Result]:
    """Run the shapes whose sight has no known bounds."""
    yield from dict.fromkeys(QuickEngine(plan.shapes).results(data, plan.far))


@lru_cache(1)
def _prepared(folder: Path) -> tuple[QuickEngine, Neighbourhoods]:
    """What a worker prepares once."""
    given: _Given = pickle.loads((folder / _TASK).read_bytes())  # noqa: S301 - our own file
    reach = Reach(given.shapes)
    for shape in given.near:
        reach.add(shape)
    targets = Targets(given.shapes, given.near, given.triples.narrower())
    return QuickEngine(targets.marked()), Neighbourhoods(given.triples, reach, targets)


def _check(task: _Task) -> Outcome:
    """Check one part: first which nodes fail, then the results of those that may be listed."""
    engine, neighbourhoods = _prepared(task.folder)
    data = task.folder / f"part-{task.part.start}.nt"
    data.write_bytes(neighbourhoods.of_range(task.part))
    failing = engine.failing(data)
    data.unlink()
    if not failing:
        return Outcome()
    listed = _listed(failing, task.limit)
    data.write_bytes(neighbourhoods.of(node.encode() for node in listed))
    results = tuple(dict.fromkeys(engine.results(data)))  # two equal results are one
    data.unlink()
    others = sum((counts for node, counts in failing.items() if node not in listed), Counter[Severity]())
    return Outcome(results, others)


def _listed(failing: dict[str, Counter[Severity]], limit: int) -> set[str]:
    """The nodes whose results may be among the first: for each severity, as many as have enough results."""
    listed = set[str]()
    for severity in Severity:
        enough = 0
        for node in sorted(failing):
            if enough >= limit:
                break
            if failing[node][severity]:
                listed.add(node)
                enough += failing[node][severity]
    return listed

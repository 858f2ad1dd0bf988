"""The shapes run over a large graph: part by part, and one query for a constraint that is set-wide; in processes."""

import pickle
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Final, TypeAlias

from ..parallel import each
from ..progress import SILENT, Progress
from ..store import BACKENDS, Store, StoreAddress
from ..store.changes import Changes
from .checked_parts import CheckedParts, Outcome
from .engines import VERSION, QuickEngine, named
from .listing import Listing
from .neighbourhoods import Neighbourhoods, Range, Triples, ranges
from .results import Result
from .set_wide import identity, set_wide_results, touched
from .targets import Targets
from .validation_plan import ValidationPlan

_COMMON: Final = "common"
# Another text as soon as other outcomes come of the same part.
RECIPE: Final = f"2, {VERSION}"
_BATCH: Final = 1_000  # nodes whose results are made at once
# A part, or the number of a set-wide constraint.
_What: TypeAlias = Range | int


@dataclass(frozen=True)
class Job:
    """What is checked.

    Attributes:
        plan: of the validation.
        triples: the graph.
        store: of the graph; None for none.
        base: of the publication.
        recipe: distinguishes the shapes.
        checked: the file with the outcomes of earlier checks; None for none.
        part_bytes: size of a part, in bytes of the triples about its nodes.
        limit: how many results are listed at most.
    """

    plan: ValidationPlan
    triples: Triples
    store: StoreAddress | None
    base: str
    recipe: str
    checked: Path | None
    part_bytes: int
    limit: int


@dataclass(frozen=True)
class Same:
    """What of a graph is as it was when it was checked last.

    Attributes:
        digests: of the parts then, by their names.
        nodes: those whose neighbourhood has changed, sorted.
        changes: the statements that came or went, with the stores of both graphs.
    """

    digests: Mapping[str, str]
    nodes: Sequence[bytes]
    changes: Changes

    def outcome(self, name: str, what: _What, job: Job, before: CheckedParts) -> tuple[str, Outcome] | None:
        """The digest and outcome of a part; None where it has to be checked.

        Args:
            name: of the part.
            what: the part.
            job: what is checked.
            before: the outcomes then.
        """
        digest = self.digests.get(name)
        outcome = before.outcome(digest) if digest else None
        if digest is None or outcome is None:
            return None
        if isinstance(what, Range):
            place = bisect_left(self.nodes, what.first)
            changed = place < len(self.nodes) and self.nodes[place] in what
            return None if changed else (digest, outcome)
        shapes, wide, narrower = job.plan.shapes, job.plan.set_wide[what], job.triples.narrower()
        nodes = touched(self.changes, shapes, wide, narrower)
        if nodes is None or (nodes and outcome.others):
            return None
        if not nodes:
            return digest, outcome
        listing = Listing(job.limit)
        listing.add(result for result in outcome.results if result.node not in nodes)
        listing.add(set_wide_results(self.changes.after, shapes, wide, narrower, nodes))
        content = identity(shapes, wide, narrower, job.triples.digests)
        return _digest(job, content.encode()), Outcome(tuple(listing.results), listing.others)


def run(
    job: Job,
    folder: Path,
    processes: int,
    parts: CheckedParts,
    progress: Progress = SILENT,
    same: Same | None = None,
) -> Iterator[Outcome]:
    """Run the shapes that see a neighbourhood, and those that are one query.

    Args:
        job: what is checked.
        folder: gets files.
        processes: how many parts or queries run at the same time.
        parts: gets the outcome of each part.
        progress: advances by the bytes of the parts.
        same: what has not changed since the last check, if that is known.
    """
    (folder / _COMMON).write_bytes(pickle.dumps(job))
    whats: Iterator[_What] = chain(
        range(len(job.plan.set_wide)), ranges(job.triples.file, job.part_bytes) if job.plan.near else ()
    )
    before, rest = CheckedParts(job.checked), list[tuple[Path, _What]]()
    for what in whats:
        name = _name(job, what)
        taken = same.outcome(name, what, job, before) if same else None
        if taken:
            parts.add(name, *taken)
            yield taken[1]
        else:
            rest.append((folder, what))
    try:
        for (_, what), (digest, outcome) in each(_check, rest, processes):
            parts.add(_name(job, what), digest, outcome)
            if isinstance(what, Range):
                progress.advance(what.end - what.start)
            yield outcome
    finally:
        _prepared.cache_clear()  # where this process did all


def _name(job: Job, what: _What) -> str:
    """A name of a part that it keeps as long as its ends, or its query, are the same."""
    if isinstance(what, Range):
        return f"{what.first.decode()} {(what.last or b'').decode()}"
    return sha256(identity(job.plan.shapes, job.plan.set_wide[what], job.triples.narrower(), {}).encode()).hexdigest()


def check_whole(plan: ValidationPlan, data: Path) -> Iterator[Result]:
    """Run the shapes whose sight has no known bounds."""
    yield from dict.fromkeys(QuickEngine(plan.shapes).results(data, named(plan.far)))


@dataclass(frozen=True)
class _Prepared:
    """What a process prepares once."""

    job: Job
    engine: QuickEngine
    neighbourhoods: Neighbourhoods
    parts: CheckedParts

    @cached_property
    def store(self) -> Store:
        """Of the whole graph; opening one takes as long as most queries."""
        address = self.job.store
        assert address  # noqa: S101 - so it was planned
        return BACKENDS[address.kind].open(address, self.job.base)


@lru_cache(1)
def _prepared(folder: Path) -> _Prepared:
    job: Job = pickle.loads((folder / _COMMON).read_bytes())  # noqa: S301 - our own file
    targets = Targets(job.plan.shapes, job.plan.near, job.triples.narrower())
    neighbourhoods = Neighbourhoods(job.triples, job.plan.reach, targets)
    return _Prepared(job, QuickEngine(targets.marked()), neighbourhoods, CheckedParts(job.checked))


def _check(task: tuple[Path, _What]) -> tuple[str, Outcome]:
    folder, what = task
    prepared = _prepared(folder)
    if isinstance(what, Range):
        return _check_part(prepared, folder, what)
    return _check_all(prepared, what)


def _check_all(prepared: _Prepared, number: int) -> tuple[str, Outcome]:
    """Check one constraint by one query, unless nothing that it depends on has changed."""
    job = prepared.job
    wide, listing, narrower = job.plan.set_wide[number], Listing(job.limit), job.triples.narrower()
    content = identity(job.plan.shapes, wide, narrower, job.triples.digests)
    digest = _digest(job, content.encode())
    if outcome := prepared.parts.outcome(digest):
        return digest, outcome
    listing.add(set_wide_results(prepared.store, job.plan.shapes, wide, narrower))
    return digest, Outcome(tuple(listing.results), listing.others)


def _digest(job: Job, content: bytes) -> str:
    return sha256(f"{job.recipe} {RECIPE} {job.limit}\n".encode() + content).hexdigest()


def _check_part(prepared: _Prepared, folder: Path, part: Range) -> tuple[str, Outcome]:
    """Check one part, unless it was checked as it is: first which nodes fail, then why."""
    job, neighbourhoods, engine = prepared.job, prepared.neighbourhoods, prepared.engine
    content = neighbourhoods.of_range(part)
    digest = _digest(job, content)
    if outcome := prepared.parts.outcome(digest):
        return digest, outcome
    data = folder / f"part-{part.start}.nt"
    data.write_bytes(content)
    failing = engine.failing(data)
    data.unlink()
    listing, nodes = Listing(job.limit), sorted(failing)
    for start in range(0, len(nodes), _BATCH):
        batch = nodes[start : start + _BATCH]
        data.write_bytes(neighbourhoods.of(node.encode() for node in batch))
        shapes = set[str]().union(*(failing[node] for node in batch))
        listing.add(dict.fromkeys(engine.results(data, sorted(shapes))))  # two equal results are one
        data.unlink()
    return digest, Outcome(tuple(listing.results), listing.others)

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

from rdflib.util import from_n3

from ..i18n import message
from ..parallel import each
from ..progress import SILENT, Progress
from ..store import BACKENDS, Store, StoreAddress
from ..store.changes import Changes
from .checked_parts import RECIPE, CheckedParts, Outcome
from .engines import QuickEngine, named
from .listing import Listing
from .neighbourhoods import Neighbourhoods, Range, Triples, ranges
from .results import Result
from .set_wide import identity, set_wide_results, touched
from .targets import Targets
from .validation_plan import ValidationPlan

_COMMON: Final = "common"
_QUERIES: Final = message("checking the whole graph against some shapes")
_PARTS: Final = message("checking the graph against the shapes")
_BATCH: Final = 1_000  # nodes whose results are made at once
# A part, or the number of a set-wide constraint.
_What: TypeAlias = Range | int
# Nodes of a part that see something else than when it was checked last, as terms, and what the others gave then.
_Earlier: TypeAlias = tuple[tuple[bytes, ...], tuple[Result, ...]]
_Task: TypeAlias = tuple[Path, _What, _Earlier | None]


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
            return None if self._within(what) else (digest, outcome)
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

    def earlier(self, name: str, what: _What, before: CheckedParts) -> _Earlier | None:
        """What is known of a part that has to be checked; None where all of it is, since a count has no nodes."""
        outcome = before.outcome(self.digests.get(name, ""))
        nodes = self._within(what) if isinstance(what, Range) else []
        if outcome is None or outcome.others or not 0 < len(nodes) <= _BATCH:
            return None
        names = {node.decode()[1:-1] for node in nodes if node.startswith(b"<")}
        texts = {str(from_n3(node.decode())) for node in nodes if not node.startswith(b"<")}
        if any(result.node in texts for result in outcome.results):  # of a literal, or of what is named like it
            return None
        return tuple(nodes), tuple(result for result in outcome.results if result.node not in names)

    def _within(self, part: Range) -> Sequence[bytes]:
        """The nodes of a part whose neighbourhood has changed."""
        end = len(self.nodes) if part.last is None else bisect_left(self.nodes, part.last)
        return self.nodes[bisect_left(self.nodes, part.first) : end]


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
        progress: advances by the queries, then by the bytes of the parts.
        same: what has not changed since the last check, if that is known.
    """
    (folder / _COMMON).write_bytes(pickle.dumps(job))
    whats: Iterator[_What] = chain(
        range(len(job.plan.set_wide)), ranges(job.triples.file, job.part_bytes) if job.plan.near else ()
    )
    before, rest = CheckedParts(job.checked), list[_Task]()
    for what in whats:
        name = _name(job, what)
        taken = same.outcome(name, what, job, before) if same else None
        if taken:
            parts.add(name, *taken)
            yield taken[1]
        else:
            rest.append((folder, what, same.earlier(name, what, before) if same else None))
    sizes = [what.end - what.start for _, what, _ in rest if isinstance(what, Range)]
    if len(rest) > len(sizes):
        progress.step(_QUERIES, len(rest) - len(sizes), message("constraints"))
    waits = True  # for the first part
    try:
        for (_, what, _), (digest, outcome) in each(_check, rest, processes):
            parts.add(_name(job, what), digest, outcome)
            if isinstance(what, Range):
                if waits:
                    progress.step(_PARTS, sum(sizes), message("bytes"))
                    waits = False
                progress.advance(what.end - what.start)
            elif waits:
                progress.advance()
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


def _check(task: _Task) -> tuple[str, Outcome]:
    folder, what, earlier = task
    prepared = _prepared(folder)
    if isinstance(what, Range):
        return _check_part(prepared, folder, what, earlier)
    return _check_all(prepared, what)


def _check_all(prepared: _Prepared, number: int) -> tuple[str, Outcome]:
    """Check one constraint by one query, unless nothing that it depends on has changed."""
    job = prepared.job
    wide, listing, narrower = job.plan.set_wide[number], Listing(job.limit), job.triples.narrower()
    content = identity(job.plan.shapes, wide, narrower, job.triples.digests)
    digest = _digest(job, content.encode())
    if outcome := prepared.parts.outcome(digest):
        return digest, outcome
    if job.triples.may_have_blank or not wide.of_blank:
        listing.add(set_wide_results(prepared.store, job.plan.shapes, wide, narrower))
    return digest, Outcome(tuple(listing.results), listing.others)


def _digest(job: Job, content: bytes) -> str:
    return sha256(f"{job.recipe} {RECIPE} {job.limit}\n".encode() + content).hexdigest()


def _check_part(prepared: _Prepared, folder: Path, part: Range, earlier: _Earlier | None) -> tuple[str, Outcome]:
    """Check one part, or only nodes that see something else, unless it was checked as it is: which fail, then why."""
    job, neighbourhoods, engine = prepared.job, prepared.neighbourhoods, prepared.engine
    content = neighbourhoods.of_range(part)
    digest = _digest(job, content)
    if outcome := prepared.parts.outcome(digest):
        return digest, outcome
    data = folder / f"part-{part.start}.nt"
    changed, results = earlier or ((), ())
    data.write_bytes(neighbourhoods.of(changed) if changed else content)
    failing = engine.failing(data)
    data.unlink()
    listing, nodes = Listing(job.limit), sorted(failing)
    listing.add(results)
    for start in range(0, len(nodes), _BATCH):
        batch = nodes[start : start + _BATCH]
        data.write_bytes(neighbourhoods.of(node.encode() for node in batch))
        shapes = set[str]().union(*(failing[node] for node in batch))
        listing.add(dict.fromkeys(engine.results(data, sorted(shapes))))  # two equal results are one
        data.unlink()
    return digest, Outcome(tuple(listing.results), listing.others)

"""What became of a thing: described, renamed, gone. Every IRI that was ever published still has an answer.

The list `published` in the folder of the releases has all that any of them ever published, and outlives them. What
replaced a thing that is gone is itself data, in the graph of its source: `prov:alternateOf` to the new name of the same
thing, `dct:isReplacedBy` to another thing in its place.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from heapq import merge
from itertools import groupby
from pathlib import Path

from ..rdf.sorted_lines import SortedLines
from ..vocab import DCT, PROV
from .release import Release

PUBLISHED = "published"
_RENAMED, _REPLACED = PROV + "alternateOf", DCT + "isReplacedBy"


class State(StrEnum):
    """What the current release can say of an IRI."""

    DESCRIBED = "described"
    RENAMED = "renamed"
    GONE = "gone"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class ThingState:
    """The state of an IRI, and the IRIs that stand in its place, where the data say so."""

    state: State
    successors: tuple[str, ...] = ()


def state_of(release: Release, iri: str) -> ThingState:
    """What became of `iri`."""
    quads = release.quads(iri)
    successors = {p: [q.object for q in quads if q.predicate.value == p] for p in (_RENAMED, _REPLACED)}
    if any(quad.predicate.value not in successors for quad in quads):
        return ThingState(State.DESCRIBED)
    for predicate, state in ((_RENAMED, State.RENAMED), (_REPLACED, State.GONE)):
        if found := sorted(str(getattr(term, "value", term)) for term in successors[predicate]):
            return ThingState(state, tuple(found))
    known = SortedLines(release.path.parent / PUBLISHED)
    return ThingState(State.GONE if iri.encode() in known else State.UNKNOWN)


def record_published(releases: Path, canonical: Path, base: str) -> None:
    """Add what a release publishes to the list of all that ever was, in one rename."""
    path = releases / PUBLISHED
    new = path.with_name(f".{PUBLISHED}")
    before = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    with canonical.open("rb") as file, new.open("wb") as out:
        out.writelines(line for line, _ in groupby(merge(before, sorted(_subjects(file, base.encode())))))
    new.replace(path)


def _subjects(lines: Iterable[bytes], base: bytes) -> Iterator[bytes]:
    """The subjects under the base of sorted N-Quads, each once, as lines."""
    for subject, _ in groupby(line.split(b"> ", 1)[0][1:] for line in lines):
        if subject.startswith(base):
            yield subject + b"\n"

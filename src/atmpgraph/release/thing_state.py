"""The state of a thing: described, renamed, gone. Every IRI that any release published has an answer for ever.

The list `published` in the folder of the releases has all these IRIs, and outlives the releases. Successors are data,
in the graph of their source: `prov:alternateOf` leads to the new IRI of a thing, `dct:isReplacedBy` to another thing.
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from heapq import merge
from itertools import groupby
from pathlib import Path

from ..rdf.sorted_lines import SortedLines
from ..rdf.statements import text_of
from ..vocab import DCT, PROV
from .layout import ReleasesFolder, replacing
from .release import Release

_RENAMED, _REPLACED = PROV + "alternateOf", DCT + "isReplacedBy"


class State(StrEnum):
    """The state of an IRI in the current release."""

    DESCRIBED = "described"
    RENAMED = "renamed"
    GONE = "gone"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class ThingState:
    """The state of an IRI, and its successors."""

    state: State
    successors: tuple[str, ...] = ()


def state_of(release: Release, iri: str) -> ThingState:
    """The state of `iri` in a release."""
    quads = release.quads(iri)
    successors = {p: [q.object for q in quads if q.predicate.value == p] for p in (_RENAMED, _REPLACED)}
    if any(quad.predicate.value not in successors for quad in quads):
        return ThingState(State.DESCRIBED)
    for predicate, state in ((_RENAMED, State.RENAMED), (_REPLACED, State.GONE)):
        if successors[predicate]:
            return ThingState(state, tuple(sorted(map(text_of, successors[predicate]))))
    published = SortedLines(ReleasesFolder(release.path.parent).published)
    return ThingState(State.GONE if iri.encode() in published else State.UNKNOWN)


def record_published(releases: Path, canonical: Path, base: str) -> None:
    """Add the things that a release describes to the list of all published IRIs."""
    path = ReleasesFolder(releases).published
    with ExitStack() as files, replacing(path) as out:
        before = files.enter_context(path.open("rb")) if path.exists() else ()
        described = sorted(_subjects(files.enter_context(canonical.open("rb")), base.encode()))
        out.writelines(line for line, _ in groupby(merge(before, described)))


def _subjects(lines: Iterable[bytes], base: bytes) -> Iterator[bytes]:
    """The subjects under the base of sorted N-Quads, each once, as lines."""
    for subject, _ in groupby(line.split(b"> ", 1)[0][1:] for line in lines):
        if subject.startswith(base):
            yield subject + b"\n"

"""The state of a thing: described, renamed, gone. Every IRI that any release published has an answer for ever.

The list `published` in the folder of the releases has all these IRIs, and outlives the releases. Successors are data,
in the graph of their source: `prov:alternateOf` leads to the new IRI of a thing, `dct:isReplacedBy` to another thing.
"""

import tempfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import chain, filterfalse
from pathlib import Path
from typing import Final, TypeVar

from ..addresses import Addresses
from ..errors import DamagedError
from ..rdf.canonical import CanonicalWriter, aligned, subjects
from ..rdf.sorted_lines import CutFileError, SortedLines
from ..rdf.statements import text_of
from ..vocab import DCT, PROV, RDF
from .integrity import State as FileState
from .integrity import prove_once
from .layout import ReleasesFolder
from .release import Release, is_sealed
from .sealed import check_lines, is_seal, sealing_lines

T = TypeVar("T")
_RENAMED, _REPLACED = PROV + "alternateOf", DCT + "isReplacedBy"
_SUCCESSION = frozenset(f"<{predicate}>".encode() for predicate in (_RENAMED, _REPLACED))
_PIECE: Final = 1 << 20  # bytes of a list that are read at once


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
    """The state of `iri` in a release.

    Raises:
        DamagedError: a file that tells it is not whole.
    """
    if release.lines(iri, RDF + "type"):  # as nearly always; some things have very many other statements
        return ThingState(State.DESCRIBED)
    stated = release.lines(iri)
    if any(line.split(b" ", 2)[1] not in _SUCCESSION for line in stated):
        return ThingState(State.DESCRIBED)
    for predicate, state in ((_RENAMED, State.RENAMED), (_REPLACED, State.GONE)) if stated else ():
        if successors := {text_of(quad.object) for quad in release.quads(iri, predicate)}:
            return ThingState(state, tuple(sorted(successors)))
    return undescribed(release, iri)


def undescribed(release: Release, iri: str) -> ThingState:
    """The state of an IRI of which a release states nothing.

    Raises:
        DamagedError: the list of what was ever published is not whole.
    """
    return ThingState(State.GONE if was_published(release.path.parent, iri) else State.UNKNOWN)


def was_published(releases: Path, iri: str) -> bool:
    """Whether any release ever described a thing.

    Raises:
        DamagedError: the list is not whole.
    """
    return _published(releases, lambda path, state: iri.encode() in _open(path, state), default=False)


def may_end(releases: Path, ending: str) -> bool:
    """Whether the IRI of a thing that any release ever described may end so; it may where nothing tells.

    Raises:
        DamagedError: the list is not whole.
    """
    return _published(releases, lambda path, state: _ends(path, ending.encode(), state), default=True)


def _published(releases: Path, look: Callable[[Path, FileState], T], *, default: T) -> T:
    """What a look at the list gives; the default where there is none beside releases that were put together by hand.

    Raises:
        DamagedError: the list is not whole.
    """
    path = ReleasesFolder(releases).published
    try:
        state = prove_once(path, "published", lambda: check_lines(path, must=is_sealed(releases)))
    except DamagedError:
        if not path.exists() and not is_sealed(releases):
            return default
        raise
    try:
        return look(path, state)
    except (CutFileError, FileNotFoundError):
        raise DamagedError(path, "cut while it was read") from None


@lru_cache(2)
def _open(path: Path, _: FileState) -> SortedLines:
    """A list; opened again when it is another one."""
    return SortedLines.open(path)


@lru_cache(64)
def _ends(path: Path, ending: bytes, _: FileState) -> bool:
    """Whether a line of a list ends so, or has a part that is percent-encoded, which may mean that ending."""
    wanted, piece = ending + b"\n", b""
    with path.open("rb", buffering=0) as lines:  # not mapped into memory: a list that is cut would end the process
        while read := lines.read(_PIECE):
            piece = piece[-len(wanted) :] + read
            if wanted in piece or b"%" in piece:
                return True
    return False


def record_published(releases: Path, canonical: Iterable[Path], base: str) -> None:
    """Add the things that releases describe to the list of all published IRIs.

    Args:
        releases: the folder.
        canonical: files of sorted N-Quads.
        base: of the publication.
    """
    path = ReleasesFolder(releases).published
    own = tuple(b"<" + start.encode() for start in Addresses(base).own)
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as files:
        writer = CanonicalWriter(Path(scratch))  # IRIs sort in another way without what follows them
        for subject in chain.from_iterable(map(subjects, canonical)):
            if subject.startswith(own):
                writer.add(subject[1:-2].decode() + "\n")
        lists: list[Iterable[bytes]] = [files.enter_context(run.open("rb")) for run in writer.runs()]
        if path.exists():
            lists.append(filterfalse(is_seal, files.enter_context(path.open("rb"))))
        out = files.enter_context(sealing_lines(path))
        for parts in aligned(lists):
            out.write(b"".join(dict.fromkeys(sorted(chain.from_iterable(parts)))))

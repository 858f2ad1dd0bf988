"""What changed between two releases: both files are sorted, so one pass over the two is enough."""

import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import lru_cache
from io import BufferedReader
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from ..addresses import Addresses
from ..rdf.canonical import aligned, subject_of
from ..rdf.differing import differing
from .history import removed_summary
from .layout import ReleaseFolder, write_json
from .listing import read_listed
from .release import Release, open_at

Kind: TypeAlias = Literal["added", "removed", "changed"]
KINDS: Final[tuple[Kind, ...]] = ("added", "removed", "changed")


@dataclass(frozen=True)
class Change:
    """The change of one thing: statements removed and added, and all statements about it now."""

    thing: str
    removed: list[str]
    added: list[str]
    now: list[str]

    @property
    def kind(self) -> Kind:
        """Whether the thing is new, gone, or different."""
        if not self.now:
            return "removed"
        return "added" if len(self.added) == len(self.now) and not self.removed else "changed"


@dataclass(frozen=True)
class Diff:
    """A difference: lines of canonical N-Quads removed and added, and the things they are about."""

    removed: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    things: dict[str, Kind] = field(default_factory=dict)

    def without_rows(self, base: str) -> "Diff":
        """The difference without the row numbers of things: an inserted row moves all rows below it."""
        end = f"<{Addresses(base).graph('tables')}> ."
        removed, added = ([line for line in lines if not line.endswith(end)] for lines in (self.removed, self.added))
        changed = {line[1 : line.index("> ")] for line in (*removed, *added)}
        return Diff(removed, added, {thing: kind for thing, kind in self.things.items() if thing in changed})

    def counts(self) -> dict[str, int]:
        """How many statements and things."""
        kinds = list(self.things.values())
        things = {f"things_{kind}": kinds.count(kind) for kind in ("added", "removed", "changed")}
        return {"added": len(self.added), "removed": len(self.removed), **things}

    def as_json(self) -> dict[str, Any]:
        """The difference as JSON."""
        return {"removed": self.removed, "added": self.added, "things": self.things}

    def lines(self, counts: Mapping[str, int] | None = None) -> Iterator[str]:
        """The difference for people: the things first, then the statements; last `counts`, by default its own."""
        counts = counts or self.counts()
        for thing, change in self.things.items():
            yield f"{change:8}{thing}"
        for sign, statements in (("-", self.removed), ("+", self.added)):
            for statement in statements:
                yield f"{sign} {statement}"
        things = sum(counts[f"things_{kind}"] for kind in KINDS)
        yield f"things changed: {things}; statements removed: {counts['removed']}, added: {counts['added']}"

    def patch(self, old: str | None, new: str) -> Iterator[str]:
        """The difference as RDF Patch (https://afs.github.io/rdf-delta/rdf-patch.html), from the IRI `old` to `new`."""
        signed = (f"{sign} {line}" for sign, lines in (("D", self.removed), ("A", self.added)) for line in lines)
        return _patch(old, new, signed)


def new_patch(new: str, canonical: Path) -> Iterator[str]:
    """The patch that makes a release of nothing, from the file of its statements."""
    with canonical.open(encoding="utf-8", newline="\n") as lines:
        yield from _patch(None, new, (f"A {line}".removesuffix("\n") for line in lines))


def _patch(old: str | None, new: str, changes: Iterable[str]) -> Iterator[str]:
    yield f"H id <{new}> ."
    if old:
        yield f"H prev <{old}> ."
    yield "TX ."
    yield from changes
    yield "TC ."


def diff(old: Path | None, new: Path, base: str, *, rows: bool = False) -> Diff:
    """Compare two release folders.

    Args:
        old: None for nothing, before the first release.
        new: the later one.
        base: of the publication.
        rows: include changed row numbers.
    """
    removed, added = list[str](), list[str]()
    things: dict[str, Kind] = {}
    with ExitStack() as files:
        before = files.enter_context(ReleaseFolder(old).canonical.open("rb")) if old else ()
        after = files.enter_context(ReleaseFolder(new).canonical.open("rb"))
        for change in changes(before, after):
            removed += change.removed
            added += change.added
            things[change.thing] = change.kind
    difference = Diff(removed, added, things)
    return difference if rows else difference.without_rows(base)


def write_changes(
    path: Path, previous: ReleaseFolder | None, base: str, *, reactivated: bool = False
) -> dict[str, int] | None:
    """Write the difference to the release before, which may be removed later; returns its counts.

    Args:
        path: the folder of the release.
        previous: the release before.
        base: of the publication.
        reactivated: the release is not new, and nothing is written into its folder.
    """
    if previous is None or not previous.canonical.is_file():
        return None
    folder, difference = ReleaseFolder(path), diff(previous.path, path, base, rows=True)
    file = folder.reactivated.changes_since(previous.path.name) if reactivated else folder.changes
    write_json(file, difference.as_json())
    return difference.without_rows(base).counts()


def read_changes(release: Release, predecessor: str | None = None) -> Diff | None:
    """The difference to the release before, rows included; None when it was not recorded and that one is removed.

    Args:
        release: the later one.
        predecessor: digest of the release that was live before a reactivation; None for the first time.

    Raises:
        DamagedError: a file that tells it is not whole.
    """
    folder, first = release.folder, release.manifest.previous
    previous = predecessor or first
    reactivated = folder.reactivated
    if predecessor and (text := read_listed(reactivated.changes_since(predecessor), reactivated.listing)):
        return Diff(**json.loads(text))
    if previous == first and release.whole(folder.changes).is_file():
        return Diff(**json.loads(folder.changes.read_bytes()))
    after = release.whole(folder.canonical).parent
    if not previous:
        return diff(None, after, release.base, rows=True)
    releases = folder.path.parent
    try:
        before = open_at(releases / previous, release.base)
    except FileNotFoundError:
        removed_summary(releases, previous)
        return None
    return diff(before.whole(before.folder.canonical).parent, after, release.base, rows=True)


@lru_cache(maxsize=1024)  # the difference of two releases never changes
def change_counts(folder: Path, predecessor: str, base: str) -> dict[str, int] | None:
    """The counts of the difference that a reactivation made; None as for `read_changes`."""
    difference = read_changes(Release(folder, base), predecessor)
    return difference.without_rows(base).counts() if difference else None


def changes(before: Iterable[bytes], after: Iterable[bytes]) -> Iterator[Change]:
    """The changes between the lines of two canonical files, most quickly of open files; in the order of the IRIs."""
    if isinstance(before, BufferedReader) and isinstance(after, BufferedReader):
        for differences in differing(before, after):
            yield from _changes(*differences)
        return
    for stood, stands in aligned([before, after], subjects=True):
        if stood != stands:
            yield from _changes(stood, stands)


def _changes(before: list[bytes], after: list[bytes]) -> Iterator[Change]:
    """The same between lines in memory."""
    if not before:
        yield from _new(after)
        return
    had, has = frozenset(before), frozenset(after)
    for subject in sorted(set(map(subject_of, had ^ has))):
        stood, now = _about(before, subject), _about(after, subject)
        removed, added = [line for line in stood if line not in has], [line for line in now if line not in had]
        yield Change(subject[1:-2].decode(), *(list(map(_text, lines)) for lines in (removed, added, now)))


def _new(lines: list[bytes]) -> Iterator[Change]:
    """The things of a release that follows none; so many that what is done to a line counts."""
    start = 0
    while start < len(lines):
        subject = subject_of(lines[start])
        end = _end(lines, subject, start)
        stated = b"".join(lines[start:end]).decode()[:-1].split("\n")
        yield Change(subject[1:-2].decode(), [], stated, stated)
        start = end


def _about(lines: list[bytes], subject: bytes) -> list[bytes]:
    start = bisect_left(lines, subject)
    return lines[start : _end(lines, subject, start)]


def _end(lines: list[bytes], subject: bytes, start: int) -> int:
    return bisect_left(lines, subject[:-1] + b"!", start)


def _text(line: bytes) -> str:
    return line.decode().rstrip("\n")

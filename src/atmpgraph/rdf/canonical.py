"""Canonical N-Quads: sorted, distinct lines without blank nodes are RDFC-1.0 canonical form as they stand.

Lines sort by code point, which for UTF-8 is the order of the bytes. So a graph is sorted once, in runs that fit in
memory and are then merged as they are read; its SHA-256 is its identity. Sorted files are read side by side in blocks
of lines, because what is done to a block is done at the speed of C (`docs/decisions/building.md`).
"""

import hashlib
import sys
import tempfile
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import chain, islice
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from ..reasons import telling_place
from .differing import differing
from .terms import without_graph

# Lines in memory before they are sorted into a run on disk; about 50 MB.
RUN_LENGTH: Final = 250_000
_BLOCK: Final = 8_192  # lines of each file that are read at once


class CanonicalWriter:
    """Takes lines in any order and sorts them into runs: files of sorted, distinct lines.

    As a context it removes the runs in the end; else they stay as long as the folder.
    """

    def __init__(self, scratch: Path, run_length: int = RUN_LENGTH) -> None:
        self._scratch, self._run_length = scratch, run_length
        self._lines: list[str] = []
        self._runs: list[Path] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for run in self._runs:
            run.unlink()

    def add(self, line: str) -> None:
        """Add one line with its line end."""
        self._lines.append(line)
        if len(self._lines) >= self._run_length:
            self._spill()

    def _spill(self) -> None:
        with (
            telling_place(self._scratch),
            tempfile.NamedTemporaryFile(dir=self._scratch, prefix="run-", delete=False) as run,
        ):
            run.write("".join(sorted(set(self._lines))).encode())
        self._runs.append(Path(run.name))
        self._lines = []

    def runs(self) -> tuple[Path, ...]:
        """The runs that together have all lines added so far."""
        if self._lines:
            self._spill()
        return tuple(self._runs)

    def lines(self) -> Iterator[bytes]:
        """All lines added so far, sorted and distinct."""
        return merged(self.runs())

    def write(self, path: Path) -> str:
        """Write the lines to `path` and return their SHA-256 in hexadecimal."""
        digest = hashlib.sha256()
        with telling_place(path), path.open("wb") as file:
            for block in merged_blocks(self.runs()):
                content = b"".join(block)
                digest.update(content)
                file.write(content)
        return digest.hexdigest()


def sorted_runs(lines: Iterable[str], scratch: Path) -> tuple[Path, ...]:
    """Lines in any order as runs."""
    writer = CanonicalWriter(scratch)
    for line in lines:
        writer.add(line)
    return writer.runs()


def merged(runs: Iterable[Path]) -> Iterator[bytes]:
    """The lines of several runs, sorted and distinct."""
    return chain.from_iterable(merged_blocks(runs))


def merged_blocks(runs: Iterable[Path]) -> Iterator[list[bytes]]:
    """The same in blocks."""
    with ExitStack() as files:
        for parts in aligned([files.enter_context(run.open("rb")) for run in runs]):
            yield list(dict.fromkeys(sorted(chain.from_iterable(parts))))  # quick: parts are sorted


def aligned(files: Sequence[Iterable[bytes]], *, subjects: bool = False) -> Iterator[list[list[bytes]]]:
    """Sorted lines of several files side by side: from each the lines up to the same one, then those up to the next.

    Args:
        files: of sorted lines.
        subjects: never part the lines of one subject.
    """
    rest = list(map(iter, files))
    read: list[list[bytes]] = [[] for _ in files]
    ended = [False] * len(files)
    more: Sequence[int] = range(len(files))
    while True:
        for number in more:
            block = list(islice(rest[number], _BLOCK))
            ended[number] = len(block) < _BLOCK
            read[number] = read[number] + block if read[number] else block
        lasts = {number: lines[-1] for number, lines in enumerate(read) if not ended[number]}
        if not lasts:
            if any(read):
                yield read
            return
        bound = min(lasts.values())
        if subjects:
            subject = subject_of(bound)
            ends = [bisect_left(lines, subject) for lines in read]
        else:
            ends = [bisect_right(lines, bound) for lines in read]
        if any(ends):
            yield [lines[:end] for lines, end in zip(read, ends, strict=True)]
            read = [lines[end:] for lines, end in zip(read, ends, strict=True)]
        more = [number for number in lasts if not read[number] or (not any(ends) and lasts[number] == bound)]


def line_changes(
    before: Iterable[bytes], after: Iterable[bytes], most: int = sys.maxsize
) -> tuple[list[bytes], list[bytes]] | None:
    """Of sorted lines those that went and those that came; None where they are too many.

    Args:
        before, after: the lines.
        most: how many there may be.
    """
    return _changes(((stood, stands) for stood, stands in aligned([before, after]) if stood != stands), most)


def file_changes(before: Path, after: Path, most: int) -> tuple[list[bytes], list[bytes]] | None:
    """The same of two sorted files."""
    with before.open("rb") as old, after.open("rb") as new:
        return _changes(differing(old, new), most)


def _changes(
    differences: Iterable[tuple[list[bytes], list[bytes]]], most: int
) -> tuple[list[bytes], list[bytes]] | None:
    removed, added = list[bytes](), list[bytes]()
    for stood, stands in differences:
        had, has = set(stood), set(stands)
        removed += had - has
        added += has - had
        if len(removed) + len(added) > most:
            return None
    return removed, added


def triple_blocks(blocks: Iterable[Iterable[bytes]]) -> Iterator[list[bytes]]:
    """The triples of blocks of sorted N-Quads, sorted and distinct.

    Equal triples of two graphs are neighbours: a space ends a term, and sorts below all that could go on in it.
    """
    last: list[bytes] = []
    for block in blocks:
        triples = list(dict.fromkeys(chain(last, map(without_graph, block))))
        yield triples[len(last) :]
        last = triples[-1:]


def subjects(path: Path) -> Iterator[bytes]:
    """The subjects of a file of sorted lines, each once, as `<IRI>` and a space."""
    subject = b"\n"
    with path.open("rb", buffering=1 << 20) as lines:
        for line in lines:
            if not line.startswith(subject):
                subject = subject_of(line)
                yield subject


def subject_of(line: bytes) -> bytes:
    """The subject of a line, with the space after it: all lines about it start like that, and no others."""
    return line[: line.index(b" ") + 1]

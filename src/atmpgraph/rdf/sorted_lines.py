"""Binary search in a sorted file of lines on disk, safe between threads.

The file is read piece by piece (pread(2)) and never mapped: a mapped file that shrinks would end the process. Any bytes
end a search, also those of a file that is cut or was never sorted. The lines at which searches turn first stay in
memory, so a search reads one block.
"""

import os
import re
import weakref
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice, takewhile
from operator import methodcaller
from pathlib import Path
from typing import Final, Self

_AROUND: Final = 1 << 11  # bytes read to each side of a place, enough for most lines
_BLOCK: Final = 1 << 14  # bytes in which a search ends, and that are read at once of neighbouring lines
_FEW: Final = 300  # lines
_TURNS: Final = 1 << 13  # lines in memory, some 400 bytes each
_WHOLE: Final = 1 << 20  # and of the whole file


class CutFileError(OSError):
    """The file has become shorter since it was opened."""


@dataclass(frozen=True)
class SortedLines:
    """The lines of an open file sorted by their bytes, up to the size that it had when it was opened."""

    path: Path
    size: int
    _descriptor: int
    _most_turns: int
    _turns: dict[int, tuple[int, bytes]] = field(default_factory=dict, repr=False, compare=False)
    _last: list[tuple[int, int, list[bytes]]] = field(default_factory=list, repr=False, compare=False)

    @classmethod
    def open(cls, path: Path, most_turns: int = _TURNS) -> Self:
        """Open the lines of a file.

        Args:
            path: of the file.
            most_turns: how many lines at which searches turn stay in memory; one in 16 KB are all.

        Raises:
            OSError: there is no such file, or it cannot be read.
        """
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        lines = cls(path, os.fstat(descriptor).st_size, descriptor, most_turns)
        weakref.finalize(lines, os.close, descriptor)
        return lines

    def starting(self, prefix: bytes) -> list[bytes]:
        """The lines that start with `prefix`, without their line ends.

        Raises:
            CutFileError: the file was cut.
        """
        near, after = self._near(prefix)
        lines = [*takewhile(methodcaller("startswith", prefix), near)]
        if len(lines) == len(near):
            lines += takewhile(methodcaller("startswith", prefix), self._lines(after, _BLOCK, self.size))
        return lines

    def few_starting(self, prefix: bytes) -> list[bytes] | None:
        """The same; None of more than some hundreds, which are not read.

        Raises:
            CutFileError: the file was cut.
        """
        lines = [*islice(takewhile(methodcaller("startswith", prefix), self._not_before(prefix)), _FEW + 1)]
        return lines if len(lines) <= _FEW else None

    def between(self, first: bytes, last: bytes | None) -> Iterator[bytes]:
        """The lines that do not sort before `first`, and before `last` if it is given; without their line ends.

        Raises:
            CutFileError: the file was cut.
        """
        for line in self._not_before(first):
            if last is not None and line >= last:
                break
            yield line

    def matching(self, pattern: re.Pattern[bytes]) -> Iterator[re.Match[bytes]]:
        """The match of a pattern at the start of each line that has one; this takes as long as reading the file.

        Raises:
            CutFileError: the file was cut.
        """
        return filter(None, map(pattern.match, self._lines(0, _WHOLE, self.size)))

    def __contains__(self, line: bytes) -> bool:
        """Whether `line`, without its line end, is one of the lines."""
        return next(self._not_before(line), None) == line

    def _not_before(self, prefix: bytes) -> Iterator[bytes]:
        """The lines that do not sort before `prefix`, from the first one on."""
        near, after = self._near(prefix)
        yield from near
        yield from self._lines(after, _BLOCK, self.size)

    def _near(self, prefix: bytes) -> tuple[list[bytes], int]:
        """The first of the lines that do not sort before `prefix`, maybe none; and the offset of the next."""
        low, high = 0, self.size
        while high - low > _BLOCK:
            start, line = self._turn((low + high) // 2)
            if line < prefix:
                low = start + len(line) + 1
            else:
                high = start
        lines = self._block(low, high)
        return lines[bisect_left(lines, prefix) :], max(low, high)

    def _block(self, low: int, high: int) -> list[bytes]:
        """The lines between two offsets; those of the last search are in memory, since a thing is sought repeatedly."""
        for first, last, lines in self._last:
            if (first, last) == (low, high):
                return lines
        lines = self._read(low, high).split(b"\n")
        if not lines[-1]:  # after the last line end
            lines.pop()
        self._last[:] = [(low, high, lines)]
        return lines

    def _turn(self, place: int) -> tuple[int, bytes]:
        """The line that a byte belongs to, and its offset, from memory where searches have turned there."""
        if (turn := self._turns.get(place)) is None:
            turn = self._around(place)
            if len(self._turns) < self._most_turns:
                self._turns[place] = turn
        return turn

    def _around(self, place: int) -> tuple[int, bytes]:
        """The line that a byte belongs to, and its offset."""
        before = after = _AROUND
        while True:
            first, last = max(0, place - before), min(self.size, place + after)
            piece = self._read(first, last)
            start, end = piece.rfind(b"\n", 0, place - first) + 1, piece.find(b"\n", place - first)
            if not start and first:
                before *= 4
            elif end < 0 and last < self.size:
                after *= 4
            else:
                return first + start, piece[start : end if end >= 0 else len(piece)]

    def _lines(self, offset: int, size: int, end: int) -> Iterator[bytes]:
        """The lines between two offsets, read in pieces of `size` bytes."""
        rest = b""
        while offset < end:
            piece = self._read(offset, min(end, offset + size))
            offset += len(piece)
            *lines, rest = (rest + piece).split(b"\n")
            yield from lines
        if rest:
            yield rest

    def _read(self, start: int, end: int) -> bytes:
        """The bytes from one offset to another."""
        pieces = []
        while start < end:
            piece = os.pread(self._descriptor, end - start, start)
            if not piece:
                raise CutFileError(f"{self.path}: cut while it was read")
            pieces.append(piece)
            start += len(piece)
        return b"".join(pieces)

"""A file of lines, each found by its number: beside it stands an index with the offset of each line.

An offset has eight bytes, the most significant first, and the last one is the size of the file. So one page of a list
takes two reads, however long the list is; in sorted lines, a binary search counts those that start alike. The lines at
which searches turn first stay in memory, so a search reads one block.
"""

import os
import struct
import weakref
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import accumulate, islice
from pathlib import Path
from typing import Final, Self, TypeVar, overload

from .sorted_lines import CutFileError

_WIDTH: Final = 8
_BLOCK: Final = 10_000  # lines that are written at once
_REMEMBERED: Final = 1 << 10  # names of files
_NEAR: Final = 64  # lines in which a search ends
_TURNS: Final = 1 << 11  # lines in memory
_BEGINNING: Final = 200  # bytes of each
_OPEN: Final = 16  # lists whose files stay open, two each
_READING: Final = os.O_RDONLY | os.O_CLOEXEC
R = TypeVar("R")


@lru_cache(_REMEMBERED)
def index_of(path: Path) -> Path:
    """The index of a file of lines."""
    return path.with_suffix(".index")


def write_lines(path: Path, lines: Iterable[bytes]) -> None:
    """Write lines, given with their line ends, and their index."""
    rest = iter(lines)
    with ListWriter(path) as out:
        while block := list(islice(rest, _BLOCK)):
            out.write_block(block)


class ListWriter:
    """Writes lines one by one, and their index; as a context, which closes both."""

    def __init__(self, path: Path) -> None:
        """Create both files anew: one that is there may be that of another release too, by a link."""
        for file in (path, index_of(path)):
            file.unlink(missing_ok=True)
        self._lines, self._index, self._offset = path.open("wb"), index_of(path).open("wb"), 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._index.write(self._offset.to_bytes(_WIDTH))
        self._lines.close()
        self._index.close()

    def write_block(self, lines: Sequence[bytes]) -> None:
        """Write lines, given with their line ends."""
        *starts, self._offset = accumulate(map(len, lines), initial=self._offset)
        self._index.write(struct.pack(f">{len(starts)}Q", *starts))
        self._lines.write(b"".join(lines))

    def write(self, line: bytes) -> None:
        """Write a line, given with its line end."""
        self._index.write(self._offset.to_bytes(_WIDTH))
        self._lines.write(line)
        self._offset += len(line)


class NumberedLines(Sequence[bytes]):
    """The lines of a file, without their line ends."""

    def __init__(self, path: Path) -> None:
        """Open nothing: the first look-up opens the files, which stay open while few others are read (`_files`).

        Args:
            path: of the lines, which stay as they are; `index_of` it is the index.
        """
        self.path = path
        self._turns = dict[int, bytes]()

    def __len__(self) -> int:
        """How many there are."""
        return _files(self).count()

    @overload
    def __getitem__(self, number: int) -> bytes: ...
    @overload
    def __getitem__(self, number: slice) -> list[bytes]: ...

    def __getitem__(self, number: int | slice) -> bytes | list[bytes]:
        """A line by its number from 0, or neighbouring lines.

        Raises:
            CutFileError: a file was cut.
        """
        if isinstance(number, slice):
            first, last, _ = number.indices(len(self))
            return self._read(first, last) if first < last else []
        if not 0 <= number < len(self):
            raise IndexError(number)
        return self._read(number, number + 1)[0]

    def starting(self, prefix: bytes) -> range:
        """The numbers of the lines that start with `prefix`, if the lines are sorted.

        Raises:
            CutFileError: a file was cut.
        """
        if not prefix:
            return range(len(self))
        files, size = _files(self), len(prefix)
        lines, index, count = files.lines, files.index, files.count()

        def begins(number: int) -> bytes:
            return self._beginning(number, size, lines, index)

        low, high = 0, count
        while high - low > _NEAR:
            middle = (low + high) // 2
            if begins(middle) < prefix:
                low = middle + 1
            else:
                high = middle
        near = _lines(lines, index, low, min(high + _NEAR, count)) if low < count else []
        first = bisect_left(near, prefix)
        last = bisect_right(near, prefix, first, key=lambda line: line[:size])
        if last < len(near):  # as nearly always: most things have few such lines
            return range(low + first, low + last)
        first, last, most = low + first, low + last, _NEAR
        while last + most < count and begins(last + most) <= prefix:
            most *= 2
        return range(first, bisect_right(range(count), prefix, last, min(last + most, count), key=begins))

    def _beginning(self, number: int, size: int, lines: int, index: int) -> bytes:
        """The first `size` bytes of a line, or all of a shorter one."""
        turn = self._turns.get(number)
        if turn is None or size > len(turn) == _BEGINNING:
            start = int.from_bytes(_piece(index, number * _WIDTH, _WIDTH))
            turn = os.pread(lines, max(size, _BEGINNING), start).partition(b"\n")[0]
            if len(self._turns) < _TURNS:
                self._turns.setdefault(number, turn[:_BEGINNING])
        return turn[:size]

    def _read(self, first: int, last: int) -> list[bytes]:
        files = _files(self)
        return _lines(files.lines, files.index, first, last)


class Records(Sequence[R]):
    """What the lines of a list say, each read when it is needed."""

    def __init__(self, lines: NumberedLines, read: Callable[[bytes], R]) -> None:
        """Read nothing yet.

        Args:
            lines: of the list.
            read: reads one line.
        """
        self._lines, self._of = lines, read

    def __len__(self) -> int:
        """How many there are."""
        return len(self._lines)

    @overload
    def __getitem__(self, number: int) -> R: ...
    @overload
    def __getitem__(self, number: slice) -> list[R]: ...

    def __getitem__(self, number: int | slice) -> R | list[R]:
        """A record by its number from 0, or neighbouring ones."""
        if isinstance(number, slice):
            return list(map(self._of, self._lines[number]))
        return self._of(self._lines[number])


class Concatenated(Sequence[R]):
    """Two sequences as one, of which only what is needed is read."""

    def __init__(self, one: Sequence[R], other: Sequence[R]) -> None:
        """Read nothing yet."""
        self._one, self._other = one, other

    def __len__(self) -> int:
        """The length of both."""
        return len(self._one) + len(self._other)

    @overload
    def __getitem__(self, number: int) -> R: ...
    @overload
    def __getitem__(self, number: slice) -> list[R]: ...

    def __getitem__(self, number: int | slice) -> R | list[R]:
        """A member, or neighbouring ones."""
        if not isinstance(number, slice):
            return self[number : number + 1][0]
        first, last, _ = number.indices(len(self))
        skipped = len(self._one)
        return [*self._one[first:last], *self._other[max(first - skipped, 0) : max(last - skipped, 0)]]


class _Files:
    """The descriptors of lines and of their index; they close when nobody has this any more, so who reads keeps it."""

    def __init__(self, path: Path) -> None:
        self.lines = os.open(path, _READING)
        try:
            self.index = os.open(index_of(path), _READING)
        except OSError:
            os.close(self.lines)
            raise
        weakref.finalize(self, _close, self.lines, self.index)

    def count(self) -> int:
        """How many lines there are."""
        return max(os.fstat(self.index).st_size // _WIDTH - 1, 0)


def _close(*descriptors: int) -> None:
    for each in descriptors:
        os.close(each)


@lru_cache(_OPEN)
def _files(of: NumberedLines) -> _Files:
    """The open files of some lines: to open both takes longer than a search."""
    return _Files(of.path)


def _lines(lines: int, index: int, first: int, last: int) -> list[bytes]:
    """The lines from the first number to before the last, of which there is at least one."""
    offsets = _piece(index, first * _WIDTH, (last - first + 1) * _WIDTH)
    start, end = int.from_bytes(offsets[:_WIDTH]), int.from_bytes(offsets[-_WIDTH:])
    return _piece(lines, start, max(end - start, 0)).split(b"\n")[:-1]


def _piece(descriptor: int, start: int, size: int) -> bytes:
    piece = os.pread(descriptor, size, start)
    while len(piece) < size:
        more = os.pread(descriptor, size - len(piece), start + len(piece))
        if not more:
            raise CutFileError("cut while it was read")
        piece += more
    return piece

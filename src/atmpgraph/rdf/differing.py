"""Where two files of sorted lines differ: most of two releases is the same, which is compared as bytes.

To compare two files of 240 MB with a few other lines takes a quarter of a second of a processor, line by line one.
"""

from bisect import bisect_left
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO, Final

_BYTES: Final = 1 << 20  # compared at once
_LOOK: Final = 1 << 16  # bytes that are read as lines where something differs; more where much does, or one subject has


class _Side:
    """One of the files, from the first line that is not done."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.held, self.ended = b"", False

    def fill(self, size: int) -> None:
        """Hold so many bytes, if there are as many."""
        if (wanted := size - len(self.held)) > 0 and not self.ended:
            more = self._file.read(wanted)
            self.held, self.ended = self.held + more, len(more) < wanted

    def start(self, at: int) -> int:
        """Where the lines begin that are about the subject of the line with that byte."""
        held = self.held
        line = held.rfind(b"\n", 0, max(at - 1, 0)) + 1 if at == len(held) else held.rfind(b"\n", 0, at) + 1
        space = held.find(b" ", line)
        if space < 0:  # not all of the line is here
            return self.start(line - 1) if line else 0
        subject = held[line : space + 1]
        if held.startswith(subject):
            return 0
        first = held.find(b"\n" + subject, 0, line)
        return first + 1 if first >= 0 else line

    def lines(self, size: int) -> tuple[list[bytes], bytes] | None:
        """The lines of some first subjects, and the next subject, empty at the end; None if none ends in that size."""
        if self.ended and len(self.held) <= size:
            return BytesIO(self.held).readlines(), b""
        end = self.start(min(size, len(self.held)) - 1)
        lines = BytesIO(self.held[:end]).readlines()
        return (lines, self.held[end : self.held.index(b" ", end) + 1]) if end else None

    def take(self, lines: list[bytes], bound: bytes) -> list[bytes]:
        """Take the first of some lines away: those before a subject, or all."""
        part = lines[: bisect_left(lines, bound)] if bound else lines
        self.held = self.held[sum(map(len, part)) :]
        return part


def differing(before: BinaryIO, after: BinaryIO) -> Iterator[tuple[list[bytes], list[bytes]]]:
    """Neighbouring lines of both that are not all the same, all lines of a subject together, in their order.

    Args:
        before, after: files of sorted lines, each with its end; what is before the first space of one is its subject.
    """
    sides = one, other = _Side(before), _Side(after)
    size, look = _BYTES, _LOOK
    while True:
        for side in sides:
            side.fill(max(size, look))
        if one.held == other.held:
            if one.ended and other.ended:
                return
            start, least = one.start(len(one.held)), 0
        else:
            same = _common(one.held, other.held)
            start, least = min(side.start(same) for side in sides), look
        if start > least:
            for side in sides:
                side.held = side.held[start:]
            size, look = _BYTES, max(look // 2, _LOOK)
        elif not least:  # all of one subject
            size *= 2
        elif (parts := _parts(one, other, look)) is None:
            look *= 2
        else:
            yield parts
            size, look = _BYTES, min(2 * look, _BYTES)  # where much differs, most is read as lines


def _parts(one: _Side, other: _Side, size: int) -> tuple[list[bytes], list[bytes]] | None:
    """The lines of the first subjects of both, which are done then."""
    first, second = one.lines(size), other.lines(size)
    if first is None or second is None:
        return None
    bound = min((subject for _, subject in (first, second) if subject), default=b"")
    return one.take(first[0], bound), other.take(second[0], bound)


def _common(one: bytes, other: bytes) -> int:
    """How many bytes both begin with."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low

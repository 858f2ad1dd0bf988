"""Binary search in a sorted file of lines on disk: no index, nothing in memory, safe between threads."""

import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class SortedLines:
    """The lines of a file sorted by their bytes; an absent or empty file has none."""

    path: Path

    @cached_property
    def _data(self) -> mmap.mmap | bytes:
        if not self.path.exists() or self.path.stat().st_size == 0:
            return b""
        with self.path.open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def starting(self, prefix: bytes) -> list[bytes]:
        """The lines that start with `prefix`, without their line ends."""
        data, at = self._data, self._first(prefix)
        lines = []
        while at < len(data) and data[at : at + len(prefix)] == prefix:
            end = data.find(b"\n", at)
            lines.append(data[at:end])
            at = end + 1
        return lines

    def matching(self, pattern: re.Pattern[bytes]) -> Iterator[re.Match[bytes]]:
        """The matches of a pattern in the whole file, which takes as long as reading it."""
        return pattern.finditer(self._data)

    def __contains__(self, line: bytes) -> bool:
        """Whether `line`, without its line end, is one of the lines."""
        at = self._first(line)
        return at < len(self._data) and self._data[at : self._data.find(b"\n", at)] == line

    def _first(self, prefix: bytes) -> int:
        """The offset of the first line that does not sort before `prefix`."""
        data = self._data
        low, high = 0, len(data)
        while low < high:
            middle = (low + high) // 2
            start = data.rfind(b"\n", 0, middle) + 1
            end = data.find(b"\n", middle)
            if data[start:end] < prefix:
                low = end + 1
            else:
                high = start
        return low

"""Canonical N-Quads: sorted, distinct lines without blank nodes are RDFC-1.0 canonical form as they stand.

Lines sort by code point, which for UTF-8 is the order of the bytes. So a release is sorted in runs that fit in memory,
which are then merged; its SHA-256 is its identity.
"""

import hashlib
import heapq
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import IO, Self

# Lines in memory before they are sorted into a run on disk; about 200 MB.
RUN_LENGTH = 1_000_000


class CanonicalWriter:
    """Takes lines in any order and writes them sorted and distinct."""

    def __init__(self, scratch: Path, run_length: int = RUN_LENGTH) -> None:
        self._scratch, self._run_length = scratch, run_length
        self._lines: list[bytes] = []
        self._runs: list[IO[bytes]] = []
        self._files = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._files.close()

    def add(self, line: str) -> None:
        """Add one line with its line end."""
        self._lines.append(line.encode())
        if len(self._lines) >= self._run_length:
            self._spill()

    def _spill(self) -> None:
        run: IO[bytes] = self._files.enter_context(tempfile.TemporaryFile(dir=self._scratch))  # noqa: SIM115
        run.writelines(sorted(set(self._lines)))
        self._runs.append(run)
        self._lines = []

    def lines(self) -> Iterator[bytes]:
        """All lines added so far, sorted and distinct."""
        for run in self._runs:
            run.seek(0)
        for line, _ in groupby(heapq.merge(*self._runs, sorted(set(self._lines)))):
            yield line

    def write(self, path: Path) -> str:
        """Write the lines to `path` and return their SHA-256 in hexadecimal."""
        digest = hashlib.sha256()
        with path.open("wb") as file:
            for line in self.lines():
                digest.update(line)
                file.write(line)
        return digest.hexdigest()

"""Canonical N-Quads: sorted, distinct lines without blank nodes are RDFC-1.0 canonical form as they stand.

Lines sort by code point, which for UTF-8 is the order of the bytes. So a graph is sorted once, in runs that fit in
memory and are then merged as they are read; its SHA-256 is its identity.
"""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from heapq import merge
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Final, Self

# Lines in memory before they are sorted into a run on disk; about 50 MB.
RUN_LENGTH: Final = 250_000


class CanonicalWriter:
    """Takes lines in any order and sorts them into runs: files of sorted, distinct lines.

    As a context it removes the runs in the end; else they stay as long as the folder.
    """

    def __init__(self, scratch: Path, run_length: int = RUN_LENGTH) -> None:
        self._scratch, self._run_length = scratch, run_length
        self._lines: list[bytes] = []
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
        self._lines.append(line.encode())
        if len(self._lines) >= self._run_length:
            self._spill()

    def _spill(self) -> None:
        with tempfile.NamedTemporaryFile(dir=self._scratch, prefix="run-", delete=False) as run:
            run.writelines(sorted(set(self._lines)))
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
        with path.open("wb") as file:
            for line in self.lines():
                digest.update(line)
                file.write(line)
        return digest.hexdigest()


def sorted_runs(lines: Iterable[str], scratch: Path) -> tuple[Path, ...]:
    """Lines in any order as runs."""
    writer = CanonicalWriter(scratch)
    for line in lines:
        writer.add(line)
    return writer.runs()


def merged(runs: Iterable[Path]) -> Iterator[bytes]:
    """The lines of several runs, sorted and distinct."""
    with ExitStack() as files:
        for line, _ in groupby(merge(*(files.enter_context(run.open("rb")) for run in runs))):
            yield line

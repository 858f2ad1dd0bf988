"""A build of a large publication, and one after a changed row: how long each step takes, and how much memory.

    python -m benchmarks.build [ROWS] [--one-shape]

makes a publication of ROWS made-up rows (20,000), builds it by `atmpgraph build`, changes one cell, builds it again,
and prints what the command says, the time of both and the most memory that all its processes had together.
"""

import csv
import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .generate import generate
from .outcomes import Outcome
from .processes import anonymous_bytes, tree
from .publication import without_shapes

ROWS: Final = 20_000
_PAUSE: Final = 0.5  # seconds between two looks at the memory
_SUBREAPER: Final = 36  # PR_SET_CHILD_SUBREAPER (Linux)


@dataclass(frozen=True)
class Measured:
    """What a build took: seconds, seconds of processor time, bytes."""

    seconds: float
    processor_seconds: float
    memory: int


def measured(rows: int) -> Iterator[Outcome]:
    """Both builds, with all shapes and with one."""
    for one_shape in (True, False):
        with tempfile.TemporaryDirectory() as scratch:
            first, second = builds(rows, Path(scratch) / "publication", one_shape=one_shape)
        name = f"build, {rows:,} rows, {'one shape' if one_shape else 'all shapes'}"
        yield Outcome(name, first.seconds, "s")
        yield Outcome(f"{name}, memory of all processes", first.memory / 2**20, "MiB")
        yield Outcome(f"{name}, after one changed cell", second.seconds / first.seconds, "of the first")


def builds(rows: int, folder: Path, *, one_shape: bool = False, log: int = subprocess.DEVNULL) -> list[Measured]:
    """A first build, and one after a changed cell.

    Args:
        rows: of the tables.
        folder: gets the publication.
        one_shape: whether all shapes but one are taken away.
        log: where the command says what it does.
    """
    generate(rows, folder)
    if one_shape:
        without_shapes(folder)
    first = _build(folder, log)
    table = folder / "data" / "organisations.csv"
    with table.open(encoding="utf-8", newline="") as file:
        cells = list(csv.reader(file))
    column = cells[0].index("name_fr")
    named = [row for row in cells[len(cells) // 2 :] if row[column]]
    named[0][column] += " (bis)"
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(cells)
    return [first, _build(folder, log)]


def _build(folder: Path, log: int) -> Measured:
    command = [sys.executable, "-m", "atmpgraph", "--settings", str(folder / "atmpgraph.toml"), "build"]
    system = ctypes.CDLL(None)
    system.prctl(_SUBREAPER, 1)  # what the command leaves to end by itself counts too
    started, memory, before = time.perf_counter(), 0, os.times()
    process = subprocess.Popen([*command, "--progress", "plain"], stdout=log, stderr=log, process_group=0)
    try:
        while process.returncode is None:
            memory = max(memory, sum(map(anonymous_bytes, tree(process.pid))))
            with suppress(subprocess.TimeoutExpired):
                process.wait(_PAUSE)
        taken = time.perf_counter() - started
        if process.returncode:
            raise RuntimeError(f"{' '.join(command)}: status {process.returncode}")
        with suppress(ChildProcessError):  # once there is none in its group
            while True:
                os.waitpid(-process.pid, 0)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        system.prctl(_SUBREAPER, 0)
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return Measured(taken, spent, memory)


def main() -> None:
    """Build and print."""
    numbers = [int(each) for each in sys.argv[1:] if each.isdecimal()]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "publication"
        one_shape = "--one-shape" in sys.argv
        for name, each in zip(
            ("first", "after one changed cell"),
            builds(numbers[0] if numbers else ROWS, folder, one_shape=one_shape, log=sys.stdout.fileno()),
            strict=True,
        ):
            sys.stdout.write(
                f"{name}: {each.seconds:.1f} s, {each.processor_seconds:.1f} s of processor time, "
                f"{each.memory / 2**20:,.0f} MiB in all processes\n"
            )


if __name__ == "__main__":
    main()

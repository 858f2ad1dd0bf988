"""A build of a large publication: how long each step takes, and how much memory.

    python -m benchmarks.build [ROWS]

makes a publication of ROWS made-up rows (20,000) with one shape, so that SHACL does not hide the rest, builds it, and
prints for each step when it starts and the peak memory until then.
"""

import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from atmpgraph.progress import Progress
from atmpgraph.publish.build import build

from .generate import generate
from .outcomes import Outcome
from .publication import without_shapes

ROWS = 20_000


def measured(rows: int) -> Iterator[Outcome]:
    """The whole of it, in a process of its own: seconds, and peak memory."""
    command = [sys.executable, "-m", "benchmarks.build", str(rows)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found = [re.fullmatch(r" *([\d.]+) s +(\d+) MiB  .*", line) for line in done.stdout.splitlines()]
    made, built = ([float(each[1]) for each in found if each][position] for position in (0, -1))
    memory = max(float(each[2]) for each in found if each)
    yield Outcome(f"build, {rows:,} rows, one shape", built - made, "s")
    yield Outcome(f"build, {rows:,} rows, peak memory", memory, "MiB")


class Measured(Progress):
    """Prints each step when it starts, with the time and the peak memory so far."""

    def __init__(self) -> None:
        self._begin = time.perf_counter()

    def step(self, name: str, total: int | None = None, unit: str = "") -> None:  # noqa: ARG002 - as in `Progress`
        """As in `Progress`."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # KiB on Linux
        sys.stdout.write(f"{time.perf_counter() - self._begin:7.1f} s {peak:7.0f} MiB  {name}\n")
        sys.stdout.flush()


def main() -> None:
    """Build and print."""
    progress = Measured()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "publication"
        settings = generate(int(sys.argv[1]) if sys.argv[1:] else ROWS, folder)
        without_shapes(folder)
        progress.step("tables made")
        built = build(settings, progress)
        progress.step(", ".join(f"{count:,} {what}" for what, count in built.report.counts.items()))


if __name__ == "__main__":
    main()

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


def main() -> None:
    """Build and print."""
    begin = time.perf_counter()

    def report(step: str) -> None:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # KiB on Linux
        sys.stdout.write(f"{time.perf_counter() - begin:7.1f} s {peak:7.0f} MiB  {step}\n")
        sys.stdout.flush()

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "publication"
        settings = generate(int(sys.argv[1]) if sys.argv[1:] else ROWS, folder)
        without_shapes(folder)
        report("tables made")
        built = build(settings, report)
        report(", ".join(f"{count:,} {what}" for what, count in built.report.counts.items()))


if __name__ == "__main__":
    main()

"""Rows to N-Quads: the compiled mapping against morph-kgc, over the same made-up table and the same RML document.

`make bench` prints statements a second for both and their ratio, the two in turn in one run. Of morph-kgc only the run
is timed, not the start of Python nor the import of its libraries.
"""

import csv
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from atmpgraph.mapping.compile import compile_mapping
from atmpgraph.mapping.document import read_mapping
from atmpgraph.sources.package import open_package

ROOT = Path(__file__).resolve().parents[1]
ENGINE = ROOT / ".venv-morph-kgc" / "bin" / "python"
ROWS = 50_000
ROUNDS = 3
BASE = "https://w3id.org/atmp-wallonia/"
INDEPENDENT = """
import runpy, sys, time
import morph_kgc
start = time.perf_counter()
runpy.run_module("morph_kgc", run_name="__main__")
print(time.perf_counter() - start, file=sys.stderr)
"""


def make(folder: Path) -> None:
    """The tables and mapping of figures and sources, with many rows."""
    (folder / "data").mkdir()
    mapping = folder / "data" / "mapping"
    mapping.mkdir()
    document = (ROOT / "data" / "mapping" / "figures.rml.ttl").read_text(encoding="utf-8")
    (mapping / "figures.rml.ttl").write_text(document, encoding="utf-8")
    with (ROOT / "data" / "figures.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    with (folder / "data" / "figures.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for number in range(ROWS):
            writer.writerow([f"f{number}", *rows[number % len(rows)][1:]])
    descriptor = {"resources": [{"name": "figures", "path": "figures.csv"}]}
    (folder / "data" / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")


def ours(folder: Path) -> tuple[float, int]:
    """Seconds, and lines written."""
    start = time.perf_counter()
    with (folder / "ours.nq").open("w", encoding="utf-8") as file:
        for mapper in compile_mapping(
            read_mapping(folder / "data" / "mapping", BASE), open_package(folder / "data"), BASE
        ):
            mapper.lines(file.write, print)
    seconds = time.perf_counter() - start
    with (folder / "ours.nq").open("rb") as file:
        count = sum(1 for _ in file)
    return seconds, count


def independent(folder: Path) -> tuple[float, int]:
    """Seconds of the other engine, and lines written."""
    config = folder / "morph.ini"
    config.write_text(
        f"[CONFIGURATION]\noutput_format=N-QUADS\noutput_file={folder}/morph.nq\nna_values=\nlogging_level=ERROR\n"
        f"number_of_processes=2\n[D]\nmappings={folder}/data/mapping/figures.rml.ttl\n",
        encoding="utf-8",
    )
    command: list[str | Path] = [ENGINE, "-c", INDEPENDENT, config]
    done = subprocess.run(command, cwd=folder / "data", check=True, capture_output=True, text=True)
    with (folder / "morph.nq").open("rb") as file:
        return float(done.stderr.split()[-1]), sum(1 for _ in file)


def main() -> None:
    """Print the measurement."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        make(folder)
        rates: dict[str, list[float]] = {"compiled": [], "morph-kgc": []}
        for _ in range(ROUNDS):
            for name, run in (("compiled", ours), ("morph-kgc", independent)):
                seconds, count = run(folder)
                rates[name].append(count / seconds)
    for name, found in rates.items():
        sys.stdout.write(f"{name:10} {statistics.median(found):12,.0f} statements a second (median of {ROUNDS})\n")
    ratios = [a / b for a, b in zip(rates["compiled"], rates["morph-kgc"], strict=True)]
    sys.stdout.write(f"ratio      {statistics.median(ratios):12.1f} ({min(ratios):.1f} to {max(ratios):.1f})\n")


if __name__ == "__main__":
    main()

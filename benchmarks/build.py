"""A build of a large publication: how long each step takes, and how much memory.

    python -m benchmarks.build [ROWS]

makes a publication of ROWS made-up organisations and people (20,000) with one shape, so that SHACL does not hide the
rest, builds it, and prints for each step when it starts and the peak memory until then.
"""

import csv
import resource
import sys
import tempfile
import time
from pathlib import Path

from atmpgraph.publish.build import build
from atmpgraph.settings import Settings
from atmpgraph.starter import start

ROWS = 20_000
SHAPE = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
<ns/shapes#title> a sh:NodeShape ; sh:targetClass <http://www.w3.org/ns/dcat#Catalog> ;
    sh:property [ sh:path <http://purl.org/dc/terms/title> ; sh:minCount 1 ] .
"""


def make(folder: Path, rows: int) -> Settings:
    """The starter publication with many more rows, and one shape for the data."""
    start(folder, "https://example.org/p/")
    for shapes in (folder / "shapes").glob("*.ttl"):
        shapes.unlink()
    (folder / "shapes" / "title.ttl").write_text(SHAPE, encoding="utf-8")
    for name in ("organisations", "people"):
        table = folder / "data" / f"{name}.csv"
        with table.open(encoding="utf-8", newline="") as file:
            header, *examples = csv.reader(file)
        with table.open("a", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, header)
            for number in range(rows // 2):
                row = dict(zip(header, examples[number % len(examples)], strict=True))
                named = {column: f"{row[column]} {number}" for column in ("name", "name_en") if column in row}
                writer.writerow(row | named | {"slug": f"x{number}"})
    return Settings.load(folder / "atmpgraph.toml")


def main() -> None:
    """Build and print."""
    begin = time.perf_counter()

    def report(step: str) -> None:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # KiB on Linux
        sys.stdout.write(f"{time.perf_counter() - begin:7.1f} s {peak:7.0f} MiB  {step}\n")
        sys.stdout.flush()

    with tempfile.TemporaryDirectory() as scratch:
        settings = make(Path(scratch) / "publication", int(sys.argv[1]) if sys.argv[1:] else ROWS)
        report("tables made")
        built = build(settings, report)
        report(", ".join(f"{count:,} {what}" for what, count in built.report.counts.items()))


if __name__ == "__main__":
    main()

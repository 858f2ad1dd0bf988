"""All measurements, or some: `python -m benchmarks [--rows N] [--only PART …]`; `make bench` and `make bench-short`."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

from . import documents, sparql
from .outcomes import Outcome, fallen, show, write
from .peers import present
from .peers.oxigraph import Oxigraph
from .publication import made

Part: TypeAlias = Callable[[int, Path, bool], Iterator[Outcome | str]]
BIG: Final = 100_000
SMALL: Final = 1_000


def _documents(rows: int, scratch: Path, short: bool) -> Iterator[Outcome | str]:
    """A hot document against nginx with files, alone and behind deploy/nginx.conf."""
    yield from documents.hot(made(rows), scratch, seconds=1 if short else 2, rounds=3 if short else 5)


def _fresh(rows: int, scratch: Path, short: bool) -> Iterator[Outcome | str]:
    """Documents not asked before, of a small release and of the big one."""
    yield from documents.fresh(made(SMALL), "small", scratch)
    if not short:
        yield from documents.fresh(made(rows), "big", scratch)


def _lookup(rows: int, scratch: Path, short: bool) -> Iterator[Outcome | str]:
    """Look-ups against Oxigraph's server, hot and each different."""
    rounds = 3 if short else 5
    peers = present([Oxigraph()])
    yield from sparql.measure(made(rows), peers, scratch, kinds=["look-up"], rounds=rounds)


def _sparql(rows: int, scratch: Path, short: bool) -> Iterator[Outcome | str]:
    """Twelve kinds of queries against Oxigraph's server."""
    yield from sparql.measure(made(rows), present([Oxigraph()]), scratch, seconds=2, rounds=3)


PARTS: Final[dict[str, Part]] = {
    "documents": _documents,
    "fresh": _fresh,
    "look-up": _lookup,
    "sparql": _sparql,
}


def main() -> None:
    """Measure, print, write down."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rows", type=int, default=BIG, help="rows of the big publication")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="parts")
    parser.add_argument("--write", metavar="NAME", help="write docs/benchmarks/NAME.json and .md")
    parser.add_argument(
        "--compare", metavar="NAME", help="fail where a ratio is under half of docs/benchmarks/NAME.json"
    )
    chosen = parser.parse_args()
    outcomes: list[Outcome] = []
    remarks: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for part in chosen.only:
            scratch = Path(folder) / part
            scratch.mkdir()
            for found in PARTS[part](chosen.rows, scratch, chosen.compare is not None):
                if isinstance(found, str):
                    remarks.append(found)
                    print(f"remark: {found}", flush=True)
                else:
                    outcomes.append(found)
                    print(show(found), flush=True)
    if chosen.write:
        write(chosen.write, outcomes, remarks)
    if chosen.compare and (worse := fallen(chosen.compare, outcomes)):
        sys.exit("\n".join(worse))


if __name__ == "__main__":
    main()

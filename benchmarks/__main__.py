"""All measurements, or some: `python -m benchmarks [--rows N] [--only PART …]`; `make bench` and `make bench-short`."""

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

from . import build, cold, documents, sparql, switching
from .outcomes import Outcome, fallen, show, write
from .peers import QueryPeer
from .peers.oxigraph import Oxigraph
from .peers.rdflib_endpoint import RdflibEndpoint
from .peers.trifid import Trifid
from .peers.virtuoso import Virtuoso
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


def _sparql(rows: int, scratch: Path, short: bool) -> Iterator[Outcome | str]:
    """Twelve kinds of queries, hot and each different, against all peers that answer queries."""
    if short:
        yield from sparql.measure(made(rows), [Oxigraph()], scratch, seconds=1, rounds=1, clients=100)
        return
    peers: list[QueryPeer] = [Oxigraph(), RdflibEndpoint(), Virtuoso()]
    yield from sparql.measure(made(rows), peers, scratch, seconds=1, rounds=3, clients=200)


def _lookup(rows: int, scratch: Path, short: bool) -> Iterator[Outcome | str]:
    """Look-ups alone, against the two peers in which ours is wanted to be quicker."""
    peers: list[QueryPeer] = [Oxigraph(), RdflibEndpoint()]
    rounds = 3 if short else 5
    yield from sparql.measure(made(rows), peers, scratch, kinds=["look-up"], seconds=1, rounds=rounds, clients=100)


def _switch(rows: int, scratch: Path, _: bool) -> Iterator[Outcome | str]:
    """Switches under load, and the first document after one."""
    yield from switching.under_load(made(SMALL), scratch, switches=20)
    yield from switching.first_documents(made(rows), scratch)


def _cold(rows: int, scratch: Path, _: bool) -> Iterator[Outcome | str]:
    """Pages that nobody asked for yet."""
    yield from cold.pages(made(rows), scratch)


def _routes(rows: int, _: Path, __: bool) -> Iterator[Outcome | str]:
    """Every route, cold."""
    yield from cold.routes(made(rows))


def _memory(rows: int, scratch: Path, _: bool) -> Iterator[Outcome | str]:
    """What a web process takes."""
    yield from cold.memory(made(rows), scratch)


def _publisher(rows: int, scratch: Path, _: bool) -> Iterator[Outcome | str]:
    """The same document of another publisher."""
    yield from documents.publisher(made(rows), Trifid(), scratch)


def _build(rows: int, _: Path, __: bool) -> Iterator[Outcome | str]:
    """How long a build takes."""
    yield from build.measured(rows)


PARTS: Final[dict[str, Part]] = {
    "documents": _documents,
    "fresh": _fresh,
    "sparql": _sparql,
    "look-up": _lookup,
    "publisher": _publisher,
    "switch": _switch,
    "cold": _cold,
    "routes": _routes,
    "memory": _memory,
    "build": _build,
}


# All of them; the look-ups by themselves are for whoever works on them.
FULL: Final = tuple(name for name in PARTS if name != "look-up")
SHORT: Final = ("documents", "fresh", "sparql", "switch", "cold", "memory")


def main() -> None:
    """Measure, print, write down."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--short", action="store_true", help="a small publication, fewer rounds, one peer")
    parser.add_argument("--rows", type=int, help=f"rows of the publication: {BIG:,}, or {SMALL:,} in the short form")
    parser.add_argument("--only", nargs="+", choices=PARTS, help="parts")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks/full or short, .json and .md")
    parser.add_argument(
        "--check", action="store_true", help="fail where a ratio is under half of the one written there"
    )
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the servers end too
    name, parts, rows = ("short", SHORT, SMALL) if chosen.short else ("full", FULL, BIG)
    measured = [measured_part(part, chosen.rows or rows, chosen.short) for part in chosen.only or parts]
    outcomes = {outcome.name: outcome for found, _ in measured for outcome in found}
    if chosen.write:
        write(name, list(outcomes.values()), [remark for _, remarks in measured for remark in remarks])
    if chosen.check and fallen(name, outcomes.values()):
        print("less than half of what is written down; measured once more")
        for part in parts:
            again, _ = measured_part(part, chosen.rows or rows, chosen.short)
            outcomes |= {each.name: each for each in again if each.value > outcomes[each.name].value}
    if chosen.check and (worse := fallen(name, outcomes.values())):
        sys.exit("\n".join(worse))


def measured_part(part: str, rows: int, short: bool) -> tuple[list[Outcome], list[str]]:
    """The outcomes of a part, and remarks on what was not measured; both are printed as they come."""
    outcomes: list[Outcome] = []
    remarks: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        found = PARTS[part](rows, Path(folder), short)
        while True:
            try:
                each = next(found)
            except StopIteration:
                return outcomes, remarks
            except Exception as error:
                each = f"the part “{part}” ended: {type(error).__name__}: {str(error)[:300]}"
            if isinstance(each, str):
                remarks.append(each)
                print(f"remark: {each}", flush=True)
            else:
                outcomes.append(each)
                print(show(each), flush=True)


if __name__ == "__main__":
    main()

"""Queries that differ each time: how many a second, and the processor time of each process for one.

    python -m benchmarks.lookups [FOLDER] [SECONDS]

opens the current release of a publication (the folder of its settings), lets the query service run queries of a few
kinds, eight at a time, and prints for each kind queries a second and microseconds of processor time: of the client, the
broker and the workers. There is no web server between.
"""

import asyncio
import itertools
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pyoxigraph as ox
import uvloop

from atmpgraph.settings import Settings
from atmpgraph.sparql.limits import limits_of
from atmpgraph.sparql.service.async_client import QueryClient
from atmpgraph.sparql.service.launcher import ServiceProcess
from atmpgraph.sparql.service.messages import QueryJob, QueryRequest
from atmpgraph.store import EMBEDDED, StoreAddress

CONCURRENT: Final = 8
_KINDS: Final = {
    "look-up": ("json", "SELECT ?name {{ <{thing}> <http://xmlns.com/foaf/0.1/name> ?name }}"),
    "figures": ("json", "SELECT ?p ?o {{ <{thing}> ?p ?o }}"),
    "join": (
        "json",
        "PREFIX org: <http://www.w3.org/ns/org#>\nSELECT ?kind ?name ?source {{ <{thing}> a ?kind ;"
        " <http://xmlns.com/foaf/0.1/name> ?name ; <http://purl.org/dc/terms/source> ?source }} LIMIT 10",
    ),
    "DESCRIBE": ("ttl", "DESCRIBE <{thing}>"),
    "CONSTRUCT": ("nt", "CONSTRUCT WHERE {{ <{thing}> ?p ?o }}"),
}


def processor_seconds(process: int) -> float:
    """Seconds that a process ran on a processor."""
    return time.clock_gettime(~process << 3 | 2)


def children(parent: int) -> list[int]:
    """The child processes of a process."""
    return [int(c) for f in Path(f"/proc/{parent}/task").glob("*/children") for c in f.read_text().split()]


async def measure(client: QueryClient, service: ServiceProcess, requests: Iterator[QueryRequest]) -> str:
    """Run the requests for some seconds."""
    done, seconds = 0, float(sys.argv[2]) if sys.argv[2:] else 4.0
    times: list[float] = []

    async def run(until: float) -> None:
        nonlocal done
        while time.perf_counter() < until:
            started = time.perf_counter()
            result = await client.submit(next(requests))
            b"".join(result.pieces)
            times.append(time.perf_counter() - started)
            done += 1

    await asyncio.gather(*(run(time.perf_counter() + 0.5) for _ in range(CONCURRENT)))
    times.clear()
    done, workers = 0, children(service.pid)
    processes = {"client": [os.getpid()], "broker": [service.pid], "workers": workers}
    before = {name: sum(map(processor_seconds, pids)) for name, pids in processes.items()}
    started = time.perf_counter()
    await asyncio.gather(*(run(started + seconds) for _ in range(CONCURRENT)))
    rate = done / (time.perf_counter() - started)
    spent = {name: sum(map(processor_seconds, pids)) - before[name] for name, pids in processes.items()}
    shares = ", ".join(f"{name} {used / done * 1e6:.0f}" for name, used in spent.items())
    tail = sorted(times)[int(len(times) * 0.99)] * 1000
    return f"{rate:6.0f} a second, p99 {tail:.1f} ms; µs a query: {shares}"


def things(store: Path) -> list[str]:
    """The things that are asked about."""
    rows = ox.Store.read_only(str(store)).query("SELECT ?s { ?s <http://xmlns.com/foaf/0.1/name> ?n } LIMIT 20000")
    return [row["s"].value for row in rows]  # type: ignore[union-attr]


def main() -> None:
    """Measure and print."""
    settings = Settings.load((Path(sys.argv[1]) if sys.argv[1:] else Path()) / "atmpgraph.toml")
    limits = replace(limits_of(settings), running_seconds_per_minute=100_000.0)
    store = settings.path(settings.folders.releases) / "current" / "store"
    address = StoreAddress(EMBEDDED.kind, str(store.resolve()), "")
    service, number, iris = ServiceProcess(limits), itertools.count(), things(store)

    async def run() -> None:
        client = QueryClient(service.address(), limits.silence_seconds)
        for name, (suffix, pattern) in _KINDS.items():

            def request(iri: str, suffix: str = suffix, pattern: str = pattern) -> QueryRequest:
                query = f"{pattern.format(thing=iri)} # {next(number)}"
                job = QueryJob(
                    store=address,
                    base=settings.base,
                    query=query,
                    default_graphs=(),
                    named_graphs=(),
                    format=suffix,
                    offset=0,
                    rows=limits.max_rows,
                    bytes=limits.max_bytes,
                    nesting=limits.max_nesting,
                    patterns=limits.max_patterns,
                    operators=limits.max_operators,
                    rest="",
                )
                return QueryRequest(job, "192.0.2.1", None, cacheable=True, federated=False)

            requests = map(request, itertools.cycle(iris))
            print(f"{name:10}", await measure(client, service, requests), flush=True)
        client.close()

    uvloop.run(run())


if __name__ == "__main__":
    main()

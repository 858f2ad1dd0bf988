"""The site over engines of others, beside the embedded store, and beside the engine that is asked directly.

    python -m benchmarks.remote [ROWS] [SECONDS]

pushes a generated publication to Oxigraph's server and to Virtuoso, lets eight clients ask what was not asked before
(queries, pages, documents, the catalogue), and prints for each the answers a second, the median, what 99 of 100 answers
keep below, and how many times as long the median is as the first one's: the engine's own, asked directly. The clients
are wrk, and Python programs with SPARQLWrapper, which take what programs of users take themselves. "new page" is beside
what the engine takes for the queries of each page (`remote_pages`). After the first in each language the catalogue asks
the engine nothing, so its first line is the site's.
"""

import json
import os
import shutil
import statistics
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlencode

from SPARQLWrapper import JSON, SPARQLWrapper

from atmpgraph.publish.push import push
from atmpgraph.settings import Settings
from atmpgraph.store.slot_graphs import NO_GRAPH, UNION_GRAPH

from .load import Different, Load, WrongAnswersError, load, middle
from .peers.ours import Ours
from .peers.virtuoso import CONFIGURATION
from .processes import HOST, Server, free_port, started
from .publication import Publication, made
from .remote_pages import convert, page_requests, read, requests_of

CONNECTIONS: Final = 8
ROUNDS: Final = 3
_GRAPHS: Final = (("default-graph-uri", UNION_GRAPH), ("named-graph-uri", NO_GRAPH))
_DATASET: Final = urlencode(_GRAPHS)
_JSON: Final = {"Accept": "application/sparql-results+json"}
_NAME: Final = "http://xmlns.com/foaf/0.1/name"


@dataclass(frozen=True)
class Engine:
    """An engine that runs.

    Attributes:
        server: its process.
        query, graph_store: the paths of its two protocols.
    """

    server: Server
    query: str
    graph_store: str


@contextmanager
def oxigraph(folder: Path) -> Iterator[Engine]:
    """Oxigraph's server with an empty dataset."""
    port = free_port()
    program = Path(sysconfig.get_path("scripts")) / "oxigraph"
    command = [program, "serve", "--location", folder / "data", "--bind", f"{HOST}:{port}"]
    with started("oxigraph", command, port, folder / "log") as server:
        yield Engine(server, "/query", "/store")


@contextmanager
def virtuoso(folder: Path) -> Iterator[Engine]:
    """Virtuoso with an empty dataset."""
    port = free_port()
    text = CONFIGURATION.format(host=HOST, port=port, sql=free_port(), data=folder)
    (folder / "virtuoso.ini").write_text(text, encoding="utf-8")
    command = ["virtuoso-t", "-f", "-c", folder / "virtuoso.ini"]
    with started("virtuoso", command, port, folder / "log", folder=folder) as server:
        yield Engine(server, "/sparql", "/sparql-graph-crud-auth")


ENGINES: Final = {"oxigraph": oxigraph, "virtuoso": virtuoso}


def pushed(publication: Publication, engine: Engine, folder: Path) -> dict[str, str]:
    """Push a copy of the release; the variables of the environment of a server over it."""
    shutil.copytree(publication.folder / "releases", folder / "releases", symlinks=True)
    address = engine.server.address
    variables = {
        "ATMPGRAPH_FOLDERS_RELEASES": str(folder / "releases"),
        "ATMPGRAPH_STORE_ENDPOINT": "{slot}" + engine.query,
        "ATMPGRAPH_STORE_GRAPH_STORE": "{slot}" + engine.graph_store,
        "ATMPGRAPH_STORE_SLOTS": json.dumps([address]),
        "ATMPGRAPH_STORE_USER": "dba" if engine.server.name == "virtuoso" else "",
        "ATMPGRAPH_STORE_PASSWORD": "dba" if engine.server.name == "virtuoso" else "",
    }
    os.environ.update(variables)
    try:
        push(Settings.load(publication.folder / "atmpgraph.toml"))
    finally:
        for name in variables:
            del os.environ[name]
    return variables


def target(text: str, path: str = "/sparql", dataset: str = "") -> str:
    """The target of a query that is never the same."""
    return f"{path}?query={quote(text + ' #~N~', safe='~')}" + (f"&{dataset}" if dataset else "")


def _times(
    address: str, dataset: Sequence[tuple[str, str]], text: str, things: int, first: int, seconds: float
) -> list[float]:
    """Milliseconds of each answer to one program, which asks one query after the other.

    Raises:
        WrongAnswersError: one is an error.
    """
    times, end = list[float](), time.perf_counter() + seconds
    while (begin := time.perf_counter()) < end:
        number = first + len(times)
        client = SPARQLWrapper(address, returnFormat=JSON)
        client.setOnlyConneg(True)
        for name, value in dataset:
            client.addParameter(name, value)
        client.setQuery(f"{text.replace('~T~', str(number % things))} #{number}")
        convert(client)
        times.append((time.perf_counter() - begin) * 1000)
    return times


def programs(
    server: Server, path: str, dataset: Sequence[tuple[str, str]], text: str, things: int, first: int, seconds: float
) -> Load:
    """What a server gives to as many Python programs as wrk has connections."""
    before = server.processor_seconds()
    with ProcessPoolExecutor(CONNECTIONS) as pool:
        runs = [
            pool.submit(_times, server.address + path, dataset, text, things, first + 100_000 * number, seconds)
            for number in range(CONNECTIONS)
        ]
        times = sorted(one for run in runs for one in run.result())
    taken = server.processor_seconds() - before
    p99 = times[len(times) * 99 // 100]
    return Load(len(times) / seconds, statistics.median(times), p99, taken * 1000 / len(times))


def new_pages(
    publication: Publication, variables: dict[str, str], engine: Engine, site: Server, embedded: Server
) -> dict[str, Load]:
    """What each server gives to programs that read every page of an organisation once, or send its queries."""
    things, languages = publication.grower.counts["organisations"], publication.settings.languages
    paths = [f"/doc/organisation/o{thing}.html?lang={each}" for each in languages for thing in range(things)]
    queries = requests_of(publication, variables, paths[::5])
    found = dict[str, list[Load]]()
    for number in range(ROUNDS):
        pages = list(map(page_requests, paths[number::ROUNDS]))
        for name, server, requests in (
            ("engine", engine.server, queries),
            ("wrapped", engine.server, queries),
            ("site", site, pages),
            ("embedded", embedded, pages),
        ):
            found.setdefault(name, []).append(read(server, requests, CONNECTIONS, wrapped=name == "wrapped"))
    return {name: middle(loads) for name, loads in found.items()}


def main() -> None:
    """Measure and print."""
    rows, seconds = (int(value) for value in (*sys.argv[1:], *("1000", "3")[len(sys.argv) - 1 :]))
    publication = made(rows)
    base, half = publication.settings.base, publication.grower.counts["organisations"] // 2
    queries = {
        "look-up": f"SELECT ?name {{ <{base}id/organisation/o~T~> <{_NAME}> ?name }}",
        "group": "SELECT ?kind (COUNT(*) AS ?n) { ?s a ?kind } GROUP BY ?kind ORDER BY DESC(?n) LIMIT 10",
        "join": "SELECT (COUNT(*) AS ?n) { ?a ?p ?b . ?b ?q ?c . ?c a ?kind }",
    }
    pages = {
        "page": "/doc/organisation/o~T~.html",
        "document": "/doc/organisation/o~T~.ttl",
        "catalogue": "/catalogue?_n=~N~",
    }
    asked = 0

    def measured(server: Server, template: str, fields: dict[str, str]) -> Load:
        nonlocal asked
        asked += 1_000_000
        return load(
            server, Different(template, 0, half, asked), seconds=seconds, connections=CONNECTIONS, fields=fields
        )

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind, serving in ENGINES.items():
            (place := folder / kind).mkdir()
            with serving(place) as engine, Ours().serving(publication, place) as embedded:
                variables = pushed(publication, engine, place)
                with Ours(**variables).serving(publication, place) as site:
                    show(kind, "new page", new_pages(publication, variables, engine, site, embedded))
                    found = dict[str, list[Load]]()
                    for _ in range(ROUNDS):
                        for each, server, path, dataset in (
                            ("engine", engine.server, engine.query, _GRAPHS),
                            ("site", site, "/sparql", ()),
                            ("embedded", embedded, "/sparql", ()),
                        ):
                            asked += 1_000_000
                            text = queries["look-up"]
                            found.setdefault(each, []).append(
                                programs(server, path, dataset, text, half, asked, seconds)
                            )
                    show(kind, "programs", {each: middle(loads) for each, loads in found.items()})
                    for what, text in queries.items():
                        found = dict[str, list[Load]]()
                        for _ in range(ROUNDS):
                            for server, template in (
                                (engine.server, target(text, engine.query, _DATASET)),
                                (site, target(text)),
                                (embedded, target(text)),
                            ):
                                each = "engine" if server is engine.server else "site" if server is site else "embedded"
                                with suppress(WrongAnswersError):  # none within the time
                                    one = measured(server, template, _JSON)
                                    found.setdefault(each, []).append(one)
                        show(kind, what, {each: middle(loads) for each, loads in found.items()})
                    for what, template in pages.items():
                        loads = {"site": measured(site, template, {}), "embedded": measured(embedded, template, {})}
                        show(kind, what, loads)


def show(kind: str, what: str, loads: dict[str, Load]) -> None:
    """Print a line for each server."""
    first = next(iter(loads.values()))
    for name, each in loads.items():
        ratio = each.median_ms / first.median_ms
        print(
            f"{kind:9} {what:10} {name:9} {each.rate:7.0f}/s  median {each.median_ms:7.2f} ms  p99 {each.p99_ms:7.2f}"
            f" ms  processor {each.processor_ms:6.2f} ms  × {ratio:.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()

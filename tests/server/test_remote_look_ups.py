"""Look-ups on an engine of others are answered where they arrive, as the query service answers them; it tells faults."""

import os
import signal
import time
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

import pytest

from atmpgraph.settings import Settings

from ..http.conformance.targets import Answer
from ..sparql.processes import until
from ..store.engines import Oxigraph, variables
from ..store.spoiler import Spoiler
from .conftest import pushed_through
from .running_server import SERVICE, RunningServer, running_server

THING: Final = "<id/person/example-person>"  # put under the base of the publication
NAME: Final = "<http://xmlns.com/foaf/0.1/name>"
KINDS: Final = {
    "a thing": f"SELECT ?p ?o {{ {THING} ?p ?o }} ORDER BY ?p ?o",
    "a name": f"SELECT ?o {{ {THING} {NAME} ?o }}",
    "a name in a language": f"SELECT ?n ?o {{ {THING} a ?n OPTIONAL {{ {THING} {NAME} ?o FILTER(LANG(?o) = 'EN') }} }}",
    "nothing": f"SELECT ?o {{ {THING} <http://e/no> ?o }}",
    "a question": f"ASK {{ {THING} a ?class }}",
    "a graph": f"CONSTRUCT WHERE {{ {THING} ?p ?o }}",
}
LOOKED_UP: Final = [kind for kind in KINDS if kind != "a thing"]  # an order is none of a look-up
ROWS: Final = ("json", "xml", "csv", "tsv")
GRAPHS: Final = ("ttl", "nt", "jsonld", "rdf")


@pytest.fixture(scope="module")
def pushed(whole: Settings, engine: Oxigraph, spoiler: Spoiler, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The publication, whose release is in a slot, requested through the spoiler."""
    return pushed_through(whole, engine, spoiler, tmp_path_factory.mktemp("pushed"))


@pytest.fixture(scope="module")
def served(pushed: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    more = {
        "ATMPGRAPH_SERVER_WORKERS": "1",
        "ATMPGRAPH_STORE_RETRY_SECONDS": "0.1",
        "ATMPGRAPH_QUERIES_TIMEOUT_SECONDS": "2",
    }
    with running_server(pushed, tmp_path_factory.mktemp("l"), **variables(pushed), **more) as server:
        yield server


@pytest.fixture(scope="module")
def through_service(pushed: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server whose query service answers all."""
    off = {"ATMPGRAPH_QUERIES_LOOK_UP_STATEMENTS": "0"}
    with running_server(pushed, tmp_path_factory.mktemp("s"), **variables(pushed), **off) as server:
        yield server


@pytest.fixture
def kinds(pushed: Settings) -> dict[str, str]:
    return {kind: text.replace("<id/", f"<{pushed.base}id/") for kind, text in KINDS.items()}


def answer(server: RunningServer, text: str, method: str = "GET", suffix: str = "") -> Answer:
    """The answer to a query that was not sent before."""
    text += f" #{time.monotonic_ns()}"
    path, fields = "/sparql", {"Accept": "text/turtle, */*;q=0.1"}
    suffix = f"format={suffix}" if suffix else ""
    if method == "GET":
        return server.target.ask(f"{path}?query={quote(text)}&{suffix}", fields=fields)
    return server.target.ask(
        f"{path}?{suffix}", method, fields | {"Content-Type": "application/sparql-query"}, text.encode()
    )


def comes_by_itself(server: RunningServer, text: str) -> bool:
    """Whether the query service is not needed for a query; its results have the client's quota with them."""
    given = answer(server, text)
    return given.status == 200 and not given.field("RateLimit")


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("kind", LOOKED_UP)
def test_a_look_up_needs_no_query_service(kind: str, method: str, served: RunningServer, kinds: dict[str, str]) -> None:
    assert until(lambda: comes_by_itself(served, kinds[kind]))
    service = served.named(SERVICE)
    for process in service:
        os.kill(process, signal.SIGSTOP)
    try:
        given = answer(served, kinds[kind], method)
    finally:
        for process in service:
            os.kill(process, signal.SIGCONT)
    assert given.status == 200
    assert given.body.strip()


@pytest.mark.parametrize("kind", KINDS)
def test_it_has_the_bytes_that_the_query_service_gives(
    kind: str, served: RunningServer, through_service: RunningServer, kinds: dict[str, str]
) -> None:
    for suffix in GRAPHS if kind == "a graph" else ROWS:
        here, there = (answer(server, kinds[kind], suffix=suffix) for server in (served, through_service))
        assert (here.status, here.body) == (200, there.body)
        assert here.field("Content-Type") == there.field("Content-Type")
        assert there.field("RateLimit")


def test_the_same_query_is_sent_to_the_engine_once(
    served: RunningServer, kinds: dict[str, str], spoiler: Spoiler
) -> None:
    assert until(lambda: comes_by_itself(served, kinds["a name"]))
    text, before = kinds["a name"] + " # once", len(spoiler.requests)
    fields = {"Accept": "text/csv", "Content-Type": "application/sparql-query"}
    bodies = {served.target.ask("/sparql", "POST", fields, text.encode()).body for _ in range(5)}
    assert len(bodies) == 1
    sent = [body for _, _, body in spoiler.requests[before:] if b"x-atmpgraph%3Arelease" not in body]
    assert len(sent) == 1


def test_what_is_no_look_up_runs_in_the_query_service(served: RunningServer, kinds: dict[str, str]) -> None:
    for text in (
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        kinds["a name"].replace("SELECT ?o", "SELECT (STR(?o) AS ?n)"),
    ):
        assert answer(served, text).field("RateLimit")
    for query in (f"{quote(kinds['a name'])}&offset=1", f"{quote(kinds['a name'])}&timeout=5000"):
        given = served.target.ask(f"/sparql?query={query}")
        assert (given.status, bool(given.field("RateLimit"))) == (200, True)


def test_a_long_result_comes_from_the_query_service(served: RunningServer, through_service: RunningServer) -> None:
    """And look-ups go on."""
    text = f"SELECT ?s ?o {{ ?s <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> ?o . ?s {NAME} ?n OPTIONAL {{ ?s ?p ?x . ?s ?q ?y }} }}"
    here, there = answer(served, text), answer(through_service, text)
    assert len(here.body) > 1 << 16
    assert sorted(here.body.splitlines()) == sorted(there.body.splitlines())
    assert here.field("RateLimit")


FAULTS: Final = {
    "garbage": 502,
    "html": 502,
    "redirect": 502,
    "denied": 502,
    "failed": 502,
    "half": 503,
    "half, framed": 502,
    "half, chunked": 503,
    "closed": 503,
    "over its rows": 502,
    "over its time": 504,
    "slow": 504,
    "dripping": 504,
}


@pytest.mark.parametrize("mode", FAULTS)
def test_the_query_service_tells_what_is_wrong(
    mode: str, served: RunningServer, kinds: dict[str, str], spoiler: Spoiler
) -> None:
    assert until(lambda: comes_by_itself(served, kinds["a name"]))
    spoiler.mode = mode
    try:
        given = answer(served, kinds["a name"])
    finally:
        spoiler.mode = ""
        spoiler.released.set()
        spoiler.released.clear()
    assert given.status == FAULTS[mode]
    assert "/trap" not in [path for path, _, _ in spoiler.requests]
    assert until(lambda: answer(served, kinds["a name"]).status == 200)

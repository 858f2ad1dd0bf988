"""Look-ups are answered where they arrive: nobody waits for a worker, and a store that fails is told as ever."""

import os
import signal
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from atmpgraph.settings import Settings

from ..http.conformance.targets import Answer
from .running_server import SERVICE, RunningServer, running_server

THING = "<id/person/example-person>"  # put under the base of the publication
KINDS = {
    "a thing": f"SELECT ?p ?o {{ {THING} ?p ?o }}",
    "a join": f"SELECT ?p ?o {{ {THING} ?p ?x . ?x a ?o }}",
    "a description": f"DESCRIBE {THING}",
    "a question": f"ASK {{ {THING} a ?class }}",
    "a graph": f"CONSTRUCT WHERE {{ {THING} ?p ?o }}",
}


@pytest.fixture(scope="module")
def served(whole: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(whole, tmp_path_factory.mktemp("l")) as server:
        yield server


@pytest.fixture(scope="module")
def kinds(whole: Settings) -> dict[str, str]:
    return {name: whole_iri(query, whole) for name, query in KINDS.items()}


def whole_iri(query: str, settings: Settings) -> str:
    return query.replace("<id/", f"<{settings.base}id/")


def asked(server: RunningServer, query: str, method: str = "GET", accept: str = "text/turtle, */*;q=0.1") -> Answer:
    if method == "GET":
        return server.target.ask(f"/sparql?query={quote(query)}", fields={"Accept": accept})
    fields = {"Accept": accept, "Content-Type": "application/sparql-query"}
    return server.target.ask("/sparql", method, fields, query.encode())


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_look_up_needs_no_query_service(kind: str, method: str, served: RunningServer, kinds: dict[str, str]) -> None:
    query, service = kinds[kind], served.named(SERVICE)
    assert asked(served, query, method).status == 200  # so that its store is open
    for process in service:
        os.kill(process, signal.SIGSTOP)
    try:
        answer = asked(served, f"{query}\n\n", method)
    finally:
        for process in service:
            os.kill(process, signal.SIGCONT)
    assert answer.status == 200
    assert answer.body.strip()
    assert not answer.field("RateLimit")


def test_what_reads_much_runs_in_the_query_service(served: RunningServer, whole: Settings) -> None:
    answer = asked(served, whole_iri(f"SELECT * {{ {THING} ?a ?x . ?y ?b ?x . ?y ?c ?z . ?z ?d ?e }}", whole))
    assert answer.status == 200
    assert answer.field("RateLimit")


def test_a_setting_lets_all_run_there(
    whole: Settings, kinds: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    off = {"ATMPGRAPH_QUERIES_LOOK_UP_STATEMENTS": "0"}
    with running_server(whole, tmp_path_factory.mktemp("o"), **off) as server:
        for query in kinds.values():
            answer = asked(server, query)
            assert answer.status == 200
            assert answer.field("RateLimit")

"""SERVICE where the settings allow it: asked from here, to public addresses only, within limits."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest

from atmpgraph.http.outbound import Outbound, is_public
from atmpgraph.http.problem import Problem, ProblemError
from atmpgraph.sparql.federation import Federation

BASE = "https://example.org/"
ROWS = (
    '{"head":{"vars":["s","n"]},"results":{"bindings":[{"s":{"type":"uri","value":"http://e/a"},'
    '"n":{"type":"literal","value":"Été","xml:lang":"fr"}},{"s":{"type":"uri","value":"http://e/b"}}]}}'
)


class Service:
    """A SPARQL service on loopback that answers what a test wants, and what it was asked."""

    def __init__(self) -> None:
        """Answer with two rows."""
        self.asked: list[str] = []
        self.fields: list[dict[str, str]] = []
        self.answer: Callable[[BaseHTTPRequestHandler], None] = self.rows
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                service.asked.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
                service.fields.append(dict(self.headers))
                service.answer(self)

            def log_message(self, *arguments: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.iri = f"http://127.0.0.1:{self.server.server_port}/sparql"

    def rows(self, handler: BaseHTTPRequestHandler, content: str = ROWS, status: int = 200) -> None:
        """Answer with some content."""
        handler.send_response(status)
        handler.end_headers()
        handler.wfile.write(content.encode())


@pytest.fixture
def service() -> Iterator[Service]:
    """A service."""
    found = Service()
    yield found
    found.server.shutdown()
    found.server.server_close()


def federation(service: Service, **changes: Any) -> Federation:
    """A federation with the service, for which loopback counts as public."""
    limits: dict[str, Any] = {"seconds": 2.0, "longest": 10_000, "permitted": bool} | changes
    return Federation(frozenset({service.iri}), 2, Outbound(**limits))


def refused(query: str, found: Federation) -> Problem:
    """The problem of a query."""
    with pytest.raises(ProblemError) as caught:
        found.resolved(query, BASE)
    return caught.value.problem


def test_the_rows_of_the_service_are_joined(service: Service) -> None:
    query = f"PREFIX e: <http://e/> SELECT ?n ?x {{ VALUES ?s {{ e:a }} SERVICE <{service.iri}> {{ ?s e:name ?n }} BIND(1 AS ?x) }}"
    resolved = federation(service).resolved(query, BASE)
    rows = ox.Store().query(resolved)
    assert isinstance(rows, ox.QuerySolutions)
    assert [row["n"] for row in rows] == [ox.Literal("Été", language="fr")]
    assert service.asked == [f"BASE <{BASE}>\nPREFIX e: <http://e/> \nSELECT * WHERE {{ ?s e:name ?n }}"]
    assert service.fields[0]["Content-Type"] == "application/sparql-query"
    assert service.fields[0]["Host"] == urlsplit(service.iri).netloc


def test_a_row_without_a_value_is_undefined(service: Service) -> None:
    resolved = federation(service).resolved(f"SELECT * {{ SERVICE <{service.iri}> {{ ?s ?p ?n }} }}", BASE)
    rows = ox.Store().query(resolved)
    assert isinstance(rows, ox.QuerySolutions)
    assert [(row["s"] is None, row["n"] is None) for row in rows] == [(False, False), (False, True)]


@pytest.mark.parametrize(
    "call", ["SERVICE s:sparql {}", "service SILENT s:sparql{}", "OPTIONAL { SERVICE#x\n s:sparql { } }"]
)
def test_the_service_may_be_written_in_many_ways(call: str, service: Service) -> None:
    prefix = service.iri.removesuffix("sparql")
    federation(service).resolved(f"PREFIX s: <{prefix}> SELECT * {{ {call} }}", BASE)
    assert len(service.asked) == 1


def test_a_nested_call_goes_to_the_service(service: Service) -> None:
    query = f"SELECT * {{ SERVICE <{service.iri}> {{ ?s ?p '}}' SERVICE <http://other/> {{ }} }} ?s ?p ?n }}"
    resolved = federation(service).resolved(query, BASE)
    assert service.asked[0].endswith("{ ?s ?p '}' SERVICE <http://other/> { } }")
    assert resolved.endswith("?s ?p ?n }")


def test_only_services_of_the_settings_are_asked(service: Service) -> None:
    problem = refused("SELECT * { SERVICE <http://other.example/sparql> {} }", federation(service))
    assert (problem.status, problem.extra["allowed"]) == (403, [service.iri])
    assert not service.asked


def test_a_variable_is_no_service_and_stays_for_the_guard(service: Service) -> None:
    query = f"SELECT * {{ VALUES ?u {{ <{service.iri}> }} SERVICE ?u {{}} }}"
    assert federation(service).resolved(query, BASE) == query
    assert not service.asked


def test_nothing_of_a_query_is_run_to_read_it(service: Service) -> None:
    """Whatever here looks like a prologue: the engine, which calls every SERVICE, must not get it."""
    query = f"BASE <http://e/\\u0041'> SELECT * {{ SERVICE <{service.iri}> {{}} }} #' SELECT * {{ SERVICE <http://e/> {{}} }}"
    found = Federation(frozenset({"http://e/"}), 2, Outbound(1.0, 1000, bool))
    assert refused(query, found).values["service"] == service.iri
    assert not service.asked


def test_clauses_without_an_end_are_read_in_linear_time() -> None:
    found, query = Federation(frozenset(), 2, Outbound(1.0, 1000)), "SERVICE<x>{" * 9_000
    started = time.process_time()
    assert found.resolved(query, BASE) == query
    assert time.process_time() - started < 5


def test_the_clauses_of_a_query_are_counted(service: Service) -> None:
    query = f"SELECT * {{ {f'SERVICE <{service.iri}> {{}} ' * 3} }}"
    assert refused(query, federation(service)).status == 400
    assert not service.asked


def test_an_address_that_is_not_public_is_never_asked(service: Service) -> None:
    problem = refused(f"SELECT * {{ SERVICE <{service.iri}> {{}} }}", federation(service, permitted=is_public))
    assert problem.status == 502
    assert "not public" in str(problem.values["reason"])
    assert not service.asked


def test_a_name_that_leads_to_a_private_address_is_never_asked(service: Service) -> None:
    iri = service.iri.replace("127.0.0.1", "localhost")
    found = Federation(frozenset({iri}), 2, Outbound(2.0, 1000))
    assert refused(f"SELECT * {{ SERVICE <{iri}> {{}} }}", found).status == 502
    assert not service.asked


def test_a_redirection_is_not_followed(service: Service) -> None:
    def elsewhere(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(307)
        handler.send_header("Location", service.iri + "/other")
        handler.end_headers()

    service.answer = elsewhere
    assert "redirect" in str(refused(f"ASK {{ SERVICE <{service.iri}> {{}} }}", federation(service)).values["reason"])
    assert len(service.asked) == 1


@pytest.mark.parametrize(
    ("content", "status", "reason"),
    [
        ("no", 500, "status 500"),
        ("<html>", 200, "is not application/sparql-results+json"),
        ('{"head":{},"boolean":true}', 200, "no rows"),
        (" " * 20_000, 200, "longer than"),
        (ROWS.replace('"uri"', '"bnode"').replace("http://e/", "b"), 200, "blank nodes"),
    ],
)
def test_an_answer_that_cannot_be_used_is_a_problem_unless_silent(
    content: str, status: int, reason: str, service: Service
) -> None:
    service.answer = lambda handler: service.rows(handler, content, status)
    found = federation(service)
    problem = refused(f"SELECT * {{ SERVICE <{service.iri}> {{ ?s ?p ?o }} }}", found)
    assert problem.status == 502
    assert reason in str(problem.values["reason"])
    resolved = found.resolved(f"SELECT * {{ SERVICE SILENT <{service.iri}> {{ ?s ?p ?o }} }}", BASE)
    assert resolved == "SELECT * { {} }"


def test_a_service_has_its_time(service: Service) -> None:
    stop = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not stop.wait(0.05):
            try:
                handler.wfile.write(b" ")
            except OSError:
                return

    service.answer = drip
    found = federation(service, seconds=0.5)
    assert "longer than 0.5 seconds" in str(refused(f"ASK {{ SERVICE <{service.iri}> {{}} }}", found).values["reason"])
    service.answer = lambda _: (stop.wait(3), None)[1]
    assert refused(f"ASK {{ SERVICE <{service.iri}> {{}} }}", found).status == 502
    stop.set()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:0:0:0:0:80ff:fffe",
        "::127.0.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b:1::7f00:1",
        "fec0::1",
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]
)
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("iri", ["file:///etc/passwd", "ftp://e/", "http://user@e/", "http:///x", "gopher://e/"])
def test_only_plain_web_addresses_are_asked(iri: str) -> None:
    found = Federation(frozenset({iri}), 2, Outbound(1.0, 1000, bool))
    assert refused(f"ASK {{ SERVICE <{iri}> {{}} }}", found).status == 502


def test_a_query_without_a_service_stays_as_it_is(service: Service) -> None:
    for query in ("SELECT * { ?s ?service 'SERVICE <x> {}' }", "SELEC", "", "PREFIX : SELECT", json.dumps({})):
        assert federation(service).resolved(query, BASE) == query

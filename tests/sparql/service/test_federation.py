"""SERVICE where the settings allow it: called from here, at public addresses only, within limits."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest

from atmpgraph.errors import QueryError
from atmpgraph.http.outbound import Outbound, is_public
from atmpgraph.http.problem import Problem
from atmpgraph.sparql.problems import problem_of
from atmpgraph.sparql.service.federation import Federation

from ..processes import PATIENCE
from ..remote import ROWS, Remote

BASE = "https://example.org/"


def federation(remote: Remote, **changes: Any) -> Federation:
    """A federation with the service, for which loopback counts as public."""
    limits: dict[str, Any] = {"seconds": PATIENCE, "longest": 10_000, "permitted": bool} | changes
    return Federation(frozenset({remote.iri}), 2, Outbound(**limits))


def refused(query: str, services: Federation) -> Problem:
    """The problem of a query."""
    with pytest.raises(QueryError) as caught:
        services.resolved(query, BASE)
    return problem_of(caught.value)


def test_the_rows_of_the_service_are_joined(remote: Remote) -> None:
    query = f"PREFIX e: <http://e/> SELECT ?n ?x {{ VALUES ?s {{ e:a }} SERVICE <{remote.iri}> {{ ?s e:name ?n }} BIND(1 AS ?x) }}"
    resolved = federation(remote).resolved(query, BASE)
    rows = ox.Store().query(resolved)
    assert isinstance(rows, ox.QuerySolutions)
    assert [row["n"] for row in rows] == [ox.Literal("Été", language="fr")]
    assert remote.queries == [f"BASE <{BASE}>\nPREFIX e: <http://e/> \nSELECT * WHERE {{ ?s e:name ?n }}"]
    assert remote.fields[0]["Content-Type"] == "application/sparql-query"
    assert remote.fields[0]["Host"] == urlsplit(remote.iri).netloc


def test_a_row_without_a_value_is_undefined(remote: Remote) -> None:
    resolved = federation(remote).resolved(f"SELECT * {{ SERVICE <{remote.iri}> {{ ?s ?p ?n }} }}", BASE)
    rows = ox.Store().query(resolved)
    assert isinstance(rows, ox.QuerySolutions)
    assert [(row["s"] is None, row["n"] is None) for row in rows] == [(False, False), (False, True)]


@pytest.mark.parametrize(
    "call", ["SERVICE s:sparql {}", "service SILENT s:sparql{}", "OPTIONAL { SERVICE#x\n s:sparql { } }"]
)
def test_the_service_may_be_written_in_many_ways(call: str, remote: Remote) -> None:
    prefix = remote.iri.removesuffix("sparql")
    federation(remote).resolved(f"PREFIX s: <{prefix}> SELECT * {{ {call} }}", BASE)
    assert len(remote.queries) == 1


def test_a_nested_call_goes_to_the_service(remote: Remote) -> None:
    query = f"SELECT * {{ SERVICE <{remote.iri}> {{ ?s ?p '}}' SERVICE <http://other/> {{ }} }} ?s ?p ?n }}"
    resolved = federation(remote).resolved(query, BASE)
    assert remote.queries[0].endswith("{ ?s ?p '}' SERVICE <http://other/> { } }")
    assert resolved.endswith("?s ?p ?n }")


def test_only_services_of_the_settings_are_called(remote: Remote) -> None:
    problem = refused("SELECT * { SERVICE <http://other.example/sparql> {} }", federation(remote))
    assert (problem.status, problem.extra["allowed"]) == (403, [remote.iri])
    assert not remote.queries


def test_a_variable_is_no_service_and_stays_for_the_guard(remote: Remote) -> None:
    query = f"SELECT * {{ VALUES ?u {{ <{remote.iri}> }} SERVICE ?u {{}} }}"
    assert federation(remote).resolved(query, BASE) == query
    assert not remote.queries


def test_nothing_of_a_query_is_run_to_read_it(remote: Remote) -> None:
    """Whatever here looks like a prologue: the engine, which calls every SERVICE, must not get it."""
    query = f"BASE <http://e/\\u0041'> SELECT * {{ SERVICE <{remote.iri}> {{}} }} #' SELECT * {{ SERVICE <http://e/> {{}} }}"
    services = Federation(frozenset({"http://e/"}), 2, Outbound(1.0, 1000, bool))
    assert refused(query, services).values["service"] == remote.iri
    assert not remote.queries


def test_clauses_without_an_end_are_read_in_linear_time() -> None:
    services, query = Federation(frozenset(), 2, Outbound(1.0, 1000)), "SERVICE<x>{" * 9_000
    started = time.process_time()
    assert services.resolved(query, BASE) == query
    assert time.process_time() - started < 5


def test_the_clauses_of_a_query_are_counted(remote: Remote) -> None:
    query = f"SELECT * {{ {f'SERVICE <{remote.iri}> {{}} ' * 3} }}"
    assert refused(query, federation(remote)).status == 400
    assert not remote.queries


def test_an_address_that_is_not_public_is_never_called(remote: Remote) -> None:
    problem = refused(f"SELECT * {{ SERVICE <{remote.iri}> {{}} }}", federation(remote, permitted=is_public))
    assert problem.status == 502
    assert "not public" in str(problem.values["reason"])
    assert not remote.queries


def test_a_name_that_leads_to_a_private_address_is_never_called(remote: Remote) -> None:
    iri = remote.iri.replace("127.0.0.1", "localhost")
    services = Federation(frozenset({iri}), 2, Outbound(2.0, 1000))
    assert refused(f"SELECT * {{ SERVICE <{iri}> {{}} }}", services).status == 502
    assert not remote.queries


def test_a_redirection_is_not_followed(remote: Remote) -> None:
    def elsewhere(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(307)
        handler.send_header("Location", remote.iri + "/other")
        handler.end_headers()

    remote.answer = elsewhere
    assert "redirect" in str(refused(f"ASK {{ SERVICE <{remote.iri}> {{}} }}", federation(remote)).values["reason"])
    assert len(remote.queries) == 1


@pytest.mark.parametrize(
    ("content", "status", "reason"),
    [
        ("no", 500, "status 500"),
        ("<html>", 200, "is not application/sparql-results+json"),
        ('{"head":{},"boolean":true}', 200, "no rows"),
        (" " * 20_000, 200, "longer than"),
        (ROWS.replace('"uri"', '"bnode"').replace("http://e/", "b"), 200, "blank nodes"),
        (
            f'{{"head":{{"vars":{json.dumps([f"v{n}" for n in range(500)])}}},"results":{{"bindings":[{{}},{{}},{{}},{{}}]}}}}',
            200,
            "without a value",
        ),
    ],
)
def test_an_answer_that_cannot_be_used_is_a_problem_unless_silent(
    content: str, status: int, reason: str, remote: Remote
) -> None:
    remote.answer = lambda handler: remote.rows(handler, content, status)
    services = federation(remote)
    problem = refused(f"SELECT * {{ SERVICE <{remote.iri}> {{ ?s ?p ?o }} }}", services)
    assert problem.status == 502
    assert reason in str(problem.values["reason"])
    resolved = services.resolved(f"SELECT * {{ SERVICE SILENT <{remote.iri}> {{ ?s ?p ?o }} }}", BASE)
    assert resolved == "SELECT * { {} }"


def test_a_service_has_its_time(remote: Remote) -> None:
    stop = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not stop.wait(0.05):
            try:
                handler.wfile.write(b" ")
            except OSError:
                return

    remote.answer = drip
    services = federation(remote, seconds=0.5)
    assert "longer than 0.5 seconds" in str(
        refused(f"ASK {{ SERVICE <{remote.iri}> {{}} }}", services).values["reason"]
    )
    remote.answer = lambda _: (stop.wait(3), None)[1]
    assert refused(f"ASK {{ SERVICE <{remote.iri}> {{}} }}", services).status == 502
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
def test_only_plain_web_addresses_are_called(iri: str) -> None:
    services = Federation(frozenset({iri}), 2, Outbound(1.0, 1000, bool))
    assert refused(f"ASK {{ SERVICE <{iri}> {{}} }}", services).status == 502


def test_a_query_without_a_service_stays_as_it_is(remote: Remote) -> None:
    for query in ("SELECT * { ?s ?service 'SERVICE <x> {}' }", "SELEC", "", "PREFIX : SELECT", json.dumps({})):
        assert federation(remote).resolved(query, BASE) == query

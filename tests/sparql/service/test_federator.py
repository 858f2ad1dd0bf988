"""Calls of other services are part of a query: scheduled with it, within its time, on its client's budget."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from atmpgraph.http.problem import Problem
from atmpgraph.release.release import Release
from atmpgraph.sparql.service import launcher
from atmpgraph.sparql.service.client import ClientDisconnectedError

from ...conftest import ROOT
from ..jobs import FAST, LIMITS, Service
from ..processes import PATIENCE, runs, suspend, until
from ..remote import Remote

Make = Callable[..., Service]
LONG = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l"


@pytest.fixture
def make(release: Release, remote: Remote, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Start a query service that may ask the remote one, within limits; what ends a request is never its own time."""
    monkeypatch.setattr(launcher, "_MODULE", "tests.sparql.loopback")
    monkeypatch.setenv("PYTHONPATH", str(ROOT), prepend=os.pathsep)

    def start(**changes: Any) -> Service:
        federation = replace(LIMITS.federation, services=(remote.iri,), timeout_seconds=PATIENCE * 2)
        return Service(replace(LIMITS, federation=federation, **changes), release)

    return start


@pytest.fixture
def service(make: Make) -> Service:
    """A query service with the usual limits."""
    return make()


def calling(remote: Remote, rest: str = "", projection: str = "*") -> str:
    """A query that names the remote service."""
    return f"SELECT {projection} {{ SERVICE <{remote.iri}> {{ ?s ?p ?n }} {rest} }}"


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    """Threads to ask from."""
    with ThreadPoolExecutor(8) as pool:
        yield pool


def test_the_rows_of_another_service_are_joined(service: Service, remote: Remote) -> None:
    result = service.result(calling(remote, "VALUES ?s { <http://e/a> }"), federated=True)
    assert "Été".encode() in b"".join(result.pieces)
    assert result.rows == 1
    assert set(result.timing) == {"queue", "services", "query"}
    assert set(result.fields) == {"RateLimit", "RateLimit-Policy"}
    assert len(remote.queries) == 1
    assert service.rows() == 1


def test_what_is_refused_before_any_call(service: Service, remote: Remote) -> None:
    clause = f"SERVICE <{remote.iri}> {{}}"
    for status, query in (
        (403, "SELECT * { SERVICE <http://e/> {} }"),
        (403, f"SELECT * {{ {clause} SERVICE <http://e/> {{}} }}"),
        (403, "SELECT * { SERVICE ?service {} }"),
        (400, f"SELECT * {{ {clause * 5} }}"),
        (400, "SELECT * { SERVICE"),
    ):
        problem = service.problem(query, federated=True)
        assert problem.status == status
        assert "RateLimit" in problem.headers
    assert not remote.queries


def test_a_service_that_fails_is_a_502_unless_silent(service: Service, remote: Remote) -> None:
    remote.answer = lambda handler: remote.rows(handler, "no", 500)
    problem = service.problem(calling(remote), federated=True)
    assert problem.status == 502
    assert problem.values == {"service": remote.iri, "reason": "it answers with the status 500"}
    assert service.rows(calling(remote).replace("SERVICE", "SERVICE SILENT"), federated=True) == 1


def test_the_service_itself_asks_public_addresses_only(release: Release, remote: Remote) -> None:
    federation = replace(LIMITS.federation, services=(remote.iri,))
    problem = Service(replace(LIMITS, federation=federation), release).problem(calling(remote), federated=True)
    assert problem.status == 502
    assert problem.values["reason"] == "its address is not public"
    assert not remote.queries


def test_when_the_client_disconnects_the_call_ends(
    service: Service, remote: Remote, threads: ThreadPoolExecutor
) -> None:
    remote.answer, stops = remote.hold, list[Callable[[], object]]()
    future = threads.submit(service.result, calling(remote), on_disconnect=stops.append, federated=True)
    assert remote.holds(1)
    stops[0]()
    assert isinstance(future.exception(), ClientDisconnectedError)
    assert remote.holds(0)


def held_within(service: Service, remote: Remote, threads: ThreadPoolExecutor) -> "tuple[Future[Problem], float]":
    """A query that the remote service holds, and its time, of which it has at least half left on any machine."""
    for seconds in (2.0, 20.0, 200.0):
        begin = time.monotonic()
        future = threads.submit(service.problem, calling(remote), seconds=seconds, federated=True)
        assert until(lambda: remote.held or future.done())  # noqa: B023
        if remote.held and time.monotonic() - begin < seconds / 2:
            break
        future.result()
    return future, seconds


def test_a_request_ends_with_the_time_of_its_query(
    service: Service, remote: Remote, threads: ThreadPoolExecutor
) -> None:
    remote.answer = remote.hold
    future, seconds = held_within(service, remote, threads)
    problem = future.result()
    assert (problem.status, problem.extra["limit"]) == (504, seconds)
    assert remote.holds(0)


def test_the_time_of_other_services_is_part_of_the_time_of_the_query(
    make: Make, remote: Remote, threads: ThreadPoolExecutor
) -> None:
    """And of what its client may use. It counts: rows there are soon as many as there may be, on a quick machine."""
    remote.answer = remote.hold
    query = calling(remote, LONG, "(COUNT(*) AS ?all)")
    service = make(running_seconds_per_minute=2.0)
    service.rows(client="192.0.2.2")
    started = time.monotonic()
    future = threads.submit(service.problem, query, seconds=10.0, federated=True)
    assert remote.holds(1)
    time.sleep(max(0.0, started + 8.0 - time.monotonic()))
    remote.go.set()
    assert future.result().status == 504
    assert time.monotonic() - started < 8.0 + 10.0
    assert service.problem(calling(remote), federated=True).status == 429
    assert len(remote.queries) == 1


def test_calls_at_a_time_are_limited_in_all_and_by_client(
    make: Make, remote: Remote, threads: ThreadPoolExecutor
) -> None:
    """Who waits for them keeps no worker: of another client all that there are answer."""
    remote.answer = remote.hold
    service = make(workers=2)
    mine = [threads.submit(service.rows, calling(remote), federated=True) for _ in range(2)]
    assert remote.holds(1)
    others = [threads.submit(service.rows, calling(remote), f"198.51.100.{n}", federated=True) for n in range(3)]
    assert remote.holds(2)
    for number in range(5):
        assert service.rows(f"{FAST} # {number}", client="192.0.2.9") == 1
    assert remote.most == 2
    remote.go.set()
    assert [future.result() for future in (*mine, *others)] == [2] * 5
    assert len(remote.queries) == 5
    assert remote.most == 2


def test_a_request_ends_with_the_query_service(service: Service, remote: Remote, threads: ThreadPoolExecutor) -> None:
    remote.answer = remote.hold
    future = threads.submit(service.problem, calling(remote), federated=True)
    assert remote.holds(1)
    callers = service.workers()
    os.kill(service.process.pid, signal.SIGKILL)
    assert until(lambda: not any(map(runs, callers)))
    assert until(lambda: service.workers() - callers)
    os.kill(service.process.pid, signal.SIGKILL)  # its query ran again on the next one, but will not a third time
    assert future.result().status == 503


def test_a_federator_that_dies_takes_no_other_query_along(
    service: Service, remote: Remote, threads: ThreadPoolExecutor
) -> None:
    remote.answer = remote.hold
    service.rows()
    workers = service.workers()
    future = threads.submit(service.problem, calling(remote), federated=True)
    assert remote.holds(1)
    (caller,) = service.workers() - workers
    os.kill(caller, signal.SIGKILL)
    assert future.result().status == 503
    assert service.rows() == 1
    assert until(lambda: service.workers() == workers)


def test_a_federator_that_hangs_ends_with_its_time(
    service: Service, remote: Remote, threads: ThreadPoolExecutor
) -> None:
    remote.answer = remote.hold
    service.rows()
    workers = service.workers()
    future, _ = held_within(service, remote, threads)
    (caller,) = service.workers() - workers
    suspend(caller)
    assert future.result().status == 504
    assert until(lambda: not runs(caller))
    assert service.rows() == 1


def test_signals_that_mean_nothing_end_neither_worker_nor_federator(
    service: Service, remote: Remote, threads: ThreadPoolExecutor
) -> None:
    """Nor does the one that ends a whole group: the service ends its children itself, when nobody needs it any more."""
    assert service.rows() == 1
    (worker,) = service.workers()
    remote.answer = remote.hold
    asking = threads.submit(service.rows, calling(remote), federated=True)
    assert until(lambda: remote.held)
    processes = service.workers() | {service.process.pid}
    assert len(processes) == 3
    for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM, signal.SIGINT, signal.SIGTERM):
        for process in processes:
            os.kill(process, number)
    remote.go.set()
    assert asking.result() == 2
    assert worker in service.workers()

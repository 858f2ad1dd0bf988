"""The query service as a process, and its workers: what is stopped, what goes on, what is never reached."""

import gc
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from atmpgraph.http.problem import Problem, ProblemError
from atmpgraph.release.opened import Release
from atmpgraph.sparql import wire
from atmpgraph.sparql.client import GoneError, Result, ask
from atmpgraph.sparql.kept import Kept
from atmpgraph.sparql.limits import Limits
from atmpgraph.sparql.process import ServiceProcess

from .asking import LIMITS, question

FAST = "SELECT ?s { ?s a <ns/atmp#Partnership> }"
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
LARGE = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i"


class Service:
    """A service and how tests ask it."""

    def __init__(self, limits: Limits, release: Release) -> None:
        """Start it with its first question."""
        self.process, self.release = ServiceProcess(limits), release

    def ask(
        self,
        query: str,
        client: str = "192.0.2.1",
        when_gone: Callable[[Callable[[], object]], object] = id,
        **changes: Any,
    ) -> Result:
        """The result of a query."""
        return ask(self.process.address(), question(self.release, query, client, **changes), when_gone, 60.0)

    def problem(self, query: str, client: str = "192.0.2.1", **changes: Any) -> Problem:
        """The problem that a query meets."""
        with pytest.raises(ProblemError) as caught:
            b"".join(self.ask(query, client, **changes).pieces)
        return caught.value.problem

    def rows(self, query: str = FAST, client: str = "192.0.2.1", **changes: Any) -> int:
        """How many rows a query has."""
        return len(json.loads(b"".join(self.ask(query, client, **changes).pieces))["results"]["bindings"])

    def workers(self) -> set[int]:
        """The processes that run queries, or could."""
        return children(self.process._running[0].pid)


def children(parent: int) -> set[int]:
    """The child processes of a process (Linux)."""
    of_threads = Path(f"/proc/{parent}/task").glob("*/children")
    return {int(number) for file in of_threads for number in file.read_text(encoding="ascii").split()}


def memory(process: int) -> int:
    """The most memory that a process has had, in bytes."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(next((line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")), 0)) * 1024


@pytest.fixture(scope="module")
def service(release: Release) -> Service:
    """A service with the usual limits."""
    return Service(LIMITS, release)


def make(release: Release, **changes: Any) -> Service:
    """A service with other limits."""
    return Service(replace(LIMITS, **changes), release)


def test_it_answers(service: Service) -> None:
    result = service.ask(FAST)
    body = b"".join(result.pieces)
    assert len(body) == result.length
    assert result.rows == 1
    assert json.loads(body)["results"]["bindings"][0]["s"]["value"].endswith("id/partnership/pit-atmp")
    assert set(result.timing) == {"queue", "query"}
    assert set(result.fields) == {"RateLimit", "RateLimit-Policy"}


def test_a_query_that_is_none_has_its_place(service: Service) -> None:
    problem = service.problem("SELECT *\n{ ?s ?p }")
    assert (problem.status, problem.extra["line"]) == (400, 2)
    assert "RateLimit" in problem.headers


def test_a_query_over_its_time_is_killed_and_its_worker_replaced(release: Release) -> None:
    service = make(release, seconds=1.0)
    service.rows()
    before = service.workers()
    started = time.monotonic()
    problem = service.problem(SLOW)
    assert 0.9 < time.monotonic() - started < 3
    assert problem.status == 504
    assert problem.headers["Retry-After"] == "1"
    assert problem.extra["limit"] == 1.0
    started = time.monotonic()
    assert service.rows() == 1
    assert time.monotonic() - started < 0.5
    assert len(service.workers()) <= len(before) + 1
    assert service.workers() != before


def test_a_worker_is_replaced_within_200_milliseconds(release: Release) -> None:
    service, times = make(release, seconds=0.3), []
    for _ in range(5):
        service.problem(SLOW)
        started = time.monotonic()
        service.rows()
        times.append(time.monotonic() - started)
    assert min(times) < 0.2  # whatever else the machine does adds to it


def test_the_client_may_lower_its_time_but_not_raise_it(release: Release) -> None:
    service = make(release, seconds=2.0)
    for asked, allowed in ((0.2, 0.2), (0.7, 0.7), (1_000.0, 2.0)):
        started = time.monotonic()
        assert service.problem(SLOW, seconds=asked).extra["limit"] == allowed
        assert allowed < time.monotonic() - started + 0.05 < allowed + 1.5


def test_a_query_that_takes_too_much_memory_ends_alone(release: Release) -> None:
    service = make(release, memory=1 << 28)
    service.rows()
    running = service.process._running[0].pid
    problem = service.problem(LARGE)
    assert problem.status == 503
    assert problem.extra["memory"] == 256
    assert service.rows() == 1
    assert service.process._running[0].pid == running


@pytest.mark.parametrize(
    "query",
    [
        "ASK " + "{" * 60_000 + "}" * 60_000,
        "SELECT " + "(" * 60_000 + "1" + ")" * 60_000 + " {}",
        "SELECT * { ?s " + "/".join(["<p>"] * 30_000) + " ?o }",
        "SELECT * { " + " ".join(f"OPTIONAL {{ ?s <p{n}> ?o{n} }}" for n in range(4_000)) + " }",
        "SELECT * { FILTER(" + "!" * 60_000 + "true) }",
        "SELECT * { ?s " + "^" * 60_000 + "<p> ?o }",
        "SELECT (" + "+".join(["1"] * 60_000) + " AS ?x) {}",
    ],
    ids=["braces", "brackets", "path", "optionals", "not", "inverse", "sum"],
)
def test_what_overflows_a_stack_or_keeps_the_optimiser_busy_harms_nobody(query: str, release: Release) -> None:
    service = make(release, seconds=1.0)
    with suppress(ProblemError):
        b"".join(service.ask(query, nesting=10**9).pieces)
    assert service.rows(client="192.0.2.2") == 1


@contextmanager
def slow_queries(service: Service, clients: list[str]) -> Iterator[None]:
    """Slow queries of some clients, as long as the block lasts."""
    stops: list[Callable[[], object]] = []
    with ThreadPoolExecutor(len(clients)) as threads:
        asked = [threads.submit(service.ask, SLOW, client, stops.append) for client in clients]
        yield
        for stop in stops:
            stop()
        for future in asked:
            assert isinstance(future.exception(), GoneError | ProblemError)


def test_slow_queries_of_one_client_do_not_starve_another(release: Release) -> None:
    service = make(release, seconds=60.0, workers=2)
    service.rows()
    with slow_queries(service, ["192.0.2.1"] * 8):
        time.sleep(0.5)
        times = []
        for number in range(5):
            started = time.monotonic()
            assert service.rows(f"{FAST} # {number}", client="192.0.2.2") == 1
            times.append(time.monotonic() - started)
        assert max(times) < 5.0  # the slow ones have a minute


def test_many_slow_clients_do_not_keep_a_fast_one_waiting_for_long(release: Release) -> None:
    service = make(release, seconds=60.0, workers=2, waiting=16)
    service.rows()
    with slow_queries(service, [f"198.51.100.{n}" for n in range(8)]):
        time.sleep(2.5)  # each of them had its quick try
        started = time.monotonic()
        assert service.rows(client="192.0.2.2") == 1
        assert time.monotonic() - started < 5.0


def test_more_than_may_wait_are_turned_away_at_once(release: Release) -> None:
    service = make(release, seconds=1.0, workers=2, waiting=2)
    service.rows()
    with ThreadPoolExecutor(12) as threads:
        found = [threads.submit(service.problem, SLOW, f"198.51.100.{n}") for n in range(12)]
        busy = [future.result() for future in found]
    away = [problem for problem in busy if problem.status == 503]
    assert len(away) >= 4
    assert all(problem.headers["Retry-After"] == "5" for problem in away)


def test_a_client_over_its_budget_is_told_when_to_come_back(release: Release) -> None:
    service = make(release, seconds=1.0, budget=0.5)
    assert service.problem(SLOW).status == 504
    problem = service.problem(FAST)
    assert problem.status == 429
    assert 1 <= int(problem.headers["Retry-After"]) <= 100
    assert problem.headers["RateLimit"].startswith('"running-time";r=0;t=')
    assert service.rows(client="192.0.2.2") == 1


def test_when_the_client_goes_away_its_query_is_stopped(release: Release) -> None:
    service = make(release, seconds=60.0)
    service.rows()
    before = service.workers()
    stops: list[Callable[[], object]] = []
    timer = threading.Timer(0.5, lambda: stops[0]())
    timer.start()
    started = time.monotonic()
    with pytest.raises(GoneError):
        service.ask(SLOW, when_gone=stops.append)
    assert time.monotonic() - started < 2
    time.sleep(0.3)
    assert not before & service.workers()  # the worker that ran it is no more


def test_one_that_waits_and_goes_away_leaves_the_queue(release: Release) -> None:
    service = make(release, seconds=60.0, workers=2, waiting=1)
    service.rows()
    clients = [f"198.51.100.{n}" for n in range(3)]
    with slow_queries(service, clients), ThreadPoolExecutor(1) as threads:
        time.sleep(1.0)
        stops: list[Callable[[], object]] = []
        waiting = threads.submit(service.ask, SLOW, "192.0.2.3", stops.append)
        time.sleep(0.5)
        stops[0]()
        assert isinstance(waiting.exception(), GoneError | ProblemError)
        assert service.rows(client="192.0.2.2") == 1


def test_an_answer_is_kept_and_given_again(service: Service) -> None:
    query = "SELECT * { ?s a ?o } LIMIT 7"
    first = service.ask(query, keep=True)
    assert "query" in first.timing
    again = service.ask(query, client="192.0.2.9", keep=True)
    assert "cache" in again.timing
    assert b"".join(again.pieces) == b"".join(first.pieces)
    assert again.length == first.length
    assert "cache" not in service.ask(query, keep=True, format="xml").timing
    assert "cache" not in service.ask(query, keep=False).timing


def test_what_is_kept_is_bounded(release: Release) -> None:
    service = make(release, cache=40_000)
    some = "SELECT * {{ ?s ?p ?o }} LIMIT 20 OFFSET {0}"
    sizes = [service.ask(some.format(number), keep=True).length or 0 for number in range(20)]
    assert 2_000 < max(sizes) < 10_000
    assert "cache" not in service.ask("SELECT * { ?s ?p ?o } LIMIT 20 OFFSET 0", keep=True).timing
    assert "cache" in service.ask("SELECT * { ?s ?p ?o } LIMIT 20 OFFSET 19", keep=True).timing
    large = "SELECT * { ?s ?p ?o } LIMIT 400"
    assert "cache" not in [service.ask(large, keep=True) for _ in range(2)][1].timing


def test_small_answers_take_room_too() -> None:
    kept = Kept(100_000)
    for number in range(1_000):
        kept.put(str(number).encode(), (b"true",))
    assert 0 < len(kept) <= 100


def test_a_quick_try_that_is_read_slowly_is_sent_once(release: Release) -> None:
    service = make(release, seconds=4.0, workers=2)
    service.rows()
    numbers = " ".join(map(str, range(200)))
    query = f'SELECT ?text {{ VALUES ?i {{ {numbers} }} BIND("{"x" * 8_000}" AS ?text) }}'
    with slow_queries(service, ["192.0.2.1"]):
        time.sleep(1.0)
        result = service.ask(query, rows=0, bytes=0, format="csv")
        first = next(result.pieces)
        time.sleep(1.0)
        assert (first + b"".join(result.pieces)).count(b"\n") == 201


def test_an_answer_larger_than_a_frame(release: Release) -> None:
    """A string of 60,000 characters, four times as long at each step."""
    steps = " ".join(
        f"BIND(CONCAT({', '.join([f'?{old}'] * 4)}) AS ?{new})" for old, new in ("ab", "bc", "cd", "de", "ef")
    )
    query = f'SELECT ?text {{ BIND("{"x" * 60_000}" AS ?a) {steps} BIND(CONCAT(?f, ?e) AS ?text) }}'
    service = make(release)
    result = service.ask(query, rows=0, bytes=0, format="csv")
    assert sum(map(len, result.pieces)) == 60_000 * (1024 + 256) + len("text\r\n\r\n")


def test_a_graph_of_large_triples_is_cut_at_its_bytes(release: Release) -> None:
    query = f'CONSTRUCT {{ ?s <p> ?text }} {{ ?s ?p ?o BIND(CONCAT(STR(?s), STR(?o), "{"x" * 10_000}") AS ?text) }}'
    for fmt in ("ttl", "nt", "jsonld"):
        result = make(release).ask(query, bytes=1 << 20, format=fmt)
        assert result.cut == "bytes"
        assert 1 << 19 < (result.length or 0) < 1 << 21


def test_a_worker_that_is_late_is_not_lost(release: Release) -> None:
    service = make(release, workers=2)
    for _ in range(8):
        assert service.problem(FAST, seconds=0.001).status == 504
    time.sleep(1.0)
    assert service.rows() == 1
    assert len(service.workers()) <= 4


def test_without_limits_a_result_is_sent_while_it_is_computed(release: Release) -> None:
    """Memory stays flat, here and in the worker: a million rows, 60 MB."""
    service = make(release, seconds=60.0)
    numbers = " ".join(map(str, range(100)))
    query = f"SELECT * {{ {' '.join(f'VALUES ?{name} {{ {numbers} }}' for name in 'abc')} }}"
    result = service.ask(query, rows=0, bytes=0, format="csv")
    started = time.monotonic()
    first = next(result.pieces)
    waited = time.monotonic() - started
    size, lines = len(first), first.count(b"\n")
    for piece in result.pieces:
        size, lines = size + len(piece), lines + piece.count(b"\n")
    assert lines == 1_000_001
    assert waited < (time.monotonic() - started) / 4
    assert memory(service.process._running[0].pid) < 120 << 20
    assert all(memory(worker) < 120 << 20 for worker in service.workers())


def test_a_result_that_breaks_off_never_looks_complete(release: Release) -> None:
    service = make(release, seconds=1.0)
    endless = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    result = service.ask(endless, rows=0, bytes=0, format="csv")
    with pytest.raises(ProblemError) as caught:
        for _ in result.pieces:
            pass
    assert caught.value.problem.status == 504


def test_a_service_that_dies_is_started_again(release: Release) -> None:
    service = make(release)
    service.rows()
    workers = service.workers()
    os.kill(service.process._running[0].pid, signal.SIGKILL)
    service.process._running[0].wait()
    assert service.rows() == 1
    assert not any(Path(f"/proc/{worker}/stat").exists() and "Z" not in Path(f"/proc/{worker}/stat").read_text().split()[2] for worker in workers)  # fmt: skip


def test_nobody_to_ask_is_a_503(release: Release, tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as caught:
        ask(tmp_path / "nobody", question(release, FAST), id, 1.0)
    assert caught.value.problem.status == 503


def test_its_socket_is_for_nobody_else(service: Service) -> None:
    address = service.process.address()
    assert address.parent.stat().st_mode & 0o077 == 0


def test_it_ends_with_its_process_and_leaves_nothing_behind(release: Release) -> None:
    service = make(release)
    service.rows()
    running, address, workers = service.process._running[0], service.process.address(), service.workers()
    assert workers
    del service
    gc.collect()
    running.wait(5)
    assert not address.parent.exists()


def test_nonsense_on_the_socket_ends_that_connection_only(service: Service) -> None:
    for nonsense in (
        b"",
        b"GET / HTTP/1.1\r\n\r\n",
        b"Q\xff\xff\xff\xff",
        wire.frame(wire.QUESTION, b"{}"),
        b"Q\0\0\0\2[]",
    ):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(service.process.address()))
            connection.sendall(nonsense)
            connection.shutdown(socket.SHUT_WR)
            connection.settimeout(5)
            assert connection.recv(100) == b""
    assert service.rows() == 1

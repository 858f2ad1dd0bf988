"""The query service as a process, and its workers: what is stopped, what goes on, what is never reached."""

import gc
import json
import os
import signal
import socket
import time
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from atmpgraph.http.problem import ProblemError
from atmpgraph.release.release import Release
from atmpgraph.sparql.service import messages
from atmpgraph.sparql.service.client import ClientDisconnectedError, Result, submit
from atmpgraph.sparql.service.result_cache import ResultCache

from ...long import some
from ..jobs import FAST, LARGE, LIMITS, SLOW, Service, request_of
from ..processes import PATIENCE, memory, processor_time, runs, suspend, until

# Of a third of a second, which is more than the first try allows and less than the second.
NOT_SO_FAST = f"SELECT (COUNT(*) AS ?n) {{ VALUES ?i {{ {' '.join(map(str, range(30)))} }} ?a ?b ?c . ?a ?d ?e }}"


def busy(service: Service) -> int:
    """How many workers run a slow query: starting takes less."""
    return sum(processor_time(worker) > 0.25 for worker in service.workers())


@pytest.fixture(scope="module")
def service(release: Release) -> Service:
    """A service with the usual limits."""
    return Service(LIMITS, release)


def make(release: Release, **changes: Any) -> Service:
    """A service with other limits."""
    return Service(replace(LIMITS, **changes), release)


def test_it_answers(service: Service) -> None:
    result = service.result(FAST)
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
    """By one that is there at once and soon ready: its processor time is what a waiting query would wait."""
    service = make(release, timeout_seconds=1.0)
    started = time.monotonic()
    problem = service.problem(SLOW)
    assert 0.9 < time.monotonic() - started < PATIENCE  # it would run for hours
    assert problem.status == 504
    assert problem.headers["Retry-After"] == "1"
    assert problem.extra["limit"] == 1.0
    assert until(lambda: len(service.workers()) == 1)
    (replaced,) = service.workers()
    assert service.rows() == 1
    assert service.workers() == {replaced}
    assert processor_time(replaced) < 0.2


def test_the_client_may_lower_its_time_but_not_raise_it(release: Release) -> None:
    service = make(release, timeout_seconds=0.8)
    for requested, allowed in ((0.2, 0.2), (1_000.0, 0.8)):
        started = time.monotonic()
        assert service.problem(SLOW, seconds=requested).extra["limit"] == allowed
        assert allowed - 0.05 < time.monotonic() - started < PATIENCE


def test_the_problem_says_whose_limit_it_was(release: Release) -> None:
    service = make(release, timeout_seconds=0.8)
    assert "the timeout of the request" in service.problem(SLOW, seconds=0.4).detail
    for requested in (None, 9.0):
        assert "the time limit" in service.problem(SLOW, seconds=requested).detail


def test_a_query_that_takes_too_much_memory_ends_alone(release: Release) -> None:
    service = make(release, memory_bytes=1 << 28)
    service.rows()
    running = service.process.pid
    problem = service.problem(LARGE)
    assert problem.status == 503
    assert problem.extra["memory"] == 256
    assert service.rows() == 1
    assert service.process.pid == running


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
def test_what_overflows_a_stack_or_keeps_the_optimiser_busy_harms_nobody(query: str, service: Service) -> None:
    assert service.rows(client="192.0.2.2") == 1
    running = service.process.pid
    with suppress(ProblemError):
        b"".join(service.result(query, nesting=10**9, seconds=1.0).pieces)
    assert service.rows(client="192.0.2.2") == 1
    assert service.process.pid == running


@contextmanager
def slow_queries(service: Service, clients: list[str]) -> Iterator[list[Future[Result]]]:
    """Slow queries of some clients, as long as the block lasts."""
    stops: list[Callable[[], object]] = []
    with ThreadPoolExecutor(len(clients)) as threads:
        futures = [threads.submit(service.result, SLOW, client, stops.append) for client in clients]
        try:
            assert until(lambda: len(stops) == len(clients))
            yield futures
        finally:
            for stop in stops:
                stop()
        for future in futures:
            assert isinstance(future.exception(), ClientDisconnectedError | ProblemError)


def test_slow_queries_of_one_client_do_not_starve_another(release: Release) -> None:
    service = make(release, timeout_seconds=600.0, workers=2)
    with slow_queries(service, ["192.0.2.1"] * 8):
        assert until(lambda: busy(service))
        started = time.monotonic()
        for number in range(5):
            assert service.rows(f"{FAST} # {number}", client="192.0.2.2") == 1
        assert time.monotonic() - started < PATIENCE  # the slow ones have ten minutes


@pytest.mark.parametrize("query", [FAST, NOT_SO_FAST], ids=["quick", "longer"])
def test_many_slow_clients_do_not_keep_a_fast_one_waiting(query: str, release: Release) -> None:
    """They have all workers and more that wait, and none of theirs ends before it is answered."""
    service = make(release, timeout_seconds=600.0, workers=2, max_queued=16)

    def answered() -> bool:
        with suppress(ProblemError):  # it needed more than a try of a processor: the machine has much else to do
            return service.rows(query, client="192.0.2.2", seconds=20.0) == 1
        return False

    with slow_queries(service, [f"198.51.100.{n}" for n in range(6)]) as futures:
        assert until(lambda: busy(service) >= 2)
        assert until(answered)
        assert not any(future.done() for future in futures)


def priorities(service: Service) -> set[int]:
    """Of the workers that there are."""
    return {os.getpriority(os.PRIO_PROCESS, worker) for worker in service.workers()}


def test_the_longer_a_query_may_run_the_lower_is_its_priority(release: Release) -> None:
    service = make(release, timeout_seconds=600.0, workers=2)
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert service.rows() == 1
    assert priorities(service) == {min(19, own + 19)}
    with slow_queries(service, [f"198.51.100.{n}" for n in range(4)]):
        assert until(lambda: priorities(service) == {min(19, own + nice) for nice in (5, 10, 19)})


@pytest.mark.parametrize(
    ("requested", "queue_timeout", "limit"), some([(1.0, 600.0, 1.0), (None, 0.5, 0.5), (99.0, 0.5, 0.5)], 2)
)
def test_none_waits_for_longer_than_the_client_or_the_service_would(
    requested: float | None, queue_timeout: float, limit: float, release: Release
) -> None:
    service = make(release, timeout_seconds=600.0, workers=2, max_queued=9, queue_timeout_seconds=queue_timeout)
    with slow_queries(service, ["198.51.100.1", "198.51.100.2"]):
        assert until(lambda: busy(service) == 2)
        problem = service.problem(SLOW, client="192.0.2.2", seconds=requested)
        assert (problem.status, problem.extra["limit"]) in {(503, limit), (504, limit)}
        if requested != 1.0:
            assert problem.status == 503
            assert "was not started" in problem.detail
        assert int(problem.headers["Retry-After"]) == max(1, round(limit))
        assert service.rows(client="192.0.2.3") == 1  # its place is free


def test_more_than_may_wait_are_turned_away_at_once(release: Release) -> None:
    """Two run, two are tried, two are tried for longer, two wait; while one runs, and no longer."""
    service = make(release, timeout_seconds=600.0, workers=2, max_queued=2)
    with slow_queries(service, [f"198.51.100.{n}" for n in range(12)]) as futures:
        for future in islice(as_completed(futures, PATIENCE), 4):
            error = future.exception()
            assert isinstance(error, ProblemError)
            assert error.problem.status == 503
            assert error.problem.headers["Retry-After"] == "5"


def test_a_client_over_its_budget_learns_when_to_retry(release: Release) -> None:
    service = make(release, running_seconds_per_minute=0.5)
    assert service.problem(SLOW, seconds=0.8).status == 504
    problem = service.problem(FAST)
    assert problem.status == 429
    assert int(problem.headers["Retry-After"]) >= 1
    assert problem.headers["RateLimit"].startswith('"running-time";r=0;t=')
    assert service.rows(client="192.0.2.2") == 1


def test_when_the_client_goes_away_its_query_is_stopped(release: Release) -> None:
    service = make(release, timeout_seconds=600.0)
    with slow_queries(service, ["192.0.2.1"]) as futures:
        assert until(lambda: busy(service))
        before = service.workers()
    assert isinstance(futures[0].exception(), ClientDisconnectedError)
    assert until(lambda: not before & service.workers())  # the worker that ran it is no more


def test_one_that_waits_and_goes_away_leaves_the_queue(release: Release) -> None:
    service = make(release, timeout_seconds=600.0, workers=2, max_queued=1)
    stops: list[Callable[[], object]] = []
    with ThreadPoolExecutor() as threads, slow_queries(service, [f"198.51.100.{n}" for n in range(2)]):
        assert until(lambda: busy(service) == 2)
        with slow_queries(service, ["192.0.2.3"]):
            time.sleep(1.5)  # it was tried, and waits
        future = threads.submit(service.rows, client="192.0.2.2", on_disconnect=stops.append)
        assert until(lambda: stops)
    assert future.result() == 1  # it was not turned away


def test_a_result_is_cached(service: Service) -> None:
    query = "SELECT * { ?s a ?o } LIMIT 7"
    first = service.result(query, cacheable=True)
    assert "query" in first.timing
    second = service.result(query, client="192.0.2.9", cacheable=True)
    assert "cache" in second.timing
    assert b"".join(second.pieces) == b"".join(first.pieces)
    assert second.length == first.length
    assert "cache" not in service.result(query, cacheable=True, format="xml").timing
    assert "cache" not in service.result(query, cacheable=False).timing


def test_the_cache_is_bounded(release: Release) -> None:
    service = make(release, result_bytes=40_000)
    rows = "SELECT * {{ ?s ?p ?o }} LIMIT 20 OFFSET {0}"
    sizes = [service.result(rows.format(number), cacheable=True).length or 0 for number in range(20)]
    assert 2_000 < max(sizes) < 10_000
    assert "cache" not in service.result("SELECT * { ?s ?p ?o } LIMIT 20 OFFSET 0", cacheable=True).timing
    assert "cache" in service.result("SELECT * { ?s ?p ?o } LIMIT 20 OFFSET 19", cacheable=True).timing
    large = "SELECT * { ?s ?p ?o } LIMIT 400"
    assert "cache" not in [service.result(large, cacheable=True) for _ in range(2)][1].timing


def test_small_answers_take_room_too() -> None:
    cache = ResultCache(100_000)
    for number in range(1_000):
        cache.put(str(number).encode(), (b"true",))
    assert 0 < len(cache) <= 100


def test_a_quick_try_that_is_read_slowly_is_sent_once(release: Release) -> None:
    service = make(release, workers=2)
    numbers = " ".join(map(str, range(200)))
    query = f'SELECT ?text {{ VALUES ?i {{ {numbers} }} BIND("{"x" * 8_000}" AS ?text) }}'
    with slow_queries(service, ["192.0.2.1"]):
        assert until(lambda: busy(service))
        result = service.result(query, rows=0, bytes=0, format="csv")
        first = next(result.pieces)
        time.sleep(0.6)  # longer than a try
        assert (first + b"".join(result.pieces)).count(b"\n") == 201


def test_a_try_with_too_much_to_hold_back_is_over(release: Release) -> None:
    """It runs again on a worker, from where it is sent as it comes; the service holds no more than that meanwhile."""
    service = make(release, timeout_seconds=600.0, workers=2)
    numbers = " ".join(map(str, range(10_000)))
    query = f'SELECT ?text {{ VALUES ?i {{ {numbers} }} BIND("{"x" * 9_000}" AS ?text) }}'
    with ThreadPoolExecutor() as threads:
        with slow_queries(service, ["198.51.100.1", "198.51.100.2"]):
            assert until(lambda: busy(service) == 2)
            future = threads.submit(lambda: service.result(query, rows=0, bytes=0, format="csv", nesting=10**6))
            time.sleep(2.0)
            assert not future.done()
        assert sum(piece.count(b"\n") for piece in future.result().pieces) == 10_001
    assert memory(service.process.pid) < 300 << 20


def test_an_answer_larger_than_a_frame(service: Service) -> None:
    """A string of 60,000 characters, four times as long at each step."""
    steps = " ".join(
        f"BIND(CONCAT({', '.join([f'?{old}'] * 4)}) AS ?{new})" for old, new in ("ab", "bc", "cd", "de", "ef")
    )
    query = f'SELECT ?text {{ BIND("{"x" * 60_000}" AS ?a) {steps} BIND(CONCAT(?f, ?e) AS ?text) }}'
    result = service.result(query, rows=0, bytes=0, format="csv")
    assert sum(map(len, result.pieces)) == 60_000 * (1024 + 256) + len("text\r\n\r\n")


def test_a_graph_of_large_triples_is_cut_at_its_bytes(service: Service) -> None:
    query = f'CONSTRUCT {{ ?s <p> ?text }} {{ ?s ?p ?o BIND(CONCAT(STR(?s), STR(?o), "{"x" * 10_000}") AS ?text) }}'
    for fmt in ("ttl", "nt", "jsonld"):
        result = service.result(query, bytes=1 << 20, format=fmt)
        assert result.cut == "bytes"
        assert 1 << 19 < (result.length or 0) < 1 << 21


def test_a_worker_that_is_late_is_not_lost(release: Release) -> None:
    service = make(release, workers=2)
    for _ in range(8):
        assert service.problem(FAST, seconds=0.001).status == 504
    assert service.rows() == 1
    assert until(lambda: len(service.workers()) <= 4)


def test_without_limits_a_result_is_sent_while_it_is_computed(release: Release) -> None:
    """Memory stays flat, here and in the worker: 64,000 rows of 2,000 bytes."""
    service = make(release, timeout_seconds=600.0)
    numbers = " ".join(map(str, range(40)))
    product = " ".join(f"VALUES ?{name} {{ {numbers} }}" for name in "abc")
    result = service.result(
        f'SELECT ?text {{ {product} BIND("{"x" * 2_000}" AS ?text) }}', rows=0, bytes=0, format="csv"
    )
    assert sum(piece.count(b"\n") for piece in result.pieces) == 64_001
    assert memory(service.process.pid) < 120 << 20
    assert all(memory(worker) < 120 << 20 for worker in service.workers())


def test_a_query_may_be_given_so_much_of_a_processor_instead_of_so_long(release: Release) -> None:
    """One that waits for a processor goes on; one that has used up its part of it is ended."""
    service = make(release, timeout_seconds=600)
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"

    def longest() -> float:
        return max(map(processor_time, service.workers()), default=0.0)

    with ThreadPoolExecutor(1) as asking:
        asked = asking.submit(service.problem, endless, processor=1.5)
        assert until(lambda: longest() > 1.1)  # no longer tried
        worker = max(service.workers(), key=processor_time)
        suspend(worker)
        time.sleep(2.5)
        assert not asked.done()
        os.kill(worker, signal.SIGCONT)
        assert asked.result(PATIENCE).status == 504
    assert service.rows(processor=5) == service.rows()


def test_a_result_that_breaks_off_never_looks_complete(release: Release) -> None:
    service = make(release)
    endless = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    result = service.result(endless, rows=0, bytes=0, format="csv")
    assert next(result.pieces)  # sent while it is computed
    for worker in service.workers():
        os.kill(worker, signal.SIGKILL)
    with pytest.raises(ProblemError) as caught:
        for _ in result.pieces:
            pass
    assert caught.value.problem.status == 503


def test_a_service_that_dies_is_restarted(release: Release) -> None:
    service = make(release)
    service.rows()
    workers = service.workers()
    os.kill(service.process.pid, signal.SIGKILL)
    assert service.rows() == 1
    assert until(lambda: not any(runs(worker) for worker in workers))


def test_no_service_is_a_503(release: Release, tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as caught:
        submit(tmp_path / "none", request_of(release, FAST), id, 1.0)
    assert caught.value.problem.status == 503


def test_its_socket_is_private(service: Service) -> None:
    address = service.process.address()
    assert address.parent.stat().st_mode & 0o077 == 0


def test_it_ends_with_its_process_and_leaves_nothing_behind(release: Release) -> None:
    service = make(release)
    service.rows()
    running, address, workers = service.process.pid, service.process.address(), service.workers()
    assert workers
    del service
    assert not runs(running)
    assert not address.parent.exists()
    assert until(lambda: not any(map(runs, workers)))


@pytest.mark.parametrize("query", [FAST, "SELEC", "SELECT * { ?s ?p ?o }"], ids=["answered", "refused", "unread"])
def test_no_result_and_no_error_holds_a_service(query: str, release: Release) -> None:
    """No answer and no error is part of a cycle that only a collection would find, whenever that is."""
    service = make(release)
    gc.disable()
    try:
        with suppress(ProblemError):
            next(service.result(query, rows=0, bytes=0).pieces)
        process = weakref.ref(service.process)
        del service
        assert process() is None
    finally:
        gc.enable()


def test_nonsense_on_the_socket_ends_that_connection_only(service: Service) -> None:
    for nonsense in (
        b"",
        b"GET / HTTP/1.1\r\n\r\n",
        b"Q\xff\xff\xff\xff",
        messages.frame(messages.QUERY, b"{}"),
        b"Q\0\0\0\2[]",
    ):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(service.process.address()))
            connection.sendall(nonsense)
            connection.shutdown(socket.SHUT_WR)
            connection.settimeout(PATIENCE)
            assert connection.recv(100) == b""
    assert service.rows() == 1

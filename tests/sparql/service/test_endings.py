"""Processes of the service that hang, are killed or crash: each query learns what happened, and the next one is answered."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from atmpgraph.http.problem import Problem, ProblemError
from atmpgraph.release.release import Release
from atmpgraph.settings import Settings
from atmpgraph.sparql.service.client import submit
from atmpgraph.sparql.service.liveness import answers
from atmpgraph.web import create_app

from ...conftest import changed
from ..jobs import FAST, LARGE, LIMITS, SLOW, Service, request_of
from ..processes import PATIENCE, processor_time, runs, stat, suspend, until

SILENCE = 2.0  # seconds without a sign of life after which the service counts as hung


@pytest.fixture
def service(release: Release) -> Service:
    """A service that serves, and is replaced soon when it hangs."""
    service = Service(replace(LIMITS, silence_seconds=SILENCE), release)
    assert service.rows() == 1
    return service


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    """Threads for what waits."""
    with ThreadPoolExecutor() as executor:
        yield executor


def problem_of(future: "Future[Any]") -> Problem:
    """The problem that a query met."""
    error = future.exception(PATIENCE)
    assert isinstance(error, ProblemError)
    return error.problem


def running(service: Service) -> int:
    """The worker that runs a slow query."""
    found: list[int] = []
    assert until(lambda: found.extend(busy_ones(service)) or found)  # type: ignore[func-returns-value]
    return found[0]


def busy_ones(service: Service) -> list[int]:
    """The workers that run slow queries: starting takes less."""
    return [worker for worker in service.workers() if processor_time(worker) > 0.25]


def test_who_waits_for_a_service_that_hangs_learns_so_in_seconds(service: Service, release: Release) -> None:
    """And the next one has another service, whose predecessor took its workers along."""
    hung, workers = service.process.pid, service.workers()
    started = time.monotonic()
    suspend(hung)
    with pytest.raises(ProblemError) as caught:
        submit(service.process.address(), request_of(release, FAST), id, SILENCE)
    assert caught.value.problem.status == 503
    assert caught.value.problem.headers["Retry-After"]
    assert time.monotonic() - started < SILENCE + 30
    assert until(lambda: service.process.pid not in {0, hung})
    assert service.rows() == 1
    assert not runs(hung)
    assert until(lambda: not any(map(runs, workers)))


def test_who_comes_while_it_is_replaced_is_answered(service: Service) -> None:
    """The client is more patient than the service is left alone: the query runs on the next one."""
    hung = service.process.pid
    suspend(hung)
    assert service.rows() == 1
    assert service.process.pid != hung


def test_a_service_that_accepts_nobody_does_not_answer(service: Service) -> None:
    """Its queue is full, so that nobody can even connect."""
    address, hung = service.process.address(), service.process.pid
    suspend(hung)
    connections = []
    with suppress(BlockingIOError):
        while True:
            connections.append(socket.socket(socket.AF_UNIX))
            connections[-1].setblocking(False)
            connections[-1].connect(str(address))
    started = time.monotonic()
    assert not answers(address, 0.5)
    assert time.monotonic() - started < 30
    assert until(lambda: service.process.pid not in {0, hung})
    for connection in connections:
        connection.close()
    assert service.rows() == 1


def test_one_that_runs_long_queries_is_alive(service: Service, threads: ThreadPoolExecutor) -> None:
    """However long a query takes, the sign of life of the service is that of its one thread."""
    alive = service.process.pid
    future = threads.submit(service.problem, SLOW, seconds=1.5 * SILENCE)
    with suppress(ProblemError):
        submit(service.process.address(), request_of(service.release, SLOW, seconds=1.25 * SILENCE), id, SILENCE)
    assert "timeout" in future.result().detail
    assert service.process.pid == alive


def test_a_query_whose_service_dies_runs_again(service: Service, threads: ThreadPoolExecutor) -> None:
    future = threads.submit(service.problem, SLOW, processor=1.5)
    running(service)
    first = service.process.pid
    os.kill(first, signal.SIGKILL)
    assert future.result().status == 504  # as if nothing had happened
    assert service.process.pid not in {0, first}


def test_no_second_service_answers_a_query_twice_on_its_way(service: Service) -> None:
    """What was sent to the client already cannot be taken back: the result breaks off."""
    endless = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    result = service.result(endless, rows=0, bytes=0, format="csv")
    assert next(result.pieces)
    os.kill(service.process.pid, signal.SIGKILL)
    with pytest.raises(OSError, match="ended in the middle"):
        list(result.pieces)


@pytest.mark.parametrize("busy", [False, True], ids=["idle", "busy"])
def test_a_worker_that_hangs_ends_with_its_time(busy: bool, service: Service, threads: ThreadPoolExecutor) -> None:
    if busy:
        for seconds in (3.0, 30.0, 300.0):  # a machine with much else to do lets it run for less than a moment of these
            future = threads.submit(service.problem, SLOW, seconds=seconds)
            while not (found := busy_ones(service)) and not future.done():
                time.sleep(0.02)
            if found:
                break
        (worker,) = found
        suspend(worker)
    else:
        (worker,) = service.workers()
        suspend(worker)
        future = threads.submit(service.problem, f"{FAST} # 1", seconds=3.0)
    assert future.result().status == 504
    assert until(lambda: not runs(worker))
    assert service.rows() == 1


@pytest.mark.parametrize(
    ("number", "status", "words"),
    [
        (signal.SIGKILL, 503, "stopped from outside"),
        (signal.SIGSEGV, 500, "crashed the query engine"),
        (signal.SIGABRT, 500, "crashed the query engine"),
        (signal.SIGBUS, 500, "crashed the query engine"),
    ],
)
def test_a_query_learns_how_its_process_ended(
    number: int, status: int, words: str, service: Service, threads: ThreadPoolExecutor
) -> None:
    """None of these needed too much memory, and none is told so."""
    future = threads.submit(service.problem, SLOW)
    os.kill(running(service), number)
    problem = future.result()
    assert problem.status == status
    assert words in problem.detail
    assert "MiB" not in problem.detail
    assert service.rows() == 1


def test_too_much_memory_is_called_that(release: Release) -> None:
    """The allocator says so before it aborts."""
    service = Service(replace(LIMITS, memory_bytes=1 << 28), release)
    problem = service.problem(LARGE)
    assert (problem.status, problem.reason, problem.extra.get("memory")) == (503, "over-memory", 256)


def test_no_process_stays_a_zombie(service: Service) -> None:
    for _ in range(3):
        killed = service.workers()
        for worker in killed:
            os.kill(worker, signal.SIGKILL)
        assert until(lambda: not killed & service.workers())  # noqa: B023
        assert service.rows() == 1
    assert until(lambda: all(stat(worker)[0] != "Z" for worker in service.workers()))


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL])
def test_readiness_includes_the_query_service(number: int, released: Settings) -> None:
    """One that hangs is named within seconds; one that ended is started again at once."""
    settings = changed(released, queries={"silence_seconds": SILENCE})
    client = create_app(settings).test_client()
    assert client.get("/health/ready").status_code == 200
    service = client.application.extensions["atmpgraph"]._service
    suspend(service.pid) if number == signal.SIGSTOP else os.kill(service.pid, number)
    started = time.monotonic()
    response = client.get("/health/ready")
    assert time.monotonic() - started < SILENCE + 30
    if number == signal.SIGSTOP:
        assert response.status_code == 503
        assert "query service" in response.get_json()["detail"]
        assert response.headers["Retry-After"]
        assert str(Path.cwd()) not in response.text
        assert until(lambda: client.get("/health/ready").status_code == 200)
    else:
        assert response.status_code == 200

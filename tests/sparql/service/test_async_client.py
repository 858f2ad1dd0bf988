"""The client for an event loop: one connection for many queries, what ends early, what is too large for memory."""

import asyncio
import json
import os
import signal
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import uvloop

from atmpgraph.http.problem import ProblemError
from atmpgraph.release.release import Release
from atmpgraph.sparql.service.async_client import QueryClient
from atmpgraph.sparql.service.client import Result, submit
from atmpgraph.sparql.service.spool import Spool

from ...long import often
from ..jobs import FAST, LIMITS, SILENCE, SLOW, Service, request_of
from ..processes import PATIENCE, processor_time, suspend, until

LARGE = f'SELECT ?text {{ VALUES ?i {{ {" ".join(map(str, range(300)))} }} BIND("{"x" * 8_000}" AS ?text) }}'
QUERIES = often(8, 20)  # of a client
CLIENTS: list[QueryClient] = []
Run = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture(scope="module")
def service(release: Release) -> Service:
    """A service with the usual limits."""
    return Service(LIMITS, release)


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    """Run in an event loop of either kind, in which no connection is left."""
    return lambda work: (asyncio if request.param == "asyncio" else uvloop).run(finished(work))


async def finished(work: Coroutine[Any, Any, Any]) -> Any:
    """The outcome of some work, after which every client is closed."""
    try:
        return await work
    finally:
        for client in CLIENTS:
            client.close()
        CLIENTS.clear()


def client_of(service: Service, silence: float = SILENCE, spool: int = 1 << 30) -> QueryClient:
    """A client of a service."""
    CLIENTS.append(QueryClient(service.process.address(), silence, Spool(spool)))
    return CLIENTS[-1]


def body(result: Result) -> bytes:
    """The whole result, whose length is true."""
    content = b"".join(result.pieces)
    assert len(content) == result.length
    return content


def busy(service: Service) -> set[int]:
    """The workers that run a slow query."""
    return {worker for worker in service.workers() if processor_time(worker) > 0.25}


@pytest.mark.parametrize("cacheable", [False, True])
def test_each_of_many_queries_gets_its_own_result(cacheable: bool, run: Run, service: Service) -> None:
    """At the same time and one after the other, as many as there are places; each connection is used again."""

    async def main() -> None:
        client = client_of(service)

        async def ask(number: int) -> None:
            for step in range(2 * QUERIES):
                value = f"{type(asyncio.get_running_loop()).__module__} {number} {step % QUERIES}"
                query = f'SELECT ("{value}" AS ?x) {{}}'
                result = await client.submit(
                    request_of(service.release, query, f"192.0.2.{number}", cacheable=cacheable)
                )
                assert json.loads(body(result))["results"]["bindings"][0]["x"]["value"] == value
                assert set(result.fields) == {"RateLimit", "RateLimit-Policy"}
                assert (set(result.timing) == {"cache"}) is (cacheable and step >= QUERIES)

        await asyncio.gather(*map(ask, range(6)))
        assert len(client._idle) <= 6

    run(main())


@pytest.mark.parametrize("suffix", ["json", "xml", "csv", "tsv"])
def test_it_says_the_same_as_the_other_client(suffix: str, service: Service) -> None:
    request = request_of(service.release, "SELECT * { ?s a ?o } ORDER BY ?s ?o", format=suffix, rows=50)
    other = submit(service.process.address(), request, id, SILENCE)
    result = asyncio.run(finished(client_of(service).submit(request)))
    assert body(result) == body(other)
    assert (result.rows, result.cut) == (other.rows, other.cut) == (50, "rows")


def test_a_problem_leaves_the_connection_to_the_next_query(run: Run, service: Service) -> None:
    async def main() -> None:
        client = client_of(service)
        for _ in range(3):
            with pytest.raises(ProblemError) as caught:
                await client.submit(request_of(service.release, "SELECT *\n{ ?s ?p }"))
            assert caught.value.problem.extra["line"] == 2
            assert body(await client.submit(request_of(service.release, FAST)))
        assert len(client._idle) == 1

    run(main())


def test_what_is_cancelled_is_killed_and_harms_no_other(run: Run, release: Release) -> None:
    service = Service(LIMITS, release)

    async def main() -> None:
        client = client_of(service)
        slow = asyncio.ensure_future(client.submit(request_of(release, SLOW)))
        while not (running := await asyncio.to_thread(busy, service)):
            await asyncio.sleep(0.05)
        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow
        assert await asyncio.to_thread(until, lambda: not running & service.workers())
        assert body(await client.submit(request_of(release, FAST)))

    run(main())


def test_a_query_that_is_cancelled_at_any_moment_takes_nothing_along(service: Service) -> None:
    async def main() -> None:
        client = client_of(service)
        for step in range(60):
            one = asyncio.ensure_future(client.submit(request_of(service.release, f"{FAST} # {step}")))
            await asyncio.sleep(step * 0.00005)
            one.cancel()
            assert body(await client.submit(request_of(service.release, FAST, "192.0.2.2")))
            await asyncio.gather(one, return_exceptions=True)

    uvloop.run(finished(main()))


@pytest.mark.parametrize("cacheable", [False, True])
def test_what_is_too_large_for_memory_is_spooled(cacheable: bool, run: Run, service: Service) -> None:
    async def main() -> None:
        client = client_of(service)
        request = request_of(service.release, LARGE, format="csv", cacheable=cacheable)
        for _ in range(2):
            result = await client.submit(request)
            assert client._spool._left < 1 << 30
            assert body(result).count(b"\n") == 301
            assert client._spool._left == 1 << 30

    run(main())


def test_without_room_for_it_it_is_refused(run: Run, service: Service) -> None:
    async def main() -> None:
        client = client_of(service, spool=1 << 10)
        with pytest.raises(ProblemError) as caught:
            await client.submit(request_of(service.release, LARGE, format="csv"))
        assert caught.value.problem.reason == "no-space"
        assert body(await client.submit(request_of(service.release, FAST)))

    run(main())


def test_a_query_whose_service_dies_runs_on_the_next_one(run: Run, release: Release) -> None:
    service = Service(LIMITS, release)

    async def main() -> None:
        client = client_of(service)
        assert body(await client.submit(request_of(release, FAST)))
        slow = asyncio.ensure_future(client.submit(request_of(release, SLOW, processor=1.5)))
        assert await asyncio.to_thread(until, lambda: busy(service))
        os.kill(service.process.pid, signal.SIGKILL)
        with pytest.raises(ProblemError) as caught:
            await slow
        assert caught.value.problem.status == 504
        assert body(await client.submit(request_of(release, FAST)))

    run(main())


def test_a_service_that_hangs_is_given_up(run: Run, release: Release) -> None:
    service = Service(LIMITS, release)

    async def main() -> None:
        client = client_of(service, silence=4.0)
        assert body(await client.submit(request_of(release, FAST)))
        suspend(hung := service.process.pid)
        started = time.monotonic()
        with pytest.raises(ProblemError) as caught:
            await client.submit(request_of(release, f"{FAST} #"))
        assert caught.value.problem.reason == "no-service"
        assert 3 < time.monotonic() - started < PATIENCE
        os.kill(hung, signal.SIGCONT)
        assert body(await client.submit(request_of(release, FAST)))

    run(main())


def test_no_service_is_a_503(run: Run, release: Release, tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as caught:
        run(QueryClient(tmp_path / "none", 0.5).submit(request_of(release, FAST)))
    assert caught.value.problem.status == 503


def test_a_result_without_limits_is_not_for_it(service: Service) -> None:
    with pytest.raises(ValueError, match="without limits"):
        asyncio.run(finished(client_of(service).submit(request_of(service.release, FAST, rows=0, bytes=0))))

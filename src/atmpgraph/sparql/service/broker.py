"""The broker: a process with one thread that lets workers run queries, and ends those that take too much.

It evaluates nothing itself and calls no other service itself, so no query can keep it from answering.
"""

import asyncio
import json
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Final

from ...http.outbound import Address, Outbound, is_public
from ...http.problem import Problem, ProblemError
from ...observability import log, metrics
from ...observability.capture import capture_logging
from .. import problems
from ..limits import Limits
from . import federator, messages
from .children import Children, Ending
from .federation import Federation
from .pool import Pool, Worker, store_problem
from .result_cache import ResultCache, cache_key
from .running_query import RunningQuery
from .sandbox import NICE, ignore_stray_signals
from .scheduler import FIRST_LANES, NEXT_LANES, TRY_SECONDS, TRY_WORKERS, Budgets, Lane, Quota, Scheduler

_REPORT_SECONDS: Final = 1.0
_BEAT_SECONDS: Final = 1.0  # between two signs of life; a client gives up after several
_PIECE: Final = 1 << 16  # bytes of a cached result that wait for a client which does not read
# The shorter a try, the less it disturbs others, and the more it needs its share of a processor.
_NICE: Final = {Lane.WORKER: NICE, Lane.LONGER: 10, Lane.QUICK: 5}
_STRETCH: Final = 4  # a try may take this many times its time on a processor
_MAX_BUFFERED: Final = 1 << 26  # bytes of a try's result; only one without a limit of bytes can be larger


class Broker:
    """The query service within its limits."""

    def __init__(self, limits: Limits, permitted: Callable[[Address], bool]) -> None:
        """Start no worker yet; other services are called only at `permitted` addresses."""
        self._limits, federation = limits, limits.federation
        outbound = Outbound(federation.timeout_seconds, federation.max_bytes, permitted)
        self._federation = Federation(frozenset(federation.services), federation.max_clauses, outbound)
        self._budgets = Budgets(limits.running_seconds_per_minute)
        self._scheduler: Scheduler[RunningQuery] = Scheduler(limits, self._used)
        self._running: set[RunningQuery] = set()
        self._cache = ResultCache(limits.result_bytes)
        self._children = Children()
        self._connected_queries: set[RunningQuery] = set()
        sizes = {Lane.WORKER: limits.workers, Lane.LONGER: TRY_WORKERS, Lane.QUICK: TRY_WORKERS}
        memory = limits.memory_bytes
        self._pools = {lane: Pool(size, memory, _NICE[lane], self._children) for lane, size in sizes.items()}

    async def serve(self, listening: socket.socket) -> None:
        """Serve until standard input ends, which it does with the process that started this one."""
        self._children.watch()
        server = await asyncio.start_unix_server(self._connected, sock=listening)
        ended, reporting = asyncio.get_running_loop().create_future(), asyncio.ensure_future(self._report())
        beating = asyncio.ensure_future(self._beat())
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), ended.cancel)
        async with server:
            with suppress(asyncio.CancelledError):
                await ended
        reporting.cancel()
        beating.cancel()

    async def _beat(self) -> None:
        """Tell the clients that nothing is sent to at the moment that this process is alive."""
        sign = messages.frame(messages.ALIVE, b"")
        while True:
            await asyncio.sleep(_BEAT_SECONDS)
            for query in self._connected_queries:
                if not query.writer.transport.get_write_buffer_size():  # otherwise the client does not read
                    query.writer.write(sign)

    async def _report(self) -> None:
        """Record from time to time what runs and waits."""
        while metrics.are_shared():
            idle = sum(pool.idle for pool in self._pools.values())
            metrics.query_service(idle, len(self._running), self._scheduler.waiting)
            metrics.cache_size("results", int(self._cache.currsize))
            await asyncio.sleep(_REPORT_SECONDS)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve the one query of a connection; a client that closes it wants no result any more."""
        with suppress(EOFError, OSError, ValueError, asyncio.CancelledError):  # the last when the service ends
            kind, content = await messages.read_frame(reader)
            if kind == messages.ALIVE:
                writer.write(messages.frame(messages.ALIVE, b""))
            else:
                await self._serve_query(messages.ArrivedRequest.decode(content), reader, writer)
        writer.close()

    async def _serve_query(
        self, request: messages.ArrivedRequest, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Serve a query, until its client closes the connection."""
        lanes = frozenset({Lane.FEDERATOR}) if request.federated else FIRST_LANES
        admission = asyncio.get_running_loop().create_future()
        query = RunningQuery(request, writer, admission, request.job, lanes)
        answering, closed = asyncio.ensure_future(self._answer(query)), asyncio.ensure_future(reader.read(1))
        self._connected_queries.add(query)
        try:
            await asyncio.wait({answering, closed}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._connected_queries.remove(query)
            for task in (closed, answering):
                task.cancel()
                with suppress(asyncio.CancelledError, OSError):
                    await task

    async def _answer(self, query: RunningQuery) -> None:
        """Send the cached result, or let a worker compute it."""
        key = cache_key(query.request.job)
        if query.request.cacheable and (cached := self._look_up(key)):
            await self._send_cached(query, *cached)
            return
        if problem := await self._admit(query) or await self._run(query, key):
            problem.headers.update(self._quota(query).fields)
            query.writer.write(messages.problem_frame(problem))
            await query.writer.drain()

    def _look_up(self, key: bytes) -> tuple[bytes, ...] | None:
        cached = self._cache.get(key)
        metrics.cache_looked_up("results", hit=cached is not None)
        return cached

    async def _send_cached(self, query: RunningQuery, *cached: bytes) -> None:
        """Send a cached result, its end first, as fast as the client reads: so the client need not buffer it."""
        *pieces, ending = cached
        await self._send_end(query, ending, {"cache": 0.0}, messages.CACHED, sum(map(len, pieces)))
        for piece in pieces:
            for start in range(0, len(piece), _PIECE):
                await query.send(messages.DATA, piece[start : start + _PIECE])
        await query.send(messages.END, b"")

    async def _send_end(
        self, query: RunningQuery, outcome: bytes, timing: dict[str, float], kind: bytes = messages.END, length: int = 0
    ) -> None:
        end = messages.ResultEnd(timing, self._quota(query).fields, outcome, length)
        await query.send(kind, end.encode())

    def _used(self, client: str) -> float:
        """Seconds that the client's queries took of late, those that run included."""
        now = time.monotonic()
        return self._budgets.used(client, now) + sum(now - q.started for q in self._running if q.client == client)

    def _quota(self, query: RunningQuery) -> Quota:
        return self._budgets.quota(query.client, time.monotonic())

    async def _admit(self, query: RunningQuery) -> Problem | None:
        """Wait until the query may run; the problem of one that may not."""
        quota = self._quota(query)
        if quota.wait:
            return problems.over_budget(quota.budget, quota.wait)
        if leaving := self._scheduler.enqueue(query):
            leaving.admission.set_result(problems.too_many_queued())
        return await self._wait(query)

    async def _readmit(self, query: RunningQuery) -> Problem | None:
        """Wait for the next lane of a query that left one; the problem of one that gets none."""
        query.lanes = NEXT_LANES[query.lane]
        query.admission = asyncio.get_running_loop().create_future()
        self._scheduler.requeue(query)
        return await self._wait(query)

    async def _wait(self, query: RunningQuery) -> Problem | None:
        """Wait for a lane, no longer than the client and the limits allow; the problem of a query that gets none."""
        self._start_next()
        most = self._limits.queue_timeout_seconds
        try:
            await asyncio.wait({query.admission}, timeout=max(0.0, min(most - query.waited(), query.remaining())))
        except asyncio.CancelledError:  # the client disconnected, maybe in the very moment of the admission
            self._scheduler.withdraw(query)
            if query.admission.done() and query.admission.result() is None:
                self._leave(query)
            raise
        if query.admission.done():
            return query.admission.result()
        self._scheduler.withdraw(query)
        return problems.not_started(min(most, query.request.timeout_seconds or most))

    def _start_next(self) -> None:
        while scheduled := self._scheduler.next():
            query, lane = scheduled
            query.lane, query.started = lane, time.monotonic()
            self._running.add(query)
            query.admission.set_result(None)

    def _leave(self, query: RunningQuery) -> None:
        """Free the lane of a query, and count the time that it ran there."""
        now = time.monotonic()
        self._running.remove(query)
        query.earlier_seconds += now - query.started
        self._budgets.spend(query.client, now - query.started, now)
        self._scheduler.leave(query.client, query.lane)
        self._start_next()

    async def _run(self, query: RunningQuery, key: bytes) -> Problem | None:
        """Run a query within its time, which includes that of other services; the problem that it meets."""
        try:
            problem = None
            if query.lane is Lane.FEDERATOR:
                problem = await self._federate(query, self._allowed_seconds(query)) or await self._readmit(query)
            return problem or await self._evaluate(query, key)
        except TimeoutError:
            if query.request.timeout_seconds and query.remaining() <= 0:
                return problems.over_own_time(query.request.timeout_seconds)
            return problems.over_time(self._limits.timeout_seconds)

    def _allowed_seconds(self, query: RunningQuery) -> float:
        """Seconds that a query may run now."""
        return min(self._limits.timeout_seconds - query.federation_seconds, query.remaining())

    async def _evaluate(self, query: RunningQuery, key: bytes) -> Problem | None:
        """Let a worker evaluate a query, after its tries; the problem that it meets.

        Raises:
            TimeoutError: it did not end in time.
        """
        while query.is_try and TRY_SECONDS[query.lane] < self._allowed_seconds(query):
            with suppress(TimeoutError):
                seconds = min(self._allowed_seconds(query), _STRETCH * TRY_SECONDS[query.lane])
                return await self._attempt(query, key, seconds)
            if query.remaining() <= 0:
                raise TimeoutError
            if problem := await self._readmit(query):
                return problem
        return await self._attempt(query, key, self._allowed_seconds(query))

    async def _federate(self, query: RunningQuery, seconds: float) -> Problem | None:
        """Let a federator put the rows of other services into the job; whatever happens, none is left.

        Raises:
            TimeoutError: they did not answer in time.
        """
        try:
            forked = federator.start(messages.QueryJob.decode(query.job), self._federation, self._limits.memory_bytes)
        except OSError as error:
            log.event("process.ended", role="federator", reason=f"none can start: {error}")
            self._leave(query)
            return problems.no_worker()
        with closing(self._children.add(forked.pid, forked.errors)) as child:
            try:
                async with asyncio.timeout(seconds):
                    reader, writer = await asyncio.open_connection(sock=forked.connection)
                    with closing(writer):
                        kind, content = await messages.read_frame(reader)
            except EOFError:
                return self._problem_of(await child.ending())
            except ValueError:  # the rows of the services are more than a query may hold
                return problems.over_memory(self._limits.memory_bytes)
            finally:
                query.federation_seconds = time.monotonic() - query.started
                self._leave(query)
        if kind == messages.PROBLEM:
            return messages.problem_from(content)
        query.job = content
        return None

    async def _attempt(self, query: RunningQuery, key: bytes, seconds: float) -> Problem | None:
        """Let a worker evaluate a query; whatever happens, no worker is left that still runs it.

        Raises:
            TimeoutError: it did not end in time.
        """
        pool, worker = self._pools[query.lane], None
        pieces: list[bytes] = []
        try:
            async with asyncio.timeout(seconds):
                worker = await pool.take(*messages.store_of(query.job))
                relaying = self._relay(query, worker, pieces)
                if query.is_try:
                    relaying = worker.within(TRY_SECONDS[query.lane], relaying)
                ending, size = await relaying
            timing = query.timing()
            if ending.status < 500 if isinstance(ending, Problem) else not ending[0]:
                pool.give_back(worker)
                worker = None
        except EOFError:
            return self._problem_of(await worker.child.ending()) if worker else problems.no_worker()
        except ProblemError as error:
            return error.problem
        finally:
            self._leave(query)
            if worker:
                await pool.replace(worker)
        if isinstance(ending, Problem):
            return ending
        if query.request.cacheable and size <= self._cache.largest:
            self._cache.put(key, (*pieces, ending[1:]))
        if query.is_try:  # only now: a try that fails must have sent nothing, and a slow client must hold no worker
            for piece in pieces:
                await query.send(messages.DATA, piece)
        await self._send_end(query, ending[1:], timing)
        return None

    def _problem_of(self, ending: Ending) -> Problem:
        """The problem of a query whose process ended by itself."""
        if ending.out_of_memory:
            return problems.over_memory(self._limits.memory_bytes)
        log.event("process.ended", role="worker", reason=f"the process of a query {ending}")
        return problems.killed() if ending.status == -signal.SIGKILL else problems.crashed()

    async def _relay(self, query: RunningQuery, worker: Worker, pieces: list[bytes]) -> tuple[Problem | bytes, int]:
        """Send what the worker sends, or buffer it if this is a try; returns how it ended, and its size.

        Raises:
            TimeoutError: it is too much to buffer.
        """
        worker.writer.write(messages.frame(messages.QUERY, query.job))
        size = 0
        while True:
            kind, content = await messages.read_frame(worker.reader)
            if kind == messages.PROBLEM:
                return messages.problem_from(content), size
            if kind == messages.STORE_FAILED:
                return store_problem(content), size
            if kind == messages.END:
                return content, size
            size += len(content)
            if query.is_try and size > _MAX_BUFFERED:
                raise TimeoutError
            if query.is_try or size <= self._cache.largest:
                pieces.append(content)
            if not query.is_try:
                await query.send(kind, content)


def main(arguments: list[str], permitted: Callable[[Address], bool] = is_public) -> None:
    """Serve on the listening socket whose descriptor is the first argument, within the limits that are the second.

    Other services are called only at `permitted` addresses.
    """
    log.take_over()
    capture_logging()
    metrics.record_only_if_shared()
    metrics.process_started("queries")
    log.event("process.started", role="queries")
    limits = Limits.from_json(json.loads(arguments[1]))
    ignore_stray_signals()
    # The end of standard input ends this process, after those whose requests it answers; both signals may reach all.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with socket.socket(fileno=int(arguments[0])) as listening:
        asyncio.run(Broker(limits, permitted).serve(listening))


if __name__ == "__main__":
    main(sys.argv[1:])

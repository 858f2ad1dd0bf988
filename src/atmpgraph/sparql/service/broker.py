"""The broker: a process with one thread that lets workers run queries, and ends those that take too much.

It evaluates nothing itself and calls no other service itself, so no query can keep it from answering.
"""

import asyncio
import json
import math
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from typing import Final

import uvloop

from ...http.outbound import Address, Outbound, is_public
from ...http.problem import Problem, ProblemError
from ...observability import log, metrics
from ...observability.capture import capture_logging
from .. import problems
from ..limits import Limits
from . import federator, messages
from .attempt import Attempt
from .children import Children, Ending
from .client_connection import ClientConnection
from .federation import Federation
from .pool import Pool
from .result_cache import ResultCache, cache_key
from .running_query import RunningQuery
from .sandbox import NICE, ignore_stray_signals
from .scheduler import FIRST_LANES, NEXT_LANES, TRY_SECONDS, TRY_WORKERS, Budgets, Lane, Quota, Scheduler

_REPORT_SECONDS: Final = 1.0
_BEAT_SECONDS: Final = 1.0  # between two signs of life; a client gives up after several
_SMALL: Final = 1 << 15  # bytes of a cached result that is sent at once
_PIECE: Final = 1 << 16  # bytes of a cached result that wait for a client which does not read
# The shorter a try, the less it disturbs others, and the more it needs its share of a processor.
_NICE: Final = {Lane.WORKER: NICE, Lane.LONGER: 10, Lane.QUICK: 5}
_STRETCH: Final = 4  # a try may take this many times its time on a processor
_SOON_SECONDS: Final = 0.05  # after which a query gets a task of its own
_SHORT_SECONDS: Final = 4 * _SOON_SECONDS  # a query that has no more gets its task at once
_FEDERATED_LANES: Final = frozenset({Lane.FEDERATOR})


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
        self._shortest = min(limits.timeout_seconds, limits.queue_timeout_seconds)
        self._watching: asyncio.TimerHandle | None = None
        self._replacing: set[asyncio.Future[None]] = set()
        sizes = {Lane.WORKER: limits.workers, Lane.LONGER: TRY_WORKERS, Lane.QUICK: TRY_WORKERS}
        each = limits.memory_bytes, limits.timeout_seconds
        nice = _NICE if limits.gives_way else dict.fromkeys(sizes, 0)
        self._pools = {lane: Pool(size, nice[lane], self._children, *each) for lane, size in sizes.items()}

    async def serve(self, listening: socket.socket) -> None:
        """Serve until standard input ends, which it does with the process that started this one."""
        self._children.watch()
        loop = asyncio.get_running_loop()
        server = await loop.create_unix_server(lambda: ClientConnection(self._arrived, self._gone), sock=listening)
        ended, reporting = loop.create_future(), asyncio.ensure_future(self._report())
        beating = asyncio.ensure_future(self._beat())
        loop.add_reader(sys.stdin.fileno(), ended.cancel)
        async with server:
            with suppress(asyncio.CancelledError):
                await ended
        reporting.cancel()
        beating.cancel()

    async def _beat(self) -> None:
        """Tell the clients that nothing is sent to at the moment that this process is alive."""
        while True:
            await asyncio.sleep(_BEAT_SECONDS)
            for query in self._connected_queries:
                if not query.connection.transport.get_write_buffer_size():  # otherwise the client does not read
                    query.connection.send(messages.ALIVE, b"")

    async def _report(self) -> None:
        """Record from time to time what runs and waits."""
        while metrics.are_shared():
            idle = sum(pool.idle for pool in self._pools.values())
            metrics.query_service(idle, len(self._running), self._scheduler.waiting)
            metrics.cache_size("results", int(self._cache.currsize))
            await asyncio.sleep(_REPORT_SECONDS)

    def _arrived(self, connection: ClientConnection, content: bytes) -> None:
        """Let a query run.

        What happens here and in the callbacks that follow takes a fraction of what a task takes, and is all that most
        queries need. One that takes longer gets a task, which follows it from where it is then (`_follow`).

        Raises:
            ValueError: it is no request.
        """
        request = messages.ArrivedRequest.decode(content)
        lanes, job = _FEDERATED_LANES if request.federated else FIRST_LANES, request.job
        query = RunningQuery(
            request, connection, job, cache_key(job), *messages.store_of(job), lanes=lanes, client=request.client
        )
        connection.query = query
        self._connected_queries.add(query)
        if request.cacheable and (cached := self._look_up(query.key)):
            frames, size = self._cached_frames(query, *cached), sum(map(len, cached))
            self._send_soon(query, list(frames) if size <= _SMALL else frames)
            return
        if request.federated or min(self._shortest, request.timeout_seconds or math.inf) < _SHORT_SECONDS:
            self._hand_over(query)
        elif self._watching is None:
            self._watching = asyncio.get_running_loop().call_later(_SOON_SECONDS, self._watch)
        quota = self._quota(query)
        if quota.wait:
            self._admit(query, problems.over_budget(quota.budget, quota.wait))
            return
        if leaving := self._scheduler.enqueue(query):
            self._admit(leaving, problems.too_many_queued())
        self._start_next()

    def _watch(self) -> None:
        """Hand over the queries that are no longer quick."""
        self._watching = None
        now, quick = time.monotonic(), [query for query in self._connected_queries if query.task is None]
        for query in quick:
            if now - query.received >= _SOON_SECONDS:
                self._hand_over(query)
        if quick:
            self._watching = asyncio.get_running_loop().call_later(_SOON_SECONDS, self._watch)

    def _hand_over(self, query: RunningQuery) -> None:
        """Let a task follow a query from now on."""
        if query in self._running:
            query.admission.set_result(None)
        query.task = asyncio.ensure_future(self._follow(query))
        query.task.add_done_callback(lambda task: self._abandon(query) if task.cancelled() else None)  # before it began

    async def _follow(self, query: RunningQuery) -> None:
        """Serve a query from where it is to its end."""
        with suppress(asyncio.CancelledError):  # the client is gone, or the service ends
            if problem := await self._wait(query) or await self._run(query):
                self._refuse(query, problem)

    def _gone(self, query: RunningQuery) -> None:
        """The client of a query disconnected."""
        self._connected_queries.discard(query)
        if query.task:
            query.task.cancel()
        else:
            self._abandon(query)

    def _abandon(self, query: RunningQuery) -> None:
        """Free what a query holds that nobody waits for: its place in the queue, or its lane and its worker."""
        self._scheduler.withdraw(query)
        if query in self._running:
            if query.attempt:
                query.attempt.detach()
            self._leave(query)
            self._replace(query)

    def _refuse(self, query: RunningQuery, problem: Problem) -> None:
        """Answer a query with a problem."""
        problem.headers.update(self._quota(query).fields)
        self._send_soon(query, [messages.problem_frame(problem)])

    def _send_soon(self, query: RunningQuery, frames: Iterable[bytes]) -> None:
        """Send the last frames for a query: at once when they are small, otherwise as fast as the client reads.

        Frames that are made while they are sent take no memory for each reader.
        """
        if isinstance(frames, list) and sum(map(len, frames)) <= _PIECE:
            query.connection.transport.write(b"".join(frames))
            self._ended(query)
        else:
            query.task = asyncio.ensure_future(self._send(query, frames))

    async def _send(self, query: RunningQuery, frames: Iterable[bytes]) -> None:
        with suppress(asyncio.CancelledError):
            for frame in frames:
                query.connection.transport.write(frame)
                await query.connection.drain()
            self._ended(query)

    def _ended(self, query: RunningQuery) -> None:
        """The connection of a query is there for the next one."""
        self._connected_queries.discard(query)
        query.connection.query = None

    def _look_up(self, key: bytes) -> tuple[bytes, ...] | None:
        cached = self._cache.get(key)
        metrics.cache_looked_up("results", hit=cached is not None)
        return cached

    def _cached_frames(self, query: RunningQuery, *cached: bytes) -> Iterator[bytes]:
        """A cached result, its end first: so the client need not buffer it."""
        *pieces, outcome = cached
        end = messages.ResultEnd({"cache": 0.0}, self._quota(query).fields, outcome, sum(map(len, pieces)))
        yield messages.frame(messages.CACHED, end.encode())
        for piece in pieces:
            for start in range(0, len(piece), _PIECE):
                yield messages.frame(messages.DATA, piece[start : start + _PIECE])
        yield messages.frame(messages.END, b"")

    def _used(self, client: str) -> float:
        """Seconds that the client's queries took of late, those that run included."""
        now = time.monotonic()
        return self._budgets.used(client, now) + sum(now - q.started for q in self._running if q.client == client)

    def _quota(self, query: RunningQuery) -> Quota:
        return self._budgets.quota(query.client, time.monotonic())

    def _admit(self, query: RunningQuery, problem: Problem | None) -> None:
        """A query may run now, or is turned away with a problem."""
        if query.task:
            query.admission.set_result(problem)
        elif problem:
            self._refuse(query, problem)
        elif worker := self._pools[query.lane].take_ready(query.store):
            query.attempt = Attempt(query, worker, self._cache.largest, self._attempted)
        else:
            self._hand_over(query)

    def _attempted(self, query: RunningQuery) -> None:
        """A worker ended a query that no task follows."""
        attempt = query.attempt
        if attempt is None or query.task:
            return
        if isinstance(attempt.outcome, bytes | Problem):
            self._conclude(query, attempt, attempt.outcome)
        else:
            if isinstance(attempt.outcome, EOFError) and not query.is_repeated:
                query.is_repeated = True  # so soon a worker ends that was killed while it was idle: another one runs it
                self._replace(query)
            self._hand_over(query)

    def _conclude(self, query: RunningQuery, attempt: Attempt, outcome: bytes | Problem) -> None:
        """Free the worker of a query that ended, and send what is left to send."""
        timing = query.timing()
        is_sound = _is_sound(outcome) if isinstance(outcome, Problem) else not outcome[0]
        if is_sound:
            query.attempt = None
            self._pools[query.lane].give_back(attempt.worker)
        self._leave(query)
        if not is_sound:
            self._replace(query)
        if isinstance(outcome, Problem):
            self._refuse(query, outcome)
            return
        if query.request.cacheable and attempt.size <= self._cache.largest:
            self._cache.put(query.key, (*attempt.pieces, outcome[1:]))
        # Only now: a try that fails must have sent nothing, and a slow client must hold no worker.
        frames = [messages.frame(messages.DATA, piece) for piece in attempt.pieces] if query.is_try else attempt.unsent
        end = messages.ResultEnd(timing, self._quota(query).fields, outcome[1:])
        self._send_soon(query, [*frames, messages.frame(messages.END, end.encode())])

    def _replace(self, query: RunningQuery) -> "asyncio.Future[None] | None":
        """Kill the worker of a query, and start another one."""
        attempt, query.attempt = query.attempt, None
        if attempt:
            replacing = asyncio.ensure_future(self._pools[query.lane].replace(attempt.worker))
            self._replacing.add(replacing)
            replacing.add_done_callback(self._replacing.discard)
            return replacing
        return None

    async def _readmit(self, query: RunningQuery) -> Problem | None:
        """Wait for the next lane of a query that left one; the problem of one that gets none."""
        query.lanes = NEXT_LANES[query.lane]
        query.admission = asyncio.get_running_loop().create_future()
        self._scheduler.requeue(query)
        self._start_next()
        return await self._wait(query)

    async def _wait(self, query: RunningQuery) -> Problem | None:
        """Wait for a lane, no longer than the client and the limits allow; the problem of a query that gets none."""
        most, admission = self._limits.queue_timeout_seconds, query.admission
        try:
            await asyncio.wait({admission}, timeout=max(0.0, min(most - query.waited(), query.remaining())))
        except asyncio.CancelledError:  # the client disconnected, maybe in the very moment of the admission
            self._abandon(query)
            raise
        if admission.done():
            return admission.result()
        self._scheduler.withdraw(query)
        return problems.not_started(min(most, query.request.timeout_seconds or most))

    def _start_next(self) -> None:
        while scheduled := self._scheduler.next():
            query, lane = scheduled
            query.lane, query.started = lane, time.monotonic()
            self._running.add(query)
            self._admit(query, None)

    def _leave(self, query: RunningQuery) -> None:
        """Free the lane of a query, and count the time that it ran there."""
        now = time.monotonic()
        self._running.remove(query)
        query.earlier_seconds += now - query.started
        self._budgets.spend(query.client, now - query.started, now)
        self._scheduler.leave(query.client, query.lane)
        self._start_next()

    async def _run(self, query: RunningQuery) -> Problem | None:
        """Run a query within its time, which includes that of other services; the problem that it meets."""
        try:
            problem = None
            if query.lane is Lane.FEDERATOR:
                problem = await self._federate(query, self._allowed_seconds(query)) or await self._readmit(query)
            return problem or await self._evaluate(query)
        except TimeoutError:
            if query.request.timeout_seconds and query.remaining() <= 0:
                return problems.over_own_time(query.request.timeout_seconds)
            return problems.over_time(self._limits.timeout_seconds)

    def _allowed_seconds(self, query: RunningQuery) -> float:
        """Seconds that a query may run, from its start in its lane."""
        own = query.received + (query.request.timeout_seconds or math.inf) - query.started
        return min(self._limits.timeout_seconds - query.federation_seconds, own)

    async def _evaluate(self, query: RunningQuery) -> Problem | None:
        """Let a worker evaluate a query, after its tries; the problem that it meets.

        Raises:
            TimeoutError: it did not end in time.
        """
        while query.is_try and TRY_SECONDS[query.lane] < self._allowed_seconds(query):
            with suppress(TimeoutError):
                seconds = min(self._allowed_seconds(query), _STRETCH * TRY_SECONDS[query.lane])
                return await self._attempt(query, seconds)
            if query.remaining() <= 0:
                raise TimeoutError
            if problem := await self._readmit(query):
                return problem
        return await self._attempt(query, self._allowed_seconds(query))

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

    async def _attempt(self, query: RunningQuery, seconds: float) -> Problem | None:
        """Let a worker evaluate a query, or go on with it; whatever happens, no worker is left that still runs it.

        Args:
            query: runs in its lane.
            seconds: from its start there.

        Raises:
            TimeoutError: it did not end in time.
        """
        outcome: bytes | Problem | None = None
        try:
            async with asyncio.timeout(query.started + seconds - time.monotonic()):
                if query.attempt is None:
                    worker = await self._pools[query.lane].take(query.store, query.base)
                    query.attempt = Attempt(query, worker, self._cache.largest, self._attempted)
                attempt = query.attempt
                ending = attempt.end()
                if (most := attempt.most_processor_seconds) is not None:
                    ending = attempt.worker.within(most - attempt.processor_seconds(), ending)
                outcome = await ending
        except EOFError:
            return self._problem_of(await attempt.worker.child.ending())
        except ProblemError as error:
            return error.problem
        finally:
            if outcome is None:
                if query.attempt:
                    query.attempt.detach()
                self._leave(query)
                if replacing := self._replace(query):
                    await replacing  # the next query of this client takes that one
        self._conclude(query, attempt, outcome)
        return None

    def _problem_of(self, ending: Ending) -> Problem:
        """The problem of a query whose process ended by itself."""
        if ending.out_of_memory:
            return problems.over_memory(self._limits.memory_bytes)
        log.event("process.ended", role="worker", reason=f"the process of a query {ending}")
        return problems.killed() if ending.status == -signal.SIGKILL else problems.crashed()


def _is_sound(problem: Problem) -> bool:
    """Whether a worker may go on after a query with a problem: it is the query's, or that of a store elsewhere."""
    return problem.status < 500 or problem.reason in problems.STORE_REASONS - {"store-elsewhere"}


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
        uvloop.run(Broker(limits, permitted).serve(listening))


if __name__ == "__main__":
    main(sys.argv[1:])

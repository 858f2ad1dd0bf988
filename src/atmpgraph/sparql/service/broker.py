"""The query service: one process with one thread that lets workers run queries, and ends those that take too much.

It evaluates nothing itself, and asks no other service itself, so nothing that a query does can keep it from answering.
"""

import asyncio
import json
import math
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import Any, Final

from ...http.outbound import Address, Outbound, is_public
from ...http.problem import Problem
from ..limits import Limits
from . import federator, messages
from .federation import Federation
from .pool import Pool, Worker
from .result_cache import ResultCache, key
from .sandbox import NICE
from .scheduler import AFTER, FIRST, TRIES, TRYING, Budgets, Lane, Quota, Scheduler

_BUSY: Final = "Too many queries are waiting. Try again in a moment."
_PART: Final = 1 << 16  # bytes of a kept answer that wait for a client which does not read
_UNTURNED: Final = "The server is busy: your query was not started within {limit} seconds. Try again in a moment."
_SPENT: Final = "Your queries ran for more than {budget} seconds within a minute. Try again in {wait} seconds."
_LATE: Final = (
    "The query was stopped after {limit} seconds, the time limit. Ask for less: narrow its patterns, add "
    "a LIMIT, or download a file from /releases/."
)
_GIVEN: Final = (
    "The query was stopped after {limit} seconds, the timeout of the request. Raise it, or ask for less: "
    "narrow its patterns, or add a LIMIT."
)
_DIED: Final = (
    "The query needed more than {memory} MiB of memory, or crashed the query engine. Ask for less: sort "
    "and group fewer rows, or download a file from /releases/."
)
# The shorter a try, the less others notice of it, and the more it needs its part of a processor.
_NICE: Final = {Lane.WORKER: NICE, Lane.LONGER: 10, Lane.QUICK: 5}
_STRETCH: Final = 4  # times as long as it may run on a processor a try may take
_HELD: Final = 1 << 26  # bytes of its answer, which is held back: more may come only where there is no limit of bytes


@dataclass(eq=False)
class RunningQuery:
    """A question that was asked, and the connection of whoever asks.

    Attributes:
        turn: what it waits for; a problem when it gets none.
        job: the frame for a worker.
        lanes: where it may run next.
        lane, started: where it runs, and since when.
        services: seconds that other services took to answer.
        ran: seconds that it took before its next turn: they, and tries.
    """

    question: messages.QueryRequest
    writer: asyncio.StreamWriter
    turn: "asyncio.Future[Problem | None]"
    job: bytes
    lanes: frozenset[Lane]
    lane: Lane = Lane.WORKER
    asked: float = field(default_factory=time.monotonic)
    started: float = 0.0
    services: float = 0.0
    ran: float = 0.0

    @property
    def client(self) -> str:
        """Whose question it is."""
        return self.question.client

    @property
    def tried(self) -> bool:
        """Whether it runs for the time of a try only."""
        return self.lane in TRIES

    def left(self) -> float:
        """Seconds until the client waits no longer."""
        return self.asked + (self.question.seconds or math.inf) - time.monotonic()

    def timing(self) -> dict[str, float]:
        """Milliseconds that it waited, that other services took, if they were asked, and that it has been running."""
        waited = self.started - self.asked - self.services
        found = {"queue": waited, "services": self.services, "query": time.monotonic() - self.started}
        return {name: seconds * 1000 for name, seconds in found.items() if seconds or name != "services"}

    async def send(self, kind: bytes, content: bytes) -> None:
        """Send a frame; waits while the other side does not read."""
        self.writer.write(messages.frame(kind, content))
        await self.writer.drain()


def _told(limit: float) -> tuple[dict[str, Any], dict[str, str], dict[str, Any]]:
    """What a problem has beside its detail when so many seconds were too few."""
    return {"limit": limit}, {"Retry-After": str(max(1, round(limit)))}, {"limit": f"{limit:g}"}


class Service:
    """The service within its limits."""

    def __init__(self, limits: Limits, permitted: Callable[[Address], bool]) -> None:
        """Start no worker yet; other services are asked only at addresses that are `permitted`."""
        self._limits, federation = limits, limits.federation
        outbound = Outbound(federation.timeout_seconds, federation.max_bytes, permitted)
        self._federation = Federation(frozenset(federation.services), federation.max_clauses, outbound)
        self._budgets = Budgets(limits.running_seconds_per_minute)
        self._turns: Scheduler[RunningQuery] = Scheduler(limits, self._used)
        self._running: set[RunningQuery] = set()
        self._kept = ResultCache(limits.result_bytes)
        sizes = {Lane.WORKER: limits.workers, Lane.LONGER: TRYING, Lane.QUICK: TRYING}
        self._pools = {lane: Pool(size, limits.memory_bytes, _NICE[lane]) for lane, size in sizes.items()}

    async def serve(self, listening: socket.socket) -> None:
        """Answer questions until standard input ends: when the process that started this one does."""
        server = await asyncio.start_unix_server(self._connected, sock=listening)
        ended = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), ended.cancel)
        async with server:
            with suppress(asyncio.CancelledError):
                await ended

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the one question of a connection; whoever closes it wants no answer any more."""
        with suppress(EOFError, OSError, ValueError, asyncio.CancelledError):  # the last when the service ends
            question = messages.QueryRequest.decode((await messages.read_frame(reader))[1])
            lanes = frozenset({Lane.CALLER}) if question.calls else FIRST
            turn = asyncio.get_running_loop().create_future()
            call = RunningQuery(question, writer, turn, messages.job_frame(question.job), lanes)
            answering, gone = asyncio.ensure_future(self._answer(call)), asyncio.ensure_future(reader.read(1))
            await asyncio.wait({answering, gone}, return_when=asyncio.FIRST_COMPLETED)
            for task in (gone, answering):
                task.cancel()
                with suppress(asyncio.CancelledError, OSError):
                    await task
        writer.close()

    async def _answer(self, call: RunningQuery) -> None:
        """Answer from what is kept, or let a worker do it."""
        name = key(call.question.job)
        if call.question.keep and (kept := self._kept.get(name)):
            await self._give_again(call, *kept)
            return
        if problem := await self._admitted(call) or await self._run(call, name):
            problem.headers.update(self._quota(call).fields)
            call.writer.write(messages.problem_frame(problem))
            await call.writer.drain()

    async def _give_again(self, call: RunningQuery, *kept: bytes) -> None:
        """Send a kept answer, as fast as it is taken: nobody has to put it away, for its end is known before."""
        *pieces, ending = kept
        told = json.loads(ending) | {"length": sum(map(len, pieces))}
        await self._end(call, told, {"cache": 0.0}, messages.KEPT)
        for piece in pieces:
            for start in range(0, len(piece), _PART):
                await call.send(messages.DATA, piece[start : start + _PART])
        await call.send(messages.END, b"")

    def _used(self, client: str) -> float:
        """Seconds that the client's questions have taken of late, and take now."""
        now = time.monotonic()
        return self._budgets.used(client, now) + sum(now - c.started for c in self._running if c.client == client)

    def _quota(self, call: RunningQuery) -> Quota:
        return self._budgets.quota(call.question.client, time.monotonic())

    async def _end(
        self, call: RunningQuery, ending: dict[str, Any], timing: dict[str, float], kind: bytes = messages.END
    ) -> None:
        content = ending | {"timing": timing, "fields": self._quota(call).fields}
        await call.send(kind, json.dumps(content).encode())

    async def _admitted(self, call: RunningQuery) -> Problem | None:
        """Wait for a turn; the problem of a call that gets none."""
        quota = self._quota(call)
        if quota.wait:
            values = {"budget": quota.budget, "wait": quota.wait}
            return Problem(429, _SPENT, headers={"Retry-After": str(quota.wait)}, values=values)
        if leaving := self._turns.enter(call):
            leaving.turn.set_result(Problem(503, _BUSY, headers={"Retry-After": "5"}))
        return await self._turn(call)

    async def _again(self, call: RunningQuery) -> Problem | None:
        """Wait for the next turn of a call that ran in a lane; the problem of one that gets none."""
        call.lanes = AFTER[call.lane]
        call.turn = asyncio.get_running_loop().create_future()
        self._turns.again(call)
        return await self._turn(call)

    async def _turn(self, call: RunningQuery) -> Problem | None:
        """Wait for a turn, no longer than the client and the limits allow; the problem of a call that gets none."""
        self._start_next()
        most = self._limits.queue_timeout_seconds
        waited = time.monotonic() - call.asked - call.ran
        try:
            await asyncio.wait({call.turn}, timeout=max(0.0, min(most - waited, call.left())))
        except asyncio.CancelledError:  # the client is gone; its turn may have come in that very moment
            self._turns.withdraw(call)
            if call.turn.done() and call.turn.result() is None:
                self._left(call)
            raise
        if call.turn.done():
            return call.turn.result()
        self._turns.withdraw(call)
        return Problem(503, _UNTURNED, *_told(min(most, call.question.seconds or most)))

    def _start_next(self) -> None:
        while found := self._turns.next():
            call, lane = found
            call.lane, call.started = lane, time.monotonic()
            self._running.add(call)
            call.turn.set_result(None)

    def _left(self, call: RunningQuery) -> None:
        now = time.monotonic()
        self._running.remove(call)
        call.ran += now - call.started
        self._budgets.spend(call.client, now - call.started, now)
        self._turns.leave(call.client, call.lane)
        self._start_next()

    async def _run(self, call: RunningQuery, name: bytes) -> Problem | None:
        """Run the query within its time, which includes that of other services; the problem that it met."""
        try:
            problem = None
            if call.lane is Lane.CALLER:
                problem = await self._ask_services(call, self._most(call)) or await self._again(call)
            return problem or await self._query(call, name)
        except TimeoutError:
            if call.question.seconds and call.left() <= 0:
                return Problem(504, _GIVEN, *_told(call.question.seconds))
            return Problem(504, _LATE, *_told(self._limits.timeout_seconds))

    def _most(self, call: RunningQuery) -> float:
        """Seconds that a call may run now."""
        return min(self._limits.timeout_seconds - call.services, call.left())

    async def _query(self, call: RunningQuery, name: bytes) -> Problem | None:
        """Let a worker answer, after the tries that are its turn; the problem that the query met.

        Raises:
            TimeoutError: it did not end in time.
        """
        while call.tried and TRIES[call.lane] < self._most(call):
            with suppress(TimeoutError):
                return await self._attempt(call, name, min(self._most(call), _STRETCH * TRIES[call.lane]))
            if call.left() <= 0:
                raise TimeoutError
            if problem := await self._again(call):
                return problem
        return await self._attempt(call, name, self._most(call))

    async def _ask_services(self, call: RunningQuery, seconds: float) -> Problem | None:
        """Let a caller put the answers of other services into the job; whatever happens, no request is left.

        Raises:
            TimeoutError: they did not answer in time.
        """
        try:
            connection, process = federator.start(call.question.job, self._federation, self._limits.memory_bytes)
            async with asyncio.timeout(seconds):
                reader, writer = await asyncio.open_connection(sock=connection)
                with closing(writer):
                    kind, content = await messages.read_frame(reader)
        except (asyncio.CancelledError, TimeoutError):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
            raise
        except (EOFError, ValueError):  # it ended, or its answer is larger than any frame
            return self._died()
        finally:
            call.services = time.monotonic() - call.started
            self._left(call)
        if kind == messages.PROBLEM:
            return messages.problem_from(content)
        call.job = messages.frame(kind, content)
        return None

    def _died(self) -> Problem:
        memory = self._limits.memory_bytes >> 20
        return Problem(503, _DIED, {"memory": memory}, {"Retry-After": "60"}, {"memory": memory})

    async def _attempt(self, call: RunningQuery, name: bytes, seconds: float) -> Problem | None:
        """Let a worker answer; whatever happens, none is left that still runs the query.

        Raises:
            TimeoutError: it did not end in time.
        """
        job, pool, worker = call.question.job, self._pools[call.lane], None
        pieces: list[bytes] = []
        try:
            async with asyncio.timeout(seconds):
                worker = await pool.take(job.store, job.base)
                passing = self._pass_on(call, worker, pieces)
                ended, size = await (worker.within(TRIES[call.lane], passing) if call.tried else passing)
            timing = call.timing()
            if ended.status < 500 if isinstance(ended, Problem) else not ended.pop("retires"):
                pool.give_back(worker)
                worker = None
        except EOFError:
            return self._died()
        finally:
            self._left(call)
            if worker:
                await pool.replace(worker)
        if isinstance(ended, Problem):
            return ended
        if call.question.keep and size <= self._kept.largest:
            self._kept.put(name, (*pieces, json.dumps(ended).encode()))
        if call.tried:  # only now: a try that fails must have sent nothing, and who reads slowly holds no worker
            for piece in pieces:
                await call.send(messages.DATA, piece)
        await self._end(call, ended, timing)
        return None

    async def _pass_on(
        self, call: RunningQuery, worker: Worker, pieces: list[bytes]
    ) -> tuple[Problem | dict[str, Any], int]:
        """Send what the worker answers, or hold it back if this is a try; returns how it ended, and its size.

        Raises:
            TimeoutError: it is too much to be held back.
        """
        worker.writer.write(call.job)
        size = 0
        while True:
            kind, content = await messages.read_frame(worker.reader)
            if kind == messages.PROBLEM:
                return messages.problem_from(content), size
            if kind == messages.END:
                return json.loads(content), size
            size += len(content)
            if call.tried and size > _HELD:
                raise TimeoutError
            if call.tried or size <= self._kept.largest:
                pieces.append(content)
            if not call.tried:
                await call.send(kind, content)


def main(arguments: list[str], permitted: Callable[[Address], bool] = is_public) -> None:
    """Serve on the listening socket whose descriptor is the first argument, within the limits that are the second.

    Other services are asked only at addresses that are `permitted`.
    """
    limits = Limits.from_json(json.loads(arguments[1]))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system forgets workers that ended
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the end of standard input ends it
    with socket.socket(fileno=int(arguments[0])) as listening:
        asyncio.run(Service(limits, permitted).serve(listening))


if __name__ == "__main__":
    main(sys.argv[1:])

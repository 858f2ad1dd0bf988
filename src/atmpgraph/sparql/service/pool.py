"""Worker processes: taken, given back, or killed and replaced at once."""

import asyncio
import sys
import time
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeVar

from ...http.problem import Problem, ProblemError
from ...observability import log
from ...store import StoreAddress
from .. import problems
from . import messages
from .children import Child, Children
from .frame_protocol import FrameProtocol
from .worker import start

_CLOCK: Final = 2  # of all processors, in the clock numbers of clock_getcpuclockid(3) on Linux
_PAUSE_SECONDS: Final = 0.01  # between two readings of a clock
_START_SECONDS: Final = 10.0  # to open a store, which takes hundredths of one

T = TypeVar("T")


class Receiver(Protocol):
    """What a worker runs for."""

    def frame_received(self, kind: bytes, content: bytes) -> None:
        """The worker sent a frame."""

    def frames_ended(self) -> None:
        """What the worker has sent by now was received."""

    def lost(self) -> None:
        """The worker ended."""


class WorkerConnection(FrameProtocol):
    """The connection to a worker.

    Attributes:
        receiver: gets what it sends; nobody while it is idle.
        first: what it sends when it has opened its store; None if it ends before.
        is_lost: whether it ended.
    """

    def __init__(self) -> None:
        """Wait for the first frame."""
        super().__init__()
        self.receiver: Receiver | None = None
        self.first: asyncio.Future[tuple[bytes, bytes] | None] = asyncio.get_running_loop().create_future()
        self.is_lost = False

    def frame_received(self, kind: bytes, content: bytes) -> None:
        """Pass a frame on."""
        if self.receiver:
            self.receiver.frame_received(kind, content)
        elif not self.first.done():
            self.first.set_result((kind, content))

    def frames_ended(self) -> None:
        """Pass that on too."""
        if self.receiver:
            self.receiver.frames_ended()

    def connection_lost(self, _: Exception | None) -> None:
        """It ended."""
        self.is_lost = True
        if not self.first.done():
            self.first.set_result(None)
        if self.receiver:
            self.receiver.lost()


@dataclass(eq=False)
class Worker:
    """A worker process with a release's store open, and the connection to it.

    Attributes:
        child: the process.
        started: when.
    """

    store: StoreAddress
    base: str
    child: Child
    connection: WorkerConnection
    started: float = field(default_factory=time.monotonic)

    @property
    def ready(self) -> bool:
        """Whether its store is open."""
        first = self.connection.first
        return first.done() and (answer := first.result()) is not None and answer[0] == messages.READY

    def runs_on(self, store: StoreAddress) -> bool:
        """Whether it runs and has that store open, or will."""
        return self.store == store and not self.connection.is_lost

    def processor_seconds(self) -> float:
        """Seconds that it has run on a processor; where the system does not report them, those of the wall clock."""
        if sys.platform == "linux":
            with suppress(OSError):
                return time.clock_gettime(~self.child.pid << 3 | _CLOCK)
        return time.monotonic()

    async def within(self, seconds: float, work: Coroutine[Any, Any, T]) -> T:
        """The outcome of some work of this worker that takes no more of a processor.

        Raises:
            TimeoutError: it takes more.
        """
        working, end = asyncio.ensure_future(work), self.processor_seconds() + seconds
        try:
            while (left := end - self.processor_seconds()) > 0 and not working.done():
                await asyncio.wait({working}, timeout=max(_PAUSE_SECONDS, left))
            if not working.done():
                raise TimeoutError
            return working.result()
        finally:
            working.cancel()

    def kill(self) -> None:
        """Kill it, whatever it does."""
        self.child.close()
        self.connection.receiver = None
        self.connection.transport.abort()


class Pool:
    """The idle workers of one priority."""

    def __init__(self, size: int, nice: int, children: Children, memory: int, seconds: float) -> None:
        """Hold at most `size` workers of `memory` bytes each, their priority lowered by `nice`; start none yet.

        No query of theirs takes longer than `seconds`.
        """
        self._size, self._memory, self._nice, self._children = size, memory, nice, children
        self._seconds = seconds
        self._idle: list[Worker] = []

    async def take(self, store: StoreAddress, base: str) -> Worker:
        """A worker with that store open.

        Raises:
            ProblemError: it could not start, or could not open the store.
        """
        worker = None
        while self._idle and worker is None:
            worker = self._idle.pop()
            if not worker.runs_on(store):  # another release; or it ended by itself
                worker.kill()
                worker = None
        worker = worker or await self._start(store, base)
        if not worker.ready:
            await self._await_start(worker)
        return worker

    async def _await_start(self, worker: Worker) -> None:
        """Wait until a worker has its store open.

        Raises:
            ProblemError: it has not.
        """
        try:
            await asyncio.wait({worker.connection.first})
        except asyncio.CancelledError:
            if time.monotonic() - worker.started < _START_SECONDS:
                self.give_back(worker)  # it starts all the same, for another query
            else:
                worker.kill()
            raise
        first = worker.connection.first.result()
        if first is None:
            log.event("process.ended", role="worker", reason=f"a worker {await worker.child.ending()} at its start")
            worker.kill()
            raise ProblemError(problems.no_worker())
        if first[0] == messages.STORE_FAILED:
            worker.kill()
            raise ProblemError(store_problem(first[1]))

    def take_ready(self, store: StoreAddress) -> Worker | None:
        """A worker that can run a query on that store at once; None if none is known to."""
        if self._idle and self._idle[-1].runs_on(store) and self._idle[-1].ready:
            return self._idle.pop()
        return None

    @property
    def idle(self) -> int:
        """How many workers wait for a query."""
        return len(self._idle)

    async def _start(self, store: StoreAddress, base: str) -> Worker:
        try:
            forked = start(store, base, self._memory, self._nice, self._seconds)
        except OSError as error:
            log.event("process.ended", role="worker", reason=f"no worker can start: {error}")
            raise ProblemError(problems.no_worker()) from None
        child = self._children.add(forked.pid, forked.errors)
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_unix_connection(WorkerConnection, sock=forked.connection)
        return Worker(store, base, child, connection)

    def give_back(self, worker: Worker) -> None:
        """Take back a worker that is idle; kill it if there are enough."""
        if len(self._idle) < self._size:
            self._idle.append(worker)
        else:
            worker.kill()

    async def replace(self, worker: Worker) -> None:
        """Kill a worker, and let another one open the store before a query needs it."""
        worker.kill()
        if worker.ready and len(self._idle) < self._size:  # a second one could not open its store either
            with suppress(ProblemError):
                self._idle.append(await self._start(worker.store, worker.base))


def store_problem(failure: bytes) -> Problem:
    """The problem of a query whose store cannot be read; a damaged one is an event."""
    read = messages.StoreFailure.decode(failure)
    if read.remote:
        log.event("store.failed", kind=read.remote, cause=read.cause)
        return problems.store_failed(read.remote)
    if read.removed:
        return problems.release_removed()
    log.event("release.damaged", cause=read.cause)
    return problems.store_damaged()

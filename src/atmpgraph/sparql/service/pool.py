"""Worker processes: taken, given back, or killed and replaced at once."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from ...store import StoreAddress
from . import messages
from .worker import start

_CLOCK: Final = 2  # of all processors, in the clock numbers of clock_getcpuclockid(3) on Linux
_PAUSE_SECONDS: Final = 0.01  # between two readings of a clock

T = TypeVar("T")


@dataclass(eq=False)
class Worker:
    """A worker process with a release's store open, and the connection to it.

    Attributes:
        pid: its process identifier.
        ready: whether its store is open.
    """

    store: StoreAddress
    base: str
    pid: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    ready: bool = False

    def processor_seconds(self) -> float:
        """Seconds that it has run on a processor; where the system does not report them, those of the wall clock."""
        if sys.platform == "linux":
            with suppress(OSError):
                return time.clock_gettime(~self.pid << 3 | _CLOCK)
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
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.writer.close()


class Pool:
    """The idle workers of one priority."""

    def __init__(self, size: int, memory: int, nice: int) -> None:
        """Hold at most `size` workers of `memory` bytes each, their priority lowered by `nice`; start none yet."""
        self._size, self._memory, self._nice = size, memory, nice
        self._idle: list[Worker] = []

    async def take(self, store: StoreAddress, base: str) -> Worker:
        """A worker with that store open.

        Raises:
            EOFError: it could not open the store.
        """
        worker = None
        while self._idle and worker is None:
            worker = self._idle.pop()
            if worker.store != store or worker.reader.at_eof():  # another release; or it ended by itself
                worker.kill()
                worker = None
        worker = worker or await self._start(store, base)
        if not worker.ready:
            try:
                await messages.read_frame(worker.reader)
            except asyncio.CancelledError:
                self.give_back(worker)  # it starts all the same, for another query
                raise
            except EOFError:
                worker.kill()
                raise
            worker.ready = True
        return worker

    @property
    def idle(self) -> int:
        """How many workers wait for a query."""
        return len(self._idle)

    async def _start(self, store: StoreAddress, base: str) -> Worker:
        connection, pid = start(store, base, self._memory, self._nice)
        reader, writer = await asyncio.open_connection(sock=connection)
        return Worker(store, base, pid, reader, writer)

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
            self._idle.append(await self._start(worker.store, worker.base))

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

_CLOCK: Final = 2  # of all processors, in the numbers of clocks that clock_getcpuclockid(3) gives on Linux
_PAUSE: Final = 0.01  # seconds between two looks at a clock

T = TypeVar("T")


@dataclass(eq=False)
class Worker:
    """A worker process with a release's store open, and the connection to it."""

    store: StoreAddress
    base: str
    process: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    ready: bool = False

    def running(self) -> float:
        """Seconds that it has been running on a processor; where the system does not tell, any that went by."""
        if sys.platform == "linux":
            with suppress(OSError):
                return time.clock_gettime(~self.process << 3 | _CLOCK)
        return time.monotonic()

    async def within(self, seconds: float, work: Coroutine[Any, Any, T]) -> T:
        """What comes of some work of this worker, as long as that takes no more of a processor.

        Raises:
            TimeoutError: it takes more.
        """
        working, end = asyncio.ensure_future(work), self.running() + seconds
        try:
            while (left := end - self.running()) > 0 and not working.done():
                await asyncio.wait({working}, timeout=max(_PAUSE, left))
            if not working.done():
                raise TimeoutError
            return working.result()
        finally:
            working.cancel()

    def kill(self) -> None:
        """End it, whatever it does."""
        with suppress(ProcessLookupError):
            os.kill(self.process, signal.SIGKILL)
        self.writer.close()


class Pool:
    """The workers of one priority that run nothing now."""

    def __init__(self, size: int, memory: int, nice: int) -> None:
        """Keep at most `size` workers of `memory` bytes each, their priority lowered by `nice`; start none yet."""
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
                self.give_back(worker)  # it is on its way, for somebody else
                raise
            except EOFError:
                worker.kill()
                raise
            worker.ready = True
        return worker

    async def _start(self, store: StoreAddress, base: str) -> Worker:
        connection, process = start(store, base, self._memory, self._nice)
        reader, writer = await asyncio.open_connection(sock=connection)
        return Worker(store, base, process, reader, writer)

    def give_back(self, worker: Worker) -> None:
        """Keep a worker that has answered."""
        if len(self._idle) < self._size:
            self._idle.append(worker)
        else:
            worker.kill()

    async def replace(self, worker: Worker) -> None:
        """Kill a worker, and let another one open the store before anybody asks for it."""
        worker.kill()
        if worker.ready and len(self._idle) < self._size:  # one that could not open its store is not tried again
            self._idle.append(await self._start(worker.store, worker.base))

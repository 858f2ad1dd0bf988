"""Worker processes: taken, given back, or killed and replaced at once."""

import asyncio
import os
import signal
from contextlib import suppress
from dataclasses import dataclass

from . import wire
from .worker import start


@dataclass(eq=False)
class Worker:
    """A worker process with a release's store open, and the connection to it."""

    store: str
    base: str
    process: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    ready: bool = False

    def kill(self) -> None:
        """End it, whatever it does."""
        with suppress(ProcessLookupError):
            os.kill(self.process, signal.SIGKILL)
        self.writer.close()


class Pool:
    """The workers that run nothing now."""

    def __init__(self, size: int, memory: int) -> None:
        """Keep at most `size` workers of `memory` bytes each; start none yet."""
        self._size, self._memory = size, memory
        self._idle: list[Worker] = []

    async def take(self, store: str, base: str) -> Worker:
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
                await wire.read_frame(worker.reader)
            except asyncio.CancelledError:
                self.give_back(worker)  # it is on its way, for somebody else
                raise
            except EOFError:
                worker.kill()
                raise
            worker.ready = True
        return worker

    async def _start(self, store: str, base: str) -> Worker:
        connection, process = start(store, base, self._memory)
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

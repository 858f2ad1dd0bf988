"""The supervisor of the web processes: it starts them, replaces those that end, and ends them all."""

import asyncio
import logging
import signal
import socket
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from ..errors import ServerError
from ..i18n import Sentence, message
from ..observability import log, metrics
from .listen import drain
from .nursery import READY, Child, Nursery, NurseryError

_LOGGER: Final = logging.getLogger(__name__)
# Before a process that ended soon after its start is replaced: the first time, the second, …
_PAUSES_SECONDS: Final = (0.0, 0.25, 0.5, 1.0, 2.0)
_STABLE_SECONDS: Final = 10.0  # a process that lived as long did not end soon
_LOST_STARTS: Final = 5  # processes in a row that were killed before any served


class Supervisor:
    """Keeps a number of web processes running, each on its socket: a new one on that of the one that ended."""

    def __init__(
        self,
        sockets: Sequence[socket.socket],
        processes: int,
        stop_seconds: float,
        await_service: Callable[[Callable[[], bool]], None] | None = None,
    ) -> None:
        """Start nothing yet.

        Args:
            sockets: which processes take in turn; closed at the end.
            processes: how many.
            stop_seconds: how long running requests may take at the end.
            await_service: waits until what they need serves, or the server ends; raises a ServerError if it
                cannot.
        """
        self._await_service = await_service
        self._sockets, self._processes, self._stop_seconds = sockets, processes, stop_seconds
        self._nursery = Nursery(sockets)
        self._stopping, self._cutting = asyncio.Event(), asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._served = False  # whether any process ever did
        self._lost_starts = 0

    def handle_signals(self) -> None:
        """From now on SIGTERM and SIGINT let the requests that run end; a second SIGINT, or SIGQUIT, cuts them off."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            signal.signal(number, self._signalled)

    def _signalled(self, number: int, _: object) -> None:
        if self._loop:
            self._loop.call_soon_threadsafe(self._stop, number)  # it also wakes the loop
        else:
            self._stopping.set()

    def _stop(self, number: int) -> None:
        if number == signal.SIGQUIT or (number == signal.SIGINT and self._stopping.is_set()):
            self._cutting.set()
        if not self._stopping.is_set():
            _LOGGER.warning("the server ends; running requests have %g seconds", self._stop_seconds)
            try:
                drain(self._sockets)
            finally:  # whatever the system refuses, the server ends
                self._nursery.retire()
                self._close()
                self._stopping.set()

    def _close(self) -> None:
        for each in self._sockets:
            each.close()

    async def run(self) -> None:
        """Serve until a signal ends it.

        Raises:
            ServerError: no process, or not what it needs, can start.
        """
        self._loop = asyncio.get_running_loop()
        try:
            async with asyncio.TaskGroup() as group:
                for number in range(1, self._processes + 1):
                    group.create_task(self._keep(number))
                if self._await_service:
                    group.create_task(asyncio.to_thread(self._await_service, self._stopping.is_set))
        except ExceptionGroup as failures:
            self._stopping.set()
            raise failures.exceptions[0] from None
        finally:
            self._loop = None
            await self._nursery.close()
            self._close()

    async def _keep(self, number: int) -> None:
        """Start a process, and another one whenever it ends.

        Raises:
            ServerError: the process cannot start, and none ever could.
        """
        early = 0
        while not self._stopping.is_set():
            started = time.monotonic()
            reason = await self._run_one((number - 1) % len(self._sockets))
            if self._stopping.is_set():
                return
            early = early + 1 if time.monotonic() - started < _STABLE_SECONDS else 0
            pause = _PAUSES_SECONDS[min(early, len(_PAUSES_SECONDS) - 1)]
            log.event("process.ended", role="web", reason=f"web process {number} {reason}; replaced in {pause:g} s")
            metrics.process_ended("web")
            await _first(self._stopping.wait(), asyncio.sleep(pause))

    async def _run_one(self, place: int) -> str:
        """Run one process on the socket at a place to its end; returns how it ended.

        Raises:
            ServerError: it cannot start, and none ever could.
        """
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                process = await self._fork(theirs, place)
        except NurseryError as error:
            ours.close()
            return self._ending(error.reason, error.status)
        if process is None:
            ours.close()
            return ""
        reader, writer = await asyncio.open_connection(sock=ours)
        starting = asyncio.ensure_future(self._started(reader))
        try:
            await _first(process.wait(), self._stopping.wait())
            if self._stopping.is_set():
                await self._end(process)
            failure, status = await starting, await process.wait()
        finally:
            process.signal(signal.SIGKILL)  # another one cannot start, which ends the server
            writer.close()
        return self._ending(failure, status)

    async def _fork(self, status: socket.socket, place: int) -> Child | None:
        """A new process; None if the server ends before."""
        forking = asyncio.ensure_future(self._nursery.fork(status, place))
        try:
            await _first(asyncio.shield(forking), self._stopping.wait())
            return await forking if forking.done() else None
        finally:
            if forking.cancel():
                self._nursery.give_up()

    async def _started(self, reader: asyncio.StreamReader) -> str:
        """Wait until a process serves or ends; why it does not serve, if it says so."""
        failure = ""
        while line := (await reader.readline()).strip():
            if line == READY:
                self._served = True
            else:
                failure = line.decode()
        return failure

    def _ending(self, failure: str, status: int) -> str:
        """How a process ended.

        Raises:
            ServerError: it cannot start, and none ever could.
        """
        ending = f"ended by {signal.strsignal(-status) or -status}" if status < 0 else f"ended with status {status}"
        if not (self._served or self._stopping.is_set()):
            self._lost_starts += 1
            if status >= 0 or self._lost_starts >= _LOST_STARTS:
                reason = failure or Sentence(message("a web process {ending}"), {"ending": ending})
                raise ServerError("the server cannot start: {reason}", reason=reason)
        return f"failed: {failure}" if failure else ending

    async def _end(self, process: Child) -> None:
        """Let a process finish its requests; cut off those that take too long."""
        process.signal(signal.SIGTERM)
        await _first(process.wait(), self._cutting.wait(), asyncio.sleep(self._stop_seconds))
        if not process.ended():
            _LOGGER.warning("requests that did not end in time are cut off")
            process.signal(signal.SIGKILL)
            await process.wait()


async def _first(*events: Awaitable[object]) -> None:
    """Wait for the first of some events."""
    waiting = [asyncio.ensure_future(event) for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waiting:
            each.cancel()

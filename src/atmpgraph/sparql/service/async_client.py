"""The client of the query service for an event loop: queries over connections that stay open, results when complete."""

import asyncio
import math
from pathlib import Path
from typing import Final

from ...http.problem import ProblemError
from ..problems import unavailable
from . import messages
from .client import PAUSE_SECONDS, RUNS, UNLIMITED, Result, ended
from .frame_protocol import FrameProtocol
from .spool import IN_MEMORY, Spool, SpooledResult

_IDLE: Final = 64  # connections that stay open without a query


class QueryClient:
    """Submits queries to the service at a Unix socket, from one event loop."""

    def __init__(self, address: Path, silence_seconds: float, spool: Spool = UNLIMITED) -> None:
        """Connect with the first query.

        Args:
            address: of the socket.
            silence_seconds: how long the service may be silent, or may take to be there again after it ended.
            spool: stores results that are larger than memory should hold.
        """
        self._address, self._silence_seconds, self._spool = str(address), silence_seconds, spool
        self._idle: list[_Connection] = []

    async def submit(self, request: messages.QueryRequest) -> Result:
        """The whole result of a query that has limits. To cancel the task ends the query.

        Raises:
            ProblemError: the query is refused or fails, the service does not answer, or the spool is full.
            ValueError: the query has no limits; its result is passed on while it arrives (`client.submit`).
        """
        if not (request.job.rows or request.job.bytes):
            raise ValueError("a result without limits is passed on, not awaited")
        frame, loop = messages.frame(messages.QUERY, request.encode()), asyncio.get_running_loop()
        lost, end = 0, math.inf
        while True:
            sent = False
            try:
                connection = await self._connection()
                sent = True
                return await connection.result(frame, self._spool)
            except OSError as error:
                # Nothing of the result is on its way to the client yet, and a query changes nothing: it may run again.
                lost, end = lost + sent, math.inf if sent else min(end, loop.time() + self._silence_seconds)
                if isinstance(error, TimeoutError) or lost >= RUNS or loop.time() >= end:
                    raise ProblemError(unavailable()) from None
                await asyncio.sleep(PAUSE_SECONDS)

    async def _connection(self) -> "_Connection":
        """An idle connection, or a new one.

        Raises:
            OSError: the service does not listen, or accepts nobody.
        """
        if self._idle:
            return self._idle.pop()
        async with asyncio.timeout(self._silence_seconds):
            _, connection = await asyncio.get_running_loop().create_unix_connection(
                lambda: _Connection(self._idle, self._silence_seconds), self._address
            )
        return connection

    def close(self) -> None:
        """Close the connections that are idle."""
        for connection in self._idle[:]:
            connection.transport.abort()


class _Connection(FrameProtocol):
    """A connection to the service, which runs one query at a time on it."""

    def __init__(self, idle: list["_Connection"], silence_seconds: float) -> None:
        super().__init__()
        self._spool = UNLIMITED
        self._idle, self._silence_seconds = idle, silence_seconds
        self._loop = asyncio.get_running_loop()
        self._heard = 0.0  # when something arrived last
        self._watch: asyncio.TimerHandle | None = None
        self._result: asyncio.Future[Result] | None = None
        self._spooled: SpooledResult | None = None
        self._pieces: list[bytes] = []
        self._size = 0
        self._cached: messages.ResultEnd | None = None

    async def result(self, frame: bytes, spool: Spool) -> Result:
        """The result of a query.

        Raises:
            ProblemError: it is refused or fails.
            OSError: the service ended, or is silent.
        """
        self._spool = spool
        result: asyncio.Future[Result] = self._loop.create_future()
        self._result = result
        self._heard = self._loop.time()
        if self._watch is None:
            self._watch = self._loop.call_later(self._silence_seconds, self._listen)
        self.transport.write(frame)
        try:
            return await result
        finally:
            if self._result is result:  # the task was cancelled
                self._result = None
                self.transport.abort()

    def _listen(self) -> None:
        """Whether the service has been silent for too long."""
        self._watch = None
        if self._result is None:
            return
        left = self._heard + self._silence_seconds - self._loop.time()
        if left > 0:
            self._watch = self._loop.call_later(left, self._listen)
        else:
            self._fail(TimeoutError())
            self.transport.abort()

    def frame_received(self, kind: bytes, content: bytes) -> None:
        """A part of the result, its end, or a sign of life."""
        self._heard = self._loop.time()
        if self._result is None:
            return
        try:
            if kind == messages.DATA:
                self._add(content)
            elif kind == messages.END:
                self._end(self._cached or messages.ResultEnd.decode(content))
            elif kind == messages.CACHED:
                self._cached = messages.ResultEnd.decode(content)
            elif kind == messages.PROBLEM:
                self._fail(ProblemError(messages.problem_from(content)))
                self._rest()
        except ProblemError as error:  # there is no space for the result
            self._fail(error)
            self.transport.abort()

    def _add(self, content: bytes) -> None:
        """Hold a part of the result, all of it in a file once it is too large for memory.

        Raises:
            ProblemError: there is no space for it.
        """
        self._size += len(content)
        if self._spooled is None and self._size > IN_MEMORY:
            self._spooled = SpooledResult(self._spool)
            for piece in self._pieces:
                self._spooled.write(piece)
            self._pieces.clear()
        if self._spooled is None:
            self._pieces.append(content)
        else:
            self._spooled.write(content)

    def _end(self, end: messages.ResultEnd) -> None:
        result, self._result = self._result, None
        pieces = self._spooled.pieces() if self._spooled else iter(self._pieces)
        if result is not None and not result.done():
            result.set_result(ended(end, pieces, self._size))
        self._rest()

    def _fail(self, error: Exception) -> None:
        result, self._result = self._result, None
        if result is not None and not result.done():
            result.set_exception(error)

    def _rest(self) -> None:
        """Be there for the next query."""
        self._spooled, self._pieces, self._size, self._cached = None, [], 0, None
        if len(self._idle) < _IDLE and not self.transport.is_closing():
            self._idle.append(self)
        else:
            self.transport.close()

    def connection_lost(self, _: Exception | None) -> None:
        """The service ended, or this side closed."""
        if self in self._idle:
            self._idle.remove(self)
        if self._watch is not None:
            self._watch.cancel()
        self._fail(ConnectionResetError())

"""Requests from an event loop to the one server that the settings name, for short responses: no thread waits.

They go where those of `upstream` go, and as these do. A response that is long, late, or none in any way is not told
apart further: a request over `upstream` tells.
"""

import asyncio
import select
import ssl
from collections.abc import Mapping
from typing import Final, cast

from .response_reader import BadResponseError, ResponseReader
from .upstream import IDLE, IDLE_SECONDS, ResponseHead, origin_of, written

_TIMED_OUT: Final = 408


class NoShortResponseError(Exception):
    """There is no short response in time."""


class LongResponseError(NoShortResponseError):
    """The response is too long."""


class WholeResponse(ResponseHead):
    """A response that was read to its end.

    Attributes:
        content: its bytes.
    """

    def __init__(self, reader: ResponseReader) -> None:
        """Take what was read."""
        super().__init__(reader)
        self.content = bytes(reader.content)


class LoopUpstream:
    """One server, for one event loop."""

    def __init__(self, url: str, longest: int) -> None:
        """Connect with the first request.

        Args:
            url: of the server; each request must be for its scheme, host and port.
            longest: most bytes of a response.

        Raises:
            UpstreamError: it is no address.
        """
        self._origin, self._longest = origin_of(url), longest
        self._tls = ssl.create_default_context() if self._origin[0] == "https" else None
        self._idle: list[_Connection] = []
        self._is_closed = False

    async def send(
        self, method: str, url: str, body: bytes, fields: Mapping[str, str], seconds: float
    ) -> WholeResponse:
        """The response to a request; the arguments are those of `Upstream.send`.

        Raises:
            NoShortResponseError: there is none that is framed, and so surely whole.
            UpstreamError: the request cannot be written.
        """
        request, loop = written(self._origin, method, url, body, fields), asyncio.get_running_loop()
        end = loop.time() + seconds
        while True:
            connection = self._reusable(loop.time())
            reused = connection is not None
            connection = connection or await self._connected(end - loop.time())
            try:
                response = await connection.respond(request, end)
            except ConnectionError:
                if reused:  # the server ended it while it was idle
                    continue
                raise NoShortResponseError from None
            if reused and response.status == _TIMED_OUT:  # of the connection, while it was idle
                connection.close()
                continue
            return response

    def _reusable(self, now: float) -> "_Connection | None":
        """A connection that is idle for a short time."""
        while self._idle:
            connection = self._idle.pop()
            if now - connection.idle_since < IDLE_SECONDS and connection.is_silent():
                return connection
            connection.close()
        return None

    def rest(self, connection: "_Connection") -> bool:
        """Let a connection wait for the next request; whether it does."""
        if self._is_closed or len(self._idle) >= IDLE:
            return False
        self._idle.append(connection)
        return True

    def leave(self, connection: "_Connection") -> None:
        """Forget a connection that ends."""
        if connection in self._idle:
            self._idle.remove(connection)

    async def _connected(self, seconds: float) -> "_Connection":
        """A new connection.

        Raises:
            NoShortResponseError: there is none.
        """
        _, host, port = self._origin
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(seconds):
                _, connection = await loop.create_connection(
                    lambda: _Connection(self, self._longest), host, port, ssl=self._tls
                )
        except OSError:
            raise NoShortResponseError from None
        return connection

    def close(self) -> None:
        """Close the connections that are idle, and each of the others after its response."""
        self._is_closed = True
        for connection in self._idle[:]:
            connection.close()


class _Connection(asyncio.Protocol):
    """A connection with one request at a time.

    Attributes:
        idle_since: when its last response ended, in the time of the loop.
    """

    _transport: asyncio.Transport

    def __init__(self, upstream: LoopUpstream, longest: int) -> None:
        """Wait among those that are idle after each response, of at most so many bytes."""
        self._upstream, self._longest, self._reader = upstream, longest, ResponseReader()
        self._response: asyncio.Future[WholeResponse] | None = None
        self.idle_since = 0.0

    async def respond(self, request: bytes, end: float) -> WholeResponse:
        """Send a request; the response to it.

        Raises:
            ConnectionError: the connection ended before anything of it came.
            NoShortResponseError: it is long, late, or none.
        """
        loop = asyncio.get_running_loop()
        response: asyncio.Future[WholeResponse] = loop.create_future()
        self._response = response
        self._reader.begin()
        watch = loop.call_at(end, self._fail, NoShortResponseError())
        try:
            self._transport.write(request)
            return await response
        finally:
            watch.cancel()
            if self._response is response:  # the task was cancelled
                self.close()

    def is_silent(self) -> bool:
        """Whether nothing came while it was idle: its end, or a word of the server that would pass for an answer."""
        poll = select.poll()
        poll.register(self._transport.get_extra_info("socket").fileno(), select.POLLIN)
        return not self._transport.is_closing() and not poll.poll(0)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is there."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Read what arrived; before a request it is nothing that anybody may answer with."""
        reader = self._reader
        if self._response is None:
            self.close()
            return
        try:
            reader.feed(data)
        except BadResponseError:
            self._fail(NoShortResponseError())
            return
        if len(reader.content) > self._longest:
            self._fail(LongResponseError())
        elif reader.ended:
            response, self._response = self._response, None
            self.idle_since = asyncio.get_running_loop().time()
            if not (reader.is_reusable and self._upstream.rest(self)):
                self.close()
            if not response.done():
                response.set_result(WholeResponse(reader))

    def connection_lost(self, _: Exception | None) -> None:
        """It ended; a response that ends with its connection may be half of one."""
        self._fail(NoShortResponseError() if self._reader.has_head else ConnectionResetError())

    def _fail(self, error: Exception) -> None:
        response, self._response = self._response, None
        self.close()
        if response and not response.done():
            response.set_exception(error)

    def close(self) -> None:
        """End it, and what runs over it."""
        self._upstream.leave(self)
        self._transport.abort()

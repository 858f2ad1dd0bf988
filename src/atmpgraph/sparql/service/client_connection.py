"""The broker's end of a connection to a client."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from . import messages
from .frame_protocol import FrameProtocol

if TYPE_CHECKING:
    from .running_query import RunningQuery


class ClientConnection(FrameProtocol):
    """A connection that brings one query after the other.

    Attributes:
        query: the one that it is about now.
        paused: whether the client reads more slowly than it is sent to.
        on_resume: called once it has read what was sent.
    """

    def __init__(
        self, arrived: Callable[["ClientConnection", bytes], None], gone: Callable[["RunningQuery"], None]
    ) -> None:
        """Report each query that arrives, and each whose client closes the connection before its end."""
        super().__init__()
        self._arrived, self._gone = arrived, gone
        self.query: RunningQuery | None = None
        self.paused = False
        self.on_resume: Callable[[], object] | None = None
        self._drained: asyncio.Future[None] | None = None

    def frame_received(self, kind: bytes, content: bytes) -> None:
        """A query, or a question whether the service is alive."""
        if kind == messages.ALIVE:
            self.send(messages.ALIVE, b"")
        elif self.query:
            self.transport.abort()
        else:
            try:
                self._arrived(self, content)
            except (ValueError, TypeError):  # it is no request
                self.transport.abort()

    async def drain(self) -> None:
        """Wait while the client does not read."""
        if self.paused:
            self._drained = asyncio.get_running_loop().create_future()
            await self._drained

    def pause_writing(self) -> None:
        """Much waits to be sent."""
        self.paused = True

    def resume_writing(self) -> None:
        """Little waits to be sent."""
        self.paused = False
        if self._drained and not self._drained.done():
            self._drained.set_result(None)
        if resume := self.on_resume:
            self.on_resume = None
            resume()

    def connection_lost(self, _: Exception | None) -> None:
        """The client closed the connection; it wants no result any more."""
        query, self.query = self.query, None
        if query:
            self._gone(query)

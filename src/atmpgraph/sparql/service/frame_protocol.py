"""Frames from a socket in an event loop, by callbacks: without tasks, futures or streams."""

import asyncio
from typing import cast

from . import messages


class FrameProtocol(asyncio.Protocol):
    """A connection that receives and sends frames."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        """Wait for the connection."""
        self._buffered = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is there."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Pass on the frames that are complete; what is no frame ends the connection."""
        arrived: bytes | bytearray = data
        if self._buffered:
            self._buffered += data
            arrived = self._buffered
        start, end = 0, len(arrived)
        while end - start >= messages.HEADER.size:
            kind, length = messages.HEADER.unpack_from(arrived, start)
            stop = start + messages.HEADER.size + length
            if length > messages.LARGEST:
                self.transport.abort()
                return
            if stop > end:
                break
            self.frame_received(kind, bytes(arrived[start + messages.HEADER.size : stop]))
            start = stop
        if arrived is self._buffered:
            del self._buffered[:start]
        elif start < end:
            self._buffered += data[start:]
        self.frames_ended()

    def send(self, kind: bytes, content: bytes) -> None:
        """Send a frame, however much waits to be sent."""
        self.transport.write(messages.frame(kind, content))

    def frames_ended(self) -> None:
        """What has arrived by now was passed on."""

    def frame_received(self, kind: bytes, content: bytes) -> None:
        """A frame arrived."""
        raise NotImplementedError

"""The connection to a client, seen from beside the server: whether it takes what it is sent, and how to break it off.

RSGI offers neither. What a server is given to send it holds in memory until the client takes it, so clients that do not
read would fill it. On systems other than Linux this does nothing.
"""

import asyncio
import os
import socket
import struct
import sys
import time
from contextlib import suppress
from typing import Final, Self

_AHEAD: Final = 1 << 16  # bytes that the system takes beyond those that the client has room for
_LOOKS: Final = 10  # how many times it is looked whether a client takes anything, in the time that it has
_TCP_INFO: Final = 192  # bytes of tcp_info (tcp(7)) that are asked for
_ACKNOWLEDGED: Final = 120  # where in it the bytes are that the client has confirmed


class ClientConnection:
    """The connection of this process to one client."""

    def __init__(self, client: str) -> None:
        """Find it. That looks at every connection there is, so it is nothing for the thread that serves them all.

        Args:
            client: address and port, as `192.0.2.1:80` or `[2001:db8::1]:80`.
        """
        self._socket = _connected(address_of(client)) if sys.platform == "linux" else None
        if self._socket:
            with suppress(OSError):
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _AHEAD)

    def __enter__(self) -> Self:
        """Use it, then let go of it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close our own descriptor; the connection stays."""
        if self._socket:
            self._socket.close()

    async def drained(self, patience: float) -> None:
        """Wait until the system takes more for it: the server holds nothing back then.

        Raises:
            TimeoutError: the client took nothing for `patience` seconds.
        """
        if not self._socket:
            return
        loop, ready, taken, since = asyncio.get_running_loop(), asyncio.Event(), -1, 0.0
        loop.add_writer(self._socket, ready.set)
        try:
            while not await _happens(ready, patience / _LOOKS):
                if (now := self._taken()) != taken:
                    taken, since = now, time.monotonic()
                elif time.monotonic() - since > patience:
                    raise TimeoutError
        finally:
            loop.remove_writer(self._socket)

    def _taken(self) -> int:
        """Bytes that the client has confirmed since it connected."""
        assert self._socket  # noqa: S101 - only asked where there is one
        told = self._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO)
        return int(struct.unpack_from("Q", told, _ACKNOWLEDGED)[0])

    def sever(self) -> None:
        """Break it off."""
        if self._socket:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


async def _happens(event: asyncio.Event, patience: float) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(patience):
            await event.wait()
    return event.is_set()


def _connected(peer: tuple[str, int]) -> socket.socket | None:
    """The socket of this process that is connected to a peer, under a descriptor of its own."""
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - numbers, not paths
        with suppress(OSError):  # no socket, not connected, or closed meanwhile
            if _peer_of(int(name)) == peer:
                found = socket.socket(fileno=os.dup(int(name)))
                if found.getpeername()[:2] == peer:
                    return found
                found.close()  # another connection has got the number in that moment
    return None


def _peer_of(descriptor: int) -> object:
    """Who is at the other end. There are thousands to be asked, so none for its family: the longest fits all."""
    seen = socket.socket(socket.AF_INET6, socket.SOCK_STREAM, 0, descriptor)
    try:
        return seen.getpeername()[:2]
    finally:
        seen.detach()


def address_of(node: str) -> tuple[str, int]:
    """Host and port of `192.0.2.1:80` or `[2001:db8::1]:80`."""
    host, _, port = node.rpartition(":")
    return host.strip("[]"), int(port or 0)

"""The connection to a client, seen from beside the server: whether the client takes its data, and how to cut it off.

RSGI offers neither. The server holds in memory what it is given to send until the client takes it, so clients that do
not read would fill it. On systems other than Linux this does nothing.
"""

import asyncio
import os
import socket
import struct
import sys
import time
from contextlib import suppress
from typing import Final, Self

_LOW_WATER: Final = 1 << 16  # unsent bytes up to which the system takes more
_POLLS: Final = 10  # of the client's progress within its patience
_TCP_INFO: Final = 192  # bytes of tcp_info (tcp(7)) to read
_BYTES_ACKED: Final = 120  # offset of tcpi_bytes_acked in it


class ClientConnection:
    """The connection of this process to one client."""

    def __init__(self, client: str) -> None:
        """Find it. That scans all descriptors of the process, too long for the thread of the event loop.

        Args:
            client: address and port, as `192.0.2.1:80` or `[2001:db8::1]:80`.
        """
        self._socket = _connected(address_of(client)) if sys.platform == "linux" else None
        if self._socket:
            with suppress(OSError):
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _LOW_WATER)

    def __enter__(self) -> Self:
        """Use the connection."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close our own descriptor; the connection stays."""
        if self._socket:
            self._socket.close()

    async def drained(self, patience: float) -> None:
        """Wait until the system takes more data: then the server holds nothing back.

        Raises:
            TimeoutError: the client took nothing for `patience` seconds.
        """
        if not self._socket:
            return
        loop, writable, acknowledged, progress = asyncio.get_running_loop(), asyncio.Event(), -1, 0.0
        loop.add_writer(self._socket, writable.set)
        try:
            while not await _happens(writable, patience / _POLLS):
                if (now := self._acknowledged()) != acknowledged:
                    acknowledged, progress = now, time.monotonic()
                elif time.monotonic() - progress > patience:
                    raise TimeoutError
        finally:
            loop.remove_writer(self._socket)

    def _acknowledged(self) -> int:
        """Bytes that the client has acknowledged since it connected."""
        assert self._socket  # noqa: S101 - the only caller has checked it
        info = self._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO)
        return int(struct.unpack_from("Q", info, _BYTES_ACKED)[0])

    def sever(self) -> None:
        """Cut the connection off."""
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
                duplicate = socket.socket(fileno=os.dup(int(name)))
                if duplicate.getpeername()[:2] == peer:
                    return duplicate
                duplicate.close()  # another connection got the number between the two calls
    return None


def _peer_of(descriptor: int) -> object:
    """Peer address of a descriptor. AF_INET6 avoids a getsockopt per descriptor; its sockaddr fits IPv4 too."""
    borrowed = socket.socket(socket.AF_INET6, socket.SOCK_STREAM, 0, descriptor)
    try:
        return borrowed.getpeername()[:2]
    finally:
        borrowed.detach()


def address_of(node: str) -> tuple[str, int]:
    """Host and port of `192.0.2.1:80` or `[2001:db8::1]:80`."""
    host, _, port = node.rpartition(":")
    return host.strip("[]"), int(port or 0)

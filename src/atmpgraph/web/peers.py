"""The connection to a client, seen from beside the server: how much it has not taken yet, and how to break it off.

RSGI offers neither. What a server is given to send it holds in memory until the client takes it, so clients that do not
read would fill it. On systems other than Linux this does nothing.
"""

import asyncio
import fcntl
import os
import socket
import struct
import sys
import termios
import time
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

_BACKLOG: Final = 1 << 16  # bytes that the system still has to send when more are given to it
_PAUSE: Final = 0.01


class Peer:
    """The connections of this process to one client: one, but for the descriptors that stand for it."""

    def __init__(self, client: str) -> None:
        """Find it.

        Args:
            client: address and port, as `192.0.2.1:80` or `[2001:db8::1]:80`.
        """
        self._sockets = list(_connected(address_of(client))) if sys.platform == "linux" else []

    def __enter__(self) -> Self:
        """Use it, then let go of it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close our own descriptors; the connection stays."""
        for found in self._sockets:
            found.close()

    def unsent(self) -> int:
        """Bytes that the client has not confirmed yet (tcp(7), SIOCOUTQ)."""
        with suppress(OSError):
            for found in self._sockets:
                return int(struct.unpack("i", fcntl.ioctl(found, termios.TIOCOUTQ, b"\0\0\0\0"))[0])
        return 0

    async def drained(self, patience: float) -> None:
        """Wait until it has taken most of what was sent.

        Raises:
            TimeoutError: it took nothing for `patience` seconds.
        """
        left, since = self.unsent(), time.monotonic()
        while left > _BACKLOG:
            await asyncio.sleep(_PAUSE)
            now = self.unsent()
            if now < left:
                since = time.monotonic()
            elif time.monotonic() - since > patience:
                raise TimeoutError
            left = now

    def sever(self) -> None:
        """Break it off."""
        for found in self._sockets:
            with suppress(OSError):
                found.shutdown(socket.SHUT_RDWR)


def _connected(peer: tuple[str, int]) -> list[socket.socket]:
    """The sockets of this process that are connected to a peer, under descriptors of their own."""
    matching = []
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            if not str(link.readlink()).startswith("socket:"):
                continue
            found = socket.socket(fileno=os.dup(int(link.name)))
            if found.family in {socket.AF_INET, socket.AF_INET6} and _peer_of(found) == peer:
                matching.append(found)
            else:
                found.close()
    return matching


def _peer_of(found: socket.socket) -> tuple[str, int]:
    try:
        host, port = found.getpeername()[:2]
    except OSError:
        return "", 0
    return host, port


def address_of(node: str) -> tuple[str, int]:
    """Host and port of `192.0.2.1:80` or `[2001:db8::1]:80`."""
    host, _, port = node.rpartition(":")
    return host.strip("[]"), int(port or 0)

"""The sockets of the web processes: bound on an address that is free, one for each process, and drained at the end."""

import ctypes
import errno
import socket
import struct
import sys
import time
from collections.abc import Collection
from contextlib import suppress
from typing import Final

from ..errors import ListenError
from ..i18n import message
from ..reasons import refusal_of

BACKLOG: Final = 4_096  # connections that wait to be accepted, if the system allows so many
_UNPRIVILEGED: Final = 1_024  # the first port that everyone may listen on
_SO_ATTACH_FILTER: Final = 26  # socket(7), on most architectures of Linux
_DROP_ALL: Final = struct.pack("HBBI", 0x06, 0, 0, 0)  # the one instruction of a filter: keep no byte of any packet
_TCP_INFO_BYTES: Final = 32  # of tcp_info (tcp(7)) to read
_WAITING: Final = 24  # offset of tcpi_unacked in it: of a listening socket, the connections that wait
_DRAINING_SECONDS: Final = 1.0
_PAUSE_SECONDS: Final = 0.005


def listen(host: str, port: int) -> socket.socket:
    """Listen on one address; of a host name, on its first IPv4 address or else its first IPv6 address.

    The port is not shared (no SO_REUSEPORT): two servers would answer in turn, each from its own release. Only once it
    is ours, `divided` shares it.

    Raises:
        ListenError: the address is in use, none of this machine, reserved or unknown.
    """
    try:
        candidates = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, *_, address = min(candidates, key=lambda candidate: candidate[0] is socket.AF_INET6)
        both = family is socket.AF_INET6 and socket.has_dualstack_ipv6()  # `::` is every address of IPv4 too
        listening = socket.create_server((str(address[0]), port), family=family, backlog=BACKLOG, dualstack_ipv6=both)
    except (OSError, UnicodeError) as error:
        raise ListenError(
            _sentence(error, port), place=address_text(host, port), least=str(_UNPRIVILEGED), reason=refusal_of(error)
        ) from None
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # accepted connections have it too
    return listening


def divided(listening: socket.socket, parts: int) -> list[socket.socket]:
    """That socket and others on its address, between which the system divides connections; where it does not, it alone.

    Of processes that share a socket, the first to wake accepts all connections that wait: eight that come at once are
    one's, and the others idle.
    """
    sockets = [listening]
    if sys.platform != "linux" or parts < 2:  # elsewhere the last one may get all
        return sockets
    family, address = listening.family, listening.getsockname()
    both = family is socket.AF_INET6 and not listening.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        while len(sockets) < parts:
            other = socket.create_server(address, family=family, backlog=BACKLOG, reuse_port=True, dualstack_ipv6=both)
            sockets.append(other)
            other.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError:  # a system that resembles Linux; the port is ours alone again
        for each in sockets[1:]:
            each.close()
        with suppress(OSError):
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 0)
        return [listening]
    return sockets


def _sentence(error: OSError | UnicodeError, port: int) -> str:
    """Why an address cannot be listened on, and what to do about it."""
    if isinstance(error, socket.gaierror | UnicodeError):
        return _NO_HOST
    if error.errno == errno.EADDRINUSE:
        return _IN_USE
    if error.errno in {errno.EACCES, errno.EPERM} and port < _UNPRIVILEGED:
        return _RESERVED
    return _NOT_HERE if error.errno == errno.EADDRNOTAVAIL else _OTHER


_NO_HOST: Final = message(
    "{place}: there is no host of this name; choose an address of this machine ([server] host, or --host), such as"
    " 127.0.0.1"
)
_IN_USE: Final = message(
    "{place}: the address is in use, maybe by another server; end that one or choose another port ([server] port, or"
    " --port)"
)
_RESERVED: Final = message(
    "{place}: a port below {least} is reserved for the administrator; choose another port ([server] port, or --port)"
)
_NOT_HERE: Final = message(
    "{place}: this is no address of this machine; choose one that is ([server] host, or --host), such as 127.0.0.1"
)
_OTHER: Final = message(
    "{place}: {reason}; choose another address ([server] host, or --host) or port ([server] port, or --port)"
)


def address_text(host: str, port: int) -> str:
    """Host and port as a URL has them (RFC 3986 §3.2.2)."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def drain(sockets: Collection[socket.socket]) -> None:
    """Let nobody connect any more, and wait until those who did are accepted; on systems other than Linux, nothing.

    A socket that closes resets the connections that wait in its queue, and the requests that they carry. Where only
    root may filter what arrives, the queue is made as short as can be, and one client may still be too late.
    """
    if sys.platform != "linux":
        return
    instructions = ctypes.create_string_buffer(_DROP_ALL)
    dropping = struct.pack("HP", 1, ctypes.addressof(instructions))
    for each in sockets:
        try:
            each.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, dropping)
        except PermissionError:
            each.listen(0)
    end = time.monotonic() + _DRAINING_SECONDS
    while any(map(_waiting, sockets)) and time.monotonic() < end:
        time.sleep(_PAUSE_SECONDS)


def _waiting(listening: socket.socket) -> int:
    """The connections that wait to be accepted."""
    info = listening.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_BYTES)
    return int(struct.unpack_from("I", info, _WAITING)[0])

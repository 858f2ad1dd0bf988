"""Requests to the one server that the settings name, over connections that stay open.

The operator chose its address, which may be private. So nothing else is connected to: no redirection is followed, no
proxy of the environment counts. Each request has one deadline, however slowly bytes arrive, and a response tells
whether all of it came.
"""

import http.client
import io
import math
import select
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Final, Literal, TypeAlias
from urllib.parse import urlsplit

from ..i18n import Sentence, counting
from ..reasons import refusal_of

_READ: Final = 1 << 16
_PORTS: Final = {"http": 80, "https": 443}
_IDLE: Final = 16  # connections that stay open without a request
_IDLE_SECONDS: Final = 15.0  # as long; a server that ends one in the moment of the next request waits for longer
UpstreamFailure: TypeAlias = Literal["unreachable", "late", "unusable"]


_BREAKS_OFF: Final = counting(
    "its answer breaks off: {n} byte is missing", "its answer breaks off: {n} bytes are missing"
)


class UpstreamError(Exception):
    """There is no whole response.

    Attributes:
        kind: no connection, or it broke; not in time; or what came is no response to the request.
    """

    def __init__(self, kind: UpstreamFailure, sentence: str, /, **values: object) -> None:
        """Say why, in English and with `{names}` for the values; no credentials are in it."""
        super().__init__(sentence)
        self.kind: UpstreamFailure = kind
        self.sentence, self.values = sentence, values

    def __str__(self) -> str:
        """The reason in English, as of all `errors`."""
        return str(Sentence(self.sentence, self.values))


class Upstream:
    """One server. Safe to share between threads."""

    def __init__(self, url: str, connect_seconds: float, longest: int) -> None:
        """Connect with the first request.

        Args:
            url: of the server; each request must be for its scheme, host and port.
            connect_seconds: longest time until a connection is accepted.
            longest: most bytes of a response.
        """
        self._origin = _origin(url)
        self._connect_seconds, self._longest = connect_seconds, longest
        # Now: a process that may open no more files could not read the certificates later.
        self._tls = ssl.create_default_context() if self._origin[0] == "https" else None
        self._idle: list[_Connection] = []
        self._lock = threading.Lock()

    def send(
        self, method: str, url: str, body: bytes | None, fields: Mapping[str, str], seconds: float
    ) -> "UpstreamResponse":
        """The response to a request, of which the header section is read.

        Args:
            method: a safe one: a request whose connection broke before any answer is sent a second time.
            url: on this server.
            body: of the request.
            fields: of its header.
            seconds: longest time until the whole response is read.

        Raises:
            UpstreamError: there is none.
        """
        if _origin(url) != self._origin:
            raise UpstreamError("unusable", "the request is for another server")
        parts, deadline = urlsplit(url), time.monotonic() + seconds
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        fields = {"Host": parts.netloc, "Accept-Encoding": "identity", **fields}
        while True:
            reused, connection = self._connection(deadline)
            try:
                connection.request(method, target, body, fields, deadline)
                response = connection.getresponse()
            except (ConnectionError, http.client.RemoteDisconnected) as error:
                connection.close()
                if reused:  # the server ended it while it was idle
                    continue
                raise UpstreamError("unreachable", "{reason}", reason=refusal_of(error)) from None
            except TimeoutError:
                connection.close()
                raise UpstreamError("late", "no answer within {seconds} s", seconds=f"{seconds:g}") from None
            except (OSError, ValueError, http.client.HTTPException) as error:
                connection.close()
                raise UpstreamError("unusable", "{reason}", reason=refusal_of(error)) from None
            if reused and response.status == HTTPStatus.REQUEST_TIMEOUT:  # it was idle for too long (RFC 9110 §15.5.9)
                connection.close()
                continue
            if 300 <= response.status < 400:
                connection.close()
                status = str(response.status)
                raise UpstreamError(
                    "unusable", "it redirects ({status}), and no redirection is followed", status=status
                )
            return UpstreamResponse(self, connection, response, self._longest)

    def _connection(self, deadline: float) -> "tuple[bool, _Connection]":
        """An idle connection, or a new one; whether it was used before."""
        while True:
            with self._lock:
                idle = self._idle.pop() if self._idle else None
            if idle is None:
                break
            if idle.is_silent():
                return True, idle
            idle.close()
        _, host, port = self._origin
        seconds = min(self._connect_seconds, max(0.001, deadline - time.monotonic()))
        try:
            connected = socket.create_connection((host, port), seconds)
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls:
                connected = self._tls.wrap_socket(connected, server_hostname=host)
        except TimeoutError:
            raise UpstreamError("unreachable", "no connection within {seconds} s", seconds=f"{seconds:g}") from None
        except OSError as error:
            raise UpstreamError("unreachable", "{reason}", reason=refusal_of(error)) from None
        return False, _Connection(host, port, connected)

    def give_back(self, connection: "_Connection") -> None:
        """Let a connection wait for the next request."""
        connection.idle_since = time.monotonic()
        with self._lock:
            if len(self._idle) < _IDLE:
                self._idle.append(connection)
                return
        connection.close()

    def close(self) -> None:
        """Close the connections that are idle."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def __del__(self) -> None:
        """Close them with the last use of this server."""
        with suppress(AttributeError):  # it has none: its address was refused
            self.close()


class UpstreamResponse:
    """A response whose content is read piece by piece; to close it earlier ends the request.

    Attributes:
        status: its status code.
        media_type: of its content, without parameters, in lower case.
        is_framed: whether its length is told, so that half of it does not pass for the whole.
        ended: whether all of it is read, or nothing more can be.
    """

    def __init__(
        self, upstream: Upstream, connection: "_Connection", response: http.client.HTTPResponse, longest: int
    ) -> None:
        """Read nothing yet."""
        self._upstream, self._connection, self._response = upstream, connection, response
        self._longest = self._left = longest
        self.status = response.status
        self.media_type = (response.getheader("Content-Type") or "").partition(";")[0].strip().lower()
        self.is_framed = bool(response.chunked or response.length is not None)
        self.ended = False

    def field(self, name: str) -> str:
        """The value of a header field; empty where there is none."""
        return self._response.getheader(name) or ""

    def values(self, name: str) -> list[str]:
        """The values of all fields with a name."""
        return self._response.headers.get_all(name, [])

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most `size`; empty at the end.

        Raises:
            UpstreamError: the content is cut off, late or too long.
        """
        if size < 0:
            return b"".join(iter(lambda: self.read(_READ), b""))
        if self.ended or not size:
            return b""
        try:
            piece = self._response.read(size)
        except TimeoutError:
            raise self._failed("late", "its answer did not end in time") from None
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise self._failed("unreachable", "its answer breaks off: {reason}", reason=refusal_of(error)) from None
        self._left -= len(piece)
        if self._left < 0:
            raise self._failed("unusable", "its answer is longer than {n} bytes", n=self._longest)
        if not piece and self._response.length:
            missing = self._response.length
            raise self._failed("unreachable", _BREAKS_OFF, n=missing)
        if not piece or self._response.isclosed():
            self._end()
        return piece

    def _failed(self, kind: UpstreamFailure, sentence: str, /, **values: object) -> UpstreamError:
        self.close()
        return UpstreamError(kind, sentence, **values)

    def _end(self) -> None:
        """All is read: the connection is free."""
        self.ended = True
        if self._response.will_close:
            self._connection.close()
        else:
            self._upstream.give_back(self._connection)

    def close(self) -> None:
        """Drop what is not read, and with it the request."""
        if not self.ended:
            self.ended = True
            self._connection.close()

    def __del__(self) -> None:
        """Drop a response that nobody reads any more."""
        self.close()


class _Connection:
    """A connection in HTTP/1.1, each of whose waits ends at the deadline of its request."""

    def __init__(self, host: str, port: int, connected: socket.socket) -> None:
        self._socket = _TimedSocket(connected)
        self._connection = http.client.HTTPConnection(host, port)
        self._connection.auto_open = 0  # it never connects by itself
        self._connection.sock = self._socket  # it needs no more of a socket
        self.idle_since = math.inf

    def request(self, method: str, target: str, body: bytes | None, fields: Mapping[str, str], deadline: float) -> None:
        self._socket.deadline = deadline
        self._connection.request(method, target, body, fields)
        self._socket.flush()

    def is_silent(self) -> bool:
        """Whether nothing came while it was idle: its end, or a word of the server that would pass for an answer."""
        return time.monotonic() - self.idle_since < _IDLE_SECONDS and self._socket.is_silent()

    def getresponse(self) -> http.client.HTTPResponse:
        return self._connection.getresponse()

    def close(self) -> None:
        with suppress(OSError):
            self._socket.end()


class _TimedSocket:
    """What HTTP needs of a socket; no wait in it goes beyond the deadline."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket, self._unsent = connected, bytearray()
        self.deadline = math.inf

    def _wait(self) -> socket.socket:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(None if math.isinf(left) else left)
        return self._socket

    def sendall(self, content: bytes) -> None:
        self._unsent += content

    def flush(self) -> None:
        """Send header and body in one piece."""
        unsent, self._unsent = self._unsent, bytearray()
        self._wait().sendall(unsent)

    def is_silent(self) -> bool:
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return not poll.poll(0)

    def receive(self, buffer: memoryview) -> int:
        return self._wait().recv_into(buffer)

    def makefile(self, _: str) -> io.BufferedReader:
        return io.BufferedReader(_Received(self), _READ)

    def close(self) -> None:
        """The connection outlives a response."""

    def end(self) -> None:
        self._socket.close()


class _Received(io.RawIOBase):
    """The bytes of one response."""

    def __init__(self, of: _TimedSocket) -> None:
        self._socket = of

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        return self._socket.receive(buffer)


def _origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of a URL.

    Raises:
        UpstreamError: it is no http or https URL, or holds credentials.
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None:
        raise UpstreamError("unusable", "its address is no plain http or https URL")
    return parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme]


def phrase(status: int) -> str:
    """A status code in words."""
    with suppress(ValueError):
        return f"{status} {HTTPStatus(status).phrase}"
    return str(status)

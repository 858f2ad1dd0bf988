"""Requests to the one server that the settings name, over connections that stay open.

The operator chose its address, which may be private. So nothing else is connected to: no redirection is followed, no
proxy of the environment counts. Each request has one deadline, however slowly bytes arrive, and a response tells
whether all of it came.
"""

import math
import re
import select
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from http import HTTPStatus
from http.client import RemoteDisconnected
from typing import Final, Literal, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from ..i18n import Sentence, counting, message
from ..reasons import refusal_of
from .response_reader import BadResponseError, ResponseReader

_READ: Final = 1 << 16
_WRONG_FIELD: Final = message("a field of the request has a character that none may have")
_UNSENDABLE: Final = re.compile(r"[\x00-\x08\x0A-\x1F\x7F]|[^\x00-\xFF]")  # in a field: it could begin another one
_PORTS: Final = {"http": 80, "https": 443}
IDLE: Final = 16  # connections that stay open without a request
IDLE_SECONDS: Final = 15.0  # as long; a server that ends one in the moment of the next request waits for longer
UpstreamFailure: TypeAlias = Literal["unreachable", "late", "unusable"]
Origin: TypeAlias = tuple[str, str, int]


_BREAKS_OFF: Final = counting(
    "its answer breaks off: {n} byte is missing", "its answer breaks off: {n} bytes are missing"
)
_ENDED: Final = "nothing comes any more"
_NO_HTTP: Final = message("its answer is not HTTP/1.1: {words}")


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
        self._origin = origin_of(url)
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
            method: a safe one, and not HEAD: a request whose connection broke before any answer is sent a second time.
            url: on this server.
            body: of the request.
            fields: of its header.
            seconds: longest time until the whole response is read.

        Raises:
            UpstreamError: there is none.
        """
        deadline, request = time.monotonic() + seconds, written(self._origin, method, url, body or b"", fields)
        while True:
            reused, connection = self._connection(deadline)
            try:
                response = connection.respond(request, deadline)
            except ConnectionError as error:
                connection.close()
                if reused:  # the server ended it while it was idle
                    continue
                raise UpstreamError("unreachable", "{reason}", reason=refusal_of(error)) from None
            except TimeoutError:
                connection.close()
                raise UpstreamError("late", "no answer within {seconds} s", seconds=f"{seconds:g}") from None
            except BadResponseError as error:
                connection.close()
                raise UpstreamError("unusable", _NO_HTTP, words=str(error)) from None
            except OSError as error:
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
            return UpstreamResponse(self, connection, self._longest)

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
        return False, _Connection(connected)

    def give_back(self, connection: "_Connection") -> None:
        """Let a connection wait for the next request."""
        connection.idle_since = time.monotonic()
        with self._lock:
            if len(self._idle) < IDLE:
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


class ResponseHead:
    """What a response says of itself.

    Attributes:
        status: its status code.
        media_type: of its content, without parameters, in lower case.
        is_framed: whether its length is told, so that half of it does not pass for the whole.
    """

    def __init__(self, reader: ResponseReader) -> None:
        """Take what was read."""
        self.status, self._fields, self.is_framed = reader.status, reader.fields, reader.is_framed
        self.media_type = self.field("Content-Type").partition(";")[0].strip().lower()

    def field(self, name: str) -> str:
        """The value of a header field; empty where there is none."""
        return ", ".join(self.values(name))

    def values(self, name: str) -> list[str]:
        """The values of all fields with a name."""
        return self._fields.get(name.lower(), [])


class UpstreamResponse(ResponseHead):
    """A response whose content is read piece by piece; to close it earlier ends the request.

    Attributes:
        ended: whether all of it is read, or nothing more can be.
    """

    def __init__(self, upstream: Upstream, connection: "_Connection", longest: int) -> None:
        """Read nothing yet."""
        self._upstream, self._connection, self._longest, self._left = upstream, connection, longest, longest
        self._reader = connection.reader
        super().__init__(connection.reader)
        self.ended = False

    def read(self, size: int = -1) -> bytes:
        """The next bytes, fewer than `size` only at the end.

        Raises:
            UpstreamError: the content is cut off, late or too long.
        """
        pieces, rest = list[bytes](), self._longest + 1 if size < 0 else size
        while rest and not self.ended:
            try:
                piece = self._piece(rest)
            except TimeoutError:
                raise self._failed("late", "its answer did not end in time") from None
            except BadResponseError as error:
                raise self._failed("unusable", _NO_HTTP, words=str(error)) from None
            except OSError as error:
                raise self._failed("unreachable", "its answer breaks off: {reason}", reason=refusal_of(error)) from None
            self._left -= len(piece)
            if self._left < 0:
                raise self._failed("unusable", "its answer is longer than {n} bytes", n=self._longest)
            pieces.append(piece)
            rest -= len(piece)
        return b"".join(pieces)

    def _piece(self, size: int) -> bytes:
        """Some of the next bytes, at most `size`; none at the end."""
        reader = self._reader
        while not reader.content and not reader.ended and self._connection.receive():
            pass
        piece = reader.take(size)
        if not piece and not reader.ended and reader.is_framed:
            if reader.missing:
                raise self._failed("unreachable", _BREAKS_OFF, n=reader.missing)
            raise RemoteDisconnected(_ENDED)
        if not reader.content and (reader.ended or not piece):
            self._end()
        return piece

    def _failed(self, kind: UpstreamFailure, sentence: str, /, **values: object) -> UpstreamError:
        self.close()
        return UpstreamError(kind, sentence, **values)

    def _end(self) -> None:
        """All is read: the connection is free."""
        self.ended = True
        if self._reader.is_reusable:
            self._upstream.give_back(self._connection)
        else:
            self._connection.close()

    def close(self) -> None:
        """Drop what is not read, and with it the request."""
        if not self.ended:
            self.ended = True
            self._connection.close()

    def __del__(self) -> None:
        """Drop a response that nobody reads any more."""
        self.close()


class _Connection:
    """A connection each of whose waits ends at the deadline of its request."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket, self.reader = connected, ResponseReader()
        self._deadline = self.idle_since = math.inf

    def respond(self, request: bytes, deadline: float) -> ResponseReader:
        """Send a request in one piece, and read the head of its response.

        Raises:
            BadResponseError: it is none.
            OSError: there is none.
        """
        self._deadline = deadline
        self.reader.begin()
        self._wait().sendall(request)
        while not self.reader.has_head:
            if not self.receive():
                raise RemoteDisconnected(_ENDED)
        return self.reader

    def receive(self) -> bool:
        """Read what arrives next; whether anything does before the connection ends.

        Raises:
            BadResponseError: it is no part of a response.
            OSError: nothing came in time.
        """
        piece = self._wait().recv(_READ)
        self.reader.feed(piece)
        return bool(piece)

    def _wait(self) -> socket.socket:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(None if math.isinf(left) else left)
        return self._socket

    def is_silent(self) -> bool:
        """Whether nothing came while it was idle: its end, or a word of the server that would pass for an answer."""
        if time.monotonic() - self.idle_since >= IDLE_SECONDS:
            return False
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return not poll.poll(0)

    def close(self) -> None:
        """End it, and what runs over it."""
        with suppress(OSError):
            self._socket.close()


class _Destination(NamedTuple):
    """Where a request goes: scheme, host and port; the fields `Host` and target of its head."""

    origin: Origin
    host: str
    target: str


@lru_cache(16)  # an engine has one address
def _destination(url: str) -> _Destination:
    """The destination that a URL names.

    Raises:
        UpstreamError: it is no http or https URL, holds credentials, or what no target may hold.
    """
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not re.fullmatch(r"[\x21-\x7E]+", target):
        raise UpstreamError("unusable", "its address is no plain http or https URL")
    return _Destination(origin_of(url), parts.netloc, target)


def written(origin: Origin, method: str, url: str, body: bytes, fields: Mapping[str, str]) -> bytes:
    """A request to a server (RFC 9112 §3).

    Raises:
        UpstreamError: the URL is of another server, or a field has a character that none may have.
    """
    # Credentials are not remembered; those of Digest are others each time.
    same = tuple((name, value) for name, value in fields.items() if name not in {"Authorization", "Content-Length"})
    access = fields.get("Authorization")
    if access is not None and _UNSENDABLE.search(access):
        raise UpstreamError("unusable", _WRONG_FIELD)
    authorization = b"" if access is None else f"Authorization: {access}\r\n".encode("latin-1")
    head = _head(origin, method, url, same)
    return b"%b%bContent-Length: %d\r\n\r\n%b" % (head, authorization, len(body), body)


@lru_cache(16)  # the queries of a release have few
def _head(origin: Origin, method: str, url: str, fields: tuple[tuple[str, str], ...]) -> bytes:
    """The head of a request, but for credentials and the length of its body.

    Raises:
        UpstreamError: as `written`.
    """
    to = _destination(url)
    if to.origin != origin:
        raise UpstreamError("unusable", "the request is for another server")
    every = {"Host": to.host, "Accept-Encoding": "identity", **dict(fields)}
    lines = [f"{method} {to.target} HTTP/1.1", *(f"{name}: {value}" for name, value in every.items())]
    if any(map(_UNSENDABLE.search, lines)):
        raise UpstreamError("unusable", _WRONG_FIELD)
    return "\r\n".join([*lines, ""]).encode("latin-1")


def origin_of(url: str) -> Origin:
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

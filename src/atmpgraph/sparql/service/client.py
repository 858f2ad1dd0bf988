"""The client of the query service: sends a query over its Unix socket and reads the result, ready to be sent on."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final

from ...http.problem import ProblemError
from ..problems import unavailable
from . import messages
from .evaluate import Cut
from .spool import Spool, SpooledResult

_UNLIMITED: Final = Spool(1 << 62)

# Registers what to do when the client of the HTTP request disconnects.
OnDisconnect = Callable[[Callable[[], object]], object]


class ClientDisconnectedError(Exception):
    """The client of the HTTP request disconnected."""


@dataclass(frozen=True)
class Result:
    """The result of a query.

    Attributes:
        pieces: its bytes, which can be read once; closing the iterator ends the query.
        length: its bytes; None while it is not complete.
        rows: its rows or triples; None while it is not complete.
        cut: which limit cut it short; empty when it is complete.
        timing: milliseconds by part of the work.
        fields: the header fields with the client's quota.
    """

    pieces: Iterator[bytes]
    length: int | None
    rows: int | None
    cut: Cut
    timing: dict[str, float]
    fields: dict[str, str]


def submit(
    address: Path,
    request: messages.QueryRequest,
    on_disconnect: OnDisconnect,
    silence_seconds: float,
    spool: Spool = _UNLIMITED,
) -> Result:
    """Submit a query to the service at a Unix socket.

    A result with limits is read to its end first, so that the status and the fields of the response are true; one
    without limits is passed on while it arrives, and so is a cached one, which begins with its end.

    Args:
        address: of the socket.
        request: the query.
        on_disconnect: registers what to do when the client of the HTTP request disconnects.
        silence_seconds: how long the service may be silent.
        spool: stores a result that is read to its end first.

    Raises:
        ProblemError: the query is refused or fails, the service does not answer, or the spool is full.
        ClientDisconnectedError: the client of the HTTP request disconnected.
    """
    connection = socket.socket(socket.AF_UNIX)
    disconnected = threading.Event()

    def stop() -> None:
        disconnected.set()
        with suppress(OSError):  # it may have ended
            connection.shutdown(socket.SHUT_RDWR)

    try:
        connection.settimeout(silence_seconds)
        connection.connect(str(address))
        on_disconnect(stop)
        connection.sendall(messages.frame(messages.QUERY, request.encode()))
        return _result(connection, bool(request.job.rows or request.job.bytes), spool)
    except ProblemError:
        connection.close()
        raise
    except OSError:
        connection.close()
        if disconnected.is_set():
            raise ClientDisconnectedError from None
        raise ProblemError(unavailable()) from None


def _result(connection: socket.socket, limited: bool, spool: Spool) -> Result:
    """The result that arrives on a connection."""
    arriving = messages.frames(connection)
    first = next(arriving, None)
    if first is None:
        raise ConnectionResetError
    kind, content = first
    if kind == messages.PROBLEM:
        raise ProblemError(messages.problem_from(content))
    if kind == messages.CACHED:
        ending = json.loads(content)
        return _ended(ending, _passing(connection, arriving), ending["length"])
    if limited:
        with connection:
            return _complete(chain([first], arriving), spool)
    return Result(_passing(connection, chain([first], arriving)), None, None, "", {}, {})


def _complete(arriving: Iterator[tuple[bytes, bytes]], spool: Spool) -> Result:
    """The whole result, spooled."""
    result = SpooledResult(spool)
    for kind, content in arriving:
        if kind == messages.PROBLEM:
            raise ProblemError(messages.problem_from(content))
        if kind == messages.END:
            return _ended(json.loads(content), result.pieces(), result.length)
        result.write(content)
    raise ConnectionResetError


def _ended(ending: dict[str, Any], pieces: Iterator[bytes], length: int) -> Result:
    """A result whose end has arrived."""
    before = ending["before"].encode()
    pieces, length = chain(filter(None, [before]), pieces), len(before) + length
    return Result(pieces, length, ending["rows"], ending["cut"], ending["timing"], ending["fields"])


def _passing(connection: socket.socket, arriving: Iterator[tuple[bytes, bytes]]) -> Iterator[bytes]:
    """The pieces while they arrive; a result that breaks off raises, so that the response breaks off too."""
    with connection:
        for kind, content in arriving:
            if kind == messages.END:
                return
            if kind == messages.PROBLEM:  # too late for a status
                raise ProblemError(messages.problem_from(content))
            yield content
        raise ConnectionResetError("the query service ended in the middle of a result")

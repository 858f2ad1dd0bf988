"""The client of the query service: sends a query over its Unix socket and reads the result, ready to be sent on."""

import math
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from ...http.problem import ProblemError
from ..problems import unavailable
from . import messages
from .spool import Spool, SpooledResult

UNLIMITED: Final = Spool(1 << 62)
RUNS: Final = 2  # of a query whose service ends while it runs
PAUSE_SECONDS: Final = 0.05  # before the service is tried again

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
    cut: messages.Cut
    timing: dict[str, float]
    fields: dict[str, str]


def submit(
    address: Path,
    request: messages.QueryRequest,
    on_disconnect: OnDisconnect,
    silence_seconds: float,
    spool: Spool = UNLIMITED,
) -> Result:
    """Submit a query to the service at a Unix socket.

    A result with limits is read to its end first, so that the status and the fields of the response are true; one
    without limits is passed on while it arrives, and so is a cached one, which begins with its end.

    Args:
        address: of the socket.
        request: the query.
        on_disconnect: registers what to do when the client of the HTTP request disconnects.
        silence_seconds: how long the service may be silent, or may take to be there again after it ended.
        spool: stores a result that is read to its end first.

    Raises:
        ProblemError: the query is refused or fails, the service does not answer, or the spool is full.
        ClientDisconnectedError: the client of the HTTP request disconnected.
    """
    frame, stopped, lost, end = messages.frame(messages.QUERY, request.encode()), _Stop(), 0, math.inf
    on_disconnect(stopped.stop)
    while True:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(silence_seconds)
        sent = False
        try:
            stopped.follow(connection)
            connection.connect(str(address))
            connection.sendall(frame)
            sent = True
            return _result(connection, bool(request.job.rows or request.job.bytes), spool)
        except ProblemError:
            connection.close()
            raise
        except OSError as error:
            connection.close()
            if stopped.is_set():
                raise ClientDisconnectedError from None
            # Nothing of the result is on its way to the client yet, and a query changes nothing: it may run again.
            lost, end = lost + sent, math.inf if sent else min(end, time.monotonic() + silence_seconds)
            if isinstance(error, TimeoutError) or lost >= RUNS or time.monotonic() >= end:
                raise ProblemError(unavailable()) from None
            time.sleep(PAUSE_SECONDS)


class _Stop:
    """Ends the connection to the service when the client of the HTTP request disconnects."""

    def __init__(self) -> None:
        """Follow no connection yet."""
        self._lock, self._stopped = threading.Lock(), False
        self._connection: socket.socket | None = None

    def follow(self, connection: socket.socket) -> None:
        """End this connection from now on.

        Raises:
            OSError: the client has disconnected.
        """
        with self._lock:
            self._connection = connection
            if self._stopped:
                raise ConnectionAbortedError

    def is_set(self) -> bool:
        """Whether the client has disconnected."""
        return self._stopped

    def stop(self) -> None:
        """The client disconnects."""
        with self._lock:
            self._stopped = True
            if self._connection:
                with suppress(OSError):  # it may have ended
                    self._connection.shutdown(socket.SHUT_RDWR)


def _result(connection: socket.socket, limited: bool, spool: Spool) -> Result:
    """The result that arrives on a connection."""
    arriving = (frame for frame in messages.frames(connection) if frame[0] != messages.ALIVE)
    first = next(arriving, None)
    if first is None:
        raise ConnectionResetError
    kind, content = first
    if kind == messages.PROBLEM:
        raise ProblemError(messages.problem_from(content))
    if kind == messages.CACHED:
        ending = messages.ResultEnd.decode(content)
        return ended(ending, _passing(connection, arriving), ending.length)
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
            return ended(messages.ResultEnd.decode(content), result.pieces(), result.length)
        result.write(content)
    raise ConnectionResetError


def ended(ending: messages.ResultEnd, pieces: Iterator[bytes], length: int) -> Result:
    """A result whose end has arrived."""
    outcome = messages.Outcome.decode(ending.outcome)
    pieces, length = chain(filter(None, [outcome.before]), pieces), len(outcome.before) + length
    return Result(pieces, length, outcome.rows, outcome.cut, ending.timing, ending.fields)


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

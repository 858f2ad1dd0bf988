"""Asking the query service: a question goes out over its Unix socket, the result comes back ready to be sent."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final

from ...http.problem import Problem, ProblemError
from . import messages
from .evaluate import Cut
from .spool import Spool, SpooledResult

_BOUNDLESS: Final = Spool(1 << 62)
_UNAVAILABLE: Final = "The query service is not answering. Try again in a moment."

# Takes what is to be done when the client of the HTTP request goes away.
OnDisconnect = Callable[[Callable[[], object]], object]


class ClientDisconnectedError(Exception):
    """Whoever asked is not there any more."""


@dataclass(frozen=True)
class Result:
    """The result of a query.

    Attributes:
        pieces: its bytes, to be read once; closing the iterator ends the query.
        length: how many bytes, when that is known.
        rows: how many rows or triples, when that is known.
        cut: which limit cut it short; empty when it is complete.
        timing: milliseconds of the parts of the work.
        fields: header fields about the client's quota.
    """

    pieces: Iterator[bytes]
    length: int | None
    rows: int | None
    cut: Cut
    timing: dict[str, float]
    fields: dict[str, str]


def ask(
    address: Path,
    question: messages.QueryRequest,
    on_disconnect: OnDisconnect,
    seconds: float,
    spool: Spool = _BOUNDLESS,
) -> Result:
    """Ask the service at a Unix socket.

    A result with limits is awaited to its end, so that the status and the fields of the response tell the truth about
    it; one without is passed on as it comes, and so is one that was kept, which tells its end first.

    Args:
        seconds: how long the service may be silent.
        spool: where a result waits that is not passed on.

    Raises:
        ProblemError: the problem that the question met, 503 the service does not answer, or 503 the spool is full.
        GoneError: the client went away meanwhile.
    """
    connection = socket.socket(socket.AF_UNIX)
    gone: list[bool] = []

    def stop() -> None:
        gone.append(True)
        with suppress(OSError):  # it may have ended
            connection.shutdown(socket.SHUT_RDWR)

    try:
        connection.settimeout(seconds)
        connection.connect(str(address))
        on_disconnect(stop)
        connection.sendall(messages.frame(messages.QUESTION, question.encode()))
        return _result(connection, bool(question.job.rows or question.job.bytes), spool)
    except ProblemError:
        connection.close()
        raise
    except OSError:
        connection.close()
        if gone:
            raise ClientDisconnectedError from None
        raise unavailable() from None


def unavailable() -> ProblemError:
    """503: there is no service to ask, or it ended in the middle."""
    return ProblemError(Problem(503, _UNAVAILABLE, headers={"Retry-After": "2"}))


def _result(connection: socket.socket, limited: bool, spool: Spool) -> Result:
    """The result that comes over a connection."""
    arriving = messages.frames(connection)
    first = next(arriving, None)
    if first is None:
        raise ConnectionResetError
    kind, content = first
    if kind == messages.PROBLEM:
        raise ProblemError(messages.problem_from(content))
    if kind == messages.KEPT:
        ending = json.loads(content)
        return _ended(ending, _passing(connection, arriving), ending["length"])
    if limited:
        with connection:
            return _complete(chain([first], arriving), spool)
    return Result(_passing(connection, chain([first], arriving)), None, None, "", {}, {})


def _complete(arriving: Iterator[tuple[bytes, bytes]], spool: Spool) -> Result:
    """The whole result, put away until it is sent."""
    held = SpooledResult(spool)
    for kind, content in arriving:
        if kind == messages.PROBLEM:
            raise ProblemError(messages.problem_from(content))
        if kind == messages.END:
            return _ended(json.loads(content), held.pieces(), held.length)
        held.write(content)
    raise ConnectionResetError


def _ended(ending: dict[str, Any], pieces: Iterator[bytes], length: int) -> Result:
    """A result whose end is known."""
    before = ending["before"].encode()
    pieces, length = chain(filter(None, [before]), pieces), len(before) + length
    return Result(pieces, length, ending["rows"], ending["cut"], ending["timing"], ending["fields"])


def _passing(connection: socket.socket, arriving: Iterator[tuple[bytes, bytes]]) -> Iterator[bytes]:
    """The pieces as they come; a result that breaks off raises, so that the response breaks off too."""
    with connection:
        for kind, content in arriving:
            if kind == messages.END:
                return
            if kind == messages.PROBLEM:  # too late for a status
                raise ProblemError(messages.problem_from(content))
            yield content
        raise ConnectionResetError("the query service ended in the middle of a result")

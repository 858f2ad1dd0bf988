"""Asking the query service: a question goes out over its Unix socket, the result comes back ready to be sent."""

import json
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, Any, Final

from ..http.problem import Problem, ProblemError
from . import wire
from .evaluate import Cut

_IN_MEMORY: Final = 1 << 20  # bytes of a result; more goes to a temporary file
_PIECE: Final = 1 << 16
_UNAVAILABLE: Final = "The query service does not answer. Try again in a moment."

# Takes what is to be done when the client of the HTTP request goes away.
WhenGone = Callable[[Callable[[], object]], object]


class GoneError(Exception):
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


def ask(address: Path, question: wire.Question, when_gone: WhenGone, seconds: float) -> Result:
    """Ask the service at a Unix socket.

    A result with limits is awaited to its end, so that the status and the fields of the response tell the truth about
    it; one without is passed on as it comes.

    Args:
        seconds: how long the service may be silent.

    Raises:
        ProblemError: the problem that the question met, or 503 the service does not answer.
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
        when_gone(stop)
        connection.sendall(wire.frame(wire.QUESTION, question.encode()))
        arriving = wire.frames(connection)
        if question.job.rows or question.job.bytes:
            with connection:
                return _complete(arriving)
        first = next(arriving, None)
        if first is None:
            raise ConnectionResetError
        if first[0] == wire.PROBLEM:
            connection.close()
            raise ProblemError(wire.problem_from(first[1]))
        return Result(_passing(connection, chain([first], arriving)), None, None, "", {}, {})
    except OSError:
        connection.close()
        if gone:
            raise GoneError from None
        raise unavailable() from None


def unavailable() -> ProblemError:
    """503: there is no service to ask, or it ended in the middle."""
    return ProblemError(Problem(503, _UNAVAILABLE, headers={"Retry-After": "2"}))


def _complete(arriving: Iterator[tuple[bytes, bytes]]) -> Result:
    """The whole result, put away until it is sent."""
    held = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed when it has been read
    for kind, content in arriving:
        if kind == wire.DATA:
            held.write(content)
            continue
        if kind == wire.PROBLEM:
            held.close()
            raise ProblemError(wire.problem_from(content))
        ending: dict[str, Any] = json.loads(content)
        before = ending["before"].encode()
        length = len(before) + held.tell()
        return Result(_read(before, held), length, ending["rows"], ending["cut"], ending["timing"], ending["fields"])
    held.close()
    raise ConnectionResetError


def _read(before: bytes, held: IO[bytes]) -> Iterator[bytes]:
    with held:
        if before:
            yield before
        held.seek(0)
        while piece := held.read(_PIECE):
            yield piece


def _passing(connection: socket.socket, arriving: Iterator[tuple[bytes, bytes]]) -> Iterator[bytes]:
    """The pieces as they come; a result that breaks off raises, so that the response breaks off too."""
    with connection:
        for kind, content in arriving:
            if kind == wire.END:
                return
            if kind == wire.PROBLEM:  # too late for a status
                raise ProblemError(wire.problem_from(content))
            yield content
        raise ConnectionResetError("the query service ended in the middle of a result")

"""Results that are put away until their clients have taken them: small ones in memory, others in nameless files."""

import tempfile
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Final, Self

from ...http.problem import Problem, ProblemError

IN_MEMORY: Final = 1 << 20  # bytes of a result; more goes to a temporary file
_PIECE: Final = 1 << 16
_FULL: Final = (
    "The server is busy: too many large results are waiting to be downloaded. Try again in a moment, or ask for less."
)


class Spool:
    """Room for the files of all results together. Safe to share between threads."""

    def __init__(self, room: int) -> None:
        """Let files take `room` bytes."""
        self._left = room
        self._lock = threading.Lock()

    def take(self, size: int) -> None:
        """Take some bytes; fewer than none give some back.

        Raises:
            ProblemError: 503 there is no room for so many.
        """
        with self._lock:
            if size > self._left:
                raise ProblemError(Problem(503, _FULL, headers={"Retry-After": "5"}))
            self._left -= size


class SpooledResult:
    """One result that is put away, and forgotten with the last use of it."""

    def __init__(self, spool: Spool) -> None:
        """Nothing yet."""
        self._spool, self._taken = spool, 0
        self._file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed with this
        self.length = 0

    def write(self, content: bytes) -> None:
        """Put away some more.

        Raises:
            ProblemError: 503 there is no room for it.
        """
        self.length += len(content)
        if self.length > IN_MEMORY:
            self._spool.take(self.length - self._taken)
            self._taken = self.length
        self._file.write(content)

    def pieces(self) -> Iterator[bytes]:
        """All of it, to be read once."""
        with self:
            self._file.seek(0)
            while piece := self._file.read(_PIECE):
                yield piece

    def close(self) -> None:
        """Forget it."""
        self._file.close()
        taken, self._taken = self._taken, 0
        self._spool.take(-taken)

    def __enter__(self) -> Self:
        """Use it."""
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Forget it."""
        self.close()

    def __del__(self) -> None:
        """Nobody may have read it to its end: a client went away, or asked with HEAD."""
        self.close()

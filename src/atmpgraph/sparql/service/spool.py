"""Results that are stored until their clients have read them: small ones in memory, others in nameless files."""

import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from ...http.problem import ProblemError
from ...observability import log
from ..problems import no_space, spool_full

IN_MEMORY: Final = 1 << 20  # bytes of a result; more goes to a temporary file
_PIECE: Final = 1 << 16


class Spool:
    """The space for the files of all results together. Safe to share between threads."""

    def __init__(self, size: int) -> None:
        """Allow `size` bytes in files."""
        self._left = size
        self._lock = threading.Lock()

    def take(self, size: int) -> None:
        """Take some bytes; a negative number gives some back.

        Raises:
            ProblemError: 503 there is no space for so many.
        """
        with self._lock:
            if size > self._left:
                raise ProblemError(spool_full())
            self._left -= size


class SpooledResult:
    """One result, removed after it is read."""

    def __init__(self, spool: Spool) -> None:
        """Begin an empty result."""
        self._spool, self._taken = spool, 0
        self._file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed with this
        self.length = 0

    def write(self, content: bytes) -> None:
        """Append some bytes.

        Raises:
            ProblemError: 503 there is no space for them, here or on the disk.
        """
        self.length += len(content)
        if self.length > IN_MEMORY:
            self._spool.take(self.length - self._taken)
            self._taken = self.length
        try:
            self._file.write(content)
        except OSError as error:
            self.close()
            log.event("disk.full", place=_place(), cause=str(error.strerror or error))
            raise ProblemError(no_space()) from None

    def pieces(self) -> Iterator[bytes]:
        """The whole result; it can be read once."""
        with self:
            self._file.seek(0)
            while piece := self._file.read(_PIECE):
                yield piece

    def close(self) -> None:
        """Remove the result and free its space."""
        with suppress(OSError):  # what it has not written yet needs no space any more
            self._file.close()
        taken, self._taken = self._taken, 0
        self._spool.take(-taken)

    def __enter__(self) -> Self:
        """Use the result within a block."""
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Remove the result."""
        self.close()

    def __del__(self) -> None:
        """Free the space if the result was never read to its end (disconnect, HEAD)."""
        self.close()


def _place() -> str:
    try:
        return tempfile.gettempdir()
    except FileNotFoundError:  # no folder for temporary files can be written
        return "TMPDIR"

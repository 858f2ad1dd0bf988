"""The processes that the service starts: how each ended, and its last words on standard error."""

import asyncio
import os
import re
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

OUT_OF_MEMORY: Final = 3  # the exit status of a process that could not allocate and noticed it itself
_NO_MEMORY: Final = re.compile(rb"memory allocation of \d+ bytes failed|bad_alloc|[Cc]annot allocate memory")
_LAST_WORDS: Final = 1 << 16  # bytes that a pipe holds
_PATIENCE_SECONDS: Final = 5.0  # for a process that closed its connection to end


@dataclass(frozen=True)
class Ending:
    """How a process ended.

    Attributes:
        status: its exit status, or the number of the signal that ended it, negative.
        words: what it wrote on standard error.
    """

    status: int
    words: bytes

    @property
    def out_of_memory(self) -> bool:
        """Whether it could not allocate: it says so itself, or its allocator did before it aborted."""
        return self.status == OUT_OF_MEMORY or (
            self.status == -signal.SIGABRT and _NO_MEMORY.search(self.words) is not None
        )

    def __str__(self) -> str:
        """In words, for the log."""
        if self.status < 0:
            return f"ended by {signal.strsignal(-self.status) or -self.status}"
        return f"ended with status {self.status}"


@dataclass(frozen=True, eq=False)
class Child:
    """A process that this one started.

    Attributes:
        pid: its process identifier.
        errors: the end of the pipe that is its standard error.
        ended: its exit status, once it has ended.
    """

    pid: int
    errors: int
    ended: "asyncio.Future[int]"

    def kill(self) -> None:
        """Kill it, whatever it does."""
        if not self.ended.done():
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    async def ending(self) -> Ending:
        """How it ended; one that goes on although it closed its connection is killed."""
        await asyncio.wait({self.ended}, timeout=_PATIENCE_SECONDS)
        self.kill()
        ending = Ending(await asyncio.shield(self.ended), self._last_words())
        if not ending.out_of_memory:  # of which the client learns in our words
            _pass_on(ending.words)
        return ending

    def _last_words(self) -> bytes:
        """What it wrote."""
        with suppress(OSError):
            return os.read(self.errors, _LAST_WORDS)
        return b""

    def close(self) -> None:
        """Kill it and forget it."""
        self.kill()
        _pass_on(self._last_words())
        os.close(self.errors)


def _pass_on(words: bytes) -> None:
    """Write the words of a process to the standard error of this one."""
    with suppress(OSError):
        sys.stderr.write(words.decode(errors="replace"))
        sys.stderr.flush()


class Children:
    """The processes that have not ended yet. None stays a zombie."""

    def __init__(self) -> None:
        """Watch none yet."""
        self._running: dict[int, asyncio.Future[int]] = {}

    def watch(self) -> None:
        """Take note of each end from now on; only the main thread may call this, in its event loop."""
        loop = asyncio.get_running_loop()

        def note(*_: object) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._reap)

        signal.signal(signal.SIGCHLD, note)  # not by the loop's own method: uvloop refuses this signal there

    def add(self, pid: int, errors: int) -> Child:
        """A process that was just started, with the end of the pipe that is its standard error."""
        self._running[pid] = asyncio.get_running_loop().create_future()
        return Child(pid, errors, self._running[pid])

    def _reap(self) -> None:
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                if waiting := self._running.pop(ended[0], None):
                    waiting.set_result(os.waitstatus_to_exitcode(ended[1]))

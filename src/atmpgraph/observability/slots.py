"""The files in which the processes of a server share their figures, by slot.

The library maps a file of each process into memory and adds up all of them. A process that dies leaves its slot, and
its counters with it, to the next: locks of a file end with their process, however it ends. So nothing that was counted
is lost, no file is left over by the dead, and what they were busy with (gauges) is not counted any more.

A file is allocated whole before it is mapped. A write to a page of a mapped file that the disk has no room for would
kill the process (SIGBUS).
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

GAUGES: Final = "livesum"  # how the library adds up gauges: those of processes that run
_SIZES: Final = {"counter": 1 << 20, "histogram": 1 << 20, f"gauge_{GAUGES}": 1 << 16}  # bytes
_LOCKS: Final = "locks"
_RETRY_SECONDS: Final = 30.0


@dataclass(frozen=True)
class Process:
    """A process that has a slot.

    Attributes:
        slot: its number, from 0.
        role: what it does in the server.
        pid: its process identifier.
    """

    slot: int
    role: str
    pid: int


class Slots:
    """The slots in a folder, one of which is that of this process.

    Attributes:
        folder: theirs.
        role: of this process, for the others.
    """

    def __init__(self, folder: Path) -> None:
        """Take none yet."""
        self.folder, self.role = folder, "web"
        self._locks = os.open(folder / _LOCKS, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._slot = -1
        os.register_at_fork(after_in_child=self._forked)
        self._failure: tuple[float, OSError] | None = None

    def current(self) -> int:
        """The slot of this process, which takes one at the first call, and another one after a fork.

        Raises:
            OSError: there is no room for its files.
        """
        if self._slot < 0:
            if self._failure and time.monotonic() < self._failure[0]:
                raise self._failure[1]
            try:
                self._slot = self._take()
            except OSError as error:
                self._failure = time.monotonic() + _RETRY_SECONDS, error
                raise
        return self._slot

    def file(self, kind: str) -> Path:
        """A file of the slot of this process.

        Raises:
            OSError: there is no room for its files.
        """
        return self.folder / f"{kind}_{self.current()}.db"

    def _forked(self) -> None:
        self._slot, self._failure = -1, None

    def _take(self) -> int:
        slot = next(number for number in count() if self._lock(number))
        try:
            for kind, size in _SIZES.items():
                _allocate(self.folder / f"{kind}_{slot}.db", size, anew=kind.startswith("gauge"))
            (self.folder / f"process_{slot}").write_text(f"{self.role} {os.getpid()}", encoding="ascii")
        except OSError:
            self._unlock(slot)
            raise
        return slot

    def _lock(self, slot: int) -> bool:
        """Lock a slot, unless another process has; that this one has it already is not seen."""
        try:
            fcntl.lockf(self._locks, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, slot)
        except OSError:
            return False
        return True

    def _unlock(self, slot: int) -> None:
        fcntl.lockf(self._locks, fcntl.LOCK_UN, 1, slot)

    def living(self) -> Iterator[Process]:
        """The processes that run; what those that do not were busy with is forgotten."""
        for file in sorted(self.folder.glob("process_*")):
            slot = int(file.name.rpartition("_")[2])
            if slot != self._slot and self._lock(slot):
                for gauges in self.folder.glob(f"gauge_*_{slot}.db"):
                    gauges.unlink(missing_ok=True)
                self._unlock(slot)
                continue
            with suppress(OSError, ValueError):
                role, pid = file.read_text(encoding="ascii").split()
                yield Process(slot, role, int(pid))


def _allocate(path: Path, size: int, *, anew: bool) -> None:
    """Make a file that has all its blocks, unless it is there."""
    if anew:
        path.unlink(missing_ok=True)
    elif path.exists():
        return
    new = path.with_suffix(".new")
    descriptor = os.open(new, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, size)
        new.replace(path)
    finally:
        os.close(descriptor)
        new.unlink(missing_ok=True)

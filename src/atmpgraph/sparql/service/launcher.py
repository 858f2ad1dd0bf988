"""The process of the query service: it starts with the first query, is replaced when it hangs, ends with its owner."""

import errno
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from ...errors import ServerError
from ...interpreter import own_path
from ...observability import log, metrics
from ...reasons import refusal_of
from ..limits import Limits
from .liveness import answers

_MODULE: Final = "atmpgraph.sparql.service.broker"
_FOLDER: Final = "atmpgraph-"  # the start of its folder's name
_SOCKET: Final = "queries"
_LONGEST_ADDRESS: Final = 107  # bytes of a socket's path (unix(7))
_RESTART_SECONDS: Final = 0.5  # before one that ended at once is restarted
_START_SECONDS: Final = 60.0  # to start on a machine that has much else to do
_STOP_SECONDS: Final = 10.0  # for it to end by itself
_CHECK_SECONDS: Final = 1.0  # between two questions whether it is alive, and for the answer
_PROBE_SECONDS: Final = 0.2  # between two looks whether it is still wanted
_BACKLOG: Final = 1024  # connections that the system holds while the service starts


class _Service:
    """The process, which is started when it is needed, and replaced when it ends or hangs."""

    def __init__(self, limits: Limits) -> None:
        """Listen in a folder that no other user may enter."""
        self._limits = limits
        self._folder = _private_folder()
        self.socket = self._folder / _SOCKET
        if len(os.fsencode(f"{self.socket}.new")) > _LONGEST_ADDRESS:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise ServerError(
                "{path}: the path is too long for a socket; TMPDIR names the folder", path=str(self._folder)
            )
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(f"{self.socket}.new")
        self._listening.listen(_BACKLOG)
        Path(f"{self.socket}.new").rename(self.socket)  # only now: `_sweep` removes a socket where nothing listens
        self._lock, self._owner = threading.RLock(), os.getpid()
        self._ended = self._serves = False
        self._started = 0.0
        self.running: list[subprocess.Popen[bytes]] = []
        self.failed = False  # whether it ever ended by itself before it served

    def ensure(self) -> None:
        """Start the process if there is none; restart one that has ended."""
        with self._lock:
            if self._ended:
                return
            if self.running and (status := self.running[0].poll()) is not None:
                self.failed |= status > 0 and not self._serves
                self._note(f"the query service ended with status {status}")
            if not self.running:
                self.running.append(self._start())
                self._serves, self._started = False, time.monotonic()

    def serves(self, seconds: float) -> bool:
        """Whether it has served since its start, or does within some seconds."""
        if not self._serves:
            process = self.running[:]
            if not answers(self.socket, seconds) or process != self.running:
                return False
            self._serves = True
        return True

    def _note(self, reason: str) -> None:
        """The process ended without being told to."""
        log.event("process.ended", role="queries", reason=reason)
        metrics.process_ended("queries")
        self.running.clear()

    def _start(self) -> "subprocess.Popen[bytes]":
        descriptor = self._listening.fileno()
        return subprocess.Popen(  # noqa: S603 - this very program
            [sys.executable, "-m", _MODULE, str(descriptor), json.dumps(self._limits.as_json())],
            stdin=subprocess.PIPE,
            pass_fds=(descriptor, *log.descriptors()),
            env=os.environ
            | own_path()
            | log.handed_on()
            | {"RUST_BACKTRACE": "0"},  # a trace of a crash of the engine takes seconds
            restore_signals=False,  # what this process ignores, that one ignores from its start on
        )

    def watch(self) -> None:
        """Replace the process whenever it ends or hangs, until this service ends; tried again where that is refused."""
        while not self._ended:
            try:
                self.ensure()
            except OSError as error:  # no more processes or descriptors, for now
                log.event("process.exception", cause=log.cause_of(error), trace=log.trace_of(error))
                time.sleep(_RESTART_SECONDS)
            for process in self.running[:]:
                self._look_after(process)
                time.sleep(max(0.0, self._started + _RESTART_SECONDS - time.monotonic()))

    def _look_after(self, process: "subprocess.Popen[bytes]") -> None:
        """Return when a process has ended, or was killed because it gave no sign of life."""
        silences = 0
        # What counts is how long this process itself ran meanwhile: a machine that slept is no silence.
        while silences * _CHECK_SECONDS < (self._limits.silence_seconds if self._serves else _START_SECONDS):
            with suppress(subprocess.TimeoutExpired):
                process.wait(_CHECK_SECONDS)
                return
            if self._ended:
                return
            silences = 0 if answers(self.socket, _CHECK_SECONDS) else silences + 1
            self._serves |= not silences
        self._replace(process)

    def _replace(self, process: "subprocess.Popen[bytes]") -> None:
        """Kill a process that hangs, with its children, and start another one."""
        with self._lock:
            if self.running == [process] and not self._ended:
                process.kill()
                process.wait()
                self._note(f"the query service did not answer for {self._limits.silence_seconds:g} s and was killed")

    def end(self) -> None:
        """End the process by closing its standard input, and leave nothing behind."""
        if os.getpid() != self._owner:
            return
        with self._lock:
            self._ended = True
        self._listening.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        for process in self.running:
            if process.stdin:
                process.stdin.close()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class ServiceProcess:
    """A query service that belongs to this process. Safe to share between threads."""

    def __init__(self, limits: Limits) -> None:
        """Listen; the service itself starts when it is needed.

        Raises:
            ServerError: there is no folder for its socket.
        """
        self._service = _Service(limits)
        self._lock, self._watched = threading.Lock(), False
        weakref.finalize(self, self._service.end)

    def address(self) -> Path:
        """Where it listens, once it serves. From the first call on it is replaced when it ends or hangs."""
        self._start()
        self._service.serves(_START_SECONDS)
        return self._service.socket

    def _start(self) -> None:
        self._service.ensure()
        with self._lock:
            if not self._watched:
                self._watched = True
                threading.Thread(target=self._service.watch, name="query service", daemon=True).start()

    @property
    def pid(self) -> int:
        """Its process identifier; 0 while it does not run."""
        return next((process.pid for process in self._service.running), 0)

    @contextmanager
    def supervised(self) -> Iterator[Path]:
        """Where it listens or soon will, for other processes; it ends with the block."""
        try:
            self._start()
            yield self._service.socket
        finally:
            self._service.end()

    def await_start(self, given_up: Callable[[], bool]) -> None:
        """Wait until the service, while it is supervised, serves, or nobody wants it any more.

        Raises:
            ServerError: it ends by itself before.
        """
        while not given_up() and not self._service.serves(_PROBE_SECONDS):
            if self._service.failed:
                raise ServerError("the server cannot start: the query service failed; its message stands above")


def _private_folder() -> Path:
    """A new folder for temporary files that no other user may enter.

    Raises:
        ServerError: none can be made.
    """
    try:
        _sweep(Path(tempfile.gettempdir()))
        return Path(tempfile.mkdtemp(prefix=_FOLDER))
    except OSError as error:
        raise ServerError(
            "{path}: {reason}; TMPDIR names the folder", path=error.filename or "TMPDIR", reason=refusal_of(error)
        ) from None


def _sweep(place: Path) -> None:
    """Remove the sockets of processes that were killed: nothing listens there any more.

    A folder is removed only if it is empty then: one of that name may belong to anything, and a file refuses
    connections too.
    """
    for path in place.glob(f"{_FOLDER}*/{_SOCKET}"):
        with suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            probe.setblocking(False)
            if path.is_socket() and probe.connect_ex(str(path)) == errno.ECONNREFUSED:
                path.unlink()
                path.parent.rmdir()

"""The process of the query service: it starts with the first query of another process, and ends with that process."""

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
from ...observability import log, metrics
from ..limits import Limits

_MODULE: Final = "atmpgraph.sparql.service.broker"
_FOLDER: Final = "atmpgraph-"  # the start of its folder's name
_SOCKET: Final = "queries"
_RESTART_SECONDS: Final = 0.5  # before it is restarted
_PROBE_SECONDS: Final = 0.05  # between two looks whether it has ended
_STOP_SECONDS: Final = 10.0  # for it to end by itself
_BACKLOG: Final = 128  # connections that the system holds while the service starts


class ServiceProcess:
    """A query service that belongs to this process. Safe to share between threads."""

    def __init__(self, limits: Limits) -> None:
        """Listen in a folder that no other user may enter; the service itself starts when it is needed."""
        self._limits = limits
        _sweep(Path(tempfile.gettempdir()))
        folder = tempfile.mkdtemp(prefix=_FOLDER)
        self._socket = Path(folder) / _SOCKET
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(f"{self._socket}.new")
        self._listening.listen(_BACKLOG)
        Path(f"{self._socket}.new").rename(self._socket)  # only now: `_sweep` removes a socket where nothing listens
        self._lock = threading.Lock()
        self._running: list[subprocess.Popen[bytes]] = []
        weakref.finalize(self, _stop, folder, self._listening, self._running, os.getpid())

    def address(self) -> Path:
        """Where it listens. This restarts a service that has ended; connections wait until it serves."""
        with self._lock:
            if self._running and (status := self._running[0].poll()) is not None:
                log.event("process.ended", role="queries", reason=f"the query service ended with status {status}")
                metrics.process_ended("queries")
                self._running.clear()
            if not self._running:
                self._running[:] = [self._start()]
        return self._socket

    def _start(self) -> subprocess.Popen[bytes]:
        descriptor = self._listening.fileno()
        return subprocess.Popen(  # noqa: S603 - this very program
            [sys.executable, "-m", _MODULE, str(descriptor), json.dumps(self._limits.as_json())],
            stdin=subprocess.PIPE,
            pass_fds=(descriptor, *log.descriptors()),
            env=os.environ
            | log.handed_on()
            | {"RUST_BACKTRACE": "0"},  # a trace of a crash of the engine takes seconds
            restore_signals=False,  # what this process ignores, that one ignores from its start on
        )

    @contextmanager
    def supervised(self) -> Iterator[Path]:
        """Where it listens, for other processes; as long as the block lasts, a service that ends is restarted."""
        ended = threading.Event()

        def supervise() -> None:
            while not ended.is_set():
                self.address()
                self._running[0].wait()
                ended.wait(_RESTART_SECONDS)

        supervisor = threading.Thread(target=supervise, name="query service", daemon=True)
        supervisor.start()
        try:
            yield self.address()
        finally:
            ended.set()
            patience = time.monotonic() + _STOP_SECONDS
            while supervisor.is_alive():
                service = self._running[0]  # the last may have started only now
                if service.stdin:
                    service.stdin.close()
                if time.monotonic() > patience:
                    service.kill()
                supervisor.join(_PROBE_SECONDS)

    def await_start(self, given_up: Callable[[], bool]) -> None:
        """Wait until the service, while it is supervised, serves, or nobody wants it any more.

        Raises:
            ServerError: it ends by itself before.
        """
        with socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(self._socket))
            probe.shutdown(socket.SHUT_WR)  # the service answers that with its end of the connection
            probe.settimeout(_PROBE_SECONDS)
            while not given_up():
                with suppress(TimeoutError):
                    probe.recv(1)
                    return
                status = self._running[0].poll() if self._running else None
                if status is not None and status > 0:
                    raise ServerError("the server cannot start: the query service failed; its message stands above")


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


def _stop(folder: str, listening: socket.socket, running: list[subprocess.Popen[bytes]], owner: int) -> None:
    """End the service by closing its standard input, and leave nothing behind."""
    if os.getpid() != owner:
        return
    listening.close()
    shutil.rmtree(folder, ignore_errors=True)
    for process in running:
        if process.stdin:
            process.stdin.close()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

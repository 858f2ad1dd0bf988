"""The process of the query service: started by whoever needs it first, and ended with that one."""

import errno
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from ..limits import Limits

_MODULE: Final = "atmpgraph.sparql.service.broker"
_FOLDER: Final = "atmpgraph-"  # how its folder's name begins
_SOCKET: Final = "queries"
_PAUSE: Final = 0.5  # seconds before it is started again
_PATIENCE: Final = 10.0  # seconds for it to end by itself
_WAITING: Final = 128  # connections that the system holds while the service starts


class ServiceProcess:
    """A query service that belongs to this process. Safe to share between threads."""

    def __init__(self, limits: Limits) -> None:
        """Listen in a folder that nobody else may enter; the service itself starts when it is needed."""
        self._limits = limits
        _sweep(Path(tempfile.gettempdir()))
        folder = tempfile.mkdtemp(prefix=_FOLDER)
        self._socket = Path(folder) / _SOCKET
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(f"{self._socket}.new")
        self._listening.listen(_WAITING)
        Path(f"{self._socket}.new").rename(self._socket)  # only now: a socket where nobody listens is swept away
        self._lock = threading.Lock()
        self._running: list[subprocess.Popen[bytes]] = []
        weakref.finalize(self, _end, folder, self._listening, self._running, os.getpid())

    def address(self) -> Path:
        """Where it listens. It is started again when it has ended; connections wait until it is there."""
        with self._lock:
            if not self._running or self._running[0].poll() is not None:
                self._running[:] = [self._start()]
        return self._socket

    def _start(self) -> subprocess.Popen[bytes]:
        number = self._listening.fileno()
        return subprocess.Popen(  # noqa: S603 - this very program
            [sys.executable, "-m", _MODULE, str(number), json.dumps(self._limits.as_json())],
            stdin=subprocess.PIPE,
            pass_fds=[number],
            env=os.environ | {"RUST_BACKTRACE": "0"},  # tracing what brought the engine down took seconds
        )

    @contextmanager
    def kept(self) -> Iterator[Path]:
        """Where it listens, for other processes to ask; as long as the block lasts it is started again when it ends."""
        ended = threading.Event()

        def keep() -> None:
            while not ended.is_set():
                self.address()
                self._running[0].wait()
                ended.wait(_PAUSE)

        keeper = threading.Thread(target=keep, name="query service", daemon=True)
        keeper.start()
        try:
            yield self.address()
        finally:
            ended.set()
            self._running[0].terminate()
            keeper.join()


def _sweep(place: Path) -> None:
    """Remove what processes left behind that were killed: their sockets, where nobody listens any more.

    A folder goes only when it is empty then: one that happens to be named so may be anything, and files refuse too.
    """
    for left in place.glob(f"{_FOLDER}*/{_SOCKET}"):
        with suppress(OSError), socket.socket(socket.AF_UNIX) as tried:
            tried.setblocking(False)
            if left.is_socket() and tried.connect_ex(str(left)) == errno.ECONNREFUSED:
                left.unlink()
                left.parent.rmdir()


def _end(folder: str, listening: socket.socket, running: list[subprocess.Popen[bytes]], owner: int) -> None:
    """Let the service end, which it does with its standard input, and leave nothing behind."""
    if os.getpid() != owner:
        return
    listening.close()
    shutil.rmtree(folder, ignore_errors=True)
    for process in running:
        if process.stdin:
            process.stdin.close()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

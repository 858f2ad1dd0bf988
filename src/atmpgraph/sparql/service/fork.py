"""A child process of the query service: it has only its connection to the service open, and ends with the service."""

import os
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from .sandbox import follow_parent

_ONLY: Final = 3  # the descriptor of its connection
_STDERR: Final = 2


@dataclass(frozen=True)
class Forked:
    """A child process that was just started.

    Attributes:
        connection: our end of the connection to it.
        pid: its process identifier.
        errors: our end of the pipe that is its standard error; neither end ever waits for the other.
    """

    connection: socket.socket
    pid: int
    errors: int


def fork(run: Callable[[socket.socket], int]) -> Forked:
    """Start a child process that runs `run` and ends; only a process with one thread may call this.

    Args:
        run: gets the child's end of the connection, and returns the exit status.

    Raises:
        OSError: the system allows no more processes or descriptors.
    """
    ours, theirs = socket.socketpair()
    read, write = os.pipe()
    os.set_blocking(read, False)
    os.set_blocking(write, False)
    parent = os.getpid()
    try:
        pid = os.fork()
    except OSError:
        for descriptor in (read, write, ours.detach(), theirs.detach()):
            os.close(descriptor)
        raise
    if pid:
        theirs.close()
        os.close(write)
        return Forked(ours, pid, read)
    status = 1
    try:
        os.dup2(write, _STDERR)
        status = _run(run, theirs, parent)
    except ConnectionError:
        status = 0  # the service ended first
    except BaseException as error:  # the engine's panics are no Exceptions
        print(f"a process of the query service failed: {error!r}", file=sys.stderr, flush=True)
    finally:
        os._exit(status)  # without the exit handlers of the parent


def _run(run: Callable[[socket.socket], int], connection: socket.socket, parent: int) -> int:
    signal.set_wakeup_fd(-1)  # the parent must not see the signals of this process
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # the parent's handler wakes the parent's loop, which is not here
    # What reaches the whole group (Ctrl-C, the end of a unit) is ignored here too: the service ends its children.
    follow_parent(parent)
    # A connection that this process inherits would stay open until it ends.
    os.dup2(connection.detach(), _ONLY)
    os.closerange(_ONLY + 1, os.sysconf("SC_OPEN_MAX"))
    with socket.socket(fileno=_ONLY) as only:
        return run(only)

"""A child process of the query service. All that it has open is its connection to the service, and it ends with it."""

import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import Final

from .sandbox import follow_parent

_ONLY: Final = 3  # the descriptor of its connection


def fork(run: Callable[[socket.socket], int]) -> tuple[socket.socket, int]:
    """Start a child process that does nothing but `run`; to be called from a process with one thread.

    Args:
        run: gets the child's end of the connection, and returns the exit status.

    Returns:
        Our end of the connection, and the process identifier.
    """
    ours, its = socket.socketpair()
    parent = os.getpid()
    process = os.fork()
    if process:
        its.close()
        return ours, process
    status = 1
    try:
        status = _run(run, its, parent)
    except ConnectionError:
        status = 0  # the service ended first
    except BaseException as error:  # the engine's panics are no Exceptions
        print(f"a process of the query service failed: {error!r}", file=sys.stderr, flush=True)
    finally:
        os._exit(status)  # nothing of the parent's is to be ended here


def _run(run: Callable[[socket.socket], int], connection: socket.socket, parent: int) -> int:
    signal.set_wakeup_fd(-1)  # the signals of this process are its own
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the service ends its children
    follow_parent(parent)
    # Whoever waits for the end of another connection must not wait for this process.
    os.dup2(connection.detach(), _ONLY)
    os.closerange(_ONLY + 1, os.sysconf("SC_OPEN_MAX"))
    with socket.socket(fileno=_ONLY) as only:
        return run(only)

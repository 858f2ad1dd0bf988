"""One worker: a process that answers one question after the other from a read-only store, until it is killed."""

import json
import os
import resource
import signal
import socket
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Final

from ..http.problem import Problem, ProblemError
from ..store import Store, open_store
from . import wire
from .confine import confine, follow_parent
from .evaluate import evaluate

_ONLY: Final = 3  # the descriptor of a worker's connection
_RETIRES: Final = 0.5  # of its memory: what a large query leaves behind would be missing to the next
_PIECE: Final = 1 << 20  # bytes of a frame
_READY: Final = wire.frame(wire.READY, b"")


def fork(store: str, base: str, memory: int) -> tuple[socket.socket, int]:
    """Start a worker on a store; to be called from a process with one thread.

    Returns:
        The connection to it, on which it says `READY`, and its process identifier.
    """
    ours, its = socket.socketpair()
    parent = os.getpid()
    process = os.fork()
    if process:
        its.close()
        return ours, process
    status = 1
    try:
        status = _child(its, parent, store, base, memory)
    finally:
        os._exit(status)  # nothing of the parent's is to be ended here


def _child(connection: socket.socket, parent: int, store: str, base: str, memory: int) -> int:
    signal.set_wakeup_fd(-1)  # the signals of this process are its own
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the service ends its workers
    follow_parent(parent)
    # Whoever waits for the end of another connection must not wait for this process.
    os.dup2(connection.detach(), _ONLY)
    os.closerange(_ONLY + 1, os.sysconf("SC_OPEN_MAX"))
    with socket.socket(fileno=_ONLY) as only:
        opened = open_store(Path(store), base)
        confine(memory)
        only.sendall(_READY)
        return work(only, opened, memory)


def work(connection: socket.socket, store: Store, memory: int) -> int:
    """Answer the jobs that come over a connection; returns the exit status."""

    def put(piece: bytes) -> None:
        for start in range(0, len(piece), _PIECE):
            connection.sendall(wire.frame(wire.DATA, piece[start : start + _PIECE]))

    for _, content in wire.frames(connection):
        job = wire.job_from(json.loads(content))
        try:
            outcome = evaluate(store, job, put)
        except ProblemError as error:
            connection.sendall(wire.problem_frame(error.problem))
        except MemoryError:
            return 1
        except BaseException as error:  # the engine's panics are no Exceptions; nothing may be left of them
            print(f"a query failed: {error!r}", file=sys.stderr, flush=True)
            connection.sendall(wire.problem_frame(Problem(500, "The engine failed at this query.")))
            return 1
        else:
            retires = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 > _RETIRES * memory
            ending = asdict(outcome) | {"retires": retires}
            connection.sendall(wire.frame(wire.END, json.dumps(ending).encode()))
            if retires:
                return 0
    return 0

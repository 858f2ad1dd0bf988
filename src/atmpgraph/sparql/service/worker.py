"""One worker: a process that runs one query after the other on a read-only store, until it is killed.

It works in a thread, for the sake of its stack: the engine recurses over what a query nests and chains.
"""

import resource
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from ...errors import NotExpressibleError, QueryError, ReleaseError, RemovedError, StoreError
from ...store import BACKENDS, Store, StoreAddress
from ..problems import engine_failed, problem_of
from . import messages
from .children import OUT_OF_MEMORY
from .evaluate import evaluate
from .fork import Forked, fork
from .names import Names
from .sandbox import confine

_RETIRES: Final = 0.5  # of its memory: the next query would lack what a large one leaves behind
_PIECE: Final = 1 << 20  # bytes of a frame
_BUFFER: Final = 1 << 16  # bytes that wait for the end of a result
_READY: Final = messages.frame(messages.READY, b"")
_STACK: Final = 1 << 28  # bytes; of what is planned (`syntax.complexity`) nothing measured needs a tenth of it


def start(address: StoreAddress, base: str, memory: int, nice: int, seconds: float) -> Forked:
    """Start a worker on a store; only a process with one thread may call this.

    Args:
        address: of the store.
        base: of the publication.
        memory: bytes that a query may use.
        nice: how far its priority is lowered, if it evaluates queries itself.
        seconds: longest time of a query, after which it is killed: a remote store is told.

    Returns:
        It sends `READY` on its connection, or `STORE_FAILED`.

    Raises:
        OSError: the system allows no more processes.
    """

    def run(connection: socket.socket) -> int:
        backend = BACKENDS[address.kind]
        try:
            store = backend.open(address, base, seconds)
        except ReleaseError as error:
            connection.sendall(_store_failed(error))
            return 0
        confine(memory + _STACK, backend.descriptors(address), nice if backend.evaluates else 0)
        connection.sendall(_READY)
        return _on_large_stack(lambda: work(connection, store, memory))

    str(RemovedError(Path()))  # what puts errors into words is read here: a confined process may open no files
    return fork(run)


def _on_large_stack(run: Callable[[], int]) -> int:
    """What a function returns that runs in a thread with a stack of its own; 1 when it raises."""
    statuses: list[int] = []
    threading.stack_size(_STACK)
    thread = threading.Thread(target=lambda: statuses.append(run()))
    thread.start()
    thread.join()
    return statuses[0] if statuses else 1


def _store_failed(error: ReleaseError) -> bytes:
    remote = error.kind if isinstance(error, StoreError) else None
    failure = messages.StoreFailure(isinstance(error, RemovedError), str(error), remote)
    return messages.frame(messages.STORE_FAILED, failure.encode())


def work(connection: socket.socket, store: Store, memory: int) -> int:
    """Run the jobs that arrive on a connection; returns the exit status."""
    names = Names(store)
    for _, content in messages.frames(connection):
        try:
            goes_on = _run(connection, store, messages.QueryJob.decode(content), names, memory)
        except MemoryError:
            return OUT_OF_MEMORY
        except ConnectionError:  # the service ended first
            return 0
        except BaseException as error:  # a panic of the engine is no Exception; this process must not outlive one
            print(f"a query failed: {error!r}", file=sys.stderr, flush=True)
            connection.sendall(messages.problem_frame(engine_failed()))
            return 1
        if not goes_on:
            return 0
    return 0


def _run(connection: socket.socket, store: Store, job: messages.QueryJob, names: Names, memory: int) -> bool:
    """Run a job and send how it ended; whether this process may run another one."""

    unsent = bytearray()  # what is sent in one piece with the end, if it is short
    most = _BUFFER if job.rows or job.bytes else 0  # a result without limits is passed on while it is computed

    def put(piece: bytes) -> None:
        for start in range(0, len(piece), _PIECE):
            unsent.extend(messages.frame(messages.DATA, piece[start : start + _PIECE]))
            if len(unsent) > most:
                connection.sendall(unsent)
                unsent.clear()

    try:
        outcome = evaluate(store, job, put, names)
    except (QueryError, NotExpressibleError) as error:
        connection.sendall(messages.problem_frame(problem_of(error)))
        return True
    except ReleaseError as error:
        connection.sendall(_store_failed(error))
        return isinstance(error, StoreError) and error.kind != "elsewhere"
    retires = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 > _RETIRES * memory
    connection.sendall(unsent + messages.frame(messages.END, bytes([retires]) + outcome.encode()))
    return not retires

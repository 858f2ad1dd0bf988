"""One worker: a process that runs one query after the other on a read-only store, until it is killed."""

import json
import resource
import socket
import sys
from dataclasses import asdict
from typing import Final

from ...errors import NotExpressibleError, QueryError
from ...store import BACKENDS, Store, StoreAddress
from ..problems import engine_failed, problem_of
from . import messages
from .evaluate import evaluate
from .fork import fork
from .sandbox import confine

_RETIRES: Final = 0.5  # of its memory: the next query would lack what a large one leaves behind
_PIECE: Final = 1 << 20  # bytes of a frame
_READY: Final = messages.frame(messages.READY, b"")


def start(address: StoreAddress, base: str, memory: int, nice: int) -> tuple[socket.socket, int]:
    """Start a worker on a store; only a process with one thread may call this.

    Args:
        address: of the store.
        base: of the publication.
        memory: bytes that a query may use.
        nice: how far its priority is lowered.

    Returns:
        The connection to it, on which it sends `READY`, and its process identifier.
    """

    def run(connection: socket.socket) -> int:
        backend = BACKENDS[address.kind]
        store = backend.open(address, base)
        confine(memory, backend.descriptors, nice)
        connection.sendall(_READY)
        return work(connection, store, memory)

    return fork(run)


def work(connection: socket.socket, store: Store, memory: int) -> int:
    """Run the jobs that arrive on a connection; returns the exit status."""

    def put(piece: bytes) -> None:
        for start in range(0, len(piece), _PIECE):
            connection.sendall(messages.frame(messages.DATA, piece[start : start + _PIECE]))

    for _, content in messages.frames(connection):
        job = messages.job_from(json.loads(content))
        try:
            outcome = evaluate(store, job, put)
        except (QueryError, NotExpressibleError) as error:
            connection.sendall(messages.problem_frame(problem_of(error)))
        except MemoryError:
            return 1
        except BaseException as error:  # a panic of the engine is no Exception; this process must not outlive one
            print(f"a query failed: {error!r}", file=sys.stderr, flush=True)
            connection.sendall(messages.problem_frame(engine_failed()))
            return 1
        else:
            retires = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 > _RETIRES * memory
            ending = asdict(outcome) | {"retires": retires}
            connection.sendall(messages.frame(messages.END, json.dumps(ending).encode()))
            if retires:
                return 0
    return 0

"""One worker: a process that answers one question after the other from a read-only store, until it is killed."""

import json
import resource
import socket
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Final

from ...errors import NotExpressibleError
from ...http.problem import Problem, ProblemError, not_expressible
from ...store import Store, open_store
from . import messages
from .evaluate import evaluate
from .fork import fork
from .sandbox import confine

_RETIRES: Final = 0.5  # of its memory: what a large query leaves behind would be missing to the next
_PIECE: Final = 1 << 20  # bytes of a frame
_READY: Final = messages.frame(messages.READY, b"")


def start(store: str, base: str, memory: int, nice: int) -> tuple[socket.socket, int]:
    """Start a worker on a store; to be called from a process with one thread.

    Args:
        store: folder of the store.
        base: of the publication.
        memory: bytes that a query may use.
        nice: how far its priority is lowered.

    Returns:
        The connection to it, on which it says `READY`, and its process identifier.
    """

    def serve(connection: socket.socket) -> int:
        opened = open_store(Path(store), base)
        confine(memory, nice=nice)
        connection.sendall(_READY)
        return work(connection, opened, memory)

    return fork(serve)


def work(connection: socket.socket, store: Store, memory: int) -> int:
    """Answer the jobs that come over a connection; returns the exit status."""

    def put(piece: bytes) -> None:
        for start in range(0, len(piece), _PIECE):
            connection.sendall(messages.frame(messages.DATA, piece[start : start + _PIECE]))

    for _, content in messages.frames(connection):
        job = messages.job_from(json.loads(content))
        try:
            outcome = evaluate(store, job, put)
        except ProblemError as error:
            connection.sendall(messages.problem_frame(error.problem))
        except NotExpressibleError as error:
            connection.sendall(messages.problem_frame(not_expressible(error)))
        except MemoryError:
            return 1
        except BaseException as error:  # the engine's panics are no Exceptions; nothing may be left of them
            print(f"a query failed: {error!r}", file=sys.stderr, flush=True)
            connection.sendall(messages.problem_frame(Problem(500, "The query engine failed on this query.")))
            return 1
        else:
            retires = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 > _RETIRES * memory
            ending = asdict(outcome) | {"retires": retires}
            connection.sendall(messages.frame(messages.END, json.dumps(ending).encode()))
            if retires:
                return 0
    return 0

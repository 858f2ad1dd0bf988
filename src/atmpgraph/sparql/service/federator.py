"""One federator: a process that queries the services that one query names, and ends.

Unlike a worker it may open sockets; like one it can be killed at any moment, even while it resolves a name. It
evaluates nothing of the query.
"""

import socket
from dataclasses import replace
from typing import Final

from ...errors import QueryError
from ..problems import problem_of
from . import messages
from .children import OUT_OF_MEMORY
from .federation import Federation
from .fork import Forked, fork
from .sandbox import confine

_DESCRIPTORS: Final = 64  # connections, the name server's, certificates


def start(job: messages.QueryJob, federation: Federation, memory: int) -> Forked:
    """Start a federator for a job; only a process with one thread may call this.

    Args:
        job: its query has SERVICE clauses.
        federation: which services it may call.
        memory: bytes that it may use.

    Returns:
        Its connection carries one frame: the job for a worker (`QUERY`), or a problem.

    Raises:
        OSError: the system allows no more processes.
    """

    def run(connection: socket.socket) -> int:
        confine(memory, _DESCRIPTORS)
        try:
            content = _frame(job, federation)
        except MemoryError:
            return OUT_OF_MEMORY
        connection.sendall(content)
        return 0

    return fork(run)


def _frame(job: messages.QueryJob, federation: Federation) -> bytes:
    try:
        return messages.job_frame(replace(job, query=federation.resolved(job.query, job.base)))
    except QueryError as error:
        return messages.problem_frame(problem_of(error))

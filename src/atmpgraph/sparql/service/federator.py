"""One caller: a process that asks the services that one query names, and ends.

Unlike a worker it may open sockets; like one it can be killed at any moment, in the middle of a name's resolution too.
It runs nothing of the query.
"""

import socket
from dataclasses import replace
from typing import Final

from ...http.problem import ProblemError
from . import messages
from .federation import Federation
from .fork import fork
from .sandbox import confine

_FILES: Final = 64  # descriptors: connections, the name server's, certificates


def start(job: messages.QueryJob, federation: Federation, memory: int) -> tuple[socket.socket, int]:
    """Start a caller for a job; to be called from a process with one thread.

    Args:
        memory: bytes that it may use.

    Returns:
        The connection to it, on which one frame comes: the job for a worker (`QUESTION`), or a problem. And its process
        identifier.
    """

    def call(connection: socket.socket) -> int:
        confine(memory, _FILES)
        connection.sendall(_answer(job, federation))
        return 0

    return fork(call)


def _answer(job: messages.QueryJob, federation: Federation) -> bytes:
    try:
        return messages.job_frame(replace(job, query=federation.resolved(job.query, job.base)))
    except ProblemError as error:
        return messages.problem_frame(error.problem)

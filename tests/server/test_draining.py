"""The end of the listening socket, as root and as a user whom the system lets filter nothing."""

import multiprocessing
import os
import socket
import threading
import time
from typing import Final

import pytest

from atmpgraph.server.listen import drain, listen

from ..conftest import absent
from ..sparql.processes import PATIENCE

_NOBODY: Final = 65534
_CLIENTS: Final = 5


def _drained(user: int) -> None:
    """As a user: connections wait in the queue, are accepted slowly, and none is lost."""
    if user:
        os.setgid(user)
        os.setuid(user)
    listening = listen("127.0.0.1", 0)
    clients = [socket.create_connection(listening.getsockname()) for _ in range(_CLIENTS)]
    accepted: list[socket.socket] = []

    def accept() -> None:
        for _ in range(_CLIENTS):
            time.sleep(0.05)
            accepted.append(listening.accept()[0])

    threading.Thread(target=accept).start()
    drain([listening])
    listening.close()
    assert len(accepted) == _CLIENTS
    for client, connection in zip(clients, accepted, strict=True):
        connection.sendall(b"x")
        assert client.recv(1) == b"x"


@pytest.mark.parametrize("user", [0, _NOBODY])
def test_connections_that_wait_are_accepted_first(user: int) -> None:
    if user and os.geteuid():
        absent("only root can become another user")
    process = multiprocessing.get_context("fork").Process(target=_drained, args=(user,))
    process.start()
    process.join(PATIENCE)
    assert process.exitcode == 0

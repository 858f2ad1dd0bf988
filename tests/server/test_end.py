"""The end of a server: what runs is finished, nothing new is taken, and nothing stays behind."""

import http.client
import os
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import pytest

from atmpgraph.settings import Settings

from ..long import some
from ..sparql.jobs import SLOW
from ..sparql.processes import PATIENCE, until
from .running_server import RunningServer, running_server

LARGE = f"SELECT * {{ VALUES ?x {{ {' '.join(map(str, range(800)))} }} VALUES ?y {{ '{'z' * 20_000}' }} }}"  # 16 MB
LONG_STOP = {"ATMPGRAPH_SERVER_STOP_TIMEOUT_SECONDS": "600"}
HALF = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 9\r\n\r\nASK"


@contextmanager
def response(server: RunningServer, target: str) -> Iterator[http.client.HTTPResponse]:
    """A response whose header has arrived; its client takes little at a time."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        connection.settimeout(PATIENCE)
        connection.connect(("127.0.0.1", server.target.port))
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        arriving = http.client.HTTPResponse(connection)
        arriving.begin()
        yield arriving


def refuses(server: RunningServer) -> bool:
    """Whether nobody can connect."""
    try:
        socket.create_connection(("127.0.0.1", server.target.port), timeout=PATIENCE).close()
    except ConnectionRefusedError:
        return True
    return False


def main_alone(server: RunningServer) -> None:
    """Tell the main process to end."""
    server.process.send_signal(signal.SIGTERM)


def everyone(server: RunningServer) -> None:
    """Tell all processes to end, as systemd does (KillMode=control-group)."""
    os.killpg(server.process.pid, signal.SIGTERM)


def interrupt(server: RunningServer) -> None:
    """Ctrl-C, which reaches all."""
    os.killpg(server.process.pid, signal.SIGINT)


@pytest.mark.parametrize("end", some([main_alone, everyone, interrupt], 2))
def test_what_runs_is_finished(end: Callable[[RunningServer], None], released: Settings, tmp_path: Path) -> None:
    statuses: list[int] = []
    with running_server(released, tmp_path, **LONG_STOP) as server:
        query = f"/sparql?query={quote(SLOW)}&timeout=3"
        asking = threading.Thread(target=lambda: statuses.append(server.target.ask(query).status))
        asking.start()
        with response(server, f"/sparql?query={quote(LARGE)}&format=csv") as download:
            end(server)
            assert until(lambda: refuses(server))
            assert server.process.poll() is None
            assert len(download.read()) == int(download.headers["Content-Length"]) > 16_000_000
        asking.join()
        assert statuses == [504]  # its own time was over, not that of the query service
        assert server.ends() == 0
        assert not list(server.temporary.iterdir())


def test_what_takes_longer_is_cut_off(released: Settings, tmp_path: Path) -> None:
    with running_server(released, tmp_path, ATMPGRAPH_SERVER_STOP_TIMEOUT_SECONDS="1") as server, ExitStack() as opened:
        download = opened.enter_context(response(server, f"/sparql?query={quote(LARGE)}&format=csv"))
        started = time.monotonic()
        server.process.terminate()
        assert server.ends() == 0
        assert 1 <= time.monotonic() - started < 30
        with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
            download.read()
        assert not list(server.temporary.iterdir())


@pytest.mark.parametrize("signals", [[signal.SIGINT, signal.SIGINT], [signal.SIGQUIT]], ids=["Ctrl-C twice", "SIGQUIT"])
def test_who_does_not_wait_cuts_off(signals: list[signal.Signals], released: Settings, tmp_path: Path) -> None:
    with (
        running_server(released, tmp_path, **LONG_STOP) as server,
        response(server, f"/sparql?query={quote(LARGE)}&format=csv"),
    ):
        started = time.monotonic()
        for number in signals:
            server.process.send_signal(number)
            until(lambda: refuses(server))
        assert server.ends() == 0
        assert time.monotonic() - started < PATIENCE  # of 600
        assert not list(server.temporary.iterdir())


def test_who_says_nothing_is_not_waited_for(released: Settings, tmp_path: Path) -> None:
    with running_server(released, tmp_path, **LONG_STOP) as server, ExitStack() as opened:
        address = ("127.0.0.1", server.target.port)
        silent, between, within = (opened.enter_context(socket.create_connection(address)) for _ in range(3))
        between.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = b""
        while not answer.endswith(b"live\n"):
            answer += between.recv(1_000)
        within.sendall(b"GET /health/live HTTP/1.1\r\nHo")
        started = time.monotonic()
        server.process.terminate()
        assert server.ends() == 0
        assert time.monotonic() - started < PATIENCE  # of 600: five are for a header section
        for connection in (silent, between, within):
            with suppress(ConnectionResetError):
                assert connection.recv(1) == b""


def test_no_request_of_a_connection_is_lost(released: Settings, tmp_path: Path) -> None:
    """Clients send one request after the other; who is connected has an answer, the others are refused."""
    outcomes: Counter[str] = Counter()

    def ask(port: int, lasting: int) -> None:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        while True:
            try:
                client.connect()
            except OSError:
                outcomes["refused"] += 1
                return
            try:
                while client.sock:  # the server may close the connection after a response that says so
                    client.request("GET", "/health/live", headers={} if lasting else {"Connection": "close"})
                    answer = client.getresponse()
                    outcomes[str(answer.status)] += answer.read() == b"live\n"
            except (OSError, http.client.HTTPException) as error:
                outcomes[repr(error)] += 1
                client.close()

    with running_server(released, tmp_path) as server:
        clients = [threading.Thread(target=ask, args=(server.target.port, number % 2)) for number in range(24)]
        for client in clients:
            client.start()
        assert until(lambda: outcomes["200"] > 200)
        server.process.terminate()
        assert server.ends() == 0
        for client in clients:
            client.join()
    assert outcomes.keys() == {"200", "refused"}, outcomes


def test_half_a_body_is_cut_off_with_the_others(released: Settings, tmp_path: Path) -> None:
    with (
        running_server(released, tmp_path, ATMPGRAPH_SERVER_STOP_TIMEOUT_SECONDS="0") as server,
        socket.create_connection(("127.0.0.1", server.target.port)) as connection,
    ):
        connection.sendall(HALF)
        server.process.terminate()
        assert server.ends() == 0
        assert not list(server.temporary.iterdir())

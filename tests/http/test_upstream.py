"""Connections that stay open: a response belongs to its request, whatever a server says between requests."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from atmpgraph.http import upstream
from atmpgraph.http.upstream import Upstream

LATE = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\nConnection: close\r\n\r\nlate"


@contextmanager
def _server(between: bytes) -> Iterator[tuple[str, list[int], threading.Event, threading.Event]]:
    """A server that numbers its connections, and says something once the first response on one is read."""
    accepted, consumed, spoken = list[int](), threading.Event(), threading.Event()

    def serve(connection: socket.socket, number: int) -> None:
        with connection, suppress(OSError):
            while connection.recv(1 << 16):
                body = str(number).encode()
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
                if between and consumed.wait(5):
                    connection.sendall(between)
                    spoken.set()
                    return

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                accepted.append(1)
                threading.Thread(target=serve, args=(connection, len(accepted)), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/", accepted, consumed, spoken


def _content(server: Upstream, url: str) -> tuple[int, bytes]:
    response = server.send("POST", url, b"", {}, 5)
    return response.status, response.read()


@pytest.mark.parametrize("between", [LATE, b"\x00"])
def test_what_comes_without_a_request_is_no_response(between: bytes) -> None:
    """As the server of Oxigraph says after a minute without a request."""
    with _server(between) as (url, accepted, consumed, spoken):
        server = Upstream(url, 1, 1_000)
        assert _content(server, url) == (200, b"1")
        consumed.set()
        assert spoken.wait(5)
        assert _content(server, url) == (200, b"2")
        assert len(accepted) == 2


def test_a_connection_is_used_again_but_not_after_long(monkeypatch: pytest.MonkeyPatch) -> None:
    with _server(b"") as (url, accepted, *_):
        server = Upstream(url, 1, 1_000)
        assert [_content(server, url) for _ in range(3)] == [(200, b"1")] * 3
        monkeypatch.setattr(upstream, "_IDLE_SECONDS", 0.0)
        assert _content(server, url) == (200, b"2")
        assert len(accepted) == 2

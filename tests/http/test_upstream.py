"""Connections that stay open: a response belongs to its request, whatever a server says between requests."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from atmpgraph.http import upstream
from atmpgraph.http.upstream import Upstream, UpstreamError, UpstreamResponse

from ..sparql.processes import PATIENCE

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
                if between and consumed.wait(PATIENCE):
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
    response = server.send("POST", url, b"", {}, PATIENCE)
    return response.status, response.read()


@pytest.mark.parametrize("between", [LATE, b"\x00"])
def test_what_comes_without_a_request_is_no_response(between: bytes) -> None:
    """As the server of Oxigraph says after a minute without a request."""
    with _server(between) as (url, accepted, consumed, spoken):
        server = Upstream(url, 1, 1_000)
        assert _content(server, url) == (200, b"1")
        consumed.set()
        assert spoken.wait(PATIENCE)
        assert _content(server, url) == (200, b"2")
        assert len(accepted) == 2


def test_a_connection_is_used_again_but_not_after_long(monkeypatch: pytest.MonkeyPatch) -> None:
    with _server(b"") as (url, accepted, *_):
        server = Upstream(url, 1, 1_000)
        assert [_content(server, url) for _ in range(3)] == [(200, b"1")] * 3
        monkeypatch.setattr(upstream, "IDLE_SECONDS", 0.0)
        assert _content(server, url) == (200, b"2")
        assert len(accepted) == 2


@contextmanager
def _answering(*pieces: bytes) -> Iterator[Upstream]:
    """A server that sends these pieces as the answer to each request, and then ends the connection."""

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with connection:
                    connection.recv(1 << 16)
                    for piece in pieces:
                        connection.sendall(piece)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, daemon=True).start()
        yield Upstream(f"http://127.0.0.1:{listening.getsockname()[1]}/", 5, 1_000)


def _response(server: Upstream) -> UpstreamResponse:
    return server.send("POST", f"http://127.0.0.1:{server._origin[2]}/", b"", {}, PATIENCE)


OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("pieces", "content"),
    [
        ((OK + b"Content-Length: 4\r\n\r\nlong",), b"long"),
        ((OK + b"Content-Length: 0\r\n\r\n",), b""),
        ((OK + b"\r\nto the ", b"end"), b"to the end"),
        ((CHUNKED + b"3\r\nabc\r\n1;x=y\r\nd\r\n0\r\nField: after\r\n\r\n",), b"abcd"),
        ((CHUNKED[:9], CHUNKED[9:] + b"3\r", b"\nab", b"c", b"\r\n0\r\n\r\n"), b"abc"),
        ((b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early\r\nLink: <a>\r\n\r\n" + OK + b"\r\nlate"), b"late"),
    ],
)
def test_content_is_whole_however_it_is_framed(pieces: tuple[bytes, ...], content: bytes) -> None:
    with _answering(*pieces) as server:
        assert _response(server).read() == content
        response = _response(server)
        assert b"".join(iter(lambda: response.read(3), b"")) == content
        assert response.ended


@pytest.mark.parametrize(
    ("pieces", "kind"),
    [
        ((), "unreachable"),
        ((b"\x00\xff\r\n\r\n",), "unusable"),
        ((b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",), "unusable"),
        ((OK + b"Name: " + b"x" * 100_000,), "unusable"),
        ((OK + b"Content-Length: 9\r\n\r\nhalf",), "unreachable"),
        ((CHUNKED + b"9\r\nhalf",), "unreachable"),
        ((CHUNKED + b"4\r\nhalf\r\n",), "unreachable"),
        ((CHUNKED + b"4\r\nhalf\r\n0\r\n",), "unreachable"),
        ((CHUNKED + b"4\r\nmore than it says\r\n0\r\n\r\n",), "unusable"),
        ((CHUNKED + b"four\r\nhalf\r\n0\r\n\r\n",), "unusable"),
        ((OK + b"Content-Length: 2000\r\n\r\n" + b"x" * 2000,), "unusable"),
    ],
)
def test_what_is_not_whole_is_an_error(pieces: tuple[bytes, ...], kind: str) -> None:
    with _answering(*pieces) as server, pytest.raises(UpstreamError) as raised:
        _response(server).read()
    assert raised.value.kind == kind


@pytest.mark.parametrize("field", ["a\r\nX: y", "a\nb", "a\x00", "Ω"])
def test_no_field_of_a_request_begins_another_one(field: str) -> None:
    with _answering(OK + b"\r\n") as server, pytest.raises(UpstreamError, match="character"):
        server.send("POST", f"http://127.0.0.1:{server._origin[2]}/", b"", {"Authorization": field}, 5)


def test_a_request_has_its_credentials_and_one_length() -> None:
    """What is remembered of a request has none; a second length would tell a server of another request."""
    url = "http://127.0.0.1:9/sparql?x=1"
    for access in ("Basic eDp5", "Digest nc=1", "Digest nc=2"):
        fields = {"Accept": "text/turtle", "Authorization": access, "Content-Length": "99"}
        request = upstream.written(upstream.origin_of(url), "POST", url, b"ASK {}", fields)
        head, _, body = request.partition(b"\r\n\r\n")
        assert body == b"ASK {}"
        assert sorted(head.split(b"\r\n")[1:]) == sorted(
            [
                *(b"Host: 127.0.0.1:9", b"Accept-Encoding: identity", b"Accept: text/turtle"),
                *(b"Authorization: " + access.encode(), b"Content-Length: 6"),
            ]
        )
    with pytest.raises(UpstreamError):
        upstream.written(upstream.origin_of(url), "GET", url, b"", {"Authorization": "Basic x\r\nHost: other"})

"""Bodies of requests: refused before they are sent where nobody wants them, and never more than the server has room for."""

import http.client
import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from atmpgraph.settings import Settings

from ..http.conformance.targets import OverSocket, serving
from ..long import some
from ..sparql.processes import PATIENCE, memory, until
from .running_server import WEB, command
from .test_server import processes

QUERY = "application/sparql-query"
MB = 1 << 20


@pytest.fixture(scope="module")
def server(released: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OverSocket]:
    """A server with room for four bodies of a megabyte."""
    with serving(
        released, tmp_path_factory.mktemp("server"), ATMPGRAPH_SERVER_MAX_BUFFERED_BODY_BYTES=str(5 * MB)
    ) as found:
        yield found


def begin(server: OverSocket, method: str, path: str, *fields: str) -> socket.socket:
    """A connection on which the header of a request was sent."""
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
    connection.sendall("\r\n".join((f"{method} {path} HTTP/1.1", "Host: x", *fields, "", "")).encode())
    return connection


def status(connection: socket.socket) -> int:
    """The status of the response that comes."""
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response.status


def answered(connections: list[socket.socket]) -> list[socket.socket]:
    """Those on which something came."""
    return select.select(connections, [], [], 0)[0]


def held(server: OverSocket) -> int:
    """The most memory that the process which serves has had."""
    return max(memory(process) for process in processes(server) if WEB in command(process))


ANNOUNCED = f"Content-Length: {MB}"


@pytest.mark.parametrize(
    ("method", "path", "fields", "expected"),
    [
        ("POST", "/nope", [ANNOUNCED], 404),
        ("POST", "/nope", ["Transfer-Encoding: chunked"], 404),
        ("POST", "/doc/organisation/ulb", [ANNOUNCED], 405),
        ("PUT", "/sparql", [ANNOUNCED], 405),
        ("DELETE", "/data?default", ["Transfer-Encoding: chunked"], 405),
        ("BREW", "/sparql", [ANNOUNCED], 405),
        ("GET", "/", [ANNOUNCED], 400),
        ("GET", "/health/live", [ANNOUNCED], 400),
        ("OPTIONS", "/sparql", ["Transfer-Encoding: chunked"], 400),
        ("POST", "/sparql", [ANNOUNCED, "Content-Type: text/plain"], 415),
        ("POST", "/sparql", [ANNOUNCED], 415),
        ("POST", "/sparql", [ANNOUNCED, f"Content-Type: {QUERY}; charset=latin-1"], 415),
        ("POST", "/sparql", [ANNOUNCED, f"Content-Type: {QUERY}", "Content-Encoding: gzip"], 415),
        ("QUERY", "/sparql", ["Transfer-Encoding: chunked", "Content-Type: application/json"], 415),
        ("POST", "/sparql", [ANNOUNCED, "Content-Type: application/sparql-update"], 403),
        ("POST", "/sparql", ["Content-Length: 100000000", f"Content-Type: {QUERY}"], 413),
        ("POST", "/sparql", [f"Content-Length: {'9' * 18}", f"Content-Type: {QUERY}"], 413),
        ("POST", "/sparql", [ANNOUNCED, f"Content-Type: {QUERY}", "Host: y"], 400),
        ("POST", f"/{'a' * 3000}", [ANNOUNCED], 414),
        ("POST", "/sparql", [ANNOUNCED, f"Content-Type: {QUERY}", f"X-Long: {'a' * 40_000}"], 431),
    ],
    ids=lambda value: str(value)[:40],
)
@pytest.mark.parametrize("expect", [[], ["Expect: 100-continue"]], ids=["", "expect"])
def test_what_is_refused_is_refused_before_its_body(
    method: str, path: str, fields: list[str], expected: int, expect: list[str], server: OverSocket
) -> None:
    """RFC 9110 §10.1.1: with a final status in place of `100 Continue`."""
    with begin(server, method, path, *fields, *expect) as connection:
        assert connection.recv(12) == f"HTTP/1.1 {expected}".encode()


def test_a_body_that_is_wanted_is_asked_for(server: OverSocket) -> None:
    with begin(
        server, "POST", "/sparql", f"Content-Type: {QUERY}", "Content-Length: 6", "Expect: 100-continue"
    ) as connection:
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"ASK {}")
        assert status(connection) == 200


@pytest.mark.parametrize(("method", "path", "expected"), [("POST", "/nope", 404), ("PUT", "/sparql", 405)])
def test_who_sends_all_before_reading_sees_the_answer(
    method: str, path: str, expected: int, server: OverSocket
) -> None:
    """The rest is discarded: a connection that closes before would be reset, and the answer lost (RFC 9112 §9.6)."""
    with begin(server, method, path, f"Content-Length: {8 * MB}") as connection:
        connection.sendall(bytes(8 * MB))
        assert status(connection) == expected


def test_the_rest_of_a_refused_body_is_no_request(server: OverSocket) -> None:
    with begin(server, "POST", "/nope", "Content-Length: 44") as connection:
        connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n".ljust(44, b" "))
        connection.sendall(b"GET /health/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answers = b""
        while piece := connection.recv(65_536):
            answers += piece
    assert answers.count(b"HTTP/1.1 404") == 1
    assert answers.count(b"HTTP/1.1 200") == 1
    assert answers.count(b"HTTP/1.1 ") == 2


@pytest.mark.parametrize("length", ["Content-Length: 1000000", "Transfer-Encoding: chunked"])
def test_there_is_room_for_so_many_bodies_and_the_large_ones_make_way(length: str, server: OverSocket) -> None:
    chunk = b"f4240\r\n" if "chunked" in length else b""
    with ExitStack() as opened:
        large = [
            opened.enter_context(begin(server, "POST", "/sparql", f"Content-Type: {QUERY}", length)) for _ in range(12)
        ]
        for connection in large:
            connection.sendall(chunk + bytes(900_000))
        assert until(lambda: len(answered(large)) >= 7)
        refused = [http.client.HTTPResponse(connection) for connection in answered(large)]
        for response in refused:
            response.begin()
        assert len(refused) < 12
        assert {(response.status, response.headers["Retry-After"]) for response in refused} == {(503, "1")}
        assert server.ask("/sparql", "POST", {"Content-Type": QUERY}, b"ASK {}" + b" " * 50_000).status == 200
    assert until(
        lambda: server.ask("/sparql", "POST", {"Content-Type": QUERY}, b"ASK {}" + b" " * 90_000).status == 200
    )


@pytest.mark.parametrize(
    ("method", "path", "fields"),
    some(
        [
            ("POST", "/nope", ["Content-Length: 1000000"]),
            ("POST", "/nope", ["Transfer-Encoding: chunked"]),
            ("PUT", "/sparql", ["Content-Length: 1000000"]),
            ("POST", "/sparql", ["Content-Length: 1000000", "Content-Type: text/plain"]),
            ("POST", "/sparql", ["Content-Length: 9000000", f"Content-Type: {QUERY}"]),
            ("POST", "/sparql", ["Content-Length: 1000000", f"Content-Type: {QUERY}"]),
        ],
        3,
    ),
    ids=str,
)
def test_bodies_do_not_fill_the_memory(
    method: str, path: str, fields: list[str], released: Settings, tmp_path: Path
) -> None:
    """200 clients send a megabyte each."""
    chunk = b"f4240\r\n" if "chunked" in fields[0] else b""
    with (
        serving(released, tmp_path, ATMPGRAPH_SERVER_MAX_BUFFERED_BODY_BYTES=str(5 * MB)) as server,
        ExitStack() as opened,
    ):
        before = held(server)
        for _ in range(200):
            connection = opened.enter_context(begin(server, method, path, *fields))
            connection.settimeout(0.1)
            with suppress(OSError):  # answered and closed, or not read on
                connection.sendall(chunk + bytes(990_000))
        assert server.ask("/health/live").status == 200
        assert held(server) - before < 60 * MB  # of 200

"""The production server: clients that go away, answers that break off, limits that say so; over real sockets."""

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from atmpgraph.settings import Settings

from ..sparql.test_service import SLOW, children, memory
from .conformance.targets import OverSocket, serving

EVERYTHING = "SELECT * { ?s ?p ?o }"


@pytest.fixture(scope="module")
def server(released: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OverSocket]:
    """A server that cuts answers soon."""
    with serving(
        released,
        tmp_path_factory.mktemp("server"),
        ATMPGRAPH_MAX_RESULT_ROWS="100",
        ATMPGRAPH_QUERY_SECONDS="20",
        ATMPGRAPH_TRUSTED_PROXIES='["127.0.0.1"]',
    ) as found:
        yield found


def path(query: str, **others: str) -> str:
    """The URL of a query."""
    return f"/sparql?query={quote(query)}" + "".join(f"&{name}={quote(value)}" for name, value in others.items())


def processes(server: OverSocket) -> set[int]:
    """The processes of a server, those of its query service too."""
    name = f"--port\0{server.port}\0".encode()
    found = {int(file.parent.name) for file in Path("/proc").glob("[0-9]*/cmdline") if name in read(file)}
    for _ in range(3):
        found |= {child for parent in found for child in children(parent)}
    return found


def read(file: Path) -> bytes:
    """A file of a process, empty when that has ended."""
    try:
        return file.read_bytes()
    except OSError:
        return b""


def busy(server: OverSocket) -> bool:
    """Whether any process of a server computes, by what they do within half a second."""

    def ticks() -> int:
        stats = [read(Path(f"/proc/{process}/stat")) for process in processes(server)]
        return sum(sum(map(int, stat.rpartition(b")")[2].split()[11:13])) for stat in stats if stat)

    before = ticks()
    time.sleep(0.5)
    return ticks() - before > 10  # of 50


def test_a_result_that_is_cut_says_so_and_leads_to_the_rest(server: OverSocket) -> None:
    answer = server.ask(path(EVERYTHING, format="json"))
    assert answer.field("Atmpgraph-Truncated") == "rows; rows=100"
    link = answer.field("Link")
    assert link.endswith('&offset=100>; rel="next"')
    rest = link[1:].partition(">")[0]
    assert json.loads(answer.body)["head"]["link"] == [rest]
    following = server.ask(f"/sparql{rest}")
    assert len(json.loads(following.body)["results"]["bindings"]) == 100
    assert following.body != answer.body
    whole = server.ask(path(f"{EVERYTHING} LIMIT 100"))
    assert not whole.field("Atmpgraph-Truncated")
    assert not whole.field("Link")


def test_a_cut_answer_to_a_long_query_has_no_link_but_says_so(server: OverSocket) -> None:
    answer = server.ask(
        "/sparql", "POST", {"Content-Type": "application/sparql-query"}, f"{EVERYTHING} #{'x' * 3000}".encode()
    )
    assert answer.field("Atmpgraph-Truncated") == "rows; rows=100"
    assert not answer.field("Link")


def test_an_answer_tells_its_time_and_what_is_left(server: OverSocket) -> None:
    query = f"{EVERYTHING} LIMIT 3"
    answer = server.ask(path(query))
    assert [part.partition(";")[0].strip() for part in answer.field("Server-Timing").split(",")] == ["queue", "query"]
    assert answer.field("RateLimit-Policy") == '"running-time";q=60;w=60'
    assert answer.field("RateLimit").startswith('"running-time";r=')
    again = server.ask(path(query))
    assert again.field("Server-Timing").startswith("cache")
    unmodified = server.ask(path(query), fields={"If-None-Match": answer.field("ETag")})
    assert unmodified.status == 304
    assert not unmodified.field("Server-Timing")  # nothing was run


def test_a_timeout_that_the_client_sets(server: OverSocket) -> None:
    started = time.monotonic()
    answer = server.ask(path(SLOW, timeout="0.3"))
    assert time.monotonic() - started < 3
    assert answer.status == 504
    assert answer.media_type == "application/problem+json"
    assert answer.field("Retry-After") == "1"
    assert json.loads(answer.body)["limit"] == 0.3
    assert json.loads(answer.body)["type"].endswith("/problems/query-timeout")


def test_head_answers_as_get_does(server: OverSocket) -> None:
    for target in ("/sparql", path("ASK {}")):
        answer = server.ask(target, "HEAD")
        assert answer.status == 200
        assert not answer.body
    assert server.ask(path("ASK {}"), "HEAD").field("Content-Length") == str(len(server.ask(path("ASK {}")).body))


def test_the_query_of_a_client_that_went_away_is_stopped(server: OverSocket) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(f"GET {path(SLOW)} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.7\r\n\r\n".encode())
        time.sleep(1.0)
        assert busy(server)
    time.sleep(0.5)
    assert not busy(server)
    assert server.ask(path("ASK {}")).status == 200


def test_a_client_may_send_one_query_after_the_other_on_a_connection(server: OverSocket) -> None:
    request = f"GET {path('ASK {}')} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        for _ in range(3):
            connection.sendall(request)
            found = b""
            while b"true" not in found:
                found += connection.recv(4096)
            assert found.startswith(b"HTTP/1.1 200")


@pytest.fixture(scope="module")
def unlimited(released: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OverSocket]:
    """A server without limits of size."""
    with serving(
        released,
        tmp_path_factory.mktemp("unlimited"),
        ATMPGRAPH_MAX_RESULT_ROWS="0",
        ATMPGRAPH_MAX_RESULT_BYTES="0",
        ATMPGRAPH_QUERY_SECONDS="3",
    ) as found:
        yield found


def test_an_answer_without_limits_is_sent_as_it_comes_and_what_breaks_off_looks_so(unlimited: OverSocket) -> None:
    endless = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    with socket.create_connection(("127.0.0.1", unlimited.port), timeout=20) as connection:
        connection.sendall(f"GET {path(endless, format='csv')} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        started, found, last = time.monotonic(), connection.recv(65_536), b""
        assert time.monotonic() - started < 2
        assert found.startswith(b"HTTP/1.1 200")
        try:
            while piece := connection.recv(1 << 20):
                last = (last + piece)[-5:]
        except ConnectionResetError:
            pass
    assert last != b"0\r\n\r\n"  # the mark of a complete body (RFC 9112 §7.1)
    assert unlimited.ask(path("ASK {}")).status == 200


def test_a_slow_reader_does_not_fill_the_memory(unlimited: OverSocket) -> None:
    endless = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    with socket.create_connection(("127.0.0.1", unlimited.port), timeout=20) as connection:
        connection.sendall(f"GET {path(endless, format='csv')} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        connection.recv(100)
        time.sleep(2.0)
        assert all(memory(process) < 250 << 20 for process in processes(unlimited))

"""The production server: clients that go away, answers that break off, limits that say so; over real sockets."""

import asyncio
import html
import json
import os
import queue
import re
import resource
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest

from atmpgraph.server import web_process
from atmpgraph.server.backpressure import ClientConnection
from atmpgraph.server.rsgi import Application
from atmpgraph.settings import Settings
from atmpgraph.web import create_app
from atmpgraph.web.core.resource import Pool

from ..conftest import changed
from ..http.conformance.targets import OverSocket, serving
from ..sparql.jobs import SLOW
from ..sparql.processes import PATIENCE, children, memory, processor_time, runs, until

EVERYTHING = "SELECT * { ?s ?p ?o }"


@pytest.fixture(scope="module")
def server(released: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OverSocket]:
    """A server that cuts answers soon."""
    with serving(
        released,
        tmp_path_factory.mktemp("server"),
        ATMPGRAPH_QUERIES_MAX_ROWS="100",
        ATMPGRAPH_QUERIES_TIMEOUT_SECONDS="600",
        ATMPGRAPH_PROXY_TRUSTED='["127.0.0.1"]',
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


class Computing:
    """What of a server has been computing since."""

    def __init__(self, server: OverSocket) -> None:
        """Since now."""
        self._server = server
        self._before = {process: processor_time(process) for process in processes(server)}

    def found(self) -> set[int]:
        """The processes that did so for a while; starting one takes less."""
        now = {process: processor_time(process) for process in processes(self._server)}
        return {process for process, seconds in now.items() if seconds - self._before.get(process, 0) > 0.3}


def test_a_result_that_is_cut_says_so_and_leads_to_the_rest(server: OverSocket) -> None:
    answer = server.ask(path(EVERYTHING, format="json"))
    assert answer.field("Atmpgraph-Truncated") == "rows; rows=100"
    link = answer.field("Link")
    assert link.endswith('&offset=100>; rel="next"')
    rest = link[1:].partition(">")[0]
    [stated] = json.loads(answer.body)["head"]["link"]
    assert stated == f"http://127.0.0.1:{server.port}/sparql{rest}"
    following = server.ask(f"/sparql{rest}")
    assert len(json.loads(following.body)["results"]["bindings"]) == 100
    assert following.body != answer.body
    whole = server.ask(path(f"{EVERYTHING} LIMIT 100"))
    assert not whole.field("Atmpgraph-Truncated")
    assert not whole.field("Link")


GRAPHS = ("ttl", "nt", "jsonld", "rdf", "trig", "nq")


@pytest.mark.parametrize("suffix", ["json", "xml", "csv", "tsv", *GRAPHS, "html"])
def test_the_body_of_a_cut_answer_leads_to_its_rest_behind_a_proxy(server: OverSocket, suffix: str) -> None:
    """Whoever has saved it finds the next part where the proxy has the publication, in the same format."""
    proxy = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "data.example.org", "X-Forwarded-Prefix": "/below"}
    asked = path("CONSTRUCT WHERE { ?s ?p ?o }" if suffix in GRAPHS else EVERYTHING, format=suffix)
    text = html.unescape(server.ask(asked, fields=proxy).body.decode())
    if suffix == "html":  # a page is read where it is
        assert re.search(r'href="/below/sparql\?query=[^"]*&offset=[0-9]+"', text)
        return
    [link] = set(re.findall(r'https://data\.example\.org/below(/sparql\?[^"<>\s]*&offset=100)\b', text))
    assert f"&format={suffix}&" in link
    following = server.ask(link)
    assert following.status == 200
    assert following.field("Content-Type") == server.ask(asked).field("Content-Type")
    assert "offset=200" in html.unescape(following.body.decode())


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
    assert time.monotonic() - started < PATIENCE  # of 600
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
    computing = Computing(server)
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(f"GET {path(SLOW)} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.7\r\n\r\n".encode())
        assert until(computing.found)
        left, started = computing.found(), time.monotonic()
    assert until(lambda: not any(map(runs, left)))
    assert time.monotonic() - started < PATIENCE  # of 600
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
        ATMPGRAPH_QUERIES_MAX_ROWS="0",
        ATMPGRAPH_QUERIES_MAX_BYTES="0",
        ATMPGRAPH_QUERIES_TIMEOUT_SECONDS="600",
    ) as found:
        yield found


def test_an_answer_without_limits_is_sent_as_it_comes_and_what_breaks_off_looks_so(unlimited: OverSocket) -> None:
    endless = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    with socket.create_connection(("127.0.0.1", unlimited.port), timeout=PATIENCE) as connection:
        target = path(endless, format="csv", timeout="4")
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        found, last = connection.recv(65_536), b""
        assert found.startswith(b"HTTP/1.1 200")
        try:
            while piece := connection.recv(1 << 20):
                last = (last + piece)[-7:]
        except ConnectionResetError:
            pass
    assert last != b"\r\n0\r\n\r\n"  # the mark of a complete body (RFC 9112 §7.1); a row may end in 0 too
    assert unlimited.ask(path("ASK {}")).status == 200


def test_slow_readers_do_not_fill_the_memory(unlimited: OverSocket) -> None:
    endless = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    before = sum(map(memory, processes(unlimited)))
    held = [socket.create_connection(("127.0.0.1", unlimited.port), timeout=PATIENCE) for _ in range(2)]
    for connection in held:
        connection.sendall(f"GET {path(endless, format='csv')} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    time.sleep(2.5)
    assert sum(map(memory, processes(unlimited))) < before + (200 << 20)
    for connection in held:
        connection.close()


def on_disk(process: int) -> int:
    """Bytes of the nameless files of a process."""
    size = 0
    with suppress(OSError):
        for file in Path(f"/proc/{process}/fd").iterdir():
            with suppress(OSError):
                link = str(file.readlink())
                size += file.stat().st_size if link.endswith("(deleted)") and not link.startswith("/dev/") else 0
    return size


def test_a_kept_answer_takes_no_memory_for_each_of_its_readers(
    server: OverSocket, released: Settings, tmp_path: Path
) -> None:
    """30 clients ask for 8 MB each and do not read."""
    large = f"SELECT * {{ VALUES ?x {{ {' '.join(map(str, range(400)))} }} VALUES ?y {{ '{'z' * 20_000}' }} }}"
    request = f"GET {path(large, format='csv')} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    with serving(released, tmp_path) as found:
        assert len(found.ask(path(large, format="csv")).body) > 8_000_000
        before = {process: memory(process) for process in processes(found)}
        held = []
        for _ in range(30):
            held.append(socket.create_connection(("127.0.0.1", found.port)))
            held[-1].sendall(request)
        time.sleep(3)
        after = sum(memory(process) - before.get(process, 0) for process in processes(found))
        assert not sum(on_disk(process) for process in processes(found))
        assert found.ask("/health/live").status == 200
        for connection in held:
            connection.close()
    assert after < 160 << 20  # of 240


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_connection_is_broken_off_and_nothing_else(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    before = len(list(Path("/proc/self/fd").iterdir()))
    with socket.create_server((host, 0), family=family) as listening:
        address = listening.getsockname()[:2]
        with socket.create_connection(address) as one, socket.create_connection(address) as other:
            accepted = [listening.accept()[0] for _ in range(2)]
            port = one.getsockname()[1]
            with ClientConnection(f"[{host}]:{port}" if ":" in host else f"{host}:{port}") as peer:
                peer.sever()
            one.settimeout(PATIENCE)
            other.settimeout(0.2)
            assert one.recv(1) == b""
            with pytest.raises(TimeoutError):
                other.recv(1)
            for connection in accepted:
                connection.close()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_who_takes_nothing_is_waited_for_and_then_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening, ExitStack() as opened:
        client = opened.enter_context(socket.create_connection(listening.getsockname()))
        accepted = opened.enter_context(listening.accept()[0])
        host, port = client.getsockname()
        peer = opened.enter_context(ClientConnection(f"{host}:{port}"))
        asyncio.run(peer.drained(PATIENCE))  # nothing was sent
        accepted.setblocking(False)
        sent = 0
        with suppress(BlockingIOError):
            while True:
                sent += accepted.send(bytes(1 << 16))
        with pytest.raises(TimeoutError):
            asyncio.run(peer.drained(0.2))
        while sent:
            sent -= len(client.recv(1 << 16))
        asyncio.run(peer.drained(PATIENCE))


@pytest.fixture
def many_descriptors() -> Iterator[None]:
    """Leave for as many sockets as a test opens."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4_096)), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def silent(connection: socket.socket) -> bool:
    """Whether nothing came over a connection, not even its end."""
    connection.setblocking(False)
    try:
        connection.recv(1)
    except BlockingIOError:
        return True
    except ConnectionResetError:
        pass
    return False


@pytest.mark.usefixtures("many_descriptors")
def test_who_says_nothing_takes_nothing_from_others(released: Settings, tmp_path: Path) -> None:
    """Others are answered beside the connections of one who is silent, not after their end."""
    with serving(released, tmp_path) as server, ExitStack() as opened:
        address = ("127.0.0.1", server.port)
        held = [opened.enter_context(socket.create_connection(address)) for _ in range(1_500)]
        assert server.ask("/health/live").status == 200
        assert sum(map(silent, held)) > 1_100


def application_of(released: Settings) -> Application:
    """The application under the server's interface, in this process."""
    found = changed(released, folders={"releases": released.path(released.folders.releases)})
    return Application(create_app(found))


def request_for(path: str, method: str = "GET", **fields: str) -> Any:
    """The scope of a request."""
    return SimpleNamespace(
        path=path,
        method=method,
        query_string="",
        headers={"host": "x"} | fields,
        scheme="http",
        http_version="1.1",
        client="192.0.2.1:9",
        server="127.0.0.1:80",
        authority=None,
    )


@pytest.mark.parametrize(
    ("path", "is_page"),
    [
        ("/doc/person/example-person.ttl", True),
        ("/nowhere", True),
        ("*", True),
        ("/sparql", False),
        ("/queries/none", False),
        ("/health/live", False),
        ("/metrics", False),
    ],
)
def test_pages_alone_are_answered_beside_the_event_loop(path: str, is_page: bool, released: Settings) -> None:
    application = application_of(released)
    ended = threading.Event()
    answers: list[tuple[int, bytes]] = []
    watcher = SimpleNamespace(
        scope=request_for(path),
        proto=SimpleNamespace(response_bytes=lambda status, _, body: answers.append((status, body))),
        done=ended.set,
        err=lambda error: pytest.fail(str(error)),
    )
    request = application.plain(watcher.scope)
    assert request
    assert application.respond_in_thread(request, watcher, pytest.fail) is is_page
    if is_page:
        assert ended.wait(PATIENCE)
        beside = answers.pop()
        asyncio.run(application.respond(watcher.scope, watcher.proto, request))
        assert answers == [beside]


def test_the_first_segment_of_a_path_tells_who_answers(released: Settings) -> None:
    """A resource elsewhere whose first segment is a parameter would be taken for a page."""
    application = application_of(released)
    assert application._elsewhere
    assert not [segment for segment in application._elsewhere if segment.startswith("<")]


def test_a_request_with_a_body_is_for_the_event_loop(released: Settings) -> None:
    application = application_of(released)
    scope = request_for("/doc/person/example-person.ttl", "POST", **{"content-length": "0"})
    request = application.plain(scope)
    assert request
    assert not application.respond_in_thread(request, SimpleNamespace(scope=scope), pytest.fail)


def test_what_fails_beside_the_event_loop_is_told_to_the_server(released: Settings) -> None:
    application = application_of(released)
    errors, ended = list[BaseException](), threading.Event()

    def fail(*_: object) -> None:
        raise OSError("the connection is gone")

    def note(error: BaseException) -> None:
        errors.append(error)
        ended.set()

    watcher = SimpleNamespace(
        scope=request_for("/doc/person/example-person.ttl"), proto=SimpleNamespace(response_bytes=fail), err=note
    )
    request = application.plain(watcher.scope)
    assert request
    assert application.respond_in_thread(request, watcher, pytest.fail)
    assert ended.wait(PATIENCE)
    assert list(map(str, errors)) == ["the connection is gone"]


def test_what_fails_before_a_thread_has_a_request_ends_no_thread(released: Settings) -> None:
    application = application_of(released)
    errors, full = list[BaseException](), RuntimeError("can't start new thread")

    def refuse(*_: object) -> None:
        raise full

    application._threads[Pool.PAGES].submit = refuse  # type: ignore[method-assign,assignment]
    watcher = SimpleNamespace(scope=request_for("/nowhere"), proto=None, err=errors.append)
    web_process.respond(application, watcher, pytest.fail)
    assert errors == [full]


def test_a_long_response_is_sent_by_the_event_loop(released: Settings) -> None:
    application = application_of(released)
    begun: queue.Queue[Any] = queue.Queue()
    pieces = list[bytes]()

    async def send(piece: bytes) -> None:
        pieces.append(piece)

    proto = SimpleNamespace(response_stream=lambda *_: SimpleNamespace(send_bytes=send))
    watcher = SimpleNamespace(scope=request_for("/"), proto=proto, err=lambda error: pytest.fail(str(error)))
    request = application.plain(watcher.scope)
    assert request
    assert application.respond_in_thread(request, watcher, lambda *begin: begun.put(begin))
    told, response = begun.get(timeout=PATIENCE)
    assert told is watcher
    asyncio.run(response)
    assert sum(map(len, pieces)) > 1 << 16


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_health_waits_for_no_document_and_no_query(path: str, released: Settings) -> None:
    application, done, answers = application_of(released), threading.Event(), []
    pools = (application._threads[pool] for pool in (Pool.PAGES, Pool.QUERIES))
    busy = [threads.submit(done.wait) for threads in pools for _ in range(99)]
    scope = request_for(path)
    protocol = SimpleNamespace(response_bytes=lambda status, _, body: answers.append((status, body[:5])))

    async def answered() -> None:
        async with asyncio.timeout(PATIENCE):
            await application.__rsgi__(scope, protocol)

    try:
        asyncio.run(answered())
    finally:
        done.set()
    assert answers == [(200, path[8:].encode().ljust(5, b"\n")[:5])]
    assert all(each.result() for each in busy)


def test_a_field_with_an_underscore_is_not_the_one_with_a_hyphen(server: OverSocket) -> None:
    """Of which a trusted proxy only knows the latter."""
    for name, prefix in (("X-Forwarded-Prefix", "/lod"), ("X_Forwarded_Prefix", ""), ("x_forwarded-prefix", "")):
        answer = server.ask("/id/organisation/ulb", fields={name: "/lod"})
        assert answer.field("Location") == f"{prefix}/doc/organisation/ulb"


@pytest.mark.usefixtures("many_descriptors")
def test_who_sends_nothing_holds_nothing(released: Settings, tmp_path: Path) -> None:
    """More connections than the server takes, each with half a body."""
    half = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 9\r\n\r\nASK"
    with serving(released, tmp_path, ATMPGRAPH_SERVER_BODY_TIMEOUT_SECONDS="1") as server:
        held = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(1_100)]
        for connection in held:
            connection.sendall(half)
        assert server.ask("/health/live").status == 200
        for connection in held:
            connection.settimeout(PATIENCE)
            assert connection.recv(100).startswith(b"HTTP/1.1 408")
        for connection in held:
            connection.close()


def test_all_end_with_the_server_even_if_it_is_killed(released: Settings, tmp_path: Path) -> None:
    with serving(released, tmp_path) as server:
        assert server.ask(path("ASK {}")).status == 200
        found = processes(server)
        (started,) = found - {child for process in found for child in children(process)}
        others = found - {started}
        assert len(others) >= 3
        os.kill(started, signal.SIGKILL)
        assert until(lambda: not any(map(runs, others)))


def test_a_client_that_goes_away_between_two_pieces_stops_its_query(unlimited: OverSocket) -> None:
    some = " ".join(map(str, range(300)))
    none = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(CONCAT(STR(?c), STR(?f), STR(?i)) = '')"
    query = f"SELECT * {{ {{ VALUES ?n {{ {some} }} }} UNION {{ {none} }} }}"
    computing = Computing(unlimited)
    with socket.create_connection(("127.0.0.1", unlimited.port), timeout=PATIENCE) as connection:
        connection.sendall(f"GET {path(query, format='csv')} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
        assert until(computing.found)
        left, started = computing.found(), time.monotonic()
    assert until(lambda: not any(map(runs, left)))
    assert time.monotonic() - started < PATIENCE  # of 600

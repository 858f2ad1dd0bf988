"""The host of a request as a truth table: what is one, and what the application says to the others."""

import socket
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from atmpgraph.http.authority import authority_of, is_authority
from atmpgraph.settings import Settings
from atmpgraph.web import create_app

from ..conftest import changed
from ..sparql.processes import PATIENCE
from .conformance.targets import Answer, InProcess, OverSocket, serving

# RFC 3986 §3.2.2, §3.2.3: what is taken of the many things that its reg-name allows.
HOSTS = [
    *("data.example", "localhost", "a", "A.B.C", "data.example.", "1and1.example", "example.3com", "xn--bcher-kva.example"),
    *("a-b.example", "atmpgraph_backend", "_service.example", "a" * 63 + ".example", ".".join(["a" * 62] * 4)),
    *("192.0.2.1", "[2001:db8::1]", "[::1]", "[::ffff:192.0.2.1]", "[::]"),
    *("data.example:80", "data.example:", "data.example:65535", "data.example.:00080", "[::1]:8000", "[::1]:"),
]  # fmt: skip
NO_HOSTS = [
    *("", ".", ".a", "..", "a..b", "a.example..", "a" * 64, "a" * 64 + ".example", ".".join(["a" * 63] * 4)),
    *("-a.example", "a-.example", "a b", "a\tb", "a/b", "a?b", "a#b", "a\\b", "a@b", "user:pw@a", "a,a", "a, a", "a;b"),
    *("a%2eb", "%61", "bücher.example", "b\xfccher", "a\0", "a\n", "*", "*.example", '"a"', "<a>", "{a}", "a!b", "a~b"),
    *("1.2.3", "999.0.0.1", "1.2.3.4.5", "192.0.2.1.", "0x7f.1", "a.1", "123", "01.2.3.4"),
    *("a:b", "a:-1", "a: 80", "a:0", "a:65536", "a:123456", "a:80:80", ":80", ":", "a:٣"),
    *("::1", "[::1", "::1]", "[::1]a", "[::1]:a", "[::1:80", "[]", "[g::1]", "[1:2:3]", "[::1%25eth0]", "[::1%eth0]"),
    *("[v1.a]", "[192.0.2.1]", "[::1]:65536", "[a.example]", "http://a", "//a"),
]


@pytest.mark.parametrize("text", HOSTS, ids=ascii)
def test_a_host(text: str) -> None:
    assert is_authority(text)


@pytest.mark.parametrize("text", NO_HOSTS, ids=ascii)
def test_no_host(text: str) -> None:
    assert not is_authority(text)


@pytest.mark.parametrize(
    ("target", "authority"),
    [
        ("/doc/a", None),
        ("*", None),
        ("", None),
        ("//a/doc", None),
        ("http://data.example", "data.example"),
        ("HTTPS://data.example:80/doc?x", "data.example:80"),
        ("http://a?b", "a"),
        ("http:///doc", ""),
        ("http://user@a/", "user@a"),
    ],
)
def test_the_authority_of_a_target(target: str, authority: str | None) -> None:
    assert authority_of(target) == authority


# --- the application, under any WSGI server ---

PROXY = {"REMOTE_ADDR": "127.0.0.1"}
DOCUMENT = "/doc/organisation/ulb"


@pytest.fixture(scope="module")
def app(released: Settings) -> InProcess:
    """The application behind a trusted proxy."""
    settings = changed(
        released,
        proxy={"trusted": ("127.0.0.1",)},
        folders={"releases": released.path(released.folders.releases)},
    )
    return InProcess(create_app(settings), environ=PROXY)


def ask(app: InProcess, path: str = DOCUMENT, environ: Mapping[str, str | None] | None = None, **others: str) -> Answer:
    """The answer to a request whose environment has these variables; those that are None, it has not."""

    def without(given: dict[str, Any], start: Any) -> Any:
        return app.app(
            {name: value for name, value in (given | dict(environ or {}) | others).items() if value is not None}, start
        )

    return InProcess(without, environ=PROXY).ask(path)  # type: ignore[arg-type]


@pytest.mark.parametrize("host", HOSTS[:-3], ids=ascii)
def test_a_request_for_a_host(host: str, app: InProcess) -> None:
    assert ask(app, HTTP_HOST=host).status == 200
    assert ask(app, HTTP_X_FORWARDED_HOST=host).status == 200


@pytest.mark.parametrize("path", ["/doc/organisation/ulb", "/nope", "/id/organisation/ulb", "/health/live"])
@pytest.mark.parametrize("host", NO_HOSTS, ids=ascii)
def test_a_request_for_no_host(host: str, path: str, app: InProcess) -> None:
    """RFC 9112 §3.2: 400, whatever the target."""
    if host.isprintable() and max(map(ord, host), default=0) < 256:
        answer = ask(app, path, HTTP_HOST=host)
        assert (answer.status, answer.media_type) == (400, "application/problem+json")
        assert b"Host" in answer.body
        if host and "," not in host:  # that field is a list: one host for each proxy
            assert ask(app, path, HTTP_X_FORWARDED_HOST=host).status == 400


@pytest.mark.parametrize(
    ("environ", "status"),
    [
        ({"HTTP_HOST": None, "SERVER_PROTOCOL": "HTTP/1.1"}, 400),
        ({"HTTP_HOST": None, "SERVER_PROTOCOL": "HTTP/1.0"}, 200),
        ({"HTTP_HOST": "", "SERVER_PROTOCOL": "HTTP/1.0"}, 400),
        # of a repeated field a server makes a list (RFC 9110 §5.3)
        ({"HTTP_HOST": "a,a"}, 400),
        ({"HTTP_HOST": "a, b"}, 400),
        # the authority of the target precedes the field, which must be right all the same (RFC 9112 §3.2.2)
        ({"REQUEST_URI": "http://a/doc/organisation/ulb"}, 200),
        ({"RAW_URI": "http://.a/doc/organisation/ulb"}, 400),
        ({"REQUEST_URI": "http://user@a/doc/organisation/ulb"}, 400),
        ({"REQUEST_URI": "http://a/doc/organisation/ulb", "HTTP_HOST": ".a"}, 400),
        ({"REQUEST_URI": "http://a/doc/organisation/ulb", "HTTP_HOST": None}, 400),
    ],
    ids=str,
)
def test_the_host_of_a_request(environ: dict[str, str | None], status: int, app: InProcess) -> None:
    assert ask(app, environ=environ).status == status


def test_the_host_that_a_stranger_forwards_counts_for_nothing(app: InProcess) -> None:
    assert ask(app, REMOTE_ADDR="203.0.113.9", HTTP_X_FORWARDED_HOST=".a").status == 200


# --- the production server ---


@pytest.fixture(scope="module")
def server(released: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OverSocket]:
    """A server behind a trusted proxy that sets Forwarded."""
    with serving(
        released,
        tmp_path_factory.mktemp("server"),
        ATMPGRAPH_PROXY_TRUSTED='["127.0.0.1"]',
        ATMPGRAPH_PROXY_HEADERS="forwarded",
    ) as found:
        yield found


@pytest.mark.parametrize(
    ("line", "fields", "status"),
    [
        ("GET /health/live HTTP/1.1", ["Host: data.example"], 200),
        ("GET /health/live HTTP/1.1", ["Host: [::1]:8000"], 200),
        ("GET /health/live HTTP/1.1", ["Host: .a"], 400),
        ("GET /doc/organisation/ulb HTTP/1.1", ["Host: .a"], 400),
        ("GET /doc/organisation/ulb HTTP/1.1", [f"Host: {'a' * 64}"], 400),
        ("GET /doc/organisation/ulb HTTP/1.1", ["Host: a:99999"], 400),
        ("GET /doc/organisation/ulb HTTP/1.1", ["Host: [::1"], 400),
        ("GET /doc/organisation/ulb HTTP/1.1", ["Host: b\xfccher.example"], 400),
        ("GET /doc/organisation/ulb HTTP/1.1", ["Host: "], 400),
        ("GET /doc/organisation/ulb HTTP/1.1", [], 400),
        ("GET /doc/organisation/ulb HTTP/1.0", [], 200),
        ("GET /doc/organisation/ulb HTTP/1.0", ["Host: .a"], 400),
        ("GET /nope HTTP/1.1", ["Host: a", "Host: a"], 400),
        ("GET /doc/organisation/ulb HTTP/1.1", ["Host: a", "Host: a"], 400),
        ("GET /doc/organisation/ulb HTTP/1.1", ["Host: a", "host: b"], 400),
        ("POST /sparql HTTP/1.1", ["Host: a", "Host: a", "Content-Length: 9999"], 400),
        ("OPTIONS * HTTP/1.1", ["Host: a..b"], 400),
        ("GET http://data.example/doc/organisation/ulb HTTP/1.1", ["Host: other.example"], 200),
        ("GET http://.a/doc/organisation/ulb HTTP/1.1", ["Host: a"], 400),
        ("GET http://user@a/doc/organisation/ulb HTTP/1.1", ["Host: a"], 400),
        ("GET http://a/doc/organisation/ulb HTTP/1.1", [], 400),
        ("GET http://a/doc/organisation/ulb HTTP/1.1", ["Host: .a"], 400),
        ("GET /doc/organisation/ulb HTTP/1.1", ["Host: a", "Forwarded: for=192.0.2.7;host=data.example"], 200),
        ("GET /doc/organisation/ulb HTTP/1.1", ["Host: a", "Forwarded: for=192.0.2.7;host=.a"], 400),
        ("GET /doc/organisation/ulb HTTP/1.1", ["Host: a", 'Forwarded: host="a b"'], 400),
    ],
    ids=ascii,
)
def test_the_host_over_the_wire(line: str, fields: list[str], status: int, server: OverSocket) -> None:
    text = "\r\n".join((line, *fields, "Connection: close", "", ""))
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as connection:
        connection.sendall(text.encode("latin-1"))
        assert connection.recv(12).decode()[9:] == str(status)

"""A response that is ready is the one that the application would make, in all its bytes, for as long as it would."""

import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from atmpgraph.observability.access import Observed
from atmpgraph.release.layout import ReleasesFolder
from atmpgraph.server.plain_request import LowerCase, PlainRequest, PlainRequests
from atmpgraph.server.response_cache import ResponseCache
from atmpgraph.settings import Settings
from atmpgraph.web import create_app
from atmpgraph.web.core.context import Publication

from ..conftest import changed
from ..http.conformance.targets import Answer, InProcess
from ..long import often
from ..release.damages import copied
from ..sparql.processes import until
from .running_server import RunningServer, running_server

ONE_PROCESS = {"ATMPGRAPH_SERVER_WORKERS": "1"}
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
QUERY = "/sparql?query=SELECT%20*%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D%20ORDER%20BY%20%3Fs%20%3Fp%20%3Fo%20LIMIT%205"
LOOK_UP = (
    "/sparql?query=SELECT%20*%20%7B%20%3Fs%20%3Fp%20%3Chttps%3A%2F%2Fw3id.org%2Fatmpgraph%2Fns%23WorkPackage%3E%20%7D"
)
PATHS = (
    *("/", "/doc/person/example-person", "/doc/person/example-person.ttl", "/id/person/example-person"),
    *("/doc/person/nobody", "/catalogue", "/quality", "/quality.json", "/releases/", "/ns/shapes", "/figures"),
    *("/stream", "/sitemap.xml", "/queries/", "/static/atmpgraph.css", "/health/live", "/about?lang=fr", QUERY),
    *(LOOK_UP, f"{LOOK_UP}&format=xml", f"{LOOK_UP}&offset=1"),
    *(f"{QUERY}&format=csv", "/sparql?query=CONSTRUCT%20WHERE%20%7B%20%3Fs%20a%20%3Fo%20%7D", "/sparql?query=no"),
    *("/sparql?query=SELECT%20(YEAR(NOW())%20AS%20%3Fn)%20%7B%7D&format=xml", f"{QUERY}&lang=nl", "/data?default"),
)
VALUES = {
    "Accept": ("text/turtle", "application/ld+json", BROWSER, "*/*", "text/csv, */*;q=0.1", "image/png", "a/b;q=x"),
    "Accept-Language": ("fr", "nl-BE,nl;q=0.8", "de;q=0.3,en", "xx"),
    "Accept-Encoding": ("gzip", "gzip, deflate, br, zstd", "identity", "*;q=0"),
    "Accept-Profile": ("<http://data.europa.eu/r5r>", "<urn:none>"),
    "Accept-Datetime": ("Thu, 01 Jan 2026 00:00:00 GMT", "nonsense"),
    "If-None-Match": ("*", '"other"', 'W/"other", "more"'),
    "If-Modified-Since": ("Thu, 01 Jan 2099 00:00:00 GMT", "Thu, 01 Jan 1998 00:00:00 GMT", "yesterday"),
    "If-Match": ("*", '"other"'),
    "Range": ("bytes=0-9",),
    "Cookie": ("a=b",),
    "Origin": ("https://elsewhere.example",),
    "Prefer": ("return=minimal",),
    "Forwarded": ("for=192.0.2.7;host=evil.example",),
    "X-Forwarded-Host": ("evil.example",),
    "Host": ("data.example", "data.example:81"),
}
# What tells of one request: its time, and what its query took.
_OF_ONE = {"date", "server-timing", "ratelimit", "ratelimit-policy", "connection"}


@pytest.fixture(scope="module")
def served(whole: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(whole, tmp_path_factory.mktemp("served"), **ONE_PROCESS) as server:
        yield server


@pytest.fixture(scope="module")
def app(whole: Settings) -> InProcess:
    return InProcess(create_app(whole), environ={"REMOTE_ADDR": "127.0.0.1"})


@pytest.fixture
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a short name, as the path of a socket must be short."""
    return tmp_path_factory.mktemp("s")


def seen(answer: Answer) -> tuple[int, list[tuple[str, str]], bytes]:
    """What clients see of a response."""
    fields = sorted((name.lower(), value) for name, value in answer.headers if name.lower() not in _OF_ONE)
    if answer.status == 304 or not answer.body:
        fields = [field for field in fields if field[0] != "content-length"]
    return answer.status, fields, answer.body


def with_host(server: RunningServer, fields: dict[str, str]) -> dict[str, str]:
    return {"Host": f"127.0.0.1:{server.target.port}"} | fields


@pytest.mark.parametrize("path", PATHS)
def test_it_is_the_response_of_the_application(path: str, served: RunningServer, app: InProcess) -> None:
    chance = random.Random(path)
    for method in ("GET", "HEAD"):
        for _ in range(often(3, 20)):
            names = chance.sample(list(VALUES), chance.randint(0, 5))
            fields = {name: chance.choice(VALUES[name]) for name in names}
            expected = app.ask(path, method, with_host(served, fields))
            tag, modified = expected.field("ETag"), expected.field("Last-Modified")
            variants = [fields, fields | {"If-None-Match": tag}, fields | {"If-Modified-Since": modified}]
            for variant in variants if tag and modified else variants[:1]:
                right = seen(app.ask(path, method, with_host(served, variant)))
                for _ in range(3):  # the third is ready
                    assert seen(served.target.ask(path, method, variant)) == right, variant


def last_request(server: RunningServer) -> str:
    return [line for line in server.said().splitlines() if " request " in line][-1]


def is_ready(server: RunningServer, path: str, fields: dict[str, str]) -> bool:
    """Whether a response came from memory, or is one of the longer ones, which are sent piece by piece."""
    return len(server.target.ask(path, fields=fields).body) > 1 << 16 or "cached=responses" in last_request(server)


def test_responses_were_ready(served: RunningServer) -> None:
    """Otherwise the test above shows nothing."""
    for path in ("/doc/person/example-person", "/", QUERY, "/id/person/example-person"):
        for fields in ({}, {"Accept": BROWSER, "Accept-Encoding": "gzip"}, {"If-None-Match": "*"}):
            assert until(lambda: is_ready(served, path, fields)), (path, fields)  # noqa: B023 - called at once


def test_a_query_by_post_has_the_same_result(served: RunningServer, app: InProcess) -> None:
    text = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 7"
    form = "query=SELECT+*+%7B+%3Fs+%3Fp+%3Fo+%7D+ORDER+BY+%3Fs+%3Fp+%3Fo+LIMIT+7&format=tsv"
    for kind, body in (("application/sparql-query", text), ("application/x-www-form-urlencoded", form)):
        for accept in ("*/*", "application/sparql-results+xml", BROWSER, "image/png"):
            fields = {"Content-Type": kind, "Accept": accept}
            right = app.ask("/sparql", "POST", with_host(served, fields), body.encode())
            for _ in range(3):
                assert seen(served.target.ask("/sparql", "POST", fields, body.encode())) == seen(right)


def test_a_switch_empties_it_at_once(whole: Settings, tmp_path: Path, short: Path) -> None:
    settings = copied(whole, tmp_path / "p")
    folder = ReleasesFolder(settings.path(settings.folders.releases))
    digests = [release.path.name for release in folder.all()]
    paths = ("/doc/person/example-person.ttl", "/", "/doc/person/second-person.ttl", QUERY, LOOK_UP)
    with running_server(settings, short) as server:
        for turn in range(often(3, 20)):
            folder.switch(digests[turn % len(digests)])
            app = InProcess(create_app(settings), environ={"REMOTE_ADDR": "127.0.0.1"})
            right = {path: seen(app.ask(path, fields=with_host(server, {}))) for path in paths}
            for _ in range(often(3, 6)):  # the third is ready
                for path in paths:
                    assert seen(server.target.ask(path)) == right[path], (turn, path)


def test_a_removed_release_is_gone_at_once(whole: Settings, tmp_path: Path, short: Path) -> None:
    settings = copied(whole, tmp_path / "p")
    folder = ReleasesFolder(settings.path(settings.folders.releases))
    old = next(release for release in folder.all() if release.path.name != folder.live)
    with running_server(settings, short, **ONE_PROCESS) as server:
        path = f"/releases/{old.path.name}.json"
        assert [server.target.ask(path).status for _ in range(4)] == [200] * 4
        old.path.rename(folder.path / "elsewhere")
        assert server.target.ask(path).status != 200


def request(url: str, fields: dict[str, str] | None = None, state: tuple[int, ...] = (1, 1, 1, 1)) -> PlainRequest:
    lower = LowerCase(fields or {})
    return PlainRequest("GET", url, "", ("GET", url), "", "http://example.org", lower, "192.0.2.1", 0, state)


def responded(cache: ResponseCache, asked: PlainRequest) -> list[tuple[int, list[tuple[str, str]], bytes]]:
    sent: list[tuple[int, list[tuple[str, str]], bytes]] = []
    cache.respond(asked, SimpleNamespace(response_bytes=lambda *response: sent.append(response)))
    return sent


def put(cache: ResponseCache, asked: PlainRequest, body: bytes = b"body", tag: str = "t") -> None:
    observed = Observed("route", "digest", reusable=True, modified=datetime(2026, 1, 1, tzinfo=UTC))
    fields = [("vary", "Accept, Accept-Language"), ("etag", f'"{tag}"')]
    for _ in range(2):  # what is requested once is not held
        responded(cache, asked)
        cache.put(asked, observed, 200, fields, body)


@pytest.fixture
def cache(whole: Settings) -> ResponseCache:
    folders = {"releases": whole.path(whole.folders.releases)}
    return ResponseCache(Publication(changed(whole, cache={"response_bytes": 1_000_000}, folders=folders)))


def test_a_thousand_clients_with_fields_of_their_own_fill_nothing(cache: ResponseCache) -> None:
    put(cache, request("/other", {"accept": "text/turtle"}), b"other")
    for number in range(1_000):
        put(cache, request("/", {"accept": f"text/x{number}"}), bytes(50_000))
    assert responded(cache, request("/other", {"accept": "text/turtle"}))
    assert cache.size < 200_000
    put(cache, request("/", {"accept": "x" * 10_000}))
    assert cache.size < 200_000


def test_it_never_takes_more_than_its_room(cache: ResponseCache) -> None:
    for number in range(300):
        put(cache, request(f"/{number}"), bytes(10_000))
        assert cache.size <= 1_000_000
    assert responded(cache, request("/299"))
    assert not responded(cache, request("/0"))
    put(cache, request("/large"), bytes(70_000))
    assert not responded(cache, request("/large"))


def test_what_is_requested_once_is_not_held(cache: ResponseCache) -> None:
    asked = request("/once")
    cache.put(asked, Observed(reusable=True, modified=datetime.now(UTC)), 200, [("etag", '"t"')], b"")
    assert not responded(cache, asked)


def test_another_state_of_the_releases_empties_it(cache: ResponseCache) -> None:
    put(cache, request("/"))
    assert responded(cache, request("/"))
    assert not responded(cache, request("/", state=(2, 2, 2, 2)))
    assert not responded(cache, request("/"))
    late = request("/")._replace(state=(1, 1, 1, 1))
    responded(cache, request("/", state=(2, 2, 2, 2)))
    put_state = [("etag", '"t"')]
    cache.put(late, Observed(reusable=True, modified=datetime.now(UTC)), 200, put_state, b"of the state before")
    assert not responded(cache, request("/", state=(2, 2, 2, 2)))


def test_nothing_is_held_of_releases_that_have_just_changed(cache: ResponseCache) -> None:
    """The date of a file may be some milliseconds old: it could change once more unseen."""
    now = int(datetime.now(UTC).timestamp() * 1e9) + 10**9
    put(cache, request("/", state=(1, 1, now, now)))
    assert not responded(cache, request("/", state=(1, 1, now, now)))


def test_a_confirmation_is_of_the_response_that_the_client_has(cache: ResponseCache) -> None:
    put(cache, request("/"), tag="one")
    fields = [("vary", "Accept, Accept-Language"), ("etag", '"one"')]
    observed = Observed("route", "digest", reusable=True, modified=datetime(2026, 1, 1, tzinfo=UTC))
    cache.put(request("/", {"if-none-match": '"one"'}), observed, 304, fields, b"")
    statuses = {
        'if-none-match="one"': 304,
        'if-none-match="two", W/"one"': 304,
        'if-none-match="two"': 200,
        "if-modified-since=Thu, 01 Jan 2026 00:00:00 GMT": 304,
        "if-modified-since=Wed, 31 Dec 2025 23:59:59 GMT": 200,
    }
    for text, status in statuses.items():
        name, _, value = text.partition("=")
        assert [sent[0] for sent in responded(cache, request("/", {name: value}))] == [status], text
    assert re.fullmatch('"one"', dict(responded(cache, request("/"))[0][1])["etag"])


def arrived(peer: str, **fields: str) -> Any:
    """A request as the server has read it."""
    pairs = [("host", "data.example"), *((name.replace("_", "-"), value) for name, value in fields.items())]
    headers = SimpleNamespace(items=lambda: pairs)
    return SimpleNamespace(
        method="GET", path="/", query_string="", scheme="http", authority=None, client=f"{peer}:99", headers=headers
    )


def test_what_a_trusted_proxy_says_belongs_to_the_url(whole: Settings) -> None:
    folders = {"releases": whole.path(whole.folders.releases)}
    read = PlainRequests(Publication(changed(whole, proxy={"trusted": ["192.0.2.1"]}, folders=folders))).read
    said = {"x_forwarded_for": "198.51.100.7", "x_forwarded_host": "other.example", "x_forwarded_prefix": "/lod"}
    plain, proxied, forged = (
        read(arrived("192.0.2.1")),
        read(arrived("192.0.2.1", **said)),
        read(arrived("192.0.2.9", **said)),
    )
    assert plain
    assert proxied
    assert forged
    assert proxied.url != plain.url
    assert (proxied.client, proxied.root) == ("198.51.100.7", "/lod")
    assert (forged.client, forged.root) == ("192.0.2.9", "")
    assert read(arrived("192.0.2.1", **said | {"x_forwarded_host": "evil example"})) is None


def test_what_only_one_client_may_know_is_not_remembered(whole: Settings) -> None:
    requests = PlainRequests(Publication(whole))
    secret = {"authorization": "Basic c2VjcmV0", "cookie": "session=1", "proxy_authorization": "Basic c2VjcmV0"}
    for name, value in secret.items():
        read = requests.read(arrived("192.0.2.1", **{name: value}))
        assert read
        assert read.fields[name.replace("_", "-")] == value
    first, again = (requests.read(arrived("192.0.2.1", accept="text/turtle")) for _ in range(2))
    assert first
    assert again
    assert first.fields is again.fields
    assert len(requests._sections) == 1


def test_header_sections_are_remembered_within_bounds(whole: Settings) -> None:
    requests = PlainRequests(Publication(whole))
    for number in range(1_000):
        assert requests.read(arrived("192.0.2.1", accept=f"text/x{number}"))
        assert requests.read(arrived("192.0.2.1", accept="x" * 2_000))
    assert len(requests._sections) <= 512


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "QUERY"])
@pytest.mark.parametrize("length", ["0" * 4_400, "9" * 4_400, "-1", "+1", "1_0", "\u0665"])
def test_a_length_that_is_none_is_for_the_application(method: str, length: str, whole: Settings) -> None:
    odd = arrived("192.0.2.1", content_length=length)
    odd.method = method
    assert PlainRequests(Publication(whole)).read(odd) is None

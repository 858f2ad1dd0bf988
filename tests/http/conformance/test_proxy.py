"""Behind a reverse proxy: under a sub-path, by https, through a cache; and no belief in those who are no proxy."""

import random
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask

from atmpgraph.release.release import Release
from atmpgraph.settings import Settings
from atmpgraph.web import create_app

from ...conftest import changed
from .asking import get
from .reading import Page, content, read
from .tables import ASK, BROWSER, DOCUMENTS, GRAPHS, HTML, SOME
from .targets import InProcess, OverSocket, Target

PAGES = [
    "/",
    *(resource.path for resource in SOME),
    "/queries/",
    "/queries/direct-jobs",
    "/sparql",
    "/releases/",
    "/nothing",
]
FORGED = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "gopher",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-For": "192.0.2.1",
    "X-Script-Name": "/evil",
    "X-Original-URL": "/evil",
    "X-Rewrite-URL": "/evil",
    "Forwarded": "for=192.0.2.1;host=evil.example;proto=https",
}


def _local(page: Page) -> Iterator[str]:
    """The references of a page that stay on the site."""
    for tag, attributes in page.elements:
        for name in ("href", "src", "action"):
            value = attributes.get(name)
            if value and not urlsplit(value).scheme and not (tag == "link" and attributes.get("rel") == "canonical"):
                yield value


@pytest.mark.parametrize("path", PAGES)
def test_links_of_pages_stay_under_the_mount(path: str, target: Target) -> None:
    answer = get(target, path, BROWSER)
    for reference in _local(Page(content(answer).decode())):
        assert reference.startswith((f"{target.prefix}/", "#", "?")), f"{reference} on {target.prefix}{path}"
        assert not reference.startswith("//"), reference


@pytest.mark.parametrize("path", PAGES[:-1])
def test_every_link_of_a_page_works_through_the_proxy(path: str, proxy: OverSocket) -> None:
    """The first links of each page, followed as a browser would."""
    references = list(dict.fromkeys(_local(Page(content(get(proxy, path, BROWSER)).decode()))))
    for reference in [r for r in references if r.startswith("/")][:12]:
        answer = get(proxy, reference.removeprefix(proxy.prefix).partition("#")[0], BROWSER)
        assert answer.status in {200, 303}, (reference, answer)


def test_the_mount_without_its_slash(proxy: OverSocket) -> None:
    answer = OverSocket("proxy", proxy.port).ask("/lod")
    assert answer.status in {301, 308}
    assert answer.field("Location").endswith("/lod/")


@pytest.mark.parametrize("path", ["/id/organisation/ulb", "/queries", "/releases", "/problems", "/releases/current"])
def test_redirections_name_no_host(path: str, target: Target) -> None:
    """RFC 9110 §10.2.2 allows a relative Location: a Host that a client made up gets into no answer that a cache keeps."""
    answer = target.ask(path, fields={"Host": "evil.example"})
    assert 300 < answer.status < 400, answer
    assert answer.field("Location").startswith(f"{target.prefix}/"), answer
    assert b"evil" not in answer.body


@pytest.mark.parametrize("path", DOCUMENTS)
def test_data_are_the_same_wherever_they_are_served(
    path: str, server: Target, proxy: Target, in_process: Target
) -> None:
    """The base is a setting: neither host, scheme nor sub-path of a request gets into data."""
    for media_type in ("text/turtle", "application/ld+json", "application/n-quads"):
        bodies = {get(target, path, media_type).body for target in (server, proxy, in_process)}
        bodies.add(in_process.ask(path, fields={"Accept": media_type, "Host": "evil.example"}).body)
        assert len(bodies) == 1


# --- who is believed ---


@pytest.fixture(scope="module")
def aloof(odd: Settings) -> Flask:
    """The application that trusts no proxy, which is the default."""
    settings = changed(odd, proxy={"trusted": []})
    return create_app(settings)


@pytest.mark.parametrize("path", [*PAGES, "/id/organisation/ulb"])
def test_forged_fields_change_nothing(path: str, aloof: Flask, odd_app: Flask) -> None:
    peers = [(aloof, "127.0.0.1"), (aloof, "203.0.113.9"), (odd_app, "203.0.113.9")]
    for app, peer in peers:
        target = InProcess(app, environ={"REMOTE_ADDR": peer})
        for accept in (BROWSER, None):
            plain = get(target, path, accept)
            forged = target.ask(path, fields=FORGED | ({"Accept": accept} if accept else {}))
            for answer in (plain, forged):
                for measured in ("RateLimit", "Server-Timing"):  # of that very request
                    answer.headers.pop(measured, None)
            assert (forged.status, forged.body, list(forged.headers)) == (plain.status, plain.body, list(plain.headers))


@pytest.mark.parametrize("path", [*PAGES, "/id/organisation/ulb"])
def test_a_client_cannot_speak_for_the_proxy(path: str, proxy: OverSocket) -> None:
    """What a client writes into the fields of the proxy goes no further, nor into what others get from the cache."""
    for accept in (BROWSER, None):
        forged = proxy.ask(path, fields=FORGED | ({"Accept": accept} if accept else {}))
        after = get(proxy, path, accept)
        for answer in (forged, after):
            assert b"evil" not in answer.body, answer
            assert "evil" not in str(answer.headers), answer


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("/data/atmp", "/data/atmp"),
        ("/data/atmp/", "/data/atmp"),
        ("", ""),
        ("//evil.example", ""),
        ("/a/../b", ""),
        ('/"><x', ""),
    ],
)
def test_the_prefix_that_a_trusted_proxy_names(prefix: str, expected: str, odd_app: Flask) -> None:
    fields = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Prefix": prefix}
    target = InProcess(odd_app, environ={"REMOTE_ADDR": "127.0.0.1"})
    location = target.ask("/id/organisation/ulb", fields=fields).field("Location")
    assert urlsplit(location).path == f"{expected}/doc/organisation/ulb"
    page = Page(content(target.ask("/", fields=fields | {"Accept": BROWSER})).decode())
    assert all(reference.startswith((f"{expected}/", "#", "?")) for reference in _local(page))


def test_each_mount_has_its_own_pages(odd_app: Flask) -> None:
    """Pages differ in their links, so their tags must."""
    tags = set()
    for prefix in ("", "/a", "/b"):
        fields = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Prefix": prefix, "Accept": BROWSER}
        tags.add(InProcess(odd_app, environ={"REMOTE_ADDR": "127.0.0.1"}).ask("/", fields=fields).field("ETag"))
    assert len(tags) == 3


# --- the cache ---

ACCEPTS = [
    BROWSER,
    "*/*",
    None,
    HTML,
    *GRAPHS.values(),
    "text/turtle, */*;q=0.1",
    "application/rdf+xml, text/html;q=0.1",
    "image/png",
]
LANGUAGES = [None, "fr", "nl", "de", "en-GB,en;q=0.9"]
CODINGS = [None, "gzip", "gzip, deflate, br, zstd"]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("path", ["/", *(resource.path for resource in SOME), ASK, "/queries/direct-jobs"])
def test_the_cache_never_hands_one_client_what_is_anothers(
    path: str, seed: int, server: Target, proxy: OverSocket, served: Release
) -> None:
    """In any order of clients, everyone gets through the cache what the server itself would have sent."""
    chance = random.Random(f"{path} {seed}")
    wanted = [(a, chance.choice(LANGUAGES), chance.choice(CODINGS)) for a in ACCEPTS] * 2
    chance.shuffle(wanted)
    for accept, language, coding in wanted:
        lines = {"Accept": accept, "Accept-Language": language, "Accept-Encoding": coding}
        fields = {name: value for name, value in lines.items() if value is not None}
        cached, fresh = proxy.ask(path, fields=fields), server.ask(path, fields=fields)
        assert cached.status == fresh.status, (cached, fresh)
        for name in ("Content-Type", "Content-Language", "Content-Encoding", "Vary", "Cache-Control"):
            assert cached.field(name) == fresh.field(name), (name, cached, fresh)
        if accept in {None, "*/*", *GRAPHS.values()}:
            assert cached.media_type != HTML or accept == HTML, cached
        read(cached, proxy, served.base)


def test_the_cache_is_at_work(proxy: OverSocket) -> None:
    states = [get(proxy, "/doc/place/belgium", "text/turtle").field("X-Cache-Status") for _ in range(3)]
    assert states[-1] == "HIT", states
    assert get(proxy, "/doc/place/belgium", BROWSER).media_type == HTML
    assert get(proxy, "/doc/place/belgium", "text/turtle").field("X-Cache-Status") == "HIT"
    assert (
        proxy.ask("/doc/place/belgium", "HEAD", {"Accept": "application/rdf+xml"}).media_type == "application/rdf+xml"
    )
    assert get(proxy, "/doc/place/belgium", "application/rdf+xml").body


def test_an_answer_to_a_query_stays_in_the_cache_without_what_tells_of_one_request(proxy: OverSocket) -> None:
    """RFC 9111 §4: by its Cache-Control it may; the budget of who asked first is nobody else's."""
    path = f"{ASK}#only-here".replace("#", "%23")
    first, *_, last = [get(proxy, path, "application/sparql-results+json") for _ in range(3)]
    of_one = {"RateLimit", "RateLimit-Policy", "Server-Timing"}
    assert (first.field("X-Cache-Status"), last.field("X-Cache-Status")) == ("MISS", "HIT")
    assert {name for name in of_one if first.field(name)} == of_one, first
    assert not {name for name in of_one if last.field(name)}, last
    assert (last.body, last.field("ETag"), last.members("Vary")) == (
        first.body,
        first.field("ETag"),
        first.members("Vary"),
    )
    assert get(proxy, path, "application/sparql-results+xml").media_type == "application/sparql-results+xml"
    unchanged = proxy.ask(
        path, fields={"Accept": "application/sparql-results+json", "If-None-Match": first.field("ETag")}
    )
    assert (unchanged.status, unchanged.body) == (304, b"")


def test_errors_do_not_stay_in_the_cache(proxy: OverSocket) -> None:
    for _ in range(3):
        assert get(proxy, "/doc/organisation/nobody").field("X-Cache-Status") != "HIT"


@pytest.mark.parametrize("path", ["/queries/direct-jobs", ASK])
def test_a_page_kept_for_one_host_is_not_given_to_another(path: str, proxy: OverSocket) -> None:
    """The code to paste names the address that the page was asked by."""
    evil = get(proxy, path, BROWSER, Host="evil.example")
    assert b"https://evil.example/lod/sparql" in content(evil)
    assert b"evil.example" not in content(get(proxy, path, BROWSER))

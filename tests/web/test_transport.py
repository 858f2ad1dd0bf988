"""Transport over every route: caching, codings, ranges, CORS, proxies, problems, and requests that go too far."""

import gzip
import hashlib
import json
import os
import re
import time
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox
import pytest
import zstandard
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from werkzeug.http import http_date

from atmpgraph.formats import CSV, DOCUMENTS
from atmpgraph.http.problem import KINDS
from atmpgraph.i18n import texts
from atmpgraph.release.layout import CANONICAL, ReleaseFolder
from atmpgraph.release.release import Release
from atmpgraph.settings import Settings
from atmpgraph.store import EMBEDDED
from atmpgraph.web import create_app
from atmpgraph.web.core.problem_texts import EXPLANATIONS

from ..conftest import changed
from .rules import BROWSER, check_headers, check_page

LANGUAGES = ("fr", "nl", "de", "en")
ASK = "/sparql?query=ASK{}"
CURRENT = ["/", "/doc/organisation/ulb", "/ns/atmpgraph.ttl", "/queries/", "/queries/direct-jobs.csv", ASK, "/sparql",
           "/doc/table/figures.csv", "/releases/", "/problems/", "/problems/gone", "/openapi.json",
           "/static/atmpgraph.css"]  # fmt: skip


@pytest.fixture
def files(release: Release) -> list[str]:
    """The downloads of the release."""
    return [f"/dumps/{release.digest}/{name}" for name in (*release.manifest.files, "manifest.json")]


# --- validators, freshness, codings ---


@pytest.mark.parametrize("path", CURRENT)
def test_what_is_current_is_fresh_for_a_while_and_dated(path: str, client: FlaskClient, release: Release) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "public, max-age=60"
    modified = response.headers["Last-Modified"]
    if not path.startswith("/static"):
        made = release.manifest.created
        assert parsedate_to_datetime(modified).isoformat().replace("+00:00", "Z") >= made
    check_headers(response)
    again = client.get(path, headers={"If-Modified-Since": modified})
    assert again.status_code == 304
    assert "Content-Type" not in again.headers
    for field in ("ETag", "Cache-Control", "Vary"):
        assert again.headers[field] == response.headers[field]
    other = client.get(path, headers={"If-Modified-Since": modified, "If-None-Match": '"other"'})
    assert other.status_code == 200
    assert client.get(path, headers={"If-Match": '"other"'}).status_code == 412


@pytest.mark.parametrize("path", CURRENT)
@pytest.mark.parametrize("accept", [None, BROWSER["Accept"]])
def test_each_coding_is_a_representation_of_its_own(path: str, accept: str | None, client: FlaskClient) -> None:
    headers = {"Accept": accept} if accept else {}
    plain = client.get(path, headers=headers)
    zipped = client.get(path, headers=headers | {"Accept-Encoding": "gzip"})
    packed = client.get(path, headers=headers | {"Accept-Encoding": "gzip, zstd"})
    assert "Content-Encoding" not in plain.headers
    assert (zipped.headers["Content-Encoding"], packed.headers["Content-Encoding"]) == ("gzip", "zstd")
    assert gzip.decompress(zipped.data) == plain.data
    assert zstandard.ZstdDecompressor().decompressobj().decompress(packed.data) == plain.data
    assert len({r.headers["ETag"] for r in (plain, zipped, packed)}) == 3
    for response in (plain, zipped, packed):
        assert "accept-encoding" in {field.lower() for field in response.vary}
        assert response.vary.to_header() == plain.vary.to_header()
    tagged = headers | {"Accept-Encoding": "gzip", "If-None-Match": zipped.headers["ETag"]}
    assert client.get(path, headers=tagged).status_code == 304
    head = client.head(path, headers=headers | {"Accept-Encoding": "gzip"})
    assert not head.data
    assert dict(head.headers) == dict(zipped.headers)


def test_freshness_is_a_setting(released: Settings) -> None:
    client = create_app(changed(released, cache={"max_age_seconds": 0})).test_client()
    for path in ("/", "/id/organisation/ulb", "/releases/current"):
        assert client.get(path).headers["Cache-Control"] == "no-cache"


def test_a_return_to_an_older_release_is_seen_by_date(released: Settings, tmp_path: Path) -> None:
    there = released.path(released.folders.releases)
    digest = (there / "current").readlink().name
    (tmp_path / digest).symlink_to(there / digest)
    (tmp_path / "current").symlink_to(digest)
    settings = changed(released, folders={"releases": tmp_path})
    now = int(time.time())
    os.utime(tmp_path / "current", (now, now), follow_symlinks=False)
    response = create_app(settings).test_client().get("/", headers={"If-Modified-Since": http_date(now - 1)})
    assert response.status_code == 200
    assert response.headers["Last-Modified"] == http_date(now)


def test_a_volatile_answer_is_neither_kept_nor_validated(client: FlaskClient) -> None:
    query = {"query": "SELECT (NOW() AS ?n) {}"}
    response = client.get("/sparql", query_string=query, headers={"If-Modified-Since": "Sun, 22 Nov 2099 12:00:00 GMT"})
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert "Last-Modified" not in response.headers


# --- releases and dumps ---


def test_every_file_of_a_release_can_be_had_and_is_what_it_says(
    client: FlaskClient, files: list[str], release: Release
) -> None:
    listed = release.manifest.files
    types = {fmt.suffix: fmt.media_type for fmt in (*DOCUMENTS, CSV)}
    types |= {"json": "application/json", "txt": "text/plain"}
    for path in files:
        name = path.removeprefix(f"/dumps/{release.digest}/")
        response = client.get(path)
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response.headers["Accept-Ranges"] == "bytes"
        assert response.content_type.partition(";")[0] == types[Path(name).suffix[1:]]
        if name in listed:
            assert hashlib.sha256(response.data).hexdigest() == listed[name].sha256
        head = client.head(path)
        assert dict(head.headers) == dict(response.headers)
        assert not head.data
        assert client.get(path, headers={"If-None-Match": response.headers["ETag"]}).status_code == 304
        zipped = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert gzip.decompress(zipped.data) == response.data
        assert dict(client.head(path, headers={"Accept-Encoding": "gzip"}).headers) == dict(zipped.headers)


def test_a_file_comes_in_parts(client: FlaskClient, release: Release) -> None:
    path = f"/dumps/{release.digest}/data.nq"
    whole = client.get(path)
    part = client.get(path, headers={"Range": "bytes=10-19", "Accept-Encoding": "gzip"})
    assert part.status_code == 206
    assert part.data == whole.data[10:20]
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(whole.data)}"
    assert part.headers["Content-Length"] == "10"
    assert part.headers["ETag"] == whole.headers["ETag"]
    assert "Content-Encoding" not in part.headers
    tail = client.get(path, headers={"Range": "bytes=-5", "If-Range": whole.headers["ETag"]})
    assert tail.data == whole.data[-5:]
    assert client.get(path, headers={"Range": "bytes=-5", "If-Range": '"old"'}).status_code == 200
    outside = client.get(path, headers={"Range": f"bytes={len(whole.data)}-"})
    assert outside.status_code == 416
    assert outside.headers["Content-Range"] == f"bytes */{len(whole.data)}"
    check_headers(outside)
    unmodified = {"Range": "bytes=0-1", "If-None-Match": whole.headers["ETag"]}
    assert client.get(path, headers=unmodified).status_code == 304


@pytest.mark.parametrize(
    "name",
    ["nothing", "../manifest.json", "..%2Fmanifest.json", "store/CURRENT", "store/LOG", "tables", "tables/", "tables/../data.nq", "data.nq/", "", "data.nq%00"],
)  # fmt: skip
def test_nothing_else_of_a_release_can_be_reached(name: str, client: FlaskClient, release: Release) -> None:
    for start in (f"/dumps/{release.digest}/", "/dumps/current/", "/dumps/../", f"/dumps/{release.digest[:8]}/"):
        assert client.get(start + name).status_code == 404, start


def test_current_leads_to_what_is_immutable(client: FlaskClient, release: Release) -> None:
    response = client.get("/releases/current")
    assert response.status_code == 307
    assert response.headers["Location"].endswith(f"/{release.digest}")
    assert response.headers["Cache-Control"] == "public, max-age=60"


@pytest.mark.parametrize(
    "place",
    [
        "",
        "?lang=fr",
        ".ttl",
        ".csl.json?lang=nl",
        "/changes",
        "/changes.rdfp",
        "/quality.json",
        "/doc/catalogue?lang=de",
    ],
)
def test_all_of_the_current_release_is_reached_by_its_name(place: str, client: FlaskClient, release: Release) -> None:
    response = client.get(f"/releases/current{place}")
    assert response.status_code == 307
    assert response.headers["Location"] == f"/releases/{release.digest}{place}"
    assert client.get(response.headers["Location"]).status_code == 200


def test_a_way_to_the_current_release_stays_on_this_server(client: FlaskClient, release: Release) -> None:
    for path, place in (("/a%20b", "/a%20b"), ("/%3Fb%23c", "/%3Fb%23c"), ("/%C3%A9?é=%C3%A9", None)):
        location = client.get(f"/releases/current{path}").headers["Location"]
        assert location.startswith(f"/releases/{release.digest}/")
        assert place is None or location.endswith(place)
        assert location.isascii()


def test_a_current_file_names_the_one_that_never_changes(client: FlaskClient, release: Release) -> None:
    """RFC 9110 §8.7; its tag is that of its bytes, so a file that is the same in the next release is not sent again."""
    now = client.get("/dumps/current/data.nq")
    kept = client.get(now.headers["Content-Location"])
    assert now.headers["Content-Location"] == f"/dumps/{release.digest}/data.nq"
    assert (now.status_code, now.data, now.headers["ETag"]) == (200, kept.data, kept.headers["ETag"])
    assert now.headers["Cache-Control"] == "public, max-age=60"
    assert "immutable" in kept.headers["Cache-Control"]


def test_a_release_in_every_format(client: FlaskClient, release: Release) -> None:
    path = f"/releases/{release.digest}"
    graphs = []
    for suffix, fmt in (("ttl", ox.RdfFormat.TURTLE), ("rdf", ox.RdfFormat.RDF_XML), ("nt", ox.RdfFormat.N_TRIPLES)):
        response = client.get(f"{path}.{suffix}")
        assert "immutable" in response.headers["Cache-Control"]
        graphs.append({quad.triple for quad in ox.parse(response.data, format=fmt)})
    assert graphs[0] == graphs[1] == graphs[2]
    assert any("dumps/" in str(t.object) and t.predicate.value.endswith("downloadURL") for t in graphs[0])
    manifest = client.get(path, headers={"Accept": "application/json"})
    assert manifest.content_type == "application/json"
    assert manifest.data == release.folder.manifest.read_bytes()
    for language in LANGUAGES:
        page = client.get(f"{path}?lang={language}", headers=BROWSER)
        assert release.digest in check_page(page, language).words
        assert "immutable" not in page.headers["Cache-Control"]
        assert (
            release.digest[:12]
            in check_page(client.get(f"/releases/?lang={language}", headers=BROWSER), language).words
        )
    for name in ("nothing", release.digest[:20], release.digest + ".csv", release.digest.upper(), ".."):
        assert client.get(f"/releases/{name}").status_code == 404


# --- problems ---


def test_a_document_that_its_format_cannot_say_is_a_406(
    released: Settings, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic, client = (
        f"{release.base}id/organisation/ulb",
        create_app(released).test_client(),
    )  # which keeps no answer yet
    unsayable = f'<{topic}> <http://e/1> "x" <{release.base}id/graph/ror> .'.encode()
    monkeypatch.setattr(Release, "lines", lambda _, iri, __="": [unsayable] if iri == topic else [])
    response = client.get("/doc/organisation/ulb.rdf?lang=en")
    assert response.status_code == 406
    assert response.json is not None
    assert response.json["detail"] == "RDF/XML cannot abbreviate http://e/1. Ask for another format, such as Turtle."


@pytest.mark.parametrize("status", KINDS)
def test_the_type_of_a_problem_leads_to_its_explanation(status: int, client: FlaskClient, release: Release) -> None:
    path = f"/problems/{KINDS[status]}"
    for language in LANGUAGES:
        title, text = map(texts(language).gettext, EXPLANATIONS[KINDS[status]])
        page = check_page(client.get(f"{path}?lang={language}", headers=BROWSER), language)
        assert title in page.words
        assert text in page.words
        assert title in check_page(client.get(f"/problems/?lang={language}", headers=BROWSER), language).words
    graph = set(ox.parse(client.get(path).data, format=ox.RdfFormat.TURTLE))
    assert {q.subject.value for q in graph} == {f"{release.base}problems/{KINDS[status]}"}


@pytest.mark.parametrize(
    ("field", "language", "title"),
    [
        (None, "en", "Not found"),
        ("fr", "fr", "Introuvable"),
        ("nl-BE, de;q=0.5", "nl", "Niet gevonden"),
        ("de", "de", "Nicht gefunden"),
        ("ja", "en", "Not found"),
    ],
)
def test_problems_speak_the_language_of_the_client(
    field: str | None, language: str, title: str, client: FlaskClient
) -> None:
    response = client.get("/nothing", headers={"Accept-Language": field} if field else {})
    assert response.json is not None
    assert response.json["title"] == title
    assert response.json["type"].endswith("/problems/not-found")
    assert response.headers["Content-Language"] == language
    assert response.vary.to_header() == "Accept, Accept-Language"
    assert response.headers["Cache-Control"] == "no-store"


# --- CORS ---


@pytest.mark.parametrize("path", ["/", "/nothing", "/sparql", "/releases/current", "/static/atmpgraph.css", "*"])
def test_a_preflight_passes_everywhere(path: str, client: FlaskClient) -> None:
    headers = {
        "Origin": "https://e.org",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "x-a",
    }
    response = client.open(path, method="OPTIONS", headers=headers)
    assert response.status_code == 200
    assert "GET" in response.headers["Access-Control-Allow-Methods"]
    assert response.headers["Access-Control-Allow-Headers"].startswith("*")
    check_headers(response)


# --- requests that go too far ---


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ({"path": "/doc/" + "a" * 5000}, 414),
        ({"path": "/", "headers": {"Accept": "text/turtle," * 5000}}, 431),
        ({"path": "/", "headers": {"Referer": "a" * 50_000}}, 431),
        ({"path": "/", "data": b"body"}, 400),
        ({"path": "/", "method": "HEAD", "data": b"body"}, 400),
        (
            {"path": "/sparql", "method": "POST", "data": b"a" * 3_000_000, "content_type": "application/sparql-query"},
            413,
        ),
        ({"path": "/", "method": "BREW"}, 405),
        ({"path": "/", "method": "TRACE"}, 405),
        ({"path": "/doc/%0d%0aX-Evil:%20yes"}, 404),
        ({"path": "/doc/x%00y"}, 404),
        ({"path": "/doc/%ED%A0%80"}, 404),
        ({"path": "/", "environ_overrides": {"PATH_INFO": "//evil.example/"}}, 404),
        ({"path": "/static/../__init__.py"}, 404),
        ({"path": "/static/%2e%2e/__init__.py"}, 404),
    ],
)
def test_a_clear_refusal(arguments: dict[str, Any], status: int, client: FlaskClient) -> None:
    response = client.open(**arguments)
    assert response.status_code == status
    if arguments.get("method") != "HEAD":
        assert response.content_type == "application/problem+json"
    check_headers(response)
    assert "X-Evil" not in response.headers


@hypothesis_settings(max_examples=150)
@given(
    path=st.binary(max_size=30),
    query=st.binary(max_size=30),
    method=st.sampled_from(["GET", "HEAD", "OPTIONS", "POST", "BREW"]),
    start=st.sampled_from(["/", "/doc/", "/id/", "/sparql", "/queries/", "/releases/", "/dumps/", "/auth/", "/ns/", "/problems/", "/static/"]),
    fields=st.dictionaries(
        st.sampled_from(["Accept", "Accept-Language", "Accept-Encoding", "Accept-Profile", "If-None-Match", "If-Modified-Since", "If-Match", "Range", "If-Range", "Host", "Content-Type", "Forwarded", "X-Forwarded-For", "X-Forwarded-Prefix", "X-Forwarded-Host", "Origin"]),
        st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40),
    ),
)  # fmt: skip
def test_no_request_breaks_it(
    app: Flask, start: str, path: bytes, query: bytes, method: str, fields: dict[str, str]
) -> None:
    environ = {"PATH_INFO": start + path.decode("latin-1"), "QUERY_STRING": query.decode("latin-1")}
    environ |= {"HTTP_" + name.upper().replace("-", "_"): value for name, value in fields.items()}
    response = app.test_client().open("/", method=method, environ_overrides=environ)
    assert response.status_code < 500, (environ, response.text)
    check_headers(response)
    for _, value in response.headers:
        assert not set(value) & set("\r\n\0")


# --- proxies ---


def _proxied(released: Settings, *trusted: str) -> FlaskClient:
    return create_app(changed(released, proxy={"trusted": trusted})).test_client()


def test_a_trusted_proxy_says_where_the_publication_stands(released: Settings) -> None:
    headers = {"X-Forwarded-Prefix": "/lod", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "data.example"} | BROWSER
    trusting = _proxied(released, "127.0.0.0/8")
    page = check_page(trusting.get("/doc/organisation/ulb?lang=fr", headers=headers), "fr")
    assert all(str(a["href"]).startswith(("/lod/", "#", "?", "http")) for a in page.all("a"))
    response = trusting.get("/id/organisation/ulb", headers=headers)
    assert response.headers["Location"] == "/lod/doc/organisation/ulb"
    alone = trusting.get("/doc/organisation/ulb?lang=fr", headers=BROWSER)
    assert alone.headers["ETag"] != trusting.get("/doc/organisation/ulb?lang=fr", headers=headers).headers["ETag"]
    wary = _proxied(released)
    assert wary.get("/id/organisation/ulb", headers=headers).headers["Location"] == "/doc/organisation/ulb"
    assert wary.get("/doc/organisation/ulb?lang=fr", headers=headers).data == alone.data


def test_the_other_family_of_fields_is_not_heeded(released: Settings) -> None:
    app = create_app(changed(released, proxy={"trusted": ["127.0.0.1"], "headers": "forwarded"}))

    @app.get("/seen")
    def _seen() -> dict[str, Any]:
        from flask import request

        return {"host": request.host, "scheme": request.scheme, "client": request.remote_addr}

    headers = {"Forwarded": "for=192.0.2.7;proto=https;host=data.example", "X-Forwarded-Host": "evil.example"}
    assert app.test_client().get("/seen", headers=headers).json == {
        "host": "data.example",
        "scheme": "https",
        "client": "192.0.2.7",
    }


# --- every IRI round-trips ---

ODD = ["a%2Fb", "%C3%A9t%C3%A9", "été", "a%20b", "x/", "X", "x", "a%25b", "a'b(c)", "a:b@c", "%3Cscript%3E", "a%00b", "a.ttl", "a//b", "%ff"]  # fmt: skip


@pytest.fixture(scope="module")
def odd(released: Settings, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application over a release whose things have odd names."""
    folder = tmp_path_factory.mktemp("odd")
    release = folder / ("0" * 64)
    release.mkdir()
    line = '<{base}id/t/{name}> <http://purl.org/dc/terms/title> "{name}" <{base}id/graph/g> .\n'
    lines = sorted(line.format(base=released.base, name=name).encode() for name in ODD)
    (release / CANONICAL).write_bytes(b"".join(lines))
    ReleaseFolder(release).catalogue.touch()
    EMBEDDED.load(release / CANONICAL, release / "store", release.name)
    manifest = {
        "digest": release.name,
        "base": released.base,
        "created": "2026-11-22T12:00:00Z",
        "statements": len(ODD),
        "files": {},
    }
    (release / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "current").symlink_to(release.name)
    settings = changed(released, folders={"releases": folder})
    return create_app(settings)


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("raw", [True, False], ids=["raw", "decoded"])
def test_every_iri_is_found_by_its_url(name: str, raw: bool, odd: Flask, released: Settings) -> None:
    """Also by a server that tells the decoded path only."""
    client = odd.test_client()
    url = quote(f"/id/t/{name}", safe="/%:@'()")
    environ = {} if raw else {"RAW_URI": "", "REQUEST_URI": ""}
    there = client.get(url, environ_overrides=environ)
    assert there.status_code == 303
    location = there.headers["Location"]
    response = client.get(location, environ_overrides=environ, headers={"Accept": "application/n-triples"})
    assert response.status_code == 200
    twins = {"%C3%A9t%C3%A9", "été"}  # the same URL
    found = twins if name in twins else {name}
    assert any(f"<{released.base}id/t/{n}>".encode() in response.data for n in found), response.text
    suffixed = client.get(f"{url}.nt", environ_overrides=environ)
    assert suffixed.status_code == 303
    assert client.get(suffixed.headers["Location"], environ_overrides=environ).data == response.data


@pytest.mark.parametrize("name", ["A%2Fb", "a", "x//", "ÉTÉ", "été/", "a/b/"])
def test_what_differs_in_case_or_a_slash_is_another_thing(name: str, odd: Flask) -> None:
    assert odd.test_client().get(quote(f"/id/t/{name}", safe="/%")).status_code == 404


# --- the description for programs ---


def test_openapi_describes_every_route(app: Flask, client: FlaskClient) -> None:
    response = client.get("/openapi.json")
    assert response.content_type == "application/json"
    assert response.json is not None
    described = {
        (path, method) for path, item in response.json["paths"].items() for method in item if method != "parameters"
    }
    routes = 0
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"OPTIONS", "QUERY"}:  # OpenAPI 3.1 has no place for the latter
            routes += 1
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
            assert (path, method.lower()) in described
    lists = r"/(partners|workpackages|funding|figures|sources|things)"
    alone = {each for each in described if re.fullmatch(rf"/queries/[a-z-]+|{lists}", each[0])}  # with parameters
    assert routes == len(described - alone)
    for path, item in response.json["paths"].items():
        names = {p["name"] for p in item.get("parameters", []) if p["in"] == "path"}
        assert all(f"{{{name}}}" in path for name in names)
        for parameter in item.get("parameters", []):
            path = path.replace(f"{{{parameter['name']}}}", parameter.get("example", "{}"))
        if "{}" not in path and "{" not in path:
            assert client.get(path).status_code in {200, 303, 307}, path

"""Things, documents, vocabulary and tables: design §6, RFC 9110, one test a rule."""

import re
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from atmpgraph.formats import DOCUMENTS, HTML, Format
from atmpgraph.release.release import Release
from atmpgraph.web import create_app

from ..release.fixtures import named, publish, trial
from .rules import BROWSER, check_headers, check_page

RDF = [fmt for fmt in DOCUMENTS if fmt is not HTML]
BY_TYPE = {fmt.media_type: fmt for fmt in DOCUMENTS}
SAMPLE = [
    "/",
    "/doc/partnership/pit-atmp",
    "/doc/figure/new-direct-jobs",
    "/doc/figure/developers",
    "/doc/organisation/uclouvain",
    "/doc/source/press-release-2024-01-17",
    "/doc/graph/press-release-2024-01-17",
    "/doc/quotation/pr-jobs",
    "/doc/workpackage/maidam",
    "/doc/period/2024-01-17--P5Y",
    "/doc/participation/uclouvain--maidam",
    "/doc/dsd/figures",
    "/ns/atmpgraph",
    "/auth/value-qualifier",
    "/auth/value-qualifier/more-than",
    "/auth/indicator",
]


def _graph(body: bytes, content_type: str) -> set[ox.Triple]:
    """The triples of a body, read by its own Content-Type."""
    fmt = BY_TYPE[content_type.partition(";")[0]]
    assert isinstance(fmt.engine, ox.RdfFormat)
    return {quad.triple for quad in ox.parse(body, format=fmt.engine)}


@pytest.mark.parametrize("path", SAMPLE)
def test_all_formats_of_a_document_are_the_same_graph(path: str, client: FlaskClient) -> None:
    graphs = []
    for fmt in RDF:
        response = client.get(path, headers={"Accept": fmt.media_type})
        assert response.status_code == 200
        assert response.content_type.partition(";")[0] == fmt.media_type
        assert {field.lower() for field in response.vary} - {"accept-datetime"} == {
            "accept",
            "accept-encoding",
            "accept-language",
            "accept-profile",
        }
        check_headers(response)
        graphs.append(_graph(response.data, response.content_type))
        if path != "/":
            fixed = client.get(f"{path}.{fmt.suffix}")
            assert fixed.data == response.data
            assert {field.lower() for field in fixed.vary} <= {"accept-encoding", "accept-datetime"}
    assert graphs[0]
    assert all(graph == graphs[0] for graph in graphs)
    assert not any(isinstance(term, ox.BlankNode) for triple in graphs[0] for term in triple)


@pytest.mark.parametrize("path", SAMPLE)
@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_every_document_is_a_page_in_four_languages(path: str, language: str, client: FlaskClient) -> None:
    page = check_page(client.get(path, headers=BROWSER | {"Accept-Language": language}), language)
    assert page.words.strip()
    check_page(client.get(f"{path}?lang={language}", headers=BROWSER), language)


def test_the_document_says_what_it_is_about(client: FlaskClient, release: Release) -> None:
    base = release.base
    graph = _graph(client.get("/doc/workpackage/maidam.nt").data, "application/n-triples")
    about = {(t.subject.value, t.predicate.value, t.object.value) for t in graph}  # type: ignore[union-attr]
    topic = "http://xmlns.com/foaf/0.1/primaryTopic"
    assert (f"{base}doc/workpackage/maidam", topic, f"{base}id/workpackage/maidam") in about
    assert "http://purl.org/dc/terms/license" in {predicate for _, predicate, _ in about}


def test_quads_keep_who_says_so_and_literals_as_published(client: FlaskClient, release: Release) -> None:
    quads = client.get("/doc/figure/new-direct-jobs.nq").data.splitlines()
    assert {
        line + b" ." if not line.endswith(b".") else line
        for line in release.lines(f"{release.base}id/figure/new-direct-jobs")
    } <= set(quads)


def test_data_never_name_the_host_of_the_request(client: FlaskClient) -> None:
    for path in SAMPLE:
        for headers in ({"Host": "evil.example"}, {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}):
            assert b"evil" not in client.get(path, headers=headers).data
            assert b"evil" not in client.get(path, headers=headers | BROWSER).data


# --- 303 ---


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/id/organisation/ulb", "/doc/organisation/ulb"),
        ("/id/organisation/ulb.ttl", "/doc/organisation/ulb.ttl"),
        ("/id/organisation/ulb.html?lang=de", "/doc/organisation/ulb.html?lang=de"),
        ("/id/period/2024-01-17--P5Y", "/doc/period/2024-01-17--P5Y"),
    ],
)
def test_a_thing_leads_to_its_document(path: str, location: str, client: FlaskClient) -> None:
    for method in ("GET", "HEAD"):
        response = client.open(path, method=method)
        assert response.status_code == 303
        assert response.headers["Location"] == location
        assert "Vary" not in response.headers  # nothing was negotiated yet
        check_headers(response)
    assert client.get(location).status_code == 200


def test_every_subject_of_the_release_has_its_document(client: FlaskClient, release: Release) -> None:
    files = [release.path / name for name in ("data.nq", "catalogue.nq")]
    found = {line.split(b" ", 1)[0][1:-1].decode() for file in files for line in file.open("rb")}
    subjects = {
        iri for iri in found if iri.startswith(tuple(f"{release.base}{kind}/" for kind in ("id", "ns", "auth")))
    }
    assert len(subjects) > 300
    for iri in sorted(subjects):
        path = "/" + quote(iri.removeprefix(release.base).partition("#")[0])
        response = client.get(path, follow_redirects=True)
        if response.status_code == 410:  # what gave way; its successors are all that is said of it
            assert "successor-version" in response.headers["Link"], iri
            continue
        assert response.status_code == 200, iri
        assert iri in {triple.subject.value for triple in ox.parse(response.data, format=ox.RdfFormat.TURTLE)}


# --- 404, 405, 406 ---


@pytest.mark.parametrize(
    "path",
    [
        "/id/organisation/nobody",
        "/id/organisation/ulb.xyz",
        "/id/organisation/ulb.xlsx",
        "/doc/organisation/nobody",
        "/doc/organisation/ulb/",
        "/doc/organisation/ULB",
        "/doc/x%00y",
        "/doc/%C3%A9%20%3C%3E%22",
        "/doc/%FF",
        "/doc/../../etc/passwd",
        "/doc/" + "a" * 1900,
        "/ns/nothing",
        "/auth/nothing/at-all",
        "/doc/table/nothing.csv",
        "/doc/table/..%2F..%2Fmanifest.csv",
        "/doc/table/datapackage.json",
        "/queries/nothing",
        "/queries/direct-jobs.ttl",
        "/nothing",
    ],
)
def test_what_does_not_exist_is_a_404_for_machines_and_people(path: str, client: FlaskClient) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.content_type == "application/problem+json"
    assert response.json is not None
    assert response.json["status"] == 404
    assert response.json["detail"]
    check_headers(response)
    page = client.get(path, headers=BROWSER | {"Accept-Language": "nl"})
    assert page.status_code == 404
    local = client.get(path, headers={"Accept-Language": "nl"})
    assert local.json is not None
    assert local.json["detail"] in check_page(page, "nl").words
    assert "Accept" in page.headers["Vary"]


@pytest.mark.parametrize(
    "path", ["/", "/doc/organisation/ulb", "/ns/atmpgraph", "/auth/confidence", "/sparql?query=ASK{}"]
)
def test_406_lists_what_exists(path: str, client: FlaskClient) -> None:
    response = client.get(path, headers={"Accept": "image/png"})
    assert response.status_code == 406
    assert response.json is not None
    assert "text/html" in response.json["available"]
    assert "Accept" in response.headers["Vary"]


@pytest.mark.parametrize("path", ["/", "/doc/organisation/ulb", "/id/organisation/ulb", "/queries/", "/health/live"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "BREW"])
def test_405_says_what_is_allowed(path: str, method: str, client: FlaskClient) -> None:
    response = client.open(path, method=method)
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_preflight(client: FlaskClient) -> None:
    response = client.options("/sparql", headers={"Origin": "https://e.org", "Access-Control-Request-Method": "POST"})
    assert response.status_code == 200
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    assert response.headers["Access-Control-Max-Age"]
    check_headers(response)


# --- validators ---


@pytest.mark.parametrize("path", [*SAMPLE, "/sparql", "/queries/", "/queries/direct-jobs", "/doc/table/figures.csv"])
@pytest.mark.parametrize("headers", [{}, BROWSER], ids=["machine", "browser"])
def test_304_for_who_has_it(path: str, headers: dict[str, str], client: FlaskClient) -> None:
    first = client.get(path, headers=headers)
    assert first.status_code == 200
    again = client.get(path, headers=headers | {"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert not again.data
    assert "Link" not in again.headers  # what is stored has it (RFC 9110 §15.4.5)
    assert again.headers.get("Vary") == first.headers.get("Vary")
    assert again.headers["ETag"] == first.headers["ETag"]
    check_headers(again)
    assert client.get(path, headers=headers | {"If-None-Match": '"other"'}).status_code == 200
    assert client.get(path, headers=headers | {"If-None-Match": f'"x", {first.headers["ETag"]}'}).status_code == 304


def test_each_representation_has_its_own_tag(client: FlaskClient) -> None:
    tags = [client.get(f"/doc/organisation/ulb.{fmt.suffix}").headers["ETag"] for fmt in RDF]
    tags += [client.get(f"/doc/organisation/ulb.html?lang={tag}").headers["ETag"] for tag in ("fr", "nl", "de", "en")]
    assert len(set(tags)) == len(tags)
    assert not any(tag.startswith("W/") for tag in tags)


@pytest.mark.parametrize("path", [*SAMPLE, "/queries/direct-jobs.csv", "/sparql?query=ASK{}", "/doc/table/figures.csv"])
def test_head_is_get_without_the_body(path: str, client: FlaskClient) -> None:
    get, head = client.get(path), client.head(path)
    assert not head.data
    for response in (get, head):
        for measured in ("RateLimit", "Server-Timing"):  # of this very request
            response.headers.pop(measured, None)
    assert dict(head.headers) == dict(get.headers)


def test_a_fixed_page_depends_on_the_language_only(client: FlaskClient) -> None:
    always = {"Accept-Encoding", "Accept-Datetime"}
    vary = set(client.get("/doc/organisation/ulb.html").vary)
    assert vary - always == {"Accept-Language"}
    assert set(client.get("/doc/organisation/ulb.html?lang=de").vary) <= always
    vary = set(client.get("/doc/organisation/ulb?lang=de", headers=BROWSER).vary)
    assert vary - always == {"Accept", "Accept-Profile"}


# --- tables, vocabulary ---


def test_a_row_is_found_in_its_table(client: FlaskClient, release: Release) -> None:
    """RFC 7111: row 1 is the header."""
    quads = release.quads(f"{release.base}id/organisation/ulb")
    rows = [q.object.value for q in quads if q.predicate.value == "http://purl.org/dc/terms/source"]  # type: ignore[union-attr]
    url, _, number = rows[0].partition("#row=")
    response = client.get("/" + url.removeprefix(release.base))
    assert response.content_type == "text/csv; charset=utf-8"
    assert response.text.splitlines()[int(number) - 1].startswith("ulb,")


@pytest.mark.parametrize("fmt", RDF, ids=lambda fmt: fmt.suffix)
def test_the_ontology_holds_its_terms(fmt: Format, client: FlaskClient, release: Release) -> None:
    response = client.get(f"/ns/atmpgraph.{fmt.suffix}")
    graph = _graph(response.data, response.content_type)
    subjects = {triple.subject.value for triple in graph}  # type: ignore[union-attr]
    assert {f"https://w3id.org/atmpgraph/ns#{term}" for term in ("Partnership", "leads", "statedAs")} <= subjects


def test_the_anchors_of_the_ontology_are_on_its_page(client: FlaskClient) -> None:
    ids = {
        a["id"] for _, a in check_page(client.get("/ns/atmpgraph?lang=en", headers=BROWSER), "en").elements if "id" in a
    }
    assert {"Partnership", "leads", "statedAs"} <= ids


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/doc/organisation/uclouvain?lang=fr", "UCLouvain dans Monitoring with AI"),  # a participation
        ("/doc/funding/exofasttrack-grant?lang=fr", "€"),  # an amount
    ],
)
def test_what_has_no_name_is_called_by_what_it_is(path: str, words: str, client: FlaskClient) -> None:
    page = client.get(path, headers=BROWSER).text
    assert words in page
    assert not re.search(r">(participation|membership|amount|coverage)/", page)


@pytest.mark.parametrize("encoded", [False, True])
def test_a_name_that_ends_like_a_suffix_is_read_as_a_whole_first(tmp_path: Path, *, encoded: bool) -> None:
    stated = named("x", "the stem") | named("x.ttl", "the whole") | named("a", "another")
    stated |= named("é%20e.nt", "with a blank") if encoded else set()
    publish(tmp_path, stated, "2026-01-01T10:00:00Z", store=True)
    client = create_app(trial(tmp_path)).test_client()

    def answer(name: str) -> tuple[int, str | None, str]:
        response = client.get(f"/doc/thing/{name}", headers={"Accept": "application/n-triples"})
        names = ("the stem", "the whole", "another", "with a blank")
        return response.status_code, response.mimetype, " ".join(name for name in names if name in response.text)

    assert answer("x") == (200, "application/n-triples", "the stem")
    assert answer("x.ttl") == (200, "application/n-triples", "the whole")
    assert answer("x.ttl.ttl") == (200, "text/turtle", "the whole")
    assert answer("x.rdf") == (200, "application/rdf+xml", "the stem")
    assert answer("a.ttl") == (200, "text/turtle", "another")
    assert answer("a.nt") == (200, "application/n-triples", "another")
    for written in ("é%20e.nt", "%C3%A9%20e.nt", "é%20e%2Ent"):
        assert answer(written) == (
            (200, "application/n-triples", "with a blank") if encoded else (404, *answer("b")[1:])
        )
    assert answer("b.ttl")[0] == 404

    publish(tmp_path, named("x", "the stem") | named("a", "another"), "2026-01-02T10:00:00Z", store=True)
    assert answer("x.ttl")[0] == 410
    assert answer("x.nt") == (200, "application/n-triples", "the stem")
    assert answer("a.ttl") == (200, "text/turtle", "another")

"""Profiles, forms, links and signposts of documents: RFC 8288, RFC 9264, W3C connegp, FAIR Signposting levels 1 and 2."""

import csv
import io
import json
import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from werkzeug.http import parse_list_header
from werkzeug.test import TestResponse

from atmpgraph.addresses import served_path
from atmpgraph.formats import DOCUMENTS
from atmpgraph.rdf.jsonld import EXPANDED, FORMS, FRAMED
from atmpgraph.release.release import Release
from atmpgraph.settings import Settings
from atmpgraph.web import create_app

from ..conftest import changed
from .rules import BROWSER, check_headers, check_page
from .test_documents import SAMPLE

ENGINES = {fmt.media_type: fmt.engine for fmt in DOCUMENTS if isinstance(fmt.engine, ox.RdfFormat)}
ALTR = "http://www.w3.org/ns/dx/connegp/altr#"
EURIO = "http://data.europa.eu/s66#"
KINDS = [
    *(path for path in SAMPLE if path != "/"),  # whose page is about the partnership, and whose data are the catalogue
    "/doc/event/federal-call",
    "/doc/place/namur",
    "/doc/funding/maidam-grant",
    "/doc/person/willy-borsus",
]
_LINK = re.compile(r'<([^>]*)>((?:; [a-z]+="(?:[^"\\]|\\.)*")*)(?:, |$)')
_ATTRIBUTE = re.compile(r'; ([a-z]+)="((?:[^"\\]|\\.)*)"')


def links(response: TestResponse) -> list[dict[str, str]]:
    """The links of a response; the whole field must match the grammar."""
    field = response.headers["Link"]
    found = [{"href": m[1]} | dict(_ATTRIBUTE.findall(m[2])) for m in _LINK.finditer(field)]
    assert sum(len(m[0]) for m in _LINK.finditer(field)) == len(field)
    return found


def by_rel(response: TestResponse, rel: str) -> list[dict[str, str]]:
    """The links of one relation."""
    return [link for link in links(response) if link["rel"] == rel and "anchor" not in link]


def graph(response: TestResponse) -> set[ox.Triple]:
    """The triples of a response, read by its own Content-Type."""
    if response.mimetype == "text/html":
        block = re.findall(r'<script type="application/ld\+json">(.*?)</script>', response.text, re.DOTALL)
        assert len(block) in {1, 2}, "the graph, and what search engines read"
        return {quad.triple for quad in ox.parse(block[0], format=ox.RdfFormat.JSON_LD)}
    if response.mimetype == "text/csv":
        rows = csv.DictReader(io.StringIO(response.text, newline=""))
        return {ox.Triple(ox.NamedNode(r["subject"]), ox.NamedNode(r["property"]), _term(r)) for r in rows}
    return {quad.triple for quad in ox.parse(response.data, format=ENGINES[str(response.mimetype)])}


def _term(row: dict[str, str]) -> ox.NamedNode | ox.Literal:
    if row["type"] == "iri":
        return ox.NamedNode(row["value"])
    if row["language"]:
        return ox.Literal(row["value"], language=row["language"])
    return ox.Literal(
        row["value"], datatype=ox.NamedNode(row["type"].replace("xsd:", "http://www.w3.org/2001/XMLSchema#"))
    )


def every(client: FlaskClient, path: str) -> list[tuple[str, str, str]]:
    """All representations that the link set of a document names: URL, media type, profile."""
    response = client.get(path)
    address = by_rel(response, "linkset")[0]
    assert address["type"] == "application/linkset+json"
    found = client.get(urljoin(path, address["href"]))
    assert found.content_type == "application/linkset+json"
    assert found.json is not None
    return [(link["href"], link["type"], link["profile"][0]) for link in found.json["linkset"][0]["alternate"]]


@pytest.mark.parametrize("path", KINDS)
def test_every_listed_representation_is_delivered_as_listed(path: str, client: FlaskClient, release: Release) -> None:
    graphs: dict[str, list[set[ox.Triple]]] = {}
    embedded: dict[str, set[ox.Triple]] = {}
    for url, media_type, profile in every(client, path):
        assert url.startswith(release.base)
        response = client.get("/" + url.removeprefix(release.base))
        assert response.status_code == 200, url
        assert response.mimetype == media_type
        assert response.headers["Content-Profile"] == f"<{profile}>"
        assert by_rel(response, "profile")[0]["href"] == profile
        check_headers(response)
        if path == "/ns/atmpgraph" and media_type == "text/html":
            embedded[profile] = graph(response)  # what the ontology says of itself, without its terms
        else:
            graphs.setdefault(profile, []).append(graph(response))
    assert len(graphs) >= 1
    assert all(some and some < graphs[profile][0] for profile, some in embedded.items() if profile in graphs)
    for profile, found in graphs.items():
        assert found[0], profile
        assert all(one == found[0] for one in found), profile
        assert not any(isinstance(term, ox.BlankNode) for triple in found[0] for term in triple)


@pytest.mark.parametrize("path", KINDS)
def test_the_links_of_a_document_are_those_of_its_link_set(path: str, client: FlaskClient, release: Release) -> None:
    """RFC 9264 §4; Signposting level 2 says no less than level 1."""
    response = client.get(path)
    assert len(response.headers["Link"]) <= 2500
    name = by_rel(response, "linkset")[0]["href"]
    whole = client.get(urljoin(path, name)).json
    assert whole is not None
    first = whole["linkset"][0]
    for link in links(response):
        if "anchor" not in link and link["rel"] not in {"profile", "describes"}:
            # Level 1 is where the server stands, level 2 under the base; of `/` the one is by query, the other too.
            absolute = link["href"] if "://" in link["href"] else release.base + link["href"].removeprefix("/")
            for relation in link["rel"].split():
                assert absolute in [found["href"] for found in first[relation]], link
    for context in whole["linkset"][1:]:
        if context["anchor"].startswith(release.base) and context["anchor"] != "https://w3id.org/atmpgraph/ns":
            assert context["describes"][0]["href"] == first["anchor"]


def test_signposts_of_a_thing(client: FlaskClient, release: Release) -> None:
    base = release.base
    for headers in (BROWSER, {"Accept": "text/turtle"}):
        response = client.get("/doc/organisation/uclouvain", headers=headers)
        assert [link["href"] for link in by_rel(response, "cite-as")] == [f"{base}id/organisation/uclouvain"]
        types = {link["href"] for link in by_rel(response, "type")}
        assert types >= {"https://schema.org/AboutPage", "https://schema.org/CollegeOrUniversity"}
        assert len(by_rel(response, "license")) == 1
        assert {link["type"] for link in by_rel(response, "describedby")} == {"text/turtle", "application/ld+json"}
        assert [link["href"] for link in by_rel(response, "canonical")] == [f"{base}doc/organisation/uclouvain"]
    back = by_rel(client.get("/doc/organisation/uclouvain.ttl"), "describes")
    assert back == [{"href": "/doc/organisation/uclouvain", "rel": "describes", "type": "text/html"}]


def test_wholes_parts_and_authors(client: FlaskClient, release: Release) -> None:
    base = release.base
    assert by_rel(client.get("/doc/workpackage/maidam"), "collection")[0]["href"] == f"{base}id/partnership/pit-atmp"
    whole = client.get("/doc/dataset/figures.linkset.json").json
    assert whole is not None
    assert len(whole["linkset"][0]["item"]) > 40
    assert by_rel(client.get("/auth/confidence"), "item")[0]["href"] == f"{base}auth/confidence/high"
    quoted = by_rel(client.get("/doc/funding/maidam-grant"), "author")
    assert quoted[0]["href"] == f"{base}id/organisation/gouvernement-wallon"


def test_cite_as_leads_to_the_page_that_gives_it(client: FlaskClient, release: Release) -> None:
    for path in KINDS[1:]:
        target = by_rel(client.get(path, headers=BROWSER), "cite-as")[0]["href"]
        response = client.get(f"/{served_path(release.base, target)}", headers=BROWSER, follow_redirects=True)
        assert response.request.path == path


# --- profiles ---


@pytest.mark.parametrize(
    ("query", "headers", "profile"),
    [
        ("", {}, "https://w3id.org/atmpgraph/ns"),
        ("", {"Accept-Profile": "<https://schema.org/>"}, "https://schema.org/"),
        ("", {"Accept-Profile": f"<{EURIO}>;q=0.9, <https://schema.org/>;q=0.1"}, EURIO),
        ("", {"Accept-Profile": "<urn:unknown>"}, "https://w3id.org/atmpgraph/ns"),
        ("?_profile=schema", {"Accept-Profile": f"<{EURIO}>"}, "https://schema.org/"),  # the URL is no negotiation
        ("?_profile=https://schema.org/", {}, "https://schema.org/"),
        ("?_profile=eurio", {}, EURIO),
        ("?_profile=alt", {}, "http://www.w3.org/ns/dx/connegp/altr"),
        ("?_profile=all", {}, "http://www.w3.org/ns/dx/connegp/altr"),
        # schema.org has no page: who accepts pages only gets one in our own model
        ("", {"Accept": "text/html", "Accept-Profile": "<https://schema.org/>"}, "https://w3id.org/atmpgraph/ns"),
    ],
)
def test_profile_negotiation(query: str, headers: dict[str, str], profile: str, client: FlaskClient) -> None:
    response = client.get(f"/doc/organisation/uclouvain{query}", headers=headers)
    assert response.status_code == 200
    assert response.headers["Content-Profile"] == f"<{profile}>"
    assert ("Accept-Profile" in response.vary) is (not query)
    tokens = {link["token"]: link["anchor"] for link in links(response) if "token" in link}
    assert tokens.get("model") == "https://w3id.org/atmpgraph/ns"


def test_a_profile_is_offered_only_where_it_is_delivered(client: FlaskClient) -> None:
    assert client.get("/doc/workpackage/maidam?_profile=eurio").status_code == 404
    assert client.get("/doc/organisation/ulb?_profile=nothing").status_code == 404
    assert client.get("/doc/organisation/ulb.html?_profile=schema").status_code == 404
    assert client.get("/doc/organisation/ulb.csv?_profile=schema").status_code == 404
    assert client.get("/doc/organisation/ulb.ttl?_profile=schema").status_code == 200
    assert client.get("/doc/organisation/ulb?_profile=schema", headers={"Accept": "text/csv"}).status_code == 406


def test_profiles_have_validators_of_their_own(client: FlaskClient) -> None:
    urls = ("", "?_profile=schema", "?_profile=eurio", "?_profile=alt")
    assert len({client.get(f"/doc/organisation/ulb{url}").headers["ETag"] for url in urls}) == len(urls)


def test_a_bound_is_never_a_value_in_schema_org(client: FlaskClient) -> None:
    """`more than 470` is a least value there, not 470."""
    found = {
        t.predicate.value: t.object.value  # type: ignore[union-attr]
        for t in graph(client.get("/doc/figure/new-direct-jobs.nt?_profile=schema"))
    }
    assert found["https://schema.org/minValue"] == "470"
    assert "https://schema.org/value" not in found


def test_eurio_uses_only_terms_of_eurio(client: FlaskClient, release: Release) -> None:
    """And one of its disjoint classes."""
    for thing in ("organisation/gouvernement-wallon", "partnership/pit-atmp", "funding/maidam-grant",
                  "membership/biowin--pit-atmp--coordinator"):  # fmt: skip
        found = graph(client.get(f"/doc/{thing}.ttl?_profile=eurio"))
        classes = [t.object.value for t in found if t.predicate.value.endswith("#type") and thing in str(t.subject)]  # type: ignore[union-attr]
        assert len(classes) == 1, thing
        for triple in found:
            assert triple.predicate.value.startswith(
                (EURIO, "http://www.w3.org/1999/02/22-", "http://www.w3.org/2002/07/owl#sameAs")
            )


# --- the list of representations ---


@pytest.mark.parametrize("path", ["/doc/organisation/uclouvain", "/ns/atmpgraph", "/"])
def test_the_alternates_list_what_the_link_set_lists(path: str, client: FlaskClient) -> None:
    listed = {url for url, _, _ in every(client, path)}
    found = graph(client.get(f"{path}?_profile=alt"))
    stated = {t.object.value for t in found if t.predicate.value == ALTR + "hasRepresentation"}  # type: ignore[union-attr]
    assert listed <= stated
    assert stated - listed == {url for url in stated if "_profile=alt" in url}
    for language in ("fr", "nl", "de", "en"):
        page = check_page(client.get(f"{path}?_profile=alt&lang={language}", headers=BROWSER), language)
        linked = {urlsplit(urljoin(path, str(a["href"]))) for a in page.all("a")}
        assert {(urlsplit(url).query) for url in stated} <= {url.query for url in linked}
        for url in linked:
            if "_profile=alt" in url.query and url.netloc == "":
                assert client.get(f"{url.path}?{url.query}").status_code == 200


# --- media types by query ---


@pytest.mark.parametrize(
    ("query", "mimetype"),
    [
        ("_mediatype=text/turtle", "text/turtle"),
        ("_mediatype=text%2Fturtle", "text/turtle"),
        ("_mediatype=application/ld%2Bjson", "application/ld+json"),
        ("_mediatype=application/ld+json", "application/ld+json"),
        ("_mediatype=text/csv", "text/csv"),
        ("_mediatype=application/linkset+json", "application/linkset+json"),
        ("_profile=schema&_mediatype=application/rdf%2Bxml", "application/rdf+xml"),
        ("_mediatype=image/png", None),
        ("_mediatype=text/html&_profile=schema", None),
    ],
)
@pytest.mark.parametrize("path", ["/doc/organisation/ulb", "/doc/partnership/pit-atmp"])
def test_media_type_by_query(query: str, mimetype: str | None, path: str, client: FlaskClient) -> None:
    response = client.get(f"{path}?{query}", headers={"Accept": "application/n-quads"})
    assert response.status_code == (200 if mimetype else 406)
    if mimetype:
        assert response.mimetype == mimetype
        assert "Accept" not in response.vary


# --- where the representation stands ---


@pytest.mark.parametrize("accept", ["text/turtle", "text/html", "application/ld+json", "text/csv",
                                    f'application/ld+json;profile="{FRAMED}"'])  # fmt: skip
@pytest.mark.parametrize(
    "path", ["/", "/doc/organisation/ulb", "/doc/organisation/ulb?_profile=model", "/ns/atmpgraph"]
)
def test_content_location_is_the_same_representation(path: str, accept: str, client: FlaskClient) -> None:
    """RFC 9110 §8.7: a GET there gives what was sent here."""
    response = client.get(path, headers={"Accept": accept, "Accept-Language": "de"})
    location = response.headers["Content-Location"]
    there = client.get(location, headers={"Accept": "application/n-quads", "Accept-Language": "nl"})
    assert there.status_code == 200
    assert there.content_type == response.content_type
    assert {field.lower() for field in there.vary} <= {"accept-encoding", "accept-datetime"}
    if accept != "text/html":
        assert there.data == response.data
        assert there.headers["ETag"] == response.headers["ETag"]
    else:
        assert there.headers["Content-Language"] == "de"


def test_links_work_under_a_sub_path(client: FlaskClient) -> None:
    response = client.get("/doc/organisation/ulb", environ_overrides={"SCRIPT_NAME": "/lod"})
    assert response.headers["Content-Location"] == "/lod/doc/organisation/ulb.ttl"
    for link in links(response):
        assert link["href"].startswith(("/lod/doc/organisation/ulb", "/lod/timemap/", "https://", "http://")), link
    assert "localhost" not in response.headers["Link"]


def test_the_suffix_survives_the_303(client: FlaskClient) -> None:
    for suffix in ("ttl", "jsonld", "csv", "html", "linkset.json"):
        for query in ("", "?_profile=model"):
            response = client.get(f"/id/organisation/ulb.{suffix}{query}")
            assert response.status_code == 303
            assert response.headers["Location"] == f"/doc/organisation/ulb.{suffix}{query}"
            assert client.get(response.headers["Location"]).status_code == 200


# --- JSON-LD ---


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("path", KINDS)
def test_every_form_of_json_ld_is_the_same_graph(form: str, path: str, client: FlaskClient) -> None:
    response = client.get(path, headers={"Accept": f'application/ld+json;profile="{form}"'})
    assert response.content_type == f'application/ld+json;profile="{form}"'
    assert graph(response) == graph(client.get(path, headers={"Accept": "application/n-triples"}))
    body: Any = response.json
    if form == EXPANDED:
        assert isinstance(body, list)
    elif form == FRAMED:
        assert "@graph" not in body
        assert body["id"]
    else:
        assert set(body) == {"@context", "@graph"}


def test_the_context_is_served_and_reads_our_documents(client: FlaskClient) -> None:
    response = client.get("/ns/context.jsonld")
    assert response.content_type == "application/ld+json"
    assert response.json is not None
    whole = response.json["@context"]
    document = client.get("/doc/figure/new-direct-jobs.jsonld")
    body: Any = document.json
    assert all(whole[term] == definition for term, definition in body["@context"].items())
    body["@context"] = whole
    other = {q.triple for q in ox.parse(json.dumps(body), format=ox.RdfFormat.JSON_LD)}
    assert other == graph(document)


def test_a_version_of_the_context_never_changes(client: FlaskClient) -> None:
    """A document that names it is read with what it was written for; an earlier version leads to today's, which has more."""
    today = client.get("/ns/context.jsonld")
    url = today.headers["Link"].partition("<")[2].partition(">")[0]
    version = client.get(url.replace("http://localhost", ""))
    assert version.data == today.data
    assert "immutable" in version.headers["Cache-Control"]
    assert "immutable" not in today.headers["Cache-Control"]
    earlier = client.get("/ns/context/0123456789abcdef.jsonld")
    assert earlier.status_code == 307
    assert earlier.location.endswith("/ns/context.jsonld")
    assert client.get("/ns/context/newest.jsonld").status_code == 404


def test_a_data_block_cannot_end_its_element(released: Settings) -> None:
    page = create_app(released).test_client().get("/doc/source/press-release-2024-01-17", headers=BROWSER).text
    block = page.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    assert not set(block) & set("<>&")
    json.loads(block)


def test_the_link_field_is_cut_by_its_setting_at_whole_links(released: Settings) -> None:
    few = changed(released, limits={"link_field_characters": 500})
    response = create_app(few).test_client().get("/doc/dataset/figures")
    assert len(response.headers["Link"]) <= 500
    assert by_rel(response, "linkset")
    assert parse_list_header(response.headers["Link"])


@pytest.mark.parametrize(
    ("url", "media_type"),
    [
        ("/catalogue?format=rdf", "application/rdf+xml"),
        ("/catalogue?format=JSON-LD", "application/ld+json"),
        ("/catalogue?format=bib", "application/x-bibtex"),
        ("/doc/dataset/figures?format=datacite.json", "application/vnd.datacite.datacite+json"),
        (
            "/doc/dataset/figures?output=application/vnd.datacite.datacite%2Bjson",
            "application/vnd.datacite.datacite+json",
        ),
        ("/doc/organisation/ulb?format=linkset.json", "application/linkset+json"),
        ("/doc/organisation/ulb?format=CSL.json", "application/vnd.citationstyles.csl+json"),
        ("/doc/organisation/ulb?output=application/x-bibtex", "application/x-bibtex"),
        ("/charts/claims?format=svg", "image/svg+xml"),
        ("/doc/organisation/ulb?format=ttl", "text/turtle"),
        ("/doc/organisation/ulb?output=application/rdf%2Bxml", "application/rdf+xml"),
        ("/partners?format=csv", "text/csv"),
        ("/search?q=ulb&format=json", "application/json"),
        ("/linksets/ror?format=csv", "text/csv"),
        ("/doc/organisation/ulb.nt?format=ttl", "application/n-triples"),
    ],
)
def test_a_link_may_name_the_format_of_anything(url: str, media_type: str, client: FlaskClient) -> None:
    """It goes before Accept; the suffix of a URL goes before it."""
    answer = client.get(url, headers=BROWSER)
    assert (answer.status_code, answer.mimetype) == (200, media_type)


@pytest.mark.parametrize(("name", "status"), [("Excel97", 400), ("xlsx", 400), ("tsv", 406)])
@pytest.mark.parametrize("path", ["/catalogue", "/doc/organisation/ulb"])
def test_no_other_format_stands_in_for_the_named_one(path: str, name: str, status: int, client: FlaskClient) -> None:
    assert client.get(f"{path}?format={name}", headers=BROWSER).status_code == status


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/api?format=ttl", 406),
        ("/api?format=nope", 400),
        ("/api?format=html", 200),
        ("/reconcile/suggest/entity?prefix=ulb&format=csv", 406),
        ("/reconcile/suggest/entity?prefix=ulb&output=application/json", 200),
        ("/openapi.json?format=ttl", 200),
        ("/feed.atom?format=ttl", 200),
    ],
)
def test_nor_for_the_only_one(url: str, status: int, client: FlaskClient) -> None:
    """Unless the address ends with its suffix."""
    assert client.get(url).status_code == status


@pytest.mark.parametrize("name", ["nonsense", "text", "a/b/c", "image/png"])
def test_no_other_format_stands_in_for_a_media_type_of_the_url(name: str, client: FlaskClient) -> None:
    assert client.get(f"/doc/organisation/ulb?_mediatype={name}", headers=BROWSER).status_code == 406

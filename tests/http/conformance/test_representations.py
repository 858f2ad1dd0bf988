"""Every resource, read by its own Content-Type; every format the same graph; negotiated exactly where it says so."""

import json
import os
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest

from atmpgraph.addresses import Addresses
from atmpgraph.http.negotiate import parse_accept
from atmpgraph.release.release import Release

from ...conftest import shared
from .asking import at, get
from .links import links
from .reading import RDF, content, graph, local, problem, read
from .sampling import one_format_each
from .tables import (
    ASK,
    BROWSER,
    CONSTRUCT,
    DOCUMENTS,
    GRAPHS,
    HTML,
    KINDS,
    RESOURCES,
    SELECT,
    SOME,
    Resource,
)
from .targets import Target

IN_MEMORY = 1 << 18
# Whichever engine holds the statements, the formats are written from them by the same code.
_RESOURCES = one_format_each(RESOURCES) if os.environ.get("ENGINE") else RESOURCES
resources = pytest.mark.parametrize("resource", _RESOURCES, ids=lambda resource: resource.path)


# --- the tables are complete ---


def test_every_kind_of_thing_is_in_the_tables(served: Release) -> None:
    kinds = set()
    lines = [
        line for name in ("data.nq", "catalogue.nq") for line in (served.path / name).read_text("utf-8").splitlines()
    ]
    for line in lines:
        path = Addresses(served.base).served(line[1 : line.index(">")]).removeprefix(served.base).partition("#")[0]
        if path.startswith(("id/", "ns/", "auth/")):
            kinds.add("/".join(path.split("/")[:2]))
    assert kinds == set(KINDS)


# --- RFC 9110 §8.3, §12 ---


@resources
def test_each_representation_is_what_it_says(resource: Resource, target: Target, served: Release) -> None:
    path, longest = at(resource.path, served), 0
    for accept in (None, *resource.types):
        answer = get(target, path, accept)
        longest = max(longest, len(answer.body))
        assert answer.status == resource.status, answer
        if resource.types:
            assert answer.media_type == (accept or resource.types[0]), answer
            read(answer, target, served.base)
    # nginx holds 256 KiB in memory, the server 64 KiB; up to twice as much a resource may be called either
    assert longest > IN_MEMORY if resource.long else longest < 2 * IN_MEMORY, f"{path} has {longest} bytes"


@pytest.mark.parametrize(
    ("path", "suffix"),
    [
        ("/doc/organisation/ulb", "ttl"),
        ("/ns/atmpgraph", "html"),
        ("/auth/confidence", "nt"),
        ("/catalogue", "rdf"),
        ("/partners", "csv"),
        ("/linksets/ror", "txt"),
        ("/queries/figures", "csv"),
        ("/queries/figures", "rq"),
        ("/quality", "json"),
        ("/stream", "trig"),
        ("/ns/shapes", "nq"),
        ("/charts/partner-kinds", "svg"),
    ],
)
def test_a_suffix_goes_before_a_format_that_is_named_and_before_accept(
    path: str, suffix: str, target: Target, served: Release
) -> None:
    by_suffix = get(target, f"{path}.{suffix}")
    assert by_suffix.status == 200, by_suffix
    for other in ("format=jsonld", "output=html", "format=text/csv", "format=json&output=xml"):
        answer = get(target, f"{path}.{suffix}?{other}", "application/n-triples")
        assert (answer.status, answer.media_type) == (by_suffix.status, by_suffix.media_type), answer


@resources
def test_vary_names_exactly_what_was_heeded(resource: Resource, target: Target, served: Release) -> None:
    """RFC 9110 §12.5.5: negotiated, a page, or both; a coding may be negotiated besides."""
    answer = get(target, at(resource.path, served))
    expected = {"accept"} if resource.negotiated else set()
    expected |= {"accept-language"} if resource.languages else set()
    assert answer.members("Vary") - {"accept-encoding", "accept-profile", "accept-datetime"} == expected, answer


@pytest.mark.parametrize("path", DOCUMENTS)
def test_all_formats_of_a_document_are_one_graph(path: str, target: Target, served: Release) -> None:
    """The JSON-LD inside the page included."""
    turtle = graph(get(target, path, "text/turtle"), target, served.base)
    assert turtle
    for media_type in (*RDF, HTML):
        if media_type != "text/turtle":
            found = graph(get(target, path, media_type), target, served.base)
            if media_type == HTML and path.startswith("/ns/"):  # what an ontology says of itself, without its terms
                assert found
                assert found < turtle
                continue
            assert found == turtle, f"{path} as {media_type}: {sorted(map(str, found ^ turtle))[:4]}"


@pytest.mark.parametrize("path", [resource.path for resource in SOME])
def test_a_fixed_format_is_the_negotiated_one(path: str, target: Target, served: Release) -> None:
    """Content-Location (RFC 9110 §8.7) names it; it is not negotiated itself."""
    for suffix, media_type in {**GRAPHS, "html": HTML}.items():
        negotiated, fixed = get(target, path, media_type), get(target, f"{path}.{suffix}", "image/png")
        assert fixed.status == 200, fixed
        assert fixed.media_type == media_type
        assert content(fixed) == content(negotiated), f"{path}.{suffix}"
        assert "accept" not in fixed.members("Vary"), fixed
        location = negotiated.field("Content-Location")
        place, _, query = local(location, target, served.base).partition("?")
        assert place == f"{path}.{suffix}", negotiated
        assert bool(query) is (media_type == HTML), "a page is in one language, so its place names it"


@pytest.mark.parametrize("path", [resource.path for resource in SOME])
def test_a_page_in_each_language_says_which(path: str, target: Target) -> None:
    """RFC 9110 §8.5, §12.5.4."""
    for language in ("fr", "nl", "de", "en"):
        answer = get(target, path, BROWSER, Accept_Language=f"es, {language};q=0.5")
        assert answer.field("Content-Language") == language, answer
        assert f'<html lang="{language}"'.encode() in answer.body
        chosen = get(target, f"{path}?lang={language}", BROWSER, Accept_Language="es")
        assert chosen.field("Content-Language") == language
        assert "accept-language" not in chosen.members("Vary")


# --- 406 ---


@pytest.mark.parametrize("resource", [r for r in RESOURCES if r.negotiated], ids=lambda resource: resource.path)
@pytest.mark.parametrize("accept", ["image/png", "*/*;q=0", "text/turtle;q=0, image/*", "video/mp4, image/svg+xml"])
def test_406_lists_what_exists(accept: str, resource: Resource, target: Target, served: Release) -> None:
    answer = get(target, at(resource.path, served), accept)
    assert answer.status == 406, answer
    assert set(resource.types) <= set(problem(answer)["available"]), answer
    assert "accept" in answer.members("Vary")


# --- 303 ---


@pytest.mark.parametrize("suffix", ["", *(f".{suffix}" for suffix in (*GRAPHS, "html"))])
@pytest.mark.parametrize("query", ["", "?lang=nl"])
def test_a_thing_leads_to_its_document(suffix: str, query: str, target: Target, served: Release) -> None:
    """303 in the same fixed format; the document negotiates, so the redirection is the same for all."""
    for accept in (None, "application/ld+json", BROWSER):
        answer = get(target, f"/id/organisation/ulb{suffix}{query}", accept)
        assert answer.status == 303
        location = answer.field("Location")
        for scheme in ("http://", "https://"):
            location = location.removeprefix(scheme)
        location = location[location.index("/") :]
        assert location == f"{target.prefix}/doc/organisation/ulb{suffix}{query}"
        assert "accept" not in answer.members("Vary"), answer
    assert get(target, location.removeprefix(target.prefix)).status == 200


# --- real clients ---


def _replayed(request: dict[str, Any]) -> tuple[str, str, bytes]:
    """The method, path and body of a recorded request, put to our endpoint or a document of ours."""
    asked = request["client"] + request["path"] + request["body"]
    if "/store" in request["path"]:
        return request["method"], "/doc/organisation/ulb", b""
    words = ("CONSTRUCT", "construct", "C%4F%4E%53", "DESCRIBE")
    path = CONSTRUCT if any(word in asked for word in words) else ASK if "ask" in request["client"] else SELECT
    if request["method"] != "POST":
        return request["method"], path, b""
    query = path.partition("?")[2]
    if "sparql-query" in request["headers"].get("content-type", ""):
        return "POST", "/sparql", b"ASK {}" if path == ASK else _plain(query)
    return "POST", "/sparql", query.encode()


def _plain(query: str) -> bytes:
    return unquote_to_bytes(query.removeprefix("query="))


def test_recorded_clients_get_what_they_can_read(target: Target, served: Release) -> None:
    requests: list[dict[str, Any]] = json.loads(shared("reference/client-requests.json").read_text(encoding="utf-8"))
    assert len(requests) > 40
    for request in requests:
        method, path, body = _replayed(request)
        answer = target.ask(path, method, request["headers"], body)
        if "roqet 0.9.33 construct" in request["client"] or answer.status == 406:
            # it asks for a graph as results: nobody can serve that
            assert answer.status == 406, answer
            assert request["client"].startswith(("roqet 0.9.33 construct", "comunica 4.5.0 auto")), answer
            continue
        assert answer.status == 200, answer
        named = {f"{r.type}/{r.subtype}" for r in parse_accept(request["headers"]["accept"])}
        assert answer.media_type in named or "*/*" in named, (request["client"], answer)
        if method != "HEAD":
            read(answer, target, served.base)


# F-UJI, ckanext-dcat, browsers: `eu-practice.md` §2 and §3
@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/html, */*", HTML),
        (BROWSER, HTML),
        ("application/xml, text/xml;q=0.5", "application/xml"),
        ("application/ld+json", "application/ld+json"),
        (
            "text/turtle, application/turtle, application/x-turtle;q=0.8, application/rdf+xml, text/n3;q=0.9, "
            "text/rdf+n3;q=0.9, application/ld+json",
            "text/turtle",
        ),
        ("application/vnd.datacite.datacite+json", None),
        ("application/rdf+xml", "application/rdf+xml"),
        ("text/turtle, application/x-turtle, */*;q=0.1", "text/turtle"),
        ("application/n-quads,application/trig;q=0.95,text/html;q=0.2", "application/n-quads"),
        ("text/*", "text/turtle"),
        ("application/*;q=0.5, text/html;q=0.4", "application/ld+json"),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', "application/ld+json"),
        ("", "text/turtle"),
        ("nonsense", "text/turtle"),
    ],
)
@pytest.mark.parametrize("path", [resource.path for resource in SOME])
def test_harvesters(path: str, accept: str, media_type: str | None, target: Target, served: Release) -> None:
    answer = get(target, path, accept)
    assert answer.status == (200 if media_type else 406), answer
    assert answer.media_type == (media_type or "application/problem+json"), answer
    read(answer, target, served.base)


# --- JSON-LD 1.1 §iana: expanded, compacted, framed ---


@pytest.mark.parametrize("path", [resource.path for resource in SOME])
@pytest.mark.parametrize("form", ["expanded", "compacted", "framed"])
def test_json_ld_in_the_form_asked_for(form: str, path: str, target: Target, served: Release) -> None:
    accept = f'application/ld+json;profile="http://www.w3.org/ns/json-ld#{form}"'
    answer = get(target, path, accept)
    assert answer.status == 200, answer
    assert answer.media_type == "application/ld+json"
    assert f"json-ld#{form}" in answer.field("Content-Type"), answer
    document = json.loads(answer.body)
    if form == "expanded":
        assert isinstance(document, list)
        assert "@context" not in answer.body.decode()
    else:
        assert document["@context"]
    if form == "framed":
        assert "@graph" not in document, "framed by entity: the topic is the root"
    assert graph(answer, target, served.base) == graph(get(target, path, "text/turtle"), target, served.base)


# --- Turtle that people like ---


@pytest.mark.parametrize("path", DOCUMENTS)
def test_turtle_begins_with_prefixes_and_is_the_same_each_time(path: str, target: Target) -> None:
    first, second = get(target, path, "text/turtle"), get(target, path, "text/turtle")
    assert first.body == second.body
    text = first.body.decode()
    assert text.startswith("@prefix ")
    assert "^^xsd:integer" not in text
    assert "^^xsd:boolean" not in text
    assert "^^<http" not in text


# --- round trip ---


def test_links_of_a_document_are_parsed(target: Target) -> None:
    """The reader of Link fields itself (RFC 8288 §3)."""
    found = links('<a>; rel="x y"; type="t/u", </b?c=d,e>;rel=z;title="a, \\"b\\"; c"')
    assert [(link.href, set(link.relations), link.parameters) for link in found] == [
        ("a", {"x", "y"}, {"type": "t/u"}),
        ("/b?c=d,e", {"z"}, {"title": 'a, "b"; c'}),
    ]

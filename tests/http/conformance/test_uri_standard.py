"""The Belgian URI standard 1.00 (ICEG, 2020-02-11): its rules and its checklist, over every IRI of the release."""

import re
from urllib.parse import quote, urlsplit

import pytest

from atmpgraph.release.release import Release

from .asking import get
from .reading import graph, local
from .tables import BROWSER, HTML, ODD, RAW
from .targets import InProcess, Target

TYPES = ("id", "doc", "ns", "auth")


@pytest.fixture(scope="module")
def iris(served: Release) -> list[str]:
    """Every IRI of ours that the release speaks of, as subject, predicate, object or graph."""
    text = (served.path / "data.nq").read_text(encoding="utf-8")
    found = set(re.findall(r"<([^<>\"\s]*)>", re.sub(r'"(?:[^"\\]|\\.)*"', '""', text)))
    return sorted(iri for iri in found if iri.startswith(served.base))


def _parts(iri: str, base: str) -> list[str]:
    return iri.removeprefix(base).partition("#")[0].split("/")


def test_rule_1_https(iris: list[str]) -> None:
    """Rule 1.1: HTTPS is the recommended scheme."""
    assert all(urlsplit(iri).scheme == "https" for iri in iris)


def test_rule_2_the_pattern(iris: list[str], served: Release) -> None:
    """{domain}/{type}/{concept}(/{reference})*(#{fragment})?, with no empty part and no query (Odd names apart)."""
    for iri in iris:
        parts = _parts(iri, served.base)
        assert len(parts) >= 2, iri
        assert "?" not in iri
        if parts[1] != "odd":
            assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._~-]*", part) for part in parts), iri


def test_rule_3_no_time_in_the_domain(served: Release) -> None:
    """The domain is independent of organisation, product, brand and time; time is what a program can see."""
    assert not re.search(r"(?:19|20)\d\d", served.base)
    assert not re.search(r"localhost|127\.0\.0\.1|:\d", served.base)


def test_rule_4_the_types(iris: list[str], served: Release) -> None:
    """At least id, doc, ns and auth, one strict classification."""
    assert {_parts(iri, served.base)[0] for iri in iris} == set(TYPES)


def test_rule_6_concepts_repeat_no_word_of_domain_or_type(iris: list[str], served: Release) -> None:
    """No literal overlap of the concept with the terms of domain and type."""
    domain = set(re.split(r"[./]", urlsplit(served.base).netloc))
    for iri in iris:
        concept = _parts(iri, served.base)[1]
        assert concept not in {*TYPES, *domain}, iri


def test_fragments_only_in_ns(iris: list[str], served: Release) -> None:
    """Checklist, Reference: except in `ns`, no fragment identifiers. RFC 7111 rows of a CSV are places in a document."""
    for iri in iris:
        if "#" in iri and "/doc/table/" not in iri:
            assert _parts(iri, served.base)[0] == "ns", iri


def test_no_file_extension_and_no_version_of_the_software(iris: list[str], served: Release) -> None:
    """ISA's ten rules: no file extensions, no query strings in identifiers of things."""
    for iri in iris:
        parts = _parts(iri, served.base)
        if parts[0] == "id" and parts[1] != "odd":
            assert not re.search(r"\.(?:html?|ttl|rdf|jsonld|php|csv|nt|xml|json)$", iri), iri


def test_rule_2_4_every_name_is_one_resource(iris: list[str], served: Release) -> None:
    """No two IRIs that differ only in case, in a final slash or in how they are encoded (Odd names apart)."""
    seen: dict[str, str] = {}
    for iri in iris:
        if "/id/odd/" not in iri and "#" not in iri:
            folded = iri.rstrip("/").casefold()
            assert seen.setdefault(folded, iri) == iri


def test_rule_5_every_identifier_dereferences(iris: list[str], in_process: InProcess, served: Release) -> None:
    """id → 303 → doc; doc, ns and auth give the document; machines and people alike."""
    for iri in iris:
        answer = get(in_process, local(iri, in_process, served.base))
        parts = _parts(iri, served.base)
        if iri.endswith(RAW):
            continue
        if answer.status == 410:  # it gave way, and names what to
            assert "successor-version" in answer.field("Link"), iri
            continue
        if parts == ["id", "catalogue"]:  # it is the document with its datasets
            assert urlsplit(answer.field("Location")).path == "/catalogue", answer
            continue
        if parts[0] == "id":
            assert answer.status == 303, (iri, answer)
            location = urlsplit(answer.field("Location")).path
            assert location.startswith("/doc/"), answer
            answer = get(in_process, location, "application/n-triples")
            if parts[1] != "odd":
                assert location == f"/doc/{'/'.join(parts[1:])}"
            assert f"<{iri}>".encode() in answer.body, iri
        assert answer.status == 200, (iri, answer)


@pytest.mark.parametrize("kind", ["id/organisation/ulb", "ns/atmpgraph", "auth/value-chain-stage"])
def test_rule_5_by_content_negotiation(kind: str, target: Target, served: Release) -> None:
    """If several representations exist, content negotiation returns the most appropriate."""
    for accept, media_type in ((BROWSER, HTML), ("application/rdf+xml", "application/rdf+xml"), ("text/turtle",) * 2):
        answer = get(target, f"/{kind}", accept)
        if kind.startswith("id/"):
            assert answer.status == 303
            answer = get(target, local(urlsplit(answer.field("Location")).path, target, served.base), accept)
        assert (answer.status, answer.media_type) == (200, media_type), answer


# --- every IRI round-trips to its URL and back ---


@pytest.mark.parametrize("name", ODD)
def test_an_odd_name_leads_to_its_document_and_back(name: str, target: Target, served: Release) -> None:
    """RFC 3987 §3.1: the URL of an IRI is its UTF-8, percent-encoded; nothing is decoded, tidied or folded twice."""
    iri = f"{served.base}id/odd/{name}"
    answer = get(target, local(iri, target, served.base))
    assert answer.status == 303, answer
    location = answer.field("Location")
    assert location.isascii(), location
    document = location[location.index("/doc/") :]
    turtle = get(target, document, "application/n-triples")
    assert turtle.status == 200, turtle
    assert f"<{iri}>".encode() in turtle.body, turtle
    assert f"<{served.base}doc/odd/{name}>".encode() in turtle.body, turtle
    assert graph(get(target, document, "application/ld+json"), target, served.base) == graph(
        turtle, target, served.base
    )
    page = get(target, document, BROWSER)
    assert page.status == 200
    assert page.media_type == HTML


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("suffix", ["ttl", "jsonld", "html"])
def test_an_odd_name_with_a_suffix(name: str, suffix: str, target: Target, served: Release) -> None:
    answer = get(target, f"/id/odd/{quote(name, safe='/%')}.{suffix}")
    assert answer.status == 303, answer
    location = answer.field("Location")
    answer = get(target, location[location.index("/doc/") :])
    assert answer.status == 200, answer
    assert f"/id/odd/{name}" in answer.body.decode().replace("&#39;", "'").replace("&amp;", "&").replace("\\", "")


def test_names_are_not_folded(target: Target) -> None:
    """Another case, another slash or another encoding of a reserved character is another name."""
    for path in ("/id/odd/CASE", "/id/odd/slash", "/id/odd/case/", "/id/odd/a+b", "/id/odd/plus%20sign", "/id/odd/A.B"):
        assert get(target, path).status == 404, path
    # but an unreserved character is the same encoded or not (RFC 3986 §6.2.2.2), and hexadecimal digits have no case
    for path in ("/id/odd/c%61se", "/id/odd/caf%c3%a9", "/id/odd/a%20b"):
        assert get(target, path).status == 303, path


@pytest.mark.parametrize("name", ["REQUEST_URI", "RAW_URI"])
def test_an_encoded_slash_where_the_server_tells_the_raw_target(
    name: str, served: Release, in_process: InProcess
) -> None:
    """`%2F` is no slash (RFC 3986 §2.2): a server that passes the raw target lets it be found."""
    telling = InProcess(in_process.app, environ={name: f"/doc/odd/{RAW}"})
    answer = get(telling, f"/doc/odd/{RAW}", "application/n-triples")
    assert answer.status == 200, answer
    assert f"<{served.base}id/odd/{RAW}>".encode() in answer.body

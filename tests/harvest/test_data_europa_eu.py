"""data.europa.eu harvests the publication: hashes that move with their datasets only, links that answer, SPARQL."""

import hashlib
import re
from datetime import date, datetime
from itertools import product
from urllib.parse import urlencode

import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import DCTERMS

from ..long import LONG
from .conftest import BASE, Site, manifest_files
from .graphs import DCAT, PARSERS, SPDX, about, modified, one, parse, things
from .portals import EUROPA, addresses, construct, dates, hashed, hashes, in_steps, tried
from .web import Web

SUFFIXES = {
    "ttl": "text/turtle",
    "rdf": "application/rdf+xml",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
} | {
    "trig": "application/trig",
    "nq": "application/n-quads",
}
KINDS = (DCAT.Dataset, DCAT.CatalogRecord)


def catalogue(site: Site) -> Graph:
    answer = site.web().ask(f"{BASE}catalogue", EUROPA | {"Accept": "application/rdf+xml"})
    assert answer.status == 200
    return parse(answer.body, answer.media_type)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_representation_has_the_same_entries(suffix: str, site: Site) -> None:
    site.live(1)
    assert set(SUFFIXES.values()) == set(PARSERS)
    expected = hashed(catalogue(site))
    assert hashes(site.web(), f"{BASE}catalogue.{suffix}") == expected
    assert hashes(site.web(), f"{BASE}catalogue", SUFFIXES[suffix]) == expected
    assert hashes(site.web(), BASE, SUFFIXES[suffix]) == expected


@pytest.mark.parametrize(
    ("by", "accept"),
    (
        product(
            ("If-None-Match", "If-Modified-Since", ""), ("application/rdf+xml", "application/ld+json", "text/turtle")
        )
        if LONG
        else (
            ("If-None-Match", "application/rdf+xml"),
            ("If-Modified-Since", "application/ld+json"),
            ("", "text/turtle"),
        )
    ),
)
def test_a_hash_moves_with_its_entry(by: str, accept: str, site: Site) -> None:
    """Also for a portal that keeps nothing and reads all each day."""
    site.live(1)
    web = site.web(by)
    first = hashes(web, f"{BASE}catalogue", accept)
    assert hashes(web, f"{BASE}catalogue", accept) == first
    assert set(web.read.values()) == {304 if by else 200}
    dated = catalogue(site)
    site.live(2)
    second, graph = hashes(web, f"{BASE}catalogue", accept), catalogue(site)
    assert second.keys() == first.keys()
    moved = {thing.removeprefix(f"{BASE}id/") for thing in first if first[thing] != second[thing]}
    assert moved == {"dataset/partnership", "dataset/figures", "dataset/graph-newspaper"}
    for thing in things(graph, DCAT.Dataset):
        other = one(dated, thing, DCTERMS.modified) != one(graph, thing, DCTERMS.modified)
        assert other == (thing.removeprefix(f"{BASE}id/") in moved)
    site.live(3)
    third = hashes(web, f"{BASE}catalogue", accept)
    assert first.keys() - third.keys() == {f"{BASE}id/dataset/graph-newspaper"}
    site.live(1)
    assert hashes(web, f"{BASE}catalogue", accept).keys() == first.keys()


def test_what_a_return_changes_is_dated_when_it_did(site: Site) -> None:
    """No date goes back: a portal that takes only what is dated later would keep what was withdrawn."""
    site.live(1)
    site.live(2)
    withdrawn = catalogue(site)
    release = site.live(1)
    back, newest = catalogue(site), max(modified(withdrawn, KINDS).values())
    before, after = modified(withdrawn, KINDS), modified(back, KINDS)
    changed = {f"{BASE}id/dataset/{name}" for name in ("partnership", "figures", "graph-newspaper")}
    assert {thing for thing in things(back, DCAT.Dataset) if after[thing] > newest} == changed
    for thing, day in after.items():
        assert day == before[thing] or day > newest, thing
        assert f"{BASE}id/record/" in thing or thing in changed or about(back, thing) == about(withdrawn, thing)
    kept = site.web().ask(f"{BASE}releases/{release.digest}/doc/dataset/figures.ttl", {})
    assert one(parse(kept.body, "text/turtle"), f"{BASE}id/dataset/figures", DCTERMS.modified) < newest


def test_dates_are_those_of_iso_8601(site: Site) -> None:
    site.live(2)
    found = set(dates(catalogue(site)))
    assert len(found) > 2
    for literal in found:
        if str(literal.datatype).endswith("#date"):
            assert date.fromisoformat(str(literal)).isoformat() == str(literal)
        else:
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|\+00:00)", str(literal)), literal
            assert datetime.fromisoformat(str(literal)).tzinfo


def test_every_link_answers_with_what_is_said_of_it(real: Web) -> None:
    """Of the publication of this repository: 200 to HEAD and GET; type, size and checksum are those of the bytes."""
    answer = real.ask(f"{real.base}catalogue", EUROPA | {"Accept": "application/rdf+xml"})
    graph, checked = parse(answer.body, answer.media_type), set[str]()
    for address, files in addresses(graph).items():
        head, got = tried(real, address)
        assert (head.status, got.status) == (200, 200), got
        assert head.field("Content-Type") == got.field("Content-Type")
        for file in files:
            assert got.media_type == one(graph, file, DCAT.mediaType).partition("/media-types/")[2]
            assert one(graph, file, DCAT.byteSize) == head.field("Content-Length") == str(len(got.body))
            (checksum,) = graph.objects(URIRef(file), SPDX.checksum)
            assert hashlib.sha256(got.body).hexdigest() == one(graph, checksum, SPDX.checksumValue)
            packed = real.ask(address, EUROPA | {"Accept": "*/*"})
            assert packed.field("Content-Encoding") == "gzip"
            assert packed.body == got.body
            checked.add(file)
    assert checked == things(graph, DCAT.Distribution)
    assert len(checked) > 30


@pytest.mark.parametrize("by", ["If-None-Match", "If-Modified-Since"])
def test_files_are_read_again_only_when_they_changed(by: str, site: Site) -> None:
    """By their tags or by their dates, also when a release of before comes back with bytes of before."""
    first, second, third = (manifest_files(release) for release in site.publication.releases)
    site.live(1)
    web, urls = site.web(by), sorted(u for u in addresses(catalogue(site)) if "/dumps/" in u)
    for old, new, number in ((first, first, 1), (first, second, 2), (second, third, 3), (third, first, 1)):
        for url in urls:
            web.ask(url, {"Accept": "*/*"})
        site.live(number)
        web.again()
        for url in urls:
            name = url.removeprefix(f"{BASE}dumps/current/")
            status = 404 if name not in new else 304 if old.get(name) == new[name] else 200
            answer = web.ask(url, {"Accept": "*/*"})
            assert answer.status == status, (number, name)
            assert status == 404 or hashlib.sha256(answer.body).hexdigest() == new[name]
        assert old is new or set(web.read.values()) >= {200, 304}


def test_after_a_switch_by_hand_no_date_is_trusted(site: Site) -> None:
    """It is in no log, so each file is read again by its date; by its tag only what changed."""
    site.live(1)
    url, kept = f"{BASE}dumps/current/tables/sources.csv", site.web("If-Modified-Since")
    kept.ask(url, {})
    site.live_by_hand(2)
    assert kept.ask(url, {}).status == 200
    site.live_by_hand(1)
    assert kept.ask(url, {}).status == 200
    assert kept.ask(url, {}).status == 304
    site.live(2)
    assert kept.ask(url, {}).status == 200
    site.live(1)
    assert kept.ask(url, {}).status == 304


def test_the_endpoint_gives_what_the_files_have(site: Site) -> None:
    site.live(1)
    web, graph = site.web(""), catalogue(site)
    sources = [row["g"] for row in in_steps(web, "GRAPH ?g {}", "?g", 3)]
    listed = {t.removeprefix(f"{BASE}id/dataset/graph-") for t in things(graph, DCAT.Dataset) if "/graph-" in t}
    assert {source.removeprefix(f"{BASE}id/graph/") for source in sources} == listed
    for source in sources:
        made = construct(web, f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{source}> {{ ?s ?p ?o }} }}")
        file = f"{BASE}dumps/current/graphs/{source.removeprefix(f'{BASE}id/graph/')}.ttl"
        answer = web.ask(file, EUROPA | {"Accept": "*/*"})
        assert set(made) == set(parse(answer.body, answer.media_type))
        rows = list(in_steps(web, f"GRAPH <{source}> {{ ?s ?p ?o }}", "?s ?p ?o", 400))
        assert len(rows) == len(made)


def test_what_the_endpoint_says_of_datasets_is_what_the_catalogue_says(site: Site) -> None:
    site.live(1)
    web, graph = site.web(""), catalogue(site)
    pattern = f"?dataset a <{DCAT.Dataset}>"
    found = {row["dataset"] for row in in_steps(web, pattern, "?dataset", 2)}
    assert f"{BASE}id/dataset/partnership" in found
    assert found <= things(graph, DCAT.Dataset)
    for dataset in found:
        query = f"CONSTRUCT {{ <{dataset}> ?p ?o }} {{ GRAPH <{BASE}id/graph/catalogue> {{ <{dataset}> ?p ?o }} }}"
        assert about(construct(web, query), dataset) <= about(graph, dataset)


@pytest.mark.parametrize("by", ["If-None-Match", "If-Modified-Since"])
def test_a_query_is_answered_anew_after_a_change_only(by: str, site: Site) -> None:
    site.live(1)
    web = site.web(by)
    url = f"{BASE}sparql?{urlencode({'query': 'SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g'})}"
    fields = EUROPA | {"Accept": "text/csv"}
    first = web.ask(url, fields)
    again = web.ask(url, fields)
    assert (first.status, again.status, again.body) == (200, 304, first.body)
    assert b"/graph/newspaper," in first.body
    site.live(3)
    third = web.ask(url, fields)
    assert third.status == 200
    assert b"/graph/newspaper," not in third.body

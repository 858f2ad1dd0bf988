"""Linksets: every link to a registry is in one list, in each form; and no page or memory grows with it."""

import csv
import io
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from rdflib import Graph

from atmpgraph.linksets.forms import beacon_pieces, csv_pieces
from atmpgraph.linksets.links import Link, Links, Linkset, links_of, linksets
from atmpgraph.linksets.registries import Registry, Spaces
from atmpgraph.rdf.numbered_lines import NumberedLines, write_lines
from atmpgraph.release.release import Release
from atmpgraph.settings import Settings
from atmpgraph.web import create_app

from ..conftest import BASE, LANGUAGES, changed
from ..web.rules import BROWSER, check_page


@pytest.fixture(scope="module")
def client(released: Settings) -> FlaskClient:
    return create_app(released).test_client()


def registry(code: str, *spaces: str) -> Registry:
    return Registry(code, f"https://example.org/auth/{code}", spaces, {"en": code})


def test_an_address_is_of_the_registry_with_the_longest_beginning() -> None:
    spaces = Spaces(
        [
            registry("isni", "https://isni.org/isni/", "https://orcid.org/"),
            registry("orcid", "https://orcid.org/"),
            registry("doi", "https://doi.org/"),
            registry("funder", "https://doi.org/10.13039/"),
            registry("geonames", "https://sws.geonames.org/"),
        ]
    )
    assert spaces.code("https://orcid.org/0000-0002-1825-0097") == "orcid"
    assert spaces.code("https://doi.org/10.13039/501100005041") == "funder"
    assert spaces.identifiers("https://sws.geonames.org/2802361/") == [("geonames", "2802361")]
    assert spaces.code("https://doi.org/") is None
    assert spaces.code("https://example.org/a") is None
    assert Spaces([]).code("https://example.org/a") is None


def test_all_forms_say_the_same(client: FlaskClient, release: Release) -> None:
    listed = linksets(release)
    assert {"ror", "wikidata", "isni", "grid", "crossref-funder", "geonames"} <= {each.registry.code for each in listed}
    parts = [part for linkset in listed for part in linkset.parts]
    assert {"wikidata--owl-sameAs", "wikidata--rdfs-seeAlso"} <= {part.code for part in parts}
    for linkset in (*listed, *parts):
        code = linkset.code
        links = set(links_of(release, linkset))
        assert len(links) == linkset.total
        for suffix, name in {"ttl": "turtle", "nt": "nt", "rdf": "xml", "jsonld": "json-ld"}.items():
            graph = Graph().parse(data=client.get(f"/linksets/{code}.{suffix}").data, format=name)
            assert {Link(*map(str, triple)) for triple in graph} == links
        header, *rows = csv.reader(io.StringIO(client.get(f"/linksets/{code}.csv").text))
        assert header == ["subject", "property", "object"]
        assert {Link(*row) for row in rows} == links
        assert beacon_links(client.get(f"/linksets/{code}.txt").text) == links


def test_a_part_has_one_relation(client: FlaskClient, release: Release) -> None:
    """Readers of BEACON that know no pattern for relations take a part."""
    for linkset in linksets(release):
        for part in linkset.parts:
            beacon = client.get(f"/linksets/{part.code}.txt").text
            assert f"#RELATION: {part.part}\n" in beacon
            assert all(line.split("|")[1] == "" for line in beacon.partition("\n\n")[2].splitlines())
            iri = f"{BASE}id/linkset/{part.code}"
            described = client.get(f"/doc/linkset/{part.code}.nt").text
            assert f"<{iri}> <http://rdfs.org/ns/void#dataDump> <{BASE}linksets/{part.code}.nt>" in described


@pytest.mark.parametrize(
    ("space", "target", "token"), [("https://x.org/", "https://x.org/{+ID}", "1"), ("", "{+ID}", "https://x.org/1")]
)
def test_addresses_that_begin_otherwise_are_whole(space: str, target: str, token: str) -> None:
    linkset = Linkset(registry("x", "https://x.org/"), {"https://p": 1}, space)
    links = [Link(f"{BASE}id/a/1", "https://p", "https://x.org/1")]
    text = b"".join(beacon_pieces(linkset, links, BASE, f"{BASE}linksets/x")).decode()
    assert f"#TARGET: {target}\n" in text
    assert text.endswith(f"id/a/1||{token}\n")
    assert beacon_links(text) == set(links)


def beacon_links(text: str) -> set[Link]:
    """The links of a BEACON file, as its specification constructs them."""
    head, _, body = text.partition("\n\n")
    fields = dict(line[1:].split(": ", 1) for line in head.splitlines())
    assert fields["FORMAT"] == "BEACON"

    def whole(name: str, token: str) -> str:
        return fields[name].replace("{+ID}", token)

    tokens = (line.split("|") for line in body.splitlines())
    return {Link(whole("PREFIX", a), whole("RELATION", b), whole("TARGET", c)) for a, b, c in tokens}


def test_links_are_the_ones_that_the_graph_states(release: Release) -> None:
    data = Graph().parse(release.path / "data.nt", format="nt")
    for linkset in linksets(release):
        for link in links_of(release, linkset):
            assert any((str(p), str(o)) == (link.property, link.object) for s, p, o in data if str(s) == link.subject)
            assert link.subject.startswith(BASE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_people_read_them_in_their_language(client: FlaskClient, language: str) -> None:
    for path in ("/linksets/", "/linksets/ror", "/linksets/grid", "/linksets/wikidata--rdfs-seeAlso"):
        response = client.get(f"{path}?lang={language}", headers=BROWSER)
        assert response.status_code == 200
        check_page(response, language)


def test_a_page_has_some_and_leads_on(released: Settings) -> None:
    client = create_app(changed(released, limits={"list_page_graphs": 3})).test_client()
    first = client.get("/linksets/ror", headers=BROWSER).text
    assert first.count("<tr>") == 4
    assert re.search(r'href="[^"]*page=2[^"]*" rel="next"', first)
    assert client.get("/linksets/ror?page=3", headers=BROWSER).status_code == 200
    for number in ("0", "4", "x", "-1", "9" * 40, "%00"):
        assert client.get(f"/linksets/ror?page={number}", headers=BROWSER).status_code == 404


def test_a_long_one_has_the_forms_that_stream(released: Settings) -> None:
    client = create_app(changed(released, limits={"graph_statements": 2})).test_client()
    for suffix in ("ttl", "nt", "csv", "txt"):
        assert client.get(f"/linksets/ror.{suffix}").status_code == 200
    for suffix in ("rdf", "jsonld", "trig"):
        assert client.get(f"/linksets/ror.{suffix}").status_code == 404
    assert ".jsonld" not in client.get("/linksets/ror", headers=BROWSER).text.partition("<main")[2]


@pytest.mark.parametrize("path", ["nope", "%00", "..", "ror%2F..", "ROR", "ror.exe", "a" * 3_000, "%F0%9F%98%80"])
def test_what_is_no_registry_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(f"/linksets/{path}").status_code in {404, 414}


def test_it_leaves_in_pieces(tmp_path: Path) -> None:
    file = tmp_path / "links.txt"
    count = 5_000
    write_lines(file, (f"x\t<{BASE}id/a/{n:05}> <https://p> <https://x.org/{n}> .\n".encode() for n in range(count)))
    lines = NumberedLines(file)
    links = Links(lines, lines.starting(b"x\t"))
    linkset = Linkset(registry("x", "https://x.org/"), {"https://p": count})
    for pieces in (links.triples(), csv_pieces(links), beacon_pieces(linkset, links, BASE, f"{BASE}linksets/x")):
        sizes = list(map(len, pieces))
        assert len(sizes) >= 5
        assert max(sizes) < 200_000
    assert sum(piece.count(b"\n") for piece in links.triples()) == count


def test_they_are_in_the_sitemap_and_described(client: FlaskClient) -> None:
    assert f"{BASE}linksets/ror<" in client.get("/sitemap.xml").text
    description = client.get("/doc/linkset/ror.ttl").text
    assert f"<{BASE}linksets/ror.nt>" in description
    assert "/linksets/{registry}" in (client.get("/openapi.json").json or {})["paths"]

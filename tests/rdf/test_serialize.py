"""Every format gives the same graph back, the same bytes each time, and literals as they were published."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import unquote

import pyoxigraph as ox
import pytest
import rdflib

from atmpgraph.addresses import CODES, iri_to_path, path_to_iri
from atmpgraph.formats import JSON_LD, RDF_FORMATS, RDF_XML, TRIG, TURTLE, Format
from atmpgraph.rdf.serialize import prefix_of, prefixes_for, serialize
from atmpgraph.release.release import Release
from atmpgraph.vocab import names_of_places, names_of_things, prefixes

BASE = "https://example.org/p/"
XSD = "http://www.w3.org/2001/XMLSchema#"
DATA = f"""
<{BASE}id/a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/ns/org#Membership> <{BASE}g/1> .
<{BASE}id/a> <http://purl.org/dc/terms/title> "Les « mots » . \\n<x>"@fr <{BASE}g/1> .
<{BASE}id/a> <http://purl.org/dc/terms/title> "a"@en <{BASE}g/2> .
<{BASE}id/a> <http://purl.org/dc/terms/title> "a"@en <{BASE}g/1> .
<{BASE}id/a> <http://purl.org/dc/terms/issued> "2024-01"^^<{XSD}gYearMonth> <{BASE}g/2> .
<{BASE}id/a> <http://purl.org/dc/terms/extent> "2.20"^^<{XSD}decimal> <{BASE}g/2> .
<{BASE}id/a> <http://purl.org/dc/terms/extent> "470"^^<{XSD}decimal> <{BASE}g/2> .
<{BASE}id/a> <http://purl.org/dc/terms/extent> "007"^^<{XSD}integer> <{BASE}g/2> .
<{BASE}id/a> <http://purl.org/dc/terms/extent> "true"^^<{XSD}boolean> .
<{BASE}id/b> <https://w3id.org/atmpgraph/ns#leads> <{BASE}id/%C3%A9> .
<{BASE}id/b> <http://www.w3.org/2004/02/skos/core#notation> "plain \\"quoted\\" \\\\ \\t" .
"""
QUADS = list(ox.parse(DATA, format=ox.RdfFormat.N_QUADS))


@pytest.mark.parametrize("fmt", RDF_FORMATS, ids=lambda fmt: fmt.suffix)
def test_round_trip_keeps_every_term(fmt: Format) -> None:
    assert isinstance(fmt.engine, ox.RdfFormat)
    back = set(ox.parse(serialize(QUADS, fmt, prefixes(BASE)), format=fmt.engine))
    if fmt.kind == "dataset":
        assert back == set(QUADS)
    else:
        assert back == {ox.Quad(*quad.triple) for quad in QUADS}


def test_compacted_json_ld_is_read_by_another_implementation() -> None:
    body = serialize(QUADS, JSON_LD, prefixes(BASE))
    graph = rdflib.Graph().parse(data=body.decode(), format="json-ld")
    assert rdflib.Literal("2.20", datatype=XSD + "decimal", normalize=False) in set(graph.objects())
    assert len(graph) == len({quad.triple for quad in QUADS})
    used = {"atmpgraph", "dct", "org", "skos", "xsd"} | {"id", "type", "title", "notation", "leads", "issued"}
    assert set(json.loads(body)["@context"]) == used


def test_turtle_begins_with_the_prefixes_in_use_and_no_other() -> None:
    lines = serialize(QUADS, TURTLE, prefixes(BASE)).decode().splitlines()
    assert [line.split()[1] for line in lines if line.startswith("@prefix")] == [
        "atmpgraph:",
        "dct:",
        "org:",
        "skos:",
        "xsd:",
    ]
    assert lines[0].startswith("@prefix")
    assert f"<{BASE}id/a> a org:Membership ;" in lines


def test_nothing_to_say_is_an_empty_document() -> None:
    for fmt in RDF_FORMATS:
        assert isinstance(fmt.engine, ox.RdfFormat)
        assert list(ox.parse(serialize([], fmt, prefixes(BASE)), format=fmt.engine)) == []


def test_the_same_bytes_in_another_process() -> None:
    code = (
        "import sys, pyoxigraph as ox; from atmpgraph.formats import *; from atmpgraph.vocab import prefixes;"
        "from atmpgraph.rdf.serialize import serialize;"
        f"quads = list(ox.parse({DATA!r}, format=ox.RdfFormat.N_QUADS));"
        f"[sys.stdout.buffer.write(serialize(reversed(quads), f, prefixes({BASE!r}))) for f in RDF_FORMATS]"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": "7"}
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=environment).stdout
    assert other == b"".join(serialize(QUADS, fmt, prefixes(BASE)) for fmt in RDF_FORMATS)


def test_trig_keeps_who_says_so() -> None:
    assert f"<{BASE}g/2> {{".encode() in serialize(QUADS, TRIG, prefixes(BASE))


@pytest.mark.parametrize(
    "path", ["id/a", "id/a b", "id/é", "id/a'b(c)", "id/x:y@z", "ns/shapes#Term", "doc/t.csv#row=5"]
)
def test_iri_and_path_go_round(path: str) -> None:
    iri = path_to_iri(BASE, path)
    assert " " not in iri
    there = iri_to_path(BASE, iri)
    assert there is not None
    assert there.isascii()
    assert path_to_iri(BASE, unquote(there)) == iri
    assert iri_to_path(BASE, "https://elsewhere.org/") is None


ODD = (
    "a.",
    "biowin",
    "2024-01-17--P5Y",
    "a.b",
    "-a",
    "a~b",
    "%C3%A9",
    "é",
    "a(b)",
    "a'b",
    "a,b;c",
    "a/b",
    "a#b",
    "@",
    "",
)


def test_things_have_short_names_in_turtle_that_two_readers_read_back() -> None:
    """A kind of things is a prefix; what a local name may not hold is escaped (Turtle §6.5, PN_LOCAL).

    rdflib cannot read a dot at the end, which no slug has.
    """
    things = names_of_things(BASE)
    iris = [ox.NamedNode(f"{things['organisation']}{name}") for name in ODD]
    quads = [ox.Quad(iri, ox.NamedNode(f"{BASE}p"), iri, ox.DefaultGraph()) for iri in iris]
    text = serialize(quads, TURTLE, prefixes_for(TURTLE, BASE))
    assert text.startswith(f"@prefix organisation: <{BASE}id/organisation/> .\n\n".encode())
    assert b"\norganisation:biowin <" in text
    for_rdflib = serialize(quads[1:], TURTLE, prefixes_for(TURTLE, BASE))
    graph = rdflib.Graph().parse(data=for_rdflib, format="turtle")
    assert set(map(str, graph.subjects())) == {iri.value for iri in iris[1:]}
    expected = {(iri.value, iri.value) for iri in iris}
    read = ox.parse(text, format=ox.RdfFormat.TURTLE)
    assert {(str(q.subject)[1:-1], str(q.object)[1:-1]) for q in read} == expected
    assert b"organisation:" not in serialize(quads, RDF_XML, prefixes_for(RDF_XML, BASE))
    assert b"organisation:" not in serialize(quads, JSON_LD, prefixes_for(JSON_LD, BASE))


def test_every_kind_of_things_and_every_code_list_has_a_short_name(release: Release) -> None:
    things = names_of_things(release.base)
    assert not set(things) & set(prefixes(release.base))
    text = release.folder.canonical.read_text(encoding="utf-8")
    kinds = set(re.findall(rf"<({re.escape(release.base)}id/[a-z-]+/|{re.escape(CODES)}[a-z-]+/)[^/>]+>", text))
    assert kinds <= set(things.values())


def test_no_iri_of_ours_stays_long_where_a_prefix_makes_the_document_shorter(release: Release) -> None:
    """Releases and dumps have prefixes as things have; no document grows by one, and no name has a backslash."""
    base, table = release.base, prefixes_for(TURTLE, release.base)
    before = {prefix: iri for prefix, iri in table.items() if prefix not in names_of_places("")}
    row, document, dump = f"{base}doc/table/places.csv#row=3", f"{base}doc/place/wallonia", f"{base}releases/"
    place, source = ox.NamedNode(f"{base}id/place/wallonia"), ox.NamedNode("http://purl.org/dc/terms/source")
    few = [ox.Quad(place, source, ox.NamedNode(iri)) for iri in (row, document)]
    text = serialize(few, TURTLE, table).decode()
    assert f"dct:source <{document}> , <{row}>" in text.replace("\n\t\t", " ")
    many = [ox.Quad(place, source, ox.NamedNode(f"{dump}{n}")) for n in range(9)]
    for quads in (few[:1], few, many[:1], many, few + many):
        for fmt in (TURTLE, TRIG):
            body, plain = serialize(quads, fmt, table), serialize(quads, fmt, before)
            assert len(body) <= len(plain)
            assert set(ox.parse(body, format=fmt.engine)) == set(ox.parse(plain, format=fmt.engine))
            rdflib.Dataset().parse(data=body, format=fmt.suffix.replace("ttl", "turtle"))
            assert b"\\" not in body
    assert b"<" not in serialize(many, TURTLE, table).partition(b"\n\n")[2]


def test_dumps_and_documents_choose_prefixes_alike(release: Release) -> None:
    table = prefixes_for(TURTLE, release.base)
    names = {iri: prefix for prefix, iri in table.items()}
    for prefix, iri in table.items():
        assert prefix_of(f"{iri}x", names) == prefix
        assert iri.endswith(("/", "#"))
    assert prefix_of(f"{release.base}id/catalogue", names) == "id"
    assert prefix_of("urn:x", names) == prefix_of("https://elsewhere.example/a#b", names) == ""


@pytest.mark.parametrize("path", ["organisation/umons", "figure/budget", "place/wallonia"])
def test_json_ld_shortens_whatever_its_context_can(path: str, release: Release) -> None:
    topic = f"{release.base}id/{path}"
    quads = [
        q
        for q in ox.parse(release.folder.canonical.read_bytes(), format=ox.RdfFormat.N_QUADS)
        if q.subject.value == topic
    ]
    body = json.loads(serialize(quads, JSON_LD, prefixes_for(JSON_LD, release.base), root=topic))
    spaces = tuple(iri for iri in body["@context"].values() if isinstance(iri, str) and "//" in iri)
    assert spaces

    def strings(value: object) -> Iterator[str]:
        match value:
            case str():
                yield value
            case list():
                yield from (text for each in value for text in strings(each))
            case dict():
                yield from (text for key, each in value.items() if key != "@context" for text in (key, *strings(each)))

    assert [text for text in strings(body) if text.startswith(spaces)] == []


def test_codes_of_the_publication_have_a_prefix_too(release: Release) -> None:
    code = ox.NamedNode(f"{release.base}auth/indicator/budget")
    label = ox.Quad(code, ox.NamedNode("http://www.w3.org/2004/02/skos/core#notation"), ox.Literal("budget"))
    body = serialize([label], TURTLE, prefixes_for(TURTLE, release.base)).decode()
    assert "own-indicator:budget" in body

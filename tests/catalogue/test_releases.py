"""A release as data: what it is, its files with sizes and checksums, its place in the list."""

import pyoxigraph as ox

from atmpgraph.catalogue.releases import ReleaseEntry, media_type, release_quads
from atmpgraph.release.manifest import File, Manifest
from atmpgraph.vocab import prefixes

BASE, LICENCE, FIRST, SECOND = "https://example.org/p/", "https://example.org/licence", "a" * 64, "b" * 64
FILES = {"data.nq": File(7, "ab" * 32), "graphs/a.ttl": File(0, "cd" * 32)}
COUNTS = {"added": 2, "removed": 0, "things_changed": 1}
MADE = "2026-01-02T03:04:05Z"
MANIFEST = Manifest(
    digest=SECOND,
    created=MADE,
    files_created=MADE,
    base=BASE,
    statements=5,
    previous=FIRST,
    changes=COUNTS,
    files=FILES,
)
LEFT = MANIFEST.summary()
SAID = f"""
    <releases/{SECOND}> a dcat:Dataset ; dct:identifier "{SECOND}" ; dct:license <{LICENCE}> ; void:triples 5 ;
        dct:issued "2026-01-02T03:04:05Z"^^xsd:dateTime ; prov:wasRevisionOf <releases/{FIRST}> .
    <releases/{SECOND}/changes> dct:hasPart <releases/{SECOND}/changes#added> , <releases/{SECOND}/changes#removed> ,
        <releases/{SECOND}/changes#things_changed> .
    <releases/{SECOND}/changes#added> a void:Dataset ; dct:identifier "added" ; void:triples 2 .
    <releases/{SECOND}/changes#removed> a void:Dataset ; dct:identifier "removed" ; void:triples 0 .
    <releases/{SECOND}/changes#things_changed> a void:Dataset ; dct:identifier "things_changed" ; void:entities 1 ."""


def graph(text: str) -> set[ox.Triple]:
    """The triples of a Turtle text, relative to the base."""
    names = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in prefixes(BASE).items())
    return {quad.triple for quad in ox.parse(names + text, format=ox.RdfFormat.TURTLE, base_iri=BASE)}


def test_a_release_is_a_dataset_with_its_files_where_they_stay() -> None:
    made = release_quads([ReleaseEntry(SECOND, MANIFEST)], BASE, LICENCE)
    expected = SAID
    for name, kind in (("data.nq", "n-quads"), ("graphs/a.ttl", "turtle")):
        url, file = f"dumps/{SECOND}/{name}", FILES[name]
        media = f"https://www.iana.org/assignments/media-types/{'application' if kind == 'n-quads' else 'text'}/{kind}"
        expected += f"""
        <releases/{SECOND}> dcat:distribution <{url}#file> .
        <{url}#file> a dcat:Distribution ; dcat:downloadURL <{url}> ; dcat:mediaType <{media}> ;
            dcat:byteSize "{file.bytes}"^^xsd:nonNegativeInteger ; spdx:checksum <{url}#sha256> .
        <{url}#sha256> a spdx:Checksum ; spdx:algorithm spdx:checksumAlgorithm_sha256 ;
            spdx:checksumValue "{file.sha256}"^^xsd:hexBinary ."""
    assert {quad.triple for quad in made} == graph(expected)


def test_the_list_has_dates_and_of_those_that_are_kept_changes_and_report() -> None:
    one, two = "2026-01-01T00:00:00Z", "2026-01-02T03:04:06Z"
    listed = {
        quad.triple
        for quad in release_quads([ReleaseEntry(FIRST, None, one), ReleaseEntry(SECOND, MANIFEST, two)], BASE, LICENCE)
    }
    alone = {quad.triple for quad in release_quads([ReleaseEntry(SECOND, MANIFEST)], BASE, LICENCE)}
    assert listed - alone == graph(f"""
        <releases/> foaf:topic <releases/{FIRST}> , <releases/{SECOND}> .
        <releases/{FIRST}> dct:available "{one}"^^xsd:dateTime .
        <releases/{SECOND}> dct:available "{two}"^^xsd:dateTime ;
            rdfs:seeAlso <releases/{SECOND}/changes> , <dumps/{SECOND}/report.json> .""")
    assert alone < listed


def test_what_is_left_of_one_that_was_removed_is_said() -> None:
    made = release_quads([ReleaseEntry(SECOND, LEFT, "2026-01-02T03:04:06Z", removed=True)], BASE, LICENCE)
    assert {quad.triple for quad in made} == graph(f"""{SAID}
        <releases/{SECOND}> adms:status <http://purl.org/adms/status/Withdrawn> .
        <releases/> foaf:topic <releases/{SECOND}> .
        <releases/{SECOND}> dct:available "2026-01-02T03:04:06Z"^^xsd:dateTime .""")


def test_a_file_of_no_known_kind_is_bytes() -> None:
    assert [media_type(name) for name in ("a.csv", "b.rdf", "README", "c.x")] == [
        "text/csv",
        "application/rdf+xml",
        "application/octet-stream",
        "application/octet-stream",
    ]

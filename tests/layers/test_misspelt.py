"""A term of a well-known vocabulary with a wrong letter, and an identifier with a wrong digit, in files written by hand."""

from pathlib import Path

import pytest

from atmpgraph.findings import Severity
from atmpgraph.layers.misspelt import misspelt, nearest_common
from atmpgraph.layers.terms import named
from atmpgraph.publish.tables import read_codes
from atmpgraph.settings import Settings

from ..conftest import ROOT, own_file

PREFIXES = """@prefix adms: <http://www.w3.org/ns/adms#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
FUNDED = ROOT / "tests" / "publications" / "funded" / "atmpgraph.toml"


def told(settings: Settings) -> list[tuple[str, str, int | None, str]]:
    return [
        (finding.severity, place.file, place.row, finding.value or "")
        for finding in misspelt(settings, read_codes(settings))
        for place in finding.places
    ]


def test_both_publications_and_what_comes_with_the_software_spell_well(publication: Path) -> None:
    assert told(Settings.load(publication)) == []
    assert told(Settings.load(FUNDED)) == []
    terms = (ROOT / "src" / "atmpgraph" / "web" / "terms.ttl").read_text("utf-8")
    assert [near for _, iri in named(terms) if (near := nearest_common(iri))] == []


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("http://purl.org/dc/terms/titel", "http://purl.org/dc/terms/title"),
        ("http://www.w3.org/2004/02/skos/core#prefLable", "http://www.w3.org/2004/02/skos/core#prefLabel"),
        ("https://schema.org/sameas", "https://schema.org/sameAs"),
        ("http://www.w3.org/ns/org#Organisation", "http://www.w3.org/ns/org#Organization"),
        ("http://purl.org/dc/terms/created", ""),
        ("http://www.w3.org/ns/dcat#inSeries", ""),
        ("https://example.org/titel", ""),
    ],
)
def test_the_term_that_is_meant(wrong: str, right: str) -> None:
    assert nearest_common(wrong) == right


def test_each_is_told_at_its_line(started: Settings) -> None:
    own_file(started, "ontology", "own.ttl").write_text(
        PREFIXES
        + """<ns/own#a> a org:Organisation ; dct:titel "A"@en ; schema:sameAs <https://ror.org/02495e998> .
<ns/own#b> a adms:Identifier ; adms:schemaAgency "ror" ; skos:notation "02495e998" .
<ns/own#c> a adms:Identifier ; adms:schemaAgency "ror" ; skos:notation "02495e989" ; schema:sameAs <https://ror.org/02495e989> .
""",
    )
    assert sorted(told(started), key=str) == sorted(
        [
            (Severity.WARNING, "ontology/own.ttl", 6, "http://www.w3.org/ns/org#Organisation"),
            (Severity.WARNING, "ontology/own.ttl", 6, "http://purl.org/dc/terms/titel"),
            (Severity.VIOLATION, "ontology/own.ttl", 6, "https://ror.org/02495e998"),
            (Severity.VIOLATION, "ontology/own.ttl", None, "02495e998"),
        ],
        key=str,
    )

"""The query library is checked with the data: a query that cannot run does not go live."""

from pathlib import Path

import pytest

from atmpgraph.errors import AtmpgraphError
from atmpgraph.findings import Finding, Place, Severity
from atmpgraph.settings import Settings
from atmpgraph.sparql.library import faults

BASE = "https://example.org/p/"
SERVICE = "ASK { SERVICE <http://example.org/> {} }"


def _faults(folder: Path, text: str, *, federated: bool = False) -> list[Finding]:
    (folder / "one.rq").write_text(text, encoding="utf-8")
    return faults(folder, BASE, federated=federated)


def test_the_library_of_the_publication_has_no_fault(released: Settings) -> None:
    assert faults(released.layered("queries"), released.base) == []


@pytest.mark.parametrize(
    "text", ["ASK {}", "#+ title@en: A\nSELECT * { <id/a> ?p ?o }", "ASK { ?service ?p 'SERVICE' }"]
)
def test_what_can_be_asked_is_no_fault(text: str, tmp_path: Path) -> None:
    assert _faults(tmp_path, text) == []


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("#+ title@en: A\nSELECT * {\n  ?s ?p .\n}", 3, "“.” cannot stand there"),
        ("SELECT *\n{ ?s ?p ?o", 2, "ends too early"),
        ("ASK { ?s skos:prefLabel ?o }", 1, "the prefix of skos:prefLabel"),
        ("INSERT DATA { <a> <b> <c> }", 1, "not SPARQL 1.1"),
        ("", 1, "ends too early"),
        (SERVICE, None, "SERVICE is not allowed"),
    ],
)
def test_what_cannot_be_asked_is_a_violation_with_its_line(
    text: str, line: int | None, words: str, tmp_path: Path
) -> None:
    (tmp_path / "other.rq").write_text("ASK {}", encoding="utf-8")
    [finding] = _faults(tmp_path, text)
    assert (finding.severity, finding.places) == (Severity.VIOLATION, (Place("one.rq", line),))
    assert words in finding.text("en")


def test_services_may_be_called_where_the_settings_name_some(tmp_path: Path) -> None:
    assert _faults(tmp_path, SERVICE, federated=True) == []
    assert len(_faults(tmp_path, "ASK {\n SERVICE <http://example.org/> {}\n FILTR (?x)\n}", federated=True)) == 1


def test_bytes_that_are_no_text_are_an_error_with_the_file(tmp_path: Path) -> None:
    (tmp_path / "one.rq").write_bytes(b"ASK {} # \xff")
    with pytest.raises(AtmpgraphError, match=r"one\.rq: not in UTF-8"):
        faults(tmp_path, BASE)

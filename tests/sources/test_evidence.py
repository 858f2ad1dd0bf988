"""What the evidence of a row is, the kind of its source decides: words of a text, or the row itself of a registry."""

from pathlib import Path

import pytest

from atmpgraph.findings import Finding, Severity
from atmpgraph.publish.tables import open_tables, read_codes
from atmpgraph.settings import Settings
from atmpgraph.sources.evidence import missing_evidence

from ..conftest import edit


def told(publication: Path) -> list[Finding]:
    settings = Settings.load(publication)
    codes = read_codes(settings)
    return list(missing_evidence(open_tables(settings, codes), codes))


def test_nothing_is_left_to_tell_of_the_publication(publication: Path) -> None:
    assert told(publication) == []


def test_words_of_a_text_that_need_no_quotation_are_better_quoted(publication: Path) -> None:
    edit(Settings.load(publication), "people.csv", "press-release-2024-01-17,pr-borsus", "press-release-2024-01-17,")
    (finding,) = told(publication)
    assert (finding.severity, finding.places[0].file, finding.places[0].row) == (Severity.WARNING, "people.csv", 2)


@pytest.mark.parametrize(
    ("table", "before", "after", "row"),
    [
        ("figures.csv", "press-release-2024-01-17,pr-granted", "press-release-2024-01-17,", 9),
        ("topics.csv", "press-release-2024-01-17,pr-therapies", "press-release-2024-01-17,", 2),
        ("participations.csv", "orgenesis-2024-02-29,maidam-members", "orgenesis-2024-02-29,", 2),
    ],
)
def test_a_text_is_quoted_in_each_row(publication: Path, table: str, before: str, after: str, row: int) -> None:
    edit(Settings.load(publication), table, before, after)
    (finding,) = [finding for finding in told(publication) if finding.severity is Severity.VIOLATION]
    place = finding.places[0]
    assert (place.file, place.row, place.column) == (table, row, "quotation")
    assert "is a text" in finding.message["en"]


def test_a_row_of_a_registry_needs_no_quotation(publication: Path) -> None:
    edit(Settings.load(publication), "topics.csv", "press-release-2024-01-17,pr-therapies", "ror,")
    assert [finding for finding in told(publication) if finding.severity is Severity.VIOLATION] == []


def test_a_registry_is_not_quoted(publication: Path) -> None:
    edit(Settings.load(publication), "topics.csv", "press-release-2024-01-17,pr-therapies", "ror,pr-therapies")
    (finding,) = [finding for finding in told(publication) if finding.severity is Severity.VIOLATION]
    assert finding.places[0].column == "quotation"
    assert "without words to quote" in finding.message["en"]


@pytest.mark.parametrize(
    ("table", "before", "after", "row"),
    [
        ("figures.csv", "press-release-2024-01-17,pr-manufacturers", "press-release-2024-01-17,maidam-grant", 23),
        ("roles.csv", "press-release-2024-01-17,pr-validated", "press-release-2024-01-17,fv-recovery-plan", 4),
        ("gaps.csv", "press-release-2024-01-17,pr-about", "press-release-2024-01-17,lpost-jobs", 5),
    ],
)
def test_the_words_are_those_of_the_source_of_the_row(
    publication: Path, table: str, before: str, after: str, row: int
) -> None:
    edit(Settings.load(publication), table, before, after)
    (finding,) = [finding for finding in told(publication) if finding.severity is Severity.VIOLATION]
    place = finding.places[0]
    assert (place.file, place.row, place.column) == (table, row, "quotation")
    assert "is of another source" in finding.message["en"]


def test_a_text_has_no_records(publication: Path) -> None:
    path = publication.parent / "data" / "sectors.csv"
    assert "record" not in path.read_text(encoding="utf-8")
    topics = publication.parent / "data" / "topics.csv"
    lines = topics.read_text(encoding="utf-8").splitlines()
    lines = [f"{lines[0]},record", f"{lines[1]},key-1", *(f"{line}," for line in lines[2:])]
    topics.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (finding,) = [finding for finding in told(publication) if finding.severity is Severity.VIOLATION]
    assert (finding.places[0].row, finding.places[0].column) == (2, "record")


def test_a_table_that_cannot_be_read_is_told_by_the_check_of_tables_alone(publication: Path) -> None:
    (publication.parent / "data" / "topics.csv").write_bytes(b"partnership,scheme,code,source,quotation\n\xff\xfe,\n")
    assert [finding for finding in told(publication) if finding.severity is Severity.VIOLATION] == []


def test_a_quotation_without_a_key_is_that_of_no_row(publication: Path) -> None:
    edit(Settings.load(publication), "quotations.csv", "\npr-about,", "\n,")
    assert [finding for finding in told(publication) if "quotation  is" in finding.message["en"]] == []

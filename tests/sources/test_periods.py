"""The length of a period is that from its start to its end, and that which its label names."""

from pathlib import Path

import pytest

from atmpgraph.findings import Finding, Severity
from atmpgraph.publish.tables import open_tables, read_codes
from atmpgraph.settings import Settings
from atmpgraph.sources.periods import wrong_lengths

from ..conftest import ROOT

FUNDED = ROOT / "tests" / "publications" / "funded" / "atmpgraph.toml"


def told(publication: Path) -> list[Finding]:
    settings = Settings.load(publication)
    return list(wrong_lengths(open_tables(settings, read_codes(settings))))


def with_row(publication: Path, **cells: str) -> list[Finding]:
    """What is told of one more period."""
    table = publication.parent / "data" / "periods.csv"
    text = table.read_text(encoding="utf-8")
    row = ",".join(cells.get(column, "") for column in text.splitlines()[0].split(","))
    table.write_text(f"{text}{row}\n", encoding="utf-8")
    return told(publication)


def test_both_publications_are_right(publication: Path) -> None:
    assert told(publication) == []
    assert told(FUNDED) == []


@pytest.mark.parametrize(
    ("start", "end", "right", "wrong"),
    [
        ("2025-03-01", "2028-02-29", ["P3Y", "P36M"], ["P2Y", "P4Y", "P3M", "P35M", "P37M", "P3D"]),
        ("2024-02-29", "2025-02-28", ["P1Y", "P12M", "P366D"], ["P11M", "P13M", "P362D"]),
        ("2024-01-31", "2024-02-29", ["P1M", "P30D"], ["P2M", "P20D"]),
        ("2024-01-17", "2024-01-17", ["P1D"], ["P1M", "P4D"]),
        ("2023-10", "2023-12", ["P2M", "P3M", "P1M5D"], ["P1Y", "P4M", "P10D"]),
        ("2022", "2025", ["P3Y", "P4Y", "P2Y6M"], ["P5Y", "P1Y"]),
        ("2022", "2025-06-30", ["P3Y", "P30M"], ["P2Y", "P4Y"]),
    ],
)
def test_a_length_is_that_from_start_to_end(
    publication: Path, start: str, end: str, right: list[str], wrong: list[str]
) -> None:
    precisions = {4: "year", 7: "month", 10: "date"}
    dates = {f"start_{precisions[len(start)]}": start, f"end_{precisions[len(end)]}": end}
    before = (publication.parent / "data" / "periods.csv").read_text(encoding="utf-8")
    for length in (*right, *wrong):
        findings = with_row(publication, slug="x", duration=length, **dates)
        assert bool(findings) == (length in wrong), length
        (publication.parent / "data" / "periods.csv").write_text(before, encoding="utf-8")
    (finding,) = with_row(publication, slug="x", duration=wrong[0], **dates)
    (place,) = finding.places
    assert (finding.severity, place.file, place.column) == (Severity.VIOLATION, "periods.csv", "duration")
    assert place.row == before.count("\n") + 1
    assert "correct one or the other" in finding.message["en"]


@pytest.mark.parametrize(
    ("label", "length", "is_right"),
    [
        ("3 years from May", "P3Y", True),
        ("36 months", "P3Y", True),
        ("3-year project", "P3Y", True),
        ("Quinze ans", "P15Y", True),
        ("Fünfzehn Jahre", "P5Y", False),
        ("Dertig maanden", "P30M", True),
        ("Vingt ans", "P2Y", False),
        ("Twenty-five years", "P25Y", True),
        ("Two hundred years", "P200Y", True),
        ("Vingt et un ans", "P21Y", True),
        ("5 years", "P3Y", False),
        ("5 ans", "P3Y", False),
        ("5 jaar", "P3Y", False),
        ("5 Jahre", "P3Y", False),
        ("5 anni", "P3Y", False),
        ("trois ans", "P3Y", True),
        ("Sept ans, dates non précisées", "P3Y", False),
        ("Zeven jaar vanaf mei", "P3Y", False),
        ("Sieben Jahre", "P3Y", False),
        ("Seven years from May", "P3Y", False),
        ("sette anni", "P3Y", False),
        ("Twelve months", "P1Y", True),
        ("ein Jahr", "P1Y", True),
        ("3 mois", "P3Y", False),
        ("10 days", "P10D", True),
        ("10 Tage", "P1M", False),
        ("3 partners, 2025", "P4Y", True),
    ],
)
def test_a_label_names_the_same_length(publication: Path, label: str, length: str, is_right: bool) -> None:
    findings = with_row(publication, slug="x", duration=length, label_en=f'"{label}"')
    assert bool(findings) != is_right
    assert all(finding.places[0].column == "label_en" for finding in findings)


@pytest.mark.parametrize("length", ["", "P", "3 years", "PT5M"])
def test_what_is_no_length_is_left_to_the_check_of_the_cell(publication: Path, length: str) -> None:
    assert with_row(publication, slug="x", duration=length, start_date="2024-02-30", end_date="2024-05-01") == []


def test_a_date_that_is_none_is_left_to_the_check_of_the_cell(publication: Path) -> None:
    assert with_row(publication, slug="x", duration="P3Y", start_date="2024-02-30", end_date="2024-05-01") == []
    assert with_row(publication, slug="y", duration="P9999Y", start_year="9999", end_year="9999") == []


@pytest.mark.parametrize("label", ["sept ans", "7 ans", "zeven jaar", "sieben Jahre", "seven years", "sette anni"])
def test_a_label_without_a_length_of_the_row_is_held_against_the_dates(publication: Path, label: str) -> None:
    (finding,) = with_row(publication, slug="x", label_fr=label, start_year="2022", end_year="2025")
    (place,) = finding.places
    assert (finding.severity, place.column) == (Severity.VIOLATION, "label_fr")


@pytest.mark.parametrize("label", ["trois ans", "4 ans", "vier jaar", "2022 à 2025"])
def test_a_label_that_fits_the_dates_is_right(publication: Path, label: str) -> None:
    assert with_row(publication, slug="x", label_fr=label, start_year="2022", end_year="2025") == []

"""A publication whose tables are as an office has them is the same release as one with canonical tables."""

import csv
import datetime
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from odfdo import Document
from odfdo import Table as OdfTable

from atmpgraph.findings import Finding, Severity, ViolationError
from atmpgraph.i18n import TranslatedError
from atmpgraph.publish.build import build
from atmpgraph.publish.tables import read_tables
from atmpgraph.release.release import open_release
from atmpgraph.settings import Settings
from atmpgraph.starter import start

from ..release.damages import copied

DECLARED: list[dict[str, Any]] = [
    {
        "name": "figures",
        "path": "Kennzahlen 2024.csv",
        "encoding": "windows-1252",
        "dialect": {"delimiter": ";"},
        "schema": {"fields": [{"name": "value", "decimalChar": ",", "groupChar": " "}], "missingValues": ["", "–"]},
    },
    {
        "name": "sources",
        "path": "sources.tsv",
        "encoding": "utf-16",
        "schema": {"fields": [{"name": "issued_date", "format": "%d/%m/%Y"}]},
    },
    {"name": "organisations", "path": "Partner.xlsx", "dialect": {"sheetName": "Partner"}},
    {"name": "people", "path": "people.ods", "dialect": {"sheetName": "people"}},
]


@pytest.fixture
def example(tmp_path: Path) -> Settings:
    """The publication that a beginner gets."""
    start(tmp_path / "example", "https://partnership.example/")
    return Settings.load(tmp_path / "example" / "atmpgraph.toml")


def take(folder: Path, name: str) -> list[list[str]]:
    """The rows of a table, which is taken away."""
    file = folder / name
    with file.open(encoding="utf-8-sig", newline="") as content:
        rows = list(csv.reader(content))
    file.unlink()
    return rows


def as_an_office_has_it(settings: Settings) -> Path:
    """Give a publication tables of other kinds, with the same content."""
    data = settings.path(settings.folders.data)
    figures = take(data, "figures.csv")
    value = figures[0].index("value")
    for row in figures[1:]:
        row[value] = row[value].replace(".", ",")
    with (data / "Kennzahlen 2024.csv").open("w", encoding="windows-1252", newline="") as file:
        csv.writer(file, delimiter=";").writerows([cell or "–" for cell in row[3:] + row[:3]] for row in figures)
    sources = take(data, "sources.csv")
    issued = sources[0].index("issued_date")
    for row in sources[1:]:
        row[issued] = "/".join(reversed(row[issued].split("-")))
    with (data / "sources.tsv").open("w", encoding="utf-16", newline="") as file:
        csv.writer(file, delimiter="\t").writerows([*row, "", ""] for row in sources)
    organisations = take(data, "organisations.csv")
    with xlsxwriter.Workbook(data / "Partner.xlsx") as book:
        book.add_worksheet("Notizen").write(0, 0, "x")
        sheet = book.add_worksheet("Partner")
        for row_number, row in enumerate(organisations):
            for column, cell in enumerate(row):
                sheet.write_string(row_number, column, cell) if cell else None
    document, table = Document("spreadsheet"), OdfTable("people")
    document.body.clear()
    table.set_values([[cell or None for cell in row] for row in take(data, "people.csv")])
    document.body.append(table)
    document.save(data / "people.ods")
    (data / "datapackage.json").write_text(
        json.dumps({"name": "example", "title": "Fictional example: the tables", "resources": DECLARED}), "utf-8"
    )
    return data


def test_the_release_is_that_of_the_canonical_tables(started: Settings, tmp_path: Path) -> None:
    other = copied(started, tmp_path / "office")
    shutil.rmtree(other.path(other.folders.releases))
    as_an_office_has_it(other)
    office, canonical = build(other), open_release(started.path(started.folders.releases), "current", started.base)
    assert office.release, "\n".join(office.report.lines("en"))
    assert office.digest == canonical.digest
    for name in ("figures.csv", "organisations.csv", "people.csv", "sources.csv"):
        rows = [
            list(csv.reader((release.folder.tables / name).read_text(encoding="utf-8-sig").splitlines()))
            for release in (office.release, canonical)
        ]
        assert rows[0] == rows[1]
    assert not list(office.release.folder.tables.glob("*.xlsx"))


def findings_of(settings: Settings) -> list[Finding]:
    with pytest.raises(ViolationError) as refusal:
        read_tables(settings)
    return list(refusal.value.report.findings)


def test_a_finding_names_the_file_and_the_row_that_people_know(example: Settings) -> None:
    data = as_an_office_has_it(example)
    text = (data / "Kennzahlen 2024.csv").read_text(encoding="windows-1252")
    (data / "Kennzahlen 2024.csv").write_text(text.replace(";exact;", ";exakt;", 1), encoding="windows-1252")
    (finding,) = (each for each in findings_of(example) if each.severity is Severity.VIOLATION)
    assert finding.places[0].file == "Kennzahlen 2024.csv"
    assert finding.value == "exakt"
    assert "did you mean exact (exactly)?" in finding.message["en"]


def test_one_run_tells_what_is_wrong_with_each_file(example: Settings) -> None:
    """Tables, mapping, shapes, ontology, queries, rules, catalogue, and what nothing reads: nobody needs two rounds."""
    root = example.path(example.folders.data).parent
    data = root / "data"
    wrong = {
        "data/figures.csv": (data / "figures.csv").read_text(encoding="utf-8").replace(",exact,", ",exakt,", 1),
        "data/people.csv": (data / "people.csv").read_text(encoding="utf-8") + '"',
        "data/catalogue.ttl": "<a> <b>",
        "mapping/a.rml.ttl": "this is not Turtle",
        "mapping/b.rml.ttl": "@prefix rr: <http://www.w3.org/ns/r2rml#> . <#Map> a rr:TriplesMap .",
        "shapes/a.ttl": "<a> <b>",
        "ontology/a.ttl": "<a> <b>",
        "queries/a.rq": "SELEKT * WHERE {}",
        "data/rules/a.rq": "CONSTRUCT { ?s ?p }",
        "data/datasets/a.rq": "CONSTRUCT { ?s ?p }",
        "data/organisation.csv": "slug\n",
    }
    for name, text in wrong.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    places = {finding.places[0].file for finding in findings_of(example) if finding.places}
    assert {Path(name).name for name in wrong} <= {Path(str(place)).name for place in places}


def test_a_file_that_nothing_reads_is_told(example: Settings) -> None:
    data = example.path(example.folders.data)
    (data / "organisation.csv").write_text("slug\n", encoding="utf-8")
    (data / "events.csv").unlink(missing_ok=True)
    (data / "event.csv").write_text("slug\n", encoding="utf-8")
    (data / f"notes {datetime.date(2024, 1, 17)}.txt").write_text("x", encoding="utf-8")
    told = {
        finding.places[0].file: finding
        for finding in read_tables(example).findings
        if finding.severity is Severity.WARNING and "nothing reads" in finding.message["en"]
    }
    assert told.keys() == {f"data/{name}" for name in ("organisation.csv", "event.csv", "notes 2024-01-17.txt")}
    assert "did you mean events.csv?" in told["data/event.csv"].message["en"]


def test_a_table_beside_the_settings_and_one_that_another_file_stands_for_are_told(example: Settings) -> None:
    root, data = example.path(Path()), example.path(example.folders.data)
    (root / "acknowledgements.csv").write_text("rule\n", encoding="utf-8")
    (data / "datapackage.json").write_text(
        '{"resources": [{"name": "events", "path": "events.tsv"}]}', encoding="utf-8"
    )
    (data / "events.tsv").write_text(
        (data / "events.csv").read_text(encoding="utf-8").replace(",", "\t"), encoding="utf-8"
    )
    told = {each.places[0].file: each.message["en"] for each in read_tables(example).findings if each.places}
    assert "did you mean data/acknowledgements.csv?" in told["acknowledgements.csv"]
    assert "its table is read from events.tsv" in told["data/events.csv"]


def test_a_pipe_in_place_of_a_table_is_told_and_not_waited_for(example: Settings) -> None:
    events = example.path(example.folders.data) / "events.csv"
    events.unlink(missing_ok=True)
    os.mkfifo(events)
    assert "events.csv" in {finding.places[0].file for finding in findings_of(example) if finding.places}


ACCIDENTS: dict[str, bytes] = {
    "nul": b"sl\0ug,name_en\nx,y\n",
    "UTF-16 without a mark": "slug,name_en\nx,y\n".encode("utf-16-le"),
    "noise": bytes(range(256)) * 20,
    "a page": b"<html><body>Sign in</body></html>",
    "a workbook by another name": b"PK\x03\x04slug",
    "two marks": b"\xef\xbb\xbf" * 2 + b"slug,name_en\nx,y\n",
    "semicolons": b"slug;name_en;source\nx;y;z\n",
    "a quote": b'slug,name_en\n"x,y\n',
    "a lone quote": b'slug,name_en\nx,y"z\n"a"b,c\n',
    "nothing": b"",
    "blank lines": b"\n\n\n",
}
MISDECLARED: dict[str, Any] = {
    "path": ["a.csv", "b.csv"],
    "encoding": "undefined",
    "dialect": {"delimiter": '"'},
    "schema": {
        "primaryKey": 3,
        "foreignKeys": "x",
        "fields": [{"name": "slug", "codes": 3, "type": 3, "constraints": []}],
    },
}


@pytest.mark.parametrize("name", [*ACCIDENTS, *MISDECLARED])
def test_no_accident_is_a_fault_of_the_program(name: str, example: Settings) -> None:
    """Each is a violation, or an error in words of ours, with the file."""
    data = example.path(example.folders.data)
    if name in ACCIDENTS:
        (data / "sources.csv").write_bytes(ACCIDENTS[name])
    else:
        content = {"resources": [{"name": "sources", name: MISDECLARED[name]}]}
        (data / "datapackage.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises((ViolationError, TranslatedError)) as refusal:
        read_tables(example)
    if isinstance(refusal.value, ViolationError):
        wrong = [each for each in refusal.value.report.findings if each.severity is Severity.VIOLATION]
        assert {"sources.csv", "datapackage.json"} & {each.places[0].file for each in wrong}
        assert all(each.message["fr"] != each.message["en"] for each in wrong)

"""Tables as offices have them: what each kind of file gives is what the canonical table gives, or is told."""

import datetime
import errno
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from odfdo import Document
from odfdo import Table as OdfTable

from atmpgraph.findings import Finding, Severity
from atmpgraph.settings.groups import Build
from atmpgraph.sources import canonical
from atmpgraph.sources.check import check_tables
from atmpgraph.sources.package import Package, open_package

DAY = datetime.datetime(2024, 1, 17)  # noqa: DTZ001 - a workbook knows no zones
FIELDS: list[dict[str, Any]] = [
    {"name": "slug", "type": "string", "title": "Kürzel", "constraints": {"required": True, "unique": True}},
    {"name": "title_{language}", "type": "string"},
    {"name": "budget", "type": "number", "decimalChar": ",", "groupChar": " "},
    {"name": "begins", "type": "date", "format": "%d/%m/%Y"},
    {"name": "open", "type": "boolean", "trueValues": ["oui"], "falseValues": ["non"]},
    {"name": "topics", "type": "list", "delimiter": ";"},
    {"name": "part", "type": "string"},
]
KEY = [{"fields": "part", "reference": {"resource": "", "fields": "slug"}}]
# As an office would write it: another order, empty rows and columns, a title that stands for a name.
ROWS = [
    ["Part", "Budget", "begins", "open", "Kürzel", "title_fr", "", "topics"],
    ["", "1 234,50", "17/01/2024", "oui", "a", "Thérapie", "", "cell; gene"],
    [],
    ["a", "N/A", "02/03/2024", "non", "b", "Été, hiver", "", ""],
    ["a", "2\u00a0000", "", "", "c", "", "", "gene"],
]
EXPECTED = [
    (2, ["a", "Thérapie", "1234.50", "2024-01-17", "true", "cell; gene", ""]),
    (4, ["b", "Été, hiver", "", "2024-03-02", "false", "", "a"]),
    (5, ["c", "", "2000", "", "", "gene", "a"]),
]


def opened(folder: Path, *, fields: list[dict[str, Any]] = FIELDS, **resource: Any) -> Package:
    """A package of one table."""
    schema = {"fields": fields, "missingValues": ["", "N/A"], "foreignKeys": KEY if fields is FIELDS else []}
    content = {"resources": [{"name": "t", "path": "t.csv", "schema": schema, **resource}]}
    (folder / "datapackage.json").write_text(json.dumps(content), encoding="utf-8")
    return open_package(folder)


def parted(mark: str, rows: list[list[str]] = ROWS) -> str:
    """The text of a table."""
    return "".join(mark.join(f'"{cell}"' if mark in cell else cell for cell in row) + "\r\n" for row in rows)


@pytest.mark.parametrize("encoding", ["windows-1252", "utf-16", "utf-8-sig", "iso-8859-15", "utf-16-le"])
@pytest.mark.parametrize("mark", [";", "\t", ",", "|"])
def test_a_file_is_read_as_it_is_declared(encoding: str, mark: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(parted(mark), encoding=encoding, newline="")
    package = opened(tmp_path, encoding=encoding, dialect={"delimiter": mark})
    assert check_tables(package).findings == ()
    assert list(package.tables["t.csv"].rows()) == EXPECTED


@pytest.mark.parametrize("encoding", ["utf-8", "UTF8", "utf-16-le", "utf-16-be", "utf-32-le"])
def test_a_byte_order_mark_is_no_text_in_any_encoding(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(f"\ufeff{parted(';')}".encode(encoding))
    package = opened(tmp_path, encoding=encoding, dialect={"delimiter": ";"})
    assert check_tables(package).findings == ()
    assert list(package.tables["t.csv"].rows()) == EXPECTED


def workbook(path: Path, **options: Any) -> None:
    """The same table in a workbook of Excel, with values that have types."""
    with xlsxwriter.Workbook(path, options) as book:
        sheet, day = book.add_worksheet("Projets"), book.add_format({"num_format": "dd/mm/yyyy"})
        book.add_worksheet("Notes").write(0, 0, "not a table")
        for row, cells in enumerate(ROWS):
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, cell) if cell else None
        sheet.write_number(1, 1, 1234.5)
        sheet.write_datetime(1, 2, DAY, day)
        sheet.write_boolean(1, 3, True)
        sheet.write_formula(4, 1, "=1000*2", None, 2000)


@pytest.mark.parametrize("options", [{}, {"date_1904": True}])
def test_a_workbook_of_excel_is_read(options: dict[str, Any], tmp_path: Path) -> None:
    """Serial dates of both epochs (ECMA-376 §18.17.4.1), a formula by the value that it had."""
    workbook(tmp_path / "t.xlsx", **options)
    package = opened(tmp_path, path="t.xlsx", dialect={"sheetName": "Projets"})
    assert check_tables(package).findings == ()
    rows = list(package.tables["t.csv"].rows())
    assert rows == [(2, [*EXPECTED[0][1][:2], "1234.5", *EXPECTED[0][1][3:]]), *EXPECTED[1:]]


def test_an_open_document_is_read(tmp_path: Path) -> None:
    document = Document("spreadsheet")
    document.body.clear()
    values: list[list[Any]] = [list(row) for row in ROWS]
    values[1][1:4] = [1234.5, datetime.date(2024, 1, 17), True]
    for name, content in (("Notes", [["no table"]]), ("Projets", values)):
        table = OdfTable(name)
        table.set_values([[cell if cell != "" else None for cell in row] for row in content])
        document.body.append(table)
    document.save(tmp_path / "t.ods")
    package = opened(tmp_path, path="t.ods", dialect={"sheetNumber": 2})
    assert check_tables(package).findings == ()
    rows = list(package.tables["t.csv"].rows())
    assert rows == [(2, [*EXPECTED[0][1][:2], "1234.5", *EXPECTED[0][1][3:]]), *EXPECTED[1:]]


def test_rows_keep_the_numbers_that_people_see(tmp_path: Path) -> None:
    """Above the header are a title and a blank row; findings, and the rows of the canonical table, count them."""
    lines = ["Projets 2024;;", ";;", "slug;n;d", "a;1;2", "", "# later;;", "b;x;3"]
    (tmp_path / "t.csv").write_text("\n".join(lines), encoding="utf-8")
    fields = [{"name": "slug"}, {"name": "n", "type": "integer"}, {"name": "d", "type": "integer"}]
    package = opened(tmp_path, fields=fields, dialect={"delimiter": ";", "headerRows": [3], "commentChar": "#"})
    table = package.tables["t.csv"]
    assert [number for number, _ in table.rows()] == [4, 7]
    (finding,) = check_tables(package).findings
    assert (finding.places[0].row, finding.places[0].column, finding.value) == (7, "n", "x")
    published = json.loads(package.published)["resources"][0]
    assert published["dialect"] == {"headerRows": [3]}
    assert table.path.read_text(encoding="utf-8").splitlines()[3] == "a,1,2"


def test_the_published_descriptor_is_that_of_the_canonical_table(tmp_path: Path) -> None:
    """A reader of the release needs none of the formats of the office."""
    (tmp_path / "t.csv").write_text(parted(";"), encoding="cp1252", newline="")
    package = opened(tmp_path, encoding="cp1252", dialect={"delimiter": ";"})
    (resource,) = json.loads(package.published)["resources"]
    assert resource["encoding"] == "utf-8"
    assert "dialect" not in resource
    assert resource["schema"]["missingValues"] == [""]
    fields = resource["schema"]["fields"]
    assert not [name for field in fields for name in ("decimalChar", "groupChar", "format") if name in field]


def found(folder: Path, fill: Callable[[Path], object], **resource: Any) -> list[Finding]:
    fill(folder)
    return list(check_tables(opened(folder, **resource)).findings)


def written(text: str, encoding: str = "utf-8") -> Callable[[Path], object]:
    return lambda folder: (folder / "t.csv").write_bytes(text.encode(encoding))


PLAIN = "slug,title_fr,budget,begins,open,topics,part\n"
TOLD: dict[str, tuple[Callable[[Path], object], dict[str, Any], int | None, str]] = {
    "semicolons": (written(parted(";")), {}, 1, '"delimiter": ";"'),
    "another encoding": (written(parted(";"), "cp1252"), {"dialect": {"delimiter": ";"}}, 1, "windows-1252"),
    "UTF-16": (written(parted(","), "utf-16"), {}, 1, "declare the encoding utf-16"),
    "a date of another form": (written(f"{PLAIN}a,,,2024-01-17,,,\n"), {}, 2, "as in 17/01/2024"),
    "month before day": (written(f"{PLAIN}a,,,01/17/2024,,,\n"), {}, 2, "%d/%m/%Y"),
    "a decimal point": (written(f"{PLAIN}a,,2073781.25,,,,\n"), {}, 2, "decimal mark ,"),
    "neither true nor false": (written(f"{PLAIN}a,,,,peut-être,,\n"), {}, 2, "oui"),
    "a quote that is not closed": (written(f'{PLAIN}a,"x,,,,,\nb,,,,,,\n'), {}, 2, "quotation mark"),
    "cells without a heading": (written(PLAIN.replace("budget", "") + "a,,5,,,,\n"), {}, 2, "no heading"),
    "a column twice": (written(PLAIN.replace("budget", "slug") + "a,,b,,,,\n"), {}, 1, "twice"),
    "an empty file": (written(""), {}, None, "empty"),
    "no file": (lambda _: None, {}, None, "no such file"),
    "JSON": (written('[\n {"slug": "a"}]'), {}, None, "it is JSON"),
    "a page of the web": (written("\n<!DOCTYPE html><table><tr><td>slug</td></tr></table>"), {}, None, "page of the web"),
    "a document": (written("%PDF-1.7"), {}, None, "PDF"),
    "an old workbook by another name": (lambda folder: (folder / "t.csv").write_bytes(b"\xd0\xcf\x11\xe0"), {}, None, "before 2007"),
    "no workbook": (lambda folder: (folder / "t.xlsx").write_bytes(b"PK\x03\x04 no"), {"path": "t.xlsx"}, None, "no workbook"),
    "an old workbook": (lambda folder: (folder / "t.xls").write_bytes(b""), {"path": "t.xls"}, None, "format xls"),
    "a password": (lambda folder: (folder / "t.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), {"path": "t.xlsx"}, None, "password"),
}  # fmt: skip


@pytest.mark.parametrize("name", TOLD)
def test_what_cannot_be_read_is_told_with_place_and_remedy(name: str, tmp_path: Path) -> None:
    fill, resource, row, said = TOLD[name]
    findings = found(tmp_path, fill, **resource)
    (finding,) = (one for one in findings if said in one.message["en"])
    assert len(findings) == (2 if "heading" in name or "twice" in name else 1)  # the column that is missing is told too
    assert finding.places[0].row == row
    assert all(finding.message[tag] != finding.message["en"] for tag in ("fr", "nl", "de", "it"))


UNREADABLE: dict[str, tuple[Callable[[Path], object], str]] = {
    "a folder": (Path.mkdir, "it is a folder, and a file is expected"),
    "a pipe": (os.mkfifo, "a pipe, a socket or a device"),
    "a link to nothing": (lambda path: path.symlink_to("nothing"), "no such file"),
    "a link in a circle": (lambda path: path.symlink_to(path.name), "the links lead in a circle"),
    "a link to a folder": (lambda path: path.symlink_to("."), "it is a folder, and a file is expected"),
}


@pytest.mark.parametrize("file", ["t.csv", "t.xlsx"])
@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_is_there_and_cannot_be_read_is_not_told_as_missing(name: str, file: str, tmp_path: Path) -> None:
    make, said = UNREADABLE[name]
    (finding,) = found(tmp_path, lambda folder: make(folder / file), path=file)
    assert said in finding.sentence("en")
    assert finding.sentence("de") != finding.sentence("en")


@pytest.mark.parametrize("dialect", [{}, {"delimiter": ";"}])
@pytest.mark.parametrize("times", [0, 1, 2])
def test_a_table_that_this_user_may_not_read_is_told_so(
    dialect: dict[str, str], times: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one that may be read no more a moment later."""
    (tmp_path / "t.csv").write_text(parted(dialect.get("delimiter", ",")), encoding="utf-8")
    opens, left = Path.open, [times]

    def refuse(path: Path, *arguments: Any, **named: Any) -> Any:
        if path.name == "t.csv" and "w" not in (*arguments, *named.values()):
            left[0] -= 1
            if left[0] < 0:
                raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opens(path, *arguments, **named)

    monkeypatch.setattr(Path, "open", refuse)
    (finding,) = check_tables(opened(tmp_path, dialect=dialect)).findings
    assert "this user may not: change the owner or the rights" in finding.sentence("en")


def test_a_full_disk_is_no_fault_of_the_table_that_is_converted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "t.csv").write_text(parted(";"), encoding="utf-8")

    def full(*_: object) -> object:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(canonical._Conversion, "_write", full)
    with pytest.raises(OSError, match="No space"):
        opened(tmp_path, dialect={"delimiter": ";"})


DECLARED: dict[str, tuple[dict[str, Any], str]] = {
    "a misspelled property": ({"dialect": {"delimeter": ";"}}, "did you mean delimiter?"),
    "a misspelled member": ({"encodng": "utf-8"}, "did you mean encoding?"),
    "a property that is not read": ({"bytes": 7}, "bytes is not read"),
    "a dialect elsewhere": ({"dialect": "dialect.json"}, "Data Package itself"),
    "no encoding": ({"encoding": "windows-12520"}, "no encoding"),
    "an encoding of bytes": ({"encoding": "base64"}, "no encoding"),
    "no header": ({"dialect": {"header": False}}, "needs a header"),
    "a sheet of no workbook": ({"dialect": {"sheetName": "x"}}, "only a workbook"),
    "a long delimiter": ({"dialect": {"delimiter": "||"}}, "one character"),
    "rows that are none": ({"dialect": {"headerRows": [0]}}, "headerRows"),
    "a misspelled type": ({"fields": [{"name": "a", "type": "strng"}]}, "did you mean string?"),
    "no type": ({"fields": [{"name": "a", "type": "money"}]}, "the types are"),
    "a type that is not read": ({"fields": [{"name": "a", "type": "geojson"}]}, "not read"),
    "a guess": ({"fields": [{"name": "a", "type": "date", "format": "any"}]}, "guessed"),
    "no format": ({"fields": [{"name": "a", "type": "date", "format": "dd/mm"}]}, "no format of dates"),
    "a misspelled constraint": ({"fields": [{"name": "a", "constraints": {"requird": True}}]}, "did you mean required?"),
    "no constraint": ({"fields": [{"name": "a", "constraints": {"colour": True}}]}, "no constraint"),
    "categories": ({"fields": [{"name": "a", "categories": ["x"]}]}, "categories is not read"),
    "one mark for two": ({"fields": [{"name": "a", "type": "number", "groupChar": "."}]}, "the same"),
}  # fmt: skip


@pytest.mark.parametrize("name", DECLARED)
def test_what_is_declared_and_not_read_is_refused_by_name(name: str, tmp_path: Path) -> None:
    resource, said = DECLARED[name]
    (tmp_path / "t.csv").write_text("a\nx\n", encoding="utf-8")
    findings = check_tables(opened(tmp_path, **{"fields": [{"name": "a"}], **resource})).findings
    assert any(said in finding.message["en"] for finding in findings)
    assert {finding.places[0].file for finding in findings} == {"datapackage.json"}
    assert all(finding.message[tag] != finding.message["en"] for finding in findings for tag in ("fr", "nl", "de"))


def test_keys_that_lead_nowhere_are_told(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a\nx\n", encoding="utf-8")
    schema = {
        "fields": [{"name": "a"}],
        "primaryKey": "b",
        "foreignKeys": [
            {"fields": "a", "reference": {"resource": "nowhere", "fields": "x"}},
            {"fields": "a", "reference": {"resource": "t", "fields": "c"}},
            {"fields": ["a"], "reference": {"resource": "t", "fields": ["a", "a"]}},
            {"fields": "a"},
        ],
    }
    findings = check_tables(opened(tmp_path, schema=schema)).findings
    said = " ".join(finding.message["en"] for finding in findings)
    assert all(word in said for word in ("column b", "table nowhere", "column c", "same number", "“reference”"))


def excel(fill: Callable[[xlsxwriter.Workbook, Any], object]) -> Callable[[Path], object]:
    def make(folder: Path) -> None:
        with xlsxwriter.Workbook(folder / "t.xlsx") as book:
            sheet = book.add_worksheet("Projets")
            sheet.write_row(0, 0, PLAIN.strip().split(","))
            sheet.write_string(1, 0, "a")
            fill(book, sheet)

    return make


def without_value(folder: Path) -> None:
    """A workbook of a program that does not compute, as openpyxl writes it."""
    excel(lambda _, sheet: sheet.write_formula(2, 0, "=A2", None, "x"))(folder)
    change_part(folder / "t.xlsx", "xl/worksheets/sheet1.xml", b'<c r="A3" t="str"><f>A2</f><v>x</v></c>', b'<c r="A3"><f>A2</f><v></v></c>')  # fmt: skip


def change_part(path: Path, part: str, old: bytes, new: bytes) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new, 1)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def far_away(book: xlsxwriter.Workbook, sheet: Any) -> None:
    sheet.write_string(1_048_575, 16_383, "x")


def bomb(folder: Path) -> None:
    """A part of three gigabytes, in three megabytes."""
    excel(lambda *_: None)(folder)
    with (
        zipfile.ZipFile(folder / "t.xlsx", "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/more.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(600):
            part.write(b" " * 1_000_000)


def added(name: str) -> Callable[[Path], object]:
    def make(folder: Path) -> None:
        excel(lambda *_: None)(folder)
        with zipfile.ZipFile(folder / "t.xlsx", "a") as archive:
            archive.writestr(name, "x")

    return make


HOSTILE: dict[str, tuple[Callable[[Path], object], int | None, str, Severity]] = {
    "an error": (excel(lambda _, s: s.write_formula(1, 2, "=1/0", None, "#DIV/0!")), 2, "has an error", Severity.VIOLATION),
    "a formula without a value": (without_value, 3, "without a value", Severity.VIOLATION),
    "merged cells": (excel(lambda _, s: s.merge_range(2, 0, 3, 0, "b")), 3, "merged", Severity.VIOLATION),
    "a number for a date": (excel(lambda _, s: s.write_number(1, 3, 45_308)), 2, "format of a date", Severity.VIOLATION),
    "a date for a number": (excel(lambda b, s: s.write_datetime(1, 2, DAY, b.add_format({"num_format": "yyyy-mm-dd"}))), 2, "format of a number", Severity.VIOLATION),
    "a date with a time": (excel(lambda b, s: s.write_datetime(1, 3, DAY.replace(hour=9), b.add_format({"num_format": "yyyy-mm-dd hh:mm"}))), 2, "leave the time out", Severity.VIOLATION),
    "a long number": (excel(lambda _, s: s.write_number(2, 0, 12_345_678_901_234_567)), 3, "15 digits", Severity.VIOLATION),
    "a hidden sheet": (excel(lambda b, s: (b.add_worksheet("Seen").activate(), s.hide())), None, "is hidden", Severity.VIOLATION),
    "other sheets": (excel(lambda b, _: b.add_worksheet("Notes")), None, "others: Notes", Severity.WARNING),
    "macros": (added("xl/vbaProject.bin"), None, "macros", Severity.WARNING),
    "links": (added("xl/externalLinks/externalLink1.xml"), None, "links to others", Severity.WARNING),
    "another currency": (excel(lambda b, s: s.write_number(1, 2, 12.5, b.add_format({"num_format": '"$"#,##0.00'}))), None, "another currency than the euro, in row 2", Severity.WARNING),
    "a line through a cell": (excel(lambda b, s: s.write_string(2, 0, "b", b.add_format({"font_strikeout": True}))), None, "struck through, in row 3", Severity.WARNING),
    "a cell far away": (excel(far_away), None, "MiB", Severity.VIOLATION),
    "a bomb": (bomb, None, "MiB", Severity.VIOLATION),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_workbook_is_hostile_until_it_is_read(name: str, tmp_path: Path) -> None:
    fill, row, said, severity = HOSTILE[name]
    fill(tmp_path)
    limits = Build(max_workbook_mebibytes=512)
    resource = {"name": "t", "path": "t.xlsx", "schema": {"fields": FIELDS}}
    (tmp_path / "datapackage.json").write_text(json.dumps({"resources": [resource]}), encoding="utf-8")
    findings = check_tables(open_package(tmp_path, limits), limits).findings
    (finding,) = findings
    assert said in finding.message["en"]
    assert (finding.places[0].row, finding.severity) == (row, severity)
    assert finding.places[0].file.startswith("t.xlsx")


def test_a_sheet_that_there_is_not_is_told_with_those_that_there_are(tmp_path: Path) -> None:
    workbook(tmp_path / "t.xlsx")
    (finding,) = check_tables(opened(tmp_path, path="t.xlsx", dialect={"sheetName": "Projekte"})).findings
    assert finding.message["en"] == "there is no sheet Projekte; the sheets are Projets, Notes"


def test_each_value_of_a_list_is_judged(tmp_path: Path) -> None:
    fields = [
        {"name": "slug"},
        {"name": "n", "type": "list", "delimiter": "|", "itemType": "integer"},
        {
            "name": "code",
            "type": "list",
            "delimiter": "|",
            "codes": "list",
            "constraints": {"enum": ["north", "south"]},
        },
        {"name": "part", "type": "list", "delimiter": "|"},
    ]
    keys = [{"fields": "part", "reference": {"resource": "", "fields": "slug"}}]
    (tmp_path / "t.csv").write_text(
        "slug,n,code,part\na,1 | 2,north|south,a | b\nb,1|x,nort|south,a|bb\n", encoding="utf-8"
    )
    findings = check_tables(opened(tmp_path, schema={"fields": fields, "foreignKeys": keys})).findings
    told = {finding.places[0].column: (finding.value, finding.message["en"]) for finding in findings}
    assert {column: value for column, (value, _) in told.items()} == {"n": "x", "code": "nort", "part": "bb"}
    assert "did you mean north?" in told["code"][1]
    assert "whole number" in told["n"][1]

"""Workbooks of LibreOffice: read right, or told; and what nobody sees in a workbook is told."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from click.testing import CliRunner
from python_calamine import CalamineWorkbook, SheetVisibleEnum

from atmpgraph.cli import main
from atmpgraph.findings import Severity
from atmpgraph.intake.sheets import read_sheets
from atmpgraph.settings.groups import Build, Imports
from atmpgraph.sources.check import check_tables
from atmpgraph.sources.package import Package, open_package

from .libre_office import Cell, Row, Sheet, write

FIELDS: list[dict[str, Any]] = [
    {"name": "slug", "type": "string"},
    {"name": "amount", "type": "number"},
    {"name": "day", "type": "date"},
    {"name": "hour", "type": "time"},
    {"name": "moment", "type": "datetime"},
    {"name": "open", "type": "boolean"},
    {"name": "text", "type": "string"},
]
HEADER = Row([each["name"] for each in FIELDS])


def opened(folder: Path, rows: list[Row], file: str = "t.ods", **options: Any) -> Package:
    """A package of a sheet."""
    head, parts = options.pop("head", ""), options.pop("parts", None)
    sheets = [Sheet("Blatt", [HEADER, *rows], **options), Sheet("Still", [Row(["x"])], is_hidden=True)]
    write(folder / file, sheets, head=head, parts=parts)
    return declared(folder, file)


def declared(folder: Path, file: str) -> Package:
    """A package of a file."""
    resource = {"name": "t", "path": file, "schema": {"fields": FIELDS}}
    (folder / "datapackage.json").write_text(json.dumps({"resources": [resource]}), encoding="utf-8")
    return open_package(folder, Build(max_workbook_mebibytes=512))


def told(package: Package) -> list[tuple[int | None, str]]:
    """Row and words of each finding."""
    return [(each.places[0].row, each.message["en"]) for each in check_tables(package).findings]


def test_its_cells_are_read_by_their_values(tmp_path: Path) -> None:
    rows = [
        Row([
            Cell("a", note="nobody publishes\na note"),
            Cell("1.500,00 €", "currency", "1500"),
            Cell("17.01.24", "date", "2024-01-17"),
            Cell("13:45", "time", "PT13H45M00S"),
            Cell("17.01.24 13:45", "date", "2024-01-17T13:45:00"),
            Cell("WAHR", "boolean", "true"),
            Cell('<text:p>A<text:s text:c="2"/>B <text:span>C</text:span></text:p><text:p>D <text:a xlink:href="http://e/">E</text:a></text:p>', is_markup=True),
        ]),
        Row(times=3),
        Row(["b", Cell("2,5", "float", "2.5", formula="of:=5/2")], times=2),
    ]  # fmt: skip
    package = opened(tmp_path, rows)
    assert list(package.tables["t.csv"].rows()) == [
        (2, ["a", "1500", "2024-01-17", "13:45:00", "2024-01-17T13:45:00", "true", "A  B C\nD E"]),
        (6, ["b", "2.5", "", "", "", "", ""]),
        (7, ["b", "2.5", "", "", "", "", ""]),
    ]
    assert told(package) == []


@pytest.mark.parametrize(
    ("cells", "row", "said"),
    [
        (["a", Cell("#DIV/0!", "error", formula="of:=1/0")], 2, "has an error"),
        (["a", Cell("", "", formula="of:=1")], 2, "without a value"),
        (["a", Cell("25 %", "percentage", "0.25")], None, "25 % is read as 0.25"),
        ([Cell("<text:p>a<text:tab/>b</text:p>", is_markup=True)], 2, "a tab or a line break"),
        ([Cell("<text:p>a<text:line-break/>b</text:p>", is_markup=True)], 2, "a tab or a line break"),
        ([Cell("a", span=(2, 1)), Cell("", "", covered=True)], 2, "cells are merged"),
        (["a", "", Cell("noon", "time", "PT12H00M00S")], 2, "no date;"),
        (["a", "", "", Cell("100:00", "time", "PT100H00M00S")], 2, "write it as in 13:45:00"),
        (["a", "", Cell("17.01.24", "date", "2024-01-17T09:00:00")], 2, "leave the time out"),
        (["a", "", "", "", "", "", "", "far"], 2, "after the last column"),
    ],
)
def test_what_is_no_value_is_told(cells: list[Cell | str], row: int | None, said: str, tmp_path: Path) -> None:
    [(found, sentence)] = told(opened(tmp_path, [Row(cells)]))
    assert (found, said in sentence) == (row, True), sentence


def test_a_wrong_cell_after_repeated_rows_has_its_own_number(tmp_path: Path) -> None:
    rows = [Row(["a"], times=2), Row(times=5), Row(["b", Cell("#REF!", "error", formula="of:=#REF!")])]
    assert [row for row, _ in told(opened(tmp_path, rows))] == [9]


@pytest.mark.parametrize(
    ("rows", "head"),
    [
        ([Row([Cell("x", times=16_384)], times=1_048_576)], ""),
        ([Row([Cell("x", times=2_000_000_000)], times=2_000_000_000)], ""),
        ([Row([Cell("x", times=10**30)])], ""),
        ([Row([Cell("<text:p>&a;</text:p>", is_markup=True)])], '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
        (
            [Row([Cell("<text:p>&z;</text:p>", is_markup=True)])],
            '<!DOCTYPE x [<!ENTITY y "' + "lol" * 9_999 + '"><!ENTITY z "' + "&y;" * 99_999 + '">]>',
        ),
    ],
    ids=["a full sheet", "more than a sheet", "far more", "a file of the machine", "entities"],
)  # fmt: skip
def test_a_hostile_one_is_told_and_takes_nothing(rows: list[Row], head: str, tmp_path: Path) -> None:
    [(row, sentence)] = told(opened(tmp_path, rows, head=head))
    assert row is None
    assert "MiB" in sentence or "no workbook that can be read" in sentence


def test_a_part_that_unpacks_to_gigabytes_is_told(tmp_path: Path) -> None:
    [(_, sentence)] = told(opened(tmp_path, [], parts={"Pictures/more.xml": b" " * 600_000_000}))
    assert "MiB" in sentence


def _hidden_in_excel(folder: Path) -> Package:
    with xlsxwriter.Workbook(folder / "t.xlsx") as book:
        sheet = book.add_worksheet("Blatt")
        for place, each in enumerate(FIELDS):
            sheet.write(0, place, each["name"])
        for row in range(1, 9):
            sheet.write(row, 0, f"a{row}")
        for row in (2, 3, 4, 7, 20):
            sheet.set_row(row, None, None, {"hidden": True})
        sheet.set_column(1, 2, None, None, {"hidden": True})
        sheet.set_column(20, 30, None, None, {"hidden": True})
    return declared(folder, "t.xlsx")


def _hidden_in_libre_office(folder: Path) -> Package:
    rows = [
        Row(["a1"]), Row(["a2"], visibility="collapse", times=3), Row(["a5"], times=2), Row(["a7"], visibility="filter"),
        Row(["a8"]), Row(times=9), Row(visibility="collapse"),
    ]  # fmt: skip
    return opened(folder, rows, hidden_columns=[1, 2, 20])


@pytest.mark.parametrize("hidden", [_hidden_in_excel, _hidden_in_libre_office])
def test_hidden_rows_and_columns_are_told(hidden: Any, tmp_path: Path) -> None:
    """Those that have something in them."""
    findings = check_tables(hidden(tmp_path)).findings
    assert [each.severity for each in findings] == [Severity.WARNING] * 2
    rows, columns = (each.message["de"] for each in findings)
    assert rows.startswith("4 Zeilen des Blatts Blatt sind ausgeblendet")
    assert ": 3–5, 8. Sind sie vertraulich?" in rows
    assert ": amount, day. Sind sie vertraulich?" in columns
    assert {each.rule for each in findings} == {"hidden/table/t"}


def test_an_import_tells_of_hidden_rows(tmp_path: Path) -> None:
    _hidden_in_libre_office(tmp_path)
    [sheet] = read_sheets(tmp_path / "t.ods", Imports(), Build(max_workbook_mebibytes=512))
    assert sheet.hidden_rows == (3, 4, 5, 8)
    assert sheet.hidden == ("Still",)


def _checked(folder: Path) -> Any:
    called = ["--settings", str(folder / "atmpgraph.toml"), "check", "--json"]
    return json.loads(CliRunner().invoke(main, called).stdout)


def test_hidden_rows_can_be_acknowledged(tmp_path: Path) -> None:
    """And a good publication is told of them all the same."""
    folder = tmp_path / "ours"
    assert CliRunner().invoke(main, ["init", str(folder)]).exit_code == 0
    [header, *rows] = [
        line.split(",") for line in (folder / "data" / "organisations.csv").read_text("utf-8").splitlines()
    ]
    assert not any('"' in cell for row in rows for cell in row)
    write(
        folder / "data" / "organisations.ods",
        [Sheet("Orgs", [Row(header), *(Row(row, visibility="collapse") for row in rows)])],
    )
    content = json.loads((folder / "data" / "datapackage.json").read_text("utf-8"))
    content["resources"] = [{"name": "organisations", "path": "organisations.ods"}]
    (folder / "data" / "datapackage.json").write_text(json.dumps(content), encoding="utf-8")
    (folder / "data" / "organisations.csv").unlink()
    severities = {each["severity"] for each in _checked(folder)["findings"] if each.get("rule")}
    assert severities == {"warning"}
    acknowledged = "rule,type,slug,reason_en\nhidden,table,organisations,They were hidden to fit on a page\n"
    (folder / "data" / "acknowledgements.csv").write_text(acknowledged, encoding="utf-8")
    report = _checked(folder)
    [found] = [each for each in report["findings"] if each.get("rule")]
    assert found["severity"] == "info"
    assert "They were hidden to fit on a page" in found["message"]["en"]
    assert not any("acknowledgements" in str(each.get("places")) for each in report["findings"])


def test_a_template_that_libre_office_saved_is_taken_over(tmp_path: Path) -> None:
    """With its notes, lists, the hidden sheet of codes, and dates and amounts as types."""
    folder = tmp_path / "ours"
    assert CliRunner().invoke(main, ["init", str(folder)]).exit_code == 0
    called = ["--settings", str(folder / "atmpgraph.toml"), "--language", "fr"]
    made = CliRunner().invoke(main, [*called, "template", str(tmp_path / "t.xlsx"), "--table", "figures", "--filled"])
    assert made.exit_code == 0, made.output
    with CalamineWorkbook.from_path(tmp_path / "t.xlsx") as book:
        of_template = {each.name: each for each in book.sheets_metadata}
        sheets = []
        for name, about in of_template.items():
            rows = [[str(cell).removesuffix(".0") for cell in row] for row in book.get_sheet_by_name(name).to_python()]
            is_hidden = about.visible is not SheetVisibleEnum.Visible
            sheets.append(Sheet(name, [_as_saved(row) for row in rows], is_hidden=is_hidden))
    assert [sheet.is_hidden for sheet in sheets] == [False, True]
    head, *filled = sheets[0].rows
    new = list(filled[-1].cells)
    new[0] = "saved-by-libre-office"
    sheets[0] = Sheet(sheets[0].name, [head, *filled, Row(times=4), Row(new)])
    write(tmp_path / "t.ods", sheets)
    taken = CliRunner().invoke(main, [*called, "import", str(tmp_path / "t.ods"), "--yes"])
    assert taken.exit_code == 0, taken.output
    assert f"figures\u00a0: {len(filled) + 1} lignes" in taken.output
    table = _cells(folder / "data" / "figures.csv")
    example = _cells(folder / "example" / "data" / "figures.csv")
    assert [row["slug"] for row in table] == [*(row["slug"] for row in example), "saved-by-libre-office"]
    for row, before in zip(table, [*example, example[-1]], strict=True):
        kept = {name: value for name, value in before.items() if value and name not in {"slug", "source", "quotation"}}
        assert {name: row[name] for name in kept} == kept


def _cells(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


def _as_saved(row: list[str]) -> Row:
    cells: list[Cell | str] = []
    for text in row:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            cells.append(Cell("17.01.24", "date", text))
        elif re.fullmatch(r"\d{4,}(\.\d+)?", text):
            cells.append(Cell(f"{text},00 €", "currency", text))
        else:
            cells.append(Cell(text, "string" if text else "", note="a note of the template"))
    return Row(cells)


def test_numbers_that_excel_shows_otherwise_are_told(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "t.xlsx") as book:
        sheet, place = book.add_worksheet("Blatt"), [each["name"] for each in FIELDS].index("amount")
        for column, each in enumerate(FIELDS):
            sheet.write(0, column, each["name"])
        for row, form in enumerate(("0 %", "000", "0.00"), start=1):
            sheet.write(row, 0, f"a{row}")
            sheet.write(row, place, 0.25, book.add_format({"num_format": form}))
    said = [each.message["de"] for each in check_tables(declared(tmp_path, "t.xlsx")).findings]
    assert said[0].startswith("1 Zelle zeigt Prozent, in Zeile 2")
    assert said[1].startswith("1 Zelle zeigt Nullen vor ihrer Zahl, in Zeile 3")
    assert len(said) == 2

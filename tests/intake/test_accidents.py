"""Accidents of offices in files that are taken over: each is read as it is meant, or told and kept."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from odfdo import Cell, Document, Element, Style, Table
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from atmpgraph.intake.sheets import read_sheets
from atmpgraph.intake.units import in_euros
from atmpgraph.settings.groups import Build, Imports

from .test_import import left, publication, rows, run

__all__ = ["publication"]
HEADINGS = "Name;Country;Total cost;WP1\n"


def imported(publication: Path, file: Path) -> str:
    done = run(publication, "import", file, "--name", "Ours", "--yes")
    assert done.exit_code == 0, done.output
    return str(done.output)


def names(publication: Path) -> list[str]:
    return [row["name_fr"] for row in rows(publication, "organisations")]


def costs(publication: Path) -> list[str]:
    return [row.get("cost", "") for row in rows(publication, "project-participants")]


def reasons(publication: Path) -> dict[tuple[str, str], str]:
    """Why something is left, by row and column."""
    return {(one["row"], one["column"]): one["reason"] for one in left(publication)}


def filled(file: Path, change: Callable[[Workbook, Worksheet], object]) -> Path:
    """A workbook with two participants, and with an accident."""
    with Workbook(str(file)) as book:
        sheet = book.add_worksheet("Partners")
        for number, cells in enumerate(
            (HEADINGS.strip().split(";"), ["Alpha", "BE", 1000, "L"], ["Beta", "FR", 2000, "x"])
        ):
            sheet.write_row(number, 0, cells)
        change(book, sheet)
    return file


def _groups(sheet: Worksheet) -> None:
    sheet.merge_range(0, 0, 1, 0, "Name")
    sheet.merge_range(0, 1, 1, 1, "Country")
    sheet.merge_range(0, 2, 0, 3, "Budget (€)")
    sheet.merge_range(0, 4, 0, 5, "Work packages")
    sheet.write_row(1, 2, ["Total cost", "EU contribution", "WP1", "WP2"])
    sheet.write_row(2, 0, ["Alpha", "BE", 1000, 500, "L", "x"])
    sheet.write_row(3, 0, ["Beta", "FR", 2000, 700, "x"])


GROUPS = {
    "merged": None,
    "of text": "Name;Country;Budget (€);;Work packages;\n;;Total cost;EU contribution;WP1;WP2\n",
    "of text, above each": "Partner;;Money;;Work;\nName;Country;Total cost;EU contribution;WP1;WP2\n",
}


@pytest.mark.parametrize("name", GROUPS)
def test_headings_may_stand_in_two_rows(publication: Path, tmp_path: Path, name: str) -> None:
    if text := GROUPS[name]:
        file = tmp_path / "partners.csv"
        file.write_text(f"{text}Alpha;BE;1000;500;L;x\nBeta;FR;2000;700;x;\n", encoding="utf-8")
    else:
        file = tmp_path / "partners.xlsx"
        with Workbook(str(file)) as book:
            _groups(book.add_worksheet("Partners"))
    imported(publication, file)
    assert names(publication) == ["Alpha", "Beta"]
    found = [(row["cost"], row["contribution"]) for row in rows(publication, "project-participants")]
    assert found == [("1000", "500"), ("2000", "700")]
    parts = [(row["organisation"], row["workpackage"], row["role"]) for row in rows(publication, "participations")]
    assert parts == [("alpha", "wp1", "leads"), ("alpha", "wp2", "participatesIn"), ("beta", "wp1", "participatesIn")]
    assert rows(publication, "organisations")[0]["record"] == "3", "the row that a person sees"
    assert not left(publication)


@pytest.mark.parametrize(
    "text",
    [
        "Name;;Country\nAlpha;x;BE\nBeta;y;FR\n",
        "Name;;Budget\nAlpha;x;100\nBeta;y;200\n",
        "Name;Country;Budget\nAlpha;BE;\nBeta;FR;200\n",
    ],
    ids=["a column without a heading", "the same with numbers", "an empty cell"],
)
def test_a_row_is_no_heading(publication: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    imported(publication, tmp_path / "t.csv")
    assert names(publication) == ["Alpha", "Beta"]


@pytest.mark.parametrize("form", ['"$"#,##0.00', "[$$-409]#,##0.00", "[$£-809]#,##0", "[$CHF] #,##0", '#,##0 "USD"'])
def test_another_currency_in_the_format_of_a_cell_is_told(publication: Path, tmp_path: Path, form: str) -> None:
    file = filled(
        tmp_path / "t.xlsx", lambda book, sheet: sheet.write(1, 2, 1200, book.add_format({"num_format": form}))
    )
    imported(publication, file)
    assert costs(publication) == ["", "2000"]
    assert reasons(publication)["2", "Total cost"].startswith("an amount in another currency")
    assert left(publication)[0]["value"] == "¤ 1200"


@pytest.mark.parametrize(
    "form",
    ['#,##0.00 "€"', "[$€-40C]#,##0", "[$EUR] #,##0", "[Red]-#,##0", "#,##0.00 [$€-1]", '0" FTE"', '0" ETP"'],
)
def test_euros_and_plain_numbers_are_read(publication: Path, tmp_path: Path, form: str) -> None:
    file = filled(
        tmp_path / "t.xlsx", lambda book, sheet: sheet.write(1, 2, 1200, book.add_format({"num_format": form}))
    )
    imported(publication, file)
    assert costs(publication) == ["1200", "2000"]


TOLD: dict[str, tuple[str, tuple[str, str], str]] = {
    "amounts in thousands, above": (f"All amounts in k€\n{HEADINGS}Alpha;BE;10;x\n", ("3", "Total cost"), "an amount in another unit"),
    "the same in German": (f"Partner (Beträge in T€)\n\n{HEADINGS}Alpha;BE;10;x\n", ("4", "Total cost"), "an amount in another unit"),
    "dollars": (f"{HEADINGS}Alpha;BE;$1,200.00;x\n", ("2", "Total cost"), "an amount in another currency"),
    "an error for a country": (f"{HEADINGS}Alpha;#N/A;10;x\n", ("2", "Country"), "a spreadsheet wrote this"),
    "what a sheet in the cloud had not read": (f"{HEADINGS}Alpha;Loading...;10;x\n", ("2", "Country"), "a spreadsheet wrote this"),
    "a name that became a date": (f"{HEADINGS}2024-03-01;BE;10;x\nAlpha;BE;;\n", ("2", "Name"), "a date, where a name is meant"),
    "an identifier that was shortened": ("Name;Country;PIC\nAlpha;BE;9.99999E+08\n", ("2", "PIC"), "a spreadsheet shortened"),
    "a name that a spreadsheet computes": (f"{HEADINGS}Alpha;BE;10;x\n+Impact;BE;10;x\n", ("3", "Name"), "it looks like a formula"),
    "doubt": ("Name;Country;Town\nAlpha;BE;?\n", ("2", "Town"), "signs without a letter"),
    "a source below": (f"{HEADINGS}Alpha;BE;10;x\nSource: Ministry;;;\n", ("3", ""), "words about the table"),
    "notes below": (f"{HEADINGS}Alpha;BE;10;x\n\nProvisional;;;\nof 2024\n", ("5", ""), "words about the table"),
    "a heading between": (f"{HEADINGS}Alpha;BE;10;x\n\nAssociated partners;;;\nBeta;FR;;x\n", ("4", ""), "words about the table"),
    "a sum in capitals": (f"{HEADINGS}Alpha;BE;10;x\nTOTAL GENERAL;;10;\n", ("3", ""), "the row sums up"),
    "a sum of so many": (f"{HEADINGS}Alpha;BE;10;x\nTotal (1 partner);;10;\n", ("3", ""), "the row sums up"),
    "a sum of a part": (f"{HEADINGS}Alpha;BE;10;x\nSous-total Belgique;;10;\n", ("3", ""), "the row sums up"),
    "a country above its rows": (f"{HEADINGS}Belgique;;;\nAlpha;BE;10;x\n", ("2", ""), "a country alone"),
    "another table below": ("Name;Country;Role;WP1\nAlpha;BE;partner;x\n\nLot;Title;Leader;\nWP1;Management;Alpha;\n", ("5", ""), "below an empty row"),
    "a number for a name": (f"{HEADINGS}3;BE;10;x\nAlpha;BE;;\n", ("2", "Name"), "a number, where a name is meant"),
    "signs for a name": (f"{HEADINGS}---;---;---;---\nAlpha;BE;;\n", ("2", "Name"), "signs without a letter"),
    "an amount in brackets": (f"{HEADINGS}Alpha;BE;(1 250,00);x\n", ("2", "Total cost"), "an amount below zero"),
    "an amount below zero": (f"{HEADINGS}Alpha;BE;-300 €;x\n", ("2", "Total cost"), "an amount below zero"),
    "thousands in words": ("Name;Country;Total cost [en milliers d’euros]\nAlpha;BE;300\n", ("2", "Total cost [en milliers d’euros]"), "an amount in another unit"),
    "read twice": ("Name;Country\nUniversitÃ© de LiÃ¨ge;BE\n", ("2", ""), "1 row has letters"),
    "of DOS": ("Name;Country\nUniversit‚ de LiŠge;BE\n", ("2", ""), "1 row has letters"),
    "never read": ("Name;Country\nUniversit\ufffd;BE\n", ("2", ""), "1 row has letters"),
}  # fmt: skip


@pytest.mark.parametrize("name", TOLD)
def test_what_is_not_taken_as_it_stands_is_told(publication: Path, tmp_path: Path, name: str) -> None:
    text, place, reason = TOLD[name]
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    imported(publication, tmp_path / "t.csv")
    assert reasons(publication)[place].startswith(reason)
    wrong = {"Source: Ministry", "Provisional", "of 2024", "Associated partners", "Total (1 partner)", "2024-03-01"}
    assert not wrong & {*names(publication)}
    assert [cost for cost in costs(publication) if cost] in ([], ["10"], ["10", "10"])
    identifiers = rows(publication, "identifiers") if (publication / "data" / "identifiers.csv").is_file() else []
    assert all(row["value"] for row in identifiers)


READ: dict[str, tuple[str | bytes, list[str]]] = {
    "headings once more": (f"{HEADINGS}Alpha;BE;10;x\n{HEADINGS}Beta;FR;20;\n", ["Alpha", "Beta"]),
    "rows in quotation marks": ('"Name,Country,WP1"\n"Alpha,BE,x"\n', ["Alpha"]),
    "UTF-32": (f"{HEADINGS}Alpha;BE;10;x\n".encode("utf-32"), ["Alpha"]),
    "lines of an old Mac": (f"{HEADINGS}Alpha;BE;10;x\n".replace("\n", "\r"), ["Alpha"]),
    "signs that nobody sees": (f"{HEADINGS}\ufeffAl\u200bpha\u00a0;BE;10;x\n", ["Alpha"]),
    "a list of names": ("Name\nAlpha\nBeta\n", ["Alpha", "Beta"]),
    "ticks of a box": (f"{HEADINGS}Alpha;BE;10;WAHR\nBeta;FR;20;FALSCH\n", ["Alpha", "Beta"]),
    "quotation marks of words": (f"{HEADINGS}“Alpha”;„BE“;10;x\n«\u00a0Beta\u00a0»;FR;20;\n", ["Alpha", "Beta"]),
    "no more than nothing": (f"{HEADINGS}Alpha;BE;k. A.;x\nBeta;FR;n.v.t.;nee\n", ["Alpha", "Beta"]),
    "countries of all kinds": (f"{HEADINGS}Alpha;bel;;x\nBeta;The Netherlands;;\n", ["Alpha", "Beta"]),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_what_is_clear_is_read(publication: Path, tmp_path: Path, name: str) -> None:
    content, expected = READ[name]
    (tmp_path / "t.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    imported(publication, tmp_path / "t.csv")
    assert names(publication) == expected
    parts = rows(publication, "participations") if name != "a list of names" else []
    assert [row["organisation"] for row in parts] == (["alpha"] if parts else [])
    assert not left(publication)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("cordis.zip", b"PK\x03\x04", "an archive is not read; unpack it"),
        ("t.numbers", b"PK\x03\x04", "files of this kind are not read"),
        ("folder", None, "this is a folder; name the files in it"),
        ("t.csv", b"Name;Alpha;Beta\nCountry;BE;FR\nTotal cost;10;20\n", "the headings stand one below the other"),
        (
            "t.csv",
            b"Name;Country\n<<<<<<< HEAD\nA;BE\n=======\nB;BE\n>>>>>>> b\n",
            "t.csv, row 2: the marks of two versions",
        ),
    ],
)
@pytest.mark.parametrize("language", ["en", "de"])
def test_what_is_refused_is_told_with_a_remedy(
    publication: Path, tmp_path: Path, name: str, content: bytes | None, sentence: str, language: str
) -> None:
    file = tmp_path / name
    file.mkdir() if content is None else file.write_bytes(content)
    done = run(publication, "--language", language, "import", file, "--yes")
    assert (done.exit_code, done.exception.__class__) == (1, SystemExit)
    assert (sentence in done.stderr) == (language == "en")
    assert not (publication / "imports").exists()


@pytest.mark.parametrize(
    ("heading", "captions", "is_placed"),
    [
        ("Total", ["Amounts in k€"], False),
        ("Total (€)", ["Amounts in k€"], True),
        ("Total", ["Our project (budget 5 M€)"], True),
        ("Total", ["Kosten (CHF)"], False),
        ("Money (€) › Total (k€)", [], False),
        ("Money (k€) › Total (€)", [], True),
        ("Money (k€) › Total", [], False),
        ("Money (€) › Total", ["Beträge in T€"], True),
    ],
)
def test_the_nearest_words_say_the_unit(heading: str, captions: list[str], is_placed: bool) -> None:
    assert in_euros(heading, captions) == is_placed


def test_what_is_struck_through_is_told(publication: Path, tmp_path: Path) -> None:
    def strike(book: Workbook, sheet: Worksheet) -> None:
        sheet.write(2, 0, "Beta", book.add_format({"font_strikeout": True}))

    imported(publication, filled(tmp_path / "t.xlsx", strike))
    assert reasons(publication)["3", ""].startswith("1 cell is struck through")


def test_a_sheet_beside_the_others_is_kept(publication: Path, tmp_path: Path) -> None:
    """Numbers writes one with a summary of its tables in front; what it holds has no place, and is told."""

    def summary(book: Workbook, _: Worksheet) -> None:
        sheet = book.add_worksheet("Export Summary")
        sheet.write(0, 0, "This document was exported from Numbers.")
        sheet.write_row(2, 0, ["Numbers Sheet Name", "Numbers Table Name", "Excel Worksheet Name"])
        sheet.write_row(3, 0, ["Sheet 1", "Table 1", "Partners"])
        book.worksheets_objs.reverse()

    imported(publication, filled(tmp_path / "t.xlsx", summary))
    assert names(publication) == ["Alpha", "Beta"]
    assert {(one["sheet"], one["value"]) for one in left(publication)} == {
        ("Export Summary", "Sheet 1"),
        ("Export Summary", "Table 1"),
        ("Export Summary", "Partners"),
    }


def test_a_workbook_of_google(publication: Path, tmp_path: Path) -> None:
    """What Excel has no function for is a formula around its value; boxes are truths, dates and money have formats."""

    def cloud(book: Workbook, sheet: Worksheet) -> None:
        form = 'IFERROR(__xludf.DUMMYFUNCTION("IMPORTRANGE(""x"",""A2"")"),"Gamma")'
        sheet.write_formula(3, 0, form, None, "Gamma")
        sheet.write_row(3, 1, ["IT"])
        sheet.write(3, 2, 3000, book.add_format({"num_format": "[$€]#,##0.00"}))
        sheet.write_boolean(3, 3, True)
        sheet.write_boolean(2, 3, False)
        sheet.write(0, 4, "Signed")
        sheet.write_datetime(3, 4, date(2024, 1, 17), book.add_format({"num_format": "dd/mm/yyyy"}))

    [sheet] = read_sheets(filled(tmp_path / "t.xlsx", cloud), Imports(), Build(max_workbook_mebibytes=512))
    assert sheet.rows[2] == (4, ["Gamma", "IT", "3000", "true", "2024-01-17"])
    imported(publication, tmp_path / "t.xlsx")
    parts = [(row["organisation"], row["role"]) for row in rows(publication, "participations")]
    assert parts == [("alpha", "leads"), ("gamma", "participatesIn")]
    assert costs(publication) == ["1000", "2000", "3000"]


def test_an_open_document_is_told_of_alike(publication: Path, tmp_path: Path) -> None:
    """Dollars, and a line through a name."""
    document = Document("spreadsheet")
    document.body.clear()
    struck = Style("table-cell", name="struck")
    struck.append(Element.from_tag('<style:text-properties style:text-line-through-style="solid"/>'))
    document.insert_style(struck, automatic=True)
    table = Table("Partners")
    table.set_values([["Name", "Country", "Total cost"], ["Alpha", "BE"]])
    table.set_cell("A2", Cell("Alpha", style="struck"))
    table.set_cell("C2", Cell(1200, cell_type="currency", currency="USD"))
    document.body.append(table)
    document.save(tmp_path / "t.ods")
    imported(publication, tmp_path / "t.ods")
    told = reasons(publication)
    assert told["2", "Total cost"].startswith("an amount in another currency")
    assert told["2", ""].startswith("1 cell is struck through")


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [("t.csv", 2, "ends in .xlsx"), ("t", 2, "ends in .xlsx"), ("no/such/t.xlsx", 1, "no/such")],
)
def test_a_workbook_is_called_as_one_and_has_a_folder(
    publication: Path, tmp_path: Path, name: str, code: int, words: str
) -> None:
    done = run(publication, "template", tmp_path / name)
    assert (done.exit_code, done.exception.__class__) == (code, SystemExit)
    assert words in done.stderr
    assert not (tmp_path / name).exists()

"""A workbook to be filled in: a sheet a table, headings and notes in a language, lists of codes, checks of keys.

Every text is written as a text, so that nothing in it is a formula. `atmpgraph import` reads the workbook back.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name, xl_range_abs
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from ..i18n import Texts
from ..languages import PLACEHOLDER
from ..sources.descriptions import ColumnDescription, TableDescription
from .proposal import form_of_table, heading
from .sheets import LISTS_SHEET

_ROWS: Final = 2_000  # that are checked in the workbook
_DIGITS: Final = 15  # that a number of a workbook keeps
_TRUTH: Final = ("true", "false")


def write_template(
    file: Path,
    tables: Sequence[TableDescription],
    languages: Sequence[str],
    words: Texts,
    rows: Mapping[str, Sequence[Mapping[str, str]]],
) -> None:
    """Write the workbook.

    Args:
        file: that is written.
        tables: each gets a sheet.
        languages: of the publication: a column of text is there once for each.
        words: of the language of the headings.
        rows: that are filled in, by table.

    Raises:
        OSError: the system refuses it.
    """
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    try:
        with xlsxwriter.Workbook(str(file), options) as book:
            _Template(book, tables, languages, words).write(rows)
    except FileCreateError as error:
        raise next(each for each in (*error.args, OSError(str(error))) if isinstance(each, OSError)) from None


class _Template:
    def __init__(
        self,
        book: Workbook,
        tables: Sequence[TableDescription],
        languages: Sequence[str],
        words: Texts,
    ) -> None:
        self._book, self._tables, self._words = book, tables, words
        self._columns = {table.name: list(_columns(table, languages, words)) for table in tables}
        self._head, self._needed = (
            book.add_format({"bold": True, "bg_color": colour}) for colour in ("#DDE6F0", "#F6D9B8")
        )
        self._text, self._day = (book.add_format({"num_format": form}) for form in ("@", "yyyy-mm-dd"))
        self._wrong = book.add_format({"bg_color": "#F4B6B6"})
        self._lists: dict[tuple[str, ...], str] = {}

    def write(self, rows: Mapping[str, Sequence[Mapping[str, str]]]) -> None:
        """Write each sheet, and the lists that they refer to on a hidden one."""
        sheets = {table.name: self._book.add_worksheet(table.name[:31]) for table in self._tables}
        codes = self._book.add_worksheet(LISTS_SHEET)
        for table in self._tables:
            self._sheet(sheets[table.name], table, codes, rows.get(table.name, ()))
        codes.hide()

    def _sheet(
        self, sheet: Worksheet, table: TableDescription, codes: Worksheet, rows: Sequence[Mapping[str, str]]
    ) -> None:
        columns = self._columns[table.name]
        sheet.freeze_panes(1, 1)
        for place, (name, title, column) in enumerate(columns):
            is_day = column.type == "date"
            sheet.set_column(place, place, max(14, len(title) + 2), self._day if is_day else self._format(column))
            sheet.write_string(0, place, title, self._needed if column.is_required else self._head)
            notes = [self._words.gettext(column.description), *column.notes(self._words)]
            sheet.write_comment(0, place, f"{name}\n" + "\n".join(notes), {"x_scale": 2, "y_scale": 1.5})
            if rule := self._rule(place, column, codes):
                sheet.data_validation(1, place, _ROWS, place, {**rule, "ignore_blank": True})
        self._mark_keys(sheet, table)
        for number, row in enumerate(rows, start=1):
            for place, (name, _, column) in enumerate(columns):
                self._cell(sheet, number, place, row.get(name, ""), column)

    def _format(self, column: ColumnDescription) -> Format | None:
        return None if column.type in {"number", "integer"} else self._text

    def _cell(self, sheet: Worksheet, row: int, place: int, cell: str, column: ColumnDescription) -> None:
        if not cell:
            return
        if column.type == "date" and _is_day(cell):
            sheet.write_datetime(row, place, date.fromisoformat(cell), self._day)
        elif column.type in {"number", "integer"} and _is_short(cell):
            sheet.write_number(row, place, float(cell))
        else:
            sheet.write_string(row, place, cell, self._text)

    def _rule(self, place: int, column: ColumnDescription, codes: Worksheet) -> dict[str, Any]:
        """What a cell may hold."""
        refusal = {"error_title": column.name[:32], "error_message": self._words.gettext(column.description)[:255]}
        if column.type == "boolean" or column.codes:
            return {**refusal, "validate": "list", "source": f"={self._list(column.codes or _TRUTH, codes)}"}
        if column.refers_to in self._columns:
            key = next(each.key for each in self._tables if each.name == column.refers_to)[0]
            at = next(n for n, (name, _, _) in enumerate(self._columns[column.refers_to]) if name == key)
            return {
                **refusal,
                "validate": "list",
                "source": f"='{column.refers_to[:31]}'!{xl_range_abs(1, at, _ROWS, at)}",
            }
        if column.is_unique:
            letter = xl_col_to_name(place)
            whole = f"${letter}$2:${letter}${_ROWS + 1}"
            return {**refusal, "validate": "custom", "value": f"=COUNTIF({whole},{letter}2)=1"}
        if column.type == "date":
            return {**refusal, "validate": "date", "criteria": ">=", "value": date(1900, 1, 1)}
        if column.type in {"number", "integer"}:
            return {**refusal, "validate": "decimal", "criteria": "between", "minimum": -1e15, "maximum": 1e15}
        return {}

    def _list(self, values: tuple[str, ...], codes: Worksheet) -> str:
        """The range of the hidden sheet that lists some values."""
        if values not in self._lists:
            at = len(self._lists)
            for row, value in enumerate(values):
                codes.write_string(row, at, value)
            self._lists[values] = f"{LISTS_SHEET}!{xl_range_abs(0, at, len(values) - 1, at)}"
        return self._lists[values]

    def _mark_keys(self, sheet: Worksheet, table: TableDescription) -> None:
        """Colour the cells of a key that two rows have."""
        places = [n for n, (name, _, _) in enumerate(self._columns[table.name]) if name in table.key]
        letters = [xl_col_to_name(place) for place in places]
        if letters:
            alike = ",".join(f"${letter}$2:${letter}${_ROWS + 1},${letter}2" for letter in letters)
            filled = f'${letters[0]}2<>""'
            for place in places:
                rule = {"type": "formula", "criteria": f"=AND({filled},COUNTIFS({alike})>1)", "format": self._wrong}
                sheet.conditional_format(1, place, _ROWS, place, rule)


def _columns(
    table: TableDescription, languages: Sequence[str], words: Texts
) -> Iterator[tuple[str, str, ColumnDescription]]:
    """Each column that a sheet has: its name, what it is called, and what it is."""
    for column in table.columns:
        for tag in languages if PLACEHOLDER in column.name else ("",):
            name = column.name.replace(PLACEHOLDER, tag)
            title = heading(words.gettext(column.title), column.name, tag)
            # A heading that stands for another column as well, in any language, would not be read back.
            headings = form_of_table(table, languages).headers[name]
            yield name, title if title in headings else f"{title} [{name}]", column


def _is_day(cell: str) -> bool:
    try:
        return date.fromisoformat(cell).year > 1900
    except ValueError:
        return False


def _is_short(cell: str) -> bool:
    """Whether a workbook keeps all digits of a number."""
    digits = cell.replace(".", "", 1).lstrip("-")
    return digits.isdecimal() and len(digits) <= _DIGITS

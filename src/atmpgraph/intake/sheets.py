"""The sheets of a file that somebody else wrote: headings, and rows of text with the numbers that people see."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from ..i18n import Sentence, TranslatedError, counting, message
from ..reasons import reason_of, why_unreadable
from ..settings.groups import Build, Imports
from ..sources.canonical import (
    BEGINNING,
    BREAK,
    CURRENCIES,
    ERROR,
    FORMULA,
    IS_WORKBOOK,
    LONG_CELL,
    MERGED,
    SHOWN_OTHERWISE,
    long_cell,
    no_text_table,
)
from ..sources.check import NO_VALUE_WRITTEN
from ..sources.delimited import CONFLICT, MISREAD, is_conflict_mark
from ..sources.table_check import NO_VALUE
from ..sources.workbook import FIRST_SEEN, Typed, WorkbookError, open_sheet
from ..sources.workbook import Sheet as WorkbookSheet
from .layout import NUMBER, Merged, laid_out

LISTS_SHEET: Final = "atmpgraph_codes"  # of a template of ours: what its cells may hold
_WORKBOOKS: Final = (".xlsx", ".ods")
_ARCHIVES: Final = (".zip", ".gz", ".7z", ".rar", ".tar", ".tgz")
_TEXTS: Final = (".csv", ".tsv", ".txt")
_DELIMITERS: Final = (";", ",", "\t", "|")
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WRAPPED: Final = re.compile(r'"(?:[^"]|"")*"')
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_INVISIBLE: Final = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
# What people and exports write in a cell that has no value.
_NOTHING: Final = frozenset(
    ["", *(Path(__file__).parent / "no_values.txt").read_text(encoding="utf-8").casefold().splitlines()]
)

_LOST: Final = (("errors", ERROR), ("formulas", FORMULA), ("breaks", BREAK))
_MOST_AROUND: Final = 1_000  # rows above, between and below those of a table
_MOST_LOST: Final = 1_000  # merged cells that are told of
_NO_FILE: Final = message("{file}: there is no such file; correct the name")
_FOLDER: Final = message("{file}: this is a folder; name the files in it")
_PACKED: Final = message("{file}: an archive is not read; unpack it, and name the files that were in it")
_NOT_READ: Final = message("{file}: files of this kind are not read; save it as .csv, .xlsx or .ods")
_LARGE: Final = message("{file}: it has more than {n} bytes; cut it, or raise the setting [imports] max_file_bytes")
_ROWS: Final = message("{file}: it has more than {n} rows; cut it, or raise the setting [imports] max_rows")
_SHEETS: Final = message(
    "{file}: it has more than {n} sheets; keep those with rows to take over, or raise the setting [imports] max_sheets"
)
_NAMED_WRONG: Final = message("it is a workbook, whatever its name says; name it .xlsx or .ods")
_NOT_TEXT: Final = message("{file}: it is not text; save it as CSV in UTF-8")
_BOOK: Final = message("{file}: {reason}")
_MISREAD_ROWS: Final = counting(
    "{n} row has letters that were read in a wrong coding, row {row}: save the file anew, as CSV in UTF-8, or correct"
    " the words there",
    "{n} rows have letters that were read in a wrong coding, the first is row {row}: save the file anew, as CSV in"
    " UTF-8, or correct the words there",
)
_OTHER_TABLE: Final = counting(
    "{n} row stands below an empty one and looks like the headings of another table, row {row}: put that table on a"
    " sheet of its own",
    "{n} rows stand below empty ones and look like the headings of other tables, the first in row {row}: put each table"
    " on a sheet of its own",
)
_END: Final = "\x1c"  # the row after the last one; nobody types it
_OPEN: Final = message(
    "{file}, row {row}: a quotation mark is not closed, so that all rows below are one cell; close it"
)
_AT_ROW: Final = message("{file}, row {row}: {reason}")
_BROKEN: Final = message("{file}, row {row}: not a row of CSV: {reason}")


@dataclass(frozen=True)
class Sheet:
    """A sheet with headings.

    Attributes:
        file: the name of its file.
        name: of the sheet; empty for a file of text, which is one.
        header: the headings, as they are written.
        rows: the number that people see, and a cell for each heading.
        odd: rows with more cells than headings, whose columns nobody knows.
        lost: row, column from 0 and reason of what has no value: formulas, errors, merged cells.
        hidden: the sheets of the file that are not read; with its first sheet alone.
        hidden_rows: those with cells that nobody sees, and that are read.
        otherwise: the rows that are read otherwise than a person sees them, by the sentence that says so.
        captions: what stands above the headings.
        notes: rows between or below those of the table that are words about it.
    """

    file: str
    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, list[str]], ...]
    odd: tuple[tuple[int, list[str]], ...] = ()
    lost: tuple[tuple[int, int, str], ...] = ()
    hidden: tuple[str, ...] = ()
    hidden_rows: tuple[int, ...] = ()
    otherwise: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    captions: tuple[str, ...] = ()
    notes: tuple[tuple[int, list[str]], ...] = ()


def read_sheets(path: Path, limits: Imports, build: Build) -> list[Sheet]:
    """The sheets of a file that have headings and are to be seen.

    Args:
        path: of the file.
        limits: how large it may be.
        build: how long a cell may be, and the memory that reading a workbook may take.

    Raises:
        TranslatedError: it cannot be read.
    """
    require_size(path, limits)
    if path.suffix.lower() in _WORKBOOKS:
        return [sheet for sheet in _of_workbook(path, limits, build.max_workbook_mebibytes) if sheet.header]
    if path.suffix.lower() in _TEXTS:
        sheet = _sheet(path, "", _of_text(path, build.max_cell_characters), limits)
        return [sheet] if sheet.header else []
    raise TranslatedError(_PACKED if path.suffix.lower() in _ARCHIVES else _NOT_READ, file=str(path))


def turned(sheet: Sheet) -> Sheet:
    """A sheet whose first column is that of its headings, if it were one."""
    return replace(sheet, header=(sheet.header[0], *(cells[0] for _, cells in sheet.rows)), rows=())


def require_size(path: Path, limits: Imports) -> None:
    """Require that a file is there, and not too large.

    Raises:
        TranslatedError: it is not.
    """
    if path.is_dir():
        raise TranslatedError(_FOLDER, file=str(path))
    if why := why_unreadable(path):
        raise TranslatedError(_BOOK, file=str(path), reason=why)
    if not path.exists():
        raise TranslatedError(_NO_FILE, file=str(path))
    if path.stat().st_size > limits.max_file_bytes:
        raise TranslatedError(_LARGE, file=str(path), n=limits.max_file_bytes)


def _of_text(path: Path, most: int) -> Iterator[tuple[int, list[str]]]:
    content = path.read_bytes()
    if why := no_text_table(content[:BEGINNING]):
        raise TranslatedError(_BOOK, file=str(path), reason=Sentence(_NAMED_WRONG if why == IS_WORKBOOK else why))
    if b"\0" in content and not content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise TranslatedError(_NOT_TEXT, file=str(path))
    text = _unwrapped(_decoded(content, path))
    reader = csv.reader(io.StringIO(f"{text}\n{_END}", newline=""), delimiter=_delimiter(text))
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if cells == [_END]:
                return
            if cells and cells[-1].endswith(f"\n{_END}"):  # a quotation mark is open, so that the rest is one cell
                raise TranslatedError(_OPEN, file=str(path), row=number)
            if long_cell(cells, most) is not None:
                raise TranslatedError(_AT_ROW, file=str(path), row=number, reason=Sentence(LONG_CELL, {"n": most}))
            if is_conflict_mark(cells):
                raise TranslatedError(_AT_ROW, file=str(path), row=number, reason=Sentence(CONFLICT))
            yield number, cells
    except csv.Error as error:
        raise TranslatedError(_BROKEN, file=str(path), row=number + 1, reason=reason_of(error)) from None


def _decoded(content: bytes, path: Path) -> str:
    """The text by its byte order mark, else in UTF-8, else in the code page of Western Europe."""
    encodings = [name for mark, name in _MARKS if content.startswith(mark)] or ["utf-8", "cp1252"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TranslatedError(_NOT_TEXT, file=str(path))


def _unwrapped(text: str) -> str:
    """Rows that were quoted whole, each as one cell, as they were before."""
    lines = text.splitlines()
    is_wrapped = bool(lines) and all(map(_WRAPPED.fullmatch, lines)) and any(mark in lines[0] for mark in _DELIMITERS)
    return "\n".join(line[1:-1].replace('""', '"') for line in lines) if is_wrapped else text


def _delimiter(text: str) -> str:
    """The character that parts the headings: the most frequent one outside quotes in the first line with words."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    counts = Counter(re.sub(r'"[^"]*"', "", first))
    return max(_DELIMITERS, key=lambda one: (counts[one], -_DELIMITERS.index(one)))


def _of_workbook(path: Path, limits: Imports, mebibytes: int) -> Iterator[Sheet]:
    try:
        first = open_sheet(path, FIRST_SEEN, mebibytes)
        if len(first.others) >= limits.max_sheets:
            raise TranslatedError(_SHEETS, file=str(path), n=limits.max_sheets)
        yield replace(_of_sheet(path, first, limits), hidden=tuple(first.about["hidden"]))
        for name in first.others:
            yield _of_sheet(path, open_sheet(path, name, mebibytes), limits)
    except WorkbookError as error:
        raise TranslatedError(_BOOK, file=str(path), reason=Sentence(error.sentence, error.values)) from None


def _of_sheet(path: Path, sheet: WorkbookSheet, limits: Imports) -> Sheet:
    merged = sheet.about.get("merged", ())
    signs = {(row, column) for row, column in sheet.about.get(CURRENCIES, ())}
    rows = _numbered(sheet.first_column, sheet.rows, signs)
    read = _sheet(path, sheet.name, rows, limits, merged)
    first = min((number for number, _ in (*read.rows, *read.odd)), default=0)
    lost = [(row, column, sentence) for kind, sentence in _LOST for row, column in sheet.about.get(kind, ())]
    lost += [
        (row, column, MERGED)
        for low, high, left, right in merged
        for row in range(low, high + 1)
        for column in range(left, right + 1)
        if (row, column) != (low, left)
    ][:_MOST_LOST]
    seen = tuple((row, column, why) for row, column, why in lost if row >= first and column < len(read.header))
    otherwise = {
        sentence: tuple(row for row, place in sheet.about.get(kind, ()) if row >= first and place < len(read.header))
        for kind, sentence in SHOWN_OTHERWISE
        if kind != CURRENCIES  # a number that is shown so has a sign
    }
    hidden_rows = tuple(row for row in sheet.about["hidden_rows"] if row >= first)
    return replace(
        read,
        lost=(*read.lost, *seen),
        hidden_rows=hidden_rows,
        otherwise={**read.otherwise, **{one: at for one, at in otherwise.items() if at}},
    )


def _numbered(
    empty: int, rows: Iterator[tuple[int, list[Any]]], signs: Set[tuple[int, int]]
) -> Iterator[tuple[int, list[str]]]:
    """Rows of text; a number that is shown in another currency than the euro has a sign, as a person sees it."""
    for number, cells in rows:
        texts = [""] * empty + [_text(cell) for cell in cells]
        yield number, [f"¤ {each}" if each and (number, place) in signs else each for place, each in enumerate(texts)]


def _text(cell: Any) -> str:  # noqa: ANN401 - what a workbook holds
    match cell:
        case None:
            return ""
        case bool():
            return str(cell).lower()
        case float():
            return format(Decimal(str(cell)).normalize(), "f")
        case Typed():
            return cell.text.removesuffix("T00:00:00")
    return str(cell)


def _sheet(path: Path, name: str, rows: Iterator[tuple[int, list[str]]], limits: Imports, merged: Merged = ()) -> Sheet:
    tidy = list[tuple[int, list[str]]]()
    for number, cells in rows:
        if any(clean := [_tidy(cell) for cell in cells]):
            tidy.append((number, clean))
        if len(tidy) > limits.max_rows + _MOST_AROUND:
            raise TranslatedError(_ROWS, file=str(path), n=limits.max_rows)
    layout = laid_out(tidy, merged)
    if len(layout.rows) > limits.max_rows:
        raise TranslatedError(_ROWS, file=str(path), n=limits.max_rows)
    width = len(layout.header)
    good = [
        (number, [*map(_value, cells[:width]), *[""] * (width - len(cells))])
        for number, cells in layout.rows
        if not any(cells[width:])
    ]
    apart, misread = tuple(_apart(good)), tuple(number for number, cells in good if any(map(MISREAD.search, cells)))
    return Sheet(
        path.name,
        name,
        tuple(layout.header),
        tuple((number, cells) for number, cells in good if any(cells)),
        tuple((number, cells) for number, cells in layout.rows if any(cells[width:])),
        tuple(
            (number, place, NO_VALUE_WRITTEN)
            for number, cells in layout.rows
            for place, cell in enumerate(cells[:width])
            if NO_VALUE.fullmatch(cell)
        ),
        otherwise={sentence: at for sentence, at in ((_OTHER_TABLE, apart), (_MISREAD_ROWS, misread)) if at},
        captions=layout.captions,
        notes=layout.notes,
    )


def _tidy(cell: str) -> str:
    return _CONTROL.sub(" ", _INVISIBLE.sub("", cell)).strip()


def _value(cell: str) -> str:
    """A cell; empty where it stands for none."""
    return "" if cell.casefold() in _NOTHING or NO_VALUE.fullmatch(cell) else cell


def _apart(rows: list[tuple[int, list[str]]]) -> Iterator[int]:
    """Rows below an empty one that have words where all rows above have numbers: the headings of another table."""
    numeric: dict[int, bool] = {}
    before = rows[0][0] if rows else 0
    for number, cells in rows:
        at = [place for place, cell in enumerate(cells) if cell]
        numbers = [place for place in at if NUMBER.fullmatch(cells[place])]
        if number > before + 1 and not numbers and any(numeric.get(place) for place in at):
            yield number
        for place in at:
            numeric[place] = numeric.get(place, True) and place in numbers
        before = number

"""The sheets of a file that somebody else wrote: headings, and rows of text with the numbers that people see."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from ..i18n import Sentence, TranslatedError, counting, message
from ..reasons import reason_of
from ..settings.groups import Imports
from ..sources.canonical import BREAK, ERROR, FORMULA, MERGED, SHOWN_OTHERWISE
from ..sources.workbook import FIRST_SEEN, Typed, WorkbookError, open_sheet
from ..sources.workbook import Sheet as WorkbookSheet

LISTS_SHEET: Final = "atmpgraph_codes"  # of a template of ours: what its cells may hold
_WORKBOOKS: Final = (".xlsx", ".ods")
_TEXTS: Final = (".csv", ".tsv", ".txt")
_DELIMITERS: Final = (";", ",", "\t", "|")
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# What stands for an empty cell in exports.
_NOTHING: Final = frozenset({"", "n.a.", "n/a", "-", "null"})

_LOST: Final = (("errors", ERROR), ("formulas", FORMULA), ("breaks", BREAK))
_MOST_LOST: Final = 1_000  # merged cells that are told of
_NO_FILE: Final = message("{file}: there is no such file; correct the name")
_NOT_READ: Final = message("{file}: files of this kind are not read; save it as .csv, .xlsx or .ods")
_LARGE: Final = message("{file}: it has more than {n} bytes; cut it, or raise the setting [imports] max_file_bytes")
_ROWS: Final = message("{file}: it has more than {n} rows; cut it, or raise the setting [imports] max_rows")
_NOT_TEXT: Final = message("{file}: it is not text; save it as CSV in UTF-8")
_BOOK: Final = message("{file}: {reason}")
_MOST_CAPTIONS: Final = 5  # rows of one cell above the headings
_NUMBER: Final = re.compile(r"[-+]?[0-9][0-9\s.,'’]*")
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
        otherwise: the rows of numbers that are shown otherwise than they are, by the sentence that says so.
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


def read_sheets(path: Path, limits: Imports, mebibytes: int) -> list[Sheet]:
    """The sheets of a file that have headings and are to be seen.

    Args:
        path: of the file.
        limits: how large it may be.
        mebibytes: the memory that reading a workbook may take.

    Raises:
        TranslatedError: it cannot be read.
    """
    require_size(path, limits)
    if path.suffix.lower() in _WORKBOOKS:
        return [sheet for sheet in _of_workbook(path, limits, mebibytes) if sheet.header]
    if path.suffix.lower() in _TEXTS:
        sheet = _sheet(path, "", _of_text(path), limits)
        return [sheet] if sheet.header else []
    raise TranslatedError(_NOT_READ, file=str(path))


def require_size(path: Path, limits: Imports) -> None:
    """Require that a file is there, and not too large.

    Raises:
        TranslatedError: it is not.
    """
    if not path.is_file():
        raise TranslatedError(_NO_FILE, file=str(path))
    if path.stat().st_size > limits.max_file_bytes:
        raise TranslatedError(_LARGE, file=str(path), n=limits.max_file_bytes)


def _of_text(path: Path) -> Iterator[tuple[int, list[str]]]:
    content = path.read_bytes()
    if b"\0" in content and not content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise TranslatedError(_NOT_TEXT, file=str(path))
    text = _decoded(content, path)
    reader = csv.reader(io.StringIO(f"{text}\n{_END}", newline=""), delimiter=_delimiter(text))
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if cells == [_END]:
                return
            if cells and cells[-1].endswith(f"\n{_END}"):  # a quotation mark is open, so that the rest is one cell
                raise TranslatedError(_OPEN, file=str(path), row=number)
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


def _delimiter(text: str) -> str:
    """The character that parts the headings: the most frequent one outside quotes in the first line with words."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    counts = Counter(re.sub(r'"[^"]*"', "", first))
    return max(_DELIMITERS, key=lambda one: (counts[one], -_DELIMITERS.index(one)))


def _of_workbook(path: Path, limits: Imports, mebibytes: int) -> Iterator[Sheet]:
    try:
        first = open_sheet(path, FIRST_SEEN, mebibytes)
        yield replace(_of_sheet(path, first, limits), hidden=tuple(first.about["hidden"]))
        for name in first.others:
            yield _of_sheet(path, open_sheet(path, name, mebibytes), limits)
    except WorkbookError as error:
        raise TranslatedError(_BOOK, file=str(path), reason=Sentence(error.sentence, error.values)) from None


def _of_sheet(path: Path, sheet: WorkbookSheet, limits: Imports) -> Sheet:
    read = _sheet(path, sheet.name, _numbered(sheet.first_column, sheet.rows), limits)
    first = min((number for number, _ in (*read.rows, *read.odd)), default=0)
    lost = [(row, column, sentence) for kind, sentence in _LOST for row, column in sheet.about.get(kind, ())]
    lost += [
        (row, column, MERGED)
        for low, high, left, right in sheet.about.get("merged", ())
        for row in range(low, high + 1)
        for column in range(left, right + 1)
        if (row, column) != (low, left)
    ][:_MOST_LOST]
    seen = tuple((row, column, why) for row, column, why in lost if row >= first and column < len(read.header))
    otherwise: dict[str, tuple[int, ...]] = {
        sentence: rows
        for kind, sentence in SHOWN_OTHERWISE
        if (rows := tuple(row for row, place in sheet.about.get(kind, ()) if row >= first and place < len(read.header)))
    }
    hidden_rows = tuple(row for row in sheet.about["hidden_rows"] if row >= first)
    return replace(read, lost=seen, hidden_rows=hidden_rows, otherwise={**read.otherwise, **otherwise})


def _numbered(empty: int, rows: Iterator[tuple[int, list[Any]]]) -> Iterator[tuple[int, list[str]]]:
    return ((number, [""] * empty + [_text(cell) for cell in cells]) for number, cells in rows)


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


def _sheet(path: Path, name: str, rows: Iterator[tuple[int, list[str]]], limits: Imports) -> Sheet:
    header, caption = list[str](), False
    good, odd = list[tuple[int, list[str]]](), list[tuple[int, list[str]]]()
    for number, cells in rows:
        tidy = [_CONTROL.sub(" ", cell).strip() for cell in cells]
        if not any(tidy):
            continue
        filled = sum(map(bool, tidy))
        if not header or (caption and (filled > 1 if not good else filled > 2 and len(good) < _MOST_CAPTIONS)):
            header, caption = tidy, filled == 1 or (filled == 2 and next(filter(None, tidy)).endswith(":"))
            good.clear()
            odd.clear()
            while header and not header[-1]:
                header.pop()
            continue
        if len(good) >= limits.max_rows:
            raise TranslatedError(_ROWS, file=str(path), n=limits.max_rows)
        if any(tidy[len(header) :]):
            odd.append((number, tidy))
        else:
            tidy = ["" if cell.lower() in _NOTHING else cell for cell in tidy[: len(header)]]
            good.append((number, tidy + [""] * (len(header) - len(tidy))))
    apart = tuple(_apart(good))
    return Sheet(
        path.name, name, tuple(header), tuple(good), tuple(odd), otherwise={_OTHER_TABLE: apart} if apart else {}
    )


def _apart(rows: list[tuple[int, list[str]]]) -> Iterator[int]:
    """Rows below an empty one that have words where all rows above have numbers: the headings of another table."""
    numeric: dict[int, bool] = {}
    before = rows[0][0] if rows else 0
    for number, cells in rows:
        at = [place for place, cell in enumerate(cells) if cell]
        numbers = [place for place in at if _NUMBER.fullmatch(cells[place])]
        if number > before + 1 and not numbers and any(numeric.get(place) for place in at):
            yield number
        for place in at:
            numeric[place] = numeric.get(place, True) and place in numbers
        before = number

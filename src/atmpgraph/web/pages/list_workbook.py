"""A list as a workbook, sent while it is written: real numbers and dates, and a sheet that says what it is.

XlsxWriter makes a workbook without rows: it has a ZIP when all of it is written, 50,000 rows after seconds. So the rows
are written here, into the place of one that stands for them (ECMA-376-1 §18.3.1, with in-line strings).
"""

import io
import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import count as numbers
from math import isfinite
from typing import Any, Final
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from ..core.context import Context, created
from ..core.list_state import ListState
from ..core.response import Body
from .list_downloads import Source, plain
from .list_words import Entry, Reader
from .lists import list_title

WORKBOOK_ROWS: Final = 50_000
_LONGEST_CELL: Final = 32_767  # characters
_DIGITS: Final = 15  # that a number keeps
_DATE_FORMAT: Final = 14  # the short date of the reader's country
_FIRST_DAY: Final = date(1899, 12, 30)  # day 0 as spreadsheets count, since they take 1900 for a leap year (§18.17.4.1)
_SHEET: Final = "xl/worksheets/sheet1.xml"
_SAMPLE: Final = re.compile(rb'<row r="2".*?<c r="A2" s="(\d+)">.*?</row>')  # the row that stands for all
_EXTENT: Final = re.compile(rb'<dimension ref="([^"]*:[A-Z]+)\d+"')
# What XML cannot have, and what stands for it (ST_Xstring, ECMA-376-1 §22.9.2.19).
_UNWRITTEN: Final = re.compile("_x(?=[0-9a-fA-F]{4}_)|[\x00-\x08\x0b-\x1f\ufffe\uffff]")


def workbook_body(context: Context, state: ListState) -> Body:
    """A workbook with words in the reader's language."""
    source = Source.of(context, state)
    with state.rows() as (lists, selection):
        title, count = (
            list_title(context, state, Reader(lists, context.languages, source.texts, context.base)),
            selection.count,
        )
    frame = _frame(source, title, count, context)
    return Body(_pieces(source, frame, min(count, WORKBOOK_ROWS)))


def _frame(source: Source, title: str, count: int, context: Context) -> bytes:
    """The workbook with the heads, and one row in the place of all others."""
    import xlsxwriter  # a tenth of the time in which a server starts, and few download a workbook

    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": title, "created": created(context.release).replace(tzinfo=None)})
    bold, day = book.add_format({"bold": True, "text_wrap": True}), book.add_format({"num_format": _DATE_FORMAT})
    sheet, about = book.add_worksheet(source.texts.gettext("List")), book.add_worksheet(source.texts.gettext("About"))
    for each in (sheet, about) if source.texts.direction == "rtl" else ():
        each.right_to_left()
    heads = source.heads
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, len(heads), 24)
    sheet.freeze_panes(1, 1)
    sheet.write_row(0, 0, heads, bold)
    sheet.write_datetime(1, 0, date(2000, 1, 1), day)
    for place, (label, text) in enumerate(_about(source, title, count, context)):
        about.write_string(place, 0, label, bold)
        about.write_string(place, 1, text)
    about.set_column(0, 1, 60)
    book.close()
    return file.getvalue()


def _about(source: Source, title: str, count: int, context: Context) -> Iterator[tuple[str, str]]:
    """What a workbook is: the list, its filters, its release; and what is cut."""
    words = source.texts
    yield title, context.settings.title.best(context.languages)
    yield words.gettext("Address"), f"{context.iris.page(source.state.path)}?{source.state.query()}".rstrip("?")
    yield words.gettext("Release"), context.release.digest
    yield words.gettext("Date"), source.texts.date(created(context.release).date().isoformat())
    yield words.gettext("Licence of the data"), context.settings.licence
    yield words.gettext("Rows"), source.texts.number(min(count, WORKBOOK_ROWS))
    if count > WORKBOOK_ROWS:
        yield (
            words.gettext(
                "A workbook has the first {rows} rows of {count}; CSV and JSON have all.",
                rows=WORKBOOK_ROWS,
                count=count,
            ),
            "",
        )


class _Sent(io.RawIOBase):
    """Takes what is written, for what is sent next."""

    def __init__(self) -> None:
        self._pieces = list[bytes]()

    def writable(self) -> bool:
        """A ZIP is written, and never changed (no `seek`): lengths follow the content (APPNOTE §4.3.9)."""
        return True

    def write(self, piece: Any) -> int:  # noqa: ANN401 - any buffer
        self._pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> bytes:
        """What was written since."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def _pieces(source: Source, frame: bytes, count: int) -> Iterator[bytes]:
    sent = _Sent()
    with ZipFile(io.BytesIO(frame)) as whole, ZipFile(sent, "w", ZIP_DEFLATED) as book:
        for entry in whole.infolist():
            new = ZipInfo(entry.filename, entry.date_time)
            new.compress_type = ZIP_DEFLATED
            with book.open(new, "w") as file:
                if entry.filename != _SHEET:
                    file.write(whole.read(entry))
                    continue
                for piece in _sheet(source, whole.read(entry), count):
                    file.write(piece)
                    yield sent.taken()
    yield sent.taken()


def _sheet(source: Source, frame: bytes, count: int) -> Iterator[bytes]:
    """The sheet of the list, some hundreds of rows at a time."""
    from xlsxwriter.utility import xl_col_to_name

    sample = _SAMPLE.search(frame)
    assert sample  # noqa: S101 - it was written
    yield _EXTENT.sub(rb'<dimension ref="\g<1>%d"' % (count + 1), frame[: sample.start()])
    columns = [f'<c r="{xl_col_to_name(place)}' for place in range(len(source.heads))]
    row, day = numbers(2), sample[1].decode()
    for batch in source.batches(WORKBOOK_ROWS):
        lines = list[str]()
        for (thing, entries), number in zip(batch, row, strict=False):
            cells = [*(_cell(*cell, day) for cell in source.cells(entries)), _text(thing)]
            written = "".join(f"{column}{number}{cell}" for column, cell in zip(columns, cells, strict=True) if cell)
            lines.append(f'<row r="{number}">{written}</row>')
        yield "".join(lines).encode("utf-8", "replace")
    yield frame[sample.end() :]


def _cell(entries: Sequence[Entry], word: str, day: str) -> str:
    """A cell, after its column and row; empty for none."""
    if len(entries) == 1 and (number := entries[0].number) is not None and _fits(number):
        return f'"><v>{float(number)!r}</v></c>'
    if len(entries) == 1 and (days := _days(entries[0].date)):
        return f'" s="{day}"><v>{days}</v></c>'
    return _text(plain(entries, word))


def _text(text: str) -> str:
    text = text[:_LONGEST_CELL]
    if _UNWRITTEN.search(text):
        text = _UNWRITTEN.sub(lambda match: f"_x{ord(match[0][0]):04X}_{match[0][1:]}", text)
    return f'" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>' if text else ""


def _fits(number: Decimal) -> bool:
    return isfinite(float(number)) and len(number.normalize().as_tuple().digits) <= _DIGITS


def _days(text: str) -> int:
    """A whole date as a workbook counts; 0 where it knows none: before 1901."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return 0
    return (day - _FIRST_DAY).days if day.year > 1900 else 0

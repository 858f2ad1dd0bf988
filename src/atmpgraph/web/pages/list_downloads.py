"""A list for download, as it is filtered and sorted: CSV, a workbook, JSON, RDF; in pieces, never whole in memory."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Any, Final

import pyoxigraph as ox

from ...formats import N_QUADS, N_TRIPLES, TRIG, TURTLE, Format
from ...i18n import Texts, message, texts
from ...languages import best
from ...lists.declared import DETAILS
from ...lists.lookup import Heading
from ...rdf.serialize import prefixes_for, serialize
from ...release.release import Release
from ...spreadsheets import as_text
from ..core.context import Context, created
from ..core.list_state import ListState
from ..core.response import Body
from .list_words import Entry, Reader
from .lists import list_title

# Formats that are as good in pieces: the others are offered of a list that is not long.
IN_PIECES: Final = (TURTLE, N_TRIPLES, TRIG, N_QUADS)
WHOLE_THINGS: Final = 2_000  # in a format that is made at once
WORKBOOK_ROWS: Final = 50_000
_BATCH: Final = 500
_CHUNK: Final = 1 << 16
_LONGEST_CELL: Final = 32_767  # characters, in a workbook
_DIGITS: Final = 15  # that a number of a workbook keeps
_HEADINGS: Final = {"unit": message("Unit"), "currency": message("Currency"), "qualifier": message("Exactness")}
_DATE_FORMAT: Final = 14  # the short date of the reader's country


@dataclass(frozen=True)
class _Source:
    """What a download is made from, apart from the request: it is read after the request ended."""

    state: ListState
    languages: tuple[str, ...]
    texts: Texts
    release: Release
    base: str

    @classmethod
    def of(cls, context: Context, state: ListState) -> "_Source":
        return cls(state, context.languages, texts(context.language), context.release, context.base)

    @property
    def heads(self) -> list[str]:
        """The heads of the columns, those of the details of a number and that of the IRI included."""
        heads = []
        for column in self.state.listing.columns:
            if self._is_told(column):
                continue
            heads.append(best(column.label, self.languages))
            heads += [self.texts.gettext(_HEADINGS[name]) for name in DETAILS if name in column.details]
        return [*heads, "IRI"]

    def batches(self, most: int | None = None) -> Iterator[list[tuple[str, list[list[Entry]]]]]:
        """The rows, some hundreds at a time."""
        details = [[name for name in DETAILS if name in column.details] for column in self.state.listing.columns]
        with self.state.rows() as (lists, selection):
            reader = Reader(lists, self.languages, self.texts, self.base)
            numbers = islice(selection.numbers(self.languages[0]), most)
            while batch := list(islice(numbers, _BATCH)):
                yield list(reader.read(list(selection.rows(batch)), details))

    def cells(self, row: Sequence[Sequence[Entry]]) -> Iterator[tuple[Sequence[Entry], str]]:
        """The cells of a row: entries, or a word where there is a detail of a number."""
        for entries, column in zip(row, self.state.listing.columns, strict=True):
            if self._is_told(column):
                continue
            yield entries, ""
            for at, _ in enumerate(name for name in DETAILS if name in column.details):
                yield (), "; ".join(dict.fromkeys(each.details[at] for each in entries if each.details))

    def _is_told(self, column: Heading) -> bool:
        """Whether a column, which is a filter alone, has what the details of a number say: its unit."""
        return not column.shown and any(column.name in other.details for other in self.state.listing.columns)


def csv_body(context: Context, state: ListState) -> Body:
    """A row a thing, with words in the reader's language; what looks like a formula is a text (RFC 4180)."""
    source = _Source.of(context, state)

    def pieces() -> Iterator[bytes]:
        yield _csv([source.heads])
        for batch in source.batches():
            yield _csv([*(_plain(*cell) for cell in source.cells(cells)), thing] for thing, cells in batch)

    return Body(pieces())


def _plain(entries: Sequence[Entry], word: str) -> str:
    """A cell as text: numbers and dates as programs read them."""
    return word or "; ".join(
        f"{each.number:f}" if each.number is not None else each.date or each.text for each in entries
    )


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    text = StringIO()
    csv.writer(text).writerows([as_text(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def json_body(context: Context, state: ListState) -> Body:
    """The list as JSON: IRIs with their words, numbers with what they are."""
    source = _Source.of(context, state)
    names = [column.name for column in state.listing.columns]
    details = {column.name: [name for name in DETAILS if name in column.details] for column in state.listing.columns}
    with state.rows() as (lists, selection):
        head = {
            "title": list_title(context, state, Reader(lists, context.languages, source.texts, context.base)),
            "language": context.language,
            "release": context.release.digest,
            "count": selection.count,
        }

    def pieces() -> Iterator[bytes]:
        yield (json.dumps(head, ensure_ascii=False)[:-1] + ', "rows": [').encode()
        comma = ""
        for batch in source.batches():
            rows = (
                {"iri": thing}
                | {name: [_json(each, details[name]) for each in cell] for name, cell in zip(names, cells, strict=True)}
                for thing, cells in batch
            )
            lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
            yield f"{comma}\n{lines}".encode("utf-8", "replace")
            comma = ","
        yield b"\n]}\n"

    return Body(pieces())


def _json(entry: Entry, details: Sequence[str]) -> dict[str, Any]:
    if entry.number is not None:
        number = int(entry.number) if entry.number == entry.number.to_integral() else float(entry.number)
        return {"value": number, "text": entry.text, **dict(zip(details, entry.details, strict=False))}
    if entry.date:
        return {"value": entry.date, "text": entry.text}
    language = {"language": entry.language} if entry.language else {}
    return {"iri": entry.iri, "text": entry.text, **language} if entry.iri else {"text": entry.text, **language}


def rdf_body(fmt: Format) -> Callable[[Context, ListState], Body | bytes]:
    """The maker of what the release states about the things of a list, in a format."""

    def make(context: Context, state: ListState) -> Body | bytes:
        used, release = prefixes_for(fmt, context.base), context.release
        if fmt not in IN_PIECES:
            return serialize(
                (quad for some in _things(state, context.language) for quad in _quads(release, some)), fmt, used
            )
        language = context.language
        return Body(serialize(_quads(release, things), fmt, used) for things in _things(state, language))

    return make


def _things(state: ListState, language: str) -> Iterator[list[str]]:
    """The things of a list, some hundreds at a time."""
    with state.rows() as (_, selection):
        numbers = iter(selection.numbers(language))
        while batch := list(islice(numbers, _BATCH)):
            yield [row.thing for row in selection.rows(batch)]


def _quads(release: Release, things: Iterable[str]) -> Iterator[ox.Quad]:
    for thing in things:
        yield from ox.parse(b"\n".join(release.lines(thing)) + b"\n", format=ox.RdfFormat.N_QUADS)


def workbook_body(context: Context, state: ListState) -> Body:
    """A workbook: real numbers and dates, words in the reader's language, a sheet that says what it is."""
    source = _Source.of(context, state)
    with state.rows() as (lists, selection):
        title, count = (
            list_title(context, state, Reader(lists, context.languages, source.texts, context.base)),
            selection.count,
        )
    file = TemporaryFile()  # noqa: SIM115 - it is closed when it was sent
    _write_workbook(file, source, title, count, context)
    length = file.tell()
    file.seek(0)

    def pieces() -> Iterator[bytes]:
        with file:
            yield from iter(lambda: file.read(_CHUNK), b"")

    return Body(pieces(), length)


def _write_workbook(file: IO[bytes], source: _Source, title: str, count: int, context: Context) -> None:
    import xlsxwriter  # a tenth of the time in which a server starts, and few download a workbook

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    book.set_properties({"title": title, "created": created(context.release).replace(tzinfo=None)})
    bold, day = book.add_format({"bold": True, "text_wrap": True}), book.add_format({"num_format": _DATE_FORMAT})
    sheet, about = book.add_worksheet(source.texts.gettext("List")), book.add_worksheet(source.texts.gettext("About"))
    for each in (sheet, about) if source.texts.direction == "rtl" else ():
        each.right_to_left()
    heads = source.heads
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, len(heads), 24)
    sheet.freeze_panes(1, 1)
    for place, head in enumerate(heads):
        sheet.write_string(0, place, head, bold)
    number = 0
    for batch in source.batches(WORKBOOK_ROWS):
        for thing, row in batch:
            number += 1
            for place, (entries, word) in enumerate(source.cells(row)):
                _write_cell(sheet, number, place, entries, word, day)
            sheet.write_string(number, len(heads) - 1, thing[:_LONGEST_CELL])
    for place, (label, text) in enumerate(_about(source, title, count, context)):
        about.write_string(place, 0, label, bold)
        about.write_string(place, 1, text)
    about.set_column(0, 1, 60)
    book.close()


def _about(source: _Source, title: str, count: int, context: Context) -> Iterator[tuple[str, str]]:
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


def _write_cell(sheet: Any, row: int, place: int, entries: Sequence[Entry], word: str, day: object) -> None:  # noqa: ANN401
    if len(entries) == 1 and (number := entries[0].number) is not None and _fits(number):
        sheet.write_number(row, place, float(number))
    elif len(entries) == 1 and (moment := _day(entries[0].date)):
        sheet.write_datetime(row, place, moment, day)
    elif text := _plain(entries, word)[:_LONGEST_CELL]:
        sheet.write_string(row, place, text)


def _fits(number: Decimal) -> bool:
    return len(number.normalize().as_tuple().digits) <= _DIGITS


def _day(text: str) -> datetime | None:
    """A whole date that a workbook knows: none before 1900."""
    try:
        moment = date.fromisoformat(text)
    except ValueError:
        return None
    return (
        datetime(moment.year, moment.month, moment.day, tzinfo=UTC).replace(tzinfo=None) if moment.year > 1900 else None
    )

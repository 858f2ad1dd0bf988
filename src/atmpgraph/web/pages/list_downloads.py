"""A list for download, as it is filtered and sorted: CSV, JSON, RDF; in pieces, never whole in memory.

A workbook has a module of its own (`list_workbook`).
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from typing import Any, Final

import pyoxigraph as ox

from ...formats import N_QUADS, N_TRIPLES, TRIG, TURTLE, Format
from ...i18n import Texts, message, texts
from ...languages import best
from ...lists.declared import DETAILS
from ...lists.lookup import Heading
from ...rdf.serialize import prefixes_for, serialize
from ...release.release import Release
from ...spreadsheets import as_text
from ..core.context import Context
from ..core.list_state import ListState
from ..core.response import Body
from .list_words import Entry, Reader
from .lists import list_title

# Formats that are as good in pieces: the others are offered of a list that is not long.
IN_PIECES: Final = (TURTLE, N_TRIPLES, TRIG, N_QUADS)
WHOLE_THINGS: Final = 2_000  # in a format that is made at once
_BATCH: Final = 500
_HEADINGS: Final = {"unit": message("Unit"), "currency": message("Currency"), "qualifier": message("Exactness")}


@dataclass(frozen=True)
class Source:
    """What a download is made from, apart from the request: it is read after the request ended."""

    state: ListState
    languages: tuple[str, ...]
    texts: Texts
    release: Release
    base: str

    @classmethod
    def of(cls, context: Context, state: ListState) -> "Source":
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
    source = Source.of(context, state)

    def pieces() -> Iterator[bytes]:
        yield _csv([source.heads])
        for batch in source.batches():
            yield _csv([*(plain(*cell) for cell in source.cells(cells)), thing] for thing, cells in batch)

    return Body(pieces())


def plain(entries: Sequence[Entry], word: str) -> str:
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
    source = Source.of(context, state)
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

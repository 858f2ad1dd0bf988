"""Tables of identifiers, as CSV or JSON: read with bounds, and given back row by row with the things that are meant."""

import csv
import io
import json
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, lookup
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, count
from typing import Any, Final

from ..i18n import message
from ..spreadsheets import SEPARATOR, as_text
from .batch import SAME_NAME, TwiceError, read_json, refuse
from .lookup import ANY
from .properties import heading

Meaning = Callable[[Mapping[str, str]], tuple[Sequence[str], Sequence[str]]]

ADDED: Final = ("thing", "label", "things")  # IRI, name, and how many there are
_DELIMITERS: Final = (",", ";", "\t")
_BETWEEN: Final = " "  # two IRIs
_AND: Final = " · "  # two names
_MARKS: Final = {BOM_UTF8: "utf-8-sig", BOM_UTF16_LE: "utf-16", BOM_UTF16_BE: "utf-16"}
# As Python calls them, and as people do.
_CHARSETS: Final = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "windows-1252",
    "iso8859-1": "ISO-8859-1",
    "iso8859-15": "ISO-8859-15",
    "ascii": "US-ASCII",
}
_ENDING: Final = re.compile(r"-(?:id|number|nr|no|code|uri|url|iri)$")
NOT_TEXT: Final = message("The table is in none of these encodings, or not in the one that the request names: {names}.")
NOT_UTF_8: Final = message("The table is not in UTF-8.")
NO_COLUMN: Final = message("No column of the table is named as a registry: {names}, or id for any of them.")
NOT_ROWS: Final = message(
    "The body must be a JSON list of objects, each with an identifier under the code of its registry."
)
TOO_MANY_ROWS: Final = message("The table has more than {most} rows; send it in parts.")
TWICE: Final = message("Two columns of the table have the same name, “{name}”. Give each a name of its own.")
TOO_MANY_CELLS: Final = message("Line {line} of the table has more cells than the first line, which has {most}.")
NOT_CSV: Final = message("Line {line} of the table is not CSV.")


@dataclass(frozen=True)
class Sheet:
    """A table of identifiers.

    Attributes:
        columns: all of them, in order.
        rows: their cells; of JSON any values.
        codes: the columns with identifiers, by their name there, with the code of the registry.
        delimiter: of CSV.
    """

    columns: tuple[str, ...]
    rows: Sequence[Mapping[str, Any]]
    codes: Mapping[str, str]
    delimiter: str = ","

    @property
    def added(self) -> tuple[str, ...]:
        """The names of the columns that are added: others where the table has such of its own.

        A table that has all of them was completed before.
        """
        if set(ADDED) <= set(self.columns):
            return ADDED
        return tuple(next(each for each in _numbered(name) if each not in self.columns) for name in ADDED)

    def given(self, row: Mapping[str, Any]) -> dict[str, str]:
        """The identifiers of a row, by the code of their registry."""
        cells = {code: row.get(column) for column, code in self.codes.items()}
        return {code: str(cell).strip() for code, cell in cells.items() if cell not in (None, "")}


def read_csv(body: bytes, registries: Mapping[str, str], most: int, charset: str = "") -> Sheet:
    """A table from CSV, whose first line names the columns.

    Args:
        body: the table, as programs for tables save it.
        registries: their codes, by all names that they have.
        most: rows.
        charset: that the request names.

    Raises:
        LinkingError: it is none, or has no column with identifiers, or too many rows.
    """
    text = _decoded(body, charset)
    named = SEPARATOR.match(text)
    text = text[named.end() :] if named else text
    first = text.partition("\n")[0]
    delimiter = named[1] if named else max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = tuple(cell.strip() for cell in next(reader, []))
        if twice := [name for name, number in Counter(columns).items() if number > 1]:
            refuse(TWICE, name=twice[0])
        rows: list[dict[str, Any]] = []
        for cells in reader:
            if len(rows) >= most:
                refuse(TOO_MANY_ROWS, most=most)
            if any(cells[len(columns) :]):
                refuse(TOO_MANY_CELLS, line=reader.line_num, most=len(columns))
            if any(cells):
                rows.append(dict(zip(columns, cells, strict=False)))
    except csv.Error:
        refuse(NOT_CSV, line=reader.line_num)
    return Sheet(columns, rows, _codes(columns, registries), delimiter)


def read_objects(body: bytes, registries: Mapping[str, str], most: int) -> Sheet:
    """A table from JSON: a list of objects.

    Raises:
        LinkingError: it is none, or has no member with identifiers, or too many rows.
    """
    try:
        rows = read_json(body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        refuse(NOT_UTF_8)
    except TwiceError as error:
        refuse(SAME_NAME, name=error)
    except ValueError:
        refuse(NOT_ROWS)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        refuse(NOT_ROWS)
    if len(rows) > most:
        refuse(TOO_MANY_ROWS, most=most)
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    return Sheet(columns, rows, _codes(columns, registries))


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}_{number}" for number in count(2))


def _decoded(body: bytes, charset: str) -> str:
    """The text, as its byte order mark or the request says; else in UTF-8 or, as Excel saves it, in windows-1252."""
    marked = [name for mark, name in _MARKS.items() if body.startswith(mark)]
    names = marked or ([charset] if charset else ["utf-8", "cp1252"])
    if (text := next((text for name in names if (text := _read(body, name)) is not None), None)) is None:
        refuse(NOT_TEXT, names=", ".join(sorted({*_CHARSETS.values()})))
    return text


def _read(body: bytes, charset: str) -> str | None:
    """The text in an encoding; None where it is in another."""
    with suppress(LookupError, UnicodeError):
        return body.decode(charset) if lookup(charset).name in _CHARSETS else None
    return None


def _codes(columns: Iterable[str], registries: Mapping[str, str]) -> dict[str, str]:
    codes = {**registries, ANY: ANY}
    named = {column: code for column in columns if (code := _code(column, codes))}
    if not named:
        refuse(NO_COLUMN, names=", ".join(sorted(set(registries.values()))))
    return named


def _code(column: str, codes: Mapping[str, str]) -> str:
    """The registry that a heading names, as in `ROR` or `ROR ID`; nothing for another one."""
    name = heading(column)
    return codes.get(name) or codes.get(_ENDING.sub("", name), "")


def as_csv(sheet: Sheet, meaning: Meaning) -> Iterator[bytes]:
    """The table with what its rows mean, as CSV whose cells are no formulas."""
    added = sheet.added
    columns = (*(column for column in sheet.columns if column not in added), *added)
    line = io.StringIO()
    writer = csv.writer(line, delimiter=sheet.delimiter, lineterminator="\r\n")
    for row in chain([dict(zip(columns, columns, strict=True))], _completed(sheet, meaning)):
        writer.writerow([as_text(_cell(row.get(column))) for column in columns])
        yield line.getvalue().encode("utf-8", "replace")
        line.seek(0)
        line.truncate()


def as_json(sheet: Sheet, meaning: Meaning) -> Iterator[bytes]:
    """The table with what its rows mean, as a JSON list."""
    yield b"["
    for place, row in enumerate(_completed(sheet, meaning)):
        text = json.dumps(row, ensure_ascii=False).encode("utf-8", "replace")
        yield (b",\n" if place else b"\n") + text
    yield b"\n]\n"


def _completed(sheet: Sheet, meaning: Meaning) -> Iterator[dict[str, Any]]:
    added = sheet.added
    for row in sheet.rows:
        given = sheet.given(row)
        iris, labels = meaning(given) if given else ((), ())
        yield {**row, **dict(zip(added, (_BETWEEN.join(iris), _AND.join(labels), len(iris)), strict=True))}


def _cell(value: object) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

"""The canonical table of a file: CSV in UTF-8 with commas, the declared columns in their order, each cell of its type.

Check, mapping and publication read this one. A row has the number in it that it has in the file, so that what is said
of a row is found where a person looks: rows that are left out are blank lines here. A file that is canonical already is
read as it lies there.
"""

import codecs
import csv
import re
import shutil
import tempfile
import unicodedata
import weakref
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain, groupby, islice
from pathlib import Path
from typing import Any, Final, TypeAlias

from ..findings import Finding, Place, Severity
from ..i18n import counting, every_language, message, texts, written
from ..languages import PLACEHOLDER, is_tag, tag_of
from ..reasons import is_full, reason_of, refusal_of, telling_place, why_unreadable
from ..settings.groups import Build
from .declared import Origin
from .delimited import CONFLICT, delimited_rows, is_conflict_mark, likely_encoding
from .values import Convert, ValueProblem, converter
from .workbook import NO_FILE, Sheet, WorkbookError, open_sheet

Row: TypeAlias = tuple[int, list[Any]]
_SHOWN: Final = 200  # characters of a wrong cell
LONG_CELL: Final = message(
    "the cell is longer than {n} characters; shorten it, or raise the setting [build] max_cell_characters"
)
_LOOKED_AT: Final = 1_000  # characters of a header that is one cell


@dataclass(frozen=True)
class Source:
    """A table as it can be read.

    Attributes:
        path: of the canonical table; of the file itself where nothing is to be changed.
        origin: the file.
        shown: how findings name it: the file, with the sheet of a workbook.
        header_row: the row of the header.
        headings: the names of the columns in the file, by their names in the table, where they are others.
        findings: what is wrong in reading it: the first ones.
        more: how many findings there are beside those.
        is_read: whether its rows are there.
        scratch: the folder of the canonical table, which stays as long as this.
    """

    path: Path
    origin: Path
    shown: str
    header_row: int = 1
    headings: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    more: int = 0
    is_read: bool = True
    scratch: "Scratch | None" = field(default=None, repr=False, compare=False)

    def header(self) -> list[str]:
        """The names of the columns; none where the file cannot be read, which the check says."""
        if not self.is_read:
            return []
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                return next(csv.reader(islice(file, self.header_row - 1, None)), [])
        except (OSError, UnicodeDecodeError, csv.Error):
            return []

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Row number (as a spreadsheet counts) and cells of each row, streamed; blank rows are passed over."""
        if not self.is_read:
            return
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(islice(file, self.header_row - 1, None), strict=True)
            width = len(next(reader, []))
            for number, cells in enumerate(reader, start=self.header_row + 1):
                if any(cells):
                    yield number, cells + [""] * (width - len(cells))


class Scratch:
    """A folder for canonical tables, which goes when nobody reads them any more."""

    def __init__(self) -> None:
        """Make it when it is needed."""
        self._folder: Path | None = None

    def file(self, name: str) -> Path:
        """A file in it."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="atmpgraph-"))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        return self._folder / name


def read_source(folder: Path, key: str, origin: Origin, scratch: Scratch, limits: Build) -> Source:
    """Read the file of a table, as it is declared.

    Args:
        folder: of the tables.
        key: the path of the canonical table.
        origin: the file.
        scratch: gets the canonical table.
        limits: how many findings are listed, and the memory for a workbook.
    """
    path = folder / origin.file
    source = Source(path, path, origin.file)
    if not origin.is_usable:
        return replace(source, is_read=False)
    why = why_unreadable(path)
    if why or not path.exists():
        text = every_language(why.text, **why.values) if why else every_language(NO_FILE)
        return replace(source, is_read=False, findings=(Finding("table", Severity.VIOLATION, text, (Place(key),)),))
    if origin.is_plain and _is_canonical(path, origin):
        return source
    return _Conversion(source, scratch, key, origin, limits).source()


def long_cell(cells: Sequence[Any], most: int) -> int | None:
    """The place of the first cell that has more characters than any may have."""
    return next((place for place, cell in enumerate(cells) if type(cell) is str and len(cell) > most), None)


def unreadable(source: Source, key: str, fields: Iterable[Mapping[str, Any]], limits: Build) -> Source:
    """Why a file that was to be read as it lies there cannot be."""
    origin = Origin(source.origin.name, fields=tuple(fields))
    return _Conversion(source, Scratch(), key, origin, limits).source()


def _is_canonical(path: Path, origin: Origin) -> bool:
    """Whether a plain CSV file has the header that it should have."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = next(csv.reader(file, strict=True), [])
    except (OSError, UnicodeDecodeError, csv.Error):
        return False
    names, own = matched(header, origin.fields), {each["name"] for each in origin.fields}
    if not all(name in own or any(tag_of(name, each) for each in own if PLACEHOLDER in each) for name in names):
        return False
    return names == header and _ordered(names, origin.fields) == [*range(len(header))] and len({*header}) == len(header)


def matched(header: Sequence[str], fields: Iterable[Mapping[str, Any]]) -> list[str]:
    """The name of the declared column that each heading stands for; of one that stands for none, the heading.

    A heading is the name of the column, its title in some language, or both, `Title [name]`; of a text in a language it
    may be `Title (fr)`. Case, spaces, kinds of quotes and forms of Unicode do not matter. A title of several columns
    stands for none.
    """
    declared = list(fields)
    exact = {each["name"] for each in declared}
    loose: dict[str, str | None] = {}
    for text, name in chain(
        ((each["name"], each["name"]) for each in declared),
        ((title, each["name"]) for each in declared for title in _titles(each)),
    ):
        if loose.setdefault(_folded(text), name) != name and text not in exact:
            loose[_folded(text)] = None
    return [_matched(" ".join(heading.split()), exact, loose) for heading in header]


def _matched(heading: str, exact: Collection[str], loose: Mapping[str, str | None]) -> str:
    if heading in exact or any(tag_of(heading, name) for name in exact if PLACEHOLDER in name):
        return heading
    if (both := _BOTH.fullmatch(heading)) and (
        both[1] in exact or any(tag_of(both[1], name) for name in exact if PLACEHOLDER in name)
    ):
        return both[1]
    if (own := _IN_LANGUAGE.fullmatch(heading)) and is_tag(own[2]):
        name = loose.get(_folded(own[1]))
        if name and PLACEHOLDER in name:
            return name.replace(PLACEHOLDER, own[2].lower())
    name = loose.get(_folded(heading))
    return name if name and PLACEHOLDER not in name else heading


_BOTH: Final = re.compile(r".*\[([^\[\]]+)\]")
_IN_LANGUAGE: Final = re.compile(r"(.*) \(([A-Za-z0-9-]+)\)")


def _titles(declared: Mapping[str, Any]) -> list[str]:
    """The title of a field, in each language that it is written in."""
    title = declared.get("title")
    if not isinstance(title, str) or not title:
        return []
    return list(dict.fromkeys([title, *(texts(language).gettext(title) for language in written())]))


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).translate(_QUOTES)
    return " ".join(plain.split()).casefold()


_QUOTES: Final = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "_": " ", "*": " "})


def _ordered(names: Sequence[str], fields: Iterable[Mapping[str, Any]]) -> list[int]:
    """The places of the columns in the order in which they are declared; columns of no field come last."""
    left = [place for place, name in enumerate(names) if name]
    order: list[int] = []
    exact = {each["name"] for each in fields}
    for each in fields:
        declared = each["name"]
        own = [
            place
            for place in left
            if names[place] == declared or (names[place] not in exact and tag_of(names[place], declared))
        ]
        order += [place for place in own if place not in order]
    return [*order, *(place for place in left if place not in order)]


class _Conversion:
    """Makes the canonical table of one file."""

    def __init__(self, source: Source, scratch: Scratch, key: str, origin: Origin, limits: Build) -> None:
        self._source, self._scratch, self._key, self._origin, self._limits = source, scratch, key, origin, limits
        self._target = scratch.file(key)
        self._findings: list[Finding] = []
        self._total = 0
        self._sheet: Sheet | None = None
        self._headings: dict[str, str] = {}
        self._row = 0

    def source(self) -> Source:
        """The canonical table, or why there is none."""
        is_read = True
        try:
            with telling_place(self._target), self._target.open("w", encoding="utf-8", newline="") as out:
                is_read = self._write(out, self._rows())
        except WorkbookError as error:
            self._fail(None, None, error.sentence, **error.values)
            is_read = False
        except UnicodeError:
            with suppress(csv.Error):
                self._encoding()
            is_read = False
        except csv.Error as error:
            self._fail(self._row + 1, None, _NO_ROW, reason=reason_of(error))
            is_read = False
        except OSError as error:
            if is_full(error):  # it is not the file that is at fault
                raise
            why = refusal_of(error)
            self._fail(None, None, why.text, **why.values)
            is_read = False
        return Source(
            self._target,
            self._source.origin,
            self._shown,
            self._origin.dialect.first,
            self._headings,
            tuple(self._findings),
            self._total - len(self._findings),
            is_read,
            self._scratch,
        )

    @property
    def _shown(self) -> str:
        return f"{self._source.shown} ({self._sheet.name})" if self._sheet else self._source.shown

    def _fail(
        self,
        row: int | None,
        column: str | None,
        sentence: str,
        value: object = None,
        **values: object,
    ) -> None:
        self._tell(Severity.VIOLATION, row, column, value, sentence, values)

    def _warn(self, sentence: str, rule: str = "", **values: object) -> None:
        self._tell(Severity.WARNING, None, None, None, sentence, values, rule)

    def _tell(
        self,
        severity: Severity,
        row: int | None,
        column: str | None,
        value: object,
        sentence: str,
        values: Mapping[str, object],
        rule: str = "",
    ) -> None:
        self._total += 1
        if len(self._findings) < self._limits.max_listed_findings:
            sentences, shown = every_language(sentence, **values), None if value is None else str(value)[:_SHOWN]
            place, rule = Place(self._key, row, column), rule and f"{rule}/table/{self._table}"
            self._findings.append(Finding("table", severity, sentences, (place,), shown, rule=rule or None))

    def _encoding(self) -> None:
        """The first cell that is not of the encoding."""
        with self._source.path.open("rb") as file:
            mark = file.read(2)
        if mark in {b"\xff\xfe", b"\xfe\xff"}:
            self._fail(1, None, _UTF_16, encoding=self._origin.encoding)
            return
        named: dict[str, object] = {"encoding": self._origin.encoding}
        sentence = _ENCODED
        if likely := likely_encoding(self._source.path):
            named, sentence = {**named, "likely": likely}, _LIKELY
        with suppress(UnicodeDecodeError):  # UTF-16 without its mark
            for row, cells in delimited_rows(self._source.path, self._origin, errors="replace"):
                if value := next((cell for cell in cells if "\ufffd" in cell), ""):
                    self._fail(row, None, sentence, value, **named)
                    return
        self._fail(None, None, sentence, **named)

    def _rows(self) -> Iterator[Row]:
        """The rows of the file that are not left out."""
        for number, cells in self._all_rows():
            self._row = number
            if number in self._origin.dialect.comment_rows:
                continue
            comment = self._origin.dialect.comment
            if comment and cells and str(cells[0]).startswith(comment):
                continue
            if any(cell != "" for cell in cells):
                yield number, cells

    def _all_rows(self) -> Iterator[Row]:
        if not self._origin.is_workbook:
            with self._source.path.open("rb") as file:
                if sentence := no_text_table(file.read(BEGINNING)):
                    raise WorkbookError(sentence)
            yield from delimited_rows(self._source.path, self._origin)
            return
        self._sheet = open_sheet(self._source.path, self._origin.dialect.sheet, self._limits.max_workbook_mebibytes)
        yield from self._sheet.rows

    def _write(self, out: Any, rows: Iterator[Row]) -> bool:  # noqa: ANN401 - what `csv.writer` takes
        """Write the table; returns whether there is one."""
        dialect, writer = self._origin.dialect, csv.writer(out, lineterminator="\n")
        header = self._header(rows)
        if not header:
            return False
        names = matched(header, self._origin.fields)
        order = _ordered(names, self._origin.fields)
        self._headings = {name: text for name, text in zip(names, header, strict=True) if name and name != text}
        if self._sheet:
            self._judge(self._sheet, names)
        elif len(header) == 1 and self._is_parted_otherwise(header[0]):
            return False
        out.write("\n" * (dialect.first - 1))
        writer.writerow([names[place] for place in order])
        declared = self._of_columns(names)
        columns = [(place, names[place], self._converter(declared.get(names[place]))) for place in order]
        written = dialect.first
        nameless = set[int]()
        for number, cells in rows:
            out.write("\n" * (number - written - 1))
            written = number
            if is_conflict_mark(cells):
                self._fail(number, None, CONFLICT)
                out.write("\n")
                continue
            if (long := long_cell(cells, self._limits.max_cell_characters)) is not None:
                name = names[long] if long < len(names) else None
                self._fail(number, name, LONG_CELL, n=self._limits.max_cell_characters)
                return False
            canonical = self._cells(number, cells, columns)
            if len(order) != len(cells):
                canonical += self._beyond(number, cells, names, nameless)
            writer.writerow(canonical)
        return True

    def _cells(self, number: int, cells: list[Any], columns: Iterable[tuple[int, str, Convert]]) -> list[str]:
        canonical, width = [], len(cells)
        for place, name, convert in columns:
            if place >= width:
                if self._sheet is None:
                    self._fail(number, name, _NO_CELL)
                canonical.append("")
                continue
            cell = cells[place]
            try:
                canonical.append(convert(cell))
            except ValueProblem as problem:
                value = cell if isinstance(cell, str | int | float) else cell.text
                self._fail(number, name, problem.sentence, value, **problem.values)
                canonical.append(str(value))
        return canonical

    def _beyond(self, number: int, cells: list[Any], names: list[str], nameless: set[int]) -> list[str]:
        """Cells after the last column, which the check counts; cells in a column without a heading are told once."""
        for place, name in enumerate(names):
            if not name and place < len(cells) and cells[place] != "" and place not in nameless:
                nameless.add(place)
                self._fail(number, None, _NO_HEADING, cells[place], n=place + 1)
        extra = [str(cell) for cell in cells[len(names) :]]
        return extra if any(extra) else []

    def _header(self, rows: Iterator[Row]) -> list[str]:
        """The headings: of several rows together where so declared, and without those that are empty at the end."""
        wanted = self._origin.dialect.header_rows
        heads: dict[int, list[Any]] = {}
        for number, cells in rows:
            if number in wanted:
                heads[number] = cells
            if number >= wanted[-1]:
                if number > wanted[-1]:
                    self._fail(wanted[-1], None, _NO_HEADER)
                    return []
                break
        if not heads:
            self._fail(None, None, _EMPTY)
            return []
        if not self._is_header(wanted, list(heads.values())):
            return []
        join = self._origin.dialect.header_join
        width = max(map(len, heads.values()))
        parts = [
            [str(row[place]).strip() if place < len(row) else "" for row in heads.values()] for place in range(width)
        ]
        header = [join.join(filter(None, each)) for each in parts]
        while header and not header[-1]:
            header.pop()
        for name, times in Counter(matched(header, self._origin.fields)).items():
            if name and times > 1:
                self._fail(wanted[-1], name, _TWICE)
        return header

    def _is_header(self, wanted: Sequence[int], heads: Sequence[Sequence[Any]]) -> bool:
        """Whether rows may hold names; UTF-16 that is read as UTF-8 does not, nor does a line for another program."""
        if is_conflict_mark(heads[0]):
            self._fail(wanted[0], None, CONFLICT)
            return False
        if any("\0" in str(cell) for row in heads for cell in row):
            self._fail(wanted[-1], None, _ENCODED, encoding=self._origin.encoding)
            return False
        if str(heads[0][0]).startswith("sep="):
            self._fail(wanted[0], None, _SEPARATOR)
            return False
        return True

    def _is_parted_otherwise(self, heading: str) -> bool:
        """Whether a header is one cell that another character would part into the names of columns."""
        names = {each["name"] for each in self._origin.fields}
        for mark, shown in ((";", ";"), ("\t", "\\t"), ("|", "|"), (",", ",")):
            parts = [part.strip().strip('"') for part in heading[:_LOOKED_AT].split(mark)]
            if len(parts) > 1 and any(part in names for part in matched(parts, self._origin.fields)):
                self._fail(self._origin.dialect.first, None, _DELIMITER, mark=shown)
                return True
        return False

    def _of_columns(self, names: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        """The field of each column."""
        exact = {each["name"]: each for each in self._origin.fields}
        own = {}
        for name in names:
            declared = exact.get(name) or next(
                (each for each in self._origin.fields if tag_of(name, each["name"])), None
            )
            if declared is not None:
                own[name] = declared
        return own

    def _converter(self, declared: Mapping[str, Any] | None) -> Convert:
        return converter(declared or {}, self._origin.missing, self._origin.dialect.null)

    def _judge(self, sheet: Sheet, names: Sequence[str]) -> None:
        """What a workbook has that a table cannot have."""
        first, about, header = sheet.first_column, sheet.about, self._origin.dialect.first

        def column(place: int) -> str | None:
            at = place - first
            return names[at] if 0 <= at < len(names) and names[at] else None

        for kind, sentence in (("errors", ERROR), ("formulas", FORMULA), ("breaks", BREAK)):
            for row, place in about.get(kind, ()):
                if row >= header and column(place):
                    self._fail(row, column(place), sentence)
        for low, high, left, right in about.get("merged", ()):
            if high >= header and any(column(place) for place in range(left, min(right, first + len(names)) + 1)):
                self._fail(low, column(left), MERGED)
        self._advise(sheet, header, column)
        for kind, sentence in (("macros", _MACROS), ("external", _EXTERNAL)):
            if about.get(kind):
                self._warn(sentence)
        if sheet.others and self._origin.dialect.sheet is None:
            self._warn(_OTHER_SHEETS, sheet=sheet.name, sheets=", ".join(islice(sheet.others, 20)))

    def _advise(self, sheet: Sheet, header: int, column: Callable[[int], str | None]) -> None:
        """What a person does not see in a workbook, or sees otherwise than it is read."""
        about = sheet.about
        rows = [row for row in about.get("hidden_rows", ()) if row > header]
        columns = [name for place in about.get("hidden_columns", ()) if (name := column(place))]
        for places, sentence in ((rows, _HIDDEN_ROWS), (columns, _HIDDEN_COLUMNS)):
            if places:
                named = {"sheet": sheet.name, "listed": listed(places), "table": self._table}
                self._warn(sentence, rule=HIDDEN, n=len(places), **named)
        for kind, sentence in SHOWN_OTHERWISE:
            if at := [row for row, place in about.get(kind, ()) if row > header and column(place)]:
                self._warn(sentence, n=len(at), row=at[0])

    @property
    def _table(self) -> str:
        return self._key.removesuffix(".csv")


def no_text_table(begin: bytes) -> str:
    """What a file with the name of a table of text is instead, as a sentence; empty where it may be one.

    Args:
        begin: its first bytes.
    """
    begin = begin.removeprefix(codecs.BOM_UTF8).lstrip()
    return next((sentence for kind, sentence in _OTHERS if kind.match(begin)), "")


def listed(places: Sequence[int] | Sequence[str]) -> str:
    """Rows as ranges, `3–7, 9`, or names; the first ones."""
    if any(isinstance(each, str) for each in places):
        shown = [str(each) for each in places]
    else:
        ordered = sorted(int(each) for each in places)
        ranges = ([*same] for _, same in groupby(enumerate(ordered), lambda each: each[1] - each[0]))
        shown = [str(same[0][1]) if len(same) == 1 else f"{same[0][1]}\u2013{same[-1][1]}" for same in ranges]
    return ", ".join(shown[:_SHOWN_PLACES]) + (", …" if len(shown) > _SHOWN_PLACES else "")


CURRENCIES: Final = "currencies"  # the numbers that are shown in another than the euro
HIDDEN: Final = "hidden"  # the rule by which it is acknowledged
_SHOWN_PLACES: Final = 20
_HIDDEN_ROWS: Final = counting(
    "{n} row of the sheet {sheet} is hidden, and is published all the same: {listed}. Is it confidential? Delete it, or"
    " show it; if it may be public, acknowledge it: rule “hidden”, type “table”, slug “{table}”",
    "{n} rows of the sheet {sheet} are hidden, and are published all the same: {listed}. Are they confidential? Delete"
    " them, or show them; if they may be public, acknowledge it: rule “hidden”, type “table”, slug “{table}”",
)
_HIDDEN_COLUMNS: Final = counting(
    "{n} column of the sheet {sheet} is hidden, and is published all the same: {listed}. Is it confidential? Delete it,"
    " or show it; if it may be public, acknowledge it: rule “hidden”, type “table”, slug “{table}”",
    "{n} columns of the sheet {sheet} are hidden, and are published all the same: {listed}. Are they confidential?"
    " Delete them, or show them; if they may be public, acknowledge it: rule “hidden”, type “table”, slug “{table}”",
)
_PERCENTS: Final = counting(
    "{n} cell shows per cent, in row {row}: 25 % is read as 0.25; where the column wants 25, change the format of the"
    " cell to a number, and write it so",
    "{n} cells show per cent, the first in row {row}: 25 % is read as 0.25; where the column wants 25, change the"
    " format of the cells to a number, and write it so",
)
_PADDED: Final = counting(
    "{n} cell shows zeros in front of its number, in row {row}: 00123 is read as 123; where they belong to it, as in a"
    " code, make the cell a text, and write it so",
    "{n} cells show zeros in front of their numbers, the first in row {row}: 00123 is read as 123; where they belong to"
    " them, as in a code, make the cells texts, and write them so",
)
_CURRENCIES: Final = counting(
    "{n} cell shows another currency than the euro, in row {row}: the number alone is read; say the currency in a"
    " column of its own, or write the amount in euros, in a format without a sign",
    "{n} cells show another currency than the euro, the first in row {row}: the numbers alone are read; say the"
    " currency in a column of its own, or write the amounts in euros, in a format without a sign",
)
_STRUCK: Final = counting(
    "{n} cell is struck through, in row {row}, and is read all the same: does it still count? Delete what does not, or"
    " take the line away",
    "{n} cells are struck through, the first in row {row}, and are read all the same: do they still count? Delete what"
    " does not, or take the lines away",
)
# Cells that look otherwise than they are read.
SHOWN_OTHERWISE: Final = (
    ("percents", _PERCENTS),
    ("padded", _PADDED),
    (CURRENCIES, _CURRENCIES),
    ("struck", _STRUCK),
)
BREAK: Final = message("the cell has a tab or a line break that cannot be read; write a blank, or a new paragraph")
_NO_CELL: Final = message("the row has no cell here; a row has one for each column")
_NO_HEADING: Final = message("column {n} has cells and no heading; give it one, or clear the column")
_NO_HEADER: Final = message("the row of the header is empty; say in headerRows of the dialect which row it is")
_EMPTY: Final = message("the table is empty; a row with the names of the columns is expected")
IS_WORKBOOK: Final = message(
    "it is a workbook, whatever its name says; name it .xlsx or .ods, and write this name as “path” in the Data Package"
)
_IS_PAGE: Final = message(
    "it is a page of the web (HTML) or XML, whatever its name says; open it in a spreadsheet, and save the table as CSV"
    " in UTF-8 or .xlsx"
)
_IS_DOCUMENT: Final = message(
    "it is a document (PDF), whatever its name says; take the table from where it was made, as CSV in UTF-8 or .xlsx"
)
_IS_OLD: Final = message(
    "it is a workbook of Excel before 2007, whatever its name says; open it there, and save the table as CSV in UTF-8"
    " or .xlsx"
)
_IS_JSON: Final = message(
    "it is JSON, whatever its name says; save the table as CSV in UTF-8 or .xlsx, with a row for the names of the"
    " columns"
)
BEGINNING: Final = 512  # bytes
# What a file that is no table of text begins with.
_OTHERS: Final = (
    (re.compile(rb"PK\x03\x04"), IS_WORKBOOK),
    (re.compile(rb"<(html|!doctype|\?xml|table)", re.IGNORECASE), _IS_PAGE),
    (re.compile(rb"%PDF-", re.IGNORECASE), _IS_DOCUMENT),
    (re.compile(rb"\xd0\xcf\x11\xe0"), _IS_OLD),
    (re.compile(rb"(\[\s*)*\{\s*\"[^\"]*\"\s*:|\[\s*\[\s*\""), _IS_JSON),
)
_SEPARATOR: Final = message(
    "this line is for Excel and holds no names of columns; take it away, or declare the row with the names as"
    " “headerRows” of the dialect"
)
_TWICE: Final = message("the column is there twice; keep one of them")
_NO_ROW: Final = message("not a row of CSV: {reason}")
_ENCODED: Final = message(
    "not in the encoding {encoding}; save the table as CSV in UTF-8, or declare the encoding that it has in the Data"
    " Package, such as windows-1252"
)
_LIKELY: Final = message(
    "not in the encoding {encoding}, but in {likely}, as it seems; save the table as CSV in UTF-8, or declare the"
    " encoding {likely} in the Data Package"
)
_UTF_16: Final = message("the file is in UTF-16, not {encoding}; declare the encoding utf-16 in the Data Package")
_DELIMITER: Final = message(
    'the columns are parted by {mark}, not as declared; write "dialect": {{"delimiter": "{mark}"}} in the Data Package,'
    " or save the table with commas"
)
ERROR: Final = message("the formula of the cell has an error in place of a value; correct it, or write the value")
FORMULA: Final = message("the cell is a formula without a value; open the workbook, and save it again")
MERGED: Final = message("cells are merged here, so that only the first has a value; part them, and fill each")
_MACROS: Final = message("the workbook has macros, which are never run; save it as .xlsx without them")
_EXTERNAL: Final = message("the workbook links to others; the values that it last had from them are read")
_OTHER_SHEETS: Final = message(
    "the sheet {sheet} is read, and no other; say with sheetName in the dialect which one is meant (others: {sheets})"
)

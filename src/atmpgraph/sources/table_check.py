"""A quick check of one canonical table against its schema that finds what the library finds, error by error.

Rows are read once. Where all of them are surely good, that is all. Else they are read again, and the library judges the
rows that are not surely good; once as many errors are listed as anybody reads, the others are counted.
"""

import csv
import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, pairwise, zip_longest
from typing import IO, Any, Final, TypeAlias

from frictionless import Field, Row, errors
from frictionless.resources import TableResource
from frictionless.table.row import create_cell_handlers

from ..settings.text import CONTROL
from .cells import Column, ListColumn
from .declared import items_of
from .delimited import CONFLICT_BEGINS
from .messages import SLUG, closest, parting_mark
from .package import Table

TURNING: Final = re.compile("[\u202d\u202e]")  # signs that show letters in another order than they stand
LOOK_ALIKE: Final = re.compile("[асеорхуіјѕАВСЕНІЈКМОРТХЅ](?=[A-Za-z])")  # a Cyrillic letter in a Latin word
# What a spreadsheet writes in place of a value, in the languages of its interface.
NO_VALUE: Final = re.compile(
    r"^(?:#{3,}|Err:\d{3}|Loading\.\.\.|#(?:REF!|N/A|NAME\?|VALUE!|DIV/0!|NULL!|NUM!|SPILL!|CALC!|ERROR!|BEZUG!|NV|WERT!|ZAHL!|NOM\?|VALEUR!|NOMBRE!"
    r"|NB|WAARDE!|NAAM\?|VERW!|GETAL!|RIF!|VALORE!|NOME\?))$",
    re.MULTILINE,
)
BATCH: Final = 1_000  # rows
_COMPARED: Final = 50_000  # values that a wrong one is compared with, to find what was meant
_GUESSED: Final = 100  # wrong values for which that is done
Cells: TypeAlias = list[str]
Lookup: TypeAlias = frozenset[Any] | set[Any]
Find: TypeAlias = Callable[[str, tuple[str, ...]], Lookup | None]


class LongCellError(Exception):
    """A cell that is longer than any cell may be."""

    def __init__(self, row: int, column: str | None) -> None:
        """Name the row, from 1, and the column if it has a name."""
        super().__init__(row, column)
        self.row, self.column = row, column


class Rows:
    """The rows of a table."""

    def __init__(
        self, resource: TableResource, table: Table, declared: Mapping[str, Mapping[str, Any]], max_cell: int
    ) -> None:
        """Take a table.

        Args:
            resource: as the library describes it.
            table: as it is read.
            declared: its fields, by name.
            max_cell: the longest cell, in characters.
        """
        self.resource, self.table, self._max_cell = resource, table, max_cell
        by_name = {field.name: field for field in resource.schema.fields}
        self.names = table.header()
        # A column that is not declared is told as such; its cells are not judged.
        self.fields = [
            by_name.get(name) or Field.from_descriptor({"name": name, "type": "string"}) for name in self.names
        ]
        self.columns = [
            ListColumn(field, declared[field.name])
            if declared.get(field.name, {}).get("type") == "list"
            else Column(field)
            for field in self.fields
        ]
        self.width = len(self.columns)

    def batches(self) -> Iterator[tuple[int, list[Cells]]]:
        """The number of the first row of each batch, and the rows.

        Raises:
            OSError, UnicodeDecodeError, csv.Error: the file cannot be read.
            LongCellError: a cell is too long.
        """
        with self.table.path.open(encoding="utf-8-sig", newline="") as file, _longest_cell(self._max_cell):
            yield from self._batches(file)

    def _batches(self, file: IO[str]) -> Iterator[tuple[int, list[Cells]]]:
        header_row = self.table.source.header_row
        before = [next(file, "") for _ in range(header_row - 1)]
        reader = csv.reader(self._lines(file), strict=True)
        first, batch = header_row + 1, list[Cells]()
        begun = len(before)  # the line before the row that is read
        try:
            next(reader, [])
            begun += reader.line_num
            for cells in reader:
                batch.append(cells)
                begun = len(before) + reader.line_num
                if len(batch) == BATCH:
                    yield first, batch
                    first, batch = first + len(batch), []
        except csv.Error as error:
            if "field limit" in str(error):
                raise self._long_cell(first + len(batch), begun) from None
            raise
        except _LongLineError:  # more cells than columns: that is as long as a cell that is too long
            raise LongCellError(first + len(batch) - 1, None) from None
        if batch:
            yield first, batch

    def _lines(self, file: IO[str]) -> Iterator[str]:
        """The lines; of one in which a cell must be too long, the part that shows it."""
        longest = (self._max_cell + 3) * (self.width + 1)
        while line := file.readline(longest):
            yield line
            if len(line) == longest and not line.endswith(("\n", "\r")):
                raise _LongLineError

    def _long_cell(self, row: int, begun: int) -> LongCellError:
        """The column of the cell that is too long, in the row after so many lines."""
        with self.table.path.open(encoding="utf-8-sig", newline="") as file:
            for _ in range(begun):
                file.readline()
            column, length, quoted, before = 0, 0, False, ""
            while length <= self._max_cell and (piece := file.read(65_536)):
                for character in piece:
                    if character == '"':
                        quoted = not quoted
                        length += quoted and before == '"'  # a doubled one stands for itself
                    elif character == "," and not quoted:
                        column, length = column + 1, 0
                    else:
                        length += 1
                    before = character
                    if length > self._max_cell:
                        break
        return LongCellError(row, self.names[column] if column < self.width else None)


class _LongLineError(Exception):
    """A line that is longer than a row of cells that are not too long."""


@contextmanager
def _longest_cell(characters: int) -> Iterator[None]:
    before = csv.field_size_limit(characters)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def lookup(rows: Rows, names: Sequence[str]) -> Lookup:
    """The values of the columns that a foreign key refers to; single ones as they are, several together as a tuple.

    Raises:
        LongCellError: a cell is too long.
    """
    places = _places(rows, names)
    values: set[Any] = set()
    for _, batch in rows.batches():
        seen = _Batch(rows, batch)
        values.update(seen.keys(places))
    values -= {None, (None,) * len(places)}
    return values


def _places(rows: Rows, names: Sequence[str]) -> list[int]:
    """The places of columns that the table has."""
    return [rows.names.index(name) for name in names]


class _Batch:
    """Some rows by column."""

    def __init__(self, rows: Rows, batch: Sequence[Cells]) -> None:
        self._rows, self._batch = rows, batch
        self.irregular = [place for place, cells in enumerate(batch) if len(cells) != rows.width]
        if self.irregular:
            self._cells = [*zip_longest(*batch)][: rows.width]
            self._cells += [(None,) * len(batch)] * (rows.width - len(self._cells))
        else:
            self._cells = [*zip(*batch, strict=True)]
        gaps = bool(self.irregular)
        self.doubtful = [
            column.doubtful(cells, gaps=gaps) for column, cells in zip(rows.columns, self._cells, strict=True)
        ]
        self._values: dict[int, list[Any]] = {}

    def values(self, column: int) -> list[Any]:
        """The values of a column."""
        if column not in self._values:
            values = self._rows.columns[column].values(self._cells[column], self.doubtful[column])
            self._values[column] = values
        return self._values[column]

    def keys(self, columns: Sequence[int]) -> Sequence[Any]:
        """The values of several columns together, of one as they are."""
        if len(columns) == 1:
            return self.values(columns[0])
        return [*zip(*map(self.values, columns), strict=True)]

    def errors(self) -> dict[int, int]:
        """How many errors the cells of each row have, where it has some; a blank row is none."""
        wrong: dict[int, int] = defaultdict(int)
        for column, cells, places in zip(self._rows.columns, self._cells, self.doubtful, strict=True):
            for place in places:
                wrong[place] += column.judged(cells[place])[1]
        for place in self.irregular:
            wrong[place] += abs(len(self._batch[place]) - self._rows.width)
        return {place: number for place, number in wrong.items() if number and any(self._batch[place])}

    def is_blank(self, place: int) -> bool:
        """Whether a row has nothing in it."""
        return not any(self._batch[place])

    def has_strange_texts(self) -> bool:
        """Whether a cell may have a text that is not published, or that version control wrote."""
        text = "\n".join(chain.from_iterable(self._batch))
        if CONFLICT_BEGINS in text:
            return True
        return any(pattern.search(text) for pattern in (CONTROL, TURNING, LOOK_ALIKE, NO_VALUE))


@dataclass
class _Key:
    """A key whose values are to be different.

    Attributes:
        name: of the column, or empty for the primary key.
        columns: their places.
        hashes: of all values; equal values have equal ones, and others hardly ever.
        repeated: the hashes that some values share.
        rows: the last row with a value, of those that have a repeated hash.
    """

    name: str
    columns: list[int]
    hashes: "array[int]"
    repeated: frozenset[int] = frozenset()
    rows: "dict[Any, int] | None" = None

    @property
    def nothing(self) -> Any:  # noqa: ANN401 - None, or a tuple of it
        """The key of a row that has no value in it."""
        return None if len(self.columns) == 1 else (None,) * len(self.columns)

    def add(self, batch: _Batch) -> None:
        """Note the values of a batch."""
        nothing = self.nothing
        self.hashes.extend(hash(value) for value in batch.keys(self.columns) if value != nothing)

    def close(self) -> None:
        """Find the hashes that occur more than once."""
        self.repeated = frozenset(one for one, other in pairwise(sorted(self.hashes)) if one == other)
        self.hashes, self.rows = array("q"), {}

    def former(self, value: Any, row: int) -> int | None:  # noqa: ANN401
        """The row before with the same value."""
        if self.rows is None or value == self.nothing or hash(value) not in self.repeated:
            return None
        before = self.rows.get(value)
        self.rows[value] = row
        return before


@dataclass(frozen=True, eq=False)
class _Reference:
    """A foreign key, and the values that there are."""

    table: str
    names: tuple[str, ...]
    fields: tuple[str, ...]
    columns: list[int]
    values: Lookup
    is_list: bool = False

    def strange(self, batch: _Batch) -> set[Any]:
        """The values of a batch that are not among them; of lists, those with such an item."""
        if self.is_list:
            lists = {items for items in batch.keys(self.columns) if items}
            return {items for items in lists if not self.values.issuperset(items)}
        nothing = None if len(self.columns) == 1 else (None,) * len(self.columns)
        values = set(batch.keys(self.columns))
        values.difference_update(self.values)
        values.discard(nothing)
        return values


@dataclass(frozen=True)
class Checked:
    """What is wrong in a table.

    Attributes:
        errors: the first ones, as the library describes them.
        total: how many there are.
        strange_texts: whether some cell may have a text that is not published.
    """

    errors: list[dict[str, Any]]
    total: int
    strange_texts: bool


def check_rows(rows: Rows, find: Find, limit: int, advance: Callable[[int], object]) -> Checked:
    """Check the rows of a table.

    Args:
        rows: of the table.
        find: the values that the columns of a table have, for foreign keys; None if they cannot be read.
        limit: how many errors are listed.
        advance: gets how many more rows were read.

    Raises:
        OSError, UnicodeDecodeError, csv.Error: the table cannot be read.
        LongCellError: a cell is too long.
    """
    check = _Check(rows, find)
    control = check.read(advance)
    listed, total = check.listed(limit) if check.is_wrong else ([], 0)
    return Checked(listed, total, control)


class _Check:
    def __init__(self, rows: Rows, find: Find) -> None:
        self._rows, schema = rows, rows.resource.schema
        self.is_wrong = False
        self._unique = [_Key(c.name, _places(rows, [c.name]), array("q")) for c in rows.columns if c.unique]
        self._primary: _Key | None = None
        if schema.primary_key and set(schema.primary_key) <= set(rows.names):
            self._primary = _Key("", _places(rows, schema.primary_key), array("q"))
        self._references = []
        for key in schema.foreign_keys:
            names, table = tuple(key["fields"]), key["reference"]["resource"]
            fields = tuple(key["reference"]["fields"])
            if not set(names) <= set(rows.names):
                continue  # a column is missing, which is told
            places = _places(rows, names)
            if (values := find(table, fields)) is not None:
                is_list = len(places) == 1 and rows.columns[places[0]].is_list
                self._references.append(_Reference(table, names, fields, places, values, is_list))
        self._guesses = 0

    @property
    def _keys(self) -> list[_Key]:
        return [*self._unique, *([self._primary] if self._primary else [])]

    def read(self, advance: Callable[[int], object]) -> bool:
        """Read all rows, to find whether something is wrong; whether a cell may have a text that is not published."""
        control = False
        for _, cells in self._rows.batches():
            batch = _Batch(self._rows, cells)
            self.is_wrong = self.is_wrong or bool(batch.errors()) or bool(self._keyless(batch))
            self.is_wrong = self.is_wrong or any(reference.strange(batch) for reference in self._references)
            control = control or batch.has_strange_texts()
            for key in self._keys:
                key.add(batch)
            advance(len(cells))
        for key in self._keys:
            key.close()
        self.is_wrong = self.is_wrong or any(key.repeated for key in self._keys)
        return control

    def _keyless(self, batch: _Batch) -> list[int]:
        """The rows without a value in the primary key."""
        if not self._primary or not any(
            batch.doubtful[place] or not self._rows.columns[place].required for place in self._primary.columns
        ):
            return []
        nothing = self._primary.nothing
        keys = enumerate(batch.keys(self._primary.columns))
        return [place for place, value in keys if value == nothing and not batch.is_blank(place)]

    def listed(self, limit: int) -> tuple[list[dict[str, Any]], int]:
        """The first errors, as the library describes them, and how many there are."""
        listed: list[dict[str, Any]] = []
        total = 0
        handlers = create_cell_handlers(self._rows.fields)
        for first, cells in self._rows.batches():
            batch = _Batch(self._rows, cells)
            wrong = batch.errors()
            keyless = frozenset(self._keyless(batch))
            strange = [(reference, reference.strange(batch)) for reference in self._references]
            for place in self._suspects(batch, wrong, keyless, strange):
                number = first + place
                former = [(key, key.former(batch.keys(key.columns)[place], number)) for key in self._keys]
                repeated = [(key, row) for key, row in former if row is not None]
                lacking = [one for one, values in strange if batch.keys(one.columns)[place] in values]
                total += wrong.get(place, 0) + (place in keyless) + len(repeated) + len(lacking)
                if len(listed) < limit:
                    row = Row(cells[place], handlers=handlers, row_number=number)
                    reasons = self._errors(row, repeated, lacking, keyless=place in keyless)
                    listed += reasons[: limit - len(listed)]
        return listed, total

    def _suspects(
        self,
        batch: _Batch,
        wrong: Mapping[int, int],
        keyless: frozenset[int],
        strange: Sequence[tuple[_Reference, set[Any]]],
    ) -> list[int]:
        """The rows that may be wrong, in their order."""
        suspects = {*wrong, *keyless}
        for key in self._keys:
            if key.repeated:
                keys = enumerate(batch.keys(key.columns))
                suspects |= {place for place, value in keys if hash(value) in key.repeated}
        for reference, values in strange:
            if values:
                keys = enumerate(batch.keys(reference.columns))
                suspects |= {place for place, value in keys if value in values}
        return sorted(suspects)

    def _errors(
        self, row: Row, repeated: Sequence[tuple[_Key, int]], lacking: Sequence[_Reference], *, keyless: bool
    ) -> list[dict[str, Any]]:
        """The errors of one row, as the library describes them and in its order (`TableResource.row_stream`)."""
        self._add_repeated(row, {key.name: former for key, former in repeated}, keyless=keyless)
        reasons = [*self._of_items(row)]
        for reference in self._references:
            values = [row[name] for name in reference.names]
            if reference in lacking:
                row.errors.append(_reference_error(row, reference, values))
        described = [error.to_dict() for error in row.errors]
        if any(error["type"] == "blank-row" for error in described):
            others = [error for error in described if error["type"] != "blank-row"]
            return [*self._of_valueless(row), *others]
        for error in described:
            if error["type"] == "foreign-key":
                self._guess(error, lacking)
        return [*reasons, *described]

    def _of_valueless(self, row: Row) -> Iterator[dict[str, Any]]:
        """What is wrong with a row that has no value: of it the library says that it is blank, and nothing else."""
        about, width = {"rowNumber": row.row_number}, self._rows.width
        for column, cell in zip_longest(self._rows.columns, row.cells[:width]):
            note = 'constraint "required" is "True"'  # no other one is broken by nothing
            for _ in range(column.judged(cell)[1]):
                yield {"type": "constraint-error", **about, "fieldName": column.name, "cell": cell, "note": note}
        for name in self._rows.names[len(row.cells) :]:
            yield {"type": "missing-cell", **about, "fieldName": name}
        for cell in row.cells[width:]:
            yield {"type": "extra-cell", **about, "cell": cell}

    def _add_repeated(self, row: Row, formers: Mapping[str, int], *, keyless: bool) -> None:
        """Add the errors of keys to a row; its cells are read here."""
        for key in self._unique:  # it reads the cells of unique columns before the others
            row[key.name]
            if former := formers.get(key.name):
                note = f"the same as in the row at position {former}"
                row.errors.append(errors.UniqueError.from_row(row, note=note, field_name=key.name))
        if self._primary:
            for name in self._rows.resource.schema.primary_key:
                row[name]
            if keyless:
                note = 'cells composing the primary keys are all "None"'
                row.errors.append(errors.PrimaryKeyError.from_row(row, note=note))
            elif former := formers.get(""):
                note = f"the same as in the row at position {former}"
                row.errors.append(errors.PrimaryKeyError.from_row(row, note=note))

    def _of_items(self, row: Row) -> Iterator[dict[str, Any]]:
        """What is wrong with the items of lists, as the library says it of cells."""
        for column, cell in zip(self._rows.columns, row.cells, strict=False):
            if isinstance(column, ListColumn) and cell and cell not in column.missing:
                for item, note in column.problems(cell):
                    kind = "type-error" if note.startswith("type is") else "constraint-error"
                    about = {"rowNumber": row.row_number, "fieldName": column.name, "cell": item, "note": note}
                    yield {"type": kind, **about}

    def _guess(self, error: dict[str, Any], lacking: Sequence[_Reference]) -> None:
        """Add the value that may be meant to a reference that leads nowhere."""
        names = list(error["fieldNames"])
        reference = next(
            (one for one in lacking if list(one.names) == names and one.table == error["referenceName"]), None
        )
        if reference is None:
            return
        if reference.is_list:
            items = items_of(str(error["fieldCells"][0]), self._delimiter(names[0]))
            error["fieldCells"] = [item for item in items if item not in reference.values]
        elif len(names) == 1 and (mark := parting_mark(str(error["fieldCells"][0]), reference.values)):
            error["mark"] = mark
            return
        if len(names) == 1 and len(reference.values) <= _COMPARED and self._guesses < _GUESSED:
            self._guesses += 1
            wrong = str(error["fieldCells"][0])
            by_name = [value for value in reference.values if isinstance(value, str)]
            if re.match(SLUG, wrong):  # for a slug, only a slug
                by_name = [value for value in by_name if re.match(SLUG, value)]
            error["close"] = closest(wrong, by_name)

    def _delimiter(self, name: str) -> str:
        column = self._rows.columns[self._rows.names.index(name)]
        return column.delimiter if isinstance(column, ListColumn) else ","


def _reference_error(row: Row, reference: _Reference, values: list[Any]) -> Any:  # noqa: ANN401 - as the library says
    note = 'for "{}": values "{}" not found in the lookup table "{}" as "{}"'.format(
        ", ".join(reference.names), ", ".join(map(str, values)), reference.table, ", ".join(reference.fields)
    )
    return errors.ForeignKeyError.from_row(
        row,
        note=note,
        field_names=list(reference.names),
        field_values=values,
        reference_name=reference.table,
        reference_field_names=list(reference.fields),
    )

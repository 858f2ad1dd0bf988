"""Check the tables before the mapping: types, constraints, keys, encodings; all errors at once.

The library for Data Packages judges the cells. It takes its time for each row, so a quick check of our own passes the
rows that are surely good (docs/decisions/tables.md). Every message is ours (`messages`).
"""

import csv
import logging
import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from functools import cache
from typing import Any, Final, cast

from frictionless import Field, FrictionlessException, Package
from frictionless.resources import TableResource

from ..findings import Finding, Listed, Place, Severity
from ..i18n import every_language, message
from ..languages import PLACEHOLDER
from ..progress import SILENT, Progress
from ..reasons import UNKNOWN, reason_of
from ..settings.groups import Build
from ..settings.text import CONTROL
from . import DESCRIPTOR
from .canonical import LONG_CELL, unreadable
from .code_lists import CodeLists
from .declared import closest
from .delimited import CONFLICT, is_conflict_mark
from .messages import finding, of_cell
from .package import Package as TablePackage
from .package import Table
from .table_check import LOOK_ALIKE, NO_VALUE, TURNING, Find, LongCellError, Lookup, Rows, check_rows, lookup

_UNREADABLE: Final = (OSError, UnicodeDecodeError, csv.Error)


def check_tables(
    package: TablePackage, limits: Build | None = None, progress: Progress = SILENT, codes: CodeLists | None = None
) -> Listed:
    """The errors in the tables: file, row, column, value and expectation.

    Args:
        package: of the tables.
        limits: how many are listed, and what the check may use.
        progress: gets how many rows are read.
        codes: the code lists, for what a person may have meant.
    """
    limits = limits or Build()
    if package.read.findings:  # what is declared wrongly would make every table wrong
        return package.shown(Listed.first(package.read.findings, limits.max_listed_findings))
    logging.getLogger("frictionless").setLevel(logging.ERROR)
    try:
        described = Package(_for_library(package.read.checked), basepath=str(package.folder))
    except FrictionlessException as error:
        return Listed(tuple(_of_descriptor(reason.to_dict()) for reason in error.to_errors()))
    if wrong := [*_without_sense(described)]:
        return Listed(tuple(wrong))
    progress.step(
        message("checking the tables"), sum(table.lines() for table in package.tables.values()), message("rows")
    )
    check = _PackageCheck(package, described, limits, progress, codes or CodeLists())
    return package.shown(sum(map(check.table, package.tables), Listed()))


def _for_library(descriptor: dict[str, Any]) -> dict[str, Any]:
    """The descriptor without what the library has no idea of: lists, whose items are judged here, and their codes."""
    resources = []
    for resource in descriptor["resources"]:
        schema = resource.get("schema", {})
        fields = [_for_rows(each) if each.get("type") == "list" else each for each in schema.get("fields", [])]
        left = {name: value for name, value in resource.items() if name != "dialect"}
        resources.append({**left, "schema": {**schema, "fields": fields}})
    return {**descriptor, "resources": resources}


def _for_rows(declared: dict[str, Any]) -> dict[str, Any]:
    constraints = {k: v for k, v in declared.get("constraints", {}).items() if k in {"required", "unique"}}
    return {"name": declared["name"], "type": "string", "constraints": constraints}


class _PackageCheck:
    """The check of each table of a package, which foreign keys lead from to others."""

    def __init__(
        self, package: TablePackage, described: Package, limits: Build, progress: Progress, codes: CodeLists
    ) -> None:
        self._package, self._limits, self._progress, self._codes = package, limits, progress, codes
        resources = [cast(TableResource, resource) for resource in described.resources]
        self._paths = {str(resource.name): str(resource.path) for resource in resources if resource.path}
        self._absent = {str(resource.name) for resource in resources if not resource.path}
        self._resources = {str(resource.path): resource for resource in resources if resource.path}
        self._lookup = cache(self._values)
        present = {table.name: table.source.shown for table in package.tables.values()}
        self._files = {resource["name"]: path for path, resource in package.read.absent.items()} | present

    def table(self, path: str) -> Listed:
        """The errors of a table."""
        table = self._package.tables[path]
        source, limit = table.source, self._limits.max_listed_findings
        reading = Listed(source.findings, {Severity.VIOLATION: source.more} if source.more else {})
        if not source.is_read or (not table.header() and source.findings):
            return reading
        header = _header(self._package, path)
        if header.stops:
            return reading + Listed.first(header.findings, limit)
        reading += Listed.first(header.findings, limit)
        try:
            listed = self._rows_of(path)
        except LongCellError as error:
            long = self._long_cell(path, error)
            self._package.leave_out(path, long)
            return reading + Listed((long,))
        except _UNREADABLE:
            why = unreadable(source, path, self._package.declared[path], self._limits)
            return Listed(why.findings, {Severity.VIOLATION: why.more} if why.more else {})
        reported = {(place.row, place.column) for each in source.findings for place in each.places if place.row}
        return reading + _without(reported, listed)

    def _rows_of(self, path: str) -> Listed:
        """The errors in the rows of a table.

        Raises:
            LongCellError: a cell is too long.
            OSError, UnicodeDecodeError, csv.Error: it cannot be read.
        """
        table, limit = self._package.tables[path], self._limits.max_listed_findings
        checked = check_rows(self._rows(path), self._find(path), limit, self._progress.advance)
        for error in checked.errors:
            if error["type"] == "foreign-key":
                error["table"] = self._files[error["referenceName"] or table.name]
        fields, key = {each["name"]: each for each in self._package.fields(path)}, self._package.fields_of_key(path)
        marked = frozenset(_conflicts(table) if checked.strange_texts else ())
        errors = [error for error in checked.errors if error.get("rowNumber") not in marked]
        more = checked.total - len(checked.errors)
        listed = Listed(
            tuple(of_cell(error, path, fields, key, self._codes.called) for error in errors),
            {Severity.VIOLATION: more} if more else {},
        )
        texts = every_language(CONFLICT)
        listed += Listed.first((finding(Place(path, row), texts) for row in sorted(marked)), limit)
        strange = _strange_texts(table) if checked.strange_texts else ()
        return listed + Listed.first(strange, limit)

    def _find(self, path: str) -> Find:
        """What gives the values that a foreign key of a table refers to."""

        def find(name: str, fields: tuple[str, ...]) -> Lookup | None:
            if name in self._absent:
                return frozenset()
            referred = self._paths[name] if name else path
            try:
                return self._lookup(referred, fields)
            except (LongCellError, *_UNREADABLE):
                if referred == path:
                    raise
                return None  # the check of that table says it

        return find

    def _rows(self, path: str) -> Rows:
        fields = {each["name"]: each for each in self._package.fields(path)}
        return Rows(self._resources[path], self._package.tables[path], fields, self._limits.max_cell_characters)

    def _values(self, path: str, fields: tuple[str, ...]) -> Lookup | None:
        table = self._package.tables[path]
        if not table.source.is_read or not set(fields) <= set(table.header()):
            return None  # the check of that table says it
        return lookup(self._rows(path), fields)

    def _long_cell(self, path: str, error: LongCellError) -> Finding:
        problem = every_language(LONG_CELL, n=self._limits.max_cell_characters)
        return finding(Place(path, error.row, error.column), problem)


def _without(reported: Collection[tuple[int | None, str | None]], listed: Listed) -> Listed:
    """Findings, but for those about cells of which something is told already."""
    if not reported:
        return listed
    left = tuple(each for each in listed.findings if (each.places[0].row, each.places[0].column) not in reported)
    return Listed(left, listed.more)


def _without_sense(described: Package) -> Iterator[Finding]:
    """Constraints whose value is none of their column, which the library would fail at."""
    for resource in described.resources:
        for field in resource.schema.fields:
            for name, value in field.constraints.items():
                if not _has_sense(field, name, value):
                    problem = every_language(
                        "the constraint {name} of the column {column} of {table} has a value that no cell can have;"
                        " correct it",
                        name=name,
                        column=field.name,
                        table=resource.name,
                    )
                    yield finding(Place(DESCRIPTOR), problem, value)


def _has_sense(field: Field, name: str, value: object) -> bool:
    """Whether a constraint of a column can be compared with its cells."""
    if name in {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}:
        return field.create_value_reader()(value) is not None
    if name == "pattern":
        with suppress(re.error):
            return bool(re.compile(str(value)))
        return False
    return True


def _of_descriptor(error: dict[str, Any]) -> Finding:
    """What the library has against a descriptor that is well as far as we look."""
    words = error.get("note", error["title"])
    meant = reason_of(words)
    reason = words if meant.text == UNKNOWN else meant
    problem = every_language("not a Data Package as its standard has it; correct it ({reason})", reason=reason)
    return finding(Place(DESCRIPTOR), problem)


class _Header:
    """What is wrong with the names of the columns.

    Attributes:
        findings: about them.
        stops: whether the cells cannot be judged.
    """

    def __init__(self, findings: list[Finding], *, stops: bool) -> None:
        self.findings, self.stops = findings, stops


def _header(package: TablePackage, file: str) -> _Header:
    header = package.tables[file].header()
    if not header:
        empty = every_language("the table is empty; a row with the names of the columns is expected")
        return _Header([finding(Place(file), empty)], stops=True)
    row = package.tables[file].source.header_row
    twice = [*_twice(package, file, row)]
    lacking = [*_without_language(package, file, header, row)]
    unknown = [*_columns(package, file, header, row)]
    return _Header([*twice, *lacking, *unknown], stops=bool(twice))


def _twice(package: TablePackage, file: str, row: int) -> Iterator[Finding]:
    """Columns of one text in one language: the tag of a language is the same in capitals (RFC 5646 §2.1.1)."""
    for field in package.declared[file]:
        if PLACEHOLDER in field["name"]:
            first = dict[str, str]()
            for column, tag in package.in_languages(file, field["name"]).items():
                if column != first.setdefault(tag, column):
                    problem = every_language("the same column and language as {column}; keep one", column=first[tag])
                    yield finding(Place(file, row, column), problem)


def _without_language(package: TablePackage, file: str, header: list[str], row: int) -> Iterator[Finding]:
    """The columns that are required and that the table has in no language."""
    required = [field["name"] for field in package.declared[file] if field.get("constraints", {}).get("required")]
    problem = every_language("the table has this column in no language; add one for each language of its texts")
    for name in required:
        if header and PLACEHOLDER in name and not package.in_languages(file, name):
            yield finding(Place(file, row, name), problem)


def _columns(package: TablePackage, file: str, header: list[str], row: int) -> Iterator[Finding]:
    """The columns that are missing, and those that there are none of."""
    expected = [field["name"] for field in package.fields(file)]
    columns = ", ".join(field["name"] for field in package.declared[file])
    missing = every_language("missing column; the columns are {columns}", columns=columns)
    for column in expected:
        if column not in header:
            yield finding(Place(file, row, column), missing)
    left = [name for name in expected if name not in header]
    for column in header:
        if column in expected:
            continue
        if close := closest(column, left) or closest(column, expected):
            unknown = every_language(
                "unknown column; did you mean {close}? The columns are {columns}", close=close, columns=columns
            )
        elif PLACEHOLDER in columns:
            unknown = every_language(
                "unknown column; the columns are {columns}, where {placeholder} is the tag of a language, as in"
                " {examples}",
                columns=columns,
                placeholder=PLACEHOLDER,
                examples="fr, nl, pt-BR",
            )
        else:
            unknown = every_language("unknown column; the columns are {columns}", columns=columns)
        yield finding(Place(file, row, column), unknown)


def _conflicts(table: Table) -> Iterator[int]:
    """The rows that version control wrote."""
    return (row for row, cells in table.rows() if is_conflict_mark(cells))


def _strange_texts(table: Table) -> Iterator[Finding]:
    """Cells that are not published: what XML excludes (XML 1.0 §2.2), deceives the eye, or stands for no value."""
    problems = [(pattern, every_language(sentence)) for pattern, sentence in _STRANGE.items()]
    header = table.header()
    for row, cells in table.rows():
        for column, cell in zip(header, cells, strict=False):
            for pattern, problem in problems:
                if pattern.fullmatch(cell) if pattern is NO_VALUE else pattern.search(cell):
                    yield finding(Place(table.file, row, column), problem, repr(cell))


NO_VALUE_WRITTEN: Final = message(
    "a spreadsheet wrote this in place of a value: a formula has an error, or the column was too narrow; write the"
    " value"
)
_STRANGE: Final = {
    CONTROL: message("a control character, which cannot be published; remove it"),
    TURNING: message("an invisible sign that turns the order of the letters; remove it"),
    LOOK_ALIKE: message("a letter of the Cyrillic alphabet, which looks like a Latin one; write the word anew"),
    NO_VALUE: NO_VALUE_WRITTEN,
}

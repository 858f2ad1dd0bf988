"""Check the tables before the mapping: types, constraints, keys, encodings; all errors at once.

The library for Data Packages judges every error. It takes its time for each row, so a quick check of our own passes the
rows that are surely good (docs/decisions/tables.md).
"""

import csv
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, cast

from frictionless import Checklist, Field, FrictionlessException, Package
from frictionless.resources import TableResource

from ..findings import Finding, Listed, Place, Severity
from ..i18n import every_language, message
from ..languages import PLACEHOLDER
from ..progress import SILENT, Progress
from ..settings.groups import Build
from .cells import UnsureError
from .package import DESCRIPTOR, Table
from .package import Package as TablePackage
from .table_check import CONTROL, Checked, LongCellError, Lookup, Rows, check_rows, lookup

# The expectation, where the library's message lacks it.
_EXPECTED = {
    "blank-row": "remove the row",
    "extra-cell": "a row has one cell for each column; is a text with a comma not in quotes?",
    "missing-cell": "a row has one cell for each column",
    "primary-key": "these columns together are the key, and no two rows have the same",
    "source-error": "a header and rows are expected",
}


def check_tables(package: TablePackage, limits: Build | None = None, progress: Progress = SILENT) -> Listed:
    """The errors in the tables: file, row, column, value and expectation.

    Args:
        package: of the tables.
        limits: how many are listed, and what the check may use.
        progress: gets how many rows are read.
    """
    limits = limits or Build()
    logging.getLogger("frictionless").setLevel(logging.ERROR)
    try:
        described = Package(package.read.checked, basepath=str(package.folder))
        described.to_descriptor(validate=True)
    except FrictionlessException as error:
        return Listed(tuple(_finding(reason.to_dict(), DESCRIPTOR) for reason in error.to_errors()))
    if wrong := [*_without_sense(described)]:
        return Listed(tuple(wrong))
    progress.step(
        message("checking the tables"), sum(table.lines() for table in package.tables.values()), message("rows")
    )
    check = _PackageCheck(package, described, limits, progress)
    return sum(map(check.table, package.tables), Listed())


class _PackageCheck:
    """The check of each table of a package, which foreign keys lead from to others."""

    def __init__(self, package: TablePackage, described: Package, limits: Build, progress: Progress) -> None:
        self._package, self._limits, self._progress = package, limits, progress
        resources = [cast(TableResource, resource) for resource in described.resources]
        self._paths = {str(resource.name): str(resource.path) for resource in resources if resource.path}
        self._absent = {str(resource.name) for resource in resources if not resource.path}
        self._resources = {str(resource.path): resource for resource in resources if resource.path}
        self._lookup = cache(self._values)

    def table(self, path: str) -> Listed:
        """The errors of a table."""
        table = self._package.tables[path]
        if wrong := [*_without_language(self._package, path), *_twice(self._package, path)]:
            return Listed(tuple(wrong))
        try:
            checked = self._checked(path)
        except LongCellError as error:
            return Listed((self._long_cell(path, error),))
        except UnsureError:
            return self._by_library(path)
        key, limit = self._package.fields_of_key(path), self._limits.max_listed_findings
        fields = {field["name"]: field for field in self._package.fields(path)}
        findings = tuple(
            _wrong_code(error, path, fields) or _common(error, path) or _finding(error, path, key)
            for error in checked.errors
        )
        more = checked.total - len(findings)
        listed = Listed(findings, {Severity.VIOLATION: more} if more else {})
        control = _control_characters(table) if checked.control_characters else ()
        return listed + Listed.first(control, limit)

    def _checked(self, path: str) -> Checked:
        """The outcome of the quick check.

        Raises:
            UnsureError: the library must judge the table.
            LongCellError: a cell is too long.
        """

        def find(name: str, fields: tuple[str, ...]) -> Lookup | None:
            if name in self._absent:
                return frozenset()
            referred = self._paths.get(name) if name else path
            if referred is None:
                raise UnsureError
            try:
                return self._lookup(referred, fields)
            except LongCellError:
                if referred == path:
                    raise
                return None  # the check of that table says it

        return check_rows(self._rows(path), find, self._limits.max_listed_findings, self._progress.advance)

    def _rows(self, path: str) -> Rows:
        described = next(one for one in self._package.descriptor["resources"] if one["path"] == path)
        table = self._package.tables[path]
        return Rows(self._resources[path], table, described, self._limits.max_cell_characters)

    def _values(self, path: str, fields: tuple[str, ...]) -> Lookup:
        return lookup(self._rows(path), fields)

    def _long_cell(self, path: str, error: LongCellError) -> Finding:
        problem = every_language(
            "the cell is longer than {n} characters; shorten it, or raise the setting [build] max_cell_characters",
            n=self._limits.max_cell_characters,
        )
        return _table(Place(path, error.row, error.column), problem)

    def _by_library(self, path: str) -> Listed:
        """The errors of a table that the library alone can judge."""
        # Below a wrong header, errors name wrong columns; a file that is not UTF-8 breaks all tables that refer to it.
        table, limit = self._package.tables[path], self._limits.max_listed_findings
        if own := _encoding(table.path, path) or _header(self._package, path):
            return Listed.first(own, limit)
        report = self._resources[path].validate(Checklist(), limit_errors=limit)
        key = self._package.fields_of_key(path)
        errors = [error for task in report.tasks for error in task.errors]
        reports = [error.to_dict() for error in errors if error.type != "encoding-error"]
        findings = [_common(error, path) or _finding(error, path, key) for error in reports]
        listed = Listed(tuple(findings)) + Listed.first(_control_characters(table), limit)
        if len(errors) < limit:
            return listed
        more = every_language("{n} errors are listed; there may be more", n=limit)
        return listed + Listed((_table(Place(path), more),))


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
                    yield _table(Place(DESCRIPTOR), problem, str(value))


def _has_sense(field: Field, name: str, value: object) -> bool:
    """Whether a constraint of a column can be compared with its cells."""
    if name in {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}:
        return field.create_value_reader()(value) is not None
    if name == "pattern":
        with suppress(re.error):
            return bool(re.compile(str(value)))
        return False
    return True


def _twice(package: TablePackage, file: str) -> Iterator[Finding]:
    """Columns of one text in one language: the tag of a language is the same in capitals (RFC 5646 §2.1.1)."""
    for field in package.declared[file]:
        if PLACEHOLDER in field["name"]:
            first = dict[str, str]()
            for column, tag in package.in_languages(file, field["name"]).items():
                if column != first.setdefault(tag, column):
                    problem = every_language("the same column and language as {column}; keep one", column=first[tag])
                    yield _table(Place(file, 1, column), problem)


def _encoding(path: Path, file: str) -> list[Finding]:
    """The first row of a file that is not UTF-8, if there is one."""
    try:
        with path.open(encoding="utf-8") as text:
            for _ in text:
                pass
    except UnicodeDecodeError:
        with path.open("rb") as lines:
            row, line = next(
                (n, line) for n, line in enumerate(lines, 1) if "\ufffd" in line.decode("utf-8", "replace")
            )
        problem = every_language("not UTF-8; save the table as CSV in UTF-8")
        return [_table(Place(file, row), problem, line.decode("utf-8", "replace").rstrip())]
    except OSError:
        pass  # the library reports it
    return []


def _header(package: TablePackage, file: str) -> list[Finding]:
    """The errors in the column names of a table that is readable and not empty."""
    expected = [field["name"] for field in package.fields(file)]
    header = package.tables[file].header()
    if not header or header == expected:
        return []
    columns = ", ".join(field["name"] for field in package.declared[file])
    missing = every_language("missing column; the columns are {columns}", columns=columns)
    unknown = every_language("unknown column; the columns are {columns}", columns=columns)
    if PLACEHOLDER in columns:
        unknown = every_language(
            "unknown column; the columns are {columns}, where {placeholder} is the tag of a language, as in {examples}",
            columns=columns,
            placeholder=PLACEHOLDER,
            examples="fr, nl, pt-BR",
        )
    order = every_language("the columns are, each once and in this order, {columns}", columns=columns)
    wrong = [
        *(_table(Place(file, 1, column), missing) for column in expected if column not in header),
        *(_table(Place(file, 1, column), unknown) for column in header if column not in expected),
    ]
    return wrong or [_table(Place(file, 1), order)]


def _without_language(package: TablePackage, file: str) -> list[Finding]:
    """The columns that are required and that the table has in no language."""
    header = package.tables[file].header()
    required = [field["name"] for field in package.declared[file] if field.get("constraints", {}).get("required")]
    lacking = [name for name in required if PLACEHOLDER in name and not package.in_languages(file, name)]
    problem = every_language("the table has this column in no language; add one for each language of its texts")
    return [_table(Place(file, 1, name), problem) for name in lacking if header]


def _control_characters(table: Table) -> Iterator[Finding]:
    """Characters that XML excludes, and so RDF/XML does (XML 1.0 §2.2)."""
    problem = every_language("a control character, which cannot be published")
    try:
        header = table.header()
        for row, cells in table.rows():
            for column, cell in zip(header, cells, strict=False):
                if CONTROL.search(cell):
                    yield _table(Place(table.path.name, row, column), problem, repr(cell))
    except (OSError, UnicodeDecodeError, csv.Error):
        return  # the library reports it


def _finding(error: dict[str, Any], file: str, key: Sequence[str] = ()) -> Finding:
    """One error of the library as a finding.

    The library names columns and cells in two ways, for one wrong cell and for several together. For a duplicate key it
    names neither.
    """
    columns = [error["fieldName"]] if error.get("fieldName") else error.get("fieldNames") or []
    value = error.get("cell", error.get("fieldCells"))
    if error["type"] == "primary-key":
        columns, value = list(key), None
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    row = error.get("rowNumber") or (1 if "labels" in error or "label" in error else None)
    expected = _EXPECTED.get(error["type"], "").format(*columns)
    message = ": ".join(filter(None, (error["title"], error["note"], expected)))
    column = ", ".join(columns) or error.get("label")
    return _table(Place(file, row, column or None), {"en": message}, None if value in (None, "None") else str(value))


def _wrong_code(error: dict[str, Any], file: str, fields: Mapping[str, dict[str, Any]]) -> Finding | None:
    """A cell that has no code of its list as a finding, with the code that it comes close to."""
    field = fields.get(error.get("fieldName") or "", {})
    codes, cell = field.get("constraints", {}).get("enum", []), str(error.get("cell"))
    if error["type"] != "constraint-error" or "codes" not in field or cell in codes:
        return None
    by_case = {code.casefold(): code for code in codes}
    close = get_close_matches(cell.casefold().replace(" ", "-"), by_case, n=1)
    if close:
        problem = every_language("no code of {list}; did you mean {code}?", list=field["codes"], code=by_case[close[0]])
    else:
        listed = ", ".join(codes)
        problem = every_language("no code of {list}; its codes are {codes}", list=field["codes"], codes=listed)
    return _table(Place(file, error.get("rowNumber"), error["fieldName"]), problem, cell)


def _common(error: dict[str, Any], file: str) -> Finding | None:
    """The two mistakes that are made most, in the reader's language: a row that is not there, and an empty cell."""
    if error["type"] == "foreign-key":
        value, table = ", ".join(map(str, error["fieldCells"])), error["referenceName"] or file.removesuffix(".csv")
        problem = every_language(
            "no row of {table} has this as its {columns}; add the row, or correct the cell",
            table=f"{table}.csv",
            columns=", ".join(error["referenceFieldNames"]),
        )
        return _table(Place(file, error["rowNumber"], ", ".join(error["fieldNames"])), problem, value)
    if error["type"] == "constraint-error" and error["note"].startswith('constraint "required"'):
        problem = every_language("the cell is empty, and must not be; fill it")
        return _table(Place(file, error["rowNumber"], error["fieldName"]), problem)
    return None


def _table(place: Place, message: Mapping[str, str], value: str | None = None) -> Finding:
    return Finding("table", Severity.VIOLATION, message, (place,), value)

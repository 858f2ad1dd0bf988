"""Check the tables before the mapping: types, constraints, keys, encodings; all errors at once."""

import csv
import logging
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from frictionless import Checklist, FrictionlessException, Package

from ..findings import Finding, Place, Severity
from ..i18n import every_language
from .package import DESCRIPTOR, Table
from .package import Package as TablePackage

# Nobody reads more errors of one table; the report says when it stops there.
MAX_ERRORS_PER_TABLE = 10_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
# The expectation, where the library's message lacks it.
_EXPECTED = {
    "blank-row": "remove the row",
    "extra-cell": "a row has one cell for each column; is a text with a comma not in quotes?",
    "missing-cell": "a row has one cell for each column",
    "primary-key": "these columns together are the key, and no two rows have the same",
    "source-error": "a header and rows are expected",
}


def check_tables(package: TablePackage) -> list[Finding]:
    """The errors in the tables: file, row, column, value and expectation."""
    logging.getLogger("frictionless").setLevel(logging.ERROR)
    try:
        checked = Package(package.descriptor, basepath=str(package.folder))
        report = checked.validate(Checklist(), limit_errors=MAX_ERRORS_PER_TABLE)
    except FrictionlessException as error:
        return [_finding(reason.to_dict(), DESCRIPTOR) for reason in error.reasons or [error.error]]
    findings = [_finding(error.to_dict(), DESCRIPTOR) for error in report.errors]
    for task in report.tasks:
        # Below a wrong header, errors name wrong columns; a file that is not UTF-8 breaks all tables that refer to it.
        if own := _encoding(package.folder / task.place, task.place) or _header(package, task.place):
            findings += own
            continue
        key = package.fields_of_key(task.place)
        findings += [_finding(e.to_dict(), task.place, key) for e in task.errors if e.type != "encoding-error"]
        findings += _control_characters(package.tables[task.place])
        if len(task.errors) >= MAX_ERRORS_PER_TABLE:
            findings.append(
                _table(
                    Place(task.place),
                    every_language("{n} errors are listed; there may be more", n=MAX_ERRORS_PER_TABLE),
                )
            )
    return findings


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
    header = package.tables[file].header() if package.tables[file].path.is_file() else []
    if not header or header == expected:
        return []
    columns = ", ".join(expected)
    missing = every_language("missing column; the columns are {columns}", columns=columns)
    unknown = every_language("unknown column; the columns are {columns}", columns=columns)
    order = every_language("the columns are, each once and in this order, {columns}", columns=columns)
    wrong = [
        *(_table(Place(file, 1, column), missing) for column in expected if column not in header),
        *(_table(Place(file, 1, column), unknown) for column in header if column not in expected),
    ]
    return wrong or [_table(Place(file, 1), order)]


def _control_characters(table: Table) -> list[Finding]:
    """Characters that XML excludes, and so RDF/XML does (XML 1.0 §2.2)."""
    try:
        header = table.header()
        problem = every_language("a control character, which cannot be published")
        return [
            _table(Place(table.path.name, row, column), problem, repr(cell))
            for row, cells in table.rows()
            for column, cell in zip(header, cells, strict=False)
            if _CONTROL.search(cell)
        ]
    except (OSError, csv.Error):
        return []  # the library reports it


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


def _table(place: Place, message: Mapping[str, str], value: str | None = None) -> Finding:
    return Finding("table", Severity.VIOLATION, message, (place,), value)

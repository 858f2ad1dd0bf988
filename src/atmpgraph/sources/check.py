"""Check the tables before anything is made of them: types, constraints, keys, encodings, all errors at once."""

import logging
from typing import Any

from frictionless import Checklist, Package, system

from ..findings import Finding, Place, Severity
from .package import DESCRIPTOR
from .package import Package as TablePackage

# More errors than this in one table are not read by anyone; the report says when it stops there.
MAX_ERRORS_PER_TABLE = 10_000


def check_tables(package: TablePackage) -> list[Finding]:
    """All that is wrong with the tables: file, row, column, value and what was expected."""
    logging.getLogger("frictionless").setLevel(logging.ERROR)
    with system.use_context(trusted=True):
        checked = Package(str(package.folder / DESCRIPTOR))
        report = checked.validate(Checklist(), limit_errors=MAX_ERRORS_PER_TABLE)
    findings = [_finding(error.to_dict(), DESCRIPTOR) for error in report.errors]
    for task in report.tasks:
        findings += [_finding(error.to_dict(), task.place) for error in task.errors]
        if len(task.errors) >= MAX_ERRORS_PER_TABLE:
            findings.append(
                _table(Place(task.place), f"more than {MAX_ERRORS_PER_TABLE} errors; the rest is not listed")
            )
    return findings


def _finding(error: dict[str, Any], file: str) -> Finding:
    """One error of the library as a finding.

    The library names columns and cells in one of two ways, by whether one cell is at fault or several together.
    """
    column = error.get("fieldName") or ", ".join(error.get("fieldNames") or ()) or error.get("label")
    value = error.get("cell", error.get("fieldCells"))
    if isinstance(value, list):
        value = ", ".join(value)
    row = error.get("rowNumber") or (1 if "labels" in error or "label" in error else None)
    return _table(Place(file, row, column or None), f"{error['title']}: {error['note']}", value)


def _table(place: Place, message: str, value: str | None = None) -> Finding:
    return Finding("table", Severity.VIOLATION, {"en": message}, (place,), value)

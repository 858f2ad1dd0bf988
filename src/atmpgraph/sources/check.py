"""Check the tables before anything is made of them: types, constraints, keys, encodings, all errors at once."""

import logging
from pathlib import Path
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
        # Cells below a wrong header would be told wrongly, and a file that is not UTF-8 with all that refer to it.
        if own := _encoding(package.folder / task.place, task.place) or _header(package, task.place):
            findings += own
            continue
        findings += [_finding(e.to_dict(), task.place) for e in task.errors if e.type != "encoding-error"]
        if len(task.errors) >= MAX_ERRORS_PER_TABLE:
            findings.append(_table(Place(task.place), f"{MAX_ERRORS_PER_TABLE} errors are listed; there may be more"))
    return findings


def _encoding(path: Path, file: str) -> list[Finding]:
    """Where a file stops being UTF-8, if it does."""
    try:
        with path.open(encoding="utf-8") as text:
            for _ in text:
                pass
    except UnicodeDecodeError:
        with path.open("rb") as lines:
            row, line = next(
                (n, line) for n, line in enumerate(lines, 1) if "\ufffd" in line.decode("utf-8", "replace")
            )
        message = "not UTF-8; save the table as CSV in UTF-8"
        return [_table(Place(file, row), message, line.decode("utf-8", "replace").rstrip())]
    except OSError:
        pass  # the library tells it
    return []


def _header(package: TablePackage, file: str) -> list[Finding]:
    """What is wrong with the names of the columns of a table that can be read and is not empty."""
    resource = next(r for r in package.descriptor["resources"] if r["path"] == file)
    expected = [field["name"] for field in resource["schema"]["fields"]]
    found = package.tables[file].header() if package.tables[file].path.is_file() else []
    if not found or found == expected:
        return []
    missing = [
        _table(Place(file, 1, c), f"missing column; expected are {', '.join(expected)}")
        for c in expected
        if c not in found
    ]
    unknown = [
        _table(Place(file, 1, c), f"unknown column; expected are {', '.join(expected)}")
        for c in found
        if c not in expected
    ]
    return missing + unknown or [_table(Place(file, 1), f"expected are, in this order and once, {', '.join(expected)}")]


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

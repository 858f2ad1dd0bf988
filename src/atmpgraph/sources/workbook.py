"""The rows of a sheet, read by a process of its own (`workbook_process`), and what is wrong with the workbook."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ..i18n import message
from ..interpreter import own_path

FIRST_SEEN: Final = 0  # the number of the first sheet that is not hidden
_PROCESS: Final = "atmpgraph.sources.workbook_process"


@dataclass(frozen=True)
class Typed:
    """A value that a workbook has a type for beside text, number and truth.

    Attributes:
        kind: `date`, `datetime`, `time` or `duration`.
        text: in the form of ISO 8601.
    """

    kind: str
    text: str


class WorkbookError(Exception):
    """A workbook that cannot be read."""

    def __init__(self, sentence: str, **values: object) -> None:
        """Say why, in English; the sentence is translated where it is shown."""
        super().__init__(sentence)
        self.sentence, self.values = sentence, values


@dataclass(frozen=True)
class Sheet:
    """A sheet.

    Attributes:
        name: of it.
        others: the names of the sheets beside it that are to be seen.
        first_column: how many columns before the first one of its rows are empty.
        about: what the process says of it.
        rows: number from 1, and cells, of each row that is not empty.
    """

    name: str
    others: tuple[str, ...]
    first_column: int
    about: Mapping[str, Any]
    rows: Iterator[tuple[int, list[Any]]] = field(repr=False)


def open_sheet(path: Path, sheet: str | int | None, mebibytes: int) -> Sheet:
    """Open a sheet of a workbook.

    Args:
        path: of the workbook.
        sheet: its name, or its number from 1; the first one where it is None; `FIRST_SEEN`.
        mebibytes: the memory that reading may take.

    Raises:
        WorkbookError: it cannot be read.
    """
    records = _records(path, sheet, mebibytes)
    about = next(records)
    if problem := about.get("problem"):
        raise _error(about, problem, sheet, mebibytes)
    name = about["sheet"]
    if name in about["hidden"]:
        raise WorkbookError(_HIDDEN, sheet=name)
    others = tuple(one for one in about["sheets"] if one != name and one not in about["hidden"])
    return Sheet(name, others, about["first_column"], about, _rows(records, mebibytes))


def _rows(records: Iterator[Any], mebibytes: int) -> Iterator[tuple[int, list[Any]]]:
    for record in records:
        if isinstance(record, dict):
            raise _error(record, record["problem"], None, mebibytes)
        number, cells = record
        yield number, [Typed(*cell) if type(cell) is list else cell for cell in cells]


def _records(path: Path, sheet: str | int | None, mebibytes: int) -> Iterator[Any]:
    command = [sys.executable, "-m", _PROCESS, str(path.resolve()), json.dumps(sheet), str(mebibytes)]
    ended = False
    environment = os.environ | own_path()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)  # noqa: S603
    try:
        with process:
            for line in process.stdout or ():
                yield json.loads(line)
            ended = True
    finally:
        if not ended:
            process.kill()
    if process.returncode:  # whatever it was, it was not the memory of this process
        yield {"problem": "large"}


def _error(about: Mapping[str, Any], problem: str, sheet: str | int | None, mebibytes: int) -> WorkbookError:
    if problem == "sheet" and about["sheets"]:
        names = ", ".join(one for one in about["sheets"] if one not in about["hidden"])
        return WorkbookError(_NO_SHEET, sheet=str(sheet), sheets=names)
    if problem == "large":
        return WorkbookError(_LARGE, n=mebibytes)
    if problem == "password":
        return WorkbookError(_PASSWORD)
    return WorkbookError(_NO_ZIP if problem == "zip" else _BROKEN)


NO_FILE: Final = message("there is no such file; put it beside the Data Package, or correct the path there")
_HIDDEN: Final = message("the sheet {sheet} is hidden; show it, or name another one as sheetName in its dialect")
_NO_SHEET: Final = message("there is no sheet {sheet}; the sheets are {sheets}")
_LARGE: Final = message(
    "reading it takes more than {n} MiB; save the sheet as CSV, or raise the setting [build] max_workbook_mebibytes"
)
_PASSWORD: Final = message(
    "it has a password, or is a workbook of Excel before 2007; save it without a password as .xlsx"
)
_BROKEN: Final = message("it is no workbook that can be read; open it, and save it again as .xlsx or .ods")
_NO_ZIP: Final = message(
    "it is no workbook, whatever its name says, or only a part of one; copy it again, or name a table of text .csv"
)

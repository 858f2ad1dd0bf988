"""Read a sheet in a process of its own: a workbook is hostile until it is read.

`python -m atmpgraph.sources.workbook_process FILE SHEET MEBIBYTES` writes JSON, a line each: first what is to be known
of the workbook, then `[number, cells]` of each row that is not empty. The process may not take more memory than it is
given, which bounds what a small file can unpack to. Nothing of the workbook is run: no formula, no macro.
"""

import json
import resource
import sys
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile, ZipFile

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from atmpgraph.sources.workbook_parts import of_ods, of_xlsx

_BLOCK: Final = 1 << 20
_SECONDS: Final = 600  # of processor time


def main(arguments: list[str]) -> None:
    """Write the sheet to standard output."""
    path, sheet, mebibytes = Path(arguments[0]), json.loads(arguments[1]), int(arguments[2])
    limit = mebibytes << 20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    out = sys.stdout
    try:
        for record in _records(path, sheet, limit):
            out.write(json.dumps(record, default=_typed, ensure_ascii=True))
            out.write("\n")
    except MemoryError:
        out.write('{"problem": "large"}\n')
    except PasswordError:
        out.write('{"problem": "password"}\n')
    except BadZipFile:
        out.write('{"problem": "zip"}\n')
    except (CalamineError, ElementTree.ParseError, ExpatError, KeyError, ValueError, OSError) as error:
        problem = "large" if "Cell limit" in str(error) else "broken"
        out.write(json.dumps({"problem": problem}) + "\n")


def _records(path: Path, sheet: str | int | None, limit: int) -> Iterator[object]:
    with path.open("rb") as file:
        begin = file.read(8)
    if begin.startswith(b"\xd0\xcf\x11\xe0"):  # a compound file: a workbook of before 2007, or one with a password
        yield {"problem": "password"}
        return
    with ZipFile(path) as archive:
        if _unpacked(archive, limit) > limit:
            yield {"problem": "large"}
            return
        with CalamineWorkbook.from_path(path) as book:
            sheets = [one for one in book.sheets_metadata if one.typ is SheetTypeEnum.WorkSheet]
            names = [one.name for one in sheets]
            hidden = [one.name for one in sheets if one.visible is not SheetVisibleEnum.Visible]
            if sheet == 0:
                sheet = next((one for one in names if one not in hidden), None)
            name = sheet if isinstance(sheet, str) else names[(sheet or 1) - 1] if (sheet or 1) <= len(names) else None
            about: dict[str, Any] = {"sheets": names, "hidden": hidden, "sheet": name}
            if name not in names:
                yield {"problem": "sheet", **about}
                return
            content = book.get_sheet_by_name(str(name))
            start = content.start or (0, 0)
            parts = set(archive.namelist())
            is_ods = "content.xml" in parts
            cells = of_ods(archive, str(name)) if is_ods else of_xlsx(archive, str(name))
            hidden_rows = set(cells.get("hidden_rows", ()))
            yield {
                **about,
                "first_column": start[1],
                "macros": any(part.lower().endswith("vbaproject.bin") or part.startswith("Basic/") for part in parts),
                "external": any(part.startswith("xl/externalLinks/") for part in parts),
                **cells,
                "merged": [[low[0] + 1, high[0] + 1, low[1], high[1]] for low, high in content.merged_cell_ranges or ()]
                or cells.get("merged", []),
                "hidden_rows": [
                    number
                    for number, row in enumerate(content.iter_rows() if hidden_rows else (), start=1)
                    if number in hidden_rows and any(cell != "" for cell in row)
                ],
            }
            for number, row in enumerate(content.iter_rows(), start=1):
                if any(cell != "" for cell in row):
                    yield [number, row]


def _unpacked(archive: ZipFile, limit: int) -> int:
    """How many bytes the parts of an archive unpack to, as far as a limit; what it says of itself is not believed."""
    size = 0
    for part in archive.infolist():
        if not part.filename.endswith((".xml", ".rels", ".bin")):
            continue
        with archive.open(part) as content:
            for block in iter(lambda: content.read(_BLOCK), b""):
                size += len(block)
                if size > limit:
                    return size
    return size


def _typed(value: object) -> Iterable[str]:
    """A value that JSON has no type for, as its kind and text."""
    match value:
        case datetime():
            return ["datetime", value.isoformat()]
        case date():
            return ["date", value.isoformat()]
        case time():
            return ["time", value.isoformat()]
        case timedelta():
            return ["duration", str(value)]
    return ["other", str(value)]


if __name__ == "__main__":
    main(sys.argv[1:])

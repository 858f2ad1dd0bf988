"""Read a sheet in a process of its own: a workbook is hostile until it is read.

`python -m atmpgraph.sources.workbook_process FILE SHEET MEBIBYTES` writes JSON, a line each: first what is to be known
of the workbook, then `[number, cells]` of each row that is not empty. The process may not take more memory than it is
given, which bounds what a small file can unpack to. Nothing of the workbook is run: no formula, no macro.
"""

import json
import re
import resource
import sys
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from html import unescape
from pathlib import Path
from posixpath import join, normpath
from typing import IO, Any, Final
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

_BLOCK: Final = 1 << 20
_SECONDS: Final = 600  # of processor time
_LISTED: Final = 1_000  # cells without a value
# A cell of Office Open XML that is an error, or a formula without the value that it had (ECMA-376 §18.3.1.4). A formula
# whose value is an empty text says that it is a text.
_ERROR: Final = re.compile(rb"""<c\s(?=[^<>]*\bt=["']e["'])[^<>]*\br=["']([A-Z]{1,3}[0-9]{1,7})["']""")
_FORMULA: Final = re.compile(
    rb"""<c\s(?![^<>]*\bt=["']str["'])[^<>]*\br=["']([A-Z]{1,3}[0-9]{1,7})["'][^<>]*>\s*"""
    rb"""<f(?:\s[^<>]*)?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>"""
)
_ODS: Final = re.compile(
    rb"<table:table\s(?P<table>[^>]*)>|<table:table-row(?P<row>[^>]*)>|<table:(?:covered-)?table-cell(?P<cell>[^>]*)>"
)
_ODS_NAME: Final = re.compile(rb'table:name="([^"]*)"')
_ODS_REPEATED: Final = re.compile(rb'number-(?:rows|columns)-repeated="([0-9]+)"')


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
    except (CalamineError, ElementTree.ParseError, KeyError, ValueError, OSError) as error:
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
            cells = _of_ods(archive, str(name)) if is_ods else _of_xlsx(archive, str(name))
            yield {
                **about,
                "first_column": start[1],
                "macros": any(part.lower().endswith("vbaproject.bin") or part.startswith("Basic/") for part in parts),
                "external": any(part.startswith("xl/externalLinks/") for part in parts),
                **cells,
                "merged": [[low[0] + 1, high[0] + 1, low[1], high[1]] for low, high in content.merged_cell_ranges or ()]
                or cells.get("merged", []),
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


def _of_xlsx(archive: ZipFile, name: str) -> dict[str, Any]:
    """The cells of a sheet that have no value, by row and column from 0."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - expat bounds what entities grow to
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {each.get("Id"): each.get("Target", "") for each in relations}
    for each in book.iter():
        if each.tag.rpartition("}")[2] == "sheet" and each.get("name") == name:
            target = next((targets.get(value, "") for key, value in each.items() if key.endswith("}id")), "")
            part = target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
            with archive.open(part) as content:
                return _without_value(content)
    return {}


def _without_value(content: IO[bytes]) -> dict[str, Any]:
    wrong: dict[str, list[list[int]]] = {"errors": [], "formulas": []}
    held = b""
    for block in iter(lambda: content.read(_BLOCK), b""):
        text = held + block
        end = text.rfind(b"</row>") + 1 or len(text)
        here, held = text[:end], text[end:] if len(text) - end < _BLOCK * 8 else b""
        if b't="e"' in here or b"t='e'" in here:
            wrong["errors"] += [_place(match[1]) for match in _ERROR.finditer(here)]
        if b"<f" in here:
            wrong["formulas"] += [_place(match[1]) for match in _FORMULA.finditer(here)]
    return {what: cells[:_LISTED] for what, cells in wrong.items()}


def _place(reference: bytes) -> list[int]:
    """Row from 1 and column from 0 of a cell such as `B7`."""
    letters = reference.rstrip(b"0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return [int(reference[len(letters) :]), column - 1]


def _of_ods(archive: ZipFile, name: str) -> dict[str, Any]:
    """The cells of a sheet of an OpenDocument that have no value, or are merged (OpenDocument 1.2, part 1, §9.1)."""
    content = archive.read("content.xml")
    wrong: dict[str, list[list[int]]] = {"errors": [], "formulas": [], "merged": []}
    if not re.search(rb"table:formula|columns-spanned|rows-spanned|value-type=\"error\"", content):
        return wrong
    row, column, within = 0, 0, False
    for match in _ODS.finditer(content):
        if match["table"] is not None:
            named = _ODS_NAME.search(match["table"])
            within = named is not None and unescape(named[1].decode("utf-8", "replace")) == name
            row = 0
        elif not within:
            continue
        elif match["row"] is not None:
            row, column = row + 1, 0
            repeated = _ODS_REPEATED.search(match["row"])
            following = int(repeated[1]) - 1 if repeated else 0
            row += following
        else:
            cell = match["cell"]
            _judge(cell, row, column, wrong)
            repeated = _ODS_REPEATED.search(cell)
            column += int(repeated[1]) if repeated else 1
    return {what: cells[:_LISTED] for what, cells in wrong.items()}


def _judge(cell: bytes, row: int, column: int, wrong: dict[str, list[list[int]]]) -> None:
    if b'value-type="error"' in cell:
        wrong["errors"].append([row, column])
    elif b"table:formula=" in cell and b"office:value-type=" not in cell:
        wrong["formulas"].append([row, column])
    for spanned in re.findall(rb'number-(?:columns|rows)-spanned="([0-9]+)"', cell):
        if int(spanned) > 1:
            wrong["merged"].append([row, row, column, column + 1])
            break


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

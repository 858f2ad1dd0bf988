"""Write rows into the tables of a publication: rows that are there stay as they are, new ones come after them."""

import csv
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from ..i18n import TranslatedError, message, texts
from ..languages import PLACEHOLDER, tag_of
from ..sources.descriptions import TableDescription
from ..sources.package import Package
from ..spreadsheets import as_text
from .take import Left

_HEADER: Final = ("file", "sheet", "row", "column", "value", "reason")
_NOT_PLAIN: Final = message(
    "{file}: rows are written into plain CSV alone (commas, UTF-8), and this table is not; save it as such"
)


def written_tables(
    folder: Path,
    tables: Mapping[str, TableDescription],
    rows: Mapping[str, Iterable[Mapping[str, str]]],
    *,
    anew: bool = False,
) -> dict[Path, str]:
    """The content of each table with its new rows; nothing is written yet.

    Args:
        folder: of the tables.
        tables: by name.
        rows: new ones, by table.
        anew: whether the tables that are there are put aside.

    Raises:
        TranslatedError: a table is there, and is not plain CSV.
    """
    files = {name: folder / tables[name].path for name in rows}
    return {file: _content(file, tables[name], [*rows[name]], anew=anew) for name, file in files.items()}


def require_plain(package: Package, names: Iterable[str], tables: Mapping[str, TableDescription]) -> None:
    """Require that rows can be written into tables.

    Raises:
        TranslatedError: one is read from a file of another form.
    """
    for name in names:
        table = package.tables.get(tables[name].path)
        if table and (table.source.path != table.source.origin or table.source.header_row != 1):
            raise TranslatedError(_NOT_PLAIN, file=str(table.source.origin))


def _content(file: Path, table: TableDescription, new: Sequence[Mapping[str, str]], *, anew: bool) -> str:
    header, old = _read(file) if file.exists() and not anew else ([], [])
    filled = {column for row in new for column, cell in row.items() if cell}
    wanted = [column for column in _ordered(table, filled) if column not in header]
    required = [column.name for column in table.columns if column.is_required and column.name not in header]
    header = header + _ordered(table, {*wanted, *required})
    content = io.StringIO()
    writer = csv.writer(content, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(cells + [""] * (len(header) - len(cells)) for cells in old)
    writer.writerows([row.get(column, "") for column in header] for row in new)
    return content.getvalue()


def _read(file: Path) -> tuple[list[str], list[list[str]]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as content:
            header, *rows = csv.reader(content, strict=True)
    except (UnicodeDecodeError, csv.Error, ValueError):
        raise TranslatedError(_NOT_PLAIN, file=str(file)) from None
    return header, rows


def _ordered(table: TableDescription, names: set[str]) -> list[str]:
    """The names of columns in the order of the table."""
    ordered: list[str] = []
    for column in table.columns:
        if PLACEHOLDER in column.name:
            ordered += sorted(name for name in names if tag_of(name, column.name))
        elif column.name in names:
            ordered.append(column.name)
    return ordered


def left_content(left: Iterable[Left], language: str) -> str:
    """What has no place, for a spreadsheet."""
    words, content = texts(language), io.StringIO()
    writer = csv.writer(content)
    writer.writerow(_HEADER)
    for one in left:
        reason = words.gettext(one.reason, **one.values)
        cells = (one.file, one.sheet, str(one.row), one.column, one.value, reason)
        writer.writerow([as_text(cell) for cell in cells])
    return content.getvalue()


def free(folder: Path, stem: str, ending: str) -> Path:
    """A file that is not there yet."""
    number = 1
    while (file := folder / f"{stem}{'' if number == 1 else f'-{number}'}{ending}").exists():
        number += 1
    return file


def write(files: Mapping[Path, str], aside: Mapping[Path, Path]) -> None:
    """Write files, all of them beside the old ones first, so that a full disk leaves what was.

    Args:
        files: their content.
        aside: files that are moved before, and where they go.
    """
    begun = []
    try:
        for file, content in files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            part = file.with_name(f".{file.name}.part")
            begun.append((part, file))
            part.write_text(content, encoding="utf-8", newline="")
        for old, new in aside.items():
            new.parent.mkdir(parents=True, exist_ok=True)
            old.rename(new)
        for part, file in begun:
            os.replace(part, file)  # noqa: PTH105 - one call that replaces
    finally:
        for part, _ in begun:
            part.unlink(missing_ok=True)

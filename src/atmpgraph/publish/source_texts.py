"""The texts of sources, for the check of quotations; they are not published."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ..findings import Finding, Place, Severity
from ..i18n import NOT_UTF_8, TranslatedError, every_language
from ..sources.package import Package

TABLE: Final = "sources.csv"
COLUMN: Final = "text"
_SETTING: Final = "[folders] source_texts"


def read_source_texts(package: Package, folders: Sequence[Path]) -> tuple[dict[str, str], tuple[Finding, ...]]:
    """The text of each source that names a file, by slug; and a warning for each whose file is absent.

    Args:
        package: the tables, which are correct.
        folders: to search for the files, in this order.

    Raises:
        AtmpgraphError: a text is not UTF-8.
    """
    texts: dict[str, str] = {}
    warnings: list[Finding] = []
    table = package.tables.get(TABLE)
    header = table.header() if table else []
    if table is None or COLUMN not in header:
        return {}, ()
    for number, cells in table.rows():
        row = dict(zip(header, cells, strict=False))
        if not row[COLUMN]:
            continue
        file = next((folder / row[COLUMN] for folder in folders if (folder / row[COLUMN]).is_file()), None)
        if file is None:
            place = Place(TABLE, number, COLUMN)
            message = every_language(
                "the text of this source is not here, so its quotations are not checked against it (setting {setting})",
                setting=_SETTING,
            )
            warnings.append(Finding("mapping", Severity.WARNING, message, (place,), row[COLUMN]))
            continue
        try:
            texts[row["slug"]] = file.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise TranslatedError(NOT_UTF_8, file=file) from None
    return texts, tuple(warnings)

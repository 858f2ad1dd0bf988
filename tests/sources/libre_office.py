"""Workbooks as LibreOffice writes them (.ods): repeated rows and columns, covered cells, notes, spans, validations.

Each cell is `Cell`; rows and columns go to the far end of a sheet, as they do there.
"""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape, quoteattr

_COLUMNS: Final = 16_384
_ROWS: Final = 1_048_576
_NAMES: Final = [
    "office",
    "style",
    "text",
    "table",
    "draw",
    "fo",
    "number",
    "svg",
    "chart",
    "dr3d",
    "math",
    "form",
    "script",
    "config",
    "meta",
    "presentation",
]
_TYPE: Final = "application/vnd.oasis.opendocument.spreadsheet"


@dataclass(frozen=True)
class Cell:
    """A cell.

    Attributes:
        shown: the text that people see; XML where `is_markup`.
        kind: `string`, `float`, `percentage`, `currency`, `date`, `time`, `boolean`, `error`; empty for an empty cell.
        value: of a kind that has one.
        formula: in OpenFormula.
        note: what is written beside it.
        times: how many columns have it.
        span: columns and rows that it covers.
    """

    shown: str = ""
    kind: str = "string"
    value: str = ""
    formula: str = ""
    note: str = ""
    times: int = 1
    span: tuple[int, int] = (1, 1)
    is_markup: bool = False
    covered: bool = False


@dataclass(frozen=True)
class Row:
    """A row: its cells, how often it stands there, and `visible`, `collapse` or `filter`."""

    cells: Sequence[Cell | str] = ()
    times: int = 1
    visibility: str = "visible"


@dataclass(frozen=True)
class Sheet:
    """A sheet: its rows, which of its columns (from 0) are hidden, and whether it is."""

    name: str
    rows: Sequence[Row]
    hidden_columns: Sequence[int] = ()
    is_hidden: bool = False
    last: str = field(default='<table:table-row table:style-name="ro1" table:number-rows-repeated="{n}">')


def write(path: Path, sheets: Sequence[Sheet], *, parts: Mapping[str, bytes] | None = None, head: str = "") -> None:
    """Write a workbook.

    Args:
        path: of the file.
        sheets: in their order.
        parts: others that it has, by name.
        head: what stands before the document, such as a DTD.
    """
    names = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in _NAMES)
    others = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'
    others += ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    styles = (
        '<style:style style:name="ta1" style:family="table"><style:table-properties table:display="true"/></style:style>'
        '<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>'
    )
    body = "".join(map(_sheet, sheets))
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{head}<office:document-content {names} {others} office:version="1.3">'
        f"<office:scripts/><office:font-face-decls/><office:automatic-styles>{styles}</office:automatic-styles>"
        '<office:body><office:spreadsheet><table:calculation-settings table:automatic-find-labels="false"/>'
        f"{body}<table:named-expressions/></office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_TYPE}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", _TYPE, zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
        for name, part in (parts or {}).items():
            archive.writestr(name, part)


def _sheet(sheet: Sheet) -> str:
    columns, at = "", 0
    for place in sorted(sheet.hidden_columns):
        if place > at:
            columns += f'<table:table-column table:number-columns-repeated="{place - at}"/>'
        columns += '<table:table-column table:style-name="co1" table:visibility="collapse"/>'
        at = place + 1
    columns += f'<table:table-column table:style-name="co1" table:number-columns-repeated="{_COLUMNS - at}"/>'
    rows = "".join(map(_row, sheet.rows))
    left = _ROWS - sum(row.times for row in sheet.rows)
    if left > 0:
        rows += f'{sheet.last.format(n=left)}<table:table-cell table:number-columns-repeated="{_COLUMNS}"/></table:table-row>'
    style = "ta2" if sheet.is_hidden else "ta1"
    return f"<table:table table:name={quoteattr(sheet.name)} table:style-name={quoteattr(style)}>{columns}{rows}</table:table>"


def _row(row: Row) -> str:
    attributes = 'table:style-name="ro1"'
    if row.visibility != "visible":
        attributes += f' table:visibility="{row.visibility}"'
    if row.times > 1:
        attributes += f' table:number-rows-repeated="{row.times}"'
    cells = [Cell(each, "string" if each else "") if isinstance(each, str) else each for each in row.cells]
    left = _COLUMNS - sum(cell.times for cell in cells)
    end = f'<table:table-cell table:number-columns-repeated="{left}"/>' if left > 0 else ""
    return f"<table:table-row {attributes}>{''.join(map(_cell, cells))}{end}</table:table-row>"


def _cell(cell: Cell) -> str:
    attributes = ""
    if cell.times > 1:
        attributes += f' table:number-columns-repeated="{cell.times}"'
    if cell.span != (1, 1):
        attributes += f' table:number-columns-spanned="{cell.span[0]}" table:number-rows-spanned="{cell.span[1]}"'
    if cell.formula:
        attributes += f" table:formula={quoteattr(cell.formula)}"
    match cell.kind:
        case "error":
            attributes += ' office:value-type="string" office:string-value="" calcext:value-type="error"'
        case "float" | "percentage":
            attributes += (
                f' office:value-type="{cell.kind}" office:value="{cell.value}" calcext:value-type="{cell.kind}"'
            )
        case "currency":
            attributes += f' office:value-type="currency" office:currency="EUR" office:value="{cell.value}"'
        case "date" | "time" | "boolean":
            attributes += f' office:value-type="{cell.kind}" office:{cell.kind}-value="{cell.value}"'
        case "string":
            attributes += ' office:value-type="string" calcext:value-type="string"'
    note = (
        f'<office:annotation draw:style-name="gr1" svg:width="29mm"><dc:date>2024-01-17T00:00:00</dc:date>'
        f'<text:p text:style-name="P1">{escape(cell.note)}</text:p></office:annotation>'
        if cell.note
        else ""
    )
    text = (
        cell.shown if cell.is_markup else "".join(f"<text:p>{escape(line)}</text:p>" for line in cell.shown.split("\n"))
    )
    name = "covered-table-cell" if cell.covered else "table-cell"
    return f"<table:{name}{attributes}>{note}{text if cell.shown else ''}</table:{name}>"

"""What the parts of a workbook say of its cells, which the reader of values does not tell: each by row and column.

Rows count from 1, columns from 0. A workbook is hostile: this runs in the process of `workbook_process` alone, whose
memory and time are bounded; expat bounds what entities grow to, and reads no other file.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from posixpath import join, normpath
from typing import IO, Any, Final
from xml.etree import ElementTree
from xml.parsers import expat
from zipfile import ZipFile

from babel.numbers import list_currencies

_BLOCK: Final = 1 << 20
_LISTED: Final = 1_000  # cells, rows or columns of a kind
# A cell of Office Open XML that is an error, or a formula without the value that it had (ECMA-376 §18.3.1.4). A formula
# whose value is an empty text says that it is a text.
_ERROR: Final = re.compile(rb"""<(?:\w+:)?c\s(?=[^<>]*\bt=["']e["'])[^<>]*\br=["']([A-Z]{1,3}[0-9]{1,7})["']""")
_FORMULA: Final = re.compile(
    rb"""<(?:\w+:)?c\s(?![^<>]*\bt=["']str["'])[^<>]*\br=["']([A-Z]{1,3}[0-9]{1,7})["'][^<>]*>\s*"""
    rb"""<(?:\w+:)?f(?:\s[^<>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*"""
    rb"""</(?:\w+:)?c>"""
)
# Hidden, or of no height or width.
_ROW: Final = re.compile(rb"""<(?:\w+:)?row\s[^<>]*\b(?:hidden=["'](?:1|true)|ht=["']0(?:\.0+)?)["'][^<>]*>""")
_COLUMN: Final = re.compile(rb"""<(?:\w+:)?col\s[^<>]*\b(?:hidden=["'](?:1|true)|width=["']0(?:\.0+)?)["'][^<>]*>""")
_HIDES: Final = re.compile(rb"""hidden=|(?:ht|width)=["']0""")
# A cell in one of some styles, filled in below: a number, or any that has a value.
_STYLED: Final = (
    rb"""<(?:\w+:)?c\s(?=[^<>]*\bs=["'](?:%s)["'])(?![^<>]*\bt=["'](?:s|str|inlineStr|b|e|d)["'])"""
    rb"""[^<>]*\br=["']([A-Z]{1,3}[0-9]{1,7})["'][^<>/]*>"""
)
_STRUCK: Final = rb"""<(?:\w+:)?c\s(?=[^<>]*\bs=["'](?:%s)["'])[^<>]*\br=["']([A-Z]{1,3}[0-9]{1,7})["'][^<>/]*>"""
_PERCENT_FORMATS: Final = frozenset({"9", "10"})  # built in (ECMA-376 §18.8.30)
_PERCENT: Final = re.compile(r"""(?:[^"%\\]|"[^"]*"|\\.)*%.*""")  # a sign that is not quoted
_PADDED: Final = re.compile(r"0{2,}")
_NUMBER: Final = re.compile(rb"""\b(r|min|max)=["'](\d{1,7})["']""")
_TABLE: Final = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_OFFICE: Final = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_TEXT: Final = "urn:oasis:names:tc:opendocument:xmlns:text:1.0 "
_STYLE: Final = "urn:oasis:names:tc:opendocument:xmlns:style:1.0 "
_FARTHEST: Final = 16_384  # columns that a sheet has
_HIDING: Final = frozenset({"collapse", "filter"})


def of_xlsx(archive: ZipFile, name: str) -> dict[str, Any]:
    """What a sheet of Office Open XML has: `errors`, `formulas` without a value, `hidden_rows` and `hidden_columns`,
    cells that are `struck` through, and numbers that look otherwise than they are: `percents`, `padded` with zeros, and
    in `currencies` beside the euro.
    """
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - see above
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {each.get("Id"): each.get("Target", "") for each in relations}
    for each in book.iter():
        if each.tag.rpartition("}")[2] == "sheet" and each.get("name") == name:
            target = next((targets.get(value, "") for key, value in each.items() if key.endswith("}id")), "")
            part = target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
            styles = {
                kind: re.compile((_STRUCK if kind == "struck" else _STYLED) % b"|".join(numbers))
                for kind, numbers in _styles(archive)
                if numbers
            }
            with archive.open(part) as content:
                return _of_part(content, styles)
    return {}


def _styles(archive: ZipFile) -> Iterator[tuple[str, list[bytes]]]:
    """The numbers of the styles that strike through, or show a number otherwise than it is, as in per cent."""
    if "xl/styles.xml" not in archive.namelist():
        return
    sheet = ElementTree.fromstring(archive.read("xl/styles.xml"))  # noqa: S314 - see above
    own = {each.get("numFmtId"): each.get("formatCode", "") for each in sheet.iter() if each.tag.endswith("}numFmt")}
    styles = [xf for each in sheet if each.tag.endswith("}cellXfs") for xf in each]
    fonts = [font for each in sheet if each.tag.endswith("}fonts") for font in each]
    striking = {str(number) for number, font in enumerate(fonts) if any(map(_strikes, font))}
    yield "struck", [str(number).encode() for number, xf in enumerate(styles) if xf.get("fontId") in striking]
    formats = [xf.get("numFmtId", "0") for xf in styles]
    none = frozenset[str]()
    for kind, pattern, supplied in (
        ("percents", _PERCENT, _PERCENT_FORMATS),
        ("padded", _PADDED, none),
        ("currencies", _currency(), none),
    ):
        yield (
            kind,
            [
                str(number).encode()
                for number, key in enumerate(formats)
                if key in supplied or (key in own and pattern.fullmatch(own[key]))
            ],
        )


@cache
def _currency() -> re.Pattern[str]:
    """A currency beside the euro: a sign or the code of one, quoted or before a locale, as in [$CHF-807] or "$"#,##0.

    Other words of three capitals are units, as in 0.0" FTE".
    """
    quoted = rf'"[^"]*\b(?:{"|".join(sorted(list_currencies()))})\b[^"]*"'
    return re.compile(rf"(?!.*(?:€|EUR)).*(?:[$£¥](?!-|[^\[\]]*\])|\[\$[^-\]]+|{quoted}).*")


def _strikes(part: ElementTree.Element) -> bool:
    """Whether a part of a font is a line through its letters."""
    return part.tag.endswith("}strike") and part.get("val", "1") not in {"0", "false"}


def _of_part(content: IO[bytes], styles: Mapping[str, re.Pattern[bytes]]) -> dict[str, Any]:
    kinds = ("errors", "formulas", "hidden_rows", "hidden_columns", *styles)
    wrong: dict[str, list[Any]] = {kind: [] for kind in kinds}
    held = b""
    for block in iter(lambda: content.read(_BLOCK), b""):
        text = held + block
        end = text.rfind(b"</row>") + 1 or text.rfind(b":row>") + 1 or len(text)
        here, held = text[:end], text[end:] if len(text) - end < _BLOCK * 8 else b""
        if b't="e"' in here or b"t='e'" in here:
            wrong["errors"] += [_place(match[1]) for match in _ERROR.finditer(here)]
        if b"<f" in here or b":f" in here:
            wrong["formulas"] += [_place(match[1]) for match in _FORMULA.finditer(here)]
        for kind, pattern in styles.items():
            wrong[kind] += [_place(match[1]) for match in pattern.finditer(here)]
        if _HIDES.search(here):
            wrong["hidden_rows"] += [_numbers(match[0]).get(b"r", 0) for match in _ROW.finditer(here)]
            wrong["hidden_columns"] += [place for match in _COLUMN.finditer(here) for place in _columns(match[0])]
    return {what: cells[:_LISTED] for what, cells in wrong.items()}


def _numbers(tag: bytes) -> dict[bytes, int]:
    return {name: int(number) for name, number in _NUMBER.findall(tag)}


def _columns(tag: bytes) -> Iterable[int]:
    numbers = _numbers(tag)
    first = numbers.get(b"min", 1)
    return range(first - 1, min(numbers.get(b"max", first), _FARTHEST))


def _place(reference: bytes) -> list[int]:
    """Row from 1 and column from 0 of a cell such as `B7`."""
    letters = reference.rstrip(b"0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return [int(reference[len(letters) :]), column - 1]


def of_ods(archive: ZipFile, name: str) -> dict[str, Any]:
    """What a sheet of OpenDocument has (version 1.2, part 1, §9.1): as above but zeros, and `merged`, `breaks`."""
    sheet, parser = _Sheet(name), expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = sheet.start
    with archive.open("content.xml") as content:
        parser.ParseFile(content)
    return {what: cells[:_LISTED] for what, cells in sheet.wrong.items()}


class _Sheet:
    """Counts the rows and columns of a sheet as its elements begin."""

    def __init__(self, name: str) -> None:
        """Look at the sheet of this name."""
        kinds = ("errors", "formulas", "merged", "percents", "currencies", "struck", "breaks")
        self.wrong: dict[str, list[Any]] = {kind: [] for kind in (*kinds, "hidden_rows", "hidden_columns")}
        self._style, self._striking = "", set[str]()
        self._name, self._within = name, False
        self._row, self._following, self._column, self._cell = 0, 1, 0, 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if tag.startswith(_STYLE):
            self._note_style(tag, attributes)
        elif tag == f"{_TABLE}table":
            self._within = attributes.get(f"{_TABLE}name") == self._name
            self._row, self._following, self._column = 0, 1, 0
        elif not self._within:
            return
        elif tag == f"{_TABLE}table-column":
            times = _times(attributes, "number-columns-repeated")
            if attributes.get(f"{_TABLE}visibility") in _HIDING:
                self.wrong["hidden_columns"] += range(self._column, min(self._column + times, _FARTHEST))
            self._column += times
        elif tag == f"{_TABLE}table-row":
            self._row, self._column = self._row + self._following, 0
            self._following = _times(attributes, "number-rows-repeated")
            if attributes.get(f"{_TABLE}visibility") in _HIDING:
                self.wrong["hidden_rows"] += range(self._row, self._row + min(self._following, _LISTED))
        elif tag in {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}:
            self._cell = self._column
            self._judge(attributes)
            self._column += _times(attributes, "number-columns-repeated")
        elif tag in {f"{_TEXT}tab", f"{_TEXT}line-break"}:
            self.wrong["breaks"].append([self._row, self._cell])

    def _note_style(self, tag: str, attributes: dict[str, str]) -> None:
        """Styles come before the sheets that name them."""
        if tag == f"{_STYLE}style":
            self._style = attributes.get(f"{_STYLE}name", "")
        elif attributes.get(f"{_STYLE}text-line-through-style", "none") != "none":
            self._striking.add(self._style)

    def _judge(self, attributes: dict[str, str]) -> None:
        here, kind = [self._row, self._column], attributes.get(f"{_OFFICE}value-type")
        if any(name.endswith(" value-type") and value == "error" for name, value in attributes.items()):
            self.wrong["errors"].append(here)
        elif f"{_TABLE}formula" in attributes and kind is None:
            self.wrong["formulas"].append(here)
        elif kind == "percentage":
            self.wrong["percents"].append(here)
        elif kind == "currency" and attributes.get(f"{_OFFICE}currency", "EUR") != "EUR":
            self.wrong["currencies"].append(here)
        if kind and attributes.get(f"{_TABLE}style-name") in self._striking:
            self.wrong["struck"].append(here)
        columns = _times(attributes, "number-columns-spanned")
        rows = _times(attributes, "number-rows-spanned")
        if columns > 1 or rows > 1:
            self.wrong["merged"].append([self._row, self._row + rows - 1, self._column, self._column + columns - 1])


def _times(attributes: dict[str, str], name: str) -> int:
    return int(attributes.get(f"{_TABLE}{name}", 1))

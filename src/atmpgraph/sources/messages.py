"""What is wrong with a cell, in the reader's language: the place, the value, and what puts it right.

The library for Data Packages judges the cells (`table_check`); its English words are not shown.
"""

import re
import unicodedata
from collections.abc import Container, Iterable, Mapping
from typing import Any, Final, TypeAlias

from rapidfuzz import fuzz, process

from ..findings import Finding, Place, Severity
from ..i18n import counting, every_language, message, texts, written
from ..iris import NO_SCHEME, fault
from .pattern_example import fitting_example

Called: TypeAlias = Mapping[str, Mapping[str, Mapping[str, str]]]
NOTHING_CALLED: Final[Called] = {}
_MISSING: Final = re.compile(r'constraint "required"')
_SHOWN: Final = 200  # characters of a value
_CLOSE: Final = 70  # of 100: as close as a slip, or another way to write the same
LISTED: Final = 30  # codes that a message names
_PARTING: Final = (";", ",", "|", "/", "\n")
_CONSTRAINT: Final = re.compile(r'constraint "(\w+)"')
_POSITION: Final = re.compile(r"at position (\d+)")
SLUG: Final = "^[A-Za-z0-9]+([.-]+[A-Za-z0-9]+)*$"


def finding(place: Place, texts: Mapping[str, str], value: object = None) -> Finding:
    """A violation in a table, with the beginning of the value."""
    text = None if value is None else str(value)
    shown = text if text is None or len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return Finding("table", Severity.VIOLATION, texts, (place,), shown)


def of_cell(
    error: Mapping[str, Any],
    file: str,
    fields: Mapping[str, Mapping[str, Any]],
    key: list[str],
    called: Called = NOTHING_CALLED,
) -> Finding:
    """An error of the library as a finding.

    Args:
        error: as the library describes it; of a reference, with the other `table`, and in `close` what may be meant,
            in `mark` what parts several.
        file: the table.
        fields: by name.
        key: the columns of the primary key.
        called: what the codes of each list are called, by list, code and language.
    """
    row, column = error.get("rowNumber"), error.get("fieldName") or None
    value = error.get("cell")
    if value == "" or _MISSING.search(error.get("note", "")):  # which frictionless writes as None
        value = None
    field = fields.get(column or "", {})
    match error["type"]:
        case "extra-cell":
            return finding(Place(file, row, column), every_language(_EXTRA), value)
        case "missing-cell":
            return finding(Place(file, row, column), every_language(_NO_CELL))
        case "foreign-key":
            return _reference(error, file)
        case "primary-key":
            columns = ", ".join(key)
            former = _POSITION.search(error["note"])
            texts = (
                every_language(_SAME_KEY, columns=columns, row=former[1])
                if former
                else every_language(_NO_KEY, columns=columns)
            )
            return finding(Place(file, row, columns), texts)
        case "unique-error":
            former = _POSITION.search(error["note"])
            texts = every_language(_SAME, column=column, row=former[1] if former else "")
            return finding(Place(file, row, column), texts, value)
        case "type-error":
            return finding(Place(file, row, column), _type(field, str(error.get("cell", ""))), value)
        case _:
            return finding(
                Place(file, row, column), _constraint(error, field, str(error.get("cell", "")), called), value
            )


def _reference(error: Mapping[str, Any], file: str) -> Finding:
    value, table = ", ".join(map(str, error["fieldCells"])), error["table"]
    columns, place = ", ".join(error["referenceFieldNames"]), ", ".join(error["fieldNames"])
    if mark := error.get("mark"):
        texts = every_language(_SEVERAL, mark=mark)
    elif close := error.get("close"):
        texts = every_language(_NO_ROW_CLOSE, table=table, columns=columns, close=close)
    else:
        texts = every_language(_NO_ROW, table=table, columns=columns)
    return finding(Place(file, error["rowNumber"], place), texts, value)


def _type(field: Mapping[str, Any], cell: str) -> dict[str, str]:
    """That a cell is not of the type of its column."""
    kind = field.get("itemType", "string") if field.get("type") == "list" else field.get("type", "string")
    form = field.get("format", "default") if kind == "string" else "default"
    if form == "uri" and (wrong := fault(cell)) and wrong[0] != NO_SCHEME:
        return every_language(wrong[0], **wrong[1])
    sentence = _TYPES.get((kind, form))
    return every_language(sentence) if sentence else every_language(_NO_TYPE, type=kind if form == "default" else form)


def _constraint(error: Mapping[str, Any], field: Mapping[str, Any], cell: str, called: Called) -> dict[str, str]:
    """That a cell does not fulfil a constraint of its column."""
    match = _CONSTRAINT.search(error.get("note", ""))
    name = match[1] if match else ""
    wanted = field.get("constraints", {}).get(name, "")
    if name == "enum":
        return _code(field, cell, called)
    if name == "pattern" and wanted == SLUG:
        proper = slug_of(cell)
        return every_language(_SLUG_AS, proper=proper) if proper else every_language(_SLUG)
    if name == "pattern" and (example := fitting_example(str(wanted), str(field.get("example", "")))):
        return every_language(_FORM_AS, example=example)
    sentence = _CONSTRAINTS.get(name, _OTHER)
    return every_language(sentence, wanted=wanted if isinstance(wanted, int) else str(wanted), name=name)


def _code(field: Mapping[str, Any], cell: str, called: Called) -> dict[str, str]:
    codes = [str(code) for code in field.get("constraints", {}).get("enum", [])]
    if mark := parting_mark(cell, frozenset(codes)):
        return every_language(_SEVERAL, mark=mark)
    where = field.get("codes")
    names = called.get(str(where), {})
    meant = {name: code for code in codes for name in names.get(code, {}).values()} | {code: code for code in codes}
    close = closest(cell, [*meant])
    if close and where:
        code = meant[close]
        return {
            language: texts(language).gettext(
                _CODE_CLOSE, list=where, code=_with_name(code, names.get(code, {}), language)
            )
            for language in written()
        }
    if close:
        return every_language(VALUE_CLOSE, code=close)
    listed = ", ".join(codes[:LISTED]) + (", …" if len(codes) > LISTED else "")
    return every_language(_CODE, list=where, codes=listed) if where else every_language(VALUE, codes=listed)


def _with_name(code: str, names: Mapping[str, str], language: str) -> str:
    """A code and what it is called in a language."""
    name = names.get(language, "")
    return f"{code} ({name})" if name and name != code else code


def closest(value: str, candidates: Iterable[str]) -> str | None:
    """The known value that is another way to write a wrong one, or close to it."""
    match = process.extractOne(value, candidates, scorer=fuzz.ratio, processor=_plain, score_cutoff=_CLOSE)
    return str(match[0]) if match else None


def parting_mark(cell: str, values: Container[Any]) -> str | None:
    """What parts the values of a cell, where it has several that a column may have; None where it has not."""
    for mark in _PARTING:
        parts = [part.strip() for part in cell.split(mark)]
        if len(parts) > 1 and all(part in values for part in parts):
            return mark
    return None


def slug_of(text: str) -> str:
    """A slug that says the same."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"[^A-Za-z0-9.]+", "-", plain).strip("-.").lower()


def _plain(text: str) -> str:
    """A text as it is compared: without case, accents, and kinds of gaps."""
    return slug_of(text) or text.casefold()


_EXTRA: Final = message(
    "a cell after the last column; a row has one cell for each column: is a text with the separator not in quotes?"
)
_NO_CELL: Final = message("a cell is missing; a row has one cell for each column")
_SAME_KEY: Final = message(
    "the same key ({columns}) as in row {row}, and no two rows may have it; remove one of them, or correct the key"
)
_NO_KEY: Final = message("the cells of the key ({columns}) are empty; fill them")
_SAME: Final = message(
    "the same {column} as in row {row}, which must be unique; remove one of the rows, or correct the cell"
)
_NO_ROW: Final = message("no row of {table} has this as its {columns}; add the row, or correct the cell")
_NO_ROW_CLOSE: Final = message(
    "no row of {table} has this as its {columns}; did you mean {close}? If not, add the row, or correct the cell"
)
_SLUG: Final = message("a slug has letters without accents, digits, hyphens and points only; correct it")
_SLUG_AS: Final = message(
    "a slug has letters without accents, digits, hyphens and points only; write it as in {proper}, in each table"
)
_CODE: Final = message("no code of {list}; its codes are {codes}")
_CODE_CLOSE: Final = message("no code of {list}; did you mean {code}?")
_SEVERAL: Final = message(
    "several values, and the column has one; write a row for each, or declare the type list with the delimiter {mark}"
)
VALUE: Final = message("not one of the values of this column; they are {codes}")
VALUE_CLOSE: Final = message("not one of the values of this column; did you mean {code}?")
_NO_TYPE: Final = message("not of the type {type} that the column has; correct it")
_OTHER: Final = message("the constraint {name} of this column is {wanted}, which the cell does not fulfil; correct it")
_TYPES: Final = {
    ("number", "default"): message(
        "no number; write digits, with a point before the decimals, as in 2.6; where the table has a comma there,"
        " declare “decimalChar” for the column, and for blanks between digits “groupChar”"
    ),
    ("integer", "default"): message("no whole number; write digits only, as in 26"),
    ("date", "default"): message(
        "no date; write year, month and day, as in 2024-01-17, or declare how the dates stand as “format” of the"
        " column, such as %d/%m/%Y"
    ),
    ("time", "default"): message("no time; write it as in 13:45:00"),
    ("datetime", "default"): message("no date with a time; write it as in 2024-01-17T13:45:00"),
    ("year", "default"): message("no year; write four digits, as in 2024"),
    ("yearmonth", "default"): message("no month; write year and month, as in 2024-01"),
    ("duration", "default"): message("no length of time; write it as in P5Y or P18M"),
    ("boolean", "default"): message("neither true nor false; write one of them"),
    ("string", "uri"): message("no address; write all of it, as in https://example.org/"),
    ("string", "email"): message("no e-mail address; write it as in name@example.org"),
}
_FORM_AS: Final = message("not of the form that this column has; write it as in {example}")
_CONSTRAINTS: Final = {
    "required": message("the cell is empty, and must not be; fill it"),
    "pattern": message(
        "not of the form that the column has; its “description” or “example” in the Data Package can say which; correct"
        " it"
    ),
    "minLength": counting(
        "shorter than {wanted} character; write more", "shorter than {wanted} characters; write more", "wanted"
    ),
    "maxLength": counting(
        "longer than {wanted} character; shorten it", "longer than {wanted} characters; shorten it", "wanted"
    ),
    "minimum": message("less than {wanted}, which is the least here; correct it"),
    "maximum": message("more than {wanted}, which is the most here; correct it"),
    "exclusiveMinimum": message("not more than {wanted}; correct it"),
    "exclusiveMaximum": message("not less than {wanted}; correct it"),
}

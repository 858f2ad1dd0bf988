"""Cells as they stand in a file, made canonical: the texts that the types of the Table Schema have without a format."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, TypeAlias

from ..i18n import message
from .workbook import Typed

Convert: TypeAlias = Callable[[Any], str]
_BLANKS: Final = " \u00a0\u202f\u2009"  # which people and programs put between groups of digits
_REMEMBERED: Final = 16_384
_EXACT: Final = 10**15  # beyond, a workbook no longer has each digit of a number
_MOMENTS: Final = frozenset({"date", "time", "datetime"})


class ValueProblem(ValueError):  # noqa: N818 - it is told, and stops nothing
    """A cell that is not what its column declares."""

    def __init__(self, sentence: str, **values: object) -> None:
        """Say what is wrong, in English; the sentence is translated where it is shown."""
        super().__init__(sentence)
        self.sentence, self.values = sentence, values


def converter(declared: Mapping[str, Any], missing: frozenset[str], null: str | None) -> Convert:
    """What makes a cell of a field canonical.

    Args:
        declared: the field.
        missing: the texts of empty cells of its table.
        null: the text of a cell without a value, in its dialect.
    """
    kind, own = declared.get("type", "string"), declared.get("missingValues")
    if own is not None:
        missing = frozenset({"", *(one["value"] if isinstance(one, dict) else one for one in own)})
    empty = missing | ({null} if null is not None else set())
    of_text = lru_cache(_REMEMBERED)(_of_text(declared, kind))

    def convert(cell: Any) -> str:  # noqa: ANN401 - a text, or a value of a workbook
        if type(cell) is str:
            return "" if cell in empty else of_text(cell)
        text = _of_value(cell, kind)
        return "" if text in empty else text

    return convert


def _of_text(declared: Mapping[str, Any], kind: str) -> Callable[[str], str]:
    if kind in {"number", "integer"} and (
        declared.get("decimalChar", ".") != "." or declared.get("groupChar") or declared.get("bareNumber") is False
    ):
        return _number(declared, kind)
    pattern = declared.get("format", "default")
    if kind in _MOMENTS and pattern != "default":
        return lambda text: _moment(text, kind, pattern)
    if kind == "boolean" and ("trueValues" in declared or "falseValues" in declared):
        return _truth(declared)
    return lambda text: text


def _number(declared: Mapping[str, Any], kind: str) -> Callable[[str], str]:
    """What reads numbers with other marks; groups have three digits, so that a point is not taken for one of them."""
    decimal, group = declared.get("decimalChar", "."), declared.get("groupChar") or ""
    groups = f"[{_BLANKS}]" if group and group in _BLANKS else re.escape(group)
    whole = rf"\d{{1,3}}(?:{groups}\d{{3}})+|\d+" if group else r"\d+"
    part = rf"(?:{re.escape(decimal)}(?P<part>\d+))?(?P<power>[eE][+-]?\d+)?" if kind == "number" else ""
    form = re.compile(rf"(?P<sign>[+-]?)(?P<whole>{whole}){part}", re.ASCII)
    bare = declared.get("bareNumber", True) is not False

    def read(text: str) -> str:
        stripped = text.strip().replace("\u2212", "-")
        if not bare:
            stripped = re.sub(r"^[^\d+-]+|[^\d]+$", "", stripped)
        match = form.fullmatch(stripped)
        if match is None:
            if kind == "integer":
                raise ValueProblem(_NO_INTEGER, group=group or "–")
            raise ValueProblem(_NO_NUMBER, decimal=decimal, group=_shown(group))
        named = match.groupdict()
        digits = re.sub(groups, "", named["whole"]) if group else named["whole"]
        rest = f".{named['part']}" if named.get("part") else ""
        return f"{named['sign']}{digits}{rest}{named.get('power') or ''}"

    return read


def _shown(mark: str) -> str:
    return "–" if not mark else "␣" if mark in _BLANKS else mark


def _moment(text: str, kind: str, pattern: str) -> str:
    try:
        moment = datetime.strptime(text.strip(), pattern)  # noqa: DTZ007 - a date as it stands, of no zone
    except ValueError:
        example = datetime(2024, 1, 17, 13, 45).strftime(pattern)  # noqa: DTZ001
        raise ValueProblem(_NO_MOMENT, format=pattern, example=example) from None
    if kind == "datetime":
        return moment.isoformat()
    return moment.date().isoformat() if kind == "date" else moment.time().isoformat()


def _truth(declared: Mapping[str, Any]) -> Callable[[str], str]:
    true = list(declared.get("trueValues", ["true", "True", "TRUE", "1"]))
    false = list(declared.get("falseValues", ["false", "False", "FALSE", "0"]))

    def read(text: str) -> str:
        if text in true:
            return "true"
        if text in false:
            return "false"
        raise ValueProblem(_NO_TRUTH, true=", ".join(true), false=", ".join(false))

    return read


def _of_value(cell: Any, kind: str) -> str:  # noqa: ANN401
    """The text of a value that a workbook has a type for."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, Typed):
        return _of_typed(cell, kind)
    if kind in _MOMENTS:
        raise ValueProblem(_NUMBER_FOR_DATE)
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT:
        return str(int(cell))
    if abs(cell) >= _EXACT and kind not in {"number"}:
        raise ValueProblem(_INEXACT)
    return _decimal(cell)


def _decimal(cell: float) -> str:
    """The shortest digits that give the same number, without a power of ten."""
    return format(Decimal(repr(cell)), "f")


def _of_typed(cell: Typed, kind: str) -> str:
    if kind in {"number", "integer", "boolean"}:
        raise ValueProblem(_DATE_FOR_NUMBER)
    if kind == "date" and cell.kind == "datetime":
        raise ValueProblem(_TIME_IN_DATE)
    if kind == "datetime" and cell.kind == "date":
        return f"{cell.text}T00:00:00"
    if kind == "year" and cell.kind == "date":
        raise ValueProblem(_DATE_FOR_NUMBER)
    return cell.text


_NO_INTEGER: Final = message("no whole number with the mark {group} between groups of three digits; correct it")
_NO_NUMBER: Final = message(
    "no number with the decimal mark {decimal} and the mark {group} between groups of three digits; correct it, or the"
    " marks in the Data Package"
)
_NO_MOMENT: Final = message("not of the format {format} that is declared, as in {example}; correct it")
_NO_TRUTH: Final = message("neither true ({true}) nor false ({false}); correct it")
_NUMBER_FOR_DATE: Final = message("a number where a date is expected; give the cell the format of a date")
_DATE_FOR_NUMBER: Final = message("a date where a number is expected; give the cell the format of a number")
_TIME_IN_DATE: Final = message("a date with a time where a date is expected; leave the time out")
_INEXACT: Final = message(
    "a number of more than 15 digits, which a workbook does not keep; give the cell the format of a text, and write it"
    " again"
)

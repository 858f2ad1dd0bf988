"""The length of a period against its dates and its label.

Dates are as precise as the source is: “2022 to 2025” lasts between two years and four, so that three fit. In the check
of the tables, since engines compute durations differently (docs/decisions/shacl.md).
"""

import csv
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, timedelta
from typing import Final

from ..findings import Finding, Place, Severity
from ..i18n import every_language, message
from .package import Package, Table

_TABLE: Final = "periods"
_LENGTH: Final = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?")
_PRECISIONS: Final = ("date", "month", "year")
_SLACK: Final = 1  # day: whether the last day counts, people see differently
# The numbers to twenty in words, in the languages of the software; the same word is the same number in each.
_WORDS: Final = (
    "un une een één ein eine einem eines one un uno una",
    "deux twee zwei two due",
    "trois drie drei three tre",
    "quatre vier four quattro",
    "cinq vijf fünf five cinque",
    "six zes sechs sei",
    "sept zeven sieben seven sette",
    "huit acht eight otto",
    "neuf negen neun nine nove",
    "dix tien zehn ten dieci",
    "onze elf eleven undici",
    "douze twaalf zwölf twelve dodici",
    "treize dertien dreizehn thirteen tredici",
    "quatorze veertien vierzehn fourteen quattordici",
    "quinze vijftien fünfzehn fifteen quindici",
    "seize zestien sechzehn sixteen sedici",
    "dix-sept zeventien siebzehn seventeen diciassette",
    "dix-huit achttien achtzehn eighteen diciotto",
    "dix-neuf negentien neunzehn nineteen diciannove",
    "vingt twintig zwanzig twenty venti",
)
_TENS: Final = {
    30: "trente dertig dreißig thirty trenta",
    40: "quarante veertig vierzig forty quaranta",
    50: "cinquante vijftig fünfzig fifty cinquanta",
    60: "soixante zestig sechzig sixty sessanta",
    90: "nonante negentig neunzig ninety novanta",
    100: "cent honderd hundert hundred cento",
}
_NUMBERS: Final = {word: number for number, words in (*enumerate(_WORDS, 1), *_TENS.items()) for word in words.split()}
# Words for years, months and days in the same languages; each stands after its number.
_UNITS: Final = (
    r"ans?|années?|jaar|jaren|jahre?n?|years?|ann[oi]",
    r"mois|maand(?:en)?|monate?n?|months?|mes[ei]",
    r"jours?|dag(?:en)?|tage?n?|days?|giorn[oi]",
)
_NUMBER: Final = re.compile(
    rf"(?<![\w,.-])(\d+|{'|'.join(_NUMBERS)})[ \u00a0\u202f-]({'|'.join(f'({unit})' for unit in _UNITS)})\b",
    re.IGNORECASE,
)
_JOINING: Final = frozenset({*_NUMBERS, "and", "et", "und", "en", "e", "cents"})
_DATES: Final = message("the period lasts {length}, and its dates are otherwise: correct one or the other")
_LABEL: Final = message("the label names another length than {length}: correct one or the other")


def wrong_lengths(package: Package) -> Iterator[Finding]:
    """The periods whose length is not that of their dates, or not that which their label names.

    Args:
        package: of the tables.
    """
    for table in package.tables.values():
        columns = table.header()
        if table.name == _TABLE and "duration" in columns:
            with suppress(OSError, UnicodeDecodeError, csv.Error):  # the check of the table says it
                for number, cells in table.rows():
                    yield from _of_row(table, number, dict(zip(columns, cells, strict=False)))


def _of_row(table: Table, number: int, row: Mapping[str, str]) -> Iterator[Finding]:
    written = _LENGTH.fullmatch(row["duration"])
    if not row["duration"]:
        yield from _of_labels(table, number, row)
    if not written or row["duration"] == "P":
        return
    length = [int(part or 0) for part in written.groups()]
    with suppress(ValueError, OverflowError):  # no date: the check of the cell says it
        if not _fits(length, _days(row, "start"), _days(row, "end")):
            yield _finding(table, number, "duration", _DATES, row["duration"])
    for column, cell in row.items():
        if column.startswith("label_") and any(_differs(length, named) for named in _named(cell)):
            yield _finding(table, number, column, _LABEL, row["duration"])


def _of_labels(table: Table, number: int, row: Mapping[str, str]) -> Iterator[Finding]:
    """The labels that name another length than the dates have, where the row has no length of its own."""
    for column, cell in row.items():
        for named in _named(cell) if column.startswith("label_") else ():
            length = [_count(named) if place == _unit(named) else 0 for place in range(3)]
            with suppress(ValueError, OverflowError):
                if not _fits(length, _days(row, "start"), _days(row, "end")):
                    yield _finding(table, number, column, _DATES, named[0])


def _named(label: str) -> Iterator[re.Match[str]]:
    """The lengths that a label names; not the end of a longer number, as in “twenty-five years”."""
    for named in _NUMBER.finditer(label):
        if not {*label[: named.start()].lower().split()[-1:]} & _JOINING:
            yield named


def _unit(named: re.Match[str]) -> int:
    """0 for years, 1 for months, 2 for days."""
    return next(place for place in range(3) if named[3 + place])


def _count(named: re.Match[str]) -> int:
    return _NUMBERS.get(named[1].lower()) or int(named[1])


def _days(row: Mapping[str, str], side: str) -> tuple[date, date] | None:
    """The first and the last day that a start or an end may be.

    Raises:
        ValueError: it is no date.
    """
    written = next((cell for precision in _PRECISIONS if (cell := row.get(f"{side}_{precision}", ""))), "")
    if not written:
        return None
    year, month, day = (*map(int, written.split("-")), 0, 0)[:3]
    first = date(year, month or 1, day or 1)
    if day:
        return first, first
    after = date(year + 1, 1, 1) if not month or month == 12 else date(year, month + 1, 1)
    return first, after - timedelta(days=1)


def _fits(length: list[int], start: tuple[date, date] | None, end: tuple[date, date] | None) -> bool:
    """Whether a period with such a start and end can be of a length, the last day counted or not."""
    if not start or not end:
        return True
    early = _later(start[0], length) - timedelta(days=1 + _SLACK)
    late = _later(start[1], length) + timedelta(days=_SLACK)
    return early <= end[1] and end[0] <= late


def _later(day: date, length: list[int]) -> date:
    """A day some years, months and days later; of a month without that day, its last one."""
    years, months, days = length
    months += day.month - 1
    year, month = day.year + years + months // 12, months % 12 + 1
    first = date(year + month // 12, month % 12 + 1, 1)
    return min(date(year, month, 1) + timedelta(days=day.day - 1), first - timedelta(days=1)) + timedelta(days=days)


def _differs(length: list[int], named: re.Match[str]) -> bool:
    """Whether a number with its unit, in a label, is not that of the length; 36 months are 3 years."""
    unit, count = _unit(named), _count(named)
    if unit == 2:
        return length[:2] != [0, 0] or length[2] != count
    months, other = length[0] * 12 + length[1], count * (12 if unit == 0 else 1)
    return months != other if unit == 1 else months // 12 != other // 12


def _finding(table: Table, row: int, column: str, sentence: str, length: str) -> Finding:
    place = Place(table.file, row, column)
    return Finding("table", Severity.VIOLATION, every_language(sentence, length=length), (place,), length)

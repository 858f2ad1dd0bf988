"""What is done with a cell of another file so that it becomes one of ours; nothing is guessed."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from html import unescape
from typing import Final

from babel import Locale

from ..i18n import message, texts
from ..languages import ranges
from ..sources.declared import closest
from ..sources.descriptions import ColumnDescription
from ..sources.messages import LISTED, VALUE, VALUE_CLOSE
from ..spreadsheets import as_text
from .codes_of_others import VOCABULARIES, Codes, plain
from .layout import NUMBER
from .units import is_other

_BLANKS: Final = re.compile(r"[\s\u00a0\u202f'’](?=\d{3})")
_BELOW: Final = re.compile(r"[-\u2212(]\s*[\d\s.,'’]+\)?\s*(?:€|EUR)?|[\d\s.,'’]+-")
_QUOTES: Final = ('""', "“”", "„“", "«»", "‘’", "”“")
_SLUG: Final = re.compile(r"[A-Za-z0-9]+([.-]+[A-Za-z0-9]+)*")
_POSTCODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 -]{1,11}")

FORMULA: Final = message("it looks like a formula")
_NO_WORDS: Final = message("signs without a letter or digit")
_NO_CODE: Final = message("the list {list} has no such code; imports/codes/{list}.csv adds it")
_NO_CODE_CLOSE: Final = message(
    "the list {list} has no such code; did you mean {close}? If not, imports/codes/{list}.csv adds it"
)
_NO_TRUTH: Final = message(
    "neither yes nor no; write true or false, or yes or no in your language, or say in imports/codes/truth.csv what it"
    " means"
)
_NO_CONCEPT: Final = message(
    "the address of this code is not there: give the file of {list} (RDF) to the import as well"
)
_NONE: Final = dict.fromkeys(VOCABULARIES, _NO_CONCEPT) | {"truth": _NO_TRUTH}
_NO_DATE: Final = message("not a date in the form 2025-12-31, so that day and month would be guessed")
_NO_AMOUNT: Final = message("not an amount")
_OTHER_AMOUNT: Final = message("an amount in another currency or unit than euros; write it in euros")
_SHORTENED: Final = message("a spreadsheet shortened the number; make the column a text, and write all of its digits")
DATE: Final = message(
    "a date, where a name is meant: a spreadsheet made it of words such as MAR1; write them as a text"
)
_NUMBER_NAME: Final = message("a number, where a name is meant; write the name")
_NEGATIVE: Final = message("an amount below zero; correct it, or leave the cell empty")
_TWO_READINGS: Final = message("thousands or decimals? Write it without a mark between thousands")
_NO_ADDRESS: Final = message("not a web address")
_NO_COUNTRY: Final = message("not the code or the name of a country")
_NOT_THAT_FORM: Final = message("a cell of ours does not have that form")


class UnplacedError(Exception):
    """A cell that has no place; `reason` is a sentence of the interface, with `values`."""

    def __init__(self, reason: str, **values: object) -> None:
        """Say why."""
        super().__init__(reason)
        self.reason, self.values = reason, values


def text(cell: str) -> str:
    """Words: entities of HTML as characters, blanks once.

    Raises:
        UnplacedError: a spreadsheet would take it for a formula, or there are no words.
    """
    words = " ".join(unescape(cell).split())
    while len(words) > 1 and words[0] + words[-1] in _QUOTES and not set(words[0] + words[-1]) & set(words[1:-1]):
        words = words[1:-1].strip()
    if not any(map(str.isalnum, words)):
        raise UnplacedError(_NO_WORDS)
    if as_text(words) != words:
        raise UnplacedError(FORMULA)
    return words


def name(cell: str) -> str:
    """Words that call a thing.

    Raises:
        UnplacedError: it is a number, or no words.
    """
    return _refuse(_NUMBER_NAME) if NUMBER.fullmatch(cell) else text(cell)


def day(cell: str) -> str:
    """A date of ISO 8601, without the time."""
    begin = re.match(r"\d{4}-\d{2}-\d{2}(?=$|[T ])", cell)
    try:
        return date.fromisoformat(begin[0]).isoformat() if begin else _refuse(_NO_DATE)
    except ValueError:
        raise UnplacedError(_NO_DATE) from None


def is_day(cell: str) -> bool:
    """Whether a cell is a day and nothing else."""
    return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", cell))


def amount(cell: str) -> str:
    """A number whose one mark, point or comma, is that of decimals."""
    digits = _BLANKS.sub("", cell.removesuffix("€").removesuffix("EUR").strip())
    if not re.fullmatch(r"\d+([.,]\d+)?", digits):
        raise UnplacedError(_OTHER_AMOUNT if is_other(cell) else _NEGATIVE if _BELOW.fullmatch(cell) else _NO_AMOUNT)
    return _number(digits.replace(",", "."))


def decimal(cell: str) -> str:
    """A number as our own tables have it: a point, or a comma, before the decimals, and perhaps a sign."""
    sign, digits = ("-", cell[1:]) if cell[:1] in {"-", "−"} else ("", cell)
    return sign + amount(digits)


def money(cell: str) -> str:
    """A number as people write it; refused where its one mark may part thousands as well as decimals."""
    digits = _BLANKS.sub("", cell.replace("€", "").replace("EUR", "").strip())
    if re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", digits):
        raise UnplacedError(_TWO_READINGS)
    if re.fullmatch(r"[1-9]\d{0,2}(\.\d{3})+(,\d+)?", digits):
        digits = digits.replace(".", "")
    elif re.fullmatch(r"[1-9]\d{0,2}(,\d{3})+(\.\d+)?", digits):
        digits = digits.replace(",", "")
    return amount(digits)


def whole(cell: str) -> str:
    """A whole number, 1 or more."""
    return str(int(cell)) if re.fullmatch(r"0*[1-9][0-9]{0,8}", cell) else _refuse(_NO_AMOUNT)


def address(cell: str) -> str:
    """A web address; one that begins with www has https before it."""
    iri = f"https://{cell}" if cell.lower().startswith("www.") else cell
    if not re.fullmatch(r"https?://[^\s/?#\"<>\\^`{|}@]+\.[^\s\"<>\\^`{|}]+", iri, re.IGNORECASE):
        raise UnplacedError(_NO_ADDRESS)
    scheme, _, rest = iri.partition("://")
    return f"{scheme.lower()}://{rest}"


def code(cell: str) -> str:
    """The code of a call or topic, which becomes a part of an address."""
    return cell if _SLUG.fullmatch(cell) else _refuse(_NOT_THAT_FORM)


def is_key(cell: str) -> bool:
    """Whether a cell is a key as it is."""
    return bool(_SLUG.fullmatch(cell))


def slug(cell: str) -> str:
    """A key as others write it, with hyphens for what a key cannot have."""
    return code("-".join(re.findall(r"[A-Za-z0-9.]+", cell)).strip(".-") or " ")


def postcode(cell: str) -> str:
    """A postal code."""
    return cell if _POSTCODE.fullmatch(cell) else _refuse(_NOT_THAT_FORM)


def number(cell: str) -> str:
    """An identifier without blanks."""
    whole = "".join(cell.split())
    if re.fullmatch(r"\d[.,]\d+E\+?\d+", whole, re.IGNORECASE):
        raise UnplacedError(_SHORTENED)
    return text(re.sub(r"(?<=\d{5})\.0", "", whole))


def listed(cell: str, name: str, codes: Codes) -> str:
    """A code, by a list."""
    if ours := codes.ours(name, cell):
        return ours
    if name in _NONE:
        raise UnplacedError(_NONE[name], list=name)
    if close := closest(cell, codes.theirs(name)):
        raise UnplacedError(_NO_CODE_CLOSE, list=name, close=close)
    raise UnplacedError(_NO_CODE, list=name)


def chosen(cell: str, column: ColumnDescription, labels: Mapping[str, Mapping[str, Sequence[str]]]) -> str:
    """One of our codes, by itself or by a label that no other code has, whatever the capitals and marks.

    Args:
        cell: of theirs.
        column: ours.
        labels: of each code of each list.

    Raises:
        UnplacedError: it is none; the reason names the one that is near, else the codes.
    """
    codes, called = column.codes, labels.get(column.code_list, {})
    by_code = [(code, code) for code in codes]
    by_label = [(label, code) for code in codes for label in called.get(code, ())]
    for words in (by_code, by_label):
        meant = {code for word, code in words if plain(word) == plain(cell)}
        if len(meant) == 1:
            return meant.pop()
    near = dict([*by_label, *by_code])
    if close := closest(cell, [*near]):
        raise UnplacedError(VALUE_CLOSE, code=near[close])
    listed = ", ".join(column.codes[:LISTED]) + (", …" if len(column.codes) > LISTED else "")
    raise UnplacedError(VALUE, codes=listed)


def country(cell: str, column: str, codes: Codes) -> str:
    """A country, by its code or its name."""
    return codes.country(cell, column) or _refuse(_NO_COUNTRY)


def country_name(cell: str, language: str, codes: Codes) -> str:
    """What a country is called in a language (CLDR)."""
    two = country(cell, "two", codes)
    for tag in (*ranges(language), "en"):
        try:
            if name := Locale.parse(tag, sep="-").territories.get(two):
                return str(name)
        except ValueError:
            continue
    return two


def days(start: str, end: str, language: str) -> str:
    """A period in words."""
    words = texts(language)
    return " – ".join(words.date(day(each)) for each in (start, end) if each)


SIMPLE: Final[dict[str, Callable[[str], str]]] = {
    "text": text,
    "date": day,
    "amount": amount,
    "decimal": decimal,
    "money": money,
    "whole": whole,
    "iri": address,
    "code": code,
    "slug": slug,
    "postcode": postcode,
    "number": number,
}


def _number(digits: str) -> str:
    try:
        return format(Decimal(digits), "f")
    except InvalidOperation:
        raise UnplacedError(_NO_AMOUNT) from None


def _refuse(reason: str) -> str:
    raise UnplacedError(reason)

"""The check digits of identifiers, by the names that the code lists of registries have for them."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from itertools import product
from typing import Final

from stdnum import get_cc_module
from stdnum.be import vat as belgian
from stdnum.eu import vat as european

Check = Callable[[str], bool]
_CROCKFORD: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_MODULE: Final = re.compile(r"[a-z]+(\.[a-z_]+)?")
_MOST_DIGITS: Final = 3  # that are tried
_ENDS: Final = ("", "TVA", "MVA")  # of Swiss and Norwegian numbers, which many leave out


def is_ror(value: str) -> bool:
    """Whether a ROR identifier has its check digits (ISO 7064 MOD 97-10 over Crockford base 32)."""
    if not re.fullmatch(r"0[0-9a-z]{6}[0-9]{2}", value) or set(value[1:7]) - set(_CROCKFORD):
        return False
    number = 0
    for character in value[1:7]:
        number = number * 32 + _CROCKFORD.index(character)
    return 98 - number * 100 % 97 == int(value[7:])


def is_vat(value: str) -> bool:
    """Whether a VAT number has the check digits of its country; where the rule is not known here, it has."""
    country = value[:2].lower()
    if country in {*european.MEMBER_STATES, "el", "eu"}:
        return bool(european.is_valid(value))
    rule = get_cc_module(country, "vat")
    return rule is None or any(rule.is_valid(start + end) for start in (value, value[2:]) for end in _ENDS)


def is_euid(value: str) -> bool:
    """Whether the number of a Belgian enterprise in an EUID has its check digits; those of other countries differ."""
    country, _, number = value.partition(".")
    return not country.startswith("BE") or bool(belgian.is_valid(number))


_OWN: Final[Mapping[str, Check]] = {"ror": is_ror, "vat": is_vat, "euid": is_euid}


def with_check_digits(value: str, name: str, length: int) -> str:
    """An identifier with the check digits that fit what stands before them; empty where that cannot be known.

    Args:
        value: in its shortest form.
        name: of its check.
        length: how many characters at the end are check digits; 0 where they stand elsewhere.
    """
    check = check_named(name)
    if not check or not 0 < length <= _MOST_DIGITS:
        return ""
    ends = map("".join, product("0123456789X" if length == 1 else "0123456789", repeat=length))
    fitting = [whole for end in ends if check(whole := value[:-length] + end)]
    return fitting[0] if len(fitting) == 1 else ""


def check_named(name: str) -> Check | None:
    """A check by its name in a code list: one of ours, or a module of python-stdnum (`isni`, `be.vat`); else None."""
    if name in _OWN:
        return _OWN[name]
    if not _MODULE.fullmatch(name):
        return None
    with suppress(ImportError, AttributeError):
        check: Check = import_module(f"stdnum.{name}").is_valid
        return check
    return None

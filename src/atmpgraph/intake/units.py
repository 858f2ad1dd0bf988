"""What headings and cells say of their unit: amounts are euros, or have no place."""

import re
from collections.abc import Iterable
from typing import Final

from .layout import LEVEL

# What a heading says of the unit of its amounts: at its end, in brackets or after `in`.
UNIT: Final = re.compile(r"\s*(?:[\[(]\s*(?:in\s+)?(?P<within>[^\])]*?)\s*[\])]|\s(?:in|en)\s+(?P<after>\S.*?))\s*$")
LONGEST: Final = 200  # characters of a heading that are looked at
_EUROS: Final = frozenset({"€", "eur", "euro", "euros"})
_OTHER: Final = (
    r"(?<![^\W\d_])(?:k|m|t|mio\.?|mln\.?|mrd\.?|tsd\.?)\s*(?:€|eur)|[$£¥¤]|(?<![^\W\d_])(?:[kt]?(?:chf|usd|gbp|pln|sek"
    r"|dkk|nok|czk|huf|ron|isk))(?![^\W\d_])|(?<![^\W\d_])(?:milliers?|millions?|milliards?|thousands?|billions?|tausend"
    r"|millionen|milliarden|duizend|miljoen|miljard|migliaia|milioni|miliardi)(?![^\W\d_])"
)
_OTHER_UNIT: Final = re.compile(rf"{_OTHER}|%", re.IGNORECASE)
_OF_ALL: Final = re.compile(rf"(?<!\d)(?<!\d\s)(?:{_OTHER})", re.IGNORECASE)  # not of a number that stands before


def in_euros(heading: str, captions: Iterable[str] = ()) -> bool:
    """Whether amounts under a heading are euros, as far as it says: not thousands of them, and no other currency.

    Args:
        heading: of the column, and of its group.
        captions: what stands above all headings; it counts where the heading names no unit.
    """
    for level in reversed(heading[:LONGEST].split(LEVEL)):
        unit = UNIT.search(level)
        if unit and (unit["within"] or unit["after"] or "").casefold() in _EUROS:
            return True
        if _OTHER_UNIT.search(level):
            return False
    return not any(map(_OF_ALL.search, captions))


def is_other(cell: str) -> bool:
    """Whether an amount says that it is in another unit."""
    return bool(_OTHER_UNIT.search(cell[:LONGEST]))

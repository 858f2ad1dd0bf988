"""A figure as one writes it, exactness and number in one phrase: « plus de 470 », `mehr als 81 Millionen €`.

What a publication adds to the code list of exactness has its own label before the number.
"""

from decimal import Decimal
from typing import Final

from ...addresses import CODES
from ...i18n import Texts, message
from ...vocab import UNIT

CURRENCY: Final = f"{UNIT}CCY_"  # followed by the code of ISO 4217
_PERCENT: Final = f"{UNIT}PERCENT"
_COUNT: Final = f"{UNIT}NUM"  # the unit of a number of things, which is not written
_CODES: Final = f"{CODES}value-qualifier/"
_PHRASES: Final = {
    f"{_CODES}{code}": phrase
    for code, phrase in {
        "exact": "{number}",
        "approximately": message("about {number}"),
        "almost": message("almost {number}"),
        "more-than": message("more than {number}"),
        "at-least": message("at least {number}"),
        "at-most": message("at most {number}"),
        "less-than": message("less than {number}"),
    }.items()
}


def measured(texts: Texts, value: str, unit: str, name: str) -> str:
    """A number with its unit (QUDT): `81000000`, euros → « 81 millions € »; a count has none.

    Args:
        texts: of the reader's language.
        value: the number as the data has it.
        unit: its IRI.
        name: of the unit, in that language.
    """
    if unit.startswith(CURRENCY):
        return texts.money(Decimal(value), unit.removeprefix(CURRENCY))
    if unit == _PERCENT:
        return texts.percent(Decimal(value) / 100)
    return texts.quantity(Decimal(value), "" if unit == _COUNT else name)


def phrase(texts: Texts, number: str, qualifier: str, name: str = "") -> str:
    """A number with its exactness, as one writes it: a "15+" is never a bare number.

    Args:
        texts: of the reader's language.
        number: as `measured` writes it.
        qualifier: the IRI of its exactness; empty where nothing is said of it.
        name: of that, in the reader's language, for a code of the publication's own.
    """
    if not qualifier:
        return number
    if (pattern := _PHRASES.get(qualifier)) is not None:
        return texts.gettext(pattern, number=number)
    return f"{name} {number}" if name else number

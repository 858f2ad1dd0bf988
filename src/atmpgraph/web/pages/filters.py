"""What the templates need beyond their language, each a plain function."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import pyoxigraph as ox
from flask import Flask

from ...i18n import Texts
from ...vocab import UNIT
from ..core.i18n import page_texts
from ..core.labels import Name
from .figures import Row

_CURRENCY = f"{UNIT}CCY_"  # followed by the code of ISO 4217
_COUNT = f"{UNIT}NUM"  # the unit of a number of things, which is not written


def reading(row: Row, names: Mapping[str, Name]) -> str:
    """A figure in the reader's language: its exactness, number and unit; a "15+" is never a bare number."""
    unit, qualifier = row["unit"].value, row["qualifier"].value
    number = measured(page_texts(), row["value"].value, unit, names[unit].text)
    return number if qualifier.endswith("/exact") else f"{names[qualifier].text} {number}"


def measured(texts: Texts, value: str, unit: str, name: str) -> str:
    """A number with its unit (QUDT): `81000000`, euros → « 81 millions € »; a count has none."""
    if unit.startswith(_CURRENCY):
        return texts.money(Decimal(value), unit.removeprefix(_CURRENCY))
    return texts.quantity(Decimal(value), "" if unit == _COUNT else name)


def best(literals: Sequence[ox.Literal], language: str) -> ox.Literal | None:
    """The literal in the language, else the first."""
    return next((text for text in literals if text.language == language), next(iter(literals), None))


def fragment(iri: str) -> str:
    """The anchor of a term on the page of its vocabulary: its fragment, or its last segment."""
    return iri.rpartition("#")[2].rpartition("/")[2]


def register(app: Flask) -> None:
    """Add them to the templates."""
    app.jinja_env.filters.update(reading=reading, best=best, fragment=fragment)

"""What the templates need beyond their language, each a plain function."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import pyoxigraph as ox
from flask import Flask
from markupsafe import Markup

from ...i18n import Texts
from ...overview.figures import Row
from ...vocab import UNIT, XSD
from ..core.i18n import page_texts
from ..core.labels import Name

_NUMBERS = {"decimal", "integer", "nonNegativeInteger"}
_DATES = {"date", "dateTime", "gYearMonth"}
_CURRENCY = f"{UNIT}CCY_"  # followed by the code of ISO 4217
_PERCENT = f"{UNIT}PERCENT"  # of a whole, or a rate: per cent a year
_UNWRITTEN = {
    f"{UNIT}NUM",
    "https://w3id.org/atmpgraph/auth/unit/RANK",
}  # of a number of things, and of a place in an order


def reading(row: Row, names: Mapping[str, Name]) -> str:
    """A figure in the reader's language: its exactness, number and unit; a "15+" is never a bare number."""
    unit, qualifier = row["unit"].value, row["qualifier"].value
    number = measured(page_texts(), row["value"].value, unit, names[unit].text)
    return number if qualifier.endswith("/exact") else f"{names[qualifier].text} {number}"


def measured(texts: Texts, value: str, unit: str, name: str) -> str:
    """A number with its unit: `81000000`, euros → « 81 millions € »; a count and a rank have none."""
    if unit.startswith(_CURRENCY):
        return texts.money(Decimal(value), unit.removeprefix(_CURRENCY))
    if unit.startswith(_PERCENT):
        return texts.percent(Decimal(value) / 100) + name.removeprefix("%")
    return texts.quantity(Decimal(value), "" if unit in _UNWRITTEN else name)


def typed(literal: ox.Literal) -> str:
    """A typed value in the reader's language, with the value as it is for programs (HTML §4.5.13, §4.5.14)."""
    text, datatype = literal.value, literal.datatype.value.removeprefix(XSD)
    if datatype in _NUMBERS:
        return Markup('<data value="{}">{}</data>').format(text, page_texts().number(Decimal(text)))
    if datatype in _DATES:
        return Markup('<time datetime="{}">{}</time>').format(text, page_texts().date(text))
    return text


def best(literals: Sequence[ox.Literal], language: str) -> ox.Literal | None:
    """The literal in the language, else the first."""
    return next((text for text in literals if text.language == language), next(iter(literals), None))


def fragment(iri: str) -> str:
    """The anchor of a term on the page of its vocabulary: its fragment, or its last segment."""
    return iri.rpartition("#")[2].rpartition("/")[2]


def register(app: Flask) -> None:
    """Add them to the templates."""
    app.jinja_env.filters.update(reading=reading, typed=typed, best=best, fragment=fragment)

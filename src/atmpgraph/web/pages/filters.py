"""What the templates need beyond their language, each a plain function."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

import pyoxigraph as ox
from babel.lists import format_list
from flask import Flask
from markupsafe import Markup
from werkzeug.routing import BuildError

from ...i18n import counted, message
from ...overview.figures import Row
from ...vocab import XSD
from ..core.i18n import link, page_texts
from ..core.labels import Name
from ..core.phrases import measured, phrase
from .results import LONGEST_CELL

_NUMBERS = {"decimal", "integer", "nonNegativeInteger", "positiveInteger", "int", "long", "double", "float"}
_DURATION = re.compile(r"P(?=\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?")
_UNITS = counted("{n} year", "{n} years"), counted("{n} month", "{n} months"), counted("{n} day", "{n} days")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")  # an answer may have any other text there
_DATES = {"date", "dateTime", "gYearMonth"}
_TRUTH = message("No"), message("Yes")
_DURATIONS = {"duration", "yearMonthDuration", "dayTimeDuration"}


def reading(row: Row, names: Mapping[str, Name]) -> str:
    """A figure in the reader's language: its exactness, number and unit; a "15+" is never a bare number."""
    unit, qualifier = row["unit"].value, row["qualifier"].value
    number = measured(page_texts(), row["value"].value, unit, names[unit].text)
    return phrase(page_texts(), number, qualifier, names[qualifier].text)


def measure(value: str, unit: str, qualifier: str, names: Mapping[str, Name]) -> str:
    """A number with its unit and exactness, as one phrase."""
    name, exactness = (names[code].text if code in names else "" for code in (unit, qualifier))
    return phrase(page_texts(), measured(page_texts(), value, unit, name), qualifier, exactness)


def url_of(endpoint: str, **values: str) -> str:
    """The URL of a resource in the page's language; empty where the publication has none."""
    try:
        return link(endpoint, **values)
    except BuildError:
        return ""


def typed(literal: ox.Literal) -> str:
    """A typed value in the reader's language, with the value as it is for programs (HTML §4.5.13, §4.5.14)."""
    text, datatype = literal.value, literal.datatype.value.removeprefix(XSD)
    if datatype in _NUMBERS and _NUMBER.fullmatch(text):
        return Markup('<data value="{}">{}</data>').format(text, page_texts().number(Decimal(text)))
    if datatype in _DATES:
        return Markup('<time datetime="{}">{}</time>').format(text, page_texts().date(text))
    if datatype in _DURATIONS and (parts := _DURATION.fullmatch(text)):
        words = [page_texts().ngettext(*unit, int(n)) for n, unit in zip(parts.groups(), _UNITS, strict=True) if n]
        return Markup('<time datetime="{}">{}</time>').format(text, format_list(words, "unit", page_texts().locale))
    if datatype == "boolean":
        word = _TRUTH[text in {"true", "1"}]
        return page_texts().gettext(word)
    return text


def best(literals: Sequence[ox.Literal], language: str) -> ox.Literal | None:
    """The literal in the language, else the first."""
    return next((text for text in literals if text.language == language), next(iter(literals), None))


def fragment(iri: str) -> str:
    """The anchor of a term on the page of its vocabulary: its fragment, or its last segment."""
    return iri.rpartition("#")[2].rpartition("/")[2]


_PASSAGES = {
    "title": message("title"),
    "subtitle": message("subtitle"),
    "contact": message("contact"),
    "links": message("links"),
    "key figures": message("key figures"),
    "paragraph": message("paragraph {n}"),
    "line": message("line {n}"),
    "page": message("page {n}"),
}
_PASSAGE = re.compile(r"(.+?)(?: (\d+))?")


def passage(place: ox.Literal) -> Name:
    """A place in a source, which tables say in English: in the language of the page if all its words are usual."""
    words = list[str]()
    for part in place.value.split(", "):
        match = _PASSAGE.fullmatch(part)
        usual = _PASSAGES.get(match[1]) if match else None
        if match is None or usual is None or ("{n}" in usual) != bool(match[2]):
            return Name(place.value, place.language or "")
        words.append(page_texts().gettext(usual, n=match[2]))
    return Name(", ".join(words), page_texts().language)


def register(app: Flask) -> None:
    """Add them to the templates."""
    app.jinja_env.filters.update(reading=reading, measured=measure, typed=typed, best=best, fragment=fragment)
    app.jinja_env.filters["passage"] = passage
    app.jinja_env.globals.update(url_of=url_of, longest_cell=LONGEST_CELL)

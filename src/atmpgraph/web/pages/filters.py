"""What the templates need beyond their language, each a plain function."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyoxigraph as ox
from flask import Flask

from ...vocab import UNIT
from ..core.labels import Name
from .figures import Row, in_words

_COUNT = f"{UNIT}NUM"  # a number of things has no unit to be written


def reading(row: Row, names: Mapping[str, Name], numbers: dict[str, Any]) -> str:
    """A figure in the reader's language: how exact it is, the number, the unit; never the bare number of a "15+"."""
    unit, qualifier = row["unit"].value, row["qualifier"].value
    number = in_words(row["value"].value, "" if unit == _COUNT else names[unit].text, numbers)
    return number if qualifier.endswith("/exact") else f"{names[qualifier].text} {number}"


def best(literals: Sequence[ox.Literal], language: str) -> ox.Literal | None:
    """The literal in the language, else the first."""
    return next((text for text in literals if text.language == language), next(iter(literals), None))


def fragment(iri: str) -> str:
    """The anchor of a term on the page of its vocabulary: its fragment, or its last step."""
    return iri.rpartition("#")[2].rpartition("/")[2]


def register(app: Flask) -> None:
    """Make them known to the templates."""
    app.jinja_env.filters.update(reading=reading, best=best, fragment=fragment, in_words=in_words)

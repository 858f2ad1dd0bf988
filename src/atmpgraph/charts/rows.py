"""The rows of a chart: the solutions of its query, as JSON and as words."""

import re
from collections.abc import Sequence
from itertools import islice
from typing import Final

import pyoxigraph as ox

from ..i18n import counted, texts
from ..store import Store
from ..vocab import XSD
from .declared import Chart, row_in_words
from .specification import NOT_IN_XML, Row

MOST: Final = 500  # rows of a picture; a reader sees no more in one
_LONGEST: Final = 200  # characters of a row in them
_IN_WORDS: Final = 12  # rows that the words for a picture tell
_NUMBERS: Final = frozenset(XSD + name for name in ("integer", "decimal", "double", "float", "int", "long", "short"))
_DATE: Final = re.compile(r"\d{4}-\d\d(-\d\d)?")
_MORE: Final = counted("and {n} more row", "and {n} more rows")


def rows_of(chart: Chart, store: Store, language: str) -> list[Row]:
    """The rows, with labels in a language; one more than `MOST` at most.

    Raises:
        QueryError: the query is wrong, or not a SELECT query.
    """
    solutions = store.select(chart.text(language, store.base))
    return [
        {name: _value(term) for name, term in zip(solutions.variables, solution, strict=True)}
        for solution in islice(solutions, MOST + 1)
    ]


def _value(term: object) -> str | int | float | None:
    """A number as a number; all else as it stands."""
    if isinstance(term, ox.Literal) and term.datatype.value in _NUMBERS:
        try:
            number = float(term.value)
        except ValueError:
            return term.value
        if abs(number) == float("inf") or number != number:  # JSON has neither
            return term.value
        return int(number) if number.is_integer() else number
    return term.value if isinstance(term, ox.Literal | ox.NamedNode | ox.BlankNode) else None


def in_words(chart: Chart, title: str, rows: Sequence[Row], language: str) -> str:
    """What the picture says, for those who do not see it: its title, and the first rows with their figures."""
    words = texts(language)
    sentences = [row_in_words(chart.row, {name: cell(value, language) for name, value in row.items()}) for row in rows]
    sentences = [NOT_IN_XML.sub("", each if len(each) <= _LONGEST else f"{each[:_LONGEST]}…") for each in sentences]
    more = len(sentences) - _IN_WORDS
    rest = [words.ngettext(*_MORE, more)] if more > 0 else []
    return f"{title} {'; '.join([*dict.fromkeys(sentences[:_IN_WORDS]), *rest])}"


def cell(value: str | int | float | None, language: str) -> str:
    """A value as people of a language write it."""
    words = texts(language)
    if isinstance(value, int | float):
        return words.number(value)
    return words.date(value) if value and _DATE.fullmatch(value) else value or ""

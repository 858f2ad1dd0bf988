"""The cells of lists: a cell has entries, each a term as JSON, or an object with the term and its details."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Final

import pyoxigraph as ox

from ..vocab import XSD, prefixes
from .names import fold

_NUMBERS: Final = frozenset(f"{XSD}{name}" for name in ("decimal", "integer", "double", "float", "nonNegativeInteger"))
_YEAR: Final = re.compile(r"-?\d{4,}")


def term_of(term: object) -> str | list[str]:
    """A term as JSON: an IRI as a string, a literal as [value, language, datatype]."""
    if isinstance(term, ox.Literal):
        return [term.value, term.language or "", term.datatype.value]
    return term.value if isinstance(term, ox.NamedNode) else str(term)


as_json: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


def sortable(term: str | list[str]) -> tuple[str | None, str | float]:
    """The IRI of a term, if it is one, and the key by which it is sorted where it has no name."""
    if isinstance(term, str):
        return term, fold(re.split("[#/]", term)[-1])
    text, _, datatype = term
    if datatype in _NUMBERS:
        with suppress(ValueError):
            return None, float(text)
    return None, fold(text)


@lru_cache(1 << 14)
def facet_value(text_of_cell: str, *, by_year: bool) -> str:
    """What one filters by; empty for none."""
    cell = json.loads(text_of_cell)
    term = cell["value"] if isinstance(cell, dict) else cell
    text = term if isinstance(term, str) else term[0]
    if not by_year:
        return str(text)
    year = _YEAR.match(text)
    return year[0] if year else ""


def tokens_of(values: Sequence[str]) -> dict[str, str]:
    """A short word for each value in URLs: the end of an IRI; with a prefix, or whole, where two end alike."""
    ends = {value: re.split("[#/]", value.rstrip("/#"))[-1] if ":" in value else value for value in values}
    count, first = Counter(ends.values()), dict[str, str]()
    for value in values:
        first.setdefault(ends[value], value)
    tokens = {}
    for value in values:
        end = ends[value]
        tokens[value] = end if end and (count[end] == 1 or first[end] == value) else _shortened(value)
    return tokens


def _shortened(iri: str) -> str:
    fitting = ((name, space) for name, space in prefixes("").items() if ":" in space and iri.startswith(space))
    return next((f"{name}:{iri.removeprefix(space)}" for name, space in fitting), iri)

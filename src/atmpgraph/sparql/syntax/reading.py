"""What the parts of a request must know of a query before it runs, read once from its text."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from .query_form import Form, form
from .tokenizer import tokens

_REMEMBERED: Final = 16  # texts; several parts of one request look at each
_VOLATILE: Final = ("NOW", "RAND", "UUID", "STRUUID", "BNODE")
_CALL: Final = re.compile(rf"\b(?:{'|'.join(_VOLATILE)})\s*[(#]", re.IGNORECASE)
_SERVICE: Final = "SERVICE"


@dataclass(frozen=True)
class Reading:
    """A query as far as it is read.

    Attributes:
        form: `UPDATE` for any update operation; None for a text that starts like no query.
        is_volatile: whether it calls a function that gives another value at each call.
        has_service: whether the keyword `SERVICE` stands in it.
    """

    form: Form | None
    is_volatile: bool
    has_service: bool


@lru_cache(_REMEMBERED)
def read(text: str) -> Reading:
    """Read a query; in one pass over its words only where the letters of `SERVICE` stand in it."""
    letters = text.upper()  # to look for words among them takes a tenth of a pattern for any case
    has_service = _SERVICE in letters and any(word.is_word(_SERVICE) for word in tokens(text))
    is_volatile = any(name in letters for name in _VOLATILE) and _CALL.search(text) is not None
    return Reading(form(text), is_volatile, has_service)

"""What the parts of a request must know of a query before it runs, read once from its text."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from .query_form import Form, form
from .tokenizer import tokens

_REMEMBERED: Final = 16  # texts; several parts of one request look at each
_VOLATILE: Final = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID|BNODE)\s*[(#]", re.IGNORECASE)
_SERVICE: Final = re.compile("SERVICE", re.IGNORECASE)


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
    has_service = _SERVICE.search(text) is not None and any(word.is_word("SERVICE") for word in tokens(text))
    return Reading(form(text), _VOLATILE.search(text) is not None, has_service)

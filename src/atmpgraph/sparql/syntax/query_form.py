"""The form of a query (SPARQL 1.1 §16): the first word after its prologue (§4.1); the rest is not parsed."""

import re
from typing import Final, Literal, TypeAlias

Form: TypeAlias = Literal["SELECT", "ASK", "CONSTRUCT", "DESCRIBE", "UPDATE"]

_UPDATES: Final = frozenset(
    {"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD", "WITH"}  # SPARQL 1.1 Update §3
)
_SPACE: Final = r"(?:[\x20\t\r\n]++|#[^\r\n]*+)*+"  # productions WS and comments (§19.3, §19.4)
_IRI: Final = r"<[^<>\"{}|^`\x00-\x20]*+>"
_STRING: Final = r"(?:\"[^\"\r\n]*+\"|'[^'\r\n]*+')"
_DECLARATION: Final = (
    rf"(?:BASE{_SPACE}{_IRI}|PREFIX{_SPACE}[^\s:<>\"{{}}#]*+:{_SPACE}{_IRI}|VERSION{_SPACE}{_STRING}){_SPACE}"
)
# No quantifier backtracks: the time is linear in the length of the prologue.
_HEAD: Final = re.compile(rf"{_SPACE}(?:{_DECLARATION})*+([A-Z]++)", re.IGNORECASE | re.ASCII)


def form(text: str) -> Form | None:
    """The form of a query, `UPDATE` for any update operation; None for a text that starts like neither."""
    head = _HEAD.match(text)
    match head and head[1].upper():
        case "SELECT" | "ASK" | "CONSTRUCT" | "DESCRIBE" as word:
            return word
        case word if word in _UPDATES:
            return "UPDATE"
    return None

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
_VARIABLE: Final = rf"{_SPACE}[?$](\w++)"
_ONE_TRIPLE: Final = re.compile(
    rf"{_SPACE}\{{{_VARIABLE}{_VARIABLE}{_VARIABLE}{_SPACE}\.?{_SPACE}\}}(?={_SPACE}(?:WHERE\b|\{{|FROM\b))",
    re.IGNORECASE,
)


def form(text: str) -> Form | None:
    """The form of a query, `UPDATE` for any update operation; None for a text that starts like neither."""
    head = _HEAD.match(text)
    match head and head[1].upper():
        case "SELECT" | "ASK" | "CONSTRUCT" | "DESCRIBE" as word:
            return word
        case word if word in _UPDATES:
            return "UPDATE"
    return None


def prologue_end(text: str) -> int:
    """Where the prologue of a query ends; 0 for a text that starts like none."""
    head = _HEAD.match(text)
    return head.start(1) if head else 0


def rows_of_triples(text: str) -> str | None:
    """The SELECT query whose rows are the triples of a CONSTRUCT query, if the template of that is three variables.

    An engine holds all triples of a CONSTRUCT query in memory, since each is there once; of rows it holds none. Rows
    with a subject or a predicate that no triple may have (SPARQL 1.1 §16.2) are there too.
    """
    head = _HEAD.match(text)
    if not head or head[1].upper() != "CONSTRUCT":
        return None
    template = _ONE_TRIPLE.match(text, head.end())
    if not template or len(set(template.groups())) < len(template.groups()):
        return None
    names = " ".join(f"?{name}" for name in template.groups())
    return f"{text[: head.start(1)]}SELECT {names} {text[template.end() :]}"

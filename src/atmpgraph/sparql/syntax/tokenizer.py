"""The words of a query (SPARQL 1.1 §19.8, terminals): enough to find a clause, far from a grammar.

What is found here is never what keeps a query harmless: the engine's own parser has the last word (`guard`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# In this order: what could begin two of them is the first. No quantifier gives back what it took, and a string that is
# not closed is one all the same: the time is linear in the length of the query.
_TERMINALS: Final = re.compile(
    r"""
      (?P<space>[\x20\t\r\n]++|\#[^\r\n]*+)
    | (?P<iri><[^<>"{}|^`\x00-\x20]*+>)
    | (?P<string>\"{3}(?:\"{0,2}(?:[^"\\]|\\.))*+(?:\"{3})?|'{3}(?:'{0,2}(?:[^'\\]|\\.))*+(?:'{3})?
               |\"(?:[^"\\\r\n]|\\.)*+\"?|'(?:[^'\\\r\n]|\\.)*+'?)
    | (?P<variable>[?$][\w\xb7]++)
    | (?P<language>@[A-Za-z]++(?:-[A-Za-z0-9]++)*+)
    | (?P<blank>_:[\w\xb7](?:[\w\xb7.-]*[\w\xb7-])?+)
    | (?P<prefixed>(?=[^\W\d_]|:)(?:[^\W\d_](?:[\w\xb7.-]*[\w\xb7-])?+)?+
        (?P<local>:(?:(?:[\w:]|%[0-9A-Fa-f]{2}|\\[^\w\s])
            (?:(?:[\w\xb7:.-]|%[0-9A-Fa-f]{2}|\\[^\w\s])*(?:[\w\xb7:-]|%[0-9A-Fa-f]{2}|\\[^\w\s]))?+)?+)?+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)

_PARTS: Final = re.compile(r"[^.]+|\.")


@dataclass(frozen=True)
class Token:
    """A word of a query.

    Attributes:
        kind: which terminal: `iri`, `string`, `variable`, `language`, `blank`, `prefixed`, `word` or `other`.
        text: as it is written.
        start, end: its place.
    """

    kind: str
    text: str
    start: int
    end: int

    def is_word(self, word: str) -> bool:
        """Whether it is this keyword, in any case."""
        return self.kind == "word" and self.text.upper() == word


def tokens(query: str) -> Iterator[Token]:
    """The words of a query; spaces and comments are left out."""
    for match in _TERMINALS.finditer(query):
        kind = match.lastgroup or "other"
        if kind == "prefixed" and match["local"] is None:  # only words and full stops, after all
            for part in _PARTS.finditer(query, *match.span()):
                yield Token("other" if part[0] == "." else "word", part[0], *part.span())
        elif kind != "space":
            yield Token(kind, match[0], *match.span())

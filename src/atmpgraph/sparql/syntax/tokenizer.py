"""The words of a query (SPARQL 1.1 §19.8, terminals): enough to find a clause, far from a grammar.

No safety rests on them: the engine's own parser decides what a query is (`validate`).
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Final, NamedTuple

# The first that matches wins. No quantifier backtracks, and an unclosed string counts as one: the time is linear in the
# length of the query.
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

# Terminals that hold any characters; where there is no backslash, no other one holds theirs.
OPAQUE: Final = re.compile(
    r"""\#[^\r\n]*+ | <[^<>"{}|^`\x00-\x20]*+> | "{3}(?:"{0,2}[^"])*+(?:"{3})? | '{3}(?:'{0,2}[^'])*+(?:'{3})?
      | "[^"\r\n]*+"? | '[^'\r\n]*+'?""",
    re.VERBOSE,
)
_PARTS: Final = re.compile(r"[^.]+|\.")


_NESTING: Final = {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}


class Token(NamedTuple):
    """A word of a query.

    Attributes:
        kind: which terminal: `iri`, `string`, `variable`, `language`, `blank`, `prefixed`, `word` or `other`.
        text: as it stands in the query.
        start, end: its offsets.
    """

    kind: str
    text: str
    start: int
    end: int

    def is_word(self, word: str) -> bool:
        """Whether it is this keyword, in any case."""
        return self.kind == "word" and self.text.upper() == word

    def is_sign(self, text: str) -> bool:
        """Whether it is this sign, such as a bracket."""
        return self.kind == "other" and self.text == text

    @property
    def nesting(self) -> int:
        """1 for a bracket that opens, -1 for one that closes, else 0."""
        return _NESTING.get(self.text, 0) if self.kind == "other" else 0


def closing(every: Sequence[Token], opening: int, end: int | None = None) -> int | None:
    """The place of what closes the bracket at a place, before `end`; None where nothing does."""
    depth = 0
    for at in range(opening, len(every) if end is None else end):
        depth += every[at].nesting
        if not depth:
            return at
    return None


def mentions(query: str, *names: str) -> bool:
    """Whether a query may have one of the words, given in capitals: a look at its letters, before it is read in words.

    The name of a variable is none. This costs a tenth of a pattern that looks for whole words in any case.
    """
    letters = query.upper()
    return any(name in letters and _whole(name).search(letters) for name in names)


@cache
def _whole(name: str) -> re.Pattern[str]:
    """A whole word; the pattern begins with its letters, for which the machine jumps."""
    return re.compile(rf"{name}\b(?<![\w?$]{name})")


def without_comments(query: str) -> str:
    """A query without its comments; one with a backslash, which may stand for any sign, as it is."""
    if "#" not in query or "\\" in query:
        return query
    return OPAQUE.sub(lambda match: " " if match[0][0] == "#" else match[0], query)


@lru_cache(1)
def words(query: str) -> tuple[Token, ...]:
    """All words of the query that is being read: several rules look at each of them."""
    return tuple(tokens(query))


def tokens(query: str) -> Iterator[Token]:
    """The words of a query, without spaces and comments."""
    for match in _TERMINALS.finditer(query):
        kind = match.lastgroup or "other"
        if kind == "prefixed" and match["local"] is None:  # it has no colon: words and full stops
            for part in _PARTS.finditer(query, *match.span()):
                yield Token("other" if part[0] == "." else "word", part[0], *part.span())
        elif kind != "space":
            yield Token(kind, match[0], *match.span())

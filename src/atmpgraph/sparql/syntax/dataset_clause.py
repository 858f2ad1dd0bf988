"""The RDF dataset that a query names itself, by FROM and FROM NAMED (SPARQL 1.1 §13.2)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

import pyoxigraph as ox

from ...iris import resolved
from .tokenizer import Token, mentions, tokens, words

_BASE: Final = re.compile(r"\s*BASE\s*<([^<>\"{}|^`\x00-\x20]*)>", re.IGNORECASE)
_REMEMBERED: Final = 16  # texts: queries of our own come up again and again
_FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})


@dataclass(frozen=True)
class Prologue:
    """The declarations before a query: its base and its prefixes."""

    text: str
    base: str

    def iris(self, names: Sequence[Token]) -> list[str]:
        """The IRIs that names stand for. Turtle has the same declarations, and its parser evaluates nothing.

        Raises:
            SyntaxError: a name is neither an IRI nor a prefixed name.
        """
        if not names:
            return []
        text = f"{self.text}\n<> <> {', '.join(name.text for name in names)} ."
        quads = ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=self.base)
        return [quad.object.value for quad in quads if isinstance(quad.object, ox.NamedNode)]


def read_prologue(query: str, words: Sequence[Token], base: str) -> Prologue:
    """The prologue of a query: all that precedes its form."""
    end = next((word.start for word in words if word.kind == "word" and word.text.upper() in _FORMS), len(query))
    return Prologue(query[:end], base)


def named_dataset(query: str, base: str) -> tuple[list[str], list[str]]:
    """The graphs of FROM and of FROM NAMED.

    Raises:
        SyntaxError: no IRI follows FROM.
    """
    if not mentions(query, "FROM"):
        return [], []
    every = words(query)
    default, named = [], []
    depth = 0
    for at, word in enumerate(every):
        depth += {"{": 1, "(": 1, "}": -1, ")": -1}.get(word.text, 0) if word.kind == "other" else 0
        if depth or not word.is_word("FROM"):
            continue
        after = every[at + 1 : at + 3]
        if len(after) == 2 and after[0].is_word("NAMED"):
            named.append(after[1])
        elif after:
            default.append(after[0])
    prologue = read_prologue(query, every, base)
    return prologue.iris(default), prologue.iris(named)


def graph_clauses(query: str, base: str) -> list[str]:
    """The graphs that GRAPH clauses name (SPARQL 1.1 §13.3); those of a variable may be any.

    Raises:
        SyntaxError: a prefix is not declared.
    """
    if not mentions(query, "GRAPH"):
        return []
    every = words(query)
    named = [after for word, after in pairwise(every) if word.is_word("GRAPH") and after.kind in {"iri", "prefixed"}]
    return read_prologue(query, every, base).iris(named)


@lru_cache(_REMEMBERED)
def without_dataset(query: str) -> str:
    """The query without FROM, FROM NAMED and comments: its dataset is named beside it, and nothing is hidden in it."""
    if "#" not in query and not mentions(query, "FROM"):
        return query
    parts, end, depth = list[str](), 0, 0
    every = iter(tokens(query))
    for word in every:
        depth += {"{": 1, "(": 1, "}": -1, ")": -1}.get(word.text, 0) if word.kind == "other" else 0
        if not depth and word.is_word("FROM"):
            named = next(every, word)
            end = (next(every, named) if named.is_word("NAMED") else named).end
            parts.append(" ")
            continue
        if word.start > end:
            parts.append("\n" if "\n" in query[end : word.start] else " ")
        parts.append(word.text)
        end = word.end
    return "".join(parts)


def with_base(query: str, base: str) -> str:
    """The query with a base for its relative IRIs (§4.1.1), or with its own, absolute: some engines take one only."""
    own = _BASE.match(query)
    return f"BASE <{resolved(base, own[1] if own else '')}> {query[own.end() :] if own else query}"

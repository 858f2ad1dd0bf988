"""The functions that a query calls by their IRI (SPARQL 1.1 §17.6), wherever that is, also where it is never evaluated.

The engine's planner tells an unknown function only where one is left after constants are folded: `false && f()` is
false. So each name before a bracket is looked at. It is a call unless the query can be parsed with another word in its
place, where no function may stand: a property may lead to a list, and a list may have a thing before another list.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final

import pyoxigraph as ox

from ...errors import EvaluationError
from .dataset_clause import Prologue, read_prologue
from .tokenizer import Token, words

_EMPTY: Final = ox.Store()
_BASE: Final = "urn:none"  # it matters to no rule of the grammar
_NO_CALLS: Final = ("a", "1")  # a property, a member of a list
_NAMES: Final = frozenset({"iri", "prefixed"})
_MOST: Final = 100  # names before brackets that are looked at
_REFUSED: Final = "The custom function {name} is not supported"  # as the engine says it


def check_functions(text: str, base: str, permitted: tuple[str, ...]) -> None:
    """Pass a query, which can be parsed, that calls by their IRI only functions of the engine here and permitted ones.

    Args:
        text: of the query.
        base: of its relative IRIs.
        permitted: IRIs of other functions.

    Raises:
        EvaluationError: it calls another one, or has too many names before brackets.
    """
    every = words(text)
    for number, (name, iri) in enumerate(_names_before_brackets(text, every, base)):
        if iri and (iri in permitted or _is_function(iri)):
            continue
        if number >= _MOST or not iri or not _may_be_another_word(text, name):
            raise EvaluationError(_REFUSED.format(name=f"<{iri}>" if iri else name.text))


def _names_before_brackets(text: str, every: tuple[Token, ...], base: str) -> Iterator[tuple[Token, str]]:
    """Each name before a bracket, with its IRI; without, if it cannot be told which it is."""
    prologue = None
    for before, word in pairwise(every):
        if not word.is_sign("("):
            continue
        if before.kind in _NAMES:
            prologue = prologue or read_prologue(text, every, base)
            is_whole = before.kind == "iri" or text[before.start - 1].isascii()  # else part of a longer one
            yield before, _iri_of(before, prologue) if is_whole else ""
        elif before.kind == "other" and not before.text.isascii():
            yield before, ""  # a sign of a name that is no letter


def _iri_of(name: Token, prologue: Prologue) -> str:
    try:
        return next(iter(prologue.iris([name])), "")
    except SyntaxError:
        return ""


@lru_cache(256)
def _is_function(iri: str) -> bool:
    """Whether the engine here has a function, as it has the casts of SPARQL 1.1 §17.5."""
    try:
        _EMPTY.query(f"SELECT (<{iri}>(?x) AS ?y) {{ ?x ?x ?x }}")
    except (RuntimeError, SyntaxError, ValueError):
        return False
    return True


def _may_be_another_word(text: str, name: Token) -> bool:
    """Whether the query can be parsed with a word in the place of a name that is no call."""
    return any(_can_be_parsed(f"{text[: name.start]} {word} {text[name.end :]}") for word in _NO_CALLS)


def _can_be_parsed(text: str) -> bool:
    try:
        _EMPTY.query(text, base_iri=_BASE)
    except (SyntaxError, ValueError):
        return False
    except RuntimeError:  # it can, but not be evaluated
        return True
    return True

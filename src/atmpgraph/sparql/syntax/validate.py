"""A query is validated before it runs: SPARQL 1.1, nothing that cannot be evaluated, no call of another service.

The engine cannot switch federation off, so SERVICE would make this server call any address. No second grammar decides
what is a SERVICE clause: the engine's own parser does. Every `service` in the text, keyword or not, is changed in one
letter to a word that the text does not hold. The change keeps length, case and which names are equal, so it means
nothing inside strings, IRIs, names, variables and comments; but a SERVICE clause is no SPARQL any more. A query that
still parses therefore had none.
"""

import re
from contextlib import suppress
from typing import Final

import pyoxigraph as ox

from ...errors import QuerySyntaxError, ServiceNotAllowedError, TooManyKeywordsError
from ...reasons import meaning_of
from .dataset_clause import read_prologue
from .engine_text import for_engine
from .error_position import MOST, named_place, offset_of, unexpected
from .tokenizer import tokens, words

_SERVICE: Final = re.compile(r"(ser)(v)(ice)", re.IGNORECASE)
_PREFIX: Final = "Prefix not found"  # as the parser says it
_START: Final = re.compile(r"error at \d+:\d+")
_EMPTY: Final = ox.Store()
_END: Final = "\n\\"  # no token ends with a backslash, so no text that ends like this can run


def check_syntax(text: str, base: str) -> None:
    """Pass a query that is SPARQL 1.1 and calls no other service; whether it can be evaluated is not asked.

    Raises:
        QuerySyntaxError: it is no SPARQL 1.1.
        ServiceNotAllowedError: it has a SERVICE clause.
        TooManyKeywordsError: no word is left to disguise SERVICE with.
    """
    if (written := for_engine(text)) != text:
        with suppress(QuerySyntaxError):  # which the text of the query itself has at a place that its reader sees
            return _check(written, base)
    return _check(text, base)


def _check(text: str, base: str) -> None:
    disguised = _disguise(text)
    try:
        _EMPTY.query(disguised, base_iri=base)
    except RuntimeError:  # a function that is none, which its evaluation tells under the right name
        return
    except (SyntaxError, ValueError) as refusal:
        error = str(refusal)
    else:
        return
    if disguised == text:
        raise _located(text, error, base)
    # Which of the two is it? Running the query to find out is no option: the engine may call a SERVICE at once.
    original, end = _parser_message(text + _END, base) or "", text.count("\n") + 2
    if named_place(original)[0] != end:
        raise _located(text, original, base)
    if named_place(_parser_message(disguised + _END, base) or "")[0] == end:
        raise _located(text, error, base)
    raise ServiceNotAllowedError


def may_call_services(text: str) -> bool:
    """Whether `SERVICE` stands anywhere in a query, in any case; without it the engine's own parser is enough."""
    return _SERVICE.search(text) is not None


def syntax_error(message: str) -> QuerySyntaxError:
    """The error that a message of the parser reports, at the place that it names; not all that it tried there."""
    line, column = named_place(message)
    shorter = _words(message) or ((start := _START.match(message)) and start[0])
    return QuerySyntaxError(line, column, reason=shorter or message)


def _words(message: str) -> str:
    """What the parser says, if it is something; the rest is a list of what it tried last, which misleads."""
    return message if meaning_of(message) else ""


def _located(text: str, message: str, base: str) -> QuerySyntaxError:
    """The same at the place where a reader sees the error. Parts of the query are tried, none of which can run."""
    if len(text) > MOST or not named_place(message)[0]:
        return syntax_error(message)
    # The parser reads on as far as its longest keyword has letters, and what it says is of there: it is asked again.
    line, column, word = unexpected(text, message, lambda part: _unfinished_message(part, base))
    if undeclared := _undeclared(text, word, base):
        return QuerySyntaxError(line, column, word, f"{_PREFIX}: {undeclared}")
    offset = offset_of(text, line, column)
    starts = (_disguise(text[:end]) for end in (offset + 1, offset))  # without a SERVICE, should one be a query
    reasons = map(_words, (message, *(_parser_message(start, base) or "" for start in starts)))
    return QuerySyntaxError(line, column, word, next(filter(None, reasons), ""))


def _undeclared(text: str, word: str, base: str) -> str:
    """The name that a word begins with, if its prefix is not declared; else nothing."""
    name = next(tokens(word), None)
    if name is None or name.kind != "prefixed":
        return ""
    message = _parser_message(f"{read_prologue(text, words(text), base).text} DESCRIBE {name.text}", base)
    return name.text if message and _PREFIX in message else ""


def _disguise(text: str) -> str:
    lower = text.lower()
    letter = next((c for c in "qxjkzwybdfghlmnprt" if f"ser{c}ice" not in lower), None)
    if letter is None:
        raise TooManyKeywordsError
    return _SERVICE.sub(lambda m: m[1] + (letter.upper() if m[2] == "V" else letter) + m[3], text)


def _unfinished_message(text: str, base: str) -> str | None:
    """What the parser says to the start of a query; None when it is right so far."""
    message = _parser_message(text + _END, base)
    return message if message and named_place(message)[0] < text.count("\n") + 2 else None


def _parser_message(text: str, base: str) -> str | None:
    """What the parser says to a query; None when it is right. Results are lazy and the store is empty."""
    try:
        _EMPTY.query(text, base_iri=base)
    except (SyntaxError, ValueError) as error:
        return str(error)
    except RuntimeError:  # it is SPARQL, though it cannot be evaluated
        return None
    return None

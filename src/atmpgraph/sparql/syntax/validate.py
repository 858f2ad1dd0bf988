"""Federation is refused: SERVICE would make this server call any address, and the engine cannot switch it off.

No second grammar decides what is a SERVICE clause: the engine's own parser does. Every `service` in the text, keyword
or not, is changed in one letter to a word that the text does not hold. The change keeps length, case and which names
are equal, so it means nothing inside strings, IRIs, names, variables and comments; but a SERVICE clause is no
SPARQL any more. A query that still parses therefore had none.
"""

import re
from typing import Final

import pyoxigraph as ox

from ...http.problem import Problem, ProblemError
from .error_position import MOST, named_place, unexpected

_SERVICE: Final = re.compile(r"(ser)(v)(ice)", re.IGNORECASE)
# What the parser says in words; the rest is a list of what it tried last, which misleads.
_SENTENCE: Final = re.compile(r"Prefix not found|IRI parsing failed|The [A-Z]+ [^,\[]*[^,\[ ]")
_EMPTY: Final = ox.Store()
_END: Final = "\n\\"  # no token ends with a backslash, so nothing that ends like this can be run


def check(text: str, base: str) -> None:
    """Let a query pass that is SPARQL 1.1 and calls no other service.

    Raises:
        ProblemError: 400 a syntax error, with its line and column; 403 a SERVICE clause.
    """
    disguised = _disguise(text)
    error = _syntax_error(disguised, base)
    if error is None:
        return
    if disguised == text:
        raise _located(text, error, base)
    # Which of the two is it? The query itself must never be run to know it: a SERVICE may be called at once.
    original, end = _syntax_error(text + _END, base) or "", text.count("\n") + 2
    if named_place(original)[0] != end:
        raise syntax_problem(original)
    if named_place(_syntax_error(disguised + _END, base) or "")[0] == end:
        raise syntax_problem(error)
    raise ProblemError(
        Problem(
            403,
            "SERVICE is not allowed: this endpoint calls no other service. Query both services from your own endpoint.",
        )
    )


def syntax_problem(message: str) -> ProblemError:
    """400 with the place of the error, where the parser names one."""
    line, column = named_place(message)
    extra = {"line": line, "column": column} if line else {}
    return ProblemError(Problem(400, "The query is not SPARQL 1.1: {reason}", extra, values={"reason": message}))


def _located(text: str, error: str, base: str) -> ProblemError:
    """The same with the place where a reader sees the error; parts of the query may be tried, for it has no SERVICE."""
    if len(text) > MOST or not named_place(error)[0]:
        return syntax_problem(error)
    line, column, word = unexpected(text, error, lambda part: _syntax_error(part, base))
    extra, values = {"line": line, "column": column}, {"word": word}
    if said := _SENTENCE.search(error):
        detail, values = "The query is not SPARQL 1.1: {reason}", {"reason": f"{said[0]}: {word}" if word else said[0]}
    elif word:
        detail = "The query is not SPARQL 1.1: “{word}” cannot stand there."
    else:
        detail = "The query is not SPARQL 1.1: it ends too early."
    return ProblemError(Problem(400, detail, extra, values=values))


def _disguise(text: str) -> str:
    lower = text.lower()
    letter = next((c for c in "qxjkzwybdfghlmnprt" if f"ser{c}ice" not in lower), None)
    if letter is None:
        raise ProblemError(Problem(400, "The query contains too many words that resemble a keyword."))
    return _SERVICE.sub(lambda m: m[1] + (letter.upper() if m[2] == "V" else letter) + m[3], text)


def _syntax_error(text: str, base: str) -> str | None:
    """What the parser says to the query; results are lazy and the store is empty."""
    try:
        _EMPTY.query(text, base_iri=base)
    except (SyntaxError, ValueError) as error:
        return str(error)
    except RuntimeError:  # it is SPARQL, though it cannot be evaluated
        return None
    return None

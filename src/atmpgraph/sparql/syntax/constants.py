"""A variable that has one value, put as that value into the conditions of optional parts.

    VALUES ?language { "en" }  …  OPTIONAL { ?thing rdfs:label ?name FILTER(LANG(?name) = ?language) }

The condition of an OPTIONAL sees the variables beside it (SPARQL 1.1 §18.2.2.6). Virtuoso does not see them. With the
value in the place of the variable the query means the same, and every engine answers it alike.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from .tokenizer import Token, tokens

_VALUES: Final = re.compile(r"VALUES.*OPTIONAL|OPTIONAL.*VALUES", re.IGNORECASE | re.DOTALL)
_REMEMBERED: Final = 16  # texts


@lru_cache(_REMEMBERED)
def with_constants(query: str) -> str:
    """A query that is SPARQL 1.1, with the values of such variables in the conditions of its optional parts."""
    if not _VALUES.search(query):
        return query
    every = list(tokens(query))
    values = {name: (end, value) for name, end, value in _constants(query, every)}
    parts, end = list[str](), 0
    for variable in _in_conditions(every):
        known_from, value = values.get(variable.text[1:], (len(query), ""))
        if variable.start > known_from:  # what stands before does not see it
            parts += (query[end : variable.start], value)
            end = variable.end
    return "".join((*parts, query[end:]))


def _constants(query: str, every: Sequence[Token]) -> Iterator[tuple[str, int, str]]:
    """The variables of the main group that have one value there: where that ends, and its text."""
    depth = 0
    for at, word in enumerate(every):
        depth += {"{": 1, "}": -1}.get(word.text, 0) if word.kind == "other" else 0
        if depth != 1 or not word.is_word("VALUES") or at + 3 >= len(every):
            continue
        variable, opening, first = every[at + 1 : at + 4]
        close = next((place for place in range(at + 3, len(every)) if every[place].text == "}"), None)
        if variable.kind != "variable" or opening.text != "{" or close is None:
            continue
        rest = [each.text for each in every[at + 4 : close]]
        one = first.kind in {"iri", "prefixed"} and not rest
        typed = first.kind == "string" and (len(rest) < 2 or (rest[:2] == ["^", "^"] and len(rest) == 3))
        if one or (typed and (not rest or rest[0].startswith(("@", "^")))):
            yield variable.text[1:], every[close].end, query[first.start : every[close - 1].end]


def _in_conditions(every: Sequence[Token]) -> Iterator[Token]:
    """The variables in a FILTER right in an OPTIONAL of the main group, but for those of BOUND and of nested groups."""
    groups: list[bool] = []  # whether each open group is that of an OPTIONAL
    brackets = 0  # open ones of a condition
    for at, word in enumerate(every):
        before = every[at - 1] if at else None
        if word.kind == "other" and word.text == "{":
            groups.append(before is not None and before.is_word("OPTIONAL"))
        elif word.kind == "other" and word.text == "}":
            groups = groups[:-1]
        elif word.kind == "other" and word.text == "(":
            brackets += bool(brackets or _begins_condition(every, at))
        elif word.kind == "other" and word.text == ")":
            brackets -= bool(brackets)
        elif word.kind == "variable" and brackets and groups[1:] == [True]:
            yield from [] if at > 1 and every[at - 2].is_word("BOUND") else [word]


def _begins_condition(every: Sequence[Token], at: int) -> bool:
    """Whether a bracket is the first of a FILTER: after the keyword, or after the function that follows it."""
    before = [word.is_word("FILTER") for word in every[max(0, at - 2) : at]]
    return before[-1:] == [True] or (len(before) == 2 and before[0])

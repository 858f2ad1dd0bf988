"""ORDER BY for an engine whose own order of terms is none.

SPARQL 1.1 §15.1 orders what `<` compares, and leaves the rest open. The engine compares numbers by value, and a number
with a text letter by letter: 9 < 10, but "10" < "5a" < "9". Its sort finds out and aborts the process. So the kind of a
value goes before the value: what `<` compares is of one kind.

- numbers; those that equal nothing (NaN);
- texts, with a language or without;
- every other datatype by itself: with a time zone and without (`<` leaves open which is first), and durations by their
  units (a month has no number of days);
- triple terms, which go after all literals (SPARQL 1.2 §15.1), and among them by their parts; no release has any, so
  that only a query that makes them pays for it.

IRIs and blank nodes have no kind, which goes before all (§15.1). What STR gives is a text, always: `ORDER BY STR(?x)`
is as it was, and several times as fast over many rows, since the engine computes the kind anew at each comparison.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from .tokenizer import Token, closing, mentions, words

_STRING: Final = "<http://www.w3.org/2001/XMLSchema#string>"
_KIND: Final = (
    'IF(isNumeric({0}),IF({0}={0},"1","2"),IF(isTRIPLE({0}),"~",IF(LANG({0})!=""||DATATYPE({0})='
    + _STRING
    + ',"3",CONCAT(STR(DATATYPE({0})),'
    'REPLACE(REPLACE(STR({0}),"(Z|[+-][0-9]{{2}}:[0-9]{{2}})$","+"),"[^PYMDTHS+]+","")))))'
)
_PARTS: Final = ("SUBJECT", "PREDICATE", "OBJECT")
# These are of one kind; what is another each time has no kind to go before it; EXISTS costs.
_LEFT_ALONE: Final = frozenset(("COUNT", "SUM", "AVG", "GROUP_CONCAT", "RAND", "UUID", "STRUUID", "BNODE", "EXISTS"))
_LONGEST: Final = 200  # characters of an expression, which stands in the query eight times more


class _Condition(NamedTuple):
    start: int
    end: int
    word: str
    expression: str


def with_total_order(query: str) -> str:
    """The same query, whose ORDER BY names the kind of each value before the value."""
    if not mentions(query, "ORDER"):
        return query
    every = words(query)
    pieces, at = list[str](), 0
    for place, word in enumerate(every):
        if not word.is_word("ORDER") or not every[place + 1 : place + 2] or not every[place + 1].is_word("BY"):
            continue
        for condition in _conditions(query, every, place + 2):
            keys = [_KIND.format(condition.expression)]
            if "<<" in query or mentions(query, "TRIPLE"):
                subject, predicate, value = (f"{part}({condition.expression})" for part in _PARTS)
                keys += [subject, predicate, _KIND.format(value)]
            pieces += [query[at : condition.start], *(f"{condition.word}({key}) " for key in keys)]
            at = condition.start
    return "".join([*pieces, query[at:]])


def _conditions(query: str, every: Sequence[Token], at: int) -> Iterator[_Condition]:
    """The conditions of an ORDER BY that starts at a word (§19.8), but for those that are left alone."""
    while at < len(every):
        first = every[at]
        if first.kind == "variable":
            yield _Condition(first.start, first.end, "ASC", first.text)
            at += 1
            continue
        if first.is_word("VALUES"):  # of the query, not a call
            return
        direction = first.text.upper() if first.is_word("ASC") or first.is_word("DESC") else ""
        bracket = at if first.is_sign("(") else at + 1
        if bracket >= len(every) or not every[bracket].is_sign("("):
            return
        end = closing(every, bracket)
        if end is None:
            return
        start = every[bracket].start if direction else first.start
        expression = query[start : every[end].end]
        inside = {word.text.upper() for word in every[at : end + 1] if word.kind == "word"}
        if not inside & _LEFT_ALONE and not first.is_word("STR") and len(expression) <= _LONGEST:
            yield _Condition(first.start, every[end].end, direction or "ASC", expression)
        at = end + 1

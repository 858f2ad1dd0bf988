"""A query as the engine reads it right, where it reads otherwise than SPARQL 1.1 has it.

- An expression of SELECT may use the name of one before it, of an aggregate too (§16.1.2); the engine takes that name
  for a variable that is not grouped. The expression stands in its place.
- GROUP_CONCAT is a simple literal of whatever its group holds (§18.5.1.7); the engine joins strings only, and gives
  nothing for IRIs and numbers. What is joined goes through STR.
- Tags of languages are in lower case (`language_tags`), and so are `true` and `false`, which may have any case (§19.8).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from .language_tags import with_tags
from .tokenizer import Token, mentions, words

_AGGREGATES: Final = ("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT")
_ANOTHER_EACH_TIME: Final = ("RAND", "UUID", "STRUUID", "BNODE")
_CAPITAL_TRUTH: Final = re.compile(r"(?!true|false)(?i:true|false)")
_LONGER: Final = 10_000  # characters by which names may lengthen a query: each may hold another twice


def for_engine(query: str) -> str:
    """The same query, with or without errors, in the words in which the engine reads it right."""
    query = _with_truth_values(with_tags(query))
    if not mentions(query, *_AGGREGATES):
        return query
    if mentions(query, "AS"):
        query = _with_expressions(query)
    if mentions(query, "GROUP_CONCAT"):
        query = _with_strings(query)
    return query


def _with_truth_values(query: str) -> str:
    if not _CAPITAL_TRUTH.search(query):
        return query
    pieces, at = list[str](), 0
    for word in words(query):
        if word.is_word("TRUE") or word.is_word("FALSE"):
            pieces += [query[at : word.start], word.text.lower()]
            at = word.end
    return "".join([*pieces, query[at:]])


def _with_strings(query: str) -> str:
    every = words(query)
    inserted = list[tuple[int, str]]()
    for at, word in enumerate(every):
        if not word.is_word("GROUP_CONCAT") or every[at + 1 : at + 2] == () or not every[at + 1].is_sign("("):
            continue
        first = at + 3 if every[at + 2 : at + 3] and every[at + 2].is_word("DISTINCT") else at + 2
        end = _end(every, first)
        if end is not None and end > first:
            inserted += [(every[first].start, "STR("), (every[end - 1].end, ")")]
    pieces, at = list[str](), 0
    for place, text in sorted(inserted):
        pieces += [query[at:place], text]
        at = place
    return "".join([*pieces, query[at:]])


def _end(every: Sequence[Token], first: int) -> int | None:
    """The word after an expression in brackets: what closes them, or the semicolon before the separator."""
    depth = 0
    for at in range(first, len(every)):
        word = every[at]
        if not depth and (word.is_sign(")") or word.is_sign(";")):
            return at
        depth += word.nesting
    return None


class _Item(NamedTuple):
    """An expression of SELECT with its name: the numbers of its first word and of `AS`."""

    first: int
    end: int
    name: str


def _with_expressions(query: str) -> str:
    every = words(query)
    pieces, at, longer = list[str](), 0, 0
    for select, word in enumerate(every):
        if not word.is_word("SELECT"):
            continue
        meanings = dict[str, str]()
        for item in _items(every, select + 1):
            inside = every[item.first : item.end]
            text, end = list[str](), inside[0].start
            for part in inside:
                meaning = meanings.get(part.text[1:]) if part.kind == "variable" else None
                if meaning is not None:
                    text += [query[end : part.start], meaning]
                    end = part.end
                    longer += len(meaning)
            text.append(query[end : inside[-1].end])
            if longer > _LONGER:
                return query
            expression = "".join(text)
            if end > inside[0].start:
                pieces += [query[at : inside[0].start], expression]
                at = inside[-1].end
            if not any(any(map(part.is_word, _ANOTHER_EACH_TIME)) for part in inside):
                meanings[item.name] = f"({expression})"
    return "".join([*pieces, query[at:]])


def _items(every: Sequence[Token], at: int) -> Iterator[_Item]:
    """The expressions of a SELECT, if it has an aggregate and no pattern."""
    items, has_aggregate = list[_Item](), False
    while at < len(every):
        word = every[at]
        if word.is_sign("("):
            end = _end(every, at + 1)
            if end is None or end - at < 4 or not every[end - 2].is_word("AS") or every[end - 1].kind != "variable":
                break
            inside = every[at + 1 : end - 2]
            if any(part.is_sign("{") for part in inside):
                return
            has_aggregate |= any(any(map(part.is_word, _AGGREGATES)) for part in inside)
            items.append(_Item(at + 1, end - 2, every[end - 1].text[1:]))
            at = end
        elif word.kind != "variable" and not word.is_word("DISTINCT") and not word.is_word("REDUCED"):
            break
        at += 1
    if has_aggregate:
        yield from items

"""Tags of languages as people write them: `LANG(?label) = "fr-BE"` finds what is published as `fr-be`.

Tags are the same in any case (BCP 47 §2.1.1), and in lower case in the data (RDF 1.1 §3.3), so LANG has them so. What a
query compares with LANG goes into lower case too: constants as they stand, variables through LCASE.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from .tokenizer import Token, closing, mentions, words

_CAPITAL_TAG: Final = re.compile(r"@[a-z-]*[A-Z]")
_TAG: Final = re.compile(r"([\"'])[A-Za-z0-9]{1,8}(?:-[A-Za-z0-9]{1,8})*-?\1")
_FUNCTIONS: Final = ("STRSTARTS", "STRENDS", "CONTAINS", "SAMETERM")
_SIGNS: Final = frozenset("=!<>")


def with_tags(query: str) -> str:
    """The same query with tags in lower case, in literals and where it compares with LANG."""
    if not mentions(query, "LANG") and not _CAPITAL_TAG.search(query):
        return query
    every = words(query)
    changes = dict[int, str]()
    for at, word in enumerate(every):
        if word.kind == "language":
            changes[at] = word.text.lower()
        elif word.is_word("LANG"):
            for other in _compared(every, at):
                changes[other] = _in_lower_case(every[other])
    pieces, end = list[str](), 0
    for at, text in sorted(changes.items()):
        pieces += [query[end : every[at].start], text]
        end = every[at].end
    return "".join([*pieces, query[end:]])


def _in_lower_case(word: Token) -> str:
    return word.text.lower() if word.kind == "string" else f"LCASE({word.text})"


def _compared(every: Sequence[Token], lang: int) -> Iterator[int]:
    """The constants and variables that a call of LANG is compared with."""
    first, end = _with_brackets(every, lang)
    if end is None:
        return
    after, before = end + 1, first - 1
    while _is_sign(every, after):
        after += 1
    if after > end + 1:
        yield from _operand(every, after)
    while _is_sign(every, before):
        before -= 1
    if before < first - 1:
        yield from _operand(every, before)
    yield from _members(every, end + 1)
    call = every[first - 2] if first > 1 and _is(every, first - 1, "(") else None
    if call and any(map(call.is_word, _FUNCTIONS)) and _is(every, end + 1, ","):
        yield from _operand(every, end + 2)


def _with_brackets(every: Sequence[Token], lang: int) -> tuple[int, int | None]:
    """The first and the last word of a call of LANG with the brackets, or STR, around it."""
    first, end = lang, _closing(every, lang + 1)
    while end is not None and _is(every, first - 1, "(") and _is(every, end + 1, ")"):
        call = every[first - 2] if first > 1 else None
        if call and call.kind in {"word", "iri", "prefixed"} and not call.is_word("STR"):
            break
        first, end = first - (2 if call and call.is_word("STR") else 1), end + 1
    return first, end


def _members(every: Sequence[Token], at: int) -> Iterator[int]:
    """The members of the list of IN, or NOT IN, there."""
    at += 1 if at < len(every) and every[at].is_word("NOT") else 0
    if at < len(every) and every[at].is_word("IN") and (last := _closing(every, at + 1)) is not None:
        for place in range(at + 2, last):
            yield from _operand(every, place)


def _operand(every: Sequence[Token], at: int) -> Iterator[int]:
    """The word there, if it is a tag or a variable alone."""
    if not 0 <= at < len(every):
        return
    word, following = every[at], every[at + 1] if at + 1 < len(every) else None
    is_typed = following is not None and (following.kind == "language" or _is(every, at + 1, "^"))
    is_tag = word.kind == "string" and _TAG.fullmatch(word.text) and not is_typed
    if word.kind == "variable" or is_tag:
        yield at


def _closing(every: Sequence[Token], opening: int) -> int | None:
    """What closes the round bracket there."""
    return closing(every, opening) if _is(every, opening, "(") else None


def _is(every: Sequence[Token], at: int, text: str) -> bool:
    return 0 <= at < len(every) and every[at].is_sign(text)


def _is_sign(every: Sequence[Token], at: int) -> bool:
    return 0 <= at < len(every) and every[at].kind == "other" and every[at].text in _SIGNS

"""The position of a syntax error. The engine reports how far its parser looked, which is past the error.

To see whether a keyword stands somewhere it reads as many characters as the longest keyword has: for
`FILTER (?x = ) }` it names a place past the end of the group. But a text that is right so far, and then ends in blanks,
has its error at the end only. So the error is in the first word that cannot be the last.
"""

import re
from collections.abc import Callable
from typing import Final

MOST: Final = 20_000  # characters of a query that is searched, which parses it some eighty times
_PLACE: Final = re.compile(r"\b(\d+):(\d+)\b")
_WORD: Final = re.compile(r"\S+")
_BLANKS: Final = " " * 64  # longer than any keyword
_LONGEST: Final = 64  # characters of a word that is searched letter by letter


def named_place(message: str) -> tuple[int, int]:
    """The line and column that a message of the parser names, from 1; zeros when it names none."""
    place = _PLACE.search(message)
    return (int(place[1]), int(place[2])) if place else (0, 0)


def unexpected(text: str, error: str, error_of: Callable[[str], str | None]) -> tuple[int, int, str]:
    """Line, column and first word of the error in a query; the word is empty where the query ends too early.

    Args:
        text: a query that has a syntax error.
        error: the message of the parser.
        error_of: the message of the parser for another text; None when that is right.
    """
    offset = min(error_offset(text, error_of), offset_of(text, *named_place(error)))
    word = _WORD.match(text, offset)
    return (*line_and_column(text, offset), word[0][:_LONGEST] if word else "")


def offset_of(text: str, line: int, column: int) -> int:
    """The offset of a line and a column, both counted from 1."""
    return sum(len(before) + 1 for before in text.split("\n")[: line - 1]) + column - 1


def error_offset(text: str, error_of: Callable[[str], str | None]) -> int:
    """The offset of the first word that is wrong in a query; the length of the query when it ends too early.

    Args:
        text: a query that has a syntax error.
        error_of: the message of the parser for a text; None when it is right.
    """

    def may_end(offset: int) -> bool:
        start = text[:offset] + _BLANKS
        error = error_of(start)
        return error is None or named_place(error) == line_and_column(start, len(start))

    words = [(match.start(), match.end()) for match in _WORD.finditer(text)]
    low, high = 0, len(words)  # every word before `low` is right; the one at `high` is not
    while low < high:
        middle = (low + high) // 2
        if may_end(words[middle][1]):
            low = middle + 1
        else:
            high = middle
    if low == len(words):
        return len(text.rstrip())
    start, end = words[low]
    letters = range(min(end - 1, start + _LONGEST), start, -1)
    return next((offset for offset in letters if may_end(offset)), start)


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """The line and column of an offset, both counted from 1."""
    before = text[:offset]
    return before.count("\n") + 1, offset - before.rfind("\n")

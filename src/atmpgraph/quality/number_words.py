"""Number words in the text of a shape: the words and how they are put together are tables, the shape only names them.

`number_words.csv` has the words by language and number; a stem stands only within a word, a multiple after a number.
`number_word_steps.csv` has what is rewritten, in order, until each number is a word of the table: ordinals, compounds,
tens. A shape says

    {words}                     all of them, as "|deux=2|three=3|…"
    {cardinal fr nl 2-9}        the words of a column in some languages for some numbers, as alternatives of a pattern
    {steps ordinal ?text}       the text, rewritten
"""

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent
_COLUMNS: Final = ("cardinal", "ordinal", "collective", "stem")
_ALTERNATIVES: Final = re.compile(r"\{(cardinal|ordinal|collective|stem|multiple)((?: [a-z]{2})+) (\d+)(?:-(\d+))?\}")
_STEPS: Final = re.compile(r"\{steps ([a-z]+) (\?\w+)\}")
_WORDS: Final = "{words}"


@cache
def _rows(name: str) -> list[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def with_number_words(text: str) -> str:
    """The text of a shape with the words in it."""
    text = _STEPS.sub(lambda step: _rewritten(*step.groups()), text)
    text = _ALTERNATIVES.sub(lambda named: "|".join(_words(*named.groups())), text)
    return text.replace(_WORDS, "".join(("|", *_entries()))) if _WORDS in text else text


def _rewritten(group: str, text: str) -> str:
    for step in _rows("number_word_steps.csv"):
        if step["group"] == group:
            text = f'REPLACE({text},\n            "{step["pattern"]}", "{step["becomes"]}")'
    return text


def _words(column: str, languages: str, first: str, last: str | None) -> Iterator[str]:
    words = (
        word
        for language in languages.split()
        for row in _rows("number_words.csv")
        if row["language"] == language and int(first) <= int(row["number"]) <= int(last or first)
        for word in row[column].split()
    )
    yield from dict.fromkeys(words)


def _entries() -> Iterator[str]:
    every = {
        word: row["number"] for row in _rows("number_words.csv") for column in _COLUMNS for word in row[column].split()
    }
    yield from (f"{word}={number}|" for word, number in every.items())

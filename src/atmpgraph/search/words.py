"""The words of a text as they are compared, without accents and in small letters; and the forms of names and
identifiers without what people leave out.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Final

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

LONGEST_NAME: Final = 200  # letters of a name that is compared as a whole
_LONGEST_WORD: Final = 120  # bytes, a long German one and more; longer ones are no words
_NAME_WORDS: Final = range(2, 9)  # words of a name that has initials
_SHORT: Final = 3  # letters; words like "de" and "von" may be left out of initials
_COUNTRY: Final = re.compile(r"^[a-z]{2}(?=\d)")
_LAST_PART: Final = re.compile(r"[^/=#:]+(?=[/=#:]*$)")
_PARTS: Final = re.compile(r"[/?&#]+")
# Up to three words without digits, and what has some: `TVA BE 0316 381 138`.
_LABELLED: Final = re.compile(r"\W*(?:[^\W\d_]{1,20}\W+){1,3}(?P<number>(?=.*\d).+)")
_GLUED: Final = re.compile(r"[^\W\d_]{3,10}(?P<number>\d[\d\W]{4,})")  # `CIK0001460602`
_FILE: Final = re.compile(r"\.[a-z]{2,6}$")  # of a name in an address: `Q574606.ttl`
_DIGIT: Final = re.compile(r"\d")
# Controls, marks of direction, halves of characters, what is no character.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


@dataclass(frozen=True)
class Word:
    """A folded word of a text, and where it stands there."""

    text: str
    start: int
    end: int


@cache
def analyzer() -> TextAnalyzer:
    """Takes a text apart, at build and at search alike."""
    builder = TextAnalyzerBuilder(Tokenizer.simple())
    for step in (Filter.lowercase(), Filter.ascii_fold(), Filter.remove_long(_LONGEST_WORD)):
        builder = builder.filter(step)
    return builder.build()


def clean(text: str) -> str:
    """A text as it is indexed and shown: composed (NFC), without what nobody sees, with single blanks."""
    if not text.isprintable():
        text = "".join(" " if unicodedata.category(each) in _UNSEEN else each for each in text)
    return " ".join(unicodedata.normalize("NFC", text).split())


def words(text: str) -> list[str]:
    """The folded words of a clean text."""
    return analyzer().analyze(text)


def places(text: str) -> list[Word]:
    """The folded words of a clean text, each with its place."""
    tokens = analyzer().pre_tokenize(text).tokens
    return [Word(token.text, token.char_offset_from, token.char_offset_to) for token in tokens]


def squeezed(folded: list[str]) -> str:
    """A name without blanks and marks: `CER Groupe` and `CERgroupe` are the same."""
    return "".join(folded)[:LONGEST_NAME]


def initials(folded: list[str]) -> set[str]:
    """The initials of a name: those of all words, and those of its long ones."""
    if len(folded) not in _NAME_WORDS:
        return set()
    every = "".join(word[0] for word in folded)
    long = "".join(word[0] for word in folded if len(word) > _SHORT)
    return {each for each in (every, long) if len(each) > 1}


def keys(identifier: str) -> set[str]:
    """The forms of an identifier that is compared: as a whole, and the last part of an address.

    Without blanks, dots, the letters of a country and zeros in front: `BE 0408.123.456` is `408123456`.
    """
    last = _LAST_PART.search(identifier)
    parts = {identifier, last[0] if last else identifier}
    return {key for part in parts if (key := _key(words(part)))}


def spellings(identifier: str) -> set[str]:
    """The forms of an identifier as anybody may write it: in any part of an address, behind the name of its registry.

    `ISNI 0000 0001 2348 6355`, `N° 0316.381.138` and `https://www.geonames.org/2785919/suarlee.html` have theirs.
    """
    forms = keys(identifier)
    if (parts := [part for part in _PARTS.split(identifier) if _DIGIT.search(part)]) != [identifier]:
        forms |= {key for part in parts for key in keys(part) | keys(_FILE.sub("", part))}
    elif match := _LABELLED.fullmatch(identifier) or _GLUED.fullmatch(identifier):
        forms |= keys(match["number"])
    return forms


def shortest(identifier: str) -> str:
    """An identifier without blanks, points and the address that it stands in; folded."""
    last = _LAST_PART.search(identifier)
    return squeezed(words(last[0] if last else identifier))


def country(identifier: str) -> str:
    """The letters of a country that a number starts with; empty for none."""
    folded = squeezed(words(identifier))
    return folded[:2] if _COUNTRY.match(folded) else ""


def numbers(text: str) -> set[str]:
    """The forms of the identifiers that a clean text may be or hold: words with digits, alone or side by side."""
    forms = keys(text)
    run: list[str] = []
    for word in [*text.split(), ""]:
        if _DIGIT.search(word):
            forms |= keys(word)
            run.append(word)
        elif run:
            forms |= keys(" ".join(run))
            run = []
    return forms


def _key(folded: list[str]) -> str:
    return _COUNTRY.sub("", squeezed(folded)).lstrip("0")

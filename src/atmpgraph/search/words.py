"""The words of a text as they are compared, without accents and in small letters; and the forms of names and
identifiers without what people leave out.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Final

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

LONGEST_NAME: Final = 200  # letters of a name that is compared as a whole
_LONGEST_WORD: Final = 120  # bytes, a long German one and more; longer ones are no words
FEWEST_INITIALS: Final = 3  # letters that may be the first initials of a longer name
_NAME_WORDS: Final = range(2, 13)  # words of a name that has initials
_SHORT: Final = 3  # letters; such words and small ones like "voor" may be left out of initials
_MOST_SHORT: Final = 4  # such words of a name of which each may be left out alone
_COUNTRY: Final = re.compile(r"^[a-z]{2}(?=\d)")
_LAST_PART: Final = re.compile(r"[^/=#:]+(?=[/=#:]*$)")
_PARTS: Final = re.compile(r"[/?&#]+")
# One to three words without digits, and what has some: `TVA BE 0316 381 138`, `GRID grid.4989.c`.
_LABELLED: Final = [re.compile(rf"\W*(?:[^\W\d_]{{1,20}}\W+){{{count}}}(?P<number>(?=.*\d).+)") for count in (1, 2, 3)]
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


@cache
def small_words() -> frozenset[str]:
    """The articles, prepositions and conjunctions that a name may have or not."""
    lines = Path(__file__).with_name("small_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def _long(folded: list[str]) -> list[str]:
    return [word for word in folded if len(word) > _SHORT and word not in small_words()]


def initials(folded: list[str]) -> set[str]:
    """The initials of a name: of all words, or without short ones: `INSERM` leaves out *de* and *la*, not *et*."""
    if len(folded) not in _NAME_WORDS:
        return set()
    short = set(folded).difference(_long(folded))
    counts = range(len(short) + 1) if len(short) <= _MOST_SHORT else (0, len(short))
    left_out = (set(each) for count in counts for each in combinations(sorted(short), count))
    every = ("".join(word[0] for word in folded if word not in each) for each in left_out)
    return {each for each in every if len(each) > 1}


def share_of_initials(first: str, every: Iterable[str]) -> float:
    """Which share of the shortest of some initials their first letters are; 0 for others, and for fewer than counts."""
    begun = [len(each) for each in every if each.startswith(first)]
    return len(first) / min(begun) if begun and len(first) >= FEWEST_INITIALS else 0.0


def shortened(folded: list[str]) -> set[str]:
    """A name's initials, alone and with long words behind them: `uzg`, `uzgent` of *Universitair Ziekenhuis Gent*."""
    if len(folded) not in _NAME_WORDS:
        return set()
    long = _long(folded)
    letters = "".join(word[0] for word in long)
    return initials(folded) | {squeezed([letters[:place], *long[place:]]) for place in range(1, len(long))}


def abridged(folded: list[str]) -> set[str]:
    """A name's initials but for one of a long word: `INRAE` leaves out *alimentation*, `NWO` *organisatie*."""
    letters = "".join(word[0] for word in _long(folded)) if len(folded) in _NAME_WORDS else ""
    if len(letters) <= FEWEST_INITIALS:
        return set()
    return {letters[:place] + letters[place + 1 :] for place in range(1, len(letters))}


def short_forms(folded: list[str]) -> set[str]:
    """All by which a name may be known for short."""
    return shortened(folded) | abridged(folded)


def as_shortened(folded: list[str]) -> set[str]:
    """What a name is among those that are shortened, if it is: `CHU de Lille` is `chudelille` or `chulille`."""
    long = _long(folded[1:])
    return {form for form in (squeezed(folded), squeezed([*folded[:1], *long]) if long else "") if len(form) > 1}


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
    else:
        for pattern in (*_LABELLED, _GLUED):
            if match := pattern.fullmatch(identifier):
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

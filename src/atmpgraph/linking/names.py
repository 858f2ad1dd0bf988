"""Names as they are compared: folded words, dotted letters joined, without legal form."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Final

from ..search.words import abridged, as_shortened, clean, initials, shortened, small_words, words

_FOLDER: Final = Path(__file__).parent
_UMLAUTS: Final = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Ø": "Oe", "Å": "Aa"}
)
_LONGEST_FORM: Final = 6  # words


def _lines(file: str) -> list[str]:
    """The lines of a list."""
    lines = (_FOLDER / file).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@cache
def _legal_forms() -> Mapping[tuple[str, ...], str]:
    """Each way to write a legal form, as its words, with the first way of the same form."""
    written = ([tuple(each.split()) for each in line.split(",")] for line in _lines("legal_forms.txt"))
    return {each: "".join(of_form[0]) for of_form in written for each in of_form}


@dataclass(frozen=True)
class Name:
    """A name, as its words."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "Name":
        """A name as anybody writes it."""
        return cls(_joined(words(clean(text))))

    @classmethod
    def spellings(cls, text: str) -> "list[Name]":
        """A name, and as it is written where there are no umlauts: `Jülich`, `Juelich`."""
        composed = clean(text)
        written = composed.translate(_UMLAUTS)
        return [cls.of(composed), *([cls.of(written)] if written != composed else [])]

    @cached_property
    def whole(self) -> str:
        """Its words with blanks between them."""
        return " ".join(self.words)

    @cached_property
    def squeezed(self) -> str:
        """Its letters alone."""
        return "".join(self.words)

    @cached_property
    def _parts(self) -> tuple[tuple[str, ...], frozenset[str]]:
        """The words without legal forms at the end and the beginning, and these forms."""
        rest, forms = self.words, set()
        for at_end in (True, False):
            while form := _form(rest, at_end):
                forms.add(_legal_forms()[form])
                rest = rest[: -len(form)] if at_end else rest[len(form) :]
        return rest, frozenset(forms)

    @cached_property
    def core(self) -> "Name":
        """The name without its legal form."""
        return Name(self._parts[0])

    @property
    def forms(self) -> frozenset[str]:
        """Its legal forms."""
        return self._parts[1]

    @cached_property
    def telling(self) -> tuple[str, ...]:
        """Its words but those that a name may leave out."""
        return tuple(word for word in self.words if word not in small_words())

    @cached_property
    def large(self) -> tuple[str, ...]:
        """The same, sorted."""
        return tuple(sorted(self.telling))

    @cached_property
    def initials(self) -> frozenset[str]:
        """Its initials: those of all words, and without short ones."""
        return frozenset(initials(list(self.words)))

    @cached_property
    def shortened(self) -> frozenset[str]:
        """What it may be shortened to: its initials, or those of its first words with the others behind them."""
        return frozenset(shortened(list(self.words)))

    @cached_property
    def abridged(self) -> frozenset[str]:
        """Its initials but for one."""
        return frozenset(abridged(list(self.words)))

    @cached_property
    def as_shortened(self) -> frozenset[str]:
        """What it is as the shortened form of a name."""
        return frozenset(as_shortened(list(self.words)))

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Its words that have a digit: two names that differ in one are of two things."""
        return frozenset(word for word in self.words if any(character.isdigit() for character in word))


def _joined(folded: list[str]) -> tuple[str, ...]:
    """Words, with those of a single letter that stand side by side as one: `U.L.B.` is `ulb`."""
    joined: list[str] = []
    run: list[str] = []
    for word in [*folded, ""]:
        if len(word) == 1 and word.isalpha():
            run.append(word)
            continue
        joined += ["".join(run)] if len(run) > 1 else run
        run = []
        joined += [word] if word else []
    return tuple(joined)


def _form(words_of: tuple[str, ...], at_end: bool) -> tuple[str, ...]:
    """The longest legal form at an end of a name that has other words too; empty for none."""
    for length in range(min(_LONGEST_FORM, len(words_of) - 1), 0, -1):
        part = words_of[-length:] if at_end else words_of[:length]
        if part in _legal_forms():
            return part
    return ()

"""How alike two names are, and why: one feature explains a score, so that a person can judge it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from ..search.words import share_of_initials
from .names import Name

Feature: TypeAlias = Literal[
    "identifier",
    "same",
    "legal_form",
    "joined",
    "order",
    "parts",
    "small_words",
    "spelling",
    "acronym",
    "other_form",
    "part",
]

# What each feature is worth, from 0 to 100; for the last ones, most.
WORTH: Final[dict[Feature, float]] = {
    "identifier": 100,
    "same": 100,
    "legal_form": 99,
    "joined": 98,
    "order": 97,
    "parts": 97,
    "small_words": 96,
    "spelling": 95,
    "acronym": 90,
    "other_form": 85,
    "part": 75,
}
# Those that are enough for a match without a person.
SAFE: Final[frozenset[Feature]] = frozenset(
    {"identifier", "same", "legal_form", "joined", "order", "parts", "small_words", "spelling"}
)
_ONE_ERROR, _TWO_ERRORS = 7, 11  # letters of a word that is the same with so many typing errors
_LENGTH: Final = 15.0  # of the score for some words in common, what the length of the names makes of it
_LEAST: Final = 30.0  # a score below it says nothing


@dataclass(frozen=True)
class Score:
    """How alike two names are.

    Attributes:
        value: from 0 to 100.
        feature: what makes them so.
    """

    value: float
    feature: Feature

    @property
    def is_safe(self) -> bool:
        """Whether the names are of one thing, as far as names can tell."""
        return self.feature in SAFE and self.value >= WORTH["spelling"]


def score(sought: Name, names: Sequence[Name]) -> Score:
    """How alike a name is to the best of the names of a thing."""
    best = max((_score(sought, name) for name in names), key=lambda each: each.value, default=Score(0, "part"))
    if not best.is_safe and _is_made_of(sought, names):
        return Score(WORTH["parts"], "parts")
    return best


def _score(one: Name, other: Name) -> Score:
    if feature := _equal(one, other):
        return Score(WORTH[feature], feature)
    if one.core.numbers == other.core.numbers and _is_misspelt(one.core.words, other.core.words):
        return Score(WORTH["spelling"], "spelling")
    return max(_likeness(one.core, other.core), _initials(one.core, other.core), key=lambda each: each.value)


def _initials(one: Name, other: Name) -> Score:
    """Whether one of two names is the other, shortened, or has its first initials: `UZ Gent`, `FWO` of `FWO-V`."""
    if one.as_shortened & other.shortened or other.as_shortened & one.shortened:
        return Score(WORTH["acronym"], "acronym")
    share = share_of_initials(one.squeezed, other.initials) if len(one.words) == 1 else 0.0
    letters = max(({one.squeezed} & other.abridged) | ({other.squeezed} & one.abridged), key=len, default="")
    share = max(share, len(letters) / (len(letters) + 1))
    return Score(round(WORTH["acronym"] * share, 1), "acronym")


def _equal(one: Name, other: Name) -> Feature | None:
    """Why two names are the same one, if they are; the first reason is the closest."""
    if one.words == other.words:
        return "same"
    if one.squeezed == other.squeezed:
        return "joined"
    if one.forms and other.forms and one.forms.isdisjoint(other.forms):
        return "other_form" if one.core.words == other.core.words else None
    reasons: Iterable[tuple[Feature, object, object]] = (
        ("legal_form", one.core.words, other.core.words),
        ("joined", one.core.squeezed, other.core.squeezed),
        ("order", sorted(one.core.words), sorted(other.core.words)),
        ("small_words", one.core.large, other.core.large),
    )
    return next((feature for feature, left, right in reasons if left and left == right), None)


def _is_misspelt(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two names differ by typing errors alone: in long words, where no other name is as close."""
    if len(one) != len(other):
        return False
    pairs = zip(one, other, strict=True)
    return all(left == right or OSA.distance(left, right) <= _errors(left, right) for left, right in pairs)


def _errors(one: str, other: str) -> int:
    length = min(len(one), len(other))
    return (length >= _ONE_ERROR) + (length >= _TWO_ERRORS)


def _is_made_of(sought: Name, names: Sequence[Name]) -> bool:
    """Whether a name is two names of one thing, side by side: in two languages, or one with its initials."""
    parts = {part for name in names for part in (name.words, name.core.words)}
    single = parts | {(letters,) for name in names for letters in name.initials}
    words = sought.core.words
    return any(
        words[:place] in single and words[place:] in single and not {words[:place], words[place:]}.isdisjoint(parts)
        for place in range(1, len(words))
    )


def _likeness(one: Name, other: Name) -> Score:
    """How alike two names are that are not the same."""
    similar = max(fuzz.ratio(one.whole, other.whole), fuzz.token_sort_ratio(one.whole, other.whole))
    most = WORTH["part"] - _LENGTH + _LENGTH * similar / 100  # the shorter of two names with the same words is closer
    contained = fuzz.token_set_ratio(one.whole, other.whole) * most / 100
    spelt = similar * (WORTH["spelling"] - 1) / 100  # never as much as what is safe
    value = round(max(spelt, contained), 1)
    return Score(value if value >= _LEAST else 0, "spelling" if spelt >= contained else "part")

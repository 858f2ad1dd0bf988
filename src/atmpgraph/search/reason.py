"""Why a thing is a hit: the name, identifier or text that has most of the words, with these marked."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz.distance import OSA

from .collect import Text
from .fields import NAMES, FieldName
from .query import Sought, Way, errors
from .words import Word, keys, places, short_forms, squeezed

_SHOWN: Final = 220  # characters of a long text
_BEFORE: Final = 60  # of them before the first marked word
_EXACT, _PREFIX, _SIMILAR = 1.0, 0.9, 0.5
_SEARCHED: Final = 4_000  # characters of a text that are looked at


@dataclass(frozen=True)
class Reason:
    """A text of a thing, and which parts of it match.

    Attributes:
        field: that has the text.
        language: of the text; empty for none.
        parts: the text in order, or a part of it: each piece, and whether it matches.
    """

    field: FieldName
    language: str
    parts: tuple[tuple[str, bool], ...]

    @property
    def text(self) -> str:
        """The text without marks."""
        return "".join(part for part, _ in self.parts)


def reason(sought: Sought, texts: Sequence[Text], way: Way, languages: Sequence[str] = ()) -> Reason:
    """The reason for which a thing is a hit; the first text where none is plain.

    Args:
        sought: what is searched.
        texts: of the thing.
        way: how closely the words are looked for.
        languages: of two texts that match as well, the one in the first of these.
    """
    best, most = Reason(texts[0].field, texts[0].language, (_cut(texts[0].text),)), 0.0
    for text in in_order(texts, languages):
        points, marks = _marks(sought, text, way)
        if points > most:
            best, most = Reason(text.field, text.language, tuple(_parts(text.text, marks))), points
    return best


def in_order(texts: Iterable[Text], languages: Sequence[str]) -> list[Text]:
    """Texts in the first of the languages, then in the others, then the rest."""
    order = list(languages)
    return sorted(texts, key=lambda text: order.index(text.language) if text.language in order else len(order))


def _marks(sought: Sought, text: Text, way: Way) -> tuple[float, list[tuple[int, int]]]:
    """How much of what is sought a text has, and where."""
    whole = [(0, len(text.text))]
    if text.field == "identifier":
        return (len(sought.words) + 2.0, whole) if keys(text.text) & sought.keys else (0, [])
    its = places(text.text[:_SEARCHED])
    folded = [word.text for word in its]
    if text.field in NAMES:
        if squeezed(folded) == sought.whole:
            return len(sought.words) + 1.0, whole
        if sought.as_shortened & short_forms(folded):
            return len(sought.words) + 0.5, whole
    points, marks = 0.0, list[tuple[int, int]]()
    for word in sought.words:
        closest = max(((_closeness(word, each.text, way), -place) for place, each in enumerate(its)), default=(0.0, 0))
        if closest[0]:
            points += closest[0]
            marks += _marked(its, word, closest[0], way)
    return points, sorted(set(marks))


def _marked(its: list[Word], word: str, closeness: float, way: Way) -> Iterator[tuple[int, int]]:
    """The places of the words that are as close as the closest."""
    for each in its:
        if _closeness(word, each.text, way) >= closeness:
            beginning = word != each.text and each.text.startswith(word) and each.end - each.start == len(each.text)
            yield each.start, each.start + len(word) if beginning else each.end


def _closeness(word: str, other: str, way: Way) -> float:
    if word == other:
        return _EXACT
    if len(word) > 1 and other.startswith(word):
        return _PREFIX
    most = errors(word) if way is not Way.ALL else 0
    return _SIMILAR if most and OSA.distance(word, other, score_cutoff=most) <= most else 0.0


def _parts(text: str, marks: list[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    """A text with its marks; of a long one what is around the first."""
    start, end = _window(text, marks[0][0])
    if start:
        yield "…", False
    place = start
    for first, last in marks:
        if place <= first and last <= end:
            if first > place:
                yield text[place:first], False
            yield text[first:last], True
            place = last
    if place < end:
        yield text[place:end], False
    if end < len(text):
        yield "…", False


def _window(text: str, first: int) -> tuple[int, int]:
    """The part of a text that is shown: whole words around a place."""
    if len(text) <= _SHOWN:
        return 0, len(text)
    start = 0 if first <= _BEFORE else text.rfind(" ", 0, first - _BEFORE) + 1
    if first - start > _SHOWN // 2:  # a very long word
        start = first - _BEFORE
    end = text.rfind(" ", start, start + _SHOWN)
    return start, len(text) if start + _SHOWN >= len(text) else end if end > first else start + _SHOWN


def _cut(text: str) -> tuple[str, bool]:
    _, end = _window(text, 0)
    return text[:end] + ("…" if end < len(text) else ""), False

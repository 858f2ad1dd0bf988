"""What a name or an identifier of others means: candidates with a score and its reasons, and which one is a match."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias

from ..search import Candidate, Searcher
from ..search.collect import Text
from ..search.fields import NAMES
from ..search.words import clean, keys, spellings, words
from ..store import Store
from .names import Name
from .properties import Property, Value, texts, values
from .score import Score, score

Strictness: TypeAlias = Literal["any", "all", "should"]

_COMPARED: Final = 10  # candidates of the index for each way to write a name
_GAP: Final = 3.0  # by which a match is ahead of all others
_SHORTEST_IDENTIFIER: Final = 6  # characters of one that is given in place of a name; a year is none
_OTHER_IDENTIFIER: Final = 50.0  # most that a thing with another identifier in the same registry gets
_OTHER_VALUE: Final = 0.85  # what another value of a property leaves of a score


@dataclass(frozen=True)
class Sought:
    """What somebody looks for.

    Attributes:
        text: a name or an identifier; may be empty where there are properties.
        types: IRIs of classes.
        strictness: whether it must have any or all of them, or should have one.
        values: of properties, as texts.
        limit: most candidates.
    """

    text: str
    types: tuple[str, ...] = ()
    strictness: Strictness = "any"
    values: Mapping[Property, tuple[str, ...]] = field(default_factory=dict)
    limit: int = 5


@dataclass(frozen=True)
class Match:
    """A thing that may be meant.

    Attributes:
        iri, kind: of the thing.
        texts: its names and other texts.
        score: from 0 to 100.
        features: the reasons: each with what it is worth.
        is_match: nothing else can be meant.
    """

    iri: str
    kind: str
    texts: tuple[Text, ...]
    score: float
    features: Mapping[str, float]
    is_match: bool = False


@dataclass(frozen=True)
class _Judged:
    match: Match
    is_safe: bool


def matches(searcher: Searcher, store: Store, sought: Sought, start: str = "") -> list[Match]:
    """The things that may be meant, the likeliest first; the first is a match where no doubt is left.

    Args:
        searcher: of the names.
        store: of the values of properties.
        sought: what is looked for.
        start: of the IRIs of the things that count.
    """
    candidates = [each for each in _candidates(searcher, sought) if each.iri.startswith(start)]
    judged = _with_values(store, sought, [_judge(sought, each) for each in candidates])
    judged.sort(key=lambda each: (-each.match.score, each.match.iri))
    if judged and judged[0].is_safe and (len(judged) == 1 or judged[0].match.score - judged[1].match.score >= _GAP):
        judged[0] = replace(judged[0], match=replace(judged[0].match, is_match=True))
    return [each.match for each in judged[: sought.limit] if each.match.score > 0]


def _candidates(searcher: Searcher, sought: Sought) -> Iterable[Candidate]:
    """The things that the index has for the name, with and without legal form, and for each identifier."""
    ways, limit = _ways(sought.text), max(_COMPARED, sought.limit)
    identifiers = [text for wanted, its in sought.values.items() if wanted.is_identifier for text in its]
    identified = {each.iri: each for text in identifiers for each in searcher.with_identifier(text, limit)}
    identified |= {each.iri: each for each in searcher.with_iri(sought.text.strip())}
    typed = identified | {each.iri: each for way in ways for each in _of_types(searcher, way, sought)}
    if typed or sought.strictness != "should":
        return typed.values()
    return {each.iri: each for way in ways for each in searcher.candidates(way, None, limit)}.values()


def _ways(text: str) -> list[str]:
    """A name as it is written, and with dotted letters joined and without legal form where that makes another."""
    name = Name.of(text)
    by_words = {" ".join(words(clean(each))): each for each in (name.core.whole, name.whole, text)}
    return [each for folded, each in by_words.items() if folded]


def _of_types(searcher: Searcher, text: str, sought: Sought) -> Iterable[Candidate]:
    limit = max(_COMPARED, sought.limit)
    if not sought.types:
        return searcher.candidates(text, None, limit)
    of_types = [{each.iri: each for each in searcher.candidates(text, kind, limit)} for kind in sought.types]
    if sought.strictness == "all":
        common = set(of_types[0]).intersection(*of_types[1:])
        return [each for iri, each in of_types[0].items() if iri in common]
    return {iri: each for of_kind in of_types for iri, each in of_kind.items()}.values()


def _judge(sought: Sought, candidate: Candidate) -> _Judged:
    """A candidate with the score of its best name; an identifier that is given wins."""
    names = [text for text in candidate.texts if text.field in NAMES] or list(candidate.texts[:1])
    written = [spelt for name in names for spelt in Name.spellings(name.text)]
    scores = (score(spelt, written) for spelt in Name.spellings(sought.text))
    best = max(scores, key=lambda each: each.value)
    if candidate.iri == sought.text.strip() or _has_identifier(sought.text, candidate.texts):
        best = Score(100.0, "identifier")
    features: dict[str, float] = {best.feature: best.value} if best.value else {}
    match = Match(candidate.iri, candidate.kind, candidate.texts, best.value, features)
    return _Judged(match, best.is_safe)


def _has_identifier(text: str, of: Iterable[Text]) -> bool:
    """Whether a text is, as a whole or as an address, an identifier of a thing."""
    wanted = {key for key in keys(clean(text)) if len(key) >= _SHORTEST_IDENTIFIER and not key.isalpha()}
    return any(wanted & keys(each.text) for each in of if each.field == "identifier")


def _with_values(store: Store, sought: Sought, judged: list[_Judged]) -> list[_Judged]:
    """The candidates, judged by the values of properties too."""
    for wanted, given in sought.values.items():
        its = values(store, [each.match.iri for each in judged], wanted)
        judged = [_compared(each, wanted, given, its.get(each.match.iri, ())) for each in judged]
    return judged


def _compared(judged: _Judged, wanted: Property, given: Sequence[str], its: Sequence[Value]) -> _Judged:
    """A candidate with what one property says of it; nothing where it has no value of it."""
    if not its:
        return judged
    match = judged.match
    same = _same_identifier(given, texts(its)) if wanted.is_identifier else _same_value(given, texts(its))
    if wanted.is_identifier:
        value, is_safe = (100.0, True) if same else (min(match.score, _OTHER_IDENTIFIER), False)
    else:
        value, is_safe = (match.score, judged.is_safe) if same else (match.score * _OTHER_VALUE, False)
    features = {**match.features, wanted.name: 100.0 if same else 0.0}
    return _Judged(replace(match, score=round(value, 1), features=features), is_safe)


def _same_identifier(given: Iterable[str], its: Iterable[str]) -> bool:
    forms = {key for value in its for key in keys(value)}
    return any(not forms.isdisjoint(spellings(clean(value))) for value in given)


def _same_value(given: Iterable[str], its: Iterable[str]) -> bool:
    return not _forms(given).isdisjoint(_forms(its))


def _forms(values_of: Iterable[str]) -> set[str]:
    """The forms of values that are compared: an IRI also by its end, such as `BEL` of a country."""
    ends = (part for value in values_of for part in (value, value.rstrip("/").rpartition("/")[2]))
    return {form for part in ends if (form := Name.of(part).squeezed)}

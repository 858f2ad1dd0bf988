"""Which of our organisations a record may be: by identifier, by the same name, by a similar one; each with the reasons.

Ours are in an index; theirs pass by. A name is compared only with those that share a word or the beginning of one that
few of ours have, so that the work does not grow with both.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz

from ..i18n import message
from ..linking.names import Name
from .records import ADDRESS, Record

MOST_CANDIDATES: Final = 5  # of one organisation
_LONGEST_NAME: Final = 300  # characters that are compared
_BEGINNING: Final = 5  # letters of a word that are enough to compare
_COMMON: Final = 0.02  # of ours that have a word; more say nothing
_FEWEST: Final = 50
_MOST_COMPARED: Final = 200  # of ours for one name
_SIMILAR: Final = 82  # ratio
_BY_IDENTIFIER, _BY_NAME, _BY_SHORT_NAME, _MOST_SIMILAR = 100, 95, 75, 90
_OTHER_COUNTRY: Final = 25
_SHORT: Final = 5  # letters of a name that many may have

IDENTIFIER: Final = message("same identifier: {value}")
NAME: Final = message("same name: {value}")
SIMILAR: Final = message("similar name: {value}")
COUNTRY: Final = message("same country")
OTHER_COUNTRY: Final = message("another country")
Reason = tuple[str, str]  # the sentence, and its value


@dataclass(frozen=True)
class Organisation:
    """One of ours.

    Attributes:
        slug: its key in the tables.
        names: in any language.
        country: its code of two letters, if it is known.
        identifiers: each with the code of its registry, and each address that it is linked with.
    """

    slug: str
    names: tuple[str, ...]
    country: str = ""
    identifiers: frozenset[tuple[str, str]] = frozenset()

    def admits(self, record: Record) -> bool:
        """Whether a record is news: nobody has said which one of its registry this is."""
        if record.scheme:
            return not any(scheme == record.scheme for scheme, _ in self.identifiers)
        return (ADDRESS, record.key) not in self.identifiers


@dataclass(frozen=True, order=True)
class Match:
    """A record that may be one of ours; those of the same score by the key of the record."""

    score: int
    key: str
    record: Record = field(compare=False)
    reasons: tuple[Reason, ...] = field(compare=False)


@lru_cache(65_536)
def name_words(name: str) -> tuple[str, ...]:
    """The words of a name as they are compared: folded, without legal form and small words, S.A. as SA."""
    whole = Name.of(name[:_LONGEST_NAME])
    return whole.core.telling or whole.words


def compact(identifier: str) -> str:
    """An identifier without what people write it with."""
    return "".join(filter(str.isalnum, identifier)).lower()


class Matcher:
    """Compares records with our organisations, and keeps the best of each."""

    def __init__(self, organisations: Iterable[Organisation], least: int) -> None:
        """Index ours.

        Args:
            organisations: all of them.
            least: the lowest score of a candidate, up to 100.
        """
        self._ours, self._least = list(organisations), least
        self._identifiers: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        self._names: defaultdict[str, list[int]] = defaultdict(list)
        self._parts: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
        self._best: defaultdict[int, list[Match]] = defaultdict(list)
        for number, ours in enumerate(self._ours):
            for scheme, value in ours.identifiers:
                self._identifiers[scheme, compact(value)].append(number)
            for name in dict.fromkeys(" ".join(name_words(name)) for name in ours.names):
                self._names[name].append(number)
                for part in _parts(name):
                    self._parts[part].append((number, name))
        most = min(max(len(self._ours) * _COMMON, _FEWEST), _MOST_COMPARED)
        counts = {part: len({number for number, _ in its}) for part, its in self._parts.items()}
        self._parts = defaultdict(list, {part: its for part, its in self._parts.items() if counts[part] <= most})

    def add(self, record: Record) -> None:
        """Compare a record with ours."""
        scores: dict[int, int] = {}
        reasons: defaultdict[int, dict[Reason, None]] = defaultdict(dict)

        def note(number: int, score: int, reason: Reason) -> None:
            scores[number] = max(scores.get(number, 0), score)
            reasons[number][reason] = None

        for scheme, value in record.identifiers:
            for number in self._identifiers.get((scheme, compact(value)), ()):
                note(number, _BY_IDENTIFIER, (IDENTIFIER, f"{scheme} {value}"))
        for name in record.names:
            folded = " ".join(name_words(name))
            if same := self._names.get(folded):
                for number in same:
                    note(number, _BY_SHORT_NAME if len(folded) <= _SHORT else _BY_NAME, (NAME, name))
            elif len(folded) > _SHORT:
                for number, ratio in self._similar(folded).items():
                    note(number, round(ratio * _MOST_SIMILAR / 100), (SIMILAR, name))
        for number, score in scores.items():
            self._keep(number, score, record, list(reasons[number]))

    def _similar(self, name: str) -> Mapping[int, float]:
        """Those of ours with a name like it, and how alike they are, up to 100."""
        shared = Counter(pair for part in _parts(name) for pair in self._parts.get(part, ()))
        ratios: dict[int, float] = {}
        for (number, ours), _ in shared.most_common(_MOST_COMPARED):
            ratio = fuzz.token_sort_ratio(name, ours, score_cutoff=_SIMILAR)
            if ratio > ratios.get(number, 0):
                ratios[number] = ratio
        return ratios

    def _keep(self, number: int, score: int, record: Record, reasons: list[Reason]) -> None:
        """Keep a candidate if it is among the best of one of ours."""
        ours = self._ours[number]
        if ours.country and record.country:
            same = ours.country == record.country
            reasons.append((COUNTRY if same else OTHER_COUNTRY, ""))
            if not same and score < _BY_IDENTIFIER:
                score -= _OTHER_COUNTRY
        if score < self._least or not ours.admits(record):
            return
        best = self._best[number]
        if any(match.key == record.key for match in best):
            return
        heapq.heappush(best, Match(score, record.key, record, tuple(reasons)))
        if len(best) > MOST_CANDIDATES:
            heapq.heappop(best)

    def candidates(self) -> list[tuple[Organisation, Match]]:
        """The best of each of ours, the best first."""
        return [
            (self._ours[number], match)
            for number in sorted(self._best, key=lambda number: self._ours[number].slug)
            for match in sorted(self._best[number], key=lambda match: (-match.score, match.key))
        ]


def _parts(name: str) -> set[str]:
    """The words of a name, and the beginnings of long ones, which a wrong letter later on does not change."""
    folded = [word for word in name.split() if len(word) > 1]
    return {*folded, *(f"{word[:_BEGINNING]}-" for word in folded if len(word) > _BEGINNING)}

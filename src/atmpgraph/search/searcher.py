"""Searching the index of a release: read-only, mapped into memory, shared by threads and processes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from rapidfuzz import fuzz
from tantivy import Query
from tantivy import Searcher as IndexSearcher

from ..release.release import Release
from .collect import Text
from .fields import NAMES
from .index import WEIGHT, entry_of, open_index, schema
from .query import Sought, Way, of_class
from .reason import Reason, in_order, reason
from .words import as_shortened, clean, keys, share_of_initials, short_forms, spellings, words

_MOST_KINDS: Final = 100
_OPEN: Final = 4  # indexes that stay open: those of the release that is served, and of some before it
_COMPARED: Final = 3  # hits that are compared with a name for each candidate that is wanted
_SWAPPED: Final = 0.95  # what a name with its words in another order is worth
_INITIALS: Final = 90.0  # what initials are worth
_CLOSE: Final = 90.0  # how alike a name must be for the words to be looked for no less closely


@dataclass(frozen=True)
class Hit:
    """A thing that a search finds.

    Attributes:
        iri: of the thing.
        kind: the IRI of the class that it is listed under; empty where it has none.
        score: the higher, the better it matches; to be compared within one search only.
        texts: its names and other texts.
    """

    iri: str
    kind: str
    score: float
    texts: tuple[Text, ...]
    _sought: Sought
    _way: Way

    def reason(self, languages: Sequence[str]) -> Reason:
        """The text for which a search finds it: of several that match as well, one in the first of these languages."""
        return reason(self._sought, self.texts, self._way, languages)

    def name(self, languages: Sequence[str]) -> Text:
        """Its name, in the first of these languages that it has one in; else its first text."""
        names = [text for text in self.texts if text.field == "name"] or list(self.texts)
        return in_order(names, languages)[0]


@dataclass(frozen=True)
class Results:
    """A page of what a search finds.

    Attributes:
        way: how closely the words were looked for: the closest way that finds anything.
        kinds: how many things of each kind there are, the most first.
        count: of things, of the wanted kind alone.
        hits: the best of them, from the place that was asked for.
    """

    way: Way
    kinds: Mapping[str, int]
    count: int
    hits: tuple[Hit, ...]


@dataclass(frozen=True)
class Candidate:
    """A thing that a name may mean.

    Attributes:
        iri, kind: of the thing.
        score: from 0 to 100, how alike the names are.
        name: of its names the one that is most alike.
        texts: its names and other texts.
    """

    iri: str
    kind: str
    score: float
    name: Text
    texts: tuple[Text, ...] = ()


class Searcher:
    """An open index. It has no lock and no state of its own."""

    def __init__(self, folder: Path) -> None:
        """Open an index that nobody writes into any more."""
        self._index: IndexSearcher = open_index(folder)

    @property
    def things(self) -> int:
        """How many things are searched."""
        return self._index.num_docs

    def kinds(self) -> dict[str, int]:
        """How many things of each kind are searched, the most first."""
        return self._kinds(Query.all_query())

    def search(self, text: str, kind: str | None = None, *, first: int = 0, limit: int = 25) -> Results:
        """Search for what a person typed, which may be anything.

        Args:
            text: words, a name or an identifier.
            kind: the IRI of the kind of things that are wanted; None for all.
            first: the place of the first hit that is wanted, from 0.
            limit: most hits.
        """
        sought = Sought.of(text)
        for way in Way:
            query = sought.query(schema(), way)
            kinds = self._kinds(query)
            if kinds:
                break
        wanted = query if kind is None else of_class(schema(), "kind", kind, query)
        count = sum(kinds.values()) if kind is None else kinds.get(kind, 0)
        hits = self._hits(wanted, first, limit) if first < count else []
        shown = (Hit(iri, its, score, texts, sought, way) for score, iri, its, texts in hits)
        return Results(way, kinds, count, tuple(shown))

    def candidates(self, text: str, kind: str | None = None, limit: int = 5) -> list[Candidate]:
        """The things that a name or identifier may mean, the likeliest first.

        Args:
            text: as others write it.
            kind: the IRI of a class that they must have; None for any.
            limit: most candidates.
        """
        sought, alike = Sought.of(text), dict[str, Candidate]()
        for way in Way:
            query = sought.query(schema(), way, names_only=True)
            wanted = query if kind is None else of_class(schema(), "class", kind, query)
            for _, iri, of, texts in self._hits(wanted, 0, _COMPARED * limit):
                alike[iri] = alike.get(iri) or _candidate(sought, iri, of, texts)
            if any(each.score >= _CLOSE for each in alike.values()):
                break
        return sorted(alike.values(), key=lambda each: (-each.score, each.iri))[:limit]

    def with_identifier(self, text: str, limit: int = 5) -> list[Candidate]:
        """The things that have an identifier, in any spelling, by IRI.

        Args:
            text: the identifier as others write it, or an address that has it.
            limit: most things.
        """
        return self._with_keys(sorted(filter(None, spellings(clean(text)))), limit)

    def with_iri(self, iri: str) -> list[Candidate]:
        """The thing with an IRI, as a list of one; empty where there is none."""
        return self._with_keys([iri], 1) if ":" in iri else []  # no form of an identifier has a colon

    def _with_keys(self, forms: list[str], limit: int) -> list[Candidate]:
        hits = self._hits(Query.term_set_query(schema(), "key", forms), 0, limit) if forms else []
        things = [Candidate(iri, kind, 100.0, texts[0], texts) for _, iri, kind, texts in hits]
        return sorted(things, key=lambda each: each.iri)

    def _kinds(self, query: Query) -> dict[str, int]:
        terms = {"kinds": {"terms": {"field": "kind", "size": _MOST_KINDS}}}
        buckets = self._index.aggregate(query, terms)["kinds"]["buckets"]
        return {bucket["key"]: bucket["doc_count"] for bucket in buckets}

    def _hits(self, query: Query, first: int, limit: int) -> list[tuple[float, str, str, tuple[Text, ...]]]:
        """Score, IRI, kind and texts of the best."""
        hits = []
        for score, address in self._index.search(query, limit, count=False, offset=first, weight_by_field=WEIGHT).hits:
            entry = entry_of(self._index, address)
            hits.append((score, entry.iri, entry.kind, entry.texts))
        return hits


def _candidate(sought: Sought, iri: str, kind: str, texts: tuple[Text, ...]) -> Candidate:
    names = [text for text in texts if text.field in NAMES] or [texts[0]]
    written = " ".join(words(sought.text))
    scored = [(_likeness(written, " ".join(words(name.text))), -place) for place, name in enumerate(names)]
    score, place = max((max(value, _as_initials(sought, names[-place])), place) for value, place in scored)
    if any(keys(text.text) & sought.keys for text in texts if text.field == "identifier"):
        score = 100.0
    return Candidate(iri, kind, round(score, 1), names[-place], texts)


def _as_initials(sought: Sought, name: Text) -> float:
    """What it is worth that one of two names begins with initials of the other, or with the first of them."""
    folded = words(name.text)
    forms = short_forms(folded)
    if sought.as_shortened & forms or as_shortened(folded) & sought.short_forms:
        return _INITIALS
    return _INITIALS * share_of_initials(sought.whole, forms)


def _likeness(one: str, other: str) -> float:
    return max(fuzz.ratio(one, other), _SWAPPED * fuzz.token_sort_ratio(one, other))


@lru_cache(_OPEN)
def _open(folder: Path, _: str) -> Searcher:
    """An index, opened again when its files are others."""
    return Searcher(folder)


def searcher_of(release: Release) -> Searcher | None:
    """What searches a release; None for one that an earlier version made without an index.

    Raises:
        DamagedError: a file of the index is not whole.
    """
    folder = release.folder.search
    state = release.state_of(folder)
    return _open(folder, state) if state else None

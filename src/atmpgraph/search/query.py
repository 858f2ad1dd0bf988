"""What is asked of the index: words, never a language, so no text is refused; and three ways to look, closest first.

Queries are put together from parts that tantivy calculates with, so nothing is parsed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from math import ceil
from typing import Final

from tantivy import Occur, Query, Schema

from .words import FEWEST_INITIALS, as_shortened, clean, numbers, short_forms, squeezed, words

MOST_WORDS: Final = 24  # of a text that is searched; more words narrow it no further
_ONE_ERROR, _TWO_ERRORS = 4, 8  # letters of a word that may have so many typing errors
_SHORTEST_PREFIX: Final = 2  # letters; all but a few words begin with a single one
_SHORTEST_WHOLE: Final = (
    4  # letters of a name without blanks that is compared as a whole, with errors or as a beginning
)
# What a match is worth: constant, or times what the rarity of the word makes it.
_WHOLE, _KEY, _INITIALS, _BEGINNING, _WHOLE_SIMILAR = 100.0, 100.0, 40.0, 15.0, 30.0
_WORD = {"name": 4.0, "text": 1.0}
_PREFIX = {"name": 3.0, "text": 0.3}
_SIMILAR = {"name": 1.5, "text": 0.2}


class Way(Enum):
    """How closely the words of a text are looked for."""

    ALL = "all"  # all words, or words that begin with them
    SIMILAR = "similar"  # all words, with typing errors
    SOME = "some"  # half of the words, in names with typing errors


def errors(word: str) -> int:
    """How many typing errors a word may have."""
    return (len(word) >= _ONE_ERROR) + (len(word) >= _TWO_ERRORS)


@dataclass(frozen=True)
class Sought:
    """A text that is searched."""

    text: str

    @classmethod
    def of(cls, text: str) -> "Sought":
        """Whatever a person typed."""
        return cls(clean(text))

    @cached_property
    def words(self) -> list[str]:
        """Its folded words, each once."""
        return list(dict.fromkeys(words(self.text)))[:MOST_WORDS]

    @cached_property
    def whole(self) -> str:
        """Its letters without blanks."""
        return squeezed(words(self.text))

    @cached_property
    def keys(self) -> set[str]:
        """The identifiers that it may hold."""
        return numbers(self.text)

    @cached_property
    def as_shortened(self) -> set[str]:
        """What it is as the shortened form of a name."""
        return as_shortened(words(self.text))

    @cached_property
    def short_forms(self) -> set[str]:
        """What it may be shortened to."""
        return short_forms(words(self.text))

    def query(self, schema: Schema, way: Way, *, names_only: bool = False) -> Query:
        """The query for one way to look; in names and identifiers alone, or in other texts too."""
        fields = ("name",) if names_only else tuple(_WORD)
        each = [_word(schema, word, way, fields) for word in self.words]
        if way is Way.SOME:
            parts = Query.boolean_query([(Occur.Should, word) for word in each], max(ceil(len(each) / 2), 1))
        else:
            parts = Query.boolean_query([(Occur.Must, word) for word in each])
        as_a_whole = [*self._as_a_whole(schema, way), *(self._as_initials(schema) if names_only else ())]
        wholes = [(Occur.Should, query) for query in as_a_whole]
        return Query.boolean_query([(Occur.Should, parts), *wholes]) if each else Query.empty_query()

    def _as_a_whole(self, schema: Schema, way: Way) -> Iterator[Query]:
        """Names, identifiers and initials that the text is."""
        yield Query.const_score_query(Query.term_query(schema, "whole", self.whole), _WHOLE)
        yield Query.const_score_query(Query.term_set_query(schema, "initials", sorted(self.as_shortened)), _INITIALS)
        yield Query.const_score_query(Query.term_set_query(schema, "key", sorted(self.keys)), _KEY)
        if len(self.whole) >= _SHORTEST_WHOLE and way is not Way.ALL:
            yield Query.const_score_query(_beginning(schema, "whole", self.whole), _BEGINNING)
            similar = Query.fuzzy_term_query(schema, "whole", self.whole, errors(self.whole))
            yield Query.const_score_query(similar, _WHOLE_SIMILAR)

    def _as_initials(self, schema: Schema) -> Iterator[Query]:
        """Names that the initials of the text are, or whose initials it begins."""
        yield Query.const_score_query(Query.term_set_query(schema, "whole", sorted(self.short_forms)), _INITIALS)
        if len(self.whole) >= FEWEST_INITIALS:
            yield Query.const_score_query(_beginning(schema, "initials", self.whole), _BEGINNING)


def of_class(schema: Schema, field: str, iri: str, query: Query) -> Query:
    """A query for the things of a kind, or of a class, alone."""
    only = Query.const_score_query(Query.term_query(schema, field, iri), 0)
    return Query.boolean_query([(Occur.Must, query), (Occur.Must, only)])


def _word(schema: Schema, word: str, way: Way, fields: Iterable[str]) -> Query:
    parts = []
    for field in fields:
        parts.append(Query.boost_query(Query.term_query(schema, field, word, "freq"), _WORD[field]))
        if way is Way.SOME and field == "text":
            continue
        if len(word) >= _SHORTEST_PREFIX:
            parts.append(Query.const_score_query(_beginning(schema, field, word), _PREFIX[field]))
        if way is not Way.ALL and errors(word):
            similar = Query.fuzzy_term_query(schema, field, word, errors(word))
            parts.append(Query.const_score_query(similar, _SIMILAR[field]))
    return Query.disjunction_max_query(parts)


def _beginning(schema: Schema, field: str, start: str) -> Query:
    return Query.fuzzy_term_query(schema, field, start, 0, prefix=True)

"""Where in a query a statement can take part, and what else a solution must match where it does.

A solution comes or goes only if a statement that came or went takes part in it: in one of its triple patterns, those of
OPTIONAL, MINUS and EXISTS too. What is joined with that pattern must be matched as well, so most statements that match
a pattern take part in nothing. Steps of property paths count as patterns.

Each place names less than the query asks: filters are left out, and so is what is not certain. So a statement that
takes part is never missed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from typing import Final, TypeAlias

from ...code_cache import CodeCache
from .matching import Pattern

# Subject, predicate or path, and object, as texts of SPARQL.
Triple: TypeAlias = tuple[str, str, str]
IS_BLANK: Final = "isBlank"  # in the place of a predicate: a condition on the subject
IS: Final = "sameTerm"  # the same, on both

# A publication has a hundred queries; to parse one takes 20 ms, and the processes of a build would each parse them.
_PLACES: Final = CodeCache("places", __file__, 1_000, version("rdflib"))


@dataclass(frozen=True)
class Place:
    """A triple pattern of a query.

    Attributes:
        triple: the pattern; its predicate is no path.
        others: patterns that each solution in which it takes part matches too.
        alone: whether only solutions with the same values of its variables come or go.
    """

    triple: Triple
    others: tuple[Triple, ...] = ()
    alone: bool = True

    @property
    def pattern(self) -> Pattern:
        """What a statement must be to match it."""
        subject, predicate, value = (each.encode() if each.startswith("<") else None for each in self.triple)
        return subject, predicate, value

    def joined(self, others: Sequence[Triple]) -> "Place":
        """The same where other patterns are joined with the query."""
        return Place(self.triple, (*self.others, *others), self.alone)


@lru_cache(maxsize=512)
def places(text: str, base: str | None = None) -> tuple[Place, ...] | None:
    """Where statements can take part in a query; None where any may matter, or where this cannot be told."""
    return _PLACES.get(f"{base}\n{text}", lambda: _places(text, base))


def _places(text: str, base: str | None) -> tuple[Place, ...] | None:
    from .algebra_places import places_in  # a parser, which loads slowly

    try:
        return places_in(text, base)
    except Exception:  # whatever that parser raises: the engine reads more
        return None


@lru_cache(maxsize=512)
def certain(text: str, base: str | None = None) -> tuple[Triple, ...]:
    """Patterns that each solution of a query matches."""
    from .algebra_places import certain_in

    return certain_in(text, base)

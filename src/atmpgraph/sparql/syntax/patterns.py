"""Which statements the solutions of a query depend on: those that match one of its triple patterns (SPARQL 1.1 §18).

What a query makes of a graph is a function of the matches of its patterns, so it stays the same when no statement that
matches one comes or goes. A property path counts as the patterns of its steps.
"""

from typing import Final

from .matching import Pattern
from .taking_part import places

_ANYTHING: Final[Pattern] = (None, None, None)


def patterns(text: str, base: str) -> frozenset[Pattern]:
    """The triple patterns of a query, those of EXISTS too; one that matches anything where this cannot be told."""
    taking_part = places(text, base)
    return frozenset({_ANYTHING} if taking_part is None else (place.pattern for place in taking_part))

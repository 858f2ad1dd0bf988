"""How often, and how widely, a test tries: enough to see a fault in `make test`, all there is in `make bench` (`LONG=1`)."""

import os
from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

LONG: Final = bool(os.environ.get("LONG"))

T = TypeVar("T")


def often(short: int, long: int) -> int:
    """How many times."""
    return long if LONG else short


def some(cases: Iterable[T], count: int) -> list[T]:
    """All cases, or so many, spread evenly from the first to the last."""
    every = list(cases)
    if LONG or count >= len(every):
        return every
    return [every[number * (len(every) - 1) // max(count - 1, 1)] for number in range(count)]


def in_turn(ways: Sequence[T], number: int) -> Sequence[T]:
    """All ways to try a case, or one of them, by the number of the case."""
    return ways if LONG else ways[number % len(ways) :][:1]

"""Statements that match a triple pattern."""

from collections.abc import Iterable, Iterator
from typing import TypeAlias

# Subject, predicate, object: an IRI in angle brackets, or None for anything.
Pattern: TypeAlias = tuple[bytes | None, bytes | None, bytes | None]


def matching(lines: Iterable[bytes], wanted: Iterable[Pattern]) -> Iterator[bytes]:
    """Those of some lines of canonical N-Quads that match one of some patterns, whatever their graph."""
    by_predicate: dict[bytes | None, list[Pattern]] = {}
    for pattern in wanted:
        by_predicate.setdefault(pattern[1], []).append(pattern)
    everything = by_predicate.pop(None, [])
    for line in lines:
        subject, predicate, rest = line.split(b" ", 2)
        for wanted_subject, _, wanted_object in (*by_predicate.get(predicate, ()), *everything):
            if wanted_subject in {None, subject} and (wanted_object is None or rest.startswith(wanted_object + b" ")):
                yield line
                break

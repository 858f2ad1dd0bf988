"""What changed between two releases: both files are sorted, so one pass over the two is enough."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby
from pathlib import Path
from typing import Any

from .opened import CANONICAL


@dataclass
class Diff:
    """What changed: lines of canonical N-Quads removed and added, and the things they are about."""

    removed: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    things: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The difference as JSON."""
        return {"removed": self.removed, "added": self.added, "things": self.things}

    def lines(self) -> Iterator[str]:
        """The difference for people: the things first, then the statements."""
        for thing, change in self.things.items():
            yield f"{change:8}{thing}"
        for sign, statements in (("-", self.removed), ("+", self.added)):
            for statement in statements:
                yield f"{sign} {statement}"
        yield f"{len(self.things)} things changed: {len(self.removed)} statements removed, {len(self.added)} added"


def diff(old: Path, new: Path, base: str, *, rows: bool = False) -> Diff:
    """Compare two release folders.

    Args:
        rows: also count that a thing's row in its table has another number now.
    """
    graph = f"<{base}id/graph/tables> .\n".encode()
    with (old / CANONICAL).open("rb") as before, (new / CANONICAL).open("rb") as after:
        result = Diff()
        ours = ((text, "-") for text in _relevant(before, graph, rows))
        theirs = ((text, "+") for text in _relevant(after, graph, rows))
        subjects = groupby(_paired(merge(ours, theirs)), key=lambda entry: entry[0].split(b" ", 1)[0])
        for subject, entries in subjects:
            signs = _record(entries, result)
            if signs != {"="}:
                change = {frozenset("-"): "removed", frozenset("+"): "added"}.get(frozenset(signs), "changed")
                result.things[subject[1:-1].decode()] = change
        return result


def _record(entries: Iterable[tuple[bytes, str]], result: Diff) -> set[str]:
    """Keep the statements of one subject that are in one release only; returns the signs seen."""
    signs = set()
    for text, sign in entries:
        signs.add(sign)
        if sign != "=":
            (result.added if sign == "+" else result.removed).append(text.decode().rstrip("\n"))
    return signs


def _relevant(lines: Iterable[bytes], graph: bytes, rows: bool) -> Iterator[bytes]:
    return (text for text in lines if rows or not text.endswith(graph))


def _paired(entries: Iterable[tuple[bytes, str]]) -> Iterator[tuple[bytes, str]]:
    """A line that is in both comes once, with the sign `=`."""
    for text, same in groupby(entries, key=lambda entry: entry[0]):
        signs = [sign for _, sign in same]
        yield text, signs[0] if len(signs) == 1 else "="

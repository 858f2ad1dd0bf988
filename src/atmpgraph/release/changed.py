"""The things that a release changed, page by page, without the rows of tables: in lists that it keeps for that."""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass

from ..addresses import Addresses
from ..rdf.numbered_lines import NumberedLines
from .diff import KINDS, Diff, Kind
from .release import Release


class ChangedThings(ABC):
    """The things that changed: those that were added, then those removed, then the others; each by its IRI.

    Attributes:
        counts: of statements and things, as `Diff.counts`.
    """

    counts: dict[str, int]

    def __len__(self) -> int:
        """How many things there are."""
        return sum(self.counts[f"things_{kind}"] for kind in KINDS)

    @abstractmethod
    def part(self, first: int, last: int) -> Diff:
        """The difference of neighbouring things."""


@dataclass
class Computed(ChangedThings):
    """Those of a difference in memory."""

    difference: Diff

    def __post_init__(self) -> None:
        """Count."""
        self.counts = self.difference.counts()

    def part(self, first: int, last: int) -> Diff:
        """The difference of neighbouring things."""
        whole = self.difference
        if first == 0 and last >= len(whole.things):
            return whole
        order = [thing for kind in KINDS for thing, its in whole.things.items() if its == kind][first:last]
        things, wanted = {thing: whole.things[thing] for thing in order}, frozenset(order)
        return Diff(_about(whole.removed, wanted), _about(whole.added, wanted), things)


def _about(lines: Iterable[str], things: frozenset[str]) -> list[str]:
    return [line for line in lines if line[1 : line.index("> ")] in things]


class Stored(ChangedThings):
    """Those that a release has in its lists, with the statements that it does not have itself."""

    def __init__(self, release: Release, counts: dict[str, int], lists: dict[Kind, NumberedLines]) -> None:
        """Read nothing yet."""
        self._release, self.counts, self._lists = release, counts, lists

    def part(self, first: int, last: int) -> Diff:
        """The difference of neighbouring things."""
        stated: dict[str, tuple[Kind, list[str], list[str]]] = {}
        for kind in KINDS:
            lines = self._lists[kind]
            for change in map(json.loads, lines[max(first, 0) : max(last, 0)]):
                thing = change["thing"]
                added = self._statements(thing) if kind == "added" else change["added"]
                stated[thing] = kind, change.get("removed", []), added
            first, last = first - len(lines), last - len(lines)
        ordered = sorted(stated, key=lambda thing: f"<{thing}>".encode())
        return Diff(
            [line for thing in ordered for line in stated[thing][1]],
            [line for thing in ordered for line in stated[thing][2]],
            {thing: stated[thing][0] for thing in ordered},
        )

    def _statements(self, thing: str) -> list[str]:
        """All statements about a thing, without rows of tables."""
        rows = f"<{Addresses(self._release.base).graph('tables')}> .".encode()
        return [line.decode() for line in self._release.stated(thing) if not line.endswith(rows)]


def stored_changes(release: Release) -> ChangedThings | None:
    """The things that changed since the release before; None where the release keeps no lists.

    Raises:
        DamagedError: a list is not whole.
    """
    counts = (release.overview or {}).get("changes")
    lists = {kind: release.numbered(release.folder.changed(kind)) for kind in KINDS}
    whole = {kind: lines for kind, lines in lists.items() if lines is not None}
    return Stored(release, counts, whole) if counts and len(whole) == len(KINDS) else None

"""The links to a thing, by their place in a sorted list: as quick for one that all others link to."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, overload

import pyoxigraph as ox

from ..rdf.numbered_lines import NumberedLines
from .release import Release

_INCOMING: Final = "SELECT DISTINCT ?subject ?predicate { ?subject ?predicate %s }"


class Incoming(Sequence[tuple[str, str]]):
    """The links to a thing, as pairs of predicate and subject: those of the data, then those of the catalogue."""

    def __init__(self, release: Release, topic: str, *, only: str = "", without: Iterable[str] = ()) -> None:
        """Look up how many there are.

        Args:
            release: in which.
            topic: the IRI of the thing.
            only: the predicate of the links; empty for any.
            without: predicates of links that are left out.
        """
        self._lists: list[tuple[NumberedLines | _Computed, range]] = []
        self._skipped = len(f"<{topic}> ".encode())
        wanted = f"<{topic}> " + (f"<{only}> " if only else "")
        unwanted = [f"<{topic}> <{predicate}> ".encode() for predicate in without]
        paths = release.folder.incoming, release.description.catalogue_links
        lists: list[NumberedLines | _Computed] = [links for at in paths if (links := release.numbered(at)) is not None]
        for lines in lists or [_Computed(release, topic)]:
            rest = lines.starting(wanted.encode())
            for left_out in sorted(map(lines.starting, unwanted), key=lambda numbers: numbers.start):
                if left_out:
                    self._lists.append((lines, range(rest.start, left_out.start)))
                    rest = range(left_out.stop, rest.stop)
            self._lists.append((lines, rest))

    def __len__(self) -> int:
        """How many links there are."""
        return sum(len(numbers) for _, numbers in self._lists)

    @overload
    def __getitem__(self, number: int) -> tuple[str, str]: ...
    @overload
    def __getitem__(self, number: slice) -> list[tuple[str, str]]: ...

    def __getitem__(self, number: int | slice) -> tuple[str, str] | list[tuple[str, str]]:
        """A link, or neighbouring ones."""
        if isinstance(number, int):
            return self[number : number + 1][0]
        first, last, _ = number.indices(len(self))
        links: list[tuple[str, str]] = []
        for lines, numbers in self._lists:
            chosen = numbers[max(first, 0) : max(last, 0)]
            if chosen:
                links += map(self._pair, lines[chosen[0] : chosen[-1] + 1])
            first, last = first - len(numbers), last - len(numbers)
        return links

    def _pair(self, line: bytes) -> tuple[str, str]:
        predicate, _, subject = line[self._skipped :].decode().partition(" ")
        return predicate[1:-1], subject[1:-1]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """All of them."""
        return iter(self[:])


class _Computed(list[bytes]):
    """The links of a release that an earlier version made: all of them, asked of its store."""

    def __init__(self, release: Release, topic: str) -> None:
        query = _INCOMING % ox.NamedNode(topic)
        rows = (row for store in release.stores(topic) for row in store.select(query))
        super().__init__(sorted({f"<{topic}> {row['predicate']} {row['subject']}".encode() for row in rows}))

    def starting(self, prefix: bytes) -> range:
        """The numbers of the lines that start with `prefix`."""
        return range(bisect_left(self, prefix), bisect_left(self, prefix + b"\xff"))

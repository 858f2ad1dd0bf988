"""Looking up the lists of a release: which rows some filters leave, in which order, and how many each value has.

Rows that are left are a mask, a byte for each row; its cost grows with the list by some nanoseconds a row.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import compress, islice
from pathlib import Path
from typing import Any, Final, TypeAlias

from ..errors import DamagedError
from ..vocab import prefixes
from .layout import unpacked

# A cell: its entries, each a term as JSON or an object with `value`, `unit`, `currency`, `qualifier`.
Cell: TypeAlias = list[Any]
Filters: TypeAlias = Mapping[str, Sequence[str]]  # the tokens that are chosen, by column
_BATCH: Final = 500


@dataclass(frozen=True)
class Heading:
    """A column of a list, as a release has it."""

    name: str
    label: Mapping[str, str]
    facet: str
    sorts: bool
    shown: bool
    details: tuple[str, ...]
    absent: Mapping[str, str]


@dataclass(frozen=True)
class Listing:
    """A list, as a release has it.

    Attributes:
        slug: the path of its page.
        title, description: in each language.
        menu: its place in the menu; 0 for none.
        sort: how it is sorted by default.
        columns: of its table.
        size: of all of it.
    """

    slug: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    menu: int
    sort: str
    columns: tuple[Heading, ...]
    size: int

    @property
    def facets(self) -> list[Heading]:
        """The columns that one can filter by."""
        return [column for column in self.columns if column.facet]

    @property
    def sorts(self) -> list[str]:
        """The columns that one can sort by."""
        return [column.name for column in self.columns if column.sorts]


@dataclass(frozen=True)
class Value:
    """A value of a facet.

    Attributes:
        value: the IRI or text.
        token: the word for it in URLs.
        count: of the rows that have it, given the filters of the other facets.
        chosen: whether one filters by it.
    """

    value: str
    token: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Row:
    """A row of a list: the IRI of the thing, and its cells."""

    thing: str
    cells: list[Cell]


class Lists:
    """The lists of a release, in a file that is open for one request."""

    def __init__(self, file: sqlite3.Connection) -> None:
        """Read nothing yet."""
        self._file = file

    @cached_property
    def listings(self) -> dict[str, Listing]:
        """The lists, by slug, in the order of the menu."""
        rows = self._file.execute("SELECT declaration, size FROM list ORDER BY place")
        return {each.slug: each for declaration, size in rows for each in [_listing(json.loads(declaration), size)]}

    def values(self, slug: str, column: str, tokens: Iterable[str]) -> dict[str, str]:
        """The words of some values that a URL names: by word, by IRI, or by IRI with a prefix; those that there are."""
        words = {}
        for token in tokens:
            row = self._file.execute(
                "SELECT token FROM facet WHERE list = ? AND column = ? AND (token = ? OR value IN (?, ?))",
                (slug, column, token, token, _expanded(token)),
            ).fetchone()
            if row:
                words[token] = row[0]
        return words

    def frequent(self, slug: str, column: str, most: int) -> dict[str, str]:
        """The most frequent values of a facet, by their words in URLs."""
        rows = self._file.execute(
            "SELECT token, value FROM facet WHERE list = ? AND column = ? ORDER BY size DESC, token LIMIT ?",
            (slug, column, most),
        )
        return dict(rows)

    def select(self, listing: Listing, filters: Filters, sort: str) -> "Selection":
        """The rows that some filters leave, in an order."""
        return Selection(self._file, listing, {name: tuple(some) for name, some in filters.items() if some}, sort)

    def without_values(self, slug: str) -> set[str]:
        """The columns of a list in which no row has a value."""
        rows = self._file.execute(
            "SELECT column FROM sorted WHERE list = ? GROUP BY column HAVING MAX(valued) = 0", (slug,)
        )
        return {column for (column,) in rows}

    def names(self, iris: Iterable[str], languages: Sequence[str]) -> dict[str, tuple[str, str]]:
        """A name and the tag of its language for each IRI that has one."""
        names = {}
        for iri in set(iris):
            row = self._file.execute(
                "SELECT text, tag FROM name WHERE iri = ? AND language IN (?, '') ORDER BY language DESC LIMIT 1",
                (iri, languages[0]),
            ).fetchone()
            if row:
                names[iri] = (row[0], row[1])
        return names


class Selection:
    """The rows of a list that some filters leave."""

    def __init__(self, file: sqlite3.Connection, listing: Listing, filters: Filters, sort: str) -> None:
        """Read nothing yet."""
        self._file, self._listing, self._filters, self._sort = file, listing, filters, sort

    @cached_property
    def count(self) -> int:
        """How many there are."""
        return self._listing.size if not self._filters else self._mask_of(self._filters).count(1)

    def numbers(self, language: str) -> "Sequence[int]":
        """The numbers of the rows, in order."""
        ordered = self._ordered(language)
        if not self._filters:
            return ordered
        mask = self._mask_of(self._filters)
        return list(compress(ordered, map(mask.__getitem__, ordered)))

    def rows(self, numbers: Sequence[int]) -> Iterator[Row]:
        """Some rows."""
        rest = iter(numbers)
        while batch := list(islice(rest, _BATCH)):
            marks = ", ".join("?" * len(batch))
            query = f"SELECT number, thing, cells FROM row WHERE list = ? AND number IN ({marks})"  # noqa: S608
            contents = {
                number: (thing, cells)
                for number, thing, cells in self._file.execute(query, (self._listing.slug, *batch))
            }
            for number in batch:
                thing, cells = contents[number]
                yield Row(thing, json.loads(cells))

    def facet(self, column: str, most: int) -> tuple[list[Value], int]:
        """The most frequent values of a facet that rows have, given the other filters, and how many there are."""
        others = {name: tokens for name, tokens in self._filters.items() if name != column}
        chosen = set(self._filters.get(column, ()))
        key = (self._listing.slug, column)
        if not others:
            (total,) = self._file.execute("SELECT COUNT(*) FROM facet WHERE list = ? AND column = ?", key).fetchone()
            counts = self._file.execute(
                "SELECT value, token, size FROM facet WHERE list = ? AND column = ? ORDER BY size DESC, token LIMIT ?",
                (*key, most + len(chosen)),
            ).fetchall()
            seen = {token for _, token, _ in counts}
            for token in chosen - seen:
                counts += self._file.execute(
                    "SELECT value, token, size FROM facet WHERE list = ? AND column = ? AND token = ?", (*key, token)
                ).fetchall()
        else:
            mask = self._mask_of(others)
            rows = self._file.execute("SELECT value, token, rows FROM facet WHERE list = ? AND column = ?", key)
            counted = [(value, token, sum(map(mask.__getitem__, unpacked(some)))) for value, token, some in rows]
            counts = [each for each in counted if each[2] or each[1] in chosen]
            total = len(counts)
        counts.sort(key=lambda each: (each[1] not in chosen, -each[2], each[1]))
        values = [Value(value, token, count, token in chosen) for value, token, count in counts]
        return values[: max(most, len(chosen))], total

    @cached_property
    def _masks(self) -> dict[str, int]:
        """The mask of each filter alone, as a number."""
        masks = {}
        for column, tokens in self._filters.items():
            mask = bytearray(self._listing.size)
            for token in tokens:
                for (rows,) in self._file.execute(
                    "SELECT rows FROM facet WHERE list = ? AND column = ? AND token = ?",
                    (self._listing.slug, column, token),
                ):
                    for number in unpacked(rows):
                        mask[number] = 1
            masks[column] = int.from_bytes(mask)
        return masks

    def _mask_of(self, filters: Iterable[str]) -> bytes:
        """A byte for each row: 1 where all of some filters leave it."""
        mask = -1
        for column in filters:
            mask &= self._masks[column]
        return mask.to_bytes(self._listing.size)

    def _ordered(self, language: str) -> Sequence[int]:
        column, descending = self._sort.removeprefix("-"), self._sort.startswith("-")
        row = self._file.execute(
            "SELECT valued, rows FROM sorted WHERE list = ? AND column = ? ORDER BY language = ? DESC, rowid LIMIT 1",
            (self._listing.slug, column, language),
        ).fetchone()
        if row is None:
            return range(self._listing.size)
        valued, rows = row[0], unpacked(row[1])
        return rows[:valued][::-1] + rows[valued:] if descending else rows


def is_iri(value: str) -> bool:
    """Whether a value of a facet is a thing; else it is a text or a year."""
    return "://" in value or value.startswith("urn:")


@contextmanager
def open_lists(path: Path) -> Iterator[Lists]:
    """The lists of a release, which never change.

    Raises:
        DamagedError: the file cannot be read.
    """
    try:
        file = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        try:
            yield Lists(file)
        finally:
            file.close()
    except sqlite3.DatabaseError as error:
        raise DamagedError(path, str(error)) from error


def _expanded(name: str) -> str:
    """The IRI of a name with a prefix."""
    prefix, colon, local = name.partition(":")
    return prefixes("").get(prefix, prefix + colon) + local


def _listing(declared: dict[str, Any], size: int) -> Listing:
    columns = [
        Heading(
            each["name"],
            each["label"],
            each["facet"],
            each["sorts"],
            each["shown"],
            tuple(each["details"]),
            each.get("absent", {}),
        )
        for each in declared["columns"]
    ]
    return Listing(
        declared["slug"],
        declared["title"],
        declared["description"],
        declared["menu"],
        declared["sort"],
        tuple(columns),
        size,
    )

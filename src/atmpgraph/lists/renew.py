"""The lists of a release that follows another: what no statement that came or went touches is copied.

The file is written as `write.py` writes it, so it has the same bytes.
"""

import json
import math
import re
import sqlite3
from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, Final, TypeAlias

from ..store import Store
from .cells import as_json, facet_value, sortable
from .declared import Column, Declaration, prologue
from .layout import new_lists, row_text, unpacked, write_facet, write_list, write_orders
from .names import members, narrowed, write_names
from .names import queries as queries_of_names
from .write import cell_of, values_of

# The IRIs that a variable of a query has in solutions that may have come or gone; None where that is not known.
Touched: TypeAlias = Callable[[str, str], Collection[str] | None]
_STRINGS: Final = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"')  # of JSON, as they are written
_MOST: Final = 2_000  # rows that are sorted in one by one, or things that are named anew
_Cells: TypeAlias = list[list[str]]  # of a row, each the texts of its entries


class _TooManyError(Exception):
    """So much has changed that all is made anew."""


@dataclass
class _List:
    """A list before and after.

    Attributes:
        declared: its declaration.
        things: those of the list now, in order.
        moved: the number of each row by the number that it had, where one came or went; None where all are the same.
        cells: the rows that are made anew, by number.
        before: what they had, and what rows had that went, by number now or by the thing.
        named: the rows with something that has another name, by the place of the column.
    """

    declared: Declaration
    things: list[str]
    moved: Mapping[int, int] | None
    cells: dict[int, _Cells]
    before: dict[int | str, _Cells]
    named: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))

    @property
    def slug(self) -> str:
        """The path of its page."""
        return self.declared.slug

    def changed(self, place: int) -> set[int]:
        """The rows with other cells in a column."""
        return {n for n, cells in self.cells.items() if n not in self.before or self.before[n][place] != cells[place]}


def renew_lists(
    path: Path, before: Path, lists: Sequence[Declaration], store: Store, languages: Sequence[str], touched: Touched
) -> bool:
    """Write the lists of a release; returns whether that was less work than to make them anew.

    Args:
        path: of the file, which is not there.
        before: the lists of the release before, of the same declarations and languages.
        lists: in the order of the menu.
        store: of the statements of the release.
        languages: of the publication.
        touched: tells what came or went.

    Raises:
        OSError: no space is left.
    """
    try:
        with new_lists(path, before) as file:
            _Renewal(file, store, languages, touched).write(lists)
    except _TooManyError:
        path.unlink()
        return False
    return True


@dataclass(frozen=True)
class _Renewal:
    """Writes the lists into a file that has those of the release before as `before`."""

    file: sqlite3.Connection
    store: Store
    languages: Sequence[str]
    touched: Touched

    def write(self, lists: Sequence[Declaration]) -> None:
        """Write all lists."""
        renewed = [self._list(declared) for declared in lists]
        self._name(renewed)
        for at, each in enumerate(renewed):
            write_list(self.file, at, each.declared, self._rows(each))
            for place, column in enumerate(each.declared.columns):
                if column.sorts:
                    self._order(each, place, column)
                if column.facet:
                    self._facet(each, place, column)

    def _name(self, renewed: Sequence[_List]) -> None:
        """Write the names, and note which rows have something that has another one."""
        now, then = ({*_iris(some)} for some in _halves(renewed))
        other = now ^ then | {iri for query in queries_of_names() for iri in self._touched_by(query, "iri")}
        if other:
            other |= {iri for end in ("member", "whole") for iri, *_ in members(self.store, other, end)}
            other |= self._memberships_within(other)
        if len(other) > _MOST:
            raise _TooManyError
        places = self._places(renewed, other)
        write_names(self.file, self.store, (now | places.keys()) & other, self.languages, other)
        renamed = self._renamed(other)
        for each, place, number in (where for iri in renamed for where in places.get(iri, ())):
            each.named[place].add(number)
        for each in renewed:
            for number, cells in each.cells.items():
                for place, cell in enumerate(cells):
                    if not renamed.isdisjoint(_iris([cell])):
                        each.named[place].add(number)

    def _memberships_within(self, memberships: Collection[str]) -> set[str]:
        """The memberships that are members or wholes of some, and so on; from a name that is made none is made."""
        within, waiting = set[str](), {*memberships}
        while waiting:
            ends = {end for _, *both in members(self.store, waiting) for end in both}
            waiting = {iri for iri, *_ in members(self.store, ends)} - within if ends else set()
            within |= waiting
        return within

    def _touched_by(self, query: str, variable: str) -> Collection[str]:
        touched = self.touched(query, variable)
        if touched is None:
            raise _TooManyError
        return touched

    def _list(self, declared: Declaration) -> _List:
        """What is made anew of a list."""
        query = prologue() + declared.query
        old = [thing for (thing,) in self._before("SELECT thing FROM before.row", declared.slug, "ORDER BY number")]
        numbers_before, things = {thing: number for number, thing in enumerate(old)}, old
        if listed := self._touched_by(query, "thing"):
            rows = self.store.select(prologue() + narrowed(declared.query, "thing", listed))
            things = sorted({*old} - {*listed} | {row["thing"].value for row in rows})
        numbers = numbers_before if things == old else {thing: number for number, thing in enumerate(things)}
        moved = None if things == old else {n: numbers[thing] for n, thing in enumerate(old) if thing in numbers}
        queries = [prologue() + column.query for column in declared.columns if column.value]
        touched = set[str]().union(
            *(self._touched_by(query, "thing") for query in queries), numbers.keys() - numbers_before.keys()
        )
        anew = {thing: numbers[thing] for thing in touched if thing in numbers}
        gone = [thing for thing in numbers_before if thing not in numbers] if moved is not None else []
        if len(anew) + len(gone) > _MOST:
            raise _TooManyError
        before = {
            numbers.get(thing, thing): self._cells(declared.slug, numbers_before[thing])
            for thing in chain(anew, gone)
            if thing in numbers_before
        }
        return _List(declared, things, moved, self._anew(declared, anew), before)

    def _before(self, select: str, slug: str, rest: str = "", *values: object) -> Iterator[tuple[Any, ...]]:
        yield from self.file.execute(f"{select} WHERE list = ? {rest}", (slug, *values))

    def _cells(self, slug: str, number: int) -> _Cells:
        """The cells that a row had."""
        ((text,),) = self._before("SELECT cells FROM before.row", slug, "AND number = ?", number)
        return [[as_json(entry) for entry in cell] for cell in json.loads(text)]

    def _anew(self, declared: Declaration, things: Mapping[str, int]) -> dict[int, _Cells]:
        """The cells of some rows, of the statements of the release."""
        cells = {number: [set[str]() for _ in declared.columns] for number in things.values()}
        for place, column in enumerate(declared.columns if things else ()):
            if column.value:
                for number, _, term, details in values_of(column, self.store, things, things):
                    cells[number][place].add(cell_of(term, details))
            else:
                for thing, number in things.items():
                    cells[number][place].add(cell_of(thing, {}))
        return {number: [sorted(cell) for cell in row] for number, row in cells.items()}

    def _places(self, lists: Sequence[_List], iris: Collection[str]) -> dict[str, list[tuple[_List, int, int]]]:
        """Where some IRIs stand in the rows that are copied: the list, the place of the column and the number."""
        places, wanted = dict[str, list[tuple[_List, int, int]]](), frozenset(iris)
        for each in lists if wanted else ():
            for number, text in self._before("SELECT number, cells FROM before.row", each.slug):
                now = number if each.moved is None else each.moved.get(number)
                if now is None or now in each.cells or wanted.isdisjoint(_STRINGS.findall(text)):
                    continue
                for place, cell in enumerate(json.loads(text)):
                    for iri in wanted.intersection(_iris([[as_json(entry) for entry in cell]])):
                        places.setdefault(iri, []).append((each, place, now))
        return places

    def _renamed(self, iris: Collection[str]) -> set[str]:
        """Those of some IRIs that have other names than before."""

        def names(query: str, iri: str) -> list[tuple[str, ...]]:
            return self.file.execute(query, (iri,)).fetchall()

        now, then = (f"SELECT * FROM {each}.name WHERE iri = ? ORDER BY language" for each in ("main", "before"))  # noqa: S608
        return {iri for iri in iris if names(now, iri) != names(then, iri)}

    def _rows(self, renewed: _List) -> Iterator[tuple[str, str]]:
        copied = self._before("SELECT thing, cells FROM before.row", renewed.slug, "ORDER BY number")
        for number, thing in enumerate(renewed.things):
            if number in renewed.cells:
                yield thing, row_text(renewed.cells[number])
            else:
                yield next(row for row in copied if row[0] == thing)

    def _order(self, renewed: _List, place: int, column: Column) -> None:
        """The order by a column: rows with other values or names are taken out, and put in where they belong now."""
        orders = {
            language: (valued, rows)
            for language, valued, rows in self._before(
                "SELECT language, valued, rows FROM before.sorted",
                renewed.slug,
                "AND column = ? ORDER BY rowid",
                column.name,
            )
        }
        moving = renewed.changed(place) | renewed.named[place]
        if len(moving) > _MOST:
            raise _TooManyError
        if not moving and renewed.moved is None:
            same = ((language, valued, unpacked(rows)) for language, (valued, rows) in orders.items())
            write_orders(self.file, renewed.slug, column.name, same)
            return
        first = next(iter(orders.values()), (0, b""))

        def ordered(language: str) -> tuple[str, int, Sequence[int]]:
            size, packed_rows = orders.get(language, first)
            rows = list[int](unpacked(packed_rows))
            valued, rest = (_remaining(some, renewed.moved, moving) for some in (rows[:size], rows[size:]))
            key = self._key(renewed.slug, place, language)
            for number in sorted(moving):
                if key(number) is None:
                    rest.append(number)
                else:
                    insort(valued, number, key=lambda each: (key(each), each))
            return language, len(valued), [*valued, *sorted(rest)]

        write_orders(self.file, renewed.slug, column.name, map(ordered, self.languages))

    def _key(self, slug: str, place: int, language: str) -> Callable[[int], tuple[int, Any] | None]:
        """By what a row is sorted, as SQLite does: nothing, numbers, texts; None for a row without a value."""

        @cache
        def key(number: int) -> tuple[int, Any] | None:
            query = "SELECT cells FROM main.row WHERE list = ? AND number = ?"
            (text,) = self.file.execute(query, (slug, number)).fetchone()
            keys = [
                self._key_of(entry["value"] if isinstance(entry, dict) else entry, language)
                for entry in json.loads(text)[place]
            ]
            return min((each for each in keys if each[0]), default=(0, "")) if keys else None

        return key

    def _key_of(self, term: Any, language: str) -> tuple[int, Any]:  # noqa: ANN401 - JSON
        iri, key = sortable(term)
        named = self.file.execute(
            "SELECT key FROM main.name WHERE iri = ? AND language IN (?, '') ORDER BY language DESC LIMIT 1",
            (iri, language),
        ).fetchone()
        key = named[0] if named else key
        if isinstance(key, str):
            return 2, key
        return (0, "") if math.isnan(key) else (1, key)

    def _facet(self, renewed: _List, place: int, column: Column) -> None:
        """The rows of each value of a column."""
        by_year, changed = column.facet == "year", renewed.changed(place)
        rows = self._before(
            "SELECT value, rows FROM before.facet", renewed.slug, "AND column = ? ORDER BY rowid", column.name
        )
        if not changed and renewed.moved is None:
            write_facet(self.file, renewed.slug, column.name, ((value, unpacked(some)) for value, some in rows))
            return
        numbers = {value: _remaining(unpacked(some), renewed.moved, changed) for value, some in rows}
        for number in sorted(changed):
            for value in {facet_value(entry, by_year=by_year) for entry in renewed.cells[number][place]} - {""}:
                numbers.setdefault(value, []).append(number)
        by_value = ((value, sorted(some)) for value, some in sorted(numbers.items()) if some)
        write_facet(self.file, renewed.slug, column.name, by_value)


def _remaining(numbers: Sequence[int], moved: Mapping[int, int] | None, without: Collection[int]) -> list[int]:
    """The numbers that rows have now, of those that are still there, but for some."""
    now = numbers if moved is None else (moved[each] for each in numbers if each in moved)
    return [each for each in now if each not in without]


def _halves(renewed: Sequence[_List]) -> Iterator[_Cells]:
    """All cells that are made anew, and all that they were made from."""
    yield list(chain.from_iterable(chain.from_iterable(each.cells.values() for each in renewed)))
    yield list(chain.from_iterable(chain.from_iterable(each.before.values() for each in renewed)))


def _iris(cells: _Cells) -> Iterator[str]:
    """The IRIs in some cells, those of details too."""
    for entry in chain.from_iterable(cells):
        content = json.loads(entry)
        for term in content.values() if isinstance(content, dict) else (content,):
            if isinstance(term, str):
                yield term

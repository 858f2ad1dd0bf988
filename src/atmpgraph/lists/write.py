"""The lists of a release, made once by query over its store, into one file; the same statements give the same bytes.

Each column is a query of its own. In memory are the things, the distinct entries of each column, and a number of eight
bytes for each entry of a cell.
"""

import math
import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Final, Self, TypeAlias

import pyoxigraph as ox

from ..store import Store
from ..store.row_texts import iri_text, take_rows, terms
from .cells import as_json, facet_value, sortable, term_of
from .declared import Column, Declaration, prologue
from .layout import new_lists, row_text, write_facet, write_list, write_orders
from .names import narrowed, write_names
from .names import queries as queries_of_names

_BITS: Final = 32  # of the place of an entry, below the number of the row
_PLACE: Final = (1 << _BITS) - 1
_NO_VALUE: Final = b"\t_"  # begins what is none, or a blank node
_Key: TypeAlias = str | float | None  # by which an entry is sorted; None sorts like NULL of SQL


@dataclass(frozen=True)
class _Cells:
    """What stands in the cells of a column.

    Attributes:
        texts: the entries, each once, sorted.
        iris, keys: of each entry the IRI, if it is one, and by what it is sorted where it has no name.
        shown: the IRIs of entries and of their details.
        entries: which of them stands in which row, sorted: its place below the number of the row.
    """

    texts: Sequence[str]
    iris: Sequence[str | None]
    keys: Sequence[_Key]
    shown: Collection[str]
    entries: "array[int]"

    def rows(self, size: int) -> Iterator[list[str]]:
        """The entries of each row."""
        at, entries, texts = 0, self.entries, self.texts
        for end in range(1 << _BITS, (size + 1) << _BITS, 1 << _BITS):
            row = []
            while at < len(entries) and entries[at] < end:
                row.append(texts[entries[at] & _PLACE])
                at += 1
            yield row


def write_lists(path: Path, lists: Sequence[Declaration], store: Store, languages: Sequence[str]) -> None:
    """Write the lists of a release.

    Args:
        path: of the file, which is not there.
        lists: in the order of the menu.
        store: of the statements of the release.
        languages: of the publication.

    Raises:
        OSError: no space is left.
    """
    with new_lists(path) as file:
        things = [_things(declared, store) for declared in lists]
        cells = [_columns(declared, store, listed) for declared, listed in zip(lists, things, strict=True)]
        shown = set[str]().union(*(column.shown for columns in cells for column in columns))
        write_names(file, store, shown, languages)
        for at, (declared, listed, columns) in enumerate(zip(lists, things, cells, strict=True)):
            texts = map(row_text, zip(*(column.rows(len(listed)) for column in columns), strict=True))
            write_list(file, at, declared, zip(listed, texts, strict=True))
            for column, its in zip(declared.columns, columns, strict=True):
                if column.sorts:
                    write_orders(file, declared.slug, column.name, _orders(file, its, len(listed), languages))
                if column.facet:
                    write_facet(file, declared.slug, column.name, _facet(its, by_year=column.facet == "year"))


def queries(lists: Sequence[Declaration]) -> Iterator[str]:
    """The queries that lists are made by."""
    for declared in lists:
        yield prologue() + declared.query
        yield from (prologue() + column.query for column in declared.columns if column.value)
    yield from queries_of_names()


def _things(declared: Declaration, store: Store) -> list[str]:
    """The things of a list, by their numbers."""
    listed = set[bytes]()
    take_rows(store, prologue() + declared.query, listed.update)
    return [thing.decode() for thing in sorted(text[1:-1] for text in listed if text.startswith(b"<"))]


def _columns(declared: Declaration, store: Store, things: Sequence[str]) -> list[_Cells]:
    """The columns of a list."""
    numbers = {iri_text(thing): number for number, thing in enumerate(things)}
    return [_cells(column, store, numbers) if column.value else _themselves(things) for column in declared.columns]


def _themselves(things: Sequence[str]) -> _Cells:
    """The column in which each thing stands itself."""
    keys = [sortable(thing)[1] for thing in things]
    entries = array("Q", (number << _BITS | number for number in range(len(things))))
    return _Cells([as_json(thing) for thing in things], things, keys, things, entries)


def _cells(column: Column, store: Store, numbers: Mapping[bytes, int]) -> _Cells:
    """The cells of another column."""
    places, entries = dict[bytes, int](), array("Q")

    def take(lines: list[bytes]) -> None:
        for line in lines:
            thing, _, rest = line.partition(b"\t")
            number = numbers.get(thing)
            if number is not None and rest[:1] not in _NO_VALUE:
                entries.append(number << _BITS | places.setdefault(rest, len(places)))

    take_rows(store, prologue() + column.query, take)
    rows = (dict(row) for row in terms(list(places), ["value", *column.details]))
    read = [_Entry.of(term_of(row.pop("value")), {name: term_of(term) for name, term in row.items()}) for row in rows]
    by_text = {entry.text: entry for entry in read}
    its = [by_text[text] for text in sorted(by_text)]
    order = {entry.text: place for place, entry in enumerate(its)}
    moved = [order[entry.text] for entry in read]
    placed = sorted(entry & ~_PLACE | moved[entry & _PLACE] for entry in entries)
    entries = array("Q", (entry for entry, _ in groupby(placed)))
    shown = {iri for entry in its for iri in entry.shown}
    return _Cells([each.text for each in its], [each.iri for each in its], [each.key for each in its], shown, entries)


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry as it is written, as `_Cells`."""

    text: str
    iri: str | None
    key: _Key
    shown: tuple[str, ...]

    @classmethod
    def of(cls, term: str | list[str], details: Mapping[str, Any]) -> Self:
        iri, key = sortable(term)
        named = [each for each in (iri, *details.values()) if isinstance(each, str)]
        return cls(cell_of(term, details), iri, key, tuple(named))


def _orders(
    file: sqlite3.Connection, cells: _Cells, size: int, languages: Sequence[str]
) -> Iterator[tuple[str, int, Sequence[int]]]:
    """The rows by a column in each language: how many have a value, and all."""
    keys, others = [*cells.keys], {language: dict[int, str]() for language in languages}
    for place, iri in enumerate(cells.iris):
        for language, key in file.execute("SELECT language, key FROM name WHERE iri = ?", (iri,)) if iri else ():
            if not language:
                keys[place] = key
            elif language in others:
                others[language][place] = key
    for language in languages if any(cells.iris) else languages[:1]:
        its = [*keys]
        for place, key in others[language].items():
            its[place] = key
        least, ranks = [-1] * size, _ranks(its)
        for entry in cells.entries:
            number, rank = entry >> _BITS, ranks[entry & _PLACE]
            if not 0 <= least[number] <= rank:
                least[number] = rank
        last = len(its)
        valued = [number for number in range(size) if least[number] >= 0]
        valued.sort(key=[-1 if rank == last else rank for rank in least].__getitem__)
        yield language, len(valued), [*valued, *(number for number in range(size) if least[number] < 0)]


def _ranks(keys: Sequence[_Key]) -> list[int]:
    """The rank of each key as SQLite sorts them, numbers before texts; that of none is the number of keys."""
    numbers = {key for key in keys if isinstance(key, float) and not math.isnan(key)}
    texts = {key for key in keys if isinstance(key, str)}
    ordered: list[_Key] = [*sorted(numbers), *sorted(texts)]
    ranks = {key: rank for rank, key in enumerate(ordered)}
    return [ranks.get(key, len(keys)) for key in keys]


def _facet(cells: _Cells, *, by_year: bool) -> Iterator[tuple[str, Sequence[int]]]:
    """The rows of each value of a column, or of each year."""
    values = [facet_value(text, by_year=by_year) for text in cells.texts]
    rows: dict[str, array[int]] = defaultdict(lambda: array("I"))
    for entry in cells.entries:
        number, value = entry >> _BITS, values[entry & _PLACE]
        if value and (not (its := rows[value]) or its[-1] != number):
            its.append(number)
    return iter(sorted(rows.items()))


def values_of(
    column: Column, store: Store, numbers: Mapping[str, int], things: Collection[str]
) -> Iterator[tuple[int, str, Any, dict[str, Any]]]:
    """The values of a column: the number of the row, the thing, the term and its details.

    Args:
        column: the column.
        store: of the statements.
        numbers: of the things.
        things: those that are asked for.
    """
    details = column.details
    for row in store.select(prologue() + narrowed(column.query, "thing", things)):
        thing, value = row["thing"], row["value"]
        number = numbers.get(thing.value) if isinstance(thing, ox.NamedNode) else None
        if number is not None and isinstance(value, ox.NamedNode | ox.Literal):
            stated = {name: term_of(row[name]) for name in details if row[name] is not None}
            yield number, thing.value, term_of(value), stated


def cell_of(term: str | list[str], details: Mapping[str, Any]) -> str:
    """An entry of a cell as it is written."""
    return as_json({"value": term, **details} if details else term)

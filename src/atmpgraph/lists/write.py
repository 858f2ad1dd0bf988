"""The lists of a release, made once by query over its store, into one file; the same statements give the same bytes.

Each column is a query of its own, whose rows go to a file: nothing here grows in memory but the numbers of the things.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from ..store import Store
from .cells import as_json, facet_value, sortable, term_of
from .declared import Column, Declaration, prologue
from .layout import new_lists, row_text, write_facet, write_list, write_orders
from .names import narrowed, write_names
from .names import queries as queries_of_names

_MOST_COLUMNS: Final = 1_000  # of a list
_SCRATCH: Final = "CREATE TEMP TABLE entry (number INTEGER, place INTEGER, iri TEXT, key, cell TEXT)"


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
        file.execute(_SCRATCH)
        numbers = {declared.slug: _things(declared, store) for declared in lists}
        for at, declared in enumerate(lists):
            _write_entries(file, at, declared, store, numbers[declared.slug])
        file.execute("CREATE INDEX temp.entry_place ON entry (place, number, cell)")
        shown = {iri for (iri,) in file.execute("SELECT DISTINCT iri FROM entry WHERE iri IS NOT NULL")}
        write_names(file, store, shown | _details(file), languages)
        for at, declared in enumerate(lists):
            things = numbers.pop(declared.slug)
            write_list(file, at, declared, _rows(file, at, declared, things))
            for place, column in enumerate(declared.columns):
                entries = at * _MOST_COLUMNS + place
                if column.sorts:
                    orders = _orders(file, entries, len(things), languages)
                    write_orders(file, declared.slug, column.name, orders)
                if column.facet:
                    _write_facet(file, entries, declared.slug, column)


def queries(lists: Sequence[Declaration]) -> Iterator[str]:
    """The queries that lists are made by."""
    for declared in lists:
        yield prologue() + declared.query
        yield from (prologue() + column.query for column in declared.columns if column.value)
    yield from queries_of_names()


def _things(declared: Declaration, store: Store) -> dict[str, int]:
    """The number of each thing of a list."""
    rows = store.select(prologue() + declared.query)
    listed = sorted({row["thing"].value for row in rows if isinstance(row["thing"], ox.NamedNode)})
    return {thing: number for number, thing in enumerate(listed)}


def _write_entries(
    file: sqlite3.Connection, at: int, declared: Declaration, store: Store, numbers: dict[str, int]
) -> None:
    """What stands in the cells of a list."""
    for place, column in enumerate(declared.columns):
        values = (
            values_of(column, store, numbers) if column.value else ((n, iri, iri, {}) for iri, n in numbers.items())
        )
        file.executemany(
            "INSERT INTO entry VALUES (?, ?, ?, ?, ?)",
            (
                (
                    number,
                    at * _MOST_COLUMNS + place,
                    *sortable(term),
                    cell_of(term, details),
                )
                for number, _, term, details in values
            ),
        )


def _details(file: sqlite3.Connection) -> set[str]:
    """The IRIs among the details of numbers: units and codes of exactness."""
    cells = file.execute("SELECT DISTINCT json_remove(cell, '$.value') FROM entry WHERE cell LIKE '{%'")
    return {term for (cell,) in cells for term in json.loads(cell).values() if isinstance(term, str)}


def _rows(
    file: sqlite3.Connection, at: int, declared: Declaration, things: dict[str, int]
) -> Iterator[tuple[str, str]]:
    """Each thing of a list with its cells."""
    first, width = at * _MOST_COLUMNS, len(declared.columns)
    cells = [
        file.execute("SELECT DISTINCT number, cell FROM entry WHERE place = ? ORDER BY number, cell", (first + place,))
        for place in range(width)
    ]
    columns = [_grouped(rows) for rows in cells]
    heads = [next(column, None) for column in columns]
    for thing, number in things.items():
        row = list[list[str]]()
        for place in range(width):
            head = heads[place]
            if head and head[0] == number:
                row.append(head[1])
                heads[place] = next(columns[place], None)
            else:
                row.append([])
        yield thing, row_text(row)


def _grouped(rows: Iterable[tuple[int, str]]) -> Iterator[tuple[int, list[str]]]:
    for number, group in groupby(rows, itemgetter(0)):
        yield number, [cell for _, cell in group]


def _orders(
    file: sqlite3.Connection, place: int, size: int, languages: Sequence[str]
) -> Iterator[tuple[str, int, Sequence[int]]]:
    """The rows by a column in each language: how many have a value, and all."""
    named = file.execute("SELECT 1 FROM entry WHERE place = ? AND iri IS NOT NULL LIMIT 1", (place,)).fetchone()
    for language in languages if named else languages[:1]:
        valued = [
            number
            for (number,) in file.execute(
                "SELECT e.number FROM entry e LEFT JOIN name n ON n.iri = e.iri AND n.language = ?"
                " LEFT JOIN name b ON b.iri = e.iri AND b.language = '' WHERE e.place = ?"
                " GROUP BY e.number ORDER BY MIN(COALESCE(n.key, b.key, e.key)), e.number",
                (language, place),
            )
        ]
        rest = sorted(set(range(size)).difference(valued)) if len(valued) < size else []
        yield language, len(valued), (*valued, *rest)


def _write_facet(file: sqlite3.Connection, place: int, slug: str, column: Column) -> None:
    """The rows of each value of a column, or of each year."""
    by_year = column.facet == "year"
    file.execute("CREATE TEMP TABLE posting (value TEXT, number INTEGER)")
    entries = file.execute("SELECT number, cell FROM entry WHERE place = ?", (place,))
    values = ((value, number) for number, cell in entries if (value := facet_value(cell, by_year=by_year)))
    file.executemany("INSERT INTO posting VALUES (?, ?)", values)
    postings = file.execute("SELECT DISTINCT value, number FROM posting ORDER BY value, number")
    rows = ((value, [number for _, number in group]) for value, group in groupby(postings, itemgetter(0)))
    write_facet(file, slug, column.name, rows)
    file.execute("DROP TABLE posting")


def values_of(
    column: Column, store: Store, numbers: Mapping[str, int], things: Collection[str] | None = None
) -> Iterator[tuple[int, str, Any, dict[str, Any]]]:
    """The values of a column: the number of the row, the thing, the term and its details.

    Args:
        column: the column.
        store: of the statements.
        numbers: of the things.
        things: those that are asked for; None for all.
    """
    details = column.details
    for row in store.select(prologue() + (column.query if things is None else narrowed(column.query, "thing", things))):
        thing, value = row["thing"], row["value"]
        number = numbers.get(thing.value) if isinstance(thing, ox.NamedNode) else None
        if number is not None and isinstance(value, ox.NamedNode | ox.Literal):
            stated = {name: term_of(row[name]) for name in details if row[name] is not None}
            yield number, thing.value, term_of(value), stated


def cell_of(term: str | list[str], details: Mapping[str, Any]) -> str:
    """An entry of a cell as it is written."""
    return as_json({"value": term, **details} if details else term)

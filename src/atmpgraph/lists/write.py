"""The lists of a release, made once by query over its store, into one file; the same statements give the same bytes.

Each column is a query of its own, whose rows go to a file: nothing here grows in memory but the numbers of the things.
"""

import errno
import json
import os
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from ..store import Store
from ..vocab import XSD, prefixes
from .declared import Column, Declaration, prologue
from .layout import SCHEMA, packed
from .names import fold, write_names
from .names import queries as queries_of_names

_NUMBERS: Final = frozenset(f"{XSD}{name}" for name in ("decimal", "integer", "double", "float", "nonNegativeInteger"))
_YEAR: Final = re.compile(r"-?\d{4,}")
_VERSION: Final = 92, 100  # the bytes in which SQLite notes which version of it wrote the file
_MOST_COLUMNS: Final = 1_000  # of a list
_SCRATCH: Final = """
CREATE TEMP TABLE entry (number INTEGER, place INTEGER, iri TEXT, key, cell TEXT);
"""


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
    path.unlink(missing_ok=True)
    with _telling_no_space(path), closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE; BEGIN")
        for statement in (SCHEMA + _SCRATCH).split(";"):
            file.execute(statement)
        numbers = {declared.slug: _things(declared, store) for declared in lists}
        for at, declared in enumerate(lists):
            _write_entries(file, at, declared, store, numbers[declared.slug])
        file.execute("CREATE INDEX temp.entry_place ON entry (place, number, cell)")
        shown = {iri for (iri,) in file.execute("SELECT DISTINCT iri FROM entry WHERE iri IS NOT NULL")}
        write_names(file, store, shown | _details(file), languages)
        for at, declared in enumerate(lists):
            things = numbers.pop(declared.slug)
            record = json.dumps(declared.as_json(), ensure_ascii=False, sort_keys=True)
            file.execute("INSERT INTO list VALUES (?, ?, ?, ?)", (declared.slug, at, record, len(things)))
            _write_rows(file, at, declared, things)
            for place, column in enumerate(declared.columns):
                entries = at * _MOST_COLUMNS + place
                if column.sorts:
                    _write_order(file, entries, (declared.slug, column.name), len(things), languages)
                if column.facet:
                    _write_facet(file, entries, declared.slug, column)
        file.execute("COMMIT")
    with path.open("r+b") as content:
        content.seek(_VERSION[0])
        content.write(bytes(_VERSION[1] - _VERSION[0]))


def queries(lists: Sequence[Declaration]) -> Iterator[str]:
    """The queries that lists are made by."""
    for declared in lists:
        yield prologue() + declared.query
        yield from (prologue() + column.query for column in declared.columns if column.value)
    yield from queries_of_names()


@contextmanager
def _telling_no_space(path: Path) -> Iterator[None]:
    """Say of a full disk what the system says."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_FULL:
            raise
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path)) from None


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
        values = _values(column, store, numbers) if column.value else ((n, iri, iri, {}) for iri, n in numbers.items())
        file.executemany(
            "INSERT INTO entry VALUES (?, ?, ?, ?, ?)",
            (
                (
                    number,
                    at * _MOST_COLUMNS + place,
                    *_sortable(term),
                    _json({"value": term, **details} if details else term),
                )
                for number, _, term, details in values
            ),
        )


def _values(column: Column, store: Store, numbers: dict[str, int]) -> Iterator[tuple[int, str, Any, dict[str, Any]]]:
    details = column.details
    for row in store.select(prologue() + column.query):
        thing, value = row["thing"], row["value"]
        number = numbers.get(thing.value) if isinstance(thing, ox.NamedNode) else None
        if number is not None and isinstance(value, ox.NamedNode | ox.Literal):
            stated = {name: _term(row[name]) for name in details if row[name] is not None}
            yield number, thing.value, _term(value), stated


def _term(term: object) -> str | list[str]:
    """A term as JSON: an IRI as a string, a literal as [value, language, datatype]."""
    if isinstance(term, ox.Literal):
        return [term.value, term.language or "", term.datatype.value]
    return term.value if isinstance(term, ox.NamedNode) else str(term)


_json: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


def _sortable(term: str | list[str]) -> tuple[str | None, str | float]:
    """The IRI of a term, if it is one, and the key by which it is sorted where it has no name."""
    if isinstance(term, str):
        return term, fold(re.split("[#/]", term)[-1])
    text, _, datatype = term
    if datatype in _NUMBERS:
        with suppress(ValueError):
            return None, float(text)
    return None, fold(text)


def _details(file: sqlite3.Connection) -> set[str]:
    """The IRIs among the details of numbers: units and codes of exactness."""
    cells = file.execute("SELECT DISTINCT json_remove(cell, '$.value') FROM entry WHERE cell LIKE '{%'")
    return {term for (cell,) in cells for term in json.loads(cell).values() if isinstance(term, str)}


def _write_rows(file: sqlite3.Connection, at: int, declared: Declaration, things: dict[str, int]) -> None:
    first, width = at * _MOST_COLUMNS, len(declared.columns)
    cells = [
        file.execute("SELECT DISTINCT number, cell FROM entry WHERE place = ? ORDER BY number, cell", (first + place,))
        for place in range(width)
    ]
    columns = [_grouped(rows) for rows in cells]
    heads = [next(column, None) for column in columns]

    def rows() -> Iterator[tuple[str, int, str, str]]:
        for thing, number in things.items():
            row = []
            for place in range(width):
                head = heads[place]
                if head and head[0] == number:
                    row.append("[" + ", ".join(head[1]) + "]")
                    heads[place] = next(columns[place], None)
                else:
                    row.append("[]")
            yield declared.slug, number, thing, f"[{', '.join(row)}]"

    file.executemany("INSERT INTO row VALUES (?, ?, ?, ?)", rows())


def _grouped(rows: Iterable[tuple[int, str]]) -> Iterator[tuple[int, list[str]]]:
    for number, group in groupby(rows, itemgetter(0)):
        yield number, [cell for _, cell in group]


def _write_order(
    file: sqlite3.Connection, place: int, key: tuple[str, str], size: int, languages: Sequence[str]
) -> None:
    """The rows by a column, in each language in which the order is another."""
    named = file.execute("SELECT 1 FROM entry WHERE place = ? AND iri IS NOT NULL LIMIT 1", (place,)).fetchone()
    before = b""
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
        if (rows := packed((*valued, *rest))) != before:
            file.execute("INSERT INTO sorted VALUES (?, ?, ?, ?, ?)", (*key, language, len(valued), rows))
            before = before or rows


def _write_facet(file: sqlite3.Connection, place: int, slug: str, column: Column) -> None:
    """The rows of each value of a column, or of each year."""
    by_year = column.facet == "year"
    file.execute("CREATE TEMP TABLE posting (value TEXT, number INTEGER)")
    entries = file.execute("SELECT number, cell FROM entry WHERE place = ?", (place,))
    values = ((value, number) for number, cell in entries if (value := _value(cell, by_year=by_year)))
    file.executemany("INSERT INTO posting VALUES (?, ?)", values)
    tokens = _tokens([value for (value,) in file.execute("SELECT DISTINCT value FROM posting ORDER BY value")])
    postings = file.execute("SELECT DISTINCT value, number FROM posting ORDER BY value, number")
    for value, group in groupby(postings, itemgetter(0)):
        rows = [number for _, number in group]
        record = (slug, column.name, value, tokens[value], len(rows), packed(rows))
        file.execute("INSERT INTO facet VALUES (?, ?, ?, ?, ?, ?)", record)
    file.execute("DROP TABLE posting")


@lru_cache(1 << 14)
def _value(text_of_cell: str, *, by_year: bool) -> str:
    """What one filters by; empty for none."""
    cell = json.loads(text_of_cell)
    term = cell["value"] if isinstance(cell, dict) else cell
    text = term if isinstance(term, str) else term[0]
    if not by_year:
        return str(text)
    year = _YEAR.match(text)
    return year[0] if year else ""


def _tokens(values: Sequence[str]) -> dict[str, str]:
    """A short word for each value in URLs: the end of an IRI; with a prefix, or whole, where two end alike."""
    ends = {value: re.split("[#/]", value.rstrip("/#"))[-1] if ":" in value else value for value in values}
    count, first = Counter(ends.values()), dict[str, str]()
    for value in values:
        first.setdefault(ends[value], value)
    tokens = {}
    for value in values:
        end = ends[value]
        tokens[value] = end if end and (count[end] == 1 or first[end] == value) else _shortened(value)
    return tokens


def _shortened(iri: str) -> str:
    fitting = ((name, space) for name, space in prefixes("").items() if ":" in space and iri.startswith(space))
    return next((f"{name}:{iri.removeprefix(space)}" for name, space in fitting), iri)

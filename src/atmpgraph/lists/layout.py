"""The file of the lists of a release (SQLite): its tables, and numbers of rows as bytes.

Rows of a list are numbered from 0, by the IRI of the thing. `sorted` has their order by a column, those without a value
at the end; `facet` has the rows of each value.
"""

import errno
import json
import os
import sqlite3
import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from .cells import tokens_of
from .declared import Declaration

SCHEMA: Final = """
CREATE TABLE list (slug TEXT PRIMARY KEY, place INTEGER, declaration TEXT, size INTEGER) WITHOUT ROWID;
CREATE TABLE row (list TEXT, number INTEGER, thing TEXT, cells TEXT, PRIMARY KEY (list, number)) WITHOUT ROWID;
CREATE TABLE sorted (list TEXT, column TEXT, language TEXT, valued INTEGER, rows BLOB);
CREATE TABLE facet (list TEXT, column TEXT, value TEXT, token TEXT, size INTEGER, rows BLOB);
CREATE TABLE name (iri TEXT, language TEXT, text TEXT, tag TEXT, key TEXT, PRIMARY KEY (iri, language)) WITHOUT ROWID;
CREATE INDEX facet_token ON facet (list, column, token);
CREATE INDEX facet_size ON facet (list, column, size);
"""
_VERSION: Final = 92, 100  # the bytes in which SQLite notes which version of it wrote the file


@contextmanager
def new_lists(path: Path, before: Path | None = None) -> Iterator[sqlite3.Connection]:
    """The file of lists that are written; those of another release can be read in it as `before`.

    Raises:
        OSError: no space is left.
    """
    path.unlink(missing_ok=True)
    with (
        _telling_no_space(path),
        closing(sqlite3.connect(path.absolute().as_uri(), uri=True)) as file,
        _temporary_in(path.absolute().parent, file),
    ):
        file.isolation_level = None
        if before:
            file.execute("ATTACH ? AS before", (f"{before.absolute().as_uri()}?mode=ro&immutable=1",))
        for pragma in ("main.journal_mode = OFF", "main.synchronous = OFF", "temp_store = FILE"):
            file.execute(f"PRAGMA {pragma}")
        file.execute("BEGIN")
        for statement in SCHEMA.split(";"):
            file.execute(statement)
        yield file
        file.execute("COMMIT")
    with path.open("r+b") as content:
        content.seek(_VERSION[0])
        content.write(bytes(_VERSION[1] - _VERSION[0]))


@contextmanager
def _telling_no_space(path: Path) -> Iterator[None]:
    """Say of a full disk what the system says: the engine names none."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_FULL:
            raise
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path)) from None


@contextmanager
def _temporary_in(folder: Path, file: sqlite3.Connection) -> Iterator[None]:
    """Have the temporary files of the engine in a folder: by default they may be where memory is a disk.

    The setting is one of the process, and old; where the engine lacks it, nothing happens
    (https://sqlite.org/pragma.html#pragma_temp_store_directory).
    """
    quoted = str(folder).replace("'", "''")
    file.execute(f"PRAGMA temp_store_directory = '{quoted}'")
    try:
        yield
    finally:
        with suppress(sqlite3.Error):  # of a file that is to be rolled back
            file.execute("PRAGMA temp_store_directory = ''")


def write_list(file: sqlite3.Connection, at: int, declared: Declaration, rows: Iterable[tuple[str, str]]) -> None:
    """Write the rows of a list: the thing of each, and its cells as `row_text`, by their numbers."""
    record = json.dumps(declared.as_json(), ensure_ascii=False, sort_keys=True)
    numbered = ((declared.slug, number, *row) for number, row in enumerate(rows))
    file.executemany("INSERT INTO row VALUES (?, ?, ?, ?)", numbered)
    (size,) = file.execute("SELECT COUNT(*) FROM row WHERE list = ?", (declared.slug,)).fetchone()
    file.execute("INSERT INTO list VALUES (?, ?, ?, ?)", (declared.slug, at, record, size))


def row_text(cells: Iterable[Iterable[str]]) -> str:
    """The cells of a row, of the texts of their entries."""
    texts = (", ".join(cell) for cell in cells)
    return f"[{', '.join(f'[{text}]' for text in texts)}]"


def write_orders(
    file: sqlite3.Connection, slug: str, column: str, orders: Iterable[tuple[str, int, Sequence[int]]]
) -> None:
    """Write the order by a column in each language in which it is another than in the first.

    Args:
        file: of the lists.
        slug, column: what is sorted, by what.
        orders: a language, how many rows have a value, and all rows.
    """
    first = b""
    for language, valued, numbers in orders:
        if (rows := packed(numbers)) != first:
            file.execute("INSERT INTO sorted VALUES (?, ?, ?, ?, ?)", (slug, column, language, valued, rows))
            first = first or rows


def write_facet(file: sqlite3.Connection, slug: str, column: str, rows: Iterable[tuple[str, Sequence[int]]]) -> None:
    """Write the rows of each value of a column, by value."""
    by_value: Mapping[str, bytes] = {value: packed(numbers) for value, numbers in rows}
    tokens = tokens_of(list(by_value))
    for value, numbers in by_value.items():
        record = (slug, column, value, tokens[value], len(numbers) // array("I").itemsize, numbers)
        file.execute("INSERT INTO facet VALUES (?, ?, ?, ?, ?, ?)", record)


def packed(numbers: Iterable[int]) -> bytes:
    """Numbers as bytes, four each, the least significant first."""
    return _little(array("I", numbers)).tobytes()


def unpacked(content: bytes) -> "array[int]":
    """The numbers again."""
    return _little(array("I", content))


def _little(numbers: "array[int]") -> "array[int]":
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers

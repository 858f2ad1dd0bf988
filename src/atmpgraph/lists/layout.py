"""The file of the lists of a release (SQLite): its tables, and numbers of rows as bytes.

Rows of a list are numbered from 0, by the IRI of the thing. `sorted` has their order by a column, those without a value
at the end; `facet` has the rows of each value.
"""

import sys
from array import array
from collections.abc import Iterable
from typing import Final

SCHEMA: Final = """
CREATE TABLE list (slug TEXT PRIMARY KEY, place INTEGER, declaration TEXT, size INTEGER) WITHOUT ROWID;
CREATE TABLE row (list TEXT, number INTEGER, thing TEXT, cells TEXT, PRIMARY KEY (list, number)) WITHOUT ROWID;
CREATE TABLE sorted (list TEXT, column TEXT, language TEXT, valued INTEGER, rows BLOB);
CREATE TABLE facet (list TEXT, column TEXT, value TEXT, token TEXT, size INTEGER, rows BLOB);
CREATE TABLE name (iri TEXT, language TEXT, text TEXT, tag TEXT, key TEXT, PRIMARY KEY (iri, language)) WITHOUT ROWID;
CREATE INDEX facet_token ON facet (list, column, token);
CREATE INDEX facet_size ON facet (list, column, size);
"""


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

"""The rows of a file whose cells are parted by a character (RFC 4180, and what a Table Dialect says otherwise)."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from .declared import Origin

Numbered: TypeAlias = tuple[int, list[str]]


def delimited_rows(path: Path, origin: Origin, errors: str = "strict") -> Iterator[Numbered]:
    """Each row with its number, as a spreadsheet counts: from 1, and a cell of several lines is in one row.

    Args:
        path: of the file.
        origin: how it is declared.
        errors: what becomes of bytes that are not of the encoding.

    Raises:
        OSError: the file cannot be read.
        UnicodeDecodeError: it is in another encoding.
        csv.Error: a row is none.
    """
    dialect = origin.dialect
    with path.open(encoding=with_mark(origin.encoding), errors=errors, newline="") as file, _of_bytes(origin.encoding):
        yield from enumerate(
            csv.reader(
                file,
                delimiter=dialect.delimiter,
                quotechar=dialect.quote,
                doublequote=dialect.double_quote,
                escapechar=dialect.escape,
                skipinitialspace=dialect.skip_space,
                strict=True,
            ),
            start=1,
        )


@contextmanager
def _of_bytes(encoding: str) -> Iterator[None]:
    """An encoding that wants a byte order mark says otherwise that bytes are not of it."""
    try:
        yield
    except UnicodeDecodeError:
        raise
    except UnicodeError as error:
        raise UnicodeDecodeError(encoding, b"\0", 0, 1, str(error)) from None


def with_mark(encoding: str) -> str:
    """The encoding that takes a byte order mark away, if there is one."""
    return "utf-8-sig" if encoding.lower().replace("_", "-") in {"utf-8", "utf8"} else encoding

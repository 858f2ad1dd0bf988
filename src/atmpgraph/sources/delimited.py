"""The rows of a file whose cells are parted by a character (RFC 4180, and what a Table Dialect says otherwise)."""

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeAlias

from ..i18n import message
from .declared import Origin

Numbered: TypeAlias = tuple[int, list[str]]
_MARK: Final = "\ufeff"  # of the order of bytes; an encoding that names the order leaves it in the text
# What version control leaves where two people changed the same rows.
_CONFLICT_MARK: Final = re.compile(r"(?:<{7}|>{7}|\|{7}) |={7}$")
CONFLICT_BEGINS: Final = "<<<<<<< "
CONFLICT: Final = message("the marks of two versions that were put together stand there; keep one of them")
# Letters that no word has: of UTF-8 that was read as another coding, of DOS or an old Mac, or not read at all.
_NEVER: Final = (
    "[\u0080-\u009f]|Ã[\u0080-\u00bf]|â€|Â[\u00a0-\u00bf]|\ufffd|[a-zß-öø-ÿ][“”‡‰Œ][a-zß-öø-ÿ]|[a-zß-öø-ÿ][ˆŸ˜]"
)
# Of a cell, as `plainText` of the shapes: Š within a word, and a quotation mark that nothing closes.
MISREAD: Final = re.compile(f"{_NEVER}|[A-Za-zß-öø-ÿ][a-zß-öø-ÿ][ŠŽ]|[a-zß-öø-ÿ](‚[^‘’]*|„[^“”]*|‹[^›]*)$")
# Of a file: capitals within a word, and parts of frames, are those of the wrong one.
_UNLIKELY: Final = re.compile(
    f"{_NEVER}|[a-zß-öø-ÿ][‚„Š‹Ž]|[a-zß-öø-ÿ][À-ÖØ-Þ]|[A-Z][À-ÖØ-Þ][a-zß-öø-ÿ]|[\u2500-\u259f]"
)
_USUAL: Final = frozenset("àáâãäåæçèéêëìíîïñòóôõöøùúûüßœÀÁÂÄÅÆÇÈÉÊÍÎÑÓÔÖØÙÚÛÜŒ‘’“”„«»–—…€°\u00a0")
_CODE_PAGES: Final = ("windows-1252", "cp850", "mac-roman")  # of Western Europe, the most usual first
_LOOKED_AT: Final = 1 << 20  # bytes
_SURE: Final = 0.9


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
    with path.open(encoding=origin.encoding, errors=errors, newline="") as file, _of_bytes(origin.encoding):
        if file.read(1) != _MARK:
            file.seek(0)
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


def is_conflict_mark(cells: Sequence[object]) -> bool:
    """Whether a row is one that version control wrote."""
    return bool(cells) and _CONFLICT_MARK.match(str(cells[0])) is not None


def likely_encoding(path: Path) -> str | None:
    """The encoding of Western Europe in which the beginning of a file that is not in UTF-8 has words; None if in none.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        content = file.read(_LOOKED_AT)
    shares = {encoding: _share_of_usual(content, encoding) for encoding in _CODE_PAGES}
    likely = max(_CODE_PAGES, key=lambda encoding: shares[encoding])
    return likely if shares[likely] >= _SURE else None


def _share_of_usual(content: bytes, encoding: str) -> float:
    """How many of the letters beyond ASCII are usual, of 1; 0 where the text has what no word has."""
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return 0
    beyond = [character for character in text if character > "\x7f"]
    return 0 if _UNLIKELY.search(text) else sum(one in _USUAL for one in beyond) / max(len(beyond), 1)

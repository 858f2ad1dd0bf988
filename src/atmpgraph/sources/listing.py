"""The tables and their columns as lines for a terminal."""

from collections.abc import Iterable, Iterator
from textwrap import wrap

from ..i18n import Texts
from .descriptions import TableDescription

_WIDTH = 110


def overview(tables: Iterable[TableDescription], words: Texts) -> Iterator[str]:
    """Each table with what it holds."""
    listed = list(tables)
    width = max((len(table.name) for table in listed), default=0)
    for table in listed:
        yield f"{table.name.ljust(width)}  {words.gettext(table.title)}"
    yield words.gettext("'atmpgraph tables NAME' says what the columns of one hold")


def columns_of(table: TableDescription, words: Texts) -> Iterator[str]:
    """A table, and each of its columns with what a cell holds."""
    yield f"{table.path}{words.colon}{words.gettext(table.title)}"
    if table.description:
        yield words.gettext(table.description)
    yield words.gettext("key: {columns}", columns=", ".join(table.key)) if table.key else words.gettext("no key")
    width = max((len(column.name) for column in table.columns), default=0)
    for column in table.columns:
        parts = [words.gettext(text) for text in (column.title, column.description) if text]
        text = f"{words.colon.join(parts)} ({'; '.join(column.notes(words))})"
        first, *others = wrap(text, _WIDTH - width, break_long_words=False, break_on_hyphens=False) or [""]
        yield f"{column.name.ljust(width)}  {first}"
        yield from (f"{'':{width}}  {line}" for line in others)

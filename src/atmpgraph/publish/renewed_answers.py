"""What is kept of a query after a change that leaves the order of its rows as it was.

The rows of things that no statement touched are those of the release before. Where the touched things have as many
rows as before, with the same IRIs and the same values of what orders them, all rows have the same order. What else
they say is asked for the touched things alone.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, Final

from ..sparql.answers import Answer, with_rows
from ..sparql.library import LibraryQuery

_ORDER: Final = re.compile(r"^ORDER BY((?:\s+(?:STR\(\?\w+\)|\?\w+))+)\s*\Z", re.MULTILINE)
_SELECT: Final = re.compile(r"^SELECT DISTINCT(?= \?)", re.MULTILINE)
_MOST: Final = 200  # touched things; with more of them all rows are asked for


def narrowed(query: LibraryQuery, touched: Callable[[str, str], Collection[str] | None] | None) -> LibraryQuery | None:
    """A query for the rows of the things that a change touched; None for one whose rows may be ordered otherwise.

    Args:
        query: of the library.
        touched: tells the IRIs of a variable in solutions that came or went, None for one of which it cannot.
    """
    if touched is None or not _ORDER.search(query.file_text) or not _SELECT.search(query.file_text):
        return None
    things = {column: iris for column in query.head.rows if (iris := touched(query.file_text, column)) is not None}
    column = min(things, key=lambda each: len(things[each]), default="")
    if not column or len(things[column]) > _MOST:
        return None
    narrow = query.of_rows({column: sorted(things[column])})
    return narrow if narrow != query else None


def renewed(
    answers: Sequence[Answer], narrow: LibraryQuery, before: Callable[[str], bytes], now: Callable[[str], bytes]
) -> list[Answer] | None:
    """Answers of the release before as they are now; None where rows may have come or gone, or have other places.

    Args:
        answers: the first rows, for some numbers of them.
        narrow: asks for the rows of what was touched.
        before, now: run a query on the release before and on this one; the results are SPARQL 1.1 Query Results JSON.
    """
    order = _ORDER.search(narrow.file_text)
    ordering = re.findall(r"\?\w+", order[1]) if order else []
    columns = json.loads(answers[0].body)["head"]["vars"]
    others = " ".join(each for each in ordering if each[1:] not in columns)
    shown = _SELECT.sub(f"SELECT DISTINCT {others}", narrow.file_text, count=1)
    if list(_places(before(shown), ordering)) != list(_places(now(shown), ordering)):
        return None
    rows = now(narrow.file_text)
    return [with_rows(answer, rows) for answer in answers]


def _places(result: bytes, ordering: Collection[str]) -> Iterator[list[object]]:
    """What tells the place of each row: the IRIs of its columns, and all of those that order it."""
    content: dict[str, Any] = json.loads(result)
    columns = content["head"]["vars"]
    for row in content["results"]["bindings"]:
        cells = ((column, row.get(column, {})) for column in columns)
        yield [cell if f"?{column}" in ordering or cell.get("type") == "uri" else None for column, cell in cells]

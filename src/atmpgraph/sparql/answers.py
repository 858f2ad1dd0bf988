"""The first rows of the answers of the query library, which a large release keeps: no page waits for all rows.

A file for each query as it runs, and for each number of rows: how many rows it has and whether there are more, on a
line; then the result (SPARQL 1.1 Query Results JSON). Another text of a query has another file, so none is out of date.

Of a query with more rows, whose head names the things of its rows, there is a file more: the IRIs of every row, a row
a line. They are the same in every language, so that any page asks for the things of its own rows alone.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeAlias

FIRST_ROWS: Final = 200  # on the page of a query
MOST_CHOICES: Final = 2_000  # values of a parameter

# The IRIs of a row, none where a column has another term, and how many rows before it have the same.
Key: TypeAlias = tuple[tuple[str | None, ...], int]


@dataclass(frozen=True)
class Answer:
    """The first rows of a result.

    Attributes:
        rows: how many.
        is_cut: there are more.
        body: SPARQL 1.1 Query Results JSON.
    """

    rows: int
    is_cut: bool
    body: bytes


def write_answer(folder: Path, text: str, most: int, answer: Answer) -> None:
    """Write the answer of a query."""
    head = json.dumps({"rows": answer.rows, "cut": answer.is_cut}).encode()
    answer_file(folder, text, most).write_bytes(head + b"\n" + answer.body)


def read_answer(file: Path) -> Answer:
    """The answer in a file.

    Raises:
        ValueError: there is none.
    """
    head, _, body = file.read_bytes().partition(b"\n")
    stated = json.loads(head)
    return Answer(stated["rows"], stated["cut"], body)


def answer_file(folder: Path, text: str, most: int) -> Path:
    """The file of an answer, whether it is there or not."""
    return folder / f"{sha256(f'{most} {text}'.encode()).hexdigest()[:32]}.json"


@dataclass(frozen=True)
class Window:
    """Some neighbouring rows of a result.

    Attributes:
        columns: of the result.
        keys: of the rows.
        is_cut: there are rows after them.
    """

    columns: Sequence[str]
    keys: Sequence[Key]
    is_cut: bool

    def things(self, column: str) -> list[str]:
        """The IRIs of a column, each once."""
        place = self.columns.index(column) if column in self.columns else None
        cells = (key[place] for key, _ in self.keys) if place is not None else ()
        return [iri for iri in dict.fromkeys(cells) if iri]

    def of(self, body: bytes) -> bytes | None:
        """The same rows of another result (JSON) with all rows of their things; None where it has not all of them."""
        result: dict[str, Any] = json.loads(body)
        rows = result["results"]["bindings"]
        iris = ([_iri(row.get(column)) for column in self.columns] for row in rows)
        wanted = set(self.keys)
        chosen = [row for row, key in zip(rows, _numbered(iris), strict=True) if key in wanted]
        if len(chosen) != len(wanted):
            return None
        result["results"]["bindings"] = chosen
        return json.dumps(result, ensure_ascii=False).encode()


def window_of(answer: Answer) -> Window:
    """The rows of an answer."""
    result = json.loads(answer.body)
    columns = result["head"]["vars"]
    iris = ([_iri(row.get(column)) for column in columns] for row in result["results"]["bindings"])
    return Window(columns, tuple(_numbered(iris)), answer.is_cut)


def write_rows(folder: Path, text: str, lines: Iterable[bytes], *, is_cut: bool) -> None:
    """Write the IRIs of the rows of a query.

    Args:
        folder: of the answers.
        text: of the query.
        lines: of its result (SPARQL 1.1 Query Results TSV).
        is_cut: it has more rows.
    """
    tsv = (line.decode().rstrip("\n").split("\t") for line in lines)
    columns = [name.removeprefix("?") for name in next(tsv)]
    rows = ([cell[1:-1] if cell.startswith("<") else None for cell in row] for row in tsv)
    with rows_file(folder, text).open("w", encoding="utf-8") as file:
        file.write(json.dumps({"columns": columns, "cut": is_cut}) + "\n")
        file.writelines(json.dumps(key, ensure_ascii=False) + "\n" for key in _numbered(rows))


def read_rows(file: Path, first: int, most: int) -> Window:
    """Some rows of those in a file.

    Raises:
        ValueError: there are none.
    """
    with file.open(encoding="utf-8") as lines:
        head = json.loads(next(lines, ""))
        keys = [(tuple(iris), number) for iris, number in map(json.loads, islice(lines, first, first + most))]
        is_cut = bool(head["cut"]) or next(lines, None) is not None
    if not keys or (len(keys) < most and head["cut"]):
        raise ValueError("rows that are not in the file")
    return Window(head["columns"], keys, is_cut)


def rows_file(folder: Path, text: str) -> Path:
    """The file of the rows of a query, whether it is there or not."""
    return folder / f"{sha256(f'rows {text}'.encode()).hexdigest()[:32]}.rows"


def _numbered(rows: Iterable[Sequence[str | None]]) -> Iterator[Key]:
    before = Counter[tuple[str | None, ...]]()
    for row in rows:
        iris = tuple(row)
        yield iris, before[iris]
        before[iris] += 1


def _iri(cell: dict[str, str] | None) -> str | None:
    return cell["value"] if cell and cell["type"] == "uri" else None

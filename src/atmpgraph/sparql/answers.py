"""The first rows of the answers of the query library, which a large release keeps: no page waits for all rows.

A file for each query as it runs, and for each number of rows: how many rows it has and whether there are more, on a
line; then the result (SPARQL 1.1 Query Results JSON). Another text of a query has another file, so none is out of date.

Of a query with more rows, whose head names the things of its rows, there is a file more: the IRIs of each of many rows,
a row a line. They are the same in every language, so that any page of these asks for the things of its own rows alone.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final, TypeAlias

FIRST_ROWS: Final = 200  # on the page of a query
MOST_CHOICES: Final = 2_000  # values of a parameter
LISTED_ROWS: Final = 20_000  # whose IRIs are kept: a hundred pages

_BINDINGS: Final = b'"bindings":['  # before the rows
_END: Final = b"]}}"  # after them

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


def write_result(
    folder: Path, text: str, mosts: Sequence[int], pieces: Iterable[bytes], *, is_cut: bool, keys: bool
) -> None:
    """Write the first rows of the result of a query, and where it has more, the IRIs of each row.

    Args:
        folder: of the answers.
        text: of the query.
        mosts: how many rows each answer has at most; the first is that of a page.
        pieces: of the result, as `service.result_writers` writes JSON: a row a line.
        is_cut: there are rows after those of the result.
        keys: whether the IRIs of the rows are wanted.
    """
    head, rows = _rows(_lines(pieces))
    first = list(islice(rows, max(mosts) + 1))
    for most in mosts:
        body = head + b",\n".join(first[:most]) + _END
        write_answer(answer_file(folder, text, most), Answer(len(first[:most]), is_cut or len(first) > most, body))
    if keys and len(first) > mosts[0]:
        columns = json.loads(head + _END)["head"]["vars"]
        numbered = _keys(columns, map(json.loads, chain(first, rows)))
        lines_of = (json.dumps(key, ensure_ascii=False).encode() + b"\n" for key in numbered)
        stated = json.dumps({"columns": columns, "cut": is_cut}).encode() + b"\n"
        _write(rows_file(folder, text), chain([stated], lines_of))


def write_answer(file: Path, answer: Answer) -> None:
    """Write an answer into its file."""
    _write(file, [json.dumps({"rows": answer.rows, "cut": answer.is_cut}).encode(), b"\n", answer.body])


def with_rows(answer: Answer, result: bytes) -> Answer:
    """An answer in which the rows of another result stand in the place of those with the same IRIs.

    Args:
        answer: as `service.result_writers` wrote its JSON, and the result too.
        result: has all rows of its things, or none.
    """
    columns = json.loads(answer.body)["head"]["vars"]
    _, come = _rows(result.split(b"\n"))
    others = dict(_keyed(columns, come))
    head, rows = _rows(answer.body.split(b"\n"))
    body = head + b",\n".join(others.get(key, row) for key, row in _keyed(columns, rows)) + _END
    return Answer(answer.rows, answer.is_cut, body)


def _keyed(columns: Sequence[str], rows: Iterable[bytes]) -> Iterator[tuple[Key, bytes]]:
    lines = list(rows)
    return zip(_keys(columns, map(json.loads, lines)), lines, strict=True)


def _rows(lines: Iterable[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """What is before the rows of a result, and its rows."""
    each = iter(lines)
    head, bindings, line = next(each).partition(_BINDINGS)
    rows = (row.removesuffix(b",") for row in (line.removesuffix(_END) for line in chain([line], each)) if row)
    return head + bindings, rows


def _write(file: Path, pieces: Iterable[bytes]) -> None:
    """Write a file anew, or none: one that is there may be that of another release too, by a link."""
    file.unlink(missing_ok=True)
    try:
        with file.open("wb") as written:
            written.writelines(pieces)
    except BaseException:
        file.unlink()  # the result broke off
        raise


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        yield from lines
    yield rest


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


def unended_file(folder: Path, text: str, seconds: float, memory_bytes: int) -> Path:
    """The file that tells that a query needs more time of a processor or more memory, whether it is there or not."""
    return folder / f"{sha256(f'{seconds} {memory_bytes} {text}'.encode()).hexdigest()[:32]}.unended"


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
        wanted = set(self.keys)
        chosen = [row for row, key in zip(rows, _keys(self.columns, rows), strict=True) if key in wanted]
        if len(chosen) != len(wanted):
            return None
        result["results"]["bindings"] = chosen
        return json.dumps(result, ensure_ascii=False).encode()


def window_of(answer: Answer) -> Window:
    """The rows of an answer."""
    result = json.loads(answer.body)
    columns = result["head"]["vars"]
    return Window(columns, tuple(_keys(columns, result["results"]["bindings"])), answer.is_cut)


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


def _keys(columns: Sequence[str], rows: Iterable[Mapping[str, dict[str, str]]]) -> Iterator[Key]:
    """The key of each row."""
    before = Counter[tuple[str | None, ...]]()
    for row in rows:
        iris = tuple(_iri(row.get(column)) for column in columns)
        yield iris, before[iris]
        before[iris] += 1


def _iri(cell: dict[str, str] | None) -> str | None:
    return cell["value"] if cell and cell["type"] == "uri" else None

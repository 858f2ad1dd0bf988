"""The first rows of the answers of the query library, which a large release keeps: no page waits for all rows.

A file for each query as it runs, and for each number of rows: how many rows it has and whether there are more, on a
line; then the result (SPARQL 1.1 Query Results JSON). Another text of a query has another file, so none is out of date.
"""

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

FIRST_ROWS: Final = 200  # on the page of a query
MOST_CHOICES: Final = 2_000  # values of a parameter


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

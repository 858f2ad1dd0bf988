"""The rows of a query as lines of text (SPARQL 1.1 Query Results TSV), and their terms.

A term has the same text wherever it stands, so each is read once; an object for each row and term would take ten times
as long as what is done with it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import IO, cast

import pyoxigraph as ox

from ..errors import QueryError
from . import Store


class _Lines:
    """A file that hands over whole lines, but for the first."""

    def __init__(self, take: Callable[[list[bytes]], None]) -> None:
        self._take, self._rest, self._has_head = take, b"", False
        self.error: Exception | None = None  # of the caller who takes the lines; the engine passes it on as its own

    def write(self, piece: bytes) -> int:
        *lines, self._rest = (self._rest + piece).split(b"\n")
        if lines and not self._has_head:
            self._has_head = True
            del lines[0]
        try:
            self._take(lines)
        except Exception as error:
            self.error = error
            raise
        return len(piece)

    def flush(self) -> None:
        """All whole lines have been taken."""


def take_rows(store: Store, query: str, take: Callable[[list[bytes]], None]) -> None:
    """Run a SELECT query.

    Args:
        store: of the statements.
        query: the text.
        take: gets rows, in blocks, maybe none: the terms of each, with tabs between them; an unbound one is empty.

    Raises:
        ReleaseError: the store cannot be read. What `take` raises is raised as it is.
    """
    results = store.query(query)
    if not isinstance(results, ox.QuerySolutions):
        raise QueryError("a SELECT query is expected")

    lines = _Lines(take)

    def run() -> Iterator[None]:
        results.serialize(cast("IO[bytes]", lines), format=ox.QueryResultsFormat.TSV)
        yield

    try:
        for _ in store.reading(run()):
            pass
    except Exception:
        if lines.error:
            raise lines.error from None
        raise


def terms(rows: Sequence[bytes], variables: Sequence[str]) -> Iterator[Mapping[str, object]]:
    """The terms of some rows that all have a term, by the names of their variables."""
    head = "\t".join(f"?{name}" for name in variables).encode()
    solutions = ox.parse_query_results(b"\n".join((head, *rows, b"")), format=ox.QueryResultsFormat.TSV)
    assert isinstance(solutions, ox.QuerySolutions)  # noqa: S101 - there is a head
    for solution in solutions:
        yield {name: term for name in variables if (term := solution[name]) is not None}


def iri_text(iri: str) -> bytes:
    """An IRI as it stands in a row."""
    return f"<{iri}>".encode()


def literal_of(text: bytes) -> tuple[str, str] | None:
    """The value of a literal and the tag of its language, empty for none; None for another term, or no term."""
    if text.startswith((b"<", b"_", b"\t")) or not text:
        return None
    if text.startswith(b'"') and b"\\" not in text:
        value, _, rest = text[1:].rpartition(b'"')
        if b"--" not in rest:  # a direction
            return value.decode(), rest[1:].decode() if rest.startswith(b"@") else ""
    ((_, term),) = next(terms([text], ["term"])).items()
    return (term.value, term.language or "") if isinstance(term, ox.Literal) else None

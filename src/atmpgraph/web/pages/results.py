"""The result of a query as a page: a table for solutions, a word for ASK, Turtle for a graph; a part at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import pyoxigraph as ox

from ...formats import RDF_FORMATS, RESULT_FORMATS, RESULTS_JSON, TURTLE, Format
from ...sparql.protocol import Query
from ...sparql.service.result_writers import Term
from ..core.context import Context
from ..core.labels import Name, names_of, shortened
from ..core.query_client import is_graph, result_fields, run_query

PAGE_ROWS: Final = 500
_PAGE_BYTES: Final = 70_000  # of the table of a page, about
_CELL_BYTES: Final = 30  # what stands around a term
_BYTES_FOR_READERS: Final = 1.5  # of a character of a term: a thing has its address and its name
_BYTES: Final = 2.5  # the same beside the editor, where a thing has its IRI as well


@dataclass(frozen=True)
class ResultsPage:
    """What the template shows: one of a table, a truth value and a graph.

    Attributes:
        formats: of the whole result.
        first, next: the number of the first row, and of the first row after the last one; 0 when there is none.
        base: of the publication.
        fields: header fields of the result.
        variables, rows: of the table.
        truth: the result of ASK.
        turtle: the graph.
        short: IRIs as people write them.
        names: of things, for readers.
    """

    formats: tuple[Format, ...]
    first: int
    next: int
    base: str
    fields: dict[str, str]
    variables: Sequence[str] = ()
    rows: Sequence[Sequence[Term | None]] = ()
    truth: bool | None = None
    turtle: str = ""
    short: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, Name] = field(default_factory=dict)


def results_page(context: Context, query: Query, *, named: bool = False) -> ResultsPage:
    """The page of a result, from the offset of the query.

    Args:
        context: of the request.
        query: what is asked.
        named: whether things are shown by their names.

    Raises:
        ProblemError: the query is refused or fails.
    """
    graph = is_graph(query)
    result = run_query(context, query, TURTLE if graph else RESULTS_JSON, rows=PAGE_ROWS)
    body = b"".join(result.pieces)
    page = ResultsPage(
        formats=RDF_FORMATS if graph else RESULT_FORMATS,
        first=query.offset,
        next=query.offset + (result.rows or 0) if result.cut else 0,
        base=context.base,
        fields=result_fields(result),
    )
    if graph:
        return replace(page, turtle=body.decode())
    parsed = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
    if isinstance(parsed, ox.QueryBoolean):
        return replace(page, first=0, next=0, truth=bool(parsed))
    all_rows = [list(row) for row in parsed]
    rows = list(_light(all_rows, _BYTES_FOR_READERS if named else _BYTES))
    iris = {cell.value for row in rows for cell in row if isinstance(cell, ox.NamedNode)}
    return replace(
        page,
        variables=[variable.value for variable in parsed.variables],
        rows=rows,
        next=query.offset + len(rows) if len(rows) < len(all_rows) else page.next,
        short={iri: shortened(iri, context.base) for iri in iris},
        names=names_of(context.release.store, iris, context.languages) if named else {},
    )


def _light(rows: list[list[Term | None]], bytes_of_a_character: float) -> Iterator[list[Term | None]]:
    """The first rows, as many as a light page holds; one at least."""
    weight = 0.0
    for number, row in enumerate(rows):
        weight += sum(_CELL_BYTES + bytes_of_a_character * len(str(cell)) for cell in row if cell is not None)
        if number and weight > _PAGE_BYTES:
            return
        yield row

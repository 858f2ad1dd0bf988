"""The result of a query as a page: a table for solutions, a word for ASK, Turtle for a graph; a part at a time."""

from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from ...formats import RDF_FORMATS, RESULT_FORMATS, RESULTS_JSON, TURTLE, Format
from ...sparql.protocol import Query
from ...sparql.service.client import Result
from ...sparql.service.result_writers import Term
from ..core.context import Context
from ..core.labels import shortened
from ..core.query_client import is_graph, result_fields, run_query

PAGE_ROWS: Final = 500


@dataclass(frozen=True)
class ResultsPage:
    """What the template shows: one of a table, a truth value and a graph.

    Attributes:
        variables, rows: of the table.
        first, next: the number of its first row, and of the first row after it; 0 when there is none.
        truth: the result of ASK.
        turtle: the graph.
        formats: of the whole result.
        short: IRIs as people write them.
        fields: header fields of the result.
    """

    variables: list[str]
    rows: list[list[Term | None]]
    first: int
    next: int
    truth: bool | None
    turtle: str
    formats: tuple[Format, ...]
    short: dict[str, str]
    fields: dict[str, str]


def results_page(context: Context, query: Query) -> ResultsPage:
    """The page of a result, from the offset of the query.

    Raises:
        ProblemError: the query is refused or fails.
    """
    graph = is_graph(query)
    formats = RDF_FORMATS if graph else RESULT_FORMATS
    result = run_query(context, query, TURTLE if graph else RESULTS_JSON, rows=PAGE_ROWS)
    body, fields = b"".join(result.pieces), result_fields(result)
    if graph:
        return ResultsPage([], [], query.offset, _next(query, result), None, body.decode(), formats, {}, fields)
    parsed = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
    if isinstance(parsed, ox.QueryBoolean):
        return ResultsPage([], [], 0, 0, bool(parsed), "", formats, {}, fields)
    variables, rows = [variable.value for variable in parsed.variables], [list(row) for row in parsed]
    iris = {cell.value for row in rows for cell in row if isinstance(cell, ox.NamedNode)}
    short = {iri: shortened(iri, context.base) for iri in iris}
    return ResultsPage(variables, rows, query.offset, _next(query, result), None, "", formats, short, fields)


def _next(query: Query, result: Result) -> int:
    return query.offset + (result.rows or 0) if result.cut else 0

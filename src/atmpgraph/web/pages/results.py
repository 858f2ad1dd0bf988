"""Results of a query as a page: a table for solutions, a word for ASK, Turtle for a graph; a part at a time."""

from dataclasses import dataclass

import pyoxigraph as ox

from ...formats import DOCUMENTS, HTML, RESULTS, RESULTS_JSON, TURTLE, Format
from ...sparql.protocol import Query
from ...sparql.service.client import Result
from ...sparql.service.result_writers import Term
from ...sparql.syntax.query_form import form
from ..core.context import settings
from ..core.labels import shortened
from ..core.query_client import fields_of, result_of

MOST_ROWS = 500


@dataclass(frozen=True)
class ResultsPage:
    """What the template shows: one of a table, a truth value and a graph.

    Attributes:
        first, next: the number of its first row, and of the first row that comes after it; 0 when none does.
        fields: header fields that the answer came with.
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


def offered_for(query: Query) -> tuple[Format, ...]:
    """The formats of the results of a query, the server's favourite first; its form tells before it is run."""
    return DOCUMENTS if form(query.text) in {"CONSTRUCT", "DESCRIBE"} else RESULTS


def results_page(query: Query) -> ResultsPage:
    """The page of an answer, from the row on that the query starts at.

    Raises:
        ProblemError: what keeps the query from an answer.
    """
    offered = offered_for(query)
    formats = tuple(f for f in offered if f is not HTML)
    result = result_of(query, TURTLE if TURTLE in offered else RESULTS_JSON, rows=MOST_ROWS)
    body, fields = b"".join(result.pieces), fields_of(result)
    if TURTLE in offered:
        return ResultsPage([], [], query.offset, _next(query, result), None, body.decode(), formats, {}, fields)
    parsed = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
    if isinstance(parsed, ox.QueryBoolean):
        return ResultsPage([], [], 0, 0, bool(parsed), "", formats, {}, fields)
    variables, rows = [variable.value for variable in parsed.variables], [list(row) for row in parsed]
    iris = {cell.value for row in rows for cell in row if isinstance(cell, ox.NamedNode)}
    short = {iri: shortened(iri, settings().base) for iri in iris}
    return ResultsPage(variables, rows, query.offset, _next(query, result), None, "", formats, short, fields)


def _next(query: Query, result: Result) -> int:
    return query.offset + (result.rows or 0) if result.cut else 0

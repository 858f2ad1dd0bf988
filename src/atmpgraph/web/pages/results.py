"""The result of a query as a page: a table for solutions, a word for ASK, Turtle for a graph; a part at a time.

A page has as many rows as its weight allows, whatever is in them: the other formats have all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox
from markupsafe import escape

from ...formats import RDF_FORMATS, RESULT_FORMATS, RESULTS_JSON, TURTLE, Format
from ...sparql.protocol import Query
from ...sparql.service.client import Result
from ...sparql.service.result_writers import Term
from ..core.context import Context
from ..core.labels import Name, page_names, shortened
from ..core.query_client import is_graph, result_fields, run_query

PAGE_ROWS: Final = 200
LONGEST_CELL: Final = 1_000  # characters of a text
_BYTES: Final = 48_000  # of the rows of a page, about
_MARKUP: Final = 60  # bytes of a cell beside its words


@dataclass(frozen=True)
class ResultsPage:
    """What the template shows: one of a table, a truth value and a graph.

    Attributes:
        variables, rows: of the table.
        first, next: the number of its first row, and of the first row after it; 0 when there is none.
        truth: the result of ASK.
        turtle: the graph.
        formats: of the whole result.
        names: of the IRIs: as people write them, or in the language of the page.
        fields: header fields of the result.
    """

    variables: list[str]
    rows: list[list[Term | None]]
    first: int
    next: int
    truth: bool | None
    turtle: str
    formats: tuple[Format, ...]
    names: dict[str, Name]
    fields: dict[str, str]


def results_page(context: Context, query: Query, *, named: bool = False) -> ResultsPage:
    """The page of a result, from the offset of the query.

    Args:
        context: of the request.
        query: what runs.
        named: things and codes are called by their names; else as a query writes them.

    Raises:
        ProblemError: the query is refused or fails.
    """
    if is_graph(query):
        return _graph_page(context, query)
    result = run_query(context, query, RESULTS_JSON, rows=PAGE_ROWS)
    body, fields = b"".join(result.pieces), result_fields(result)
    parsed = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
    if isinstance(parsed, ox.QueryBoolean):
        return ResultsPage([], [], 0, 0, bool(parsed), "", RESULT_FORMATS, {}, fields)
    variables, rows = [variable.value for variable in parsed.variables], [list(row) for row in parsed]
    shown = _that_fit(rows)
    rest = query.offset + len(shown) if len(shown) < len(rows) else _next(query, result)
    iris = {cell.value for row in shown for cell in row if isinstance(cell, ox.NamedNode)}
    names = page_names(context, iris) if named else {iri: Name(shortened(iri, context.base)) for iri in iris}
    return ResultsPage(variables, shown, query.offset, rest, None, "", RESULT_FORMATS, names, fields)


def _graph_page(context: Context, query: Query) -> ResultsPage:
    """The page of a graph; of one whose statements are long, fewer."""
    result = run_query(context, query, TURTLE, rows=PAGE_ROWS)
    body = b"".join(result.pieces)
    if (weight := len(escape(body.decode()).encode())) > _BYTES:
        result = run_query(context, query, TURTLE, rows=max(1, PAGE_ROWS * _BYTES // weight))
        body = b"".join(result.pieces)
    rest, fields = _next(query, result), result_fields(result)
    return ResultsPage([], [], query.offset, rest, None, body.decode(), RDF_FORMATS, {}, fields)


def _that_fit(rows: Sequence[list[Term | None]]) -> list[list[Term | None]]:
    """The first rows, as many as a page has room for; one at least."""
    room, shown = _BYTES, list[list[Term | None]]()
    for row in rows:
        room -= sum(map(_weight, row))
        if room < 0 and shown:
            break
        shown.append(row)
    return shown


def _weight(cell: Term | None) -> int:
    """About how many bytes of a page a cell has: the IRI of a thing is there twice."""
    if isinstance(cell, ox.NamedNode):
        return _MARKUP + 2 * len(cell.value)
    text = cell.value if isinstance(cell, ox.Literal) else str(cell or "")
    return _MARKUP // 2 + len(text[:LONGEST_CELL].encode())


def _next(query: Query, result: Result) -> int:
    return query.offset + (result.rows or 0) if result.cut else 0

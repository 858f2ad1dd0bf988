"""The result of a query as a page: a table for solutions, a word for ASK, Turtle for a graph; a part at a time."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import accumulate, takewhile
from typing import ClassVar, Final, TypeAlias

import pyoxigraph as ox
from markupsafe import escape

from ...formats import RDF_FORMATS, RESULT_FORMATS, RESULTS_JSON, TURTLE, Format
from ...sparql.protocol import Query
from ...sparql.service.result_writers import Term
from ..core.context import Context
from ..core.labels import Name, given_names, shortened
from ..core.query_client import is_graph, result_fields, run_query

PAGE_ROWS: Final = 500
_GRAPH_TRIPLES: Final = 250  # of the page of a graph, which has no rows to weigh
_ROWS_BYTES: Final = 50_000  # of the rows of a page
_ROW_BYTES, _CELL_BYTES, _LINK_BYTES = 15, 30, 40  # of their marks

_Row: TypeAlias = list[Term | None]


@dataclass(frozen=True)
class ResultsPage:
    """What the template shows: one of a table, a truth value and a graph.

    Attributes:
        formats: of the whole result.
        fields: header fields of the result.
        variables, rows: of the table.
        names: what the IRIs of the table are called.
        first, next: the number of its first row, and of the first row after it; 0 when there is none.
        truth: the result of ASK.
        turtle: the graph.
        longest: characters of a text in a cell.
    """

    longest: ClassVar = 5_000

    formats: tuple[Format, ...]
    fields: dict[str, str]
    variables: list[str] = field(default_factory=list)
    rows: list[_Row] = field(default_factory=list)
    names: dict[str, Name] = field(default_factory=dict)
    first: int = 0
    next: int = 0
    truth: bool | None = None
    turtle: str = ""


def results_page(context: Context, query: Query, *, labelled: bool = False) -> ResultsPage:
    """The page of a result, from the offset of the query: as many rows as a page may have, by number and by bytes.

    Args:
        context: of the request.
        query: what is asked.
        labelled: things and codes are called by their labels in the reader's language, not by their IRIs.

    Raises:
        ProblemError: the query is refused or fails.
    """
    graph = is_graph(query)
    most = _GRAPH_TRIPLES if graph else PAGE_ROWS
    result = run_query(context, query, TURTLE if graph else RESULTS_JSON, rows=most)
    body = b"".join(result.pieces)
    page = ResultsPage(RDF_FORMATS if graph else RESULT_FORMATS, result_fields(result), first=query.offset)
    following = query.offset + (result.rows or 0) if result.cut else 0
    if graph:
        return replace(page, turtle=body.decode(), next=following)
    parsed = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
    if isinstance(parsed, ox.QueryBoolean):
        return replace(page, truth=bool(parsed))
    every = [list(row) for row in parsed]
    rows, names = _labelled(context, every, labelled=labelled)
    if len(rows) < len(every):
        following = query.offset + len(rows)
    variables = [variable.value for variable in parsed.variables]
    return replace(page, variables=variables, rows=rows, names=names, next=following)


def _labelled(context: Context, every: list[_Row], *, labelled: bool) -> tuple[list[_Row], dict[str, Name]]:
    """The rows that a page has space for, and the names of their IRIs."""
    names = {iri: Name(shortened(iri, context.base)) for iri in _iris(every)}
    rows = _fitting(every, names)
    if labelled:
        names |= given_names(context, _iris(rows))
    return _fitting(rows, names), names


def _iris(rows: Iterable[_Row]) -> set[str]:
    return {term.value for row in rows for term in row if isinstance(term, ox.NamedNode)}


def _fitting(rows: list[_Row], names: dict[str, Name]) -> list[_Row]:
    """The first rows that are no larger together than a page may be; one at least."""
    sizes = accumulate(_ROW_BYTES + sum(_CELL_BYTES + _size(term, names) for term in row) for row in rows)
    return rows[: max(1, sum(1 for _ in takewhile(lambda size: size <= _ROWS_BYTES, sizes)))]


def _size(term: Term | None, names: dict[str, Name]) -> int:
    """The bytes of a term on a page: an IRI is there as a value, as a link and by its name."""
    if isinstance(term, ox.NamedNode):
        name = names.get(term.value)
        return _LINK_BYTES + 2 * _bytes(term.value) + _bytes(name.text if name else term.value)
    if isinstance(term, ox.Triple):
        return sum(_size(part, names) for part in (term.subject, term.predicate, term.object))
    if isinstance(term, ox.Literal):
        return _bytes(term.value[: ResultsPage.longest]) + (
            _LINK_BYTES if term.language else _bytes(term.datatype.value)
        )
    return 2 * _bytes(term.value) if term else 0


def _bytes(text: str) -> int:
    return len(escape(text).encode())

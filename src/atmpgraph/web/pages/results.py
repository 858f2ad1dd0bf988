"""The result of a query as a page: a table for solutions, a word for ASK, Turtle for a graph; a part at a time.

A page has as many rows as its weight allows, whatever is in them: the other formats have all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

import pyoxigraph as ox
from markupsafe import escape

from ...formats import RDF_FORMATS, RESULT_FORMATS, TURTLE, Format
from ...sparql.answers import FIRST_ROWS
from ...sparql.library import LibraryQuery
from ...sparql.protocol import Query
from ...sparql.service.client import Result
from ...sparql.service.result_writers import Term
from ...vocab import XSD
from ..core.context import Context
from ..core.labels import Name, page_names, shortened
from ..core.query_client import first_rows, is_graph, result_fields, run_query

PAGE_ROWS: Final = FIRST_ROWS
LONGEST_CELL: Final = 1_000  # characters of a text
_BYTES: Final = 66_000  # of the rows of a page, about
_BYTES_BESIDE_EDITOR: Final = 45_000
_MARKUP: Final = 95  # bytes of a cell beside its words, with the label of its column


@dataclass(frozen=True)
class Column:
    """A column of the table.

    Attributes:
        name: of its variable.
        place: of its term in a row.
        named: the place of what its words are the name of; -1 where they name nothing.
        codes: what its cells are codes of; empty where they are none.
    """

    name: str
    place: int
    named: int = -1
    codes: str = ""


@dataclass(frozen=True)
class ResultsPage:
    """What the template shows: one of a table, a truth value and a graph.

    Attributes:
        formats: of the whole result.
        first, next: the number of the first row, and of the first row after the last one; 0 when there is none.
        base: of the publication.
        fields: header fields of the result.
        columns: of the table.
        rows: with all terms of the answer, those too that no column shows.
        truth: the result of ASK.
        turtle: the graph.
        names: of the IRIs: as people write them, or in the language of the page.
        named: whether all is for readers.
    """

    formats: tuple[Format, ...]
    first: int
    next: int
    base: str
    fields: dict[str, str]
    columns: Sequence[Column] = ()
    rows: Sequence[Sequence[Term | None]] = ()
    truth: bool | None = None
    turtle: str = ""
    names: Mapping[str, Name] = field(default_factory=dict)
    named: bool = False


def results_page(
    context: Context,
    query: Query,
    *,
    of: LibraryQuery | None = None,
    most: int = PAGE_ROWS,
    named: bool = False,
    words: Mapping[str, str] = MappingProxyType({}),
    codes: Mapping[str, str] = MappingProxyType({}),
) -> ResultsPage:
    """The page of a result, from the offset of the query.

    Args:
        context: of the request.
        query: what runs.
        of: the query of the library that it is, if it is one.
        most: rows on it.
        named: things and codes are called by their names, numbers and dates as the language writes them; else all is
            as a query writes it.
        words: the column with the words for what is in another, by the name of the other (`QueryHead.words`).
        codes: what becomes of columns of codes, by their names (`QueryHead.on_page`).

    Raises:
        ProblemError: the query is refused or fails.
    """
    if is_graph(query):
        return _graph_page(context, query, min(most, PAGE_ROWS))
    result = first_rows(context, query, min(most, PAGE_ROWS), of)
    parsed = ox.parse_query_results(b"".join(result.pieces), format=ox.QueryResultsFormat.JSON)
    page = ResultsPage(RESULT_FORMATS, query.offset, _next(query, result), context.base, result_fields(result))
    if isinstance(parsed, ox.QueryBoolean):
        return replace(page, first=0, next=0, truth=bool(parsed))
    rows = [list(row) for row in parsed]
    shown = _that_fit(rows, _BYTES if named else _BYTES_BESIDE_EDITOR, context.base)
    iris = {cell.value for row in shown for cell in row if isinstance(cell, ox.NamedNode)}
    return replace(
        page,
        columns=_columns([variable.value for variable in parsed.variables], words, codes),
        rows=shown,
        next=query.offset + len(shown) if len(shown) < len(rows) else page.next,
        names=page_names(context, iris) if named else {iri: Name(shortened(iri, context.base)) for iri in iris},
        named=named,
    )


def _columns(variables: Sequence[str], words: Mapping[str, str], codes: Mapping[str, str]) -> list[Column]:
    """The columns that are shown: a thing or code whose words have a column is there by them."""
    places = {name: place for place, name in enumerate(variables)}
    things = {words[name]: place for name, place in places.items() if words.get(name) in places}
    return [
        Column(name, place, things.get(name, -1), codes.get(name, ""))
        for name, place in places.items()
        if words.get(name) not in places and codes.get(name) != "none"
    ]


def _graph_page(context: Context, query: Query, most: int) -> ResultsPage:
    """The page of a graph; of one whose statements are long, fewer."""
    result = run_query(context, query, TURTLE, rows=most)
    body = b"".join(result.pieces)
    if (weight := len(escape(body.decode()).encode())) > _BYTES_BESIDE_EDITOR:
        result = run_query(context, query, TURTLE, rows=max(1, most * _BYTES_BESIDE_EDITOR // weight))
        body = b"".join(result.pieces)
    following, fields = _next(query, result), result_fields(result)
    return ResultsPage(RDF_FORMATS, query.offset, following, context.base, fields, turtle=body.decode())


def _that_fit(rows: Sequence[list[Term | None]], room: int, base: str) -> list[list[Term | None]]:
    """The first rows, as many as a page has room for; one at least."""
    shown = list[list[Term | None]]()
    for row in rows:
        room -= sum(_weight(cell, base) for cell in row)
        if room < 0 and shown:
            break
        shown.append(row)
    return shown


def _weight(cell: Term | None, base: str) -> int:
    """About how many bytes of a page a cell has: a thing has its address and its name."""
    if isinstance(cell, ox.NamedNode):
        return _MARKUP + 2 * len(cell.value.removeprefix(base))
    if isinstance(cell, ox.Literal) and cell.datatype.value != f"{XSD}string" and not cell.language:
        return _MARKUP + 2 * len(cell.value)
    text = cell.value if isinstance(cell, ox.Literal) else str(cell or "")
    return _MARKUP // 2 + len(escape(text[:LONGEST_CELL]).encode())


def _next(query: Query, result: Result) -> int:
    return query.offset + (result.rows or 0) if result.cut else 0

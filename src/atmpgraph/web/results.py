"""Results of a query as a page: a table for solutions, a word for ASK, Turtle for a graph."""

from dataclasses import dataclass

import pyoxigraph as ox

from ..http.formats import HTML, TURTLE, Format
from ..sparql.execute import Answer, Term
from ..vocab import prefixes
from .current import settings
from .labels import shortened

MOST_ROWS = 500


@dataclass(frozen=True)
class ResultsPage:
    """What the template shows: one of a table, a truth value and a graph."""

    variables: list[str]
    rows: list[list[Term | None]]
    cut: bool
    truth: bool | None
    turtle: str
    formats: tuple[Format, ...]
    short: dict[str, str]


def results_page(answer: Answer) -> ResultsPage:
    """The page of an answer; a table is cut after `MOST_ROWS` rows, the other formats never."""
    results, formats = answer.results, tuple(f for f in answer.offered if f is not HTML)
    if isinstance(results, ox.QueryBoolean):
        return ResultsPage([], [], False, bool(results), "", formats, {})
    base = settings().base
    if isinstance(results, ox.QueryTriples):
        turtle = answer.body(TURTLE, prefixes(base)).decode()
        return ResultsPage([], [], False, None, turtle, formats, {})
    variables = [variable.value for variable in results.variables]
    rows = answer.rows(MOST_ROWS + 1)
    iris = {cell.value for row in rows for cell in row if isinstance(cell, ox.NamedNode)}
    short = {iri: shortened(iri, base) for iri in iris}
    return ResultsPage(variables, rows[:MOST_ROWS], len(rows) > MOST_ROWS, None, "", formats, short)

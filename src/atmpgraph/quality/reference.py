"""The reference engine of SHACL: pyshacl. Few graphs are small enough for it, and it loads slowly."""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyshacl
from pyparsing import ParseBaseException
from pyshacl.errors import ReportableRuntimeError
from rdflib import Graph
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result as QueryResult

from .engines import unusable
from .patterns import Engine, for_engine
from .results import Result, results_of


def reference_results(data: Path, shapes: Graph) -> Iterator[Result]:
    """The results of pyshacl.

    Args:
        data: N-Triples.
        shapes: all of them.

    Raises:
        AtmpgraphError: the shapes cannot be run.
    """
    graph = _PreparedGraph()
    graph.parse(str(data), format="nt")
    try:
        patterns = for_engine(shapes, Engine.REFERENCE)
        _, report, _ = pyshacl.validate(graph, shacl_graph=patterns, inference="none", advanced=False)
    except (ReportableRuntimeError, RuntimeError, ValueError, re.error, ParseBaseException) as error:
        raise unusable(error) from None
    if not isinstance(report, Graph):  # it gives some errors back
        raise unusable(report)
    yield from results_of(report, shapes)


@lru_cache(maxsize=1024)
def _prepared(query: str) -> Query:
    return prepareQuery(query)


class _PreparedGraph(Graph):
    """A graph that parses a query once: pyshacl runs the same one for each focus node."""

    def query(self, query_object: str | Query, *args: Any, **kwargs: Any) -> QueryResult:  # noqa: ANN401 - as in `Graph`
        """As in `Graph`."""
        prepared = _prepared(query_object) if isinstance(query_object, str) else query_object
        return super().query(prepared, *args, **kwargs)

"""The engines that run SHACL shapes over a graph, behind one function each.

pyshacl is the reference. pyshifty gives the same results in a small part of the time (`docs/decisions/shacl.md`).
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import pyshacl
import shifty
from pyparsing import ParseBaseException
from pyshacl.errors import ReportableRuntimeError
from rdflib import Graph
from rdflib.namespace import SH
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result as QueryResult
from rdflib.term import BNode, Node

from ..errors import AtmpgraphError
from .patterns import Engine, for_engine
from .reach import TARGETS
from .results import Result, results_of

# How the quick engine reads the graph: without its shapes in it, and without inference.
_ALONE: Final[dict[str, Any]] = {"graph_mode": "data", "infer": False}
VERSION: Final = f"pyshifty {version('pyshifty')}"
_REPORTED_OBJECTS: Final = (SH.property, SH.sparql)


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
        raise _unusable(error) from None
    yield from results_of(report, shapes)


def quick_results(data: Path, shapes: Graph) -> Iterator[Result]:
    """The results of pyshifty, over the whole graph.

    Args:
        data: N-Triples.
        shapes: all of them.

    Raises:
        AtmpgraphError: the shapes cannot be run.
    """
    yield from QuickEngine(for_engine(shapes, Engine.QUICK)).results(data)


@lru_cache(maxsize=1024)
def _prepared(query: str) -> Query:
    return prepareQuery(query)


class _PreparedGraph(Graph):
    """A graph that parses a query once: pyshacl runs the same one for each focus node."""

    def query(self, query_object: str | Query, *args: Any, **kwargs: Any) -> QueryResult:  # noqa: ANN401 - as in `Graph`
        """As in `Graph`."""
        prepared = _prepared(query_object) if isinstance(query_object, str) else query_object
        return super().query(prepared, *args, **kwargs)


class QuickEngine:
    """pyshifty with the shapes compiled, for any number of graphs."""

    def __init__(self, shapes: Graph) -> None:
        """Compile shapes, whose patterns are written for it (`patterns`).

        Raises:
            AtmpgraphError: they cannot be run.
        """
        self._shapes = shapes
        self._engine = self._run(shifty.PreparedValidator, _with_names(shapes).serialize(format="nt"))

    def failing(self, data: Path) -> set[str]:
        """The focus nodes that have a result; terms of N-Triples.

        Args:
            data: N-Triples.
        """
        run = self._engine.validate_algebra
        return {violation.focus_node for violation in self._run(run, data, **_ALONE).violations}

    def results(self, data: Path, shapes: Sequence[Node] | None = None) -> Iterator[Result]:
        """The results, in twice the time.

        Args:
            data: N-Triples.
            shapes: those to start from; None for all that have targets.
        """
        run = self._engine.validate
        _, report, _ = self._run(run, data, shape_names=_named(shapes), sort_results=False, **_ALONE)
        yield from results_of(report.de_skolemize(), self._shapes)

    @staticmethod
    def _run(function: Any, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - any call of the library
        try:
            return function(*arguments, **options)
        except (RuntimeError, ValueError) as error:
            raise _unusable(error) from None


def _with_names(shapes: Graph) -> Graph:
    """Shapes in which those that are reported have a name, so that results lead back to them."""
    reported = {each for predicate in _REPORTED_OBJECTS for each in shapes.objects(None, predicate)}
    reported |= {each for predicate in TARGETS for each in shapes.subjects(predicate)}
    graph = Graph()
    for triple in shapes:
        subject, predicate, obj = (_name(term) if term in reported else term for term in triple)
        graph.add((subject, predicate, obj))
    return graph


def _name(shape: Node) -> Node:
    return shape.skolemize() if isinstance(shape, BNode) else shape


def _named(shapes: Sequence[Node] | None) -> list[str] | None:
    return None if shapes is None else [str(_name(shape)) for shape in shapes]


def _unusable(error: Exception) -> AtmpgraphError:
    return AtmpgraphError("the shapes cannot be run: {reason}", reason=str(error))

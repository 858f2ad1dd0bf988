"""The engine that runs SHACL shapes over a graph: pyshifty.

It gives the results of the reference (`reference`) in a small part of the time (`docs/decisions/shacl.md`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import shifty
from rdflib import Graph
from rdflib.namespace import SH
from rdflib.term import BNode, Node

from ..errors import AtmpgraphError
from .patterns import Engine, for_engine
from .results import TARGETS, Result, results_of
from .unbroken_patterns import PatternConstraint, pattern_constraints, unbroken

# How the quick engine reads the graph: without its shapes in it, and without inference.
_ALONE: Final[dict[str, Any]] = {"graph_mode": "data", "infer": False}
VERSION: Final = f"pyshifty {version('pyshifty')}"
_REPORTED_OBJECTS: Final = (SH.property, SH.sparql)


def quick_results(data: Path, shapes: Graph) -> Iterator[Result]:
    """The results of pyshifty, over the whole graph.

    Args:
        data: N-Triples.
        shapes: all of them, which nobody changes any more.

    Raises:
        AtmpgraphError: the shapes cannot be run.
    """
    yield from _engine(shapes).results(data)


@lru_cache(maxsize=4)
def _engine(shapes: Graph) -> "QuickEngine":
    """The engine for some shapes, such as those of graph and catalogue: most builds of a process have the same."""
    return QuickEngine(for_engine(shapes, Engine.QUICK))


class QuickEngine:
    """pyshifty with the shapes compiled, for any number of graphs."""

    def __init__(self, shapes: Graph) -> None:
        """For shapes whose patterns are written for it (`patterns`)."""
        self._shapes, self._named = shapes, _with_names(shapes)
        self._patterns = tuple(pattern_constraints(self._named))
        self._without: tuple[frozenset[PatternConstraint] | None, Any] = None, None

    def failing(self, data: Path) -> dict[str, set[str]]:
        """The focus nodes that have a result, as terms of N-Triples, each with the names of the shapes that fail.

        Args:
            data: N-Triples.

        Raises:
            AtmpgraphError: the shapes cannot be run.
        """
        failing = defaultdict[str, set[str]](set)
        for violation in self._violations(self._compiled(data), data):
            failing[violation.focus_node].add(violation.shape_name)
        return failing

    def results(self, data: Path, shapes: Sequence[str] | None = None) -> Iterator[Result]:
        """The results of shapes, in five times the time that it takes to find those that fail.

        Args:
            data: N-Triples.
            shapes: the names of those to start from; None for all that fail.

        Raises:
            AtmpgraphError: the shapes cannot be run.
        """
        compiled = self._compiled(data)
        if shapes is None:
            shapes = sorted({violation.shape_name for violation in self._violations(compiled, data)})
        if not shapes:  # the engine takes none for all
            return
        _, report, _ = self._run(compiled.validate, data, shape_names=shapes, sort_results=False, **_ALONE)
        yield from results_of(report.de_skolemize(), self._shapes)

    def _violations(self, compiled: Any, data: Path) -> Any:  # noqa: ANN401 - the library has no types
        return self._run(compiled.validate_algebra, data, **_ALONE).violations

    def _compiled(self, data: Path) -> Any:  # noqa: ANN401 - the library has no types
        """The shapes without the patterns that all of a graph keeps to; compiled again where these are others."""
        left_out = self._run(unbroken, self._patterns, data) if self._patterns else frozenset()
        without = self._without
        if left_out != without[0]:
            graph = Graph() + self._named
            for constraint in left_out:
                graph.remove(constraint.statement)
            without = self._without = left_out, self._run(shifty.PreparedValidator, graph.serialize(format="nt"))
        return without[1]

    @staticmethod
    def _run(function: Any, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - any call of the library
        try:
            return function(*arguments, **options)
        except (RuntimeError, ValueError) as error:
            raise unusable(error) from None


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


def named(shapes: Iterable[Node]) -> list[str]:
    """The names of shapes in the engine."""
    return [str(_name(shape)) for shape in shapes]


def unusable(error: Exception) -> AtmpgraphError:
    """What is told where an engine cannot run shapes."""
    return AtmpgraphError("the shapes cannot be run: {reason}", reason=str(error))

"""SPARQL constraints (SHACL §5): the query of one, with its prefixes, for one focus node or for all at once."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from pyparsing import ParseBaseException
from rdflib import Graph, URIRef
from rdflib.paths import AlternativePath, InvPath, SequencePath
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.plugins.sparql.sparql import Query
from rdflib.term import Node, Variable

from ..sparql.syntax.algebra import flat, prepared
from .constraint_text import constraint_text

_THIS: Final = Variable("this")
_VALUE: Final = Variable("value")
# What only an engine of shapes can bind (SHACL §5.3.1, appendix A).
_BOUND_BY_SHAPES: Final = re.compile(r"[$?](PATH|currentShape|shapesGraph)\b")

# The brace that is not the one of the patterns.
_EXISTS_BEFORE: Final = re.compile(r"[^{]*\bEXISTS\s*\{", re.IGNORECASE)
_PATTERN_FIRST: Final = re.compile(r"[^{]*\{\s*[$?]\w+\s")
_SELECT: Final = re.compile(r"\bSELECT\b(?!\s+DISTINCT)", re.IGNORECASE)
_ELSEWHERE: Final = {"Graph", "GraphGraphPattern", "ServiceGraphPattern"}
_EXAMPLE: Final = "?this a ?class ."


def constraint_query(shapes: Graph, constraint: Node) -> Query | None:
    """The same parsed; None where it is no query that stands by itself."""
    return _parsed(constraint_text(shapes, constraint))


@lru_cache(maxsize=1_024)
def _parsed(text: str) -> Query | None:
    if not text or _BOUND_BY_SHAPES.search(text):
        return None
    try:
        return prepared(text, None)
    except ParseBaseException:
        return None


def predicates(text: str) -> frozenset[str] | None:
    """The predicates on which the solutions of a query depend; None if any statement may matter."""
    query = _parsed(text)
    if query is None:
        return None
    used = list(_predicates(query.algebra))
    return None if None in used else frozenset(str(each) for each in used)


def reports_nodes(shapes: Graph, constraint: Node) -> bool:
    """Whether the values that a constraint reports are no literals: it has none, or they are subjects."""
    query = constraint_query(shapes, constraint)
    return query is not None and (_VALUE not in query.algebra.PV or _VALUE in _subjects(query.algebra))


def asks_for_blank(text: str) -> bool:
    """Whether each solution of a query has a blank node of the graph: then a graph without one needs no look."""
    query = _parsed(text)
    if query is None or "bnode" in text.lower():  # the function, which makes others
        return False
    part = query.algebra
    while part.name in {"SelectQuery", "Project", "Distinct", "Reduced"}:
        part = part.p
    return part.name == "Filter" and getattr(part.expr, "name", "") == "Builtin_isBLANK"


def _predicates(part: object) -> Iterator[URIRef | None]:
    """Those of all patterns, and None for one that may have any."""
    if isinstance(part, CompValue):
        for name, child in part.items():
            if name == "triples":
                for path in flat(child)[1::3]:
                    yield from _of_path(path)
            elif name != "_vars":
                yield from _predicates(child)
    elif isinstance(part, list | tuple):
        for child in part:
            yield from _predicates(child)


def _subjects(part: CompValue) -> Iterator[object]:
    """The subjects of the patterns without which there is no solution, but for paths that may begin backwards."""
    if part.name == "BGP":
        terms = flat(part.triples)
        for subject, path in zip(terms[::3], terms[1::3], strict=True):
            if all(isinstance(each, URIRef) for each in (path.args if isinstance(path, AlternativePath) else [path])):
                yield subject
    sides = {"Join": ("p1", "p2"), "LeftJoin": ("p1",), "Union": ()}.get(part.name, ("p",))
    for side in sides:
        if side in part:
            yield from _subjects(part[side])


def _of_path(path: object) -> Iterator[URIRef | None]:
    if isinstance(path, URIRef):
        yield path if ":" in path else None  # the store resolves a relative one
    elif isinstance(path, AlternativePath | SequencePath):
        for each in path.args:
            yield from _of_path(each)
    elif isinstance(path, InvPath):
        yield from _of_path(path.arg)
    else:  # a variable, all but some predicates, or no step at all, from any node
        yield None


def for_all(shapes: Graph, constraint: Node, focus_nodes: str) -> str:
    """One query for all focus nodes; its results are those of the queries for each if it `is_distributive`.

    Args:
        shapes: the graph of the shapes.
        constraint: of a node shape.
        focus_nodes: patterns that bind `?this`, to each node once.
    """
    before, brace, after = constraint_text(shapes, constraint).partition("{")
    before = _SELECT.sub("SELECT DISTINCT", before, count=1)  # two equal results are one
    return f"{before}{brace} {focus_nodes}\n{after}"


def is_distributive(shapes: Graph, constraint: Node) -> bool:
    """Whether one query for all focus nodes has the results of the queries for each.

    The patterns of the focus nodes stand first in it. So they bind `$this` wherever the query for one node has its
    value (SHACL §5.3.1), unless a group that is evaluated by itself names `$this` in an expression.
    """
    text = constraint_text(shapes, constraint)
    if not _PATTERN_FIRST.match(
        text
    ):  # else they are in the same pattern as what stands first, which is parsed already
        text = for_all(shapes, constraint, _EXAMPLE)
    query = None if _EXISTS_BEFORE.match(text) else _parsed(text)
    return query is not None and not _names_graphs(query.algebra) and _is_distributive(query.algebra)


def _names_graphs(part: object) -> bool:
    """Whether a clause looks elsewhere than in the union of the graphs, which is all that shapes apply to."""
    if isinstance(part, CompValue):
        return part.name in _ELSEWHERE or any(_names_graphs(child) for name, child in part.items() if name != "_vars")
    return isinstance(part, list | tuple) and any(map(_names_graphs, part))


def _is_distributive(query: CompValue) -> bool:
    """Whether the solutions for all nodes are those for each."""
    if query.name != "SelectQuery" or _THIS not in query.PV or query.datasetClause:
        return False
    part = query.p
    while part.name in {"Distinct", "Reduced", "Project", "Extend", "Filter"}:
        part = part.p
    if part.name == "AggregateJoin":
        if _THIS not in (part.p.expr or ()):
            return False
        return _is_bound_in(part.p.p)
    return _is_bound_in(query.p)


def _is_bound_in(part: CompValue, *, group: bool = True) -> bool:
    """Whether no expression names `$this` where its value is not that of the first patterns.

    Args:
        part: of the algebra of a query.
        group: whether the first patterns are in the same group.
    """
    if part.name in {"Distinct", "Reduced", "Project"}:
        return _is_bound_in(part.p, group=group)
    if part.name in {"Filter", "Extend"}:
        return (group or not _mentions_this(part.expr)) and _is_bound_in(part.p, group=group)
    if part.name in {"Join", "LeftJoin"}:
        return _is_bound_in(part.p1, group=group) and _is_bound_in(part.p2, group=False)
    if part.name == "Union":
        return _is_bound_in(part.p1, group=False) and _is_bound_in(part.p2, group=False)
    return part.name == "BGP"  # anything else is evaluated by itself


def _mentions_this(part: object) -> bool:
    if isinstance(part, CompValue):
        return any(_mentions_this(child) for name, child in part.items() if name != "_vars")
    if isinstance(part, list | tuple):
        return any(map(_mentions_this, part))
    return part == _THIS

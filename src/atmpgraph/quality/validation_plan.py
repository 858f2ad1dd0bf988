"""How shapes are run over a graph that is too large to be checked at once.

A SPARQL constraint that one query can answer for all focus nodes is one query over the store (`set_wide`): a query for
each costs more. One that sees the neighbourhood of its focus node and reports literals is not: a store may write a
number in another way. What is left of most shapes sees a neighbourhood, so it is run over parts of the graph
(`neighbourhoods`); what does not, over the whole graph, in memory.
"""

from dataclasses import dataclass
from typing import Final

from rdflib import RDF, Graph
from rdflib.namespace import SH
from rdflib.term import Node

from .constraint_query import reports_nodes
from .reach import Reach, UnboundedError, shapes_with_targets
from .results import TARGETS
from .set_wide import SetWide, is_set_wide

# What a shape without a constraint may have.
_REMARKS: Final = frozenset((RDF.type, SH.severity, SH.message, SH.deactivated, *TARGETS))


@dataclass(frozen=True)
class ValidationPlan:
    """What is run how.

    Attributes:
        shapes: all shapes, without the constraints that are set-wide.
        near: the shapes with targets that are run over parts.
        far: those that are run over the whole graph.
        set_wide: the constraints that are one query each.
        reach: what the shapes that are run over parts see.
    """

    shapes: Graph
    near: tuple[Node, ...]
    far: tuple[Node, ...]
    set_wide: tuple[SetWide, ...]
    reach: Reach


def plan(shapes: Graph, *, with_store: bool) -> ValidationPlan:
    """Plan a validation, with a store of the whole graph or without."""
    rest, near, far, set_wide = Graph() + shapes, list[Node](), list[Node](), list[SetWide]()
    for shape in shapes_with_targets(shapes):
        constraints = sorted(shapes.objects(shape, SH.sparql), key=str) if with_store else []
        if constraints and not _is_used(shapes, shape):
            for_each = _is_near(shapes, shape) and not _has_many_targets(shapes, shape)
            for constraint in constraints:
                if is_set_wide(shapes, shape, constraint) and not (for_each and not reports_nodes(shapes, constraint)):
                    set_wide.append(SetWide.of(shapes, shape, constraint))
                    rest.remove((shape, SH.sparql, constraint))
        if not _REMARKS.issuperset(rest.predicates(shape)):
            (near if _is_near(rest, shape) else far).append(shape)
    reach = Reach(rest)
    for shape in near:
        reach.add(shape)
    return ValidationPlan(rest, tuple(near), tuple(far), tuple(set_wide), reach)


def _is_near(shapes: Graph, shape: Node) -> bool:
    try:
        Reach(shapes).add(shape)
    except UnboundedError:
        return False
    return True


def _has_many_targets(shapes: Graph, shape: Node) -> bool:
    """Whether the targets are all nodes with a property: a query for each costs much more than one for all."""
    return any((shape, target, None) in shapes for target in (SH.targetSubjectsOf, SH.targetObjectsOf))


def _is_used(shapes: Graph, shape: Node) -> bool:
    """Whether another shape refers to a shape, which then applies to more than its targets."""
    return (None, None, shape) in shapes

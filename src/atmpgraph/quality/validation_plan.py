"""How shapes are run over a graph that is too large to be checked at once.

Most shapes see the neighbourhood of their focus node, so they are run over parts of the graph (`neighbourhoods`). A
SPARQL constraint that compares a node with all others, or applies to all nodes with a property, is one query over the
store (`set_wide`). What is neither is run over the whole graph, in memory.
"""

from dataclasses import dataclass
from functools import cached_property

from rdflib import Graph
from rdflib.namespace import SH
from rdflib.term import Node

from .reach import Reach, UnboundedError, shapes_with_targets
from .set_wide import is_set_wide


@dataclass(frozen=True)
class ValidationPlan:
    """What is run how.

    Attributes:
        shapes: all shapes, without the constraints that are set-wide.
        near: the shapes with targets that are run over parts.
        far: those that are run over the whole graph.
        set_wide: shapes with constraints that are one query each.
    """

    shapes: Graph
    near: tuple[Node, ...]
    far: tuple[Node, ...]
    set_wide: tuple[tuple[Node, Node], ...]

    @cached_property
    def reach(self) -> Reach:
        """What the shapes that are run over parts see."""
        reach = Reach(self.shapes)
        for shape in self.near:
            reach.add(shape)
        return reach


def plan(shapes: Graph, *, with_store: bool) -> ValidationPlan:
    """Plan a validation, with a store of the whole graph or without."""
    rest, near, far, set_wide = Graph() + shapes, list[Node](), list[Node](), list[tuple[Node, Node]]()
    for shape in shapes_with_targets(shapes):
        if _is_near(shapes, shape) and not _has_many_targets(shapes, shape):
            near.append(shape)
            continue
        for constraint in sorted(shapes.objects(shape, SH.sparql), key=str):
            if with_store and is_set_wide(shapes, shape, constraint) and not _is_used(shapes, shape):
                set_wide.append((shape, constraint))
                rest.remove((shape, SH.sparql, constraint))
        (near if _is_near(rest, shape) else far).append(shape)
    return ValidationPlan(rest, tuple(near), tuple(far), tuple(set_wide))


def _is_near(shapes: Graph, shape: Node) -> bool:
    try:
        Reach(shapes).add(shape)
    except UnboundedError:
        return False
    return True


def _has_many_targets(shapes: Graph, shape: Node) -> bool:
    """Whether the targets are all nodes with a property: a query for each costs more than one for all."""
    return any((shape, target, None) in shapes for target in (SH.targetSubjectsOf, SH.targetObjectsOf))


def _is_used(shapes: Graph, shape: Node) -> bool:
    """Whether another shape refers to a shape, which then applies to more than its targets."""
    return (None, None, shape) in shapes

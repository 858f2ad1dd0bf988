"""SPARQL constraints that compare a node with the whole graph, as one query over the store for all focus nodes."""

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final, Self, TypeAlias

import pyoxigraph as ox
from rdflib import RDF, RDFS, Graph, Literal, URIRef
from rdflib.namespace import SH
from rdflib.term import BNode, Node

from ..rdf.statements import text_of
from ..sparql.syntax.taking_part import Place, Triple, certain, places
from ..store import Store
from ..store.changes import Changes
from .constraint_query import asks_for_blank, constraint_query, for_all, is_distributive, predicates
from .constraint_text import constraint_text
from .results import Result, messages
from .shapes import HELD_TEXT

_PROJECTED: Final = {"this", "path", "value"}
_TRUE: Final = Literal(True)
# Patterns that bind `?this`, and the one triple pattern in them, if there is one.
_Target: TypeAlias = tuple[str, Triple | None]


@dataclass(frozen=True)
class SetWide:
    """A constraint that is one query.

    Attributes:
        shape: the node shape that has it.
        constraint: the constraint.
        read: the predicates on which its solutions depend; None if any statement may matter.
        places: where statements can take part in them; None where that is not known.
        certain: patterns that each solution matches.
        of_blank: whether each solution has a blank node.
    """

    shape: Node
    constraint: Node
    read: frozenset[str] | None
    places: tuple[Place, ...] | None
    certain: tuple[Triple, ...]
    of_blank: bool = False

    @classmethod
    def of(cls, shapes: Graph, shape: Node, constraint: Node) -> Self:
        """Parse the query, once for all processes and for all checks by the same plan."""
        text = constraint_text(shapes, constraint)
        taking_part = places(text)
        matched = certain(text) if taking_part else ()
        return cls(shape, constraint, predicates(text), taking_part, matched, asks_for_blank(text))


def is_set_wide(shapes: Graph, shape: Node, constraint: Node) -> bool:
    """Whether one query gives the results of a constraint for all focus nodes of its shape."""
    query = constraint_query(shapes, constraint)
    if query is None or (shape, SH.path, None) in shapes or not {str(name) for name in query.algebra.PV} <= _PROJECTED:
        return False
    if HELD_TEXT in constraint_text(shapes, constraint):  # in no store
        return False
    if any("{?" in str(text) or "{$" in str(text) for text in shapes.objects(constraint, SH.message)):
        return False
    return is_distributive(shapes, constraint)


def identity(shapes: Graph, wide: SetWide, subclasses: Mapping[str, set[str]], digests: Mapping[bytes, str]) -> str:
    """A text that is another one as soon as the results may be others, for the same shapes.

    Args:
        shapes, wide, subclasses: as for `set_wide_results`.
        digests: of the triples with each predicate, by the latter as a term.
    """
    shape, constraint, targets = wide.shape, wide.constraint, [*_targets(shapes, wide.shape, subclasses)]
    texts, read = [for_all(shapes, constraint, nodes) for nodes, _ in targets], _read(wide, targets)
    seen = sorted(digests.keys() if read is None else (f"<{each}>".encode() for each in read))
    named = [str(each) for each in (shape, constraint) if not isinstance(each, BNode)]  # others get a name each time
    says = [shapes.value(shape, SH.severity), *sorted(messages(shapes, constraint))]
    return "\n".join([*named, *map(str, says), *texts, *(f"{name!r} {digests.get(name)}" for name in seen)])


def _read(wide: SetWide, targets: Sequence[_Target]) -> Set[str] | None:
    if wide.read is None:
        return None
    return wide.read | {triple[1][1:-1] for _, triple in targets if triple} if targets else frozenset()


def touched(
    changes: Changes, shapes: Graph, wide: SetWide, subclasses: Mapping[str, set[str]]
) -> frozenset[str] | None:
    """The focus nodes whose results may be others after some changes, by their IRIs; None where that is not known.

    Arguments as in `identity`.
    """
    targets = [*_targets(shapes, wide.shape, subclasses)]
    read = _read(wide, targets)
    if read is not None and read.isdisjoint(changes.predicates):
        return frozenset()
    if wide.places is None:
        return None
    parts = list[Place]()
    for _, triple in targets:
        parts += [Place(triple, wide.certain)] if triple else []
        parts += [each.joined([triple] if triple else []) for each in wide.places]
    return changes.touched(dict.fromkeys(parts), "this")


def set_wide_results(
    store: Store,
    shapes: Graph,
    wide: SetWide,
    subclasses: Mapping[str, set[str]],
    nodes: Collection[str] | None = None,
) -> Iterator[Result]:
    """The results of a constraint, each focus node once.

    Args:
        store: of the whole graph.
        shapes: the graph of the shapes.
        wide: the constraint.
        subclasses: for each class, those that are part of it, directly or not.
        nodes: the IRIs of the focus nodes that are looked at; None for all.
    """
    shape, constraint = wide.shape, wide.constraint
    only = "" if nodes is None else f"VALUES ?this {{ {' '.join(f'<{node}>' for node in sorted(nodes))} }} "
    if _TRUE in {*shapes.objects(shape, SH.deactivated), *shapes.objects(constraint, SH.deactivated)}:
        return
    severity = str(shapes.value(shape, SH.severity) or SH.Violation)
    before = set[str]()
    for focus_nodes, _ in _targets(shapes, shape, subclasses):
        failing = set[str]()
        rows = store.select(for_all(shapes, constraint, only + focus_nodes))
        for row in rows:
            this, value, path = (row[name] if name in rows.variables else None for name in ("this", "value", "path"))
            node = text_of(this)
            if node in before:  # of two targets
                continue
            failing.add(node)
            value = this if value is None else value  # SHACL §5.3.2
            yield Result(
                node=node,
                path=path.value if isinstance(path, ox.NamedNode) else "",
                value=text_of(value),
                term=None if isinstance(value, ox.BlankNode) else str(value),
                shape="" if isinstance(shape, BNode) else str(shape),
                constraint=None if isinstance(constraint, BNode) else str(constraint),
                component=str(SH.SPARQLConstraintComponent),
                severity=severity,
                messages=messages(shapes, constraint),
            )
        before |= failing


def _targets(shapes: Graph, shape: Node, subclasses: Mapping[str, set[str]]) -> Iterator[_Target]:
    """For each target of a shape (SHACL §2.1.3), patterns that bind `?this` to its nodes, each once."""
    classes = {str(each) for each in shapes.objects(shape, SH.targetClass)}
    if (shape, RDF.type, RDFS.Class) in shapes:
        classes.add(str(shape))
    for each in sorted(classes.union(*(subclasses.get(one, set()) for one in classes))):
        yield f"?this <{RDF.type}> <{each}> .", ("?this", f"<{RDF.type}>", f"<{each}>")
    for predicate in sorted(map(str, shapes.objects(shape, SH.targetSubjectsOf))):
        yield (
            f"{{ SELECT DISTINCT ?this {{ ?this <{predicate}> ?object_of_target }} }}",
            ("?this", f"<{predicate}>", "?object_of_target"),
        )
    for predicate in sorted(map(str, shapes.objects(shape, SH.targetObjectsOf))):
        yield (
            f"{{ SELECT DISTINCT ?this {{ ?subject_of_target <{predicate}> ?this }} }}",
            ("?subject_of_target", f"<{predicate}>", "?this"),
        )
    nodes = [each.n3() for each in shapes.objects(shape, SH.targetNode) if isinstance(each, URIRef | Literal)]
    if nodes:
        yield f"VALUES ?this {{ {' '.join(sorted(nodes))} }}", None

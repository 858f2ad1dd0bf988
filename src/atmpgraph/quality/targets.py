"""The focus nodes of shapes (SHACL §2.1.3), marked in a part of the graph, so that an engine checks no others there.

Each set of targets gets a property of its own, which is the only target of its shapes in the end.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import Final

from rdflib import RDF, RDFS, Graph, URIRef
from rdflib.namespace import SH
from rdflib.term import Node

from .results import TARGETS, term_of

_MARK: Final = "urn:focus:"
_TYPE: Final = f"<{RDF.type}>".encode()


class Targets:
    """The targets of some shapes."""

    def __init__(self, shapes: Graph, near: Sequence[Node], narrower: Mapping[str, set[str]]) -> None:
        """Read the targets.

        Args:
            shapes: the graph of all shapes.
            near: those whose targets count.
            narrower: for each class, those that are part of it.
        """
        sets: dict[frozenset[tuple[Node, Node]], list[Node]] = defaultdict(list)
        for shape in near:
            sets[frozenset(_targets(shapes, shape))].append(shape)
        self._shapes, self._sets = shapes, sets
        self._by: dict[Node, dict[bytes, set[int]]] = {kind: defaultdict(set) for kind in TARGETS}
        for number, targets in enumerate(sets):
            for kind, target in targets:
                wanted = {str(target), *narrower.get(str(target), ())} if kind == SH.targetClass else ()
                for term in (*(f"<{each}>" for each in wanted), term_of(target)):
                    if term is not None:
                        self._by[kind][term.encode()].add(number)

    def marked(self) -> Graph:
        """The shapes with marks for targets."""
        graph = Graph()
        for triple in self._shapes:
            if triple[1] not in {*TARGETS, SH.target} and triple[1:] != (RDF.type, RDFS.Class):
                graph.add(triple)
        for number, shapes in enumerate(self._sets.values()):
            for shape in shapes:
                graph.add((shape, SH.targetObjectsOf, URIRef(f"{_MARK}{number}")))
        return graph

    def nodes(self, part: Container[bytes]) -> Iterator[bytes]:
        """The nodes in a part that are targets by themselves, which need not be in the graph."""
        return (node for node in self._by[SH.targetNode] if node in part)

    def marks(self, node: bytes, described: Iterable[bytes], linked: Iterable[bytes]) -> Iterator[bytes]:
        """The lines that mark a node for the shapes whose focus node it is.

        Args:
            node: as a term.
            described: the lines about it.
            linked: the predicates of the triples that lead to it.
        """
        classes, subjects, objects, nodes = (self._by[kind] for kind in TARGETS)
        numbers = set(nodes.get(node, ()))
        for line in described:
            _, predicate, rest = line.split(b" ", 2)
            if predicate in subjects:
                numbers |= subjects[predicate]
            if predicate == _TYPE and (marks := classes.get(rest[:-2])):
                numbers |= marks
        for predicate in linked:
            numbers |= objects.get(predicate, set())
        for number in numbers:
            yield b"<%b> <%b%d> %b ." % (_MARK.encode(), _MARK.encode(), number, node)


def _targets(shapes: Graph, shape: Node) -> Iterator[tuple[Node, Node]]:
    """Kind and object of each target of a shape."""
    for kind in TARGETS:
        for target in shapes.objects(shape, kind):
            yield kind, target
    if (shape, RDF.type, RDFS.Class) in shapes:
        yield SH.targetClass, shape

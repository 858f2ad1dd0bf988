"""Names for blank nodes that depend on what is said about them alone (RDF 1.1 §3.5, RDFC-1.0).

Nodes that are connected by blank nodes are named together: the same statements give the same names, and an edit
elsewhere in the file changes none.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Final

import pyoxigraph as ox

from ..vocab import RDFS
from . import canonize
from .datatypes import TermError

_MARK: Final = "#genid-"
_DEFINED: Final = ox.NamedNode(f"{RDFS}isDefinedBy")
SECONDS: Final = 30  # of processor time that the nodes of a component may take
_LENGTH: Final = 16  # hexadecimal digits of the digest


def without_blank_nodes(quads: Iterable[ox.Quad], base: str, document: str | None) -> Iterator[ox.Quad]:
    """The statements with names in place of blank nodes: `{document}#genid-…`.

    A node to which nothing of the publication leads is defined by the document, so that it is shown with it.

    Args:
        quads: of one file, in the default graph.
        base: of the publication; only under it are names given.
        document: that the file describes, for nodes to which no subject under the base leads.

    Raises:
        ValueError: a node has no place for its name.
    """
    components = _Components()
    for quad in quads:
        if isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode):
            components.add(quad)
        else:
            yield quad
    for component in components.all():
        yield from _named(component, base, document)


def is_genid(iri: str) -> bool:
    """Whether a name was given to a blank node."""
    return _MARK in iri


class _Components:
    """Statements by the blank nodes that they connect."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}
        self._quads: list[tuple[str, ox.Quad]] = []

    def add(self, quad: ox.Quad) -> None:
        """Add a statement with a blank node."""
        nodes = [term.value for term in (quad.subject, quad.object) if isinstance(term, ox.BlankNode)]
        for node in nodes:
            self._parent.setdefault(node, node)
        roots = [self._root(node) for node in nodes]
        self._parent[roots[-1]] = roots[0]
        self._quads.append((nodes[0], quad))

    def _root(self, node: str) -> str:
        while self._parent[node] != node:
            self._parent[node] = node = self._parent[self._parent[node]]
        return node

    def all(self) -> list[list[ox.Quad]]:
        """The statements of each component."""
        components = defaultdict[str, list[ox.Quad]](list)
        for node, quad in self._quads:
            components[self._root(node)].append(quad)
        return [*components.values()]


def _named(component: list[ox.Quad], base: str, document: str | None) -> Iterator[ox.Quad]:
    try:
        canonical = canonize.canonical(component, SECONDS)
    except canonize.AlikeNodesError as error:
        raise TermError(
            "{nodes} blank nodes are connected and look alike, so that no names for them are found in {seconds} s; give"
            " IRIs to some, such as the one in {quad}",
            nodes=str(error.nodes),
            seconds=str(SECONDS),
            quad=str(component[0].triple),
        ) from None
    subjects = sorted(quad.subject.value for quad in canonical if isinstance(quad.subject, ox.NamedNode))
    place = next((subject for subject in subjects if subject.startswith(base)), document)
    if place is None:
        raise TermError(
            "a blank node has no place for its name: state <ns/…> a owl:Ontology in the file, or give an IRI to the one"
            " in {quad}",
            quad=str(canonical[0]),
        )
    digest = sha256("".join(f"{quad.triple} .\n" for quad in canonical).encode()).hexdigest()[:_LENGTH]
    start = f"{place.partition('#')[0]}{_MARK}{digest}"

    def name(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> ox.NamedNode | ox.Literal | ox.Triple:
        return ox.NamedNode(f"{start}-{term.value.removeprefix('c14n')}") if isinstance(term, ox.BlankNode) else term

    if place == document:  # nothing of ours leads to it: classes that are disjoint, what is said of another's class
        nodes = {term for quad in canonical for term in (quad.subject, quad.object) if isinstance(term, ox.BlankNode)}
        reached = {quad.object for quad in canonical if isinstance(quad.subject, ox.BlankNode)}
        for node in sorted(nodes - reached, key=str):
            yield ox.Quad(name(node), _DEFINED, ox.NamedNode(place))  # type: ignore[arg-type]
    for quad in canonical:
        yield ox.Quad(name(quad.subject), quad.predicate, name(quad.object), quad.graph_name)  # type: ignore[arg-type]

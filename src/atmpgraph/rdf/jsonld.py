"""JSON-LD 1.1 of a graph: expanded, compacted with our own context, or framed by one thing (JSON-LD 1.1 §C, IANA).

A document carries the part of the context that it uses, so it is read without a second request; the whole context has
an address of its own. Nothing here needs the algorithms of the JSON-LD API in full: there are no lists, and a value
that a term cannot hold goes under the compact IRI of its property instead.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

import pyoxigraph as ox

from ..vocab import JSONLD, RDF, XSD
from .jsonld_context import ANY, KEYWORDS, Context
from .statements import text_of

Statements: TypeAlias = Iterable[ox.Triple | ox.Quad]
Value: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal
Nodes: TypeAlias = dict[str, dict[str, list[Value]]]

_TYPE: Final = RDF + "type"
_STRING: Final = XSD + "string"
_DEEPEST: Final = 64  # levels of a frame, which a reader takes by recursion

EXPANDED: Final = f"{JSONLD}expanded"
COMPACTED: Final = f"{JSONLD}compacted"
FLATTENED: Final = f"{JSONLD}flattened"
FRAMED: Final = f"{JSONLD}framed"
FORMS: Final = (COMPACTED, EXPANDED, FLATTENED, FRAMED)


def json_ld(statements: Statements, prefixes: Mapping[str, str], form: str = "", root: str = "") -> bytes:
    """The statements, all of one graph, in a form: compacted, which is flattened too, unless it is another.

    Args:
        statements: those that JSON-LD can say.
        prefixes: for the context.
        form: one of `FORMS`, or empty.
        root: IRI of the thing that framed JSON-LD starts from.
    """
    if form == EXPANDED:
        return expanded(statements)
    if form == FRAMED:
        return framed(statements, prefixes, root)
    return compacted(statements, prefixes)


def nodes_of(statements: Statements) -> Nodes:
    """Subject → property → values, in the order of the statements; blank nodes as `_:…`."""
    nodes: Nodes = {}
    for statement in statements:
        subject, term = statement.subject, statement.object
        assert not isinstance(term, ox.Triple)  # noqa: S101 - `expressible` refused them
        nodes.setdefault(text_of(subject), {}).setdefault(statement.predicate.value, []).append(term)
    return nodes


def compacted(statements: Statements, prefixes: Mapping[str, str]) -> bytes:
    """Compacted and flat: one object a thing."""
    writer = _Writer(nodes_of(statements), prefixes)
    graph = [writer.node(subject) for subject in writer.nodes]
    return _dump({"@context": writer.context.document(writer.used), "@graph": graph})


def framed(statements: Statements, prefixes: Mapping[str, str], root: str) -> bytes:
    """One tree from `root`: what it names stands inside it, what names it stands under `@reverse`."""
    writer = _Writer(nodes_of(statements), prefixes, deepest=_DEEPEST)
    tree = writer.tree(root)
    return _dump({"@context": writer.context.document(writer.used)} | tree)


def expanded(statements: Statements) -> bytes:
    """Full IRIs and no context (JSON-LD API §5.1)."""
    graph = []
    for subject, properties in nodes_of(statements).items():
        node: dict[str, Any] = {"@id": subject}
        for predicate, values in properties.items():
            for value in values:
                if predicate == _TYPE and not isinstance(value, ox.Literal):
                    node.setdefault("@type", []).append(text_of(value))
                else:
                    written = _value(value, str) if isinstance(value, ox.Literal) else {"@id": text_of(value)}
                    node.setdefault(predicate, []).append(written)
        graph.append(node)
    return _dump(graph)


def _value(literal: ox.Literal, short: Callable[[str], str]) -> dict[str, str]:
    """A value object."""
    if literal.language and literal.direction:
        return {"@value": literal.value, "@language": literal.language, "@direction": str(literal.direction)}
    if literal.language:
        return {"@value": literal.value, "@language": literal.language}
    if literal.datatype.value == _STRING:
        return {"@value": literal.value}
    return {"@value": literal.value, "@type": short(literal.datatype.value)}


def _into(members: dict[str, Any], key: str, value: str | dict[str, Any]) -> None:
    """Into the array of a key: one value is an array too, as the context says (`@container: @set`)."""
    members.setdefault(key, []).append(value)


def _dump(document: list[dict[str, Any]] | dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _iris(nodes: Nodes) -> Iterator[str]:
    """All IRIs of a graph."""
    for subject, properties in nodes.items():
        yield subject
        for predicate, values in properties.items():
            yield predicate
            yield from (v.datatype.value if isinstance(v, ox.Literal) else text_of(v) for v in values)


def _pointing(nodes: Nodes) -> dict[str, dict[str, list[str]]]:
    """IRI → property → the subjects that link to it; a type is no link."""
    pointing: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for subject, properties in nodes.items():
        for predicate, values in properties.items():
            for value in values:
                if predicate != _TYPE and isinstance(value, ox.NamedNode):
                    pointing[value.value][predicate].append(subject)
    return pointing


class _Writer:
    """Writes nodes in compact form and notes the terms it used."""

    def __init__(self, nodes: Nodes, prefixes: Mapping[str, str], *, deepest: int = 0) -> None:
        self.nodes, self._deepest, self._depth = nodes, deepest, 0
        self.context = Context(prefixes).unambiguous(_iris(nodes))
        self.used: set[str] = set()
        self._written: set[str] = set()
        self._pointing = _pointing(nodes) if deepest else {}

    def node(self, subject: str, stated: tuple[str, ox.NamedNode] | None = None) -> dict[str, Any]:
        """One thing with all that is stated of it, but for the property and value that its place states already."""
        self._written.add(subject)
        node: dict[str, Any] = {KEYWORDS["@id"]: self.context.short(subject)}
        for predicate, values in self.nodes.get(subject, {}).items():
            for value in values:
                if (predicate, value) == stated:
                    continue
                if predicate == _TYPE and not isinstance(value, ox.Literal):
                    node.setdefault(KEYWORDS["@type"], []).append(self.context.short(text_of(value)))
                else:
                    self._add(node, predicate, value)
        return node

    def tree(self, root: str) -> dict[str, Any]:
        """The root with everything else inside it or, where it does not lead there, beside it as `@included`."""
        tree = self.node(root)
        self._reverse(tree, root)
        rest = []
        for subject in self.nodes:
            if subject not in self._written:
                node = self.node(subject)
                self._reverse(node, subject)
                rest.append(node)
        return tree | ({"@included": rest} if rest else {})

    def _reverse(self, tree: dict[str, Any], root: str) -> None:
        """Put what links to `root` and stands nowhere yet under it."""
        for predicate, subjects in self._pointing.get(root, {}).items():
            for subject in subjects:
                if subject not in self._written:
                    inside = tree.setdefault("@reverse", {}).setdefault(self.context.short(predicate), [])
                    inside.append(self.node(subject, (predicate, ox.NamedNode(root))))

    def _add(self, node: dict[str, Any], predicate: str, value: Value) -> None:
        """A value under the term of its property, if that can hold it, else under the compact IRI."""
        term, holds = self.context.terms.get(predicate, ("", ""))
        if not isinstance(value, ox.Literal):
            written = self._reference(value)
            if term and holds == "@id":
                _into(node, self._use(term), written)
            else:
                written = written if isinstance(written, dict) else {"@id": written}
                _into(node, self._use(term) if holds == ANY else self.context.short(predicate), written)
        elif term and value.language and not value.direction and holds == "@language":
            _into(node.setdefault(self._use(term), {}), value.language, value.value)
        elif term and value.datatype.value == (holds or _STRING):
            _into(node, self._use(term), value.value)
        else:
            object_ = _value(value, self.context.short)
            key = self._use(term) if holds == ANY else self.context.short(predicate)
            _into(node, key, object_ if len(object_) > 1 else value.value)

    def _use(self, term: str) -> str:
        self.used.add(term)
        return term

    def _reference(self, value: ox.NamedNode | ox.BlankNode) -> str | dict[str, Any]:
        """The IRI, or the thing itself where a frame reaches it first."""
        iri = text_of(value)
        if self._depth == self._deepest or iri not in self.nodes or iri in self._written:
            return self.context.short(iri)
        self._depth += 1
        thing = self.node(iri)
        self._depth -= 1
        return thing

"""Validation results (SHACL §3.6.2), whichever engine has them, and the findings that they become."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, TypeAlias

from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import SH
from rdflib.term import BNode, Node

from ..findings import Finding, Place, Severity
from ..rdf.terms import escape

# A line about a node, the row that it comes from, and whether the row describes the node.
Traced: TypeAlias = tuple[str, Place, bool]

# What declares the focus nodes of a shape (SHACL §2.1.3).
TARGETS: Final = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode)
_SEVERITIES: Final = {
    "Warning": Severity.WARNING,
    "Info": Severity.INFO,
}


@dataclass(frozen=True)
class Result:
    """One validation result.

    Attributes:
        node: the focus node.
        path: the result path, where it is one property; else empty.
        value: the value at fault, if there is one, as text.
        term: the same as a term of N-Triples; None for a blank node, which has no meaning outside its graph.
        shape, constraint, component: the source shape, the SPARQL constraint if it is one, the constraint component;
            empty or None for one without a name, which has another in each graph.
        severity: IRI of it.
        messages: language tag and text, those of the constraint itself first.
    """

    node: str
    path: str
    value: str | None
    term: str | None
    shape: str
    constraint: str | None
    component: str
    severity: str
    messages: tuple[tuple[str, str], ...]

    @property
    def level(self) -> Severity:
        """The severity; one that is not SHACL's own counts as a violation."""
        return severity_of(self.severity)

    def order(self) -> tuple[int, str, str, str, str, str]:
        """The key that sorts results."""
        source = self.constraint or self.shape
        return list(Severity).index(self.level), self.node, self.path, source, self.component, self.value or ""

    def finding(self, lines: Sequence[Traced]) -> Finding:
        """The result with the rows of its node: those of the statement at fault, else those that describe the node."""
        obj = self.term if self.term and self.term.startswith("<") else f'"{escape(self.value or "")}"'
        statement = f"> <{self.path}> {obj}" if self.path else f"> {obj}"
        exact = [place for line, place, _ in lines if statement in line and self.value is not None]
        same_path = [place for line, place, _ in lines if f"> <{self.path}> " in line]
        described = [place for _, place, describes in lines if describes]
        texts: dict[str, str] = {}
        for language, text in self.messages:
            texts.setdefault(language or "en", text)
        texts.setdefault("en", next(iter(texts.values()), "does not conform"))
        return Finding(
            check="shape",
            severity=self.level,
            message=dict(sorted(texts.items())),  # the same report each time
            places=tuple(dict.fromkeys(sorted(exact or same_path or described or [place for _, place, _ in lines]))),
            value=self.value,
            node=self.node,
            path=self.path or None,
            shape=self.shape or None,
            term=self.term,
            component=self.component,
            constraint=self.constraint,
        )


def severity_of(name: str) -> Severity:
    """A severity by its IRI, with or without the namespace."""
    return _SEVERITIES.get(name.removeprefix(str(SH)), Severity.VIOLATION)


def results_of(report: Graph, shapes: Graph) -> Iterator[Result]:
    """The results of a validation report, in no order; nested `sh:detail` results are not results of their own."""
    for root in report.subjects(RDF.type, SH.ValidationReport):
        for node in report.objects(root, SH.result):
            yield _result(report, shapes, node)


def _result(report: Graph, shapes: Graph, node: Node) -> Result:
    def value(predicate: URIRef) -> Node | None:
        return report.value(node, predicate)

    path, shape = value(SH.resultPath), value(SH.sourceShape)
    constraint = value(SH.sourceConstraint) or _constraint(report, node, shapes)
    fault = value(SH.value)
    return Result(
        node=str(value(SH.focusNode)),
        path=str(path) if isinstance(path, URIRef) else "",  # a complex path is a blank node
        value=None if fault is None else str(fault),
        term=term_of(fault),
        shape="" if isinstance(shape, BNode) else str(shape),
        constraint=None if constraint is None or isinstance(constraint, BNode) else str(constraint),
        component=str(value(SH.sourceConstraintComponent)),
        severity=str(value(SH.resultSeverity)),
        messages=messages(shapes, constraint or shape, report.objects(node, SH.resultMessage)),
    )


def _constraint(report: Graph, node: Node, shapes: Graph) -> Node | None:
    """The SPARQL constraint of a result, where the engine leaves it out: the only one of its shape, or by message."""
    if report.value(node, SH.sourceConstraintComponent) != SH.SPARQLConstraintComponent:
        return None
    constraints = sorted(shapes.objects(report.value(node, SH.sourceShape), SH.sparql), key=str)
    texts = {str(text) for text in report.objects(node, SH.resultMessage)}
    fitting = [each for each in constraints if texts & {str(text) for text in shapes.objects(each, SH.message)}]
    return next(iter(constraints if len(constraints) == 1 else fitting), None)


def messages(shapes: Graph, source: Node | None, more: Iterable[Node] = ()) -> tuple[tuple[str, str], ...]:
    """The messages of a shape or constraint, then those of a result: an engine may give one without its language."""
    own = shapes.objects(source, SH.message) if source is not None else ()
    texts = (sorted((getattr(text, "language", None) or "", str(text)) for text in some) for some in (own, more))
    return tuple(dict.fromkeys(chain.from_iterable(texts)))


def term_of(node: Node | None) -> str | None:
    """A term in N-Triples; None for a blank node."""
    if isinstance(node, URIRef):
        return f"<{node}>"
    if not isinstance(node, Literal):
        return None
    kind = f"@{node.language}" if node.language else f"^^<{node.datatype}>" if node.datatype else ""
    return f'"{escape(str(node))}"{kind}'

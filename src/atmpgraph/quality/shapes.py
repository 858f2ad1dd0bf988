"""Run the SHACL shapes over a graph and trace each violation to the rows that it comes from."""

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyshacl
from pyparsing import ParseBaseException
from pyshacl.errors import ReportableRuntimeError
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import SH
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result
from rdflib.term import Node

from ..addresses import Addresses
from ..errors import AtmpgraphError
from ..findings import Finding, Place, Severity
from ..mapping.compile import Mapper
from ..rdf.terms import escape, without_graph

_SEVERITIES: dict[Node | None, Severity] = {
    SH.Violation: Severity.VIOLATION,
    SH.Warning: Severity.WARNING,
    SH.Info: Severity.INFO,
}


def read_shapes(folder: Path, base: str) -> Graph:
    """All `*.ttl` in `folder`; `{base}` in them stands for the base where a relative IRI cannot (literals).

    Raises:
        AtmpgraphError: there is none, or one is not Turtle.
    """
    graph = Graph()
    files = sorted(folder.glob("*.ttl"))
    if not files:
        raise AtmpgraphError(f"{folder}: no shapes; data are published only after a check")
    for file in files:
        try:
            graph.parse(data=file.read_text("utf-8").replace("{base}", base), format="turtle", publicID=base)
        except Exception as error:
            raise AtmpgraphError(f"{file}: not Turtle: {error}") from None
    return graph


def held_texts(texts: Mapping[str, str], base: str) -> Iterator[str]:
    """The texts of sources as N-Triples, for the check of quotations; they are not published.

    Args:
        texts: text by slug of the source. White space counts as one space, emphasis marks (`*`) as nothing.
    """
    addresses = Addresses(base)
    for slug, text in texts.items():
        plain = " ".join(text.replace("*", "").split())
        yield f'<{addresses.source(slug)}> <{addresses.vocabulary("shapes")}#heldText> "{escape(plain)}" .\n'


def check_shapes(
    canonical: Iterable[bytes], texts: Mapping[str, str], shapes: Graph, mappers: Sequence[Mapper], base: str
) -> list[Finding]:
    """Check the union of all graphs with pyshacl.

    Args:
        canonical: lines of canonical N-Quads.
        texts: text by slug of the source, where it is held.

    Returns:
        The results, in no order.
    """
    data = _PreparedGraph()
    with tempfile.NamedTemporaryFile() as triples:  # the parser reads a file line by line, and a text all at once
        triples.writelines(map(without_graph, canonical))
        triples.writelines(text.encode() for text in held_texts(texts, base))
        triples.flush()
        data.parse(triples.name, format="nt")
    try:
        _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none", advanced=False)
    except (ReportableRuntimeError, ParseBaseException) as error:
        raise AtmpgraphError(f"the shapes cannot be run: {error}") from None
    results = [
        _Result(report, shapes, node)
        for root in report.subjects(RDF.type, SH.ValidationReport)
        for node in report.objects(root, SH.result)
    ]  # nested sh:detail results are not results of their own
    places = _trace({result.node for result in results}, mappers)
    return [result.finding(places.get(result.node, [])) for result in results]


@lru_cache(maxsize=1024)
def _prepared(query: str) -> Query:
    return prepareQuery(query)


class _PreparedGraph(Graph):
    """A graph that parses a query once: pyshacl runs the same one for each focus node."""

    def query(self, query_object: str | Query, *args: Any, **kwargs: Any) -> Result:  # noqa: ANN401 - as in `Graph`
        """As in `Graph`."""
        prepared = _prepared(query_object) if isinstance(query_object, str) else query_object
        return super().query(prepared, *args, **kwargs)


class _Result:
    """One validation result (SHACL §3.6.2)."""

    def __init__(self, report: Graph, shapes: Graph, node: Node) -> None:
        self._report, self._shapes, self._result = report, shapes, node
        self.node = str(self._value(SH.focusNode))
        path = self._value(SH.resultPath)
        self.path = str(path) if isinstance(path, URIRef) else ""  # a complex path is a blank node
        self._constraint, self._shape = self._value(SH.sourceConstraint), self._value(SH.sourceShape)
        self.value = self._value(SH.value)

    def _value(self, predicate: URIRef) -> Node | None:
        return self._report.value(self._result, predicate)

    def finding(self, lines: list[tuple[str, Place, bool]]) -> Finding:
        """The result with the rows of its node: those of the statement at fault, else those that describe the node."""
        obj = self.value.n3() if isinstance(self.value, URIRef) else f'"{escape(str(self.value or ""))}"'
        statement = f"> <{self.path}> {obj}" if self.path else f"> {obj}"
        exact = [place for line, place, _ in lines if statement in line and self.value is not None]
        same_path = [place for line, place, _ in lines if f"> <{self.path}> " in line]
        described = [place for _, place, describes in lines if describes]
        # pyshacl gives one message of a SPARQL constraint, without its language; the constraint itself has them all.
        messages = [
            *self._shapes.objects(self._constraint or self._shape, SH.message),
            *self._report.objects(self._result, SH.resultMessage),
        ]
        texts: dict[str, str] = {}
        for message in messages:
            texts.setdefault(getattr(message, "language", None) or "en", str(message))
        texts.setdefault("en", next(iter(texts.values()), "does not conform"))
        return Finding(
            check="shape",
            severity=_SEVERITIES.get(self._value(SH.resultSeverity), Severity.VIOLATION),
            message=dict(sorted(texts.items())),  # the same report each time
            places=tuple(dict.fromkeys(sorted(exact or same_path or described or [place for _, place, _ in lines]))),
            value=None if self.value is None else str(self.value),
            node=self.node,
            path=self.path or None,
            shape=str(self._shape),
            term=_term(self.value),
            component=str(self._value(SH.sourceConstraintComponent)),
            constraint=None if self._constraint is None else str(self._constraint),
        )


def _term(value: Node | None) -> str | None:
    """A term in N-Triples; None for a blank node, which has no meaning outside its graph."""
    if isinstance(value, URIRef):
        return f"<{value}>"
    if not isinstance(value, Literal):
        return None
    kind = f"@{value.language}" if value.language else f"^^<{value.datatype}>" if value.datatype else ""
    return f'"{escape(str(value))}"{kind}'


def _trace(nodes: set[str], mappers: Sequence[Mapper]) -> dict[str, list[tuple[str, Place, bool]]]:
    """For each node, the lines about it with their rows, and whether the row describes it.

    The mapping runs a second time for the few nodes at fault, so the first run need not store the rows of all lines.
    """
    lines: dict[str, list[tuple[str, Place, bool]]] = defaultdict(list)
    for mapper in mappers if nodes else ():
        for row, line in mapper.traced():
            subject = line[1 : line.index("> ")]
            if subject in nodes:
                lines[subject].append((line, Place(mapper.map.table, row), bool(mapper.map.classes)))
    return lines

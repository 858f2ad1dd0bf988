"""Compacted JSON-LD 1.1 of a graph without blank nodes: the prefixes are the context, every value is explicit.

Nothing needs the compaction algorithm (JSON-LD API §5.1) in full: compact IRIs, `@type`, `@id` and value objects do.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pyoxigraph as ox

from ..vocab import RDF, XSD


def compacted(statements: Iterable[ox.Triple | ox.Quad], prefixes: Mapping[str, str]) -> bytes:
    """The sorted statements, all of one graph, as JSON-LD."""

    def short(iri: str) -> str:
        return next((f"{p}:{iri[len(ns) :]}" for p, ns in prefixes.items() if iri.startswith(ns)), iri)

    def reference(term: ox.NamedNode | ox.BlankNode) -> str:
        return short(term.value) if isinstance(term, ox.NamedNode) else f"_:{term.value}"

    def value(term: ox.NamedNode | ox.BlankNode | ox.Literal) -> str | dict[str, str]:
        if not isinstance(term, ox.Literal):
            return {"@id": reference(term)}
        if term.language:
            return {"@value": term.value, "@language": term.language}
        if term.datatype.value == XSD + "string":
            return term.value
        return {"@value": term.value, "@type": short(term.datatype.value)}

    nodes: dict[str, dict[str, Any]] = {}
    for triple in statements:
        subject, term = triple.subject, triple.object
        assert isinstance(subject, ox.NamedNode | ox.BlankNode)  # noqa: S101 - no triple terms here
        assert not isinstance(term, ox.Triple)  # noqa: S101
        node = nodes.setdefault(str(subject), {"@id": reference(subject)})
        if triple.predicate.value == RDF + "type" and not isinstance(term, ox.Literal):
            node.setdefault("@type", []).append(reference(term))
        else:
            node.setdefault(short(triple.predicate.value), []).append(value(term))
    document = {"@context": dict(prefixes), "@graph": list(nodes.values())}
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"

"""The catalogue of a release: DCAT-AP 3.0.1, without blank nodes, all context inside (docs/catalogue.md).

What the publication says of itself stands in its graph `id/graph/catalogue`; the queries in `dcat/` add what follows
from the data and from the files, in the order of their names.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from ..store import memory_store
from ..vocab import DCAT, RDF, XSD
from .dates import dates
from .facts import FACT, WHOLE, facts

_HERE: Final = Path(__file__).parent
_MADE: Final = ox.NamedNode("urn:atmpgraph:made")
_DEFAULT: Final = ox.DefaultGraph()
_SIZE: Final = DCAT + "byteSize"


@dataclass(frozen=True)
class History:
    """Where a release stands in the row of them.

    Attributes:
        digest: of the release.
        created: when it is made (xsd:dateTime).
        previous: digest of the one before; empty for the first.
        before: the catalogue of that one.
    """

    digest: str
    created: str
    previous: str = ""
    before: frozenset[ox.Triple] = field(default=frozenset(), repr=False)


@cache
def _authority() -> dict[str, list[ox.Triple]]:
    """What is known of the concepts of others, by their IRI."""
    found: dict[str, list[ox.Triple]] = {}
    for quad in ox.parse(path=str(_HERE / "authority.ttl"), format=ox.RdfFormat.TURTLE):
        found.setdefault(str(getattr(quad.subject, "value", "")), []).append(quad.triple)
    return found


def _formats() -> dict[str, str]:
    """The file type of the EU by suffix."""
    return {
        str(getattr(t.object, "value", "")): iri
        for iri, triples in _authority().items()
        for t in triples
        if t.predicate.value == FACT + "suffix"
    }


def catalogue(
    lines: Iterable[bytes], files: Mapping[str, Mapping[str, Any]], base: str, history: History
) -> set[ox.Triple]:
    """The catalogue of a release.

    Args:
        lines: its canonical lines.
        files: `bytes` and `sha256` of its files by path, as in the manifest.
        base: of the publication.
        history: the release and the one before.
    """
    store = memory_store(lines, base)
    known = [triple for triples in _authority().values() for triple in triples]
    store.engine.extend(map(_quad, (*facts(files, _formats(), base), *known)))
    made: set[ox.Triple] = set()
    for query in sorted((_HERE / "dcat").glob("*.rq")):
        triples = set(store.construct(query.read_text(encoding="utf-8")))
        store.engine.extend(_quad(triple, graph) for triple in triples for graph in (_DEFAULT, _MADE))
        made |= {typed(triple) for triple in triples}
    made |= set(_version(base, history))
    made |= set(dates(made, history.before, history.created, history.digest[:12]))
    return made | set(_context(made))


def _quad(triple: ox.Triple, graph: ox.NamedNode | ox.DefaultGraph = _DEFAULT) -> ox.Quad:
    return ox.Quad(triple.subject, triple.predicate, triple.object, graph)


def typed(triple: ox.Triple) -> ox.Triple:
    """The engine knows no xsd:nonNegativeInteger, which a size must be (`docs/decisions/literals.md`)."""
    if triple.predicate.value != _SIZE or not isinstance(triple.object, ox.Literal):
        return triple
    size = ox.Literal(triple.object.value, datatype=ox.NamedNode(XSD + "nonNegativeInteger"))
    return ox.Triple(triple.subject, triple.predicate, size)


def _version(base: str, history: History) -> Iterator[ox.Triple]:
    """The versions of the whole (DCAT 3 §11): no datasets of the catalogue, which portals would harvest."""
    whole, kind = ox.NamedNode(f"{base}id/dataset/{WHOLE}"), ox.NamedNode(DCAT + "Resource")
    linked = {"hasCurrentVersion": history.digest, "previousVersion": history.previous}
    for name, digest in linked.items():
        if digest:
            release = ox.NamedNode(f"{base}releases/{digest}")
            yield ox.Triple(whole, ox.NamedNode(DCAT + name), release)
            yield ox.Triple(release, ox.NamedNode(RDF + "type"), kind)


def _context(made: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """Types and labels of all concepts of others that are in use, and of their schemes."""
    authority, seen = _authority(), set[str]()
    wanted = [t.object.value for t in made if isinstance(t.object, ox.NamedNode)]
    while wanted:
        iri = wanted.pop()
        if iri in seen:
            continue
        seen.add(iri)
        for triple in authority.get(iri, ()):
            if not triple.predicate.value.startswith(FACT):
                yield triple
                if isinstance(triple.object, ox.NamedNode):
                    wanted.append(triple.object.value)

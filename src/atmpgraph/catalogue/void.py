"""The VoID description of the graph: counts, partitions, link sets, vocabularies (VoID §2-5), computed from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import pyoxigraph as ox

from ..addresses import Addresses
from ..rdf.canonical import subjects
from ..store import Store
from ..vocab import RDF, VOID

_QUERIES: Final = Path(__file__).parent / "void"
_OF_PARTITIONS: Final = _QUERIES / "counted" / "vocabularies.rq"
# What a query counts: each value of a variable by itself.
_COUNTED: Final = {"classes": "class", "properties": "property", "graphs": "graph"}
_OF_GRAPHS: Final = {f"{VOID}{name}" for name in ("triples", "distinctSubjects", "distinctObjects", "properties")}


@dataclass(frozen=True)
class Before:
    """A description of the statements before some came or went.

    Attributes:
        triples: what it says.
        changed: the classes, properties and graphs that have other statements now.
    """

    triples: frozenset[ox.Triple]
    changed: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, triples: Iterable[ox.Triple], lines: Iterable[bytes]) -> Self:
        """The same by the lines of N-Quads that came or went."""
        changed: dict[str, set[str]] = {variable: set() for variable in _COUNTED.values()}
        for line in lines:
            _, predicate, rest = line.decode("utf-8", "surrogatepass").split(" ", 2)
            changed["property"].add(predicate[1:-1])
            changed["graph"].add(rest.rsplit(" ", 2)[1][1:-1])
            if predicate == f"<{RDF}type>" and rest.startswith("<"):
                changed["class"].add(rest[1 : rest.index(">")])
        return cls(frozenset(triples), {variable: frozenset(names) for variable, names in changed.items()})

    def counts(self, variable: str, base: str) -> set[ox.Triple]:
        """What it says that was counted for values of a variable that have the same statements now."""
        changed = self.changed[variable]
        if variable == "graph":
            start = f"{base}id/dataset/graph-"
            others = {f"{start}{name.rpartition('/id/graph/')[2]}" for name in changed}
            return {
                triple
                for triple in self.triples
                if triple.predicate.value in _OF_GRAPHS
                and (subject := _iri(triple.subject)).startswith(start)
                and subject not in others
            }
        partition = ox.NamedNode(f"{VOID}{variable}Partition")
        named = {t.subject: _iri(t.object) for t in self.triples if t.predicate.value == f"{VOID}{variable}"}
        partitions = {subject for subject, name in named.items() if name not in changed}
        return {
            triple
            for triple in self.triples
            if triple.subject in partitions or (triple.predicate == partition and triple.object in partitions)
        }


def void(store: Store, canonical: Path, before: Before | None = None) -> set[ox.Triple]:
    """The description of the contents of a store: the union of its graphs, and each graph.

    Args:
        store: of the statements.
        canonical: their sorted file, in which the own things are counted: a store spells them ten times as slowly.
        before: another one, of which what was counted for the same statements is kept.
    """
    triples = set[ox.Triple]()
    for query in sorted(_QUERIES.glob("*.rq")):
        triples |= _statements(store, query, before)
    description = ox.Store()
    description.extend(ox.Quad(*triple) for triple in triples)
    of_partitions = description.query(_OF_PARTITIONS.read_text(encoding="utf-8"), base_iri=store.base)
    assert isinstance(of_partitions, ox.QueryTriples)  # noqa: S101 - it is a CONSTRUCT query
    own = f"<{store.base}".encode()
    entities = ox.Literal(sum(subject.startswith(own) for subject in subjects(canonical)))
    dataset = ox.NamedNode(Addresses(store.base).dataset())
    return {*triples, *of_partitions, ox.Triple(dataset, ox.NamedNode(f"{VOID}entities"), entities)}


def _statements(store: Store, query: Path, before: Before | None) -> set[ox.Triple]:
    """What a query tells, of what is not known from before."""
    text, variable = query.read_text(encoding="utf-8"), _COUNTED.get(query.stem)
    if before is None or variable is None:
        return {*store.construct(text)}
    unchanged, changed = before.counts(variable, store.base), sorted(before.changed[variable])
    if not changed:
        return unchanged
    values = f"VALUES ?{variable} {{ {' '.join(f'<{name}>' for name in changed)} }}"
    return unchanged | {*store.construct(text.replace(f"# VALUES ?{variable} {{ … }}", values))}


def _iri(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else ""

"""The embedded store: Oxigraph on disk, written once at build and opened read-only by every worker.

The store holds the union of the named graphs in its default graph. Oxigraph can make that union while it answers, but
then a triple that two sources state is counted twice, where SPARQL 1.1 §13.1 asks for an RDF merge.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pyoxigraph as ox

from ..errors import QueryError
from ..rdf.terms import without_graph

Graph: TypeAlias = ox.NamedNode | ox.BlankNode | ox.DefaultGraph
Results: TypeAlias = ox.QuerySolutions | ox.QueryTriples | ox.QueryBoolean


@dataclass(frozen=True)
class EmbeddedStore:
    """A read-only store whose default graph is the union of the named graphs."""

    engine: ox.Store
    base: str

    def query(
        self,
        query: str,
        *,
        default_graphs: list[str] | None = None,
        named_graphs: list[str] | None = None,
    ) -> Results:
        """Run a SPARQL 1.1 query; relative IRIs in it resolve against the base of the publication.

        Args:
            query: a SELECT, ASK, CONSTRUCT or DESCRIBE query.
            default_graphs, named_graphs: the RDF dataset of the request (SPARQL 1.1 Protocol §2.1.4); they override
                the query's own FROM and FROM NAMED.

        Raises:
            QueryError: the query is not SPARQL 1.1; the message names line and column.
        """
        given = default_graphs is not None or named_graphs is not None
        try:
            if not given:
                return self.engine.query(query, base_iri=self.base)
            engine, named = self.engine, list(map(ox.NamedNode, named_graphs or ()))
            default: list[Graph] = list(map(ox.NamedNode, default_graphs or ()))
            if len(default) > 1:
                engine, default = _merged(engine, default, named), [ox.DefaultGraph()]
            return engine.query(query, base_iri=self.base, default_graph=default, named_graphs=list(named))
        except (SyntaxError, ValueError) as error:
            raise QueryError(str(error)) from None

    def select(self, query: str) -> ox.QuerySolutions:
        """Run a SELECT query of our own."""
        results = self.query(query)
        if not isinstance(results, ox.QuerySolutions):
            raise QueryError("a SELECT query is expected")
        return results

    def construct(self, query: str) -> ox.QueryTriples:
        """Run a CONSTRUCT or DESCRIBE query of our own."""
        results = self.query(query)
        if not isinstance(results, ox.QueryTriples):
            raise QueryError("a CONSTRUCT query is expected")
        return results


def _merged(engine: ox.Store, default: Sequence[Graph], named: Sequence[Graph]) -> ox.Store:
    """Graphs merged in memory: a triple that several of them state would be counted several times by the engine."""
    merged = ox.Store()
    for graph in default:
        merged.bulk_extend(ox.Quad(*quad.triple) for quad in engine.quads_for_pattern(None, None, None, graph))
    for graph in named:
        merged.bulk_extend(engine.quads_for_pattern(None, None, None, graph))
    return merged


def build_store(folder: Path, canonical: Path) -> None:
    """Load the N-Quads file `canonical` into a new store in `folder`, the union of its graphs included."""
    store = ox.Store(str(folder))
    store.bulk_load(path=str(canonical), format=ox.RdfFormat.N_QUADS)
    union = folder.with_suffix(".nt")
    with canonical.open("rb") as quads, union.open("wb") as triples:
        triples.writelines(map(without_graph, quads))
    store.bulk_load(path=str(union), format=ox.RdfFormat.N_TRIPLES)
    union.unlink()
    store.optimize()
    store.flush()


def memory_store(lines: Iterable[bytes], base: str) -> EmbeddedStore:
    """A store in memory of canonical N-Quads lines, the union of their graphs included."""
    quads = list(lines)
    engine = ox.Store()
    engine.bulk_load(b"".join(quads), format=ox.RdfFormat.N_QUADS)
    engine.bulk_load(b"".join(map(without_graph, quads)), format=ox.RdfFormat.N_TRIPLES)
    return EmbeddedStore(engine, base)


def open_store(folder: Path, base: str) -> EmbeddedStore:
    """Open the store in `folder` read-only."""
    return EmbeddedStore(ox.Store.read_only(str(folder)), base)

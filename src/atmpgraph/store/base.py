"""What a store is: a dataset that answers SPARQL 1.1 queries, at an address, from a backend that loads and opens it.

A new backend implements `Store.query` and `Backend`, and gets an entry in `BACKENDS`. Documents, dumps, differences and
the change stream need no store: they read the canonical file.
"""

import hashlib
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import Final, Protocol, TypeAlias, TypeVar

import pyoxigraph as ox

from ..errors import QueryError, ReleaseError
from ..i18n import Sentence, message
from ..rdf.canonical import CanonicalWriter
from ..rdf.terms import line, without_graph
from ..vocab import DCT, FOAF, RDFS, SKOS

T = TypeVar("T")
Results: TypeAlias = ox.QuerySolutions | ox.QueryTriples | ox.QueryBoolean

# The properties that name a thing, the best one first.
NAMES: Final = (SKOS + "prefLabel", RDFS + "label", FOAF + "name", DCT + "title")
_BATCH: Final = 1_000  # things whose names one query requests
NOT_PUBLISHED: Final = message("the store does not give back what was published: {reason}")


@dataclass(frozen=True)
class StoreAddress:
    """Where the store of a release is. JSON: it travels in jobs and is part of the key of cached results.

    Attributes:
        kind: the name of the backend in `BACKENDS`.
        location: a folder or URL, as the backend reads it.
        digest: SHA-256 of the canonical N-Quads that the store was loaded from, in hexadecimal.
        state: another one after its files were replaced, so that nobody goes on with those that are open.
    """

    kind: str
    location: str
    digest: str
    state: str = ""


@dataclass(frozen=True)
class Features:
    """What a backend offers beyond SPARQL 1.1; the service description publishes it (Service Description §3.2).

    Attributes:
        extension_functions: IRIs of functions (`sd:extensionFunction`).
        union_default_graph: whether the default graph is the union of the named graphs (`sd:UnionDefaultGraph`).
    """

    extension_functions: tuple[str, ...]
    union_default_graph: bool


@dataclass(frozen=True)
class Rows:
    """The solutions of a SELECT query, which can be read once.

    Attributes:
        variables: their names.
        solutions: one after the other.
    """

    variables: tuple[str, ...]
    solutions: Iterator[ox.QuerySolution]

    def __iter__(self) -> Iterator[ox.QuerySolution]:
        """The solutions."""
        return self.solutions


@dataclass(frozen=True)
class Store(ABC):
    """A read-only dataset whose default graph is the union of its named graphs.

    Attributes:
        base: IRI that relative IRIs in queries resolve against.
    """

    base: str

    @abstractmethod
    def query(
        self,
        text: str,
        *,
        default_graphs: Iterable[str] | None = None,
        named_graphs: Iterable[str] | None = None,
    ) -> Results:
        """Run a SPARQL 1.1 query.

        Args:
            text: a SELECT, ASK, CONSTRUCT or DESCRIBE query.
            default_graphs, named_graphs: the RDF dataset of the request (SPARQL 1.1 Protocol §2.1.4); they override
                the query's own FROM and FROM NAMED. Either way the default graph is the RDF merge of its graphs.

        Raises:
            QueryError: the query is not SPARQL 1.1, and the message names line and column; or it calls a function that
                is none.
            ReleaseError: the store cannot be read.
        """

    def reading(self, results: Iterable[T]) -> Iterator[T]:
        """The rows or triples of a query, which are read from the store only now.

        Raises:
            ReleaseError: the store cannot be read.
        """
        return iter(results)

    def select(self, text: str) -> Rows:
        """Run a SELECT query of our own."""
        results = self.query(text)
        if not isinstance(results, ox.QuerySolutions):
            raise QueryError("a SELECT query is expected")
        return Rows(tuple(variable.value for variable in results.variables), self.reading(results))

    def construct(self, text: str) -> Iterator[ox.Triple]:
        """Run a CONSTRUCT or DESCRIBE query of our own."""
        results = self.query(text)
        if not isinstance(results, ox.QueryTriples):
            raise QueryError("a CONSTRUCT query is expected")
        return self.reading(results)

    def check(self) -> None:
        """Make sure that it answers.

        Raises:
            ReleaseError: it does not, or it holds another release.
        """
        self.query("ASK {}")

    def graphs(self) -> list[str]:
        """The IRIs of the named graphs, sorted."""
        return sorted(row["graph"].value for row in self.select("SELECT DISTINCT ?graph { GRAPH ?graph {} }"))

    def quads(self) -> Iterator[ox.Quad]:
        """All statements of the named graphs."""
        for row in self.select("SELECT ?g ?s ?p ?o { GRAPH ?g { ?s ?p ?o } }"):
            yield ox.Quad(row["s"], row["p"], row["o"], row["g"])

    def labels(self, iris: Iterable[str], graphs: Iterable[str] | None = None) -> Iterator[ox.Triple]:
        """The triples that name some things, in the order of `iris`, then of the properties, then of the names.

        Args:
            iris: of the things.
            graphs: named graphs to look in, whose merge counts; None for the default graph.
        """
        pattern = "?s ?p ?o"
        if graphs is not None:
            pattern = f"GRAPH ?g {{ {pattern} }} FILTER(?g IN ({_terms(graphs, ', ')}))"
        pattern += f" FILTER(?p IN ({_terms(NAMES, ', ')}))"
        rest = iter(iris)
        while batch := list(islice(rest, _BATCH)):
            rows = self.select(f"SELECT ?s ?p ?o {{ VALUES ?s {{ {_terms(batch)} }} {pattern} }}")
            names = {(row["s"].value, row["p"].value, row["o"]) for row in rows}
            places = {iri: place for place, iri in enumerate(batch)}
            for thing, label, name in sorted(names, key=lambda n: (places[n[0]], NAMES.index(n[1]), str(n[2]))):
                yield ox.Triple(ox.NamedNode(thing), ox.NamedNode(label), name)


def _terms(iris: Iterable[str], separator: str = " ") -> str:
    return separator.join(str(ox.NamedNode(iri)) for iri in iris)


class Backend(Protocol):
    """A kind of store."""

    @property
    def kind(self) -> str:
        """Its name in `BACKENDS`."""

    @property
    def evaluates(self) -> bool:
        """Whether a query takes this machine's processors in the process that asks it."""

    def features(self, address: StoreAddress) -> Features:
        """What a store offers beyond SPARQL 1.1."""

    def descriptors(self, address: StoreAddress) -> int:
        """File descriptors that a process still needs to query a store that it has opened; it gets no more."""

    def verify(self, address: StoreAddress) -> None:
        """Prove that a store holds what its digest stands for.

        Raises:
            ReleaseError: it does not, or it cannot be read.
        """

    def open(self, address: StoreAddress, base: str, seconds: float = 0) -> Store:
        """Open a store read-only.

        Args:
            address: of it.
            base: IRI that relative IRIs in queries resolve against.
            seconds: longest time of a query; 0 for what the address says.

        Raises:
            RemovedError: it is no longer there.
            StoreError: it is elsewhere, and holds another release.
            ReleaseError: it cannot be opened.
        """


def prove(store: Store, digest: str) -> None:
    """Read a store back: the named graphs to the byte, and the size of their union (`docs/decisions/literals.md`).

    Raises:
        ReleaseError: a statement differs, is missing or is one too many.
        ValueError: it holds a term that is not published.
    """
    read, union = hashlib.sha256(), 0
    with CanonicalWriter(Path(tempfile.gettempdir())) as lines:
        for quad in store.quads():
            lines.add(line(quad))
        for _, same in groupby(lines.lines(), without_graph):
            union += 1
            for text in same:
                read.update(text)
    # Not by COUNT: over files that it cannot read the engine counts for ever, and takes all memory.
    size = sum(1 for _ in store.select("SELECT ?s { ?s ?p ?o }"))
    if read.hexdigest() != digest:
        raise ReleaseError(NOT_PUBLISHED, reason=Sentence(message("a literal is not in canonical form")))
    if size != union:
        reason = Sentence(message("its default graph is not the union of its named graphs"))
        raise ReleaseError(NOT_PUBLISHED, reason=reason)

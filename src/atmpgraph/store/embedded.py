"""The embedded store: Oxigraph on disk, written once at build and opened read-only by every worker.

The store holds the union of the named graphs in its default graph. Oxigraph can compute that union while it answers,
but then a triple that two sources state counts twice, where SPARQL 1.1 §13.1 asks for an RDF merge.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, TypeAlias, TypeVar

import pyoxigraph as ox

from ..errors import DamagedError, EvaluationError, QueryError, ReleaseError, RemovedError
from ..rdf.terms import without_graph
from ..sparql.syntax.dataset_clause import named_dataset
from ..vocab import GEOSPARQL_FUNCTIONS
from .base import NOT_PUBLISHED, Backend, Features, Results, Store, StoreAddress, prove

_BATCH: Final = 20_000  # lines that are loaded at once; some 4 MB
_FROM: Final = re.compile(r"(?<![\w?$:-])FROM\b", re.IGNORECASE)
_NO_BASE: Final = "urn:none"  # for queries without relative IRIs
T = TypeVar("T")
_Graph: TypeAlias = ox.NamedNode | ox.BlankNode | ox.DefaultGraph

# Functions of GeoSPARQL 1.1 (OGC 22-047r1 §9, §10).
_FUNCTIONS: Final = (
    *("area", "asGeoJSON", "centroid", "convexHull", "coordinateDimension", "difference", "dimension", "distance"),
    *("envelope", "getSRID", "intersection", "isEmpty", "isSimple", "length", "perimeter", "relate"),
    *("spatialDimension", "symDifference", "union"),
    *("sfContains", "sfCrosses", "sfDisjoint", "sfEquals", "sfIntersects", "sfOverlaps", "sfTouches", "sfWithin"),
    *("ehContains", "ehCoveredBy", "ehCovers", "ehDisjoint", "ehEquals", "ehInside", "ehMeet", "ehOverlap"),
    *("rcc8dc", "rcc8ec", "rcc8eq", "rcc8ntpp", "rcc8ntppi", "rcc8po", "rcc8tpp", "rcc8tppi"),
)


@dataclass(frozen=True)
class EmbeddedStore(Store):
    """A store of Oxigraph in this process; in memory, or in the folder `_path`."""

    _engine: ox.Store
    _path: Path | None = None

    def query(
        self,
        text: str,
        *,
        default_graphs: Iterable[str] | None = None,
        named_graphs: Iterable[str] | None = None,
    ) -> Results:
        """Run a SPARQL 1.1 query."""
        engine = self._engine
        if default_graphs is None and named_graphs is None and _FROM.search(text):
            default_graphs, named_graphs = _own_dataset(text, self.base)
        try:
            if default_graphs is None and named_graphs is None:
                return engine.query(text, base_iri=self.base)
            named = list(map(ox.NamedNode, named_graphs or ()))
            default: list[_Graph] = list(map(ox.NamedNode, default_graphs or ()))
            if len(default) > 1:
                engine, default = _merged(engine, default, named), [ox.DefaultGraph()]
            return engine.query(text, base_iri=self.base, default_graph=default, named_graphs=list(named))
        except (SyntaxError, ValueError) as error:
            raise QueryError(str(error)) from None
        except (RuntimeError, OSError) as error:
            self._check_evaluation(text)
            raise self._damage(error) from None

    def _check_evaluation(self, text: str) -> None:
        """Pass a query that can be evaluated: the engine plans one, and refuses a function that is none, without data.

        Raises:
            EvaluationError: it cannot.
        """
        try:
            ox.Store().query(text, base_iri=self.base)
        except (RuntimeError, OSError) as error:
            raise EvaluationError(str(error)) from None

    def _damage(self, error: Exception) -> ReleaseError:
        """What the engine reports while it reads: its files are others than those that it wrote."""
        return DamagedError(self._path or Path("memory"), str(error))

    def reading(self, results: Iterable[T]) -> Iterator[T]:
        """The rows or triples of a query; every block that is read for them has its checksum compared."""
        try:
            yield from results
        except (RuntimeError, OSError) as error:
            raise self._damage(error) from None


class MemoryStore(EmbeddedStore):
    """A store in memory, to which statements can be added."""

    def add(self, quads: Iterable[ox.Quad]) -> None:
        """Add statements, to their graph and to the union."""
        self._engine.extend(statement for quad in quads for statement in {quad, ox.Quad(*quad.triple)})


def _own_dataset(text: str, base: str) -> tuple[list[str] | None, list[str] | None]:
    """The dataset that a query names itself; Nones where it names none, or where the engine will say what is wrong."""
    try:
        default, named = named_dataset(text, base)
    except SyntaxError:
        return None, None
    return (default, named) if default or named else (None, None)


def _merged(engine: ox.Store, default: Sequence[_Graph], named: Sequence[_Graph]) -> ox.Store:
    """Graphs merged in memory: the engine would count a triple that several of them state several times."""
    merged = ox.Store()
    for graph in default:
        merged.bulk_extend(ox.Quad(*quad.triple) for quad in engine.quads_for_pattern(None, None, None, graph))
    for graph in named:
        merged.bulk_extend(engine.quads_for_pattern(None, None, None, graph))
    return merged


@dataclass(frozen=True)
class _Embedded:
    """Stores in folders on this disk."""

    kind = "embedded"
    features = Features(tuple(GEOSPARQL_FUNCTIONS + name for name in _FUNCTIONS), union_default_graph=True)
    descriptors = 0  # the engine has its files open

    def load(self, canonical: Path, folder: Path, digest: str) -> StoreAddress:
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
        return StoreAddress(self.kind, str(folder), digest)

    def verify(self, address: StoreAddress) -> None:
        """Read the store back."""
        try:
            prove(self.open(address, _NO_BASE), address.digest)
        except DamagedError as error:
            raise ReleaseError(f"{NOT_PUBLISHED}: {error.reason}") from None
        except ValueError as error:
            raise ReleaseError(f"{NOT_PUBLISHED}: {error}") from None

    def open(self, address: StoreAddress, base: str) -> Store:
        """Open the store in a folder read-only."""
        path = Path(address.location)
        try:
            return EmbeddedStore(base, ox.Store.read_only(address.location), path)
        except (RuntimeError, OSError) as error:
            if not path.is_dir():
                raise RemovedError(path) from None
            raise DamagedError(path, str(error)) from None


EMBEDDED: Final[Backend] = _Embedded()


def memory_store(lines: Iterable[bytes], base: str) -> MemoryStore:
    """A store in memory of canonical N-Quads lines, the union of their graphs included."""
    engine, rest = ox.Store(), iter(lines)
    while batch := list(islice(rest, _BATCH)):
        engine.bulk_load(b"".join(batch), format=ox.RdfFormat.N_QUADS)
        engine.bulk_load(b"".join(map(without_graph, batch)), format=ox.RdfFormat.N_TRIPLES)
    return MemoryStore(base, engine)

"""The embedded store: Oxigraph on disk, written once at build and opened read-only by every worker.

The store holds the union of the named graphs in its default graph. Oxigraph can compute that union while it answers,
but then a triple that two sources state counts twice, where SPARQL 1.1 §13.1 asks for an RDF merge.
"""

import hashlib
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final, TypeAlias, TypeVar

import pyoxigraph as ox

from ..errors import DamagedError, EvaluationError, QueryError, ReleaseError, RemovedError
from ..rdf.canonical import merged_blocks, triple_blocks
from ..rdf.terms import without_graph
from ..reasons import lacks_descriptors, refusal_of
from ..sparql.syntax.dataset_clause import named_dataset
from ..sparql.syntax.engine_text import for_engine
from ..sparql.syntax.graph_clause import ManyGraphsError, graph_by_graph
from ..sparql.syntax.tokenizer import mentions
from ..sparql.syntax.total_order import with_total_order
from ..vocab import GEOSPARQL_FUNCTIONS
from .base import NOT_PUBLISHED, Features, Results, Store, StoreAddress, prove

_BATCH: Final = 50_000  # lines that are loaded at once: 10 MB, for which the engine takes 100 MB
_LOADERS: Final = 2  # threads that load; each batch is a transaction of its own
_RUN: Final = 32 << 20  # bytes of lines that are sorted at once
_OF_A_PROCESS: Final = frozenset({"LOCK", "LOG"})  # files of a store that a copy has its own of
_DESCRIPTORS: Final = Path("/proc/self/fd")
_NO_BASE: Final = "urn:none"  # for queries without relative IRIs
T = TypeVar("T")
_Graph: TypeAlias = ox.NamedNode | ox.BlankNode | ox.DefaultGraph
_Value: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
_UNION: Final = ox.DefaultGraph()

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
        engine, text = self._engine, with_total_order(for_engine(text))
        if default_graphs is None and named_graphs is None and mentions(text, "FROM"):
            default_graphs, named_graphs = _own_dataset(text, self.base)
        whole = default_graphs is None and named_graphs is None
        names = list(dict.fromkeys(named_graphs or ()))  # a dataset is a set: one that is named twice is in it once
        text = each_graph_by_itself(text, self.base, lambda: _names(engine) if whole else names)
        try:
            if whole:
                return engine.query(text, base_iri=self.base)
            named = list(map(ox.NamedNode, names))
            default: list[_Graph] = list(map(ox.NamedNode, default_graphs or ()))
            if len(default) > 1:
                engine, default = _merged(engine, default, named), [ox.DefaultGraph()]
            return engine.query(text, base_iri=self.base, default_graph=default, named_graphs=list(named))
        except (SyntaxError, ValueError) as error:
            raise QueryError(str(error)) from None
        except (RuntimeError, OSError) as error:
            self._check_evaluation(text)
            raise self._damage(error) from None

    def matching(
        self, subject: ox.NamedNode | ox.BlankNode | None, predicate: ox.NamedNode | None, value: _Value | None
    ) -> Iterator[ox.Quad]:
        """The statements of the union with these terms, in the order of an index.

        Raises:
            RuntimeError, OSError: the store cannot be read.
        """
        return self._engine.quads_for_pattern(subject, predicate, value, _UNION)

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
        return _refused(self._path or Path("memory"), error)

    def reading(self, results: Iterable[T]) -> Iterator[T]:
        """The rows or triples of a query; every block that is read for them has its checksum compared."""
        try:
            yield from results
        except (RuntimeError, OSError) as error:
            raise self._damage(error) from None

    def holds(self, digest: str) -> bool:
        """Whether the named graphs are the canonical N-Quads with a digest, and the default graph is their union.

        The engine writes both into files. Lines of the named graphs are sorted, and those of the union compared with
        them by their number and by a sum of hashes with a random key (SipHash), which no order changes. Nothing is
        counted by a query: over files that it cannot read the engine counts for ever. True is a proof; False may also
        mean that it writes a literal in another way.
        """
        with tempfile.TemporaryDirectory() as folder, suppress(OSError, RuntimeError):
            stated, count, total = hashlib.sha256(), 0, 0

            def noted() -> Iterator[list[bytes]]:
                for block in merged_blocks(self._dumped(Path(folder))):
                    stated.update(b"".join(block))
                    yield block

            for block in triple_blocks(noted()):
                count, total = count + len(block), total + sum(map(hash, block))
            if stated.hexdigest() != digest:
                return False
            file = Path(folder) / "union"
            self._engine.dump(str(file), format=ox.RdfFormat.N_TRIPLES, from_graph=_UNION)
            with file.open("rb") as lines:
                while part := lines.readlines(_RUN):
                    count, total = count - len(part), total - sum(map(hash, part))
            return not count and not total
        return False

    def _dumped(self, folder: Path) -> list[Path]:
        """The lines of the named graphs as sorted runs."""
        runs, held, size = list[Path](), list[bytes](), 0

        def spill() -> None:
            nonlocal held, size
            runs.append(folder / str(len(runs)))
            runs[-1].write_bytes(b"".join(sorted(held)))
            held, size = [], 0

        for graph in self._engine.named_graphs():
            file = folder / "dump"
            self._engine.dump(str(file), format=ox.RdfFormat.N_TRIPLES, from_graph=graph)
            end = f" {graph} .\n".encode()
            with file.open("rb") as lines:
                while part := lines.readlines(_RUN - size):
                    # no line end stands inside a literal: the engine escapes it
                    part = b"".join(part).replace(b" .\n", end).splitlines(keepends=True)
                    held += part
                    size += sum(map(len, part))
                    if size >= _RUN:
                        spill()
        if held:
            spill()
        return runs


def _load(store: ox.Store, lines: Iterable[bytes]) -> None:
    """Lines of canonical N-Quads and their triples into a store, some batches at the same time."""
    rest = iter(lines)
    with ThreadPoolExecutor(_LOADERS) as loaders:
        loading: deque[Future[None]] = deque()
        while batch := list(islice(rest, _BATCH)):
            loading.append(loaders.submit(_load_batch, store, batch))
            if len(loading) > _LOADERS:
                loading.popleft().result()
        for each in loading:
            each.result()


def _load_batch(store: ox.Store, lines: Sequence[bytes]) -> None:
    store.bulk_load(b"".join((*lines, *dict.fromkeys(map(without_graph, lines)))), format=ox.RdfFormat.N_QUADS)


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


def each_graph_by_itself(text: str, base: str, graphs: Callable[[], list[str]]) -> str:
    """The query, whose `GRAPH ?g` is evaluated once in each of the graphs, and whose `GRAPH <iri>` in no other.

    Raises:
        QueryError: there are too many.
    """
    try:
        return graph_by_graph(text, base, graphs)
    except ManyGraphsError as error:
        raise QueryError(
            "GRAPH with SELECT, VALUES, MINUS, another GRAPH or its variable inside is too much for {n} graphs: name"
            " some by FROM NAMED, or leave triple patterns and filters inside and put the rest outside",
            n=error.graphs,
        ) from None


def _names(engine: ox.Store) -> list[str]:
    """The IRIs of the named graphs, sorted."""
    return sorted(name.value for name in engine.named_graphs() if isinstance(name, ox.NamedNode))


def _merged(engine: ox.Store, default: Sequence[_Graph], named: Sequence[_Graph]) -> ox.Store:
    """Graphs merged in memory: the engine would count a triple that several of them state several times."""
    merged = ox.Store()
    for graph in default:
        merged.bulk_extend(ox.Quad(*quad.triple) for quad in engine.quads_for_pattern(None, None, None, graph))
    for graph in named:
        merged.bulk_extend(engine.quads_for_pattern(None, None, None, graph))
    return merged


_FEATURES: Final = Features(tuple(GEOSPARQL_FUNCTIONS + name for name in _FUNCTIONS), union_default_graph=True)


def _refused(path: Path, error: Exception) -> ReleaseError:
    """Why the engine does not read a store: its files are others than those that it wrote, or it may open too few."""
    if lacks_descriptors(error):
        return ReleaseError("{path}: {reason}", path=str(path), reason=refusal_of(error))
    return DamagedError(path, str(error))


@dataclass(frozen=True)
class Embedded:
    """Stores in folders on this disk, which a build makes: one can be copied and changed before it is published."""

    kind = "embedded"
    evaluates = True

    def features(self, _: StoreAddress) -> Features:
        """The functions of GeoSPARQL; the default graph is the union."""
        return _FEATURES

    def descriptors(self, address: StoreAddress) -> int:
        """The tables that are not open yet: the engine opens sixteen at once, and the others when it needs them."""
        tables = {str(path) for path in Path(address.location).resolve().glob("*.sst")}
        for descriptor in _DESCRIPTORS.iterdir() if _DESCRIPTORS.is_dir() else ():
            with suppress(OSError):  # the one of this folder is closed by now
                tables.discard(os.readlink(descriptor))  # noqa: PTH115 - as a text
        return len(tables)

    def load(self, canonical: Path, folder: Path, digest: str) -> StoreAddress:
        """Load the N-Quads file `canonical` into a new store in `folder`, the union of its graphs included.

        Args:
            canonical: sorted N-Quads.
            folder: a new one.
            digest: of the statements.
        """
        store = ox.Store(str(folder))
        with canonical.open("rb") as lines:
            _load(store, lines)
        store.optimize()
        store.flush()
        return StoreAddress(self.kind, str(folder), digest)

    def compact(self, address: StoreAddress) -> None:
        """Make the files of a store that is not published yet few: they are read faster, but no copy's any more."""
        store = ox.Store(address.location)
        store.optimize()
        store.flush()

    def copy(self, address: StoreAddress, folder: Path) -> StoreAddress:
        """Copy a store into a folder: the engine never writes into its sorted tables, so they are linked."""
        folder.mkdir()
        for file in Path(address.location).iterdir():
            if file.name in _OF_A_PROCESS:
                continue
            linked = file.suffix == ".sst"
            if linked:
                try:
                    (folder / file.name).hardlink_to(file)
                except OSError:
                    linked = False
            if not linked:
                shutil.copyfile(file, folder / file.name)
        return replace(address, location=str(folder))

    def change(self, address: StoreAddress, removed: Sequence[bytes], added: Iterable[bytes]) -> None:
        """Take statements out of a store that is not published yet, and add others; the union follows.

        Args:
            address: of the store, which nobody has open.
            removed, added: lines of canonical N-Quads.
        """
        store = ox.Store(address.location)
        for quad in ox.parse(b"".join(removed), format=ox.RdfFormat.N_QUADS):
            store.remove(quad)
            others = store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
            if all(isinstance(other.graph_name, ox.DefaultGraph) for other in others):
                store.remove(ox.Quad(*quad.triple))
        _load(store, added)
        store.flush()

    def has_changed(
        self, address: StoreAddress, removed: Sequence[bytes], added: Sequence[bytes], statements: int
    ) -> bool:
        """Whether a copy of a proven store, which was then changed, is what it should be.

        The files of a copy are those that were proven. So it is enough to count, and to look at each change.

        Args:
            address: of the copy.
            removed, added: lines of canonical N-Quads that it should lack, and that it should have.
            statements: how many it should have, those of the union included.
        """
        store = ox.Store.read_only(address.location)
        for lines, there in ((removed, False), (added, True)):
            for quad in ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS):
                stating = store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
                graphs = [stated.graph_name for stated in stating]
                in_union = ox.DefaultGraph() in graphs
                if (quad.graph_name in graphs) is not there or in_union is not (len(graphs) > in_union):
                    return False
        return len(store) == statements

    def verify(self, address: StoreAddress) -> None:
        """Read the store back."""
        try:
            store = self.open(address, _NO_BASE)
            assert isinstance(store, EmbeddedStore)  # noqa: S101 - no other is opened here
            if not store.holds(address.digest):
                prove(store, address.digest)  # says what differs
        except DamagedError as error:
            raise ReleaseError(NOT_PUBLISHED, reason=error.reason) from None
        except ValueError as error:
            raise ReleaseError(NOT_PUBLISHED, reason=str(error)) from None

    def open(self, address: StoreAddress, base: str, seconds: float = 0) -> Store:  # noqa: ARG002 - none is too long here
        """Open the store in a folder read-only."""
        path = Path(address.location)
        try:
            return EmbeddedStore(base, ox.Store.read_only(address.location), path)
        except (RuntimeError, OSError) as error:
            if not path.is_dir():
                raise RemovedError(path) from None
            raise _refused(path, error) from None


EMBEDDED: Final = Embedded()


def memory_store(lines: Iterable[bytes], base: str) -> MemoryStore:
    """A store in memory of canonical N-Quads lines, the union of their graphs included."""
    engine = ox.Store()
    _load(engine, lines)
    return MemoryStore(base, engine)

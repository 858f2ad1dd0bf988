"""Run a query on a store and put its result out piece by piece, within its limits (SPARQL 1.1 Protocol §2.1.6)."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from typing import IO, Final, Literal, TypeAlias, cast

import pyoxigraph as ox

from ...errors import QueryError
from ...formats import RDF_FORMATS, RESULTS, by_suffix
from ...http.problem import Problem, ProblemError
from ...rdf.expressible import expressible
from ...rdf.serialize import serialize
from ...store import Store
from ...vocab import DCT, FOAF, RDFS, SKOS, prefixes
from ..syntax import nesting, validate
from ..syntax.dataset_clause import named_dataset
from ..syntax.query_form import form
from .messages import QueryJob
from .result_writers import WRITERS, Term

Cut: TypeAlias = Literal["", "rows", "bytes"]
Graph: TypeAlias = ox.NamedNode | ox.DefaultGraph
Results: TypeAlias = ox.QuerySolutions | ox.QueryTriples | ox.QueryBoolean

_BATCH: Final = 256  # rows put out at once
_SORTED: Final = 20_000  # triples that are put in order before they are sent; more go as they come
_COMMENTS: Final = {"ttl": "# %s\n", "trig": "# %s\n", "nt": "# %s\n", "nq": "# %s\n", "rdf": "<!-- %s -->\n"}
_LABELS: Final = tuple(map(ox.NamedNode, (SKOS + "prefLabel", RDFS + "label", FOAF + "name", DCT + "title")))


@dataclass(frozen=True)
class Outcome:
    """How a result ended.

    Attributes:
        rows: rows or triples sent.
        cut: which limit ended it; empty when it is complete.
        before: what stands before all that was put out, known only now.
    """

    rows: int = 1
    cut: Cut = ""
    before: str = ""


@contextmanager
def _evaluation() -> Iterator[None]:
    """Errors of the engine as problems: a query it cannot parse, or cannot evaluate (an unknown function)."""
    try:
        yield
    except QueryError as error:
        raise validate.syntax_problem(str(error)) from None
    except (RuntimeError, ValueError, OSError) as error:
        raise ProblemError(Problem(400, "The query cannot be evaluated: {reason}", values={"reason": error})) from None


def evaluate(store: Store, job: QueryJob, put: Callable[[bytes], object]) -> Outcome:
    """Run the query of a job and put its result out.

    Raises:
        ProblemError: 400 the query is not SPARQL, nests too deep, names a graph by no IRI or cannot be evaluated; 403
            it has a SERVICE clause; 406 this kind of result has no such format.
        NotExpressibleError: the format cannot say this result.
    """
    nesting.check(job.query, job.nesting)
    validate.check(job.query, job.base)
    with _evaluation():
        default, named = list(job.default_graphs), list(job.named_graphs)
        if not default and not named:
            default, named = named_dataset(job.query, job.base)
        given = bool(default or named)
        results = store.query(
            job.query, default_graphs=default if given else None, named_graphs=named if given else None
        )
        if isinstance(results, ox.QueryTriples):
            graphs = list(map(ox.NamedNode, default)) if given else [ox.DefaultGraph()]
            return _graph(store, graphs, results, job, put)
        if isinstance(results, ox.QueryBoolean):
            return _truth(results, job, put)
        return _rows(results, job, put)


def _format_problem() -> ProblemError:
    return ProblemError(Problem(406, "This kind of result does not exist in the requested format."))


def _truth(results: ox.QueryBoolean, job: QueryJob, put: Callable[[bytes], object]) -> Outcome:
    fmt = by_suffix(job.format, RESULTS)
    if fmt is None or not isinstance(fmt.engine, ox.QueryResultsFormat):
        raise _format_problem()
    if fmt.suffix in {"csv", "tsv"}:  # undefined by the standard; one line says it
        put(b"true\n" if results else b"false\n")
    else:
        put(results.serialize(format=fmt.engine) or b"")
    return Outcome()


def _rows(results: ox.QuerySolutions, job: QueryJob, put: Callable[[bytes], object]) -> Outcome:
    if job.format not in WRITERS:
        raise _format_problem()
    writer = WRITERS[job.format]([variable.value for variable in results.variables])
    bounded = bool(job.rows or job.bytes)
    if not bounded:
        put(writer.start("").encode())
    rows = islice(results, job.offset, None)
    sent = size = 0
    cut: Cut = ""
    while not cut:
        wanted = min(_BATCH, job.rows - sent) if job.rows else _BATCH
        batch = [writer.row(row).encode() for row in islice(rows, wanted)]
        piece = b"".join(batch)
        if job.bytes and size + len(piece) > job.bytes:
            batch, cut = _fitting(batch, job.bytes - size), "bytes"
            piece = b"".join(batch)
        sent, size = sent + len(batch), size + len(piece)
        if piece:
            put(piece)
        if not cut and len(batch) < wanted:
            break
        if sent == job.rows and not cut:
            cut = "rows" if next(rows, None) is not None else ""
            break
    put(writer.end.encode())
    link = f"{job.next}{job.offset + sent}" if cut and sent and job.next else ""
    return Outcome(sent, cut, writer.start(link) if bounded else "")


def _fitting(batch: list[bytes], size: int) -> list[bytes]:
    """The first rows that are no longer than `size` together."""
    kept = []
    for row in batch:
        size -= len(row)
        if size < 0:
            break
        kept.append(row)
    return kept


def _graph(
    store: Store, graphs: Sequence[Graph], results: ox.QueryTriples, job: QueryJob, put: Callable[[bytes], object]
) -> Outcome:
    fmt = by_suffix(job.format, RDF_FORMATS)
    if fmt is None or not isinstance(fmt.engine, ox.RdfFormat):
        raise _format_problem()
    triples: Iterator[ox.Triple] = results
    if form(job.query) == "DESCRIBE":
        triples = _with_labels(store, graphs, triples)
    meter = _Meter(islice(triples, job.offset, None), job, put)
    few = list(islice(meter, _SORTED + 1))
    names = prefixes(job.base)
    if len(few) <= _SORTED:
        meter.write(serialize((ox.Quad(*triple) for triple in few), fmt, names))
    else:
        plain = fmt.engine in {ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS}
        said = expressible(chain(few, meter), fmt)
        ox.serialize(said, cast("IO[bytes]", meter), format=fmt.engine, prefixes=None if plain else names)
    if meter.cut and fmt.suffix in _COMMENTS:
        rest = f"{job.next or 'offset='}{job.offset + meter.rows}".replace("--", "-%2D")  # which no XML comment holds
        put((_COMMENTS[fmt.suffix] % f"cut after {meter.rows} triples; the rest: {rest}").encode())
    return Outcome(meter.rows, meter.cut)


class _Meter:
    """Triples on their way to a serialiser and the bytes that it makes of them: both are counted, and both may end."""

    def __init__(self, triples: Iterator[ox.Triple], job: QueryJob, put: Callable[[bytes], object]) -> None:
        self._triples, self._job, self._put = triples, job, put
        self.rows = self.size = self._taken = 0
        self.cut: Cut = ""

    def __iter__(self) -> Iterator[ox.Triple]:
        return self

    def __next__(self) -> ox.Triple:
        if self.cut:
            raise StopIteration
        triple = next(self._triples)
        if self._job.rows and self.rows == self._job.rows:
            self.cut = "rows"
        elif self._job.bytes and max(self.size, self._taken) > self._job.bytes:
            self.cut = "bytes"
        if self.cut:
            raise StopIteration
        self.rows += 1
        self._taken += len(str(triple))  # what is put in order first is written late
        return triple

    def write(self, piece: bytes) -> int:
        """Put out what the serialiser wrote."""
        self.size += len(piece)
        self._put(piece)
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""


def _with_labels(store: Store, graphs: Sequence[Graph], described: Iterator[ox.Triple]) -> Iterator[ox.Triple]:
    """A description with the names of everything that it mentions, so that it can be read by itself.

    The names come last, and in the same order each time: an offset counts them too. They are those that the graphs
    have, whose merge is the default graph of the query: nothing from outside its dataset is told.
    """
    subjects: set[Term] = set()
    mentioned: set[ox.NamedNode] = set()
    for triple in described:
        subjects.add(triple.subject)
        mentioned.update(term for term in triple if isinstance(term, ox.NamedNode))
        yield triple
    for term in sorted(mentioned - subjects, key=str):
        for label in _LABELS:
            found = (quad for graph in graphs for quad in store.engine.quads_for_pattern(term, label, None, graph))
            yield from dict.fromkeys(quad.triple for quad in found)

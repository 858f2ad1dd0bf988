"""Run a query on a store and write its result piece by piece, within its limits (SPARQL 1.1 Protocol §2.1.6)."""

import json
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import IO, Final, cast

import pyoxigraph as ox

from ...errors import EvaluationError, QueryError, QuerySyntaxError, ResultFormatError, UnknownGraphError
from ...formats import RDF_FORMATS, by_suffix
from ...rdf.expressible import expressible
from ...rdf.serialize import prefixes_for, serialize
from ...store import Store
from ..syntax.complexity import MaxComplexity, check_complexity
from ..syntax.dataset_clause import named_dataset
from ..syntax.query_form import form
from ..syntax.validate import check_syntax, may_call_services, syntax_error
from .messages import Cut, Outcome, QueryJob
from .names import Names
from .result_writers import WRITERS, ResultWriter, TableWriter, Term

_BATCH: Final = 256  # rows written at once
_SORTED: Final = 20_000  # triples that are sorted before they are sent; more are sent in the order of the engine
_COMMENTS: Final = {"ttl": "# %s\n", "trig": "# %s\n", "nt": "# %s\n", "nq": "# %s\n", "rdf": "<!-- %s -->\n"}
_END: Final = 16  # bytes in which the last bracket of JSON-LD stands


def evaluate(store: Store, job: QueryJob, put: Callable[[bytes], object], names: Names | None = None) -> Outcome:
    """Run the query of a job and write its result with `put`.

    Args:
        store: answers it.
        job: holds it.
        put: takes the pieces of the result.
        names: those of the store that are remembered.

    Raises:
        QueryError: the query is not SPARQL, too complex, has a SERVICE clause, names a graph by no IRI or cannot be
            evaluated, or this kind of result does not have the format.
        NotExpressibleError: the format cannot say this result.
        ReleaseError: the store cannot be read.
    """
    check_complexity(job.query, MaxComplexity(job.nesting, job.patterns, job.operators))
    if may_call_services(job.query):  # otherwise the engine, which reads it once more, says as much
        check_syntax(job.query, job.base)
    default, named = list(job.default_graphs), list(job.named_graphs)
    if not default and not named:
        default, named = _own_dataset(job)
    given = bool(default or named)
    try:
        results = store.query(
            job.query, default_graphs=default if given else None, named_graphs=named if given else None
        )
    except (EvaluationError, UnknownGraphError):
        raise
    except QueryError as error:
        raise _syntax_error(job, error) from None
    if isinstance(results, ox.QueryTriples):
        return _graph(names or Names(store), default if given else None, store.reading(results), job, put)
    if isinstance(results, ox.QueryBoolean):
        put(_writer(job).boolean(bool(results)).encode())
        return Outcome()
    return _rows([variable.value for variable in results.variables], store.reading(results), job, put)


def _own_dataset(job: QueryJob) -> tuple[list[str], list[str]]:
    """The graphs of FROM and of FROM NAMED.

    Raises:
        QuerySyntaxError: one has no IRI.
    """
    try:
        return named_dataset(job.query, job.base)
    except SyntaxError as error:
        raise _syntax_error(job, error) from None


def _syntax_error(job: QueryJob, error: Exception) -> QuerySyntaxError:
    """What an error of the engine says, unless the query itself is found at fault, with the place."""
    check_syntax(job.query, job.base)
    return syntax_error(str(error))


def _writer(job: QueryJob) -> type[ResultWriter]:
    if job.format not in WRITERS:
        raise ResultFormatError
    return WRITERS[job.format]


def _rows(
    variables: list[str], solutions: Iterator[ox.QuerySolution], job: QueryJob, put: Callable[[bytes], object]
) -> Outcome:
    writer = _writer(job)(variables)
    bounded = bool(job.rows or job.bytes)
    held: list[bytes] | None = [] if bounded and isinstance(writer, TableWriter) else None
    if not bounded:
        put(writer.start("").encode())
    rows = islice(solutions, job.offset, None)
    sent = size = 0
    cut: Cut = ""
    while not cut:
        most = min(_BATCH, job.rows - sent) if job.rows else _BATCH
        batch = [writer.row(row).encode() for row in islice(rows, most)]
        piece = b"".join(batch)
        if job.bytes and size + len(piece) > job.bytes:
            batch, cut = _fitting(batch, job.bytes - size), "bytes"
            piece = b"".join(batch)
        sent, size = sent + len(batch), size + len(piece)
        if held is not None:
            held += batch
        elif piece:
            put(piece)
        if not cut and len(batch) < most:
            break
        if sent == job.rows and not cut:
            cut = "rows" if next(rows, None) is not None else ""
            break
    link = f"{job.rest}{job.offset + sent}" if cut and sent and job.rest else ""
    if isinstance(writer, TableWriter) and held is not None:
        _put_joined(writer.marked(held, link) if cut else chain((writer.start("").encode(),), held), put)
        return Outcome(sent, cut)
    put(writer.end.encode())
    return Outcome(sent, cut, writer.start(link).encode() if bounded else b"")


def _put_joined(lines: Iterator[bytes], put: Callable[[bytes], object]) -> None:
    while batch := list(islice(lines, _BATCH)):
        put(b"".join(batch))


def _fitting(batch: list[bytes], size: int) -> list[bytes]:
    """The first rows that are no longer than `size` together."""
    fitting = []
    for row in batch:
        size -= len(row)
        if size < 0:
            break
        fitting.append(row)
    return fitting


def _graph(
    names: Names, graphs: list[str] | None, results: Iterator[ox.Triple], job: QueryJob, put: Callable[[bytes], object]
) -> Outcome:
    fmt = by_suffix(job.format, RDF_FORMATS)
    if fmt is None or not isinstance(fmt.engine, ox.RdfFormat):
        raise ResultFormatError
    triples = results
    if form(job.query) == "DESCRIBE":
        triples = _with_labels(names, graphs, triples)
    end = _HeldEnd(put)
    meter = _Meter(islice(triples, job.offset, None), job, put if fmt.suffix in _COMMENTS else end.put)
    few = list(islice(meter, _SORTED + 1))
    shortened = prefixes_for(fmt, job.base)
    if len(few) <= _SORTED:
        meter.write(serialize(few, fmt, shortened))
    else:
        plain = fmt.engine in {ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS}
        statements = expressible(chain(few, meter), fmt)
        ox.serialize(
            statements, cast("IO[bytes]", meter), format=fmt.engine, prefixes=None if plain else dict(shortened)
        )
    rest = f"{job.rest or 'offset='}{job.offset + meter.rows}".replace("--", "-%2D")  # no XML comment may hold that
    words = f"cut after {meter.rows} triples; the rest"
    if fmt.suffix not in _COMMENTS:
        end.finish(json.dumps({words: rest}) if meter.cut and meter.rows else "")
    elif meter.cut:
        put((_COMMENTS[fmt.suffix] % f"{words}: {rest}").encode())
    return Outcome(meter.rows, meter.cut)


class _HeldEnd:
    """Passes JSON-LD on but for its end, where a node may still come; nothing is stated of one without known terms."""

    def __init__(self, put: Callable[[bytes], object]) -> None:
        self._put, self._held = put, b""

    def put(self, piece: bytes) -> None:
        """A piece of the document."""
        held = self._held + piece
        self._held = held[-_END:]
        self._put(held[:-_END])

    def finish(self, node: str) -> None:
        """The end of the document, after a last node if there is one."""
        start, bracket, end = self._held.rpartition(b"]")
        self._put(start + (f",{node}".encode() if node and bracket else b"") + bracket + end)


class _Meter:
    """Counts triples on their way to a serialiser and the bytes that it writes of them; limits end the triples."""

    def __init__(self, triples: Iterator[ox.Triple], job: QueryJob, put: Callable[[bytes], object]) -> None:
        self._triples, self._job, self._put = triples, job, put
        self.rows = self.size = self._read = 0
        self.cut: Cut = ""

    def __iter__(self) -> Iterator[ox.Triple]:
        return self

    def __next__(self) -> ox.Triple:
        if self.cut:
            raise StopIteration
        triple = next(self._triples)
        if self._job.rows and self.rows == self._job.rows:
            self.cut = "rows"
        elif self._job.bytes and max(self.size, self._read) > self._job.bytes:
            self.cut = "bytes"
        if self.cut:
            raise StopIteration
        self.rows += 1
        self._read += len(str(triple))  # triples that are sorted first are written late
        return triple

    def write(self, piece: bytes) -> int:
        """Pass on what the serialiser wrote."""
        self.size += len(piece)
        self._put(piece)
        return len(piece)

    def flush(self) -> None:
        """Nothing is buffered."""


def _with_labels(names: Names, graphs: list[str] | None, described: Iterator[ox.Triple]) -> Iterator[ox.Triple]:
    """A description with the names of everything that it mentions, so that it can be read by itself.

    The names come last, and in the same order each time: an offset counts them too. They are those of the graphs whose
    merge is the default graph of the query: a result never reveals anything from outside its dataset.
    """
    subjects: set[Term] = set()
    mentioned: set[ox.NamedNode] = set()
    for triple in described:
        subjects.add(triple.subject)
        mentioned.update(term for term in triple if isinstance(term, ox.NamedNode))
        yield triple
    yield from names.labels(sorted(term.value for term in mentioned - subjects), graphs)

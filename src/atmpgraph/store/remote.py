"""The remote store: any engine that answers SPARQL 1.1 queries by the Protocol, asked through SPARQLWrapper.

SPARQLWrapper writes the request; `http.upstream` sends it, so that the address, the time and the length are ours. The
dataset of every query is set by us (SPARQL 1.1 Protocol §2.1.4): a graph of ours with the union of the named graphs as
the default graph, and the named graphs of the release. Nothing else in the engine is seen, and no text reaches it that
is not SPARQL 1.1 or calls a function that the settings do not name.
"""

import json
import math
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, TypeVar, cast

import pyoxigraph as ox

from ..credentials import StoreCredentials, store_credentials
from ..errors import EvaluationError, QueryError, StoreError, UnknownGraphError
from ..http.upstream import UpstreamError, UpstreamResponse
from ..i18n import Sentence, message
from ..reasons import reason_of
from ..sparql.syntax.constants import with_constants
from ..sparql.syntax.dataset_clause import graph_clauses, named_dataset, with_base, without_dataset
from ..sparql.syntax.describe import read_describe
from ..sparql.syntax.engine_text import for_engine
from ..sparql.syntax.query_form import form
from ..sparql.syntax.tokenizer import mentions, words
from ..sparql.syntax.validate import check_syntax, may_call_services
from .base import Features, Results, Store, StoreAddress, prove
from .embedded import MemoryStore, each_graph_by_itself
from .engine import QUOTED, ROWS, Access, Engine
from .slot_graphs import MARKED_QUERY, MARKER_GRAPH, NO_GRAPH, UNION_GRAPH

if TYPE_CHECKING:  # a worker starts faster without
    from ..settings import Settings

T = TypeVar("T")

_ROWS_TYPES: Final = frozenset({ROWS, "application/json"})
_TRIPLES_TYPES: Final = {
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "text/plain": ox.RdfFormat.N_TRIPLES,
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}
_TABLE_OF_ASK: Final = "__ask_retval"  # the one variable of the table with which Virtuoso answers ASK
_DESCRIBED: Final = 500  # things that one query describes
_DESCRIPTORS: Final = 16  # connections, and what the look-up of a name needs
_EMPTY: Final = ox.Store()
_NO_BASE: Final = "urn:none"  # for queries without relative IRIs


@dataclass(frozen=True)
class RemoteSettings:
    """Where the slots of an engine are, and how it is asked.

    Attributes:
        slots: their names, each with the address of its queries.
        access: how.
    """

    slots: tuple[tuple[str, str], ...]
    access: Access

    def address(self, slot: str, record: Path, digest: str) -> StoreAddress:
        """The store that holds a release.

        Args:
            slot: which holds it.
            record: the file that says so; it is another one, or none, once the slot holds something else.
            digest: of the release.

        Raises:
            StoreError: the settings have no such slot any more, or the record went away.
        """
        url = dict(self.slots).get(slot)
        if url is None:
            sentence = message("release {digest} is in the slot {slot}, which no setting names")
            raise StoreError("elsewhere", sentence, digest=digest[:12], slot=repr(slot))
        return StoreAddress(REMOTE.kind, _location(url, record, self.access), digest, _state(record))


def remote_settings(settings: "Settings") -> RemoteSettings | None:
    """The engine that the settings name; None for the embedded store."""
    store = settings.store
    if not store.endpoint:
        return None
    access = Access(**store.model_dump(include={each.name for each in fields(Access)}))
    return RemoteSettings(tuple((slot, store.query_address(slot)) for slot in store.slots or ("",)), access)


def _state(record: Path) -> str:
    """The state of a record: inode, size and times.

    Raises:
        StoreError: there is none.
    """
    try:
        status = os.stat(record)  # noqa: PTH116 - thrice a query: half the time of Path.stat
    except OSError:
        raise StoreError(
            "elsewhere", "no slot holds the release {digest}; 'atmpgraph push' loads it", digest=record.stem[:12]
        ) from None
    return f"{status.st_ino}-{status.st_size}-{status.st_mtime_ns}-{status.st_ctime_ns}"


@lru_cache(64)  # each query names it
def _location(url: str, record: Path, access: Access) -> str:
    """The location of a store: the address of its queries, its record, and how it is asked."""
    return json.dumps({"url": url, "record": str(record), "access": asdict(access)}, separators=(",", ":"))


@lru_cache(64)
def _located(location: str) -> tuple[str, Path, Access]:
    """The address of the queries of a location, its record, and how it is asked."""
    members = json.loads(location)
    access = members["access"]
    lists = {name: tuple(access[name]) for name in ("parameters", "functions")}
    return members["url"], Path(members["record"]), Access(**access | lists)


@lru_cache(16)
def _engine(url: str, access: Access, credentials: StoreCredentials) -> Engine:
    """The one engine of a process at an address."""
    return Engine(url, access, credentials)


class _Rest:
    """An answer of which the beginning is read already."""

    def __init__(self, beginning: bytes, response: UpstreamResponse) -> None:
        self._beginning, self._response = beginning, response

    def read(self, size: int = -1) -> bytes:
        if self._beginning:
            piece = self._beginning[:size] if size >= 0 else self._beginning
            self._beginning = self._beginning[len(piece) :]
            return piece
        return self._response.read(size)


@dataclass(frozen=True)
class RemoteStore(Store):
    """A release in a slot of an engine.

    Attributes:
        digest: of the release; empty for a slot whose content no record tells.
    """

    digest: str
    _engine: Engine = field(repr=False)
    _access: Access = field(repr=False)
    _seconds: float
    _graphs: tuple[str, ...] = ()
    _union: str = UNION_GRAPH
    _record: Path | None = None
    _state: str = ""
    _confirmed: list[float] = field(default_factory=lambda: [-math.inf], compare=False, repr=False)

    def query(
        self,
        text: str,
        *,
        default_graphs: Iterable[str] | None = None,
        named_graphs: Iterable[str] | None = None,
    ) -> Results:
        """Run a SPARQL 1.1 query on the engine; of a default graph that is merged of several, here."""
        text = for_engine(text)
        self._check_text(text)
        kind = form(text) or "SELECT"
        if not self.digest:
            return self._results(text, kind, ())
        default, named = self._dataset(text, default_graphs, named_graphs)
        self._confirm()
        if len(default) > 1:
            return self._merged(default, named).query(text, default_graphs=default, named_graphs=named)
        dataset = _parameters(default, named if _names_graphs(text) else ())
        text = with_constants(each_graph_by_itself(without_dataset(text), self.base, lambda: named))
        return self._description(text, dataset) if kind == "DESCRIBE" else self._results(text, kind, dataset)

    def _description(self, text: str, dataset: Sequence[tuple[str, str]]) -> Results:
        """The statements about what a query describes, as the embedded store gives them; engines differ in that."""
        described, received = read_describe(text, self.base), ox.Store()
        things = dict.fromkeys(map(ox.NamedNode, described.iris))
        if described.select:
            rows = self._results(described.select, "SELECT", dataset)
            for row in self.reading(cast("ox.QuerySolutions", rows)):
                things |= dict.fromkeys(term for term in row if isinstance(term, ox.NamedNode))
        rest = iter(things)
        while batch := list(islice(rest, _DESCRIBED)):
            pattern = f"VALUES ?s {{ {' '.join(map(str, batch))} }} ?s ?p ?o"
            triples = self._results(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {pattern} }}", "CONSTRUCT", dataset)
            received.extend(ox.Quad(*triple) for triple in cast("ox.QueryTriples", triples))
        return received.query("CONSTRUCT WHERE { ?s ?p ?o }")

    def _check_text(self, text: str) -> None:
        """Pass a query that is SPARQL 1.1, calls no service, and no function but those of SPARQL 1.1 and the settings.

        Raises:
            QueryError: it is another one.
        """
        if may_call_services(text):
            check_syntax(text, self.base)
        try:
            _EMPTY.query(text, base_iri=self.base, custom_functions=_permitted(self._access.functions))
        except (SyntaxError, ValueError) as error:
            raise QueryError(str(error)) from None
        except (RuntimeError, OSError) as error:
            raise EvaluationError(str(error)) from None

    def _dataset(
        self, text: str, default_graphs: Iterable[str] | None, named_graphs: Iterable[str] | None
    ) -> tuple[list[str], list[str]]:
        """The default graphs and the named graphs of a query.

        Raises:
            UnknownGraphError: one of them is none of the release.
        """
        try:
            default, named = named_dataset(text, self.base)
            clauses = graph_clauses(text, self.base)
        except SyntaxError as error:
            raise QueryError(str(error)) from None
        if default_graphs is not None or named_graphs is not None:
            default, named = list(default_graphs or ()), list(named_graphs or ())
        every = set(self._graphs)
        for graph in (*default, *named, *clauses):
            if graph not in every:
                raise UnknownGraphError(graph)
        if not default and not named:
            return [self._union], list(self._graphs)
        return [self._union] if every == set(default) else list(dict.fromkeys(default)), list(dict.fromkeys(named))

    def _merged(self, default: Sequence[str], named: Sequence[str]) -> MemoryStore:
        """Some graphs in memory: an engine need not count a triple once that several of them state."""
        engine = ox.Store()
        for graph in {*default, *named}:
            triples = self._results("CONSTRUCT WHERE { ?s ?p ?o }", "CONSTRUCT", _parameters([graph], ()))
            engine.bulk_extend(_placed(cast("ox.QueryTriples", triples), graph))
        return MemoryStore(self.base, engine)

    def _results(self, text: str, kind: str, dataset: Sequence[tuple[str, str]], *, probe: bool = False) -> Results:
        """The results of a query, or its first part if they are long.

        Raises:
            StoreError: the engine has none, or the slot was filled anew meanwhile.
            EvaluationError: it refuses the query.
        """
        self._expect_record()
        text = with_base(text, self.base)
        content, response = self._engine.ask(text, kind, dataset, self._seconds, probe=probe)
        try:
            whole: bytes | IO[bytes] = content if response.ended else cast("IO[bytes]", _Rest(content, response))
            results = _rows(whole, response, kind) if kind in {"SELECT", "ASK"} else _triples(whole, response)
        except (SyntaxError, ValueError, OSError, RuntimeError, UpstreamError) as error:
            response.close()
            raise _unusable(error) from None
        self._expect_record()
        return results

    def reading(self, results: Iterable[T]) -> Iterator[T]:
        """The rows or triples of a query, of which the engine may still send some."""
        try:
            yield from results
        except (SyntaxError, ValueError, OSError, RuntimeError, UpstreamError) as error:
            raise _unusable(error) from None
        self._expect_record()

    def _expect_record(self) -> None:
        """Make sure that the slot is still that of the release.

        Raises:
            StoreError: a push fills it anew, or has.
        """
        if self._record and _state(self._record) != self._state:
            raise StoreError("elsewhere", "the slot of release {digest} was filled anew", digest=self.digest[:12])

    def _confirm(self, *, probe: bool = False) -> None:
        """Make sure from time to time that the engine holds the release: it may have been emptied, or filled by others.

        Raises:
            StoreError: it does not.
        """
        if not probe and time.monotonic() - self._confirmed[0] < self._access.check_seconds:
            return
        rows = self._results(MARKED_QUERY, "SELECT", _parameters([MARKER_GRAPH], ()), probe=probe)
        digests = {row[0].value for row in self.reading(cast("ox.QuerySolutions", rows))}
        if digests != {self.digest}:
            self._confirmed[0] = -math.inf
            held = ", ".join(sorted(digest[:12] for digest in digests))
            raise StoreError(
                "elsewhere",
                "its slot holds {held}, not {digest}; 'atmpgraph push' loads it",
                held=held or Sentence(message("no release, or not the whole of one")),
                digest=self.digest[:12],
            )
        self._confirmed[0] = time.monotonic()

    def check(self) -> None:
        """Make sure that the engine answers and holds the release."""
        self._confirm(probe=True)

    def graphs(self) -> list[str]:
        """The IRIs of the named graphs, sorted."""
        return sorted(self._graphs) if self.digest else super().graphs()


def _placed(triples: Iterable[ox.Triple], graph: str) -> Iterator[ox.Quad]:
    """Triples in a graph."""
    name = ox.NamedNode(graph)
    for triple in triples:
        yield ox.Quad(triple.subject, triple.predicate, triple.object, name)


def _unusable(error: Exception) -> StoreError:
    """What is wrong with an answer that cannot be read to its end."""
    if isinstance(error, UpstreamError):
        return StoreError(error.kind, error.sentence, **error.values)
    return StoreError(
        "unusable", "its answer is not whole, or none: {words}", words=" ".join(str(error).split())[:QUOTED]
    )


def _parameters(default: Sequence[str], named: Sequence[str]) -> list[tuple[str, str]]:
    """The dataset of a query. Neither list is empty: some engines take no graph at all for all of theirs."""
    return [
        *(("default-graph-uri", graph) for graph in default or (NO_GRAPH,)),
        *(("named-graph-uri", graph) for graph in named or (NO_GRAPH,)),
    ]


def _names_graphs(text: str) -> bool:
    """Whether a query may have a GRAPH clause; the letters of a keyword may be escaped (SPARQL 1.1 §19.2).

    Only then are the named graphs sent: a release may have thousands, and an engine reads each.
    """
    return "\\" in text or (mentions(text, "GRAPH") and any(word.is_word("GRAPH") for word in words(text)))


@lru_cache(16)
def _permitted(functions: tuple[str, ...]) -> dict[ox.NamedNode, Any]:
    """The functions of an engine, as far as it must be known that there are some."""
    return {ox.NamedNode(iri): lambda *_: None for iri in functions}


def _rows(content: bytes | IO[bytes], response: UpstreamResponse, kind: str) -> Results:
    """The rows of an answer, or its truth value."""
    _expect_type(response, _ROWS_TYPES)
    results = ox.parse_query_results(content, format=ox.QueryResultsFormat.JSON)
    if kind == "SELECT" and isinstance(results, ox.QuerySolutions):
        return results
    if kind == "ASK" and isinstance(results, ox.QueryBoolean):
        return results
    if isinstance(results, ox.QuerySolutions) and [name.value.lower() for name in results.variables] == [_TABLE_OF_ASK]:
        true = any(row[0] is not None and str(row[0].value) not in {"0", "false"} for row in results)
        return _EMPTY.query("ASK {}" if true else "ASK { FILTER(false) }")
    raise StoreError("unusable", "its answer is none to {kind}", kind=kind)


def _triples(content: bytes | IO[bytes], response: UpstreamResponse) -> Results:
    """The triples of an answer; each is there once."""
    _expect_type(response, frozenset(_TRIPLES_TYPES))
    syntax = _TRIPLES_TYPES[response.media_type]
    if not response.is_framed and syntax is not ox.RdfFormat.RDF_XML:
        raise StoreError("unusable", "its answer has no length, so that half of it would pass for the whole")
    received = ox.Store()
    received.bulk_load(content, format=syntax)
    return received.query("CONSTRUCT WHERE { ?s ?p ?o }")


def _expect_type(response: UpstreamResponse, types: frozenset[str]) -> None:
    if response.media_type not in types:
        response.close()
        media_type = response.media_type or Sentence(message("no media type"))
        raise StoreError("unusable", "it answers with {media_type}", media_type=media_type)


@dataclass(frozen=True)
class Remote:
    """Stores in the slots of an engine, which a push fills."""

    kind = "remote"
    evaluates = False

    def features(self, address: StoreAddress) -> Features:
        """The functions that the settings name; the default graph is the union, which a push loads."""
        return Features(_located(address.location)[2].functions, union_default_graph=True)

    def descriptors(self, _: StoreAddress) -> int:
        """Sockets, and the files that the look-up of a name needs."""
        return _DESCRIPTORS

    def verify(self, address: StoreAddress) -> None:
        """Read the store back."""
        try:
            prove(self.open(address, _NO_BASE), address.digest)
        except ValueError as error:
            raise StoreError("elsewhere", "{reason}", reason=reason_of(error)) from None

    def open(self, address: StoreAddress, base: str, seconds: float = 0) -> Store:
        """Read the record of a slot; nothing is asked before the first query."""
        url, record, access = _located(address.location)
        if _state(record) != address.state:
            raise StoreError("elsewhere", "the slot of release {digest} was filled anew", digest=address.digest[:12])
        try:
            members = json.loads(record.read_bytes())
            graphs, union = tuple(sorted(members["graphs"])), str(members["union_graph"] or UNION_GRAPH)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise StoreError(
                "elsewhere", "{file}: not the record of a slot: {error}", file=str(record), error=repr(error)
            ) from None
        return RemoteStore(
            base,
            address.digest,
            _engine(url, access, store_credentials()),
            access,
            seconds or access.timeout_seconds,
            graphs,
            union,
            record,
            address.state,
        )


REMOTE: Final = Remote()


def unrecorded(url: str, access: Access, seconds: float = 0) -> Store:
    """A slot whatever it holds: no dataset is set, and no release is expected."""
    return RemoteStore(
        _NO_BASE, "", _engine(url, access, store_credentials()), access, seconds or access.timeout_seconds
    )

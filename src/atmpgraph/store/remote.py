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
from functools import cached_property, lru_cache
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, TypeVar, cast

import pyoxigraph as ox

from ..credentials import StoreCredentials, store_credentials
from ..errors import StoreError
from ..http.upstream import ResponseHead, UpstreamError, UpstreamResponse
from ..i18n import Sentence, message
from ..reasons import reason_of
from ..sparql.syntax.describe import read_describe
from ..sparql.syntax.engine_text import for_engine
from ..sparql.syntax.query_form import form
from .base import Features, Results, Store, StoreAddress, prove
from .embedded import MemoryStore
from .engine import QUOTED, Access, Engine
from .query_text import QueryTexts, parameters
from .slot_graphs import MARKED_QUERY, MARKER_GRAPH, UNION_GRAPH
from .written import ROWS, Sent

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
        engine: that has the slot.
    """

    digest: str
    engine: Engine = field(repr=False)
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
        texts, is_whole = self._texts, default_graphs is None and named_graphs is None
        if not self.digest:
            text = for_engine(text)
            texts.check(text)
            return self._results(texts.sent(text, form(text) or "SELECT", ()))
        if is_whole and (sent := texts.of_shape(text)):
            self._confirm()
            return self._results(sent)
        query = texts.parsed(text, default_graphs, named_graphs)
        self._confirm()
        if len(query.default) > 1:
            merged = self._merged(query.default, query.named)
            return merged.query(query.text, default_graphs=query.default, named_graphs=query.named)
        text, dataset = texts.rewritten(query)
        if query.form == "DESCRIBE":
            return self._description(text, dataset)
        return self._results(texts.sent(text, query.form, dataset))

    @cached_property
    def _texts(self) -> QueryTexts:
        """Its queries."""
        return QueryTexts(self.base, self._graphs, self._union, self._access.functions)

    def sent_at_once(self, text: str) -> Sent | None:
        """What the engine gets of a query that one request answers; None where it is another one, or may be wrong."""
        return self._texts.of_shape(text)

    def _description(self, text: str, dataset: Sequence[tuple[str, str]]) -> Results:
        """The statements about what a query describes, as the embedded store gives them; engines differ in that."""
        described, received = read_describe(text, self.base), ox.Store()
        things = dict.fromkeys(map(ox.NamedNode, described.iris))
        if described.select:
            rows = self._results(self._texts.sent(described.select, "SELECT", dataset))
            for row in self.reading(cast("ox.QuerySolutions", rows)):
                things |= dict.fromkeys(term for term in row if isinstance(term, ox.NamedNode))
        rest = iter(things)
        while batch := list(islice(rest, _DESCRIBED)):
            pattern = f"VALUES ?s {{ {' '.join(map(str, batch))} }} ?s ?p ?o"
            construct = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {pattern} }}"
            triples = self._results(self._texts.sent(construct, "CONSTRUCT", dataset))
            received.extend(ox.Quad(*triple) for triple in cast("ox.QueryTriples", triples))
        return received.query("CONSTRUCT WHERE { ?s ?p ?o }")

    def _merged(self, default: Sequence[str], named: Sequence[str]) -> MemoryStore:
        """Some graphs in memory: an engine need not count a triple once that several of them state."""
        engine = ox.Store()
        for graph in {*default, *named}:
            query = self._texts.sent("CONSTRUCT WHERE { ?s ?p ?o }", "CONSTRUCT", parameters([graph], ()))
            triples = self._results(query)
            engine.bulk_extend(_placed(cast("ox.QueryTriples", triples), graph))
        return MemoryStore(self.base, engine)

    def _results(self, query: Sent, *, probe: bool = False) -> Results:
        """The results of a query, or its first part if they are long.

        Raises:
            StoreError: the engine has none, or the slot was filled anew meanwhile.
            EvaluationError: it refuses the query.
        """
        self.expect_record()
        content, response = self.engine.ask(query, self._seconds, probe=probe)
        whole: bytes | IO[bytes] = content if response.ended else cast("IO[bytes]", _Rest(content, response))
        try:
            return self.received(whole, response, query.form)
        except BaseException:
            response.close()
            raise

    def received(self, content: bytes | IO[bytes], head: ResponseHead, kind: str) -> Results:
        """The results in an answer to a query of a form.

        Raises:
            StoreError: it has none, or the slot was filled anew meanwhile.
        """
        try:
            results = _rows(content, head, kind) if kind in {"SELECT", "ASK"} else _triples(content, head)
        except (SyntaxError, ValueError, OSError, RuntimeError, UpstreamError) as error:
            raise _unusable(error) from None
        self.expect_record()
        return results

    def reading(self, results: Iterable[T]) -> Iterator[T]:
        """The rows or triples of a query, of which the engine may still send some."""
        try:
            yield from results
        except (SyntaxError, ValueError, OSError, RuntimeError, UpstreamError) as error:
            raise _unusable(error) from None
        self.expect_record()

    def expect_record(self) -> None:
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
        if probe or not self.is_confirmed():
            self.confirm_by(self._results(self.mark, probe=probe))

    def is_confirmed(self) -> bool:
        """Whether the engine said of late that it holds the release."""
        return time.monotonic() - self._confirmed[0] < self._access.check_seconds

    @cached_property
    def mark(self) -> Sent:
        """The query that tells which release the slot holds."""
        return self._texts.sent(MARKED_QUERY, "SELECT", parameters([MARKER_GRAPH], ()))

    def confirm_by(self, rows: Results) -> None:
        """Look at what the engine says to `mark`.

        Raises:
            StoreError: it holds another release, or none.
        """
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


def _rows(content: bytes | IO[bytes], response: ResponseHead, kind: str) -> Results:
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


def _triples(content: bytes | IO[bytes], response: ResponseHead) -> Results:
    """The triples of an answer; each is there once."""
    _expect_type(response, frozenset(_TRIPLES_TYPES))
    syntax = _TRIPLES_TYPES[response.media_type]
    if not response.is_framed and syntax is not ox.RdfFormat.RDF_XML:
        raise StoreError("unusable", "its answer has no length, so that half of it would pass for the whole")
    received = ox.Store()
    received.bulk_load(content, format=syntax)
    return received.query("CONSTRUCT WHERE { ?s ?p ?o }")


def _expect_type(response: ResponseHead, types: frozenset[str]) -> None:
    if response.media_type not in types:
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

    def open(self, address: StoreAddress, base: str, seconds: float = 0) -> RemoteStore:
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

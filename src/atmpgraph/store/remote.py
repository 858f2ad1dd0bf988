"""The remote store: any engine that answers SPARQL 1.1 queries by the Protocol, asked through SPARQLWrapper.

SPARQLWrapper writes the request; `http.upstream` sends it, so that the address, the time and the length are ours. The
dataset of every query is set by us: a graph of ours with the union of the named graphs as the default graph, and the
named graphs of the release. Whatever else is in the engine is not seen, and no text reaches it that is not plain
SPARQL 1.1.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import pyoxigraph as ox

from ..errors import StoreError
from ..http.upstream import Upstream
from ..settings.secrets import store_credentials
from .base import StoreAddress

if TYPE_CHECKING:  # a worker starts faster without
    from ..settings import Settings

T = TypeVar("T")

UNION_GRAPH: Final = "urn:x-atmpgraph:union"  # the union of the named graphs of the release in a slot
MARKER_GRAPH: Final = "urn:x-atmpgraph:release"  # names that release; a push takes it away first and writes it last
_DIGEST: Final = "urn:x-atmpgraph:digest"
_NONE: Final = "urn:x-atmpgraph:none"  # a graph that no engine has: some take no dataset for the whole of theirs
_ROWS: Final = "application/sparql-results+json"
_TRIPLES: Final = {
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "text/plain": ox.RdfFormat.N_TRIPLES,
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}
_ACCEPTED: Final = "application/n-triples, text/turtle;q=0.5, application/rdf+xml;q=0.1"
_ASKED: Final = "__ask_retval"  # the one variable of the table that Virtuoso answers ASK with
_SHORT: Final = 1 << 20  # bytes of an answer that is read at once, so that its connection is free
_DESCRIPTORS: Final = 16  # connections, and what the name server's needs
_SAID: Final = 300  # characters of what an engine says to a query that it refuses
_AGENT: Final = "atmpgraph"
_EMPTY: Final = ox.Store()


def marker(digest: str) -> bytes:
    """The content of the graph that names the release in a slot, N-Triples."""
    return f'<{MARKER_GRAPH}> <{_DIGEST}> "{digest}" .\n'.encode()


@dataclass(frozen=True)
class Access:
    """How an engine is asked; each field has the name of its setting.

    Attributes:
        timeout_seconds: longest time of one query.
        connect_timeout_seconds: until it accepts a connection.
        retry_seconds: in which nobody waits for it again after it failed.
        check_seconds: after which it must say again which release it holds.
        max_answer_bytes: of one answer.
        max_waiting: queries of one process that wait for it at the same time.
        parameters: `name=value`, sent with each query.
        functions: IRIs that queries may call besides those of SPARQL 1.1.
    """

    timeout_seconds: float
    connect_timeout_seconds: float
    retry_seconds: float
    check_seconds: float
    max_answer_bytes: int
    max_waiting: int
    parameters: tuple[str, ...]
    functions: tuple[str, ...]


@dataclass(frozen=True)
class RemoteSettings:
    """Where the slots of an engine are, and how it is asked.

    Attributes:
        slots: the address of the queries of each slot, by the name of the slot.
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
            raise StoreError("elsewhere", f"the settings have no slot {slot!r}, which holds release {digest[:12]}")
        location = {"url": url, "record": str(record), "access": asdict(self.access)}
        return StoreAddress(REMOTE.kind, _json(location), digest, _state(record))


def remote_settings(settings: "Settings") -> RemoteSettings | None:
    """The engine that the settings name; None for the embedded store."""
    store = settings.store
    if not store.endpoint:
        return None
    access = Access(**store.model_dump(include=set(Access.__dataclass_fields__)))
    return RemoteSettings(tuple((slot, store.query_address(slot)) for slot in store.slots or ("",)), access)


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _state(record: Path) -> str:
    """The state of a record: inode, size and times.

    Raises:
        StoreError: there is none.
    """
    try:
        status = record.stat()
    except OSError:
        raise StoreError("elsewhere", f"{record.name}: no slot of the store holds this release (any more)") from None
    return f"{status.st_ino}-{status.st_size}-{status.st_mtime_ns}-{status.st_ctime_ns}"


@lru_cache(64)
def _access(location: str) -> tuple[str, Path, Access]:
    """Address, record and access of a location."""
    members = json.loads(location)
    access = members["access"]
    lists = {name: tuple(access[name]) for name in ("parameters", "functions")}
    return members["url"], Path(members["record"]), Access(**access | lists)


class _Wrapper:
    """One request as SPARQLWrapper writes it, sent by us to the one address that it may have."""

    def __init__(self, upstream: Upstream, url: str) -> None:
        self._upstream, self._url = upstream, url
        self._credentials = store_credentials()

    def send(self, text: str, kind: str, accept: str, parameters: Iterable[tuple[str, str]], seconds: float) -> Any:  # noqa: ANN401
        """The response to a query."""
        wrapper = _wrapper_class()(self._url, self._upstream, kind, seconds)
        wrapper.setMethod("POST")
        wrapper.setRequestMethod(
            "urlencoded"
        )  # every engine takes it; one of the others is refused, or hangs, somewhere
        wrapper.setOnlyConneg(True)  # otherwise it adds parameters of its own
        for name, value in parameters:
            wrapper.addParameter(name, value)
        if self._credentials.token:
            wrapper.addCustomHttpHeader("Authorization", f"Bearer {self._credentials.token}")
        elif self._credentials.user:
            wrapper.setHTTPAuth("BASIC")
            wrapper.setCredentials(self._credentials.user, self._credentials.password)
        wrapper.addCustomHttpHeader("Accept", accept)
        wrapper.setQuery(text)
        return wrapper.query().response

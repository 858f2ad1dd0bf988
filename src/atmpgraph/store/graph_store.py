"""Graphs of an engine elsewhere, over HTTP (SPARQL 1.1 Graph Store HTTP Protocol): put, added to, removed, read back.

The address is that of the operator's engine, so it may be a private one. No redirection is followed and no proxy is
used: credentials go nowhere else.
"""

import http.client
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlsplit

import pyoxigraph as ox

from ..credentials import StoreCredentials
from ..errors import StoreError, StoreFailureKind
from ..i18n import Sentence, message
from ..reasons import refusal_of
from .authentication import VARIABLES, Authentication

_N_TRIPLES: Final = "application/n-triples"
_READ: Final = f"{_N_TRIPLES}, text/plain;q=0.8, text/turtle;q=0.5"
_DONE: Final = frozenset({200, 201, 202, 204})
_REASON: Final = 300  # characters of an answer that an error quotes
_NO_ANSWER: Final = (OSError, http.client.HTTPException)


@dataclass
class GraphStore:
    """The graphs of one dataset.

    Attributes:
        address: of its Graph Store Protocol.
        credentials: for it.
        connect_seconds: longest time for a connection.
        seconds: longest time in which it may send or take nothing.
    """

    address: str
    credentials: StoreCredentials = field(repr=False)
    connect_seconds: float
    seconds: float
    _authentication: Authentication = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Nothing is sent yet."""
        self._authentication = Authentication(self.credentials, self.address)

    def put(self, graph: str, lines: bytes) -> None:
        """Let a graph be these lines of N-Triples, and no others (§5.3).

        Raises:
            StoreError: the engine refuses, or gives no answer.
        """
        self._send("PUT", graph, lines)

    def post(self, graph: str, lines: bytes) -> None:
        """Add lines of N-Triples to a graph (§5.5).

        Raises:
            StoreError: as above.
        """
        self._send("POST", graph, lines)

    def delete(self, graph: str) -> None:
        """Let a graph be empty, whether it was there or not (§5.4).

        Raises:
            StoreError: as above.
        """
        self._send("DELETE", graph, missing=True)

    def read(self, graph: str) -> Iterator[ox.Triple]:
        """The triples of a graph, as they arrive (§5.2); none of a graph that is not there.

        Raises:
            StoreError: as above; or what it answers is not RDF, or ends too early.
        """
        with self._answer("GET", graph) as response:
            if response.status == 404:  # an engine need not know empty graphs
                return
            if response.status != 200:
                raise self._error("unusable", "GET", graph, _reason(response))
            media_type = response.headers.get_content_type()
            text = ox.RdfFormat.N_TRIPLES if media_type == "text/plain" else ox.RdfFormat.from_media_type(media_type)
            if text is None:
                raise self._error("unusable", "GET", graph, Sentence(_NO_RDF, {"media_type": media_type}))
            try:
                for quad in ox.parse(response, format=text):
                    yield quad.triple
            except (SyntaxError, ValueError, *_NO_ANSWER) as error:
                raise self._error("unusable", "GET", graph, Sentence(_NOT_WHOLE, {"words": str(error)})) from None
            if response.length:
                raise self._error("unusable", "GET", graph, Sentence(message("its answer ends too early")))

    def _send(self, method: str, graph: str, lines: bytes | None = None, *, missing: bool = False) -> None:
        with self._answer(method, graph, lines) as response:
            if response.status not in _DONE and not (missing and response.status == 404):
                raise self._error("unusable", method, graph, _reason(response))
            with suppress(*_NO_ANSWER):
                response.read()

    @contextmanager
    def _answer(self, method: str, graph: str, lines: bytes | None = None) -> Iterator[http.client.HTTPResponse]:
        """The answer to a request, which is sent a second time where the first answer wants credentials."""
        response = self._requested(method, graph, lines)
        wanted = response.headers.get_all("WWW-Authenticate", [])
        if response.status == 401 and self._authentication.challenged(wanted):
            response.close()
            response = self._requested(method, graph, lines)
        with response:
            if refusal := self._refusal(response.status):
                raise self._error(refusal[0], method, graph, refusal[1])
            yield response

    def _refusal(self, status: int) -> tuple[StoreFailureKind, Sentence] | None:
        """Why an answer with a status is none."""
        if status in {401, 403}:
            sentence = _REFUSES if self._authentication else _ASKS
            return "denied", Sentence(sentence, {"status": str(status), "names": VARIABLES})
        if 300 <= status < 400:
            redirects = message("it redirects ({status}), and no redirection is followed")
            return "unusable", Sentence(redirects, {"status": str(status)})
        return None

    def _connection(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.address)
        host = parts.hostname or ""
        if parts.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, parts.port, timeout=self.connect_seconds, context=context)
        return http.client.HTTPConnection(host, parts.port, timeout=self.connect_seconds)

    def _requested(self, method: str, graph: str, lines: bytes | None) -> http.client.HTTPResponse:
        """The answer to one request, over a connection of its own."""
        target, connection = self._target(graph), self._connection()
        fields = {"Accept": _READ, "Accept-Encoding": "identity", "User-Agent": "atmpgraph", "Connection": "close"}
        if lines is not None:
            fields |= {"Content-Type": _N_TRIPLES}
        if authorization := self._authentication.field(method, target):
            fields |= {"Authorization": authorization}
        try:
            connection.connect()
            connection.sock.settimeout(self.seconds)
            with suppress(BrokenPipeError, ConnectionResetError):  # refused before the end: its answer may be there
                connection.request(method, target, lines, fields)
            return connection.getresponse()
        except _NO_ANSWER as error:
            connection.close()
            kind: StoreFailureKind = "late" if isinstance(error, TimeoutError) else "unreachable"
            raise self._error(kind, method, graph, refusal_of(error)) from None

    def _target(self, graph: str) -> str:
        parts = urlsplit(self.address)
        query = f"{parts.query}&" if parts.query else ""
        return f"{parts.path or '/'}?{query}graph={quote(graph, safe='')}"

    def _error(self, kind: StoreFailureKind, method: str, graph: str, reason: Sentence) -> StoreError:
        place = {"address": self.address, "method": method, "graph": f"<{graph}>"}
        return StoreError(kind, "{address}: {method} of {graph}: {reason}", **place, reason=reason)


_NO_RDF: Final = message("it answers with {media_type}, which is not RDF")
_NOT_WHOLE: Final = message("its answer is not whole, or none: {words}")
_REFUSES: Final = message("it refuses these credentials ({status}): set {names} in the environment")
_ASKS: Final = message("it asks for credentials ({status}): set {names} in the environment")
_ANSWERS: Final = message("it answers with the status {status}: {text}")


def _reason(response: http.client.HTTPResponse) -> Sentence:
    """The status of an answer, and the begin of what it says."""
    with suppress(*_NO_ANSWER):
        words = " ".join(response.read(_REASON * 4).decode(errors="replace").split())
        return Sentence(_ANSWERS, {"status": str(response.status), "text": words[:_REASON]})
    return Sentence(_ANSWERS, {"status": str(response.status), "text": "…"})

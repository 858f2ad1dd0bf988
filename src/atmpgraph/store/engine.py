"""The engine of a remote store: requests that SPARQLWrapper writes, sent over connections of ours, one answer each.

SPARQLWrapper writes a request once for each form and dataset; the text of a query then takes its place in it.

Nobody waits for an engine that fails: after it was not reached, or was too slow, one query alone tries it now and then,
and the others fail at once.
"""

import math
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, cast
from urllib.parse import quote_plus, urlsplit

from SPARQLWrapper import POST, URLENCODED, SPARQLWrapper

from ..credentials import StoreCredentials
from ..errors import EvaluationError, StoreError
from ..http.upstream import Upstream, UpstreamError, UpstreamResponse, phrase
from ..i18n import counting
from .authentication import VARIABLES, Authentication

ROWS: Final = "application/sparql-results+json"
_TRIPLES: Final = "application/n-triples, text/turtle;q=0.5, application/rdf+xml;q=0.1"
# Fields with which Virtuoso tells that an answer is not whole: it ran out of time, or into its limit of rows.
_OVER_TIME, _OVER_ROWS = "X-SQL-State", "X-SPARQL-MaxRows"
_REFUSES: Final = "Virtuoso 37000"  # so begins what it says to a query that it does not understand, with the status 500
_SHORT: Final = 1 << 20  # bytes of an answer that is read at once, so that its connection is free
QUOTED: Final = 300  # characters of what an engine says to a query that it refuses
_AGENT: Final = "atmpgraph"
_PLACE: Final = "~~"  # where the text of a query stands in a request that is written ahead
_REMEMBERED: Final = 8  # such requests: a dataset may have thousands of graphs
_LATE: Final = frozenset({408, 504})
_BUSY: Final = frozenset({429, 503})


@dataclass(frozen=True)
class Access:
    """How an engine is asked; each field has the name of its setting (`settings.groups.RemoteStore`).

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


class _Request(SPARQLWrapper):
    """A query of a form, as SPARQLWrapper writes it; it is sent by others."""

    def __init__(self, url: str, kind: str) -> None:
        """Prepare a query for an address."""
        self._kind = kind
        super().__init__(url, agent=_AGENT)
        self.setMethod(POST)
        self.setRequestMethod(URLENCODED)  # the one that every engine takes
        self.setOnlyConneg(True)  # otherwise it adds parameters of its own

    def _parseQueryType(self, _: str) -> str:  # noqa: N802 - the name is the library's
        """The form, which is read already."""
        return self._kind


@dataclass(frozen=True)
class Written:
    """A request for an engine, but for the text of its query.

    Attributes:
        url: of the engine.
        fields: of its header.
        before, after: what surrounds the text in the form.
    """

    url: str
    fields: Mapping[str, str]
    before: bytes
    after: bytes

    def body(self, text: str) -> bytes:
        """The form with a query in it."""
        return b"%b%b%b" % (self.before, quote_plus(text, safe="/").encode(), self.after)


@lru_cache(_REMEMBERED)
def written(url: str, kind: str, parameters: Sequence[tuple[str, str]]) -> Written:
    """The request for queries of a form with some parameters."""
    request = _Request(url, kind)
    for name, value in parameters:
        request.addParameter(name, value)
    request.addCustomHttpHeader("Accept", ROWS if kind in {"SELECT", "ASK"} else _TRIPLES)
    request.setQuery(_PLACE)
    whole = request._createRequest()
    before, _, after = cast("bytes", whole.data).rpartition(f"query={_PLACE}".encode())
    return Written(whole.full_url, dict(whole.header_items()), before + b"query=", after)


class Engine:
    """The connections to one address of an engine, and whether it answers. Safe to share between threads."""

    def __init__(self, url: str, access: Access, credentials: StoreCredentials) -> None:
        """Connect with the first query.

        Raises:
            StoreError: the address is none.
        """
        self._url, self._access = url, access
        self._authentication, self._authenticating = Authentication(credentials, url), threading.Lock()
        self._target = urlsplit(url)._replace(scheme="", netloc="").geturl() or "/"
        try:
            self._upstream = Upstream(url, access.connect_timeout_seconds, access.max_answer_bytes)
        except UpstreamError as error:
            raise StoreError("unusable", error.sentence, **error.values) from None
        self._places = threading.BoundedSemaphore(access.max_waiting)
        self._probing = threading.Lock()
        self._failure: StoreError | None = None
        self._closed_until = 0.0

    @contextmanager
    def _place(self, *, probe: bool) -> Iterator[None]:
        """A place among those that wait for the engine; one alone tries it after it failed.

        Raises:
            StoreError: all are taken, or it failed a moment ago.
        """
        tries = False
        if (failure := self._failure) and not probe:
            tries = time.monotonic() >= self._closed_until and self._probing.acquire(blocking=False)
            if not tries:
                raise StoreError(failure.kind, "{reason} (a moment ago)", reason=failure.values["reason"])
        try:
            if not self._places.acquire(timeout=self._access.connect_timeout_seconds):
                raise StoreError(
                    "busy", counting("{n} query waits for it", "{n} queries wait for it"), n=self._access.max_waiting
                )
            try:
                yield
            finally:
                self._places.release()
        finally:
            if tries:
                self._probing.release()

    def ask(
        self, text: str, kind: str, dataset: Sequence[tuple[str, str]], seconds: float, *, probe: bool = False
    ) -> tuple[bytes, UpstreamResponse]:
        """The beginning of the answer to a query, and the answer, which has ended if that is all.

        Args:
            text: SPARQL 1.1.
            kind: its form.
            dataset: parameters that name the graphs.
            seconds: longest time until the end of the answer.
            probe: whether it is tried even if it failed a moment ago.

        Raises:
            StoreError: there is none.
            EvaluationError: the engine refuses the query.
        """
        with self._place(probe=probe):
            try:
                response = self._send(text, kind, dataset, seconds)
                _check_status(response)
                answer = response.read(_SHORT), response
            except UpstreamError as error:
                raise self._failed(StoreError(error.kind, error.sentence, **error.values)) from None
            except StoreError as error:
                raise self._failed(error) from None
        self._failure = None
        return answer

    def _send(self, text: str, kind: str, dataset: Sequence[tuple[str, str]], seconds: float) -> UpstreamResponse:
        request = written(self._url, kind, (*dataset, *self._parameters(seconds)))
        body = request.body(text)
        response = self._authenticated(request, body, seconds)
        if response.status == 401 and self._is_challenged(response):
            response.close()
            response = self._authenticated(request, body, seconds)
        return response

    def _parameters(self, seconds: float) -> Iterator[tuple[str, str]]:
        """The parameters that the settings add to each query; they may name its longest time."""
        times = {"{seconds}": str(math.ceil(seconds)), "{milliseconds}": str(math.ceil(seconds * 1000))}
        for parameter in self._access.parameters:
            name, _, value = parameter.partition("=")
            for place, time_ in times.items():
                value = value.replace(place, time_)
            yield name, value

    def _authenticated(self, request: Written, body: bytes, seconds: float) -> UpstreamResponse:
        """The response to a request with the credentials in the form that the engine wants, as far as that is known."""
        fields = request.fields
        with self._authenticating:
            if field := self._authentication.field("POST", self._target):
                fields = {**fields, "Authorization": field}
        return self._upstream.send("POST", request.url, body, fields, seconds)

    def _is_challenged(self, response: UpstreamResponse) -> bool:
        """Whether a response names a form of credentials that was not sent yet."""
        with self._authenticating:
            return self._authentication.challenged(response.values("WWW-Authenticate"))

    def _failed(self, error: StoreError) -> StoreError:
        """Note that the engine is not reached or does not answer: others need not wait for that too."""
        if error.kind in {"unreachable", "late"}:
            self._failure, self._closed_until = error, time.monotonic() + self._access.retry_seconds
        return error


def _check_status(response: UpstreamResponse) -> None:
    """Pass an answer with the status 200 that is whole.

    Raises:
        StoreError: it is another one.
        EvaluationError: the engine refuses the query.
        UpstreamError: what it says about that breaks off.
    """
    status = response.status
    if status == 200:
        if response.field(_OVER_TIME):
            response.close()
            raise StoreError("late", "it stopped the query at its own time limit")
        if limit := response.field(_OVER_ROWS):
            response.close()
            raise StoreError(
                "unusable",
                "it cuts results after {limit} rows: set ResultSetMaxRows higher than [queries] max_rows",
                limit=limit,
            )
        return
    if status in {401, 403}:
        response.close()
        raise StoreError(
            "denied", "it refuses the credentials ({status}): {names} hold them", status=phrase(status), names=VARIABLES
        )
    text = " ".join(response.read(_SHORT).decode("utf-8", "replace").split())[:QUOTED]
    response.close()
    if status == 400 or (status == 500 and text.startswith(_REFUSES)):
        raise EvaluationError(text or phrase(status))
    kind: Any = "late" if status in _LATE else "unreachable" if status in _BUSY else "unusable"
    raise StoreError(kind, "it answers {status}: {text}", status=phrase(status), text=text)

"""The engine of a remote store: requests that SPARQLWrapper writes, sent over connections of ours, one answer each.

Nobody waits for an engine that fails: after it was not reached, or was too slow, one query alone tries it now and then,
and the others fail at once.
"""

import math
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from ..credentials import StoreCredentials
from ..errors import EvaluationError, StoreError
from ..http.upstream import ResponseHead, Upstream, UpstreamError, UpstreamResponse, phrase
from ..i18n import counting
from .authentication import VARIABLES, Authentication
from .written import Sent, Written, written

# Fields with which Virtuoso tells that an answer is not whole: it ran out of time, or into its limit of rows.
_OVER_TIME, _OVER_ROWS = "X-SQL-State", "X-SPARQL-MaxRows"
_REFUSES: Final = "Virtuoso 37000"  # so begins what it says to a query that it does not understand, with the status 500
_SHORT: Final = 1 << 20  # bytes of an answer that is read at once, so that its connection is free
QUOTED: Final = 300  # characters of what an engine says to a query that it refuses
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


class Engine:
    """The connections to one address of an engine, and whether it answers. Safe to share between threads.

    Attributes:
        url: the address.
    """

    def __init__(self, url: str, access: Access, credentials: StoreCredentials) -> None:
        """Connect with the first query.

        Raises:
            StoreError: the address is none.
        """
        self.url, self._access = url, access
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

    def ask(self, query: Sent, seconds: float, *, probe: bool = False) -> tuple[bytes, UpstreamResponse]:
        """The beginning of the answer to a query, and the answer, which has ended if that is all.

        Args:
            query: what it gets of it.
            seconds: longest time until the end of the answer.
            probe: whether it is tried even if it failed a moment ago.

        Raises:
            StoreError: there is none.
            EvaluationError: the engine refuses the query.
        """
        with self._place(probe=probe):
            try:
                response = self._send(query, seconds)
                _check_status(response)
                answer = response.read(_SHORT), response
            except UpstreamError as error:
                raise self._failed(StoreError(error.kind, error.sentence, **error.values)) from None
            except StoreError as error:
                raise self._failed(error) from None
        self._failure = None
        return answer

    def _send(self, query: Sent, seconds: float) -> UpstreamResponse:
        request = self.request(query, seconds)
        body = request.body(query.text)
        response = self._upstream.send("POST", request.url, body, self.fields(request), seconds)
        if response.status == 401 and self.is_challenged(response):
            response.close()
            response = self._upstream.send("POST", request.url, body, self.fields(request), seconds)
        return response

    @property
    def is_failing(self) -> bool:
        """Whether it was not reached, or was too slow, a moment ago."""
        return self._failure is not None and time.monotonic() < self._closed_until

    def request(self, query: Sent, seconds: float) -> Written:
        """The request for a query that may take so long, and for all with its form and dataset."""
        return written(self.url, query.form, (*query.dataset, *self._parameters(seconds)))

    def _parameters(self, seconds: float) -> Iterator[tuple[str, str]]:
        """The parameters that the settings add to each query; they may name its longest time."""
        times = {"{seconds}": str(math.ceil(seconds)), "{milliseconds}": str(math.ceil(seconds * 1000))}
        for parameter in self._access.parameters:
            name, _, value = parameter.partition("=")
            for place, time_ in times.items():
                value = value.replace(place, time_)
            yield name, value

    def fields(self, request: Written) -> Mapping[str, str]:
        """The header of a request with the credentials in the form that the engine wants, as far as that is known."""
        with self._authenticating:
            if field := self._authentication.field("POST", self._target):
                return {**request.fields, "Authorization": field}
        return request.fields

    def is_challenged(self, response: ResponseHead) -> bool:
        """Whether a response names a form of credentials that was not sent yet."""
        with self._authenticating:
            return self._authentication.challenged(response.values("WWW-Authenticate"))

    def _failed(self, error: StoreError) -> StoreError:
        """Note that the engine is not reached or does not answer: others need not wait for that too."""
        if error.kind in {"unreachable", "late"}:
            self._failure, self._closed_until = error, time.monotonic() + self._access.retry_seconds
        return error


def is_whole(response: ResponseHead) -> bool:
    """Whether an answer is one, and the engine does not say that it is cut."""
    return response.status == 200 and not response.field(_OVER_TIME) and not response.field(_OVER_ROWS)


def is_refusal(status: int, text: str) -> bool:
    """Whether an answer that begins like this refuses the query, which is not of the SPARQL that the engine reads."""
    return status == 400 or (status == 500 and text.startswith(_REFUSES))


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
    if is_refusal(status, text):
        raise EvaluationError(text or phrase(status))
    kind: Any = "late" if status in _LATE else "unreachable" if status in _BUSY else "unusable"
    raise StoreError(kind, "it answers {status}: {text}", status=phrase(status), text=text)

"""The quick way of a query: from the socket to the query service and back, in the event loop, without the framework.

It reads, negotiates and answers with the functions of the application, whose response has the same bytes. Whatever is
not plain goes to the application: a page, a problem, a precondition, a query that has another result each time.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any, Final, NamedTuple, TypeAlias

from flask import Flask

from ..errors import ReleaseError
from ..formats import HTML, Format
from ..http.cache_control import NO_STORE, current_release
from ..http.coding import choose_coding, encode, packed
from ..http.negotiate import choose
from ..http.problem import Problem, ProblemError
from ..observability.access import Observed
from ..sparql.limits import limits_of
from ..sparql.named_format import named_format
from ..sparql.protocol import Query, parse
from ..sparql.service.async_client import LongResultError, QueryClient
from ..sparql.service.client import ClientDisconnectedError, Result
from ..sparql.service.messages import QueryRequest
from ..sparql.service.remote_look_up import RemoteLookUps
from ..web.core.context import Context, publication
from ..web.core.headers import fields_of
from ..web.core.query_client import is_volatile, query_request, response_body, result_formats, shared_spool
from ..web.core.query_observation import QueryObservation
from ..web.core.response import WHOLE, Cache, Version, content_type, validator_fields, validators_of
from ..web.core.serving import resources
from .plain_request import Fields, PlainRequest

_ENDPOINT: Final = "sparql.endpoint"
_METHODS: Final = frozenset({"GET", "POST"})
_LANGUAGE: Final = "lang="  # in the URL it changes what a page is, and so `Vary`
_CONDITIONS: Final = frozenset({"if-none-match", "if-modified-since"})
_QUICK_SECONDS: Final = 0.05  # a query that takes no longer ends before its client could matter
_GONE: Final = frozenset({"release-removed", "store-elsewhere"})  # meanwhile: another one is live
_PACKED_BYTES: Final = 1 << 14  # a longer body is coded in a thread


class QueryResponse(NamedTuple):
    """The response to a query: the fields of its header, its body in pieces, and what is told of its request."""

    fields: Fields
    pieces: Iterator[bytes]
    observed: Observed
    status: int = 200


class _Reading(NamedTuple):
    """A query as it was read: what runs on which release, since when that is live, and how its result is sent."""

    query: Query
    context: Context
    published: datetime
    chosen: tuple[Format, str]
    coding: str
    vary: str


_Prepared: TypeAlias = tuple[_Reading, QueryRequest]


class Disconnection:
    """Whether the client of a request disconnects, which ends what is done for it."""

    def __init__(self, protocol: Any) -> None:  # noqa: ANN401 - granian has no type for it
        """Watch nothing yet: that costs more than a quick query."""
        self._protocol, self._happened = protocol, False
        self._watching: asyncio.Future[None] | None = None

    @contextmanager
    def ends(self) -> Iterator[None]:
        """End the block when the client disconnects.

        Raises:
            ClientDisconnectedError: it did.
        """
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - the server calls the application in one
        begins = asyncio.get_running_loop().call_later(_QUICK_SECONDS, self._watch, task)
        try:
            yield
        except asyncio.CancelledError:
            if self._happened and not task.uncancel():
                raise ClientDisconnectedError from None
            raise
        finally:
            begins.cancel()
            if self._watching:
                self._watching.cancel()

    def _watch(self, task: "asyncio.Task[Any]") -> None:
        self._watching = asyncio.ensure_future(self._protocol.client_disconnect())
        self._watching.add_done_callback(lambda reported: self._disconnected(task, reported))

    def _disconnected(self, task: "asyncio.Task[Any]", reported: "asyncio.Future[None]") -> None:
        if not reported.cancelled():
            self._happened = True
            task.cancel()


class Queries:
    """Answers queries: look-ups in any thread, others in that of the event loop."""

    def __init__(self, app: Flask) -> None:
        """Answer the queries of an application, if its query service is at a socket that the settings name."""
        with app.app_context():
            self._publication = publication()
            resource = next(each for each in resources() if each.endpoint == _ENDPOINT)
        self._path = resource.path
        always = [(name.lower(), value) for name, value in fields_of(resource).items()]
        self._common_fields = lru_cache(64)(partial(_common_fields, always))
        self._settings = self._publication.settings
        self._freshness = current_release(self._settings.cache.max_age_seconds)
        queries = self._settings.queries
        limited = queries.max_rows or queries.max_bytes  # a result without limits is passed on while it is computed
        self._client = (
            QueryClient(queries.socket, queries.silence_seconds, shared_spool(queries.spool_bytes))
            if queries.socket and limited
            else None
        )
        store = self._settings.store
        looks_up = queries.look_up_statements and store.endpoint
        self._remote = RemoteLookUps(limits_of(self._settings), store.retry_seconds) if looks_up else None
        self._last: tuple[PlainRequest | None, _Prepared | None] = (None, None)

    def takes(self, request: PlainRequest) -> bool:
        """Whether a request may be a query that is answered here."""
        return (
            self._client is not None
            and request.path == self._path
            and request.method in _METHODS
            and _CONDITIONS.isdisjoint(request.fields)
            and _LANGUAGE not in request.query
        )

    def look_up(self, request: PlainRequest) -> QueryResponse | None:
        """The response to a request whose query is a look-up; None if it has to wait for what answers it.

        One on a remote store waits for the engine, so the event loop reads it too: two threads would take turns for it.
        """
        if request.body or self._remote or (prepared := self._prepared(request, b"")) is None:
            return None
        reading, query = prepared
        if (result := self._publication.look_ups.result(query.job)) is None:
            return None
        observed = Observed(_ENDPOINT, reading.context.release.digest)
        result = self._observation(request, reading, observed).succeeded(result)
        fields = self._fields(request, reading, observed, result)
        return _whole(fields, encode(b"".join(result.pieces), reading.coding), observed)

    async def respond(
        self, request: PlainRequest, body: bytes, disconnection: Disconnection
    ) -> QueryResponse | Problem | None:
        """The response to a request that may be a query; None if the application must give it.

        Returns:
            A problem that the query met, for which the application has the words.

        Raises:
            ClientDisconnectedError: the client disconnected.
        """
        if self._client is None or (prepared := self._prepared(request, body)) is None:
            return None
        reading, query = prepared
        observed = Observed(_ENDPOINT, reading.context.release.digest)
        observation = self._observation(request, reading, observed)
        try:
            if (result := await self._looked_up(query, was_tried=not body)) is None:
                rest = reading.query.rest_at(f"{request.place}{self._path}", query.job.format)
                with disconnection.ends():
                    result = await self._client.submit(replace(query, job=replace(query.job, rest=rest)))
        except LongResultError:
            return None
        except ClientDisconnectedError as error:
            observation.failed(error)
            raise
        except ProblemError as error:
            if error.problem.reason in _GONE:
                return None
            observation.failed(error)
            return error.problem
        result = observation.succeeded(result)
        fields = self._fields(request, reading, observed, result)
        if result.length is None or result.length > WHOLE:
            if result.length is not None and not reading.coding:
                fields.append(("content-length", str(result.length)))
            return QueryResponse(fields, packed(result.pieces, reading.coding), observed)
        plain = b"".join(result.pieces)
        if reading.coding and len(plain) > _PACKED_BYTES:
            return _whole(fields, await asyncio.to_thread(encode, plain, reading.coding), observed)
        return _whole(fields, encode(plain, reading.coding), observed)

    async def _looked_up(self, query: QueryRequest, *, was_tried: bool) -> Result | None:
        """The result of a look-up; None if the query service must give it.

        Args:
            query: what runs.
            was_tried: whether `look_up` tried it already, on a store of this machine.
        """
        if self._remote:
            return await self._remote.result(query)
        return None if was_tried else self._publication.look_ups.result(query.job)

    def _observation(self, request: PlainRequest, reading: _Reading, observed: Observed) -> QueryObservation:
        return QueryObservation(self._settings.log, observed.release, request.client, reading.query.text, observed)

    def _prepared(self, request: PlainRequest, body: bytes) -> _Prepared | None:
        """The query of a request, and what the query service is told of it; it is read once."""
        read, prepared = self._last
        if read is not request:
            prepared = None
            if reading := self._read(request, body):
                with suppress(ReleaseError):  # of its store
                    prepared = reading, query_request(reading.context, reading.query, reading.chosen[0], request.client)
            self._last = request, prepared
        return prepared

    def _read(self, request: PlainRequest, body: bytes) -> _Reading | None:
        """The query of a request, unless it needs the application."""
        kind = request.fields.get("content-type", "")
        try:
            query = parse(
                request.method, kind, request.query, lambda: body, self._settings.queries.max_length_characters
            )
            release, published = self._publication.live(request.state)
        except (ProblemError, ReleaseError):
            return None
        if query is None:
            return None
        context = Context(self._publication, f"{request.root}/", "", "", named_release=release)
        if is_volatile(context, query):
            return None
        offered = result_formats(query)
        try:
            named = named_format(query.formats, offered)
        except ProblemError:
            return None
        chosen = (named, named.media_type) if named else choose(request.fields.get("accept"), offered)
        if chosen is None or chosen[0] is HTML:
            return None
        vary = "Accept-Encoding" if named else "Accept, Accept-Language, Accept-Encoding"
        coding = choose_coding(request.fields.get("accept-encoding"))
        return _Reading(query, context, published, chosen, coding, vary)

    def _fields(self, request: PlainRequest, reading: _Reading, observed: Observed, result: Result) -> Fields:
        """The fields of a response."""
        media_type, query = reading.chosen[1], reading.query
        content = response_body(result, query.offset, query.rest_url)
        fields = [(name.lower(), value) for name, value in content.fields.items()]
        fields += self._common_fields(media_type, reading.vary, reading.coding)
        if request.method == "POST":
            return [*fields, ("cache-control", NO_STORE)]
        now, version = datetime.now(UTC), Version((reading.query.text,), reading.published, weak=True)
        validators = validators_of(reading.context, (media_type, "", reading.coding), version, Cache.CURRENT)
        observed.reusable, observed.modified = validators.modified <= now, validators.modified
        validating = validator_fields(validators, self._freshness, now)
        return [*fields, *((name.lower(), value) for name, value in validating.items())]


def _common_fields(always: Fields, media_type: str, vary: str, coding: str) -> Fields:
    """The fields that all results have in common that are sent in one way."""
    coded = [("content-encoding", coding)] if coding else []
    return [("content-type", content_type(media_type)), *always, ("vary", vary), *coded]


def _whole(fields: Fields, body: bytes, observed: Observed) -> QueryResponse:
    """A response whose body is whole."""
    return QueryResponse([*fields, ("content-length", str(len(body)))], iter((body,)), observed)

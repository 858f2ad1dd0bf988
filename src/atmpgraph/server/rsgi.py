"""The WSGI application under granian's own interface, RSGI, which reports that a client disconnects; WSGI does not.

Each resource declares the threads that answer: however many queries wait, documents do not, and health waits for none.
"""

import asyncio
import io
import sys
import time
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final, TypeAlias

from flask import Flask
from granian.rsgi import ProtocolClosed, Scope

from ..http.problem import ProblemError
from ..observability import metrics
from ..observability.access import OBSERVED, Observed, log_access
from ..sparql.limits import limits_of
from ..sparql.service.client import ClientDisconnectedError
from ..web import start
from ..web.core.context import publication
from ..web.core.proxy_headers import TARGET_AUTHORITY
from ..web.core.query_client import ON_DISCONNECT, QUERY_PROBLEM
from ..web.core.resource import Pool
from ..web.core.serving import resource_at, resources
from .backpressure import ClientConnection, address_of
from .bodies import Bodies, Body, BodyWantedError, RaisingBody
from .plain_request import Fields, PlainRequest, PlainRequests
from .queries import Disconnection, Queries, QueryResponse
from .response_cache import ResponseCache

Answer: TypeAlias = tuple[int, Fields, bytes, Generator[bytes] | None]

_THREADS: Final = 8
_SPARE: Final = 8  # threads for queries beyond those that may run or wait, to refuse more (503)
_PIECE: Final = 1 << 16  # bytes; a longer body is sent as fast as the client reads
_UNLISTED: Final = ("content-type", "content-length")  # CGI names these fields without HTTP_


class Watcher:
    """Watches whether the client of a request disconnects."""

    def __init__(self) -> None:
        """Start with a connected client."""
        self._disconnected = False
        self._callback: Callable[[], Any] = bool

    def on_disconnect(self, callback: Callable[[], Any]) -> None:
        """Call back when the client disconnects, or now if it has."""
        self._callback = callback
        if self._disconnected:
            callback()

    def disconnected(self, reported: "asyncio.Future[None]") -> None:
        """The client disconnected (ignored if the watcher was cancelled)."""
        if not reported.cancelled():
            self._disconnected = True
            self._callback()


class Application:
    """An RSGI application that calls the WSGI one in threads.

    Attributes:
        settings: of the publication.
        last_requests: every response is the last of its connection (RFC 9112 §9.6), for the server ends.
        in_threads: the requests that threads answer without the event loop.
    """

    last_requests = False

    def __init__(self, app: Flask) -> None:
        """Call `app`."""
        self._app = app
        with app.app_context():
            shared = publication()
            elsewhere = [each.path for each in resources() if each.pool is not Pool.PAGES]
        self._elsewhere = frozenset(map(_first_segment, elsewhere))
        self.in_threads = set[Future[None]]()
        self.settings = shared.settings
        self._plain, self._responses, self._queries = PlainRequests(shared), ResponseCache(shared), Queries(app)
        limits, server = limits_of(self.settings), self.settings.server
        self._patience = server.body_timeout_seconds
        self._bodies = Bodies(app.config["MAX_CONTENT_LENGTH"], server.max_buffered_body_bytes, self._patience)
        self._threads = {
            Pool.PAGES: ThreadPoolExecutor(_THREADS, "web"),
            Pool.QUERIES: ThreadPoolExecutor(2 * limits.workers + limits.max_queued + _SPARE, "query"),
            Pool.HEALTH: ThreadPoolExecutor(1, "health"),
        }

    def plain(self, scope: Scope) -> PlainRequest | None:
        """A request that may be answered without the application."""
        return None if self.last_requests else self._plain.read(scope)

    def respond_at_once(self, request: PlainRequest, protocol: Any) -> bool:  # noqa: ANN401 - granian has no type for it
        """Answer a request whose response is ready, or is a look-up; whether it is."""
        return self._responses.respond(request, protocol) or self._look_up(request, protocol)

    def _look_up(self, request: PlainRequest, protocol: Any) -> bool:  # noqa: ANN401
        """Answer a request if it is a look-up; whether it is."""
        at, started = time.time(), time.perf_counter()
        if not self._queries.takes(request) or (response := self._queries.look_up(request)) is None:
            return False
        content = next(response.pieces)
        protocol.response_bytes(response.status, response.fields, content)
        self._responses.put(request, response.observed, response.status, response.fields, content)
        self._ended(request, response, len(content), at, time.perf_counter() - started, counted=False)
        return True

    def _ended(
        self, request: PlainRequest, response: QueryResponse, size: int, at: float, seconds: float, *, counted: bool
    ) -> None:
        """Count the response to a query, which began at a time, and log it."""
        observed = response.observed
        metrics.request_ended(observed.route, request.method, response.status, seconds, size, started=counted)
        if self.settings.log.access:
            log_access(self.settings.log, request.access(at), observed, response.status, size, seconds)

    def respond_in_thread(self, request: PlainRequest, watcher: Any, begin: Callable[..., object]) -> bool:  # noqa: ANN401
        """Answer a request without a body in a thread for pages, if it is for one of them; whether it is.

        The event loop takes part in long responses alone: the way through it costs a tenth of a short document.

        Args:
            request: it.
            watcher: of granian, with its scope and its protocol; it is told when the response ended.
            begin: lets the event loop send the rest of a response, and tell the watcher.
        """
        if "content-length" in request.fields or self._pool(watcher.scope) is not Pool.PAGES:
            return False
        begun = self._threads[Pool.PAGES].submit(self._respond_here, request, watcher, begin)
        self.in_threads.add(begun)
        begun.add_done_callback(self.in_threads.discard)
        return True

    def _respond_here(self, request: PlainRequest, watcher: Any, begin: Callable[..., object]) -> None:  # noqa: ANN401
        """Answer a request with the application, in this thread."""
        try:
            scope, protocol, observed = watcher.scope, watcher.proto, Observed()
            environ = environ_of(scope) | {OBSERVED: observed, "wsgi.input": io.BytesIO()}
            status, fields, first, rest = self._call(environ)
            if rest is not None:
                answer = status, fields, first, rest
                begin(watcher, self._send_rest(scope, protocol, answer, self._threads[Pool.PAGES]))
                return
            protocol.response_bytes(status, fields, first)
            self._responses.put(request, observed, status, fields, first)
        except BaseException as error:
            watcher.err(error)
        else:
            watcher.done()

    async def __rsgi__(self, scope: Scope, protocol: Any) -> None:  # noqa: ANN401
        """Answer a request."""
        await self.respond(scope, protocol, self.plain(scope))

    async def respond(self, scope: Scope, protocol: Any, request: PlainRequest | None) -> None:  # noqa: ANN401
        """Answer a request, which may be a plain one."""
        if request and self._queries.takes(request):
            await self._respond_to_query(scope, protocol, request)
            return
        pool, environ = self._pool(scope), environ_of(scope)
        if pool is Pool.LOOP:
            self._answer_here(protocol, environ)
            return
        with self._bodies.body(protocol) as body:
            await self._respond(scope, protocol, environ, body, pool, request)

    async def _respond(
        self,
        scope: Scope,
        protocol: Any,  # noqa: ANN401
        environ: dict[str, Any],
        body: Body,
        pool: Pool,
        request: PlainRequest | None,
    ) -> None:
        """Answer a request with the application."""
        watcher, observed = Watcher(), Observed()
        environ |= {ON_DISCONNECT: watcher.on_disconnect, OBSERVED: observed}
        loop, threads = asyncio.get_running_loop(), self._threads[pool]
        disconnect: asyncio.Future[None] = (
            asyncio.ensure_future(protocol.client_disconnect()) if pool is Pool.QUERIES else loop.create_future()
        )
        disconnect.add_done_callback(watcher.disconnected)
        status, fields, first, rest = await self._answer(environ, body, threads)
        if rest is None:
            disconnect.cancel()
            protocol.response_bytes(status, fields, first)
            if request:
                self._responses.put(request, observed, status, fields, first)
            if "content-length" in scope.headers or "transfer-encoding" in scope.headers:
                await body.discard(announced="expect" in scope.headers)
            return
        try:
            await self._send_rest(scope, protocol, (status, fields, first, rest), threads, disconnect.done)
        finally:
            disconnect.cancel()

    async def _send_rest(
        self,
        scope: Scope,
        protocol: Any,  # noqa: ANN401
        answer: tuple[int, Fields, bytes, Generator[bytes]],
        threads: ThreadPoolExecutor,
        has_disconnected: Callable[[], bool] = lambda: False,
    ) -> None:
        """Send an answer of the application in pieces, and end it."""
        status, fields, first, rest = answer
        try:
            await self._stream(protocol.response_stream(status, fields), first, rest, scope.client, threads)
        except ProtocolClosed:
            pass  # the client disconnected, as browsers do that load another page
        except Exception as error:
            # A query that was stopped and a client that does not read are no faults of the server.
            if not (has_disconnected() or isinstance(error, ProblemError | TimeoutError)):
                raise
        finally:
            await asyncio.get_running_loop().run_in_executor(threads, rest.close)

    async def _respond_to_query(self, scope: Scope, protocol: Any, request: PlainRequest) -> None:  # noqa: ANN401
        """Answer a request that may be a query."""
        at, started = time.time(), time.perf_counter()
        metrics.request_started()
        with self._bodies.body(protocol) as body:
            content = await body.read(str(request.body)) if request.body else io.BytesIO()
            response = None
            if isinstance(content, io.BytesIO):
                try:
                    response = await self._queries.respond(request, content.getvalue(), Disconnection(protocol))
                except ClientDisconnectedError:
                    response = QueryResponse([("content-length", "0")], iter(()), Observed(), 400)  # nobody reads it
            if not isinstance(response, QueryResponse):
                metrics.request_withdrawn()
                environ = environ_of(scope) | {"wsgi.input": content, QUERY_PROBLEM: response}
                await self._respond(scope, protocol, environ, body, Pool.QUERIES, request)
                return
        size = await self._send(scope, protocol, request, response)
        self._ended(request, response, size, at, time.perf_counter() - started, counted=True)

    async def _send(self, scope: Scope, protocol: Any, request: PlainRequest, response: QueryResponse) -> int:  # noqa: ANN401
        """Send the response to a query; returns the bytes of its body."""
        fields, rest = response.fields, _pieces(response.pieces)
        if self.last_requests:
            fields.append(("connection", "close"))
        length = next((int(value) for name, value in fields if name == "content-length"), _PIECE + 1)
        if length <= _PIECE:
            content = next(rest, b"")
            protocol.response_bytes(response.status, fields, content)
            self._responses.put(request, response.observed, response.status, fields, content)
            return len(content)
        size, threads = 0, self._threads[Pool.QUERIES]

        def counted() -> Generator[bytes]:
            nonlocal size
            for piece in rest:
                size += len(piece)
                yield piece

        pieces = counted()
        first = await asyncio.get_running_loop().run_in_executor(threads, next, pieces, b"")
        with suppress(ProtocolClosed, ProblemError, TimeoutError):  # the client disconnected, or does not read
            await self._stream(protocol.response_stream(200, fields), first, pieces, scope.client, threads)
        return size

    async def _answer(self, environ: dict[str, Any], body: Body, threads: Executor) -> Answer:
        """The answer of the application.

        It is called without the body first: what it refuses for its target, method or fields costs nobody a body.
        """
        loop, unread = asyncio.get_running_loop(), RaisingBody(BodyWantedError)
        if "wsgi.input" in environ:  # it was read already
            return await loop.run_in_executor(threads, self._call, environ)
        with suppress(BodyWantedError):
            return await loop.run_in_executor(threads, self._call, environ | {"wsgi.input": unread})
        content = await body.read(environ.get("CONTENT_LENGTH", ""))
        return await loop.run_in_executor(threads, self._call, environ | {"wsgi.input": content})

    def _pool(self, scope: Scope) -> Pool:
        """The threads that the resource of a request declares."""
        if _first_segment(scope.path) not in self._elsewhere:  # to find the resource takes longer
            return Pool.PAGES
        resource = resource_at(self._app, scope.path, scope.method)
        return resource.pool if resource else Pool.PAGES

    def _answer_here(self, protocol: Any, environ: dict[str, Any]) -> None:  # noqa: ANN401
        """Answer at once, in the thread of the event loop."""
        status, fields, first, rest = self._call(environ | {"wsgi.input": io.BytesIO()})
        protocol.response_bytes(status, fields, b"".join((first, *(rest or ()))))

    async def _stream(
        self,
        transport: Any,  # noqa: ANN401
        first: bytes,
        rest: Generator[bytes],
        client: str,
        threads: ThreadPoolExecutor,
    ) -> None:
        """Send the pieces of a body as fast as the client reads; one that breaks off must not look complete."""
        loop, piece = asyncio.get_running_loop(), first
        with await loop.run_in_executor(threads, ClientConnection, client) as peer:
            try:
                while piece:
                    await transport.send_bytes(piece)
                    await peer.drained(self._patience)
                    piece = await loop.run_in_executor(threads, next, rest, b"")
            except Exception:
                peer.sever()
                raise

    def _call(self, environ: dict[str, Any]) -> Answer:
        """Status, fields and the first piece of a response; and the other pieces, if there may be any.

        Raises:
            BodyWantedError: the application reads the body.
        """
        started: list[Any] = []

        def start(status: str, fields: Fields, _: object = None, /) -> Callable[[bytes], object]:
            started[:] = int(status[:3]), fields
            return _unwritten

        rest = _pieces(self._app(environ, start))
        first = next(rest, b"")
        status, fields = started[0], [(name.lower(), value) for name, value in started[1]]
        if self.last_requests:
            fields.append(("connection", "close"))
        length = next((value for name, value in fields if name == "content-length"), "")
        whole = not first or (length == str(len(first)) and len(first) <= _PIECE)
        if whole or environ["REQUEST_METHOD"] == "HEAD":
            rest.close()
            return status, fields, first, None
        return status, fields, first, rest


def _unwritten(_: bytes) -> None:
    """PEP 3333 has `write` for old frameworks; Flask does not use it."""
    raise NotImplementedError


def _pieces(response: Iterable[bytes]) -> Generator[bytes]:
    """The pieces of a body, none empty and none long; the response is closed at the end (PEP 3333)."""
    try:
        for piece in response:
            yield from (piece[start : start + _PIECE] for start in range(0, len(piece), _PIECE))
    finally:
        if close := getattr(response, "close", None):
            close()


def _first_segment(path: str) -> str:
    return path[1:].partition("/")[0]


def environ_of(scope: Scope) -> dict[str, Any]:
    """The WSGI environment of a request (PEP 3333), without its body."""
    host, port = address_of(scope.server)
    environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string.encode().decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": "HTTP/1.0" if scope.http_version == "1" else f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": address_of(scope.client)[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        TARGET_AUTHORITY: scope.authority or "",
    }
    for name, value in scope.headers.items():
        if "_" in name:  # in the environment it would look like the field with a hyphen, which a proxy sets
            continue
        key = name.upper().replace("-", "_")
        key = key if name in _UNLISTED else f"HTTP_{key}"
        separator = "; " if key == "HTTP_COOKIE" else ", "
        environ[key] = f"{environ[key]}{separator}{value}" if key in environ else value
    return environ


def application(app: Flask) -> Application:
    """The application of a web process, ready for its first reader."""
    start(app)
    return Application(app)

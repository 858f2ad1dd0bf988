"""One web process: granian on a socket that is listening already, until it is told to end (SIGTERM).

Run as a module, it is the one that web processes are forked from (`nursery`).
"""

import asyncio
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Final, Self

import uvloop
from granian._granian import CallbackScheduler
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.net import SocketHolder
from granian.server import embed
from granian.server.embed import Server

from ..errors import AtmpgraphError
from ..observability import log
from ..observability.capture import LIBRARIES, capture_logging
from ..sparql.service.sandbox import follow_parent
from .listen import BACKLOG
from .nursery import READY, fork_on_order, reason_of

if TYPE_CHECKING:
    from .rsgi import Application

_HEADER_MILLISECONDS: Final = 5_000  # for a header section to arrive, and between two requests
_REQUEST_LINE: Final = 1 << 16  # bytes; longer ones are refused
_SPARE: Final = 1 << 13  # bytes of a buffer beyond the longest header section
_DESCRIPTORS: Final = 16_384  # of a process, if the system allows so many
# granian closes a connection on which no request has arrived. Those that are on their way are answered before.
_LAST_REQUESTS_SECONDS: Final = 0.3
_SETTLED_SECONDS: Final = 0.1  # what granian cannot start fails sooner


class Scheduler(CallbackScheduler):
    """Calls the application for each request, in the thread of granian that has read it.

    A response that is ready is sent there: that costs a third of what a task of the event loop does.
    """

    __slots__ = ()

    def __init__(self, loop: asyncio.AbstractEventLoop, *_: object) -> None:
        """Call the application in tasks of a loop for what it answers neither at once nor in a thread."""
        super().__init__()

        async def follow(watcher: Any, response: Coroutine[Any, Any, None]) -> None:  # noqa: ANN401 - granian has no types
            try:
                await response
            except BaseException as error:
                watcher.err(error)
            else:
                watcher.done()

        # In the event loop, and from any thread.
        def start(watcher: Any, response: Coroutine[Any, Any, None]) -> None:  # noqa: ANN401
            watcher.taskref(loop.create_task(follow(watcher, response)))

        def begin(watcher: Any, response: Coroutine[Any, Any, None]) -> None:  # noqa: ANN401
            loop.call_soon_threadsafe(start, watcher, response)

        self._schedule_fn = lambda watcher: respond(self.application, watcher, begin)

    application: "Application"

    @classmethod
    def of(cls, application: "Application") -> Callable[..., Self]:
        """What makes the scheduler of an application."""
        bound: Any = type("Scheduler", (cls,), {"__slots__": (), "application": application})
        return lambda loop, callback, **_: bound(loop, callback, None, None, None)


def respond(application: "Application", watcher: Any, begin: Callable[..., object]) -> None:  # noqa: ANN401
    """Answer a request at once, or have a thread or the event loop do it; raises nothing.

    Args:
        application: answers.
        watcher: of granian, with the request; it is told of what fails, since that would end the thread that reads
            requests.
        begin: lets the event loop answer.
    """
    try:
        request = application.plain(watcher.scope)
        if request and application.respond_at_once(request, watcher.proto):
            watcher.done()
        elif not (request and application.respond_in_thread(request, watcher, begin)):
            begin(watcher, application.respond(watcher.scope, watcher.proto, request))
    except BaseException as error:
        watcher.err(error)


class SharedSocketServer(Server):
    """granian in the process that calls it, on a socket that is listening already.

    By itself granian binds a socket in each process, on a port that may be another server's too (SO_REUSEPORT); and the
    connections that wait for one process end with it.
    """

    def __init__(self, listening: socket.socket, application: "Application") -> None:
        """Serve an RSGI application."""
        embed._new_cbscheduler = Scheduler.of(application)  # there is no setting for it
        super().__init__(
            application,
            address="shared",  # no address: were it used, the server would not start
            interface=Interfaces.RSGI,
            # Other versions have more ways to occupy a connection for nothing; a proxy in front may speak HTTP/2.
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(
                header_read_timeout=_HEADER_MILLISECONDS,
                max_buffer_size=_REQUEST_LINE + application.settings.limits.header_characters + _SPARE,
            ),
            websockets=False,
            backlog=BACKLOG,
            backpressure=_connections(),
            log_level=LogLevels.error,
            log_dictconfig=LIBRARIES,
        )
        self._listening = listening

    def _init_shared_socket(self) -> None:
        """Take the socket; granian closes its descriptor when it stops accepting."""
        holder: Any = SocketHolder  # its stub lacks the backlog
        self._shd: Any = holder(self._listening.detach(), False, BACKLOG)


def _connections() -> int:
    """How many connections a process accepts, so that silent ones leave room for the others.

    The limit of descriptors is raised; an eighth of them is for files and outgoing connections.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = _DESCRIPTORS if hard == resource.RLIM_INFINITY else min(_DESCRIPTORS, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return allowed - allowed // 8


async def _serve(listening: socket.socket, app: "Application", ready: Callable[[], object]) -> None:
    """Serve until SIGTERM, then end the requests that run."""
    server = SharedSocketServer(listening, app)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        app.last_requests = True
        loop.call_later(_LAST_REQUESTS_SECONDS, server.stop)

    # The handlers of asyncio lose a signal while many connections wake the loop: their pipe is full then.
    signal.signal(signal.SIGTERM, lambda *_: loop.call_soon_threadsafe(stop))
    loop.call_later(_SETTLED_SECONDS, ready)
    await server.serve()
    if begun := [asyncio.wrap_future(each) for each in tuple(app.in_threads)]:  # they may begin tasks
        await asyncio.wait(begun)
    if tidying := asyncio.all_tasks() - {asyncio.current_task()}:  # after the last byte of a response
        await asyncio.wait(tidying)


def serve(parent: int, listening: int, make: "Callable[[], Application]", status: int) -> int:
    """Serve, and tell the supervisor when that began, or why it cannot; returns the exit status.

    Args:
        parent: process identifier of the one that this one was forked from, and ends with.
        listening: the descriptor of the socket to serve.
        make: makes the application.
        status: the descriptor of the connection to the supervisor.
    """
    follow_parent(parent)
    with socket.socket(fileno=status) as connection:
        try:
            uvloop.run(_serve(socket.socket(fileno=listening), make(), lambda: _ready(connection)))
        except Exception as error:
            if not isinstance(error, AtmpgraphError):
                log.event("process.exception", cause=log.cause_of(error), trace=log.trace_of(error))
            connection.sendall(reason_of(error).encode() + b"\n")
            return 1
    return 0


def _ready(connection: socket.socket) -> None:
    connection.sendall(READY + b"\n")
    log.event("process.started", role="web")


def main(parent: int, orders: int, *sockets: int) -> int:
    """Fork web processes on the orders of the supervisor, `parent`; returns the exit status."""
    follow_parent(parent)
    log.take_over()
    capture_logging()
    own = os.getpid()

    def prepare() -> Callable[[int, int], int]:
        from ..web import prepared_app  # what fails here is reported
        from .rsgi import application

        app = prepared_app()

        def run(place: int, status: int) -> int:
            for other in {*sockets} - {sockets[place]}:
                os.close(other)
            return serve(own, sockets[place], lambda: application(app), status)

        return run

    return fork_on_order(orders, sockets, prepare)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))

"""The production server: web processes on one address, and one query service for all of them."""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

from ..observability import log, metrics
from ..observability.capture import capture_logging, captured_output
from ..settings import Settings
from ..sparql.limits import limits_of
from ..sparql.service.launcher import ServiceProcess
from ..sparql.service.sandbox import ignore_stray_signals
from ..temporary import temporary_folder
from .listen import divided
from .supervisor import Supervisor


def serve(settings: Settings, file: Path, listening: socket.socket, url: str) -> None:
    """Serve the current release until the process is stopped.

    Args:
        settings: of the publication.
        file: with these settings, for the web processes.
        listening: where to serve; closed at the end.
        url: the same, for people.

    Raises:
        ServerError: no process can start.
    """
    os.environ["ATMPGRAPH_SETTINGS"] = str(file)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # until the supervisor handles it, leave nothing behind
    log.configure(settings)
    with captured_output(), temporary_folder() as figures:
        capture_logging()
        metrics.use_folder(figures)
        metrics.process_started("main")
        log.event("server.started", url=url)
        _serve(settings, listening)


def _serve(settings: Settings, listening: socket.socket) -> None:
    ignore_stray_signals()
    processes, stop_seconds = settings.server.workers, settings.server.stop_timeout_seconds
    sockets = divided(listening, processes)
    if settings.queries.socket:
        supervisor = Supervisor(sockets, processes, stop_seconds)
        supervisor.handle_signals()
        asyncio.run(supervisor.run())
        return
    # One for all processes, so that limits and quotas are the same in each. It ends after them.
    service = ServiceProcess(limits_of(settings))
    supervisor = Supervisor(sockets, processes, stop_seconds, service.await_start)
    supervisor.handle_signals()  # before the service starts, which must not stay behind
    with service.supervised() as address:
        os.environ["ATMPGRAPH_QUERIES_SOCKET"] = str(address)
        asyncio.run(supervisor.run())

"""The production server: granian's processes, and one query service for all of them."""

import os
import resource
from pathlib import Path
from typing import Final

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

from ..settings import Settings
from ..sparql.limits import limits_of
from ..sparql.service.launcher import ServiceProcess

_HEADER_MILLISECONDS: Final = 5_000  # for a header section to arrive, and between two requests
_DESCRIPTORS: Final = 16_384  # of a process, if the system allows so many
_BACKLOG: Final = 4_096  # connections that wait to be accepted, if the system allows so many
_STOPPING_SECONDS: Final = 10  # for running requests when the server is stopped


def serve(settings: Settings, file: Path, host: str, port: int) -> None:
    """Serve the current release until the process is stopped.

    Args:
        settings: of the publication.
        file: with these settings, for the server processes.
        host, port: where to listen.
    """
    os.environ["ATMPGRAPH_SETTINGS"] = str(file)
    server = Granian(
        "atmpgraph.server.rsgi:application",
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        # Other versions have more ways to occupy a connection for nothing; a proxy in front may speak HTTP/2.
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADER_MILLISECONDS),
        websockets=False,
        workers_kill_timeout=_STOPPING_SECONDS,
        backlog=_BACKLOG,
        backpressure=_connections(),
        workers=settings.server.workers,
        factory=True,
        log_enabled=True,
        respawn_failed_workers=True,
    )
    if settings.queries.socket:
        server.serve()
        return
    # One for all processes, so that limits and quotas are the same in each.
    with ServiceProcess(limits_of(settings)).supervised() as address:
        os.environ["ATMPGRAPH_QUERIES_SOCKET"] = str(address)
        server.serve()


def _connections() -> int:
    """How many connections a process accepts, so that silent ones leave room for the others.

    The limit of descriptors is raised; an eighth of them is for files and outgoing connections.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = _DESCRIPTORS if hard == resource.RLIM_INFINITY else min(_DESCRIPTORS, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return allowed - allowed // 8

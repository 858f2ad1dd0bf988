"""Figures for operators, in the text format of Prometheus."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Final

from flask import Response, request
from prometheus_client.metrics_core import Metric

from ...errors import ReleaseError
from ...formats import TEXT
from ...http.cache_control import NO_STORE
from ...http.problem import Problem, ProblemError
from ...i18n import message
from ...observability.exposition import exposition, figure
from ...release.build_record import read_build
from ..core.context import Context
from ..core.proxy_headers import UNKNOWN_ORIGIN
from ..core.resource import Pool, Resource
from ..core.response import Cache

_REFUSED: Final = message(
    "Only the clients that the setting [metrics] readers names may read the figures of the server."
)


def _may_read(client: str, readers: tuple[str, ...]) -> bool:
    try:
        address = ip_address(client)
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in ip_network(network) for network in readers)


def _respond(context: Context, _: str) -> Response:
    """The figures, for a client that may read them.

    A request that a proxy forwards comes from anywhere, unless the proxy is trusted to say from where.

    Raises:
        ProblemError: 403 it may not.
    """
    readers = context.settings.metrics.readers
    if request.environ.get(UNKNOWN_ORIGIN) or not _may_read(request.remote_addr or "", readers):
        raise ProblemError(Problem(403, _REFUSED))
    content, media_type = exposition(request.headers.get("Accept"), served(context))
    # Without its length, which is another one at each request, also for HEAD (RFC 9110 §9.3.2).
    return Response(iter((content,)), content_type=media_type, headers={"Cache-Control": NO_STORE})


def served(context: Context) -> Iterator[Metric]:
    """The figures of the release that is served, if there is one, and of the last build, if it was recorded."""
    with suppress(ReleaseError):
        release = context.release
        manifest, live = release.manifest, context.publication.published(release)
        labels = {"digest": release.digest, "created": manifest.created}
        yield figure("release_info", "The release that is served; always 1.", 1, labels)
        yield figure("release_statements", "Statements of the release that is served.", manifest.statements)
        created = datetime.fromisoformat(manifest.created).timestamp()
        yield figure("release_created_timestamp_seconds", "When the release that is served was made.", created)
        yield figure(
            "release_live_timestamp_seconds",
            "When the release that is served went live: the last switch.",
            live.timestamp(),
        )
    if last := read_build(context.settings.path(context.settings.folders.releases)):
        yield figure("build_last_timestamp_seconds", "When the last build ended.", last.finished)
        yield figure("build_last_duration_seconds", "How long the last build took.", last.seconds)
        yield figure(
            "build_last_success",
            "Whether the last build succeeded, with its outcome.",
            last.success,
            {"outcome": last.outcome},
        )
        yield figure("build_success_timestamp_seconds", "When a build last succeeded; 0 for never.", last.succeeded)


RESOURCES = (
    Resource(
        endpoint="metrics",
        path="/metrics",
        summary="Figures for operators: Prometheus text, or OpenMetrics; only for the clients that the settings name.",
        load=lambda _: "figures",  # without any release
        handler=_respond,
        formats=(TEXT,),
        cache=Cache.NEVER,
        pool=Pool.HEALTH,
    ),
)

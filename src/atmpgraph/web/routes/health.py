"""Is the process alive, and can it serve?"""

from typing import Final

from flask import Response

from ...formats import TEXT
from ...release.release import Release
from ...release.thing_state import was_published
from ...stream.pages import read_stream
from ..core.context import Context
from ..core.query_client import check_query_service
from ..core.resource import Pool, Resource
from ..core.response import Cache

_FIELDS: Final = {"Cache-Control": "no-store"}


def _plain(text: str) -> Response:
    return Response(text + "\n", content_type="text/plain; charset=utf-8", headers=_FIELDS)


def _ready(context: Context, release: Release) -> Response:
    release.prove()
    release.store.check()
    _prove_the_rest(context)
    check_query_service(context)
    wanted = context.publication.restart_wanted
    return _plain(f"ready {release.digest}" + (f"\n{wanted}" if wanted else ""))


def _prove_the_rest(context: Context) -> None:
    """Make sure that what stands beside the releases is whole: history, published IRIs, stream."""
    context.publication.history()
    releases = context.release.path.parent
    was_published(releases, context.base)
    read_stream(releases, context.base).prove()


RESOURCES = (
    Resource(
        endpoint="health.live",
        path="/health/live",
        summary="Whether the process answers.",
        load=lambda _: "live",  # without any release
        handler=lambda _, text: _plain(text),
        formats=(TEXT,),
        cache=Cache.NEVER,
        pool=Pool.LOOP,
    ),
    Resource(
        endpoint="health.ready",
        path="/health/ready",
        summary="Whether there is a release, all its files are whole, store and query service answer; else 503.",
        handler=_ready,
        formats=(TEXT,),
        cache=Cache.NEVER,
        pool=Pool.HEALTH,
    ),
)

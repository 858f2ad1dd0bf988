"""Is the process alive, and can it serve?"""

from typing import Final

from flask import Response

from ...formats import TEXT
from ...release.release import Release
from ..core.context import Context
from ..core.resource import Pool, Resource
from ..core.response import Cache

_FIELDS: Final = {"Cache-Control": "no-store"}


def _plain(text: str) -> Response:
    return Response(text + "\n", content_type="text/plain; charset=utf-8", headers=_FIELDS)


def _ready(_: Context, release: Release) -> Response:
    release.store.query("ASK {}")
    return _plain(f"ready {release.digest}")


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
        summary="Whether there is a release and its store answers; 503 otherwise.",
        handler=_ready,
        formats=(TEXT,),
        cache=Cache.NEVER,
        pool=Pool.HEALTH,
    ),
)

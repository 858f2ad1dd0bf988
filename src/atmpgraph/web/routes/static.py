"""The files that the pages need: style sheet, icon, scripts."""

from flask import Response

from ...http.cache_control import current_release
from ..core.context import Context
from ..core.files import StaticFile, respond_with_file, static_files
from ..core.resource import Resource


def _respond(context: Context, file: StaticFile) -> Response:
    fresh = current_release(context.settings.cache.max_age_seconds)
    return respond_with_file(file.path, file.media_type, file.digest, file.modified, fresh)


RESOURCES = (
    Resource(
        endpoint="static",
        path="/static/<path:filename>",
        summary="A file that the pages need.",
        load=lambda context, filename: static_files(context.settings.layered("static")).get(filename),
        handler=_respond,
        ranges=True,
        examples=lambda _: {"filename": "atmpgraph.css"},
    ),
)

"""What the log tells of a request beside what every server sees: its resource, release and cache."""

from datetime import datetime

from flask import Flask, Response, request

from ...observability.access import observed
from .context import current_context


def note_cached(cache: str) -> None:
    """Note that the answer comes from a cache."""
    observed(request.environ).cached = cache


def note_reusable(reusable: bool, modified: datetime | None = None) -> None:
    """Note whether the response may be sent again, as long as the releases stay as they are; and its date."""
    of = observed(request.environ)
    of.reusable, of.modified = reusable, modified


def _note(response: Response) -> Response:
    """Note what answered; a release that was never opened did not."""
    of, context = observed(request.environ), current_context()
    of.route = request.endpoint or ""
    release = vars(context).get("release") or context.named_release if context else None
    of.release = release.digest if release else ""
    return response


def register(app: Flask) -> None:
    """Note it of every request of an application."""
    app.after_request(_note)

"""Is the process alive, and can it serve?"""

from flask import Blueprint, Response

from ..core.context import release

blueprint = Blueprint("health", __name__, url_prefix="/health")


def _plain(text: str) -> Response:
    return Response(text + "\n", content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})


@blueprint.get("/live")
def live() -> Response:
    """The process answers."""
    return _plain("live")


@blueprint.get("/ready")
def ready() -> Response:
    """There is a release and its store answers; 503 otherwise."""
    opened = release()
    opened.store.query("ASK {}")
    return _plain(f"ready {opened.digest}")

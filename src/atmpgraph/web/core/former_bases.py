"""IRIs under a base that the publication had before: 308 to the same one under the present base."""

from typing import Final
from urllib.parse import SplitResult, quote, urlsplit

from flask import Flask, g, redirect, request
from werkzeug.wrappers import Response

from ...settings import Settings
from .context import settings
from .proxy_headers import RAW_PATH

_PORTS: Final = {"http": ":80", "https": ":443"}
_SAFE: Final = "/%!$&'()*+,;=:@~"


def address_now(publication: Settings, host: str, root: str, path: str) -> str | None:
    """The IRI of today for a request under a former base; None for any other request.

    Such a request names the host of that base and a path under its own; or, whatever its host, a path under that of the
    base, where the present one has another path. A path under the present base is none of these.

    Args:
        publication: its settings.
        host: that the request names.
        root: the path where the server is mounted, as its proxy says.
        path: below that, percent-encoded.
    """
    now = urlsplit(publication.base)
    for base in publication.previous_bases:
        before = urlsplit(base)
        whole = root + path
        if whole.startswith(before.path) and _is_former(before, now, host, root, whole):
            return publication.base + whole.removeprefix(before.path)
    return None


def _is_former(before: SplitResult, now: SplitResult, host: str, root: str, path: str) -> bool:
    """Whether a path under that of a former base is meant as one."""
    elsewhere = _host(before) != _host(now)
    if elsewhere and _plain(host, before.scheme) == _host(before):
        return True
    if before.path == now.path or (now.path.startswith(before.path) and path.startswith(now.path)):
        return False
    # Where a proxy takes the path of the base away without saying so, `/` may be either.
    return before.path != "/" or (bool(root) and not elsewhere and _plain(host, now.scheme) == _host(now))


def _host(base: SplitResult) -> str:
    return _plain(base.netloc, base.scheme)


def _plain(host: str, scheme: str) -> str:
    return host.lower().removesuffix(_PORTS.get(scheme, ""))


def register(app: Flask) -> None:
    """Look at each request before any resource does."""

    @app.before_request
    def _redirect() -> Response | None:
        publication = settings()
        if not publication.previous_bases or not publication.server.redirect_previous_bases:
            return None
        path = request.environ.get(RAW_PATH) or quote(request.path, safe=_SAFE)
        address = address_now(publication, request.host, quote(request.script_root, safe=_SAFE), path)
        if address is None:
            return None
        g.to_present_base = True
        query = request.query_string.decode("latin-1")
        return redirect(f"{address}?{query}" if query else address, 308)

"""The header fields of every response, errors and redirections included; the limits of every request."""

from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from flask import Flask, Response, g, request

from ...http.cache_control import NO_STORE, current_release
from ...http.problem import Problem, ProblemError
from ...http.request_limits import refusal
from .context import settings
from .observation import note_reusable
from .proxy_headers import REFUSED_HOST
from .resource import Resource
from .response import content_type
from .serving import resources

_SOURCES: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'"
)
# The box that searches, which every page has, runs a script of ours.
_POLICY: Final = f"{_SOURCES}; frame-ancestors 'none'; script-src 'self'; connect-src 'self'"
# Of a page that others may show in a frame, and of a picture, which names its own style sheet besides.
EMBEDDED: Final = f"{_SOURCES}; frame-ancestors *"
PICTURE: Final = "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors *"
_ALWAYS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Accept-Post, Accept-Query, Accept-Ranges, Allow, Content-Encoding, "
    "Content-Location, Content-Profile, Content-Range, ETag, Link, Location, Memento-Datetime, RateLimit, "
    "RateLimit-Policy, Repr-Digest, Retry-After, "
    "Server-Timing, Atmpgraph-Truncated, Vary",
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Server": "atmpgraph",  # without the version that the server in front would add
    "X-Content-Type-Options": "nosniff",
}
# `*` is enough for current browsers; the names are for older ones.
_PREFLIGHT: Final = {
    "Access-Control-Allow-Headers": "*, Accept, Accept-Datetime, Accept-Language, Accept-Profile, Content-Type, "
    "If-Match, If-Modified-Since, If-None-Match, If-Range, If-Unmodified-Since, Range",
    "Access-Control-Max-Age": "86400",
}


def _check() -> Response | None:
    """Refuse what exceeds the limits; answer every preflight, so that scripts may see a 404."""
    if request.environ.get(REFUSED_HOST):
        raise ProblemError(Problem(400, "The request does not name one host: Host is missing, repeated or malformed."))
    limits = settings().limits
    headers = request.headers.items()
    problem = refusal(request.method, request.path, headers, limits.path_characters, limits.header_characters)
    if problem:
        raise ProblemError(problem)
    if request.method == "OPTIONS" and (request.url_rule is None or request.environ.get("PATH_INFO") == "*"):
        return Response(headers={"Allow": "GET, HEAD, OPTIONS"})
    return None


def fields_of(resource: Resource[Any] | None) -> dict[str, str]:
    """The header fields that every response at the URLs of a resource has; those of a 304 replace what is stored."""
    return {**_ALWAYS, **resource.always} if resource else _ALWAYS


def _finish(response: Response) -> Response:
    resource = resources().get(request.endpoint)
    if resource:
        response.headers.update(resource.always)
    present = {name.lower() for name, _ in response.headers}
    for name, value in fields_of(resource).items():
        if name.lower() not in present:  # `setdefault` would take a quarter of the time of all fields
            response.headers.add(name, value)
    if request.method == "OPTIONS":
        response.headers.update(_PREFLIGHT | {"Access-Control-Allow-Methods": response.headers.get("Allow", "")})
        if response.status_code < 400:
            response.headers.remove("Content-Type")
    elif 300 <= response.status_code < 400:
        response.headers.setdefault("Cache-Control", current_release(settings().cache.max_age_seconds))
        if response.location:
            _redirect(response)
            note_reusable(request.endpoint is not None)
    if response.status_code == 304:  # the client has the links, which change with the validators (RFC 9110 §15.4.5)
        response.headers.remove("Link")
    response.headers.setdefault("Cache-Control", NO_STORE)
    _vary(response, g.get("vary", {}))
    return response


def _vary(response: Response, names: Iterable[str]) -> None:
    """Add what the response depends on; where nothing stands yet, at once: werkzeug writes it anew for each."""
    if names and "Vary" not in response.headers:
        response.headers["Vary"] = ", ".join(names)
        return
    for name in names:
        response.vary.add(name)


def _redirect(response: Response) -> None:
    """Limit a redirection to this server, and its body to the target, which is in no language.

    The router's own redirections name whatever Host the request does. One to the present base is absolute.
    """
    if not g.get("to_present_base"):
        target = urlsplit(response.location or "")
        response.location = urlunsplit(("", "", target.path, target.query, target.fragment))
    response.set_data(f"{response.location}\n")
    response.headers["Content-Type"] = content_type("text/plain")


def register(app: Flask) -> None:
    """Check every request of an application, and complete every response."""
    app.before_request(_check)
    app.after_request(_finish)

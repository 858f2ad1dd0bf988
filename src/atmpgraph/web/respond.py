"""The one way out: every response gets its header fields here, so that no route can forget one."""

import hashlib
from collections.abc import Callable

from flask import Flask, Response, g, request

from ..http.formats import HTML, Format
from ..http.negotiate import choose
from ..http.problem import not_acceptable
from .current import current, release
from .language import page_language

_ALWAYS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, Location",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Content-Type-Options": "nosniff",
}
_PREFLIGHT = {"Access-Control-Allow-Headers": "*", "Access-Control-Max-Age": "86400"}
_REVALIDATE = "no-cache"  # may be kept, must be asked for again: one short 304 for each use


def vary(field: str) -> None:
    """Note that the response depends on a request header field (RFC 9110 §12.5.5)."""
    g.setdefault("vary", {})[field] = None


def negotiate(offered: tuple[Format, ...], fixed: Format | None = None) -> tuple[Format, str]:
    """The format and media type to send; a fixed one is not negotiated.

    Raises:
        ProblemError: 406 with what exists.
    """
    if fixed:
        if fixed is HTML:
            page_language()
        return fixed, fixed.media_type
    vary("Accept")
    if HTML in offered:
        page_language()  # every representation of a URL gives the same Vary
    chosen = choose(request.headers.get("Accept"), offered)
    if chosen is None:
        raise not_acceptable(offered)
    return chosen


def send(
    chosen: tuple[Format, str], body: Callable[[], bytes | str], *, salt: str = "", weak: bool = False
) -> Response:
    """A representation of something in the release, or 304 when the client has it (RFC 9110 §13.1.2).

    Args:
        chosen: what `negotiate` gave.
        body: makes the representation; not called for a 304.
        salt: what else the representation is made from, beside release, settings, version, format and language.
        weak: the bytes may differ between two runs that mean the same.
    """
    fmt, media_type = chosen
    language = page_language() if fmt is HTML else ""
    parts = (current().fingerprint(release()), media_type, language, request.script_root if language else "", salt)
    tag = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
    if request.method in {"GET", "HEAD"} and request.if_none_match.contains_weak(tag):
        response = Response(status=304)
    else:
        response = Response(body(), content_type=content_type(media_type))
        if language:
            response.content_language.add(language)
    if request.method in {"GET", "HEAD"}:
        response.set_etag(tag, weak=weak)
        response.headers["Cache-Control"] = _REVALIDATE
    return response


def content_type(media_type: str) -> str:
    """The field value: text says its charset, other types have theirs by definition."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def _finish(response: Response) -> Response:
    for field, value in _ALWAYS.items():
        response.headers.setdefault(field, value)
    if request.method == "OPTIONS":
        response.headers.update(_PREFLIGHT | {"Access-Control-Allow-Methods": response.headers.get("Allow", "")})
    for field in g.get("vary", {}):
        response.vary.add(field)
    return response


def register(app: Flask) -> None:
    """Put the header fields on every response, errors and static files included."""
    app.after_request(_finish)

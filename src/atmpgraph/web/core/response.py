"""The one way out: every response gets its header fields here, so that no route can forget one."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

from flask import Flask, Response, g, request

from ...formats import HTML, Format
from ...http.cache_control import IMMUTABLE, NO_STORE
from ...http.cache_control import current_release as fresh
from ...http.coding import choose_coding, encode, packed
from ...http.conditional import Validators, has_tag, precondition
from ...http.negotiate import choose
from ...http.problem import Problem, ProblemError, not_acceptable
from ...http.request_limits import refusal
from .context import publication, release, settings
from .i18n import arguments, asked_language, page_language

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# The pages with the editor and with charts run our own scripts, which fetch from here only.
_SCRIPTED = frozenset({"sparql.endpoint", "queries.question"})
_SCRIPT_POLICY = f"{_POLICY}; script-src 'self'; connect-src 'self'"
_ALWAYS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Accept-Post, Accept-Query, Accept-Ranges, Allow, Content-Encoding, "
    "Content-Location, Content-Profile, Content-Range, ETag, Link, Location, Memento-Datetime, RateLimit, "
    "RateLimit-Policy, Repr-Digest, Retry-After, "
    "Server-Timing, Atmpgraph-Truncated, Vary",
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Server": "atmpgraph",  # no version, whatever the server in front would say
    "X-Content-Type-Options": "nosniff",
}
# `*` says it all to browsers of today; the names are for those of before.
_PREFLIGHT = {
    "Access-Control-Allow-Headers": "*, Accept, Accept-Datetime, Accept-Language, Accept-Profile, Content-Type, "
    "If-Match, If-Modified-Since, If-None-Match, If-Range, If-Unmodified-Since, Range",
    "Access-Control-Max-Age": "86400",
}
_READING = frozenset({"GET", "HEAD"})
_AT_ONCE = 1 << 20  # bytes; a body that is no longer is coded as a whole, so that its length is known


@dataclass(frozen=True)
class Made:
    """A representation that may be large.

    Attributes:
        pieces: its bytes, to be read once.
        length: how many, where that is known.
        fields: header fields that only its making could tell.
    """

    pieces: Iterator[bytes]
    length: int | None = None
    fields: dict[str, str] = field(default_factory=dict)

    @classmethod
    def whole(cls, made: bytes | str, fields: dict[str, str] | None = None) -> "Made":
        """One that is made at once."""
        content = made.encode() if isinstance(made, str) else made
        return cls(iter((content,)), len(content), fields or {})

    def response(self, coding: str) -> Response:
        """The response under a coding."""
        if self.length is not None and self.length <= _AT_ONCE:
            response = Response(encode(b"".join(self.pieces), coding))
        else:
            response = Response(packed(self.pieces, coding))
            if self.length is not None and not coding:
                response.content_length = self.length
        response.headers.update(self.fields)
        return response


def vary(name: str) -> None:
    """Note that the response depends on a request header field (RFC 9110 §12.5.5)."""
    g.setdefault("vary", {})[name] = None


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
    chosen: tuple[Format, str],
    body: Callable[[], bytes | str | Made],
    *,
    salt: str = "",
    weak: bool = False,
    volatile: bool = False,
    large: bool = False,
    immutable: datetime | None = None,
    modified: datetime | None = None,
) -> Response:
    """A representation of something in the release, or 304 when the client has it (RFC 9110 §13.2.2).

    Args:
        chosen: what `negotiate` gave.
        body: makes the representation; not called for a client that names its tag. What it raises goes before every
            other precondition (§13.2.1).
        salt: what else the representation is made from, beside release, settings, version, format and language.
        weak: the bytes may differ between two runs that mean the same.
        volatile: it has another meaning each time: nothing to keep, and nothing to validate.
        large: its bytes are not to be held in memory.
        immutable: the date of what never changes; without it the representation belongs to the current release.

    Raises:
        ProblemError: 412 a precondition failed.
    """
    fmt, media_type = chosen
    language = page_language() if fmt is HTML else ""
    coding = _coding()
    if language:
        immutable = None  # the page around it changes
    parts = (
        "" if immutable else publication().fingerprint(release()),
        media_type,
        language,
        request.script_root if language else "",
        salt,
        coding,
    )
    tag = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
    validators = Validators(tag, immutable or modified or publication().published(release()), weak)
    validated = request.method in _READING and not volatile
    known = validated and has_tag(request.headers, validators)
    response = Response() if known else _response(body, coding, "" if weak or large or not validated else tag)
    if validated and unmodified(validators):
        response = Response(status=304)
        response.headers.remove("Content-Type")
    else:
        response.headers["Content-Type"] = content_type(media_type)
        if coding:
            response.headers["Content-Encoding"] = coding
        if language:
            response.content_language.add(language)
    if validated:
        validate(response, validators, IMMUTABLE if immutable else fresh(settings().cache.max_age_seconds))
    elif volatile:
        response.headers["Cache-Control"] = NO_STORE
    return response


def _response(body: Callable[[], bytes | str | Made], coding: str, tag: str) -> Response:
    """The response under a coding; what is small and has a `tag` of its own is made once."""

    def made() -> Made:
        found = body()
        return found if isinstance(found, Made) else Made.whole(found)

    if tag:
        return Response(kept(lambda: encode(b"".join(made().pieces), coding), tag))
    return made().response(coding)


def kept(make: Callable[[], bytes], *parts: str) -> bytes:
    """What `make` gives for this URL in the current release, made once; `parts` are what else it is made from.

    Of the URL's query only what was understood counts: otherwise every counter in it would be another URL.
    """
    place = request.script_root, request.path, arguments(asked_language())
    return publication().kept(make, publication().fingerprint(release()), *place, *parts)


def _coding() -> str:
    vary("Accept-Encoding")
    return choose_coding(request.headers.get("Accept-Encoding"))


def unmodified(validators: Validators) -> bool:
    """Whether a 304 is the answer.

    Raises:
        ProblemError: 412 a precondition failed.
    """
    status = precondition(request.method, request.headers, validators)
    if status == 412:
        raise ProblemError(Problem(412, "The current state does not meet the precondition of the request."))
    return status == 304


def validate(response: Response, validators: Validators, cache_control: str) -> Response:
    """The response with its validators and how long it may be kept."""
    response.headers["ETag"] = validators.etag
    response.headers["Last-Modified"] = validators.last_modified
    response.headers["Cache-Control"] = cache_control
    return response


def content_type(media_type: str) -> str:
    """The field value: text says its charset, other types have theirs by definition."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def _check() -> Response | None:
    """Refuse what no route can serve; answer a preflight also where nothing is, so that a script may see the 404."""
    limits = settings().limits
    headers = request.headers.items()
    problem = refusal(request.method, request.path, headers, limits.path_characters, limits.header_characters)
    if problem:
        raise ProblemError(problem)
    if request.method == "OPTIONS" and (request.url_rule is None or request.environ.get("PATH_INFO") == "*"):
        return Response(headers={"Allow": "GET, HEAD, OPTIONS"})
    return None


def _finish(response: Response) -> Response:
    if request.endpoint in _SCRIPTED:  # on a 304 too, for its fields replace those that the browser has kept
        response.headers["Content-Security-Policy"] = _SCRIPT_POLICY
    for name, value in _ALWAYS.items():
        response.headers.setdefault(name, value)
    if request.method == "OPTIONS":
        response.headers.update(_PREFLIGHT | {"Access-Control-Allow-Methods": response.headers.get("Allow", "")})
        response.headers.remove("Content-Type")
    elif 300 <= response.status_code < 400:
        response.headers.setdefault("Cache-Control", fresh(settings().cache.max_age_seconds))
        if response.location:
            there = urlsplit(response.location)  # the router's own redirections name whatever Host the request does
            response.location = urlunsplit(("", "", there.path, there.query, there.fragment))
            # a note of one word in no language; never HTML, which nobody asked for
            response.set_data(f"{response.location}\n")
            response.headers["Content-Type"] = content_type("text/plain")
    response.headers.setdefault("Cache-Control", NO_STORE)
    for name in g.get("vary", {}):
        response.vary.add(name)
    return response


def register(app: Flask) -> None:
    """Put the header fields on every response, errors and static files included."""
    app.before_request(_check)
    app.after_request(_finish)

"""Representations on their way out: negotiated, validated, coded and cached (RFC 9110 §8, §12, §13)."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Final, TypeAlias

from flask import Response, g, request

from ...formats import HTML, RESULTS_XML, Format
from ...http.cache_control import IMMUTABLE, NO_STORE, current_release
from ...http.coding import choose_coding, encode, packed
from ...http.conditional import Validators, has_tag, precondition
from ...http.negotiate import choose
from ...http.problem import Problem, ProblemError, not_acceptable
from ...sparql.named_format import named_format
from ...sparql.protocol import FORMATS
from .context import Context
from .i18n import arguments, requested_language
from .observation import note_cached, note_reusable

_READING: Final = frozenset({"GET", "HEAD"})
WHOLE: Final = 1 << 20  # bytes; a body up to this length is coded as a whole, so that its length is known


class Cache(Enum):
    """How long a response may be reused (RFC 9111 §5.2.2)."""

    CURRENT = auto()  # while the release is current: fresh for `[cache] max_age_seconds`, then revalidated
    IMMUTABLE = auto()  # for ever: the URL names a digest
    NEVER = auto()  # the next response is another one: nothing to store, nothing to validate


@dataclass(frozen=True)
class Version:
    """What distinguishes two states of a representation.

    Media type, coding and the language of a page always do; unless it is immutable, release, settings and software too.

    Attributes:
        etag_parts: whatever else it is made from; the language, where another format than a page has words in it.
        modified: when it changed last; without it, and for every page, when the release went live.
        weak: the bytes may differ between two states with the same meaning.
        edited: it is made from files beside the releases too, which may be edited at any time.
    """

    etag_parts: tuple[str, ...] = ()
    modified: datetime | None = None
    weak: bool = False
    edited: bool = False


@dataclass(frozen=True)
class Body:
    """The content of a representation, which may be large.

    Attributes:
        pieces: its bytes, to be read once.
        length: how many, if that is known.
        fields: header fields that come with it, such as those of a query's result.
    """

    pieces: Iterator[bytes]
    length: int | None = None
    fields: dict[str, str] = field(default_factory=dict)

    @classmethod
    def whole(cls, content: bytes | str, fields: dict[str, str] | None = None) -> "Body":
        """A body in memory."""
        content = content.encode() if isinstance(content, str) else content
        return cls(iter((content,)), len(content), fields or {})

    def response(self, coding: str) -> Response:
        """The response under a content coding."""
        if self.length is not None and self.length <= WHOLE:
            response = Response(encode(b"".join(self.pieces), coding))
        else:
            response = Response(packed(self.pieces, coding))
            if self.length is not None and not coding:
                response.content_length = self.length
        response.headers.update(self.fields)
        return response


Content: TypeAlias = bytes | str | Body


def vary(name: str) -> None:
    """Note that the response depends on a request header field (RFC 9110 §12.5.5)."""
    g.setdefault("vary", {})[name] = None


def vary_by_language() -> None:
    """Note that the response is in a language, which Accept-Language chooses unless the URL does."""
    if requested_language() is None:
        vary("Accept-Language")


def named_in_url(offered: tuple[Format, ...]) -> Format | None:
    """The format that `format=` or `output=` names.

    Raises:
        ProblemError: 400 no format is called so; 406 none of those that are offered.
    """
    return named_format([name for key in FORMATS for name in request.args.getlist(key)], offered)


def negotiate(offered: tuple[Format, ...], fixed: Format | None = None) -> tuple[Format, str]:
    """The format and media type to send (RFC 9110 §12.5.1), and notes what they depend on; nothing for a fixed one.

    `format=` and `output=` in the URL go before Accept, for links; a suffix of the URL goes before these. Where one of
    the formats is a page, all representations depend on the language: a URL has one `Vary`.

    Raises:
        ProblemError: 400 no format is called so; 406 with the formats that exist.
    """
    fixed = fixed or named_in_url(offered)
    if not fixed:
        vary("Accept")
    if (fixed is HTML) if fixed else (HTML in offered):
        vary_by_language()
    if fixed:
        return fixed, fixed.media_type
    chosen = choose(request.headers.get("Accept"), offered)
    if chosen is None:
        raise not_acceptable(offered)
    return chosen


def negotiate_coding() -> str:
    """The content coding of the response (RFC 9110 §12.5.3), and notes that it depends on Accept-Encoding."""
    vary("Accept-Encoding")
    return choose_coding(request.headers.get("Accept-Encoding"))


def respond(
    context: Context,
    chosen: tuple[Format, str],
    make: Callable[[], Content],
    version: Version = Version(),
    cache: Cache = Cache.CURRENT,
) -> Response:
    """A representation, or 304 when the client has it (RFC 9110 §13.2.2).

    Args:
        context: of the request.
        chosen: format and media type, as `negotiate` gave them.
        make: makes the body; not called for a client that has the tag. Its errors precede all other preconditions
            (§13.2.1).
        version: of the representation.
        cache: how long it may be reused.

    Raises:
        ProblemError: 412 a precondition failed.
    """
    fmt, media_type = chosen
    language = context.language if fmt is HTML else ""
    coding = negotiate_coding()
    validators = None
    if request.method in _READING and cache is not Cache.NEVER:
        validators = validators_of(context, (media_type, language, coding), version, cache)
    if validators and has_tag(request.headers, validators):
        response = Response()
    else:
        response = _response(context, make, coding, validators)
    if validators and unmodified(validators):
        response = not_modified()
    else:
        response.headers["Content-Type"] = content_type(media_type)
        if coding:
            response.headers["Content-Encoding"] = coding
        if language:
            response.content_language.add(language)
    if validators:
        fresh = current_release(context.settings.cache.max_age_seconds)
        validate(response, validators, IMMUTABLE if cache is Cache.IMMUTABLE else fresh)
        if version.edited:
            note_reusable(False)
    elif cache is Cache.NEVER:
        response.headers["Cache-Control"] = NO_STORE
    return response


def validators_of(context: Context, chosen: tuple[str, str, str], version: Version, cache: Cache) -> Validators:
    """The validators of a representation, chosen by media type, language and coding."""
    media_type, language, coding = chosen
    parts = (
        "" if cache is Cache.IMMUTABLE else context.publication.fingerprint(context.release),
        media_type,
        language,
        context.root if language else "",
        *version.etag_parts,
        coding,
    )
    tag = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
    modified = None if language else version.modified
    return Validators(tag, modified or context.publication.published(context.release), version.weak)


def _response(context: Context, make: Callable[[], Content], coding: str, validators: Validators | None) -> Response:
    """The response under a coding, cached if it is in memory and a strong tag names its bytes."""
    parts = _cache_key(context, validators.tag) if validators and not validators.weak else ()
    if parts and (stored := context.publication.bodies.get(*parts)) is not None:
        note_cached("bodies")
        return Response(stored)
    content = make()
    body = content if isinstance(content, Body) else Body.whole(content)
    if not parts or body.length is None:
        return body.response(coding)
    return Response(context.publication.bodies.put(encode(b"".join(body.pieces), coding), *parts))


def cached(context: Context, make: Callable[[], bytes], *parts: str) -> bytes:
    """What `make` gives for this URL in the release of the request; `parts` are whatever else it is made from."""
    return context.publication.bodies.get_or_make(make, *_cache_key(context, *parts))


def _cache_key(context: Context, *parts: str) -> tuple[str, ...]:
    """Of the URL's query only what has a meaning: otherwise each counter in it would make another URL."""
    fingerprint = context.publication.fingerprint(context.release)
    return (fingerprint, context.root, request.path, arguments(context.requested_language), *parts)


def unmodified(validators: Validators) -> bool:
    """Whether the response is a 304.

    Raises:
        ProblemError: 412 a precondition failed.
    """
    status = precondition(request.method, request.headers, validators)
    if status == 412:
        raise ProblemError(Problem(412, "The current state does not meet the precondition of the request."))
    return status == 304


def not_modified() -> Response:
    """A 304 (RFC 9110 §15.4.5)."""
    response = Response(status=304)
    response.headers.remove("Content-Type")
    return response


def validate(response: Response, validators: Validators, cache_control: str) -> Response:
    """The response with its validators and how long it may be reused."""
    now = datetime.now(UTC)
    response.headers.update(validator_fields(validators, cache_control, now))
    note_reusable(validators.modified <= now, validators.modified)
    return response


def validator_fields(validators: Validators, cache_control: str, now: datetime) -> dict[str, str]:
    """The fields of validators and how long the response may be reused."""
    return {
        "ETag": validators.etag,
        "Last-Modified": validators.last_modified(now),
        "Cache-Control": cache_control,
    }


def content_type(media_type: str) -> str:
    """The field value: text names its charset, as do results in XML, which R reads as text; others define theirs."""
    named = media_type.startswith("text/") or media_type in {RESULTS_XML.media_type, *RESULTS_XML.also}
    return f"{media_type}; charset=utf-8" if named else media_type

"""Proactive negotiation: RFC 9110 §12.5.1 (Accept) and §12.5.4 with RFC 4647 §3.4 (Accept-Language lookup).

An element that breaks the grammar is ignored; a field without any valid element counts as absent. A weight may lack its
zero and have any number of digits: Java sends `*/*; q=.2` where nobody chose, others a quotient. The time is linear in
the length of the field.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..formats import Format
from ..languages import closest
from .remembered import remembered

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_WEIGHT = re.compile(r"(?:0\.?|0?\.[0-9]+|1(?:\.0*)?)\Z")
_LANGUAGE = re.compile(r"(?:\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\Z")


@dataclass(frozen=True)
class Range:
    """One element of Accept: a media range with its parameters (names in lower case) and weight."""

    type: str
    subtype: str
    parameters: frozenset[tuple[str, str]]
    weight: float


def _split(text: str, separator: str) -> Iterator[str]:
    """Split at the separator, but not inside quoted strings (RFC 9110 §5.6.4)."""
    start, quoted, escaped = 0, False, False
    for i, char in enumerate(text):
        if escaped:
            escaped = False
        elif quoted and char == "\\":
            escaped = True
        elif char == '"':
            quoted = not quoted
        elif char == separator and not quoted:
            yield text[start:i].strip(" \t")
            start = i + 1
    yield text[start:].strip(" \t")


def _parameters(parts: list[str]) -> dict[str, str] | None:
    parameters: dict[str, str] = {}
    for part in filter(None, parts):
        name, equals, value = part.partition("=")
        if len(value) > 1 and value[0] == value[-1] == '"':
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        elif not _TOKEN.match(value):
            return None
        if not equals or not _TOKEN.match(name):
            return None
        parameters[name.lower()] = value
    return parameters


def parse_accept(field: str) -> list[Range]:
    """The valid elements of an Accept field."""
    ranges = []
    for element in _split(field, ","):
        name, *rest = _split(element, ";")
        kind, slash, subtype = name.lower().partition("/")
        parameters = _parameters(rest)
        if not slash or not _TOKEN.match(kind) or not _TOKEN.match(subtype) or parameters is None:
            continue
        weight = parameters.pop("q", "1")
        if not _WEIGHT.match(weight) or (kind == "*" and subtype != "*"):
            continue
        ranges.append(Range(kind, subtype, frozenset(parameters.items()), float(weight)))
    return ranges


def parse_weighted(field: str) -> list[tuple[str, float]]:
    """The valid elements of a field of names with weights, such as Accept-Profile and Accept-Encoding."""
    weighted = []
    for element in _split(field, ","):
        name, *rest = _split(element, ";")
        weight = (_parameters(rest) or {}).get("q", "1" if not any(rest) else "")
        if name and _WEIGHT.match(weight):
            weighted.append((name, float(weight)))
    return weighted


def _specificity(media_range: Range, media_type: str) -> int | None:
    """How closely the range names the type, or None when it does not match.

    All text is in UTF-8, so only this `charset` matches. A profile is a hint that a server may ignore (RFC 6906 §3.1,
    JSON-LD 1.1 §C), so every one matches. What another parameter asks for, such as a version or a header row, we cannot
    tell: the type is sent as it is, but a range without that parameter names it more closely, and one that is refused
    (`q=0`) refuses something else.
    """
    kind, _, subtype = media_type.partition("/")
    if media_range.type not in {kind, "*"} or media_range.subtype not in {subtype, "*"}:
        return None
    parameters = dict(media_range.parameters)
    if parameters.get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
        return None
    own = parameters.keys() & {"charset", "profile"}
    unknown = len(parameters) > len(own)
    if unknown and not media_range.weight:
        return None
    return 2 * ((media_range.type != "*") + (media_range.subtype != "*") + len(own)) - unknown


@remembered
def choose(accept: str | None, offered: tuple[Format, ...]) -> tuple[Format, str] | None:
    """The best format and its media type for the response; None when none is acceptable (406).

    The weight decides first, then how closely the client named the type, then the order of `offered`.
    """
    ranges = parse_accept(accept or "")
    if not ranges:
        return offered[0], offered[0].media_type
    best: tuple[float, int] = (0.0, 0)
    chosen = None
    for alias in (False, True):  # a format's own type precedes any other name for the same bytes
        for fmt in offered:
            for media_type in fmt.also if alias else (fmt.media_type,):
                matches = [(s, r.weight) for r in ranges if (s := _specificity(r, media_type)) is not None]
                closeness, weight = max(matches, default=(0, 0.0))
                if weight > 0 and (weight, closeness) > best:
                    best, chosen = (weight, closeness), (fmt, media_type)
    return chosen


def choose_language(accept_language: str | None, offered: Sequence[str]) -> str:
    """The best of the offered languages, else the first: a page in some language is better than a 406.

    It is found by lookup (RFC 4647 §3.4); where that finds nothing, a special case of what is wanted is taken: `pt-br`
    for `pt`.
    """
    wanted: list[tuple[float, str]] = []
    for element in _split(accept_language or "", ","):
        tag, *rest = _split(element, ";")
        weight = (_parameters(rest) or {}).get("q", "1" if not any(rest) else "")
        if _LANGUAGE.match(tag) and _WEIGHT.match(weight):
            wanted.append((float(weight), tag.lower()))
    refused = {tag for weight, tag in wanted if weight == 0}
    for _, tag in sorted((w for w in wanted if w[0] > 0), key=lambda w: -w[0]):
        if tag == "*":
            return next((language for language in offered if language not in refused), offered[0])
        if language := closest(tag, (one for one in offered if one not in refused)):
            return language
    return offered[0]


def choose_form(accept: str | None, media_type: str, forms: Sequence[str]) -> str:
    """The form of a media type that the client prefers; empty when it names none of `forms`.

    A client names a form by its IRI in the `profile` parameter (RFC 6906 §3.1, JSON-LD 1.1 §C).
    """
    best: tuple[float, str] = (0.0, "")
    for wanted in parse_accept(accept or ""):
        if f"{wanted.type}/{wanted.subtype}" == media_type and wanted.weight > best[0]:
            named = dict(wanted.parameters).get("profile", "").split()
            best = (wanted.weight, next((form for form in named if form in forms), ""))
    return best[1]


def with_form(media_type: str, form: str) -> str:
    """The media type of a form; without one, the plain type."""
    return f'{media_type};profile="{form}"' if form else media_type

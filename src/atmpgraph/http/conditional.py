"""Conditional requests (RFC 9110 §13) and ranges (§14).

Preconditions apply only where the response without them would be a success (§13.2.1). A tag that the client has proves
that before the representation is made; a date and `*` do not.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final, Protocol

from werkzeug.http import http_date, parse_date, parse_range_header

from .problem import Problem, ProblemError

_TAG: Final = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')  # §8.8.3


class Fields(Protocol):
    """Header fields by name, in any case."""

    def get(self, name: str, /) -> str | None:
        """The value of a field, or None."""


_http_date = lru_cache(256)(http_date)


@dataclass(frozen=True)
class Validators:
    """The validators of the selected representation.

    Attributes:
        tag: the opaque part of its ETag, without quotes.
        modified: when it last changed, to the second.
        weak: two representations under the tag may differ in their bytes.
    """

    tag: str
    modified: datetime
    weak: bool = False

    @property
    def etag(self) -> str:
        """The field value of ETag."""
        return f'{"W/" if self.weak else ""}"{self.tag}"'

    def last_modified(self, now: datetime) -> str:
        """The field value of Last-Modified, which is never later than the response (RFC 9110 §8.8.2.1)."""
        return _http_date(min(self.modified, now))

    def _listed(self, field: str, *, strong: bool) -> bool:
        """Whether a list of tags holds ours, by strong or weak comparison (§8.8.3.2)."""
        if field.strip() == "*":
            return True
        return any(tag == self.tag and not (strong and (weak or self.weak)) for weak, tag in _TAG.findall(field))


def has_tag(headers: Fields, validators: Validators) -> bool:
    """Whether If-None-Match lists the tag itself, which the client has from a successful response."""
    listed = headers.get("If-None-Match") or ""
    return listed.strip() != "*" and validators._listed(listed, strong=False)


def precondition(method: str, headers: Fields, validators: Validators) -> int | None:
    """412, 304, or None to proceed, in the order of §13.2.2: with a tag, the date beside it is ignored."""
    match, none_match = headers.get("If-Match"), headers.get("If-None-Match")
    if match is not None:
        if not validators._listed(match, strong=True):
            return 412
    elif (date := parse_date(headers.get("If-Unmodified-Since"))) and validators.modified > date:
        return 412
    reading = method in {"GET", "HEAD"}
    if none_match is not None:
        if validators._listed(none_match, strong=False):
            return 304 if reading else 412
    elif reading and (date := parse_date(headers.get("If-Modified-Since"))) and validators.modified <= date:
        return 304
    return None


def byte_range(method: str, headers: Fields, validators: Validators, length: int) -> tuple[int, int] | None:
    """The requested range: its first byte and the one after its last; None for the whole.

    Ranges are defined for GET (§14.2). Another unit, several ranges, a malformed field and a failed If-Range (§13.1.5)
    give the whole.

    Raises:
        ProblemError: 416 the range lies outside.
    """
    try:
        requested = parse_range_header(headers.get("Range")) if method == "GET" else None
    except ValueError:  # an absurdly long number
        requested = None
    if requested is None or requested.units != "bytes" or len(requested.ranges) != 1:
        return None
    if not _unchanged(headers, validators):
        return None
    satisfied = requested.range_for_length(length)
    if satisfied is None:
        detail = "The range lies outside the {length} bytes of this file."
        raise ProblemError(
            Problem(416, detail, headers={"Content-Range": f"bytes */{length}"}, values={"length": length})
        )
    return satisfied


def _unchanged(headers: Fields, validators: Validators) -> bool:
    """If-Range: a strong tag, or the exact date."""
    field = headers.get("If-Range")
    if field is None:
        return True
    if field.lstrip().startswith(('"', "W/")):
        return validators._listed(field, strong=True)
    return parse_date(field) == validators.modified

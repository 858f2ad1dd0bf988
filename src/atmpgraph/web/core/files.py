"""Files as they are: downloads of a release, and what the pages need."""

import hashlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from flask import Response, request, url_for

from ...formats import STATIC_TYPES
from ...http.coding import IDENTITY, encoded_file
from ...http.conditional import Validators, byte_range
from ...settings.layers import Layered
from .context import settings
from .response import content_type, negotiate_coding, not_modified, unmodified, validate


def respond_with_file(
    file: Path,
    media_type: str,
    digest: str,
    modified: datetime,
    cache_control: str,
    coded: Callable[[str], Path | None] = lambda _: None,
) -> Response:
    """A file, whole or in part (RFC 9110 §14).

    Args:
        file: its path.
        media_type: of its content.
        digest: its SHA-256, in hexadecimal.
        modified: when it got its bytes.
        cache_control: how long it may be reused.
        coded: the same file under a content coding, if it was coded before.

    Raises:
        ProblemError: 412 a precondition failed; 416 the range lies outside.
    """
    ranged = request.method == "GET" and "Range" in request.headers
    coding = negotiate_coding()
    coding = IDENTITY if ranged else coding
    validators = Validators(f"{digest}-{coding}" if coding else digest, modified)
    if unmodified(validators):
        return validate(not_modified(), validators, cache_control)
    ready = coded(coding) if coding else None
    sent = ready or file
    length = sent.stat().st_size
    part = byte_range(request.method, request.headers, validators, length)
    start, stop = part or (0, length)
    response = Response(encoded_file(sent, IDENTITY if ready else coding, start, stop), 206 if part else 200)
    response.headers["Content-Type"] = content_type(media_type)
    response.headers["Accept-Ranges"] = "bytes"
    if part:
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{length}"
    if ready or not coding:
        response.content_length = stop - start
    if coding:
        response.headers["Content-Encoding"] = coding
    else:
        response.headers["Repr-Digest"] = f"sha-256=:{b64encode(bytes.fromhex(digest)).decode()}:"  # RFC 9530 §3
    return validate(response, validators, cache_control)


@dataclass(frozen=True)
class StaticFile:
    """A file that the pages need: its path, its SHA-256 and its date."""

    path: Path
    digest: str
    modified: datetime

    @property
    def media_type(self) -> str:
        """By its suffix."""
        return STATIC_TYPES[self.path.suffix]


@cache
def static_files(place: Layered) -> dict[str, StaticFile]:
    """The files of the pages by name, in two layers; read once, at the start of the server."""
    return {
        name: StaticFile(
            path,
            hashlib.sha256(path.read_bytes()).hexdigest(),
            datetime.fromtimestamp(int(path.stat().st_mtime), UTC),
        )
        for name, path in place.files().items()
        if path.suffix in STATIC_TYPES
    }


def static_url(filename: str) -> str:
    """The URL of a file of the pages; empty where this installation was made without it (`make serve` bundles it)."""
    return url_for("static", filename=filename) if filename in static_files(settings().layered("static")) else ""

"""Files as they are: dumps of a release, and the style sheet and icon of the pages."""

import hashlib
from base64 import b64encode
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from flask import Flask, Response, request, url_for

from ...http.cache_control import current_release as fresh
from ...http.coding import IDENTITY, choose_coding, encoded_file
from ...http.conditional import Validators, byte_range
from ...http.problem import Problem, ProblemError
from .context import settings
from .response import content_type, unmodified, validate, vary

_STATIC = Path(__file__).parents[1] / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def send_file(file: Path, media_type: str, digest: str, modified: datetime, cache_control: str) -> Response:
    """A file as it is, whole or in part (RFC 9110 §14).

    Args:
        file: where it is.
        media_type: what it is.
        digest: its SHA-256, in hexadecimal.
        modified: when it was made.
        cache_control: how long it may be kept.

    Raises:
        ProblemError: 412 a precondition failed; 416 the range lies outside.
    """
    ranged = request.method == "GET" and "Range" in request.headers
    vary("Accept-Encoding")
    coding = IDENTITY if ranged else choose_coding(request.headers.get("Accept-Encoding"))
    validators = Validators(f"{digest}-{coding}" if coding else digest, modified)
    if unmodified(validators):
        response = Response(status=304)
        response.headers.remove("Content-Type")
    else:
        length = file.stat().st_size
        part = byte_range(request.method, request.headers, validators, length)
        start, stop = part or (0, length)
        response = Response(encoded_file(file, coding, start, stop), 206 if part else 200)
        response.headers["Content-Type"] = content_type(media_type)
        response.headers["Accept-Ranges"] = "bytes"
        if part:
            response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{length}"
        if coding:
            response.headers["Content-Encoding"] = coding
        else:
            response.content_length = stop - start
            response.headers["Repr-Digest"] = f"sha-256=:{b64encode(bytes.fromhex(digest)).decode()}:"  # RFC 9530 §3
    return validate(response, validators, cache_control)


@cache
def _static_files() -> dict[str, tuple[Path, str, datetime]]:
    """The files of the pages: path, SHA-256 and date. They change with the installation only."""
    return {
        file.name: (
            file,
            hashlib.sha256(file.read_bytes()).hexdigest(),
            datetime.fromtimestamp(int(file.stat().st_mtime), UTC),
        )
        for file in _STATIC.iterdir()
        if file.suffix in _TYPES
    }


def static(filename: str) -> Response:
    """A file that the pages need."""
    found = _static_files().get(filename)
    if found is None:
        raise ProblemError(Problem(404, "There is nothing at this address."))
    file, digest, modified = found
    return send_file(file, _TYPES[file.suffix], digest, modified, fresh(settings().cache.max_age_seconds))


def static_url(filename: str) -> str:
    """Where a file that the pages need is; empty when it was not built into this installation (`make serve` does)."""
    return url_for("static", filename=filename) if filename in _static_files() else ""


def register(app: Flask) -> None:
    """Serve them in the place of Flask's own view, which knows no content coding."""
    app.add_url_rule("/static/<path:filename>", "static", static, methods=["GET"])

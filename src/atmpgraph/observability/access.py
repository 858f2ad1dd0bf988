"""Each request: a line of the access log, and its figures. WSGI middleware outside of all other."""

import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias
from urllib.parse import quote

from . import metrics
from .line import LogFormat, Value, joined, part, timestamp
from .log import LOGS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from ..settings import Settings
    from ..settings.groups import Log

ClientForm: TypeAlias = Literal["whole", "network", "none"]

OBSERVED: Final = "atmpgraph.observed"  # the key of the environment
_METHOD, _PATH, _FIELD = 20, 1_500, 200  # characters
_NETWORK_BITS: Final = {4: 24, 6: 48}
_SHORT_DIGEST: Final = 12
_LEVEL, _EVENT = "info", "request"
_PLAIN_PATH: Final = re.compile("[A-Za-z0-9/._-]+")
_SAFE: Final = "/!$&'()*+,;=:@~"


@dataclass(slots=True)
class Observed:
    """What the application tells of a request while it answers.

    Attributes:
        route: the endpoint of its resource; empty where there is none.
        release: the digest of the release that answers; empty where none does.
        cached: from which cache the answer comes; empty for one that was made.
        reusable: the same URL, with the same in the fields that `Vary` names, gets the same response while the releases
            stay as they are.
        modified: when what it represents changed last.
    """

    route: str = ""
    release: str = ""
    cached: str = ""
    reusable: bool = False
    modified: datetime | None = None


class Access(NamedTuple):
    """What the log tells of a request.

    Attributes:
        at: when it arrived, in seconds since 1970.
        client: its address.
        path: percent-encoded.
    """

    at: float
    client: str
    method: str
    path: str
    query: str
    agent: str | None
    referer: str | None


def log_access(log: "Log", access: Access, of: Observed, status: int, size: int, seconds: float) -> None:
    """Write the line of a request and its response: status, bytes of the body, seconds until its end."""
    form = LOGS.options.format
    # What others send is cut before it is remembered.
    method, path = cut(access.method, _METHOD), cut(access.path, _PATH)
    referer, agent = (cut(each, _FIELD) if each else None for each in (access.referer, access.agent))
    request, response = (access.client, log.client, method, path), (of.route, status, size)
    query = cut_query(access.query, log.max_query_characters)
    whom = _whom(form, of.release, of.cached, referer, agent)
    time, ms = timestamp(access.at), round(seconds * 1000, 2)
    took = f'"ms":{ms}' if form == "json" else f"ms={ms}"
    # Most requests with a query differ in that from each other; what they have in common is in memory.
    query_part = part({"query": query}, form) if query else ""
    parts = _requested(form, *request), query_part, _responded(form, *response), took, whom
    content = joined(time, _LEVEL, _EVENT, parts, form)
    if len(content) <= LOGS.options.characters:
        LOGS.write_line(LOGS.requests, content.encode("ascii", "replace"))
        return
    fields: dict[str, Value] = {"time": time, "level": _LEVEL, "event": _EVENT}
    fields |= _of_request(*request) | {"query": query} | _of_response(*response) | {"ms": ms}
    LOGS.write(LOGS.requests, fields | _by_whom(of.release, of.cached, referer, agent))


def _of_request(client: str, shown: ClientForm, method: str, path: str) -> dict[str, Value]:
    return {
        "client": shown_client(client, shown),
        "method": method or None,
        "path": path,
    }


def _of_response(route: str, status: int, size: int) -> dict[str, Value]:
    return {"route": route or None, "status": status, "bytes": size}


def _by_whom(release: str, cached: str, referer: str | None, agent: str | None) -> dict[str, Value]:
    return {
        "release": release[:_SHORT_DIGEST] or None,
        "cached": cached or None,
        "referer": referer or None,
        "agent": agent or None,
    }


@lru_cache(1_024)
def _requested(form: LogFormat, client: str, shown: ClientForm, method: str, path: str) -> str:
    """The part of a line that tells what was asked, but for the query."""
    return part(_of_request(client, shown, method, path), form)


@lru_cache(1_024)
def _responded(form: LogFormat, route: str, status: int, size: int) -> str:
    """The part of a line that tells what was answered."""
    return part(_of_response(route, status, size), form)


@lru_cache(1_024)
def _whom(form: LogFormat, release: str, cached: str, referer: str | None, agent: str | None) -> str:
    """The part of a line that tells from what it was answered, and to whom."""
    return part(_by_whom(release, cached, referer, agent), form)


class AccessLog:
    """WSGI middleware that observes each request to the end of its response."""

    def __init__(self, app: "WSGIApplication", settings: "Settings") -> None:
        """Wrap `app`."""
        self._app, self._log = app, settings.log

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Pass the request on."""
        request = _Request(self, environ)
        metrics.request_started()

        def start(status: str, fields: list[tuple[str, str]], error: Any = None, /) -> Any:  # noqa: ANN401
            request.status = int(status[:3])
            return start_response(status, fields, error) if error else start_response(status, fields)

        try:
            request.pieces = self._app(environ, start)
        except Exception:
            request.close()
            raise
        except BaseException:  # the server calls once more, with the body
            metrics.request_withdrawn()
            raise
        return request

    def ended(self, request: "_Request") -> None:
        """Record a request and its response."""
        seconds = time.perf_counter() - request.started
        method, of = request.environ.get("REQUEST_METHOD", ""), request.observed
        metrics.request_ended(of.route, method, request.status, seconds, request.size)
        if self._log.access:
            environ = request.environ
            access = Access(
                request.at,
                environ.get("REMOTE_ADDR", ""),
                method,
                _path(environ),
                environ.get("QUERY_STRING", ""),
                environ.get("HTTP_USER_AGENT"),
                environ.get("HTTP_REFERER"),
            )
            log_access(self._log, access, of, request.status, request.size, seconds)


class _Request:
    """A request, which is the body of its response too."""

    __slots__ = ("_closed", "_log", "_rest", "at", "environ", "observed", "pieces", "size", "started", "status")

    def __init__(self, log: AccessLog, environ: "WSGIEnvironment") -> None:
        self._log, self._closed = log, False
        self._rest: Iterator[bytes] | None = None
        self.environ, self.at, self.started = environ, time.time(), time.perf_counter()
        self.observed = environ.setdefault(OBSERVED, Observed())  # the server reads it too
        self.pieces: Iterable[bytes] = ()
        self.status, self.size = 500, 0

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._rest is None:
            self._rest = iter(self.pieces)
        piece = next(self._rest)
        self.size += len(piece)
        return piece

    def close(self) -> None:
        """End the response (PEP 3333), once."""
        if self._closed:
            return
        self._closed = True
        try:
            if close := getattr(self.pieces, "close", None):
                close()
        finally:
            self._log.ended(self)


def observed(environ: "WSGIEnvironment") -> Observed:
    """What is told of a request; where nothing observes it, nobody reads that."""
    request: Observed | None = environ.get(OBSERVED)
    return Observed() if request is None else request


def cut(text: str, most: int) -> str:
    """A text of at most so many characters, marked where it is cut."""
    return text if len(text) <= most else f"{text[:most]}..."


def cut_query(text: str, most: int) -> str | None:
    """What is logged of the query of a URL, or of a SPARQL query; nothing if the setting says so."""
    return cut(text, most) if text and most else None


def _path(environ: "WSGIEnvironment") -> str:
    """The path as the client sent it, where the server passes it on; else encoded anew."""
    target: str = environ.get("RAW_URI") or environ.get("REQUEST_URI") or ""
    if target:
        return target.partition("?")[0]
    path: str = environ.get("PATH_INFO", "")
    return path if _PLAIN_PATH.fullmatch(path) else quote(path, _SAFE, "latin-1")


def encoded_path(path: str) -> str:
    """A decoded path as logs show it."""
    return path if _PLAIN_PATH.fullmatch(path) else quote(path, _SAFE)


@lru_cache(1_024)
def shown_client(address: str, form: ClientForm) -> str | None:
    """An address as logs show it: whole, its network (of 24 bits, or 48 of IPv6), or not at all."""
    if form == "none" or not address:
        return None
    if form == "whole":
        return cut(address, 64)
    try:
        ip = ip_address(address)
    except ValueError:
        return None
    return str(ip_network((ip, _NETWORK_BITS[ip.version]), strict=False))

"""Whole responses in memory, in front of the application: the fields that `Vary` names select one (RFC 9111 §4.1).

A hit is answered where the request was read and calls nothing of the application, which marks what may be held
(`Observed.reusable`). Responses are held for one state of the releases: a switch, a repair, a check of links and the
removal of a release change it, and empty the cache at once. Preconditions are judged as the application judges them.
"""

import threading
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from cachetools import LRUCache

from ..http.conditional import Validators, precondition
from ..observability import metrics
from ..observability.access import Observed, log_access
from ..web.core.context import Publication, ReleasesState
from .plain_request import Fields, PlainRequest, Url

Selection: TypeAlias = tuple[str | None, ...]

_METHODS: Final = frozenset({"GET", "HEAD"})
_CONDITIONAL: Final = ("if-none-match", "if-modified-since")
_REDIRECTIONS: Final = frozenset({301, 303, 307, 308})
_LARGEST: Final = 1 << 16  # bytes of a body; a longer one is sent as fast as its client reads
_SELECTIONS: Final = 32  # of one URL: clients with ever other fields put out their own alone
_LONGEST: Final = 1_000  # characters of the fields that select
_REMEMBERED: Final = 8_192  # URLs, twice
_OVERHEAD: Final = 500  # bytes of an entry beside what is counted
_CACHE: Final = "responses"
# Fields that tell of the one request whose response was made.
_OF_ONE: Final = frozenset({"connection", "ratelimit", "ratelimit-policy", "server-timing"})
_FROM_CACHE: Final = ("server-timing", "cache;dur=0.0")


@dataclass(slots=True)
class Held:
    """A response: whole, and as the 304 that confirms it; one of them may be missing.

    Attributes:
        validators: of both; None where there are none.
        whole: status, fields and body.
        unmodified: the fields of the 304.
        observed: what the log tells of it.
    """

    validators: Validators | None
    whole: tuple[int, Fields, bytes] | None
    unmodified: Fields | None
    observed: Observed

    def joined(self, other: "Held") -> "Held":
        """Both forms of one response; this one alone where the other is of another."""
        if not (self.validators and other.validators and self.validators.etag == other.validators.etag):
            return self
        return Held(self.validators, self.whole or other.whole, self.unmodified or other.unmodified, self.observed)

    def size(self) -> int:
        """Bytes, about."""
        fields = [*(self.whole[1] if self.whole else ()), *(self.unmodified or ())]
        body = len(self.whole[2]) if self.whole else 0
        return _OVERHEAD + body + sum(len(name) + len(value) for name, value in fields)


class _Selections:
    """The responses of one URL, by the values of the fields that its `Vary` names."""

    def __init__(self, vary: tuple[str, ...]) -> None:
        self.vary = vary
        self.held: OrderedDict[Selection, Held] = OrderedDict()

    def select(self, fields: dict[str, str]) -> Held | None:
        """The response for these fields."""
        values = tuple(map(fields.get, self.vary))
        held = self.held.get(values)
        if held:
            self.held.move_to_end(values)
        return held

    def put(self, fields: dict[str, str], held: Held) -> None:
        """Hold a response; the same one for other values, and its other form, once."""
        values = tuple(map(fields.get, self.vary))
        if sum(len(value) for value in values if value) > _LONGEST:
            return
        if other := self.held.get(values):
            held = held.joined(other)
        self.held[values] = next((each for each in self.held.values() if each == held), held)
        self.held.move_to_end(values)
        while len(self.held) > _SELECTIONS:
            self.held.popitem(last=False)

    def size(self) -> int:
        """Bytes, about."""
        values = sum(_OVERHEAD + sum(len(value) for value in key if value) for key in self.held)
        return values + sum(each.size() for each in {id(each): each for each in self.held.values()}.values())


class _Doorkeeper:
    """Knows the URLs that were requested of late: what is requested once, as crawlers do, puts nothing out."""

    def __init__(self) -> None:
        self._now, self._before = set[int](), set[int]()

    def knows(self, url: Url) -> bool:
        """Whether a URL was requested before; from now on it was."""
        name = hash(url)
        if name in self._now or name in self._before:
            return True
        self._now.add(name)
        if len(self._now) >= _REMEMBERED:
            self._now, self._before = set(), self._now
        return False


class ResponseCache:
    """As many responses as there is room for. Safe to share between threads."""

    def __init__(self, publication: Publication) -> None:
        """Hold responses of a publication, within its settings."""
        settings = publication.settings
        self._publication, self._log = publication, settings.log
        self._lock, self._state = threading.Lock(), ReleasesState()
        self._doorkeeper = _Doorkeeper()
        self._urls = LRUCache[Url, _Selections](settings.cache.response_bytes, getsizeof=_Selections.size)

    @property
    def size(self) -> int:
        """Bytes, about."""
        return int(self._urls.currsize)

    def respond(self, request: PlainRequest, protocol: Any) -> bool:  # noqa: ANN401 - granian has no type for it
        """Answer a request if its response is here; whether it is."""
        started = time.perf_counter()
        selected = self._select(request) if request.method in _METHODS else None
        if selected is None:
            return False
        held, status, fields, body = selected
        protocol.response_bytes(status, fields, body)
        metrics.cache_looked_up(_CACHE, hit=True)
        seconds = time.perf_counter() - started
        metrics.request_ended(held.observed.route, request.method, status, seconds, len(body), started=False)
        if self._log.access:
            log_access(self._log, request.access(time.time() - seconds), held.observed, status, len(body), seconds)
        return True

    def _select(self, request: PlainRequest) -> tuple[Held, int, Fields, bytes] | None:
        """The response to a request."""
        with self._lock:
            if request.state != self._state:
                self._urls.clear()
                self._state = request.state
            selections = self._urls.get(request.url)
            held = selections.select(request.fields) if selections else None
        if held is None:
            return None
        fields = request.fields
        conditional = held.validators and (_CONDITIONAL[0] in fields or _CONDITIONAL[1] in fields)
        if held.validators and conditional and precondition(request.url[0], fields, held.validators) == 304:
            return (held, 304, held.unmodified, b"") if held.unmodified is not None else None
        return (held, *held.whole) if held.whole else None

    def put(self, request: PlainRequest, observed: Observed, status: int, fields: Fields, body: bytes) -> None:
        """Hold the response to a request, if it may be held and there is room."""
        if request.method not in _METHODS:
            return
        metrics.cache_looked_up(_CACHE, hit=False)
        if not observed.reusable or not self._doorkeeper.knows(request.url):
            return
        redirection = status in _REDIRECTIONS
        if not (redirection or status in {200, 304}) or len(body) > _LARGEST:
            return
        values = dict(fields)
        vary = tuple(sorted(name.strip().lower() for name in values.get("vary", "").split(",") if name.strip()))
        validators = _validators(values.get("etag", ""), observed.modified)
        if "*" in vary or (validators is None and not redirection) or not self._publication.is_settled(request.state):
            return
        fields = _of_all(fields)
        seen = Observed(observed.route, observed.release, _CACHE)
        if status == 304:
            held = Held(validators, None, fields, seen)
        else:
            held = Held(validators, (status, fields, body), None, seen)
        with self._lock, suppress(ValueError):  # larger than all the room there is
            if request.state != self._state:
                return
            selections = self._urls.get(request.url)
            if selections is None or selections.vary != vary:
                selections = _Selections(vary)
            selections.put(request.fields, held)
            self._urls[request.url] = selections  # which weighs it anew
            metrics.cache_size(_CACHE, self.size)


def _of_all(fields: Fields) -> Fields:
    """The fields that every response of this kind has."""
    of_all = [pair for pair in fields if pair[0] not in _OF_ONE]
    return [*of_all, _FROM_CACHE] if any(name == _FROM_CACHE[0] for name, _ in fields) else of_all


def _validators(tag: str, modified: datetime | None) -> Validators | None:
    """The validators of a response with a field ETag."""
    return Validators(tag.removeprefix("W/").strip('"'), modified, tag.startswith("W/")) if tag and modified else None

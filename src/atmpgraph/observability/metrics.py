"""The figures of this process: what is counted, under which name. To record one never fails and hardly takes time.

The processes of a server share theirs in a folder (`slots`), which the library's own variable names; a process without
one has them for itself. The library is imported when the first figure is recorded, for it must see that variable then.
"""

import os
import threading
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, ParamSpec, TypeAlias

from .slots import GAUGES, Slots

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

P = ParamSpec("P")
# What records one more request, its seconds and its bytes.
RequestSeries: TypeAlias = tuple[Callable[[], None], Callable[[float], None], Callable[[float], None]]
Outcome: TypeAlias = Literal[
    "ok", "cached", "cut", "invalid", "refused", "over_time", "over_memory", "crashed", "client_gone", "error"
]

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"  # the variable
OUTCOMES: Final[tuple[Outcome, ...]] = (
    *("ok", "cached", "cut", "invalid", "refused", "over_time", "over_memory", "crashed", "client_gone", "error"),
)
NO_ROUTE: Final = "none"  # of a request for an unknown path
_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "POST", "QUERY"})
_OTHER: Final = "other"
_MOST_SERIES: Final = 2_500  # of requests; more would not fit into the files, and a file that grows has holes
_MOST_ROUTES: Final = 150
_REQUEST_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_QUERY_SECONDS: Final = (0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_OFF: Final = threading.Event()
_LOCK: Final = threading.Lock()


class Metrics:
    """All figures that processes record."""

    def __init__(self, registry: "CollectorRegistry") -> None:
        """Name them."""
        from prometheus_client import Counter, Gauge, Histogram

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"atmpgraph_{name}", text, labels, registry=registry)

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(f"atmpgraph_{name}", text, labels, registry=registry, multiprocess_mode=GAUGES)

        def histogram(name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
            return Histogram(f"atmpgraph_{name}", text, labels, registry=registry, buckets=buckets)

        self.requests = counter("http_requests", "Requests that were answered.", "route", "method", "status")
        self.response_bytes = counter("http_response_bytes", "Bytes of the bodies of responses, as sent.", "route")
        self.request_seconds = histogram(
            "http_request_duration_seconds",
            "Seconds from a request to the end of its response.",
            _REQUEST_SECONDS,
            "route",
        )
        self.in_flight = gauge("http_requests_in_flight", "Requests that are being answered.")
        queries = counter("queries", "Queries, by how they ended.", "outcome")
        self.queries = {outcome: queries.labels(outcome) for outcome in OUTCOMES}
        self.query_seconds = histogram("query_duration_seconds", "Seconds that a query ran.", _QUERY_SECONDS)
        self.queue_seconds = histogram(
            "query_queue_seconds", "Seconds that a query waited to run, or to be refused.", _QUERY_SECONDS
        )
        self.query_workers = gauge(
            "query_workers", "Workers that wait for a query (idle), and queries that run (busy).", "state"
        )
        self.queries_queued = gauge("queries_queued", "Queries that wait to run.")
        self.cache_hits = counter("cache_hits", "Look-ups in a cache that had the answer.", "cache")
        self.cache_misses = counter("cache_misses", "Look-ups in a cache that had none.", "cache")
        self.cache_bytes = gauge("cache_bytes", "Bytes that a cache holds, in all processes.", "cache")
        self.process_starts = counter("process_starts", "Processes of the server that started.", "role")
        self.process_ends = counter("process_ends", "Processes of the server that ended without being told to.", "role")
        self.dropped_lines = counter("log_lines_dropped", "Lines of the logs that were lost.")
        self._look_ups: dict[tuple[str, bool], Callable[[], None]] = {}
        self._series: dict[tuple[str, str, int], RequestSeries] = {}
        self._routes: set[str] = set()

    def look_up(self, name: str, *, hit: bool) -> Callable[[], None]:
        """What records a look-up in a cache."""
        count = self._look_ups.get((name, hit))
        if count is None:
            count = self._look_ups[name, hit] = (self.cache_hits if hit else self.cache_misses).labels(name).inc
        return count

    def request_series(self, route: str, method: str, status: int) -> "RequestSeries":
        """The figures of requests of a kind, as many kinds as there is room for."""
        method = method if method in _METHODS else _OTHER
        series = self._series.get((route, method, status))
        if series is None:
            listed = route in self._routes or len(self._routes) < _MOST_ROUTES
            if not listed or len(self._series) >= _MOST_SERIES:
                return self._request_series(_OTHER, _OTHER, _OTHER)
            self._routes.add(route)
            series = self._series[route, method, status] = self._request_series(route, method, str(status))
        return series

    def _request_series(self, route: str, method: str, status: str) -> "RequestSeries":
        return (
            self.requests.labels(route, method, status).inc,
            self.request_seconds.labels(route).observe,
            self.response_bytes.labels(route).inc,
        )


@cache
def slots() -> Slots | None:
    """The slots that processes share; None for a process that has its figures for itself."""
    folder = os.environ.get(FOLDER)
    return Slots(Path(folder)) if folder else None


@cache
def registry() -> "CollectorRegistry":
    """The registry of this process."""
    from prometheus_client import CollectorRegistry

    return CollectorRegistry()


def metrics() -> Metrics:
    """The figures of this process.

    Raises:
        OSError: there is no room for the shared files.
    """
    return _ALL[0] if _ALL else _new_metrics()


_ALL: Final[list[Metrics]] = []


def _new_metrics() -> Metrics:
    from prometheus_client import disable_created_metrics, values

    with _LOCK:
        if not _ALL:
            disable_created_metrics()  # type: ignore[no-untyped-call] # a series more for each, which the shared files do not have
            if shared := slots():
                from .shared_value import SharedValues

                shared.current()
                values.ValueClass = SharedValues(shared)
            _ALL.append(Metrics(registry()))
        return _ALL[0]


def use_folder(folder: Path) -> None:
    """Share the figures of this process, and of those that it starts, in a folder."""
    os.environ[FOLDER] = str(folder)


def are_shared() -> bool:
    """Whether others see the figures of this process."""
    return FOLDER in os.environ


def record_only_if_shared() -> None:
    """Record nothing that nobody sees."""
    if not are_shared():
        _OFF.set()


def _recording(record: Callable[P, Any]) -> Callable[P, None]:
    """Make a function that records something one that never fails."""

    @wraps(record)
    def recording(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            if not _OFF.is_set():
                record(*args, **kwargs)
        except Exception as error:
            _report(f"{type(error).__name__}: {error}")

    return recording


@cache
def _report(cause: str) -> None:
    """Report a cause once."""
    from .log import event

    event("metrics.unavailable", cause=cause)


@_recording
def process_started(role: str) -> None:
    """This process starts to serve in a role; every figure that may stay at zero is one from now on."""
    if shared := slots():
        shared.role = role
    of = metrics()
    of.process_starts.labels(role).inc()
    of.dropped_lines.inc(0)
    for count in of.queries.values():
        count.inc(0)


@_recording
def process_ended(role: str) -> None:
    """Another process ended without being told to."""
    metrics().process_ends.labels(role).inc()


@_recording
def request_started() -> None:
    """A request arrived."""
    metrics().in_flight.inc()


@_recording
def request_withdrawn() -> None:
    """A request is put once more: it did not count."""
    metrics().in_flight.dec()


@_recording
def request_ended(route: str, method: str, status: int, seconds: float, size: int, *, started: bool = True) -> None:
    """A request was answered.

    Args:
        route: the endpoint of its resource; empty for an unknown path.
        method, status: of it and its response.
        seconds: until its end.
        size: bytes of its body.
        started: its start was recorded.
    """
    of = metrics()
    if started:
        of.in_flight.dec()
    count, observe, add_bytes = of.request_series(route or NO_ROUTE, method, status)
    count()
    observe(seconds)
    add_bytes(size)


@_recording
def query_ended(outcome: Outcome, queue_seconds: float | None = None, seconds: float | None = None) -> None:
    """A query ended.

    Args:
        outcome: how.
        queue_seconds, seconds: how long it waited and ran, if it did.
    """
    of = metrics()
    of.queries[outcome].inc()
    if queue_seconds is not None:
        of.queue_seconds.observe(queue_seconds)
    if seconds is not None:
        of.query_seconds.observe(seconds)


@_recording
def query_service(idle: int, busy: int, queued: int) -> None:
    """What the workers of the query service do, and how many queries wait."""
    of = metrics()
    of.query_workers.labels("idle").set(idle)
    of.query_workers.labels("busy").set(busy)
    of.queries_queued.set(queued)


@_recording
def cache_looked_up(name: str, *, hit: bool) -> None:
    """Something was looked up in a cache."""
    metrics().look_up(name, hit=hit)()


@_recording
def cache_size(name: str, size: int) -> None:
    """A cache has so many bytes now."""
    metrics().cache_bytes.labels(name).set(size)


@_recording
def line_dropped() -> None:
    """A line of a log was lost."""
    metrics().dropped_lines.inc()

"""What a query may take, as data: the settings fill it in, the query service keeps to it, the description tells it."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:  # the service and its workers start faster without
    from ..settings import Settings


@dataclass(frozen=True)
class Services:
    """What a query may ask of other services.

    Attributes:
        allowed: their IRIs.
        clauses: SERVICE clauses of one query.
        seconds: longest time that one service may take.
        bytes: longest answer of one service.
    """

    allowed: tuple[str, ...]
    clauses: int
    seconds: float
    bytes: int


@dataclass(frozen=True)
class Limits:
    """The limits of the query service.

    Attributes:
        workers: queries that run at the same time; for as many again other services may be asked meanwhile.
        per_client: of these, and of those, queries of one client.
        waiting: queries that may wait for a worker.
        patience: seconds that one may wait.
        seconds: longest time one query runs.
        memory: bytes of memory that one query may use.
        rows, bytes: largest result; 0 for no limit.
        budget: seconds of running time that one client may use a minute.
        cache: bytes of results that are kept to be sent again.
        nesting: deepest nesting of brackets in a query.
        services: what a query may ask of other services.
    """

    workers: int
    per_client: int
    waiting: int
    patience: float
    seconds: float
    memory: int
    rows: int
    bytes: int
    budget: float
    cache: int
    nesting: int
    services: Services

    def as_json(self) -> dict[str, Any]:
        """The limits by name."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """The limits from what `as_json` gave."""
        services = values["services"]
        return cls(**values | {"services": Services(**services | {"allowed": tuple(services["allowed"])})})


def limits_of(settings: "Settings") -> Limits:
    """The limits of the query service that the settings name."""
    return Limits(
        workers=settings.query_workers,
        per_client=settings.max_queries_per_client,
        waiting=settings.max_waiting_queries,
        patience=settings.max_waiting_seconds,
        seconds=settings.query_seconds,
        memory=settings.query_memory,
        rows=settings.max_result_rows,
        bytes=settings.max_result_bytes,
        budget=settings.query_budget,
        cache=settings.max_kept_results,
        nesting=settings.max_query_nesting,
        services=Services(
            allowed=tuple(settings.federation),
            clauses=settings.max_service_clauses,
            seconds=settings.service_seconds,
            bytes=settings.max_service_bytes,
        ),
    )

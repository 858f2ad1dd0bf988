"""What a query may use, as data: the settings name it, the query service enforces it, its description publishes it.

Each field has the name of its setting.
"""

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:  # the service and its workers start faster without
    from ..settings import Settings


@dataclass(frozen=True)
class FederationLimits:
    """What a query may request from other services.

    Attributes:
        services: their IRIs.
        max_clauses: SERVICE clauses of one query.
        timeout_seconds: longest time that one service may take.
        max_bytes: longest answer of one service.
    """

    services: tuple[str, ...]
    max_clauses: int
    timeout_seconds: float
    max_bytes: int


@dataclass(frozen=True)
class Limits:
    """The limits of the query service.

    Attributes:
        workers: queries that run at the same time; as many more may call other services meanwhile.
        timeout_seconds: longest time one query runs.
        queue_timeout_seconds: longest time one query waits for a worker.
        silence_seconds: how long the service may give no sign of life.
        memory_bytes: memory that one query may use.
        max_rows, max_bytes: largest result; 0 for no limit.
        max_queued: queries that may wait for a worker.
        max_running_per_client: queries of one client that run at the same time, or call other services.
        running_seconds_per_minute: running time that one client may use.
        max_length_characters: longest query.
        max_nesting, max_patterns, max_operators: the largest query that is planned (`syntax.complexity`).
        result_bytes: results that are cached.
        federation: what a query may request from other services.
        gives_way: whether all else on the machine precedes its queries.
    """

    workers: int
    timeout_seconds: float
    queue_timeout_seconds: float
    silence_seconds: float
    memory_bytes: int
    max_rows: int
    max_bytes: int
    max_queued: int
    max_running_per_client: int
    running_seconds_per_minute: float
    max_length_characters: int
    max_nesting: int
    max_patterns: int
    max_operators: int
    result_bytes: int
    federation: FederationLimits
    gives_way: bool = True

    def as_json(self) -> dict[str, Any]:
        """The limits by name."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """The limits from what `as_json` gave."""
        federation = values["federation"]
        services = tuple(federation["services"])
        return cls(**values | {"federation": FederationLimits(**federation | {"services": services})})


def limits_of(settings: "Settings") -> Limits:
    """The limits of the query service that the settings name."""
    names = {field.name for field in fields(Limits)}
    others = {"result_bytes": settings.cache.result_bytes, "federation": settings.federation.model_dump()}
    return Limits.from_json(settings.queries.model_dump(include=names) | others)

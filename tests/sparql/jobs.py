"""Jobs, requests and a query service for tests, with limits that no test meets by accident."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from atmpgraph.http.problem import Problem, ProblemError
from atmpgraph.release.release import Release
from atmpgraph.sparql.limits import FederationLimits, Limits
from atmpgraph.sparql.service.client import Result, submit
from atmpgraph.sparql.service.launcher import ServiceProcess
from atmpgraph.sparql.service.messages import QueryJob, QueryRequest

from .processes import children

FAST = "SELECT ?s { ?s a <https://w3id.org/atmpgraph/ns#Partnership> }"
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
# A text that doubles until no memory holds it, within milliseconds on any machine.
LARGE = f"SELECT * {{ BIND ('{'a' * 64}' AS ?t0) {' '.join(f'BIND (CONCAT(?t{n}, ?t{n}) AS ?t{n + 1})' for n in range(26))} }}"
SILENCE = 60.0  # seconds, on a machine that has much else to do
LIMITS = Limits(
    workers=4,
    timeout_seconds=300.0,
    queue_timeout_seconds=600.0,
    silence_seconds=SILENCE,
    memory_bytes=1 << 30,
    max_rows=100_000,
    max_bytes=1 << 26,
    max_queued=8,
    max_running_per_client=2,
    running_seconds_per_minute=10_000.0,
    max_length_characters=100_000,
    max_nesting=64,
    max_patterns=100,
    max_operators=1_000,
    result_bytes=1 << 20,
    federation=FederationLimits(services=(), max_clauses=4, timeout_seconds=120.0, max_bytes=1 << 20),
)


def job(release: Release, query: str, **changes: Any) -> QueryJob:
    """A job on a release, as JSON or Turtle."""
    fmt = "ttl" if query.lstrip().startswith(("CONSTRUCT", "DESCRIBE")) else "json"
    defaults = QueryJob(
        release.store_address, release.base, 100_000, 1 << 26, 64, 100, 1_000, query, (), (), fmt, 0, ""
    )
    return replace(defaults, **changes)


def request_of(
    release: Release,
    query: str,
    client: str = "192.0.2.1",
    *,
    seconds: float | None = None,
    cacheable: bool = False,
    federated: bool = False,
    processor: float | None = None,
    **changes: Any,
) -> QueryRequest:
    """A request of a client."""
    return QueryRequest(job(release, query, **changes), client, seconds, cacheable, federated, processor)


class Service:
    """A query service and how tests use it."""

    def __init__(self, limits: Limits, release: Release) -> None:
        """Start it with its first query."""
        self.process, self.release = ServiceProcess(limits), release

    def result(
        self,
        query: str,
        client: str = "192.0.2.1",
        on_disconnect: Callable[[Callable[[], object]], object] = id,
        **changes: Any,
    ) -> Result:
        """The result of a query."""
        return submit(
            self.process.address(), request_of(self.release, query, client, **changes), on_disconnect, SILENCE
        )

    def problem(self, query: str, client: str = "192.0.2.1", **changes: Any) -> Problem:
        """The problem that a query meets."""
        with pytest.raises(ProblemError) as caught:
            b"".join(self.result(query, client, **changes).pieces)
        return caught.value.problem

    def rows(self, query: str = FAST, client: str = "192.0.2.1", **changes: Any) -> int:
        """How many rows a query has."""
        return len(json.loads(b"".join(self.result(query, client, **changes).pieces))["results"]["bindings"])

    def workers(self) -> set[int]:
        """The workers, idle or not, and the federators."""
        return children(self.process.pid)

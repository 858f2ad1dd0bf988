"""A query in the service: where it runs, how long it took, and the connection to its client."""

import asyncio
import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ...http.problem import Problem
from ...store import StoreAddress
from . import messages
from .client_connection import ClientConnection
from .scheduler import TRY_SECONDS, Lane

if TYPE_CHECKING:
    from .attempt import Attempt


def _future() -> "asyncio.Future[Problem | None]":
    return asyncio.get_running_loop().create_future()


@dataclass(eq=False, slots=True)
class RunningQuery:
    """A query from its arrival to its end.

    Attributes:
        request: as it arrived.
        connection: to its client.
        job: for a worker, encoded.
        key: of its result in the cache.
        store, base: that it reads.
        lanes: where it may run next.
        client: that it belongs to.
        lane, started: where it runs, and the time at which it started there.
        received: the time at which it arrived.
        federation_seconds: time that other services took.
        earlier_seconds: time that it ran before it waits now, on other services and in tries.
        attempt: its run on a worker.
        task: that follows it, once it takes longer than most.
        admission: what that task waits for: None once it may run, or the problem with which it is turned away.
    """

    request: messages.ArrivedRequest
    connection: ClientConnection
    job: bytes
    key: bytes
    store: StoreAddress
    base: str
    lanes: frozenset[Lane]
    client: str
    lane: Lane = Lane.WORKER
    received: float = field(default_factory=time.monotonic)
    started: float = 0.0
    federation_seconds: float = 0.0
    earlier_seconds: float = 0.0
    attempt: "Attempt | None" = None
    task: "asyncio.Task[None] | None" = None
    admission: "asyncio.Future[Problem | None]" = field(default_factory=_future)

    @property
    def is_try(self) -> bool:
        """Whether it runs for the time of a try only."""
        return self.lane in TRY_SECONDS

    def waited(self) -> float:
        """Seconds that it has waited."""
        return time.monotonic() - self.received - self.earlier_seconds

    def remaining(self) -> float:
        """Seconds until the timeout of its request."""
        return self.received + (self.request.timeout_seconds or math.inf) - time.monotonic()

    def timing(self) -> dict[str, float]:
        """Milliseconds that it waited, that other services took if it calls any, and that it has run."""
        queue = self.started - self.received - self.federation_seconds
        timing = {"queue": round(queue * 1000, 3)}
        if self.federation_seconds:
            timing["services"] = round(self.federation_seconds * 1000, 3)
        timing["query"] = round((time.monotonic() - self.started) * 1000, 3)
        return timing

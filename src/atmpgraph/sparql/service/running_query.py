"""A query in the service: where it runs, how long it took, and the connection to its client."""

import asyncio
import math
import time
from dataclasses import dataclass, field

from ...http.problem import Problem
from . import messages
from .scheduler import TRY_SECONDS, Lane


@dataclass(eq=False)
class RunningQuery:
    """A query from its arrival to its end.

    Attributes:
        request: as it arrived.
        writer: the connection to its client.
        admission: None once it may run, or the problem with which it is turned away.
        job: for a worker, encoded.
        lanes: where it may run next.
        lane, started: where it runs, and the time at which it started there.
        received: the time at which it arrived.
        federation_seconds: time that other services took.
        earlier_seconds: time that it ran before it waits now, on other services and in tries.
    """

    request: messages.ArrivedRequest
    writer: asyncio.StreamWriter
    admission: "asyncio.Future[Problem | None]"
    job: bytes
    lanes: frozenset[Lane]
    lane: Lane = Lane.WORKER
    received: float = field(default_factory=time.monotonic)
    started: float = 0.0
    federation_seconds: float = 0.0
    earlier_seconds: float = 0.0

    @property
    def client(self) -> str:
        """The client that it belongs to."""
        return self.request.client

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
        seconds = {
            "queue": self.started - self.received - self.federation_seconds,
            "services": self.federation_seconds,
            "query": time.monotonic() - self.started,
        }
        return {name: taken * 1000 for name, taken in seconds.items() if taken or name != "services"}

    async def send(self, kind: bytes, content: bytes) -> None:
        """Send a frame; waits while the client does not read."""
        self.writer.write(messages.frame(kind, content))
        await self.writer.drain()

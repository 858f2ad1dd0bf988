"""Which query runs now, which waits, which is turned away: fair by client, bounded, with no clock or thread of its own.

The client whose queries ran least of late precedes the others, however many of theirs wait. While all workers are busy,
each query is tried: briefly on one of two more workers, which is enough for most, then once for longer on another two.
So a short query does not wait for the end of a long one. A query that calls other services first waits for them in a
federator, so that it holds no worker meanwhile. No client ever has all workers or federators. What a client may use in
a minute is counted in seconds of running time.
"""

import math
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import IntEnum, auto
from typing import Final, Generic, Protocol, TypeVar

from ..limits import Limits

WINDOW_SECONDS: Final = 60.0
TRY_WORKERS: Final = 2  # for tries of either length
_MAX_CLIENTS: Final = 10_000  # with a budget; one beyond starts with a full one


class Lane(IntEnum):  # as a number, which a dictionary finds sooner
    """Where a query may run: on a worker, on a worker for tries, in a federator."""

    WORKER = auto()
    QUICK = auto()
    LONGER = auto()
    FEDERATOR = auto()


_LANES: Final = tuple(Lane)
TRY_SECONDS: Final = {Lane.QUICK: 0.25, Lane.LONGER: 1.0}  # of a processor, however many queries share it
FIRST_LANES: Final = frozenset({Lane.WORKER, Lane.QUICK})
NEXT_LANES: Final = {
    Lane.QUICK: frozenset({Lane.WORKER, Lane.LONGER}),
    Lane.LONGER: frozenset({Lane.WORKER}),
    Lane.FEDERATOR: FIRST_LANES,
}


@dataclass(frozen=True)
class Quota:
    """The budget of a client.

    Attributes:
        budget: seconds of running time in a window.
        remaining: seconds of them that are left.
        reset: seconds until all of them are there.
        wait: seconds until some are there; 0 when some are.
    """

    budget: int
    remaining: int
    reset: int
    wait: int

    @property
    def fields(self) -> dict[str, str]:
        """The RateLimit fields (draft-ietf-httpapi-ratelimit-headers §4, §5), counted in seconds of running time."""
        return {
            "RateLimit-Policy": f'"running-time";q={self.budget};w={WINDOW_SECONDS:g}',
            "RateLimit": f'"running-time";r={self.remaining};t={self.reset}',
        }


class Budgets:
    """Running time by client: a bucket that holds the seconds of a minute and refills within a minute."""

    def __init__(self, budget: float) -> None:
        """Give each client `budget` seconds a minute."""
        self._budget, self._rate = budget, budget / WINDOW_SECONDS
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def _level(self, client: str, now: float) -> float:
        level, then = self._levels.get(client, (self._budget, now))
        return min(self._budget, level + (now - then) * self._rate)

    def used(self, client: str, now: float) -> float:
        """Seconds that the client's queries took of late."""
        return self._budget - self._level(client, now)

    def quota(self, client: str, now: float) -> Quota:
        """The budget of a client."""
        level = self._level(client, now)
        reset = math.ceil((self._budget - level) / self._rate)
        wait = 0 if level > 0 else max(1, math.ceil(-level / self._rate))
        return Quota(round(self._budget), max(0, int(level)), reset, wait)

    def spend(self, client: str, seconds: float, now: float) -> None:
        """Count the running time of a query."""
        self._levels[client] = (self._level(client, now) - seconds, now)
        self._levels.move_to_end(client)
        if len(self._levels) > _MAX_CLIENTS:
            self._levels.popitem(last=False)


class WaitingQuery(Protocol):
    """A query that waits."""

    @property
    def client(self) -> str:
        """The client that it belongs to."""

    @property
    def lanes(self) -> Collection[Lane]:
        """Where it may run next."""


Q = TypeVar("Q", bound=WaitingQuery)


class Scheduler(Generic[Q]):
    """The queries that wait, by client, and how many each client has running."""

    def __init__(self, limits: Limits, used: Callable[[str], float]) -> None:
        """Schedule within limits; `used` returns the seconds that a client's queries took of late, up to now."""
        self._max_queued, self._used = limits.max_queued, used
        self._queues: dict[str, list[Q]] = {}
        self._slots = dict.fromkeys(Lane, limits.workers) | dict.fromkeys(TRY_SECONDS, TRY_WORKERS)
        self._per_client = {
            lane: max(1, min(limits.max_running_per_client, slots - 1)) for lane, slots in self._slots.items()
        }
        self._running: dict[Lane, Counter[str]] = {lane: Counter() for lane in Lane}

    def enqueue(self, query: Q) -> Q | None:
        """Let a query wait.

        Returns:
            The query that must leave because too many wait: the last of the client with the most of them, or of those
            the one that used most, which may be this very query; None when there is room.
        """
        self._queues.setdefault(query.client, []).append(query)
        if self.waiting <= self._max_queued + sum(map(self._free, query.lanes)):
            return None
        longest = max(self._queues, key=lambda client: (len(self._queues[client]), self._used(client)))
        leaving = self._queues[longest][-1]
        self.withdraw(leaving)
        return leaving

    @property
    def waiting(self) -> int:
        """How many queries wait."""
        return sum(map(len, self._queues.values()))

    def requeue(self, query: Q) -> None:
        """Let a query that ran in some lane wait for its next one, before the others of its client."""
        self._queues.setdefault(query.client, []).insert(0, query)

    def withdraw(self, query: Q) -> None:
        """Remove a query that waits no longer."""
        if query in self._queues.get(query.client, ()):
            self._queues[query.client].remove(query)
            if not self._queues[query.client]:
                del self._queues[query.client]

    def next(self) -> tuple[Q, Lane] | None:
        """The query to run now, and where; None when none that waits may."""
        if not self._queues:
            return None
        for lane in _LANES:
            if not self._free(lane):
                continue
            running, most = self._running[lane], self._per_client[lane]
            eligible = [
                query
                for client, queue in self._queues.items()
                if running[client] < most and (query := next((q for q in queue if lane in q.lanes), None))
            ]
            if eligible:
                query = eligible[0]
                if len(eligible) > 1:
                    query = min(eligible, key=lambda query: (running[query.client], self._used(query.client)))
                self.withdraw(query)
                running[query.client] += 1
                return query, lane
        return None

    def _free(self, lane: Lane) -> int:
        return self._slots[lane] - sum(self._running[lane].values())

    def leave(self, client: str, lane: Lane) -> None:
        """Free the place of a query that ran in a lane."""
        running = self._running[lane]
        running[client] -= 1
        if not running[client]:
            del running[client]

"""Who may run a query now, who waits, who is turned away: fair by client, bounded, with no clock or thread of its own.

The client whose questions ran least of late goes first, however many others wait. While all workers are busy, each
question is tried: shortly on one of two more, which is all that most of them need, then once for longer on one of
another two. So a short one does not wait for the end of a long one. A question for which other services are to be
asked first runs elsewhere until they have answered, so that who waits for them keeps no worker from others.
One client never has all there are of a kind. What a client may use in a minute is counted in seconds of running time.
"""

import math
from collections import Counter, OrderedDict
from collections.abc import Callable, Container
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, Generic, Protocol, TypeVar

from ..limits import Limits

WINDOW: Final = 60.0  # seconds
TRYING: Final = 2  # workers for tries of either length
_MOST_CLIENTS: Final = 10_000  # remembered; one forgotten starts anew


class Lane(Enum):
    """Where a question may run: on a worker, on one of those for tries, in a process that asks other services."""

    WORKER = auto()
    QUICK = auto()
    LONGER = auto()
    CALLER = auto()


TRIES: Final = {Lane.QUICK: 0.25, Lane.LONGER: 1.0}  # seconds of a processor, however many share it
# Where a question may run at first, and after what it has been through.
FIRST: Final = frozenset({Lane.WORKER, Lane.QUICK})
AFTER: Final = {
    Lane.QUICK: frozenset({Lane.WORKER, Lane.LONGER}),
    Lane.LONGER: frozenset({Lane.WORKER}),
    Lane.CALLER: FIRST,
}


@dataclass(frozen=True)
class Quota:
    """What a client has left.

    Attributes:
        budget: seconds of running time in a window.
        remaining: of these, seconds that are left.
        reset: seconds until all of them are there again.
        wait: seconds until there are some again; 0 when there are.
    """

    budget: int
    remaining: int
    reset: int
    wait: int

    @property
    def fields(self) -> dict[str, str]:
        """The RateLimit fields (draft-ietf-httpapi-ratelimit-headers §4, §5), counted in seconds of running time."""
        return {
            "RateLimit-Policy": f'"running-time";q={self.budget};w={WINDOW:g}',
            "RateLimit": f'"running-time";r={self.remaining};t={self.reset}',
        }


class Budgets:
    """Running time by client: a bucket that holds a minute's share and fills as the minute goes by."""

    def __init__(self, budget: float) -> None:
        """Give each client `budget` seconds a minute."""
        self._budget, self._rate = budget, budget / WINDOW
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def _level(self, client: str, now: float) -> float:
        level, then = self._levels.get(client, (self._budget, now))
        return min(self._budget, level + (now - then) * self._rate)

    def used(self, client: str, now: float) -> float:
        """Seconds that the client's questions have taken of late."""
        return self._budget - self._level(client, now)

    def quota(self, client: str, now: float) -> Quota:
        """What the client has left."""
        level = self._level(client, now)
        reset = math.ceil((self._budget - level) / self._rate)
        wait = 0 if level > 0 else max(1, math.ceil(-level / self._rate))
        return Quota(round(self._budget), max(0, int(level)), reset, wait)

    def spend(self, client: str, seconds: float, now: float) -> None:
        """Note what a question took."""
        self._levels[client] = (self._level(client, now) - seconds, now)
        self._levels.move_to_end(client)
        if len(self._levels) > _MOST_CLIENTS:
            self._levels.popitem(last=False)


class WaitingQuery(Protocol):
    """A question that waits."""

    @property
    def client(self) -> str:
        """Whose it is."""

    @property
    def lanes(self) -> Container[Lane]:
        """Where it may run next."""


T = TypeVar("T", bound=WaitingQuery)


class Scheduler(Generic[T]):
    """The questions that wait, by client, and how many each client has running."""

    def __init__(self, limits: Limits, used: Callable[[str], float]) -> None:
        """Keep to the limits; `used` tells what a client's questions have taken of late, those that run included."""
        self._waiting, self._used = limits.max_queued, used
        self._queues: dict[str, list[T]] = {}
        self._slots = dict.fromkeys(Lane, limits.workers) | dict.fromkeys(TRIES, TRYING)
        self._each = {
            lane: max(1, min(limits.max_running_per_client, slots - 1)) for lane, slots in self._slots.items()
        }
        self._running: dict[Lane, Counter[str]] = {lane: Counter() for lane in Lane}

    def enter(self, ticket: T) -> T | None:
        """Let a ticket wait.

        Returns:
            The ticket that must leave because too many wait: the last of the client with the most of them, or of those
            the one that used most, which may be this very one; None when there is room.
        """
        self._queues.setdefault(ticket.client, []).append(ticket)
        free = sum(self._free(lane) for lane in Lane if lane in ticket.lanes)
        if sum(map(len, self._queues.values())) <= self._waiting + free:
            return None
        longest = max(self._queues, key=lambda name: (len(self._queues[name]), self._used(name)))
        leaving = self._queues[longest][-1]
        self.withdraw(leaving)
        return leaving

    def again(self, ticket: T) -> None:
        """Let a ticket that ran somewhere wait for its next turn, before the others of its client."""
        self._queues.setdefault(ticket.client, []).insert(0, ticket)

    def withdraw(self, ticket: T) -> None:
        """Take a ticket out that waits no longer."""
        if ticket in self._queues.get(ticket.client, ()):
            self._queues[ticket.client].remove(ticket)
            if not self._queues[ticket.client]:
                del self._queues[ticket.client]

    def next(self) -> tuple[T, Lane] | None:
        """The ticket to run now, and where; None when nobody who waits may."""
        for lane in Lane:
            running = self._running[lane]
            waiting = [
                next((ticket for ticket in queue if lane in ticket.lanes), None)
                for client, queue in self._queues.items()
                if running[client] < self._each[lane]
            ]
            may = [ticket for ticket in waiting if ticket]
            if may and self._free(lane):
                ticket = min(may, key=lambda ticket: (running[ticket.client], self._used(ticket.client)))
                self.withdraw(ticket)
                running[ticket.client] += 1
                return ticket, lane
        return None

    def _free(self, lane: Lane) -> int:
        return self._slots[lane] - self._running[lane].total()

    def leave(self, client: str, lane: Lane) -> None:
        """Note that a question of the client runs no more there."""
        self._running[lane][client] -= 1
        self._running[lane] += Counter()  # forgets who has none

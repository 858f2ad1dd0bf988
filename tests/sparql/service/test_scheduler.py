"""Which query runs, which waits, which is turned away."""

from dataclasses import dataclass, replace

import pytest

from atmpgraph.sparql.service.scheduler import (
    FIRST_LANES,
    NEXT_LANES,
    TRY_SECONDS,
    TRY_WORKERS,
    WINDOW_SECONDS,
    Budgets,
    Lane,
    Scheduler,
)

from ..jobs import LIMITS

WORKER, QUICK, LONGER, FEDERATOR = Lane.WORKER, Lane.QUICK, Lane.LONGER, Lane.FEDERATOR


@dataclass(eq=False)
class Waiting:
    """A query that waits."""

    client: str
    lanes: frozenset[Lane] = FIRST_LANES


def scheduler(
    workers: int = 3, each: int = 2, waiting: int = 4, used: dict[str, float] | None = None
) -> Scheduler[Waiting]:
    """A scheduler within small limits."""
    spent = used or {}
    limits = replace(LIMITS, workers=workers, max_running_per_client=each, max_queued=waiting)
    return Scheduler(limits, lambda client: spent.get(client, 0.0))


def run_all(queue: Scheduler[Waiting]) -> list[tuple[str, Lane]]:
    """The clients whose queries run now, and where."""
    started = []
    while scheduled := queue.next():
        started.append((scheduled[0].client, scheduled[1]))
    return started


def test_a_client_never_has_all_workers() -> None:
    queue = scheduler(workers=3, each=9)
    for _ in range(4):
        assert queue.enqueue(Waiting("a")) is None
    assert run_all(queue) == [("a", WORKER), ("a", WORKER), ("a", QUICK)]
    queue.enqueue(Waiting("b"))
    assert run_all(queue) == [("b", WORKER)]


def test_the_client_that_used_least_precedes() -> None:
    queue = scheduler(workers=2, each=1, waiting=9, used={"a": 5.0, "b": 1.0})
    for client in "aabbc":
        queue.enqueue(Waiting(client))
    assert [client for client, lane in run_all(queue) if lane is WORKER] == ["c", "b"]


def test_while_all_are_busy_each_client_has_a_quick_try() -> None:
    queue = scheduler(workers=2, each=1, waiting=9)
    for client in "ab":
        queue.enqueue(Waiting(client))
    assert run_all(queue) == [("a", WORKER), ("b", WORKER)]
    for client in "aacd":
        queue.enqueue(Waiting(client))
    tries = run_all(queue)
    assert len(tries) == TRY_WORKERS
    assert all(lane is QUICK for _, lane in tries)
    assert len({client for client, _ in tries}) == TRY_WORKERS


def test_after_a_quick_try_comes_a_longer_one_and_then_a_worker() -> None:
    queue = scheduler(workers=2, each=1)
    for client in "abc":
        queue.enqueue(Waiting(client))
    assert run_all(queue) == [("a", WORKER), ("b", WORKER), ("c", QUICK)]
    queue.leave("c", QUICK)
    queue.requeue(Waiting("c", lanes=NEXT_LANES[QUICK]))
    assert run_all(queue) == [("c", LONGER)]
    queue.leave("c", LONGER)
    queue.requeue(Waiting("c", lanes=NEXT_LANES[LONGER]))
    assert run_all(queue) == []
    queue.leave("a", WORKER)
    assert run_all(queue) == [("c", WORKER)]


def test_each_try_is_longer_than_the_one_before_and_leads_to_a_worker_in_the_end() -> None:
    lanes, tried = FIRST_LANES, [0.0]
    while {WORKER} < set(lanes):
        (lane,) = set(lanes) - {WORKER}
        tried.append(TRY_SECONDS[lane])
        lanes = NEXT_LANES[lane]
    assert lanes == {WORKER}
    assert tried == sorted(set(tried))
    assert len(tried) == len(TRY_SECONDS) + 1
    assert NEXT_LANES[FEDERATOR] == FIRST_LANES


def test_a_client_that_used_little_waits_for_no_long_query_of_others() -> None:
    """Several clients have all workers and more that wait, tried already: a try of each length is free for another."""
    queue = scheduler(workers=4, each=2, waiting=99, used=dict.fromkeys("abcd", 30.0))
    for client in "abcd" * 4:
        queue.enqueue(Waiting(client, lanes=NEXT_LANES[LONGER]))
    assert {lane for _, lane in run_all(queue)} == {WORKER}
    for client in "abcd":
        queue.enqueue(Waiting(client))
    assert len(run_all(queue)) == TRY_WORKERS
    queue.enqueue(Waiting("honest"))
    queue.leave("a", QUICK)
    queue.requeue(Waiting("a", lanes=NEXT_LANES[QUICK]))
    assert run_all(queue) == [("honest", QUICK), ("a", LONGER)]
    queue.leave("honest", QUICK)
    queue.requeue(Waiting("honest", lanes=NEXT_LANES[QUICK]))
    assert ("honest", LONGER) in run_all(queue)


def test_a_query_that_waits_for_other_services_holds_no_worker() -> None:
    queue = scheduler(workers=2, each=1, waiting=9)
    for client in "abc":
        queue.enqueue(Waiting(client, lanes=frozenset({FEDERATOR})))
    assert run_all(queue) == [("a", FEDERATOR), ("b", FEDERATOR)]
    for client in "ade":
        queue.enqueue(Waiting(client))
    assert run_all(queue) == [("a", WORKER), ("d", WORKER), ("e", QUICK)]
    queue.leave("a", FEDERATOR)
    assert run_all(queue) == [("c", FEDERATOR)]


def test_a_client_never_has_all_calls_of_other_services() -> None:
    queue = scheduler(workers=3, each=9)
    for client in "aaab":
        queue.enqueue(Waiting(client, lanes=frozenset({FEDERATOR})))
    assert run_all(queue) == [("a", FEDERATOR), ("b", FEDERATOR), ("a", FEDERATOR)]


def test_room_elsewhere_is_no_room_to_wait() -> None:
    """No query waits for a federator here, so one that needs a federator is not turned away for others that wait."""
    queue = scheduler(workers=2, each=1, waiting=0)
    for client in "abcd":
        assert queue.enqueue(Waiting(client)) is None
        run_all(queue)
    assert queue.enqueue(refused := Waiting("e")) is refused
    assert queue.enqueue(Waiting("f", lanes=frozenset({FEDERATOR}))) is None
    assert run_all(queue) == [("f", FEDERATOR)]


def test_the_queue_is_bounded_and_the_client_with_the_most_in_it_pays() -> None:
    queue = scheduler(workers=2, each=1, waiting=3)
    for client in ("x", "y", "p", "q"):  # all workers, quick ones too
        queue.enqueue(Waiting(client))
    run_all(queue)
    mine = [Waiting("a") for _ in range(3)]
    assert [queue.enqueue(query) for query in mine] == [None, None, None]
    other = Waiting("b")
    assert queue.enqueue(other) is mine[-1]
    assert queue.enqueue(late := Waiting("a")) is late
    queue.leave("x", WORKER)
    assert run_all(queue) == [("a", WORKER)]


def test_a_query_may_be_withdrawn_more_than_once() -> None:
    queue = scheduler()
    query = Waiting("a")
    queue.enqueue(query)
    queue.withdraw(query)
    queue.withdraw(query)
    assert run_all(queue) == []


def test_running_time_is_counted_and_refills() -> None:
    budgets = Budgets(60.0)
    assert budgets.quota("a", 0.0).fields == {
        "RateLimit-Policy": '"running-time";q=60;w=60',
        "RateLimit": '"running-time";r=60;t=0',
    }
    budgets.spend("a", 70.0, 0.0)
    quota = budgets.quota("a", 0.0)
    assert (quota.remaining, quota.wait, quota.reset) == (0, 10, 70)
    assert budgets.quota("b", 0.0).wait == 0
    assert budgets.quota("a", 11.0).wait == 0
    assert budgets.quota("a", 1000.0).remaining == 60
    assert budgets.used("a", 11.0) == pytest.approx(59.0)


def test_a_client_that_used_all_waits_at_least_a_second() -> None:
    budgets = Budgets(WINDOW_SECONDS * 10)
    budgets.spend("a", WINDOW_SECONDS * 10, 0.0)
    assert budgets.quota("a", 0.0).wait == 1


def test_clients_are_forgotten_in_the_end() -> None:
    budgets = Budgets(1.0)
    for number in range(10_001):
        budgets.spend(str(number), 1.0, 0.0)
    assert budgets.quota("0", 0.0).remaining == 1
    assert budgets.quota("10000", 0.0).remaining == 0

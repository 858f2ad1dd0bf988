"""Who runs, who waits, who is turned away."""

from collections.abc import Container
from dataclasses import dataclass, replace

import pytest

from atmpgraph.sparql.service.scheduler import AFTER, FIRST, TRIES, TRYING, WINDOW, Budgets, Lane, Scheduler

from ..asking import LIMITS

WORKER, QUICK, LONGER, CALLER = Lane.WORKER, Lane.QUICK, Lane.LONGER, Lane.CALLER


@dataclass(eq=False)
class Ticket:
    """A question."""

    client: str
    lanes: Container[Lane] = FIRST


def turns(workers: int = 3, each: int = 2, waiting: int = 4, used: dict[str, float] | None = None) -> Scheduler[Ticket]:
    """Turns within small limits."""
    spent = used or {}
    limits = replace(LIMITS, workers=workers, max_running_per_client=each, max_queued=waiting)
    return Scheduler(limits, lambda client: spent.get(client, 0.0))


def run_all(found: Scheduler[Ticket]) -> list[tuple[str, Lane]]:
    """The clients whose tickets run now, and where."""
    started = []
    while turn := found.next():
        started.append((turn[0].client, turn[1]))
    return started


def test_a_client_never_has_all_workers() -> None:
    found = turns(workers=3, each=9)
    for _ in range(4):
        assert found.enter(Ticket("a")) is None
    assert run_all(found) == [("a", WORKER), ("a", WORKER), ("a", QUICK)]
    found.enter(Ticket("b"))
    assert run_all(found) == [("b", WORKER)]


def test_who_used_least_goes_first() -> None:
    found = turns(workers=2, each=1, waiting=9, used={"a": 5.0, "b": 1.0})
    for client in "aabbc":
        found.enter(Ticket(client))
    assert [client for client, lane in run_all(found) if lane is WORKER] == ["c", "b"]


def test_while_all_are_busy_each_client_has_a_quick_try() -> None:
    found = turns(workers=2, each=1, waiting=9)
    for client in "ab":
        found.enter(Ticket(client))
    assert run_all(found) == [("a", WORKER), ("b", WORKER)]
    for client in "aacd":
        found.enter(Ticket(client))
    tries = run_all(found)
    assert len(tries) == TRYING
    assert all(lane is QUICK for _, lane in tries)
    assert len({client for client, _ in tries}) == TRYING


def test_what_was_tried_is_tried_for_longer_once_and_waits_for_a_worker_then() -> None:
    found = turns(workers=2, each=1)
    for client in "abc":
        found.enter(Ticket(client))
    assert run_all(found) == [("a", WORKER), ("b", WORKER), ("c", QUICK)]
    found.leave("c", QUICK)
    found.again(Ticket("c", lanes=AFTER[QUICK]))
    assert run_all(found) == [("c", LONGER)]
    found.leave("c", LONGER)
    found.again(Ticket("c", lanes=AFTER[LONGER]))
    assert run_all(found) == []
    found.leave("a", WORKER)
    assert run_all(found) == [("c", WORKER)]


def test_each_try_is_longer_than_the_one_before_and_leads_to_a_worker_in_the_end() -> None:
    lanes, tried = FIRST, [0.0]
    while {WORKER} < set(lanes):
        (lane,) = set(lanes) - {WORKER}
        tried.append(TRIES[lane])
        lanes = AFTER[lane]
    assert lanes == {WORKER}
    assert tried == sorted(set(tried))
    assert len(tried) == len(TRIES) + 1
    assert AFTER[CALLER] == FIRST


def test_whoever_used_little_waits_for_no_long_question_of_others() -> None:
    """Several clients have all workers and more that wait, tried already: a try of each length is free for another."""
    found = turns(workers=4, each=2, waiting=99, used=dict.fromkeys("abcd", 30.0))
    for client in "abcd" * 4:
        found.enter(Ticket(client, lanes=AFTER[LONGER]))
    assert {lane for _, lane in run_all(found)} == {WORKER}
    for client in "abcd":
        found.enter(Ticket(client))
    assert len(run_all(found)) == TRYING
    found.enter(Ticket("honest"))
    found.leave("a", QUICK)
    found.again(Ticket("a", lanes=AFTER[QUICK]))
    assert run_all(found) == [("honest", QUICK), ("a", LONGER)]
    found.leave("honest", QUICK)
    found.again(Ticket("honest", lanes=AFTER[QUICK]))
    assert ("honest", LONGER) in run_all(found)


def test_who_waits_for_other_services_keeps_no_worker() -> None:
    found = turns(workers=2, each=1, waiting=9)
    for client in "abc":
        found.enter(Ticket(client, lanes=(CALLER,)))
    assert run_all(found) == [("a", CALLER), ("b", CALLER)]
    for client in "ade":
        found.enter(Ticket(client))
    assert run_all(found) == [("a", WORKER), ("d", WORKER), ("e", QUICK)]
    found.leave("a", CALLER)
    assert run_all(found) == [("c", CALLER)]


def test_a_client_never_has_all_calls_of_other_services() -> None:
    found = turns(workers=3, each=9)
    for client in "aaab":
        found.enter(Ticket(client, lanes=(CALLER,)))
    assert run_all(found) == [("a", CALLER), ("b", CALLER), ("a", CALLER)]


def test_room_elsewhere_is_no_room_to_wait() -> None:
    """Nobody waits for a caller here, so those who want one are not turned away for the others who wait."""
    found = turns(workers=2, each=1, waiting=0)
    for client in "abcd":
        assert found.enter(Ticket(client)) is None
        run_all(found)
    assert found.enter(refused := Ticket("e")) is refused
    assert found.enter(Ticket("f", lanes=(CALLER,))) is None
    assert run_all(found) == [("f", CALLER)]


def test_the_queue_is_bounded_and_the_client_with_the_most_in_it_pays() -> None:
    found = turns(workers=2, each=1, waiting=3)
    for client in ("x", "y", "p", "q"):  # all workers, quick ones too
        found.enter(Ticket(client))
    run_all(found)
    mine = [Ticket("a") for _ in range(3)]
    assert [found.enter(ticket) for ticket in mine] == [None, None, None]
    other = Ticket("b")
    assert found.enter(other) is mine[-1]
    assert found.enter(late := Ticket("a")) is late
    found.leave("x", WORKER)
    assert run_all(found) == [("a", WORKER)]


def test_a_ticket_may_be_withdrawn_once_or_never() -> None:
    found = turns()
    ticket = Ticket("a")
    found.enter(ticket)
    found.withdraw(ticket)
    found.withdraw(ticket)
    assert run_all(found) == []


def test_running_time_is_counted_and_comes_back() -> None:
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


def test_whoever_used_all_waits_at_least_a_second() -> None:
    budgets = Budgets(WINDOW * 10)
    budgets.spend("a", WINDOW * 10, 0.0)
    assert budgets.quota("a", 0.0).wait == 1


def test_clients_are_forgotten_in_the_end() -> None:
    budgets = Budgets(1.0)
    for number in range(10_001):
        budgets.spend(str(number), 1.0, 0.0)
    assert budgets.quota("0", 0.0).remaining == 1
    assert budgets.quota("10000", 0.0).remaining == 0

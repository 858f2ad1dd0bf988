"""Look-ups on a remote store: when the process that reads a query asks the engine, and when the query service does."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import pyoxigraph as ox
import pytest

from atmpgraph.errors import SettingsError, StoreError
from atmpgraph.http.loop_upstream import LongResponseError, NoShortResponseError
from atmpgraph.settings.groups import Queries
from atmpgraph.sparql.limits import FederationLimits, Limits
from atmpgraph.sparql.service.messages import QueryJob, QueryRequest
from atmpgraph.sparql.service.remote_look_up import RemoteLookUps
from atmpgraph.store import StoreAddress

LOOK_UP: Final = "SELECT ?o {{ <http://e/{}> <http://e/p> ?o }}"
RETRY_SECONDS: Final = 0.2


@dataclass
class Engine:
    """What an engine does with a query, and how many came."""

    act: Callable[[], object] = lambda: None
    queries: int = 0
    seconds: float = 0.0

    async def query(self, _: str, __: float) -> ox.QuerySolutions:
        """A row."""
        self.queries += 1
        await asyncio.sleep(self.seconds)
        self.act()
        results = ox.Store().query("SELECT ?o { VALUES ?o { 1 } }")
        assert isinstance(results, ox.QuerySolutions)
        return results


def limits(budget: float = 60.0) -> Limits:
    queries = Queries().model_dump(exclude={"socket", "spool_bytes", "look_up_statements", "picture_rows"})
    names = Limits.__dataclass_fields__
    others = {"running_seconds_per_minute": budget, "result_bytes": 1, "federation": FederationLimits((), 1, 1.0, 1)}
    return Limits(**{name: value for name, value in queries.items() if name in names} | others)


def request(number: int = 0, /, **others: object) -> QueryRequest:
    address = StoreAddress("remote", "{}", "digest", "state")
    job = QueryJob(address, "http://e/", 100, 10_000, 64, 100, 1_000, LOOK_UP.format(number), (), (), "csv", 0, "")
    names = QueryJob.__dataclass_fields__.keys() & others.keys()
    job = replace(job, **{name: others.pop(name) for name in names})  # type: ignore[arg-type]
    return replace(QueryRequest(job, "client", None, cacheable=True, federated=False), **others)  # type: ignore[arg-type]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    engine = Engine()
    monkeypatch.setattr(RemoteLookUps, "_store", lambda *_: engine)
    return engine


def fails(error: Exception) -> Callable[[], object]:
    def act() -> object:
        raise error

    return act


def test_it_is_answered_and_remembered(engine: Engine) -> None:
    async def run() -> None:
        look_ups = RemoteLookUps(limits(), RETRY_SECONDS)
        for part in ("query", "cache"):
            result = await look_ups.result(request())
            assert result
            assert (b"".join(result.pieces), result.rows, list(result.timing)) == (b"o\r\n1\r\n", 1, [part])

    asyncio.run(run())
    assert engine.queries == 1


@pytest.mark.parametrize(
    "others",
    [
        {"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"},
        {"offset": 1},
        {"default_graphs": ("http://e/g",)},
        {"named_graphs": ("http://e/g",)},
        {"format": "ttl"},
        {"nesting": 0},
        {"timeout_seconds": 1.0},
        {"federated": True},
        {"store": StoreAddress("embedded", "/", "digest")},
    ],
)
def test_others_are_for_the_query_service(engine: Engine, others: dict[str, object]) -> None:
    assert asyncio.run(RemoteLookUps(limits(), RETRY_SECONDS).result(request(**others))) is None
    assert not engine.queries


def test_after_a_failure_one_at_a_time_tries_it(engine: Engine) -> None:
    async def run() -> None:
        look_ups, engine.act = RemoteLookUps(limits(), RETRY_SECONDS), fails(NoShortResponseError())
        assert [await look_ups.result(request(number)) for number in range(5)] == [None] * 5
        assert engine.queries == 1
        await asyncio.sleep(RETRY_SECONDS)
        engine.act, engine.seconds = Engine.act, 0.1
        results = await asyncio.gather(*(look_ups.result(request(number)) for number in range(5)))
        assert (len(list(filter(None, results))), engine.queries) == (1, 2)
        results = await asyncio.gather(*(look_ups.result(request(number)) for number in range(10, 20)))
        assert len(list(filter(None, results))) == 8

    asyncio.run(run())


def test_a_long_result_holds_nobody_up(engine: Engine) -> None:
    async def run() -> None:
        look_ups, engine.act = RemoteLookUps(limits(), RETRY_SECONDS), fails(LongResponseError())
        assert await look_ups.result(request()) is None
        engine.act = Engine.act
        assert await look_ups.result(request())

    asyncio.run(run())


def test_whatever_goes_wrong_is_for_the_query_service(engine: Engine) -> None:
    async def run() -> None:
        for error in (SettingsError("no such digest"), StoreError("elsewhere", "another release"), ValueError("none")):
            look_ups, engine.act = RemoteLookUps(limits(), RETRY_SECONDS), fails(error)
            assert [await look_ups.result(request(number)) for number in range(3)] == [None] * 3
        assert engine.queries == 3

    asyncio.run(run())


def test_the_answer_to_another_query_is_none(engine: Engine) -> None:
    async def run() -> None:
        query = "SELECT ?other { <http://e/a> <http://e/p> ?other }"
        assert await RemoteLookUps(limits(), RETRY_SECONDS).result(request(query=query)) is None

    asyncio.run(run())
    assert engine.queries == 1


def test_what_is_remembered_of_a_query_is_short(engine: Engine) -> None:
    """Its comments may be as long as it may be."""

    async def run() -> None:
        look_ups, comment = RemoteLookUps(limits(), RETRY_SECONDS), "\U0001f600" * 5_000
        for number in range(50):
            assert await look_ups.result(request(query=f"{LOOK_UP.format(number)} #{comment}"))
        assert sum(len(str(key)) for key in look_ups._results) < 50 * 1_000

    asyncio.run(run())
    assert engine.queries == 50


def test_a_client_has_its_running_time(engine: Engine) -> None:
    async def run() -> None:
        look_ups, engine.seconds = RemoteLookUps(limits(0.05), RETRY_SECONDS), 0.1
        assert await look_ups.result(request(1))
        assert await look_ups.result(request(2)) is None
        assert await look_ups.result(request(3, client="another"))

    asyncio.run(run())

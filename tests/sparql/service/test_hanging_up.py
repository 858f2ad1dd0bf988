"""A client that hangs up in the moment in which a task takes its query over leaves no lane taken."""

import asyncio
from types import SimpleNamespace
from typing import cast

import pytest

from atmpgraph.release.release import Release
from atmpgraph.sparql.service.broker import Broker
from atmpgraph.sparql.service.client_connection import ClientConnection

from ..jobs import FAST, LIMITS, request_of


@pytest.mark.parametrize("seconds", [0.01, None], ids=["a short time", "no worker is ready"])
def test_nothing_waits_or_runs_after_it(seconds: float | None, release: Release) -> None:
    async def hang_up() -> Broker:
        broker = Broker(LIMITS, lambda _: False)
        for number in range(20):
            connection = cast(ClientConnection, SimpleNamespace(query=None))
            broker._arrived(connection, request_of(release, FAST, f"192.0.2.{number}", seconds=seconds).encode())
            assert connection.query
            broker._gone(connection.query)
        await asyncio.sleep(0.1)
        return broker

    broker = asyncio.run(hang_up())
    assert not broker._running
    assert not broker._scheduler.waiting

"""How long a worker runs is measured on the processors, not by the wall clock."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from atmpgraph.sparql.service.children import Child
from atmpgraph.sparql.service.pool import Worker
from atmpgraph.store import StoreAddress

from ..processes import processor_time


@contextmanager
def process(run: Callable[[], object]) -> Iterator[Worker]:
    """A worker that does something else, for ever."""
    child = os.fork()
    if not child:
        while True:
            run()
    nothing: Any = None
    try:
        yield Worker(StoreAddress("embedded", "", ""), "", Child(child, -1, nothing), nothing)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell of other processes")
def test_one_that_gets_no_processor_has_not_had_its_time() -> None:
    with process(lambda: time.sleep(60)) as worker:
        assert asyncio.run(worker.within(0.1, asyncio.sleep(0.5, "done"))) == "done"


def test_one_that_had_its_time_on_a_processor_is_over() -> None:
    with process(int) as worker:
        with pytest.raises(TimeoutError):
            asyncio.run(worker.within(0.3, asyncio.sleep(600)))
        assert processor_time(worker.child.pid) > 0.25  # which the system reports in hundredths


def test_what_fails_within_its_time_fails() -> None:
    async def fail() -> None:
        raise EOFError

    with process(lambda: time.sleep(60)) as worker, pytest.raises(EOFError):
        asyncio.run(worker.within(60.0, fail()))

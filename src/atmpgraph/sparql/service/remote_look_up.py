"""Answer a look-up on a remote store from the event loop of the process that has read it, by one request.

A worker adds nothing to it: the engine evaluates it, and what its text and its short result cost is bounded. Whatever
takes longer, says more, or goes wrong in any way is given up, and the query service runs it, which tells why. While an
engine is slow, all queries go there but for one now and then, so that it does not get them twice.
"""

import time
from collections.abc import Hashable
from hashlib import sha256
from typing import Final

import pyoxigraph as ox
from cachetools import LRUCache

from ...errors import AtmpgraphError, NotExpressibleError
from ...http.loop_upstream import LongResponseError, NoShortResponseError
from ...store import REMOTE, Results, StoreAddress
from ...store.loop_store import LoopStore, NoShortResultsError
from ..limits import Limits
from ..syntax.look_up import read_look_up
from .client import Result
from .messages import QueryJob, QueryRequest
from .scheduler import TRY_SECONDS, Budgets, Lane
from .short_result import LONGEST, GivenUpError, boolean_result, graph_result, is_allowed, rows_result

_PLACES: Final = 8  # look-ups of a process that wait for the engine; a connection each
_SECONDS: Final = TRY_SECONDS[Lane.QUICK]  # for one
_CACHED_BYTES: Final = 1 << 23  # of results
_ENTRY: Final = 1_000  # bytes of one beside its content


class RemoteLookUps:
    """Answers look-ups on one remote store at a time, for one event loop."""

    def __init__(self, limits: Limits, retry_seconds: float) -> None:
        """Answer each client for as long as the limits allow; none for a time after one was too slow or failed."""
        self._retry_seconds = retry_seconds
        self._budgets = Budgets(limits.running_seconds_per_minute)
        self._open: tuple[StoreAddress, LoopStore] | None = None
        self._waiting, self._paused_until, self._places = 0, 0.0, _PLACES
        self._results: LRUCache[Hashable, tuple[bytes, int]] = LRUCache(
            _CACHED_BYTES, lambda result: _ENTRY + len(result[0])
        )

    async def result(self, request: QueryRequest) -> Result | None:
        """The result of a query; None if the query service must give it."""
        job, started = request.job, time.monotonic()
        if job.store.kind != REMOTE.kind or job.offset or job.default_graphs or job.named_graphs:
            return None
        key = job.store, sha256(job.query.encode("utf-8", "surrogatepass")).digest(), job.format
        if request.cacheable and (cached := self._results.get(key)):
            return _result(*cached, {"cache": 0.0})
        if (
            started < self._paused_until
            or self._waiting >= self._places
            or request.timeout_seconds
            or request.federated
        ):
            return None
        if (read := read_look_up(job.query)) is None or not is_allowed(*read, job):
            return None
        if self._budgets.quota(request.client, started).wait:
            return None
        self._waiting += 1
        try:
            results = await self._store(job).query(job.query, _SECONDS)
            body, rows = _written(results, {name for name, _ in read[0].columns}, job)
        except (GivenUpError, LongResponseError, NoShortResultsError, NotExpressibleError):
            return None
        except (NoShortResponseError, AtmpgraphError, ValueError):
            self._paused_until, self._places = time.monotonic() + self._retry_seconds, 1
            return None
        finally:
            self._waiting -= 1
            ended = time.monotonic()
            self._budgets.spend(request.client, ended - started, ended)
        if started >= self._paused_until:
            self._places = _PLACES
        if request.cacheable:
            self._results[key] = body, rows
        return _result(body, rows, {"query": (ended - started) * 1000})

    def _store(self, job: QueryJob) -> LoopStore:
        """The store of a job.

        Raises:
            ReleaseError: it cannot be opened.
        """
        if self._open is None or self._open[0] != job.store:
            if self._open:
                self._open[1].close()
            self._open = job.store, LoopStore(REMOTE.open(job.store, job.base), LONGEST)
        return self._open[1]


def _result(body: bytes, rows: int, timing: dict[str, float]) -> Result:
    return Result(iter((body,)), len(body), rows, "", timing, {})


def _written(results: Results, columns: set[str], job: QueryJob) -> tuple[bytes, int]:
    """Results in the format of a job, and how many rows or triples they have.

    Args:
        results: of the engine.
        columns: the variables of a query with rows.
        job: what was to be done.

    Raises:
        GivenUpError: they are long, not whole, or those of another query.
    """
    try:
        if isinstance(results, ox.QueryBoolean):
            return boolean_result(bool(results), job)
        if isinstance(results, ox.QueryTriples):
            return graph_result(list(results), job)
        variables = [each.value for each in results.variables]
        if set(variables) != columns:
            raise GivenUpError
        return rows_result(variables, results, job, job.rows or None)
    except (SyntaxError, ValueError) as error:
        raise GivenUpError from error

"""A remote store for an event loop: queries with short results, each by one request, without a thread that waits."""

import time
from typing import Final

from ..http.loop_upstream import LoopUpstream, NoShortResponseError, WholeResponse
from .base import Results
from .engine import QUOTED, is_refusal, is_whole
from .remote import RemoteStore
from .written import Sent

_DENIED: Final = 401


class NoShortResultsError(Exception):
    """The query has no short results here; the store itself can tell why."""


class LoopStore:
    """A remote store in one event loop."""

    def __init__(self, store: RemoteStore, longest: int) -> None:
        """Ask a store for results of so many bytes at most.

        Raises:
            UpstreamError: its address is none.
        """
        self._store = store
        self._upstream = LoopUpstream(store.engine.url, longest)

    async def query(self, text: str, seconds: float) -> Results:
        """The results of a query, which the engine gives within some seconds; the record of the slot was just read.

        Raises:
            StoreError: the engine holds another release, or its answer is none.
            NoShortResponseError: it does not answer, or not shortly.
            NoShortResultsError: one request alone does not answer it; it is wrong; or the engine failed of late.
        """
        store = self._store
        if store.engine.is_failing or (query := store.sent_at_once(text)) is None:
            raise NoShortResultsError
        end = time.monotonic() + seconds
        if not store.is_confirmed():
            store.confirm_by(await self._results(store.mark, seconds, end))
        return await self._results(query, seconds, end)

    async def _results(self, query: Sent, seconds: float, end: float) -> Results:
        store, engine = self._store, self._store.engine
        request = engine.request(query, seconds)
        body = request.body(query.text)

        async def send() -> WholeResponse:
            left = end - time.monotonic()
            return await self._upstream.send("POST", request.url, body, engine.fields(request), left)

        response = await send()
        if response.status == _DENIED and engine.is_challenged(response):
            response = await send()
        _expect_whole(response)
        return store.received(response.content, response, query.form)

    def close(self) -> None:
        """Close the connections that are idle."""
        self._upstream.close()


def _expect_whole(response: WholeResponse) -> None:
    """Pass an answer that is one.

    Raises:
        NoShortResultsError: the engine refuses the query.
        NoShortResponseError: it answers with something else.
    """
    if is_refusal(response.status, response.content[:QUOTED].decode("utf-8", "replace")):
        raise NoShortResultsError
    if not is_whole(response):
        raise NoShortResponseError

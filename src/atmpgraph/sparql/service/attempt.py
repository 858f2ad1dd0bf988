"""One run of a query on a worker, from the job to its outcome."""

import asyncio
from collections.abc import Callable
from typing import Final

from ...http.problem import Problem
from . import messages
from .pool import Worker, store_problem
from .running_query import RunningQuery
from .scheduler import TRY_SECONDS

_MAX_BUFFERED: Final = 1 << 26  # bytes of a try's result; only one without a limit of bytes can be larger


class Attempt:
    """Passes on what a worker sends, or buffers it if this is a try.

    Attributes:
        worker: which runs the query.
        pieces: of the result, if this is a try, or if it may be cached.
        unsent: frames for the client that arrived together; the last ones are sent with the end.
        size: of the result.
        outcome: the outcome in the frame of a worker's end, a problem, or why it did not end; None before.
    """

    def __init__(
        self, query: RunningQuery, worker: Worker, largest: int, ended: Callable[[RunningQuery], None]
    ) -> None:
        """Send the job to the worker.

        Args:
            query: runs in its lane.
            worker: is idle.
            largest: bytes of a result that may be cached.
            ended: called at the end.
        """
        self.query, self.worker = query, worker
        self._largest, self._ended, self._is_try = largest, ended, query.is_try
        self.pieces: list[bytes] = []
        self.unsent: list[bytes] = []
        self.size = 0
        self.outcome: bytes | Problem | Exception | None = None
        self._end: asyncio.Future[None] | None = None
        self._clock = worker.processor_seconds() if self.most_processor_seconds is not None else 0.0
        worker.connection.receiver = self
        worker.connection.send(messages.QUERY, query.job)

    @property
    def most_processor_seconds(self) -> float | None:
        """Seconds that it may use a processor; None for as many as it needs."""
        return TRY_SECONDS[self.query.lane] if self._is_try else self.query.request.processor_seconds

    def processor_seconds(self) -> float:
        """Seconds that the worker has used a processor for it, if they are limited."""
        return self.worker.processor_seconds() - self._clock

    def frame_received(self, kind: bytes, content: bytes) -> None:
        """Part of a result, or how it ended."""
        if kind == messages.DATA:
            self._add(content)
        elif kind == messages.END:
            self._finish(content)
        elif kind == messages.PROBLEM:
            self._finish(messages.problem_from(content))
        elif kind == messages.STORE_FAILED:
            self._finish(store_problem(content))

    def _add(self, content: bytes) -> None:
        self.size += len(content)
        if self._is_try and self.size > _MAX_BUFFERED:
            self._finish(TimeoutError())
            return
        if self._is_try or self.size <= self._largest:
            self.pieces.append(content)
        if not self._is_try:
            self.unsent.append(messages.frame(messages.DATA, content))

    def frames_ended(self) -> None:
        """Send what arrived; a client that does not read keeps the worker waiting."""
        if self.unsent:
            client = self.query.connection
            client.transport.write(b"".join(self.unsent))
            self.unsent.clear()
            if client.paused and client.on_resume is None:
                client.on_resume = self.worker.connection.transport.resume_reading
                self.worker.connection.transport.pause_reading()

    def lost(self) -> None:
        """The worker ended."""
        self._finish(EOFError())

    def detach(self) -> None:
        """Let go of the worker, and whatever it sends."""
        self.worker.connection.receiver = None
        if resume := self.query.connection.on_resume:
            self.query.connection.on_resume = None
            resume()

    def _finish(self, outcome: bytes | Problem | Exception) -> None:
        self.outcome = outcome
        self.detach()
        if self._end and not self._end.done():
            self._end.set_result(None)
        else:
            self._ended(self.query)

    async def end(self) -> bytes | Problem:
        """The outcome.

        Raises:
            EOFError: the worker ended.
            TimeoutError: it is too much to buffer.
        """
        if self.outcome is None:
            self._end = asyncio.get_running_loop().create_future()
            await self._end
        if isinstance(self.outcome, bytes | Problem):
            return self.outcome
        raise self.outcome or EOFError()

"""The bodies of requests: read only when the application wants one, within one budget of bytes for the process."""

import asyncio
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, NoReturn, Self

from werkzeug.exceptions import RequestTimeout

from ..http.problem import Problem, ProblemError
from .plain_request import LENGTH

_BUFFERS: Final = 1 << 18  # bytes of granian's buffers for one connection
_DISCARDING: Final = 32  # connections at the same time: an attack would fill buffers that nobody needs
_DISCARDING_SECONDS: Final = 2.0
_DISCARDED_BYTES: Final = 1 << 24


class BodyWantedError(BaseException):
    """The application reads a body that was not read yet. No Exception, for the application answers those."""


class RaisingBody(io.RawIOBase):
    """A body whose reading raises."""

    def __init__(self, error: Callable[[], BaseException]) -> None:
        """Raise what `error` makes: one that was raised before would hold on to all that it went through."""
        self._error = error

    def readinto(self, _: object, /) -> NoReturn:
        """Raise it."""
        raise self._error()


class _Chunks:
    """The chunks of a body as granian gives them; after an interruption the iteration goes on."""

    def __init__(self, protocol: Any) -> None:  # noqa: ANN401 - granian has no type for it
        """Ask for none yet: granian reads ahead no more than its buffer, and sends `100 Continue` only then."""
        self._protocol = protocol
        self._iterator: Any = None

    @property
    def begun(self) -> bool:
        """Whether the first was asked for."""
        return self._iterator is not None

    def __aiter__(self) -> Self:
        """Iterate."""
        return self

    async def __anext__(self) -> bytes:
        """The next chunk."""
        self._iterator = self._iterator or aiter(self._protocol)
        chunk: bytes = await anext(self._iterator)
        return chunk


class Bodies:
    """The bodies that this process holds. For the thread of the event loop alone."""

    def __init__(self, longest: int, most: int, patience: float) -> None:
        """Hold none yet.

        Args:
            longest: bytes of one body that the application takes.
            most: bytes of all bodies at the same time.
            patience: seconds that a body may take to arrive.
        """
        self.longest, self.patience = longest, patience
        self._most = most
        self._held = 0
        self._arriving: set[Body] = set()
        self._discarding = 0

    @contextmanager
    def body(self, protocol: Any) -> Iterator["Body"]:  # noqa: ANN401
        """The body of a request; what it takes is free again at the end of the block."""
        body = Body(self, _Chunks(protocol))
        try:
            yield body
        finally:
            self._held -= body.cost

    @contextmanager
    def arriving(self, body: "Body") -> Iterator[None]:
        """While a body arrives, it can be refused."""
        self._arriving.add(body)
        try:
            yield
        finally:
            self._arriving.discard(body)

    @contextmanager
    def discarding(self) -> Iterator[bool]:
        """Whether a body may be discarded now."""
        self._discarding += 1
        try:
            yield self._discarding <= _DISCARDING
        finally:
            self._discarding -= 1

    def take(self, body: "Body", size: int) -> None:
        """Hold some bytes of a body. Where they are too many, the largest that still arrive are refused.

        So one client that sends much does not refuse the small bodies of others.
        """
        before = body.cost
        body.size += size
        self._held += body.cost - before
        while self._held > self._most and self._arriving:
            largest = max(self._arriving, key=lambda each: each.size)
            self._arriving.remove(largest)
            self._held -= largest.cost
            largest.refuse()


class Body:
    """The body of one request.

    Attributes:
        size: bytes of it that are held.
    """

    def __init__(self, bodies: Bodies, chunks: _Chunks) -> None:
        """Read nothing yet."""
        self.size = 0
        self._bodies, self._chunks = bodies, chunks
        self._refused = False
        self._deadline: asyncio.Timeout | None = None

    @property
    def cost(self) -> int:
        """Bytes of memory that it takes: while it arrives, granian holds a part of it twice."""
        return self.size + min(2 * self.size, _BUFFERS)

    async def read(self, declared: str) -> io.IOBase:
        """The whole body. Of one that is too long a part; one that is cut, too late or refused raises when it is read.

        Args:
            declared: its Content-Length; empty for a body in chunks.
        """
        content = io.BytesIO()
        try:
            async with asyncio.timeout(self._bodies.patience) as self._deadline:
                with self._bodies.arriving(self):
                    async for chunk in self._chunks:
                        self._bodies.take(self, len(chunk))
                        if self._refused:
                            break
                        content.write(chunk)
                        if self.size > self._bodies.longest:
                            break
        except TimeoutError:
            if not self._refused:
                return RaisingBody(RequestTimeout)
        if self._refused:
            detail = "The server holds as many request bodies as it can. Send the request again in a moment."
            return RaisingBody(lambda: ProblemError(Problem(503, detail, headers={"Retry-After": "1"})))
        if LENGTH.fullmatch(declared) and self.size < min(int(declared), self._bodies.longest):
            detail = "The body ends before its Content-Length."
            return RaisingBody(lambda: ProblemError(Problem(400, detail)))
        content.seek(0)
        return content

    def refuse(self) -> None:
        """Stop reading; what is held is let go."""
        self.size, self._refused = 0, True
        if self._deadline:
            with suppress(RuntimeError):  # its time is over anyway
                self._deadline.reschedule(asyncio.get_running_loop().time())

    async def discard(self, *, announced: bool) -> None:
        """After the response, read on for a while what the client still sends, and forget it.

        A connection that closes before is reset, and the client may never see the response (RFC 9112 §9.6).

        Args:
            announced: the client sends the body only when the server has asked for it (RFC 9110 §10.1.1).
        """
        if announced and not self._chunks.begun:
            return
        with self._bodies.discarding() as may, suppress(TimeoutError):
            left = _DISCARDED_BYTES if may else 0
            async with asyncio.timeout(_DISCARDING_SECONDS):
                while left > 0 and (chunk := await anext(self._chunks, b"")):
                    left -= len(chunk)

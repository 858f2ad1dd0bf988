"""Short responses in an event loop: only what is surely whole is one."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import pytest

from atmpgraph.http import loop_upstream
from atmpgraph.http.loop_upstream import LongResponseError, LoopUpstream, NoShortResponseError
from atmpgraph.http.upstream import UpstreamError

from ..sparql.processes import PATIENCE

T = TypeVar("T")
OK: Final = b"HTTP/1.1 200 OK\r\n"
CHUNKED: Final = OK + b"Transfer-Encoding: chunked\r\n\r\n"
_MOST: Final = 1_000


class Peer:
    """A server that answers each request with some pieces.

    Attributes:
        accepted: how many connections it has accepted.
        requests: how many came over them.
        writer: of the last one.
        ended: set when a client has ended one.
        closes: whether it ends the connection after an answer.
    """

    writer: asyncio.StreamWriter

    def __init__(self, *pieces: bytes, closes: bool = False, after: bytes = b"") -> None:
        """Answer with these, and say something more afterwards."""
        self._pieces, self.closes, self._after = pieces, closes, after
        self.accepted = self.requests = 0
        self.ended = asyncio.Event()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection."""
        self.accepted += 1
        self.writer = writer
        while await reader.read(1 << 16):
            self.requests += 1
            for piece in self._pieces:
                writer.write(piece)
                await asyncio.sleep(0.01)
            if self._after:
                await asyncio.sleep(0.1)
                writer.write(self._after)
            if self.closes:
                break
        self.ended.set()
        writer.close()


def run(peer: Peer, use: Callable[[LoopUpstream, str], Awaitable[T]]) -> T:
    """What is done with a server."""

    async def whole() -> T:
        server = await asyncio.start_server(peer, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        upstream = LoopUpstream(url, _MOST)
        try:
            return await use(upstream, url)
        finally:
            upstream.close()
            server.close()

    return asyncio.run(whole())


async def content(upstream: LoopUpstream, url: str, seconds: float = PATIENCE) -> tuple[int, bytes]:
    """Status and content of a response."""
    response = await upstream.send("POST", url, b"query=x", {}, seconds)
    return response.status, response.content


@pytest.mark.parametrize(
    ("pieces", "status", "expected"),
    [
        ((OK + b"Content-Length: 4\r\n\r\nlong",), 200, b"long"),
        ((OK + b"Content-Length: 0\r\n\r\n",), 200, b""),
        ((CHUNKED + b"3\r\nabc\r\n1;x=y\r\nd\r\n0\r\nField: after\r\n\r\n",), 200, b"abcd"),
        ((CHUNKED[:9], CHUNKED[9:] + b"3\r", b"\nab", b"c", b"\r\n0\r\n\r\n"), 200, b"abc"),
        ((b"HTTP/1.1 302 Found\r\nLocation: /trap\r\nContent-Length: 1\r\n\r\nx",), 302, b"x"),
    ],
)
def test_a_response_is_whole_however_it_is_framed(pieces: tuple[bytes, ...], status: int, expected: bytes) -> None:
    peer = Peer(*pieces)

    async def twice(upstream: LoopUpstream, url: str) -> None:
        assert [await content(upstream, url) for _ in range(2)] == [(status, expected)] * 2

    run(peer, twice)
    assert peer.accepted == 1


@pytest.mark.parametrize(
    "pieces",
    [
        (b"\x00\xff\r\n\r\n",),
        (OK + b"Content-Length: 9\r\n\r\nhalf",),
        (OK + b"\r\nto the end",),  # which may be half of it
        (CHUNKED + b"9\r\nhalf",),
        (CHUNKED + b"4\r\nhalf\r\n0\r\n",),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",),
        (OK + b"Name: " + b"x" * 100_000,),
        (),
    ],
)
def test_what_may_be_half_of_one_is_none(pieces: tuple[bytes, ...]) -> None:
    async def use(upstream: LoopUpstream, url: str) -> None:
        with pytest.raises(NoShortResponseError):
            await content(upstream, url)

    run(Peer(*pieces, closes=True), use)


@pytest.mark.parametrize(
    "pieces", [(OK + b"Content-Length: 2000\r\n\r\n" + b"x" * 2000,), (CHUNKED + b"7d0\r\n" + b"x" * 1500,)]
)
def test_a_long_one_is_given_up_at_once(pieces: tuple[bytes, ...]) -> None:
    async def use(upstream: LoopUpstream, url: str) -> None:
        with pytest.raises(LongResponseError):
            await content(upstream, url)

    run(Peer(*pieces), use)


def test_a_late_one_too_and_its_connection_ends() -> None:
    peer = Peer(OK + b"Content-Length: 4\r\n\r\nha")

    async def use(upstream: LoopUpstream, url: str) -> None:
        for _ in range(2):
            with pytest.raises(NoShortResponseError):
                await content(upstream, url, 0.2)

    run(peer, use)
    assert peer.accepted == 2


def test_what_comes_without_a_request_is_no_response() -> None:
    peer = Peer(OK + b"Content-Length: 1\r\n\r\n1", after=b"HTTP/1.1 500 X\r\nContent-Length: 4\r\n\r\nlate")

    async def use(upstream: LoopUpstream, url: str) -> None:
        assert await content(upstream, url) == (200, b"1")
        await asyncio.sleep(0.3)
        assert await content(upstream, url) == (200, b"1")

    run(peer, use)
    assert peer.accepted == 2


def test_what_comes_while_the_loop_is_busy_is_no_response_either() -> None:
    peer = Peer(OK + b"Content-Length: 1\r\n\r\n1")

    async def use(upstream: LoopUpstream, url: str) -> None:
        assert await content(upstream, url) == (200, b"1")
        peer.writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate")
        assert await content(upstream, url) == (200, b"1")  # the loop has read nothing between

    run(peer, use)
    assert peer.accepted == 2


def test_a_connection_that_timed_out_is_not_asked_over_and_over() -> None:
    peer = Peer(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")

    async def use(upstream: LoopUpstream, url: str) -> None:
        assert await content(upstream, url) == (408, b"")
        assert await content(upstream, url) == (408, b"")

    run(peer, use)
    assert peer.accepted == 2
    assert peer.requests == 3


def test_what_is_closed_during_a_request_has_no_connection_after_it() -> None:
    peer = Peer(OK + b"Content-Length: 4\r\n\r\nha", b"lf")

    async def use(upstream: LoopUpstream, url: str) -> None:
        waiting = asyncio.create_task(content(upstream, url))
        await asyncio.sleep(0.005)
        upstream.close()
        assert await waiting == (200, b"half")
        await asyncio.wait_for(peer.ended.wait(), PATIENCE)

    run(peer, use)


@pytest.mark.parametrize("pause", [0.0, 0.2])
def test_a_request_over_a_connection_that_ended_is_sent_once_more(pause: float) -> None:
    peer = Peer(OK + b"Content-Length: 1\r\n\r\n1", closes=True)

    async def use(upstream: LoopUpstream, url: str) -> None:
        for _ in range(3):
            assert await content(upstream, url) == (200, b"1")
            await asyncio.sleep(pause)

    run(peer, use)
    assert peer.accepted == 3


def test_a_connection_is_not_used_after_long(monkeypatch: pytest.MonkeyPatch) -> None:
    peer = Peer(OK + b"Content-Length: 1\r\n\r\n1")
    monkeypatch.setattr(loop_upstream, "IDLE_SECONDS", 0.0)

    async def use(upstream: LoopUpstream, url: str) -> None:
        for _ in range(2):
            assert await content(upstream, url) == (200, b"1")

    run(peer, use)
    assert peer.accepted == 2


def test_nobody_listens() -> None:
    async def use(upstream: LoopUpstream, url: str) -> None:
        with pytest.raises(NoShortResponseError):
            await LoopUpstream("http://127.0.0.1:1/", _MOST).send("POST", "http://127.0.0.1:1/", b"", {}, PATIENCE)
        with pytest.raises(UpstreamError):
            await upstream.send("POST", "http://127.0.0.1:1/", b"", {}, PATIENCE)

    run(Peer(), use)


def test_a_task_that_is_cancelled_ends_its_request() -> None:
    peer = Peer(OK + b"Content-Length: 4\r\n\r\nha")

    async def use(upstream: LoopUpstream, url: str) -> None:
        waiting = asyncio.create_task(content(upstream, url))
        await asyncio.sleep(0.2)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        with pytest.raises(NoShortResponseError):
            await content(upstream, url, 0.2)

    run(peer, use)
    assert peer.accepted == 2

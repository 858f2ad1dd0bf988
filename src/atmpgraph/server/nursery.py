"""The process that web processes are forked from: the program is in its memory once, and they share it.

A fork starts in a third of the time, and what it does not change stays shared (copy on write). The process has one
thread, as is right for one that forks, and opens no release. Its orders and its news of children go through one
connection; they end with it, and it with the supervisor.
"""

import asyncio
import gc
import logging
import os
import selectors
import signal
import socket
import struct
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final, NoReturn

from ..errors import AtmpgraphError
from ..interpreter import own_path
from ..observability import log

READY: Final = b"ready"  # what a web process says when it serves
_MODULE: Final = "atmpgraph.server.web_process"
_ORDER: Final = struct.Struct("ii")  # a child and a signal for it; or one of the next
# Fork one, for the descriptor that comes with the order, on the socket at that place; fork no more.
_FORK, _RETIRE = 0, -1
_HELD_BACK: Final = frozenset({signal.SIGTERM})  # until a child has a handler: this process ignores it
_STARTED, _ENDED, _FAILED = "started", "ended", "failed"
_WAKES: Final = 1 << 10  # bytes, one for each signal


class NurseryError(Exception):
    """Nothing was forked.

    Attributes:
        status: with which the process ended that forks; negative for a signal.
        reason: why, if it said so.
    """

    def __init__(self, status: int, reason: str) -> None:
        """Tell why."""
        super().__init__(status, reason)
        self.status, self.reason = status, reason


@dataclass(frozen=True)
class Child:
    """A web process, for the supervisor.

    Attributes:
        pid: its process identifier.
    """

    pid: int
    _orders: socket.socket
    _ended: "asyncio.Future[int]"

    def signal(self, number: int) -> None:
        """Send it a signal, unless it has ended; its parent does, so it reaches no other process."""
        if not self._ended.done():
            with suppress(OSError):  # the parent has ended, and it with the parent
                self._orders.send(_ORDER.pack(self.pid, number))

    async def wait(self) -> int:
        """The status with which it ends; negative for a signal."""
        return await asyncio.shield(self._ended)

    def ended(self) -> bool:
        """Whether it has ended."""
        return self._ended.done()


class Nursery:
    """The supervisor's end: starts the process with the first child, and another one after its end."""

    def __init__(self, sockets: Sequence[socket.socket]) -> None:
        """Start nothing yet.

        Args:
            sockets: that web processes serve.
        """
        self._sockets, self._lock = sockets, asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._orders: socket.socket | None = None
        self._forked: asyncio.Future[Child] | None = None
        self._children: dict[int, asyncio.Future[int]] = {}
        self._telling: asyncio.Task[None] | None = None

    async def fork(self, status: socket.socket, place: int) -> Child:
        """A new web process.

        Args:
            status: its end of the connection on which it says that it serves, or why it does not.
            place: of the socket that it serves.

        Raises:
            NurseryError: the process that forks it cannot, or ended.
        """
        async with self._lock:
            orders = self._orders or await self._start()
            self._forked = asyncio.get_running_loop().create_future()
            try:
                socket.send_fds(orders, [_ORDER.pack(_FORK, place)], [status.fileno()])
            except OSError as error:
                # Where it has just ended, `_listen` says how.
                if not isinstance(error, ConnectionError) and orders.fileno() >= 0:
                    self._refuse(NurseryError(1, reason_of(error)))
            return await self._forked

    async def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        descriptors = theirs.fileno(), *(each.fileno() for each in self._sockets)
        try:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", _MODULE, str(os.getpid()), *map(str, descriptors)),
                pass_fds=(*descriptors, *log.descriptors()),
                env=os.environ | own_path() | log.handed_on(),
                restore_signals=False,  # what this process ignores, that one ignores from its start on
            )
        except OSError as error:  # the system allows no more processes or descriptors
            ours.close()
            raise NurseryError(1, reason_of(error)) from None
        finally:
            theirs.close()
        self._orders = ours.dup()
        self._telling = asyncio.create_task(self._listen(ours, self._orders, self._process))
        return self._orders

    async def _listen(self, ours: socket.socket, orders: socket.socket, process: asyncio.subprocess.Process) -> None:
        """Hear of children until the process ends, and they with it."""
        reader, writer = await asyncio.open_connection(sock=ours)
        with suppress(ConnectionError):  # it ended before it read an order
            while line := (await reader.readline()).decode().strip():
                self._hear(line, orders)
        writer.close()
        orders.close()
        status = await process.wait()
        self._orders = None
        for ended in self._children.values():
            ended.set_result(-signal.SIGKILL)
        self._children.clear()
        self._refuse(NurseryError(status, ""))

    def _refuse(self, error: NurseryError) -> None:
        if self._forked and not self._forked.done():
            self._forked.set_exception(error)

    def _hear(self, line: str, orders: socket.socket) -> None:
        kind, _, rest = line.partition(" ")
        if kind == _ENDED:
            pid, status = map(int, rest.split())
            self._children.pop(pid).set_result(status)
        elif kind == _FAILED:
            self._refuse(NurseryError(1, rest))
        else:
            ended = self._children[int(rest)] = asyncio.get_running_loop().create_future()
            child = Child(int(rest), orders, ended)
            if self._forked and not self._forked.done():
                self._forked.set_result(child)
            else:  # nobody waits for it any more
                child.signal(signal.SIGTERM)

    def retire(self) -> None:
        """Fork no more, and so hold the sockets open no longer."""
        if self._orders:
            with suppress(OSError):
                self._orders.send(_ORDER.pack(_RETIRE, 0))

    def give_up(self) -> None:
        """Wait no longer for the first child."""
        if self._process and self._process.returncode is None and not self._children:
            self._process.kill()

    async def close(self) -> None:
        """End the process, and wait until it has."""
        if self._orders:
            with suppress(OSError):  # it has ended by itself
                self._orders.shutdown(socket.SHUT_RDWR)
        if self._telling:
            await self._telling


def fork_on_order(orders: int, sockets: Sequence[int], prepare: Callable[[], Callable[[int, int], int]]) -> int:
    """Fork a child for each order, until the supervisor ends the connection; returns the exit status.

    Args:
        orders: the descriptor of the connection to the supervisor.
        sockets: those that children serve, closed when there will be no more.
        prepare: loads what children share; returns what a child does with the place of its socket and the descriptor
            that came with its order, and its exit status.
    """
    for number in (signal.SIGTERM, signal.SIGINT):  # they reach the whole group; the supervisor ends this process
        signal.signal(number, signal.SIG_IGN)
    for descriptor in (orders, *sockets):
        os.set_inheritable(descriptor, False)
    with socket.socket(fileno=orders) as connection, suppress(ConnectionError):  # the supervisor ended
        try:
            run = prepare()
        except Exception as error:
            log.event("process.exception", cause=log.cause_of(error), trace=log.trace_of(error))
            connection.sendall(f"{_FAILED} {reason_of(error)}\n".encode())
            return 1
        gc.collect()
        gc.freeze()  # children would copy what the collector of garbage marks
        _answer(connection, sockets, run)
    return 0


def reason_of(error: Exception) -> str:
    """Why a process cannot start, in one line."""
    reason = str(error) if isinstance(error, AtmpgraphError) else f"{type(error).__name__}: {error}"
    return " ".join(reason.split())


def _answer(connection: socket.socket, sockets: Sequence[int], run: Callable[[int, int], int]) -> None:
    """Carry out orders and tell of children that end.

    Raises:
        ConnectionError: the supervisor ended.
    """
    wakes, wake = socket.socketpair()
    wake.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # it wakes the selector
    signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
    children = set[int]()
    with wakes, wake, selectors.DefaultSelector() as selector:
        selector.register(connection, selectors.EVENT_READ)
        selector.register(wakes, selectors.EVENT_READ)
        while True:
            ready = {key.fileobj for key, _ in selector.select()}
            if wakes in ready:
                wakes.recv(_WAKES)
            if connection in ready:
                order, descriptors, _, _ = socket.recv_fds(connection, _ORDER.size, 1)
                if not order:
                    return
                child, number = _ORDER.unpack(order)
                if child in children:
                    os.kill(child, number)
                if child == _RETIRE:
                    for each in sockets:
                        os.close(each)
                for descriptor in descriptors:
                    close = (connection.close, wakes.close, wake.close, selector.close)
                    news = _fork(partial(run, number), descriptor, close)
                    connection.sendall(f"{news}\n".encode())
                    children |= {int(news.split()[1])} if news.startswith(_STARTED) else set()
            for child, status in _ended(children):
                children.discard(child)
                connection.sendall(f"{_ENDED} {child} {status}\n".encode())


def _ended(children: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The children that have ended, with their exit status."""
    for child in sorted(children):
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            yield pid, os.waitstatus_to_exitcode(status)


def _fork(run: Callable[[int], int], descriptor: int, close: Iterable[Callable[[], object]]) -> str:
    """Fork a child; what is told of it.

    Args:
        run: what it does.
        descriptor: for it alone.
        close: closes what it does not need.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, _HELD_BACK)
    try:
        pid = os.fork()
        if not pid:
            _begin(run, descriptor, close)
    except OSError as error:
        news = f"{_FAILED} {reason_of(error)}"
    else:
        news = f"{_STARTED} {pid}"
    os.close(descriptor)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _HELD_BACK)
    return news


def _begin(run: Callable[[int], int], descriptor: int, close: Iterable[Callable[[], object]]) -> NoReturn:
    """Run as a child to the end of the process."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        for each in close:
            each()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _HELD_BACK)
        status = run(descriptor)
    except Exception as error:
        log.event("process.exception", cause=log.cause_of(error), trace=log.trace_of(error))
    finally:
        logging.shutdown()
        sys.stderr.flush()
        os._exit(status)  # an interpreter that ends in order ends under granian's threads, which abort the process

"""A server that stays: whatever process ends, however often; and one that cannot start says why and ends."""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest

from atmpgraph.errors import ListenError
from atmpgraph.server.listen import address_text, divided, listen
from atmpgraph.settings import Settings

from ..conftest import changed
from ..long import some
from ..sparql.processes import PATIENCE, runs, until
from .running_server import SERVICE, WEB, RunningServer, running_server, started

KILL, FAULT, TERM = signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM
STRAY = [
    *(signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGPIPE, signal.SIGALRM, signal.SIGVTALRM),
    *(signal.SIGPROF, signal.SIGPOLL, signal.SIGPWR, signal.SIGWINCH, signal.SIGURG, signal.SIGCONT, signal.SIGCHLD),
    *(signal.SIGSTKFLT, signal.SIGRTMIN, signal.SIGRTMAX),
]


@pytest.fixture(scope="module")
def server(released: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server of two web processes."""
    with running_server(released, tmp_path_factory.mktemp("server")) as found:
        assert until(lambda: found.said().count("role=web") == 2)  # from then on no early end makes it give up
        yield found


# --- processes that end ---


def strike(processes: set[int], number: int) -> None:
    """Send a signal to processes."""
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, number)


def one(server: RunningServer) -> set[int]:
    """One of those that serve."""
    return set(sorted(server.named(WEB))[:1])


def all_that_serve(server: RunningServer) -> set[int]:
    """All that serve."""
    return server.named(WEB)


def queries(server: RunningServer) -> set[int]:
    """The query service."""
    return server.named(SERVICE)


def nursery(server: RunningServer) -> set[int]:
    """The one that all that serve are forked from, and end with."""
    return server.nursery()


def everyone(server: RunningServer) -> set[int]:
    """All but the main process."""
    return server.all() - {server.process.pid}


@pytest.mark.parametrize(
    ("victims", "number", "times"),
    some(
        [
            (one, KILL, 1),
            (one, KILL, 5),
            (all_that_serve, KILL, 1),
            (all_that_serve, FAULT, 3),
            (all_that_serve, TERM, 1),
            (nursery, KILL, 2),
            (nursery, FAULT, 1),
            (queries, KILL, 1),
            (queries, FAULT, 2),
            (everyone, KILL, 4),
        ],
        4,
    ),
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_a_process_that_ends_is_replaced(
    server: RunningServer, victims: Callable[[RunningServer], set[int]], number: int, times: int
) -> None:
    for _ in range(times):
        assert until(lambda: victims(server))
        strike(victims(server), number)
        time.sleep(0.1)
    assert until(server.serves)
    assert until(lambda: len(server.named(WEB)) == 2)
    assert runs(server.process.pid)


def test_who_connects_while_no_process_serves_is_answered(server: RunningServer) -> None:
    """The connection waits in the queue of a socket, which outlives its process."""
    strike(server.named(WEB), KILL)
    assert server.target.ask("/health/live").status == 200


def test_who_connects_while_one_process_is_replaced_is_answered(server: RunningServer) -> None:
    assert until(lambda: len(server.named(WEB)) == 2)
    strike(one(server), KILL)
    assert {server.target.ask("/health/live").status for _ in range(16)} == {200}  # half of them wait for the new one


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the first to wake may take all")
def test_connections_that_come_at_once_are_divided(server: RunningServer) -> None:
    assert until(lambda: len(server.named(WEB)) == 2)

    with ExitStack() as clients:
        opened = [clients.enter_context(socket.create_connection(("127.0.0.1", server.target.port))) for _ in range(40)]
        ports = {client.getsockname()[1] for client in opened}

        def connections() -> list[int]:
            """How many of them each process holds; it has other sockets too, which come and go."""
            theirs = _inodes(ports, server.target.port)
            return [len(theirs & _sockets(process)) for process in server.named(WEB)]

        assert until(lambda: sum(connections()) == 40)
        assert min(connections()) >= 5  # fewer by chance: once in five million


def _inodes(clients: set[int], port: int) -> set[str]:
    """The sockets at a port whose other ends are at the ports of some clients (proc(5), net/tcp)."""
    lines = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    ends = ((*(int(end.rpartition(":")[2], 16) for end in fields[1:3]), fields[9]) for fields in lines)
    return {f"socket:[{inode}]" for own, other, inode in ends if own == port and other in clients}


def _sockets(process: int) -> set[str]:
    sockets = set[str]()
    for file in Path(f"/proc/{process}/fd").iterdir():
        with suppress(FileNotFoundError):  # it was closed meanwhile
            sockets.add(str(file.readlink()))
    return sockets


# --- signals that mean nothing ---


@pytest.mark.parametrize("number", STRAY, ids=lambda number: signal.Signals(number).name)
def test_a_stray_signal_ends_no_process(server: RunningServer, number: int) -> None:
    assert until(server.serves)
    assert until(lambda: len(server.named(WEB)) == 2)
    processes = server.all()
    assert len(processes) >= 5  # the main one, two that serve, the query service, a worker
    strike(processes, number)
    assert until(server.serves)
    assert all(map(runs, processes))


# --- a server that cannot start ---


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        ({"flask.py": "raise ImportError('no Flask today')"}, "the server cannot start: ImportError: no Flask today"),
        ({"flask.py": "import os; os.kill(os.getpid(), 11)"}, "the server cannot start: a web process ended by Seg"),
        (
            {
                "sitecustomize.py": "import sys; sys.modules['pyoxigraph'] = None if 'broker' in str(sys.orig_argv) else 1"
            },
            "the server cannot start: the query service failed",
        ),
    ],
    ids=["import", "fault", "query service"],
)
def test_an_installation_that_is_broken(
    broken: dict[str, str], sentence: str, released: Settings, tmp_path: Path
) -> None:
    """In the other processes, for the command itself needs neither."""
    libraries = tmp_path / "libraries"
    libraries.mkdir()
    for name, text in broken.items():
        (libraries / name).write_text(text.replace(" else 1", " else __import__('pyoxigraph')"), encoding="utf-8")
    with started(released, tmp_path, PYTHONPATH=str(libraries)) as server:
        assert server.ends() == 1
        assert f"atmpgraph: {sentence}" in server.said()
        assert not list(server.temporary.iterdir())


def test_no_release(released: Settings, tmp_path: Path) -> None:
    nowhere = changed(released, folders={"releases": tmp_path / "none"})
    with started(nowhere, tmp_path) as server:
        assert server.ends() == 1
        assert "there is no such release; 'atmpgraph build' makes one" in server.said()


def test_a_second_server_at_the_same_address(server: RunningServer, released: Settings, tmp_path: Path) -> None:
    port = str(server.target.port)
    with started(released, tmp_path, "--port", port) as second:
        assert second.ends() == 1
        assert f"atmpgraph: 127.0.0.1:{port}: the address is in use" in second.said()
        assert "[server] port, or --port" in second.said()
    assert server.serves()


@pytest.mark.parametrize(
    ("first", "second"), [("127.0.0.1", "0.0.0.0"), ("0.0.0.0", "127.0.0.1"), ("::1", "::1"), ("::", "127.0.0.1")]
)
def test_an_address_is_listened_on_once(first: str, second: str) -> None:
    with listen(first, 0) as listening, pytest.raises(ListenError, match="in use"):
        listen(second, listening.getsockname()[1])


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is the one socket")
@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::1", "::"])
def test_a_divided_address_is_one(host: str) -> None:
    """Each of its sockets gets connections, of both versions of IP; who comes later does not get it."""
    with ExitStack() as closing:
        sockets = [closing.enter_context(each) for each in divided(listen(host, 0), 3)]
        port = sockets[0].getsockname()[1]
        for each in sockets:
            each.settimeout(PATIENCE)
        addresses = {"::": ["::1", "127.0.0.1"], "0.0.0.0": ["127.0.0.1"]}.get(host, [host])
        for address in addresses * 40:
            closing.enter_context(socket.create_connection((address, port)))
        for each in sockets:
            connection = closing.enter_context(each.accept()[0])
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        for address in addresses:
            with pytest.raises(ListenError, match="in use"):
                listen(address, port)


def test_where_an_address_cannot_be_divided_it_has_one_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such systems are not here, so the refusal of the third socket is made; nobody else may be on the port then."""
    create, made = socket.create_server, list[socket.socket]()

    def refuse_later(*arguments: Any, **others: Any) -> socket.socket:
        if made:
            raise OSError(92, "Protocol not available")
        made.append(create(*arguments, **others))
        return made[0]

    with listen("127.0.0.1", 0) as listening:
        monkeypatch.setattr(socket, "create_server", refuse_later)
        assert divided(listening, 3) == [listening]
        assert [each.fileno() for each in made] == ([-1] if sys.platform == "linux" else [])
        assert not listening.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT)


def test_the_address_of_one_process_is_not_shared() -> None:
    with listen("127.0.0.1", 0) as listening:
        assert divided(listening, 1) == [listening]
        assert not listening.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT)


def test_every_address_is_that_of_both_versions() -> None:
    with listen("::", 0) as listening, socket.create_connection(("127.0.0.1", listening.getsockname()[1])):
        pass


def test_a_name_is_listened_on() -> None:
    with listen("localhost", 0) as listening:
        assert listening.getsockname()[0] == "127.0.0.1"


@pytest.mark.parametrize(
    ("host", "port", "sentence"),
    [
        ("192.0.2.1", 8000, r"192\.0\.2\.1:8000: this is no address of this machine; .*\[server\] host, or --host"),
        ("2001:db8::1", 8000, r"\[2001:db8::1\]:8000: this is no address of this machine"),
        ("nowhere.invalid", 80, r"nowhere\.invalid:80: there is no host of this name"),
        ("a..b", 80, r"a\.\.b:80: there is no host of this name"),
    ],
)
def test_an_address_that_cannot_be_listened_on(host: str, port: int, sentence: str) -> None:
    with pytest.raises(ListenError, match=sentence):
        listen(host, port)


def test_a_reserved_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system of the test may reserve none, so its refusal is made."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket, "create_server", refuse)
    with pytest.raises(ListenError, match=r"127\.0\.0\.1:80: a port below 1024 is reserved .*--port"):
        listen("127.0.0.1", 80)


def test_an_address_as_text() -> None:
    assert [address_text(host, 80) for host in ("localhost", "::1")] == ["localhost:80", "[::1]:80"]

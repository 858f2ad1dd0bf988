"""A confined process computes, and reaches nothing else: tried in one."""

import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from atmpgraph.release.release import Release
from atmpgraph.sparql.service.sandbox import confine, follow_parent

from ..processes import until


def outcome(attempt: Callable[[], object]) -> str:
    """What a confined process says of an attempt."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        message = "did it"
        try:
            confine(1 << 30)
            attempt()
        except BaseException as error:
            message = f"{type(error).__name__}: {error}"
        finally:
            os.write(writing, message.encode())
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        output = stream.read()
    os.waitpid(child, 0)
    return output


@pytest.fixture
def heard() -> list[bytes]:
    """What is heard on a port of this machine, whose number is its only member at first."""
    server = socket.create_server(("127.0.0.1", 0))
    numbers: list[bytes] = [str(server.getsockname()[1]).encode()]

    def listen() -> None:
        while True:
            numbers.append(server.accept()[1][0].encode())

    threading.Thread(target=listen, daemon=True).start()
    return numbers


def test_it_calls_no_service_even_without_the_guard(heard: list[bytes]) -> None:
    store = ox.Store()
    query = f"SELECT * {{ SERVICE <http://127.0.0.1:{int(heard[0])}/> {{ ?s ?p ?o }} }}"
    assert "did it" not in outcome(lambda: list(store.query(query)))  # type: ignore[arg-type]
    assert len(heard) == 1
    with pytest.raises((OSError, RuntimeError, ValueError)):  # unconfined, it would be heard
        list(store.query(query))  # type: ignore[arg-type]
    assert until(lambda: len(heard) > 1)


def test_it_opens_no_socket() -> None:
    assert outcome(socket.socket).startswith("OSError")


def test_it_opens_no_file() -> None:
    assert outcome(lambda: Path("/etc/hostname").read_text()).startswith("OSError")
    load = "LOAD <file:///etc/hostname>"
    assert "did it" not in outcome(lambda: ox.Store().update(load))


def test_it_takes_no_more_memory_than_it_may() -> None:
    assert outcome(lambda: bytearray(1 << 31)).startswith("MemoryError")
    assert outcome(lambda: bytearray(1 << 20)) == "did it"


def test_it_answers_queries_from_a_store_that_was_open(release: Release) -> None:
    store = release.store
    assert outcome(lambda: list(store.select("SELECT * { ?s ?p ?o } ORDER BY ?o"))) == "did it"


def test_it_goes_after_everything_else() -> None:
    before = os.getpriority(os.PRIO_PROCESS, 0)

    def check() -> None:
        assert os.getpriority(os.PRIO_PROCESS, 0) > before

    assert outcome(check) == "did it"


def test_it_follows_its_parent() -> None:
    assert outcome(lambda: follow_parent(os.getppid())) == "did it"

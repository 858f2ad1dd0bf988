"""Lines are written at once or lost; nobody waits: a pipe that nobody reads, a reader that is gone, a full disk."""

import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from atmpgraph.observability.log import Logs
from atmpgraph.observability.stream import Stream, own_descriptor

LINE = b"x" * 1_000


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """A pipe: where it is read, where it is written."""
    ends = os.pipe()
    yield ends
    for end in ends:
        with suppress(OSError):
            os.close(end)


@pytest.mark.parametrize("owned", [True, False])
def test_a_pipe_that_nobody_reads_loses_lines_and_nobody_waits(pipe: tuple[int, int], owned: bool) -> None:
    reading, writing = pipe
    stream = Stream(own_descriptor(writing) if owned else writing)
    started = time.monotonic()
    written = sum(stream.write(LINE) for _ in range(1_000))
    assert time.monotonic() - started < 60
    assert 0 < written < 1_000
    assert stream.lost == 1_000 - written
    content = b""
    while len(content) < written * 1_001:
        content += os.read(reading, 1 << 20)
    assert content == (LINE + b"\n") * written


def test_our_descriptor_does_not_change_the_one_that_others_use(pipe: tuple[int, int]) -> None:
    own = own_descriptor(pipe[1])
    assert not os.get_blocking(own)
    assert os.get_blocking(pipe[1])
    os.close(own)


def test_a_reader_that_is_gone(pipe: tuple[int, int]) -> None:
    stream = Stream(own_descriptor(pipe[1]))
    os.close(pipe[0])
    assert not stream.write(LINE)
    assert stream.lost == 1


def test_a_descriptor_that_is_closed() -> None:
    descriptor = os.open(os.devnull, os.O_WRONLY)
    stream = Stream(descriptor)
    os.close(descriptor)
    assert not stream.write(LINE)


def test_a_full_disk() -> None:
    with Path("/dev/full").open("wb") as full:
        stream = Stream(own_descriptor(full.fileno()))
        assert not stream.write(LINE)


def test_a_line_that_a_full_disk_cut_is_ended_before_the_next(tmp_path: Path) -> None:
    """In a process of its own, whose files may have only so many bytes."""
    code = (
        "import os, resource, sys\n"
        "from atmpgraph.observability.stream import Stream\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_500, resource.RLIM_INFINITY))\n"
        "stream = Stream(os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT))\n"
        "print([stream.write(b'x' * 1_000) for _ in range(3)])\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))\n"
        "print(stream.write(b'y' * 10), stream.lost)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "log")], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[True, True, False]\nTrue 1\n"
    assert (tmp_path / "log").read_bytes().split(b"\n") == [b"x" * 1_000, b"x" * 499, b"y" * 10, b""]


def test_a_socket_as_the_journal_gives_it_does_not_wait_either() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        stream = Stream(own_descriptor(theirs.fileno()))
        written = sum(stream.write(LINE) for _ in range(3_000))
        assert 0 < written < 3_000
        assert theirs.getblocking()


def test_what_was_lost_is_told_of_when_lines_are_written_once_more(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    logs = Logs()
    logs.use(own_descriptor(writing), own_descriptor(writing))
    for line in (LINE, b""):
        while logs.requests.write(line):
            pass
    for _ in range(4):
        logs.write(logs.requests, {"time": "t", "level": "info", "event": "request"})
    os.read(reading, 1 << 16)
    logs.write(logs.requests, {"time": "t", "level": "info", "event": "request"})
    logs.write(logs.requests, {"time": "t", "level": "info", "event": "request"})
    rest = os.read(reading, 1 << 16).decode()
    last = rest[rest.index("t info request") :].splitlines()
    assert last[0] == last[2] == "t info request"
    assert "log.dropped" in last[1]
    assert last[1].endswith("lines=6")


def test_lines_of_several_processes_do_not_mix(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    children = []
    for letter in b"abcd":
        if not (pid := os.fork()):
            stream = Stream(writing)
            for _ in range(200):
                while not stream.write(bytes([letter]) * 4_000):
                    time.sleep(0.001)
            os._exit(0)
        children.append(pid)
    os.close(writing)
    content = b""
    while piece := os.read(reading, 1 << 20):
        content += piece
    for pid in children:
        os.waitpid(pid, 0)
    assert Counter(content.splitlines()) == {bytes([letter]) * 4_000: 200 for letter in b"abcd"}

"""The logs of a running server: a line for each request, an event for each thing that operators want to know."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import pytest

from atmpgraph.release.layout import ReleasesFolder
from atmpgraph.settings import Settings

from ..http.conformance.targets import OverSocket, free_port, wait_for
from ..long import some
from ..sparql.jobs import LARGE, SLOW
from ..sparql.processes import PATIENCE, until
from .test_metrics import pids

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
FORGED = "/x%0a2026-01-01T00:00:00.000Z%20error%20release.damaged%1b%5b31m%e2%80%ae%c2%85"


@dataclass
class Logged:
    """A server, and the files of its two logs."""

    target: OverSocket
    process: subprocess.Popen[bytes]
    requests: Path
    events: Path

    def request(self, path: str, method: str = "GET", **fields: str) -> dict[str, Any]:
        """Ask for something with a name of its own; what the log has of it."""
        agent = f"agent-{time.monotonic_ns()}"
        self.target.ask(path, method, {"User-Agent": agent, **{n.replace("_", "-"): v for n, v in fields.items()}})
        assert until(lambda: agent in self.requests.read_text(encoding="ascii"))
        (line,) = [each for each in lines(self.requests) if each.get("agent") == agent]
        return line

    def seen(self, event: str, **fields: object) -> list[dict[str, Any]]:
        """The events of a name with these fields."""
        named = [each for each in lines(self.events) if each["event"] == event]
        return [each for each in named if fields.items() <= each.items()]


def lines(file: Path) -> list[dict[str, Any]]:
    """The lines of a log, all of which are JSON."""
    content = file.read_bytes()
    assert all(32 <= byte < 127 or byte == 10 for byte in content)
    return [json.loads(line) for line in content.decode().splitlines()]


@contextmanager
def logging_server(
    settings: Settings, folder: Path, stdout: IO[bytes] | int, stderr: IO[bytes] | int, **others: str
) -> Iterator[tuple[OverSocket, subprocess.Popen[bytes]]]:
    """A server that writes its logs to these streams."""
    target = OverSocket("server", free_port())
    releases = str(settings.path(settings.folders.releases))
    environment = os.environ | {"ATMPGRAPH_FOLDERS_RELEASES": releases, "ATMPGRAPH_SERVER_WORKERS": "2"} | others
    file = str(settings._root / "atmpgraph.toml")
    command = [sys.executable, "-m", "atmpgraph", "--settings", file, "serve", "--port", str(target.port)]
    process = subprocess.Popen(command, env=environment, stdout=stdout, stderr=stderr)
    try:
        wait_for(target)
        yield target, process
    finally:
        process.terminate()
        process.wait(PATIENCE)


@pytest.fixture(scope="module")
def server(released: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logged]:
    """A server that logs in JSON."""
    folder = tmp_path_factory.mktemp("logs")
    requests, events = folder / "requests", folder / "events"
    with (
        requests.open("wb") as stdout,
        events.open("wb") as stderr,
        logging_server(
            released,
            folder,
            stdout,
            stderr,
            ATMPGRAPH_LOG_FORMAT="json",
            ATMPGRAPH_PROXY_TRUSTED='["127.0.0.1"]',
            ATMPGRAPH_QUERIES_MAX_ROWS="100",
            ATMPGRAPH_QUERIES_RUNNING_SECONDS_PER_MINUTE="3",
            ATMPGRAPH_QUERIES_MEMORY_BYTES="268435456",
        ) as (target, process),
    ):
        yield Logged(target, process, requests, events)


def test_the_line_of_a_request(server: Logged, released: Settings) -> None:
    digest = ReleasesFolder(released.path(released.folders.releases)).live
    line = server.request(
        "/doc/organisation/ulb.ttl?lang=de", X_Forwarded_For="192.0.2.77", Referer="https://example.org/a?b"
    )
    assert TIME.fullmatch(line.pop("time"))
    assert 0 < line.pop("ms") < 60_000
    assert line.pop("agent").startswith("agent-")
    assert line.pop("bytes") > 1_000
    assert digest
    assert line.pop("release") == digest[:12]
    assert line == {
        "level": "info",
        "event": "request",
        "client": "192.0.2.77",
        "method": "GET",
        "path": "/doc/organisation/ulb.ttl",
        "query": "lang=de",
        "route": "documents.document",
        "status": 200,
        "referer": "https://example.org/a?b",
    }


def test_what_came_from_a_cache_says_so(server: Logged) -> None:
    cached = [server.request("/doc/organisation/uclouvain.ttl").get("cached") for _ in range(20)]
    assert "responses" in cached  # each of its processes has a cache
    assert set(cached) <= {None, "bodies", "responses"}
    target = f"/sparql?query={quote('ASK { ?cached ?p ?o }')}"
    assert "cached" not in server.request(target)
    assert server.request(target)["cached"] == "results"


def test_no_request_forges_a_line(server: Logged) -> None:
    line = server.request(FORGED, Referer='" status=200 \t\\')
    assert line["path"].lower() == FORGED.lower()
    assert line["status"] == 404
    assert line["referer"] == '" status=200 \t\\'
    assert not server.seen("release.damaged")
    long = server.request(f"/{'%0a' * 3_000}", Referer='"' * 5_000)
    assert long["path"].endswith("...")
    assert max(map(len, server.requests.read_bytes().splitlines())) <= 4_000


def test_a_query_that_is_killed_refused_or_cut_is_an_event(server: Logged) -> None:
    server.request(f"/sparql?query={quote('SELECT * { ?s ?p ?o }')}", X_Forwarded_For="192.0.2.5")
    (cut,) = server.seen("query.cut", client="192.0.2.5")
    assert (cut["reason"], cut["query"]) == ("rows", "SELECT * { ?s ?p ?o }")
    assert server.request(f"/sparql?query={quote(SLOW)}&timeout=4", X_Forwarded_For="192.0.2.6")["status"] == 504
    (killed,) = server.seen("query.killed", client="192.0.2.6", reason="over-time")
    assert 3 < killed["seconds"] < 60
    assert len(killed["release"]) == 64
    assert server.request("/sparql?query=ASK%7B%7D%23x", X_Forwarded_For="192.0.2.6")["status"] == 429
    assert server.seen("query.refused", client="192.0.2.6", reason="over-budget")
    assert server.request(f"/sparql?query={quote(LARGE)}", X_Forwarded_For="192.0.2.8")["status"] == 503
    assert server.seen("query.killed", client="192.0.2.8")
    assert {line["status"] for line in server.seen("request.failed", client="192.0.2.6")} == {504}


def test_processes_that_end_and_start_are_events(server: Logged) -> None:
    for role in ("web", "queries"):
        started = len(server.seen("process.started", role=role))
        assert started == {"web": 2, "queries": 1}[role]
        (killed, *_) = pids(server.target, role)
        os.kill(killed, signal.SIGKILL)
        assert until(partial(server.seen, "process.ended", role=role))
        assert until(lambda: len(server.seen("process.started", role=role)) == started + 1)  # noqa: B023


def test_each_process_says_which_release_it_serves(server: Logged, released: Settings) -> None:
    digest = ReleasesFolder(released.path(released.folders.releases)).live
    switched = server.seen("release.switched")
    assert {line["new"] for line in switched} == {digest}
    assert len({line["process"] for line in switched}) == len(switched)


def test_a_switch_and_a_build(started: Settings, tmp_path: Path) -> None:
    events = tmp_path / "events"
    releases = ReleasesFolder(started.path(started.folders.releases))
    first = releases.live
    with (
        events.open("wb") as stderr,
        logging_server(started, tmp_path, subprocess.DEVNULL, stderr, ATMPGRAPH_LOG_FORMAT="json") as (target, process),
    ):
        target.ask("/")
        file = started.path(started.folders.data) / "organisations.csv"
        file.write_text(file.read_text(encoding="utf-8").replace("Example", "Exemplary"), encoding="utf-8")
        command = [sys.executable, "-m", "atmpgraph", "--settings", str(started._root / "atmpgraph.toml"), "build"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        second = releases.live
        assert second != first, done.stderr
        logged = Logged(target, process, events, events)

        def switched() -> object:
            target.ask("/")
            return logged.seen("release.switched", old=first, new=second)

        assert until(switched)
    (line,) = [line for line in done.stderr.splitlines() if " build.finished " in line]
    assert re.fullmatch(rf"\S+ info build.finished process=\d+ outcome=new release={second} seconds=[\d.]+", line)


def test_a_build_that_is_refused(started: Settings) -> None:
    file = started.path(started.folders.data) / "organisations.csv"
    file.write_text(file.read_text(encoding="utf-8") + "nonsense\n", encoding="utf-8")
    command = [sys.executable, "-m", "atmpgraph", "--settings", str(started._root / "atmpgraph.toml"), "build"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert " error build.finished " in done.stderr
    assert "outcome=refused" in done.stderr
    record = json.loads(ReleasesFolder(started.path(started.folders.releases)).last_build.read_bytes())
    assert record["outcome"] == "refused"


def ask_all(target: OverSocket) -> None:
    """More requests than a pipe has room for lines."""
    with socket.create_connection(("127.0.0.1", target.port), timeout=PATIENCE) as connection:
        request = f"GET /{'x' * 900} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        for _ in range(200):
            connection.sendall(request)
            found = b""
            while not found.endswith(b"}"):
                found += connection.recv(1 << 16)
            assert found.startswith(b"HTTP/1.1 404")


@pytest.mark.parametrize("stream", some(["unread pipe", "broken pipe", "closed", "full disk"], 2))
def test_no_log_delays_or_fails_a_request(stream: str, released: Settings, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    if stream == "full disk":
        os.close(writing)
        writing = os.open("/dev/full", os.O_WRONLY)
    if stream == "broken pipe":
        os.close(reading)
    environment = os.environ | {"ATMPGRAPH_FOLDERS_RELEASES": str(released.path(released.folders.releases))}
    target = OverSocket("server", free_port())
    file = str(released._root / "atmpgraph.toml")
    command = [sys.executable, "-m", "atmpgraph", "--settings", file, "serve", "--port", str(target.port)]
    closing = "exec >&- 2>&-;" if stream == "closed" else ""
    process = subprocess.Popen(
        ["sh", "-c", f'{closing} exec "$@"', "sh", *command], env=environment, stdout=writing, stderr=writing
    )
    os.close(writing)
    try:
        wait_for(target)
        started = time.monotonic()
        ask_all(target)
        assert time.monotonic() - started < PATIENCE
        answer = target.ask("/metrics")
        (dropped,) = re.findall(rb"(?m)^atmpgraph_log_lines_dropped_total (\S+)", answer.body)
        assert (float(dropped) > 50) == (stream != "closed")  # /dev/null takes all of them
    finally:
        process.terminate()
        assert process.wait(PATIENCE) == 0
    if stream != "broken pipe":
        os.close(reading)


def test_privacy(released: Settings, tmp_path: Path) -> None:
    requests = tmp_path / "requests"
    with (
        requests.open("wb") as stdout,
        logging_server(
            released,
            tmp_path,
            stdout,
            subprocess.DEVNULL,
            ATMPGRAPH_LOG_FORMAT="json",
            ATMPGRAPH_LOG_CLIENT="network",
            ATMPGRAPH_LOG_MAX_QUERY_CHARACTERS="0",
            ATMPGRAPH_PROXY_TRUSTED='["127.0.0.1"]',
        ) as (target, process),
    ):
        logged = Logged(target, process, requests, requests)
        line = logged.request("/sparql?query=ASK%7B%7D", X_Forwarded_For="192.0.2.77")
        assert line["client"] == "192.0.2.0/24"
        assert "query" not in line
        assert logged.request("/", X_Forwarded_For="2001:db8:1:2::3")["client"] == "2001:db8:1::/48"


def test_no_access_log_and_errors_only(released: Settings, tmp_path: Path) -> None:
    both = tmp_path / "both"
    with (
        both.open("wb") as stream,
        logging_server(
            released, tmp_path, stream, stream, ATMPGRAPH_LOG_ACCESS="false", ATMPGRAPH_LOG_LEVEL="error"
        ) as (target, _),
    ):
        assert target.ask("/").status == 200
    assert not both.read_bytes()

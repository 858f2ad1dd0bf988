"""Figures of a server of two processes: they move by exactly what is asked, and survive the death of a process."""

import math
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from prometheus_client import CollectorRegistry, values
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as prometheus

from atmpgraph.observability import metrics
from atmpgraph.observability.shared_value import SharedValues
from atmpgraph.observability.slots import Slots
from atmpgraph.settings import Settings
from atmpgraph.web import create_app, route_modules
from atmpgraph.web.core.serving import Resources

from ..conftest import absent, changed
from ..http.conformance.targets import InProcess, OverSocket, serving
from ..sparql.jobs import SLOW
from ..sparql.processes import until

Labels = frozenset[tuple[str, str]]
Figures = dict[tuple[str, Labels], float]
TRUSTED = '["127.0.0.1"]'


@pytest.fixture(scope="module")
def server(released: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OverSocket]:
    """A server of two web processes."""
    with serving(
        released,
        tmp_path_factory.mktemp("server"),
        ATMPGRAPH_SERVER_WORKERS="2",
        ATMPGRAPH_QUERIES_MAX_ROWS="100",
        ATMPGRAPH_QUERIES_RUNNING_SECONDS_PER_MINUTE="3",
        ATMPGRAPH_PROXY_TRUSTED=TRUSTED,
    ) as target:
        yield target


def figures(target: OverSocket | InProcess) -> Figures:
    """All figures, read as Prometheus does."""
    answer = target.ask("/metrics")
    assert answer.status == 200, answer
    families = prometheus(answer.body.decode())
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def moved(before: Figures, after: Figures, name: str) -> dict[Labels, float]:
    """By how much the figures of a name went up, where they did."""
    ups = {labels: value - before.get((n, labels), 0) for (n, labels), value in after.items() if n == name}
    return {labels: value for labels, value in ups.items() if value}


def of(**labels: str) -> Labels:
    return frozenset(labels.items())


def web_processes(all_figures: Figures) -> int:
    return sum(("role", "web") in labels for name, labels in all_figures if name == "atmpgraph_process_open_fds")


def pids(target: OverSocket, role: str) -> list[int]:
    """The processes of a role, by the command line of those that share its port; web ones are forked from another."""
    module = {"web": b"atmpgraph.server.web_process", "queries": b"atmpgraph.sparql.service.broker"}[role]
    main = [pid for pid, line in _commands() if f"--port\0{target.port}\0".encode() in line]
    own = [pid for pid, line in _commands() if module in line and _parent(pid) in main]
    return own if role == "queries" else [pid for pid, line in _commands() if module in line and _parent(pid) in own]


def _commands() -> list[tuple[int, bytes]]:
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append((int(file.parent.name), file.read_bytes()))
        except OSError:
            continue
    return found


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[1])


def test_requests_over_two_processes_are_counted_exactly(server: OverSocket) -> None:
    tag = server.ask("/doc/organisation/ulb.ttl").field("ETag")
    before = figures(server)
    size = 0
    for _ in range(20):
        size += len(server.ask("/doc/organisation/ulb.ttl").body)
        server.ask("/doc/organisation/ulb.ttl", fields={"If-None-Match": tag})
        server.ask("/doc/organisation/ulb.ttl", "HEAD")
        server.ask("/nowhere")
        server.ask("/nowhere/else", "BREW")
    after = figures(server)
    route = "documents.document"
    assert moved(before, after, "atmpgraph_http_requests_total") == {
        of(route=route, method="GET", status="200"): 20,
        of(route=route, method="GET", status="304"): 20,
        of(route=route, method="HEAD", status="200"): 20,
        of(route="none", method="GET", status="404"): 20,
        of(route="none", method="other", status="404"): 20,
        of(route="metrics", method="GET", status="200"): 1,
    }
    durations = moved(before, after, "atmpgraph_http_request_duration_seconds_count")
    assert durations == {of(route=route): 60, of(route="none"): 40, of(route="metrics"): 1}
    assert moved(before, after, "atmpgraph_http_response_bytes_total")[of(route=route)] == size
    assert after["atmpgraph_http_requests_in_flight", of()] == 1  # this very request
    assert web_processes(after) == 2


def test_queries_are_counted_by_outcome(server: OverSocket) -> None:
    def ask(query: str, client: str = "192.0.2.1", **others: str) -> int:
        target = f"/sparql?query={quote(query)}" + "".join(f"&{name}={value}" for name, value in others.items())
        return server.ask(target, fields={"X-Forwarded-For": client}).status

    before = figures(server)
    assert ask("SELECT * { ?s ?p ?o }") == 200
    assert ask("SELECT * { ?s ?p ?o }") == 200
    assert ask("ASK { ?counted ?p ?o }") == 200
    assert ask("ASK {") == 400
    assert ask(SLOW, timeout="4") == 504
    assert ask("ASK { ?refused ?p ?o }") == 429
    after = figures(server)
    assert moved(before, after, "atmpgraph_queries_total") == {
        of(outcome="cut"): 1,
        of(outcome="cached"): 1,
        of(outcome="ok"): 1,
        of(outcome="invalid"): 1,
        of(outcome="over_time"): 1,
        of(outcome="refused"): 1,
    }
    assert moved(before, after, "atmpgraph_query_duration_seconds_count") == {of(): 3}
    assert moved(before, after, "atmpgraph_cache_hits_total") == {of(cache="results"): 1}


def test_the_query_service_says_what_it_does(server: OverSocket) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as asking:
        asking.sendall(
            f"GET /sparql?query={quote(SLOW)} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.2\r\n\r\n".encode()
        )
        assert until(lambda: figures(server)["atmpgraph_query_workers", of(state="busy")] == 1)
    assert until(lambda: figures(server)["atmpgraph_query_workers", of(state="busy")] == 0)
    assert figures(server)["atmpgraph_queries_queued", of()] == 0


@pytest.mark.parametrize("role", ["web", "queries"])
def test_a_process_that_is_killed_takes_no_figure_with_it(server: OverSocket, role: str) -> None:
    def counters(all_figures: Figures) -> Figures:
        return {key: value for key, value in all_figures.items() if key[0].endswith("_total")}

    for _ in range(10):
        server.ask("/doc/organisation/ulb.ttl")
    before = figures(server)
    killed = pids(server, role)
    assert len(killed) == {"web": 2, "queries": 1}[role]
    for pid in killed:
        os.kill(pid, signal.SIGKILL)

    def replaced() -> bool:
        try:
            now = figures(server)
        except OSError:
            return False
        names = ("atmpgraph_process_ends_total", "atmpgraph_process_starts_total")
        return all(moved(before, now, name) == {of(role=role): len(killed)} for name in names)

    assert until(replaced)
    after = figures(server)
    lost = {key for key, value in counters(before).items() if after.get(key, 0) < value and "cpu" not in key[0]}
    assert not lost
    assert after["atmpgraph_http_requests_in_flight", of()] == 1


def test_what_is_served_and_the_last_build(server: OverSocket, released: Settings) -> None:
    found = {name: value for (name, _), value in figures(server).items()}
    assert found["atmpgraph_release_statements"] > 1_000
    assert found["atmpgraph_release_live_timestamp_seconds"] >= found["atmpgraph_release_created_timestamp_seconds"]
    assert found["atmpgraph_build_info"] == found["atmpgraph_release_info"] == 1


def test_openmetrics_for_a_client_that_accepts_it(server: OverSocket) -> None:
    accept = "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
    answer = server.ask("/metrics", fields={"Accept": accept})
    assert answer.media_type == "application/openmetrics-text"
    assert answer.body.endswith(b"# EOF\n")
    assert len(list(openmetrics(answer.body.decode()))) > 20  # type: ignore[no-untyped-call]
    assert server.ask("/metrics", fields={"Accept": "application/openmetrics-text;version=x"}).status == 200


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 200),
        ({"X-Forwarded-For": "192.0.2.9"}, 403),
        ({"X-Forwarded-For": "::1"}, 200),
        ({"X-Forwarded-For": "10.1.2.3"}, 403),
    ],
)
def test_who_may_read_through_a_trusted_proxy(server: OverSocket, fields: dict[str, str], status: int) -> None:
    assert server.ask("/metrics", fields=fields).status == status


@pytest.mark.parametrize(
    ("client", "fields", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("::ffff:127.0.0.1", {}, 200),
        ("192.0.2.1", {}, 403),
        ("", {}, 403),
        ("unix:", {}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 403),  # through a proxy that nobody named
        ("127.0.0.1", {"Forwarded": "for=192.0.2.1"}, 403),
        ("127.0.0.1", {"Via": "1.1 proxy"}, 403),
        ("10.1.2.3", {}, 200),
    ],
)
def test_who_may_read(released: Settings, client: str, fields: dict[str, str], status: int) -> None:
    settings = changed(released, metrics={"readers": ["127.0.0.0/8", "::1", "10.0.0.0/8"]})
    answer = InProcess(create_app(settings), environ={"REMOTE_ADDR": client}).ask("/metrics", fields=fields)
    assert answer.status == status
    assert answer.field("Cache-Control") == "no-store"
    assert (b"atmpgraph_" in answer.body) == (status == 200)


def test_one_process_has_its_figures_for_itself(released: Settings) -> None:
    target = InProcess(create_app(released), environ={"REMOTE_ADDR": "127.0.0.1"})
    before = figures(target)
    for _ in range(3):
        target.ask("/doc/organisation/ulb.ttl")
    after = figures(target)
    labels = of(route="documents.document", method="GET", status="200")
    assert moved(before, after, "atmpgraph_http_requests_total")[labels] == 3
    assert after["atmpgraph_process_resident_memory_bytes", of(role="web", slot="0")] > 1 << 20


def test_names_follow_the_conventions(server: OverSocket) -> None:
    """https://prometheus.io/docs/practices/naming/"""
    families = list(prometheus(server.ask("/metrics").body.decode()))
    for family in families:
        assert re.fullmatch(r"atmpgraph_[a-z]+(_[a-z]+)*", family.name)
        assert family.documentation.endswith(".")
        assert not family.name.endswith(("_milliseconds", "_count", "_sum", "_bucket"))
        if family.type == "counter":
            assert all(sample.name.endswith("_total") for sample in family.samples)
        else:
            assert not family.name.endswith("_total")
        for sample in family.samples:
            assert not math.isnan(sample.value)
            assert set(sample.labels) <= {
                *("route", "method", "status", "outcome", "state", "cache", "role", "slot", "le"),
                *("digest", "created", "version", "python"),
            }


# The files of the processes.


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that processes share."""
    return tmp_path


def test_a_file_is_allocated_whole(folder: Path) -> None:
    Slots(folder).current()
    files = sorted(folder.glob("*.db"))
    assert [file.name for file in files] == ["counter_0.db", "gauge_livesum_0.db", "histogram_0.db"]
    for file in files:
        assert file.stat().st_blocks * 512 >= file.stat().st_size > 0


def test_the_files_have_room_for_all_series(folder: Path, released: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that grew would have holes, and a full disk would kill the process that writes into one."""
    endpoints = [each.endpoint for each in Resources(each for module in route_modules() for each in module.RESOURCES)]
    slots = Slots(folder)
    monkeypatch.setenv(metrics.FOLDER, str(folder))
    monkeypatch.setattr(values, "ValueClass", SharedValues(slots))
    monkeypatch.setattr(metrics, "_ALL", [metrics.Metrics(CollectorRegistry())])
    sizes = {file.name: file.stat().st_size for file in folder.glob("*.db")}
    for route in ("", *endpoints):
        for method in ("GET", "HEAD", "OPTIONS", "POST", "QUERY", "PUT"):
            for status in (200, 206, 303, 304, 400, 403, 404, 405, 406, 410, 412, 414, 416, 429, 431, 500, 503, 504):
                metrics.request_ended(route, method, status, 0.1, 10)
        metrics.request_ended(route, "GET", 200, 100, 10)
    metrics.process_started("web")
    assert len(metrics.metrics()._series) > 2_000
    assert {file.name: file.stat().st_size for file in folder.glob("*.db")} == sizes


def test_a_process_inherits_the_counters_of_the_dead_and_not_what_they_were_busy_with(folder: Path) -> None:
    code = (
        "import os, sys\n"
        "from atmpgraph.observability import metrics\n"
        "from atmpgraph.observability.exposition import exposition\n"
        "metrics.process_started('web')\n"
        "metrics.request_started()\n"
        "metrics.query_ended('ok')\n"
        "sys.stdout.write(exposition(None)[0].decode())\n"
        "sys.stdout.flush()\n"
        "os._exit(0)\n"
    )
    environment = os.environ | {metrics.FOLDER: str(folder)}
    for number in range(1, 4):
        output = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
        )
        families = {family.name: family for family in prometheus(output.stdout)}
        outcomes = {sample.labels["outcome"]: sample.value for sample in families["atmpgraph_queries"].samples}
        assert outcomes["ok"] == number
        assert [sample.value for sample in families["atmpgraph_http_requests_in_flight"].samples] == [1]
        assert len(families["atmpgraph_process_open_fds"].samples) == 1
    assert len(list(folder.glob("*.db"))) == 3


def test_processes_at_the_same_time_have_slots_of_their_own(folder: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom atmpgraph.observability.slots import Slots\n"
        "slots = Slots(Path(sys.argv[1]))\nprint(slots.current(), flush=True)\nsys.stdin.read()\n"
    )
    command = [sys.executable, "-c", code, str(folder)]
    running = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(3)]
    taken = {int(process.stdout.readline()) for process in running if process.stdout}
    assert taken == {0, 1, 2}
    ours = Slots(folder)
    assert ours.current() == 3
    assert [process.slot for process in ours.living()] == [0, 1, 2, 3]
    running[1].kill()
    running[1].wait()
    assert running[1].pid not in {process.pid for process in ours.living()}
    assert len(list(ours.living())) == 3
    for process in running:
        process.communicate()


FULL = """
set -e
mount -t tmpfs -o size="$2" tmpfs "$1"
PROMETHEUS_MULTIPROC_DIR="$1" "$3" -c '
from atmpgraph.observability import metrics
metrics.process_started("web")
for number in range(3000):
    metrics.request_ended(f"route{number}", "GET", 200, 0.1, 10)
    metrics.query_ended("ok")
print("alive")
'
"""


@pytest.mark.parametrize("size", ["100k", "1500k", "2200k", "20m"])
def test_a_full_disk_kills_no_process(size: str, tmp_path: Path) -> None:
    """A file with holes would: the system has no room for a page that is written, and sends SIGBUS."""
    if not shutil.which("unshare") or subprocess.run(["unshare", "-rm", "true"], check=False).returncode:
        absent("this machine gives no namespaces")
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", FULL, "sh", str(tmp_path), size]
    done = subprocess.run([*command, sys.executable], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "alive\n"), done.stderr
    assert ("metrics.unavailable" in done.stderr) == (size in {"100k", "1500k"})

"""Why a query has no result: each cause has a problem of its own, and the service goes on."""

import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from atmpgraph.release.release import Release

from ...conftest import unable
from ..jobs import FAST, LIMITS, SLOW, Service
from ..processes import children, processor_time, runs, until

# Writes a large result to a full temporary folder, in namespaces of its own, where any user may mount.
FULL = """
mount -t tmpfs -o size=64k tmpfs "$1"
TMPDIR="$1" exec "$2" -c '
from atmpgraph.http.problem import ProblemError
from atmpgraph.sparql.service.spool import Spool, SpooledResult
small = SpooledResult(Spool(1 << 30))
small.write(b"x" * 1000)
print(sum(map(len, small.pieces())))
try:
    SpooledResult(Spool(1 << 30)).write(b"x" * (1 << 21))
except ProblemError as error:
    print(error.problem.status, error.problem.reason, error.problem.headers["Retry-After"])
'
"""


@pytest.fixture
def copied(release: Release, tmp_path: Path) -> Release:
    """A copy of the release, to be removed or damaged."""
    shutil.copytree(release.path, tmp_path / release.path.name)
    return Release(tmp_path / release.path.name, release.base)


def test_a_release_that_is_removed_while_queries_wait(copied: Release, release: Release) -> None:
    """Those that run have its files open; those that come later learn what happened."""
    service, address = Service(replace(LIMITS, workers=2), release), copied.store_address
    assert service.rows(store=address) == 1
    shutil.rmtree(copied.path)
    assert service.rows(store=address) == 1, "an open store answers on"
    for worker in service.workers():
        os.kill(worker, signal.SIGKILL)
    assert until(lambda: not service.workers())
    problem = service.problem(FAST, store=address)
    assert (problem.status, problem.reason, problem.headers["Retry-After"]) == (503, "release-removed", "1")


def test_a_damaged_store_is_no_fault_of_the_query(copied: Release, release: Release) -> None:
    service, address = Service(replace(LIMITS, workers=2), release), copied.store_address
    (copied.folder.store / "CURRENT").write_bytes(b"nonsense\n")
    problem = service.problem(FAST, store=address)
    assert (problem.status, problem.reason) == (503, "store-damaged")
    assert str(copied.path) not in problem.detail


@pytest.mark.parametrize(
    ("number", "status", "reason"), [(signal.SIGKILL, 503, "crashed"), (signal.SIGSEGV, 500, "crashed")]
)
def test_a_worker_that_ends_is_not_said_to_lack_memory(
    number: signal.Signals, status: int, reason: str, release: Release
) -> None:
    service = Service(LIMITS, release)
    with ThreadPoolExecutor() as threads:
        future = threads.submit(service.problem, SLOW)
        assert until(lambda: any(processor_time(worker) > 1 for worker in service.workers()))
        for worker in service.workers():
            os.kill(worker, number)
        problem = future.result()
    assert (problem.status, problem.reason) == (status, reason)
    assert "MiB" not in problem.detail
    assert service.rows() == 1


def test_one_that_lacks_memory_says_so(release: Release) -> None:
    service = Service(replace(LIMITS, memory_bytes=100 << 20), release)
    problem = service.problem("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i")
    assert (problem.status, problem.reason) == (503, "over-memory")
    assert "100 MiB" in problem.detail.format(**problem.values)


def test_no_process_that_ended_is_left(release: Release) -> None:
    service = Service(LIMITS, release)
    for _ in range(3):
        service.rows()
        for worker in service.workers():
            os.kill(worker, signal.SIGKILL)
    assert service.rows() == 1
    assert until(lambda: all(map(runs, children(service.process.pid)))), "no zombies"


def test_a_stopped_worker_is_replaced_when_its_time_is_over(release: Release) -> None:
    service = Service(replace(LIMITS, timeout_seconds=2.0), release)
    assert service.rows() == 1
    before = service.workers()
    for worker in before:
        os.kill(worker, signal.SIGSTOP)
    assert service.problem(FAST).status == 504
    assert until(lambda: not before & service.workers())
    assert service.rows() == 1


def test_a_service_that_hangs_is_noticed_and_replaced(release: Release) -> None:
    service = Service(replace(LIMITS, silence_seconds=1.5), release)
    assert service.rows() == 1
    hung, workers = service.process.pid, service.workers()
    os.kill(hung, signal.SIGSTOP)
    began = time.monotonic()
    assert until(lambda: not runs(hung))
    assert time.monotonic() - began < 20
    assert service.rows() == 1
    assert until(lambda: not any(map(runs, workers)))


def test_a_full_disk_is_said_to_be_full(tmp_path: Path) -> None:
    if not shutil.which("unshare") or subprocess.run(["unshare", "-rm", "true"], check=False).returncode:
        unable("this machine gives no namespaces")
    command = ["unshare", "-rm", "sh", "-ec", FULL, "sh", str(tmp_path), sys.executable]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["1000", "503 no-space 60"]

"""A release that is removed, or whose store is damaged, while queries on it run and wait: each learns the true reason."""

import json
import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from atmpgraph.errors import RemovedError
from atmpgraph.http.problem import Problem, ProblemError
from atmpgraph.publish.build import build
from atmpgraph.release.release import Release, open_release
from atmpgraph.settings import Settings

from ...conftest import changed
from ..jobs import LIMITS, SLOW, Service
from ..processes import PATIENCE, processor_time, until


def current(settings: Settings) -> Release:
    """The release that is live."""
    return open_release(settings.path(settings.folders.releases), "current", settings.base)


def rebuild(settings: Settings) -> None:
    """Make another release, which removes the one before."""
    table = next(settings.path(Path("data")).glob("events.csv"))
    text = table.read_text(encoding="utf-8")
    first = text.splitlines()[1].split(",")[1]
    table.write_text(text.replace(first, f"{first} anew"), encoding="utf-8")
    built = build(changed(settings, history={"max_releases": 1}))
    assert built.new, "\n".join(built.report.lines("en"))


def outcome(service: Service, number: int) -> Problem | str:
    """What a slow query of a client meets."""
    try:
        service.result(f"{SLOW} # {number}", client=f"192.0.2.{number}", seconds=None)
    except ProblemError as error:
        return error.problem
    return "answered"


def test_queries_on_a_release_that_is_removed_are_told_so(started: Settings) -> None:
    """Two run on stores that are open, and go on; the others wait, and find theirs gone."""
    before = current(started)
    service = Service(replace(LIMITS, workers=2, timeout_seconds=6.0), before)
    with ThreadPoolExecutor(7) as threads:
        futures = [threads.submit(outcome, service, number) for number in range(7)]
        assert until(lambda: sum(processor_time(worker) > 0.25 for worker in service.workers()) >= 2)
        rebuild(started)
        assert not before.path.exists()
        outcomes = [future.result() for future in futures]
    problems = [problem for problem in outcomes if isinstance(problem, Problem)]
    assert len(problems) == 7
    assert {problem.reason for problem in problems} <= {"over-time", "release-removed"}
    assert all("MiB" not in problem.detail and problem.headers["Retry-After"] for problem in problems)
    service.release = current(started)
    assert service.rows("SELECT ?s { ?s ?p ?o } LIMIT 1") == 1


def test_a_query_on_a_release_that_is_gone(started: Settings) -> None:
    before = current(started)
    address = before.store_address
    service = Service(LIMITS, before)
    rebuild(started)
    with pytest.raises(RemovedError):
        assert before.store_address
    service.release = current(started)
    problem = service.problem("ASK {}", store=address)
    assert (problem.status, problem.reason, problem.headers["Retry-After"]) == (503, "release-removed", "1")
    assert str(before.path) not in json.dumps(problem.sentence())


@pytest.mark.parametrize("when", ["before", "while it is open"])
def test_a_query_on_a_damaged_store(when: str, release: Release, tmp_path: Path) -> None:
    """It is no fault of the query: 503, not 400. The next query has another worker."""
    copy = tmp_path / "store"
    shutil.copytree(release.folder.store, copy)
    address, service = replace(release.store_address, location=str(copy)), Service(LIMITS, release)
    if when != "before":
        assert service.rows("SELECT ?s { ?s ?p ?o } LIMIT 1", store=address) == 1
    for file in copy.glob("*.sst"):
        with file.open("r+b") as content:
            content.write(os.urandom(file.stat().st_size))
    problem = service.problem("SELECT * { ?s ?p ?o }", store=address)
    assert (problem.status, problem.reason) == (503, "store-damaged")
    assert str(tmp_path) not in problem.sentence()
    assert service.rows() == 1


def test_an_unknown_function_is_the_fault_of_the_query(release: Release) -> None:
    started = time.monotonic()
    problem = Service(LIMITS, release).problem("SELECT * { ?s ?p ?o FILTER(<urn:none>(?o)) }")
    assert problem.status == 400
    assert "urn:none" in problem.sentence()
    assert time.monotonic() - started < 2 * PATIENCE  # of its time

"""A query that never ends: it is named while it runs, ended by its limit of time, and by Ctrl-C."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from atmpgraph.publish.timed import in_time
from atmpgraph.release.layout import ReleasesFolder
from atmpgraph.settings import Settings

from ..sparql.processes import PATIENCE

TRIPLES = " . ".join(f"?s{n} ?p{n} ?o{n}" for n in range(6))
ENDLESS = f"CONSTRUCT {{ ?s0 ?p0 ?o0 }} WHERE {{ {TRIPLES} FILTER(STRLEN(CONCAT(STR(?s0), STR(?o5))) < 0) }}"
NAMES = ("rules/endless.rq", "coverage.rq", "datasets/endless.rq")


def with_endless(settings: Settings, name: str) -> None:
    file = settings.path(settings.folders.data) / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(ENDLESS, encoding="utf-8")


def begun(settings: Settings, *arguments: str, **variables: str) -> "subprocess.Popen[str]":
    """A build in a process of its own: what never ends goes with it."""
    return subprocess.Popen(
        [sys.executable, "-m", "atmpgraph", "build", "--progress", "plain", *arguments],
        cwd=settings.path(Path()),
        env={**os.environ, **variables},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("name", NAMES)
def test_it_ends_with_its_time_and_is_named(name: str, started: Settings) -> None:
    with_endless(started, name)
    releases = ReleasesFolder(started.path(started.folders.releases))
    live = releases.live
    process = begun(started, ATMPGRAPH_BUILD_QUERY_TIMEOUT_SECONDS="1.2")
    assert process.stderr
    said = process.stderr.read()
    assert process.wait(PATIENCE) == 1, said
    assert f"{name}: the query did not end within 1 second; simplify it, or raise the setting [build]" in said
    assert "Traceback" not in said
    assert releases.live == live
    assert not [*releases.abandoned()]


@pytest.mark.parametrize("name", NAMES)
def test_it_is_named_while_it_runs_and_ctrl_c_ends_it(name: str, started: Settings) -> None:
    with_endless(started, name)
    process = begun(started)
    assert process.stderr
    assert any(line.endswith(f"{Path(name).name} …\n") for line in process.stderr)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 128 + signal.SIGINT
    assert re.search("interrupted; what was begun is put away", process.stderr.read())
    assert not [*ReleasesFolder(started.path(started.folders.releases)).abandoned()]


def test_what_ends_in_time_gives_its_result_or_its_error() -> None:
    assert in_time(Path("x.rq"), 60, lambda: None) is None
    with pytest.raises(ZeroDivisionError):
        in_time(Path("x.rq"), 60, lambda: 1 // 0)

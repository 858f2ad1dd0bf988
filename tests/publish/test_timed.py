"""A query that never ends: it is named while it runs, ended by its limit of time, and by Ctrl-C."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from atmpgraph.publish.timed import in_time
from atmpgraph.release.layout import ReleasesFolder
from atmpgraph.settings import Settings

from ..release.damages import overwrite
from ..sparql.processes import PATIENCE

TRIPLES = " . ".join(f"?s{n} ?p{n} ?o{n}" for n in range(6))
ENDLESS = f"CONSTRUCT {{ ?s0 ?p0 ?o0 }} WHERE {{ {TRIPLES} FILTER(STRLEN(CONCAT(STR(?s0), STR(?o5))) < 0) }}"
NAMES = ("rules/endless.rq", "coverage.rq", "datasets/endless.rq")


def with_endless(settings: Settings, name: str) -> None:
    file = settings.path(settings.folders.data) / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(ENDLESS, encoding="utf-8")


@contextmanager
def begun(settings: Settings, **variables: str) -> "Iterator[subprocess.Popen[str]]":
    """A build in a process of its own, killed in the end and after a while: what never ends goes with it."""
    with subprocess.Popen(
        [sys.executable, "-m", "atmpgraph", "build", "--progress", "plain"],
        cwd=settings.path(Path()),
        env={**os.environ, **variables},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        late = threading.Timer(PATIENCE, process.kill)
        late.start()
        try:
            yield process
        finally:
            late.cancel()
            process.kill()


@pytest.mark.parametrize("name", NAMES)
def test_it_ends_with_its_time_and_is_named(name: str, started: Settings) -> None:
    with_endless(started, name)
    releases = ReleasesFolder(started.path(started.folders.releases))
    live = releases.live
    with begun(started, ATMPGRAPH_BUILD_QUERY_TIMEOUT_SECONDS="1.2") as process:
        _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1, said
    assert f"{name}: the query did not end within 1 second; simplify it, or raise the setting [build]" in said
    assert "Traceback" not in said
    assert releases.live == live
    assert not [*releases.abandoned()]


@pytest.mark.parametrize("name", NAMES)
def test_it_is_named_while_it_runs_and_ctrl_c_ends_it(name: str, started: Settings) -> None:
    with_endless(started, name)
    with begun(started) as process:
        assert process.stderr
        assert any(line.endswith(f"{Path(name).name} …\n") for line in process.stderr)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 128 + signal.SIGINT
    assert "interrupted; what was begun is put away" in said
    assert not [*ReleasesFolder(started.path(started.folders.releases)).abandoned()]


def test_what_ends_in_time_gives_its_result_or_its_error() -> None:
    assert in_time(Path("x.rq"), 60, lambda: None) is None
    with pytest.raises(ZeroDivisionError):
        in_time(Path("x.rq"), 60, lambda: 1 // 0)


def test_what_is_repaired_has_the_limit_too(whole: Settings, tmp_path: Path) -> None:
    """A damaged file that a query without an end would make anew ends the build; it counted as one that cannot be."""
    place = tmp_path / "copy"
    shutil.copytree(whole.path(Path()), place, symlinks=True)
    settings = Settings.load(place / "atmpgraph.toml")
    with_endless(settings, "datasets/endless.rq")
    overwrite(ReleasesFolder(settings.path(settings.folders.releases)).release("current").canonical.with_suffix(".ttl"))
    with begun(settings, ATMPGRAPH_BUILD_QUERY_TIMEOUT_SECONDS="1.2") as process:
        _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1, said
    assert "datasets/endless.rq: the query did not end within 1 second" in said
    assert "Traceback" not in said

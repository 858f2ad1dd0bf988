"""Ctrl-C and SIGTERM in each step of a check and a build: a sentence, nothing left behind, the old release served."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest

from atmpgraph.publish.build import build
from atmpgraph.publish.verify import verify
from atmpgraph.release.layout import ReleasesFolder
from atmpgraph.settings import Settings

from ..long import some
from ..sparql.processes import PATIENCE, until

STEPS: Final = (
    "checking the questions",
    "checking the tables",
    "mapping the tables",
    "checking the graph against the shapes",
    "making and checking the catalogue",
    "writing the release",  # but not by a check
)


def changed_table(settings: Settings) -> None:
    """Let the next build make another release."""
    table = settings.path(settings.folders.data) / "organisations.csv"
    head, _, rest = table.read_text(encoding="utf-8").partition("\n")
    first, _, others = rest.partition("\n")
    table.write_text(f"{head}\n{others}{first}\n", encoding="utf-8")


def left(folder: Path) -> set[str]:
    """What is in a folder, but for the record of the last build and the lock."""
    return {path.name for path in folder.iterdir()} - {"build.json", ".lock"}


def interrupted(command: str, step: str, number: int, settings: Settings, temporary: Path) -> tuple[int, str]:
    """Run a command, and send its process group a signal when a step starts; its exit status, and what it says."""
    process = subprocess.Popen(
        [sys.executable, "-m", "atmpgraph", command, "--progress", "plain"],
        cwd=settings.path(Path()),
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr
    said = ""
    for line in process.stderr:
        said += line
        if line.startswith(step):
            os.killpg(process.pid, number)
            os.killpg(process.pid, number)  # impatient people press twice
            break
    said += process.stderr.read()
    return process.wait(PATIENCE), said


@pytest.mark.parametrize(("command", "step"), some([*product(("build", "check"), STEPS)][:-1], 3))
def test_ctrl_c_in_each_step(command: str, step: str, started: Settings, tmp_path: Path) -> None:
    releases = ReleasesFolder(started.path(started.folders.releases))
    changed_table(started)
    before, live = left(releases.path), releases.live
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    status, said = interrupted(command, step, signal.SIGINT, started, temporary)
    assert "Traceback" not in said
    assert status == 128 + signal.SIGINT, said
    assert said.splitlines()[-1].startswith("atmpgraph: interrupted; what was begun is put away")
    assert not list(temporary.iterdir())
    assert (left(releases.path), releases.live) == (before, live)
    assert not list(verify(releases.path, started.base))
    assert build(started).new, "the next build does what this one did not"


def test_sigterm_ends_it_the_same_way(started: Settings, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    status, said = interrupted("build", STEPS[2], signal.SIGTERM, started, temporary)
    assert status == 128 + signal.SIGTERM
    assert "Traceback" not in said
    assert not list(temporary.iterdir())
    assert not {name for name in left(started.path(started.folders.releases)) if name.startswith(".")}


# A build whose graph counts as a large one, so that it asks the questions of the library, in a worker.
LARGE = """
from atmpgraph.publish import graph
graph._MANY = 0
from atmpgraph.__main__ import main
if __name__ == "__main__":
    main()
"""


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder with a short name: it has place for sockets."""
    with TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_of_the_questions(number: int, started: Settings, short: Path) -> None:
    """Nor of the sockets of workers; what a build leaves that is killed itself goes with the next one."""
    changed_table(started)
    call = [sys.executable, "-c", LARGE, "build", "--jobs", "2"]
    process = subprocess.Popen(
        call, cwd=started.path(Path()), env={**os.environ, "TMPDIR": str(short)}, start_new_session=True
    )
    assert until(lambda: any(short.rglob("queries")) or process.poll() is not None)
    assert process.poll() is None
    process.send_signal(number)
    assert process.wait(PATIENCE) == (-number if number == signal.SIGKILL else 128 + number)
    if number == signal.SIGKILL:
        subprocess.run(call, cwd=started.path(Path()), env={**os.environ, "TMPDIR": str(short)}, check=True)
    assert until(lambda: not any(short.iterdir())), [*short.rglob("*")]

"""Folders for temporary files: they go with the block, and after a kill with the next one; those in use stay."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from atmpgraph.parallel import apart, prepare
from atmpgraph.temporary import sweep, temporary_folder

from .sparql.processes import until

HOLD = "import time; from atmpgraph.temporary import temporary_folder\nwith temporary_folder(): time.sleep(600)"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    prepare()  # the socket of the process that workers are forked from stays where it is
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_it_goes_with_the_block_and_all_in_it(place: Path) -> None:
    with temporary_folder() as folder:
        assert folder.parent == place
        (folder / "inside").mkdir()
        (folder / "inside" / "file").touch()
        sweep(place)
        assert (folder / "inside" / "file").exists(), "it is in use"
    assert [*place.iterdir()] == []


def test_that_of_a_killed_process_goes_with_the_next(place: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", HOLD], env={**os.environ, "TMPDIR": str(place)})
    assert until(lambda: any(place.glob("*/.in-use")))
    (left,) = place.iterdir()
    (left / "socket").touch()
    with temporary_folder() as folder:
        assert {*place.iterdir()} == {left, folder}, "it is in use"
    process.send_signal(signal.SIGKILL)
    process.wait()
    with temporary_folder() as folder:
        assert [*place.iterdir()] == [folder]


def test_what_belongs_to_others_stays(place: Path) -> None:
    others = [place / "other", place / "atmp-other", place / "atmp-link", place / "atmp-folder"]
    for other in others:
        other.mkdir()
    (others[0] / ".in-use").touch()
    (others[2] / ".in-use").symlink_to(others[0] / ".in-use")
    (others[3] / ".in-use").mkdir()
    sweep(place)
    assert sorted(place.iterdir()) == sorted(others)


def leave(name: str) -> str:
    """Leave a file where temporary files are."""
    file = Path(tempfile.mkdtemp()) / name
    file.touch()
    return str(file)


def test_what_a_worker_leaves_goes_with_it(place: Path) -> None:
    left = Path(apart(leave, "file", processes=2))
    assert left.is_relative_to(place)
    assert not left.exists()
    assert not [path for path in place.rglob("*") if path.name == "file"]

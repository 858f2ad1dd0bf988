"""A disk that is full or read-only: a sentence that names it, and nothing left behind. Real ones, as mounts of our own."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from atmpgraph.settings import Settings

from ..conftest import unable

# Runs in namespaces of its own, where any user may mount. $1: the options of the mount, $2: which folder it is.
SCRIPT = """
set -e
releases="$PWD/releases" place="$PWD/place"
mkdir -p "$releases" "$place"
mount -t tmpfs -o "$1" tmpfs "$place"
case "$2" in
  releases) export ATMPGRAPH_FOLDERS_RELEASES="$place" ;;
  temporary) export TMPDIR="$place" ;;
esac
status=0
"$3" -m atmpgraph build || status=$?
find "$place" "$releases" -name '.building*' >&2
exit $status
"""


def build_on(options: str, role: str, settings: Settings) -> tuple[int, str]:
    """Build on a disk with these options; the exit status, and what is said on standard error."""
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", SCRIPT, "sh", options, role]
    done = subprocess.run(
        [*command, sys.executable], cwd=settings.path(Path()), capture_output=True, text=True, check=False
    )
    return done.returncode, done.stderr


@pytest.fixture(autouse=True)
def _namespaces() -> None:
    if not shutil.which("unshare") or subprocess.run(["unshare", "-rm", "true"], check=False).returncode:
        unable("this machine gives no namespaces")


@pytest.mark.parametrize("size", ["40k", "1100k", "2m", "3500k"])
def test_a_full_disk(size: str, started: Settings) -> None:
    status, said = build_on(f"size={size}", "releases", started)
    assert "Traceback" not in said
    assert ".building" not in said
    assert status in {0, 1}
    if status:
        assert said.splitlines()[-1].startswith("atmpgraph: ")
        assert "no space is left; free some" in said
        assert "/place" in said.splitlines()[-1]


def test_there_are_sizes_that_do_and_that_do_not_suffice(started: Settings) -> None:
    assert build_on("size=2m", "releases", started)[0] == 1
    assert build_on("size=20m", "releases", started)[0] == 0


def test_a_read_only_disk(started: Settings) -> None:
    status, said = build_on("ro,size=20m", "releases", started)
    assert (status, said.splitlines()[-1].partition(": ")[0]) == (1, "atmpgraph")
    assert "/place/.lock: Read-only file system; this command writes there" in said


def test_a_temporary_folder_that_is_full(started: Settings) -> None:
    """The build itself needs none beyond what fits in it; what it cannot write it says."""
    status, said = build_on("size=4k", "temporary", started)
    assert "Traceback" not in said
    assert status == 0 or "no space is left; free some" in said

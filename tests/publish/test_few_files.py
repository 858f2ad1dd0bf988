"""Too few files may be open (`ulimit -n`): a sentence with the remedy, and no file passes for a damaged one."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from atmpgraph.errors import DamagedError, ReleaseError
from atmpgraph.publish.verify import damages, damages_beside, verify
from atmpgraph.release.integrity import prove, sha256
from atmpgraph.release.layout import ReleasesFolder
from atmpgraph.release.manifest import File
from atmpgraph.release.sealed import content_of
from atmpgraph.settings import Settings
from atmpgraph.store.embedded import _refused

from .test_interrupts import changed_table

# Opens files until none or few more may be, and says what is raised then.
FEW = """
import os, resource, sys, tempfile
from pathlib import Path
from atmpgraph.search.index import open_index, write_index

place = Path(sys.argv[1])
write_index([], place / "whole")
tempfile.gettempdir()  # which is looked for once
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
for number, (write, left) in enumerate([(True, 0), (True, 1), (True, 2), (False, 0), (False, 1), (False, 2)]):
    held = []
    try:
        while True:
            held.append(os.open(os.devnull, os.O_RDONLY))
    except OSError:
        pass
    for descriptor in held[:left]:
        os.close(descriptor)
    try:
        write_index([], place / f"{number}") if write else open_index(place / "whole")
    except Exception as error:
        print(type(error).__name__, getattr(error, "errno", error))
    for descriptor in held[left:]:
        os.close(descriptor)
"""


@pytest.mark.parametrize("most", [32, 64, 90])
def test_a_build_says_it_with_the_remedy(most: int, started: Settings) -> None:
    changed_table(started)
    script = f'ulimit -n {most} && exec "$1" -m atmpgraph build --jobs 2'
    command = ["sh", "-c", script, "sh", sys.executable]
    done = subprocess.run(command, cwd=started.path(Path()), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "too many files open; raise the limit (ulimit -n)" in done.stderr.splitlines()[-1]
    assert not list(verify(started.path(started.folders.releases), started.base))


def test_the_engine_of_search_is_understood(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FEW, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = done.stdout.splitlines()
    assert len(said) >= 4, done.stderr
    assert set(said) == {f"OSError {errno.EMFILE}"}


def test_no_file_passes_for_a_damaged_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "data.nq"
    file.write_bytes(b"x" * 100_000)
    whole, refusal = File(100_000, sha256(file)), OSError(errno.EMFILE, os.strerror(errno.EMFILE), str(file))

    def refuse(*_: object, **__: object) -> object:
        raise refusal

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refuse)
        patch.setattr(Path, "read_bytes", refuse)
        for read in (lambda: prove(file, whole), lambda: content_of(file)):
            with pytest.raises(OSError, match="open files"):
                read()
    prove(file, whole)  # nothing is remembered


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE])
def test_a_look_at_the_releases_ends_with_it(number: int, started: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be opened for it would be made anew, or taken away."""
    releases = ReleasesFolder(started.path(started.folders.releases))

    def refuse(path: Path) -> bytes:
        if path in {releases.file_dates, releases.release("current").path.resolve() / "manifest.json"}:
            raise OSError(number, os.strerror(number), str(path))
        return whole(path)

    whole = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(OSError, match="open files"):
        list(damages_beside(releases.path, started.base))
    with pytest.raises(OSError, match="open files"):
        list(damages(releases.all()[0]))


def test_a_store_that_cannot_be_opened_for_it_is_not_damaged() -> None:
    few = _refused(Path("store"), RuntimeError("IO error: 1.sst: Too many open files"))
    assert type(few) is ReleaseError
    assert "ulimit -n" in str(few)
    assert isinstance(_refused(Path("store"), RuntimeError("Corruption")), DamagedError)

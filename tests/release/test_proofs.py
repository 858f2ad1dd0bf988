"""What a build found whole need not be read again, as long as it cannot have changed."""

import hashlib
import shutil
import time
from pathlib import Path
from unittest.mock import Mock

import pytest
from cachetools import LRUCache

from atmpgraph.errors import DamagedError
from atmpgraph.publish import repair
from atmpgraph.publish.build import build
from atmpgraph.publish.verify import damages_beside
from atmpgraph.release import integrity
from atmpgraph.release.integrity import State, known_sha256, state_of_file, trust
from atmpgraph.release.layout import ReleasesFolder
from atmpgraph.release.manifest import File
from atmpgraph.release.proofs import note_proofs, noted_proofs, noted_state
from atmpgraph.settings import Settings
from atmpgraph.stream.pages import Stream, read_stream

from .damages import overwrite

CONTENT = b"0123456789" * 10_000
FILE = File(len(CONTENT), hashlib.sha256(CONTENT).hexdigest())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "releases" / ("0" * 64) / "data.nq"
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT)
    time.sleep(0.06)  # later than this, a file that changes is seen to change
    note_proofs(path.parent, {path: FILE})
    return path


def noted(path: Path, file: File = FILE) -> State | None:
    """The state that is noted of a file."""
    return noted_state(noted_proofs(path.parent), path.parent, path, file)


def test_a_file_is_known_to_be_whole(path: Path) -> None:
    assert noted(path) == state_of_file(path)


def test_a_file_that_changed_is_not(path: Path) -> None:
    overwrite(path)
    assert noted(path) not in {None, state_of_file(path)}


def test_a_copy_is_read_again(path: Path, tmp_path: Path) -> None:
    shutil.copytree(tmp_path / "releases", tmp_path / "copy")
    there = tmp_path / "copy" / path.parent.name / path.name
    assert noted(there) not in {None, state_of_file(there)}


def test_a_note_about_other_bytes_does_not_count(path: Path) -> None:
    assert noted(path, File(FILE.bytes, "0" * 64)) is None


def test_a_damaged_note_does_not_count(path: Path) -> None:
    overwrite(ReleasesFolder(path.parent.parent).proofs(path.parent.name))
    assert noted(path) is None


def test_a_damaged_file_is_not_noted(path: Path) -> None:
    overwrite(path)
    with pytest.raises(DamagedError, match="its content is not"):
        note_proofs(path.parent, {path: FILE})


def test_releases_on_another_disk_are_read_by_one_build_alone(
    whole: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those too that nothing follows."""
    place = tmp_path / "copy"
    shutil.copytree(whole.path(Path()), place, symlinks=True)
    time.sleep(0.06)
    releases = [release.path for release in ReleasesFolder(place / "releases").all()]
    read = []
    for _ in range(2):  # each as a process that never read them
        monkeypatch.setattr(integrity, "_outcomes", LRUCache(10_000))
        monkeypatch.setattr(integrity, "_digests", LRUCache(10_000))
        reading = Mock(side_effect=known_sha256)
        monkeypatch.setattr(integrity, "known_sha256", reading)
        assert build(Settings.load(place / "atmpgraph.toml")).digest
        read.append({path for (path,), _ in reading.call_args_list if path.stat().st_size >= 1 << 16})
    assert len(releases) > 1
    assert {parent for path in read[0] for parent in path.parents} >= set(releases)
    assert not read[1]


def test_pages_of_the_stream_are_read_in_another_state_alone(
    started: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a process that never read them."""
    time.sleep(0.06)
    assert build(started).digest
    monkeypatch.setattr(integrity, "_outcomes", LRUCache(100))
    reading = Mock(side_effect=Stream.content)
    monkeypatch.setattr(Stream, "content", lambda *given: reading(*given))
    assert not [*damages_beside(started.path(started.folders.releases), started.base, Stream.prove_page)]
    stream = read_stream(started.path(started.folders.releases), started.base)
    assert [*stream.prove()] == [stream.folder.page(page.number) for page in stream.pages]
    assert not reading.called
    overwrite(stream.folder.page(1))
    trust(stream.folder.page(1), stream.pages[0].sha256, state_of_file(stream.folder.page(1)))  # as if it did not show
    [damage] = damages_beside(started.path(started.folders.releases), started.base, repair._read_page)
    assert damage.path == stream.folder.page(1), "it is the last one, which will grow"
    monkeypatch.setattr(integrity, "_outcomes", LRUCache(100))
    with pytest.raises(DamagedError, match="its content is not"):
        stream.prove()

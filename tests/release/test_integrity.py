"""Whether a file is whole is known without reading it, as long as it cannot have changed."""

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cachetools import LRUCache

from atmpgraph.errors import DamagedError
from atmpgraph.release import integrity
from atmpgraph.release.integrity import difference, known_sha256, linking, prove, state_of_file, trust_file
from atmpgraph.release.manifest import File
from atmpgraph.release.sealed import check_lines, read_sealed, sealing_lines, write_sealed

CONTENT = b"what was written"
FILE = File(len(CONTENT), hashlib.sha256(CONTENT).hexdigest())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    time.sleep(0.06)  # later than this, a file that changes is seen to change
    return path


def in_place(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(CONTENT.replace(b"what", b"That"))


def and_dated_back(path: Path) -> None:
    times = path.stat()
    in_place(path)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def replaced(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(CONTENT.upper())
    other.replace(path)


def as_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "cut": (lambda path: os.truncate(path, 4), f"4 bytes instead of {len(CONTENT)}"),
    "emptied": (lambda path: os.truncate(path, 0), "0 bytes instead"),
    "removed": (lambda path: path.unlink(), "missing"),
    "overwritten": (in_place, "its content is not what its digest says"),
    "overwritten and dated back": (and_dated_back, "its content is not"),
    "replaced": (replaced, "its content is not"),
    "a folder": (as_a_folder, "not a file"),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("proven", [True, False], ids=["after it was proven", "before"])
def test_damage_is_seen(damage: str, proven: bool, file: Path) -> None:
    if proven:
        prove(file, FILE)
    action, reason = DAMAGES[damage]
    action(file)
    for _ in range(2):
        with pytest.raises(DamagedError, match=reason):
            prove(file, FILE)
    assert difference(file, FILE)


def test_a_file_is_read_once(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []
    real = integrity.sha256

    def sha256(path: Path) -> str:
        read.append(path)
        return real(path)

    monkeypatch.setattr(integrity, "sha256", sha256)
    for _ in range(3):
        prove(file, FILE)
    assert read == [file]
    file.touch()
    time.sleep(0.06)
    for _ in range(3):
        prove(file, FILE)
    assert read == [file, file], "and again when it may have changed"


def test_a_file_that_has_another_name_now_is_not_read_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release is hashed in the folder where it is made, and proven in its place."""
    folder = file.parent / "made"
    folder.mkdir()
    file.rename(folder / "file")
    time.sleep(0.06)  # a rename is a change of the file to some file systems
    assert known_sha256(folder / "file") == FILE.sha256
    monkeypatch.setattr(integrity, "sha256", lambda path: pytest.fail(f"{path} was read again"))
    folder.rename(file.parent / "in its place")
    prove(file.parent / "in its place" / "file", FILE)


@pytest.mark.parametrize("damage", ["overwritten", "overwritten and dated back", "replaced", "emptied"])
def test_the_digest_of_a_changed_file_is_another_one(damage: str, file: Path) -> None:
    assert known_sha256(file) == FILE.sha256
    DAMAGES[damage][0](file)
    assert known_sha256(file) == integrity.sha256(file) != FILE.sha256


def test_a_file_that_changed_just_now_is_not_believed(file: Path) -> None:
    """Two changes within a tick of the clock of the file system have one date."""
    for content in (CONTENT, CONTENT.upper()) * 20:
        with file.open("r+b") as out:
            out.write(content)
        assert bool(integrity.known_difference(file, FILE)) == (content != CONTENT)


def test_what_is_mended_is_whole(file: Path) -> None:
    in_place(file)
    with pytest.raises(DamagedError):
        prove(file, FILE)
    file.write_bytes(CONTENT)
    prove(file, FILE)


@pytest.mark.parametrize("content", [{}, {"a": 1.5, "b": ["é", None, {"c": True}]}, {"sha": "x"}])
def test_a_sealed_object_is_read_as_it_was_written(content: dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / "sealed.json"
    write_sealed(path, content)
    assert read_sealed(path, must=True) == content
    text = path.read_bytes()
    for place in range(len(text)):
        other = text[:place] + bytes([text[place] ^ 1]) + text[place + 1 :]
        path.write_bytes(other)
        try:
            assert read_sealed(path, must=True) == content, "only white space may differ"
        except DamagedError:
            continue


@pytest.mark.parametrize("size", [0, 1, 80, 81, 200])
def test_no_part_of_a_sealed_list_passes_for_the_whole(size: int, tmp_path: Path) -> None:
    path = tmp_path / "lines"
    with sealing_lines(path) as out:
        out.write(b"one\n" * 50)
    check_lines(path, must=True)
    os.truncate(path, size)
    with pytest.raises(DamagedError):
        check_lines(path, must=True)


def test_what_an_earlier_version_wrote_has_no_seal(tmp_path: Path) -> None:
    lines, content = tmp_path / "lines", tmp_path / "x.json"
    lines.write_text("one\n", encoding="utf-8")
    content.write_text('{"a": 1}', encoding="utf-8")
    check_lines(lines, must=False)
    assert read_sealed(content, must=False) == {"a": 1}
    with pytest.raises(DamagedError):
        check_lines(lines, must=True)
    with pytest.raises(DamagedError):
        read_sealed(content, must=True)


def test_a_file_that_gets_another_name_is_not_read_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known_sha256(file)
    before = state_of_file(file)
    with linking(file):
        file.with_name("another name").hardlink_to(file)
    assert state_of_file(file) != before
    monkeypatch.delattr(integrity, "sha256")
    assert known_sha256(file) == known_sha256(file.with_name("another name")) == FILE.sha256


@pytest.mark.parametrize("damage", ["cut", "overwritten", "replaced"])
@pytest.mark.parametrize("when", ["meanwhile", "after it"])
def test_what_changes_while_it_gets_another_name_is_read(damage: str, when: str, file: Path) -> None:
    prove(file, FILE)
    with linking(file):
        file.with_name("another name").hardlink_to(file)
        if when == "meanwhile":
            DAMAGES[damage][0](file)
    if when == "after it":
        DAMAGES[damage][0](file)
    with pytest.raises(DamagedError):
        prove(file, FILE)


def test_a_file_that_is_trusted_is_known_by_its_digest(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(integrity, "_digests", LRUCache(100))
    trust_file(file, FILE.sha256, state_of_file(file))
    monkeypatch.delattr(integrity, "sha256")
    assert known_sha256(file) == FILE.sha256
    prove(file, FILE)

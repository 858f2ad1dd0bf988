"""One way to write a file that others read: in one rename, and without a trace when it fails."""

import os
from pathlib import Path

import pytest

from atmpgraph.release.layout import ReleaseFolder, ReleasesFolder, replace_link, replacing, write_atomically


def test_a_file_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "file"
    for content in ("one", "déux".encode()):
        write_atomically(file, content)
    assert file.read_text(encoding="utf-8") == "déux"
    assert list(tmp_path.iterdir()) == [file]
    assert file.stat().st_mode & 0o777 == 0o666 & ~umask(), "as if it had been written in place"


def umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_an_error_changes_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "file"
    write_atomically(file, "one")
    with pytest.raises(TypeError), replacing(file) as out:
        out.writelines([b"two", "not bytes"])  # type: ignore[list-item]
    assert file.read_text(encoding="utf-8") == "one"
    assert list(tmp_path.iterdir()) == [file]


def test_what_cannot_be_put_in_place_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "x").touch()
    for write in (write_atomically, replace_link):
        with pytest.raises(OSError, match="directory"):
            write(folder, "content")
    assert list(tmp_path.iterdir()) == [folder]


def test_it_reaches_the_disk_before_it_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file, then the folder that names it: else a power cut shows an empty file, or the old one again."""
    synced: list[str] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        synced.append(Path(f"/proc/self/fd/{handle}").readlink().name)
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    write_atomically(tmp_path / "file", "one")
    replace_link(tmp_path / "link", "file")
    assert synced == [f".building-file-{os.getpid()}", tmp_path.name, tmp_path.name]
    assert (tmp_path / "link").read_text(encoding="utf-8") == "one"


def test_what_a_killed_build_left_is_known(tmp_path: Path) -> None:
    folder = ReleasesFolder(tmp_path)
    write_atomically(folder.history, "")
    write_atomically(folder.links, "")
    folder.stream.path.mkdir()
    dead, mine = 1 << 30, os.getpid()  # a number that no process has
    left = [
        *(folder.building(name) for name in ("1", f"history-{dead}", f"current-{dead}", f"links.json-{dead}")),
        folder.stream.path / f".building-index.json-{dead}",
    ]
    for path in (*left, folder.building(f"links.json-{mine}")):  # `atmpgraph links` may be running
        path.touch()
    assert sorted(folder.abandoned()) == sorted(left)


def test_downloads_are_all_files_but_the_manifest_and_the_store(tmp_path: Path) -> None:
    folder = ReleaseFolder(tmp_path)
    for path in (folder.manifest, folder.canonical, folder.tables / "a.csv", folder.store / "1.sst"):
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert folder.downloads() == {"data.nq": folder.canonical, "tables/a.csv": folder.tables / "a.csv"}

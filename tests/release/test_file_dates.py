"""Since when a file has had its bytes: no later date is needless, and no earlier one lets a stale copy pass as fresh."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from atmpgraph.release.file_dates import live_file_dates, read_file_dates, write_file_dates
from atmpgraph.release.history import history, prune, record_switch
from atmpgraph.release.layout import CANONICAL, MANIFEST, ReleasesFolder
from atmpgraph.release.manifest import File, Manifest, write_manifest

DAY = "2026-01-{:02}T00:00:00Z"


def digest(name: str) -> str:
    return f"{ord(name):064x}"


def link(releases: Path, name: str, day: int) -> None:
    """Set the link to a release, as it is done by hand too."""
    ReleasesFolder(releases).switch(digest(name))
    time = datetime.fromisoformat(DAY.format(day)).timestamp()
    os.utime(releases / "current", (time, time), follow_symlinks=False)


def live(releases: Path, name: str, day: int, files: Mapping[str, str]) -> None:
    """Have a release with these files go live, as a build does it."""
    folder, past, before = releases / digest(name), history(releases), live_file_dates(releases)
    if not folder.exists():
        folder.mkdir(parents=True)
        (folder / CANONICAL).touch()
        listed, date = {path: File(1, content) for path, content in files.items()}, DAY.format(day)
        manifest = Manifest(digest=folder.name, created=date, files_created=date, base="", statements=0, files=listed)
        write_manifest(folder / MANIFEST, manifest)
    if not past or past[-1].digest != folder.name:
        link(releases, name, day)
    record_switch(releases, past, folder.name, DAY.format(day))
    write_file_dates(releases, before)


def since(releases: Path, file: str) -> int | None:
    """The day since which a file of the live release has had its bytes."""
    current = releases / "current"
    published = datetime.fromtimestamp(current.lstat().st_mtime, UTC)
    found = read_file_dates(releases).of(current.readlink().name, published, file)
    return found.day if found else None


def test_a_date_moves_with_the_bytes(tmp_path: Path) -> None:
    live(tmp_path, "a", 1, {"x": "1", "y": "1"})
    live(tmp_path, "b", 2, {"x": "1", "y": "2", "z": "1"})
    assert [since(tmp_path, file) for file in "xyz"] == [1, 2, 2]
    live(tmp_path, "b", 3, {})  # built again, nothing new
    assert [since(tmp_path, file) for file in "xyz"] == [1, 2, 2]
    live(tmp_path, "a", 4, {})
    assert [since(tmp_path, file) for file in "xyz"] == [1, 4, None], "what comes back has changed now"


def test_it_outlives_the_releases_before(tmp_path: Path) -> None:
    for day, name in enumerate("abc", 1):
        live(tmp_path, name, day, {"x": "1", "y": name})
        prune(tmp_path, 1)
    assert [since(tmp_path, file) for file in "xy"] == [1, 3]


def test_what_is_not_known_has_no_date(tmp_path: Path) -> None:
    assert read_file_dates(tmp_path) == live_file_dates(tmp_path)
    live(tmp_path, "a", 1, {"x": "1"})
    for damaged in ("", "[]", "{}", '{"digest": "", "date": "", "files": {"x": []}}'):
        ReleasesFolder(tmp_path).file_dates.write_text(damaged, encoding="utf-8")
        assert since(tmp_path, "x") is None
    live(tmp_path, "b", 2, {"x": "1"})
    assert since(tmp_path, "x") == 2


def test_a_link_set_by_hand_ends_what_is_known(tmp_path: Path) -> None:
    live(tmp_path, "a", 1, {"x": "1"})
    live(tmp_path, "b", 2, {"x": "2"})
    link(tmp_path, "a", 3)
    assert since(tmp_path, "x") is None
    link(tmp_path, "b", 4)
    assert since(tmp_path, "x") is None, "it was away in between"
    live(tmp_path, "c", 5, {"x": "2"})
    assert since(tmp_path, "x") == 5


@pytest.mark.parametrize("seed", range(20))
def test_no_copy_of_other_bytes_is_ever_fresh(seed: int, tmp_path: Path) -> None:
    """Builds, returns and links by hand in any order: who asks by a date that was told gets other bytes, or had these."""
    random, told = Random(seed), set[tuple[int, str]]()
    contents = {name: {"x": random.choice("12"), "y": random.choice("12")} for name in "abcd"}
    live(tmp_path, "a", 1, contents["a"])
    for day in range(2, 28):
        name = random.choice("abcd")
        by_hand = random.random() < 0.2 and (tmp_path / digest(name)).exists()
        if by_hand:
            link(tmp_path, name, day)
        else:
            live(tmp_path, name, day, contents[name])
        now = chr(int((tmp_path / "current").readlink().name, 16))
        linked = datetime.fromtimestamp((tmp_path / "current").lstat().st_mtime, UTC)
        date = since(tmp_path, "x") or linked.day
        assert all(content == contents[now]["x"] for before, content in told if date <= before)
        told |= {(date, contents[now]["x"]), (day, contents[now]["x"])}  # by the field, and by the clock of the client

"""Which release went live when, and what is left of those that are removed."""

import os
import shutil
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path

import pytest

from atmpgraph.errors import DamagedError, ReleaseError
from atmpgraph.publish.build import build
from atmpgraph.release.diff import diff, read_changes
from atmpgraph.release.history import Switch, history, prune, removed_summary, switches_in
from atmpgraph.release.layout import ReleasesFolder
from atmpgraph.release.release import Release, open_release
from atmpgraph.release.sealed import sealing_lines
from atmpgraph.settings import Settings
from atmpgraph.stream.members import replay
from atmpgraph.stream.pages import read_stream

from ..conftest import changed
from .fixtures import BASE, named, publish

A, B, C = named("a", "one"), named("a", "two"), named("a", "three")


def dates(releases: Path) -> list[tuple[str, str]]:
    return [(switch.date, switch.digest) for switch in history(releases)]


def test_a_return_to_an_older_release_is_a_switch_of_its_own(tmp_path: Path) -> None:
    one = publish(tmp_path, A, "2026-01-01T00:00:00Z")
    two = publish(tmp_path, B, "2026-01-02T00:00:00Z")
    assert publish(tmp_path, A, "2026-01-03T00:00:00Z") == one
    expected = [("2026-01-01T00:00:00Z", one), ("2026-01-02T00:00:00Z", two), ("2026-01-03T00:00:00Z", one)]
    assert dates(tmp_path) == expected
    publish(tmp_path, A, "2026-01-04T00:00:00Z")  # built again, nothing new
    assert dates(tmp_path) == expected


def test_dates_grow_even_when_the_clock_does_not(tmp_path: Path) -> None:
    publish(tmp_path, A, "2026-01-01T00:00:00.900+01:00")
    publish(tmp_path, B, "2025-12-31T23:00:00Z")
    publish(tmp_path, C, "1970-01-01T00:00:00Z")
    assert [date for date, _ in dates(tmp_path)] == [f"2025-12-31T23:00:0{n}Z" for n in range(3)]


def test_a_folder_without_a_log_tells_by_its_manifests_and_its_link(tmp_path: Path) -> None:
    one = publish(tmp_path, A, "2026-01-01T00:00:00Z")
    two = publish(tmp_path, B, "2026-01-02T00:00:00Z")
    folder = ReleasesFolder(tmp_path)
    shutil.rmtree(folder.stream.path)  # put together by hand, or by an earlier version
    for path in (folder.history, folder.published):
        path.unlink()
    assert dates(tmp_path) == [("2026-01-01T00:00:00Z", one), ("2026-01-02T00:00:00Z", two)]
    (tmp_path / "current").unlink()
    (tmp_path / "current").symlink_to(one)  # by hand
    when = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC).timestamp()
    os.utime(tmp_path / "current", (when, when), follow_symlinks=False)
    assert history(tmp_path)[-1] == Switch("2026-03-04T05:06:07Z", one)
    publish(tmp_path, C, "2026-03-05T00:00:00Z")
    assert [date[:10] for date, _ in dates(tmp_path)] == ["2026-01-01", "2026-01-02", "2026-03-04", "2026-03-05"]


def test_a_damaged_log_is_told_by_its_line(tmp_path: Path) -> None:
    publish(tmp_path, A, "2026-01-01T00:00:00Z")
    path = ReleasesFolder(tmp_path).history
    with path.open("a") as file:
        file.write("yesterday\n")
    with pytest.raises(DamagedError, match=r"history: its content is not what its seal says"):
        history(tmp_path)
    switches = "".join(
        f"{switch.date} {switch.digest}\n" for switch in map(itemgetter(1), switches_in(path, lenient=True))
    )
    with sealing_lines(path) as out:
        out.write(f"{switches}yesterday\n".encode())
    with pytest.raises(ReleaseError, match=r"history, line 3: .*'yesterday'"):
        history(tmp_path)


def test_an_empty_folder_has_no_history(tmp_path: Path) -> None:
    assert history(tmp_path) == []


def test_releases_are_kept_by_when_they_were_last_live(tmp_path: Path) -> None:
    one = publish(tmp_path, A, "2026-01-01T00:00:00Z")
    two = publish(tmp_path, B, "2026-01-02T00:00:00Z")
    three = publish(tmp_path, C, "2026-01-03T00:00:00Z")
    publish(tmp_path, A, "2026-01-04T00:00:00Z")
    assert prune(tmp_path, 0) == []
    assert prune(tmp_path, 2) == [two]
    assert not (tmp_path / two).exists()
    assert prune(tmp_path, 1) == [three]
    assert (tmp_path / one).is_dir(), "the current one, the oldest of all"
    left = removed_summary(tmp_path, two)
    assert left
    assert (left.digest, left.created, left.previous) == (two, "2026-01-02T00:00:00Z", one)
    assert "files" not in left.as_json()
    assert removed_summary(tmp_path, one) is None
    assert removed_summary(tmp_path, "../history") is None
    assert [digest for _, digest in dates(tmp_path)] == [one, two, three, one], "the history forgets nothing"
    publish(tmp_path, B, "2026-01-05T00:00:00Z")  # made again
    assert removed_summary(tmp_path, two) is None


def test_what_changed_outlives_the_release_before(tmp_path: Path) -> None:
    one = publish(tmp_path, A, "2026-01-01T00:00:00Z")
    two = publish(tmp_path, B, "2026-01-02T00:00:00Z")
    first, second = Release(tmp_path / one, BASE), Release(tmp_path / two, BASE)
    whole = diff(None, first.path, BASE, rows=True)
    assert (read_changes(first), whole.things) == (whole, {f"{BASE}id/thing/a": "added"})
    expected = diff(first.path, second.path, BASE, rows=True)
    prune(tmp_path, 1)
    assert read_changes(second) == expected
    second.folder.changes.unlink()
    with pytest.raises(DamagedError, match=r"changes\.json: missing"):
        read_changes(second)


def test_a_build_writes_history_changes_and_stream_and_removes_old_releases(started: Settings) -> None:
    settings = changed(started, history={"max_releases": 1})
    releases, people = settings.path(settings.folders.releases), settings.path(settings.folders.data) / "people.csv"
    [first] = history(releases)
    people.write_text(people.read_text(encoding="utf-8").replace("example-person", "other-person"), encoding="utf-8")
    built = build(settings)
    assert built.digest
    assert [switch.digest for switch in history(releases)] == [first.digest, built.digest]
    assert not (releases / first.digest).exists()
    release = open_release(releases, "current", settings.base)
    found = read_changes(release)
    assert found
    person = f"{settings.base}id/person/example-person"
    assert found.things[person] == "removed"
    assert release.manifest.changes == found.without_rows(settings.base).counts()
    assert release.manifest.previous == first.digest
    stream = read_stream(releases, settings.base)
    assert stream.digest == built.digest
    assert set(replay(map(stream.content, stream.pages))) == set(release.path.joinpath("data.nq").open("rb"))
    assert build(settings).digest == built.digest
    assert read_stream(releases, settings.base) == stream

"""A release that comes back: its folder stays, what is told of it now stands beside it and follows what was live."""

import json
from pathlib import Path

import pytest

from atmpgraph.publish.build import Built, build
from atmpgraph.release.diff import diff, read_changes
from atmpgraph.release.history import history
from atmpgraph.release.release import open_at, open_release
from atmpgraph.release.thing_dates import thing_dates
from atmpgraph.settings import Settings
from atmpgraph.vocab import DCAT, DCT

from ..conftest import changed

PERSON = "id/person/example-person"


def built(settings: Settings, old: str, new: str, day: int) -> Built:
    """A build after an edit, on a day of the year 2100: later than the first release, which is of today."""
    people = settings.path(settings.folders.data) / "people.csv"
    text = people.read_text(encoding="utf-8")
    assert old in text
    people.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", str(4_102_444_800 + day * 86_400))
        return build(settings)


def files(folder: Path) -> dict[str, bytes]:
    """The bytes of all files of a release."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def test_what_is_told_follows_what_was_live(started: Settings) -> None:
    releases, base = started.path(started.folders.releases), started.base
    [first] = history(releases)
    as_made = files(releases / first.digest)
    second = built(started, "(fictional)", "(invented)", 1)
    assert (second.new, second.switched) == (True, True)
    back = built(started, "(invented)", "(fictional)", 2)
    assert (back.digest, back.new, back.switched) == (first.digest, False, True)
    assert files(releases / first.digest) == as_made

    live, own = open_release(releases, "current", base), open_at(releases / first.digest, base)
    assert (live.path, live.description.path) == (own.path, releases / "again" / first.digest)
    assert live != own
    assert live.identity != own.identity
    changed = {thing for thing, date in thing_dates(live.description) if date == "2100-01-03T00:00:00Z"}
    assert changed == {base + PERSON, *(thing for thing in changed if "/membership/" in thing)}
    assert dict(thing_dates(own.description)).keys() == dict(thing_dates(live.description)).keys()
    query = f"SELECT ?before ?date {{ ?x <{DCAT}previousVersion> ?before ; <{DCT}modified> ?date }}"
    [row] = live.catalogue_store.select(query)
    assert (row["before"].value, row["date"].value) == (f"{base}releases/{second.digest}", "2100-01-03T00:00:00Z")

    there = open_at(releases / str(second.digest), base)
    assert read_changes(live, second.digest) == diff(there.path, live.path, base, rows=True)
    same = build(started)
    assert (same.digest, same.new, same.switched) == (first.digest, False, False)

    third = built(started, "(fictional)", "(imagined)", 4)  # its dates follow those that were told last
    dates = dict(thing_dates(open_release(releases, "current", base).description))
    assert third.new
    assert dates[base + PERSON] == "2100-01-05T00:00:00Z"
    assert not [date for date in dates.values() if date.startswith("2100-01-02")]


def test_one_that_was_removed_and_made_again_stays_where_it_stood(started: Settings) -> None:
    settings = changed(started, history={"max_releases": 1})
    releases = settings.path(settings.folders.releases)
    [first] = history(releases)
    before = json.loads((releases / first.digest / "manifest.json").read_text(encoding="utf-8"))
    second = built(settings, "(fictional)", "(invented)", 1)
    assert not (releases / first.digest).exists()
    back = built(settings, "(invented)", "(fictional)", 2)
    assert (back.digest, back.new) == (first.digest, True)
    after = json.loads((releases / first.digest / "manifest.json").read_text(encoding="utf-8"))
    for name in ("created", "previous", "changes"):
        assert after[name] == before[name]
    assert after["made"] == "2100-01-03T00:00:00Z"
    live = open_release(releases, "current", settings.base)
    assert live.description == live.folder, "all that it tells is new"
    found = read_changes(live, second.digest)
    assert found
    assert found.things[settings.base + PERSON] == "changed", "kept, though the release before was removed at once"

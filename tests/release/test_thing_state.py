"""Every IRI ever published still has an answer: described, renamed, or gone with what stands in its place."""

import shutil
from pathlib import Path

import pytest

from atmpgraph.errors import DamagedError
from atmpgraph.findings import Severity
from atmpgraph.publish.build import build
from atmpgraph.release import thing_state
from atmpgraph.release.layout import ReleasesFolder
from atmpgraph.release.release import Release, open_release
from atmpgraph.release.thing_state import State, ThingState, may_end, state_of
from atmpgraph.settings import Settings

from ..conftest import edit
from .fixtures import named, publish

BASE = "https://example.org/p/"
PERSON = f"{BASE}id/person/example-person"


@pytest.fixture
def example(started: Settings) -> Settings:
    return started


def append(settings: Settings, row: str) -> None:
    with (settings.path(settings.folders.data) / "successions.csv").open("a", encoding="utf-8") as file:
        file.write(f"{row}\n")


def current(settings: Settings) -> Release:
    return open_release(settings.path(settings.folders.releases), "current", settings.base)


def test_a_thing_is_described_or_was_never_known(example: Settings) -> None:
    release = current(example)
    assert state_of(release, PERSON) == ThingState(State.DESCRIBED)
    for unknown in (f"{PERSON}s", PERSON[:-1], f"{BASE}id", ""):
        assert state_of(release, unknown) == ThingState(State.UNKNOWN)


def test_a_thing_without_a_row_any_more_is_gone(example: Settings) -> None:
    edit(example, "people.csv", "example-person", "other-person")
    assert build(example).digest
    assert state_of(current(example), PERSON) == ThingState(State.GONE)
    assert state_of(current(example), f"{BASE}id/person/other-person") == ThingState(State.DESCRIBED)


def test_it_is_remembered_when_the_old_releases_are_deleted(example: Settings) -> None:
    old = current(example).path
    edit(example, "people.csv", "example-person", "other-person")
    assert build(example).digest
    shutil.rmtree(old)
    edit(example, "people.csv", "(fictional)", "(invented)")
    assert build(example).digest
    assert state_of(current(example), PERSON) == ThingState(State.GONE)


def test_a_renamed_thing_leads_to_its_new_name(example: Settings) -> None:
    edit(example, "people.csv", "example-person", "other-person")
    append(example, "person,example-person,other-person,,,editorial")
    assert build(example).digest
    assert state_of(current(example), PERSON) == ThingState(State.RENAMED, (f"{BASE}id/person/other-person",))


def test_a_replaced_thing_names_what_replaced_it(example: Settings) -> None:
    edit(example, "people.csv", "example-person", "other-person")
    append(example, "person,example-person,,organisation,example-university,editorial")
    assert build(example).digest
    assert state_of(current(example), PERSON) == ThingState(State.GONE, (f"{BASE}id/organisation/example-university",))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("person,example-person,nobody,,,editorial", "new name"),
        ("person,somebody,,organisation,nobody,editorial", "not described"),
        ("person,example-person,,organisation,example-university,editorial", "still described"),
    ],
)
def test_a_wrong_succession_stops_the_build(example: Settings, row: str, said: str) -> None:
    append(example, row)
    built = build(example)
    assert built.digest is None
    found = [finding for finding in built.report.of(Severity.VIOLATION) if said in finding.message["en"]]
    assert found
    assert [place.file for place in found[0].places][:1] == ["successions.csv"] or found[0].path


@pytest.mark.parametrize("piece", [2, 5, 1 << 20])
def test_whether_a_name_may_end_like_a_suffix(tmp_path: Path, piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thing_state, "_PIECE", piece)
    assert may_end(tmp_path, ".ttl")  # nothing tells
    publish(
        tmp_path, named("a") | named("a.ttl.b", "x") | named("a.rdf", "x") | named("c", "d.nt"), "2026-01-01T10:00:00Z"
    )
    assert [each for each in (".ttl", ".rdf", ".nt", ".b") if may_end(tmp_path, each)] == [".rdf", ".b"]
    publish(tmp_path, named("a", "b.ttl"), "2026-01-02T10:00:00Z")
    assert [each for each in (".ttl", ".rdf") if may_end(tmp_path, each)] == [".rdf"]  # it was published
    publish(tmp_path, named("b%2Ettl", "x"), "2026-01-03T10:00:00Z")
    assert may_end(tmp_path, ".ttl")  # once it is decoded
    ReleasesFolder(tmp_path).published.write_bytes(b"")
    with pytest.raises(DamagedError):
        may_end(tmp_path, ".ttl")

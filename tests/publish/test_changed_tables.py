"""A file that grows, is replaced, comes or goes while a build reads it: a sentence, and no release of two states."""

import os
import shutil
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from atmpgraph.i18n import TranslatedError, texts
from atmpgraph.progress import Progress
from atmpgraph.publish.build import build
from atmpgraph.release.layout import ReleasesFolder
from atmpgraph.settings import Settings
from atmpgraph.settings.layers import Kind, Layered
from atmpgraph.sources.package import Snapshot

from ..long import some
from .test_interrupts import STEPS, changed_table, left

RULE = "CONSTRUCT { ?s a ?o } WHERE { ?s a ?o FILTER(false) }\n"


class At(Progress):
    """Does something when a step starts."""

    def __init__(self, step: str, action: Callable[[], object]) -> None:
        self._step, self._action = step, action

    def step(self, name: str, total: int | None = None, unit: str = "") -> None:  # noqa: ARG002
        if name == self._step:
            self._action()


def grow(table: Path) -> None:
    text = table.read_text(encoding="utf-8")
    with table.open("a", encoding="utf-8") as file:
        file.write(text.splitlines(keepends=True)[-1])


def replace(table: Path) -> None:
    """By one of the same size."""
    other = table.with_name("new.csv")
    other.write_bytes(table.read_bytes().swapcase())
    other.replace(table)


def rewrite(table: Path) -> None:
    """By another of the same size, in place, with the dates of the old one."""
    status = table.stat()
    table.write_bytes(table.read_bytes().swapcase())
    os.utime(table, ns=(status.st_atime_ns, status.st_mtime_ns))


@pytest.mark.parametrize(("change", "step"), some(product((grow, replace, rewrite, Path.unlink), STEPS[1:5]), 4))
def test_a_table_changes_while_it_is_read(change: Callable[[Path], None], step: str, started: Settings) -> None:
    releases = ReleasesFolder(started.path(started.folders.releases))
    changed_table(started)
    table = started.path(started.folders.data) / "organisations.csv"
    before, live = left(releases.path), releases.live
    with pytest.raises(TranslatedError) as error:
        build(started, At(step, lambda: change(table)))
    assert str(error.value) == f"{table} changed while it was read; run the command again when nothing writes it"
    assert error.value.text(texts("nl")).startswith(f"{table} is tijdens het lezen veranderd")
    assert (left(releases.path), releases.live) == (before, live)


def test_the_same_content_again_is_no_change(started: Settings) -> None:
    changed_table(started)
    table = started.path(started.folders.data) / "organisations.csv"

    def put_back() -> None:
        copy = table.with_name("copy")
        shutil.copy(table, copy)
        copy.replace(table)

    assert build(started, At(STEPS[2], put_back)).new


@pytest.mark.parametrize(
    ("kind", "name", "step"),
    [
        ("shapes", "own.ttl", STEPS[-1]),
        ("lists", "funding.toml", "checking the graph against the shapes"),
        ("queries", "new.rq", STEPS[-1]),
        ("queries", "new.rq", "checking the tables"),
        ("rules", "own.rq", "making and checking the catalogue"),
    ],
)
def test_what_else_a_release_is_made_from_changes_while_it_is_made(
    kind: Kind, name: str, step: str, started: Settings
) -> None:
    """A file that changes, comes or goes: what was checked and what is published would be two states."""
    place = started.layered(kind)
    assert isinstance(place, Layered)
    place.own.mkdir(parents=True, exist_ok=True)
    if name != "new.rq":
        supplied = place.supplied / name
        text = supplied.read_text(encoding="utf-8") if supplied.exists() else RULE if kind == "rules" else "# one\n"
        (place.own / name).write_text(text, encoding="utf-8")
    releases = ReleasesFolder(started.path(started.folders.releases))
    changed_table(started)
    before, live = left(releases.path), releases.live
    with pytest.raises(TranslatedError, match=name) as error:
        build(started, At(step, lambda: (place.own / name).write_text("# another\n", encoding="utf-8")))
    assert str(error.value).startswith(f"{place.own / name} changed while it was read")
    assert (left(releases.path), releases.live) == (before, live)


def test_what_an_editor_puts_beside_is_no_change(started: Settings) -> None:
    shapes = started.layered("shapes").own
    shapes.mkdir(exist_ok=True)
    changed_table(started)
    assert build(started, At(STEPS[-1], lambda: (shapes / ".own.ttl.swp").write_text("x", encoding="utf-8"))).new


@pytest.mark.parametrize("name", ["coverage.rq", "catalogue.ttl"])
def test_single_files_are_watched_too(name: str, started: Settings) -> None:
    file = started.path(started.folders.data) / name
    changed_table(started)
    with pytest.raises(TranslatedError, match=name):
        build(started, At(STEPS[-1], lambda: file.write_text("# another\n", encoding="utf-8")))


def test_releases_inside_a_folder_are_no_change(tmp_path: Path) -> None:
    (tmp_path / "mine.rq").touch()
    snapshot = Snapshot.of_folders([tmp_path], apart=tmp_path / "releases")
    (tmp_path / "releases").mkdir()
    (tmp_path / "releases" / "report.json").touch()
    snapshot.require_unchanged()
    (tmp_path / "other.rq").touch()
    with pytest.raises(TranslatedError, match=r"other\.rq"):
        snapshot.require_unchanged()

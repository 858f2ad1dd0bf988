"""Three releases of a small publication, put behind a server one after the other."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import ClassVar

import pytest

from atmpgraph.catalogue.dcat import History
from atmpgraph.catalogue.void import void
from atmpgraph.publish.build import build
from atmpgraph.publish.reactivation import reactivate
from atmpgraph.publish.self_description import live_release, write_description
from atmpgraph.release.file_dates import live_file_dates, write_file_dates
from atmpgraph.release.history import history, record_switch
from atmpgraph.release.layout import DescriptionFolder, ReleasesFolder
from atmpgraph.release.release import Release, open_release
from atmpgraph.settings import Settings
from atmpgraph.starter import start

from ..conftest import LANGUAGES, changed
from ..http.conformance.targets import OverSocket, serving
from .web import Web

BASE = "https://w3id.example/example/"
# What is edited before the second release: a word of a figure, and of the quotation that it comes from.
EDITS = [("figures.csv", "about 15 direct", "some 15 direct"), ("quotations.csv", "about 15 direct", "some 15 direct")]
# Rows that are taken away before the third, by the start of their line: a source, with all it states.
REMOVED = [("figures.csv", "newspaper-jobs,"), ("quotations.csv", "jobs,"), ("sources.csv", "newspaper,")]


def set_date(link: Path, time: float) -> None:
    """Set when a link was made, which caches are told."""
    os.utime(link, (time, time), follow_symlinks=False)


@dataclass
class Publication:
    """A publication and its releases: the first; one with another figure; one without one of its sources."""

    settings: Settings
    releases: list[Release] = field(default_factory=list)

    def edit(self, name: str, old: str, new: str) -> None:
        """Change a table."""
        file = self.settings.path(self.settings.folders.data) / name
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} in {name}"
        file.write_text(text.replace(old, new), encoding="utf-8")

    def remove(self, name: str, start_of_row: str) -> None:
        """Take a row out of a table."""
        rows = (
            (self.settings.path(self.settings.folders.data) / name)
            .read_text(encoding="utf-8")
            .splitlines(keepends=True)
        )
        (row,) = (row for row in rows if row.startswith(start_of_row))
        self.edit(name, row, "")

    def build(self) -> bool:
        """Make a release on its day, a day after the one before; whether it is new."""
        day = int(datetime(2026, 1, 1 + len(self.releases), 6, tzinfo=UTC).timestamp())
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SOURCE_DATE_EPOCH", str(day))
            built = build(self.settings)
        assert built.digest, "\n".join(built.report.lines("en"))
        if built.new:
            releases = self.settings.path(self.settings.folders.releases)
            set_date(ReleasesFolder(releases).current, day)
            self.releases.append(open_release(releases, built.digest, BASE))
        return built.new


@pytest.fixture(scope="session")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Publication:
    """The releases, made."""
    folder = tmp_path_factory.mktemp("harvested") / "p"
    start(folder, BASE)
    found = Publication(changed(Settings.load(folder / "atmpgraph.toml"), catalogue={"source_datasets": True}))
    assert found.build()
    for edit in EDITS:
        found.edit(*edit)
    assert found.build()
    for row in REMOVED:
        found.remove(*row)
    assert found.build()
    return found


@dataclass
class Site:
    """The publication behind a server."""

    publication: Publication
    server: OverSocket
    _clock: ClassVar[datetime] = datetime(2026, 1, 10, tzinfo=UTC)

    def live(self, number: int) -> Release:
        """Switch to a release as a build does it, the first being 1, an hour after the switch before."""
        releases, release = self._folder, self.publication.releases[number - 1]
        past, before = history(releases), live_file_dates(releases)
        Site._clock += timedelta(hours=1)
        if past[-1].digest != release.digest:
            made, live = DescriptionFolder(releases / ".made"), live_release(releases)
            now = Site._clock.isoformat().replace("+00:00", "Z")
            files = release.manifest.files
            statistics = partial(void, release.store, release.folder.canonical)
            write_description(
                made, release.folder, files, live, History(release.digest, now), BASE, LANGUAGES, statistics
            )
            reactivate(release.folder, made, live, BASE, now)
            ReleasesFolder(releases).switch(release.digest)
            set_date(ReleasesFolder(releases).current, Site._clock.timestamp())
        record_switch(releases, past, release.digest, Site._clock.isoformat())
        write_file_dates(releases, before)
        return release

    def live_by_hand(self, number: int) -> Release:
        """The same by setting the link, as an administrator may."""
        release = self.publication.releases[number - 1]
        Site._clock += timedelta(hours=1)
        ReleasesFolder(self._folder).switch(release.digest)
        set_date(ReleasesFolder(self._folder).current, Site._clock.timestamp())
        return release

    @property
    def _folder(self) -> Path:
        return self.publication.settings.path(self.publication.settings.folders.releases)

    def web(self, by: str = "If-None-Match") -> Web:
        """A client that has read nothing yet."""
        return Web(self.server, BASE, by)


@pytest.fixture(scope="session")
def site(publication: Publication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The server, with the catalogue in one document."""
    with serving(publication.settings, tmp_path_factory.mktemp("server")) as server:
        yield Site(publication, server)


@pytest.fixture(scope="session")
def paged(publication: Publication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The server, with a catalogue of two datasets a page."""
    with serving(
        publication.settings, tmp_path_factory.mktemp("paged"), ATMPGRAPH_LIMITS_CATALOGUE_PAGE_DATASETS="2"
    ) as server:
        yield Site(publication, server)


@pytest.fixture(scope="session")
def real(released: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """A client of the publication of this repository."""
    with serving(released, tmp_path_factory.mktemp("real")) as server:
        yield Web(server, released.base, "")


def manifest_files(release: Release) -> dict[str, str]:
    """SHA-256 of each file of a release, by its path."""
    files = json.loads((release.path / "manifest.json").read_text(encoding="utf-8"))["files"]
    return {name: file["sha256"] for name, file in files.items()}

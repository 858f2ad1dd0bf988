"""The recipes of docs/operations.md for copies of the releases, while a server serves and builds follow each other."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from atmpgraph.settings import Settings
from atmpgraph.starter import start

from ..conftest import absent
from ..http.conformance.targets import Answer, OverSocket, free_port, serving, wait_for
from ..sparql.processes import PATIENCE
from .recipes import recipe

pytestmark = pytest.mark.clients  # builds upon builds


@dataclass(frozen=True)
class Publication:
    """A publication that changes, with two folders beside it."""

    folder: Path

    @property
    def releases(self) -> Path:
        """What is copied."""
        return self.folder / "releases"

    @property
    def backup(self) -> Path:
        """Where to."""
        return self.folder.parent / "back-up"

    @property
    def replica(self) -> Path:
        """The releases of another server."""
        return self.folder.parent / "replica"

    def command(self, *arguments: str, releases: Path | None = None) -> subprocess.CompletedProcess[str]:
        """A command of atmpgraph."""
        command = [sys.executable, "-m", "atmpgraph", *arguments]
        variables = {"ATMPGRAPH_FOLDERS_RELEASES": str(releases or self.releases)}
        return subprocess.run(
            command, cwd=self.folder, env=os.environ | variables, capture_output=True, text=True, check=False
        )

    def follow(self, heading: str, releases: Path | None = None) -> None:
        """Do what stands under a heading, as it stands there."""
        programs = self.folder.parent / "programs"
        programs.mkdir(exist_ok=True)
        (programs / "atmpgraph").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m atmpgraph "$@"\n', encoding="utf-8")
        (programs / "atmpgraph").chmod(0o755)
        variables = {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "RELEASES": str(releases or self.releases),
            "ATMPGRAPH_FOLDERS_RELEASES": str(releases or self.releases),
            "BACKUP": str(self.backup),
            "REPLICA": str(self.replica),
        }
        done = subprocess.run(
            ["bash", "-euc", recipe(heading)],
            cwd=self.folder,
            env=os.environ | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"

    def change(self, number: int) -> None:
        """Another name in a table, so that the next build makes another release."""
        table = self.folder / "data" / "organisations.csv"
        text = table.read_text(encoding="utf-8")
        table.write_text(text.replace("(fictional", f"(fictional {number}", 1), encoding="utf-8")

    def digests(self, folder: Path) -> set[str]:
        """The releases in a folder."""
        return {path.name for path in folder.iterdir() if len(path.name) == 64}


@pytest.fixture(scope="module")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publication]:
    """A publication with one release."""
    if not shutil.which("rsync"):
        absent("rsync is not installed")
    publication = Publication(tmp_path_factory.mktemp("operations") / "publication")
    start(publication.folder, "https://data.example.org/")
    assert publication.command("build").returncode == 0
    yield publication
    left = {path.name for path in publication.folder.iterdir()}
    assert not [name for name in left if name.startswith("releases-")], "a snapshot was left behind"


def test_copies_under_builds_are_whole_and_are_served(publication: Publication, tmp_path: Path) -> None:
    settings = Settings.load(publication.folder / "atmpgraph.toml")
    ended, outcomes = threading.Event(), list[str]()

    def build() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            publication.change(number)
            outcomes.append(publication.command("build").stderr)

    with serving(settings, tmp_path) as target:
        builds = threading.Thread(target=build)
        builds.start()
        try:
            served, copies = set[bytes](), 0
            while copies < 4 or len(outcomes) < 3:
                copies += 1
                assert copies < 100, outcomes
                publication.follow("Back up")
                checked = publication.command("verify", releases=publication.backup)
                assert checked.returncode == 0, checked.stdout + checked.stderr
                served.add(target.ask("/health/ready").body)
        finally:
            ended.set()
            builds.join(PATIENCE)
    assert len(served) > 1, "the server saw no build"
    publication.follow("Back up")
    assert publication.digests(publication.backup) == publication.digests(publication.releases)

    restored = tmp_path / "elsewhere" / "releases"
    restored.mkdir(parents=True)
    publication.follow("Restore", restored)
    assert restored.stat().st_mode == publication.releases.stat().st_mode  # another user serves it
    with serving(settings, tmp_path, ATMPGRAPH_FOLDERS_RELEASES=str(restored)) as target:
        current = (publication.releases / "current").readlink().name
        assert target.ask("/health/ready").body.decode().split() == ["ready", current]
        assert target.ask("/releases/").status == 200
        assert target.ask("/stream").status == 200
    built = publication.command("build", releases=restored)
    assert f"release {current} (unchanged)" in built.stdout, built


def test_a_restored_copy_with_a_damage_says_so_and_is_mended(publication: Publication, tmp_path: Path) -> None:
    publication.follow("Back up")
    restored = tmp_path / "releases"
    shutil.copytree(publication.backup, restored, symlinks=True)
    damaged = restored / "current" / "data.ttl"
    damaged.write_bytes(damaged.read_bytes()[:-10])
    checked = publication.command("verify", releases=restored)
    assert checked.returncode == 1
    assert "data.ttl" in checked.stdout
    assert publication.command("build", releases=restored).returncode == 0
    assert publication.command("verify", releases=restored).returncode == 0


def test_no_copy_is_made_of_what_is_no_folder_of_releases(publication: Publication, tmp_path: Path) -> None:
    """Nor is a lock made there that the user of the builds could not open."""
    with pytest.raises(AssertionError):
        publication.follow("Back up", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_another_server_follows(publication: Publication, tmp_path: Path) -> None:
    """It serves a whole release at each moment, and the new one in the end."""
    settings = Settings.load(publication.folder / "atmpgraph.toml")
    publication.follow("Back up")
    shutil.copytree(publication.backup, publication.replica, symlinks=True)
    port, refused, ended = free_port(), list[Answer](), threading.Event()

    def ask(target: OverSocket) -> None:
        while not ended.is_set():
            answers = [target.ask(path) for path in ("/health/ready", "/", "/releases/", "/stream/1.nq")]
            refused.extend(answer for answer in answers if answer.status != 200)

    with serving(settings, tmp_path, port, ATMPGRAPH_FOLDERS_RELEASES=str(publication.replica)) as target:
        wait_for(target, "/health/ready")
        client = threading.Thread(target=ask, args=(target,))
        client.start()
        try:
            for number in (100, 101):
                publication.change(number)
                assert publication.command("build").returncode == 0
                publication.follow("Back up")
                publication.follow("More than one server")
                current = (publication.releases / "current").readlink().name
                assert target.ask("/health/ready").body.decode().split() == ["ready", current]
        finally:
            ended.set()
            client.join(PATIENCE)
    assert not refused, [(answer, answer.body) for answer in refused[:5]]

"""What stands where a folder or a file of the publication is expected, and is none, is told; it never counts as nothing."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from atmpgraph.cli import main
from atmpgraph.findings import ViolationError
from atmpgraph.layers.places import place_findings
from atmpgraph.publish.tables import read_tables
from atmpgraph.settings import Settings
from atmpgraph.starter import start

INSIDE = ("data/rules", "data/datasets")
OF_SETTINGS = (
    "mapping",
    "shapes",
    "queries",
    "lists",
    "charts",
    "ontology",
    "texts",
    "templates",
    "static",
    "data/texts",
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    start(tmp_path / "p", "https://example.org/p/", ["en"])
    return Settings.load(tmp_path / "p" / "atmpgraph.toml")


def told(settings: Settings) -> dict[str, str]:
    return {finding.places[0].file: finding.sentence("en") for finding in place_findings(settings)}


def test_nothing_is_told_of_folders_that_are_there_or_not(settings: Settings) -> None:
    assert told(settings) == {}
    assert told(Settings.load(Path(__file__).parents[2] / "atmpgraph.toml")) == {}


@pytest.mark.parametrize("name", [*OF_SETTINGS, *INSIDE])
def test_a_file_in_the_place_of_a_folder(settings: Settings, name: str) -> None:
    settings.path(Path(name)).write_text("SELECT * {}", encoding="utf-8")
    said = told(settings)
    assert list(said) == [name]
    assert "it is a file, and a folder is expected" in said[name]
    assert f"[folders] {'data' if name in INSIDE else 'source_texts' if name == 'data/texts' else name}" in said[name]
    with pytest.raises(ViolationError) as refusal:
        read_tables(settings)
    assert name in {place.file for finding in refusal.value.report.findings for place in finding.places}


def test_the_folder_of_the_tables_is_a_file(settings: Settings) -> None:
    data = settings.path(settings.folders.data)
    data.rename(data.with_name("before"))
    data.write_text("", encoding="utf-8")
    said = told(settings)
    assert list(said) == ["data"], "of what is in it nothing can be told"
    assert "a folder is expected" in said["data"]
    done = CliRunner().invoke(main, ["--settings", str(data.with_name("atmpgraph.toml")), "check"])
    assert (done.exit_code, isinstance(done.exception, SystemExit)) == (1, True)
    assert "data: it is a file, and a folder is expected" in done.output


def test_a_link_in_the_place_of_a_folder_that_leads_nowhere(settings: Settings) -> None:
    settings.path(Path("queries")).symlink_to("elsewhere")
    assert told(settings) == {"queries": "a link that leads to no file; mend it, or remove it"}
    settings.path(Path()).joinpath("elsewhere").mkdir()
    assert told(settings) == {}


def test_a_folder_that_this_user_may_not_read(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("queries", "ontology/auth"):
        settings.path(Path(name)).mkdir(parents=True)
    look = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith(("queries", "auth")):
            raise PermissionError(13, "Permission denied", str(path))
        return look(path)

    monkeypatch.setattr(os, "scandir", refuse)
    said = told(settings)
    assert set(said) == {"queries", "ontology/auth"}
    assert all("this user may not" in text for text in said.values())
    assert "take it away" in said["ontology/auth"]


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
@pytest.mark.parametrize("name", ["datapackage.json", "coverage.rq", "catalogue.ttl"])
def test_no_file_where_one_counts_by_its_name(settings: Settings, name: str, make: Callable[[Path], None]) -> None:
    path = settings.path(settings.folders.data) / name
    path.unlink(missing_ok=True)
    make(path)
    done = CliRunner().invoke(main, ["--settings", str(settings.path(Path("atmpgraph.toml"))), "build"])
    assert (done.exit_code, isinstance(done.exception, SystemExit)) == (1, True)
    line = next(line for line in done.output.splitlines() if line.startswith("violation") and name in line)
    assert ("it is a folder, and a file is expected" if make is Path.mkdir else "take it away") in line
    assert not settings.path(settings.folders.releases).joinpath("current").exists()

"""What stands in the folders of a publication and counts for nothing is told, and never waited for."""

import os
import socket
from collections.abc import Iterable
from pathlib import Path

import pytest

from atmpgraph.findings import Finding, Severity
from atmpgraph.layers.fit import misfits
from atmpgraph.layers.languages import language_findings
from atmpgraph.layers.unread import unread_findings
from atmpgraph.publish.other_files import other_findings
from atmpgraph.publish.tables import open_tables, read_codes
from atmpgraph.settings import Settings
from atmpgraph.starter import start

UNREAD = (
    "charts/a.png",
    "mapping/a.ttl",
    "mapping/inside/a.rml.ttl",
    "shapes/a.shacl",
    "queries/a.sparql",
    "queries/inside/a.rq",
    "lists/a.json",
    "ontology/a.owl",
    "data/rules/a.ttl",
    "data/datasets/a.csv",
    "templates/mine.html",
    "static/a.exe",
    "texts/a.txt",
)
READ = (
    "charts/a.rq",
    "charts/a.vl.json",
    "charts/README.md",
    "mapping/a.rml.ttl",
    "shapes/catalogue/inside/a.ttl",
    "shapes/.a.ttl.swp",
    "queries/columns.csv",
    "ontology/auth/inside/a.ttl",
    "templates/home.html",
    "templates/kinds/part.html",
    "static/inside/a.css",
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    start(tmp_path / "p", "https://example.org/p/", ["en"])
    return Settings.load(tmp_path / "p" / "atmpgraph.toml")


def put(settings: Settings, name: str, text: str = "") -> Path:
    file = settings.path(Path(name))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def told(findings: Iterable[Finding]) -> dict[str, str]:
    """What is said of each place."""
    listed = list(findings)
    assert {finding.severity for finding in listed} <= {Severity.WARNING}
    return {finding.places[0].file: finding.sentence("en") for finding in listed}


def test_a_file_that_nothing_reads_is_a_warning(settings: Settings) -> None:
    for name in (*UNREAD, *READ):
        put(settings, name)
    put(settings, "templates/home.html", '{% include "kinds/part.html" %}')
    assert set(told(unread_findings(settings))) == set(UNREAD)


def test_the_starter_and_this_publication_have_none(settings: Settings) -> None:
    root = Settings.load(Path(__file__).parents[2] / "atmpgraph.toml")
    assert told(unread_findings(settings)) == told(unread_findings(root)) == {}


@pytest.mark.parametrize(
    "name",
    [
        "charts/a.rq",
        "mapping/a.rml.ttl",
        "shapes/a.ttl",
        "queries/a.rq",
        "lists/a.toml",
        "ontology/a.ttl",
        "templates/a.html",
        "texts/nl.po",
        "texts/home.en.md",
    ],
)
def test_what_is_no_file_is_told_and_not_waited_for(settings: Settings, name: str) -> None:
    put(settings, name).unlink()
    path = settings.path(Path(name))
    os.mkfifo(path)
    assert "a pipe" in told(unread_findings(settings))[name]
    assert [*misfits(settings), *language_findings(settings)] == []  # which read the files
    path.unlink()
    path.mkdir()
    assert "a folder with the name of a file" in told(unread_findings(settings))[name]
    assert [*misfits(settings), *language_findings(settings)] == []


def test_a_socket_and_a_pipe_among_the_tables(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = settings.path(settings.folders.data)
    monkeypatch.chdir(data)  # the name of a socket is short
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("a.csv")
    (data / "people.csv").unlink()
    os.mkfifo(data / "people.csv")
    findings = told(unread_findings(settings))
    assert "a pipe" in findings["data/a.csv"]
    assert "a pipe" in findings["data/people.csv"]


def test_a_link_that_leads_out_is_told(settings: Settings, tmp_path: Path) -> None:
    outside = tmp_path / "outside.rq"
    outside.write_text("ASK {}", encoding="utf-8")
    put(settings, "queries/inside.rq", "ASK {}")
    settings.path(Path("queries/a.rq")).symlink_to(outside)
    settings.path(Path("queries/b.rq")).symlink_to("inside.rq")
    assert list(told(unread_findings(settings))) == ["queries/a.rq"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("pages", "texts"),
        ("querys", "queries"),
        ("chart", "charts"),
        ("Static", "static"),
        ("rules", "data/rules"),
        ("dataset", "data/datasets"),
    ],
)
def test_a_folder_with_nearly_the_right_name_is_told(settings: Settings, name: str, meant: str) -> None:
    put(settings, f"{name}/a")
    assert told(unread_findings(settings)) == {name: f"nothing reads this folder; did you mean {meant}?"}


def test_a_query_of_a_chart_that_no_picture_has_is_told(settings: Settings) -> None:
    put(settings, "charts/own.rq", "SELECT * {}")
    put(settings, "charts/claims.rq", "SELECT * {}")  # of a supplied picture
    expected = "no picture has the rows of this query: write own.vl.json, or put the query into queries/"
    assert told(unread_findings(settings)) == {"charts/own.rq": expected}


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("legal.en.md", "texts/legal.en.md"),
        ("data/about.fr.md", "texts/about.fr.md"),
        ("fr.po", "texts/fr.po"),
        ("logo.svg", "static/logo.svg"),
        ("own.css", "static/own.css"),
        ("home.html", "templates/home.html"),
        ("own.rml.ttl", "mapping/own.rml.ttl"),
        ("figures.vl.json", "charts/figures.vl.json"),
        *((name, "") for name in ("README.md", "README.fr.md", "NOTES.md", "data/notes.md", "Makefile", "photo.png")),
    ],
)
def test_a_file_in_another_folder_than_its_own_is_told_its_place(settings: Settings, name: str, place: str) -> None:
    put(settings, name)
    said = {name: f"nothing reads this file here; put it into its place, {place}"} if place else {}
    assert {file: text for file, text in told(unread_findings(settings)).items() if file == name} == said


def test_folders_beside_the_tables_that_nothing_reads_are_told(settings: Settings) -> None:
    for name in ("data/mapping/a.rml.ttl", "data/raw/old/a.csv", "data/texts/a.txt", "data/.git/a"):
        put(settings, name)
    put(settings, "data/rules/a.rq", "CONSTRUCT WHERE { ?s ?p ?o }")
    settings.path(Path("data/empty")).mkdir()
    package = open_tables(settings, read_codes(settings))
    assert {place: text for place, text in told(other_findings(settings, package)).items() if "/" in place} == {
        "data/mapping": "nothing reads this folder; did you mean mapping?",
        "data/raw": "nothing reads this folder; declare its files in the Data Package, or take it away",
    }


def test_templates_that_name_each_other_alone_are_not_read(settings: Settings) -> None:
    for name, other in (("a", "b"), ("b", "a"), ("home", "c"), ("c", "d"), ("d", "c")):
        put(settings, f"templates/{name}.html", f'{{% extends "{other}.html" %}}')
    assert set(told(unread_findings(settings))) == {"templates/a.html", "templates/b.html"}

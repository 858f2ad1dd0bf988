"""The starter's fiction is an example as long as nobody sees it, and false in public."""

import tomllib
from pathlib import Path

import pytest

from atmpgraph.findings import Finding, Severity
from atmpgraph.layers.fiction import fiction, is_public
from atmpgraph.publish.build import build
from atmpgraph.publish.tables import open_tables, read_codes, read_tables
from atmpgraph.settings import Settings
from atmpgraph.starter import start


def findings(settings: Settings, severity: Severity = Severity.VIOLATION) -> list[Finding]:
    return [finding for finding in build(settings).report.of(severity) if finding.check == "files"]


def load(folder: Path, base: str) -> Settings:
    start(folder, base)
    return Settings.load(folder / "atmpgraph.toml")


@pytest.mark.parametrize(
    ("base", "public"),
    [
        ("https://w3id.org/project/", True),
        ("https://w3id.org/x/", True),
        ("http://93.184.216.34/", True),
        ("http://localhost:8000/", False),
        ("https://data.example.org/", False),
        ("https://example.com/", False),
        ("https://nothingexample.com/", True),
        ("https://new.example/", False),
        ("http://127.0.0.1:8000/", False),
        ("http://192.168.0.7/", False),
        ("http://[::1]:8000/", False),
    ],
)
def test_what_is_public(base: str, public: bool) -> None:
    assert is_public(base) is public


def test_the_example_is_an_example_where_nobody_sees_it(started: Settings) -> None:
    assert findings(started) == findings(started, Severity.WARNING) == []


def test_in_public_each_piece_of_fiction_is_a_violation(tmp_path: Path) -> None:
    found = findings(load(tmp_path / "p", "https://w3id.org/project/"))
    places = {(finding.places[0].file, finding.places[0].row, finding.places[0].column) for finding in found}
    assert ("atmpgraph.toml", None, "[title] en") in places
    assert ("atmpgraph.toml", None, "[description] fr") in places
    assert ("partnerships.csv", 2, None) in places
    assert ("organisations.csv", 2, None) in places
    catalogue = {finding.value for finding in found if finding.places[0].file == "data/catalogue.ttl"}
    assert {"fictional", "mailto:your-address@example.org", "Example publisher"} <= catalogue
    assert any(str(value).endswith("country/OP_DATPRO") for value in catalogue)
    assert {finding.message["en"] for finding in found} == {
        "this is still what the fictional example says, and would be false in public: write your own, or remove it"
    }
    assert not any("fictional example" in finding.message["fr"] for finding in found)


def test_what_was_replaced_is_no_fiction(tmp_path: Path) -> None:
    settings = load(tmp_path / "p", "https://w3id.org/project/")
    file = tmp_path / "p" / "atmpgraph.toml"
    text = file.read_text(encoding="utf-8")
    for texts in (tomllib.loads(text)["title"], tomllib.loads(text)["description"]):
        for each in texts.values():
            text = text.replace(each, f"Real: {len(each)}")
    file.write_text(text, encoding="utf-8")
    places = [finding.places[0].file for finding in findings(Settings.load(file))]
    assert "atmpgraph.toml" not in places
    assert "data/catalogue.ttl" in places
    assert settings.base


@pytest.mark.parametrize(
    ("base", "severity"),
    [("https://example.org/p/", Severity.WARNING), ("https://w3id.org/project/", Severity.VIOLATION)],
)
def test_a_partnership_that_is_in_no_table(tmp_path: Path, base: str, severity: Severity) -> None:
    load(tmp_path / "p", base)
    file = tmp_path / "p" / "atmpgraph.toml"
    file.write_text(
        file.read_text(encoding="utf-8").replace('partnership = "example"', 'partnership = "none"'), encoding="utf-8"
    )
    [finding] = [each for each in findings(Settings.load(file), severity) if each.value == "none"]
    assert "the slug of a row" in finding.message["en"]


def test_no_table_of_partnerships_has_no_partnership(tmp_path: Path) -> None:
    settings = load(tmp_path / "p", "https://w3id.org/project/")
    (tmp_path / "p" / "data" / "partnerships.csv").unlink()
    found = fiction(settings, open_tables(settings, read_codes(settings)))
    assert "example" in {finding.value for finding in found if finding.places[0].file == "atmpgraph.toml"}


def test_fiction_in_fewer_languages_is_fiction(tmp_path: Path) -> None:
    settings = load(tmp_path / "p", "https://w3id.org/project/")
    file = tmp_path / "p" / "data" / "partnerships.csv"
    file.write_text("slug,source,title_en\nexample,announcement,Example Partnership (fictional)\n", encoding="utf-8")
    found = fiction(settings, open_tables(settings, read_codes(settings)))
    assert ("partnerships.csv", 2) in {(finding.places[0].file, finding.places[0].row) for finding in found}


def test_the_publication_of_this_repository_is_public_and_has_none(released: Settings) -> None:
    assert is_public(released.base)
    assert not [finding for finding in read_tables(released).findings if finding.check == "files"]

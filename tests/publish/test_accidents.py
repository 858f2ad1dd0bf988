"""Accidents of files that people write: each is told in the language asked, without a traceback, and nothing goes live."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from atmpgraph.cli import main

ORGANISATIONS = "slug,name_en,kind,source,quotation\nexample-university,Example,university,announcement,members\n"


def declared(**resource: object) -> Callable[[Path], None]:
    """A Data Package that says something of the organisations."""

    def write(folder: Path) -> None:
        content = {"name": "example", "resources": [{"name": "organisations", **resource}]}
        (folder / "data" / "datapackage.json").write_text(json.dumps(content), encoding="utf-8")

    return write


def content(name: str, text: str) -> Callable[[Path], None]:
    """A file with other words in it."""

    def write(folder: Path) -> None:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")

    return write


def circular(folder: Path) -> None:
    (folder / "data" / "organisations.csv").unlink()
    (folder / "data" / "organisations.csv").symlink_to("organisations.csv")


def utf_16_without_a_mark(folder: Path) -> None:
    declared(encoding="utf-16")(folder)


def no_catalogue(folder: Path) -> None:
    (folder / "data" / "catalogue.ttl").unlink()


ACCIDENTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "declared UTF-16, and is not": (utf_16_without_a_mark, "organisations.csv : pas dans le codage utf-16"),
    "a path to no file": (declared(path="orgs.csv"), "orgs.csv : ce fichier n’existe pas"),
    "a dialect of another library": (declared(dialect={"sheet": "Orgs"}), "sheet ne veut rien dire ici"),
    "a schema in a file": (declared(schema="schema.json"), "schema.json, qui n’est pas lu"),
    "fields that are none": (declared(schema={"fields": [1]}), "le numéro 1 de « resources » (organisations)"),
    "resources that are no list": (content("data/datapackage.json", '{"resources": {}}'), "« resources » est une liste"),
    "a descriptor with a comma too many": (
        content("data/datapackage.json", '{"resources": [\n  {"name": "organisations"},\n]}'),
        "datapackage.json, ligne 3",
    ),
    "two resources without a path, and a question that is none": (
        lambda folder: (
            content("data/datapackage.json", '{"resources": [\n{"name": "a"},\n{"name": "b", "schema": "b.json"}]}')(folder),
            content("queries/mine.rq", "SELECT nothing")(folder),
        )[0],
        "mine.rq",
    ),
    "settings with slips, and a question that is none": (
        lambda folder: (
            content("atmpgraph.toml", (folder / "atmpgraph.toml").read_text("utf-8") + "\n[server]\nport = \n")(folder),
            content("queries/mine.rq", "SELECT nothing")(folder),
        )[0],
        "mine.rq",
    ),
    "a name that is there twice": (
        content("data/datapackage.json", '{"resources": [{"name": "organisations"}, {"name": "organisations"}]}'),
        "organisations est là deux fois",
    ),
    "a member that is there twice": (
        content("data/datapackage.json", '{"resources": [], "resources": []}'),
        "resources est là deux fois",
    ),
    "a type that is a list": (
        declared(schema={"fields": [{"name": "slug", "type": ["string"]}]}),
        "type est un texte entre guillemets",
    ),
    "a title by language": (
        declared(schema={"fields": [{"name": "slug", "title": {"fr": "x"}}]}),
        "title est un texte entre guillemets",
    ),
    "a list of values that is a text": (
        declared(schema={"fields": [{"name": "slug", "constraints": {"enum": "a"}}]}),
        "enum est une liste de textes",
    ),
    "a length that is a text": (
        declared(schema={"fields": [{"name": "slug", "constraints": {"minLength": "a"}}]}),
        "Data Package",
    ),
    "a least value of a text": (
        declared(schema={"fields": [{"name": "slug", "constraints": {"minimum": 1}}]}),
        "la contrainte \"minimum\" ne convient pas",
    ),
    "a link in a circle": (circular, "organisations.csv : ce fichier n’existe pas"),
    "a workbook that is called CSV": (
        lambda folder: (folder / "data" / "organisations.csv").write_bytes(b"PK\x03\x04" + b"\0" * 99),
        "c’est un classeur, quoi que dise son nom",
    ),
    "a line for Excel": (content("data/organisations.csv", f"sep=,\n{ORGANISATIONS}"), "cette ligne est pour Excel"),
    "a path of Windows in the settings": (
        lambda folder: content(
            "atmpgraph.toml", (folder / "atmpgraph.toml").read_text("utf-8") + '[folders]\ndata = "C:\\Users\\me"\n'
        )(folder),
        "barre oblique inverse",
    ),
    "no object": (content("data/datapackage.json", "[1]"), "« resources » est une liste"),
    "a bottomless Data Package": (content("data/datapackage.json", "[" * 100_000), "les unes dans les autres"),
    "bottomless settings": (content("atmpgraph.toml", "a = " + "[" * 100_000), "les unes dans les autres"),
    "a bottomless list": (content("lists/x.toml", "a = " + "[" * 100_000), "les unes dans les autres"),
    "a bottomless template": (content("templates/x.html", "{{ " + "(" * 100_000 + "}}"), "les unes dans les autres"),
    "no date": (
        declared(schema={"fields": [{"name": "since", "type": "date", "format": "%Q"}]}),
        "%Q n’est pas",
    ),
    "a short row": (
        content("data/organisations.csv", ORGANISATIONS + "example-company,Example\n"),
        "organisations.csv, ligne 3, colonne kind",
    ),
    "no catalogue": (no_catalogue, "catalogue.ttl : ce fichier n’existe pas"),
    "a date that is none, in the ontology": (
        content("ontology/x.ttl", '<ns/x> <http://purl.org/dc/terms/date> "heute"^^<http://www.w3.org/2001/XMLSchema#date> .'),
        "n’est pas publié",
    ),
    "a rule that asks": (content("data/rules/mine.rq", "SELECT * { ?s ?p ?o }"), "une requête CONSTRUCT est attendue"),
}  # fmt: skip


@pytest.mark.parametrize("name", ACCIDENTS)
def test_an_accident_is_told_in_the_language(tmp_path: Path, name: str) -> None:
    accident, sentence = ACCIDENTS[name]
    folder = tmp_path / "ours"
    assert CliRunner().invoke(main, ["init", str(folder)]).exit_code == 0
    accident(folder)
    done = CliRunner().invoke(
        main, ["--settings", str(folder / "atmpgraph.toml"), "--language", "fr", "check", "--all"]
    )
    words = done.output.replace("\u00a0", " ").replace("\u202f", " ")
    assert done.exit_code in {1, 2}
    assert isinstance(done.exception, SystemExit), "no traceback"
    assert sentence in words
    assert "None" not in words
    assert not (folder / "releases" / "current").exists()

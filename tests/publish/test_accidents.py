"""Accidents of files that people write: each is told in the language asked, without a traceback, and nothing goes live."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from rdflib.namespace import SH

from atmpgraph.cli import main
from atmpgraph.settings.layers import supplied

BOTTOMLESS = f"{'{' * 3_000} ?s ?p ?o {'}' * 3_000}"  # on a stack of 8 MB the engine ends the process
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


def bottomless_list(folder: Path) -> None:
    text = (supplied("lists") / "funding.toml").read_text(encoding="utf-8")
    content("lists/funding.toml", re.sub(r"(?m)^things = .*$", f'things = "{BOTTOMLESS}"', text))(folder)


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
    "a link in a circle": (circular, "organisations.csv : les liens tournent en rond"),
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
    "a bottomless question": (content("queries/x.rq", f"SELECT * WHERE {BOTTOMLESS}"), "La requête imbrique plus de"),
    "a bottomless dataset": (
        content("data/datasets/x.rq", f"CONSTRUCT {{ ?s ?p ?o }} WHERE {BOTTOMLESS}"),
        "La requête imbrique plus de",
    ),
    "a bottomless rule": (
        content("data/rules/x.rq", f"CONSTRUCT {{ ?s ?p ?o }} WHERE {BOTTOMLESS}"),
        "La requête imbrique plus de",
    ),
    "a bottomless chart": (content("charts/timeline.rq", f"SELECT * WHERE {BOTTOMLESS}"), "La requête imbrique plus de"),
    "a bottomless pattern of a list": (bottomless_list, "La requête imbrique plus de"),
    "a bottomless shape": (
        content(
            "shapes/x.ttl",
            f"<urn:s> <{SH}targetNode> <urn:n> ; <{SH}sparql> [ <{SH}select> 'SELECT $this WHERE {BOTTOMLESS}' ] .",
        ),
        "La requête imbrique plus de",
    ),
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


def edited(name: str, old: str, new: str) -> Callable[[Path], None]:
    """A file with other words in place of some."""

    def write(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return write


# A fault of each kind of file, and the file that a finding names for it.
FAULTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "a setting of another type": (edited("atmpgraph.toml", "[title]", "[server]\nport = \"x\"\n[title]"), "atmpgraph.toml"),
    "an unknown code": (edited("data/organisations.csv", ",company,,,announcement", ",compny,,,announcement"), "organisations.csv"),
    "a key that is none": (edited("data/participations.csv", "example-company", "exmple-company"), "participations.csv"),
    "a file that nothing reads": (content("data/organisation.csv", "slug\n"), "data/organisation.csv"),
    "mapping": (content("mapping/own.rml.ttl", "<a> a <b> ;; ."), "own.rml.ttl"),
    "shapes": (content("shapes/own.ttl", "<a> <b> [ <c> ] ;; ."), "own.ttl"),
    "a query": (content("queries/mine.rq", "SELECT nothing"), "mine.rq"),
    "the catalogue": (edited("data/catalogue.ttl", "@prefix", "@prefx"), "catalogue.ttl"),
    "a chart": (content("charts/mine.vl.json", '{"mark": "bar"'), "mine.vl.json"),
    "a list": (content("lists/mine.toml", "columns = [}"), "lists/mine.toml"),
    "a rule": (content("data/rules/mine.rq", "SELECT * { ?s ?p ?o }"), "mine.rq"),
    "a page": (content("texts/legal.en.md", "without a title"), "texts/legal.en.md"),
    "a text of the interface": (content("texts/de.po", 'msgid "{n} row"\nmsgstr "{m} Zeile"\n'), "texts/de.po"),
    "a template": (content("templates/home.html", "{% if x %}"), "templates/home.html"),
    "the look": (edited("atmpgraph.toml", "[description]", "[site]\nlogo = \"no.svg\"\n[description]"), "atmpgraph.toml"),
}  # fmt: skip


def test_one_run_tells_a_fault_of_each_kind_in_five_languages(tmp_path: Path) -> None:
    """With place and remedy; and as JSON and as CSV, whole."""
    folder = tmp_path / "ours"
    assert CliRunner().invoke(main, ["init", str(folder)]).exit_code == 0
    for accident, _ in FAULTS.values():
        accident(folder)
    call = ["--settings", str(folder / "atmpgraph.toml")]
    done = CliRunner().invoke(main, [*call, "check", "--json"])
    assert done.exit_code == 1
    findings = json.loads(done.stdout)["findings"]
    named = [place["file"] for finding in findings for place in finding["places"]]
    assert [name for name, (_, file) in FAULTS.items() if file not in named] == []
    assert named.count("mine.rq") == 2, "the query and the rule"
    assert named.count("atmpgraph.toml") == 2, "both settings"
    for finding in findings:
        assert finding["message"].keys() >= {"fr", "nl", "de", "en", "it"}
        assert all(finding["message"][tag] != finding["message"]["en"] for tag in ("fr", "nl", "de", "it"))
    table = CliRunner().invoke(main, [*call, "--language", "de", "check", "--csv"])
    assert len(list(csv.reader(table.stdout.splitlines()))) == 1 + len(findings)

"""The command line: what it prints and how it ends. 0 done; 1 the data are wrong; 2 the call is wrong."""

import csv
import json
import os
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from atmpgraph.cli import main
from atmpgraph.findings import Finding, Place, Severity
from atmpgraph.i18n import every_language
from atmpgraph.settings import Settings

from .long import some

FIGURES = "PREFIX qb: <http://purl.org/linked-data/cube#> SELECT (COUNT(?f) AS ?figures) WHERE { ?f a qb:Observation }"


@pytest.fixture
def example(tmp_path: Path) -> Path:
    folder = tmp_path / "example"
    assert CliRunner().invoke(main, ["init", str(folder)]).exit_code == 0
    return folder


def run(folder: Path, *arguments: str, text: str = "") -> Result:
    return CliRunner().invoke(main, ["--settings", str(folder / "atmpgraph.toml"), *arguments], input=text)


def test_init_check_build_query_diff(example: Path) -> None:
    checked = run(example, "check")
    assert checked.exit_code == 0
    assert "partners: 3 declared by 1 source, 2 named" in checked.stdout
    assert "metadata score (MQA, DCAT-AP 3.0.1): 405 of 405 points" in checked.stdout
    assert not (example / "releases").exists(), "a check changes nothing"

    built = run(example, "build")
    assert built.exit_code == 0
    first = built.stdout.split()[-1]
    assert "metadata score (MQA, DCAT-AP 3.0.1): 405 of 405 points" in built.stdout
    assert "(unchanged)" in run(example, "build").stdout

    assert run(example, "query", "-", text=FIGURES).stdout.split() == ["figures", "-------", "7"]
    people = example / "data" / "people.csv"
    people.write_text(people.read_text(encoding="utf-8").replace("(fictional)", "(invented)"), encoding="utf-8")
    assert run(example, "build").exit_code == 0
    difference = run(example, "diff", first[:12])
    assert difference.exit_code == 0
    assert "changed https://example.org/partnership/id/person/example-person" in difference.stdout
    assert difference.stdout.endswith("things changed: 1; statements removed: 1, added: 1\n")
    as_json = json.loads(run(example, "diff", first[:12], "--json").stdout)
    assert list(as_json["things"].values()) == ["changed"]
    assert json.loads(run(example, "diff", first[:12], "--format", "json").stdout) == as_json
    patch = run(example, "diff", first[:12], "--format", "patch").stdout.splitlines()
    assert patch[0].startswith("H id <https://example.org/partnership/releases/")
    assert patch[1] == f"H prev <https://example.org/partnership/releases/{first}> ."
    assert (patch[2], patch[-1]) == ("TX .", "TC .")
    assert [line[2:] for line in patch[3:-1]] == as_json["removed"] + as_json["added"]
    people.write_text(people.read_text(encoding="utf-8").replace("(invented)", "(fictional)"), encoding="utf-8")
    assert run(example, "build").stdout.endswith(f"release {first} (live again)\n")


@pytest.mark.parametrize(
    ("format_", "query", "telling"),
    [
        ("table", FIGURES, "7"),
        ("json", FIGURES, '"value":"7"'),
        ("csv", FIGURES, "figures\n7"),
        ("tsv", FIGURES, "?figures\n7"),
        ("xml", FIGURES, "<sparql"),
        ("table", "ASK { ?s ?p ?o }", "yes"),
        ("table", "ASK { <a> <b> <c> }", "no"),
        ("table", "CONSTRUCT { <x> <y> <z> } WHERE {}", "<https://example.org/partnership/x>"),
        ("nt", "CONSTRUCT { <x> <y> <z> } WHERE {}", "<https://example.org/partnership/x> <"),
    ],
)
def test_query_formats(released_example: Path, format_: str, query: str, telling: str) -> None:
    result = run(released_example, "query", "--format", format_, "-", text=query)
    assert result.exit_code == 0
    assert telling in result.stdout


@pytest.mark.parametrize(("format_", "query"), [("nt", FIGURES), ("csv", "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")])
def test_a_format_that_does_not_fit_the_result(released_example: Path, format_: str, query: str) -> None:
    result = run(released_example, "query", "--format", format_, "-", text=query)
    assert result.exit_code == 2
    assert "choose one of" in result.stderr


def test_a_query_that_cannot_be_evaluated(released_example: Path) -> None:
    result = run(released_example, "query", "-", text="SELECT (<http://example.org/f>(1) AS ?x) WHERE {}")
    assert result.exit_code == 1
    assert "cannot be evaluated" in result.stderr


def test_a_query_that_would_end_the_process(released_example: Path) -> None:
    result = run(released_example, "query", "-", text=f"SELECT * WHERE {'{' * 3_000} ?s ?p ?o {'}' * 3_000}")
    assert result.exit_code == 1
    assert "nests more than" in result.stderr


def test_a_query_in_another_encoding(released_example: Path, tmp_path: Path) -> None:
    file = tmp_path / "query.rq"
    file.write_bytes('SELECT ("é" AS ?letter) {}'.encode("cp1252"))
    result = run(released_example, "query", str(file))
    assert result.exit_code == 2
    assert "the query is not in UTF-8; save it in UTF-8" in result.stderr


def test_a_query_with_an_error(released_example: Path) -> None:
    result = run(released_example, "query", "-", text="SELECT WHERE")
    assert result.exit_code == 1
    assert "1:" in result.stderr, "line and column"
    assert "Traceback" not in result.stderr


@pytest.fixture(scope="module")
def released_example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "example"
    assert CliRunner().invoke(main, ["init", str(folder)]).exit_code == 0
    assert run(folder, "build").exit_code == 0
    return folder


def test_wrong_data_end_with_1_and_say_where(example: Path) -> None:
    figures = example / "data" / "figures.csv"
    figures.write_text(figures.read_text(encoding="utf-8").replace(",10,NUM", ",ten,NUM"), encoding="utf-8")
    result = run(example, "check")
    assert result.exit_code == 1
    assert "figures.csv, row 7, column value" in result.stdout
    report = json.loads(run(example, "check", "--json").stdout)
    assert report["conforms"] is False
    assert report["findings"][0]["places"] == [{"file": "figures.csv", "row": 7, "column": "value"}]


def test_a_report_in_another_language(example: Path) -> None:
    figures = example / "data" / "figures.csv"
    figures.write_text(figures.read_text(encoding="utf-8").replace(",75,PERCENT", ",175,PERCENT"), encoding="utf-8")
    results = {
        language: CliRunner().invoke(
            main, ["--settings", str(example / "atmpgraph.toml"), "--language", language, "check"]
        )
        for language in some(("fr", "nl", "de", "en"), 2)
    }
    assert {result.exit_code for result in results.values()} == {1}
    assert len({result.stdout.splitlines()[0] for result in results.values()}) == len(results)


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("fr", "violation\u00a0: people.csv, ligne 2, colonne"),
        ("nl", "overtreding: people.csv, rij 2, kolom"),
        ("de", "Verstoß: people.csv, Zeile 2, Spalte"),
        ("en", "violation: people.csv, row 2, column"),
    ],
)
def test_a_finding_is_all_in_the_language_of_the_reader(language: str, line: str) -> None:
    message = every_language("expected a year such as 2024")
    finding = Finding("table", Severity.VIOLATION, message, (Place("people.csv", 2, "born"),), "x")
    assert finding.text(language).startswith(line)
    assert message[language] in finding.text(language)


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["query"], ["query", "no-such-file"], ["serve", "--port", "0"], ["diff"], ["check", "--colour"]],
)
def test_a_wrong_call_ends_with_2(example: Path, arguments: list[str]) -> None:
    assert run(example, *arguments).exit_code == 2


@pytest.mark.parametrize("command", ["check", "build"])
def test_one_run_tells_what_is_wrong_with_settings_and_tables(example: Path, command: str) -> None:
    file, figures = example / "atmpgraph.toml", example / "data" / "figures.csv"
    wrong = "[server]\nport = 'many'\ncolour = 'red'\n[[site.footer]]\nurl = 'ftp:'\n"
    file.write_text(file.read_text(encoding="utf-8") + wrong, encoding="utf-8")
    figures.write_text(figures.read_text(encoding="utf-8").replace(",10,NUM", ",ten,NUM"), encoding="utf-8")
    done = run(example, command, "--json")
    assert done.exit_code == 1
    report = json.loads(done.stdout)
    places = [(finding["check"], finding["places"][0]["file"]) for finding in report["findings"]]
    assert places[:4] == [("settings", "atmpgraph.toml")] * 4
    assert places[4] == ("table", "figures.csv")
    assert not (example / "releases" / "current").exists()


def test_with_wrong_settings_nothing_is_built(example: Path) -> None:
    file = example / "atmpgraph.toml"
    file.write_text(file.read_text(encoding="utf-8") + "[server]\nport = 'many'\n", encoding="utf-8")
    done = run(example, "build")
    assert done.exit_code == 1
    assert "`[server] port`" in done.stdout
    assert not (example / "releases" / "current").exists()
    (example / "data" / "datapackage.json").write_text("{", encoding="utf-8")
    done = run(example, "check")
    assert done.exit_code == 1
    assert "`[server] port`" in done.stdout
    assert "datapackage.json" in done.stdout


def test_without_a_needed_setting_the_rest_is_judged(example: Path) -> None:
    file, figures = example / "atmpgraph.toml", example / "data" / "figures.csv"
    text = file.read_text(encoding="utf-8").replace("licence =", "license =").replace("partnership =", "#")
    file.write_text(text.replace("base =", "# base ="), encoding="utf-8")
    figures.write_text(figures.read_text(encoding="utf-8").replace(",10,NUM", ",ten,NUM"), encoding="utf-8")
    done = run(example, "check", "--csv")
    rows = list(csv.reader(done.stdout.splitlines()))[1:]
    assert done.exit_code == 1
    assert [row[1] for row in rows if row[0] == "violation"] == ["atmpgraph.toml"] * 4 + ["figures.csv"]
    assert "did you mean `licence`?" in done.stdout
    french = CliRunner().invoke(main, ["--settings", str(file), "--language", "fr", "check"])
    assert "absent ; ajoutez-le" in french.stdout.replace("\u00a0", " ").replace("\u202f", " ")


def test_wrong_settings_end_with_2(tmp_path: Path) -> None:
    result = run(tmp_path, "check")
    assert result.exit_code == 2
    assert "atmpgraph init" in result.stderr


def test_serving_without_a_release_ends_with_1(example: Path) -> None:
    result = run(example, "serve")
    assert result.exit_code == 1
    assert "atmpgraph build" in result.stderr


def test_the_commands_after_init_run_as_they_stand(tmp_path: Path) -> None:
    """In a folder whose name has blanks and brackets too."""
    done = CliRunner().invoke(main, ["init", str(tmp_path / "Mein Büro (neu)")])
    assert done.exit_code == 0
    enter = done.stdout.partition(": ")[2].partition(" && ")[0]
    there = subprocess.run(["sh", "-c", f"{enter} && pwd"], capture_output=True, text=True, check=True)
    assert there.stdout.strip().endswith("Mein Büro (neu)")


def test_init_writes_over_nothing(example: Path) -> None:
    before = {path: path.read_bytes() for path in example.rglob("*") if path.is_file()}
    result = CliRunner().invoke(main, ["init", str(example)])
    assert result.exit_code == 1
    assert "not an empty folder" in result.stderr
    assert before == {path: path.read_bytes() for path in example.rglob("*") if path.is_file()}


def test_init_with_a_wrong_base_leaves_nothing(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["init", str(tmp_path / "new"), "--base", "example"])
    assert result.exit_code == 2
    assert not (tmp_path / "new").exists()


def test_what_making_releases_needs_is_named_where_it_is_missing(
    example: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    for module in [name for name in sys.modules if name.startswith(("atmpgraph.publish", "atmpgraph.sources"))]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "frictionless", None)
    result = run(example, "check")
    assert result.exit_code == 2
    assert "atmpgraph[build]" in result.stderr


def test_settings_are_found_by_the_environment(example: Path) -> None:
    os.environ.pop("ATMPGRAPH_SETTINGS", None)
    result = CliRunner(env={"ATMPGRAPH_SETTINGS": str(example / "atmpgraph.toml")}).invoke(main, ["check"])
    assert result.exit_code == 0
    assert Settings.load(example / "atmpgraph.toml").partnership == "example"

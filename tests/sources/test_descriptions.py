"""Each table and column is described, in every language, and the descriptions are shown."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from frictionless import Field

from atmpgraph.cli import main
from atmpgraph.i18n import texts
from atmpgraph.publish.tables import descriptions
from atmpgraph.settings import Settings
from atmpgraph.settings.layers import supplied
from atmpgraph.sources.descriptions import TableDescription, texts_of

from ..conftest import ROOT
from ..messages import TRANSLATED
from ..table_docs import PAGE, page

TABLES = descriptions(Settings.load(ROOT / "atmpgraph.toml"))
FIELDS = [
    (resource["name"], field)
    for resource in json.loads(supplied("descriptor").read_text(encoding="utf-8"))["resources"]
    for field in resource["schema"]["fields"]
    if "codes" not in field  # the code list gives the example
]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_and_its_columns_are_described(table: TableDescription) -> None:
    assert table.title, table.description
    for column in table.columns:
        assert column.title, column.name
        assert column.description.endswith("."), column.name
        assert column.example, column.name
        assert not column.codes or column.example in column.codes, column.name


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_description_is_translated(language: str) -> None:
    words = texts(language)
    sentences = {*texts_of(json.loads(supplied("descriptor").read_text(encoding="utf-8")))}
    assert len(sentences) > 200
    same = {sentence for sentence in sentences if sentence.endswith(".") and words.gettext(sentence) == sentence}
    assert not same


@pytest.mark.parametrize(
    ("table", "field"), FIELDS, ids=lambda value: value if isinstance(value, str) else value["name"]
)
def test_an_example_is_a_cell_that_the_check_accepts(table: str, field: dict[str, Any]) -> None:
    known = {key: value for key, value in field.items() if key not in {"codes", "evidence", "unmapped", "publishes"}}
    _, notes = Field.from_descriptor(known).create_cell_reader()(field["example"])
    assert not notes, (table, field["name"], notes)


def test_the_page_is_what_the_descriptor_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "`python -m tests.table_docs` writes it"


def test_the_command_lists_tables_and_shows_one() -> None:
    run = CliRunner().invoke
    call = ["--settings", str(ROOT / "atmpgraph.toml")]
    listed = run(main, [*call, "tables"])
    assert listed.exit_code == 0
    assert [line.split()[0] for line in listed.stdout.splitlines()][: len(TABLES)] == [table.name for table in TABLES]
    shown = run(main, [*call, "--language", "fr", "tables", "organisations.csv"])
    assert shown.exit_code == 0
    assert "Nom\xa0: Le nom, dans chaque langue où il existe." in shown.stdout
    assert "l’un de : university, university-hospital" in re.sub(" +", " ", shown.stdout.replace("\n", " "))
    wrong = run(main, [*call, "tables", "organisation"])
    assert wrong.exit_code == 2
    assert "did you mean organisations?" in wrong.stderr


def test_a_column_of_a_publication_is_listed_with_the_others(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    assert CliRunner().invoke(main, ["init", str(folder)]).exit_code == 0
    field = {"name": "motto", "type": "string", "title": "Motto", "description": "What it says of itself."}
    own = {
        "name": "one",
        "resources": [{"name": "organisations", "path": "organisations.csv", "schema": {"fields": [field]}}],
    }
    (folder / "data" / "datapackage.json").write_text(json.dumps(own), encoding="utf-8")
    shown = CliRunner().invoke(main, ["--settings", str(folder / "atmpgraph.toml"), "tables", "organisations"])
    assert shown.exit_code == 0
    assert "Motto: What it says of itself." in shown.stdout
    assert "name_{language}" in shown.stdout

"""A new format of results needs an entry in `formats.py` and a writer, and nothing else: tried on a copy of the code."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

import atmpgraph
from atmpgraph.settings import Settings
from atmpgraph.settings.layers import supplied

ENTRY: Final = ("CSV, TSV)\n", 'CSV, TSV, Format("Markdown", "md", "text/markdown", "results"))\n')
WRITER: Final = """

class MarkdownWriter(ResultWriter):
    def start(self, link):
        return f"|{'|'.join(self.variables)}|\\n|{'-|' * len(self.variables)}\\n"

    def row(self, row):
        return f"|{'|'.join('' if term is None else term.value for term in row)}|\\n"


WRITERS["md"] = MarkdownWriter
"""
# Answers requests on standard input, each a path and an Accept field, and prints the answers.
PROGRAM: Final = """
import json, sys
from pathlib import Path
import atmpgraph
from atmpgraph.settings import Settings
from atmpgraph.web import create_app

settings = Settings.load(Path(sys.argv[1]))
client = create_app(settings).test_client()
answers = [client.get(path, headers={"Accept": accept}) for path, accept in json.load(sys.stdin)]
print(json.dumps([[answer.status_code, answer.content_type, answer.text] for answer in answers]))
"""
SELECT: Final = "/sparql?query=SELECT+*+{VALUES+(?a+?b)+{(1+UNDEF)}}"
ASK: Final = "/sparql?query=ASK+{}"
TABLE: Final = "|a|b|\n|-|-|\n|1||\n"
ANY: Final = "*/*"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment whose Python imports the changed copy."""
    place = tmp_path_factory.mktemp("code")
    copy = Path(shutil.copytree(Path(atmpgraph.__file__).parent, place / "atmpgraph"))
    for folder in ("data", "ontology", "queries", "shapes"):  # what a package carries with it
        shutil.copytree(supplied("queries").parent / folder, copy / "supplied" / folder)
    formats, writers = copy / "formats.py", copy / "sparql/service/result_writers.py"
    text = formats.read_text(encoding="utf-8")
    assert text.count(ENTRY[0]) == 1
    formats.write_text(text.replace(*ENTRY), encoding="utf-8")
    writers.write_text(writers.read_text(encoding="utf-8") + WRITER, encoding="utf-8")
    return os.environ | {"PYTHONPATH": str(place)}


def run(environment: dict[str, str], settings: Settings, *arguments: str, text: str) -> str:
    """What Python prints there."""
    folder = {"ATMPGRAPH_FOLDERS_RELEASES": str(settings.path(settings.folders.releases))}
    done = subprocess.run(
        [sys.executable, *arguments], env=environment | folder, input=text, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def file_of(settings: Settings) -> str:
    """The settings file of a publication."""
    return str(settings.path(Path("atmpgraph.toml")))


def test_markdown_is_served_everywhere(environment: dict[str, str], released: Settings) -> None:
    requests = [
        (f"{SELECT}&format=md", ANY),
        (SELECT, "text/markdown"),
        (f"{ASK}&format=md", ANY),
        (ASK, "text/markdown"),
        ("/queries/money.md", ANY),
        ("/queries/money", "text/markdown"),
        ("/sparql", "application/n-triples"),
        (f"{SELECT}&format=csv", ANY),
    ]
    output = run(environment, released, "-c", PROGRAM, file_of(released), text=json.dumps(requests))
    answers: list[list[Any]] = json.loads(output)
    assert [status for status, *_ in answers] == [200] * len(requests)
    assert [kind.partition(";")[0] for _, kind, _ in answers[:6]] == ["text/markdown"] * 6
    select, select_accept, ask, ask_accept, library, library_accept, description, table = (text for *_, text in answers)
    assert select == select_accept == TABLE
    assert ask == ask_accept == "true\n"
    assert library == library_accept
    assert library.startswith("|")
    assert "https://www.iana.org/assignments/media-types/text/markdown" in description
    assert table == "a,b\r\n1,\r\n"


def test_the_command_line_has_it(environment: dict[str, str], released: Settings) -> None:
    command = ("-m", "atmpgraph", "--settings", file_of(released), "query", "--format", "md", "-")
    assert run(environment, released, *command, text="SELECT * { VALUES (?a ?b) { (1 UNDEF) } }") == TABLE
    assert run(environment, released, *command, text="ASK {}") == "true\n"

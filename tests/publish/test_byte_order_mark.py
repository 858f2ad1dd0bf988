"""Editors put a byte order mark before a text that they save: it is passed over in every file that people write."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from atmpgraph.cli import main
from atmpgraph.publish.build import build
from atmpgraph.release.release import open_release
from atmpgraph.settings import FILE_NAME, Settings
from atmpgraph.settings.layers import Kind
from atmpgraph.sparql.protocol import parse

from ..long import some

MARK = b"\xef\xbb\xbf"
KINDS: tuple[Kind, ...] = ("mapping", "shapes", "queries", "ontology", "rules", "datasets")
WRITTEN = frozenset({".csv", ".json", ".ttl", ".rq", ".toml", ".po"})


def statements(settings: Settings) -> list[str]:
    """What is published, but for the digests of the files that it was made with."""
    release = open_release(settings.path(settings.folders.releases), "current", settings.base)
    return [line for line in (release.path / "data.nq").read_text("utf-8").splitlines() if "<ni:///" not in line]


@pytest.mark.no_cover  # a build, as in other tests
def test_every_file_of_a_publication_may_begin_with_one(started: Settings) -> None:
    plain, root = statements(started), started.path(Path())
    for kind in KINDS:  # its own copy of what comes with the software
        layers = started.layered(kind)
        for name, path in some(layers.files().items(), 6):
            copy = layers.own / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    marked = [path for path in root.rglob("*") if path.suffix in WRITTEN and "releases" not in path.parts]
    for path in marked:
        path.write_bytes(MARK + path.read_bytes())
    assert {path.suffix for path in marked} >= {".csv", ".json", ".ttl", ".rq", ".toml"}
    built = build(Settings.load(root / FILE_NAME))
    assert built.new, "\n".join(built.report.lines("en"))
    assert statements(started) == plain
    assert not re.search("\ufeff", "".join(plain))


def test_a_query_may_begin_with_one(tmp_path: Path) -> None:
    query = MARK + b"ASK {}"
    texts = [
        parse("GET", "", "query=%EF%BB%BFASK+%7B%7D", bytes, 100),
        parse("POST", "application/x-www-form-urlencoded", "", lambda: b"query=%EF%BB%BFASK+%7B%7D", 100),
        parse("POST", "application/sparql-query", "", lambda: query, 100),
    ]
    assert [found.text for found in texts if found] == ["ASK {}"] * 3


def test_the_command_line_takes_one(started: Settings, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_bytes(MARK + b"ASK {}")
    options = ["--settings", str(started.path(Path(FILE_NAME)))]
    runner = CliRunner()
    for given, text in ((str(tmp_path / "q.rq"), None), ("-", MARK + b"ASK {}")):
        answer = runner.invoke(main, [*options, "query", given], input=text)
        assert (answer.exit_code, answer.output) == (0, "yes\n"), answer.output

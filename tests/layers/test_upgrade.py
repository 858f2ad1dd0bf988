"""A publication that the version before the layers started: upgraded, it has its own files alone, and builds."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from atmpgraph.cli import main
from atmpgraph.layers.record import SuppliedRecord, read_supplied
from atmpgraph.layers.upgrade import upgrade
from atmpgraph.publish.build import build
from atmpgraph.release.layout import ReleasesFolder, write_json
from atmpgraph.settings import Settings
from atmpgraph.web import create_app

from ..conftest import ROOT, absent, own_file

BEFORE = "ecadb3e"  # the last commit whose `init` copied everything
BASE = "https://data.example.org/p/"


@pytest.fixture(scope="module")
def _copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication as that version made it."""
    checkout = tmp_path_factory.mktemp("before")
    archive = subprocess.run(["git", "-C", str(ROOT), "archive", BEFORE], capture_output=True, check=False)
    if archive.returncode:
        absent(f"{ROOT} has no commit {BEFORE}")
    subprocess.run(["tar", "-x", "-C", str(checkout)], input=archive.stdout, check=True)
    program = f"from pathlib import Path; from atmpgraph.starter import start; start(Path('p'), {BASE!r})"
    environment = {**os.environ, "PYTHONPATH": str(checkout / "src")}
    subprocess.run([sys.executable, "-c", program], cwd=checkout, env=environment, check=True)
    return checkout / "p"


@pytest.fixture
def copied(_copied: Path, tmp_path: Path) -> Path:
    """A copy of it, to be changed at will."""
    return Path(shutil.copytree(_copied, tmp_path / "p"))


def run(folder: Path, *arguments: str) -> tuple[int, list[str]]:
    """The exit code and the lines of `atmpgraph upgrade`."""
    done = CliRunner().invoke(main, ["--settings", str(folder / "atmpgraph.toml"), "upgrade", *arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    return done.exit_code, done.output.splitlines()


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_nothing_changes_before_it_is_said(copied: Path) -> None:
    before = files(copied)
    _, lines = run(copied)
    assert files(copied) == before
    assert "nothing is changed yet: 'atmpgraph upgrade --apply' does it" in lines
    assert "shapes/common.ttl: a copy of what comes with the software; it goes" in lines


def test_copies_that_nobody_edited_go_and_it_builds(copied: Path) -> None:
    code, lines = run(copied, "--apply")
    assert code == 0, lines
    left = {name for name in files(copied) if not name.endswith(".csv")}
    assert left == {
        *("atmpgraph.toml", ".gitignore", "data/catalogue.ttl", "data/datapackage.json", "ontology/former-terms.ttl")
    }
    assert any("topics.csv, 2: organisation-kind: this code list is the software's now" in line for line in lines)
    topics = copied / "data" / "topics.csv"
    topics.write_text(topics.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    built = build(Settings.load(copied / "atmpgraph.toml"))
    assert built.digest, "\n".join(built.report.lines("en"))
    client = create_app(Settings.load(copied / "atmpgraph.toml")).test_client()
    assert (
        "owl:equivalentClass atmpgraph:Participation" in client.get("/ns/atmp", headers={"Accept": "text/turtle"}).text
    )
    assert run(copied)[1] == ["nothing to do"]


def test_what_was_edited_stays_under_the_names_of_today(copied: Path) -> None:
    query = copied / "queries" / "topics.rq"
    query.write_text(query.read_text(encoding="utf-8").replace("ORDER BY", "# Ours.\nORDER BY"), encoding="utf-8")
    mapping = copied / "data" / "mapping" / "people.rml.ttl"
    mapping.write_text(f"# Ours.\n{mapping.read_text(encoding='utf-8')}", encoding="utf-8")
    _, lines = run(copied, "--apply")
    assert "data/mapping/people.rml.ttl → mapping/people.rml.ttl: moves to where it is read" in lines
    assert "queries/topics.rq: its terms get their names in the common vocabulary" in lines
    kept = query.read_text(encoding="utf-8")
    assert "# Ours." in kept
    assert "ns/atmp#" not in kept
    assert (copied / "mapping" / "people.rml.ttl").read_text(encoding="utf-8").startswith("# Ours.")


def test_a_table_of_its_own_stays_in_the_data_package(copied: Path) -> None:
    file = copied / "data" / "datapackage.json"
    text = file.read_text(encoding="utf-8").replace('"resources": [', '"resources": [ {"name": "x", "path": "x.csv"},')
    file.write_text(text, encoding="utf-8")
    run(copied, "--apply")
    assert '"path": "x.csv"' in file.read_text(encoding="utf-8")
    assert '"path": "people.csv"' not in file.read_text(encoding="utf-8")


def test_a_new_version_tells_what_it_changes(started: Settings) -> None:
    folder = started.path(Path())
    own_file(started, "queries", "people.rq").write_text("SELECT * { ?s ?p ?o }", encoding="utf-8")
    releases = started.path(started.folders.releases)
    record = read_supplied(releases)
    assert record == SuppliedRecord.installed()
    older = {**vars(record), "software": "0.0"}
    older["files"] = {**record.files, "queries/people.rq": "0", "shapes/common.ttl": "0", "shapes/former.ttl": "0"}
    del older["files"]["queries/ror.rq"]
    older["terms"] = [*record.terms, "https://w3id.org/atmpgraph/ns#former"]
    older["columns"] = {**record.columns, "people.csv": [*record.columns["people.csv"], "fax"]}
    write_json(ReleasesFolder(releases).supplied, older)
    assert run(folder)[1] == [
        "queries/people.rq: your file takes the place of one that the new version changes; compare them",
        "queries/ror.rq: new",
        "shapes/common.ttl: changed",
        "shapes/former.ttl: no longer comes with the software",
        "https://w3id.org/atmpgraph/ns#former: this term is gone",
        "people.csv: fax: this column is gone",
    ]


def test_where_the_supplied_files_are_edited_there_is_nothing_to_put_right() -> None:
    settings = Settings.load(ROOT / "atmpgraph.toml")
    assert upgrade(settings, ROOT).repairs == ()
    assert upgrade(settings, ROOT).findings == ()


def test_what_cannot_be_read_is_left_to_the_check(copied: Path) -> None:
    for name in ("queries/people.rq", "data/mapping/people.rml.ttl", "data/topics.csv", "data/organisations.csv"):
        (copied / name).write_bytes(b"\xe9\xff\n")
    (copied / "data" / "datapackage.json").write_text("[", encoding="utf-8")
    run(copied, "--apply")
    assert (copied / "queries" / "people.rq").read_bytes() == b"\xe9\xff\n"
    assert (copied / "mapping" / "people.rml.ttl").read_bytes() == b"\xe9\xff\n"


def test_what_no_longer_fits_is_told(started: Settings) -> None:
    own_file(started, "shapes", "more.ttl").write_text(
        "<ns/shapes#More> <http://www.w3.org/ns/shacl#node> <ns/shapes#Gone> .", encoding="utf-8"
    )
    code, lines = run(started.path(Path()))
    assert code == 1
    assert any("more.ttl" in line and "ns/shapes#Gone" in line for line in lines)

"""A release is immutable, the same input gives the same bytes, and a build that fails or dies changes nothing."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from importlib import import_module
from multiprocessing import active_children
from pathlib import Path
from unittest.mock import Mock

import pyoxigraph as ox
import pytest
from rdflib.namespace import SH

from atmpgraph.errors import ReleaseError
from atmpgraph.findings import Severity
from atmpgraph.i18n import TranslatedError
from atmpgraph.publish import derived, graph, preparation
from atmpgraph.publish.build import build
from atmpgraph.publish.tables import read_tables
from atmpgraph.quality import large
from atmpgraph.quality.neighbourhoods import lay_out
from atmpgraph.rdf.terms import line
from atmpgraph.release.layout import ReleasesFolder
from atmpgraph.release.manifest import File
from atmpgraph.release.release import Release, open_release
from atmpgraph.settings import Settings
from atmpgraph.sources.package import Package
from atmpgraph.starter import start

from ..conftest import BASE, ROOT, edit
from ..long import some


@pytest.fixture
def example(tmp_path: Path) -> Settings:
    """A small publication, which builds fast."""
    start(tmp_path / "example", "https://example.org/p/")
    return Settings.load(tmp_path / "example" / "atmpgraph.toml")


def test_the_digest_is_that_of_the_canonical_file(release: Release) -> None:
    content = (release.path / "data.nq").read_bytes()
    assert release.digest == release.path.name == hashlib.sha256(content).hexdigest()
    lines = content.splitlines(keepends=True)
    assert lines == sorted(set(lines))
    assert b"_:" not in content


def test_the_canonical_file_is_its_own_canonical_form(release: Release) -> None:
    content = (release.path / "data.nq").read_bytes()
    assert "".join(map(line, ox.parse(content, format=ox.RdfFormat.N_QUADS))).encode() == content


def test_nothing_leaks_an_address(release: Release) -> None:
    content = (release.path / "data.nq").read_text(encoding="utf-8")
    assert "localhost" not in content
    assert "127.0.0.1" not in content
    assert "file:" not in content


def test_the_manifest_tells_what_is_there(release: Release) -> None:
    manifest = release.manifest
    lines = (release.path / "data.nq").read_bytes().count(b"\n")
    assert manifest.statements == lines == sum(manifest.graphs.values())
    for name, file in manifest.files.items():
        content = (release.path / name).read_bytes()
        assert file == File(len(content), hashlib.sha256(content).hexdigest())
    assert manifest.coverage[0].declared == 26


def test_every_graph_is_described(release: Release) -> None:
    described = release.store.select(
        "SELECT ?g WHERE { ?g <http://www.w3.org/ns/prov#hadPrimarySource> ?s ; "
        "<http://purl.org/dc/terms/title> ?t ; <https://w3id.org/atmpgraph/ns#confidence> ?c }"
    )
    assert set(release.manifest.graphs) <= {row["g"].value for row in described}


def test_the_default_graph_is_the_union_and_a_set(release: Release) -> None:
    """SPARQL 1.1 §13.1: a triple that two sources state is one triple of the merge."""
    triples = {text.rsplit(b" <", 1)[0] for text in (release.path / "data.nq").read_bytes().splitlines()}
    (row,) = release.store.select("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")
    assert int(row["n"].value) == len(triples) < release.manifest.statements


def test_literals_come_back_as_published(release: Release) -> None:
    """Documents come from the canonical file, queries from the store: both give the same literal."""
    figure = f"{BASE}id/figure/belgium-eu-population"
    (document,) = [q.object for q in release.quads(figure) if q.predicate.value.endswith("obsValue")]
    (row,) = release.store.select(
        f"SELECT ?v WHERE {{ <{figure}> <http://purl.org/linked-data/sdmx/2009/measure#obsValue> ?v }}"
    )
    assert document == row["v"] == ox.Literal("2.6", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#decimal"))


def test_every_subject_is_found_in_the_file(release: Release) -> None:
    lines = sorted(
        {line for name in ("data.nq", "catalogue.nq") for line in (release.path / name).read_bytes().splitlines()}
    )
    subjects = dict.fromkeys(text.split(b" ", 1)[0][1:-1].decode() for text in lines)
    assert [found for iri in subjects for found in release.lines(iri)] == lines
    for absent in ("", "http://a", f"{BASE}id/organisation/ulb2", f"{BASE}id/organisation", "zzz"):
        assert release.lines(absent) == []


def test_two_builds_give_the_same_bytes(started: Settings, tmp_path: Path) -> None:
    """Another process, another locale, another time zone, another hash seed, another folder."""
    first = ReleasesFolder(started.path(started.folders.releases)).live
    assert first
    environment = {
        **os.environ,
        "ATMPGRAPH_FOLDERS_RELEASES": str(tmp_path / "elsewhere"),
        "LC_ALL": "C",
        "TZ": "Pacific/Kiritimati",
        "PYTHONHASHSEED": "7",
    }
    command = [
        sys.executable,
        "-m",
        "atmpgraph",
        "--settings",
        str(started.path(Path("atmpgraph.toml"))),
        "build",
        "--json",
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=600)
    assert json.loads(done.stdout)["release"] == first
    one, other = (
        folder / first / "data.nq" for folder in (started.path(started.folders.releases), tmp_path / "elsewhere")
    )
    assert one.read_bytes() == other.read_bytes()


def test_a_large_build_reads_the_store_back_in_a_worker(
    started: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has the bytes of a small one, and the checks: one of its shapes sees everything."""
    shape = "<urn:s> <{sh}targetClass> <urn:none> ; <{sh}sparql> [ <{sh}select> 'SELECT $this {{ ?s ?p ?o }}' ] ."
    folder = started.path(started.folders.shapes)
    (folder / "far.ttl").write_text(shape.format(sh=SH), encoding="utf-8")
    for name in ("event", "figure", "funding", "organisation", "period", "place", "quotation", "source"):
        (folder / f"{name}.ttl").write_text("", encoding="utf-8")  # to plan for all shapes takes longer than to build
    first = build(started)
    for module in (derived, graph):
        monkeypatch.setattr(module, "_MANY", 0)
    monkeypatch.setattr(preparation, "_GROWTH", 1_000_000)
    here = Mock(wraps=lay_out)
    monkeypatch.setattr(large, "lay_out", here)
    others = started.model_copy(update={"folders": started.folders.model_copy(update={"releases": tmp_path / "r"})})
    limits = started.build.model_copy(update={"max_reference_statements": 0, "part_bytes": 50_000, "jobs": 2})
    second = build(others.model_copy(update={"build": limits}))
    assert first.release
    assert second.release
    assert second.digest == first.digest
    assert second.report == first.report
    assert here.call_count == 1  # of the catalogue: a worker does the other while the graph is made
    for name, file in first.release.folder.downloads().items():
        if name not in {"catalogue.nq", "modified.txt"}:  # which have dates
            assert second.release.folder.downloads()[name].read_bytes() == file.read_bytes(), name
    checked = tmp_path / "r" / "checked.json"
    assert len(json.loads(checked.read_bytes())) > 2
    again = build(others.model_copy(update={"build": limits}))
    assert again.report == first.report
    edit(started, "people.csv", "Example Person (fictional)", "Sample Person (fictional)")
    changed = build(others.model_copy(update={"build": limits}))
    assert changed.new
    assert (changed.digest, changed.report) == ((anew := build(started)).digest, anew.report)


def test_the_same_input_makes_no_new_release(started: Settings) -> None:
    edit(started, "people.csv", "Example Person (fictional)", "Sample Person (fictional)")
    first, second = build(started), build(started)
    assert (first.digest, first.new, second.new) == (second.digest, True, False)


def test_a_change_makes_a_new_release_and_keeps_the_old(started: Settings) -> None:
    first = ReleasesFolder(started.path(started.folders.releases)).live
    edit(started, "people.csv", "Example Person (fictional)", "Sample Person (fictional)")
    second = build(started).digest
    releases = started.path(started.folders.releases)
    assert first
    assert second
    assert first != second == ReleasesFolder(releases).live
    assert open_release(releases, first, started.base).digest == first
    assert open_release(releases, "current", started.base).manifest.previous == first


def test_a_build_that_finds_a_violation_changes_nothing(started: Settings) -> None:
    first = ReleasesFolder(started.path(started.folders.releases)).live
    edit(started, "figures.csv", "about 75% public", "about 80% public")
    built = build(started)
    assert built.digest is None
    violations = built.report.of(Severity.VIOLATION)
    assert violations
    assert violations[0].places[0].file == "figures.csv"
    assert violations[0].places[0].row == 3
    assert set(violations[0].message) >= {"fr", "nl", "de", "en"}
    releases = started.path(started.folders.releases)
    assert ReleasesFolder(releases).live == first
    assert [path.name for path in releases.iterdir() if path.name.startswith(".building")] == []


def test_a_question_that_cannot_be_asked_stops_the_build(started: Settings) -> None:
    query = started.path(started.folders.queries) / "broken.rq"
    query.write_text("SELECT ?thing {\n  ?thing a\n}\n", encoding="utf-8")
    built = build(started)
    assert built.digest is None
    assert [(place.file, place.row) for found in built.report.findings for place in found.places] == [("broken.rq", 3)]


def test_a_graph_that_nobody_describes_is_a_violation(example: Settings) -> None:
    edit(example, "sources.csv", "\ncoverage,", "\nunused,")
    built = build(example)
    assert built.digest is None
    assert any("not described" in finding.message["en"] for finding in built.report.findings)


def test_a_text_that_is_not_here_is_a_warning(started: Settings) -> None:
    edit(started, "sources.csv", ",high,\n", ",high,nowhere.txt\n")
    built = build(started)
    assert built.digest, "its absence does not stop a build"
    assert any("not checked against it" in finding.message["en"] for finding in built.report.of(Severity.WARNING))


@pytest.mark.parametrize("file", ["ontology/more.ttl", "shapes/more.ttl", "data/coverage.rq"])
def test_what_cannot_be_read_is_told(example: Settings, file: str) -> None:
    path = example.path(Path(file))
    path.parent.mkdir(exist_ok=True)
    path.write_text("nonsense", encoding="utf-8")
    built = build(example)
    assert built.digest is None
    assert [place.file for found in built.report.of(Severity.VIOLATION) for place in found.places] == [path.name]
    assert ReleasesFolder(example.path(example.folders.releases)).live is None


def test_a_query_for_coverage_makes_statements(example: Settings) -> None:
    example.path(Path("data/coverage.rq")).write_text("ASK {}", encoding="utf-8")
    built = build(example)
    assert built.digest is None
    assert any("CONSTRUCT" in found.message["en"] for found in built.report.of(Severity.VIOLATION))


@pytest.mark.parametrize("link", [True, False])
def test_a_build_goes_on_where_the_live_release_was_taken_away(started: Settings, link: bool) -> None:
    releases = ReleasesFolder(started.path(started.folders.releases))
    first = releases.live
    if link:
        releases.current.unlink()
        releases.current.symlink_to("nothing")
    else:
        shutil.rmtree(releases.path / str(first))
    edit(started, "organisations.csv", "(fictional)", "(made up)")
    built = build(started)
    assert built.digest not in {None, first}
    assert releases.live == built.digest
    assert open_release(releases.path, "current", started.base).digest == built.digest


def test_a_file_in_place_of_the_releases_is_told(started: Settings) -> None:
    folder = started.path(started.folders.releases)
    shutil.rmtree(folder, ignore_errors=True)
    folder.write_text("", encoding="utf-8")
    with pytest.raises(ReleaseError, match="move it away"):
        build(started)


def test_one_build_at_a_time(example: Settings) -> None:
    import fcntl

    releases = example.path(example.folders.releases)
    releases.mkdir()
    with (releases / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ReleaseError, match="another build"):
            build(example)


def test_a_build_killed_at_any_moment_leaves_the_old_release(started: Settings) -> None:
    """SIGKILL at its start, and at many moments of its writing; a release is served whole all the while."""
    first = ReleasesFolder(started.path(started.folders.releases)).live
    assert first
    edit(started, "people.csv", "Example Person (fictional)", "Sample Person (fictional)")
    command = [
        sys.executable,
        "-m",
        "atmpgraph",
        "--settings",
        str(started.path(Path("atmpgraph.toml"))),
        "build",
        "--progress",
        "plain",
    ]
    releases = started.path(started.folders.releases)
    killed_with_the_old = 0
    for step, milliseconds in (
        ("tables", 0),
        ("mapping", 0),
        *(("writing", t) for t in some((0, 5, 15, 40, 100, 300), 2)),
    ):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        assert process.stderr
        for said in process.stderr:
            if step in said:
                break
        time.sleep(milliseconds / 1000)
        process.send_signal(signal.SIGKILL)
        process.stderr.close()
        process.wait()
        current = ReleasesFolder(releases).live
        assert current
        opened = open_release(releases, current, started.base)
        assert opened.manifest.digest == hashlib.sha256((opened.path / "data.nq").read_bytes()).hexdigest()
        assert opened.store.query("ASK { ?s ?p ?o }")
        killed_with_the_old += current == first
        if current != first:
            break
    assert killed_with_the_old >= 3
    last = build(started)
    assert last.digest == ReleasesFolder(releases).live != first, "and in the end the change is published"
    assert not list(releases.glob(".building-*")), "what was left behind is cleared away"


def test_a_release_of_another_base_is_not_opened(released: Settings, release: Release) -> None:
    with pytest.raises(ReleaseError, match="made with the base"):
        open_release(released.path(released.folders.releases), "current", "https://elsewhere.example/")


def test_a_release_is_found_by_the_start_of_its_digest(released: Settings, release: Release) -> None:
    releases = released.path(released.folders.releases)
    assert open_release(releases, release.digest[:8], released.base).path == release.path
    other = next(digit for digit in "abcdef" if digit != release.digest[0])
    for wrong in ("0" * 64, "", "..", "../x", other, "nonsense"):
        with pytest.raises(ReleaseError, match="no such release"):
            open_release(releases, wrong, released.base)


def test_a_preparation_whose_process_is_killed_says_so(
    started: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparation, "_GROWTH", 1_000_000)
    settings = started.model_copy(update={"build": started.build.model_copy(update={"jobs": 2})})
    before = set(active_children())
    with pytest.raises(TranslatedError, match="a worker process was killed"):
        _killed(preparation.Preparation(settings, tmp_path), settings)
    assert set(active_children()) == before
    assert not (tmp_path / "laid-out").exists()


def test_tables_that_are_mapped_while_they_are_checked_have_the_same_findings(
    started: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the check of the tables tells goes before what the mapping says; else that is told as in a small build."""
    one, two = (
        started.model_copy(update={"build": started.build.model_copy(update={"jobs": jobs})}) for jobs in (1, 2)
    )
    monkeypatch.setattr(preparation, "_GROWTH", 1_000_000)
    mapped = Mock(side_effect=vars(preparation.Preparation)["mapped"].fget)
    monkeypatch.setattr(preparation.Preparation, "mapped", property(mapped))
    edit(started, "organisations.csv", ",,,announcement", ",,http://exa mple/,announcement")
    of_tables = build(two)
    assert not of_tables.report.conforms
    assert not mapped.called
    homepage = {"name": "organisations", "schema": {"fields": [{"name": "homepage", "format": "default"}]}}
    (started.path(started.folders.data) / "datapackage.json").write_text(json.dumps({"resources": [homepage]}))
    beside = build(two)
    assert mapped.called
    assert {finding.check for finding in beside.report.findings} == {"mapping"}
    assert beside.report == build(one).report


def test_a_shape_that_is_written_while_the_tables_are_checked_counts(
    started: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparation, "_GROWTH", 1_000_000)
    changes = {"jobs": 2, "max_reference_statements": 0, "part_bytes": 1_000}
    settings = started.model_copy(update={"build": started.build.model_copy(update=changes)})
    for file in (ROOT / "shapes").glob("*.ttl"):  # to plan for the supplied ones takes longer than to build
        (settings.path(settings.folders.shapes) / file.name).write_text("", encoding="utf-8")
    begin = preparation.Preparation.begin

    def planned(self: preparation.Preparation, package: Package) -> None:
        begin(self, package)
        self._plan()
        own = settings.path(settings.folders.shapes) / "own.ttl"
        own.write_text(OWN_SHAPE, encoding="utf-8")

    monkeypatch.setattr(preparation.Preparation, "begin", planned)
    assert not build(settings).report.conforms
    monkeypatch.setattr(preparation.Preparation, "begin", begin)
    assert not build(settings).report.conforms


@pytest.mark.parametrize("module", preparation._MODULES)
def test_what_workers_import_is_there(module: str) -> None:
    """The process that they are forked from passes over what is not."""
    import_module(f"atmpgraph.{module}")


OWN_SHAPE = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
<ns/shapes#own> a sh:NodeShape ; sh:targetSubjectsOf <http://www.w3.org/2004/02/skos/core#prefLabel> ;
    sh:property [ sh:path <urn:of:none> ; sh:minCount 1 ; sh:message "none has it"@en ] .
"""


def _killed(preparing: preparation.Preparation, settings: Settings) -> None:
    before = set(active_children())
    with preparing:
        read_tables(settings, with_package=preparing.begin)
        for child in set(active_children()) - before:
            child.kill()
        preparing.lay_out({}, [])

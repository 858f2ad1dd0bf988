"""Tables → Graph → Report → Candidate → Release: each step takes what the one before made, or there is no step."""

import hashlib
import json
from pathlib import Path

import pytest

from atmpgraph.errors import ReleaseError
from atmpgraph.findings import ViolationError
from atmpgraph.publish import dumps
from atmpgraph.publish.build import check
from atmpgraph.publish.candidate import make_candidate
from atmpgraph.publish.go_live import go_live
from atmpgraph.publish.graph import Graph, make_graph
from atmpgraph.publish.tables import read_tables
from atmpgraph.publish.validation import check_graph
from atmpgraph.release.layout import ReleasesFolder
from atmpgraph.release.release import open_release
from atmpgraph.settings import Settings

from ..conftest import edit


@pytest.fixture
def graph(started: Settings, tmp_path: Path) -> Graph:
    (tmp_path / "work").mkdir()
    return make_graph(read_tables(started), started, tmp_path / "work")


def test_the_graph_is_one_sorted_file(graph: Graph) -> None:
    content = graph.folder.canonical.read_bytes()
    lines = content.splitlines(keepends=True)
    assert lines == sorted(set(lines))
    assert graph.digest == hashlib.sha256(content).hexdigest()
    assert graph.counts()["statements"] == len(lines)
    ends = [line[line.rindex(b" <") + 2 : -4].decode() for line in lines]
    assert graph.graphs == {iri: ends.count(iri) for iri in sorted(set(ends))}
    assert graph.undescribed == ()


def test_the_shapes_judge_all_but_the_own_description(graph: Graph, started: Settings) -> None:
    judged = {line for file in graph.data for line in file.read_bytes().splitlines(keepends=True)}
    others = set(graph.folder.canonical.read_bytes().splitlines(keepends=True)) - judged
    assert {line[line.rindex(b" <") :] for line in others} == {f" <{started.base}id/graph/catalogue> .\n".encode()}
    assert any(b"hadPrimarySource" in line for line in judged)


def test_each_step_takes_what_the_one_before_made(started: Settings, tmp_path: Path) -> None:
    releases = ReleasesFolder(started.path(started.folders.releases))
    first = releases.live
    edit(started, "people.csv", "Example Person (fictional)", "Sample Person (fictional)")
    place = releases.path / ".building-here"
    place.mkdir()
    tables = read_tables(started)
    graph = make_graph(tables, started, place)
    report = check_graph(graph, started)
    candidate = make_candidate(graph, report, started, place)
    assert (graph.tables, candidate.graph, candidate.new) == (tables, graph, True)
    assert releases.live == first, "nobody sees it yet"
    release = go_live(candidate, started)
    assert releases.live == release.digest == graph.digest != first
    assert release == open_release(releases.path, "current", started.base)


def test_a_check_changes_nothing(started: Settings, tmp_path: Path) -> None:
    def state() -> dict[str, int]:
        return {str(path): path.lstat().st_mtime_ns for path in started.path(started.folders.releases).rglob("*")}

    before = state()
    for name, edited in (("same", False), ("new", True)):
        (tmp_path / name).mkdir()
        if edited:
            edit(started, "people.csv", "Example Person (fictional)", "Sample Person (fictional)")
        assert check(started, tmp_path / name).new is edited
    assert state() == before


def test_a_cell_without_a_term_is_refused_with_its_place(started: Settings, tmp_path: Path) -> None:
    edit(started, "organisations.csv", ",,,announcement", ",,http://exa mple/,announcement")
    with pytest.raises(ViolationError) as refusal:
        read_tables(started)
    assert [(each.check, each.places[0].column) for each in refusal.value.report.findings] == [("table", "homepage")]
    # A publication that declares the column otherwise is told when its tables are mapped.
    homepage = {"name": "organisations", "schema": {"fields": [{"name": "homepage", "format": "default"}]}}
    (started.path(started.folders.data) / "datapackage.json").write_text(json.dumps({"resources": [homepage]}))
    tables = read_tables(started)
    with pytest.raises(ViolationError, match="violations") as refusal:
        make_graph(tables, started, tmp_path)
    [finding] = refusal.value.report.findings
    assert (finding.check, finding.places[0].file) == ("mapping", "organisations.csv")
    assert set(refusal.value.report.counts) == {"tables", "rows"}


def test_what_the_stream_cannot_carry_is_refused_by_the_check(started: Settings, tmp_path: Path) -> None:
    with (started.path(started.folders.ontology) / "more.ttl").open("w") as file:
        file.write("<id/x> <http://purl.org/dc/terms/isVersionOf> <id/y> .")
    with pytest.raises(ReleaseError, match="change stream"):
        check(started, tmp_path)


def test_a_large_graph_is_taken_apart_in_batches(graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = {iri: file.read_bytes() for iri, file in dumps._by_graph(graph.folder.canonical, tmp_path).items()}
    (tmp_path / "batches").mkdir()
    monkeypatch.setattr(dumps, "_BATCH", 7)
    batches = dumps._by_graph(graph.folder.canonical, tmp_path / "batches")
    assert {iri: file.read_bytes() for iri, file in batches.items()} == whole
    assert {iri: content.count(b"\n") for iri, content in whole.items()} == graph.graphs

"""The catalogue tells what is there: files to the byte, IRIs under the base, dates that move with their things."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rdflib import RDF, BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, PROV

from atmpgraph.findings import Severity
from atmpgraph.publish.build import build
from atmpgraph.release.release import Release, open_release
from atmpgraph.settings import Settings
from atmpgraph.starter import start

from ..conftest import BASE, EXAMPLE
from .conftest import ADMS, DCAT, SPDX, things

WHOLE = URIRef(f"{BASE}id/dataset/partnership")
EXAMPLE_WHOLE = URIRef(f"{EXAMPLE}id/dataset/partnership")
CURRENT = f"{BASE}dumps/current/"
DQV = Namespace("http://www.w3.org/ns/dqv#")


def test_there_is_no_blank_node_and_no_foreign_address(catalogue: Graph) -> None:
    assert not [term for triple in catalogue for term in triple if isinstance(term, BNode)]
    assert "localhost" not in catalogue.serialize(format="nt")


def test_every_entry_is_under_the_base_and_has_a_record(catalogue: Graph) -> None:
    (one,) = things(catalogue, DCAT.Catalog)
    assert one == URIRef(f"{BASE}id/catalogue")
    entries = {*things(catalogue, DCAT.Dataset), *things(catalogue, DCAT.DataService)}
    assert entries == {*catalogue.objects(one, DCAT.dataset), *catalogue.objects(one, DCAT.service)}
    assert entries == {catalogue.value(record, FOAF.primaryTopic) for record in catalogue.objects(one, DCAT.record)}
    for thing in (*entries, *things(catalogue, DCAT.Distribution), *things(catalogue, DCAT.CatalogRecord)):
        assert thing.startswith(f"{BASE}id/")


def test_the_datasets_are_those_that_people_look_for(catalogue: Graph) -> None:
    datasets = {thing.removeprefix(f"{BASE}id/dataset/") for thing in things(catalogue, DCAT.Dataset)}
    assert datasets == {"partnership", "figures", "code-lists"}
    tables = {file for file in catalogue.objects(WHOLE, DCAT.distribution) if "/table-" in str(file)}
    assert len(tables) > 10


def test_behind_a_setting_each_source_graph_is_a_dataset_of_its_own(history: tuple[Settings, list[Graph]]) -> None:
    settings, (graph, *_) = history
    release = open_release(settings.path(settings.folders.releases), "current", settings.base)
    slugs = {name.removeprefix(f"{EXAMPLE}id/graph/") for name in release.manifest.graphs}
    own = {URIRef(f"{EXAMPLE}id/dataset/graph-{slug}") for slug in slugs}
    assert set(things(graph, DCAT.Dataset)) >= own
    periods = {graph.value(dataset, DCTERMS.temporal) for dataset in own}
    assert len(periods) > 2
    assert None not in periods
    texts = [text for dataset in own for text in graph.objects(dataset, DCTERMS.title)]
    titles = [str(text) for text in texts if isinstance(text, Literal) and text.language == "fr"]
    assert len(titles) == len(set(titles)) == len(own)
    assert all(graph.value(dataset, DCTERMS.license) for dataset in own)
    announcement = graph.value(URIRef(f"{EXAMPLE}id/dataset/graph-announcement"), DCTERMS.temporal)
    days = [str(graph.value(announcement, DCAT[name])) for name in ("startDate", "endDate")]
    assert days == sorted(days)
    assert all(len(day) == 10 for day in days)
    assert not [value for value in graph.objects(None, PROV.wasInfluencedBy) if str(value).startswith("urn:")]


def test_sizes_and_checksums_are_those_of_the_files(catalogue: Graph, release: Release) -> None:
    files = things(catalogue, DCAT.Distribution)
    for file in files:
        path = str(catalogue.value(file, DCAT.downloadURL)).removeprefix(CURRENT)
        content = (release.path / path).read_bytes()
        (checksum,) = catalogue.objects(file, SPDX.checksum)
        assert int(str(catalogue.value(file, DCAT.byteSize))) == len(content)
        assert str(catalogue.value(checksum, SPDX.checksumValue)) == hashlib.sha256(content).hexdigest()
        assert catalogue.value(predicate=DCAT.distribution, object=file) is not None
    names = {str(catalogue.value(file, DCAT.downloadURL)).removeprefix(CURRENT) for file in files}
    published = {name for name in release.manifest.files if "/" in name or name.startswith("data.")}
    assert names == {name for name in published if not name.startswith("graphs/")}


@pytest.mark.parametrize("suffix", ["ttl", "nt", "rdf", "jsonld"])
def test_every_dump_says_the_same(suffix: str, release: Release) -> None:
    expected, found = Graph(), Graph()
    expected.parse(release.path / "data.nt", format="nt")
    formats = {"ttl": "turtle", "nt": "nt", "rdf": "xml", "jsonld": "json-ld"}
    found.parse(release.path / f"data.{suffix}", format=formats[suffix])
    lines = {line.rsplit(b" <", 1)[0] for line in (release.path / "data.nq").read_bytes().splitlines()}
    assert len(expected) == len(lines) == len(found)
    assert set(expected) == set(found)


def test_a_table_is_in_the_dataset_that_claims_it(catalogue: Graph) -> None:
    figures, sources = (URIRef(f"{BASE}id/distribution/table-{name}") for name in ("figures", "sources"))
    assert list(catalogue.subjects(DCAT.distribution, figures)) == [URIRef(f"{BASE}id/dataset/figures")]
    assert list(catalogue.subjects(DCAT.distribution, sources)) == [WHOLE]


def test_everything_pointed_at_has_its_type_inside(catalogue: Graph) -> None:
    """Harvesters infer nothing: concepts of others are repeated with their class (DCAT-AP 3.0.1 §9.3)."""
    kept = (DCTERMS.license, DCTERMS.format, DCAT.mediaType, DCAT.theme, DCTERMS.language, DCTERMS.spatial, ADMS.status)
    for predicate in (*kept, DCAT.hasCurrentVersion, DCAT.previousVersion):
        for value in catalogue.objects(predicate=predicate):
            assert (value, RDF.type, None) in catalogue, value


def test_the_territory_is_linked_to_its_registries(catalogue: Graph) -> None:
    text = catalogue.serialize(format="nt")
    for place in (
        "http://data.europa.eu/nuts/code/BE3",
        "http://vocab.belgif.be/auth/refnis2025/3000",
        "https://sws.geonames.org/3337387/",
    ):
        assert f"<{place}>" in text


def test_the_version_is_the_digest(catalogue: Graph, release: Release) -> None:
    for dataset in things(catalogue, DCAT.Dataset):
        assert list(catalogue.objects(dataset, DCAT.version)) == [Literal(release.digest[:12])], dataset
    assert catalogue.value(WHOLE, DCAT.hasCurrentVersion) == URIRef(f"{BASE}releases/{release.digest}")


def test_a_version_moves_with_the_bytes(history: tuple[Settings, list[Graph]]) -> None:
    """It is the release that brought them."""
    (first, *_), whole = history[1], [str(graph.value(EXAMPLE_WHOLE, DCAT.version)) for graph in history[1]]
    assert len(set(whole)) == 3
    for dataset in things(first, DCAT.Dataset):
        days_ = [days(graph, dataset.removeprefix(EXAMPLE))[1] for graph in history[1]]
        assert [str(graph.value(dataset, DCAT.version)) for graph in history[1]] == [whole[day - 1] for day in days_]


def test_the_whole_leads_to_its_quality(catalogue: Graph) -> None:
    """W3C DQV: at an address that stays, so that what is said of the whole does not change with every release."""
    assert list(catalogue.objects(WHOLE, DQV.hasQualityMetadata)) == [URIRef(f"{BASE}quality")]
    assert (URIRef(f"{BASE}quality"), RDF.type, DQV.QualityMetadata) in catalogue


def days(graph: Graph, thing: str) -> tuple[int, int]:
    """The days on which a thing was issued and modified."""
    issued, modified = (str(graph.value(URIRef(EXAMPLE + thing), p)) for p in (DCTERMS.issued, DCTERMS.modified))
    return int(issued[8:10]) - 1, int(modified[8:10]) - 1


@pytest.mark.parametrize(
    ("thing", "modified"),
    [
        ("id/distribution/table-organisations", [1, 1, 1]),
        ("id/distribution/table-figures", [1, 2, 2]),
        ("id/dataset/figures", [1, 2, 2]),
        ("id/dataset/code-lists", [1, 1, 1]),
        ("id/dataset/graph-ontology", [1, 1, 1]),
        ("id/dataset/graph-catalogue", [1, 1, 3]),
        ("id/dataset/partnership", [1, 2, 3]),
        ("id/record/graph-ontology", [1, 1, 1]),
        ("id/record/code-lists", [1, 1, 3]),
        ("id/record/service-sparql", [1, 1, 1]),
        ("id/catalogue", [1, 2, 3]),
    ],
)
def test_a_date_moves_when_the_thing_changes(
    thing: str, modified: list[int], history: tuple[Settings, list[Graph]]
) -> None:
    assert [days(graph, thing) for graph in history[1]] == [(1, day) for day in modified]


def test_what_did_not_change_is_described_with_the_same_statements(history: tuple[Settings, list[Graph]]) -> None:
    """data.europa.eu compares datasets by their hash."""
    (*_, second, third), dataset = history[1], URIRef(f"{EXAMPLE}id/dataset/graph-ontology")
    assert set(second.predicate_objects(dataset)) == set(third.predicate_objects(dataset))


def test_a_record_says_whether_it_changed(history: tuple[Settings, list[Graph]]) -> None:
    found = [graph.value(URIRef(f"{EXAMPLE}id/record/figures"), ADMS.status) for graph in history[1]]
    assert [str(status).rpartition("/")[2] for status in found] == ["created", "updated", "updated"]


def test_the_release_before_is_named(history: tuple[Settings, list[Graph]]) -> None:
    first, second, third = history[1]
    assert first.value(EXAMPLE_WHOLE, DCAT.previousVersion) is None
    assert second.value(EXAMPLE_WHOLE, DCAT.previousVersion) == first.value(EXAMPLE_WHOLE, DCAT.hasCurrentVersion)
    assert third.value(EXAMPLE_WHOLE, DCAT.previousVersion) == second.value(EXAMPLE_WHOLE, DCAT.hasCurrentVersion)


def test_two_builds_give_the_same_files(history: tuple[Settings, list[Graph]], tmp_path: Path) -> None:
    """Another process, another hash seed, another folder, the same day."""
    start(tmp_path / "p", EXAMPLE)
    named = {"ATMPGRAPH_CATALOGUE_SOURCE_DATASETS": "true"}
    environment = {**os.environ, **named, "SOURCE_DATE_EPOCH": "86400", "PYTHONHASHSEED": "7"}
    command = [sys.executable, "-m", "atmpgraph", "build"]
    subprocess.run(command, cwd=tmp_path / "p", env=environment, check=True, capture_output=True)
    theirs = (tmp_path / "p" / "releases" / "current").resolve()
    ours = history[0].path(history[0].folders.releases) / theirs.name
    names = {
        path.relative_to(theirs)
        for path in theirs.rglob("*.*")
        if path.parent.name not in {"store", "catalogue", "search"}
        and path.name != "internal.json"  # files of the engine differ
    }
    assert {Path("catalogue.nq"), Path("data.rdf"), Path("manifest.json")} <= names
    assert [name for name in names if (ours / name).read_bytes() != (theirs / name).read_bytes()] == []


def test_without_a_description_nothing_is_published(tmp_path: Path) -> None:
    start(tmp_path / "p", EXAMPLE)
    settings = Settings.load(tmp_path / "p" / "atmpgraph.toml")
    (settings.path(settings.folders.data) / "catalogue.ttl").unlink()
    built = build(settings)
    assert built.digest is None
    assert [each.places[0].file for each in built.report.findings if each.severity is Severity.VIOLATION] == [
        "catalogue.ttl"
    ]
    assert "init" in built.report.findings[0].text("en")


def test_a_concept_that_nobody_knows_stops_the_build(tmp_path: Path) -> None:
    start(tmp_path / "p", EXAMPLE)
    settings = Settings.load(tmp_path / "p" / "atmpgraph.toml")
    file = settings.path(settings.folders.data) / "catalogue.ttl"
    file.write_text(file.read_text("utf-8").replace("theme:TECH", "theme:NONE"), encoding="utf-8")
    built = build(settings)
    assert built.digest is None
    (finding,) = built.report.of(Severity.VIOLATION)
    assert str(finding.node).endswith("data-theme/NONE")

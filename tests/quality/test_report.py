"""The quality of a release as RDF: a report that is well-formed SHACL, and measurements that are those of the release."""

import json
import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pyshacl
import pytest
from rdflib import RDF, Graph, URIRef
from rdflib.namespace import SH

from atmpgraph.quality.links import CheckedLinks, ExternalLink, LinkCheck
from atmpgraph.quality.report import Document, metrics
from atmpgraph.quality.shapes import read_shapes
from atmpgraph.quality.shapes_document import parts, released_shapes, shapes_lines, written
from atmpgraph.quality.summary import read_quality
from atmpgraph.release.manifest import Measure, Metric, Score
from atmpgraph.release.release import Release
from atmpgraph.vocab import DCT, DQV, SKOS, prefixes

from ..conftest import BASE, LANGUAGES, ROOT, WRITTEN

IRI = f"{BASE}releases/0/quality"
# How often a result may and must have each property (SHACL §3.6.2).
CARDINALITIES = {
    SH.focusNode: (1, 1),
    SH.resultSeverity: (1, 1),
    SH.sourceConstraintComponent: (1, 1),
    SH.resultPath: (0, 1),
    SH.value: (0, 1),
    SH.sourceShape: (0, 1),
    SH.sourceConstraint: (0, 1),
}


def graph(quads: list[ox.Quad]) -> Graph:
    """The statements as rdflib reads them."""
    found = Graph()
    found.parse(data="".join(f"{quad.triple} .\n" for quad in quads), format="nt")
    return found


@pytest.fixture(scope="module")
def report(release: Release) -> Graph:
    return graph(read_quality(release).quads(IRI, BASE))


def test_nothing_in_it_is_without_a_name(release: Release) -> None:
    quads = read_quality(release).quads(IRI, BASE)
    assert not [
        quad for quad in quads if isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode)
    ]


def test_each_result_is_well_formed_and_names_a_shape_that_is_published(report: Graph, release: Release) -> None:
    [root] = report.subjects(RDF.type, SH.ValidationReport)
    results = set(report.objects(root, SH.result))
    findings = json.loads((release.path / "report.json").read_text(encoding="utf-8"))["findings"]
    assert len(results) == len(findings) > 0, "also warnings, also of the catalogue"
    assert results == set(report.subjects(RDF.type, SH.ValidationResult))
    assert str(report.value(root, SH.conforms)) == "false", "it conforms only without any result (SHACL §3.6.1.1)"
    vocabulary = Graph().parse(Path(pyshacl.__file__).parent / "assets" / "shacl.ttl")
    assert {p for p in report.predicates() if str(p).startswith(str(SH))} <= set(vocabulary.subjects())
    named = parts(released_shapes(release), f"{BASE}ns/shapes")
    for result in results:
        for predicate, (least, most) in CARDINALITIES.items():
            assert least <= len(list(report.objects(result, predicate))) <= most, (result, predicate)
        assert {text.language for text in report.objects(result, SH.resultMessage)} == set(WRITTEN)  # type: ignore[attr-defined]
        component = report.value(result, SH.sourceConstraintComponent)
        if component == URIRef(f"{BASE}quality#table"):  # the check of the tables, which has no shape
            continue
        assert str(report.value(result, SH.sourceShape)) in named
        assert (component, RDF.type, SH.ConstraintComponent) in vocabulary
        assert report.value(result, SH.resultSeverity) in {SH.Violation, SH.Warning, SH.Info}


def test_a_result_leads_to_its_thing_and_its_rows(report: Graph) -> None:
    thing = URIRef(f"{BASE}id/place/suarlee")
    [result] = report.subjects(SH.focusNode, thing)
    assert report.value(result, SH.sourceShape) == URIRef(f"{BASE}ns/shapes#nameInEachLanguage")
    assert report.value(result, SH.resultPath) == URIRef(f"{SKOS}prefLabel")
    [row] = report.objects(result, URIRef(f"{DCT}source"))
    number = int(str(row).partition("#row=")[2])
    text = (ROOT / "data" / "places.csv").read_text(encoding="utf-8").splitlines()[number - 1]
    assert str(row).startswith(f"{BASE}doc/table/places.csv#row=")
    assert text.startswith("suarlee,")


def results_of(*findings: dict[str, Any]) -> Graph:
    document = Document(IRI, BASE, "sources.csv".__eq__)
    document.report(
        [{"severity": "warning", "message": {"en": "m"}, **finding} for finding in findings],
        0,
        "urn:r",
        "2026-01-01T00:00:00Z",
        len(findings),
    )
    return graph(document.quads)


@pytest.mark.parametrize(
    "term",
    ["<mailto:a@example.org>", '"5"', '"x"@fr', '"2026"^^<http://www.w3.org/2001/XMLSchema#gYear>', '"a \\"b\\"\\n"'],
)
def test_a_value_is_the_term_that_it_was(term: str) -> None:
    found = results_of({"check": "shape", "node": "urn:n", "shape": "urn:s", "component": "urn:c", "term": term})
    [value] = found.objects(None, SH.value)
    [expected] = Graph().parse(data=f"<urn:a> <urn:b> {term} .", format="nt").objects()
    assert value == expected


def test_a_finding_of_another_check_is_a_result_about_its_row() -> None:
    place = {"file": "sources.csv", "row": 5, "column": "text"}
    found = results_of({"check": "mapping", "places": [place], "value": "x.txt"})
    row = URIRef(f"{BASE}doc/table/sources.csv#row=5")
    [result] = found.subjects(SH.focusNode, row)
    assert found.value(result, URIRef(f"{DCT}source")) == row
    component = found.value(result, SH.sourceConstraintComponent)
    assert (component, None, None) in graph(list(metrics(BASE, LANGUAGES)))
    assert str(found.value(result, SH.value)) == "x.txt"


def test_a_shape_without_a_name_has_no_iri() -> None:
    found = results_of({"check": "shape", "node": "urn:n", "shape": "n3f2ab", "component": "urn:c"})
    assert not list(found.objects(None, SH.sourceShape))


def test_without_findings_it_conforms() -> None:
    assert str(results_of().value(URIRef(f"{IRI}#report"), SH.conforms)) == "true"


def test_what_is_measured_is_counted_in_the_release(release: Release) -> None:
    found = {m.metric: m for m in read_quality(release).measures if not m.on}
    assert found["statements-with-source"] == Measure(
        "statements-with-source", release.manifest.statements, release.manifest.statements
    )
    lines = (release.path / "data.nq").read_text(encoding="utf-8").splitlines()
    observations = {
        line.split()[0] for line in lines if "#type> <http://purl.org/linked-data/cube#Observation> " in line
    }
    assert found["figures-with-quotation"].of == len(observations)
    names = {
        (line.split()[0], tag)
        for line in lines
        for tag in LANGUAGES
        if f'"@{tag} <' in line
        and line.startswith(f"<{BASE}id/")
        and any(f"{p}> " in line.split('"')[0] for p in ("#prefLabel", "/terms/title", "#label"))
    }
    for tag in LANGUAGES:
        assert found[f"names-{tag}"].value == sum(language == tag for _, language in names)
        assert found[f"names-{tag}"].of == len({thing for thing, _ in names})


def test_links_to_registries_are_those_of_the_data(release: Release) -> None:
    counted = {m.on: m.value for m in read_quality(release).measures if m.metric == "registry-links"}
    lines = (release.path / "data.nq").read_text(encoding="utf-8").splitlines()
    ror = {
        line.rpartition(" <")[0] for line in lines if "> <https://ror.org/" in line and line.startswith(f"<{BASE}id/")
    }
    assert counted["https://ror.org/"] == len([line for line in ror if re.search("(Match|[sS]ameAs|seeAlso)>", line)])


def test_each_measurement_is_of_a_described_metric(report: Graph, release: Release) -> None:
    measurements = set(report.subjects(RDF.type, URIRef(f"{DQV}QualityMeasurement")))
    assert len(measurements) > 30
    for measurement in measurements:
        [metric] = report.objects(measurement, URIRef(f"{DQV}isMeasurementOf"))
        [value] = report.objects(measurement, URIRef(f"{DQV}value"))
        assert len(list(report.objects(measurement, URIRef(f"{DQV}computedOn")))) == 1
        assert (metric, RDF.type, URIRef(f"{DQV}Metric")) in report
        [kind] = report.objects(metric, URIRef(f"{DQV}expectedDataType"))
        assert value.datatype == kind  # type: ignore[attr-defined]
    points = {str(m).partition("#")[2]: report.value(m, URIRef(f"{DQV}value")) for m in measurements}
    dimensions = ("findability", "accessibility", "interoperability", "reusability", "contextuality")
    assert sum(Decimal(str(points[f"mqa-{name}"])) for name in dimensions) == Decimal(str(points["mqa"]))
    assert Decimal(str(points["mqa"])) == Decimal(str((release.manifest.score or Score(())).points))


def test_every_name_is_there_in_each_language() -> None:
    for predicate in ("prefLabel", "definition"):
        tags = Counter(
            (quad.subject, quad.object.language)
            for quad in metrics(BASE, LANGUAGES)
            if quad.predicate.value == SKOS + predicate and isinstance(quad.object, ox.Literal)
        )
        assert set(tags.values()) == {1}
        assert all((subject, tag) in tags for subject, _ in tags for tag in LANGUAGES)


def test_a_point_that_is_missed_names_what_misses_it(release: Release) -> None:
    known = read_quality(release)
    score = Score((Metric("findability", "keywords", 15.0, 30, (f"{BASE}id/dataset/x",)),))
    poorer = graph(replace(known, score=score).quads(IRI, BASE))
    measurement = URIRef(f"{IRI}#mqa-keywords")
    assert str(poorer.value(measurement, URIRef(f"{DQV}value"))) == "15"
    assert URIRef(f"{BASE}id/dataset/x") in set(poorer.objects(measurement))


def test_links_that_nobody_asked_are_told_as_such(release: Release) -> None:
    known = read_quality(release)
    assert known.links.checked == ""
    assert set(known.links.counts) == {"unasked"}
    found = graph(known.quads(IRI, BASE))
    assert str(found.value(URIRef(f"{IRI}#links-checked"), URIRef(f"{DQV}value"))) == "0"
    assert not list(found.predicate_objects(URIRef(f"{IRI}#links-answering")))


def test_links_that_were_asked() -> None:
    document = Document(IRI, BASE, "sources.csv".__eq__)
    links = (
        ExternalLink("http://e/1", (f"{BASE}id/a",), "missing", 404),
        ExternalLink("http://e/2", (), "answers", 200),
        ExternalLink("http://e/3"),
    )
    check = LinkCheck("2026-01-02T03:04:05Z", links)
    document.links(CheckedLinks(check.checked, check.counts(), links), (0, 3), "2026-01-01T00:00:00Z")
    found = graph(document.quads)
    value = URIRef(f"{DQV}value")
    assert {
        str(m).partition("#")[2][:15]: str(found.value(m, value)) for m in found.subjects(value) if "#links" in str(m)
    } == {
        "links-checked": "0.6667",
        "links-answering": "0.5",
    }
    [broken] = found.subjects(URIRef(f"{DQV}computedOn"), URIRef("http://e/1"))
    assert str(found.value(broken, value)) == "false"
    assert URIRef(f"{BASE}quality#missing") in set(found.objects(broken))
    assert URIRef(f"{BASE}id/a") in set(found.objects(broken))


def test_the_shapes_kept_are_those_that_judged(release: Release) -> None:
    written = [(release.path / name).read_text("utf-8") for name in ("shapes.nt", "catalogue-shapes.nt")]
    assert all(text.splitlines() == sorted(text.splitlines()) for text in written)
    lines = [f"{quad.triple} .\n" for quad in released_shapes(release)]
    assert len(lines) == len(shapes_lines(ROOT / "shapes", BASE, LANGUAGES))
    judging = Graph()
    for folder in (ROOT / "shapes", ROOT / "shapes" / "catalogue"):
        judging += read_shapes(folder, BASE, LANGUAGES)
    graphs = [
        ox.Dataset(ox.parse(text, format=ox.RdfFormat.N_TRIPLES))
        for text in ("".join(lines), judging.serialize(format="nt"))
    ]
    for found in graphs:
        found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert graphs[0] == graphs[1]


@pytest.mark.parametrize(
    ("turtle", "as_written"),
    [
        ("dct:title", "dct:title"),
        ("( prov:wasDerivedFrom oa:hasSource )", "(prov:wasDerivedFrom oa:hasSource)"),
        ("[ sh:inversePath owl:sameAs ]", "^owl:sameAs"),
        ("[ sh:alternativePath ( dct:title dct:description ) ]", "dct:title | dct:description"),
        ("[ sh:oneOrMorePath skos:broader ]", "skos:broader+"),
        ('[ sh:pattern "^a" ; sh:minCount 1 ]', "[ sh:minCount 1 ; sh:pattern ^a ]"),
        ("<http://nowhere.example/x>", "http://nowhere.example/x"),
    ],
)
def test_what_a_shape_asks_is_written_as_people_write_it(turtle: str, as_written: str) -> None:
    head = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in prefixes(BASE).items())
    quads = list(ox.parse(f"{head}<urn:s> <urn:p> {turtle} .", format=ox.RdfFormat.TURTLE))
    [term] = [quad.object for quad in quads if quad.subject == ox.NamedNode("urn:s")]
    assert not isinstance(term, ox.Triple)
    assert written(term, quads, BASE) == as_written

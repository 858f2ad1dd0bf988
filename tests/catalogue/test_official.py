"""The official shapes judge the catalogue: the three sets of the EU validator, the Belgian profile, HVD.

What cannot be met is named here and in `docs/catalogue.md`, each with its reason; a result beside those fails the test.
"""

import re

import pyshacl
import pytest
from rdflib import RDF, Graph, URIRef
from rdflib.namespace import SH

from ..conftest import ROOT, shared
from .conftest import DCAT, things, without_dangling

NEW = "dcat-ap/3.0.1/html-shacl/"
SETS = {
    "Full": [f"{NEW}{name}.ttl" for name in ("shapes", "range", "shapes_recommended", "imports", "deprecateduris")],
    "Full1": ["dcat-ap/3.0.1/dcat-ap-SHACL.ttl"],
    "Codelists": [f"{NEW}mdr-vocabularies.shape.ttl", f"{NEW}mdr_imports.ttl"],
    "Belgium": ["dcat-ap/bedcatap2.shacl.ttl"],
    # what data.europa.eu converts each catalogue to
    "Earlier": [
        f"dcat-ap/2.1.1/dcat-ap_2.1.1_shacl_{name}.ttl"
        for name in ("shapes", "range", "shapes_recommended", "mdr-vocabularies.shape")
    ],
}
# Severity, path: what the sets above find all the same.
EXCEPTIONS = {
    "Full": set(),
    "Full1": set(),
    "Codelists": {("Warning", "publisher"), ("Violation", "algorithm")},
    "Belgium": {("Violation", "byteSize"), ("Violation", "geometry")},
    "Earlier": {
        *(("Violation", "byteSize"), ("Violation", "algorithm")),
        *(("Warning", "publisher"), ("Warning", "spatial")),
    },
}


def results(data: Graph, files: list[str]) -> set[tuple[str, str, str]]:
    """Severity, path and kind of constraint of all results but remarks (sh:Info)."""
    shapes = Graph()
    for file in files:
        shapes.parse(shared(f"standards/{file}"), format="turtle")
    _, report, _ = pyshacl.validate(data, shacl_graph=without_dangling(shapes), inference="none", advanced=False)
    found = set()
    for result in report.objects(report.value(predicate=RDF.type, object=SH.ValidationReport), SH.result):
        parts = (SH.resultSeverity, SH.resultPath, SH.sourceConstraintComponent)
        found.add(tuple(re.split("[#/]", str(report.value(result, part)))[-1] for part in parts))
    return {(severity, path, kind) for severity, path, kind in found if severity != "Info"}


@pytest.mark.parametrize("name", SETS)
def test_the_catalogue_conforms(name: str, catalogue: Graph) -> None:
    assert {(severity, path) for severity, path, _ in results(catalogue, SETS[name])} == EXCEPTIONS[name]


@pytest.mark.parametrize("name", SETS)
def test_every_exception_is_in_the_table(name: str) -> None:
    table = (ROOT / "docs" / "catalogue.md").read_text("utf-8")
    for severity, path in EXCEPTIONS[name]:
        assert re.search(rf"^\| {name} \|.*{path}.*\| {severity} \|", table, re.MULTILINE)


def test_a_broken_catalogue_is_found_out(catalogue: Graph) -> None:
    broken = Graph() + catalogue
    (dataset, *_) = things(broken, DCAT.Dataset)
    broken.remove((dataset, URIRef("http://purl.org/dc/terms/title"), None))
    assert ("Violation", "title") in {found[:2] for found in results(broken, SETS["Full1"])}


def test_no_high_value_dataset_is_claimed_by_half(catalogue: Graph) -> None:
    """DCAT-AP HVD: what would make the claim is nowhere, so its shapes miss it everywhere."""
    found = results(catalogue, ["dcat-ap/3.0.0-hvd/hvd-SHACL.ttl"])
    claims = {(path, kind) for _, path, kind in found if path in {"hvdCategory", "applicableLegislation"}}
    assert claims == {(p, "MinCountConstraintComponent") for p in ("hvdCategory", "applicableLegislation")}
    assert not [p for p in set(catalogue.predicates()) if re.search("hvdCategory|applicableLegislation", str(p))]

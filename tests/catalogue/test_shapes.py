"""Each constraint of the catalogue's own shapes catches what it is there for, and says so in four languages."""

import pyshacl
import pytest
from rdflib import RDF, Graph, URIRef
from rdflib.namespace import SH

from atmpgraph.quality.shapes import read_shapes
from atmpgraph.vocab import prefixes

from ..conftest import BASE, LANGUAGES, ROOT, WRITTEN
from ..quality.conftest import restored
from ..quality.test_shapes import add, constraints, drop, local, put

DATASET, FILE, SUM = "id/dataset/figures", "id/distribution/figures-ttl", "id/checksum/figures-ttl"
RECORD, CATALOGUE, SERVICE = "id/record/figures", "id/catalogue", "id/service/sparql"
AGENT, CONTACT, PERIOD, PLACE = (
    "id/agent/publisher",
    "id/contact/data",
    "id/period/catalogue",
    "https://sws.geonames.org/3337387/",
)
ELSEWHERE = "<https://elsewhere.example/a>"


def text(shape: str, thing: str, predicate: str) -> dict[str, str]:
    """What can be wrong with a text in four languages."""
    return {
        f"{shape} MinCount": drop(thing, predicate),
        f"{shape} Datatype": add(thing, predicate, '"text"'),
        f"{shape} UniqueLang": add(thing, predicate, '"one"@en', '"two"@en'),
    }


def one(shape: str, thing: str, predicate: str, *kinds: str, wrong: str = ELSEWHERE) -> dict[str, str]:
    """What can be wrong with a value that must be there: none, two, one of another kind."""
    cases = {"MinCount": drop(thing, predicate), "MaxCount": add(thing, predicate, *(f"<urn:{n}>" for n in range(5)))}
    return {f"{shape} {kind}": cases.get(kind, put(thing, predicate, wrong)) for kind in kinds}


# What each constraint must see, as a SPARQL update.
CASES = {
    **text("entryTitle", DATASET, "dct:title"),
    **text("entryDescription", DATASET, "dct:description"),
    **text("agentName", AGENT, "foaf:name"),
    **text("contactName", CONTACT, "vcard:organization-name"),
    **one("entryIdentifier", DATASET, "dct:identifier", "MinCount", "MaxCount", "Datatype"),
    **one("entryPublisher", DATASET, "dct:publisher", "MinCount", "MaxCount", "Class"),
    **one("entryContact", DATASET, "dcat:contactPoint", "MinCount", "MaxCount", "Class"),
    **one("entryLanguage", DATASET, "dct:language", "MinCount", "Pattern"),
    **one("entryLicence", FILE, "dct:license", "MinCount", "MaxCount", "Class"),
    **one("entrySpatial", DATASET, "dct:spatial", "MinCount", "Class"),
    **one("entryIssued", DATASET, "dct:issued", "MinCount", "MaxCount", "Or"),
    **one("entryModified", DATASET, "dct:modified", "MinCount", "MaxCount", "Or"),
    **one("entryKeywords", DATASET, "dcat:keyword", "MinCount", "Datatype", wrong='"word"'),
    "entryTitleInEachLanguage QualifiedMinCount": put(DATASET, "dct:title", '"one"@en', '"un"@fr', '"ein"@de', '"uno"@it'),
    "entryDescriptionInEachLanguage QualifiedMinCount": put(DATASET, "dct:description", '"one"@en'),
    "entryKeywordsInEachLanguage QualifiedMinCount": put(DATASET, "dcat:keyword", '"one"@en'),
    **one("entryThemes", DATASET, "dcat:theme", "MinCount", "Pattern", "Class"),
    **one("entryAccess", DATASET, "dct:accessRights", "MinCount", "MaxCount", "Pattern"),
    **one("catalogHomepage", CATALOGUE, "foaf:homepage", "MinCount", "MaxCount", "Class"),
    **one("catalogThemes", CATALOGUE, "dcat:themeTaxonomy", "HasValue"),
    **one("catalogDatasets", CATALOGUE, "dcat:dataset", "MinCount", "Class"),
    **one("catalogRecords", CATALOGUE, "dcat:record", "MinCount", "Class"),
    **one("recordTopic", RECORD, "foaf:primaryTopic", "MinCount", "MaxCount", "Class"),
    **one("recordStatus", RECORD, "adms:status", "MinCount", "MaxCount", "Pattern"),
    **one("recordProfile", RECORD, "dct:conformsTo", "MinCount", "Class"),
    **one("datasetTemporal", DATASET, "dct:temporal", "MinCount", "Class"),
    **one("datasetFrequency", DATASET, "dct:accrualPeriodicity", "MinCount", "MaxCount", "Pattern", "Class"),
    **one("datasetDistributions", DATASET, "dcat:distribution", "MinCount", "Class"),
    **one("distributionAddress", FILE, "dcat:accessURL", "MinCount", "MaxCount", "Pattern"),
    "distributionAddress NodeKind": put(FILE, "dcat:accessURL", f'"{BASE}dumps"'),
    **one("distributionFormat", FILE, "dct:format", "MinCount", "MaxCount", "Pattern"),
    **one("distributionMedia", FILE, "dcat:mediaType", "MinCount", "MaxCount", "Pattern"),
    **one("distributionAvailability", FILE, "dcatap:availability", "MinCount", "MaxCount", "Pattern"),
    **one("distributionSize", FILE, "dcat:byteSize", "MinCount", "MaxCount", "Datatype"),
    **one("distributionSum", FILE, "spdx:checksum", "MaxCount", "Class"),
    **one("checksumValue", SUM, "spdx:checksumValue", "MinCount", "MaxCount", "Datatype", "Pattern"),
    **one("serviceAddress", SERVICE, "dcat:endpointURL", "MinCount", "Pattern"),
    "serviceAddress NodeKind": put(SERVICE, "dcat:endpointURL", f'"{BASE}sparql"'),
    **one("serviceDatasets", SERVICE, "dcat:servesDataset", "MinCount", "Class"),
    **one("agentType", AGENT, "dct:type", "MinCount", "MaxCount", "Pattern", "Class"),
    **one("agentMailbox", AGENT, "foaf:mbox", "MinCount", "MaxCount", "Pattern"),
    **one("contactMailbox", CONTACT, "vcard:hasEmail", "MinCount", "MaxCount", "Pattern"),
    "mailboxOfNobody Not": put(CONTACT, "vcard:hasEmail", "<mailto:a@example.com>"),
    "periodOfData MinCount": drop(PERIOD, "dcat:startDate"),
    "periodOfData MaxCount": add(PERIOD, "dcat:startDate", '"2030-01-01"^^xsd:date'),
    "periodOfData Datatype": put(PERIOD, "dcat:startDate", '"2030"^^xsd:gYear'),
    "endOfPeriodOfData MinCount": drop(PERIOD, "dcat:endDate"),
    "endOfPeriodOfData MaxCount": add(PERIOD, "dcat:endDate", '"2030-01-01"^^xsd:date'),
    "endOfPeriodOfData Datatype": put(PERIOD, "dcat:endDate", '"2030"^^xsd:gYear'),
    "placeOfData MinCount": drop(PLACE, "dcat:bbox"),
    "placeOfData MaxCount": add(PLACE, "dcat:centroid", '"POINT(1 2)"'),
    "placeOfData Datatype": put(PLACE, "dcat:centroid", '"POINT(1 2)"'),
    "orderOfPeriodOfData LessThanOrEquals": put(PERIOD, "dcat:endDate", '"1999-01-01"^^xsd:date'),
    "centreOfPlace SPARQL": put(PLACE, "dcat:centroid", '"POINT(50.64 4.66)"^^<http://www.opengis.net/ont/geosparql#wktLiteral>'),
    "entryKeywordAlone Not": add(DATASET, "dcat:keyword", '"one, two"@en'),
    "entryTidy Not": put(DATASET, "dct:title", '"one  two"@en', '"un"@fr', '"een"@nl', '"ein"@de'),
    "ringOfPlace SPARQL": put(PLACE, "dcat:bbox", '"POLYGON((2.4 49.4, 6.5 49.4, 6.5 51.6, 2.4 51.6))"^^<http://www.opengis.net/ont/geosparql#wktLiteral>'),
    "described MinCount": add(DATASET, "dcat:theme", "<http://publications.europa.eu/resource/authority/data-theme/NONE>"),
}  # fmt: skip


@pytest.fixture(scope="module")
def shapes() -> Graph:
    """The shapes of the catalogue."""
    return Graph() + read_shapes(ROOT / "shapes" / "catalogue", BASE, LANGUAGES)  # changed below


def found(graph: Graph, shapes: Graph) -> set[str]:
    """Shape and kind of constraint of each result."""
    _, report, _ = pyshacl.validate(graph, shacl_graph=shapes, inference="none", advanced=False)
    names = set()
    for result in report.objects(report.value(predicate=RDF.type, object=SH.ValidationReport), SH.result):
        shape = report.value(result, SH.sourceConstraint) or report.value(result, SH.sourceShape)
        kind = local(report.value(result, SH.sourceConstraintComponent)).removesuffix("ConstraintComponent")
        names.add(f"{local(shape)} {kind}")
    return names


@pytest.fixture(scope="module")
def live(catalogue: Graph) -> Graph:
    """The catalogue with an address that somebody reads, to be changed and restored."""
    graph = Graph() + catalogue
    for predicate in ("http://xmlns.com/foaf/0.1/mbox", "http://www.w3.org/2006/vcard/ns#hasEmail"):
        for thing in list(graph.subjects(URIRef(predicate))):
            graph.set((thing, URIRef(predicate), URIRef("mailto:data@publisher.example")))
    for prefix, namespace in prefixes(BASE).items():
        graph.bind(prefix, namespace, replace=True)
    return graph


def test_the_catalogue_has_no_result(live: Graph, shapes: Graph) -> None:
    assert found(live, shapes) == set()


def test_an_example_address_is_a_warning_only(catalogue: Graph, shapes: Graph) -> None:
    conforms, _, _ = pyshacl.validate(catalogue, shacl_graph=shapes, inference="none", allow_warnings=True)
    assert conforms
    assert found(catalogue, shapes) == {"mailboxOfNobody Not"}


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_is_found(name: str, live: Graph, shapes: Graph) -> None:
    with restored(live), restored(shapes):
        live.update(f"BASE <{BASE}>\n{CASES[name]}")
        keep_only(name.split()[0], shapes)
        assert name in found(live, shapes)


def keep_only(name: str, shapes: Graph) -> None:
    """Take away all constraints but one."""
    wanted = URIRef(f"{BASE}ns/shapes#{name}")
    for predicate in (SH.property, SH.sparql):
        for shape, constraint in list(shapes.subject_objects(predicate)):
            if constraint != wanted:
                shapes.remove((shape, predicate, constraint))
    for shape in list(shapes.subjects(RDF.type, SH.PropertyShape)):
        if shape != wanted:
            shapes.remove((shape, None, None))


def test_every_constraint_has_a_case(shapes: Graph) -> None:
    assert {" ".join(pair) for pair in constraints(shapes)} == set(CASES)


def test_every_constraint_speaks_each_language(shapes: Graph) -> None:
    for name in {case.split()[0] for case in CASES}:
        messages = shapes.objects(URIRef(f"{BASE}ns/shapes#{name}"), SH.message)
        assert sorted(str(getattr(message, "language", "")) for message in messages) == sorted(WRITTEN)

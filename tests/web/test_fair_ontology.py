"""What FOOPS!, a checker of the FAIR principles for ontologies, asks of ours as it is served; each test bears its code.

Left out: the registries of prefixes and vocabularies (FIND2, FIND3), which only others can enter us into; and DOI, logo and
status (a part of OM3), which this ontology does not have. That https://w3id.org/atmpgraph/ns and the IRI of its version lead
here (PURL1, URI1, VER2) is in tests/deploy/test_redirects.py.
"""

from typing import Final

import pytest
from flask.testing import FlaskClient
from rdflib import Graph, Literal, Node, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SDO, SKOS, VANN, XSD

from .rules import BROWSER

PATH: Final = "/ns/atmpgraph"
ONTOLOGY: Final = URIRef("https://w3id.org/atmpgraph/ns")
FORMATS: Final = {
    "application/rdf+xml": "xml",
    "text/turtle": "turtle",
    "application/ld+json": "json-ld",
    "application/n-triples": "nt",
}
KINDS: Final = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)


@pytest.fixture
def ontology(client: FlaskClient) -> Graph:
    """The ontology as a client gets it."""
    return Graph().parse(data=client.get(f"{PATH}.ttl").data, format="turtle")


def own(ontology: Graph) -> set[Node]:
    """All terms under the namespace that the document speaks of."""
    return {s for s in ontology.subjects(unique=True) if str(s).startswith(f"{ONTOLOGY}#")}


@pytest.mark.parametrize("media_type", FORMATS)
def test_cn1_rdf1_each_format_is_the_ontology(media_type: str, client: FlaskClient, ontology: Graph) -> None:
    answer = client.get(PATH, headers={"Accept": media_type})
    assert (answer.status_code, answer.mimetype) == (200, media_type)
    assert "Accept" in answer.headers["Vary"]
    assert set(Graph().parse(data=answer.data, format=FORMATS[media_type])) == set(ontology)


def test_doc1_a_browser_gets_a_page_with_each_term(client: FlaskClient, ontology: Graph) -> None:
    answer = client.get(PATH, headers=BROWSER)
    assert answer.mimetype == "text/html"
    for term in own(ontology):
        assert f'id="{str(term).partition("#")[2]}"' in answer.text


@pytest.mark.parametrize(
    "property_",
    [
        *(DCTERMS.title, DCTERMS.description, DCTERMS.license, OWL.versionIRI, DCTERMS.creator, SDO.dateCreated),  # OM1
        *(VANN.preferredNamespaceUri, VANN.preferredNamespacePrefix, OWL.versionInfo, DCTERMS.bibliographicCitation),
        *(DCTERMS.publisher, DCTERMS.issued, DCTERMS.modified),  # OM3, OM5
    ],
)
def test_om_the_header_says(property_: URIRef, ontology: Graph) -> None:
    assert all(str(value).strip() for value in ontology.objects(ONTOLOGY, property_))
    assert ontology.value(ONTOLOGY, property_) is not None


def test_om4_the_licence_is_an_address(ontology: Graph) -> None:
    licence = ontology.value(ONTOLOGY, DCTERMS.license)
    assert isinstance(licence, URIRef)
    assert licence.startswith("http://publications.europa.eu/resource/authority/licence/")


def test_uri2_ver1_one_ontology_whose_version_has_another_iri(ontology: Graph) -> None:
    assert list(ontology.subjects(RDF.type, OWL.Ontology)) == [ONTOLOGY]
    version = str(ontology.value(ONTOLOGY, OWL.versionIRI))
    assert version == f"{ONTOLOGY}/{ontology.value(ONTOLOGY, OWL.versionInfo)}"
    assert str(ontology.value(ONTOLOGY, DCTERMS.bibliographicCitation)).count(version.rpartition("/")[2]) == 1


def test_find1_the_prefix_is_that_of_the_document(client: FlaskClient, ontology: Graph) -> None:
    prefix, namespace = (
        str(ontology.value(ONTOLOGY, name)) for name in (VANN.preferredNamespacePrefix, VANN.preferredNamespaceUri)
    )
    assert namespace == f"{ONTOLOGY}#"
    assert f"@prefix {prefix}: <{namespace}> ." in client.get(f"{PATH}.ttl").text


def test_the_dates_follow_one_another(ontology: Graph) -> None:
    dates = [ontology.value(ONTOLOGY, name) for name in (SDO.dateCreated, DCTERMS.issued, DCTERMS.modified)]
    assert all(isinstance(each, Literal) and each.datatype == XSD.date for each in dates)
    assert [str(each) for each in dates] == sorted(str(each) for each in dates)


def test_voc1_voc2_it_builds_on_other_vocabularies(ontology: Graph) -> None:
    others = {str(o) for p in (RDFS.subClassOf, RDFS.subPropertyOf, RDFS.range) for o in ontology.objects(None, p)}
    assert len({iri.rpartition("#")[0] or iri.rpartition("/")[0] for iri in others} - {str(ONTOLOGY)}) >= 4


def test_voc3_voc4_each_term_has_a_type_a_label_and_a_definition(ontology: Graph) -> None:
    terms = own(ontology)
    assert len(terms) > 40
    for term in terms:
        assert set(ontology.objects(term, RDF.type)) & {*KINDS, RDF.Property}, term
        assert ontology.value(term, RDFS.label), term
        assert ontology.value(term, SKOS.definition), term
        assert ontology.value(term, RDFS.isDefinedBy) == ONTOLOGY, term
    named = {o for triple in ontology for o in triple if isinstance(o, URIRef) and o.startswith(f"{ONTOLOGY}#")}
    assert named <= terms, "a term without a description"

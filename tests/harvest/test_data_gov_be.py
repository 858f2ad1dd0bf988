"""data.gov.be harvests the publication: one file, nothing to be mended."""

import pytest
from rdflib import RDF, Literal, URIRef
from rdflib.namespace import DCTERMS

from .conftest import BASE, Site
from .graphs import DCAT, things
from .portals import data_gov_be

VCARD = "http://www.w3.org/2006/vcard/ns#"


@pytest.mark.parametrize(
    "address",
    ["", "catalogue.ttl", "catalogue.rdf", "catalogue.jsonld", "catalogue.nt", "catalogue?_mediatype=text/turtle"],
)
def test_any_address_gives_it_all_in_a_syntax_that_is_told_by_its_first_bytes(address: str, site: Site) -> None:
    site.live(1)
    documents = {URIRef(f"{BASE}catalogue"), URIRef(BASE), URIRef(BASE + address)}
    expected, found = (data_gov_be(site.web(), BASE + where) for where in ("catalogue", address))
    assert {t for t in found if t[0] not in documents} == {t for t in expected if t[0] not in documents}


def test_the_home_address_has_no_pages(site: Site, paged: Site) -> None:
    """This harvester follows none."""
    site.live(1)
    paged.live(1)
    assert set(data_gov_be(paged.web(), BASE)) == set(data_gov_be(site.web(), BASE))


@pytest.mark.parametrize("by", ["If-None-Match", "If-Modified-Since"])
def test_a_second_run_reads_what_changed(by: str, site: Site) -> None:
    site.live(1)
    web = site.web(by)
    first = data_gov_be(web, BASE)
    web.again()
    assert data_gov_be(web, BASE) is first
    assert set(web.read.values()) == {304}
    site.live(2)
    second = data_gov_be(web, BASE)
    assert set(web.read.values()) == {200}
    site.live(3)
    third = data_gov_be(web, BASE)
    lost = things(second, DCAT.Dataset) - things(third, DCAT.Dataset)
    assert lost == {f"{BASE}id/dataset/graph-newspaper"}
    assert things(first, DCAT.Dataset) == things(second, DCAT.Dataset)


def test_there_is_nothing_to_mend(site: Site) -> None:
    """What this harvester adds or repairs: language, theme, contact, licence; HTML, addresses as text, relative IRIs."""
    site.live(1)
    graph = data_gov_be(site.web(), BASE)
    for iri in things(graph, DCAT.Dataset):
        dataset = URIRef(iri)
        for needed in (
            DCTERMS.language,
            DCTERMS.license,
            DCTERMS.publisher,
            DCAT.theme,
            DCAT.contactPoint,
            DCAT.keyword,
        ):
            assert (dataset, needed, None) in graph, (dataset, needed)
        for name in (DCTERMS.title, DCTERMS.description):
            assert {getattr(t, "language", "") for t in graph.objects(dataset, name)} == {"fr", "nl", "de", "en"}
    for file in map(URIRef, things(graph, DCAT.Distribution)):
        assert (file, DCTERMS.license, None) in graph
    for text in graph.objects():
        assert not isinstance(text, Literal) or not {"<", ">"} & set(text), text
        assert not isinstance(text, Literal) or not text.startswith("mailto:")
    assert all(str(m).startswith("mailto:") for m in graph.objects(predicate=URIRef(f"{VCARD}hasEmail")))
    for triple in graph:
        assert all(":" in term for term in triple if isinstance(term, URIRef)), triple


def test_what_is_named_is_described(site: Site) -> None:
    """Nothing has to be fetched from elsewhere to know what kind of thing a value is."""
    site.live(1)
    graph = data_gov_be(site.web(), BASE)
    for predicate in (
        DCTERMS.license,
        DCTERMS.language,
        DCTERMS.spatial,
        DCTERMS.temporal,
        DCAT.theme,
        DCTERMS.publisher,
    ):
        values = set(graph.objects(predicate=predicate))
        assert values
        assert not [value for value in values if (value, RDF.type, None) not in graph]

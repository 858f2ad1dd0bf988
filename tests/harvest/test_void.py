"""A crawler of VoID: the numbers of `/.well-known/void` are those of the files, of the endpoint and of the documents."""

import pytest
from rdflib import RDF, Graph, Namespace, URIRef

from .conftest import BASE, Site
from .graphs import DCAT, one, parse
from .portals import EUROPA, select
from .web import SERVER, Web

VOID = Namespace("http://rdfs.org/ns/void#")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
WHOLE = URIRef(f"{BASE}id/dataset/partnership")


def read(web: Web, url: str, accept: str = "text/turtle, application/rdf+xml;q=0.9, */*;q=0.1") -> Graph:
    answer = web.ask(url, EUROPA | {"Accept": accept})
    assert answer.status in {200, 304}, answer
    return parse(answer.body, answer.media_type or "text/turtle")


@pytest.fixture(scope="module")
def web(site: Site) -> Web:
    site.live(1)
    return site.web("")


@pytest.fixture(scope="module")
def void(web: Web) -> Graph:
    return read(web, f"{BASE}.well-known/void")


def test_each_dump_has_the_triples_that_are_told(web: Web, void: Graph) -> None:
    dumps = [str(dump) for dump in void.objects(WHOLE, VOID.dataDump)]
    assert len(dumps) == 6
    graphs = [read(web, dump, "*/*") for dump in dumps]
    for graph in graphs:
        assert len(graph) == int(one(void, WHOLE, VOID.triples))
        assert len(set(graph.subjects())) == int(one(void, WHOLE, VOID.distinctSubjects))
        assert len(set(graph.objects())) == int(one(void, WHOLE, VOID.distinctObjects))
        assert len(set(graph.predicates())) == int(one(void, WHOLE, VOID.properties))
    for subset in void.objects(WHOLE, VOID.subset):
        for dump in void.objects(subset, VOID.dataDump):
            assert len(read(web, str(dump), "*/*")) == int(one(void, subset, VOID.triples))


def test_each_partition_is_as_big_as_it_is_told(web: Web, void: Graph) -> None:
    (endpoint,) = void.objects(WHOLE, VOID.sparqlEndpoint)
    assert str(endpoint) == f"{BASE}sparql"
    rows = select(web, "SELECT ?class (COUNT(DISTINCT ?s) AS ?n) { ?s a ?class } GROUP BY ?class")
    told = {one(void, p, VOID["class"]): one(void, p, VOID.entities) for p in void.objects(WHOLE, VOID.classPartition)}
    assert told == {row["class"]: row["n"] for row in rows}
    rows = select(web, "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p")
    told = {
        one(void, p, VOID.property): one(void, p, VOID.triples) for p in void.objects(WHOLE, VOID.propertyPartition)
    }
    assert told == {row["p"]: row["n"] for row in rows}
    for linkset in void.subjects(RDF.type, VOID.Linkset):
        (registry,) = void.objects(linkset, VOID.objectsTarget)
        space, predicate = one(void, registry, VOID.uriSpace), one(void, linkset, VOID.linkPredicate)
        pattern = f"?s <{predicate}> ?o FILTER(STRSTARTS(STR(?s), '{BASE}') && STRSTARTS(STR(?o), '{space}'))"
        (row,) = select(web, f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}")
        assert row["n"] == one(void, linkset, VOID.triples)


def test_the_examples_lead_to_documents_that_lead_back(web: Web, void: Graph) -> None:
    examples = [str(example) for example in void.objects(WHOLE, VOID.exampleResource)]
    assert len(examples) > 3
    for example in examples:
        graph, document = read(web, example), BASE + web.place(example).removeprefix(SERVER)
        assert (URIRef(example), None, None) in graph
        assert (URIRef(document), VOID.inDataset, WHOLE) in graph, document


def test_every_description_of_the_whole_gives_the_same_numbers(web: Web, void: Graph) -> None:
    service, catalogue = read(web, f"{BASE}sparql"), read(web, f"{BASE}catalogue")
    (union,) = service.objects(URIRef(f"{BASE}sparql#dataset"), SD.defaultGraph)
    assert one(service, union, VOID.triples) == one(void, WHOLE, VOID.triples)
    dumps, files = set(void.objects(WHOLE, VOID.dataDump)), set(catalogue.objects(WHOLE, DCAT.distribution))
    assert dumps <= {url for file in files for url in catalogue.objects(file, DCAT.downloadURL)}


@pytest.mark.parametrize("by", ["If-None-Match", "If-Modified-Since"])
def test_the_numbers_are_read_again_after_a_change(by: str, site: Site) -> None:
    url = f"{BASE}.well-known/void"
    site.live(1)
    web = site.web(by)
    first = read(web, url)
    assert read(web, url) is first
    assert web.read == {url: 304}
    site.live(3)
    third = read(web, url)
    assert web.read == {url: 200}
    subset = URIRef(f"{BASE}id/dataset/graph-newspaper")
    assert (WHOLE, VOID.subset, subset) in first
    assert (WHOLE, VOID.subset, subset) not in third
    assert int(one(third, WHOLE, VOID.triples)) < int(one(first, WHOLE, VOID.triples))

"""VoID, DCAT and the graph agree: every count is counted again, in another way."""

from collections import defaultdict

import pytest
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS
from rdflib.term import Node

from atmpgraph.release.release import Release

from ..conftest import BASE
from .conftest import DCAT, VOID, things

WHOLE = URIRef(f"{BASE}id/dataset/partnership")


@pytest.fixture(scope="module")
def data(release: Release) -> Graph:
    """The union of all graphs."""
    return Graph().parse(release.path / "data.nt", format="nt")


def number(graph: Graph, thing: Node, name: str) -> int:
    value = graph.value(thing, VOID[name])
    assert isinstance(value, Literal)
    return int(value)


def test_the_whole_is_counted(void: Graph, data: Graph) -> None:
    subjects = set(data.subjects())
    assert {
        "triples": len(data),
        "entities": len([s for s in subjects if str(s).startswith(BASE)]),
        "distinctSubjects": len(subjects),
        "distinctObjects": len(set(data.objects())),
        "properties": len(set(data.predicates())),
        "classes": len(set(data.objects(predicate=RDF.type))),
    }.items() <= {
        str(p)[len(VOID) :]: int(o)
        for p, o in void.predicate_objects(WHOLE)
        if isinstance(o, Literal) and o.value is not None and str(o).isdecimal()
    }.items()


def test_each_class_and_property_is_counted(void: Graph, data: Graph) -> None:
    instances: dict[Node, set[Node]] = defaultdict(set)
    triples: dict[Node, int] = defaultdict(int)
    for subject, predicate, value in data:
        triples[predicate] += 1
        if predicate == RDF.type:
            instances[value].add(subject)
    classes = {
        void.value(p, VOID["class"]): number(void, p, "entities") for p in void.objects(WHOLE, VOID.classPartition)
    }
    properties = {
        void.value(p, VOID.property): number(void, p, "triples") for p in void.objects(WHOLE, VOID.propertyPartition)
    }
    assert classes == {kind: len(found) for kind, found in instances.items()}
    assert properties == dict(triples)


def test_each_graph_is_a_subset(void: Graph, release: Release) -> None:
    for graph, count in release.manifest.graphs.items():
        subset = URIRef(graph.replace("/id/graph/", "/id/dataset/graph-"))
        assert (WHOLE, VOID.subset, subset) in void
        assert number(void, subset, "triples") == count


OWL_SAME_AS = URIRef("http://www.w3.org/2002/07/owl#sameAs")
SCHEMA_SAME_AS = URIRef("https://schema.org/sameAs")


def test_the_links_to_each_registry_are_counted(void: Graph, data: Graph) -> None:
    ror = {str(o) for o in data.objects(predicate=OWL_SAME_AS) if str(o).startswith("https://ror.org/")}
    same = URIRef(f"{BASE}id/linkset/ror--owl-sameAs")
    assert void.value(same, VOID.linkPredicate) == OWL_SAME_AS
    assert number(void, same, "triples") == len(ror) > 0
    for linkset in things(void, VOID.Linkset):
        assert void.value(linkset, VOID.subjectsTarget) == WHOLE
        space = void.value(linkset, VOID.objectsTarget)
        assert str(void.value(space, VOID.uriSpace)) == str(space)
        assert number(void, linkset, "triples") > 0


def test_a_linkset_has_one_predicate_or_a_part_for_each(void: Graph) -> None:
    for linkset in things(void, VOID.Linkset):
        parts = list(void.objects(linkset, VOID.subset))
        assert len(list(void.objects(linkset, VOID.linkPredicate))) == (0 if parts else 1)
        if parts:
            assert sum(number(void, part, "triples") for part in parts) == number(void, linkset, "triples")


def test_every_identifier_with_an_address_is_in_a_linkset(void: Graph, data: Graph) -> None:
    """ISNI, GRID and Crossref have their addresses by rule; where a source knows the address, nothing is added."""
    isni = [o for o in data.objects(predicate=SCHEMA_SAME_AS) if str(o).startswith("https://isni.org/isni/")]
    assert number(void, URIRef(f"{BASE}id/linkset/isni"), "triples") == len(isni) > 0
    for registry in ("grid", "crossref-funder"):
        assert (URIRef(f"{BASE}id/linkset/{registry}"), VOID.linkPredicate, SCHEMA_SAME_AS) in void
    assert not [o for o in data.objects(predicate=SCHEMA_SAME_AS) if str(o).startswith("https://ror.org/")]


def test_every_vocabulary_in_use_is_listed(void: Graph, data: Graph) -> None:
    listed = tuple(map(str, void.objects(WHOLE, VOID.vocabulary)))
    terms = {*data.predicates(), *data.objects(predicate=RDF.type)}
    assert [term for term in terms if not str(term).startswith(listed)] == []
    assert "https://w3id.org/atmpgraph/ns#" in listed


def test_it_agrees_with_the_catalogue(void: Graph, catalogue: Graph) -> None:
    dumps = set(void.objects(WHOLE, VOID.dataDump))
    files = {catalogue.value(file, DCAT.downloadURL) for file in catalogue.objects(WHOLE, DCAT.distribution)}
    assert dumps == {url for url in files if "/dumps/current/data." in str(url)}
    assert set(void.objects(WHOLE, VOID.subset)).isdisjoint(things(catalogue, DCAT.Dataset))
    assert void.value(WHOLE, VOID.sparqlEndpoint) == catalogue.value(
        URIRef(f"{BASE}id/service/sparql"), DCAT.endpointURL
    )


def test_each_source_has_its_title_licence_and_period(void: Graph, release: Release) -> None:
    subsets = set(void.objects(WHOLE, VOID.subset)) - set(things(void, VOID.Linkset))
    assert {str(subset).rpartition("/graph-")[2] for subset in subsets} == {
        graph.rpartition("/")[2] for graph in release.manifest.graphs
    }
    for subset in subsets:
        assert void.value(subset, DCTERMS.title)
        assert void.value(subset, DCTERMS.license)
    dates = {
        str(subset).rpartition("/graph-")[2]: (
            str(void.value(period, DCAT.startDate)),
            str(void.value(period, DCAT.endDate)),
        )
        for subset, period in void.subject_objects(DCTERMS.temporal)
    }
    assert dates["press-release-2024-01-17"] == ("2019-01-01", "2032-12-31")
    assert dates["trends-2023-10"] == ("2023-10-01", "2023-10-31")
    assert "ontology" not in dates


def test_it_has_examples_that_are_there(void: Graph, release: Release) -> None:
    examples = list(void.objects(WHOLE, VOID.exampleResource))
    assert examples
    assert all(release.quads(str(example)) for example in examples)

"""The published graph, with the vocabularies it uses, is consistent under OWL 2 RL; what reasoning adds is what is meant.

`reasonable` materialises in seconds what owlrl takes two minutes for, but says nothing of contradictions: the rules whose
conclusion is `false` (OWL 2 Profiles §4.3, tables 4 to 7) are here. The vocabularies lie beside the repository.
"""

import re
import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
import reasonable
from rdflib import FOAF, OWL, RDF, RDFS, SKOS, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from atmpgraph.publish.build import build
from atmpgraph.release.release import Release, open_release
from atmpgraph.settings import Settings

from .conftest import shared

FUNDED = Path(__file__).parent / "publications" / "funded"
PROV = Namespace("http://www.w3.org/ns/prov#")
EURIO = Namespace("http://data.europa.eu/s66#")
FOAF_APART = """
    @prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
    foaf:Organization owl:disjointWith foaf:Person , foaf:Document .
    foaf:Project owl:disjointWith foaf:Person , foaf:Document .
"""
TRIVIAL = {OWL.Thing, RDFS.Resource, RDFS.Class}


@pytest.fixture(scope="module")
def vocabularies() -> Graph:
    """The ontologies that are held, and which classes FOAF keeps apart; what FRAPO says of a term of FOAF is left out.

    FRAPO makes foaf:name a property of persons, so every organisation with a name would be one.
    """
    graph = Graph().parse(data=FOAF_APART)
    for path in sorted(shared("standards/vocab").glob("*.ttl")):
        if "SHACL" not in path.name:
            graph.parse(path)
    graph.remove((FOAF.name, RDFS.subPropertyOf, None))
    return graph


@pytest.fixture(scope="module", params=["first", "funded"])
def published(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Release:
    if request.param == "first":
        release: Release = request.getfixturevalue("release")
        return release
    folder = tmp_path_factory.mktemp("reasoned") / "project"
    shutil.copytree(FUNDED, folder)
    settings = Settings.load(folder / "atmpgraph.toml")
    built = build(settings)
    assert built.digest, "\n".join(built.report.lines("en"))
    return open_release(settings.path(settings.folders.releases), "current", settings.base)


def stated_by(release: Release) -> Graph:
    """The union of all graphs, the catalogue among them."""
    graph = Graph()
    for path in (release.folder.path / "graphs").glob("*.ttl"):
        graph.parse(path)
    return graph


def reasoned(graph: Graph) -> Graph:
    """A graph with all that OWL 2 RL adds."""
    reasoner = reasonable.PyReasoner()
    reasoner.from_graph(graph)
    inferred = Graph()
    for triple in reasoner.reason():
        inferred.add(triple)
    return inferred


def clashes(graph: Graph) -> Iterator[tuple[str, Node, frozenset[Node]]]:
    """The rules that a reasoned graph breaks: name, thing, and what excludes each other."""
    types = defaultdict[Node, set[Node]](set)
    for thing, kind in graph.subject_objects(RDF.type):
        types[thing].add(kind)
    apart = [("cax-dw", frozenset(pair)) for pair in graph.subject_objects(OWL.disjointWith)]
    apart += [("cls-com", frozenset(pair)) for pair in graph.subject_objects(OWL.complementOf)]
    apart += [("cax-adc", members) for members in _members(graph, OWL.AllDisjointClasses)]
    for thing, kinds in types.items():
        if OWL.Nothing in kinds:
            yield "cls-nothing2", thing, frozenset({OWL.Nothing})
        yield from ((rule, thing, frozenset(kinds & excluded)) for rule, excluded in apart if len(kinds & excluded) > 1)
    for thing, other in graph.subject_objects(OWL.differentFrom):
        if thing == other or (thing, OWL.sameAs, other) in graph:
            yield "eq-diff1", thing, frozenset({other})
    for relation in graph.subjects(RDF.type, OWL.IrreflexiveProperty):
        yield from (("prp-irp", s, frozenset({relation})) for s, o in graph.subject_objects(relation) if s == o)
    for relation in graph.subjects(RDF.type, OWL.AsymmetricProperty):
        both = ((s, o) for s, o in graph.subject_objects(relation) if (o, relation, s) in graph)
        yield from (("prp-asyp", s, frozenset({relation, o})) for s, o in both)
    for one, other in graph.subject_objects(OWL.propertyDisjointWith):
        both = ((s, o) for s, o in graph.subject_objects(one) if (s, other, o) in graph)
        yield from (("prp-pdw", s, frozenset({one, other})) for s, o in both)


def _members(graph: Graph, axiom: URIRef) -> Iterator[frozenset[Node]]:
    for subject in graph.subjects(RDF.type, axiom):
        members = graph.value(subject, OWL.members)
        if members is not None:
            yield frozenset(Collection(graph, members))


def test_no_clash(published: Release, vocabularies: Graph) -> None:
    assert not list(clashes(reasoned(vocabularies + stated_by(published))))


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ("<urn:x> a prov:Activity ; prov:wasDerivedFrom <urn:words> .", "cax-dw"),
        ("<urn:x> a eurio:PublicBody , eurio:FundingAgency .", "cax-adc"),
        ("<urn:x> owl:differentFrom <urn:y> ; owl:sameAs <urn:y> .", "eq-diff1"),
    ],
)
def test_a_clash_is_seen(wrong: str, rule: str, vocabularies: Graph) -> None:
    graph = Graph().parse(data=f"@prefix prov: <{PROV}> . @prefix eurio: <{EURIO}> . @prefix owl: <{OWL}> . {wrong}")
    assert (rule, URIRef("urn:x")) in {(name, thing) for name, thing, _ in clashes(reasoned(vocabularies + graph))}


def added(published: Release, vocabularies: Graph) -> dict[str, set[str]]:
    """Kind of thing → the types that domains and ranges add: neither stated nor above a stated one."""
    stated, inferred = stated_by(published), reasoned(vocabularies + stated_by(published))
    above = defaultdict[Node, set[Node]](set)
    for lower, higher in inferred.subject_objects(RDFS.subClassOf):
        above[lower].add(higher)
    found = defaultdict[str, set[str]](set)
    for thing, kind in inferred.subject_objects(RDF.type):
        of = re.match(rf"{re.escape(published.base)}id/([a-z-]+)/", str(thing))
        if of and isinstance(kind, URIRef) and kind not in TRIVIAL:
            kinds = set(stated.objects(thing, RDF.type))
            if kind not in kinds.union(*(above[each] for each in kinds)):
                found[of[1]].add(str(kind))
    return dict(found)


ADDED = {
    "contact": {"http://www.w3.org/2006/vcard/ns#Kind"},
    "coverage": {str(PROV.Entity)},  # derived from a figure
    "distribution": {"http://www.w3.org/ns/dcat#Distribution"},
    "funding": {str(PROV.Entity)},  # attributed to who gives it
    "grant": {str(PROV.Entity)},
    "graph": {str(PROV.Entity)},  # has a primary source
    "organisation": {str(PROV.Agent)},  # associated with an event, or a figure attributed to it
    "period": {"http://purl.org/dc/terms/PeriodOfTime"},
    "person": {str(PROV.Agent), str(FOAF.Agent)},
    "place": {str(PROV.Location)},
}
OF_THE_FUNDED = {"grant": {str(PROV.Entity)}, "organisation": {str(PROV.Agent), str(PROV.Entity)}}


def test_the_types_that_domains_and_ranges_add(published: Release, vocabularies: Graph) -> None:
    """An old name of an organisation is an entity: it is the alternate of the new one."""
    funded = "laguna" in published.base
    expected = {kind: types for kind, types in ADDED.items() if kind != "grant"} | (OF_THE_FUNDED if funded else {})
    assert added(published, vocabularies) == expected


def test_only_concepts_are_matched(published: Release) -> None:
    """Matches of SKOS lead from concept to concept (S39, S19); one of ours says that it is one."""
    graph = stated_by(published)
    names = ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch", "mappingRelation")
    ends = {end for name in names for pair in graph.subject_objects(SKOS[name]) for end in pair}
    ours = {end for end in ends if str(end).startswith((published.base, "https://w3id.org/atmpgraph/"))}
    former = {end for end in ours if str(end).startswith(f"{published.base}auth/")}  # only mapped, not described
    assert ours
    assert not [end for end in ours - former if (end, RDF.type, SKOS.Concept) not in graph]
    assert not [end for end in former if (end, RDF.type, SKOS.ConceptScheme) in graph]
    assert not [end for end in former if re.fullmatch(rf"{re.escape(published.base)}auth/[^/]+", str(end))], "lists"

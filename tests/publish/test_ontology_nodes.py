"""Ontologies as editors write them, with restrictions, unions and lists, can be published; their nodes have stable names."""

import re
import shutil
import time
from collections import defaultdict
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import OWL, RDF, RDFS, Graph
from rdflib.compare import isomorphic
from rdflib.term import BNode, Node

from atmpgraph.errors import AtmpgraphError
from atmpgraph.findings import Place, Severity, ViolationError
from atmpgraph.i18n import texts
from atmpgraph.publish.build import build, check
from atmpgraph.publish.graph import make_graph
from atmpgraph.publish.tables import read_tables
from atmpgraph.rdf import blank_nodes
from atmpgraph.rdf.blank_nodes import without_blank_nodes
from atmpgraph.rdf.canonize import canonical
from atmpgraph.rdf.statements import text_of
from atmpgraph.settings import Settings
from atmpgraph.web import create_app
from atmpgraph.web.pages.axioms import Axioms

from ..conftest import own_file

BASE = "https://example.org/p/"
HEAD = """
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix own: <https://example.org/p/ns/own#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
"""
ONTOLOGY = """
<https://example.org/p/ns/own> a owl:Ontology ; rdfs:label "Own"@en .
own:Team a owl:Class ; rdfs:isDefinedBy <https://example.org/p/ns/own> ; rdfs:label "team"@en ;
  rdfs:subClassOf [ a owl:Restriction ; owl:onProperty own:member ; owl:someValuesFrom
    [ a owl:Class ; owl:unionOf ( foaf:Person own:Group [ a owl:Class ; owl:complementOf own:Team ] ) ] ] ,
    [ a owl:Restriction ; owl:onProperty own:member ; owl:minCardinality "1"^^xsd:integer ] .
own:Group a owl:Class ; rdfs:isDefinedBy <https://example.org/p/ns/own> ; rdfs:label "group"@en ;
  owl:disjointUnionOf ( own:Team foaf:Group ) .
own:member a owl:ObjectProperty ; rdfs:isDefinedBy <https://example.org/p/ns/own> ; rdfs:label "member"@en ;
  owl:propertyChainAxiom ( own:part own:member ) ; rdfs:domain [ owl:unionOf ( own:Team own:Group ) ] .
[] a owl:AllDisjointClasses ; owl:members ( own:Team own:Group foaf:Person ) .
foaf:Person rdfs:subClassOf [ owl:complementOf own:Team ] .
"""


def named(turtle: str) -> Graph:
    """An ontology with names in place of blank nodes."""
    graph = Graph()
    for quad in without_blank_nodes(ox.parse(HEAD + turtle, format=ox.RdfFormat.TURTLE), BASE, f"{BASE}ns/own"):
        graph.parse(data=f"{quad.triple} .", format="nt")
    return graph


def with_blank_nodes(graph: Graph) -> Graph:
    """The same with blank nodes again (RDF 1.1 §3.5), as it was written."""

    def back(term: Node) -> Node:
        return BNode(str(term).partition("#genid-")[2]) if "#genid-" in str(term) else term

    result = Graph()
    for subject, predicate, value in graph:
        if "#genid-" in str(subject) and predicate == RDFS.isDefinedBy:
            continue
        result.add((back(subject), predicate, back(value)))
    return result


def test_the_names_stand_for_the_nodes_that_were_there() -> None:
    assert isomorphic(with_blank_nodes(named(ONTOLOGY)), Graph().parse(data=HEAD + ONTOLOGY, format="turtle"))


def test_the_same_statements_have_the_same_names_whatever_else_there_is() -> None:
    class_, rest = ONTOLOGY.split("own:Group a", 1)
    names = set(named(class_).subjects())
    assert (
        set(
            named(
                f"own:Other rdfs:subClassOf [ owl:complementOf own:Team ] . own:Group a{rest}{class_}".replace(
                    "  ", " "
                )
            )
        )
        > set()
    )
    assert names <= set(
        named(f"own:Other rdfs:subClassOf [ owl:complementOf own:Team ] . {class_} own:Group a{rest}").subjects()
    )
    assert all(str(name).startswith(f"{BASE}ns/own") for name in names)


def test_what_is_said_alike_about_two_classes_has_two_names() -> None:
    """OWL 2 Mapping to RDF §3: a description belongs to one axiom."""
    two = named("own:A rdfs:subClassOf [ owl:complementOf own:C ] . own:B rdfs:subClassOf [ owl:complementOf own:C ] .")
    assert len(set(two.subjects(OWL.complementOf))) == 2


def test_a_node_without_a_place_for_its_name_is_refused() -> None:
    with pytest.raises(ValueError, match="state <ns/…> a owl:Ontology"):
        list(without_blank_nodes(ox.parse(f"{HEAD} [] a owl:Class .", format=ox.RdfFormat.TURTLE), BASE, None))


def test_such_an_ontology_is_built_and_shown_whole(started: Settings) -> None:
    own_file(started, "ontology", "own.ttl").write_text(HEAD + ONTOLOGY, encoding="utf-8")
    built = build(started)
    assert built.release, list(built.report.lines("en"))
    client = create_app(started).test_client()
    shown = Graph().parse(data=client.get("/ns/own.ttl").data, format="turtle")
    for suffix, name in (("jsonld", "json-ld"), ("rdf", "xml"), ("nt", "nt")):
        assert set(Graph().parse(data=client.get(f"/ns/own.{suffix}").data, format=name)) == set(shown), suffix
    written = named(ONTOLOGY)
    missing = {triple for triple in written if triple not in shown and "foaf" not in str(triple[0])}
    assert missing == set()
    assert (None, RDF.type, OWL.AllDisjointClasses) in shown
    page = client.get("/ns/own?lang=en", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "member: at least one of the kind (" in page.text
    assert "membre : au moins un" in client.get("/ns/own?lang=fr", headers={"Accept": "text/html"}).text.replace(
        "member", "membre"
    )
    names = {str(subject) for subject in written.subjects() if "#genid-" in str(subject)}
    assert [name for name in names if f'id="{name.partition("#")[2]}"' not in page.text] == []


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        ("owl:onProperty own:p ; owl:minCardinality 1", "p: at least one"),
        ("owl:onProperty own:p ; owl:minQualifiedCardinality 2 ; owl:onClass own:A", "p: at least 2 of the kind A"),
        ("owl:onProperty own:p ; owl:maxCardinality 0", "p: not one"),
        ("owl:onProperty own:p ; owl:cardinality 3", "p: exactly 3"),
        ("owl:onProperty own:p ; owl:hasValue 'x'", "p: always x"),
        ("owl:onProperty own:p ; owl:hasSelf true", "p: always with itself"),
        ("owl:onProperty own:p ; owl:allValuesFrom own:A", "p: only of the kind A"),
        (
            "owl:onProperty own:p ; owl:someValuesFrom [ owl:unionOf ( own:A own:B [ owl:complementOf own:C ] ) ]",
            "p: at least one of the kind (A, B or (not C))",
        ),
        ("owl:onProperty [ owl:inverseOf own:p ] ; owl:maxCardinality 4", "(the inverse of p): at most 4"),
        ("owl:intersectionOf ( own:A own:B )", "A and B"),
        ("owl:oneOf ( own:A own:B )", "one of A, B"),
        ("a owl:AllDisjointClasses ; owl:members ( own:A own:B )", "no two have anything in common: A, B"),
        ("a owl:AllDifferent ; owl:members ( own:A own:B )", "no two are the same: A, B"),
        (
            "owl:onDatatype xsd:integer ; owl:withRestrictions ( [ xsd:minInclusive 18 ] [ xsd:maxExclusive 65 ] )",
            "integer, (at least 18) and (less than 65)",
        ),
        (
            "owl:sourceIndividual own:A ; owl:assertionProperty own:p ; owl:targetValue 5",
            "never: A → p → 5",
        ),
        ("rdf:first own:A ; rdf:rest ( own:B )", "list: A, B"),
        ("owl:onProperty own:p", ""),
        ("owl:unionOf ()", ""),
        ("rdfs:comment 'nothing'", ""),
    ],
)
def test_axioms_are_said_in_words(statements: str, words: str) -> None:
    parts = defaultdict(list)
    text = f"{HEAD} own:X own:is [ {statements} ] ."
    for quad in without_blank_nodes(ox.parse(text, format=ox.RdfFormat.TURTLE), BASE, f"{BASE}ns/own"):
        parts[text_of(quad.subject)].append(quad)
    [outer] = parts.pop("https://example.org/p/ns/own#X")
    names = {
        iri: iri.rpartition("#")[2]
        for quads in parts.values()
        for quad in quads
        for iri in re.findall("<(.*?)>", str(quad))
    }
    axioms = Axioms(parts, names, texts("en"))
    assert axioms.words(text_of(outer.object)) == words
    assert all(
        Axioms(parts, names, texts(tag)).words(text_of(outer.object)) for tag in ("fr", "nl", "de", "it")
    ) == bool(words)


def test_a_list_that_leads_in_a_circle_ends() -> None:
    text = f"{HEAD} own:X own:is _:l . _:l rdf:first own:A ; rdf:rest _:l ; owl:unionOf _:l ; owl:complementOf _:l ."
    parts = defaultdict(list)
    for quad in without_blank_nodes(ox.parse(text, format=ox.RdfFormat.TURTLE), BASE, f"{BASE}ns/own"):
        parts[text_of(quad.subject)].append(quad)
    axioms = Axioms(parts, {}, texts("en"))
    assert all(len(axioms.words(iri)) < 2_000 for iri in axioms.inner())


def test_no_build_names_the_nodes_otherwise(started: Settings, tmp_path: Path) -> None:
    """Neither another run, nor an editor that saves the file with its labels and statements in another order."""
    file = own_file(started, "ontology", "own.ttl")
    file.write_text(HEAD + ONTOLOGY, encoding="utf-8")
    first = build(started).digest

    def digest_of(folder: Path) -> str:
        folder.mkdir()
        return make_graph(read_tables(started), started, folder).digest

    labelled = Graph().parse(data=HEAD + ONTOLOGY, format="turtle").serialize(format="nt").splitlines()
    file.write_text("\n".join(sorted(labelled, reverse=True)), encoding="utf-8")
    assert digest_of(tmp_path / "after a release") == first
    shutil.rmtree(started.path(started.folders.releases))
    assert digest_of(tmp_path / "from nothing") == first


def test_an_ontology_without_a_place_is_named(started: Settings) -> None:
    own_file(started, "ontology", "own.ttl").write_text(
        HEAD + "foaf:Person rdfs:subClassOf [ owl:complementOf foaf:Group ] .", encoding="utf-8"
    )
    with pytest.raises(AtmpgraphError, match=re.compile(r"own\.ttl.*owl:Ontology", re.DOTALL)):
        build(started)
    assert Path(started.path(started.folders.releases)).is_dir()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ('own:Team rdfs:comment "a\\u0001b"@en .', "XML does not allow the character U+0001"),
        ('own:Team <http://example.com/1> "x"@en .', "RDF/XML cannot abbreviate http://example.com/1"),
        ('own:Team rdfs:comment "x"^^xsd:date .', "is not published: expected a date"),
    ],
)
def test_what_a_format_of_every_release_cannot_say_is_told_with_the_file(
    started: Settings, tmp_path: Path, statement: str, said: str
) -> None:
    """By the check, not when the files for download are written."""
    own_file(started, "ontology", "own.ttl").write_text(HEAD + ONTOLOGY + statement, encoding="utf-8")
    (tmp_path / "scratch").mkdir()
    with pytest.raises(ViolationError) as refusal:
        check(started, tmp_path / "scratch")
    [finding] = (one for one in refusal.value.report.findings if one.severity is Severity.VIOLATION)
    assert finding.places == (Place("own.ttl"),)
    assert said in finding.message["en"]


def test_nodes_that_look_alike_have_the_names_of_the_algorithm() -> None:
    """Those of a list whose members are nodes: it runs in a process of its own, which changes nothing."""
    members = " ".join(f"[ a owl:Class ; owl:complementOf own:C{number} ]" for number in range(60))
    text = f"{HEAD} own:Team owl:disjointUnionOf ( {members} ) ."
    quads = [*ox.parse(text, format=ox.RdfFormat.TURTLE)]
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert canonical(quads, 30) == sorted(dataset, key=str)


def test_nodes_that_nothing_tells_apart_are_refused_in_time(started: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blank_nodes, "SECONDS", 1)
    clique = [f"_:n{one} own:knows _:n{other} ." for one in range(10) for other in range(10) if one != other]
    text = f"{HEAD} <https://example.org/p/ns/own> a owl:Ontology . {' '.join(clique)}"
    own_file(started, "ontology", "own.ttl").write_text(text, encoding="utf-8")
    began = time.monotonic()
    with pytest.raises(AtmpgraphError, match=r"own\.ttl.*10 blank nodes .* give IRIs to some, such as the one in _:"):
        build(started)
    assert time.monotonic() - began < 300  # of hours

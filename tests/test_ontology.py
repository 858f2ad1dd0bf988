"""The ontology, the structure of the figures and the code lists keep their own rules.

The files use IRIs relative to one base. They are parsed here with a base nobody publishes at, so that an absolute IRI
of a real publication shows up as foreign.

Terms of other vocabularies are looked up in copies of those vocabularies beside the repository
(``../shared/standards/vocab``). Without the copies those tests are skipped, but they fail where ``CI=true``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS, SKOS, BNode, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from .conftest import absent

ROOT = Path(__file__).resolve().parents[1]
ONTOLOGY = ROOT / "ontology"
OWN = ROOT / "data" / "ontology"  # what the publication of this repository adds
STANDARDS = ROOT.parent / "shared" / "standards"

BASE = "https://example.org/p/"
ATMP = Namespace("https://w3id.org/atmpgraph/ns#")
SCHEMA_OF_TERMS = URIRef("https://w3id.org/atmpgraph/ns")
AUTH = Namespace(f"{BASE}auth/")
CODES = Namespace("https://w3id.org/atmpgraph/auth/")
FORMER = "former-terms.ttl"
ID = Namespace(f"{BASE}id/")

DCT = Namespace("http://purl.org/dc/terms/")
DQV = Namespace("http://www.w3.org/ns/dqv#")
EURIO = Namespace("http://data.europa.eu/s66#")
FOAF = Namespace("http://xmlns.com/foaf/0.1/")
FRAPO = Namespace("http://purl.org/cerif/frapo/")
LEGAL = Namespace("http://www.w3.org/ns/legal#")
ORG = Namespace("http://www.w3.org/ns/org#")
PROV = Namespace("http://www.w3.org/ns/prov#")
QB = Namespace("http://purl.org/linked-data/cube#")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
XSD = Namespace("http://www.w3.org/2001/XMLSchema#")
PATTERN = URIRef("https://schema.org/valuePattern")
SDMX = "http://purl.org/linked-data/sdmx/2009/"

LANGUAGES = {"fr", "nl", "de", "en"}
MORE = {"it"}

KNOWN_NAMESPACES = (
    "http://hl7.org/fhir/quantity-comparator",
    "http://www.w3.org/ns/oa#",
    "http://www.w3.org/ns/sparql-service-description#",
    BASE,
    "https://w3id.org/atmpgraph/",
    str(OWL),
    str(RDF),
    str(RDFS),
    str(SKOS),
    str(XSD),
    str(DCT),
    str(DQV),
    str(EURIO),
    str(FOAF),
    str(FRAPO),
    str(ORG),
    str(PROV),
    str(QB),
    SDMX,
    "http://publications.europa.eu/resource/authority/licence/",
    "http://data.europa.eu/m8g/",
    "http://purl.org/adms/publishertype/",
    "http://purl.org/spar/fabio/",
    "http://qudt.org/vocab/unit/",
    "http://www.w3.org/ns/legal#",
    "http://www.w3.org/ns/shacl#",
    "http://purl.org/vocab/vann/",
    "https://schema.org/",
)

CLASSES = {
    ATMP.Partnership: {ORG.OrganizationalCollaboration, FOAF.Project},
    ATMP.Workpackage: {ORG.OrganizationalCollaboration, FOAF.Project},
    ATMP.Participation: {ORG.Membership},
    ATMP.FundingContribution: {FRAPO.Funding},
    ATMP.Involvement: set(),
    ATMP.Task: {ORG.OrganizationalCollaboration},
    ATMP.Milestone: {PROV.Entity},
    ATMP.Record: {PROV.Entity},
}

# property: (kind, superproperty, domain, range); None means that none may be stated.
PROPERTIES: dict[URIRef, tuple[URIRef, URIRef | None, URIRef | None, URIRef | None]] = {
    ATMP.workpackageOf: (OWL.ObjectProperty, DCT.isPartOf, ATMP.Workpackage, ATMP.Partnership),
    ATMP.hasWorkpackage: (OWL.ObjectProperty, DCT.hasPart, ATMP.Partnership, ATMP.Workpackage),
    ATMP.involvedIn: (OWL.ObjectProperty, None, ATMP.Involvement, ORG.OrganizationalCollaboration),
    ATMP.involves: (OWL.ObjectProperty, None, ATMP.Involvement, FOAF.Agent),
    ATMP.involvedAs: (OWL.ObjectProperty, None, ATMP.Involvement, SKOS.Concept),
    ATMP.partnerKind: (OWL.ObjectProperty, None, ATMP.Partnership, SKOS.Concept),
    ATMP.participatesIn: (OWL.ObjectProperty, ORG.memberOf, FOAF.Agent, ORG.OrganizationalCollaboration),
    ATMP.leads: (OWL.ObjectProperty, ATMP.participatesIn, FOAF.Agent, ORG.OrganizationalCollaboration),
    ATMP.fundingOrigin: (OWL.ObjectProperty, None, FRAPO.Funding, SKOS.Concept),
    ATMP.indicator: (QB.DimensionProperty, None, QB.Observation, SKOS.Concept),
    ATMP.subject: (QB.DimensionProperty, DCT.subject, QB.Observation, RDFS.Resource),
    ATMP.source: (QB.DimensionProperty, PROV.hadPrimarySource, QB.Observation, PROV.Entity),
    ATMP.valueQualifier: (QB.AttributeProperty, None, QB.Observation, SKOS.Concept),
    ATMP.statedAs: (QB.AttributeProperty, None, QB.Observation, RDF.langString),
    ATMP.admitsUnit: (OWL.ObjectProperty, None, SKOS.Concept, None),
    ATMP.admitsSubject: (OWL.DatatypeProperty, None, SKOS.Concept, None),
    ATMP.admitsStatus: (OWL.ObjectProperty, None, SKOS.Concept, None),
    ATMP.partOfIndicator: (OWL.ObjectProperty, None, SKOS.Concept, SKOS.Concept),
    ATMP.statedIn: (OWL.ObjectProperty, DCT.isReferencedBy, None, None),
    ATMP.confidence: (OWL.ObjectProperty, None, SD.NamedGraph, SKOS.Concept),
    ATMP.dueDate: (OWL.DatatypeProperty, DCT.date, None, XSD.date),
    ATMP.doneDate: (OWL.DatatypeProperty, DCT.date, None, XSD.date),
    ATMP.activityType: (OWL.ObjectProperty, None, ORG.Organization, SKOS.Concept),
    ATMP.isSme: (OWL.DatatypeProperty, None, ORG.Organization, XSD.boolean),
    ATMP.whereFilled: (OWL.DatatypeProperty, None, None, XSD.string),
    ATMP.where: (OWL.ObjectProperty, None, None, None),
    ATMP.whereNot: (OWL.ObjectProperty, None, None, None),
    ATMP.givesClass: (OWL.ObjectProperty, None, SKOS.Concept, RDFS.Class),
    ATMP.evidence: (OWL.ObjectProperty, None, SKOS.Concept, RDFS.Class),
    ATMP.checkDigits: (OWL.DatatypeProperty, None, SKOS.Concept, XSD.string),
    ATMP.checkLength: (OWL.DatatypeProperty, None, SKOS.Concept, XSD.integer),
    ATMP.iriTemplate: (OWL.DatatypeProperty, None, SKOS.Concept, XSD.string),
    ATMP.pageTemplate: (OWL.DatatypeProperty, None, SKOS.Concept, XSD.string),
    ATMP.containedAs: (OWL.DatatypeProperty, None, SKOS.Concept, XSD.string),
    ATMP.separators: (OWL.DatatypeProperty, None, SKOS.Concept, XSD.string),
    ATMP.linkProperty: (OWL.ObjectProperty, None, SKOS.Concept, RDF.Property),
}

SCHEMES = {
    "participation-role": {"leads", "participatesIn"},
    "partnership-role": {
        "coordinator",
        "funder",
        "supporter",
        "partner",
        "participant",
        "third-party",
        "associated-partner",
        "linked-party",
        "press-contact",
    },
    "activity-type": {"HES", "PRC", "REC", "PUB", "OTH"},
    "identifier-scheme": {
        *("ror", "wikidata", "isni", "grid", "crossref-funder", "cbe", "sec-cik", "vat", "pic", "lei", "euid"),
        *(f"wikipedia-{language}" for language in ("fr", "nl", "de", "en")),
        *("orcid", "geonames", "nuts", "eu-country"),
    },
    "observation-status": {"A", "E", "F"},
    "project-status": {"SIGNED", "ONGOING", "CLOSED", "TERMINATED", "CANCEL"},
    "result-kind": {
        *("journal-article", "conference-paper", "book", "book-chapter", "thesis", "preprint"),
        *("dataset", "software", "patent"),
    },
    "source-kind": {
        *("PressRelease", "NewsItem", "WebPage", "ReportDocument", "Database", "Dataset", "MetadataDocument"),
    },
    "unit": {"NUM", "RANK", "PERCENT", "PERCENT-PER-YR", "CCY_EUR", "CCY_USD", "YR"},
    "funding-origin": {"public", "private"},
    "value-qualifier": {"exact", "approximately", "almost", "more-than", "at-least", "at-most", "less-than"},
    "confidence": {"high", "medium"},
    "organisation-kind": {
        "university",
        "university-hospital",
        "hospital",
        "research-centre",
        "company",
        "cluster",
        "public-administration",
        "government",
        "trade-association",
        "advisory-firm",
        "research-platform",
        "association",
        "funding-agency",
        "other",
    },
    "metric": {"coverage"},
    "indicator": set[str](),
    "sector": set[str](),
    "therapy": {"cell", "gene", "exosome", "phage"},
    "value-chain-stage": {
        "scientific-research",
        "preclinical-research",
        "clinical-research",
        "process-design",
        "process-control",
    },
}

# Lists under the base: what belongs to a publication.
OF_A_PUBLICATION = {"indicator", "sector", "therapy", "value-chain-stage"}

# Vocabulary held: (files, is being mentioned enough?). The SEMIC files reuse terms without defining all of them.
HELD = {
    str(EURIO): ("EURIO.ttl", False),
    str(FRAPO): ("frapo.ttl", False),
    "http://purl.org/spar/fabio/": ("fabio.ttl", False),
    "http://www.w3.org/ns/oa#": ("oa.ttl", False),
    str(QB): ("cube.ttl", False),
    "http://www.w3.org/ns/dcat#": ("dcat3.ttl", False),
    "http://data.europa.eu/m8g/": ("c[bp]*v-*.ttl", True),
    str(LEGAL): ("c[bp]*v-*.ttl", True),
}

ALIGNMENTS = (
    RDFS.subClassOf,
    OWL.equivalentClass,
    SKOS.exactMatch,
    SKOS.closeMatch,
    SKOS.broadMatch,
    SKOS.narrowMatch,
    SKOS.relatedMatch,
)
# Saying a class of one thing: rdf:type in data, and what mappings use for it (RML, its older R2RML terms).
TYPINGS = (RDF.type, URIRef("http://w3id.org/rml/class"), URIRef("http://www.w3.org/ns/r2rml#class"))


def parse(path: Path) -> Graph:
    return Graph().parse(path, format="turtle", publicID=BASE)


def ontology_files() -> list[Path]:
    return [*sorted(ONTOLOGY.rglob("*.ttl")), *sorted(OWN.rglob("*.ttl"))]


def reusing_files() -> list[Path]:
    """Every file that uses terms of other vocabularies; mapping and shapes may not exist yet."""
    return [*ontology_files(), *sorted((ROOT / "data/mapping").glob("*.rml.ttl")), *sorted(ROOT.glob("shapes/*.ttl"))]


def name(value: object) -> str:
    return value.relative_to(ROOT).as_posix() if isinstance(value, Path) else str(value).removeprefix(BASE)


def iris(graph: Graph) -> set[URIRef]:
    """All IRIs of a graph, those of datatypes included."""
    nodes = {node for triple in graph for node in triple}
    datatypes = {node.datatype for node in nodes if isinstance(node, Literal) and node.datatype}
    return {node for node in nodes if isinstance(node, URIRef)} | datatypes


def languages(graph: Graph, subject: Node, predicate: Node) -> Counter[str | None]:
    return Counter(o.language if isinstance(o, Literal) else None for o in graph.objects(subject, predicate))


def once_each(graph: Graph, subject: Node, *predicates: Node) -> None:
    """Each text stands exactly once in each of the four languages, and is not empty."""
    for predicate in predicates:
        there = languages(graph, subject, predicate)
        assert there - Counter(MORE) == Counter(LANGUAGES), f"{name(subject)} {predicate}"
        assert all(str(text) == str(text).strip() != "" for text in graph.objects(subject, predicate))


@pytest.fixture(scope="module")
def everything() -> Graph:
    graph = Graph()
    for path in ontology_files():
        graph += parse(path)
    return graph


# ---------------------------------------------------------------------------------------------------------------------
# (a) the files


def test_the_files_are_there() -> None:
    expected = {"atmpgraph.ttl", "figures.ttl", FORMER, *(f"auth/{scheme}.ttl" for scheme in SCHEMES)}
    assert {
        path.relative_to(OWN if OWN in path.parents else ONTOLOGY).as_posix() for path in ontology_files()
    } == expected


@pytest.mark.parametrize("path", ontology_files(), ids=name)
def test_file_has_no_blank_node_and_no_foreign_iri(path: Path) -> None:
    graph = parse(path)
    assert len(graph) > 0
    assert not [triple for triple in graph if any(isinstance(node, BNode) for node in triple)]
    assert not [iri for iri in iris(graph) if not str(iri).startswith(KNOWN_NAMESPACES)]


@pytest.mark.parametrize("path", ontology_files(), ids=name)
def test_texts_carry_one_of_the_four_languages(path: Path) -> None:
    """Untagged strings are codes and names, never sentences."""
    for _, predicate, value in parse(path):
        if isinstance(value, Literal) and value.datatype is None and value.language is None:
            assert " " not in value or predicate in {PATTERN, ATMP.separators}, f"{predicate}: {value}"
        elif isinstance(value, Literal) and value.language:
            assert value.language in LANGUAGES | MORE


# ---------------------------------------------------------------------------------------------------------------------
# (b) the terms


@pytest.fixture(scope="module")
def terms() -> Graph:
    return parse(ONTOLOGY / "atmpgraph.ttl")


def test_exactly_the_own_terms(terms: Graph, everything: Graph) -> None:
    own = {*CLASSES, *PROPERTIES}
    assert len(own) == 44
    assert set(terms.subjects(unique=True)) == {SCHEMA_OF_TERMS, *own}
    used = {iri for iri in iris(everything) if iri.startswith(str(ATMP)) and iri != URIRef(str(ATMP))}
    assert used == own


def test_ontology_header(terms: Graph) -> None:
    assert (SCHEMA_OF_TERMS, RDF.type, OWL.Ontology) in terms
    once_each(terms, SCHEMA_OF_TERMS, DCT.title, DCT.description)
    assert str(terms.value(SCHEMA_OF_TERMS, OWL.versionInfo)) == "2.2.0"
    assert terms.value(SCHEMA_OF_TERMS, OWL.versionIRI) == URIRef(f"{SCHEMA_OF_TERMS}/2.2.0")
    for predicate in (DCT.creator, DCT.publisher, DCT.bibliographicCitation, DCT.license):
        assert terms.value(SCHEMA_OF_TERMS, predicate), predicate
    for date in (DCT.issued, DCT.modified):
        value = terms.value(SCHEMA_OF_TERMS, date)
        assert isinstance(value, Literal)
        assert value.datatype == XSD.date
    licence = "http://publications.europa.eu/resource/authority/licence/CC_BY_4_0"
    assert terms.value(SCHEMA_OF_TERMS, DCT.license) == URIRef(licence)
    uri = URIRef("http://purl.org/vocab/vann/preferredNamespaceUri")
    assert str(terms.value(SCHEMA_OF_TERMS, uri)) == str(ATMP)


@pytest.mark.parametrize("term", [*CLASSES, *PROPERTIES], ids=name)
def test_term_is_described_in_four_languages(term: URIRef, terms: Graph) -> None:
    once_each(terms, term, RDFS.label, SKOS.definition)
    assert list(terms.objects(term, RDFS.isDefinedBy)) == [SCHEMA_OF_TERMS]


@pytest.mark.parametrize("term", CLASSES, ids=name)
def test_class_has_its_superclasses(term: URIRef, terms: Graph) -> None:
    assert (term, RDF.type, OWL.Class) in terms
    assert set(terms.objects(term, RDFS.subClassOf)) == CLASSES[term]


@pytest.mark.parametrize("term", PROPERTIES, ids=name)
def test_property_has_its_superproperty_domain_and_range(term: URIRef, terms: Graph) -> None:
    kind, parent, domain, range_ = PROPERTIES[term]
    assert (term, RDF.type, kind) in terms
    assert list(terms.objects(term, RDFS.subPropertyOf)) == ([parent] if parent else [])
    assert list(terms.objects(term, RDFS.domain)) == ([domain] if domain else [])
    assert list(terms.objects(term, RDFS.range)) == ([range_] if range_ else [])


def test_inverses_are_mutual(terms: Graph) -> None:
    assert set(terms.subject_objects(OWL.inverseOf)) == {
        (ATMP.workpackageOf, ATMP.hasWorkpackage),
        (ATMP.hasWorkpackage, ATMP.workpackageOf),
    }


# ---------------------------------------------------------------------------------------------------------------------
# (c) the terms of others


def vocabulary_folder() -> Path:
    folder = STANDARDS / "vocab"
    if not folder.is_dir():
        absent(f"no copies of the vocabularies at {folder}")
    return folder


@pytest.fixture(scope="module")
def defined() -> dict[str, set[URIRef]]:
    """Namespace: the terms its vocabulary knows."""
    folder = vocabulary_folder()
    known: dict[str, set[URIRef]] = {}
    graphs: dict[str, Graph] = {}
    for namespace, (pattern, mention) in HELD.items():
        if pattern not in graphs:
            files = sorted(folder.glob(pattern))
            assert files, f"{pattern} is missing in {folder}"
            graphs[pattern] = Graph()
            for path in files:
                graphs[pattern].parse(path, format="turtle")
        graph = graphs[pattern]
        nodes: Iterable[Node] = iris(graph) if mention else graph.subjects(unique=True)
        known[namespace] = {n for n in nodes if isinstance(n, URIRef) and n.startswith(namespace)}
        assert known[namespace], namespace
    return known


def undefined(used: Iterable[URIRef], known: dict[str, set[URIRef]]) -> set[URIRef]:
    """The IRIs that lie in a vocabulary held but are not in it. The bare namespace is not a term."""
    return {
        iri
        for iri in used
        for namespace, its_terms in known.items()
        if iri.startswith(namespace) and str(iri) != namespace and iri not in its_terms
    }


@pytest.mark.parametrize("path", reusing_files(), ids=name)
def test_reused_terms_exist(path: Path, defined: dict[str, set[URIRef]]) -> None:
    assert undefined(iris(parse(path)), defined) == set()


def test_lookup_knows_what_exists_and_what_does_not(defined: dict[str, set[URIRef]]) -> None:
    """EURIO 2.4 has its WorkPackage only in a comment."""
    invented = {EURIO.WorkPackage, FRAPO.Workpackage, QB.Figure, LEGAL.LegalPerson}
    real = {EURIO.Project, FRAPO.Funding, QB.Observation, LEGAL.LegalEntity, LEGAL.legalName, URIRef(str(EURIO))}
    assert undefined(invented | real, defined) == invented


# ---------------------------------------------------------------------------------------------------------------------
# (d) the Data Cube structure


PREFIXES = f"""
PREFIX rdfs: <{RDFS}>
PREFIX skos: <{SKOS}>
PREFIX qb: <{QB}>
PREFIX atmpgraph: <{ATMP}>
"""

# The normalisation of the specification (§10) as far as it concerns components.
NORMALISE = f"""{PREFIXES}
INSERT {{ ?c qb:componentProperty ?p . ?p a ?kind }}
WHERE {{
  VALUES (?by ?kind) {{
    (qb:dimension qb:DimensionProperty) (qb:measure qb:MeasureProperty) (qb:attribute qb:AttributeProperty)
  }}
  ?c ?by ?p
}}
"""

# name: (what must not be found, a triple set that makes it found). Paths are relative to BASE.
CONSTRAINTS = {
    "IC-1 an observation has exactly one data set": (
        (
            "?o a qb:Observation . OPTIONAL { ?o qb:dataSet ?a } OPTIONAL { ?o qb:dataSet ?b FILTER (?a != ?b) }"
            " FILTER (!BOUND(?a) || BOUND(?b))"
        ),
        "<id/figure/x> a qb:Observation .",
    ),
    "IC-2 a data set has exactly one structure": (
        (
            "?d a qb:DataSet . OPTIONAL { ?d qb:structure ?a } OPTIONAL { ?d qb:structure ?b FILTER (?a != ?b) }"
            " FILTER (!BOUND(?a) || BOUND(?b))"
        ),
        "<id/dataset/figures> qb:structure <id/dsd/other> .",
    ),
    "IC-3 a structure has a measure": (
        (
            "?s a qb:DataStructureDefinition"
            " FILTER NOT EXISTS { ?s qb:component/qb:componentProperty ?m . ?m a qb:MeasureProperty }"
        ),
        "<id/dsd/other> a qb:DataStructureDefinition .",
    ),
    "IC-4 a dimension has a range": (
        "?d a qb:DimensionProperty FILTER NOT EXISTS { ?d rdfs:range ?r }",
        "<id/dimension/x> a qb:DimensionProperty .",
    ),
    "IC-5 a dimension of concepts has a code list": (
        "?d a qb:DimensionProperty ; rdfs:range skos:Concept FILTER NOT EXISTS { ?d qb:codeList ?l }",
        "<id/dimension/x> a qb:DimensionProperty ; rdfs:range skos:Concept .",
    ),
    "IC-6 only attributes may be optional": (
        "?c qb:componentRequired false ; qb:componentProperty ?p FILTER NOT EXISTS { ?p a qb:AttributeProperty }",
        "<id/component/source> qb:componentRequired false .",
    ),
    "IC-7 a slice key belongs to a structure": (
        "?k a qb:SliceKey FILTER NOT EXISTS { ?s a qb:DataStructureDefinition ; qb:sliceKey ?k }",
        "<id/key/x> a qb:SliceKey .",
    ),
    "IC-8 a slice key uses components of its structure": (
        (
            "?k a qb:SliceKey ; qb:componentProperty ?p . ?s qb:sliceKey ?k"
            " FILTER NOT EXISTS { ?s qb:component/qb:componentProperty ?p }"
        ),
        "<id/key/x> a qb:SliceKey ; qb:componentProperty <id/dimension/x> . <id/dsd/figures> qb:sliceKey <id/key/x> .",
    ),
    "IC-16 an observation with a measure type has that measure alone": (
        (
            "?o qb:dataSet/qb:structure ?s ; qb:measureType ?m ; ?other ?v ."
            " ?s qb:component/qb:dimension qb:measureType ; qb:component/qb:measure ?other FILTER (?other != ?m)"
        ),
        (
            f"<id/figure/x> qb:dataSet <id/dataset/figures> ; qb:measureType <id/measure/x> ; <{SDMX}measure#obsValue> 1 ."
            " <id/component/x> qb:dimension qb:measureType . <id/dsd/figures> qb:component <id/component/x> ."
            " qb:measureType rdfs:range rdfs:Resource ."
        ),
    ),
    "IC-21 a code of a hierarchy by an inverse is below its root": (
        (
            "?o qb:dataSet/qb:structure/qb:component/qb:componentProperty ?p ; ?p ?v . ?p qb:codeList ?l ."
            " ?l a qb:HierarchicalCodeList ; qb:parentChildProperty/<http://www.w3.org/2002/07/owl#inverseOf> skos:broader"
            " FILTER NOT EXISTS { ?l qb:hierarchyRoot/(^skos:broader)* ?v }"
        ),
        (
            "<id/figure/x> qb:dataSet <id/dataset/figures> ; atmpgraph:subject <id/code/x> . atmpgraph:subject qb:codeList <id/list> ."
            " <id/list> a qb:HierarchicalCodeList ; qb:hierarchyRoot <id/code/root> ;"
            " qb:parentChildProperty [ <http://www.w3.org/2002/07/owl#inverseOf> skos:broader ] ."
        ),
    ),
    "no component is of two kinds": (
        "?c qb:componentProperty ?a , ?b FILTER (?a != ?b)",
        "<id/component/source> qb:dimension atmpgraph:subject .",
    ),
    "a measure is neither dimension nor attribute": (
        "?p a qb:MeasureProperty , ?other FILTER (?other IN (qb:DimensionProperty, qb:AttributeProperty))",
        "<id/component/x> qb:measure atmpgraph:source .",
    ),
    "a code list is a concept scheme": (
        "?p qb:codeList ?l FILTER NOT EXISTS { ?l a skos:ConceptScheme }",
        "atmpgraph:subject qb:codeList <auth/nothing> .",
    ),
}


def violated(graph: Graph, pattern: str) -> bool:
    normal = Graph()
    normal += graph
    normal.update(NORMALISE)
    return bool(normal.query(f"{PREFIXES} ASK {{ {pattern} }}").askAnswer)


@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_cube_constraint_holds(constraint: str, everything: Graph) -> None:
    assert not violated(everything, CONSTRAINTS[constraint][0])


@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_cube_constraint_sees_a_violation(constraint: str, everything: Graph) -> None:
    pattern, breach = CONSTRAINTS[constraint]
    broken = Graph().parse(data=PREFIXES + breach, format="turtle", publicID=BASE)
    assert violated(everything + broken, pattern)


def test_structure_of_the_figures(everything: Graph) -> None:
    """Five dimensions in their order, one measure, four attributes, all of them required."""
    structure = everything.value(ID["dataset/figures"], QB.structure)
    assert structure == ID["dsd/figures"]
    found: dict[URIRef, list[str]] = {QB.dimension: [], QB.measure: [], QB.attribute: []}
    components = list(everything.objects(structure, QB.component))
    for component in sorted(components, key=lambda c: int(str(everything.value(c, QB.order)))):
        assert (component, RDF.type, QB.ComponentSpecification) in everything
        once_each(everything, component, RDFS.label)
        kinds = [kind for kind in found if everything.value(component, kind)]
        assert len(kinds) == 1
        found[kinds[0]].append(str(everything.value(component, kinds[0])))
        required = everything.value(component, QB.componentRequired)
        assert required == (Literal(True) if kinds == [QB.attribute] else None)
    assert found == {
        QB.dimension: [
            str(ATMP.indicator),
            str(ATMP.subject),
            f"{SDMX}dimension#refArea",
            f"{SDMX}dimension#refPeriod",
            str(ATMP.source),
        ],
        QB.measure: [f"{SDMX}measure#obsValue"],
        QB.attribute: [
            f"{SDMX}attribute#unitMeasure",
            f"{SDMX}attribute#obsStatus",
            str(ATMP.valueQualifier),
            str(ATMP.statedAs),
        ],
    }
    assert everything.value(ATMP.indicator, QB.codeList) == AUTH.indicator
    assert everything.value(ATMP.valueQualifier, QB.codeList) == CODES["value-qualifier"]
    once_each(everything, ID["dataset/figures"], DCT.title, DCT.description)
    once_each(everything, ID["dsd/figures"], DCT.title)


# ---------------------------------------------------------------------------------------------------------------------
# (e) the code lists


@pytest.mark.parametrize("scheme", sorted(SCHEMES.keys() - {"indicator"}))
def test_code_list(scheme: str) -> None:
    graph = parse(next(path for path in ontology_files() if path.name == f"{scheme}.ttl"))
    space = AUTH if scheme in OF_A_PUBLICATION else CODES
    is_code_list_of(graph, space[scheme], {space[f"{scheme}/{code}"] for code in SCHEMES[scheme]})


def test_the_indicators_of_the_software_are_in_the_list_of_each_publication_too() -> None:
    """So that a figure of either has a code of the one list of its dimension (Data Cube, IC-19)."""
    graph = parse(ONTOLOGY / "auth" / "indicator.ttl")
    own, common = AUTH["indicator"], CODES["indicator"]
    for each in (own, common):
        once_each(graph, each, DCT.title, DCT.description)
    codes = {CODES[f"indicator/{code}"] for code in ("contribution", "net-contribution", "cost")}
    assert set(graph.objects(common, SKOS.hasTopConcept)) == codes
    for code in codes:
        assert set(graph.objects(code, SKOS.inScheme)) == set(graph.objects(code, SKOS.topConceptOf)) == {own, common}
        once_each(graph, code, SKOS.prefLabel, SKOS.definition)


def is_code_list_of(graph: Graph, head: URIRef, codes: set[URIRef]) -> None:
    assert (head, RDF.type, SKOS.ConceptScheme) in graph
    once_each(graph, head, DCT.title, DCT.description)
    assert set(graph.subjects(unique=True)) == {head, *codes}
    assert set(graph.objects(head, SKOS.hasTopConcept)) == codes
    for code in codes:
        assert (code, RDF.type, SKOS.Concept) in graph
        assert list(graph.objects(code, SKOS.inScheme)) == [head]
        assert list(graph.objects(code, SKOS.topConceptOf)) == [head]
        once_each(graph, code, SKOS.prefLabel, SKOS.definition)
    notations = [str(notation) for _, notation in graph.subject_objects(SKOS.notation)]
    assert len(notations) == len(set(notations)) == len(codes)
    for predicate in (SKOS.prefLabel, SKOS.definition):
        texts = [text for _, text in graph.subject_objects(predicate) if isinstance(text, Literal)]
        assert len(texts) == len(set(texts)), f"two codes of {head} share a {predicate}"


NO_MEMBERS = {"funder", "supporter", "press-contact"}


def test_roles_of_members_are_org_roles(everything: Graph) -> None:
    codes = {CODES[f"{s}/{code}"] for s in ("participation-role", "partnership-role") for code in SCHEMES[s]}
    assert set(everything.subjects(RDF.type, ORG.Role)) == codes - {CODES[f"partnership-role/{c}"] for c in NO_MEMBERS}
    mapping = Graph().parse(ROOT / "data" / "mapping" / "roles.rml.ttl", format="turtle")
    for condition in mapping.objects(predicate=ATMP.whereNot):  # the table tells the two kinds apart as the list does
        assert set(map(str, mapping.objects(condition, RDF.value))) == NO_MEMBERS
    assert set(everything.subject_objects(ORG.roleProperty)) == {
        (CODES["participation-role/leads"], ATMP.leads),
        (CODES["participation-role/participatesIn"], ATMP.participatesIn),
    }
    assert set(everything.subjects(RDF.type, DQV.Metric)) == {CODES["metric/coverage"]}


def test_value_qualifiers_read_as_signs(everything: Graph) -> None:
    """Codes shared with FHIR's quantity-comparator say so; the others have no counterpart there."""
    signs = {
        "exact": "=",
        "approximately": "~",
        "almost": "<~",
        "more-than": ">",
        "at-least": ">=",
        "at-most": "<=",
        "less-than": "<",
    }
    for code, sign in signs.items():
        concept = CODES[f"value-qualifier/{code}"]
        assert list(everything.objects(concept, SKOS.notation)) == [Literal(sign)]
        notes = [
            str(note)
            for note in everything.objects(concept, SKOS.note)
            if isinstance(note, Literal) and note.language == "en"
        ]
        shared = [f"Same meaning as the code {sign} of http://hl7.org/fhir/quantity-comparator."]
        assert notes == (shared if sign in {"<", "<=", ">", ">="} else [])


# ---------------------------------------------------------------------------------------------------------------------
# (f) classes EURIO keeps apart


@pytest.fixture(scope="module")
def disjoint() -> list[frozenset[Node]]:
    """The sets of classes of which a thing may have only one."""
    eurio = Graph().parse(vocabulary_folder() / "EURIO.ttl", format="turtle")
    lists = [
        frozenset(Collection(eurio, members))
        for axiom in eurio.subjects(RDF.type, OWL.AllDisjointClasses)
        for members in eurio.objects(axiom, OWL.members)
    ]
    pairs = [frozenset({a, b}) for a, b in eurio.subject_objects(OWL.disjointWith)]
    return [*lists, *pairs]


def clashes(graph: Graph, apart: list[frozenset[Node]]) -> Iterator[tuple[Node, frozenset[Node]]]:
    """Each thing or class that is said to be, or is aligned to, more than one of classes kept apart."""
    for predicates in (ALIGNMENTS, TYPINGS):
        for subject in set(graph.subjects()):
            classes = {o for predicate in predicates for o in graph.objects(subject, predicate)}
            for members in apart:
                if len(classes & members) > 1:
                    yield subject, frozenset(classes & members)


def test_eurio_keeps_the_kinds_of_organisation_apart(disjoint: list[frozenset[Node]]) -> None:
    kinds = {"ForProfitOrganisation", "FundingAgency", "HigherOrSecondaryEducation", "PublicBody", "SME"}
    assert frozenset(EURIO[kind] for kind in {*kinds, "ResearchOrganisation"}) in disjoint
    thing, own = ID["organisation/x"], ATMP.Organisation
    graph = Graph()
    for predicate, subject in ((RDF.type, thing), (RDFS.subClassOf, own)):
        graph.add((subject, predicate, EURIO.FundingAgency))
    assert not list(clashes(graph, disjoint))
    graph.add((thing, RDF.type, EURIO.PublicBody))
    graph.add((own, SKOS.closeMatch, EURIO.PublicBody))
    assert {subject for subject, _ in clashes(graph, disjoint)} == {thing, own}


@pytest.mark.parametrize("path", reusing_files(), ids=name)
def test_no_class_is_aligned_to_two_disjoint_classes(path: Path, disjoint: list[frozenset[Node]]) -> None:
    assert not list(clashes(parse(path), disjoint))


# ---------------------------------------------------------------------------------------------------------------------
# (g) SKOS, after the checks of qSKOS


def skos_faults(graph: Graph) -> set[tuple[str, str]]:
    """What breaks a rule of SKOS or a good practice that qSKOS checks: rule and concept."""
    faults = set[tuple[str, str]]()
    for concept in set(graph.subjects(RDF.type, SKOS.Concept)):
        labels = [list(graph.objects(concept, p)) for p in (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel)]
        preferred = [label.language for label in labels[0] if isinstance(label, Literal)]
        rules = {
            "S13 labels are disjoint": len({label for kind in labels for label in kind}) < sum(map(len, labels)),
            "S14 one preferred label a language": len(preferred) > len(set(preferred)),
            "a label": not labels[0],
            "a definition": graph.value(concept, SKOS.definition) is None,
            "a scheme that is described": not any(
                (scheme, RDF.type, SKOS.ConceptScheme) in graph for scheme in graph.objects(concept, SKOS.inScheme)
            ),
            "a top concept has nothing broader": graph.value(concept, SKOS.topConceptOf) is not None
            and graph.value(concept, SKOS.broader) is not None,
            "no cycle": any(
                concept in set(graph.transitive_objects(above, SKOS.broader))
                for above in graph.objects(concept, SKOS.broader)
            ),
        }
        faults |= {(rule, str(concept)) for rule, broken in rules.items() if broken}
    return faults


def test_code_lists_keep_the_rules_of_skos(everything: Graph) -> None:
    assert not skos_faults(everything)


@pytest.mark.parametrize(("wrong", "rule"), [
    ('skos:hiddenLabel "high"@en', "S13 labels are disjoint"),
    ('skos:prefLabel "great"@en', "S14 one preferred label a language"),
    ("skos:broader <https://w3id.org/atmpgraph/auth/confidence/high>", "no cycle"),
    ("skos:broader <https://w3id.org/atmpgraph/auth/confidence/medium>", "a top concept has nothing broader"),
])  # fmt: skip
def test_a_fault_of_skos_is_seen(wrong: str, rule: str, everything: Graph) -> None:
    high = "https://w3id.org/atmpgraph/auth/confidence/high"
    broken = Graph().parse(data=f"{PREFIXES} <{high}> {wrong} .", format="turtle", publicID=BASE)
    assert (rule, high) in skos_faults(everything + broken)


def test_the_page_of_the_model_names_terms_that_exist_and_every_class() -> None:
    ontology = (ROOT / "ontology" / "atmpgraph.ttl").read_text(encoding="utf-8")
    ontology += (ROOT / "ontology" / "figures.ttl").read_text(encoding="utf-8")
    terms = set(re.findall(r"^atmpgraph:(\w+)", ontology, re.MULTILINE))
    named = set(re.findall(r"\batmpgraph:(\w+)", (ROOT / "docs" / "model.md").read_text(encoding="utf-8")))
    assert named <= terms
    assert {term for term in terms if term[0].isupper()} <= named

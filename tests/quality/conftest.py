"""The smallest graph that conforms to all shapes, written by hand: one thing a class, under a base nobody publishes at."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rdflib import RDF, SKOS, Graph, URIRef

from atmpgraph.addresses import CODES

BASE = "https://example.org/p/"
ROOT = Path(__file__).resolve().parents[2]

PREFIXES = """
PREFIX adms: <http://www.w3.org/ns/adms#>
PREFIX atmpgraph: <https://w3id.org/atmpgraph/ns#>
PREFIX cv: <http://data.europa.eu/m8g/>
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX dqv: <http://www.w3.org/ns/dqv#>
PREFIX eurio: <http://data.europa.eu/s66#>
PREFIX fabio: <http://purl.org/spar/fabio/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX frapo: <http://purl.org/cerif/frapo/>
PREFIX legal: <http://www.w3.org/ns/legal#>
PREFIX locn: <http://www.w3.org/ns/locn#>
PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX qb: <http://purl.org/linked-data/cube#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX schema: <https://schema.org/>
PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>
PREFIX sdmx-a: <http://purl.org/linked-data/sdmx/2009/attribute#>
PREFIX sdmx-c: <http://purl.org/linked-data/sdmx/2009/code#>
PREFIX sdmx-d: <http://purl.org/linked-data/sdmx/2009/dimension#>
PREFIX sdmx-m: <http://purl.org/linked-data/sdmx/2009/measure#>
PREFIX shapes: <ns/shapes#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX time: <http://www.w3.org/2006/time#>
PREFIX unit: <http://qudt.org/vocab/unit/>
PREFIX vcard: <http://www.w3.org/2006/vcard/ns#>
PREFIX wgs: <http://www.w3.org/2003/01/geo/wgs84_pos#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""

# `{row}` is a row of some table; `{four}` a text in four languages.
CONFORMING = """
<id/source/press> a fabio:PressRelease , prov:Entity , foaf:Document ; {row} ;
    dct:title "Un partenariat"@fr ; dct:publisher "Ministère" ; dct:issued "2024-01-17"^^xsd:date ;
    dct:language <http://publications.europa.eu/resource/authority/language/FRA> ; foaf:page <https://example.com/a> ;
    shapes:heldText "Le budget de 81 M€ vient pour 60 % du public et pour 40 % du privé : 15+ firmes, au plus 20 lots, selon A. Minister, ministre (Ministère), et Firm." .
<id/graph/press> a sd:NamedGraph ; {row} ; sd:name <id/graph/press> ; dct:title "Un partenariat"@fr ;
    dct:issued "2024-01-17"^^xsd:date ;
    prov:hadPrimarySource <id/source/press> ; atmpgraph:confidence <https://w3id.org/atmpgraph/auth/confidence/high> .
<id/source/editorial> a fabio:MetadataDocument , prov:Entity , foaf:Document ; {row} ; dct:title "Choices"@en ;
    dct:language <http://publications.europa.eu/resource/authority/language/ENG> .

<id/quotation/budget> a oa:SpecificResource , prov:Entity ; {row} ;
    oa:hasSource <id/source/press> ; prov:wasQuotedFrom <id/source/press> ; skos:note "line 1"@en ;
    oa:hasSelector <id/selector/budget> ; prov:wasAttributedTo <id/person/minister> .
<id/selector/budget> a oa:TextQuoteSelector ; {row} ;
    oa:exact "Le budget de 81 M€ vient pour 60 % du public et pour 40 % du privé : 15+ firmes, au plus 20 lots, selon A. Minister, ministre (Ministère), et Firm."@fr .

<id/organisation/ministry> a org:Organization , foaf:Organization , cv:PublicOrganisation , eurio:PublicBody ;
    {row} ; skos:prefLabel {four} ; foaf:name "Ministère"@fr ; skos:altLabel "Le ministère"@fr ;
    org:classification <https://w3id.org/atmpgraph/auth/organisation-kind/government> ; foaf:homepage <https://example.com/> ;
    atmpgraph:statedIn <id/quotation/budget> .
<id/organisation/firm> a org:Organization , foaf:Organization , legal:LegalEntity , eurio:SME ; {row} ;
    skos:prefLabel "firme"@fr , "firma"@nl , "Firma"@de , "firm"@en ; foaf:name "Firm"@en ; org:classification <https://w3id.org/atmpgraph/auth/organisation-kind/company> ;
    org:subOrganizationOf <id/organisation/ministry> ; atmpgraph:statedIn <id/quotation/budget> ;
    adms:identifier <id/identifier/firm--ror> ; owl:sameAs <https://ror.org/012345654> ;
    rdfs:seeAlso <http://www.wikidata.org/entity/Q42> ; schema:sameAs <https://example.com/firm/012345654> ;
    atmpgraph:leads <id/workpackage/first> ; atmpgraph:participatesIn <id/workpackage/second> .
<id/identifier/firm--ror> a adms:Identifier ; {row} ; skos:notation "012345654" ; adms:schemaAgency "ror" .
<id/person/minister> a foaf:Person ; {row} ; foaf:name "A. Minister" ; vcard:role "ministre"@fr ;
    org:memberOf <id/organisation/ministry> ; atmpgraph:statedIn <id/quotation/budget> .

<id/partnership/pa> a atmpgraph:Partnership , eurio:Project , org:OrganizationalCollaboration , foaf:Project ; {row} ;
    dct:title {four} ; dct:description {four} ; skos:altLabel "PA"@fr ; dct:subject <auth/indicator/budget> ;
    atmpgraph:partnerKind <https://w3id.org/atmpgraph/auth/organisation-kind/company> ;
    atmpgraph:hasWorkpackage <id/workpackage/first> , <id/workpackage/second> ; atmpgraph:statedIn <id/quotation/budget> .
<id/membership/ministry--pa--coordinator> a org:Membership ; {row} ; org:member <id/organisation/ministry> ;
    org:organization <id/partnership/pa> ; org:role <https://w3id.org/atmpgraph/auth/partnership-role/coordinator> ;
    atmpgraph:statedIn <id/quotation/budget> , <id/record/registry--101> .
<id/membership/ministry--pa--funder> a atmpgraph:Involvement ; {row} ; atmpgraph:involves <id/organisation/ministry> ;
    atmpgraph:involvedIn <id/partnership/pa> ; atmpgraph:involvedAs <https://w3id.org/atmpgraph/auth/partnership-role/funder> ;
    atmpgraph:statedIn <id/quotation/budget> , <id/record/registry--101> .
<id/partnership/pa> frapo:isFundedBy <id/organisation/ministry> ; frapo:isSupportedBy <id/organisation/ministry> .
<id/workpackage/first> a atmpgraph:Workpackage , org:OrganizationalCollaboration , foaf:Project ; {row} ;
    dct:identifier "WP1" ; dct:title {four} ; dct:description {four} ; atmpgraph:workpackageOf <id/partnership/pa> ;
    atmpgraph:statedIn <id/quotation/budget> .
<id/workpackage/second> a atmpgraph:Workpackage , org:OrganizationalCollaboration , foaf:Project ; {row} ;
    dct:identifier "WP2" ; dct:title "deux"@fr , "twee"@nl , "zwei"@de , "two"@en ; atmpgraph:workpackageOf <id/partnership/pa> ;
    atmpgraph:statedIn <id/quotation/budget> .
<id/participation/firm--first> a atmpgraph:Participation , org:Membership ; {row} ; org:member <id/organisation/firm> ;
    org:organization <id/workpackage/first> ; org:role <https://w3id.org/atmpgraph/auth/participation-role/leads> ;
    atmpgraph:statedIn <id/quotation/budget> , <id/record/registry--101> .
<id/participation/firm--second> a atmpgraph:Participation , org:Membership ; {row} ; org:member <id/organisation/firm> ;
    org:organization <id/workpackage/second> ; org:role <https://w3id.org/atmpgraph/auth/participation-role/participatesIn> ;
    atmpgraph:statedIn <id/quotation/budget> .

<id/funding/public> a atmpgraph:FundingContribution , frapo:Funding , eurio:Grant ; {row} ; dct:title {four} ;
    atmpgraph:fundingOrigin <https://w3id.org/atmpgraph/auth/funding-origin/public> ; frapo:funds <id/partnership/pa> ;
    prov:wasAttributedTo <id/organisation/ministry> ; eurio:hasFundingAmount <id/amount/public--EUR> ;
    frapo:hasMonetaryValue "81000000"^^xsd:decimal ;
    atmpgraph:statedIn <id/quotation/budget> .
<id/amount/public--EUR> a eurio:MonetaryAmount , schema:MonetaryAmount ; {row} ; eurio:value "81000000"^^xsd:decimal ;
    schema:value "81000000"^^xsd:decimal ; eurio:currency "EUR" ; schema:currency "EUR" .
<id/funding/private> a atmpgraph:FundingContribution , frapo:Funding ; {row} ; dct:title {four} ;
    atmpgraph:fundingOrigin <https://w3id.org/atmpgraph/auth/funding-origin/private> ; frapo:funds <id/partnership/pa> ;
    atmpgraph:statedIn <id/quotation/budget> .

<id/figure/budget> {figure} ; {row} ; atmpgraph:indicator <auth/indicator/budget> ; atmpgraph:subject <id/funding/public> ;
    sdmx-m:obsValue "81000000"^^xsd:decimal ; sdmx-a:unitMeasure unit:CCY_EUR ; atmpgraph:statedAs "81 M€"@fr ;
    atmpgraph:valueQualifier <https://w3id.org/atmpgraph/auth/value-qualifier/exact> ; prov:wasAttributedTo <id/organisation/ministry> .
<id/figure/public> {figure} ; {row} ; atmpgraph:indicator <auth/indicator/funding-share> ; atmpgraph:subject <id/funding/public> ;
    sdmx-m:obsValue "60"^^xsd:decimal ; sdmx-a:unitMeasure unit:PERCENT ; atmpgraph:statedAs "60 %"@fr ;
    atmpgraph:valueQualifier <https://w3id.org/atmpgraph/auth/value-qualifier/exact> .
<id/figure/private> {figure} ; {row} ; atmpgraph:indicator <auth/indicator/funding-share> ; atmpgraph:subject <id/funding/private> ;
    sdmx-m:obsValue "40"^^xsd:decimal ; sdmx-a:unitMeasure unit:PERCENT ; atmpgraph:statedAs "40 %"@fr ;
    atmpgraph:valueQualifier <https://w3id.org/atmpgraph/auth/value-qualifier/exact> .
<id/figure/firms> {figure} ; {row} ; atmpgraph:indicator <auth/indicator/firms> ; atmpgraph:subject <id/sector/health> ;
    sdmx-m:obsValue "15"^^xsd:decimal ; schema:minValue "15"^^xsd:decimal ; sdmx-a:unitMeasure unit:NUM ; atmpgraph:statedAs "15+ firmes"@fr ;
    atmpgraph:valueQualifier <https://w3id.org/atmpgraph/auth/value-qualifier/at-least> .
<id/figure/lots> {figure} ; {row} ; atmpgraph:indicator <auth/indicator/workpackages> ; atmpgraph:subject <id/partnership/pa> ;
    sdmx-m:obsValue "20"^^xsd:decimal ; schema:maxValue "20"^^xsd:decimal ; sdmx-a:unitMeasure unit:NUM ; atmpgraph:statedAs "au plus 20 lots"@fr ;
    atmpgraph:valueQualifier <https://w3id.org/atmpgraph/auth/value-qualifier/at-most> .
<id/coverage/lots> a dqv:QualityMeasurement ; dqv:isMeasurementOf <https://w3id.org/atmpgraph/auth/metric/coverage> ;
    dqv:computedOn <id/partnership/pa> ; dqv:value 2 ; prov:wasDerivedFrom <id/figure/lots> .

<auth/indicator/budget> {indicator} ; skos:notation "budget" ; skos:prefLabel {four} .
<auth/indicator/funding-share> {indicator} ; skos:notation "funding-share" ; skos:prefLabel "part"@fr , "deel"@nl , "Teil"@de , "share"@en .
<auth/indicator/firms> {indicator} ; skos:notation "firms" ; skos:prefLabel "firmes"@fr , "firma’s"@nl , "Firmen"@de , "firms"@en .
<auth/indicator/workpackages> {indicator} ; skos:notation "workpackages" ; skos:prefLabel "lots"@fr , "pakketten"@nl , "Pakete"@de , "lots"@en .
<id/sector/health> a skos:Concept ; {row} ; skos:inScheme <auth/sector> ; skos:prefLabel {four} .
<id/period/now> a dct:PeriodOfTime , time:Interval ; {row} ; skos:prefLabel {four} ;
    dcat:startDate "2024"^^xsd:gYear ; dcat:endDate "2024-05"^^xsd:gYearMonth ; time:hasXSDDuration "P5M"^^xsd:duration .
<id/period/unstated> a dct:PeriodOfTime , time:Interval ; {row} ; skos:prefLabel {four} .
<id/place/country> a dct:Location ; {row} ; skos:prefLabel {four} ; schema:sameAs <http://www.wikidata.org/entity/Q31> .
<id/place/town> a dct:Location ; {row} ; skos:prefLabel {four} ; wgs:lat 50.5 ; wgs:long 4.5 ;
    dct:isPartOf <id/place/country> .
<id/source/registry> a fabio:Database , prov:Entity , foaf:Document ; {row} ; dct:title "Registre"@fr ;
    dct:language <http://publications.europa.eu/resource/authority/language/FRA> .
<id/record/registry--101> a atmpgraph:Record , prov:Entity ; {row} ; dct:identifier "101" ; dct:isPartOf <id/source/registry> .
<id/partnership/pa> dct:subject <http://data.europa.eu/8mn/euroscivoc/0a1> ; eurio:isFundedBy <id/grant/101> ;
    eurio:startDate "2024-01-01"^^xsd:date ; eurio:endDate "2026-12-31"^^xsd:date ;
    adms:status <https://w3id.org/atmpgraph/auth/project-status/SIGNED> ; eurio:hasTotalCost <id/amount/pa-cost--EUR> ;
    atmpgraph:statedIn <id/record/registry--101> .
<id/amount/pa-cost--EUR> a eurio:MonetaryAmount , schema:MonetaryAmount ; {row} ; eurio:value "9"^^xsd:decimal ;
    schema:value "9"^^xsd:decimal ; eurio:currency "EUR" ; schema:currency "EUR" .
<id/grant/101> a eurio:Grant , frapo:Grant ; {row} ; frapo:hasGrantNumber "101" ; frapo:funds <id/partnership/pa> ;
    atmpgraph:fundingOrigin <https://w3id.org/atmpgraph/auth/funding-origin/public> ;
    eurio:hasFundingSchemeCall <id/funding-scheme/CALL-1> ; atmpgraph:statedIn <id/record/registry--101> .
<id/funding-scheme/CALL-1> a eurio:FundingScheme ; {row} ; eurio:code "CALL-1" .
<id/membership/firm--pa--participant> a org:Membership , eurio:OrganisationRole ; {row} ; org:member <id/organisation/firm> ;
    org:organization <id/partnership/pa> ; org:role <https://w3id.org/atmpgraph/auth/partnership-role/participant> ;
    eurio:order 1 ; eurio:startDate "2024-01-01"^^xsd:date ; eurio:endDate "2024-01-01"^^xsd:date ;
    atmpgraph:statedIn <id/record/registry--101> .
<id/figure/contribution> a qb:Observation , prov:Entity ; {row} ; qb:dataSet <id/dataset/figures> ;
    atmpgraph:indicator <https://w3id.org/atmpgraph/auth/indicator/contribution> ;
    atmpgraph:subject <id/membership/firm--pa--participant> ; sdmx-d:refArea <id/place/country> ;
    sdmx-d:refPeriod <id/period/now> ; atmpgraph:source <id/source/registry> ;
    prov:hadPrimarySource <id/source/registry> ; sdmx-m:obsValue "5"^^xsd:decimal ; sdmx-a:unitMeasure unit:CCY_EUR ;
    sdmx-a:obsStatus sdmx-c:obsStatus-A ; atmpgraph:valueQualifier <https://w3id.org/atmpgraph/auth/value-qualifier/exact> ;
    prov:wasDerivedFrom <id/record/registry--101> .
<auth/indicator> skos:hasTopConcept <https://w3id.org/atmpgraph/auth/indicator/contribution> .
<id/organisation/firm> locn:address <id/address/firm> ;
    atmpgraph:activityType <https://w3id.org/atmpgraph/auth/activity-type/PRC> ; atmpgraph:leads <id/task/t1> .
<id/address/firm> a locn:Address ; {row} ; locn:postName "Namur" ; locn:postCode "5000" ;
    cv:adminUnit <http://publications.europa.eu/resource/authority/country/BEL> .
<id/task/t1> a atmpgraph:Task , org:OrganizationalCollaboration ; {row} ; dct:identifier "T1" ; dct:title {four} ;
    dct:isPartOf <id/workpackage/first> ; eurio:startDate "2024-01-01"^^xsd:date ; atmpgraph:statedIn <id/record/registry--101> .
<id/deliverable/d1> a eurio:ProjectDeliverable , prov:Entity ; {row} ; dct:identifier "D1" ; dct:title {four} ;
    eurio:isResultOf <id/partnership/pa> ; dct:isPartOf <id/workpackage/first> ; prov:wasAttributedTo <id/organisation/firm> ;
    atmpgraph:dueDate "2025-01-31"^^xsd:date ; eurio:doi "https://doi.org/10.1234/d1"^^xsd:anyURI ;
    atmpgraph:statedIn <id/quotation/budget> .
<id/milestone/m1> a atmpgraph:Milestone , prov:Entity ; {row} ; dct:identifier "M1" ; dct:title {four} ;
    dct:relation <id/partnership/pa> ; dct:isPartOf <id/workpackage/first> ; prov:wasAttributedTo <id/organisation/firm> ;
    atmpgraph:statedIn <id/quotation/budget> .
<id/result/r1> a eurio:Result , prov:Entity ; {row} ; dct:title "Titre"@fr ; eurio:isResultOf <id/partnership/pa> ;
    eurio:hasResultType <https://w3id.org/atmpgraph/auth/result-kind/book> ; eurio:doi "https://doi.org/10.1234/r1"^^xsd:anyURI ;
    atmpgraph:statedIn <id/quotation/budget> .
<id/event/launch> a prov:Activity ; {row} ; dct:title {four} ; dct:temporal <id/period/now> ;
    prov:atLocation <id/place/town> ; prov:wasAssociatedWith <id/organisation/ministry> ;
    atmpgraph:statedIn <id/quotation/budget> , <id/record/registry--101> .
"""

PARTS = {
    "{figure}": (
        "a qb:Observation , prov:Entity ; qb:dataSet <id/dataset/figures> ; sdmx-d:refArea <id/place/country> ;"
        "sdmx-d:refPeriod <id/period/now> ; atmpgraph:source <id/source/press> ; prov:hadPrimarySource <id/source/press> ;"
        "sdmx-a:obsStatus sdmx-c:obsStatus-A ; prov:wasDerivedFrom <id/quotation/budget>"
    ),
    "{indicator}": (
        "a skos:Concept ; {row} ; skos:inScheme <auth/indicator> ; skos:topConceptOf <auth/indicator> ;"
        "skos:definition 'ce qu’il y a'@fr , 'wat er is'@nl , 'was da ist'@de , 'what there is'@en"
    ),
    "{row}": "dct:source <doc/table/things.csv#row=2>",
    "{four}": '"un"@fr , "een"@nl , "ein"@de , "one"@en',
}


# Codes that the graph does not use and the broken ones do.
USED = (
    *("value-qualifier/approximately", "partnership-role/partner", "confidence/medium"),
    # Codes that nothing leads to: they are found by what they are the same as, or by their notation.
    *(
        "unit/NUM",
        "unit/PERCENT",
        "unit/CCY_EUR",
        "observation-status/A",
        "identifier-scheme/ror",
        "identifier-scheme/isni",
        "identifier-scheme/vat",
        "identifier-scheme/cbe",
    ),
    *("source-kind/PressRelease", "source-kind/Database", "source-kind/MetadataDocument"),
)


def turtle(text: str) -> str:
    """The text with its placeholders filled in."""
    for part, triples in PARTS.items():
        text = text.replace(part, triples)
    return PREFIXES + text


@contextmanager
def restored(graph: Graph) -> Iterator[None]:
    """Changes to a graph hold as long as the block lasts; copying the graph would take longer than checking it."""
    before = set(graph)
    try:
        yield
    finally:
        after = set(graph)
        for triple in after - before:
            graph.remove(triple)
        graph.addN((*triple, graph) for triple in before - after)


@pytest.fixture(scope="session")
def ontology() -> Graph:
    """The ontology and the code lists."""
    graph = Graph()
    for file in (ROOT / "ontology").rglob("*.ttl"):
        graph.parse(file, format="turtle", publicID=BASE)
    return graph


@pytest.fixture(scope="session")
def conforming(ontology: Graph) -> Graph:
    """A graph with one thing a class and nothing wrong, and the code lists with the codes in use. Not to be changed."""
    graph = Graph()
    graph.parse(data=turtle(CONFORMING), format="turtle", publicID=BASE)
    used = {*graph.objects(), *(URIRef(CODES + code) for code in USED)}
    codes = set(ontology.subjects(SKOS.inScheme)) & used
    for scheme in ontology.subjects(RDF.type, SKOS.ConceptScheme):
        graph += ontology.cbd(scheme)
        graph.remove((scheme, SKOS.hasTopConcept, None))
    for code in codes:
        graph += ontology.cbd(code)
    return graph

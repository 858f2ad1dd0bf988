"""Each constraint of the shapes catches what it is there for, names itself, and says so in four languages.

The cases break the conforming graph of ``conftest.py``, one mistake each, and name the constraints that must see it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pyshacl
import pytest
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import SH
from rdflib.plugins.sparql import prepareQuery, prepareUpdate
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result
from rdflib.term import Node

from atmpgraph.addresses import CODES
from atmpgraph.quality.engines import QuickEngine
from atmpgraph.quality.patterns import Engine, for_engine
from atmpgraph.quality.shape_texts import filled

from ..conftest import LANGUAGES, WRITTEN
from ..long import LONG
from .conftest import BASE, PREFIXES, ROOT, restored, turtle

SHAPES = sorted((ROOT / "shapes").glob("*.ttl"))
NAMESPACE = f"{BASE}ns/shapes#"
VIOLATION, WARNING = "Violation", "Warning"

# What a shape says that is not a constraint.
NOT_CONSTRAINTS = {
    "path", "property", "message", "severity", "flags", "ignoredProperties", "qualifiedValueShape",
    "targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf",
}  # fmt: skip


class Case(NamedTuple):
    """What is wrong, the SPARQL update that makes it so, the constraints ("shape Component") that see it."""

    name: str
    update: str
    expected: str
    severity: str = VIOLATION


def drop(subject: str, *predicates: str) -> str:
    """Remove all values."""
    return " ;\n".join(f"DELETE WHERE {{ <{subject}> {predicate} ?{n} }}" for n, predicate in enumerate(predicates))


def add(subject: str, predicate: str, *values: str) -> str:
    """Add values."""
    return f"INSERT DATA {{ <{subject}> {predicate} {' , '.join(values)} }}"


def put(subject: str, predicate: str, *values: str) -> str:
    """Replace all values."""
    return f"{drop(subject, predicate)} ;\n{add(subject, predicate, *values)}"


def bare(subject: str) -> str:
    """Leave the thing with nothing but its types."""
    return f"DELETE {{ <{subject}> ?p ?o }} WHERE {{ <{subject}> ?p ?o FILTER(?p != rdf:type) }}"


def astray(subject: str, *predicates: str) -> str:
    """Add to each property a thing that is described nowhere; where there was one value, there are two."""
    return " ;\n".join(add(subject, predicate, "<id/nothing>") for predicate in predicates)


def tell(text: str) -> str:
    """Add triples."""
    return f"INSERT DATA {{ {turtle(text).removeprefix(PREFIXES)} }}"


def enterprise(organisation: str, scheme: str, number: str) -> str:
    """An identifier of an organisation."""
    identifier = f"{organisation.replace('organisation', 'identifier')}--{scheme}"
    return f"""INSERT DATA {{ <{organisation}> adms:identifier <{identifier}> .
        <{identifier}> a adms:Identifier ; dct:source <doc/table/things.csv#row=2> ; skos:notation "{number}" ; adms:schemaAgency "{scheme}" }}"""


FIGURE, SHARE, FIRMS, LOTS = "id/figure/budget", "id/figure/public", "id/figure/firms", "id/figure/lots"
SOURCE, GRAPH, QUOTATION, SELECTOR = "id/source/press", "id/graph/press", "id/quotation/budget", "id/selector/budget"
MINISTRY, FIRM, PERSON = "id/organisation/ministry", "id/organisation/firm", "id/person/minister"
IDENTIFIER, FUNDING, AMOUNT = "id/identifier/firm--ror", "id/funding/public", "id/amount/public--EUR"
PARTNERSHIP, FIRST, SECOND = "id/partnership/pa", "id/workpackage/first", "id/workpackage/second"
LEADS, TAKES_PART = "id/participation/firm--first", "id/participation/firm--second"
RECORD, GRANT, TASK, DELIVERABLE = "id/record/registry--101", "id/grant/101", "id/task/t1", "id/deliverable/d1"
MILESTONE, RESULT, ADDRESS = "id/milestone/m1", "id/result/r1", "id/address/firm"
PARTICIPANT = "id/membership/firm--pa--participant"
COORDINATOR = "id/membership/ministry--pa--coordinator"
FUNDER = "id/membership/ministry--pa--funder"
PERIOD, TOWN, COUNTRY, EVENT = "id/period/now", "id/place/town", "id/place/country", "id/event/launch"
SECTOR, INDICATOR, COVERAGE = "id/sector/health", "auth/indicator/budget", "id/coverage/lots"
CODE, LIST = f"{CODES}confidence/high", f"{CODES}confidence"
TRIENNIAL = '"P3Y"^^xsd:duration'

CASES = [
    # Everywhere
    Case("blank node as object", "INSERT DATA { <id/event/launch> dct:relation [] }", "noBlankNode SPARQL"),
    Case("blank node as subject", "INSERT DATA { [] dct:relation <id/event/launch> }", "noBlankNode SPARQL"),
    Case("text without language", add(PARTNERSHIP, "dct:title", '"One"'), "text Datatype"),
    Case("empty text", add(PARTNERSHIP, "skos:altLabel", '""@fr'), "trimmed Not"),
    Case("text that ends in a space", add(PARTNERSHIP, "skos:altLabel", '"PA "@fr'), "trimmed Not"),
    Case("text that ends in a line break", add(PARTNERSHIP, "skos:altLabel", '"PA\\n"@fr'), "trimmed Not"),
    Case("telephone number", add(MINISTRY, "skos:altLabel", '"Tel. + 33 (0)1 56 54 07 00"@fr'), "noContactDetail Not"),
    Case("national number", add(PERSON, "vcard:role", '"ministre, 0476 65 04 38"@nl'), "noContactDetail Not"),
    Case("e-mail address", add(MINISTRY, "foaf:name", '"press@example.com"@en'), "noContactDetail Not"),
    Case("mailbox", add(MINISTRY, "foaf:mbox", "<mailto:a@example.com>"), "noContactProperty Or"),
    Case("number with idle zero", put(FIGURE, "sdmx-m:obsValue", '"81000000.0"^^xsd:decimal'), "number Pattern"),
    Case("number as integer", put(TOWN, "wgs:lat", "50"), "number Datatype"),
    Case("year 1850", put(PERIOD, "dcat:startDate", '"1850"^^xsd:gYear'), "date Pattern"),
    Case("month as a year", put(PERIOD, "dcat:startDate", '"2024-01"^^xsd:gYear'), "date Or"),
    Case("month 13", put(SOURCE, "dct:issued", '"2024-13"^^xsd:gYearMonth'), "date Or"),
    Case("30 February", put(SOURCE, "dct:issued", '"2024-02-30"^^xsd:date'), "date Or"),
    Case("date as text", put(SOURCE, "dct:issued", '"2024"'), "date Or"),
    Case("page as text", put(SOURCE, "foaf:page", '"https://example.com/"'), "webPage NodeKind"),
    Case("page on a disk", put(SOURCE, "foaf:page", "<file:///etc/hosts.txt>"), "webPage Pattern"),
    Case("sameAs a page", put(FIRM, "owl:sameAs", "<https://example.com/012345654>"), "sameAs Pattern"),
    Case("sameAs a text", put(FIRM, "owl:sameAs", '"https://ror.org/012345654"'), "sameAs NodeKind"),
    Case("sameAs a bad ROR", put(FIRM, "owl:sameAs", "<https://ror.org/12345678>"), "sameAs Pattern"),
    Case("sameAs other number", put(FIRM, "owl:sameAs", "<https://ror.org/087654321>"), "sameAsIdentifier SPARQL"),
    Case("sameAs of two", add(MINISTRY, "owl:sameAs", "<https://ror.org/012345654>"), "sameAsOnce MaxCount"),
    Case("no row", drop(FIGURE, "dct:source"), "row MinCount"),
    Case("row of the header", add(FIGURE, "dct:source", "<doc/table/figures.csv#row=1>"), "row Pattern"),
    Case("row as text", put(FIGURE, "dct:source", f'"{BASE}doc/table/figures.csv#row=2"'), "row NodeKind"),
    Case("quotation not described", astray(FIRST, "atmpgraph:statedIn"), "quotation Or"),
    Case("IRIs of another pattern", tell("""
        <id/figures/x> a qb:Observation . <id/Source/x> a foaf:Document . <id/graph/a_b> a sd:NamedGraph .
        <id/quotation/é> a oa:SpecificResource . <id/selector/> a oa:TextQuoteSelector . <id/org/x> a foaf:Organization .
        <id/identifier/x> a adms:Identifier . <id/person/a/b> a foaf:Person . <id/partnership/x-> a atmpgraph:Partnership .
        <id/workpackage/x#y> a atmpgraph:Workpackage . <id/participation/x> a atmpgraph:Participation . <id/x> a frapo:Funding .
        <id/funding/-x> a atmpgraph:FundingContribution . <id/amount/x--eur> a schema:MonetaryAmount .
        <id/record/x> a atmpgraph:Record . <id/Task/x> a atmpgraph:Task . <id/deliverable/x_> a eurio:ProjectDeliverable .
        <id/milestone/-> a atmpgraph:Milestone . <id/results/x> a eurio:Result .
        <id/period/..> a time:Interval . <id/Place/x> a dct:Location . <id/event/x~> a prov:Activity .
        <id/code/x> a skos:Concept . <auth/My-list> a skos:ConceptScheme . <id/coverage> a dqv:QualityMeasurement .
        <id/membership/x--pa> a org:Membership ; org:organization <id/partnership/pa> .
        <id/membership/x> a atmpgraph:Involvement ."""),
        "FigureIriShape Pattern, SourceIriShape Pattern, GraphIriShape Pattern, QuotationIriShape Pattern, "
        "SelectorIriShape Pattern, OrganisationIriShape Pattern, IdentifierIriShape Pattern, PersonIriShape Pattern, "
        "PartnershipIriShape Pattern, WorkpackageIriShape Pattern, ParticipationIriShape Pattern, "
        "FundingIriShape Pattern, AmountIriShape Pattern, PeriodIriShape Pattern, PlaceIriShape Pattern, "
        "EventIriShape Pattern, ConceptIriShape Pattern, SchemeIriShape Pattern, CoverageIriShape Pattern, "
        "RecordIriShape Pattern, TaskIriShape Pattern, DeliverableIriShape Pattern, MilestoneIriShape Pattern, "
        "ResultIriShape Pattern, partnershipMembers Pattern, InvolvementIriShape Pattern"),
    Case("types that go together", """
        DELETE { ?thing a ?type } WHERE { ?thing a ?type FILTER(?type IN (prov:Entity, foaf:Organization, frapo:Funding,
            foaf:Project, org:Membership, eurio:MonetaryAmount, time:Interval)) }""",
        "figureType HasValue, sourceType HasValue, quotationType HasValue, organisationType HasValue, "
        "partnershipType HasValue, workpackageType HasValue, participationType HasValue, fundingType HasValue, "
        "amountType HasValue, periodType HasValue"),
    # Sources and graphs
    Case("bare source", bare(SOURCE), "title MinCount, sourceLanguage MinCount, row MinCount"),
    Case("source of no kind", f"DELETE DATA {{ <{SOURCE}> a fabio:PressRelease }}", "sourceKind QualifiedMinCount"),
    Case("source of two kinds", add(SOURCE, "a", "fabio:WebPage"), "sourceKind QualifiedMaxCount"),
    Case("two titles in French", add(SOURCE, "dct:title", '"Autre"@fr'), "title UniqueLang"),
    Case("published by what is no agent", add(SOURCE, "schema:publisher", f"<{PARTNERSHIP}>"), "sourcePublishedBy Or"),
    Case("published by two", add(SOURCE, "schema:publisher", f"<{FIRM}>") + " ;\n"
         + add(SOURCE, "schema:publisher", f"<{MINISTRY}>"), "sourcePublishedBy MaxCount"),
    Case("publisher in a language", add(SOURCE, "dct:publisher", '"Ministry"@en'),
         "sourcePublisher Datatype, sourcePublisher MaxCount"),
    Case("two dates of issue", add(SOURCE, "dct:issued", '"2024-01"^^xsd:gYearMonth'), "sourceIssued MaxCount"),
    Case("language not of the EU table", astray(SOURCE, "dct:language"), "sourceLanguage MaxCount, sourceLanguage Pattern"),
    Case("language as text",
         put(SOURCE, "dct:language", '"http://publications.europa.eu/resource/authority/language/FRA"'),
         "sourceLanguage NodeKind"),
    Case("two pages", add(SOURCE, "foaf:page", "<https://example.com/b>"), "sourcePage MaxCount"),
    Case("bare graph", bare(GRAPH),
         "graphName MinCount, graphSource MinCount, graphConfidence MinCount, title MinCount, row MinCount"),
    Case("graph astray", astray(GRAPH, "sd:name", "prov:hadPrimarySource", "atmpgraph:confidence"),
         "graphName MaxCount, graphName Pattern, graphSource MaxCount, graphSource Class, "
         "graphConfidence MaxCount, graphConfidence Class, graphConfidence Pattern"),
    Case("name of a graph as text", put(GRAPH, "sd:name", f'"{BASE}{GRAPH}"'), "graphName NodeKind"),
    Case("confidence of another list", put(GRAPH, "atmpgraph:confidence", "<https://w3id.org/atmpgraph/auth/value-qualifier/exact>"),
         "graphConfidence Pattern"),
    Case("graph issued twice", add(GRAPH, "dct:issued", '"2024"^^xsd:gYear'), "graphIssued MaxCount"),
    # Quotations
    Case("bare quotation", bare(QUOTATION),
         "quotationSource MinCount, quotationSelector MinCount, row MinCount"),
    Case("quotation astray", astray(QUOTATION, "oa:hasSource", "oa:hasSelector", "prov:wasAttributedTo"),
         "quotationSource MaxCount, quotationSource Class, quotationSource Equals, quotationSelector MaxCount, "
         "quotationSelector Class, quotationSpeaker MaxCount, quotationSpeaker Class"),
    Case("quoted from another source", put(QUOTATION, "prov:wasQuotedFrom", "<id/source/editorial>"),
         "quotationSource Equals"),
    Case("two places", add(QUOTATION, "skos:note", '"line 2"@en'), "quotationPlace UniqueLang"),
    Case("words that the source has not", put(SELECTOR, "oa:exact", '"Le budget de 82 M€"@fr'), "quotedWords SPARQL"),
    Case("no words", drop(SELECTOR, "oa:exact"), "selectorWords MinCount"),
    Case("words twice", add(SELECTOR, "oa:exact", '"Le budget"@fr'), "selectorWords MaxCount"),
    Case("selector of nothing", drop(QUOTATION, "oa:hasSelector"), "selectorOwner MinCount"),
    Case("selector of two", tell(f"<id/quotation/b> oa:hasSelector <{SELECTOR}> ."), "selectorOwner MaxCount"),
    # Figures
    Case("bare figure", bare(FIGURE),
         "figureDataSet HasValue, figureIndicator MinCount, figureSubject MinCount, figureArea MinCount, "
         "figurePeriod MinCount, figureSource MinCount, figureValue MinCount, figureUnit MinCount, figureStatus MinCount, "
         "figureQualifier MinCount, row MinCount"),
    Case("figure astray", astray(
            FIGURE, "qb:dataSet", "atmpgraph:indicator", "atmpgraph:subject", "sdmx-d:refArea", "sdmx-d:refPeriod", "atmpgraph:source",
            "sdmx-a:unitMeasure", "sdmx-a:obsStatus", "atmpgraph:valueQualifier", "prov:wasDerivedFrom", "prov:wasAttributedTo"),
         "figureDataSet MaxCount, figureIndicator MaxCount, figureIndicator Class, figureIndicator Pattern, "
         "figureSubject MaxCount, figureSubject Or, figureArea MaxCount, figureArea Class, figurePeriod MaxCount, "
         "figurePeriod Class, figureSource MaxCount, figureSource Class, figureSource Equals, figureUnit MaxCount, "
         "figureStatus MaxCount, figureQualifier MaxCount, figureQualifier Class, "
         "figureQualifier Pattern, figureQuotation MaxCount, figureQuotation Or, figureAuthor MaxCount, "
         "figureAuthor Class"),
    Case("figure of another source than its quotation", f"""{put(FIGURE, "atmpgraph:source", "<id/source/editorial>")} ;
         {put(FIGURE, "prov:hadPrimarySource", "<id/source/editorial>")}""", "FigureEvidenceShape Or"),
    Case("two primary sources", add(FIGURE, "prov:hadPrimarySource", "<id/source/editorial>"), "figureSource Equals"),
    Case("unit of no list", put(FIGURE, "sdmx-a:unitMeasure", "unit:KiloGM"), "figureUnitCode HasValue"),
    Case("status of no list", put(FIGURE, "sdmx-a:obsStatus", "sdmx-c:obsStatus-Z"), "figureStatusCode HasValue"),
    Case("no words beside a quotation", drop(FIGURE, "atmpgraph:statedAs"), "FigureWordsGivenShape Or"),
    Case("figure of another source than its record", put("id/figure/contribution", "prov:wasDerivedFrom", "<id/record/press--1>")
         + " ;\n" + tell("<id/record/press--1> a atmpgraph:Record ; dct:isPartOf <id/source/press> ."), "FigureEvidenceShape Or"),
    # Evidence by the kind of the source
    Case("a registry is quoted", f"""{put(QUOTATION, "oa:hasSource", "<id/source/registry>")} ;
         {put(QUOTATION, "prov:wasQuotedFrom", "<id/source/registry>")}""", "quotationOfText In"),
    Case("a text has a record", put(RECORD, "dct:isPartOf", "<id/source/press>"), "recordOfRegistry In"),
    Case("bare record", bare(RECORD), "recordKey MinCount, recordSource MinCount, row MinCount"),
    Case("record astray", astray(RECORD, "dct:identifier", "dct:isPartOf"),
         "recordKey MaxCount, recordKey Datatype, recordSource MaxCount, recordSource Class"),
    Case("two values", add(FIGURE, "sdmx-m:obsValue", '"82000000"^^xsd:decimal'), "figureValue MaxCount"),
    Case("negative value", put(FIGURE, "sdmx-m:obsValue", '"-1"^^xsd:decimal'), "figureValue MinInclusive"),
    Case("140 percent", put(SHARE, "sdmx-m:obsValue", '"140"^^xsd:decimal'), "percent MaxInclusive"),
    Case("half a firm", put(FIRMS, "sdmx-m:obsValue", '"15.5"^^xsd:decimal'), "count Pattern"),
    Case("about a code", put(FIGURE, "atmpgraph:subject", "<https://w3id.org/atmpgraph/auth/confidence/high>"), "figureSubject Or"),
    Case("qualifier of another list", put(FIGURE, "atmpgraph:valueQualifier", "<https://w3id.org/atmpgraph/auth/confidence/high>"),
         "figureQualifier Pattern"),
    Case("a qualifier that the words do not tell", put(FIRMS, "atmpgraph:valueQualifier", "<https://w3id.org/atmpgraph/auth/value-qualifier/more-than>"), "figureCue SPARQL"),
    Case("an estimate that is no observation", put(SELECTOR, "oa:exact", '"Les estimations disent 81 M€ et 60 %"@fr'), "figureEstimate SPARQL"),
    Case("a forecast that is no observation", put(SELECTOR, "oa:exact", '"Ce devrait être 81 M€ et 60 %"@fr'), "figureForecast SPARQL"),
    Case("renamed to nothing", add("id/place/old", "prov:alternateOf", "<id/place/none>"), "renamed Node"),
    Case("renamed to two things", add("id/place/old", "prov:alternateOf", "<id/place/town>", "<id/place/country>"), "renamed MaxCount"),
    Case("replaced by nothing", add("id/place/old", "dct:isReplacedBy", "<id/place/none>"), "replaced Node"),
    Case("described and replaced", add("id/place/town", "dct:isReplacedBy", "<id/place/country>"), "goneIsNotDescribed MaxCount"),
    Case("other digits", put(FIGURE, "sdmx-m:obsValue", "82000000.0"), "figureDigits SPARQL"),
    Case("an amount without its currency", drop("id/funding/public", "eurio:hasFundingAmount"), "amountWithCurrency MinCount"),
    Case("words not in the quotation", put(FIGURE, "atmpgraph:statedAs", '"82 M€"@fr'), "figureWords SPARQL"),
    Case("words in another language", put(FIGURE, "atmpgraph:statedAs", '"81 M€"@nl'), "figureWords SPARQL"),
    Case("words twice", add(FIGURE, "atmpgraph:statedAs", '"81"@fr'), "figureStatedAs MaxCount"),
    Case("the same figure twice", tell(f"""<id/figure/c> {{figure}} ; {{row}} ; atmpgraph:indicator <{INDICATOR}> ;
         atmpgraph:subject <{FUNDING}> ; sdmx-m:obsValue "82000000"^^xsd:decimal ."""), "figureDimensions SPARQL"),
    Case("minimum above the value", put(FIRMS, "schema:minValue", '"16"^^xsd:decimal'),
         "figureMinimum LessThanOrEquals, atLeastMinimum Equals"),
    Case("negative minimum", put(FIGURE, "schema:minValue", '"-1"^^xsd:decimal'), "figureMinimum MinInclusive"),
    Case("two minima", add(FIRMS, "schema:minValue", '"14"^^xsd:decimal'), "figureMinimum MaxCount"),
    Case("two maxima", add(LOTS, "schema:maxValue", '"21"^^xsd:decimal'), "figureMaximum MaxCount"),
    Case("value above the maximum", put(LOTS, "schema:maxValue", '"19"^^xsd:decimal'),
         "figureBelowMaximum LessThanOrEquals, atMostMaximum Equals"),
    Case("at least, without a minimum", drop(FIRMS, "schema:minValue"), "atLeastMinimum Equals"),
    Case("at least, with a maximum", add(FIRMS, "schema:maxValue", '"20"^^xsd:decimal'), "atLeastMaximum MaxCount"),
    Case("at most, without a maximum", drop(LOTS, "schema:maxValue"), "atMostMaximum Equals"),
    Case("at most, with a minimum", add(LOTS, "schema:minValue", '"10"^^xsd:decimal'), "atMostMinimum MaxCount"),
    # Organisations, identifiers, people
    Case("bare organisation", bare(FIRM),
         "name MinCount, organisationName MinCount, organisationKind MinCount, row MinCount"),
    Case("organisation astray", astray(
            FIRM, "org:classification", "org:subOrganizationOf", "adms:identifier", "rdfs:seeAlso", "atmpgraph:leads"),
         "organisationKind MaxCount, organisationKind Class, organisationKind Pattern, organisationPartOf MaxCount, "
         "organisationPartOf Class, organisationIdentifier Class, organisationCloseMatch Pattern, "
         "organisationParticipation Or"),
    Case("no class of EURIO or of the core vocabularies",
         f"DELETE DATA {{ <{FIRM}> a eurio:SME , legal:LegalEntity }}",
         "organisationEurioClass QualifiedMinCount, organisationCoreClass QualifiedMinCount"),
    Case("classes that exclude each other", add(FIRM, "a", "eurio:PublicBody", "cv:PublicOrganisation"),
         "organisationEurioClass QualifiedMaxCount, organisationCoreClass QualifiedMaxCount"),
    Case("two names in French", add(FIRM, "skos:prefLabel", '"La firme"@fr'), "name UniqueLang"),
    Case("name without language", add(FIRM, "foaf:name", '"Firm"'), "organisationName Datatype"),
    Case("two home pages", add(MINISTRY, "foaf:homepage", "<https://example.com/2>"), "organisationHomepage MaxCount"),
    Case("part of itself", put(FIRM, "org:subOrganizationOf", f"<{FIRM}>"), "organisationCycle SPARQL"),
    Case("part of its part", add(MINISTRY, "org:subOrganizationOf", f"<{FIRM}>"), "organisationCycle SPARQL"),
    Case("close to a text", put(FIRM, "rdfs:seeAlso", '"http://www.wikidata.org/entity/Q42"'),
         "organisationCloseMatch NodeKind"),
    Case("kind of another list", put(FIRM, "org:classification", "<https://w3id.org/atmpgraph/auth/confidence/high>"), "organisationKind Pattern"),
    Case("bare identifier", bare(IDENTIFIER),
         "identifierNotation MinCount, identifierRegistry MinCount, row MinCount"),
    Case("identifier astray", astray(IDENTIFIER, "skos:notation", "adms:schemaAgency"),
         "identifierNotation MaxCount, identifierNotation Datatype, identifierRegistry MaxCount, "
         "identifierRegistry Datatype"),
    Case("identifier of nobody", drop(FIRM, "adms:identifier"), "identifierOwner MinCount"),
    Case("identifier of two", add(MINISTRY, "adms:identifier", f"<{IDENTIFIER}>"), "identifierOwner MaxCount"),
    Case("malformed ROR", put(IDENTIFIER, "skos:notation", '"12345"'), "identifierFormat SPARQL"),
    Case("malformed ISNI", f"""{put(IDENTIFIER, "adms:schemaAgency", '"isni"')} ;
         {put(IDENTIFIER, "skos:notation", '"0000000123456549"')}""", "identifierFormat SPARQL"),
    Case("unknown registry", put(IDENTIFIER, "adms:schemaAgency", '"duns"'), "identifierFormat SPARQL"),
    Case("bare person", bare(PERSON), "personName MinCount, personOrganisation MinCount, row MinCount"),
    Case("person astray", astray(PERSON, "org:memberOf"), "personOrganisation MaxCount, personOrganisation Class"),
    Case("two names", add(PERSON, "foaf:name", '"A. Ministre"@fr'), "personName MaxCount, personName Datatype"),
    Case("two functions", add(PERSON, "vcard:role", '"autre"@fr'), "personFunction UniqueLang"),
    Case("what else is known of a person", add(PERSON, "foaf:age", "50"), "PersonPrivacyShape Closed"),
    # Partnership, work packages, members
    Case("bare partnership", bare(PARTNERSHIP), "title MinCount, partnershipWorkpackages Equals, row MinCount"),
    Case("partnership astray", astray(PARTNERSHIP, "dct:subject", "atmpgraph:partnerKind", "atmpgraph:hasWorkpackage"),
         "partnershipSubject Or, partnershipKind Class, partnershipWorkpackage Class, partnershipWorkpackages Equals"),
    Case("two descriptions", add(PARTNERSHIP, "dct:description", '"deux"@fr'), "description UniqueLang"),
    Case("bare work package", bare(FIRST),
         "workpackageCode MinCount, title MinCount, workpackagePartnership MinCount, "
         "row MinCount"),
    Case("work package astray", astray(FIRST, "dct:identifier", "atmpgraph:workpackageOf"),
         "workpackageCode MaxCount, workpackageCode Datatype, workpackagePartnership MaxCount, "
         "workpackagePartnership Class"),
    Case("two leads by one source", tell(f"""<id/participation/ministry--first> a atmpgraph:Participation , org:Membership ;
         {{row}} ; org:member <{MINISTRY}> ; org:organization <{FIRST}> ; org:role <https://w3id.org/atmpgraph/auth/participation-role/leads> ;
         atmpgraph:statedIn <{QUOTATION}> . <{MINISTRY}> atmpgraph:leads <{FIRST}> ."""), "workpackageLead SPARQL", WARNING),
    Case("bare participation", bare(LEADS),
         "membershipMember MinCount, membershipOf MinCount, membershipRole MinCount, "
         "row MinCount"),
    Case("participation astray", astray(LEADS, "org:member", "org:organization", "org:role"),
         "membershipMember MaxCount, membershipMember Class, membershipOf MaxCount, membershipOf Class, "
         "membershipRole Class, participationIn Class, participationRole Pattern"),
    Case("participation in the whole", put(LEADS, "org:organization", f"<{PARTNERSHIP}>"), "participationIn Class"),
    Case("participation with a role in the whole", put(LEADS, "org:role", "<https://w3id.org/atmpgraph/auth/partnership-role/partner>"),
         "participationRole Pattern"),
    Case("participation without direct triple", drop(FIRM, "atmpgraph:participatesIn"), "participationDirect SPARQL"),
    Case("direct triple with another role", put(FIRM, "atmpgraph:leads", f"<{FIRST}>", f"<{SECOND}>"),
         "directParticipation SPARQL"),
    Case("direct triple without participation", add(MINISTRY, "atmpgraph:participatesIn", f"<{SECOND}>"),
         "directParticipation SPARQL"),
    Case("role without property", drop(f"{CODES}participation-role/leads", "org:roleProperty"), "roleProperty MinCount"),
    Case("role with another property", astray(f"{CODES}participation-role/leads", "org:roleProperty"),
         "roleProperty MaxCount, roleProperty In"),
    Case("member of a work package that is no participation", f"DELETE DATA {{ <{LEADS}> a atmpgraph:Participation }}",
         "workpackageMembers Class"),
    Case("two roles in one membership", add(COORDINATOR, "org:role", "<https://w3id.org/atmpgraph/auth/partnership-role/partner>"),
         "partnershipRole MaxCount"),
    Case("role of a work package", put(COORDINATOR, "org:role", "<https://w3id.org/atmpgraph/auth/participation-role/leads>"),
         "partnershipRole Pattern"),
    Case("member with the role of a funder", put(COORDINATOR, "org:role", "<https://w3id.org/atmpgraph/auth/partnership-role/funder>"),
         "membershipRole Class"),
    # Involvement
    Case("bare involvement", bare(FUNDER),
         "involvedOrganisation MinCount, involvedIn MinCount, involvedAs MinCount, row MinCount"),
    Case("involvement astray", astray(FUNDER, "atmpgraph:involves", "atmpgraph:involvedIn", "atmpgraph:involvedAs"),
         "involvedOrganisation MaxCount, involvedOrganisation Class, involvedIn MaxCount, involvedIn Class, "
         "involvedAs MaxCount, involvedAs Class, involvedAs Pattern"),
    Case("funder with the role of a member", put(FUNDER, "atmpgraph:involvedAs", "<https://w3id.org/atmpgraph/auth/partnership-role/partner>"),
         "involvedAs Not"),
    Case("funded by nobody described", astray(PARTNERSHIP, "frapo:isFundedBy", "frapo:isSupportedBy"),
         "partnershipFunder Class, partnershipSupporter Class"),
    # Funding
    Case("bare contribution", bare(FUNDING),
         "title MinCount, fundingOrigin MinCount, fundingOf MinCount, row MinCount"),
    Case("contribution astray", astray(
            FUNDING, "atmpgraph:fundingOrigin", "frapo:funds", "prov:wasAttributedTo", "eurio:hasFundingAmount"),
         "fundingOrigin MaxCount, fundingOrigin Class, fundingOrigin Pattern, fundingOf MaxCount, fundingOf Or, "
         "fundingFunder Class, fundingAmount Class"),
    Case("origin of another list", put(FUNDING, "atmpgraph:fundingOrigin", "<https://w3id.org/atmpgraph/auth/confidence/high>"), "fundingOrigin Pattern"),
    Case("private grant", put(FUNDING, "atmpgraph:fundingOrigin", "<https://w3id.org/atmpgraph/auth/funding-origin/private>"), "grantOrigin HasValue"),
    Case("amount that no figure gives", f"""{put(AMOUNT, "eurio:value", '"80000000"^^xsd:decimal')} ;
         {put(AMOUNT, "schema:value", '"80000000"^^xsd:decimal')}""", "fundingFigure SPARQL"),
    Case("shares of 101 %", put(SHARE, "sdmx-m:obsValue", '"61"^^xsd:decimal'), "fundingShares SPARQL"),
    Case("shares of about 106 %", f"""{put(SHARE, "sdmx-m:obsValue", '"66"^^xsd:decimal')} ;
         {put(SHARE, "atmpgraph:valueQualifier", "<https://w3id.org/atmpgraph/auth/value-qualifier/approximately>")}""", "fundingShares SPARQL"),
    Case("bare amount", bare(AMOUNT), "amountValue MinCount, amountCurrency MinCount, row MinCount"),
    Case("two amounts in one", f"""{add(AMOUNT, "eurio:value", '"5"^^xsd:decimal')} ;
         {add(AMOUNT, "eurio:currency", '"euros"')}""",
         "amountValue MaxCount, amountValue Equals, amountCurrency MaxCount, amountCurrency Equals, "
         "amountCurrency In"),
    Case("negative amount", put(AMOUNT, "eurio:value", '"-5"^^xsd:decimal'), "amountValue MinInclusive"),
    Case("amount of nothing", drop(FUNDING, "eurio:hasFundingAmount"), "amountOwner MinCount"),
    Case("amount of two", add("id/funding/private", "eurio:hasFundingAmount", f"<{AMOUNT}>"), "amountOwner MaxCount"),
    # Funded projects
    Case("project astray", astray(PARTNERSHIP, "eurio:isFundedBy", "adms:status"),
         "partnershipGrant Class, partnershipStatus Class, partnershipStatus Pattern"),
    Case("project that ends before it starts", put(PARTNERSHIP, "eurio:endDate", '"2023-12-31"^^xsd:date'),
         "startBeforeEnd LessThanOrEquals"),
    Case("participant in two places", add(PARTICIPANT, "eurio:order", "2"), "membershipOrder MaxCount"),
    Case("grant of another kind of IRI", tell('<id/x> frapo:hasGrantNumber "1" .'), "GrantNumberShape Pattern"),
    Case("grant astray", f"""{astray(GRANT, "eurio:hasFundingSchemeTopic")} ; {add(GRANT, "frapo:hasGrantNumber", '"eins"@de')}""",
         "grantScheme Class, grantNumber MaxCount, grantNumber Datatype"),
    Case("bare funding scheme", tell("<id/x> a eurio:FundingScheme ."), "FundingSchemeShape Pattern, schemeNamed MinCount"),
    Case("funding scheme of two codes", add("id/funding-scheme/CALL-1", "eurio:code", '"CALL-2"'), "schemeCode MaxCount"),
    Case("bare task", bare(TASK), "projectPart MinCount, title MinCount, taskWorkpackage MinCount, row MinCount"),
    Case("task astray", astray(TASK, "dct:identifier", "dct:isPartOf"),
         "projectPart MaxCount, projectPart Datatype, taskWorkpackage MaxCount, taskWorkpackage Class"),
    Case("bare deliverable", bare(DELIVERABLE), "projectPart MinCount, title MinCount, resultOf MinCount, row MinCount"),
    Case("deliverable astray", astray(
            DELIVERABLE, "eurio:isResultOf", "dct:isPartOf", "prov:wasAttributedTo", "eurio:doi"),
         "resultOf MaxCount, resultOf Class, inWorkpackage MaxCount, inWorkpackage Class, inCharge Class, doi MaxCount, "
         "doi Datatype"),
    Case("an address for a DOI", put(DELIVERABLE, "eurio:doi", '"https://example.com/d1"^^xsd:anyURI'), "doi Pattern"),
    Case("a deliverable due in the year 20256", put(DELIVERABLE, "atmpgraph:dueDate", '"20256-01-31"^^xsd:date'), "date Or"),
    Case("bare milestone", bare(MILESTONE), "projectPart MinCount, title MinCount, milestoneOf MinCount, row MinCount"),
    Case("milestone astray", astray(MILESTONE, "dct:relation"), "milestoneOf MaxCount, milestoneOf Class"),
    Case("bare result", bare(RESULT), "resultKind MinCount, title MinCount, resultOf MinCount, row MinCount"),
    Case("result astray", astray(RESULT, "eurio:hasResultType"), "resultKind MaxCount, resultKind Class, resultKind Pattern"),
    Case("organisation somewhere else", astray(FIRM, "locn:address", "atmpgraph:activityType"),
         "organisationAddress Class, organisationActivity Class, organisationActivity Pattern"),
    Case("a street", add(ADDRESS, "locn:thoroughfare", '"Rue X"'), "AddressShape Closed"),
    Case("a town with a number", put(ADDRESS, "locn:postName", '"Rue X 5, Namur"'), "addressTown Not"),
    Case("address of two places", f"""{add(ADDRESS, "locn:postName", '"Huy"')} ; {add(ADDRESS, "locn:postCode", '"4500"')} ;
         {add(ADDRESS, "cv:adminUnit", "<http://publications.europa.eu/resource/authority/country/FRA>")}""",
         "addressTown MaxCount, addressCode MaxCount, addressCountry MaxCount"),
    Case("country of two letters", put(ADDRESS, "cv:adminUnit", "<http://publications.europa.eu/resource/authority/country/BE>"),
         "addressCountry Pattern"),
    # Periods, places, events
    Case("bare period", bare(PERIOD), "namesRequired QualifiedMinCount, PeriodKnownShape Or, row MinCount"),
    Case("period named twice", add(PERIOD, "skos:prefLabel", '"deux"@fr'), "namesRequired UniqueLang"),
    Case("two starts, ends and lengths", f"""{add(PERIOD, "dcat:startDate", '"2023"^^xsd:gYear')} ;
         {add(PERIOD, "dcat:endDate", '"2025"^^xsd:gYear')} ; {add(PERIOD, "time:hasXSDDuration", '"P"')}""",
         "periodStart MaxCount, periodEnd MaxCount, periodDuration MaxCount, periodDuration Datatype, "
         "periodDuration MinLength"),
    Case("length of no days", put(PERIOD, "time:hasXSDDuration", '"P0D"^^xsd:duration'), "periodDuration Pattern"),
    Case("end before start", put(PERIOD, "dcat:endDate", '"2023-12-31"^^xsd:date'), "periodOrder SPARQL"),
    Case("end before start in one year", f"""{put(PERIOD, "dcat:startDate", '"2024-06"^^xsd:gYearMonth')} ;
         {put(PERIOD, "dcat:endDate", '"2024-05-31"^^xsd:date')}""", "periodOrder SPARQL"),
    Case("bare place", bare(TOWN), "name MinCount, row MinCount"),
    Case("place astray", astray(TOWN, "dct:isPartOf", "schema:sameAs"),
         "placeWithin MaxCount, placeWithin Class, placeMatch Pattern"),
    Case("match as text", put(TOWN, "schema:sameAs", '"http://www.wikidata.org/entity/Q31"'), "placeMatch NodeKind"),
    Case("too far north and east", f"""{put(TOWN, "wgs:lat", '"91"^^xsd:decimal')} ;
         {put(TOWN, "wgs:long", '"181"^^xsd:decimal')}""", "placeLatitude MaxInclusive, placeLongitude MaxInclusive"),
    Case("too far south and west", f"""{add(TOWN, "wgs:lat", '"-91"^^xsd:decimal')} ;
         {add(TOWN, "wgs:long", '"-181"^^xsd:decimal')}""",
         "placeLatitude MaxCount, placeLatitude MinInclusive, placeLongitude MaxCount, placeLongitude MinInclusive"),
    Case("latitude alone", drop(TOWN, "wgs:long"), "PlacePointShape And"),
    Case("code of a place", add(TOWN, "dct:identifier", '"Wallonia"'), "placeCode Pattern"),
    Case("two codes of a place", add(TOWN, "dct:identifier", '"BE"', '"BE-WAL"'), "placeCode MaxCount"),
    Case("organisation somewhere", astray(FIRM, "locn:location", "org:linkedTo"), "organisationLocation Class, organisationLinked Class"),
    Case("founded some day", add(FIRM, "schema:foundingDate", '"long ago"'), "organisationFounded Or"),
    Case("bare gap", tell("<id/x> a dqv:QualityAnnotation ."),
         "GapIriShape Pattern, titlesRequired QualifiedMinCount, gapReason QualifiedMinCount, gapPartnership MinCount, gapSource MinCount"),
    Case("gap astray", tell("<id/gap/x> a dqv:QualityAnnotation ; oa:hasTarget <id/y> , <id/z> ; prov:hadPrimarySource <id/y> , <id/z> ; "
                            'dct:description "a"@en , "b"@en .'),
         "titlesRequired QualifiedMinCount, gapReason UniqueLang, gapReason QualifiedMinCount, gapPartnership MaxCount, gapPartnership Class, gapSource MaxCount, "
         "gapSource Class"),
    Case("place within itself", add(COUNTRY, "dct:isPartOf", f"<{TOWN}>"), "placeCycle SPARQL"),
    Case("bare event", bare(EVENT),
         "titlesRequired QualifiedMinCount, eventPeriod MinCount, row MinCount"),
    Case("event astray", astray(EVENT, "dct:temporal", "prov:atLocation", "prov:wasAssociatedWith"),
         "eventPeriod MaxCount, eventPeriod Class, eventPlace MaxCount, eventPlace Class, eventOrganisation Class"),
    Case("event titled twice", add(EVENT, "dct:title", '"deux"@fr'), "titlesRequired UniqueLang"),
    # Code lists
    Case("code without list", drop(CODE, "skos:inScheme"), "conceptScheme MinCount, codeTop Equals"),
    Case("code astray", astray(CODE, "skos:inScheme"), "conceptScheme Class, codeTop Equals"),
    Case("code without words", drop(CODE, "skos:notation", "skos:definition", "skos:prefLabel"),
         "codeNotation MinCount, definition MinCount, name MinCount"),
    Case("code with two notations", add(CODE, "skos:notation", '"hoch"@de'),
         "codeNotation MaxCount, codeNotation Datatype"),
    Case("code defined twice", add(CODE, "skos:definition", '"deux"@fr'), "definition UniqueLang"),
    Case("code in another list than its IRI says", put(CODE, "skos:inScheme", "<https://w3id.org/atmpgraph/auth/metric>"), "schemeMembers SPARQL"),
    Case("list of a code not described", astray(LIST, "skos:hasTopConcept"), "schemeTop Class"),
    Case("list without title", drop(LIST, "dct:title"), "title MinCount"),
    Case("sector without row", drop(SECTOR, "dct:source"), "row MinCount"),
    Case("indicator without row or place in its list", drop(INDICATOR, "dct:source", "skos:topConceptOf"),
         "indicators Or, indicatorTop MinCount"),
    Case("indicator in two units", tell(f"<id/figure/c> atmpgraph:indicator <{INDICATOR}> ; sdmx-a:unitMeasure unit:NUM ."),
         "indicatorUnit MaxCount"),
    # Coverage
    Case("bare coverage", bare(COVERAGE),
         "coverageMetric HasValue, coverageFigure MinCount, coverageOf MinCount, coverageValue MinCount"),
    Case("coverage astray", astray(
            COVERAGE, "dqv:isMeasurementOf", "dqv:computedOn", "dqv:value", "prov:wasDerivedFrom"),
         "coverageMetric MaxCount, coverageFigure MaxCount, coverageFigure Class, coverageOf MaxCount, "
         "coverageOf Class, coverageSubject Equals, coverageValue MaxCount, coverageValue Datatype"),
    Case("fewer than none", put(COVERAGE, "dqv:value", "-1"), "coverageValue MinInclusive"),
    # What an expert calls wrong
    Case("counted after its source", put(PERIOD, "dcat:startDate", '"2025"^^xsd:gYear'), "figureTime SPARQL"),
    Case("exact with a minimum", add(FIGURE, "schema:minValue", '"80000000"^^xsd:decimal'), "figureBounds SPARQL"),
    Case("about with one bound", f"""{put(FIGURE, "atmpgraph:valueQualifier", f"<{CODES}value-qualifier/approximately>")} ;
         {add(FIGURE, "schema:minValue", '"80000000"^^xsd:decimal')}""", "figureBounds SPARQL"),
    Case("attributed to who is not named", put(FIGURE, "prov:wasAttributedTo", f"<{FIRM}>") + " ;\n"
        + put(SELECTOR, "oa:exact", '"81 M€, dit le ministre"@fr'), "figureAttribution SPARQL"),
    Case("a score that is 300", f"""{put("id/figure/firms", "sdmx-m:obsValue", '"300"^^xsd:decimal')} ;
         {put("id/figure/firms", "atmpgraph:statedAs", '"Une grosse trentaine de firmes"@fr')}""", "figureNumberWord SPARQL"),
    Case("third that is 2", f"""{put("id/figure/lots", "sdmx-m:obsValue", '"2"^^xsd:decimal')} ;
         {put("id/figure/lots", "atmpgraph:statedAs", '"de derde plaats"@nl')}""", "figureNumberWord SPARQL"),
    Case("part above the whole", tell(f"""<auth/indicator/firms> atmpgraph:partOfIndicator <auth/indicator/workpackages> .
         <{PARTNERSHIP}> dct:identifier "x" .""") + f""" ;
         {put("id/figure/firms", "atmpgraph:subject", f"<{PARTNERSHIP}>")} ;
         {put("id/figure/firms", "sdmx-m:obsValue", '"21"^^xsd:decimal')}""", "figurePart SPARQL"),
    Case("money above the whole, of another period", tell(f"""<auth/indicator/firms> atmpgraph:partOfIndicator <auth/indicator/workpackages> .
         <{PARTNERSHIP}> dct:identifier "x" .""") + f""" ;
         {put("id/figure/firms", "atmpgraph:subject", f"<{PARTNERSHIP}>")} ;
         {put("id/figure/firms", "sdmx-d:refPeriod", "<id/period/unstated>")} ;
         {put("id/figure/firms", "sdmx-a:unitMeasure", "unit:CCY_EUR")} ;
         {put("id/figure/lots", "sdmx-a:unitMeasure", "unit:CCY_EUR")} ;
         {put("id/figure/firms", "sdmx-m:obsValue", '"21"^^xsd:decimal')}""", "figurePart SPARQL"),
    Case("unit, status and subject that the indicator does not admit", add(INDICATOR, "atmpgraph:admitsUnit", "unit:NUM") + " ;\n"
         + add(INDICATOR, "atmpgraph:admitsStatus", "sdmx-c:obsStatus-F") + " ;\n"
         + add(INDICATOR, "atmpgraph:admitsSubject", '"sector"'),
         "figureUnitAdmitted SPARQL, figureStatusAdmitted SPARQL, figureSubjectAdmitted SPARQL"),
    Case("event after its source", put(PERIOD, "dcat:startDate", '"2032"^^xsd:gYear'), "eventTime SPARQL", WARNING),
    Case("label of another year", add(PERIOD, "skos:prefLabel", '"Anno 2025"@it'), "periodYear SPARQL"),
    Case("label of another day", add("id/period/unstated", "dcat:startDate", '"2024-01-18"^^xsd:date') + " ;\n"
         + add("id/period/unstated", "skos:prefLabel", '"17 gennaio 2024"@it'), "periodDay SPARQL"),
    Case("label of another month", add("id/period/unstated", "dcat:startDate", '"2024-02"^^xsd:gYearMonth') + " ;\n"
         + add("id/period/unstated", "skos:prefLabel", '"maart 2024"@nl'), "periodDay SPARQL"),
    Case("a word twice", add("id/event/launch", "dct:title", '"Lancio di di un progetto"@it'), "textTidy Not", WARNING),
    Case("a text that breaks off", add("id/event/launch", "dct:title", '"Lancio,"@it'), "textTidy Not", WARNING),
    Case("a title in capitals", add("id/event/launch", "dct:title", '"LANCIO DEL PARTENARIATO NUOVO"@it'), "textCapitals Not", WARNING),
    *(Case(f"an address with a secret: {address}", add(FIRM, "foaf:homepage", f"<https://{address}>"), "addressSecret Not")
        for address in ("user:word@firm.example/", "me@firm.example", "firm.example/?a=b&access_token=1", "firm.example/;JSESSIONID=1",
            "firm.example/?api-key=1", "firm.example/?Password=1", "firm.example/?X-Amz-Signature=1")),
    *(Case(f"an address with a secret in {link}", add(FIRM, link, "<https://user:word@firm.example/>"), "addressSecret Not")
        for link in ("foaf:page", "schema:url", "schema:sameAs", "owl:sameAs", "rdfs:seeAlso")),
    Case("an address that tracks", add(FIRM, "foaf:homepage", "<https://firm.example/?utm_source=news>"), "addressTracking Not", WARNING),
    Case("a name with a title", tell('<id/person/other> a foaf:Person ; foaf:name "Dr. A. Other" .'), "personNameAlone Not", WARNING),
    Case("a name with the last name first", tell('<id/person/other> a foaf:Person ; foaf:name "Other, A." .'),
         "personNameAlone Not", WARNING),
    Case("two blanks", add("id/event/launch", "dct:title", '"Lancio del  progetto"@it'), "textTidy Not", WARNING),
    Case("a blank before a dot", add("id/event/launch", "dct:title", '"Lancio del progetto ."@it'), "textTidy Not", WARNING),
    Case("two dots", add(FIRST, "dct:description", '"Das ist es.. Und mehr."@de'), "textTidy Not", WARNING),
    Case("a text that is cut", add("id/event/launch", "dct:title", '"Lancio del…"@it'), "textTidy Not", WARNING),
    Case("a bracket alone", add("id/event/launch", "dct:title", '"Lancio (2024"@it'), "textPairs Not", WARNING),
    Case("a closing bracket alone", add("id/event/launch", "dct:title", '"Lancio nuovo) qui"@it'), "textPairs Not", WARNING),
    Case("an opening guillemet alone", add("id/event/launch", "dct:title", '"Lancio «nuovo"@it'), "textPairs Not", WARNING),
    Case("guillemets of two kinds", add("id/event/launch", "dct:title", '"Lancio «nuovo”"@it'), "textPairs Not", WARNING),
    Case("an English mark alone", add("id/event/launch", "dct:title", '"Lancio “nuovo"@it'), "textPairs Not", WARNING),
    Case("a text to be written", add("id/event/launch", "dct:title", '"Lancio: TODO"@it'), "textWritten Not", WARNING),
    Case("an address as a title", add("id/event/launch", "dct:title", '"https://firm.example/launch"@it'), "textWritten Not", WARNING),
    Case("a name with a dot", add(FIRM, "foaf:name", '"Azienda."@it'), "nameTidy Not", WARNING),
    Case("a name in capitals with a dot", add(FIRM, "foaf:name", '"FRM."@it'), "nameTidy Not", WARNING),
    Case("a definition that is the name", add(INDICATOR, "skos:prefLabel", '"Bilancio"@it') + " ;\n"
         + add(INDICATOR, "skos:definition", '"Bilancio"@it'), "definitionSays Disjoint", WARNING),
    Case("a place with where it lies", add(TOWN, "skos:prefLabel", '"Città, Paese"@it'), "placeNameAlone Not", WARNING),
    Case("a place with two entries of one registry", add(TOWN, "schema:sameAs", "<https://sws.geonames.org/1/>", "<https://sws.geonames.org/2/>"),
         "placeGeonamesOnce QualifiedMaxCount", WARNING),
    Case("a place with two items", add(TOWN, "schema:sameAs", "<http://www.wikidata.org/entity/Q1>", "<http://www.wikidata.org/entity/Q2>"),
         "placeWikidataOnce QualifiedMaxCount", WARNING),
    Case("a town with its country", add(ADDRESS, "locn:postName", '"Town, Country"').replace("INSERT", f"DELETE WHERE {{ <{ADDRESS}> locn:postName ?t }} ;\nINSERT"),
         "townAlone Not", WARNING),
    Case("an event of three years", f"{drop(PERIOD, 'dcat:startDate', 'dcat:endDate')} ;\n{put(PERIOD, 'time:hasXSDDuration', TRIENNIAL)}",
         "eventDated MinCount", WARNING),
    Case("three years in a period of five", put(FIGURE, "sdmx-a:unitMeasure", "unit:YR") + " ;\n" + put(FIGURE, "sdmx-m:obsValue", '"3"^^xsd:decimal')
         + " ;\n" + put("id/period/unstated", "time:hasXSDDuration", '"P5Y"^^xsd:duration') + " ;\n"
         + put(FIGURE, "sdmx-d:refPeriod", "<id/period/unstated>"), "figureDuration SPARQL"),
    Case("one contribution twice", tell("""<id/funding/other> a atmpgraph:FundingContribution ; dct:title "Contributo"@it ;
        atmpgraph:fundingOrigin <https://w3id.org/atmpgraph/auth/funding-origin/public> ; frapo:funds <id/partnership/pa> .
        <id/funding/public> dct:title "Contributo"@it ."""), "fundingTwice SPARQL", WARNING),
    Case("public by code, private by title", add(FUNDING, "dct:title", '"Fondi privati"@it'), "fundingOriginTitle SPARQL", WARNING),
    Case("private by code, public by title", add("id/funding/private", "dct:title", '"Öffentliche Mittel"@it'), "fundingOriginTitle SPARQL", WARNING),
    Case("a programme in the wrong column", add("id/funding-scheme/CALL-1", "dct:title", '"Le budget"@it') + " ;\n"
         + add("id/funding-scheme/CALL-1", "atmpgraph:statedIn", f"<{QUOTATION}>"), "programmeLanguage SPARQL", WARNING),
    Case("an acronym of five words", add(PARTNERSHIP, "skos:altLabel", '"Partenariato per un nuovo progetto"@it'), "partnershipAcronym Not", WARNING),
    Case("a name with a party in brackets", tell('<id/person/other> a foaf:Person ; foaf:name "Ada Other (ABC)" .'), "personNameAlone Not", WARNING),
    Case("a last name in capitals", tell('<id/person/other> a foaf:Person ; foaf:name "Ada OTHER" .'), "personNameAlone Not", WARNING),
    Case("words left out of a quotation", add("id/selector/other", "rdf:type", "oa:TextQuoteSelector") + " ;\n"
         + add("id/selector/other", "oa:exact", '"Le budget […] est là"@fr'), "quotedAlone Not", WARNING),
    Case("a broader code that nobody describes", add(INDICATOR, "skos:broader", "<auth/indicator/none>"), "related Class"),
    Case("a match within the list", add(INDICATOR, "skos:closeMatch", "<auth/indicator/firms>"), "matchWithin Disjoint", WARNING),
    Case("an address as a text", add(FIRM, "rdfs:seeAlso", '"https://ror.org/012345654"'), "seeAlso NodeKind"),
    Case("linked with itself", add(FIRM, "org:linkedTo", f"<{FIRM}>"), "organisationLinkedItself SPARQL"),
    Case("a postal code of another country", tell("""<id/address/x> a locn:Address ; locn:postCode "70000" ;
        cv:adminUnit <http://publications.europa.eu/resource/authority/country/BEL> ."""), "addressCodeForm SPARQL", WARNING),
    Case("an indicator within itself", tell("""<auth/indicator/firms> atmpgraph:partOfIndicator <auth/indicator/workpackages> .
        <auth/indicator/workpackages> atmpgraph:partOfIndicator <auth/indicator/firms> ."""), "indicatorCycle SPARQL"),
    Case("a place in another region by NUTS", tell(f"""<{TOWN}> dct:isPartOf <{COUNTRY}> ;
        schema:sameAs <http://data.europa.eu/nuts/code/FR1> .
        <{COUNTRY}> schema:sameAs <http://data.europa.eu/nuts/code/BE> ."""), "placeNuts SPARQL", WARNING),
    Case("words cut within one", put(SELECTOR, "oa:exact", '"udget de 81 M€ vient pour 60 % du public et pour 40 % du p"@fr'),
         "quotedWhole SPARQL", WARNING),
    Case("length in other words", add("id/period/unstated", "time:hasXSDDuration", '"P3Y"^^xsd:duration') + " ;\n"
         + add("id/period/unstated", "skos:prefLabel", '"Fünfzehn Jahre"@de'), "periodLengthWords SPARQL"),
    Case("length in another number", add("id/period/unstated", "time:hasXSDDuration", '"P3Y"^^xsd:duration') + " ;\n"
         + add("id/period/unstated", "skos:prefLabel", '"5 anni"@it'), "periodLengthWords SPARQL"),
    Case("two periods the same", add("id/period/unstated", "dcat:startDate", '"2024"^^xsd:gYear') + " ;\n"
         + add("id/period/unstated", "dcat:endDate", '"2024-05"^^xsd:gYearMonth'), "periodTwice SPARQL"),
    Case("address of another year", put(SOURCE, "foaf:page", "<https://example.com/2019/05/a>"), "sourceYear SPARQL", WARNING),
    Case("two sources at one address", add("id/source/editorial", "foaf:page", "<https://example.com/a>"), "sourceTwice SPARQL", WARNING),
    Case("function in other words", put(PERSON, "vcard:role", '"premier ministre"@fr'), "personFunctionWords SPARQL"),
    Case("two people of one name", tell("<id/person/other> a foaf:Person ; foaf:name 'A. Minister' ."), "personTwice SPARQL", WARNING),
    Case("words of another speaker", put(PERSON, "foaf:name", '"B. Mini"'), "quotationSpeakerWords SPARQL"),
    Case("one quotation twice", tell("""<id/quotation/other> a oa:SpecificResource ; oa:hasSource <id/source/press> ;
         oa:hasSelector <id/selector/budget> ."""), "quotationTwice SPARQL", WARNING),
    Case("two organisations of one name", add(MINISTRY, "skos:altLabel", '"firm"@en'), "organisationNameTwice SPARQL", WARNING),
    Case("two organisations at one homepage", add(FIRM, "foaf:homepage", "<https://example.com/>"),
         "organisationHomepageTwice SPARQL", WARNING),
    Case("university that is a company", add(FIRM, "skos:prefLabel", '"Université du Nord"@fr'), "organisationKindName SPARQL", WARNING),
    Case("one identifier of two", tell("<id/identifier/ministry--ror> a adms:Identifier ; skos:notation '012345654' ; adms:schemaAgency 'ror' ."),
         "identifierTwice SPARQL"),
    Case("swapped coordinates", add(COUNTRY, "wgs:lat", "4.6") + " ;\n" + add(COUNTRY, "wgs:long", "50.6"), "placeSwapped SPARQL"),
    Case("far from where it lies", f"""{add(COUNTRY, "wgs:lat", "40.6")} ; {add(COUNTRY, "wgs:long", "4.6")} ;
         {add(COUNTRY, "dct:isPartOf", "<id/place/continent>")}""", "placeFar SPARQL", WARNING),
    Case("two places that are one", add(TOWN, "schema:sameAs", "<http://www.wikidata.org/entity/Q31>"), "placeTwice SPARQL"),
    Case("public money of a company", put(FUNDING, "prov:wasAttributedTo", f"<{FIRM}>"), "funderKind SPARQL", WARNING),
    Case("two work packages of one title", add(SECOND, "dct:title", '"one"@en'), "workpackageTwice SPARQL", WARNING),
    Case("markup", add(PARTNERSHIP, "skos:altLabel", '"<b>PA</b>"@fr'), "plainText Not"),
    Case("UTF-8 read as Latin 1", add(PARTNERSHIP, "skos:altLabel", '"PA privÃ©"@fr'), "plainText Not"),
    Case("DOS read as Windows", add(PARTNERSHIP, "skos:altLabel", '"Universit‚ de LiŠge"@fr'), "plainText Not"),
    Case("DOS read as Windows, a capital within", add(PARTNERSHIP, "skos:altLabel", '"LiŠge"@fr'), "plainText Not"),
    Case("DOS read as Windows, within", add(PARTNERSHIP, "skos:altLabel", '"Fran‡ais"@fr'), "plainText Not"),
    Case("DOS read as Latin 1", add(PARTNERSHIP, "skos:altLabel", '"Universit\\u0082"@fr'), "plainText Not"),
    Case("entity", add(PARTNERSHIP, "skos:altLabel", '"R&amp;D"@fr'), "plainText Not"),
    Case("text of another language", add(FIRST, "dct:description", '"Le partenariat est dans une région et les universités"@en'),
         "textLanguage SPARQL", WARNING),
    # Not possible together
    Case("about, which no word says", put("id/figure/firms", "atmpgraph:valueQualifier", f"<{CODES}value-qualifier/approximately>"),
         "figureQualifierWords SPARQL", WARNING),
    Case("figure of another year than its words", put(SELECTOR, "oa:exact", '"81 M€ en 2019"@fr'), "figureYear SPARQL", WARNING),
    Case("parts that are more than the whole", tell("""<auth/indicator/firms> atmpgraph:partOfIndicator <auth/indicator/workpackages> .
        <auth/indicator/budget> atmpgraph:partOfIndicator <auth/indicator/workpackages> .
        <id/figure/firms> atmpgraph:subject <id/partnership/pa> . <id/figure/budget> atmpgraph:subject <id/partnership/pa> ."""),
         "figureParts SPARQL", WARNING),
    Case("contribution above the budget", tell("""<auth/indicator/budget> atmpgraph:partOfIndicator <auth/indicator/workpackages> .
        <id/figure/lots> sdmx-a:unitMeasure unit:CCY_EUR ."""), "figureContribution SPARQL"),
    Case("event of another day than its words", f"""{put(PERIOD, "dcat:startDate", '"2024-05-04"^^xsd:date')} ;
        {put(PERIOD, "dcat:endDate", '"2024-05-04"^^xsd:date')} ; {put(SELECTOR, "oa:exact", '"On May 3, 2024, the budget"@en')}""",
         "eventWords SPARQL", WARNING),
    Case("one event twice", tell('<id/event/other> a prov:Activity ; dct:title "one"@en ; dct:temporal <id/period/now> .'),
         "eventTwice SPARQL", WARNING),
    Case("derived event", add(EVENT, "prov:wasDerivedFrom", f"<{QUOTATION}>"), "eventDerived MaxCount"),
    Case("a year and its days", f"""{put(PERIOD, "dcat:endDate", '"2024"^^xsd:gYear')} ; {tell('''<id/period/days> a dct:PeriodOfTime ;
        dcat:startDate "2024-01-01"^^xsd:date ; dcat:endDate "2024-12-31"^^xsd:date .''')}""", "periodYearTwice SPARQL"),
    Case("two sources of one title", tell("""<id/source/press> dct:publisher "Press" ; dct:title "Same"@fr .
        <id/source/other> a foaf:Document ; dct:publisher "Press" ; dct:title "Same"@fr ."""), "sourceTitleTwice SPARQL", WARNING),
    Case("two sources at one address, in two spellings", add("id/source/editorial", "foaf:page", "<http://www.example.com/a/>"),
         "sourceAddressTwice SPARQL", WARNING),
    Case("two organisations at one site, in two spellings", add(FIRM, "foaf:homepage", "<http://www.example.com>"),
         "organisationSiteTwice SPARQL", WARNING),
    Case("one name in capitals", add(MINISTRY, "skos:altLabel", '"FIRM"@en'), "organisationSpellingTwice SPARQL", WARNING),
    Case("founded after it was named", add(FIRM, "schema:foundingDate", '"2030"^^xsd:gYear'), "organisationFoundedAfter SPARQL", WARNING),
    Case("country of another place", f"""{add(FIRM, "locn:location", f"<{TOWN}>")} ;
        {add(COUNTRY, "schema:sameAs", "<http://publications.europa.eu/resource/authority/country/FRA>")}""",
         "organisationCountry SPARQL", WARNING),
    Case("organisation that no quotation names", put(SELECTOR, "oa:exact", '"Le budget"@fr'),
         "organisationWords SPARQL, membershipWords SPARQL, involvementWords SPARQL", WARNING),
    Case("two places of one name", tell('<id/place/other> a dct:Location ; skos:prefLabel "one"@en ; dct:isPartOf <id/place/country> .'),
         "placeNameTwice SPARQL", WARNING),
    Case("code of another country", add(COUNTRY, "dct:identifier", '"BE"') + " ;\n" + add(TOWN, "dct:identifier", '"FR-IDF"'), "placeCodes SPARQL"),
    Case("place that is an organisation", add(FIRM, "owl:sameAs", "<http://www.wikidata.org/entity/Q31>"), "placeOrganisation SPARQL"),
    Case("one code of two work packages", add(SECOND, "dct:identifier", '"WP1"'), "workpackageCodeTwice SPARQL"),
    Case("one person in the other order", tell("<id/person/other> a foaf:Person ; foaf:name 'Minister A.' ."), "personOrderTwice SPARQL", WARNING),
    Case("quotation in another language than its source", put(SELECTOR, "oa:exact", '"The budget"@en'), "quotationLanguage SPARQL", WARNING),
    Case("nobody says how many", drop("id/figure/lots", "atmpgraph:indicator") + " ;\n" + drop(PARTICIPANT, "atmpgraph:statedIn")
         + " ;\n" + drop(COORDINATOR, "atmpgraph:statedIn"),
         "partnershipDeclared SPARQL, partnershipDeclaredWorkpackages SPARQL", WARNING),
    Case("label that is a hidden one too", add(INDICATOR, "skos:hiddenLabel", '"one"@en'), "labelsDisjoint SPARQL"),
    Case("code above itself", add(INDICATOR, "skos:broader", f"<{INDICATOR}>"), "broader SPARQL"),
    Case("two codes of one notation", add(INDICATOR, "skos:notation", '"firms"'), "codeTwice SPARQL", WARNING),
    Case("two sectors of one name", tell('<id/sector/other> a skos:Concept ; skos:inScheme <auth/sector> ; skos:prefLabel "one"@en .'),
         "sectorTwice SPARQL", WARNING),
    Case("match of what is no code", add(FIRM, "skos:exactMatch", "<http://www.wikidata.org/entity/Q42>"), "MappedShape Or"),
    # What is only advised
    Case("one name", put("id/place/town", "skos:prefLabel", '"Namur"@en'), "nameInEachLanguage QualifiedMinCount", WARNING),
    Case("code named in one language", put("auth/indicator/budget", "skos:prefLabel", '"One"@en'), "CodeInEachLanguageShape Or", WARNING),
    Case("names in four languages, one of which is another", put("id/period/now", "skos:prefLabel", '"a"@fr', '"b"@nl',
         '"c"@de', '"d"@it'), "namesRequired QualifiedMinCount"),
    Case("one title", put(FIRST, "dct:title", '"One"@en'), "titleInEachLanguage QualifiedMinCount", WARNING),
    Case("person without function", drop(PERSON, "vcard:role"), "personFunctionAdvised MinCount", WARNING),
    Case("more described than declared", put(COVERAGE, "dqv:value", "21"), "coverageExcess SPARQL", WARNING),
    Case("funder that the words do not name", put(FUNDING, "prov:wasAttributedTo", "<id/organisation/other>") + """ ;
        INSERT DATA { <id/organisation/other> skos:prefLabel "Autre"@fr }""", "funderWords SPARQL", WARNING),
    Case("work package that the words do not name", put(FUNDING, "frapo:funds", f"<{FIRST}>"), "fundingWorkpackageWords SPARQL", WARNING),
    Case("another agreement in the words", add(FUNDING, "dct:identifier", '"Convention 8"') + " ;\n"
         + put(SELECTOR, "oa:exact", '"Ministère : Convention 9"@fr'), "fundingAgreementWords SPARQL", WARNING),
    Case("another currency than the project", put("id/amount/pa-cost--EUR", "eurio:currency", '"CHF"'),
         "fundingProjectCurrency SPARQL", WARNING),
    Case("founded twice", add(FIRM, "schema:foundingDate", '"1999"^^xsd:gYear', '"2001-02-03"^^xsd:date'),
         "organisationFoundedTwice SPARQL", WARNING),
    Case("another year of foundation in the words", add(FIRM, "schema:foundingDate", '"1999"^^xsd:gYear') + " ;\n"
         + put(SELECTOR, "oa:exact", '"Firm, fondée en 2001"@fr'), "organisationFoundedWords SPARQL", WARNING),
    Case("page within a site", put(MINISTRY, "foaf:homepage", "<https://example.com/fr/team/board>"),
         "organisationDeepHomepage SPARQL", WARNING),
    Case("town of another place", add(FIRM, "locn:location", f"<{TOWN}>") + """ ;
        INSERT DATA { <id/place/other> a dct:Location ; skos:prefLabel "Namur"@fr }""", "addressTownPlace SPARQL", WARNING),
    Case("postal code of another region", add(FIRM, "locn:location", f"<{TOWN}>") + " ;\n"
         + add(TOWN, "schema:sameAs", "<http://data.europa.eu/nuts/code/BE2>"), "addressCodeRegion SPARQL", WARNING),
    Case("another postal code in the words", put(SELECTOR, "oa:exact", '"Firm, 5001 Namur"@fr'), "addressCodeWords SPARQL", WARNING),
    Case("name of another language", put(FIRM, "skos:prefLabel", '"Université de Firm"@en'), "organisationNameLanguage SPARQL", WARNING),
    Case("linked with whom the words do not name", add(MINISTRY, "org:linkedTo", "<id/organisation/other>") + """ ;
        INSERT DATA { <id/organisation/other> skos:prefLabel "Autre"@fr }""", "organisationLinkedWords SPARQL", WARNING),
    Case("page of another identifier", put(FIRM, "schema:sameAs", "<https://example.com/firm/012345655>"),
         "identifierPage SPARQL", WARNING),
    *(Case(f"function in another organisation: {function}", put(PERSON, "vcard:role", f'"{function}"@fr') + " ;\n"
           + put(PERSON, "org:memberOf", "<id/organisation/other>"), "personOrganisationNamed SPARQL", WARNING)
      for function in ("Director of Firma", "Head of sales of Firma", "Directrice d'Firma", "Directeur de l’Firma",
                       "Directrice de la Firma", "Chair, Firma", "Direttrice dell’Firma", "Directrice d’études de la Firma",
                       "Directrice de la recherche de l'Firma")),
    Case("function in the column of another language", put(PERSON, "vcard:role", '"ministre"@en'),
         "personFunctionLanguage SPARQL", WARNING),
    Case("no title in the language of the source", put(SOURCE, "dct:title", '"A partnership"@en'), "sourceTitleLanguage SPARQL", WARNING),
    Case("another day in the short title", add(SOURCE, "skos:prefLabel", '"Communiqué du 18 janvier 2024"@fr'),
         "sourceShortDate SPARQL", WARNING),
    Case("another year in the short title", add(SOURCE, "skos:prefLabel", '"Communiqué de 2023"@fr'), "sourceShortDate SPARQL", WARNING),
    Case("address as a publisher", put(SOURCE, "dct:publisher", '"https://example.com/"'), "sourcePublisherAddress SPARQL", WARNING),
    Case("more work packages than there are", put("id/figure/lots", "atmpgraph:valueQualifier", "<https://w3id.org/atmpgraph/auth/value-qualifier/exact>")
         + " ;\n" + put(FIRST, "dct:identifier", '"WP21"'), "workpackageNumber SPARQL", WARNING),
    Case("another year in the title of an event", put(EVENT, "dct:title", '"Launch in 2019"@en'), "eventTitleYear SPARQL", WARNING),
    Case("place that the words do not name", "DELETE DATA { <id/event/launch> atmpgraph:statedIn <id/record/registry--101> }",
         "eventPlaceWords SPARQL", WARNING),
    Case("event at the beginning of a month, at its end in the words", put(PERIOD, "dcat:endDate", '"2024-05-03"^^xsd:date') + " ;\n"
         + put(SELECTOR, "oa:exact", '"fin mai 2024"@fr'), "eventPart SPARQL", WARNING),
    Case("period at the beginning of a month, called its end", f"""{put(PERIOD, "dcat:startDate", '"2024-05-03"^^xsd:date')} ;
        {put(PERIOD, "dcat:endDate", '"2024-05-03"^^xsd:date')} ; {put(PERIOD, "skos:prefLabel", '"Ende Mai 2024"@de')}""", "periodPart SPARQL"),
    Case("growth of other years than in the words", put(FIGURE, "sdmx-a:unitMeasure", "unit:PERCENT-PER-YR") + " ;\n"
         + put(SELECTOR, "oa:exact", '"81 % entre 2019 et 2024"@fr'), "figureGrowthYears SPARQL", WARNING),
    Case("words of nobody", drop(QUOTATION, "prov:wasAttributedTo") + " ;\n" + put(SELECTOR, "oa:exact", '"« Bien », dit A. Minister"@fr'),
         "quotationUnspoken SPARQL", WARNING),
    Case("figure without the author that its words name", drop(FIGURE, "prov:wasAttributedTo") + " ;\n"
         + put(SELECTOR, "oa:exact", '"81 M€ (source : Le ministère)"@fr'), "figureUnattributed SPARQL", WARNING),
    Case("another currency in the words", put(FIGURE, "atmpgraph:statedAs", '"$81 M"@fr'), "figureCurrencyWords SPARQL"),
    Case("per cent in the words", put(FIGURE, "atmpgraph:statedAs", '"81 %"@fr'), "figureCurrencyWords SPARQL"),
    Case("larger area in the words", put(FIGURE, "sdmx-d:refArea", f"<{TOWN}>") + " ;\n" + put(TOWN, "skos:prefLabel", '"Namur"@fr') + " ;\n"
         + put(COUNTRY, "skos:prefLabel", '"Belgique"@fr') + " ;\n" + put(SELECTOR, "oa:exact", '"81 M€ en Belgique"@fr'),
         "figureAreaWords SPARQL", WARNING),
    Case("about one place, for another", put(FIGURE, "atmpgraph:subject", f"<{TOWN}>"), "figureSubjectArea SPARQL"),
    Case("words cut within a word", put(FIGURE, "atmpgraph:statedAs", '"81 M€ vien"@fr'), "figureWholeWords SPARQL", WARNING),
    Case("part and whole of two units", add("auth/indicator/firms", "atmpgraph:partOfIndicator", "<auth/indicator/budget>") + """ ;
        INSERT DATA { <auth/indicator/firms> atmpgraph:admitsUnit unit:NUM . <auth/indicator/budget> atmpgraph:admitsUnit unit:CCY_EUR }""",
         "indicatorPart SPARQL"),
    Case("two places at one point", add(COUNTRY, "wgs:lat", "50.5") + " ;\n" + add(COUNTRY, "wgs:long", "4.5"), "placePointTwice SPARQL", WARNING),
    Case("codes of two countries", add(TOWN, "dct:identifier", '"FR-59"') + " ;\n"
         + add(COUNTRY, "schema:sameAs", "<http://publications.europa.eu/resource/authority/country/BEL>"), "placeCountry SPARQL"),
    Case("role of an involvement that no word tells", f"DELETE DATA {{ <{FUNDER}> atmpgraph:statedIn <id/record/registry--101> }}",
         "involvementRoleWords SPARQL", WARNING),
    Case("role of a member that no word tells", f"DELETE DATA {{ <{COORDINATOR}> atmpgraph:statedIn <id/record/registry--101> }}",
         "membershipRoleWords SPARQL", WARNING),
    Case("programme that the words do not name", add("id/funding-scheme/CALL-1", "dct:title", '"Horizon"@fr') + " ;\n"
         + add("id/funding-scheme/CALL-1", "atmpgraph:statedIn", f"<{QUOTATION}>"), "programmeWords SPARQL", WARNING),
    Case("gap that a source fills", """INSERT DATA { <id/gap/g> a dqv:QualityAnnotation ; dct:title "Un partenariat"@fr }""",
         "gapFilled SPARQL", WARNING),
    Case("other numbers in another language", put(EVENT, "dct:title", '"12 projets"@fr', '"21 projects"@en'), "textNumbers SPARQL", WARNING),
    Case("number word other than the number", put(EVENT, "dct:title", '"12 projets"@fr', '"Eleven projects"@en'), "textNumberWords SPARQL", WARNING),
    Case("one sentence in two languages", put(EVENT, "dct:title", '"Start of the new partnership"@en', '"Start of the new partnership"@nl'),
         "textTranslated SPARQL", WARNING),
    Case("VAT number of another enterprise", enterprise(FIRM, "vat", "BE0407626464") + " ;\n" + enterprise(FIRM, "cbe", "0316.381.138"),
         "enterpriseNumber SPARQL", WARNING),
    Case("VAT number of an enterprise that it is no part of", enterprise(FIRM, "vat", "BE0316381138") + " ;\n"
         + enterprise("id/organisation/other", "cbe", "0316.381.138"), "enterpriseOther SPARQL", WARNING),
    Case("words that are not in the title", put(QUOTATION, "skos:note", '"Title"@en'), "quotationTitle SPARQL", WARNING),
    Case("source named after another day", add("id/source/press-2024-01-18", "a", "foaf:Document") + " ;\n"
         + add("id/source/press-2024-01-18", "dct:issued", '"2024-01-17"^^xsd:date'), "sourceNameDate SPARQL", WARNING),
    Case("source without the date of its address", drop(SOURCE, "dct:issued") + " ;\n"
         + put(SOURCE, "foaf:page", "<https://example.com/2024/01/17/a>"), "sourceDated SPARQL", WARNING),
    Case("results of a search", put(SOURCE, "foaf:page", "<https://www.google.com/search?q=a>"), "addressLasting Not", WARNING),
    Case("short link", put(SOURCE, "foaf:page", "<https://bit.ly/abc>"), "addressLasting Not", WARNING),
    Case("period named after another month", add("id/period/2024-01", "a", "dct:PeriodOfTime") + " ;\n"
         + add("id/period/2024-01", "dcat:endDate", '"2024-02"^^xsd:gYearMonth'), "periodNameDate SPARQL", WARNING),
    Case("year that the period leaves open", put(SELECTOR, "oa:exact", '"81 M€ en 2019"@fr') + " ;\n"
         + put(FIGURE, "sdmx-d:refPeriod", "<id/period/unstated>"), "figureYearUnstated SPARQL", WARNING),
    Case("year behind the number", put(SELECTOR, "oa:exact", '"en 2024 ; 81 M€ en 2019"@fr'), "figureYearNext SPARQL", WARNING),
    Case("length other than that of the period", put(SELECTOR, "oa:exact", '"81 M€ dans les cinq prochaines années"@fr') + " ;\n"
         + put(PERIOD, "time:hasXSDDuration", TRIENNIAL), "figureLengthWords SPARQL", WARNING),
    Case("words of another indicator", put(FIRMS, "atmpgraph:statedAs", '"15 lots"@fr'), "figureIndicatorWords SPARQL", WARNING),
    Case("organisation that neither words nor title name", put(FIRMS, "atmpgraph:subject", f"<{FIRM}>") + " ;\n"
         + put(SELECTOR, "oa:exact", '"15+"@fr'), "figureSubjectWords SPARQL", WARNING),
    Case("record of another organisation", add(MINISTRY, "atmpgraph:statedIn", f"<{RECORD}>") + " ;\n"
         + put(IDENTIFIER, "skos:notation", '"101"'), "recordOther SPARQL", WARNING),
    Case("acronym that is in no words", f"DELETE DATA {{ <{PARTNERSHIP}> atmpgraph:statedIn <{RECORD}> }}",
         "partnershipAcronymWords SPARQL", WARNING),
    Case("accent apart from its letter", put(EVENT, "dct:title", '"e\u0301tude"@fr'), "textComposed Not", WARNING),
    Case("two letters that are one", put(EVENT, "dct:title", '"\ufb01nancement"@fr'), "textComposed Not", WARNING),
    Case("title of two lines", put(EVENT, "dct:title", '"Start of\\nit"@en'), "oneLine Not", WARNING),
    Case("name as another name", add(FIRM, "skos:altLabel", '"firm"@it'), "organisationNameAgain SPARQL", WARNING),
    Case("person called as an organisation", put(PERSON, "foaf:name", '"firm"'), "personOrganisationName SPARQL", WARNING),
]  # fmt: skip


@cache
def prepared(query: str) -> Query:
    """A parsed query: pyshacl asks the same one for each focus node, and parsing takes most of the time."""
    return prepareQuery(query)


class QuickGraph(Graph):
    """A graph that parses a query once."""

    def query(self, query_object: str | Query, *args: Any, **kwargs: Any) -> Result:
        """As in `Graph`."""
        known = prepared(query_object) if isinstance(query_object, str) else query_object
        return super().query(known, *args, **kwargs)


class Found(NamedTuple):
    """A validation result: shape or SPARQL constraint, component, severity."""

    shape: str
    component: str
    severity: str


@pytest.fixture(scope="session")
def shapes() -> Graph:
    """All shapes, with the base put in."""
    graph = Graph()
    for file in SHAPES:
        graph.parse(data=filled(file.read_text("utf-8"), BASE, LANGUAGES), format="turtle", publicID=BASE)
    return graph


def local(node: Node | None) -> str:
    """The name of a term in its namespace."""
    return str(node).rpartition("#")[2]


TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)


@pytest.fixture(scope="session")
def reported_by(shapes: Graph) -> dict[URIRef, set[str]]:
    """What each shape with a target reports on: itself and all that hangs on it."""
    starts = {shape for target in TARGETS for shape in shapes.subjects(target) if isinstance(shape, URIRef)}
    return {start: set(map(local, shapes.objects(start, (SH.property | SH.sparql) * "*"))) for start in starts}


@contextmanager
def only(names: set[str], shapes: Graph, reported_by: dict[URIRef, set[str]]) -> Iterator[None]:
    """Without targets of the shapes that report on nothing of `names`, as long as the block lasts: those are not run."""
    others = [start for start, reported in reported_by.items() if not names & reported]
    taken = [triple for start in others for target in TARGETS for triple in shapes.triples((start, target, None))]
    for triple in taken:
        shapes.remove(triple)
    try:
        yield
    finally:
        for triple in taken:
            shapes.add(triple)


def change(graph: Graph, update: str) -> None:
    """Run an update. Parsed apart from the graph: its own prefixes would go before those of a second operation."""
    graph.update(prepareUpdate(f"BASE <{BASE}>\n{PREFIXES}\n{update}"))


@pytest.fixture(scope="session")
def data(conforming: Graph) -> Graph:
    """The conforming graph, to be changed and restored."""
    return Graph() + conforming


def validate(graph: Graph, shapes: Graph) -> set[Found]:
    """The results of pyshacl, nested ones (`sh:detail`) left out. Each has the four messages of its shape.

    pyshacl takes the language off the messages of SPARQL constraints; the text is the same.
    """
    data = QuickGraph(graph.store, graph.identifier)
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none", advanced=False, js=False)
    found = set()
    for result in report.objects(report.value(predicate=RDF.type, object=SH.ValidationReport), SH.result):
        source = report.value(result, SH.sourceConstraint) or report.value(result, SH.sourceShape)
        assert isinstance(source, URIRef), report.serialize()
        messages = sorted(map(str, report.objects(result, SH.resultMessage)))
        assert messages == sorted(map(str, shapes.objects(source, SH.message)))
        found.add(Found(
            local(source),
            local(report.value(result, SH.sourceConstraintComponent)).removesuffix("ConstraintComponent"),
            local(report.value(result, SH.resultSeverity)),
        ))  # fmt: skip
    return found


def constraints(shapes: Graph) -> Iterator[tuple[str, str]]:
    """Each constraint of the shapes, by the name of its shape (or SPARQL constraint) and of its component."""
    for shape in {*shapes.subjects(RDF.type, SH.NodeShape), *shapes.subjects(RDF.type, SH.PropertyShape)}:
        for predicate in set(shapes.predicates(shape)):
            name = local(predicate)
            if name == "sparql":
                yield from ((local(constraint), "SPARQL") for constraint in shapes.objects(shape, predicate))
            elif str(predicate).startswith(str(SH)) and name not in NOT_CONSTRAINTS:
                yield local(shape), name[0].upper() + name[1:]


def expected(case: Case) -> set[tuple[str, str]]:
    """The constraints that a case names."""
    pairs = [item.split() for item in case.expected.split(", ")]
    return {(shape, component) for shape, component in pairs}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_mistake_is_found(case: Case, data: Graph, shapes: Graph, reported_by: dict[URIRef, set[str]]) -> None:
    names = {shape for shape, _ in expected(case)}
    with restored(data), only(names, shapes, reported_by):
        change(data, case.update)
        found = validate(data, shapes)
    assert expected(case) <= {(f.shape, f.component) for f in found if f.severity == case.severity}


TOLERATED = [
    ("names and quotations whose letters are those that DOS leaves", f"""{add(PARTNERSHIP, "skos:altLabel", '"eŠkole"@en', '"het„juiste” werk"@nl', '"das‚richtige‘"@de')}"""),
    ("texts in more languages than the publication's", f"""{add(PARTNERSHIP, "skos:altLabel", '"Uno"@it', '"Um"@pt-br')} ;
        {add(FIRM, "foaf:name", '"Ditta"@it')} ; {add("id/period/now", "skos:prefLabel", '"adesso"@it')}"""),
    ("shares of about 104 %", f"""{put(SHARE, "sdmx-m:obsValue", '"64"^^xsd:decimal')} ;
        {put(SHARE, "atmpgraph:valueQualifier", "<https://w3id.org/atmpgraph/auth/value-qualifier/approximately>")} ;
        {put(SHARE, "atmpgraph:statedAs", '"du public"@fr')} ; DELETE WHERE {{ <id/source/press> shapes:heldText ?t }} ;
        {put(SELECTOR, "oa:exact", '"15+ firmes ; au plus 20 lots ; 81 M€, environ du public, 40 % ; A. Minister, ministre, Ministère, Firm"@fr')}"""),
    ("one share alone", "DELETE WHERE { <id/figure/private> ?p ?o }"),
    ("a month that ends in the year it starts in", put(PERIOD, "dcat:startDate", '"2024-01"^^xsd:gYearMonth')
        + " ;\n" + put(PERIOD, "dcat:endDate", '"2024"^^xsd:gYear')),
    ("words with a line break and a no-break space", put(FIGURE, "atmpgraph:statedAs", '"81\u00a0M€"@fr')),
    ("emphasis in a quotation", put(SELECTOR, "oa:exact", '"Le *budget* de 81 M€ vient pour 60 % du public et pour'
        "\\n" ' 40 % du privé : 15+ firmes, au plus 20 lots, selon A. Minister, ministre (Ministère), et Firm."@fr')),
    ("a lead in each of two sources", tell(f"""<id/quotation/other> a oa:SpecificResource , prov:Entity ; {{row}} ;
        oa:hasSource <id/source/editorial> ; prov:wasQuotedFrom <id/source/editorial> ; oa:hasSelector <id/selector/other> .
        <id/selector/other> a oa:TextQuoteSelector ; {{row}} ; oa:exact "The Ministère leads."@en .
        <id/participation/ministry--first> a atmpgraph:Participation , org:Membership ; {{row}} ; org:member <{MINISTRY}> ;
        org:organization <{FIRST}> ; org:role <https://w3id.org/atmpgraph/auth/participation-role/leads> ;
        atmpgraph:statedIn <id/quotation/other> . <{MINISTRY}> atmpgraph:leads <{FIRST}> .""")),
    ("at least two, which is not less than", put("id/figure/firms", "atmpgraph:statedAs", '"au moins 15 firmes"@fr')
        + " ;\n" + put(SELECTOR, "oa:exact", '"au moins 15 firmes ; au plus 20 lots ; 81 M€, 60 %, 40 % ; A. Minister, ministre, Ministère, Firm"@fr')
        + ' ;\nDELETE WHERE { <id/source/press> shapes:heldText ?t }'),
    ("not more than, which is not more than", put("id/figure/lots", "atmpgraph:statedAs", '"pas plus de 20 lots"@fr')
        + " ;\n" + put(SELECTOR, "oa:exact", '"15+ firmes ; pas plus de 20 lots ; 81 M€, 60 %, 40 % ; A. Minister, ministre, Ministère, Firm"@fr')
        + ' ;\nDELETE WHERE { <id/source/press> shapes:heldText ?t }'),
    ("right check digits", tell("""<id/organisation/firm> adms:identifier <id/identifier/firm--isni> .
        <id/identifier/firm--isni> a adms:Identifier ; {row} ; skos:notation "0000 0001 2150 0096" ; adms:schemaAgency "isni" .
        """)),
    ("a dozen", put("id/figure/lots", "sdmx-m:obsValue", '"12"^^xsd:decimal') + " ;\n" + put("id/figure/lots", "schema:maxValue",
        '"12"^^xsd:decimal') + " ;\n" + put("id/figure/lots", "atmpgraph:statedAs", '"une douzaine au plus"@fr') + " ;\n"
        + put(SELECTOR, "oa:exact", '"15+ firmes ; une douzaine au plus ; 81 M€, 60 %, 40 % ; A. Minister, ministre, Ministère, Firm"@fr')
        + ' ;\nDELETE WHERE { <id/source/press> shapes:heldText ?t }'),
    ("pairs within pairs, a list and marks of four languages", add(PARTNERSHIP, "skos:altLabel", '"PA (x)"@it') + " ;\n"
        + add("id/event/launch", "dct:title", '"1) «Lancio (nuovo)» “oggi” a) „heute“ „nu”"@it')),
    *((f"a number printed as {words}", put(FIGURE, "atmpgraph:statedAs", f'"{words}"@fr') + " ;\n"
        + put(SELECTOR, "oa:exact", f'"15+ firmes ; au plus 20 lots ; {words}, 60 %, 40 % ; A. Minister, ministre, Ministère, Firm"@fr')
        + ' ;\nDELETE WHERE { <id/source/press> shapes:heldText ?t }')
        for words in ("€81m", "81 m€", "81 Mio. €", "81 mln euro", "0,081 Md€", "0.081bn €", "81 000 k€", "81.000.000 €")),
    ("a thousand million in full", put("id/figure/lots", "sdmx-m:obsValue", '"1200000000"^^xsd:decimal') + " ;\n"
        + put("id/figure/lots", "schema:maxValue", '"1200000000"^^xsd:decimal') + " ;\n"
        + put("id/figure/lots", "atmpgraph:statedAs", '"au plus 1 200 000 000 lots"@fr') + " ;\n"
        + put(SELECTOR, "oa:exact", '"15+ firmes ; au plus 1 200 000 000 lots ; 81 M€, 60 %, 40 % ; A. Minister, ministre, Ministère, Firm"@fr')
        + ' ;\nDELETE WHERE { <id/source/press> shapes:heldText ?t }'),
    ("addresses with a name, and words for secrets", add(FIRM, "foaf:page", *(f"<https://firm.example/{rest}>"
        for rest in ("@firm", "?q=token", "token=1", "?tokens=1", "?tour=a@b.example", "#password")))),
    ("abbreviations at the end of names", add(FIRM, "foaf:name", '"Firm Inc."@it', '"Univ."@pt')),
    ("the VAT number of the same enterprise", enterprise(FIRM, "vat", "BE0316381138") + " ;\n" + enterprise(FIRM, "cbe", "0316.381.138")),
    ("the VAT number of the whole that it is a part of", enterprise(FIRM, "vat", "BE0316381138") + " ;\n"
        + enterprise(MINISTRY, "cbe", "0316.381.138")),
    ("a number in words", add("id/event/launch", "dct:title", '"Dodici progetti due volte"@it', '"12 projetos"@pt', '"Tolv projekt"@sv')),
    ("a number in words beside a name with digits", add("id/event/launch", "dct:title", '"Due studi"@it', '"Estudos da COVID-19"@pt')),
    ("a number in words beside a year", add("id/event/launch", "dct:title", '"Due studi"@it', '"Estudos de 2024"@pt')),
    ("three words in two languages", add("id/event/launch", "dct:title", '"Business Model Canvas"@it', '"Business Model Canvas"@pt')),
    ("a name of one word in two languages", add("id/event/launch", "dct:title", '"Lancio"@it', '"Lancio"@pt')),
    ("a year with its days, and years that are no month", tell("""
        <id/period/2022> a dct:PeriodOfTime , time:Interval ; {row} ; skos:prefLabel {four} ;
        dcat:startDate "2022-01-01"^^xsd:date ; dcat:endDate "2022-12-31"^^xsd:date .
        <id/period/2014-20> a dct:PeriodOfTime , time:Interval ; {row} ; skos:prefLabel {four} ;
        dcat:startDate "2014"^^xsd:gYear ; dcat:endDate "2020"^^xsd:gYear .""")),
    ("a line break behind a year and a length", put(SELECTOR, "oa:exact", '"Le budget de 81 M€ en 2024'
        "\\n" ' vient pour 60 % du public et pour 40 % du privé : 15+ firmes, au plus 20 lots, en trois ans, selon A. Minister, ministre'
        "\\n" ' (Ministère), et Firm."@fr') + " ;\n" + put(PERIOD, "time:hasXSDDuration", TRIENNIAL)
        + " ;\nDELETE WHERE { <id/source/press> shapes:heldText ?t }"),
    ("a function in the whole of which the organisation is a part", put(PERSON, "org:memberOf", f"<{FIRM}>") + " ;\n"
        + put(PERSON, "vcard:role", '"ministre, Le ministère"@fr') + " ;\n"
        + put(SELECTOR, "oa:exact", '"15+ firmes ; au plus 20 lots ; 81 M€, 60 %, 40 % ; A. Minister, ministre, Le ministère, Ministère, Firm"@fr')
        + " ;\nDELETE WHERE { <id/source/press> shapes:heldText ?t }"),
    ("a number that is no telephone", add(PARTNERSHIP, "dct:description", '"15+ firmes, 2019-2025, 6 000 000 000 €"@fr')
        .replace("INSERT DATA", f"DELETE WHERE {{ <{PARTNERSHIP}> dct:description ?d }} ;\nINSERT DATA")),
]  # fmt: skip


@pytest.fixture(scope="module")
def quick(shapes: Graph) -> QuickEngine:
    """All shapes, compiled; `test_validation` holds both engines to the same results."""
    return QuickEngine(for_engine(shapes, Engine.QUICK))


def test_ontology_and_code_lists_have_no_result(
    conforming: Graph, ontology: Graph, shapes: Graph, quick: QuickEngine, tmp_path: Path
) -> None:
    whole = conforming + ontology
    whole.serialize(tmp_path / "data.nt", "nt", encoding="utf-8")
    assert quick.failing(tmp_path / "data.nt") == {}
    assert not LONG or validate(whole, shapes) == set()


def test_conforming_graph_has_no_result(data: Graph, shapes: Graph, quick: QuickEngine, tmp_path: Path) -> None:
    data.serialize(tmp_path / "data.nt", "nt", encoding="utf-8")
    assert quick.failing(tmp_path / "data.nt") == {}
    assert not LONG or validate(data, shapes) == set()


@pytest.mark.parametrize(("name", "update"), TOLERATED, ids=[name for name, _ in TOLERATED])
def test_what_is_right_is_left_alone(
    name: str, update: str, data: Graph, shapes: Graph, quick: QuickEngine, tmp_path: Path
) -> None:
    with restored(data):
        change(data, update)
        data.serialize(tmp_path / "data.nt", "nt", encoding="utf-8")
        assert quick.failing(tmp_path / "data.nt") == {}
        assert not LONG or validate(data, shapes) == set()


def test_every_constraint_has_a_case(shapes: Graph) -> None:
    tested = {pair for case in CASES for pair in expected(case)}
    through_others = {("describedByRow", "MinCount")}  # told by the property that refers to it
    assert set(constraints(shapes)) - through_others == tested


def test_whatever_can_be_reported_has_a_name_and_a_message_in_each_language(shapes: Graph) -> None:
    named = {name for name, _ in constraints(shapes)}
    nodes = {URIRef(NAMESPACE + name) for name in named}
    languages = {
        node: sorted(str(m.language) for m in shapes.objects(node, SH.message) if isinstance(m, Literal))
        for node in nodes
    }
    assert {node: found for node, found in languages.items() if found != sorted(WRITTEN)} == {}
    for predicate in (SH.property, SH.sparql):
        assert all(isinstance(shape, URIRef) for shape in shapes.objects(predicate=predicate))


def test_property_shapes_are_used_and_defined(shapes: Graph) -> None:
    assert set(shapes.objects(predicate=SH.property)) == set(shapes.subjects(RDF.type, SH.PropertyShape))
    assert set(shapes.objects(predicate=SH.sparql)) == set(shapes.subjects(RDF.type, SH.SPARQLConstraint))


@pytest.mark.parametrize("file", SHAPES, ids=lambda file: file.stem)
def test_file_names_no_publication(file: Any) -> None:
    assert "atmp-wallonia" not in file.read_text("utf-8")

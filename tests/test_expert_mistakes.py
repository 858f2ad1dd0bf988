"""Mistakes as an ontologist, a statistician or a fact checker would find them: each is told, at its row, by the rule meant for it.

Each is one wrong cell, or one row too many, that the schema of its table lets pass. They are made in the tables of the
publication itself, many at once, since each names the rule that must see it.
"""

import csv
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from atmpgraph.findings import Finding, ViolationError
from atmpgraph.publish.build import check
from atmpgraph.settings import Settings

from .conftest import changed, copy_publication, shared
from .long import LONG


class Mistake(NamedTuple):
    """A table, the first cells of a row, the cells that are wrong, the rule that sees it; `new` for a row besides."""

    rule: str
    table: str
    row: str
    wrong: dict[str, str]
    new: bool = False


def figures(rule: str, row: str, **wrong: str) -> Mistake:
    return Mistake(rule, "figures", row, wrong)


def periods(rule: str, row: str, **wrong: str) -> Mistake:
    return Mistake(rule, "periods", row, wrong)


def words(value: str) -> dict[str, str]:
    return {"stated_as_fr": value}


COUNTS = ["partners", "workpackages", "contract-manufacturers", "total-jobs", "biowin-members", "trends-projects"]
SHARES = ["belgium-eu-population", "belgium-eu-jobs", "belgium-eu-exports", "belgium-eu-rd"]
RANKS = ["belgium-jobs-rank", "belgium-exports-rank", "belgium-rd-rank"]
MORE = ["new-direct-jobs", "direct-jobs"]
AT_LEAST = ["developers", "service-companies"]
PRINTED = [*COUNTS, *SHARES, *MORE, *AT_LEAST, "budget", "duration", "granted-2023", "market-2032", "new-indirect-jobs"]

# One list a run: within it no row has two mistakes, and none needs what another one spoils.
RUNS: list[list[Mistake]] = [
    [  # the value is not what is printed
        *(figures("figureDigits", row, value="4") for row in PRINTED if row not in {*AT_LEAST, *SHARES}),
        *(figures("figureDigits", row, value="26.1") for row in SHARES),
        *(figures("figureNumberWord", row, value="4") for row in RANKS),
        figures("figureNumberWord", "applicants", value="300"),
        *(figures("atLeastMinimum", row, minimum="14") for row in AT_LEAST),
        periods("periodYear", "2025", start_year="2024", end_year="2024"),
        periods("periodYear", "2019--2025", start_year="2018"),
        periods("periodDay", "2024-03-13", start_date="2024-03-14", end_date="2024-03-14"),
        periods("periodPart", "late-2023-04", end_date="2023-04-03"),
        periods("periodPart", "late-2023", end_date="2023-03-31"),
        periods("periodDay", "2023-10", start_month="2023-11", end_month="2023-11"),
        periods("periodYear", "until-2035", end_year="2053"),
        periods("periodYear", "2022", label_fr="2002"),
    ],
    [  # the unit is another one
        *(figures("figureUnitAdmitted", row, unit="PERCENT") for row in RANKS),
        *(figures("figureUnitAdmitted", row, unit="CCY_EUR") for row in COUNTS),
        *(figures("figureUnitAdmitted", row, unit="NUM") for row in [*RANKS, *SHARES, "market-growth", "public-share"]),
        figures("figureUnitAdmitted", "budget", unit="CCY_USD"),
        figures("figureUnitAdmitted", "market-2025", unit="CCY_USD"),
        figures("figureUnitAdmitted", "fv-budget-usd", unit="CCY_EUR"),
        figures("figureUnitAdmitted", "duration", unit="NUM"),
    ],
    [  # the status is another one
        *(figures("figureStatusAdmitted", row, status="F") for row in [*COUNTS, *SHARES, *RANKS, *AT_LEAST, "direct-jobs"]),
        figures("figureForecast", "market-growth", status="A"),
        figures("figureForecast", "market-2025", status="A"),
        figures("figureForecast", "market-2032", status="E"),
        figures("figureEstimate", "new-direct-jobs", status="A"),
        figures("figureEstimate", "new-indirect-jobs", status="F"),
        Mistake("eventTime", "events", "maidam-announced", {"period": "2032"}),
        Mistake("eventPart", "events", "call-to-members", {"period": "until-2023-09-21"}),
        Mistake("eventPart", "events", "funding-decision", {"period": "2024-01-17"}),
        Mistake("eventTime", "events", "exofasttrack-announced", {"period": "2025"}),
    ],
    [  # the subject is another one
        *(figures("figureSubjectAdmitted", row, about_type="place", about="namur") for row in
          ["biowin-members", "budget", "partners", *AT_LEAST, *RANKS, "direct-jobs", "total-jobs", "market-2032"]),
        figures("figureSubjectAdmitted", "belgium-eu-population", about_type="sector", about="atmp"),
        figures("figureSubjectAdmitted", "duration", about_type="organisation", about="biowin"),
        figures("figureSubjectAdmitted", "public-share", about_type="partnership", about="pit-atmp"),
        Mistake("identifierFormat", "identifiers", "ulb,grid", {"value": "4989.c"}),
        Mistake("identifierFormat", "identifiers", "umons,wikidata", {"value": "1742161", "same_as": ""}),
    ],
    [  # exactness and bounds
        *(figures("figureCue", row, qualifier="exact") for row in [*MORE, *AT_LEAST, "granted-2023", "market-2025"]),
        figures("figureCue", "market-growth", qualifier="approximately"),
        *(figures("figureBounds", row, minimum="1") for row in [*COUNTS, *SHARES, "budget", "new-indirect-jobs"]),
        figures("figureMinimum", "market-2032", minimum="90000000000"),
        figures("figureBounds", "duration", maximum="5"),
        figures("figureBounds", "public-share", minimum="55"),
    ],
    [  # time
        *(figures("figureTime", row, period="2025") for row in [*COUNTS[:-1], *AT_LEAST, "direct-jobs"]),
        *(figures("figureTime", row, period="2032") for row in [*SHARES, *RANKS, "applicants", "public-share"]),
        Mistake("funderKind", "funding", "exofasttrack-grant", {"origin": "private"}),
        Mistake("sourceYear", "sources", "orgenesis-2024-02-29", {"url": "https://example.net/2019/02/29/a"}),
        Mistake("periodOrder", "periods", "2019--2025", {"start_year": "2026"}),
    ],
    [  # who says it
        *(figures("figureAttribution", row, attributed_to="ulb") for row in [*SHARES, *RANKS, "market-growth", "market-2032"]),
        figures("figureAttribution", "partners", attributed_to="deloitte"),
        figures("figureAttribution", "budget", attributed_to="pharma-be"),
        Mistake("quotationSpeakerWords", "quotations", "pr-borsus", {"speaker": "sylvie-ponchaut"}),
        Mistake("quotationSpeakerWords", "quotations", "pr-ponchaut", {"speaker": "willy-borsus"}),
        Mistake("quotationSpeakerWords", "quotations", "pr-members", {"speaker": "willy-borsus"}),
        Mistake("personFunctionWords", "people", "willy-borsus", {"function_fr": "Ministre-Président"}),
        Mistake("personFunctionWords", "people", "sylvie-ponchaut", {"function_fr": "présidente de BioWin"}),
        figures("figureWords", "total-jobs", **words("6 000 emplois directs")),
        figures("figureWords", "duration", **words("3 années")),
        Mistake("quotedWords", "quotations", "pr-total-jobs", {"exact_fr": "6 000 emplois en tout"}),
        Mistake("funderKind", "funding", "maidam-grant", {"funder": "orgenesis"}),
        Mistake("organisationKindName", "organisations", "ulb", {"kind": "company"}),
        Mistake("organisationKindName", "organisations", "umons", {"kind": "government"}),
        Mistake("organisationKindName", "organisations", "gouvernement-wallon", {"kind": "company"}),
        Mistake("placeSwapped", "places", "wallonia", {"latitude": "5.008108", "longitude": "50.314724"}),
    ],
    [  # one thing twice, and texts
        Mistake("organisationNameTwice", "organisations", "cilyx", {"slug": "a-cilyx"}, new=True),
        Mistake("organisationNameTwice", "organisations", "deloitte", {"slug": "a-deloitte"}, new=True),
        Mistake("organisationNameTwice", "names", "ulb", {"organisation": "biowin"}, new=True),
        Mistake("organisationHomepageTwice", "organisations", "cilyx",
                {"slug": "a-firm", "name_en": "Firm", "homepage": "https://www.biowin.org/"}, new=True),
        Mistake("identifierTwice", "identifiers", "ulb,grid", {"organisation": "biowin"}, new=True),
        Mistake("identifierTwice", "identifiers", "umons,isni", {"organisation": "biowin"}, new=True),
        Mistake("personTwice", "people", "willy-borsus", {"slug": "a-borsus"}, new=True),
        Mistake("periodTwice", "periods", "2022", {"slug": "0-2022"}, new=True),
        Mistake("periodTwice", "periods", "2024-01-24", {"slug": "0-day"}, new=True),
        Mistake("quotationTwice", "quotations", "pr-members", {"slug": "a-members"}, new=True),
        Mistake("figureDimensions", "figures", "partners", {"slug": "a-partners"}, new=True),
        Mistake("workpackageTwice", "workpackages", "maidam", {"slug": "a-maidam"}, new=True),
        Mistake("sourceTwice", "sources", "wallonia-be", {"slug": "a-wallonia-be"}, new=True),
        Mistake("placeTwice", "place-links", "wallonia,http://www.wikidata.org/entity/Q231", {"place": "a-place"}, new=True),
        Mistake("", "places", "wallonia", {"slug": "a-place"}, new=True),
        Mistake("plainText", "events", "launch", {"title_fr": "Lancement <em>du</em> partenariat"}),
        Mistake("plainText", "events", "parliament-question", {"title_fr": "Question Ã©crite"}),
        Mistake("plainText", "organisations", "andrew-lloyd-associates", {"name_fr": "Andrew Lloyd &amp; Associates"}),
        Mistake("textLanguage", "indicators", "partners",
                {"definition_en": "Nombre des organisations qui sont dans le partenariat et les projets"}),
        Mistake("textLanguage", "indicators", "budget",
                {"definition_de": "The total amount that is planned for the partnership and the projects"}),
        Mistake("percent", "figures", "belgium-eu-exports", {"value": "187"}),
        Mistake("count", "figures", "workpackages", {"value": "12.5"}),
        Mistake("figureDigits", "figures", "market-2025", {"value": "10000000"}),
        Mistake("noContactDetail", "people", "sylvie-ponchaut", {"function_fr": "directrice, +32 470 12 34 56"}),
        Mistake("figurePart", "figures", "direct-jobs",
                {"value": "6100", "stated_as_fr": "emplois directs"}),
        Mistake("figurePart", "figures", "fv-granted-usd",  # of 2023, more than the budget of all years
                {"value": "88900001", "stated_as_en": "dollars"}),
    ],
    [  # possible one by one: the words, the dates and the names of others say otherwise
        Mistake("figureYear", "figures", "rtl-granted", {"period": "2025"}),
        Mistake("figureYear", "figures", "lpost-market-2032", {"period": "2025"}),
        figures("figureForecast", "wb-new-direct-jobs", status="A"),
        figures("figureForecast", "orgenesis-new-direct-jobs", status="A"),
        figures("figureStatusAdmitted", "lpost-companies", status="F"),
        figures("figureQualifierWords", "total-jobs", qualifier="approximately"),
        figures("figureQualifierWords", "ccp-members", qualifier="almost"),
        figures("figureQualifierWords", "contract-manufacturers", qualifier="at-least", minimum="8"),
        figures("figureNumberWord", "research-centres", value="2"),
        Mistake("sourceYear", "sources", "lalibre-2023-05-08", {"issued_date": "2023-05-18"}),
        Mistake("sourceYear", "sources", "biowin-2023-12-21", {"issued_date": "2023-11-21"}),
        Mistake("eventWords", "events", "parliament-question", {"period": "2024-01-17"}),
        Mistake("eventWords", "events", "federal-call", {"period": "2023"}),
        Mistake("organisationFoundedAfter", "organisation-details", "umons", {"founded_year": "2029"}),
        Mistake("organisationCountry", "organisation-details", "ulb", {"country": "FRA"}),
        Mistake("organisationCountry", "organisation-details", "spw", {}),  # whose place the other row contradicts
        Mistake("organisationCountry", "organisation-details", "spw",
                {"country": "NLD", "source": "whosonfirst", "record": "85682309"}, new=True),
        Mistake("periodYearTwice", "periods", "2022", {}),
        Mistake("", "periods", "2022", {"slug": "a-2022", "start_year": "", "end_year": "", "start_date": "2022-01-01",
                "end_date": "2022-12-31"}, new=True),
        Mistake("membershipWords", "participations", "genflow-biosciences", {"quotation": "exofasttrack-grant"}),
        Mistake("involvementWords", "roles", "gouvernement-wallon", {"quotation": "pr-jobs"}),
        Mistake("organisationWords", "organisations", "livedrop", {"name_en": "LiveDorp"}),
        Mistake("organisationWords", "organisations", "dnalytics", {"quotation": "orgenesis-budget"}),
        Mistake("organisationSpellingTwice", "organisations", "exoxpert", {}),
        Mistake("", "organisations", "exoxpert", {"slug": "a-exoxpert", "name_en": "EXOXPERT"}, new=True),
        Mistake("organisationSpellingTwice", "organisations", "umons", {}),
        Mistake("", "organisations", "umons", {"slug": "z-umons", "name_fr": "", "name_en": "Université de Mons", "homepage": ""},
                new=True),
        Mistake("organisationSiteTwice", "organisations", "biowin", {}),
        Mistake("", "organisations", "cilyx", {"homepage": "https://biowin.org"}),
        Mistake("organisationKindName", "organisations", "spw", {"kind": "company"}),
        Mistake("organisationKindName", "organisations", "saint-luc", {"kind": "research-centre"}),
        Mistake("sourceTitleTwice", "sources", "trends-2023-10", {"slug": "a-trends", "url": ""}, new=True),
        Mistake("sourceAddressTwice", "sources", "trends-2023-10", {}),
        Mistake("", "sources", "trends-2023-10", {"slug": "z-trends", "title_fr": "Autre titre",
                "url": "http://trends.levif.be/entreprises/biowin-et-les-therapies-innovantes"}, new=True),
        Mistake("workpackageCodeTwice", "workpackages", "exofasttrack", {"identifier": "MAIDAM"}),
        Mistake("codeTwice", "indicators", "partners", {}),
        Mistake("", "indicators", "projects", {"label_en": "Partners"}),
        Mistake("sectorTwice", "sectors", "atmp", {}),
        Mistake("", "sectors", "biopharma", {"label_en": "Advanced therapy medicinal products sector"}),
        Mistake("placeNameTwice", "places", "mons", {"label_en": "Namur"}),
        Mistake("placeCodes", "places", "namur", {"iso_code": "BE-WAL"}),
        Mistake("placeOrganisation", "place-links", "wallonia,http://www.wikidata.org/entity/Q231", {}),
        Mistake("", "identifiers", "umons,wikidata", {"value": "Q231", "same_as": "http://www.wikidata.org/entity/Q231"}),
        Mistake("personOrderTwice", "people", "thomas-dermine", {"slug": "a-dermine", "name": "Dermine Thomas"}, new=True),
        Mistake("eventTwice", "events", "maidam-announced", {"slug": "a-maidam"}, new=True),
        Mistake("periodDay", "periods", "until-2023-09-21", {"label_en": "No later than 21 October 2023"}),
        Mistake("plainText", "sources", "rtl-2024-01-17", {"publisher": "RTL &rsquo; info"}),
        Mistake("plainText", "quotations", "pr-manufacturers", {"location": "<b>key figures</b>, line 2"}),
        Mistake("plainText", "organisation-details", "umons", {"town": "LiÃ¨ge"}),
        Mistake("plainText", "events", "launch", {"title_fr": "Lance\u200bment du partenariat"}),
        Mistake("plainText", "events", "submission", {"title_fr": "Dépôt de l&#x2019;alliance"}),
        Mistake("textLanguage", "gaps", "infographic",
                {"reason_nl": "Die Pressemitteilung verweist auf dieses Dokument; es liegt uns nicht vor."}),
        Mistake("textLanguage", "events", "selection", {"title_de": "Selectie van 12 projecten door de jury van BioWin"}),
        Mistake("quotationLanguage", "quotations", "pharmabe-address",
                {"exact_en": "", "exact_nl": "Terhulpsesteenweg 166 1170 Brussel"}),
    ],
    [  # slips of the pen
        Mistake("personNameAlone", "people", "willy-borsus", {"name": "M. Willy Borsus"}),
        Mistake("personNameAlone", "people", "sylvie-ponchaut", {"name": "Ponchaut, Sylvie"}),
        Mistake("placeNuts", "place-links", "namur-arrondissement,http://data.europa.eu/nuts/code/BE352",
                {"exact_match": "http://data.europa.eu/nuts/code/FRD11"}),
        Mistake("addressCodeForm", "organisation-details", "umons", {"postal_code": "70000"}),
        Mistake("organisationLinkedItself", "affiliations", "cmmi,ulb", {"with": "cmmi"}),
        Mistake("indicatorCycle", "indicators", "partner-companies", {"part_of": "partner-companies"}),
        Mistake("quotedWhole", "quotations", "pr-members", {"exact_fr": "l comprend 250 membres"}),
        Mistake("textTidy", "events", "submission", {"title_fr": "Dépôt de de la proposition"}),
        Mistake("textTidy", "gaps", "white-paper", {"reason_en": "The release links to to this document."}),
        Mistake("textTidy", "sectors", "atmp", {"label_en": "Sector of advanced therapy medicinal products,"}),
        Mistake("textCapitals", "events", "launch", {"title_fr": "LANCEMENT DU PARTENARIAT WALLON"}),
        Mistake("addressTracking", "organisations", "uclouvain", {"homepage": "https://uclouvain.be?utm_source=news"}),
        Mistake("figureNumberWord", "figures", "biowin-members", {"value": "2050", "stated_as_fr": "deux cent cinquante membres"}),
        Mistake("figureNumberWord", "figures", "partners", {"stated_as_fr": "deux douzaines"}),
        Mistake("figureNumberWord", "figures", "total-jobs", {"value": "600", "stated_as_fr": "six mille"}),
    ],
    [  # numbers and their words, which are longer than a cell
        Mistake("figurePart", "figures", "lpost-companies", {"value": "31", "stated_as_fr": "31 entreprises"}),
        Mistake("", "quotations", "lpost-make-up", {"exact_fr": "Le plan rassemble 26 partenaires dont 31 entreprises, quatre"
                " universités et des hôpitaux (Saint-Luc, Jules Bordet, etc.)"}),
        Mistake("figureParts", "figures", "question-new-direct-jobs", {"qualifier": "exact", "stated_as_fr": "600 emplois directs"}),
        Mistake("", "figures", "question-new-direct-jobs", {"slug": "a-total", "indicator": "new-total-jobs", "value": "1500",
                "qualifier": "exact", "stated_as_fr": "1 500 emplois"}, new=True),
        Mistake("", "quotations", "question-jobs", {"exact_fr": "1 500 emplois : 600 emplois directs et 1 200 emplois indirects"}),
        Mistake("figureContribution", "figures", "maidam-grant", {"value": "200000000", "stated_as_en": "€200.0 million"}),
        Mistake("", "quotations", "maidam-grant", {"exact_en": "consortium was awarded a €200.0 million grant, titled MAIDAM"}),
        Mistake("", "funding", "maidam-grant", {"amount": "200000000"}),
        figures("figureNumberWord", "rtl-partners", value="62", minimum="62", stated_as_fr="Pas moins de vingt-six partenaires"),
        Mistake("", "quotations", "rtl-partners", {"exact_fr": "Pas moins de vingt-six partenaires"}),
        figures("figureNumberWord", "orgenesis-partners", value="62", stated_as_en="twenty-six partners"),
        figures("figureNumberWord", "wb-partners", value="62", stated_as_en="", stated_as_de="sechsundzwanzig Partner"),
        figures("figureNumberWord", "fv-partners", value="62", stated_as_en="", stated_as_nl="zesentwintig partners"),
    ],
    [  # another currency, work package, area, organisation, language, date or role than the words and the others say
        Mistake("fundingFigure", "funding", "maidam-grant", {"currency": "USD"}),
        Mistake("amountCurrency", "funding", "exofasttrack-grant", {"currency": "XYZ"}),
        Mistake("fundingWorkpackageWords", "funding", "exofasttrack-grant", {"funds": "maidam"}),
        Mistake("fundingAgreementWords", "funding", "maidam-convention", {"grant_agreement": "PIT ATMP - Convention 8818"}),
        Mistake("addressCodeRegion", "organisation-details", "pharma-be", {"place": "namur"}),
        figures("figureAreaWords", "belgium-eu-jobs", area="wallonia"),
        figures("figureSubjectArea", "belgium-eu-population", area="wallonia"),
        Mistake("personOrganisationNamed", "people", "sylvie-ponchaut", {"organisation": "deloitte"}),
        Mistake("personOrganisationNamed", "people", "xavier-hormaechea", {"organisation": "pharma-be"}),
        Mistake("sourceTitleLanguage", "sources", "rtl-2024-01-17", {"language": "NLD"}),
        Mistake("sourceTitleLanguage", "sources", "orgenesis-2024-03-13", {"language": "FRA"}),
        Mistake("organisationFoundedTwice", "organisation-details", "ulb",
                {"founded_year": "1843", "source": "whosonfirst", "record": "85682309"}, new=True),
        Mistake("workpackageNumber", "workpackages", "maidam", {"identifier": "WP13"}),
        Mistake("organisationDeepHomepage", "organisations", "biowin", {"homepage": "https://www.biowin.org/news/biowin-renewal/"}),
        Mistake("organisationDeepHomepage", "organisations", "ulb", {"homepage": "https://www.facebook.com/ulb"}),
        Mistake("publisherName", "sources", "orgenesis-2024-02-29", {"publisher": "Orgenesys"}),
        Mistake("publisherName", "sources", "biowin-board", {"publisher": "Bio Win"}),
        Mistake("involvementRoleWords", "roles", "biowin,pit-atmp,coordinator,wallonia-be", {"role": "funder"}),
        Mistake("membershipRoleWords", "participations", "cilyx", {"role": "leads"}),
        Mistake("organisationKindName", "organisations", "umons", {"kind": "company"}),
        Mistake("organisationKindName", "organisations", "saint-luc", {"kind": "hospital"}),
    ],
    [  # the words of the source and of others, cell by cell
        figures("figureCurrencyWords", "fv-budget", value="88900000", stated_as_en="$88.9M"),
        figures("figureUnattributed", "belgium-jobs-rank", attributed_to=""),
        figures("figureWholeWords", "rtl-partners", stated_as_fr="26 p"),
        Mistake("personFunctionLanguage", "people", "sylvie-ponchaut",
                {"function_fr": "", "function_en": "directrice générale de BioWin"}),
        Mistake("quotationUnspoken", "quotations", "pr-borsus", {"speaker": ""}),
        Mistake("eventTitleYear", "events", "federal-call", {"title_nl": "Federale oproep van 2023"}),
        Mistake("eventPlaceWords", "events", "launch", {"place": "mons"}),
        Mistake("textNumbers", "events", "selection", {"title_en": "Selection of 21 projects by the jury of BioWin"}),
        Mistake("addressTownPlace", "organisation-details", "umons", {"town": "Namur"}),
        Mistake("addressCodeWords", "organisation-details", "pharma-be", {"postal_code": "1070"}),
        Mistake("organisationFoundedWords", "organisation-details", "biowin", {"founded_date": "2007-07-01"}),
        Mistake("identifierPage", "identifiers", "umons,wikidata", {"page": "https://www.wikidata.org/wiki/Q1742162"}),
        Mistake("organisationLinkedWords", "affiliations", "trail,uclouvain", {"with": "cilyx"}),
        Mistake("organisationNameLanguage", "organisations", "umons", {"name_fr": "", "name_en": "Université de Mons"}),
        Mistake("funderWords", "funding", "maidam-grant", {"funder": "spw"}),
        Mistake("programmeWords", "programmes", "walloon-recovery-plan", {}),
        Mistake("", "programmes", "walloon-recovery-plan,Plan de relance de la Wallonie", {"title_fr": "Plan d’investissement"}),
        Mistake("", "programmes", "walloon-recovery-plan,,,,Walloon Recovery Plan", {"title_en": "Walloon Investment Plan"}),
        Mistake("sourceShortDate", "sources", "press-release-2024-01-17", {"short_en": "Press release of 18 January 2024"}),
        Mistake("sourcePublisherAddress", "sources", "rtl-2024-01-17", {"publisher": "https://www.rtl.be/"}),
        Mistake("gapFilled", "gaps", "infographic", {"title_fr": "BioWin et les thérapies innovantes"}),
        Mistake("indicatorPart", "indicators", "partner-companies", {"part_of": "total-jobs"}),
        Mistake("placePointTwice", "places", "namur", {"latitude": "50.314724", "longitude": "5.008108"}),
        Mistake("placeCountry", "places", "namur-arrondissement", {"iso_code": "FR-59"}),
    ],
    [  # texts that were never read again, names with more than the name, and what two cells say
        Mistake("eventDated", "events", "call-to-members", {"period": "P3Y"}),
        Mistake("figureDuration", "periods", "P5Y", {}),
        figures("", "duration", period="P5Y"),
        Mistake("nameTidy", "organisations", "cilyx", {"name_en": "Cilyx."}),
        Mistake("textTidy", "organisations", "exo-biologics", {"name_en": "EXO  Biologics"}),
        Mistake("textTidy", "gaps", "infographic", {"reason_en": "The release refers to this document ; we do not have it.."}),
        Mistake("textTidy", "gaps", "white-paper", {"title_en": "White paper on the ATMP sector in..."}),
        Mistake("textTidy", "periods", "P3Y", {"label_en": "Three years , dates not stated"}),
        Mistake("textPairs", "events", "selection", {"title_en": "Twelve projects selected by BioWin's jury (October"}),
        Mistake("textPairs", "events", "submission", {"title_fr": "Dépôt de la « proposition au gouvernement"}),
        Mistake("textWritten", "gaps", "dossier-on-the-partners", {"reason_nl": "TODO: nog aan te vullen"}),
        Mistake("textWritten", "sectors", "biopharma", {"label_en": "https://example.org/biopharma"}),
        Mistake("personNameAlone", "people", "xavier-hormaechea", {"name": "Xavier Hormaechea (UCB)"}),
        Mistake("personNameAlone", "people", "willy-borsus", {"name": "Willy BORSUS"}),
        Mistake("townAlone", "organisation-details", "uclouvain", {"town": "Louvain-la-Neuve, Belgique"}),
        Mistake("quotedAlone", "quotations", "lalibre-call",
                {"exact_fr": "BioWin avait lancé, […] un appel à projets auprès de ses membres."}),
        Mistake("programmeLanguage", "programmes", "walloon-recovery-plan,Plan de relance de la Wallonie",
                {"title_fr": "", "title_nl": "Plan de relance de la Wallonie"}),
        Mistake("partnershipAcronym", "partnerships", "pit-atmp,press-release-2024-01-17",
                {"acronym_fr": "Partenariat d'innovation dédié aux ATMP"}),
        Mistake("definitionSays", "indicators", "budget", {"definition_en": "Budget"}),
        Mistake("fundingTwice", "funding", "exofasttrack-grant", {"slug": "a-grant"}, new=True),
        Mistake("fundingOriginTitle", "funding", "private", {"origin": "public"}),
        Mistake("placeNameAlone", "places", "mons", {"label_en": "Mons, BE"}),
        Mistake("placeGeonamesOnce", "place-links", "belgium,https://sws.geonames.org/2802361/",
                {"exact_match": "https://sws.geonames.org/2802362/"}, new=True),
    ],
    [  # one text in two languages, numbers of one enterprise, titles, dates of names, lengths, years and things of the words
        Mistake("textTranslated", "events", "submission", {"title_nl": "Twelve projects put before the Walloon Government"}),
        Mistake("textTranslated", "indicators", "members", {"definition_nl": "Number of members of an organisation."}),
        Mistake("textNumberWords", "events", "selection", {"title_en": "Eleven projects selected by BioWin's jury"}),
        Mistake("enterpriseNumber", "identifiers", "spw,isni", {"scheme": "vat", "value": "BE0407626464"}, new=True),
        Mistake("enterpriseOther", "identifiers", "umons,isni", {"scheme": "vat", "value": "BE0316381138"}, new=True),
        Mistake("quotationTitle", "quotations", "pr-members", {"location": "title"}),
        Mistake("quotationTitle", "quotations", "lalibre-applicants", {"location": "Titre"}),
        Mistake("sourceNameDate", "sources", "dermine-2024-01-17", {"issued_date": "2024-01-27"}),
        Mistake("addressLasting", "sources", "amcra-pharmabe", {"url": "https://www.google.com/search?q=pharma.be"}),
        Mistake("addressLasting", "organisations", "livedrop", {"homepage": "https://bit.ly/3xyzabc"}),
        Mistake("periodNameDate", "periods", "2023-12-21",
                {"start_date": "2023-12-22", "end_date": "2023-12-22", "label_fr": "22 décembre 2023",
                 "label_nl": "22 december 2023", "label_de": "22. Dezember 2023", "label_en": "22 December 2023"}),
        figures("figureYearUnstated", "question-market-2025", period="unstated"),
        figures("figureYearUnstated", "rtl-granted", period="unstated"),
        figures("figureLengthWords", "rtl-new-direct-jobs", period="P3Y"),
        figures("figureLengthWords", "rtl-budget", period="P5Y"),
        figures("figureLengthWords", "wb-new-indirect-jobs", period="P3Y"),
        figures("figureIndicatorWords", "partners", indicator="pillars"),
        figures("figureIndicatorWords", "orgenesis-projects", indicator="participating-cluster-members"),
        Mistake("textComposed", "events", "parliament-question", {"title_fr": "Question e\u0301crite au Parlement de Wallonie"}),
        Mistake("textComposed", "events", "funding-decision", {"title_fr": "Validation du \ufb01nancement par le Gouvernement"}),
        Mistake("oneLine", "events", "call-to-members", {"title_en": "BioWin's call for projects\nto its members"}),
        figures("figureYearNext", "market-2032", period="2025"),
        figures("figureGrowthYears", "market-growth", period="2025"),
        figures("figureSubjectWords", "ccp-members", about="pharma-be"),
        Mistake("sourceDated", "sources", "lalibre-2023-05-08", {"issued_date": ""}),
        Mistake("recordOther", "organisation-details", "ulb", {"record": "02495e989"}),
        Mistake("partnershipAcronymWords", "partnerships", "pit-atmp,flandersvaccine-2024", {"acronym_en": "ATMP-PTI"}),
        Mistake("personNameAlone", "people", "xavier-hormaechea", {"name": "xavier hormaechea"}),
        Mistake("organisationNameAgain", "names", "biowin", {"name_en": "BioWin"}),
        Mistake("personOrganisationName", "people", "willy-borsus", {}),
        Mistake("", "organisations", "dnalytics", {"slug": "borsus", "name_en": "Willy Borsus", "quotation": "pr-borsus",
                "source": "press-release-2024-01-17"}, new=True),
    ],
]  # fmt: skip


def at_once(runs: Iterable[Sequence[Mistake]]) -> list[list[Mistake]]:
    """The lists as they are, or those together that have no row in common."""
    joined = list[list[Mistake]]()
    for run in runs:
        rows = {(mistake.table, mistake.row) for mistake in run}
        others = (each for each in joined if rows.isdisjoint((mistake.table, mistake.row) for mistake in each))
        together = None if LONG else next(others, None)
        if together:
            together += run
        else:
            joined.append([*run])
    return joined


MADE = at_once(RUNS)


def make(mistake: Mistake, folder: Path) -> int:
    """Make a mistake; returns its row."""
    path = folder / f"{mistake.table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    key = mistake.row.split(",")
    place = next(number for number, cells in enumerate(rows) if cells[: len(key)] == key)
    if mistake.new:
        rows.append(list(rows[place]))
        place = len(rows) - 1
    for column, value in mistake.wrong.items():
        rows[place][rows[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    return place + 1


def findings(settings: Settings) -> tuple[Finding, ...]:
    """All findings, by the quick engine."""
    quick = changed(settings, build={"max_reference_statements": 0, "max_listed_findings": 100_000})
    with tempfile.TemporaryDirectory() as scratch:
        try:
            return check(quick, Path(scratch)).report.findings
        except ViolationError as refusal:
            return refusal.report.findings


def rule(finding: Finding) -> str:
    if finding.rule:
        return finding.rule.partition("/")[0]
    return str(finding.constraint or finding.shape).rpartition("#")[2]


@pytest.mark.parametrize("number", range(len(MADE)))
def test_each_mistake_is_told_at_its_row(number: int, tmp_path: Path) -> None:
    shared("reference/press-release-2024-01-17.fr.txt")
    publication = copy_publication(tmp_path)
    made = [(mistake, make(mistake, publication.parent / "data")) for mistake in MADE[number]]
    told = findings(Settings.load(publication))
    tables = [finding.text("en") for finding in told if finding.check == "table" and finding.severity == "violation"]
    assert tables == []
    seen = {(rule(finding), place.file, place.row) for finding in told for place in finding.places}
    untold = [
        mistake for mistake, row in made if mistake.rule and (mistake.rule, f"{mistake.table}.csv", row) not in seen
    ]
    assert untold == []


def test_the_list_is_long_enough_and_no_mistake_is_there_twice() -> None:
    every = [mistake for run in RUNS for mistake in run if mistake.rule]
    assert len(every) >= 150
    assert len({(m.rule, m.table, m.row, *m.wrong.items()) for m in every}) == len(every)

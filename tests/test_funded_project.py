"""A funded project with every table and every column filled, in Italian and English, is published by the same code."""

import csv
import io
import json
import re
import shutil
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from atmpgraph.findings import Severity
from atmpgraph.publish.build import build
from atmpgraph.publish.tables import open_tables, read_codes
from atmpgraph.release.release import Release, open_release
from atmpgraph.settings import Settings
from atmpgraph.settings.layers import supplied
from atmpgraph.web import create_app

from .long import in_turn
from .test_profiles import check_what_queries_tell
from .web.cells import bare, cells
from .web.rules import BROWSER

FUNDED = Path(__file__).parent / "publications" / "funded"
QUESTIONS = sorted(file.stem for file in supplied("queries").glob("*.rq"))
EURIO = "http://data.europa.eu/s66#"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("funded") / "project"
    shutil.copytree(FUNDED, folder)
    settings = Settings.load(folder / "atmpgraph.toml")
    built = build(settings)
    told = [(finding.severity, finding.node) for finding in built.report.findings]
    shared_homepage = (Severity.INFO, f"{settings.base}id/organisation/barena")
    assert told == [shared_homepage], "\n".join(built.report.lines("en"))
    assert built.report.findings[0].message["it"].endswith("– La casa madre e la filiale condividono il sito.")
    assert built.candidate is not None
    return settings


@pytest.fixture(scope="module")
def project(settings: Settings) -> Release:
    return open_release(settings.path(settings.folders.releases), "current", settings.base)


@pytest.fixture(scope="module")
def client(settings: Settings, project: Release) -> FlaskClient:
    return create_app(settings).test_client()


def test_every_table_and_every_column_is_filled(settings: Settings) -> None:
    package = open_tables(settings, read_codes(settings))
    every = json.loads(supplied("descriptor").read_text(encoding="utf-8"))["resources"]
    proposed = "link-candidates"  # by `atmpgraph link`, for a person to decide
    assert {table.name for table in package.tables.values()} == {each["name"] for each in every} - {proposed}
    for path, table in package.tables.items():
        assert not package.absent_columns(path), path
        columns = [set(column) - {""} for column in zip(*(cells for _, cells in table.rows()), strict=True)]
        empty = [name for name, values in zip(table.header(), columns, strict=True) if not values]
        assert empty == [], path


def things(project: Release) -> list[str]:
    rows = project.store.select("SELECT DISTINCT ?s { GRAPH <id/graph/tables> { ?s ?p ?o } }")
    return sorted(row["s"].value for row in rows)


def test_all_pages_answer(client: FlaskClient, project: Release) -> None:
    """In one of the two languages, in turn."""
    pages = [f"/doc/{quote(iri.removeprefix(f'{project.base}id/'))}" for iri in things(project) if "/id/" in iri]
    assert len(pages) > 100
    pages += ["/", "/quality", "/releases/", "/sparql", "/auth/project-status", "/auth/source-kind"]
    for number, path in enumerate(pages):
        for language in in_turn(("it", "en"), number):
            response = client.get(path, headers={"Accept": "text/html", "Accept-Language": language})
            assert response.status_code == 200, path
            assert response.headers["Content-Language"].startswith(language), path


def test_a_contribution_is_one_cell_and_a_figure_with_all_that_a_figure_has(project: Release) -> None:
    """Indicator, unit, period, area, source, status, exactness, and the record as evidence; no words, as none are printed."""
    figure = f"{project.base}id/figure/barena-laguna-participant-contribution-registro-progetti"
    rows = project.store.select(f"SELECT ?p ?o {{ <{figure}> ?p ?o }}")
    found = {(row["p"].value.rpartition("/")[2].rpartition("#")[2], row["o"].value) for row in rows}
    assert found == {
        ("type", "http://purl.org/linked-data/cube#Observation"),
        ("type", "http://www.w3.org/ns/prov#Entity"),
        ("dataSet", f"{project.base}id/dataset/figures"),
        ("indicator", "https://w3id.org/atmpgraph/auth/indicator/contribution"),
        ("subject", f"{project.base}id/membership/barena--laguna--participant"),
        ("refArea", f"{project.base}id/place/laguna"),
        ("refPeriod", f"{project.base}id/period/durata"),
        ("source", f"{project.base}id/source/registro-progetti"),
        ("hadPrimarySource", f"{project.base}id/source/registro-progetti"),
        ("obsValue", "350000"),
        ("unitMeasure", "http://qudt.org/vocab/unit/CCY_EUR"),
        ("obsStatus", "http://purl.org/linked-data/sdmx/2009/code#obsStatus-A"),
        ("valueQualifier", "https://w3id.org/atmpgraph/auth/value-qualifier/exact"),
        ("wasDerivedFrom", f"{project.base}id/record/registro-progetti--101999001-999900012"),
        ("source", f"{project.base}doc/table/project-participants.csv#row=3"),
    }


def test_a_cell_without_money_is_no_figure(project: Release) -> None:
    """The associated partner gets nothing and says so nowhere; the third party gets nothing, and that is a figure."""
    figures = {
        row["f"].value.rpartition("/")[2]
        for row in project.store.select(
            "SELECT ?f { ?f <https://w3id.org/atmpgraph/ns#indicator> "
            "<https://w3id.org/atmpgraph/auth/indicator/contribution> }"
        )
    }
    assert "ospedale-laguna-third-party-contribution-registro-progetti" in figures
    assert not [name for name in figures if name.startswith("onda-")]
    assert len(figures) == 5


def test_a_record_leads_to_its_page(project: Release) -> None:
    record = f"{project.base}id/record/registro-progetti--101999001"
    rows = project.store.select(f"SELECT ?page {{ <{record}> <http://xmlns.com/foaf/0.1/page> ?page }}")
    assert [row["page"].value for row in rows] == ["https://progetti.registro.example/scheda/101999001"]


def eurio(client: FlaskClient, path: str) -> set[tuple[str, str, str]]:
    response = client.get(path, headers={"Accept": "application/n-triples", "Accept-Profile": f"<{EURIO}>"})
    assert response.status_code == 200
    assert EURIO in response.headers["Link"]
    triples = ox.parse(response.data, format=ox.RdfFormat.N_TRIPLES)
    return {(t.subject.value, t.predicate.value.removeprefix(EURIO), t.object.value) for t in triples}


def test_the_project_in_eurio(client: FlaskClient, project: Release) -> None:
    iri = f"{project.base}id/partnership/laguna"
    found = {(p, o) for s, p, o in eurio(client, "/doc/partnership/laguna") if s == iri}
    assert {
        ("identifier", "101999001"),
        ("startDate", "2025-03-01"),
        ("endDate", "2028-02-29"),
        ("signatureDate", "2025-01-20"),
        ("projectStatus", "SIGNED"),
        ("url", "https://www.laguna.example/"),
        ("isFundedBy", f"{project.base}id/grant/101999001"),
        ("hasEuroSciVocClassification", "http://data.europa.eu/8mn/euroscivoc/00000000-0000-4000-8000-000000000001"),
        ("hasResult", f"{project.base}id/result/articolo"),
        ("hasResult", f"{project.base}id/deliverable/d1.1"),
        ("hasInvolvedParty", f"{project.base}id/membership/onda--laguna--associated-partner"),
    } <= found


def test_the_grant_in_eurio_pays_each_participant(client: FlaskClient, project: Release) -> None:
    found = eurio(client, "/doc/grant/101999001")
    payments = {s for s, p, _ in found if p == "hasRecipient"}
    assert len(payments) == 10  # five contributions, five net ones
    payment = f"{project.base}id/figure/barena-laguna-participant-net-contribution-registro-progetti"
    assert (payment, "hasRecipient", f"{project.base}id/membership/barena--laguna--participant") in found
    assert {(p, o) for s, p, o in found if s == f"{payment}#amount"} >= {
        ("value", "300000"),
        ("currency", "EUR"),
        ("isNet", "true"),
    }


def test_roles_have_labels_of_the_closed_list_of_eurio(client: FlaskClient) -> None:
    def label(name: str) -> set[str]:
        return {o for _, p, o in eurio(client, f"/doc/membership/{name}") if p == "roleLabel"}

    assert label("lagunopoli--laguna--coordinator") == {"coordinator"}
    assert label("barena--laguna--participant") == {"participant"}
    assert label("barena-labs--laguna--linked-party") == {"third party"}
    assert label("onda--laguna--associated-partner") == set()  # EURIO has no word for it


def test_eurio_answers_in_sparql_in_its_own_terms(project: Release) -> None:
    """A query written for CORDIS: every involved party with its organisation, its label, the grant and titles by language."""
    parties = project.store.select(
        f"SELECT ?role ?label {{ ?p a <{EURIO}Project> ; <{EURIO}hasInvolvedParty> ?role . ?role a <{EURIO}OrganisationRole> ;"
        f" <{EURIO}isRoleOf>/a <http://www.w3.org/ns/org#Organization> ; <{EURIO}roleLabel> ?label }}"
    )
    labels = {row["role"].value.rpartition("/")[2]: row["label"].value for row in parties}
    assert labels["lagunopoli--laguna--coordinator"] == "coordinator"
    assert labels["ospedale--laguna--third-party"] == "third party"
    beneficiaries = project.store.select(f"SELECT ?role {{ ?g a <{EURIO}Grant> ; <{EURIO}hasBeneficiary> ?role }}")
    assert "barena--laguna--participant" in {row["role"].value.rpartition("/")[2] for row in beneficiaries}
    titles = project.store.select(f"SELECT ?t {{ ?p a <{EURIO}Project> ; <{EURIO}title> ?t }}")
    assert {row["t"].language for row in titles} >= {"it"}


def test_what_queries_of_profiles_tell_is_what_they_construct(project: Release) -> None:
    assert min(check_what_queries_tell(project).values()) > 10


def test_a_figure_nests_what_it_refers_to(client: FlaskClient) -> None:
    """Indicator, unit, period, area and source, each with a label, in one request; every value is an array."""
    figure = "barena-laguna-participant-contribution-registro-progetti"
    tree = client.get(f"/doc/figure/{figure}.jsonld?_profile=nested").get_json()
    for term in ("indicator", "unitMeasure", "period", "area", "source", "status"):
        [thing] = tree[term]
        assert {"prefLabel", "label", "title"} & thing.keys(), term
    assert [record["identifier"] for record in tree["wasDerivedFrom"]] == [["101999001-999900012"]]
    assert tree["value"] == ["350000"]


def test_an_organisation_has_one_class_of_eurio(client: FlaskClient) -> None:
    def classes(name: str) -> set[str]:
        found = eurio(client, f"/doc/organisation/{name}")
        own = {s for s, p, _ in found if p == "vatNumber" or p == "hasSite"}
        return {o.removeprefix(EURIO) for s, p, o in found if s in own and p.endswith("#type") and EURIO in o}

    assert classes("barena") == {"SME"}
    assert classes("onda") == {"ForProfitOrganisation"}
    assert classes("lagunopoli") == {"HigherOrSecondaryEducation"}


def test_what_schema_org_says(client: FlaskClient) -> None:
    for path, type_ in (
        ("grant/101999001", "MonetaryGrant"),
        ("result/articolo", "ScholarlyArticle"),
        ("deliverable/d1.1", "Report"),
        ("membership/barena--laguna--participant", "OrganizationRole"),
    ):
        headers = {"Accept": "application/n-triples", "Accept-Profile": "<https://schema.org/>"}
        response = client.get(f"/doc/{path}", headers=headers)
        assert response.status_code == 200
        assert f"https://schema.org/{type_}" in response.text, path


def test_the_question_about_participants(client: FlaskClient) -> None:
    query = client.get("/queries/participants.rq", headers={"Accept-Language": "it"}).text
    response = client.post("/sparql", data={"query": query}, headers={"Accept": "application/sparql-results+json"})
    rows = [
        {name: cell["value"] for name, cell in row.items()} for row in json.loads(response.text)["results"]["bindings"]
    ]
    with_order = [row for row in rows if "order" in row]
    assert [row["order"] for row in with_order] == ["1", "2", "3", "4", "5", "6"]
    assert [row.get("contribution") for row in with_order] == ["450000", "350000", "350000", "50000", "0", None]
    assert with_order[1]["country"].endswith("country/ITA")


@pytest.mark.parametrize(("name", "columns", "expected"), [
    ("programmes", "programme call topic", [
        ("ORIZZONTE", "ORIZZONTE-ACQUE-2024-01", "ORIZZONTE-ACQUE-2024-01-03"),
    ]),
    ("dates", "start end signed", [("2025-03-01", "2028-02-29", ""), ("2025-03-01", "2028-02-29", "2025-01-20")]),
])  # fmt: skip
def test_questions_about_the_project(
    client: FlaskClient, name: str, columns: str, expected: list[tuple[str, ...]]
) -> None:
    rows = _rows(client, name)
    wanted = [tuple(row[column] for column in columns.split()) for row in rows]
    assert sorted({row for row in wanted if any(row)}) == expected


def test_the_question_about_grants(client: FlaskClient) -> None:
    """What each organisation gets stands in the register of projects."""
    rows = _rows(client, "grants")
    shares = {
        (row["organisation"].rsplit("/", 1)[1], row["share"], row["shareCurrency"]) for row in rows if row["share"]
    }
    assert (
        shares == {("lagunopoli", "450000", "EUR"), ("barena", "350000", "EUR"), ("acquario", "350000", "EUR")} | shares
    )
    assert {row["amount"] for row in rows} >= {"1200000"}


@pytest.mark.parametrize("language", ["it", "en"])
def test_questions_are_answered_in_words(client: FlaskClient, project: Release, language: str) -> None:
    register = ("programmes", "name", "ORIZZONTE")  # which has no other name for it
    assert bare(client, project, QUESTIONS, language) == [register]
    countries = {cell for column, cell in cells(client, "participants", language) if column == "country"}
    assert countries == {"it": {"Italia", "Spagna", "Svizzera"}, "en": {"Italy", "Spain", "Switzerland"}}[language]


def test_dates_have_the_words_of_their_own_figures_alone(client: FlaskClient) -> None:
    assert all(not row["exactness"] and not row["unitName"] for row in _rows(client, "dates") if not row["value"])


def _rows(client: FlaskClient, name: str) -> list[dict[str, str]]:
    answer = client.get(f"/queries/{name}.csv")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.text)))


def words_of(client: FlaskClient, path: str) -> str:
    page = client.get(f"{path}?lang=en", headers=BROWSER).text.partition("<main")[2].partition("As linked data")[0]
    return " ".join(re.sub("<[^>]+>", " ", page).replace("\u00a0", " ").split())


def test_the_home_page_has_the_coordinator_first_and_the_money(client: FlaskClient) -> None:
    words = words_of(client, "/")
    first = words.partition("Who takes part")[2].partition("Newest changes")[0]
    assert re.findall("coordinator|participant|party|partner", first)[:3] == [
        "coordinator",
        "participant",
        "participant",
    ]
    assert "total cost : €1,499,999.50" in words


def test_an_organisation_has_its_share_apart_from_what_all_get(client: FlaskClient) -> None:
    words = words_of(client, "/doc/organisation/barena")
    assert "Share of this organisation Amount for all beneficiaries" in words
    assert "contribution to the participant: €350,000 €1.2 million" in words


def test_the_page_of_a_project_names_who_coordinates_and_what_each_gets(client: FlaskClient) -> None:
    words = words_of(client, "/doc/partnership/laguna")
    coordination, _, members = words.partition("Coordination")[2].partition("Members")
    assert "University of Lagunopoli (fictional) coordinator Italy" in coordination
    assert "participant Italy contribution to the participant: €350,000" in members
    assert "coordinator Italy Press release" in members  # which says nothing of money


def test_a_list_shows_no_column_that_is_empty(client: FlaskClient) -> None:
    assert "Contribution received" in words_of(client, "/partners")
    assert "€350,000" in words_of(client, "/partners")


def test_a_grant_without_a_title_is_called_by_its_number(client: FlaskClient) -> None:
    assert "Grant agreement 101999001" in words_of(client, "/funding")

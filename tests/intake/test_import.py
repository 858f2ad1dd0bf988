"""`atmpgraph import`: CORDIS in both styles, sheets with headings of their own; nothing guessed, nothing lost."""

import csv
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from atmpgraph.cli import main
from atmpgraph.i18n import TranslatedError, texts
from atmpgraph.intake import verbs
from atmpgraph.intake.codes_of_others import Codes, plain
from atmpgraph.intake.forms import forms
from atmpgraph.intake.sheets import read_sheets
from atmpgraph.intake.template import write_template
from atmpgraph.publish.tables import descriptions
from atmpgraph.settings import Settings
from atmpgraph.settings.groups import Build, Imports
from atmpgraph.settings.layers import supplied
from atmpgraph.sources.descriptions import described
from atmpgraph.spreadsheets import as_text

from . import cordis

NO_CODES = Codes(Path("nowhere"))


@pytest.fixture
def publication(tmp_path: Path) -> Path:
    folder = tmp_path / "lagoon"
    assert CliRunner().invoke(main, ["init", str(folder)]).exit_code == 0
    return folder


def run(folder: Path, *arguments: object) -> Result:
    return CliRunner().invoke(main, ["--settings", str(folder / "atmpgraph.toml"), *map(str, arguments)])


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / "data" / f"{table}.csv").open(encoding="utf-8", newline="") as content:
        return list(csv.DictReader(content))


def left(folder: Path) -> list[dict[str, str]]:
    """What has no place, of all imports."""
    found: list[dict[str, str]] = []
    for file in sorted((folder / "imports").glob("*-left*.csv")):
        with file.open(encoding="utf-8", newline="") as content:
            found += csv.DictReader(content)
    return found


def test_cordis_as_it_is(publication: Path, tmp_path: Path) -> None:
    project, organizations = cordis.write(tmp_path)
    done = run(publication, "import", organizations, project)  # in any order
    assert done.exit_code == 0, done.output
    assert "organisations: 200 rows" in done.stdout
    (facts,) = rows(publication, "projects")
    assert facts == {
        "partnership": "lagoon",
        "grant_agreement": "101999001",
        "programme": "HORIZON",
        "call": "HORIZON-CL6-2024-01",
        "topic": "HORIZON-CL6-2024-01-03",
        "start": "2025-03-01",
        "end": "2028-02-29",
        "signature": "2025-01-20",
        "status": "SIGNED",
        "total_cost": "21073781.25",
        "total_contribution": "20000000",
        "currency": "EUR",
        "source": "cordis",
        "record": "101999001",
    }
    (named,) = rows(publication, "partnerships")
    assert named["title_en"] == "Observing an invented lagoon & its “waters”"
    assert named["description_en"] == 'An invented project; it says "nothing" of any lagoon.'
    participants = rows(publication, "project-participants")
    assert len(participants) == 200
    assert participants[0]["cost"] == "100001.75", "decimal comma"
    assert participants[0]["contribution"] == "90001.5", "decimal point in the column beside it"
    assert [row["role"] for row in participants[:3]] == ["coordinator", "associated-partner", "participant"]
    organisations = rows(publication, "organisations")
    assert len({row["slug"] for row in organisations}) == 200
    assert organisations[1]["homepage"] == "https://www.inv2.example"
    assert {row["kind"] for row in organisations} == {
        "university",
        "company",
        "research-centre",
        "public-administration",
        "other",
    }
    assert {row["country"] for row in rows(publication, "organisation-details")} >= {"GRC", "GBR"}, "EL and UK"
    greece = next(row for row in rows(publication, "places") if row["iso_code"] == "GR")
    assert (greece["label_fr"], greece["label_nl"]) == ("Grèce", "Griekenland")
    same = {row["place"]: row["exact_match"] for row in rows(publication, "place-links")}
    assert same["GRC"] == "http://publications.europa.eu/resource/authority/country/GRC", "which the address names"
    assert rows(publication, "sources")[-1]["record_page"] == "https://cordis.europa.eu/project/id/{record}"


def test_what_has_no_place_is_said_kept_and_counted(publication: Path, tmp_path: Path) -> None:
    done = run(publication, "import", *cordis.write(tmp_path))
    streets = [row for row in left(publication) if row["column"] == "street"]
    assert len(streets) == 200
    assert streets[0] == {
        "file": "organization.csv",
        "sheet": "",
        "row": "2",
        "column": "street",
        "value": "Rue Inventée 1",
        "reason": "no column of ours",
    }
    assert "organization.csv, column street: no column of ours (200)" in done.stdout
    assert f"{len(left(publication))} cells and rows have no place" in done.stdout


def test_a_shifted_row_is_put_aside_whole(publication: Path, tmp_path: Path) -> None:
    project, organizations = cordis.write(tmp_path, 3)
    lines = organizations.read_text(encoding="utf-8-sig").splitlines()
    lines[2] = lines[2].replace('"associatedPartner"', '"2"')  # a number where the role is
    lines[3] = lines[3] + ';"one more"'
    organizations.write_text("\n".join(lines), encoding="utf-8")
    assert run(publication, "import", project, organizations).exit_code == 0
    assert len(rows(publication, "organisations")) == 1
    whole = [row for row in left(publication) if not row["column"]]
    assert [row["row"] for row in whole] == ["4", "3"]
    assert "Invented Institute 2" in whole[1]["value"]


def test_an_amount_or_a_date_that_is_words_puts_the_project_aside(publication: Path, tmp_path: Path) -> None:
    project, _ = cordis.write(tmp_path, 1)
    project.write_text(project.read_text(encoding="utf-8-sig").replace("2025-03-01", "01/03/2025"), encoding="utf-8")
    done = run(publication, "import", project)
    assert done.exit_code == 0
    assert (
        "the row is shifted, or a cell of it is not what its column holds: startDate" in left(publication)[0]["reason"]
    )


def test_the_style_before_2021(publication: Path, tmp_path: Path) -> None:
    old = {
        "rcn": "1",
        "id": "654321",
        "acronym": "OLD",
        "title": "Old",
        "ecMaxContribution": "5",
        "call": "H2020-X-2015",
        "startDate": "2015-01-01",
    }
    body = {
        "projectRcn": "1",
        "projectID": "654321",
        "role": "coordinator",
        "id": "999888777",
        "name": "Old Body",
        "country": "UK",
        "activityType": "REC",
        "organizationUrl": "http://old.example/",
        "ecContribution": "5",
    }
    files = (
        cordis.table(tmp_path / "project.csv", cordis.OLD_PROJECT, old),
        cordis.table(tmp_path / "organizations.csv", cordis.OLD_ORGANIZATION, body),
    )
    done = run(publication, "import", *files)
    assert done.exit_code == 0, done.output
    assert "organizations.csv, column projectRcn: no column of ours" in done.output
    assert "organizations.csv, column id:" not in done.output, "it is the PIC"
    assert rows(publication, "projects")[0]["call"] == "H2020-X-2015"
    assert rows(publication, "identifiers")[0]["value"] == "999888777"
    assert rows(publication, "organisations")[0]["homepage"] == "http://old.example/"


def test_codes_of_a_vocabulary_wait_until_their_addresses_are_given(publication: Path, tmp_path: Path) -> None:
    project, _ = cordis.write(tmp_path, 1)
    topic = {"projectID": "101999001", "euroSciVocCode": "/23/47", "euroSciVocTitle": "hydrology"}
    file = cordis.table(tmp_path / "euroSciVoc.csv", list(cordis.EURO_SCI_VOC), topic)
    assert run(publication, "import", project, file).exit_code == 0
    assert not (publication / "data" / "classifications.csv").exists()
    assert any(row["value"] == "/23/47" for row in left(publication))
    own = publication / "imports" / "codes" / "euroscivoc.csv"
    own.parent.mkdir(parents=True)
    own.write_text("theirs,ours\n/23/47,http://data.europa.eu/8mn/euroscivoc/0001\n", encoding="utf-8")
    assert run(publication, "import", project, file).exit_code == 0
    assert rows(publication, "classifications")[0]["concept"] == "http://data.europa.eu/8mn/euroscivoc/0001"


VOCABULARY = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix : <http://data.europa.eu/8mn/euroscivoc/> .
:a skos:notation "23" ; skos:prefLabel "natural sciences"@en .
:b skos:notation "47" ; skos:broader :a .
:c skos:notation "4" ; skos:broader :d .
:d skos:notation "237" .
:round skos:notation "1" ; skos:broader :round .
<http://example.org/other> skos:notation "23" .
"""


@pytest.fixture
def classified(tmp_path: Path) -> list[Path]:
    """A project with a topic, and the vocabulary that the topic is of."""
    topics = [
        {"projectID": "101999001", "euroSciVocCode": code, "euroSciVocTitle": "water"} for code in ("/23/47", "/9")
    ]
    vocabulary = tmp_path / "EuroSciVoc.ttl"
    vocabulary.write_text(VOCABULARY, encoding="utf-8")
    file = cordis.table(tmp_path / "euroSciVoc.csv", list(cordis.EURO_SCI_VOC), *topics)
    return [cordis.write(tmp_path, 1)[0], file, vocabulary]


def test_a_vocabulary_gives_the_addresses_of_its_codes(publication: Path, classified: list[Path]) -> None:
    """Nobody types an address: the file of the vocabulary has them (SKOS §6)."""
    own = publication / "imports" / "codes" / "euroscivoc.csv"
    own.parent.mkdir(parents=True)
    own.write_text("theirs,ours\n/23,http://data.europa.eu/8mn/euroscivoc/mine", encoding="utf-8")
    assert not (publication / "data" / "classifications.csv").exists()
    done = run(publication, "import", *classified)
    assert done.exit_code == 0, done.output
    assert "imports/codes/euroscivoc.csv: 4 codes" in done.output
    assert [row["concept"] for row in rows(publication, "classifications")] == [
        "http://data.europa.eu/8mn/euroscivoc/b"
    ]
    assert [row["value"] for row in left(publication) if row["column"] == "euroSciVocCode"] == ["/9"]
    lines = own.read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["theirs,ours", "/23,http://data.europa.eu/8mn/euroscivoc/mine"], "what was there stays"
    assert set(lines[2:]) == {
        f"{code},http://data.europa.eu/8mn/euroscivoc/{iri}"
        for code, iri in [("/23/47", "b"), ("/237", "d"), ("/237/4", "c")]
    }


def test_a_vocabulary_alone_leaves_the_tables(publication: Path, classified: list[Path]) -> None:
    before = (publication / "data" / "organisations.csv").read_bytes()
    assert run(publication, "import", classified[-1]).exit_code == 0
    assert (publication / "data" / "organisations.csv").read_bytes() == before
    assert run(publication, "import", *classified[:2]).exit_code == 0
    assert rows(publication, "classifications")[0]["concept"].endswith("/b")


@pytest.mark.parametrize("content", ["", "no RDF", "<a> <b> <c> .", "<http://a/> <http://b/> <http://c/> ."])
@pytest.mark.parametrize("suffix", [".ttl", ".rdf", ".nt"])
def test_what_is_no_vocabulary_is_refused(publication: Path, tmp_path: Path, content: str, suffix: str) -> None:
    file = tmp_path / f"words{suffix}"
    file.write_text(content, encoding="utf-8")
    done = run(publication, "import", file)
    assert done.exit_code == 1
    assert done.output.startswith(f"atmpgraph: {file}: ")


@pytest.mark.parametrize(("one", "other"), [("/2/34", "/23/4"), ("1.2", "12")])
def test_what_parts_numbers_counts(one: str, other: str) -> None:
    assert plain(one) != plain(other)


def test_deliverables(publication: Path, tmp_path: Path) -> None:
    project, _ = cordis.write(tmp_path, 1)
    one = {
        "id": "101999001_26_DELIVHORIZON",
        "title": "Data plan",
        "deliverableType": "Documents, reports",
        "projectID": "101999001",
        "url": "https://ec.europa.eu/x",
    }
    file = cordis.table(tmp_path / "projectDeliverables.csv", cordis.DELIVERABLES, one)
    assert run(publication, "import", project, file).exit_code == 0
    (row,) = rows(publication, "deliverables")
    assert (row["partnership"], row["title_en"], row["url"]) == ("lagoon", "Data plan", "https://ec.europa.eu/x")


def test_nothing_that_is_there_changes(publication: Path, tmp_path: Path) -> None:
    files = cordis.write(tmp_path, 3)
    assert run(publication, "import", *files).exit_code == 0
    table = publication / "data" / "organisations.csv"
    table.write_text(
        table.read_text(encoding="utf-8").replace("Invented Institute 1", "Corrected by hand"), encoding="utf-8"
    )
    before = {file.name: file.read_bytes() for file in (publication / "data").iterdir()}
    _, more = cordis.write(tmp_path, 4)
    again = run(publication, "import", files[0], more)
    assert again.exit_code == 0
    assert "were there already, and stay as they are" in again.stdout
    after = rows(publication, "organisations")
    assert len(after) == 4
    assert after[0]["name_en"].startswith("Corrected by hand")
    assert table.read_bytes().startswith(before["organisations.csv"])
    assert (publication / "data" / "projects.csv").read_bytes() == before["projects.csv"]


def test_a_dry_run_changes_nothing(publication: Path, tmp_path: Path) -> None:
    before = {file: file.read_bytes() for file in publication.rglob("*") if file.is_file()}
    done = run(publication, "import", *cordis.write(tmp_path, 3), "--dry-run")
    assert done.exit_code == 0
    assert "organisations: 3 rows" in done.stdout
    assert {file: file.read_bytes() for file in publication.rglob("*") if file.is_file()} == before


def test_the_example_is_put_aside_only_untouched(publication: Path, tmp_path: Path) -> None:
    people = publication / "data" / "people.csv"
    people.write_text(people.read_text(encoding="utf-8").replace("director", "rector"), encoding="utf-8")
    written = (publication / "atmpgraph.toml").read_bytes()
    assert run(publication, "import", *cordis.write(tmp_path, 2)).exit_code == 0
    assert (publication / "atmpgraph.toml").read_bytes() == written
    assert "rector" in people.read_text(encoding="utf-8")
    assert {row["slug"] for row in rows(publication, "organisations")} == {
        "example-university",
        "example-company",
        "inv1",
        "inv2",
    }


def test_an_organisation_of_two_projects_is_one(publication: Path, tmp_path: Path) -> None:
    """What the second row says otherwise is told; another acronym with the same letters gets another key."""
    project = {"id": "1", "acronym": "Two", "title": "T", "ecMaxContribution": "5"}
    body = {"organisationID": "999", "name": "Body", "role": "participant", "city": "Liège", "ecContribution": "1"}
    first, second = {**body, "projectID": "1"}, {**body, "projectID": "2", "city": "Namur", "shortName": "B"}
    files = (
        cordis.table(tmp_path / "project.csv", cordis.PROJECT, project, {**project, "id": "2", "acronym": "TWO"}),
        cordis.table(tmp_path / "organization.csv", cordis.ORGANIZATION, first, second),
    )
    assert run(publication, "import", *files).exit_code == 0
    assert [row["slug"] for row in rows(publication, "partnerships")] == ["two", "two-2"]
    (only,) = rows(publication, "organisations")
    assert [(row["organisation"], row["partnership"]) for row in rows(publication, "project-participants")] == [
        (only["slug"], "two"),
        (only["slug"], "two-2"),
    ]
    told = [(row["column"], row["value"], row["reason"]) for row in left(publication)]
    assert told == [("city", "Namur", "a row before it says otherwise")]


def test_only_the_wanted_projects(publication: Path, tmp_path: Path) -> None:
    done = run(publication, "import", *cordis.write(tmp_path, 2), "--project", "42")
    assert done.exit_code == 1
    assert "no row is of the projects 42; nothing is written" in done.stderr
    assert run(publication, "import", *cordis.write(tmp_path, 2), "--project", "101999001").exit_code == 0
    again = run(publication, "import", *cordis.write(tmp_path, 2), "--project", "101999001")
    assert again.exit_code == 0, again.output
    assert "there already" in again.output
    other = run(publication, "import", *cordis.write(tmp_path, 2), "--project", "42")
    assert other.exit_code == 1


@pytest.mark.parametrize(
    "header",
    [
        "N°;Nom du partenaire;Rôle dans le projet;Localité;Catégorie;Subvention accordée (€)",
        "Volgnr.;Naam van de partner;Rol in het project;Plaats;Soort organisatie;Toegekende subsidie (€)",
        "Nr.;Partnername;Rolle im Projekt;Standort;Kategorie;Bewilligte Förderung (€)",
        "No;Partner name;Role in the project;Town;Category;Grant awarded (€)",
        "Numero;Nome del partner;Ruolo nel progetto;Comune;Tipo;Contributo concesso (€)",
    ],
)
def test_headings_of_an_office_have_a_place(publication: Path, tmp_path: Path, header: str) -> None:
    sheet = tmp_path / "partners.csv"
    sheet.write_text(f"{header}\n7;Invented;coordinator;Gent;administration;1250,50\n", encoding="utf-8")
    done = run(publication, "import", sheet, "--yes")
    assert done.exit_code == 0, done.output
    (row,) = rows(publication, "project-participants")
    assert (row["order"], row["role"], row["contribution"]) == ("7", "coordinator", "1250.50")
    assert [row["town"] for row in rows(publication, "organisation-details")] == ["Gent"]
    assert [row["kind"] for row in rows(publication, "organisations")] == ["public-administration"]
    assert not left(publication)


@pytest.mark.parametrize(
    ("header", "cells", "sme"),
    [
        ("Nom du partenaire;PME (oui/non);Date de début;Date de fin", "oui;2025-01-01;2027-12-31", "true"),
        ("Partnername;KMU;Startdatum;Enddatum", "Großunternehmen;2025-01-01;2027-12-31", "false"),
        ("Partner name;SME?;Start date;End date", "SME;2025-01-01;2027-12-31", "true"),
        ("Naam van de partner;KMO;Begindatum;Einddatum", "nee;2025-01-01;2027-12-31", "false"),
    ],
)
def test_whether_a_partner_is_small_and_since_when_it_takes_part_have_a_place(
    publication: Path, tmp_path: Path, header: str, cells: str, sme: str
) -> None:
    sheet = tmp_path / "partners.csv"
    sheet.write_text(f"{header}\nInvented;{cells}\n", encoding="utf-8")
    done = run(publication, "import", sheet, "--yes")
    assert done.exit_code == 0, done.output
    assert [row["sme"] for row in rows(publication, "organisation-details")] == [sme]
    (row,) = rows(publication, "project-participants")
    assert (row["start"], row["end"]) == ("2025-01-01", "2027-12-31")
    assert not left(publication)


def test_a_column_that_we_do_not_have_is_told_with_the_page_that_adds_one(publication: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "partners.csv"
    sheet.write_text("Nom du partenaire;Pays;Chiffre d’affaires préféré\nInvented;BE;7\n", encoding="utf-8")
    done = run(publication, "--language", "fr", "import", sheet, "--yes")
    assert "docs/extend.md" in done.stdout
    assert [(each["column"], each["value"]) for each in left(publication)] == [("Chiffre d’affaires préféré", "7")]


WIDE = """Nom du partenaire;Sigle;Pays;Type;Rôle;Budget (€);WP1;WP 2;Remarques
Université de Liège;ULiège;Belgique;université;coordinateur;1 234 567,89;L;x;
Müller GmbH;;Allemagne;entreprise;partenaire;250.000;;x;=1+1
Ministère X;;Atlantide;ministère;partenaire;12.500,50;x;?;
"""


def test_a_wide_sheet_is_proposed_and_needs_agreement(publication: Path, tmp_path: Path) -> None:
    file = tmp_path / "partners.csv"
    file.write_bytes(WIDE.encode("cp1252"))
    refused = run(publication, "import", file)
    assert refused.exit_code == 1
    assert '"Pays" = "country"' in refused.stdout
    assert "nothing is written: agree with --yes" in refused.stderr
    assert not (publication / "imports").exists()
    assert run(publication, "import", file, "--name", "Projet", "--yes").exit_code == 0
    assert [row["name_fr"] for row in rows(publication, "organisations")] == [
        "Université de Liège",
        "Müller GmbH",
        "Ministère X",
    ]
    assert [row["cost"] for row in rows(publication, "project-participants")] == ["1234567.89", "", "12500.50"]
    parts = [(row["organisation"], row["workpackage"], row["role"]) for row in rows(publication, "participations")]
    assert parts == [
        ("uliege", "wp1", "leads"),
        ("uliege", "wp2", "participatesIn"),
        ("muller-gmbh", "wp2", "participatesIn"),
        ("ministere-x", "wp1", "participatesIn"),
    ]
    why = {(row["column"], row["value"]): row["reason"] for row in left(publication)}
    assert why["Budget (€)", "250.000"].startswith("thousands or decimals?")
    assert why["Pays", "Atlantide"] == "not the code or the name of a country"
    assert why["WP 2", "?"].startswith("the list participation-role has no such code")
    assert why["Remarques", "'=1+1"] == "no column of ours", "a formula is a text"


def test_other_headings_are_matched_with_every_table(publication: Path, tmp_path: Path) -> None:
    """Deliverables in French: the key is made, the partnership is ours, and a name stands for the key."""
    people, file = publication / "data" / "people.csv", tmp_path / "livrables.csv"
    people.write_text(people.read_text(encoding="utf-8").replace("director", "rector"), encoding="utf-8")
    file.write_text(
        "Numéro;Titre (fr);Échéance;Responsable\nD1.1;Plan;2026-01-31;Example University (fictional)\n;Suite;;\n",
        encoding="utf-8",
    )
    done = run(publication, "import", file, "--yes")
    assert 'form = "deliverables"' in done.stdout, done.output
    first = rows(publication, "deliverables")[0]
    assert first["slug"] == first["identifier"] == "D1.1"
    assert (first["due"], first["lead"]) == ("2026-01-31", "example-university")


def test_a_needed_column_is_asked_for(publication: Path, tmp_path: Path) -> None:
    """The proposal is shown all the same, to be corrected."""
    file = tmp_path / "livrables.csv"
    file.write_text("N°;Titre;Échéance;Responsable\nD1.1;Plan;2026-01-31;example-university\n", encoding="utf-8")
    done = run(publication, "import", file, "--yes")
    assert done.exit_code == 1
    assert "the columns identifier are missing" in done.stderr
    shown = done.stdout.replace('"N°" = ""', '"N°" = "identifier"')
    assert shown != done.stdout
    chart = tmp_path / "map.toml"
    chart.write_text(shown, encoding="utf-8")
    again = run(publication, "import", file, "--map", chart)
    assert again.exit_code == 0, again.output
    assert (publication / "data").joinpath(f"{shown.split('form = ')[1].split(chr(34))[1]}.csv").is_file()


def test_a_map_corrects_a_proposal(publication: Path, tmp_path: Path) -> None:
    file, chart = tmp_path / "partners.csv", tmp_path / "map.toml"
    file.write_text(WIDE.replace("Nom du partenaire", "Zzz"), encoding="utf-8")
    chart.write_text(
        '[[sheets]]\nform = "participants"\n[sheets.columns]\nZzz = "name"\nPays = "country"\nType = ""\n',
        encoding="utf-8",
    )
    done = run(publication, "import", file, "--map", chart)
    assert done.exit_code == 0, done.output
    assert rows(publication, "organisations")[1]["slug"] == "muller-gmbh"
    assert sum(row["column"] == "Type" for row in left(publication)) == 3


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[sheets]", "not a map of columns"),
        ("sheets = 3", "not a map of columns"),
        ('[[sheets]]\nform = "x"\ncolumns = {}', "there is no form or table x"),
        ('[[sheets]]\nform = "participants"\ncolumns = {Pays = "nation"}', "has no column nation"),
        ('[[sheets]]\nform = "participants"\ncolumns = {Land = "country"}', "no heading Land"),
    ],
)
def test_a_wrong_map_is_refused_with_a_sentence(publication: Path, tmp_path: Path, text: str, sentence: str) -> None:
    file, chart = tmp_path / "partners.csv", tmp_path / "map.toml"
    file.write_text(WIDE, encoding="utf-8")
    chart.write_text(text, encoding="utf-8")
    done = run(publication, "import", file, "--map", chart)
    assert (done.exit_code, done.exception.__class__) == (1, SystemExit)
    assert sentence in done.stderr


def workbook(file: Path, *texts: str) -> Path:
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet("partners")
        for row, text in enumerate(texts):
            for column, cell in enumerate(text.split(";")):
                sheet.write(row, column, cell)
    return file


def test_a_workbook_is_read_as_a_sheet(publication: Path, tmp_path: Path) -> None:
    file = workbook(tmp_path / "partners.xlsx", *WIDE.splitlines())
    assert run(publication, "import", file, "--yes").exit_code == 0
    assert len(rows(publication, "organisations")) == 3
    assert {row["sheet"] for row in left(publication)} == {"partners"}


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", b"", "there is no sheet with headings and rows in it"),
        ("a.csv", b"x;y\n1;2\n", "no heading of it is like a column of ours"),
        ("a.csv", b"Nom~Pays\nAlpha~BE\n", "its one heading is “Nom~Pays”"),
        ("a.csv", b'[{"name": "Alpha"}]', "it is JSON, whatever its name says"),
        ("a.csv", b'\xef\xbb\xbf{\n "partners": [\n {"name": "Alpha", "country": "BE"}]}', "it is JSON"),
        ("a.csv", b"<html><table><tr><td>a;b</td></tr></table>", "it is a page of the web"),
        ("a.csv", b"PK\x03\x04\0", "name it .xlsx or .ods"),
        ("a.csv", b"a\0b", "it is not text"),
        ("a.csv", b"Nom;Pays\n" + b"x" * 200_000 + b";BE\n", "row 2: the cell is longer than 131,072 characters"),
        ("a.csv", b"\xff\xfea", "it is not text"),
        ("a.pdf", b"%PDF", "files of this kind are not read"),
        ("a.xlsx", b"no zip", "it is no workbook, whatever its name says"),
        ("a.ods", b"PK\x03\x04", "or only a part of one"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_sentence(
    publication: Path, tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    done = run(publication, "import", file, "--yes")
    assert (done.exit_code, done.exception.__class__) == (1, SystemExit), done.exception
    assert sentence in done.stderr


@pytest.mark.parametrize(
    ("setting", "sentence"), [("max_file_bytes = 100", "more than 100 bytes"), ("max_rows = 2", "more than 2 rows")]
)
def test_a_file_may_be_so_large(publication: Path, tmp_path: Path, setting: str, sentence: str) -> None:
    file = publication / "atmpgraph.toml"
    file.write_text(f"{file.read_text(encoding='utf-8')}\n[imports]\n{setting}\n", encoding="utf-8")
    done = run(publication, "import", *cordis.write(tmp_path, 3))
    assert done.exit_code == 1
    assert sentence in done.stderr


def test_a_workbook_may_have_so_many_sheets(publication: Path, tmp_path: Path) -> None:
    """Each is read in a process of its own: ten thousand would take hours."""
    file, book = publication / "atmpgraph.toml", tmp_path / "sheets.xlsx"
    file.write_text(f"{file.read_text(encoding='utf-8')}\n[imports]\nmax_sheets = 2\n", encoding="utf-8")
    for number in (2, 3):
        with xlsxwriter.Workbook(str(book)) as made:
            for _ in range(number):
                made.add_worksheet().write_row(0, 0, ["Zzz", "Yyy"])
        done = run(publication, "import", book, "--yes")
        assert (done.exit_code, "more than 2 sheets" in done.stderr) == (1, number == 3), done.stderr


def test_a_full_template_reads_back_to_the_same_tables(tmp_path: Path) -> None:
    """Headings in Italian, every table and column of the funded project."""
    ours = Path(__file__).parents[1] / "publications" / "funded"
    book, folder = tmp_path / "f.xlsx", tmp_path / "copy"
    made = CliRunner().invoke(
        main,
        ["--settings", str(ours / "atmpgraph.toml"), "--language", "it", "template", str(book), "--xlsx", "--filled"],
    )
    assert made.exit_code == 0, made.output
    shutil.copytree(ours, folder)
    for file in (folder / "data").glob("*.csv"):
        file.unlink()
    done = run(folder, "import", book)
    assert done.exit_code == 0, done.output
    assert not (folder / "imports").exists(), "everything has a place"
    for file in (ours / "data").glob("*.csv"):
        with file.open(encoding="utf-8-sig", newline="") as content:
            before = [{column: cell for column, cell in row.items() if cell} for row in csv.DictReader(content)]
        after = [{column: cell for column, cell in row.items() if cell} for row in rows(folder, file.stem)]
        assert after == before, file.name


def test_a_table_of_another_form_is_not_written_into(publication: Path, tmp_path: Path) -> None:
    data = publication / "data"
    table = {"name": "organisations", "path": "organisations.csv", "dialect": {"delimiter": ";"}}
    (data / "datapackage.json").write_text(json.dumps({"name": "x", "resources": [table]}), encoding="utf-8")
    file = data / "organisations.csv"
    file.write_text(file.read_text(encoding="utf-8").replace(",", ";"), encoding="utf-8")
    people = data / "people.csv"
    people.write_text(people.read_text(encoding="utf-8").replace("director", "rector"), encoding="utf-8")
    before = {one: one.read_bytes() for one in publication.rglob("*") if one.is_file()}
    done = run(publication, "import", *cordis.write(tmp_path, 2))
    assert done.exit_code == 1
    assert "organisations.csv: rows are written into plain CSV alone" in done.stderr
    assert {one: one.read_bytes() for one in publication.rglob("*") if one.is_file()} == before


def test_a_wrong_list_of_codes_is_told(publication: Path, tmp_path: Path) -> None:
    own = publication / "imports" / "codes" / "country.csv"
    own.parent.mkdir(parents=True)
    own.write_bytes("theirs;ours\nÉ;X\n".encode("cp1252"))
    done = run(publication, "import", *cordis.write(tmp_path, 2))
    assert (done.exit_code, done.exception.__class__) == (1, SystemExit)
    assert "country.csv: a list of codes is CSV in UTF-8" in done.stderr


@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.tsv"]))
@settings(max_examples=150)
def test_no_bytes_are_too_odd_to_be_judged(tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str) -> None:
    file = tmp_path_factory.mktemp("odd") / name
    file.write_bytes(b"Name;Country;" + content)
    try:
        sheets = read_sheets(file, Imports(), Build(max_workbook_mebibytes=512))
    except TranslatedError:
        return
    for sheet in sheets:
        assert all(len(cells) == len(sheet.header) for _, cells in sheet.rows)
        "".join([*sheet.header, *(cell for _, cells in sheet.rows for cell in cells)]).encode()


@given(st.text(max_size=40) | st.from_regex(r"[0-9.,   €-]{1,6000}", fullmatch=True))
@settings(max_examples=200)
def test_a_cell_becomes_one_of_ours_or_is_refused(cell: str) -> None:
    for verb in verbs.SIMPLE.values():
        try:
            assert as_text(verb(cell)) == verb(cell)
        except verbs.UnplacedError:
            continue


def test_a_template_is_not_overwritten_and_names_its_tables(publication: Path, tmp_path: Path) -> None:
    book = tmp_path / "t.xlsx"
    assert run(publication, "template", book, "--table", "sources").exit_code == 0
    assert run(publication, "template", book).exit_code == 2
    wrong = run(publication, "template", tmp_path / "u.xlsx", "--table", "source")
    assert (wrong.exit_code, "no such table" in wrong.stderr) == (2, True)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1 234 567,89", "1234567.89"),
        ("1.234.567,89", "1234567.89"),
        ("1,234,567.89", "1234567.89"),
        ("1.234.567", "1234567"),
        ("12,5", "12.5"),
        ("€ 1200", "1200"),
        ("0.125", "0.125"),
    ],
)
def test_money_as_people_write_it(cell: str, value: str) -> None:
    assert verbs.money(cell) == value


@pytest.mark.parametrize("cell", ["1,234", "250.000", "-5", "5E3", "twelve", "1..2"])
def test_money_that_is_not_clear_stays_out(cell: str) -> None:
    with pytest.raises(verbs.UnplacedError):
        verbs.money(cell)


@pytest.mark.parametrize("cell", ["17/01/2024", "2024-02-30", "2024-1-1", "January"])
def test_a_date_is_not_guessed(cell: str) -> None:
    with pytest.raises(verbs.UnplacedError):
        verbs.day(cell)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("EL", "GRC"),
        ("UK", "GBR"),
        ("gb", "GBR"),
        ("Belgique", "BEL"),
        ("Deutschland", "DEU"),
        ("Namibia", "NAM"),
        ("NA", "NAM"),
    ],
)
def test_countries_by_code_and_name(cell: str, code: str) -> None:
    assert NO_CODES.country(cell) == code


def test_german_headings_and_names_in_german(tmp_path: Path) -> None:
    folder = tmp_path / "ours"
    assert CliRunner().invoke(main, ["init", str(folder), "--languages", "de,en"]).exit_code == 0
    sheet = tmp_path / "teilnehmer.csv"
    sheet.write_text(
        "Einrichtung;Art;Rolle;Förderbetrag (€);AP 1\n"
        "Ausgedachte Hochschule;Hochschule;Koordination;1.250.000,50;L\n"
        "Stadt Beispielhausen;Kommune;assoziierter Partner;;x\n"
        "Gesamtsumme;;;1.250.000,50;\n",
        encoding="cp1252",
    )
    settings = str(folder / "atmpgraph.toml")
    done = CliRunner().invoke(main, ["--settings", settings, "--language", "de", "import", str(sheet), "--yes"])
    assert done.exit_code == 0, done.output
    assert [(row["name_de"], row["kind"]) for row in rows(folder, "organisations")] == [
        ("Ausgedachte Hochschule", "university"),
        ("Stadt Beispielhausen", "public-administration"),
    ]
    assert [(row["role"], row["contribution"]) for row in rows(folder, "project-participants")] == [
        ("coordinator", "1250000.50"),
        ("associated-partner", ""),
    ]
    assert "die Zeile fasst die anderen zusammen" in done.output
    assert not any("_fr" in column or "_nl" in column for row in rows(folder, "sources") for column in row)
    other = run(folder, "import", sheet, "--texts-in", "it", "--yes")
    assert other.exit_code == 2
    assert "it has de, en" in other.stderr


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Dénomination officielle;Type d’organisme;Chef de file", ("PME;oui", "Université;non")),
        ("Offizieller Name;Art der Einrichtung;Leadpartner", ("KMU;ja", "Hochschule;nein")),
        ("Officiële naam;Soort;Penvoerder", ("kmo;ja", "hogeschool;nee")),
        ("Official name;Type of organisation;Lead partner", ("SME;Yes", "university;No")),
        ("Denominazione ufficiale;Tipo;Capofila", ("PMI;sì", "università;no")),
    ],
)
def test_who_leads_may_be_said_with_yes_and_no(
    publication: Path, tmp_path: Path, header: str, cells: tuple[str, str]
) -> None:
    file = tmp_path / "partners.csv"
    file.write_text(f"{header}\nAlpha;{cells[0]}\nBeta;{cells[1]}\n", encoding="utf-8")
    done = run(publication, "import", file, "--yes")
    assert done.exit_code == 0, done.output
    assert [row["role"] for row in rows(publication, "project-participants")] == ["coordinator", "participant"]
    assert [row["kind"] for row in rows(publication, "organisations")] == ["company", "university"]
    assert [row["activity_type"] for row in rows(publication, "organisation-details")] == ["PRC", "HES"]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        *((word, "true") for word in ("Yes", "oui", "Ja", "SÌ", "vrai", "WAHR", "waar", "1")),
        *((word, "false") for word in ("no", "Non", "nein", "nee", "Falsch", "faux", "0")),
        ("x", ""),
        ("vielleicht", ""),
    ],
)
def test_yes_and_no_in_a_german_template(publication: Path, tmp_path: Path, cell: str, value: str) -> None:
    """A word that is clear in every language is taken; another is told with the form wanted."""
    file = _filled(publication, tmp_path / "t.xlsx", "organisation-details", {"sme": cell})
    done = run(publication, "--language", "de", "import", file)
    assert done.exit_code == 0, done.output
    assert [row.get("sme", "") for row in rows(publication, "organisation-details")] == [value]
    assert ("weder ja noch nein; schreiben Sie true oder false" in done.output) == (not value)
    assert [row["value"] for row in left(publication)] == ([] if value else [cell])


@pytest.mark.parametrize(
    ("cell", "kind", "why"),
    [
        ("Company", "company", ""),
        ("Unternehmen", "company", ""),
        ("entreprise", "company", ""),
        ("Unternehmenn", "", "meinten Sie company?"),
        ("universiti", "", "meinten Sie university?"),
        ("zzz", "", "association, "),
    ],
)
def test_a_code_is_read_by_its_labels_and_a_near_one_is_named(
    publication: Path, tmp_path: Path, cell: str, kind: str, why: str
) -> None:
    file = _filled(publication, tmp_path / "t.xlsx", "organisations", {"kind": cell})
    done = run(publication, "--language", "de", "import", file)
    assert done.exit_code == 0, done.output
    assert {row["slug"]: row["kind"] for row in rows(publication, "organisations")}["invented"] == kind
    assert [(row["value"], why in row["reason"]) for row in left(publication)] == ([] if kind else [(cell, True)])


def test_a_code_of_others_that_is_near_is_named(publication: Path, tmp_path: Path) -> None:
    file = tmp_path / "partners.csv"
    file.write_text("Name;Land;Rolle\nAlpha;BE;Kordinator\n", encoding="utf-8")
    assert run(publication, "import", file, "--yes").exit_code == 0
    assert "did you mean koordinator?" in left(publication)[0]["reason"].lower()


def _filled(publication: Path, file: Path, table: str, cells: dict[str, str]) -> Path:
    """A template in German with one row."""
    of = Settings.load(publication / "atmpgraph.toml")
    row = {"slug": "invented", "organisation": "invented", "name_en": "Invented", "kind": "company", **cells}
    tables = [each for each in descriptions(of) if each.name == table]
    write_template(file, tables, of.languages, texts("de"), {table: [row]})
    return file


@pytest.mark.parametrize(
    ("heading", "is_placed"),
    [
        ("Budget", True),
        ("Budget (€)", True),
        ("Budget [EUR]", True),
        ("Budget in Euro", True),
        ("Budget (k€)", False),
        ("Kosten (T€)", False),
        ("Kosten in TEUR", False),
        ("Budget (CHF)", False),
        ("Budget £", False),
        ("Budget (Mio. €)", False),
        ("Budget (%)", False),
    ],
)
def test_amounts_are_euros_or_have_no_place(publication: Path, tmp_path: Path, heading: str, is_placed: bool) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(f"Name;Land;{heading}\nInvented;BE;300\n", encoding="utf-8")
    done = run(publication, "import", sheet, "--yes")
    assert done.exit_code == 0, done.output
    amounts = [row.get("cost", "") for row in rows(publication, "project-participants")]
    assert amounts == (["300"] if is_placed else [""])
    assert [row["value"] for row in left(publication)] == ([] if is_placed else ["300"])


def test_a_row_without_a_name_is_not_lost(publication: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("Name;Land;Budget\nInvented;BE;10\n;;20\n", encoding="utf-8")
    assert run(publication, "import", sheet, "--yes").exit_code == 0
    assert [(row["row"], row["column"], row["value"]) for row in left(publication)] == [("3", "Budget", "20")]


def test_a_quotation_mark_that_is_open_swallows_no_rows(publication: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text('Name;Land\nOne;BE\n"Two;BE\nThree;BE\n', encoding="utf-8")
    done = run(publication, "import", sheet, "--yes")
    assert done.exit_code == 1
    assert "sheet.csv, row 3: a quotation mark is not closed" in done.stderr
    assert not (publication / "imports").exists()


def test_every_form_gives_columns_that_there_are_and_codes_that_there_are() -> None:
    tables = {table.name: table for table in described(json.loads(supplied("descriptor").read_text(encoding="utf-8")))}
    assert len(forms()) == 6
    for form in forms():
        for row in (*form.rows, *form.column_rows):
            names = {column.name for column in tables[row.table].columns}
            for column in row.cells:
                plain = column
                for ending in ("_language", "_every", "_first"):
                    plain = plain.removesuffix(ending)
                assert plain in names or f"{plain}_{{language}}" in names, (form.name, row.table, column)


@pytest.mark.parametrize(
    "name", ["activity-type", "organisation-kind", "partnership-role", "participation-role", "project-status"]
)
def test_every_code_of_others_becomes_one_of_ours(name: str) -> None:
    lists = "".join(file.read_text(encoding="utf-8") for file in supplied("ontology").rglob("*.ttl"))
    folder = Path(verbs.__file__).parent / "codes"
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as content:
        for row in csv.DictReader(content):
            assert f"/auth/{name}/{row['ours']}>" in lists, row


def test_a_template_has_notes_lists_and_checks_and_no_formula_in_a_cell(publication: Path, tmp_path: Path) -> None:
    book = tmp_path / "t.xlsx"
    people = publication / "data" / "people.csv"
    people.write_text(people.read_text(encoding="utf-8").replace("director", '=HYPERLINK(""x"")'), encoding="utf-8")
    assert (
        run(
            publication,
            "--language",
            "nl",
            "template",
            book,
            "--filled",
            "--table",
            "organisations",
            "--table",
            "people",
        ).exit_code
        == 0
    )
    with zipfile.ZipFile(book) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}
    texts = parts["xl/sharedStrings.xml"]
    assert ">Sleutel<" in texts
    assert ">Naam (fr)<" in texts
    assert "=HYPERLINK(" in texts, "a text"
    sheets = [part for name, part in parts.items() if name.startswith("xl/worksheets/sheet")]
    assert not any("<f>" in part for part in sheets)
    assert "Korte naam waar andere tabellen naar verwijzen" in parts["xl/comments1.xml"]
    assert re.search(r'type="list"[^>]*><formula1>atmpgraph_codes!\$A\$1:\$A\$\d+<', sheets[0]), "codes of a list"
    assert "COUNTIF($A$2:$A$2001,A2)=1" in sheets[0], "the key once"
    assert "'organisations'!$A$2:$A$2001" in sheets[1] or "organisations!$A$2:$A$2001" in sheets[1], (
        "keys of the other sheet"
    )
    assert re.search(r'name="atmpgraph_codes"[^>]*state="hidden"', parts["xl/workbook.xml"])


HEADINGS = ("Partner", "Land", "Rolle", "Budget")
TWO = (("Alpha", "BE", "coordinator", 1000), ("Beta", "FR", "participant", 2000))


def accident(folder: Path, change: Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet], object]) -> Path:
    """A workbook with two participants, below a title, and with an accident."""
    file = folder / "ours.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet("Partners")
        sheet.merge_range(0, 0, 0, 3, "Our partners, 2024")
        for number, cells in enumerate((HEADINGS, *TWO), start=1):
            sheet.write_row(number, 0, cells)
        change(book, sheet)
    return file


def _hidden_first(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
    seen = book.add_worksheet("Seen")
    for number, cells in enumerate((HEADINGS, *TWO)):
        seen.write_row(number, 0, cells)
    seen.activate()
    seen.set_first_sheet()
    sheet.hide()


@pytest.mark.parametrize(
    ("change", "row", "column", "why"),
    [
        (lambda _, s: s.write_formula(2, 3, "=A1", None, ""), "3", "Budget", "is a formula without a value"),
        (
            lambda _, s: s.write_formula(2, 3, "=1/0", None, "#DIV/0!"),
            "3",
            "Budget",
            "has an error in place of a value",
        ),
        (lambda _, s: s.merge_range(2, 1, 3, 1, "BE"), "4", "Land", "cells are merged here"),
        (_hidden_first, "0", "", "the sheet Partners is hidden"),
        (lambda _, s: s.write_comment(2, 1, "=cmd()"), None, "", ""),
    ],
    ids=["a formula without a value", "an error", "merged cells", "a hidden sheet", "a note"],
)
def test_a_workbook_with_accidents(
    publication: Path,
    tmp_path: Path,
    change: Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet], object],
    row: str | None,
    column: str,
    why: str,
) -> None:
    """A title above the headings is passed over, and each cell that lost its value is told, in the first round."""
    done = run(publication, "import", accident(tmp_path, change), "--name", "Ours", "--yes")
    assert done.exit_code == 0, done.output
    assert len(rows(publication, "organisations")) == 2
    lost = [one for one in left(publication) if not one["value"]] if (publication / "imports").is_dir() else []
    if row is None:
        assert lost == []
    else:
        assert [(one["row"], one["column"]) for one in lost] == [(row, column)]
        assert why in lost[0]["reason"]


@pytest.mark.parametrize("language", ["fr", "nl", "de", "it"])
def test_what_is_wrong_with_a_workbook_is_said_in_the_language(
    publication: Path, tmp_path: Path, language: str
) -> None:
    file = tmp_path / "a.xlsx"
    file.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512))
    said = {tag: run(publication, "--language", tag, "import", file, "--dry-run").stderr for tag in ("en", language)}
    assert "it has a password" in said["en"]
    assert "it has a password" not in said[language]


def _styled(number: float, form: str) -> Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet], object]:
    return lambda book, sheet: sheet.write(3, 4, number, book.add_format({"num_format": form}))


@pytest.mark.parametrize(
    ("change", "cell", "told"),
    [
        (_styled(0.5, "0%"), "0.5", "shows per cent, in row 4"),
        (_styled(0.5, '0.0" of "%'), "0.5", "shows per cent, in row 4"),
        (_styled(0.5, '0.0" %"'), "0.5", ""),
        (_styled(123, "00000"), "123", "zeros in front of its number, in row 4"),
        (_styled(1234.5, '#,##0.00 "€"'), "1234.5", ""),
        (_styled(45308, 'dd" janv. "yyyy'), "2024-01-17", ""),
        (_styled(45308, "[$-40C]d mmmm yyyy"), "2024-01-17", ""),
        (lambda _, sheet: sheet.write_string(3, 4, "00123"), "00123", ""),
        (lambda _, sheet: sheet.write_boolean(3, 4, True), "true", ""),
        (lambda book, sheet: sheet.write_rich_string(3, 4, "a", book.add_format({"bold": True}), "bc", " d"), "abc d", ""),
        (lambda _, sheet: sheet.set_row(3, 0), "", "1 row of the sheet Partners is hidden"),
        (lambda _, sheet: (sheet.write(2, 4, 7), sheet.write_row(8, 0, ["Autre", "Table", "x", "y", "Somme"])), "", "the headings of another table, row 9"),
        (lambda _, sheet: (sheet.write(2, 4, 7), sheet.write_row(8, 0, ["x", "BE", "y", "1", "8"])), "", ""),
    ],
)  # fmt: skip
def test_what_a_workbook_shows_is_read_or_told(
    tmp_path: Path,
    change: Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet], object],
    cell: str,
    told: str,
) -> None:
    def with_column(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write(1, 4, "Plus")
        change(book, sheet)

    [sheet] = read_sheets(accident(tmp_path, with_column), Imports(), Build(max_workbook_mebibytes=512))
    assert sheet.rows[1][1][4] == cell
    said = [texts("en").gettext(one, n=len(at), row=at[0]) for one, at in sheet.otherwise.items()]
    said += ["1 row of the sheet Partners is hidden"] * bool(sheet.hidden_rows)
    assert ("".join(said) == "") if not told else told in "".join(said)


@pytest.mark.parametrize(
    "above",
    [[["Project X"]], [["Project X"], ["Partners"], ["of 2024"]], [["Project X"], ["Date:", "2024"]], [["Date :", "2024"], [], ["By :", "me"], []]],
)  # fmt: skip
def test_headings_may_stand_below_captions(tmp_path: Path, above: list[list[str]]) -> None:
    file = tmp_path / "t.csv"
    lines = [*above, ["Nom", "Pays", "Rôle"], ["a", "BE", "x"], ["b", "FR", ""]]
    file.write_text("".join(";".join(line) + "\n" for line in lines), encoding="utf-8")
    [sheet] = read_sheets(file, Imports(), Build(max_workbook_mebibytes=512))
    assert sheet.header == ("Nom", "Pays", "Rôle")
    assert [cells for _, cells in sheet.rows] == [["a", "BE", "x"], ["b", "FR", ""]]
    assert sheet.rows[0][0] == len(above) + 2


def test_a_sheet_as_wide_as_there_are_is_read(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "t.xlsx")) as book:
        sheet = book.add_worksheet()
        for column in range(16_384):
            sheet.write(0, column, f"h{column}")
            sheet.write(1, column, column)
    [read] = read_sheets(tmp_path / "t.xlsx", Imports(), Build(max_workbook_mebibytes=512))
    assert (len(read.header), read.rows[0][1][-1]) == (16_384, "16383")


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("Numéro PIC", "pic"),
        ("Participant PIC no.", "pic"),
        ("Numéro", "order"),
        ("Numéro TVA", "vat"),
    ],
)
def test_an_abbreviation_in_a_heading_says_which_column_it_is(
    publication: Path, tmp_path: Path, heading: str, column: str
) -> None:
    (tmp_path / "t.csv").write_text(f"Nom;Pays;Rôle;{heading}\nA;BE;Partenaire;999111222\n", encoding="utf-8")
    said = run(publication, "import", tmp_path / "t.csv", "--name", "Ours", "--dry-run").output
    assert f'"{heading}" = "{column}"' in said

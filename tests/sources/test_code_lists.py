"""The code list is the one place for each code: tables take the codes from it, and so does a publication's own copy."""

import csv
from pathlib import Path

import pytest

from atmpgraph.errors import AtmpgraphError
from atmpgraph.publish.build import check
from atmpgraph.publish.tables import read_codes
from atmpgraph.settings import FILE_NAME, Settings
from atmpgraph.sources.check import check_tables
from atmpgraph.sources.code_lists import read_code_lists

from ..conftest import ROOT, edit, own_file, tables_of

STATUS = "https://w3id.org/atmpgraph/auth/confidence"
LOW = f"""
<{STATUS}/low> a skos:Concept ;
    skos:inScheme <{STATUS}> ; skos:topConceptOf <{STATUS}> ; skos:notation "low" ;
    skos:prefLabel "faible"@fr , "laag"@nl , "niedrig"@de , "low"@en ;
    skos:definition "Faible."@fr , "Laag."@nl , "Niedrig."@de , "Low."@en .
"""


def test_the_supplied_package_writes_no_code_down(publication: Path) -> None:
    text = (ROOT / "data" / "datapackage.json").read_text(encoding="utf-8")
    for column in ("figures.csv qualifier", "organisations.csv kind", "sources.csv confidence"):
        table, name = column.split()
        field = next(field for field in tables_of(publication).fields(table) if field["name"] == name)
        assert field["constraints"]["enum"]
    assert '"almost"' not in text
    assert '"high"' not in text


def test_codes_are_those_of_the_list() -> None:
    lists = read_code_lists((ROOT / "ontology" / "auth").glob("*.ttl"), "https://example.org/")
    assert list(lists.codes[STATUS]) == ["high", "medium"]
    assert lists.codes["https://example.org/auth/indicator"].keys() == {"contribution", "net-contribution", "cost"}


def test_a_code_that_a_publication_adds_to_its_copy_is_accepted_everywhere(started: Settings, tmp_path: Path) -> None:
    edit(started, "sources.csv", ",medium,", ",low,")
    (finding,) = check_tables(tables_of(started.path(Path(FILE_NAME)))).findings
    assert finding.message["en"] == f"no code of {STATUS}; its codes are high, medium"
    file = own_file(started, "ontology", "auth/confidence.ttl")
    file.write_text(file.read_text(encoding="utf-8") + LOW, encoding="utf-8")
    (tmp_path / "work").mkdir()
    assert check(started, tmp_path / "work").report.conforms


def test_a_code_that_comes_close_is_offered(publication: Path) -> None:
    figures = publication.parent / "data" / "figures.csv"
    figures.write_text(figures.read_text(encoding="utf-8").replace(",almost,A", ",Allmost,A"), encoding="utf-8")
    finding = check_tables(tables_of(publication)).findings[0]
    assert finding.value == "Allmost"
    assert finding.places[0].column == "qualifier"
    assert finding.message["en"] == "no code of https://w3id.org/atmpgraph/auth/value-qualifier; did you mean almost?"
    assert len(set(finding.message.values())) == len(finding.message), "in each language"


@pytest.mark.parametrize(
    ("table", "column", "value", "mark"),
    [
        ("organisations", "kind", "university; company", ";"),
        ("organisations", "kind", "university/company", "/"),
        ("participations", "organisation", "spw, spw-eer", ","),
    ],
)
def test_several_values_in_a_cell_of_one_are_told(
    publication: Path, table: str, column: str, value: str, mark: str
) -> None:
    path = publication.parent / "data" / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    rows[1][rows[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    told = [each.message["en"] for each in check_tables(tables_of(publication)).findings if each.value == value]
    assert told == [
        "several values, and the column has one; write a row for each, or declare the type list with the delimiter "
        + mark
    ]


def test_a_list_that_is_not_there_is_told(publication: Path) -> None:
    path = publication.parent / "data" / "datapackage.json"
    path.write_text(
        '{"resources": [{"name": "sectors", "schema": {"fields": [{"name": "slug", "codes": "auth/nothing"}]}}]}',
        "utf-8",
    )
    with pytest.raises(AtmpgraphError, match=r"sectors, slug: the ontology has no code list .*/auth/nothing; add it"):
        tables_of(publication)


def test_a_list_that_is_not_turtle_is_told(publication: Path) -> None:
    settings = Settings.load(publication)
    own_file(settings, "ontology", "auth/confidence.ttl").write_text("<", encoding="utf-8")
    with pytest.raises(AtmpgraphError, match=r"confidence\.ttl"):
        read_codes(settings)

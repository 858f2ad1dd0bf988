"""Every kind of bad table gives file, row, column, value and what was expected; all errors at once."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from rdflib import Graph, Namespace

from atmpgraph.errors import AtmpgraphError
from atmpgraph.findings import Finding, Place
from atmpgraph.settings import Settings
from atmpgraph.sources.check import check_tables
from atmpgraph.sources.code_lists import read_code_lists
from atmpgraph.sources.package import open_package

from ..conftest import ROOT, tables_of

RR, RML = Namespace("http://www.w3.org/ns/r2rml#"), Namespace("http://semweb.mmlab.be/ns/rml#")


def replace(old: str, new: str) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        assert old.encode() in content, f"the table has no {old!r} any more"
        return content.replace(old.encode(), new.encode(), 1)

    return change


def drop_column(name: str) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        lines = content.decode().splitlines()
        at = lines[0].split(",").index(name)
        assert '"' not in content.decode(), "columns are only split by commas where nothing is quoted"
        return "\n".join(",".join(c for i, c in enumerate(line.split(",")) if i != at) for line in lines).encode()

    return change


# fmt: off
BAD = {
    "wrong type": ("figures.csv", replace(",26,NUM", ",twenty-six,NUM"), 4, "value", "twenty-six", "number"),
    "decimal comma": ("figures.csv", replace(",2.6,PERCENT", ',"2,6",PERCENT'), 12, "value", "2,6", "number"),
    "not in the list": ("figures.csv", replace(",almost,A", ",nearly,A"), 9, "qualifier", "nearly", "its codes are"),
    "unknown key": ("figures.csv", replace("pit-atmp,wallonia,P3Y,8", "pit-atmp,flanders,P3Y,8"), 2, "area", "flanders", "places"),
    "unknown source": ("roles.csv", replace("wallonia-be,", "wallonia-de,"), 5, "source", "wallonia-de", "sources"),
    "unknown quotation": ("figures.csv", replace(",pr-granted", ",pr-grant"), 9, "quotation", "pr-grant", "quotations"),
    "duplicate": ("organisations.csv", replace("\nspw,Service", "\nbiowin,Service"), 6, "slug", "biowin", "unique"),
    "duplicate key": ("roles.csv", replace("jules-bordet,pit", "saint-luc,pit"), 8, "organisation, partnership, role, source", None, "no two rows"),
    "empty required cell": ("figures.csv", replace("press-release-2024-01-17,pr-granted", ",pr-granted"), 9, "source", "", "must not be"),
    "bad slug": ("places.csv", replace("\nsuarlee,", "\nsu arlée,"), 5, "slug", "su arlée", "write it as in su-arlee"),
    "bad date": ("sources.csv", replace("2024-01-17,,FRA", "17/01/2024,,FRA"), 2, "issued_date", "17/01/2024", "date"),
    "bad address": ("organisations.csv", replace("https://www.biowin.org/", "biowin"), 6, "homepage", "biowin", "no address"),
    "missing column": ("place-links.csv", drop_column("exact_match"), 1, "exact_match", None, "missing column"),
    "unknown column": ("place-links.csv", replace("exact_match", "exactmatch"), 1, "exactmatch", None, "unknown column"),
    "no language": ("events.csv", replace("slug,title_fr,", "slug,title_français,"), 1, "title_français", None, "unknown column"),
    "a column in no language": ("sectors.csv", lambda _: b"slug,source\nx,wallonia-be\n", 1, "label_{language}", None, "in no language"),
    "empty required text": ("sectors.csv", replace(",Biofarmaceutische industrie,", ",,"), 3, "label_nl", "", "must not be"),
    "extra cell": ("topics.csv", replace("cell,press-release-2024-01-17,pr-therapies", "cell,press-release-2024-01-17,pr-therapies,more"), 2, None, "more", "after the last column"),
    "missing cells": ("topics.csv", replace("pit-atmp,therapy,cell,press-release-2024-01-17,pr-therapies", "pit-atmp,therapy"), 2, "code", None, "a cell is missing"),
}
# fmt: on


def check(publication: Path, table: str, change: Callable[[bytes], bytes]) -> tuple[Finding, ...]:
    path = publication.parent / "data" / table
    path.write_bytes(change(path.read_bytes()))
    return check_tables(tables_of(publication)).findings


@pytest.mark.parametrize("name", BAD)
def test_a_bad_table_is_told_with_its_place(publication: Path, name: str) -> None:
    table, change, row, column, value, expected = BAD[name]
    findings = check(publication, table, change)
    texts = [finding.text("en") for finding in findings]
    for finding in findings:
        place = finding.places[0]
        at = place.file == table and place.row == row and (column is None or place.column == column)
        said = expected in finding.message["en"].lower()
        if at and said and (value is None or (finding.value or "") == value):
            return
    pytest.fail(f"no finding at {table}, row {row}, column {column} with {value!r} that says {expected!r}: {texts}")


@pytest.mark.parametrize(
    ("iri", "words"),
    {
        "http://example.org/[": "write it as %5B",
        "http://example.org/%": "as %25",
        "http://example.org/a#b#c": "# twice",
        "http://example.org:99999/": "a port from 0 to 65535",
        "http://[::1": "not a host",
        "http://example.org/a b": "the character ' '",
    }.items(),
)
def test_an_iri_that_the_store_refuses_is_told_with_the_tables(publication: Path, iri: str, words: str) -> None:
    """Together with what else is wrong in them, not only when they are mapped."""
    change = replace("https://www.biowin.org/", iri)
    (finding,) = check(publication, "organisations.csv", change)
    assert (finding.places, finding.value) == ((Place("organisations.csv", 6, "homepage"),), iri)
    assert words in finding.message["en"]


def test_what_the_mapping_takes_as_an_iri_is_declared_as_one() -> None:
    package = json.loads((ROOT / "data" / "datapackage.json").read_text("utf-8"))
    declared = {
        (table["path"], field["name"])
        for table in package["resources"]
        for field in table["schema"]["fields"]
        if field.get("format") == "uri"
    }
    taken = set()
    for file in (ROOT / "data" / "mapping").glob("*.ttl"):
        graph = Graph().parse(file)
        for node in graph.subjects(RR.termType, RR.IRI):
            if column := graph.value(node, RML.reference):
                taken |= {(str(table), str(column)) for table in graph.objects(None, RML.source)}
    assert len(taken) > 10
    assert taken <= declared


def test_the_tables_of_the_publication_are_good(publication: Path) -> None:
    assert check_tables(tables_of(publication)).findings == ()


def test_a_bad_encoding_is_told(publication: Path) -> None:
    (finding,) = check(publication, "people.csv", lambda content: content.replace("é".encode(), b"\xe9"))
    assert finding.places[0] == Place("people.csv", 2)
    assert "windows-1252" in finding.message["en"]


def test_columns_may_stand_in_any_order(publication: Path) -> None:
    path = publication.parent / "data" / "events.csv"
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    before = list(tables_of(publication).tables["events.csv"].rows())
    at = rows[0].index("title_en")
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([*row[:at], *row[at + 1 :], row[at]] for row in rows)
    package = tables_of(publication)
    assert check_tables(package).findings == ()
    assert list(package.tables["events.csv"].rows()) == before


def test_an_empty_file_is_told(publication: Path) -> None:
    findings = check(publication, "events.csv", lambda _: b"")
    assert any(f.places[0].file == "events.csv" and "empty" in f.message["en"].lower() for f in findings)


def test_a_missing_file_is_told(publication: Path) -> None:
    """A table of the publication's own; a supplied one may be left out."""
    path = publication.parent / "data" / "datapackage.json"
    path.write_text('{"resources": [{"name": "more", "path": "more.csv", "schema": {"fields": []}}]}', encoding="utf-8")
    (publication.parent / "data" / "events.csv").unlink()
    findings = check_tables(tables_of(publication)).findings
    assert {finding.places[0].file for finding in findings} == {"more.csv"}


def test_all_errors_come_at_once(publication: Path) -> None:
    path = publication.parent / "data" / "figures.csv"
    text = path.read_text(encoding="utf-8")
    text = (
        text.replace(",26,NUM", ",many,NUM")
        .replace(",almost,A", ",nearly,A")
        .replace("12,NUM,,,exact", "x,NUM,,,exact", 1)
    )
    path.write_text(text, encoding="utf-8")
    people = path.with_name("people.csv")
    people.write_text(people.read_text(encoding="utf-8").replace(",biowin,", ",biolose,"), encoding="utf-8")
    values = [finding.value for finding in check_tables(tables_of(publication)).findings]
    assert {"many", "nearly", "x", "biolose"} <= set(values)


def test_a_byte_order_mark_is_accepted(publication: Path) -> None:
    assert check(publication, "people.csv", lambda content: b"\xef\xbb\xbf" + content) == ()
    table = tables_of(publication).tables["people.csv"]
    assert table.header()[0] == "slug"


def test_a_control_character_is_told(publication: Path) -> None:
    """XML 1.0 §2.2: no XML document can have it, so RDF/XML could not."""
    (finding,) = check(publication, "people.csv", lambda content: content.replace(b"Sylvie", b"Syl\x07vie"))
    assert finding.places[0] == Place("people.csv", 3, "name")


def test_a_descriptor_the_library_refuses_is_told(publication: Path) -> None:
    path = publication.parent / "data" / "datapackage.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"type": "number"', '"type": "nonsense"', 1), "utf-8")
    findings = check_tables(tables_of(publication)).findings
    assert [finding.places[0].file for finding in findings] == ["datapackage.json"]


def test_rows_are_numbered_as_in_a_spreadsheet(tmp_path: Path) -> None:
    """RFC 7111 §2.1: rows count from 1, the header included; a cell of several lines is one row."""
    (tmp_path / "t.csv").write_text('a,b\n1,"two\nlines"\n\n3,4\n', encoding="utf-8")
    (tmp_path / "datapackage.json").write_text('{"resources": [{"name": "t", "path": "t.csv"}]}', encoding="utf-8")
    table = open_package(tmp_path).tables["t.csv"]
    assert list(table.rows()) == [(2, ["1", "two\nlines"]), (4, ["3", "4"])]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "no such file"),
        ("{", "not JSON"),
        ('{"resources": [{"name": "x"}]}', "path"),
        ("[]", "resources"),
        ('{"resources": [{"name": "x", "path": "x.csv", "schema": "s.json"}]}', "schema"),
        ('{"resources": [{"name": "x", "path": "x.csv", "schema": {"fields": [{}]}}]}', "name"),
        ('{"resources": [{"name": "x", "path": "../x.csv"}]}', "beside the descriptor"),
        ('{"resources": [{"name": "x", "path": "/etc/passwd"}]}', "beside the descriptor"),
    ],
)
def test_a_bad_descriptor_is_told(tmp_path: Path, content: str | None, said: str) -> None:
    if content is not None:
        (tmp_path / "datapackage.json").write_text(content, encoding="utf-8")
    with pytest.raises(AtmpgraphError, match=said):
        open_package(tmp_path)


@pytest.mark.parametrize(
    ("column", "constraint"),
    [("value", {"minimum": "many"}), ("value", {"maximum": "1,5 x"}), ("slug", {"pattern": "["})],
)
def test_a_constraint_that_makes_no_sense_is_told(publication: Path, column: str, constraint: dict[str, str]) -> None:
    path = publication.parent / "data" / "datapackage.json"
    changed = {"name": "figures", "schema": {"fields": [{"name": column, "constraints": constraint}]}}
    path.write_text(json.dumps({"resources": [changed]}), encoding="utf-8")
    [finding] = check_tables(tables_of(publication)).findings
    assert finding.places[0] == Place("datapackage.json")
    assert {column, *constraint} <= set(finding.message["en"].split())
    assert finding.message["fr"] != finding.message["en"]


def test_two_columns_in_one_language_are_told(publication: Path) -> None:
    """RFC 5646 §2.1.1: the case of a tag means nothing; a literal in both would be one of two titles."""

    def twice(content: bytes) -> bytes:
        header, _, rows = content.partition(b"\n")
        return header.replace(b"title_en", b"title_en,title_EN") + b"\n" + rows

    [finding] = check(publication, "events.csv", twice)
    assert finding.places[0] == Place("events.csv", 1, "title_EN")
    assert "title_en" in finding.message["nl"]


def test_a_form_is_told_by_an_example(publication: Path) -> None:
    """A regular expression says nothing to a person of an office."""

    def two_letters(content: bytes) -> bytes:
        return content.replace(b",BEL,", b",BE,", 1)

    [finding] = check(publication, "organisation-details.csv", two_letters)
    assert (finding.places[0].column, finding.value) == ("country", "BE")
    assert all(" BEL" in text and "^" not in text for text in finding.message.values())


def test_the_mistakes_made_most_are_told_in_each_language(publication: Path) -> None:
    def wrong(content: bytes) -> bytes:
        return content.replace(b",biowin,", b",biolose,").replace(b"Sylvie Ponchaut", b"")

    findings = {finding.places[0].column: finding for finding in check(publication, "people.csv", wrong)}
    assert {"organisation", "name"} <= findings.keys()
    assert "organisations.csv" in findings["organisation"].message["de"]
    assert all(finding.message["de"] != finding.message["en"] for finding in findings.values())


@pytest.mark.parametrize(
    "text",
    [
        "#REF!",
        "#N/A",
        "#WERT!",
        "#NOM?",
        "#VALEUR!",
        "#WAARDE!",
        "#RIF!",
        "Err:502",
        "########",
        "Loading...",
        "Syl\u202evie",
        "S\u0443lvie",
        "\u0421ylvie",
    ],
)
def test_what_a_spreadsheet_writes_for_no_value_is_told(publication: Path, text: str) -> None:
    (found,) = check(publication, "people.csv", lambda content: content.replace(b"Sylvie Ponchaut", text.encode()))
    assert (found.places[0], found.value) == (Place("people.csv", 3, "name"), repr(text))


@pytest.mark.parametrize(
    "text", ["#1", "\u0421\u043e\u0444\u0438\u044f", "COVID\u0430", "C# REF!", "No. #REF! is a word", "##", "Err: 502"]
)
def test_what_only_looks_like_it_is_read(publication: Path, text: str) -> None:
    assert check(publication, "people.csv", lambda content: content.replace(b"Sylvie Ponchaut", text.encode())) == ()


@pytest.mark.parametrize(
    ("cell", "language", "meant"),
    [
        ("Universität", "de", "university (Universität)"),
        ("universite", "fr", "university (université)"),
        ("Hôpital universitaire", "nl", "university-hospital (universitair ziekenhuis)"),
        ("universty", "en", "did you mean university?"),
    ],
)
def test_a_label_in_place_of_a_code_is_told_with_the_code_and_the_label(
    publication: Path, cell: str, language: str, meant: str
) -> None:
    table = publication.parent / "data" / "organisations.csv"
    table.write_text(table.read_text("utf-8").replace(",university,", f",{cell},", 1), "utf-8")
    settings = Settings.load(publication)
    codes = read_code_lists(settings.layered("ontology").rglob("*.ttl"), settings.base)
    (finding,) = check_tables(tables_of(publication), codes=codes).findings
    assert meant in finding.message[language]


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("^BE\\d{4}$", "write it as in BE1234"),
        ("^(?!x)y*$", "its “description” or “example” in the Data Package can say"),
    ],
)
def test_people_read_no_expression(publication: Path, pattern: str, words: str) -> None:
    file = publication.parent / "data" / "datapackage.json"
    package = json.loads(file.read_text("utf-8"))
    (people,) = (each for each in package["resources"] if each["name"] == "people")
    (field,) = (each for each in people["schema"]["fields"] if each["name"] == "name")
    field.pop("example")
    field["constraints"]["pattern"] = pattern
    file.write_text(json.dumps(package), "utf-8")
    findings = check_tables(tables_of(publication)).findings
    assert findings
    assert {words} == {words for finding in findings if words in finding.message["en"]}, findings
    assert not any(pattern in text for finding in findings for text in finding.message.values())

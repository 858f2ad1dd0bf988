"""Every text that becomes an IRI is judged by the parser of the store, and what it refuses is told with its place."""

import csv
import json
from itertools import cycle
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpgraph.errors import AtmpgraphError, SettingsError
from atmpgraph.findings import Place, ViolationError
from atmpgraph.iris import explained, fault
from atmpgraph.publish.build import check
from atmpgraph.publish.tables import open_tables, read_codes
from atmpgraph.rdf.terms import encode
from atmpgraph.settings import Settings

from .conftest import own_file

WRONG = {
    "http://example.com/[": "'[' may not stand where it does; write it as %5B",
    "http://example.com/%": "two hexadecimal digits follow each %",
    "http://example.com/%2": "two hexadecimal digits follow each %",
    "http://example.com/%zz": "two hexadecimal digits follow each %",
    "http://example.com/#a#b": "it has # twice; write the second one as %23",
    "http://example.com:port/": "'example.com:port' is not a host",
    "http://example.com:99999/": "'example.com:99999' is not a host",
    "http://[::1": "'[::1' is not a host",
    "http://[::1/": "'[::1' is not a host",
    "http://me@[1::2::3]/": "'[1::2::3]' is not a host",
    "http://a@b@example.com/": "'@' may not stand where it does; write it as %40",
    "http://example.com/\ue000": "write it as %EE%80%80",
    "http://example.com/a b": "it has the character ' '",
    "http://example.com/a|b": "it has the character '|'",
    "http://example.com/a\nb": r"it has the character '\n'",
    "example": "it does not begin with a scheme, such as https:",
    "//example.com/": "it does not begin with a scheme, such as https:",
    "1a:b": "it does not begin with a scheme, such as https:",
    "été:b": "it does not begin with a scheme, such as https:",
    "": "it does not begin with a scheme, such as https:",
}
GOOD = (
    *(
        "http://[::1]:8080/",
        "http://example.com:80/é?x=[]#%25".replace("[]", "%5B%5D"),
        "urn:isbn:0451450523",
        "mailto:a@b",
    ),
    *("http://example.com:/", "https://例え.jp/パス", "http://example.com/?\ue000", "tag:a,2024:b"),
)


@pytest.mark.parametrize("iri", WRONG)
def test_what_is_wrong_is_said_in_words(iri: str) -> None:
    assert WRONG[iri] in str(explained(iri))


@pytest.mark.parametrize("iri", GOOD)
def test_a_good_iri_passes(iri: str) -> None:
    assert fault(iri) is None


@given(st.text(st.characters(exclude_categories=["Cs"])) | st.text("[]%#:/@?. a2", max_size=12))
def test_what_passes_can_be_loaded(text: str) -> None:
    iri = f"http://{text}"
    try:
        ox.Store().load(f"<{iri}> <{iri}> <{iri}> .".encode(), format=ox.RdfFormat.N_TRIPLES)
    except SyntaxError:
        assert fault(iri)
    else:
        assert fault(iri) is None or explained(iri) == explained(f"http://{text}")


def test_every_encoded_character_can_stand_in_an_iri() -> None:
    """R2RML §7.3 with RFC 3987 §2.2: neither private use nor what is no character is left as it is."""
    for code in (*range(0xD800), *range(0xE000, 0x110000)):
        assert fault.__wrapped__(f"http://a/{encode.__wrapped__(chr(code))}") is None
    assert encode("namur\n") == "namur%0A"
    assert encode("é\ue000") == "é%EE%80%80"


def rows(settings: Settings, table: str) -> list[list[str]]:
    """The rows of a table, without its header; none where it is not there."""
    file = settings.path(settings.folders.data) / table
    return list(csv.reader(file.read_text("utf-8-sig").splitlines()))[1:] if file.is_file() else []


def with_cells(settings: Settings, table: str, column: str, values: list[str]) -> None:
    """Put values into the first rows of a column of a table."""
    file = settings.path(settings.folders.data) / table
    with file.open(encoding="utf-8-sig", newline="") as content:
        header, *rows = csv.reader(content)
    if column not in header:
        header.append(column)
        rows = [[*row, ""] for row in rows]
    for row, value in zip(rows, values, strict=False):
        row[header.index(column)] = value
    with file.open("w", encoding="utf-8", newline="") as content:
        csv.writer(content).writerows([header, *rows])


def test_each_wrong_cell_is_named_by_file_row_and_column(started: Settings, tmp_path: Path) -> None:
    wrong = ["https://example.com/[", "https://example.com/100%", "https://example.com/#a#b", "https://example.com:x/"]
    with_cells(started, "sources.csv", "url", wrong)
    with_cells(started, "organisations.csv", "homepage", ["http://[::1"])
    (tmp_path / "scratch").mkdir()
    with pytest.raises(ViolationError) as refusal:
        check(started, tmp_path / "scratch")
    found = {(place, finding.value) for finding in refusal.value.report.findings for place in finding.places}
    assert found == {
        *((Place("sources.csv", row, "url"), value) for row, value in enumerate(wrong, 2)),
        (Place("organisations.csv", 2, "homepage"), "http://[::1"),
    }


def test_every_column_that_takes_an_iri_is_judged_alike(publication: Path, tmp_path: Path) -> None:
    """One wrong IRI in each, all told in one run."""
    settings = Settings.load(publication)
    tables = open_tables(settings, read_codes(settings)).descriptor["resources"]
    columns = [
        (table["path"], field["name"])
        for table in tables
        for field in table["schema"]["fields"]
        if field.get("format") == "uri" and rows(settings, table["path"])
    ]
    wrong = dict(zip(columns, cycle(iri for iri in WRONG if iri.startswith("http")), strict=False))
    for (table, column), iri in wrong.items():
        with_cells(settings, table, column, [iri])
    (tmp_path / "scratch").mkdir()
    with pytest.raises(ViolationError) as refusal:
        check(settings, tmp_path / "scratch")
    found = {(place, finding.value) for finding in refusal.value.report.findings for place in finding.places}
    assert len(columns) > 6
    assert found >= {(Place(table, 2, column), iri) for (table, column), iri in wrong.items()}


_OWN = """
@prefix rml: <http://semweb.mmlab.be/ns/rml#> .
@prefix rr: <http://www.w3.org/ns/r2rml#> .
@prefix ql: <http://semweb.mmlab.be/ns/ql#> .
@prefix ex: <https://example.com/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<#Own> rml:logicalSource [ rml:source "own.csv" ; rml:referenceFormulation ql:CSV ] ;
    rr:subjectMap [ rr:template "id/own/{slug}" ; rr:graph <id/graph/tables> ] ;
    rr:predicateObjectMap
        [ rr:predicate ex:blog ; rr:objectMap [ rml:reference "blog" ; rr:termType rr:IRI ] ] ,
        [ rr:predicate ex:shop ; rr:objectMap [ rr:template "https://example.com:{port}/shop" ; rr:termType rr:IRI ] ] ,
        [ rr:predicate ex:feeds ; rr:objectMap [ rml:reference "feeds" ; rr:termType rr:IRI ] ] ,
        [ rr:predicateMap [ rml:reference "says" ] ; rr:object "yes" ] ,
        [ rr:predicate ex:since ; rr:objectMap [ rml:reference "since" ; rr:datatype xsd:date ] ] .
"""


def test_columns_of_ones_own_are_judged_in_the_same_run_as_the_tables(started: Settings, tmp_path: Path) -> None:
    """No `format: uri` says that they are IRIs; the mapping does."""
    data = started.path(started.folders.data)
    names = ("slug", "blog", "port", "feeds", "says", "since", "count")
    fields: list[dict[str, str]] = [{"name": name, "title": name, "description": name} for name in names]
    fields[3] |= {"type": "list", "delimiter": ";"}
    fields[-1] |= {"type": "integer", "unmapped": True}  # type: ignore[dict-item]
    own = {"name": "own", "path": "own.csv", "schema": {"fields": fields, "primaryKey": ["slug"]}}
    own_file(started, "descriptor").write_text(json.dumps({"resources": [own]}), "utf-8")
    own_file(started, "mapping", "own.rml.ttl").write_text(_OWN, "utf-8")
    wrong = (
        "https://example.com/[",
        "port",
        "https://example.com/a;https://example.com/%",
        "http://[::1",
        "2024-02-30",
    )
    good = ("https://example.com/b", "80", "https://example.com/a", "https://example.com/p", "2024-02-28")
    empty = ("", "", "", "")
    table = [
        *(names, ("a", *wrong, "x"), ("b", *good, "1")),
        ("c", "https://example.com/#a#b", *empty, "1", "one too many"),
        ("d", "https://example.com:x/", *empty, "2"),
    ]
    with (data / "own.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(table)
    (tmp_path / "scratch").mkdir()
    with pytest.raises(ViolationError) as refusal:
        check(started, tmp_path / "scratch")
    places = [place for each in refusal.value.report.findings for place in each.places if place.row]
    first = [Place("own.csv", 2, column) for column in names[1:]]
    assert sorted(places) == sorted([*first, Place("own.csv", 4), Place("own.csv", 5, "blog")])


@pytest.mark.parametrize(
    ("kind", "name", "text"),
    [
        ("mapping", "own.rml.ttl", "<urn:x> a <http://[::1> ."),
        ("ontology", "own.ttl", "<http://example.com/[> a <http://example.com/C> ."),
        ("shapes", "own.ttl", "<http://example.com/S> a <http://example.com/%> ."),
        ("catalogue", "catalogue.ttl", "<id/catalogue> <http://purl.org/dc/terms/source> <http://example.com:x/> ."),
    ],
)
def test_a_file_with_a_wrong_iri_is_named(started: Settings, tmp_path: Path, kind: str, name: str, text: str) -> None:
    data = started.path(started.folders.data)
    file = data / name if kind == "catalogue" else own_file(started, kind, name)  # type: ignore[arg-type]
    before = file.read_text(encoding="utf-8") if file.is_file() else ""
    file.write_text(f"{before}\n{text}\n", encoding="utf-8")
    (tmp_path / "scratch").mkdir()
    with pytest.raises(AtmpgraphError) as refusal:
        check(started, tmp_path / "scratch")
    said = (
        "\n".join(refusal.value.report.lines("en")) if isinstance(refusal.value, ViolationError) else str(refusal.value)
    )
    assert name in said


def test_a_setting_that_is_no_iri_is_named(tmp_path: Path, started: Settings) -> None:
    file = started.path(Path("atmpgraph.toml"))
    text = file.read_text(encoding="utf-8")
    base, licence = (next(line for line in text.splitlines() if line.startswith(name)) for name in ("base", "licence"))
    text = text.replace(base, 'base = "http://[::1/"\nprevious_bases = ["https://example.com/%/"]')
    text = text.replace(licence, 'licence = "CC BY 4.0"')
    file.write_text(text + '\n[federation]\nservices = ["https://example.com/#a#b"]\n', encoding="utf-8")
    with pytest.raises(SettingsError) as refusal:
        Settings.load(file)
    said = str(refusal.value).splitlines()
    assert [line.split("`")[1] for line in said] == ["base", "previous_bases", "licence", "[federation] services"]


@pytest.mark.parametrize("name", ["my things.csv", "things[1].csv", "50%.csv", "a?b.csv", "a#b.csv"])
def test_the_name_of_a_table_stands_in_iris(started: Settings, name: str) -> None:
    data = started.path(started.folders.data)
    own_file(started, "descriptor").write_text(
        json.dumps({"resources": [{"name": "own", "path": name, "schema": {"fields": [{"name": "slug"}]}}]}), "utf-8"
    )
    (data / name).write_text("slug\na\n", "utf-8")
    with pytest.raises(AtmpgraphError, match="rename the file") as refusal:
        open_tables(started, read_codes(started))
    assert repr(name) in str(refusal.value)

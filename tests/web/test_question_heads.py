"""What the head of a query says is what its page, the library, programs and OpenAPI say."""

import csv
import html
import io
import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from jsonschema_rs import Draft202012Validator, meta

from atmpgraph.settings import Settings
from atmpgraph.sparql.library import LibraryQuery
from atmpgraph.sparql.query_head import RESERVED
from atmpgraph.web import create_app
from atmpgraph.web.core.i18n import OF_EVERY_PAGE

from ..conftest import BASE, LANGUAGES, changed
from .rules import BROWSER

SOURCE = f"{BASE}id/source/lpost-2024-01-17"


def _rows(client: FlaskClient, path: str) -> list[dict[str, str]]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.mark.parametrize(
    ("language", "label"), zip(LANGUAGES, ("Selon", "Volgens", "Laut", "According to"), strict=True)
)
def test_columns_have_their_labels(client: FlaskClient, language: str, label: str) -> None:
    page = client.get(f"/queries/figures?lang={language}", headers=BROWSER).text
    assert f'<th scope="col" data-name="publisher" title="?publisher">{label}</th>' in page


@pytest.mark.parametrize("name", ["figures", "money", "funding", "workpackage-members", "third-party-figures"])
def test_a_person_sees_a_name_once_and_programs_see_the_code_too(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/queries/{name}?lang=de", headers=BROWSER).text.split('<section class="answer">')[1]
    headings = re.findall(r'<th scope="col" data-name="(\w+)"', answer)
    words = client.get("/queries/", headers={"Accept": "application/json"}).get_json()["queries"]
    words = next(query["words"] for query in words if query["name"] == name)
    rows = _rows(client, f"/queries/{name}.csv?lang=de")[: len(_cells(answer))]  # the page has a part of a long answer
    assert words
    assert rows
    for code, column in words.items():
        assert (code in headings, column in headings) == (False, True)
        assert all(row[code] for row in rows if row[column])
        said = [cells[headings.index(column)] for cells in _cells(answer)]
        assert said == [row[column] or said[number] for number, row in enumerate(rows)]


def _cells(answer: str) -> list[list[str]]:
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.S) for row in re.findall(r"<tr>(<td.*?)</tr>", answer, re.S)]
    rows = rows or [
        re.findall(r"<td[^>]*>(.*?)</td>", row, re.S) for row in re.findall(r"<tr>(.*?)</tr>", answer, re.S)
    ]
    return [[html.unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in row] for row in rows if row]


def test_what_has_no_words_in_the_answer_is_called_as_everywhere(released: Settings, tmp_path: Path) -> None:
    unit = "<http://qudt.org/vocab/unit/CCY_EUR>"
    text = f'#+ words.unit: name\nSELECT ?name ?unit {{ VALUES (?name ?unit) {{ (UNDEF {unit}) ("ecu" {unit}) }} }}'
    (tmp_path / "units.rq").write_text(text, encoding="utf-8")
    client = create_app(changed(released, folders={"queries": tmp_path})).test_client()
    answer = client.get("/queries/units?lang=en", headers=BROWSER).text.split('<section class="answer">')[1]
    assert _cells(answer) == [["€"], ["ecu"]]


def test_a_value_is_put_in(client: FlaskClient) -> None:
    every, some = _rows(client, "/queries/figures.csv"), _rows(client, f"/queries/figures.csv?source={SOURCE}")
    assert some == [row for row in every if row["source"] == SOURCE] != []
    assert _rows(client, "/queries/figures.csv?source=id/source/lpost-2024-01-17") == some
    assert _rows(client, "/queries/figures.csv?source=") == every
    assert f"VALUES ?source {{ <{SOURCE}> }}" in client.get(f"/queries/figures.rq?source={SOURCE}").text


def test_a_date_is_put_in(client: FlaskClient) -> None:
    assert all(row["issued"] >= "2024-03-01" for row in _rows(client, "/queries/since.csv?since=2024-03-01"))
    assert len(_rows(client, "/queries/since.csv?since=2020-01-01")) > len(_rows(client, "/queries/since.csv"))


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("since.csv?since=soon", "“soon” is no value for the parameter since, which is of the kind date."),
        (
            "figures?source=id/source/nobody",
            "“id/source/nobody” is not among the values of the parameter source; the query",
        ),
        ("figures?source=http://%5B", "“http://[” is not among the values of the parameter source; the query"),
        ("since?since=2024-01-01%22%20%7D", "is no value for the parameter since"),
        ("since?since=2024-02-31", "is no value for the parameter since"),
        (
            "figures.csv?sources=id/source/ror",
            "The query has no parameter sources; its parameters are indicator, source",
        ),
        ("ror.csv?ror=04hyaa915", "The query has no parameters; ror is none."),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_expected(client: FlaskClient, path: str, words: str) -> None:
    answer = client.get(f"/queries/{path}", headers={"Accept": "application/problem+json"})
    assert (answer.status_code, words in answer.get_json()["detail"]) == (400, True)


def test_a_value_that_the_limit_of_rows_hides_is_put_in(released: Settings, client: FlaskClient) -> None:
    sources = {row["source"] for row in _rows(client, "/queries/figures.csv")}
    narrow = create_app(changed(released, queries={"max_rows": 3})).test_client()
    assert {narrow.get(f"/queries/figures.csv?source={source}").status_code for source in sources} == {200}


@pytest.mark.parametrize(
    ("named", "suffix"),
    [
        ("format=csv", "csv"),
        ("format=CSV", "csv"),
        ("output=text/csv", "csv"),
        ("format=JSON", "json"),
        ("format=application/sparql-results+xml", "xml"),
        ("output=tab", "tsv"),
        ("format=rq", "rq"),
    ],
)
def test_a_format_may_be_named_as_at_the_endpoint(client: FlaskClient, named: str, suffix: str) -> None:
    """It goes before Accept and stands beside the values of parameters."""
    answer = client.get(f"/queries/figures?source={SOURCE}&{named}", headers=BROWSER)
    by_suffix = client.get(f"/queries/figures.{suffix}?source={SOURCE}")
    assert (answer.status_code, answer.content_type) == (200, by_suffix.content_type)
    # the engine gives the rows in any order
    assert sorted(answer.data) == sorted(by_suffix.data)
    assert client.get(f"/queries/figures.{suffix}?source={SOURCE}&{named}").content_type == by_suffix.content_type


@pytest.mark.parametrize(
    ("path", "status"),
    [("figures?format=nonsense", 400), ("figures?format=turtle", 406)],
)
def test_no_other_format_stands_in_for_the_named_one(client: FlaskClient, path: str, status: int) -> None:
    assert client.get(f"/queries/{path}").status_code == status


def test_the_downloads_of_a_page_that_was_named_have_their_own_formats(client: FlaskClient) -> None:
    page = client.get(f"/queries/figures?format=html&lang=en&source={SOURCE}").text
    downloads = re.findall(r'href="(/queries/figures\.[^"]*)"', page)
    assert len(downloads) > 3
    for path in downloads:
        assert client.get(html.unescape(path)).status_code == 200, path


def test_an_answer_is_read_in_parts(client: FlaskClient) -> None:
    """Each leads to the next at the URL of the question (RFC 8288)."""
    every = client.get(f"/queries/figures.json?source={SOURCE}").get_json()["results"]["bindings"]
    parts, path = [], f"/queries/figures.json?source={SOURCE}&limit=3"
    while path:
        answer = client.get(path)
        rows = answer.get_json()["results"]["bindings"]
        assert len(rows) <= 3
        parts += rows
        cut = "Atmpgraph-Truncated" in answer.headers
        following = re.search(r'<([^>]*)>; rel="next"', answer.headers.get("Link", ""))
        assert cut == bool(following)
        path = f"/queries/figures.json{following[1]}" if following else ""
    assert parts == every
    assert len(parts) > 6


@pytest.mark.parametrize("suffix", ["json", "csv", "tsv", "xml"])
def test_an_answer_that_is_cut_says_in_its_body_where_the_rest_is(released: Settings, suffix: str) -> None:
    """But not where the URL says how many rows are wanted."""
    asker = create_app(changed(released, queries={"max_rows": 10})).test_client()
    asked = f"/queries/quotations.{suffix}?lang=fr"
    text = html.unescape(asker.get(asked, base_url="https://data.example.org/below").text)
    [link] = re.findall(r'https://data\.example\.org/below(/queries/[^"<>\s,]*offset=10)\b', text)
    assert link.startswith(asked)
    following = asker.get(link)
    assert following.content_type == asker.get(asked).content_type
    assert following.text != text
    assert "offset=" not in asker.get(f"{asked}&limit=5").text


@pytest.mark.parametrize("limit", ["0", "-1", "x", "1.5", "٣", "1" * 19])
def test_a_limit_that_is_no_number_of_rows_is_refused(client: FlaskClient, limit: str) -> None:
    for suffix in ("", ".csv"):
        assert client.get(f"/queries/figures{suffix}?limit={limit}").status_code == 400


def test_a_page_has_as_many_rows_as_its_url_wants(client: FlaskClient) -> None:
    answer = client.get("/queries/figures?lang=en&limit=2", headers=BROWSER).text.split('<section class="answer">')[1]
    assert len(_cells(answer)) == 2
    assert "limit=2" in answer.split('rel="next"')[0].rsplit("<a ", 1)[1]


def test_the_page_has_a_form_with_the_values_that_there_are(client: FlaskClient) -> None:
    page = client.get(f"/queries/figures?lang=en&source={SOURCE}", headers=BROWSER).text
    form = re.search(r'<form class="parameters".*?</form>', page, re.S)
    assert form
    assert form[0].count(f'<option value="{SOURCE}" selected>') == 1
    assert len(re.findall(r"<option ", form[0])) > 20
    assert "/queries/figures.csv?source=" in page.replace("lang=en&amp;", ""), "the downloads have the same value"
    since = client.get("/queries/since?lang=en", headers=BROWSER).text
    assert '<input name="since" type="date" value="2024-02-01">' in since


def test_the_library_is_data_too(client: FlaskClient) -> None:
    answer = client.get("/queries/", headers={"Accept": "application/json", "Accept-Language": "de"})
    queries = {query["name"]: query for query in answer.get_json()["queries"]}
    figures = queries["figures"]
    assert figures["subject"] == "Zahlen"
    assert figures["columns"][0] == {"name": "measured", "label": "Was gemessen wird"}
    assert figures["parameters"][1] == {
        "name": "source", "type": "thing", "label": "Quelle", "default": None, "values": f"{BASE}queries/sources",
    }  # fmt: skip
    assert figures["pictures"] == [{"kind": "chart", "number": "value", "label": "measured", "split": "unit"}]
    assert queries["since"]["parameters"][0]["default"] == "2024-02-01"


def test_the_library_as_data_is_another_in_each_language(client: FlaskClient) -> None:
    """Nobody gets what was made for a reader of another language."""
    answers = [
        client.get("/queries/", headers={"Accept": "application/json", "Accept-Language": tag}) for tag in LANGUAGES
    ]
    subjects = [answer.get_json()["queries"][0]["subject"] for answer in answers]
    assert subjects == ["Le partenariat", "Het partnerschap", "Die Partnerschaft", "The partnership"]
    assert len({answer.headers["ETag"] for answer in answers}) == len(LANGUAGES)


def test_its_parameters_are_a_json_schema(client: FlaskClient) -> None:
    """So a program that calls tools can check what it asks."""
    listed = client.get("/queries/", headers={"Accept": "application/json"}).get_json()["queries"]
    schemas = {query["name"]: query["schema"] for query in listed}
    for schema in schemas.values():
        meta.validate(schema)
    since = Draft202012Validator(schemas["since"])
    assert since.is_valid({"since": ["2024-03-01"]})
    assert not since.is_valid({"since": [3]})
    assert not since.is_valid({"until": ["2024-03-01"]})


def test_a_text_is_put_in_as_a_term() -> None:
    query = "#+ parameter.name: text\nSELECT ?name {\n  # VALUES ?name { … }\n}"
    for value in ('"', "\\", "a\nVALUES ?name { 1 }", '" } #', "\x00", "é", "مرحبا"):
        put = LibraryQuery("any", query).with_values({"name": [value]}).file_text
        solutions = ox.Store().query(put)
        assert isinstance(solutions, ox.QuerySolutions)
        assert [row["name"] for row in solutions] == [ox.Literal(value)]


def test_questions_stand_under_their_subjects(client: FlaskClient) -> None:
    page = client.get("/queries/?lang=en", headers=BROWSER).text
    headings = re.findall(r"<h2>(.*?)</h2>", page)
    assert headings[:4] == ["The partnership", "Organisations and people", "Work packages and topics", "Money"]
    assert "Other questions" not in headings


def test_openapi_describes_each_query(client: FlaskClient) -> None:
    described = client.get("/openapi.json").get_json()["paths"]
    since = described["/queries/since"]["get"]
    assert since["summary"] == "What came in since a date?"
    assert "unitName: Unit" in since["description"]
    [parameter] = [each for each in since["parameters"] if each["name"] == "since"]
    assert parameter["schema"]["items"] == {"type": "string", "format": "date", "default": "2024-02-01"}
    [parameter] = [each for each in described["/queries/figures"]["get"]["parameters"] if each["name"] == "source"]
    assert f"Its values: {BASE}queries/sources." in parameter["description"]


def test_no_parameter_of_a_query_is_called_as_one_of_every_page() -> None:
    assert {*OF_EVERY_PAGE, "offset", "limit"} == RESERVED

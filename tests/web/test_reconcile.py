"""The reconciliation service as OpenRefine uses it, its answers against the schemas of version 0.2, and bad input."""

import json
from typing import Any
from urllib.parse import quote, urlsplit

import jsonschema_rs
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import settings as of_hypothesis
from hypothesis import strategies as st

from atmpgraph.i18n import texts
from atmpgraph.linking.score import WORTH
from atmpgraph.release.release import Release
from atmpgraph.settings import Settings
from atmpgraph.web import create_app
from atmpgraph.web.routes.reconcile import REASONS

from ..conftest import LANGUAGES, changed
from .reconciliation_schemas import EXTENSION, MANIFEST, PROPOSALS, RESULTS, SUGGESTIONS, Schema
from .rules import BROWSER, check_page

OPENREFINE = {"Accept": "application/json, text/javascript, */*; q=0.01"}


def valid(response: Any, schema: Schema) -> Any:
    """The JSON of an answer, checked."""
    assert response.status_code == 200, response.text
    assert response.content_type == "application/json"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    content = json.loads(response.data)
    jsonschema_rs.validate(schema, content)
    return content


def sent(client: FlaskClient, **form: Any) -> Any:
    """The answer to a form, as OpenRefine sends it."""
    return client.post("/reconcile", data={name: json.dumps(content) for name, content in form.items()})


def first(client: FlaskClient, **query: Any) -> dict[str, Any]:
    """The best candidate of one query."""
    results = valid(sent(client, queries={"q0": query}), RESULTS)["q0"]["result"]
    return dict(results[0])


@pytest.mark.parametrize("path", ["/reconcile", "/reconcile/"])
def test_the_manifest(path: str, client: FlaskClient) -> None:
    manifest = valid(client.get(path, headers=OPENREFINE), MANIFEST)
    assert manifest["batchSize"] == 100
    assert {"id": "org:Organization", "name": "Organisation"} in manifest["defaultTypes"]
    assert client.options(path).status_code == 200


def test_what_the_manifest_leads_to(client: FlaskClient) -> None:
    manifest = valid(client.get("/reconcile"), MANIFEST)
    for service in manifest["suggest"].values():
        valid(client.get(service["service_path"], query_string={"prefix": "r"}), SUGGESTIONS)
    valid(
        client.get(manifest["extend"]["propose_properties"]["service_path"], query_string={"type": "org:Organization"}),
        PROPOSALS,
    )
    for template in (manifest["view"]["url"], manifest["preview"]["url"]):
        url = urlsplit(template.replace("{{id}}", quote("organisation/ulb", safe="")))
        assert client.get(f"{url.path}?{url.query}", headers=BROWSER, follow_redirects=True).status_code == 200


def test_a_batch(client: FlaskClient) -> None:
    """The form of OpenRefine 3.7 to 3.9."""
    queries = {
        "q0": {"query": "Deloitte S.A.", "type": "org:Organization", "type_strict": "should"},
        "q1": {"query": "U.L.B.", "type": "org:Organization", "type_strict": "should", "limit": 3},
        "q2": {"query": "nobody knows this name", "type": "org:Organization", "type_strict": "should"},
        "q3": {"query": "UCLouvain", "properties": [{"pid": "country", "v": {"id": "BEL", "name": "Belgium"}}]},
    }
    results = valid(sent(client, queries=queries), RESULTS)
    assert list(results) == list(queries)
    best = {name: answer["result"][0] for name, answer in results.items() if answer["result"]}
    assert {name: (each["id"], each["match"]) for name, each in best.items() if name != "q2"} == {
        "q0": ("organisation/deloitte", True),
        "q1": ("organisation/ulb", True),
        "q3": ("organisation/uclouvain", True),
    }
    assert not any(each["match"] for each in results["q2"]["result"])
    assert best["q0"]["features"] == [{"id": "legal_form", "value": 99}]
    assert best["q1"]["type"] == [{"id": "org:Organization", "name": "Organisation"}]


@pytest.mark.parametrize(
    "text",
    ["01r9htc13", "https://ror.org/01r9htc13", "Q574606", "http://www.wikidata.org/entity/Q574606", "0000000123486355"],
)
def test_an_identifier_in_place_of_a_name(text: str, client: FlaskClient) -> None:
    best = first(client, query=text)
    assert (best["id"], best["match"], best["features"][0]["id"]) == ("organisation/ulb", True, "identifier")


def test_the_iri_of_a_thing_is_itself(client: FlaskClient, release: Release) -> None:
    """As a query and to be extended."""
    iri = f"{release.base}id/organisation/ulb"
    best = first(client, query=iri)
    assert (best["id"], best["match"], best["score"]) == ("organisation/ulb", True, 100)
    ids = {"ids": [iri, "organisation/ulb"], "properties": [{"id": "ror"}]}
    rows = client.post("/reconcile", data={"extend": json.dumps(ids)}).get_json()["rows"]
    assert rows[iri] == rows["organisation/ulb"] == {"ror": [{"str": "01r9htc13"}]}


def test_a_link_to_a_registry_extends_as_an_identifier(client: FlaskClient) -> None:
    ids = {"ids": ["place/suarlee"], "properties": [{"id": "geonames"}, {"id": "wikidata"}]}
    rows = client.post("/reconcile", data={"extend": json.dumps(ids)}).get_json()["rows"]
    assert rows == {"place/suarlee": {"geonames": [{"str": "2785919"}], "wikidata": [{"str": "Q2779990"}]}}


@pytest.mark.parametrize("text", ['\ufeff{"q": {"query": "ULB"}}', '{"q": {"query": "ULB", "limit": 1.0}}'])
def test_a_mark_before_the_queries_and_whole_numbers_of_any_form_are_read(text: str, client: FlaskClient) -> None:
    """RFC 8259 §8.1; JSON Schema: an integer is any number without a fraction."""
    answer = client.post("/reconcile", data={"queries": text}).get_json()
    assert answer["q"]["result"][0]["id"] == "organisation/ulb"


def test_an_identifier_beside_a_name_wins(client: FlaskClient) -> None:
    properties = [{"pid": "ror", "v": "https://ror.org/01r9htc13"}]
    best = first(client, query="UMONS", type="org:Organization", properties=properties)
    assert (best["id"], best["match"]) == ("organisation/ulb", True)
    results = valid(sent(client, queries={"q": {"query": "UMONS", "properties": properties}}), RESULTS)["q"]["result"]
    assert next(each for each in results if each["id"] == "organisation/umons")["score"] <= 50


def test_another_value_of_a_property_is_no_match(client: FlaskClient) -> None:
    best = first(client, query="UCLouvain", properties=[{"pid": "country", "v": "FRA"}])
    assert (best["id"], best["match"]) == ("organisation/uclouvain", False)


def test_a_query_in_the_url(client: FlaskClient) -> None:
    valid(client.get("/reconcile", query_string={"queries": json.dumps({"q0": {"query": "ULB"}})}), RESULTS)
    single = json.loads(client.get("/reconcile", query_string={"query": "ULB"}).data)
    assert single["result"][0]["id"] == "organisation/ulb"


def test_names_are_in_the_language_of_the_url(client: FlaskClient) -> None:
    response = client.post("/reconcile?lang=en", data={"queries": json.dumps({"q": {"query": "uclouvain"}})})
    best = valid(response, RESULTS)["q"]["result"][0]
    assert best["name"] == "Catholic University of Louvain"
    assert "lang=en" in valid(client.get("/reconcile?lang=en"), MANIFEST)["preview"]["url"]


def test_a_table_is_extended(client: FlaskClient) -> None:
    names = ["ror", "country", "kind", "founded", "part_of"]
    extend = {
        "ids": ["organisation/ulb", "organisation/spw-eer", "organisation/nothing", 'bad"<id>'],
        "properties": [{"id": name, "settings": {}} for name in names],
    }
    content = valid(sent(client, extend=extend), EXTENSION)
    assert [each["id"] for each in content["meta"]] == names
    assert content["rows"]["organisation/ulb"]["ror"] == [{"str": "01r9htc13"}]
    assert content["rows"]["organisation/spw-eer"]["part_of"][0]["id"] == "organisation/spw"
    assert content["rows"]["organisation/nothing"] == {name: [] for name in names}
    limited = {"ids": ["organisation/ulb"], "properties": [{"id": "same_as", "settings": {"limit": "1"}}]}
    assert len(valid(sent(client, extend=limited), EXTENSION)["rows"]["organisation/ulb"]["same_as"]) == 1


def test_suggestions(client: FlaskClient) -> None:
    results = valid(client.get("/reconcile/suggest/entity?prefix=univ"), SUGGESTIONS)["result"]
    assert "organisation/ulb" in {each["id"] for each in results}
    assert (
        valid(client.get("/reconcile/suggest/type?prefix=organis"), SUGGESTIONS)["result"][0]["id"]
        == "org:Organization"
    )
    assert valid(client.get("/reconcile/suggest/property?prefix=ror"), SUGGESTIONS)["result"][0]["id"] == "ror"
    assert valid(client.get("/reconcile/suggest/entity"), SUGGESTIONS)["result"] == []


@pytest.mark.parametrize("kind", ["entity", "type", "property"])
def test_suggestions_go_on_after_those_that_a_client_has(kind: str, client: FlaskClient) -> None:
    path = f"/reconcile/suggest/{kind}?prefix={'univ' if kind == 'entity' else ''}"
    every = valid(client.get(path), SUGGESTIONS)["result"]
    assert len(every) > 2
    assert valid(client.get(f"{path}&cursor=2"), SUGGESTIONS)["result"][: len(every) - 2] == every[2:]
    assert valid(client.get(f"{path}&cursor=500"), SUGGESTIONS)["result"] == []


def test_as_many_properties_are_proposed_as_are_wanted(client: FlaskClient) -> None:
    every = valid(client.get("/reconcile/properties"), PROPOSALS)["properties"]
    some = valid(client.get("/reconcile/properties?limit=3"), PROPOSALS)
    assert (some["properties"], some["limit"]) == (every[:3], 3)


@pytest.mark.parametrize("kind", ["entity", "type", "property"])
def test_nothing_is_suggested_for_a_text_without_letters(client: FlaskClient, kind: str) -> None:
    assert valid(client.get(f"/reconcile/suggest/{kind}?prefix=%F0%9F%98%80"), SUGGESTIONS)["result"] == []


@pytest.mark.parametrize("path", ["suggest/entity?prefix=a&cursor=", "suggest/type?cursor=", "properties?limit="])
@pytest.mark.parametrize("text", ["-1", "x", "1.5", "501", "9" * 30, "\u0663", "1e2", "%00"])
def test_a_number_that_is_none(path: str, text: str, client: FlaskClient) -> None:
    answer = client.get(f"/reconcile/{path}{text}")
    assert (answer.status_code, "must be a whole number from 0 to 500" in answer.text) == (400, True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages(language: str, client: FlaskClient) -> None:
    response = client.get("/reconcile", query_string={"lang": language}, headers=BROWSER)
    assert response.status_code == 200
    check_page(response, language)
    assert "<code>http://localhost/reconcile</code>" in response.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_name_has_a_page(language: str, client: FlaskClient) -> None:
    """The same candidates as for programs, with the reasons in words."""
    query = {"query": "Deloitte S.A.", "lang": language}
    response = client.get("/reconcile", query_string=query, headers=BROWSER)
    assert response.status_code == 200
    check_page(response, language)
    assert f'href="/doc/organisation/deloitte?lang={language}"' in response.text
    assert texts(language).gettext("another legal form, or none") in response.text
    none = client.get("/reconcile", query_string=query | {"query": "<b>zzzzzzzz"}, headers=BROWSER)
    check_page(none, language)
    assert texts(language).gettext("Nothing here has a name like this.") in none.text


def test_each_reason_has_words() -> None:
    assert set(REASONS) == set(WORTH)


def test_the_preview_may_be_framed(client: FlaskClient) -> None:
    response = client.get("/reconcile/preview?id=organisation/ulb&lang=nl")
    assert "frame-ancestors *" in response.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in client.get("/reconcile", headers=BROWSER).headers["Content-Security-Policy"]
    assert "01r9htc13" in response.text
    assert "<td>BEL</td>" in response.text
    assert '<html lang="nl"' in response.text
    assert client.get("/reconcile/preview").location == "/reconcile"
    for name in ("organisation/nothing", "", "<script>", "../..", "x" * 5_000):
        assert client.get("/reconcile/preview", query_string={"id": name}).status_code == 404


BAD = [
    "",
    "{",
    "[]",
    "null",
    '"text"',
    "[" * 100_000,
    '{"q0": ' * 5_000,
    '{"q0": {"query": "x", "type": "\\ud800"}}',
    '{"\\udfff": {"query": "x"}}',
    '{"q0": {"query": "x", "properties": [{"pid": "ror", "v": Infinity}]}}',
    json.dumps({"q0": None}),
    json.dumps({"q0": {}}),
    json.dumps({"q0": {"query": 5}}),
    json.dumps({"q0": {"query": "x" * 10_000}}),
    json.dumps({"q0": {"query": "x", "limit": -1}}),
    json.dumps({"q0": {"query": "x", "limit": True}}),
    json.dumps({"q0": {"query": "x", "limit": "many"}}),
    json.dumps({"q0": {"query": "x", "type": "no:Type"}}),
    json.dumps({"q0": {"query": "x", "type": 5}}),
    json.dumps({"q0": {"query": "x", "type": [{"name": "x"}]}}),
    json.dumps({"q0": {"query": "x", "type_strict": "perhaps"}}),
    json.dumps({"q0": {"query": "x", "type_strict": []}}),
    json.dumps({"q0": {"query": "x", "properties": {}}}),
    json.dumps({"q0": {"query": "x", "properties": {"pid": "ror"}}}),
    json.dumps({"q0": {"query": "x", "properties": [5]}}),
    json.dumps({"q0": {"query": "x", "properties": [{"pid": "nothing", "v": "x"}]}}),
    json.dumps({"q0": {"query": "x", "properties": [{"pid": "ror", "v": {"x": []}}]}}),
    json.dumps({"q0": {"query": "x", "properties": [{"pid": "ror", "v": "x"}] * 100}}),
    json.dumps({f"q{number}": {"query": "x"} for number in range(10_000)}),
]


@pytest.mark.parametrize("text", BAD, ids=lambda text: text[:40])
def test_a_bad_batch(text: str, client: FlaskClient) -> None:
    response = client.post("/reconcile", data={"queries": text})
    if text == json.dumps({"q0": {"query": "x", "properties": {}}}):
        assert response.status_code == 200  # empty, as some clients send it
        return
    assert response.status_code == 400
    assert response.content_type == "application/problem+json"
    assert len(json.loads(response.data)["detail"]) < 2_500


@pytest.mark.parametrize(
    "content",
    [
        5,
        {},
        {"ids": "x", "properties": []},
        {"ids": [5], "properties": []},
        {"ids": ["x"], "properties": [5]},
        {"ids": ["x"], "properties": [{"id": "no"}]},
        {"ids": ["x"] * 101, "properties": []},
    ],
)
def test_a_bad_extension(content: Any, client: FlaskClient) -> None:
    assert sent(client, extend=content).status_code == 400


def test_other_bad_requests(client: FlaskClient) -> None:
    assert client.post("/reconcile", data={"other": "x"}).status_code == 400
    assert client.post("/reconcile", data="{}", content_type="application/json").status_code == 415
    assert client.post("/reconcile", data={"queries": "x" * 3_000_000}).status_code == 413
    assert client.get("/reconcile/properties?type=no:Type").status_code == 400
    assert client.put("/reconcile").status_code == 405
    page = client.get("/reconcile?query=%7B", headers=BROWSER)
    assert page.status_code == 400
    check_page(page, "fr")


@pytest.mark.parametrize(
    ("url", "form", "said"),
    [
        ("", {"queries": "{}", "extend": '{"ids": [], "properties": []}'}, "queries, extend"),
        ("?queries={}", {"queries": "{}"}, "queries, queries"),
        ("", {"queries": ["{}", "{}"]}, "queries, queries"),
        ("", {"queries": '{"q0": {"query": "a"}, "q0": {"query": "b"}}'}, "two values of q0"),
        ("", {"queries": '{"q0": {"query": "a", "query": "b"}}'}, "two values of query"),
    ],
)
def test_nothing_of_two_questions_in_one_is_lost_in_silence(
    url: str, form: dict[str, Any], said: str, client: FlaskClient
) -> None:
    answer = client.post(f"/reconcile{url}", data=form)
    assert (answer.status_code, said in json.loads(answer.data)["detail"]) == (400, True)


def test_queries_in_another_encoding_are_refused(client: FlaskClient) -> None:
    """A name with signs of replacement in it would match nothing, and nobody would know why."""
    queries = "queries=%7B%22q0%22%3A%7B%22query%22%3A%22Universit%E9%22%7D%7D"
    assert client.post("/reconcile", data=queries, content_type="application/x-www-form-urlencoded").status_code == 400
    assert client.get(f"/reconcile?{queries}").status_code == 400


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not JSON"),
        ("{", "is not JSON"),
        ("[]", "must be a JSON object"),
        ('{"q": {"query": "\\ud800"}}', "half"),
        ("[" * 5_000, "deep"),
    ],
)
def test_what_is_wrong_with_a_batch_is_said(text: str, words: str, client: FlaskClient) -> None:
    for answer in (
        client.get("/reconcile", query_string={"queries": text}),
        client.post("/reconcile", data={"queries": text}),
    ):
        assert answer.status_code == 400
        assert answer.json is not None
        assert words in answer.json["detail"]


def test_a_batch_has_its_time(released: Settings) -> None:
    app = create_app(changed(released, linking={"timeout_seconds": 1e-9}))
    response = app.test_client().post("/reconcile", data={"queries": json.dumps({"q0": {"query": "ULB"}})})
    assert response.status_code == 503
    assert response.headers["Retry-After"]


@of_hypothesis(max_examples=60)
@given(text=st.text(max_size=300), value=st.text(max_size=30))
def test_any_text_has_an_answer(text: str, value: str, app: Flask) -> None:
    query = {"query": text, "properties": [{"pid": "cbe", "v": value}, {"pid": "town", "v": value}]}
    response = sent(app.test_client(), queries={"q0": query})
    assert response.status_code == 200
    jsonschema_rs.validate(RESULTS, json.loads(response.data))

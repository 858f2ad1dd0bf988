"""The endpoint over HTTP: SPARQL 1.1 Protocol, and the form for people; the library of questions."""

import json
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from atmpgraph.settings import Settings
from atmpgraph.sparql.library import read_library
from atmpgraph.web import create_app

from ..conftest import LANGUAGES, changed
from .rules import BROWSER, check_headers, check_page

COUNT = "SELECT (COUNT(*) AS ?n) { ?s a <https://w3id.org/atmpgraph/ns#Workpackage> }"
GRAPH = "CONSTRUCT { ?s a <https://w3id.org/atmpgraph/ns#Workpackage> } WHERE { ?s a <https://w3id.org/atmpgraph/ns#Workpackage> }"


def test_get_form_and_direct_post_give_the_same(client: FlaskClient) -> None:
    get = client.get("/sparql", query_string={"query": COUNT})
    form = client.post("/sparql", data={"query": COUNT})
    direct = client.post("/sparql", data=COUNT, content_type="application/sparql-query")
    assert get.data == form.data == direct.data
    assert get.content_type == "application/sparql-results+json"
    assert json.loads(get.data)["results"]["bindings"][0]["n"]["value"] == "2"
    for response in (get, form, direct):
        check_headers(response)
        assert "Accept" in response.headers["Vary"]


@pytest.mark.parametrize(
    ("accept", "query", "content_type"),
    [
        ("*/*", "ASK {}", "application/sparql-results+json"),
        ("application/sparql-results+xml", "ASK {}", "application/sparql-results+xml; charset=utf-8"),
        ("application/xml", "ASK {}", "application/xml; charset=utf-8"),
        ("text/csv", COUNT, "text/csv; charset=utf-8"),
        ("text/tab-separated-values", COUNT, "text/tab-separated-values; charset=utf-8"),
        ("*/*", "DESCRIBE <id/workpackage/maidam>", "text/turtle; charset=utf-8"),
        (
            "application/rdf+xml",
            "CONSTRUCT WHERE { ?s <https://w3id.org/atmpgraph/ns#workpackageOf> ?o }",
            "application/rdf+xml",
        ),
        (
            "application/ld+json",
            "CONSTRUCT WHERE { ?s <https://w3id.org/atmpgraph/ns#workpackageOf> ?o }",
            "application/ld+json",
        ),
        (
            "application/n-triples",
            "CONSTRUCT WHERE { ?s <https://w3id.org/atmpgraph/ns#workpackageOf> ?o }",
            "application/n-triples",
        ),
    ],
)
def test_the_format_follows_the_kind_of_result(accept: str, query: str, content_type: str, client: FlaskClient) -> None:
    response = client.get("/sparql", query_string={"query": query}, headers={"Accept": accept})
    assert response.content_type == content_type


def test_a_link_may_name_the_format(client: FlaskClient) -> None:
    response = client.get("/sparql", query_string={"query": COUNT, "format": "csv"}, headers=BROWSER)
    assert response.content_type == "text/csv; charset=utf-8"
    assert response.headers["Vary"] == "Accept-Encoding"
    assert client.get("/sparql", query_string={"query": COUNT, "format": "turtle"}).status_code == 406
    unknown = client.get("/sparql", query_string={"query": COUNT, "output": "Excel"})
    assert unknown.status_code == 400
    assert (
        unknown.get_json()["detail"] == "No format is called Excel. This result has these: json, xml, csv, tsv, html."
    )


@pytest.mark.parametrize(
    ("query", "name", "media_type"),
    [
        *(
            (COUNT, name, "application/sparql-results+json")
            for name in ("json", "JSON", "application/json", "srj", "js")
        ),
        (COUNT, "application/sparql-results+json", "application/sparql-results+json"),
        (
            COUNT,
            "application/sparql-results json",
            "application/sparql-results+json",
        ),  # a plus sign that was not encoded
        *((COUNT, name, "application/sparql-results+xml") for name in ("xml", "Text/XML", "sparql-results+xml")),
        *((COUNT, name, "text/tab-separated-values") for name in ("tsv", "text/tab-separated-values")),
        *((COUNT, name, "text/html") for name in ("html", "text/html")),
        *((GRAPH, name, "text/turtle") for name in ("turtle", "TTL", "n3", "text/turtle", "text/turtle;version=1.1")),
        *((GRAPH, name, "application/ld+json") for name in ("json", "json-ld", "JSONLD", "application/ld+json")),
        *((GRAPH, name, "application/rdf+xml") for name in ("xml", "rdf", "rdf/xml", "rdf+xml", "application/xml")),
        *((GRAPH, name, "application/n-triples") for name in ("nt", "ntriples", "N-Triples", "text/plain")),
    ],
)
@pytest.mark.parametrize("parameter", ["format", "output"])
def test_a_format_has_the_names_that_people_give_it(
    parameter: str, query: str, name: str, media_type: str, client: FlaskClient
) -> None:
    response = client.get("/sparql", query_string={"query": query, parameter: name}, headers={"Accept": "image/png"})
    assert (response.status_code, response.mimetype) == (200, media_type)


@pytest.mark.parametrize(
    ("status", "arguments"),
    [
        (400, {"query_string": "query=SELEC"}),
        (400, {"query_string": "query=ASK{}&query=ASK{}"}),
        (400, {"query_string": {"query": "SELECT * { BIND(<http://e/f>(1) AS ?x) }"}}),
        (400, {"method": "POST", "content_type": "application/x-www-form-urlencoded"}),
        (403, {"method": "POST", "data": {"update": "CLEAR ALL"}}),
        (403, {"query_string": {"query": "ASK { SERVICE <http://127.0.0.1:9/> {} }"}}),
        (405, {"method": "PUT"}),
        (413, {"method": "POST", "data": {"query": "a" * 100_001}}),
        (413, {"method": "POST", "data": b"a" * 2_000_000, "content_type": "application/sparql-query"}),
        (414, {"query_string": "query=" + "a" * 100_001}),
        (415, {"method": "POST", "data": b"ASK{}", "content_type": "text/plain"}),
    ],
)
def test_refusals_are_problems(status: int, arguments: dict[str, Any], client: FlaskClient) -> None:
    for headers in ({}, BROWSER):
        response = client.open("/sparql", headers=headers, **arguments)
        assert response.status_code == status
        check_headers(response)
        if headers:
            check_page(response, "fr")
        else:
            assert response.content_type == "application/problem+json"


def test_a_syntax_error_has_its_place(client: FlaskClient) -> None:
    response = client.get("/sparql", query_string={"query": "SELECT *\n{ ?s ?p }"})
    assert response.json is not None
    assert response.json["line"] == 2


def test_what_the_parser_says_is_in_the_language_of_the_reader(client: FlaskClient) -> None:
    query = {"query": "SELECT * { ?a x:b ?c }"}
    response = client.get("/sparql", query_string=query, headers={"Accept-Language": "fr"})
    assert response.json is not None
    assert (response.status_code, response.json["detail"]) == (
        400,
        "La requête n’est pas du SPARQL 1.1 : le préfixe de x:b n’est pas déclaré ; déclarez-le avec PREFIX.",
    )


def test_without_a_query_machines_get_the_service_description(client: FlaskClient) -> None:
    response = client.get("/sparql")
    assert response.content_type == "text/turtle; charset=utf-8"
    types = {q.object.value for q in ox.parse(response.data, format=ox.RdfFormat.TURTLE) if q.predicate.value.endswith("#type")}  # fmt: skip
    assert "http://www.w3.org/ns/sparql-service-description#Service" in types


def test_without_a_query_people_get_a_form_that_needs_no_script(client: FlaskClient) -> None:
    page = check_page(client.get("/sparql?lang=en", headers=BROWSER), "en")
    assert "get" in {form.get("method") for form in page.all("form")}
    assert page.all("textarea")[0]["name"] == "query"
    assert "PREFIX atmpgraph:" in page.words


def test_people_see_a_table_and_can_take_the_results(client: FlaskClient) -> None:
    query = "SELECT ?name { <id/organisation/uclouvain> <http://www.w3.org/2004/02/skos/core#altLabel> ?name }"
    page = check_page(client.get("/sparql", query_string={"query": query, "lang": "en"}, headers=BROWSER), "en")
    assert "Université catholique de Louvain" in page.words
    downloads = [str(a["href"]) for a in page.all("a") if "format=csv" in str(a["href"])]
    assert client.get(downloads[0], headers=BROWSER).content_type == "text/csv; charset=utf-8"
    for query, words in (
        ("ASK {}", "Yes"),
        ("ASK { FILTER(false) }", "No"),
        ("DESCRIBE <https://w3id.org/atmpgraph/ns>", "owl:Ontology"),
    ):
        response = client.get("/sparql", query_string={"query": query, "lang": "en"}, headers=BROWSER)
        assert words in check_page(response, "en").words


def test_what_a_query_puts_out_is_never_markup(client: FlaskClient) -> None:
    evil = "<script>alert(1)</script>"
    query = f'SELECT ("{evil}" AS ?x) (<javascript:alert(1)> AS ?y) (BNODE() AS ?z) ?unbound {{}}'
    for headers in (BROWSER, BROWSER | {"Accept-Language": "de"}):
        response = client.get("/sparql", query_string={"query": query}, headers=headers)
        page = check_page(response, response.headers["Content-Language"])
        assert evil in page.words
    bad = client.get("/sparql", query_string={"query": evil}, headers=BROWSER)
    assert evil not in bad.text


def test_a_volatile_answer_has_no_validator(client: FlaskClient) -> None:
    assert "ETag" not in client.get("/sparql", query_string={"query": "SELECT (NOW() AS ?n) {}"}).headers
    assert "ETag" not in client.get("/sparql", query_string={"query": "SELECT (NOW # at\n () AS ?n) {}"}).headers
    assert "ETag" not in client.post("/sparql", data={"query": "ASK {}"}).headers
    assert client.get("/sparql", query_string={"query": "ASK {}"}).headers["ETag"].startswith("W/")


def test_only_services_of_the_settings_are_asked(released: Settings) -> None:
    settings = changed(released, federation={"services": ["http://127.0.0.1:9/sparql"]})
    client = create_app(settings).test_client()

    def ask(query: str) -> TestResponse:
        return client.get("/sparql", query_string={"query": query}, headers={"Accept-Language": "de"})

    response = ask("ASK { SERVICE <http://127.0.0.1:9/sparql> {} }")
    assert response.status_code == 502
    assert "127.0.0.1:9/sparql gab keine brauchbare Antwort" in response.get_json()["detail"]
    assert "RateLimit" in response.headers
    assert ask("ASK { SERVICE <http://example.org/> {} }").status_code == 403
    silent = ask("ASK { SERVICE SILENT <http://127.0.0.1:9/sparql> {} }")
    assert silent.get_json()["boolean"] is True
    assert silent.headers["Cache-Control"] == "no-store"  # another answer each time
    assert "services;dur=" in silent.headers["Server-Timing"]
    usual = ask("ASK { ?service ?p 'SERVICE' }")
    assert "ETag" in usual.headers
    assert "services" not in usual.headers["Server-Timing"]


# --- the library ---


def test_every_question_has_page_text_and_answer(client: FlaskClient, released: Settings) -> None:
    library = read_library(released.layered("queries"), LANGUAGES)
    assert len(library) >= 15
    index = check_page(client.get("/queries/?lang=fr", headers=BROWSER), "fr")
    for name, query in library.items():
        assert query.text("title", ("fr",))[0] in index.words
        page = check_page(client.get(f"/queries/{name}?lang=fr", headers=BROWSER), "fr")
        assert query.text("description", ("fr",))[0] in page.words
        text = client.get(f"/queries/{name}.rq")
        assert text.content_type == "application/sparql-query"
        assert text.text == query.runnable(released.base)
        answer = client.get(f"/queries/{name}")
        assert answer.content_type in {"application/sparql-results+json", "text/turtle; charset=utf-8"}
        same = client.post("/sparql", data=text.data, content_type="application/sparql-query")
        assert sorted(same.data) == sorted(answer.data)


def test_a_question_is_answered_in_the_language_of_the_page(client: FlaskClient, released: Settings) -> None:
    file: Path = (released.layered("queries") / "direct-jobs.rq").file
    assert 'VALUES ?language { "en" }' in file.read_text(encoding="utf-8")
    assert "plus de" in check_page(client.get("/queries/direct-jobs?lang=fr", headers=BROWSER), "fr").words
    assert "mehr als" in client.get("/queries/direct-jobs.csv?lang=de").text
    assert "more than" in client.get("/queries/direct-jobs.csv").text

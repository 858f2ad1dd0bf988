"""The SPARQL 1.1 Protocol over HTTP: what `tests/sparql/test_protocol.py` cannot see."""

import gzip
import json
from typing import NoReturn
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from atmpgraph.http.problem import Problem, ProblemError
from atmpgraph.release.graphs import graphs, union_size
from atmpgraph.release.release import Release
from atmpgraph.sparql.protocol import FORM, QUERY
from atmpgraph.web.core import query_client

from .rules import check_headers

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
RDF = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/trig": ox.RdfFormat.TRIG,
    "application/n-quads": ox.RdfFormat.N_QUADS,
}


def count(client: FlaskClient, parameters: list[tuple[str, str]], query: str = COUNT) -> int:
    """The number that a query counts."""
    response = client.get("/sparql", query_string=urlencode([("query", query), *parameters]))
    assert response.status_code == 200, response.text
    return int(json.loads(response.data)["results"]["bindings"][0]["n"]["value"])


@pytest.mark.parametrize(("content_type", "body"), [(QUERY, COUNT), (FORM, urlencode({"query": COUNT}))])
def test_the_method_query_answers_as_get_does(content_type: str, body: str, client: FlaskClient) -> None:
    response = client.open("/sparql", method="QUERY", data=body, content_type=content_type)
    assert response.status_code == 200
    assert response.data == client.get("/sparql", query_string={"query": COUNT}).data
    check_headers(response)


def test_head_is_get_without_a_body(client: FlaskClient) -> None:
    for path in ("/sparql", f"/sparql?{urlencode({'query': COUNT})}"):
        get, head = client.get(path), client.head(path)
        assert head.status_code == get.status_code == 200
        assert head.data == b""
        assert head.content_type == get.content_type


def test_options_tells_methods_and_types(client: FlaskClient) -> None:
    response = client.options("/sparql")
    allowed = {name.strip() for name in response.headers["Allow"].split(",")}
    assert {"GET", "HEAD", "POST", "QUERY", "OPTIONS"} == allowed
    refused = client.post("/sparql", data="ASK{}", content_type="text/plain")
    assert refused.status_code == 415
    assert QUERY in refused.headers["Accept-Post"]
    assert QUERY in refused.headers["Accept-Query"]


def test_the_default_graph_is_the_union(client: FlaskClient, release: Release) -> None:
    assert count(client, []) == union_size(release)


def test_the_dataset_of_the_request_goes_before_from(client: FlaskClient, release: Release) -> None:
    """§2.1.4."""
    first, second = graphs(release)[:2]
    asked = f"SELECT (COUNT(*) AS ?n) FROM <{second.iri}> {{ ?s ?p ?o }}"
    assert count(client, [], asked) == second.triples
    assert count(client, [("default-graph-uri", first.iri)]) == first.triples
    assert count(client, [("default-graph-uri", first.iri)], asked) == first.triples


def test_several_default_graphs_are_merged(client: FlaskClient, release: Release) -> None:
    """SPARQL 1.1 §13.2: a triple that several of them state counts once, whoever names them."""
    names = [graph.iri for graph in graphs(release)]
    assert union_size(release) < release.manifest.statements
    assert count(client, [("default-graph-uri", name) for name in names]) == union_size(release)
    clauses = " ".join(f"FROM <{name}>" for name in names)
    assert count(client, [], f"SELECT (COUNT(*) AS ?n) {clauses} {{ ?s ?p ?o }}") == union_size(release)


def test_named_graphs_of_the_request_are_the_only_ones(client: FlaskClient, release: Release) -> None:
    first, second = graphs(release)[:2]
    asked = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    assert count(client, [("named-graph-uri", first.iri), ("named-graph-uri", second.iri)], asked) == (
        first.triples + second.triples
    )
    assert count(client, [("named-graph-uri", first.iri)]) == 0  # and there is no default graph then
    assert count(client, [("default-graph-uri", "http://example.org/unknown")]) == 0


@pytest.mark.parametrize(
    ("media_type", "template", "said"),
    [
        ("application/rdf+xml", "?s <http://e/1> 1", "http://e/1"),
        ("application/rdf+xml", '?s <http://e/p> "\\u0001"', "U+0001"),
        ("application/ld+json", "?s <http://e/p> <<( ?s ?p ?o )>>", "JSON-LD"),
    ],
)
def test_what_a_format_cannot_say_is_another_format_s(
    media_type: str, template: str, said: str, client: FlaskClient
) -> None:
    query = f"CONSTRUCT {{ {template} }} WHERE {{ ?s a <https://w3id.org/atmpgraph/ns#Workpackage> . ?s ?p ?o }}"
    details = set()
    for language in ("en", "fr", "nl", "de"):
        headers = {"Accept": media_type, "Accept-Language": language}
        refused = client.get("/sparql", query_string={"query": query}, headers=headers)
        assert (refused.status_code, refused.headers["Content-Language"]) == (406, language)
        problem = refused.get_json()
        assert said in problem["detail"]
        details.add(problem["detail"])
    assert len(details) == 4
    for other in problem["available"]:
        response = client.get("/sparql", query_string={"query": query}, headers={"Accept": other})
        assert (response.status_code, response.content_type.partition(";")[0]) == (200, other)
        assert list(ox.parse(response.data, format=RDF[other]))


def test_what_is_proposed_instead_is_a_format_of_the_same_kind(client: FlaskClient) -> None:
    query = {"query": 'SELECT ("\\u0001" AS ?x) {}'}
    refused = client.get("/sparql", query_string=query, headers={"Accept": "application/sparql-results+xml"})
    assert refused.status_code == 406
    assert refused.get_json()["detail"].endswith("Ask for another format, such as JSON.")
    for other in refused.get_json()["available"]:
        assert client.get("/sparql", query_string=query, headers={"Accept": other}).mimetype == other


def test_a_coded_body_is_not_read(client: FlaskClient) -> None:
    headers = {"Content-Encoding": "gzip"}
    for path, kind, body in (
        ("/sparql", QUERY, b"ASK{}"),
        ("/lookup", "text/csv", b"ror\n"),
        ("/reconcile", FORM, b""),
    ):
        response = client.post(path, data=gzip.compress(body), content_type=kind, headers=headers)
        assert response.status_code == 415
        assert response.headers["Accept-Encoding"] == "identity"


def test_the_first_format_that_we_know_is_sent(client: FlaskClient) -> None:
    """As SPARQLWrapper sends it."""
    for name in ("format", "output", "results"):
        parameters = [("query", COUNT), (name, "turtle"), (name, "tsv"), (name, "csv")]
        response = client.get("/sparql", query_string=urlencode(parameters))
        expected = (
            "application/sparql-results+json" if name == "results" else "text/tab-separated-values; charset=utf-8"
        )
        assert response.content_type == expected


def test_the_service_description_is_one_graph_in_every_format(client: FlaskClient) -> None:
    found = set()
    for media_type, fmt in RDF.items():
        response = client.get("/sparql", headers={"Accept": media_type})
        assert response.content_type.partition(";")[0] == media_type
        triples = frozenset(quad.triple for quad in ox.parse(response.data, format=fmt))
        assert len(triples) > 500
        found.add(triples)
    assert len(found) == 1


def test_what_the_service_description_counts_is_so(client: FlaskClient, release: Release) -> None:
    store = ox.Store()
    store.load(client.get("/sparql", headers={"Accept": "text/turtle"}).data, format=ox.RdfFormat.TURTLE)
    query = """PREFIX sd: <http://www.w3.org/ns/sparql-service-description#> PREFIX void: <http://rdfs.org/ns/void#>
        SELECT ?name ?n { ?d sd:namedGraph ?g . ?g sd:name ?name ; sd:graph/void:triples ?n }"""
    results = store.query(query)
    assert isinstance(results, ox.QuerySolutions)
    told = {row["name"].value: int(row["n"].value) for row in results}
    assert told == {graph.iri: graph.triples for graph in graphs(release)}
    largest = max(told, key=lambda name: told[name])
    assert count(client, [("default-graph-uri", largest)]) == told[largest]


NOT_NAMED = (
    {"If-None-Match": "*"},
    {"If-Modified-Since": "Sun, 22 Nov 2099 12:00:00 GMT"},
    {"If-Match": '"other"'},
    {"If-Unmodified-Since": "Sun, 22 Nov 1999 12:00:00 GMT"},
)


@pytest.mark.parametrize("headers", NOT_NAMED, ids=lambda headers: next(iter(headers)))
@pytest.mark.parametrize("path", ["/sparql?query=SELEC", "/sparql?query=ASK{SERVICE<x>{}}", "/sitemap.xml?part=9"])
def test_no_precondition_hides_an_error(path: str, headers: dict[str, str], client: FlaskClient) -> None:
    """RFC 9110 §13.2.1: they count where the answer without them would be a success."""
    assert client.get(path, headers=headers).status_code == client.get(path).status_code >= 400


@pytest.mark.parametrize("path", ["/sparql?query=ASK{}", "/queries/direct-jobs.csv", "/queries/direct-jobs.html"])
def test_a_tag_that_was_given_out_needs_no_query(
    path: str, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = client.get(path)
    assert client.get(path, headers={"If-None-Match": "*"}).status_code == 304
    assert client.get(path, headers={"If-Match": '"other"'}).status_code == 412

    def fail(*_: object) -> NoReturn:
        raise ProblemError(Problem(504, "The query engine failed on this query."))

    monkeypatch.setattr(query_client, "submit", fail)
    for tag in (whole.headers["ETag"], f'"other", {whole.headers["ETag"]}'):
        same = client.get(path, headers={"If-None-Match": tag})
        assert (same.status_code, same.headers["ETag"], same.data) == (304, whole.headers["ETag"], b"")
        assert "Content-Type" not in same.headers
        assert client.get(path, headers={"If-None-Match": tag, "If-Match": '"other"'}).status_code == 412
    for headers in NOT_NAMED:
        assert client.get(path, headers=headers).status_code == 504

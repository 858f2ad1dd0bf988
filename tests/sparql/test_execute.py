"""Queries on a release: kinds of results and their formats, the dataset, the library."""

import json
from pathlib import Path

import pyoxigraph as ox
import pytest

from atmpgraph.http.formats import CSV, GRAPHS, HTML, RESULTS, RESULTS_JSON, RESULTS_XML, TSV, TURTLE
from atmpgraph.http.problem import ProblemError
from atmpgraph.release.opened import Release
from atmpgraph.sparql.description import SD, service_description
from atmpgraph.sparql.execute import run
from atmpgraph.sparql.library import LibraryQuery, read_library
from atmpgraph.sparql.protocol import Query
from atmpgraph.vocab import prefixes


def test_select_in_every_format(release: Release) -> None:
    query = Query("SELECT ?s { ?s a <ns/atmp#Partnership> }")
    iri = f"{release.base}id/partnership/pit-atmp"
    for fmt in RESULTS[:-1]:
        assert iri.encode() in run(release.store, query).body(fmt, {}), fmt
    rows = json.loads(run(release.store, query).body(RESULTS_JSON, {}))["results"]["bindings"]
    assert [row["s"]["value"] for row in rows] == [iri]


def test_ask_in_every_format(release: Release) -> None:
    for fmt in (RESULTS_JSON, RESULTS_XML, CSV, TSV):
        assert b"true" in run(release.store, Query("ASK {}")).body(fmt, {})
        assert b"false" in run(release.store, Query("ASK { FILTER(false) }")).body(fmt, {})


@pytest.mark.parametrize("text", ["DESCRIBE <id/workpackage/maidam>", "CONSTRUCT WHERE { ?s <ns/atmp#leads>|a ?o }"])
def test_graphs_have_rdf_formats(text: str, release: Release) -> None:
    text = text.replace("|a", "")
    answer = run(release.store, Query(text))
    assert answer.offered == (*GRAPHS, HTML)
    list(ox.parse(answer.body(TURTLE, prefixes(release.base)), format=ox.RdfFormat.TURTLE))


def test_the_dataset_of_the_request_and_of_the_query(release: Release) -> None:
    graph = f"{release.base}id/graph/press-release-2024-01-17"
    count = "SELECT (COUNT(*) AS ?n) {0} {{ ?s ?p ?o }}"

    def number(query: Query) -> int:
        return int(json.loads(run(release.store, query).body(RESULTS_JSON, {}))["results"]["bindings"][0]["n"]["value"])

    everything = number(Query(count.format("")))
    one = number(Query(count.format(""), (graph,)))
    assert 0 < one < everything
    assert number(Query(count.format(f"FROM <{graph}>"))) == one
    assert number(Query(count.format("FROM <http://127.0.0.1:9/never-fetched>"))) == 0
    assert number(Query(count.format(""), (), (graph,))) == 0  # named graphs only: the default graph is empty


@pytest.mark.parametrize(
    ("query", "status"),
    [
        (Query("SELECT"), 400),
        (Query("CLEAR ALL"), 400),
        (Query("LOAD <http://127.0.0.1:9/>"), 400),
        (Query("ASK {}", ("no iri",)), 400),
        (Query("SELECT * { BIND(<http://e/f>(1) AS ?x) }"), 400),
        (Query("ASK { SERVICE <http://127.0.0.1:9/> {} }"), 403),
    ],
)
def test_what_is_refused(query: Query, status: int, release: Release) -> None:
    with pytest.raises(ProblemError) as caught:
        run(release.store, query)
    assert caught.value.problem.status == status


def test_the_service_describes_itself_without_blank_nodes() -> None:
    quads = service_description("https://e.org/", "https://e.org/licence")
    assert all(isinstance(term, ox.NamedNode) for quad in quads for term in quad.triple)
    assert {q.object.value for q in quads if q.predicate.value == SD + "endpoint"} == {"https://e.org/sparql"}  # type: ignore[union-attr]


def test_the_head_of_a_query(tmp_path: Path) -> None:
    text = '#+ title@fr: Qui ?\n#+ title@en: Who?\n#+ description@en: All.\nSELECT * { VALUES ?language { "en" } }'
    (tmp_path / "who.rq").write_text(text, encoding="utf-8")
    query = read_library(tmp_path)["who"]
    assert query.text("title", ("nl", "fr", "en")) == ("Qui ?", "fr")
    assert query.text("description", ("fr",)) == ("", "")
    assert LibraryQuery("x", "ASK {}").text("title", ("fr",)) == ("x", "")
    assert query.runnable("https://e.org/").startswith("BASE <https://e.org/>\n")
    assert '{ "nl" }' in query.in_language("nl").file_text

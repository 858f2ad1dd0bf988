"""Comunica, fetch-sparql-endpoint, sparql-http-client and sparql-benchmark-runner, as npm has them."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from atmpgraph.vocab import OWL

from . import known
from .tools import node

pytestmark = pytest.mark.clients
JSON = ("-t", "application/sparql-results+json")


def _rows(bindings: list[dict[str, Any]]) -> known.Rows:
    cells = [{name: term["value"] for name, term in row.items()} for row in bindings]
    return [(row["figure"], float(row["value"]), row.get("publisher")) for row in cells]


# --- Comunica ---


def test_comunica_with_a_sparql_source(endpoint: str) -> None:
    source = f"sparql@{endpoint}"
    assert (
        _rows(json.loads(node("bin/comunica-sparql", source, known.select(), *JSON))["results"]["bindings"])
        == known.rows()
    )
    assert node("bin/comunica-sparql", source, known.CONSTRUCT, "-t", "application/n-triples").strip() == known.TRIPLE
    assert node("bin/comunica-sparql", source, known.ASK).strip() == "true"


def test_comunica_reads_the_service_description(home: str) -> None:
    """It is given the plain URL, reads `sd:endpoint` there and asks that."""
    found = json.loads(node("bin/comunica-sparql", f"{home}sparql", known.select(home), *JSON))
    assert _rows(found["results"]["bindings"]) == known.rows(home)
    # the description, and the query: nothing else was fetched, so no document was taken for the data
    assert found["metadata"]["httpRequests"] == 2


def test_comunica_takes_a_document_as_a_source(home: str) -> None:
    """It likes N-Quads best, where each statement is in the graph of its source: it must be told to take their union."""
    query = f"SELECT ?name {{ ?who <{known.ALT_LABEL}> ?name FILTER (LANG(?name) = 'fr') }}"
    found = json.loads(
        node("bin/comunica-sparql", f"{home}id/organisation/uclouvain", query, "--unionDefaultGraph", *JSON)
    )
    assert {row["name"]["value"] for row in found["results"]["bindings"]} >= {known.NAME}


def test_comunica_joins_another_publication_with_ours_by_service(home: str, endpoint: str) -> None:
    """Two publications know the same organisation by its address in a registry."""
    ours = f"SERVICE <{endpoint}> {{ ?who <{OWL}sameAs> ?registered ; <{known.ALT_LABEL}> ?name }}"
    query = f"SELECT ?who ?name {{ <{home}id/organisation/uclouvain> <{OWL}sameAs> ?registered . {ours} }}"
    document = f"{home}doc/organisation/uclouvain.ttl"
    found = json.loads(node("bin/comunica-sparql", document, query, *JSON))["results"]["bindings"]
    assert {(row["who"]["value"], row["name"]["value"]) for row in found} == {(known.UCLOUVAIN, known.NAME)}


# --- fetch-sparql-endpoint ---


@pytest.mark.parametrize("how", [[], ["--get"], ["--httpQuery"]], ids=["post", "get", "query"])
def test_fetch_sparql_endpoint(how: list[str], endpoint: str) -> None:
    """Its `--httpQuery` is the QUERY method of HTTP (RFC 10008)."""

    def ask(query: str) -> str:
        return node("bin/fetch-sparql-endpoint", "--endpoint", endpoint, *how, "--query", query)

    decimal, figures = "http://www.w3.org/2001/XMLSchema#decimal", known.rows()
    assert [json.loads(line) for line in ask(known.select()).splitlines()] == [
        {"figure": figure, "value": f'"{value}"^^{decimal}'} | ({"publisher": f'"{who}"'} if who else {})
        for figure, value, who in figures
    ]
    assert ask(known.CONSTRUCT).strip().replace("@fr.", "@fr .") == known.TRIPLE
    assert [ask(known.ASK).strip(), ask(known.ASK_NOT).strip()] == ["true", "false"]


# --- sparql-http-client ---


@pytest.mark.parametrize("operation", ["get", "postDirect", "postUrlencoded"])
def test_sparql_http_client(operation: str, endpoint: str) -> None:
    def ask(form: str, query: str) -> Any:
        return json.loads(node("client.mjs", endpoint, operation, form, query))

    found = [(row["figure"], float(row["value"]), row.get("publisher")) for row in ask("select", known.select())]
    assert found == known.rows()
    assert ask("construct", known.CONSTRUCT) == [
        {"subject": known.UCLOUVAIN, "predicate": known.ALT_LABEL, "object": known.NAME, "language": "fr"}
    ]
    assert [ask("ask", known.ASK), ask("ask", known.ASK_NOT)] == [True, False]


# --- sparql-benchmark-runner ---


def test_sparql_benchmark_runner(endpoint: str, tmp_path: Path) -> None:
    """It waits for a HEAD of the endpoint to succeed, for ever."""
    queries, output = tmp_path / "queries", tmp_path / "output.csv"
    queries.mkdir()
    (queries / "jobs.rq").write_text(known.select(), encoding="utf-8")
    arguments = ["--endpoint", endpoint, "--queries", str(queries), "--output", str(output)]
    node("bin/sparql-benchmark-runner", *arguments, "--replication", "2", "--warmup", "0")
    with output.open(encoding="utf-8") as file:
        [row] = csv.DictReader(file, delimiter=";")
    assert (row["name"], row["error"], row["results"]) == ("jobs", "false", str(len(known.rows())))

"""SPARQLWrapper: every format it knows, by every way it sends a query."""

import csv
import io
from typing import Any
from xml.dom.minidom import Document

import pyoxigraph as ox
import pytest
from rdflib import Graph, Literal, URIRef
from SPARQLWrapper import (
    CSV,
    GET,
    JSON,
    JSONLD,
    N3,
    POST,
    POSTDIRECTLY,
    RDFXML,
    TSV,
    TURTLE,
    URLENCODED,
    XML,
    SPARQLWrapper,
)

from . import known

pytestmark = pytest.mark.parametrize(
    ("method", "how"), [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)], ids=["get", "form", "direct"]
)
NAME = (URIRef(known.UCLOUVAIN), URIRef(known.ALT_LABEL), Literal(known.NAME, lang="fr"))


def _ask(endpoint: str, method: str, how: str, query: str, form: str, **parameters: str) -> Any:
    wrapper: Any = SPARQLWrapper(endpoint)
    wrapper.setMethod(method)
    wrapper.setRequestMethod(how)
    wrapper.setQuery(query)
    wrapper.setReturnFormat(form)
    for name, value in parameters.items():
        wrapper.addParameter(name.replace("_", "-"), value)
    return wrapper.queryAndConvert()


def _row(cells: dict[str, str]) -> tuple[str, float, str | None]:
    return cells["figure"], float(cells["value"]), cells.get("publisher") or None


def test_json(method: str, how: str, endpoint: str) -> None:
    found = _ask(endpoint, method, how, known.select(), JSON)
    assert found["head"]["vars"] == ["figure", "value", "publisher"]
    assert [_row({n: cell["value"] for n, cell in row.items()}) for row in found["results"]["bindings"]] == known.rows()
    assert _ask(endpoint, method, how, known.ASK, JSON)["boolean"] is True
    assert _ask(endpoint, method, how, known.ASK_NOT, JSON)["boolean"] is False


def test_xml(method: str, how: str, endpoint: str) -> None:
    found = _ask(endpoint, method, how, known.select(), XML)
    assert isinstance(found, Document)
    rows: list[dict[str, str]] = []
    for result in found.getElementsByTagName("result"):
        bindings: list[Any] = list(result.getElementsByTagName("binding"))
        rows.append({b.getAttribute("name"): b.firstChild.firstChild.data for b in bindings})
    assert [_row(row) for row in rows] == known.rows()


def test_csv(method: str, how: str, endpoint: str) -> None:
    found = _ask(endpoint, method, how, known.select(), CSV)
    assert [_row(row) for row in csv.DictReader(io.StringIO(found.decode()))] == known.rows()


def test_tsv(method: str, how: str, endpoint: str) -> None:
    found = ox.parse_query_results(_ask(endpoint, method, how, known.select(), TSV), format=ox.QueryResultsFormat.TSV)
    assert isinstance(found, ox.QuerySolutions)
    names = ("figure", "value", "publisher")
    assert [_row({n: row[n].value for n in names if row[n] is not None}) for row in found] == known.rows()


@pytest.mark.parametrize(("form", "parser"), [(TURTLE, "turtle"), (N3, "n3")])
def test_text_of_triples(form: str, parser: str, method: str, how: str, endpoint: str) -> None:
    found = _ask(endpoint, method, how, known.CONSTRUCT, form)
    assert list(Graph().parse(data=found, format=parser)) == [NAME]


@pytest.mark.parametrize("form", [RDFXML, JSONLD])
def test_graphs(form: str, method: str, how: str, endpoint: str) -> None:
    """SPARQLWrapper parses these itself."""
    assert list(_ask(endpoint, method, how, known.CONSTRUCT, form)) == [NAME]


def test_a_graph_of_the_request(method: str, how: str, endpoint: str) -> None:
    """SPARQL 1.1 Protocol §2.1.4."""
    for graph, count in ((known.PRESS_RELEASE, "1"), (known.ROR, "0")):
        found = _ask(endpoint, method, how, known.IN_GRAPHS, JSON, default_graph_uri=graph)
        assert found["results"]["bindings"][0]["n"]["value"] == count
    found = _ask(endpoint, method, how, known.IN_GRAPHS, JSON)
    assert found["results"]["bindings"][0]["n"]["value"] == str(len(known.rows()))

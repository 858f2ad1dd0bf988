"""rdflib: its SPARQLStore makes a graph of our endpoint, and its own queries reach us by SERVICE."""

from typing import Literal as OneOf

import pytest
from rdflib import Dataset, Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from rdflib.query import ResultRow

from . import known

NAME, FRENCH = URIRef(known.ALT_LABEL), Literal(known.NAME, lang="fr")
UCLOUVAIN = URIRef(known.UCLOUVAIN)
methods = pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])


def _store(endpoint: str, method: OneOf["GET", "POST", "POST_FORM"]) -> SPARQLStore:
    return SPARQLStore(endpoint, method=method)


def _rows(graph: Graph, query: str) -> known.Rows:
    found: known.Rows = []
    for row in graph.query(query):
        assert isinstance(row, ResultRow)
        found.append((str(row.figure), float(row.value), None if row.publisher is None else str(row.publisher)))
    return found


@methods
def test_query(method: OneOf["GET", "POST", "POST_FORM"], endpoint: str) -> None:
    graph = Graph(store=_store(endpoint, method))
    assert _rows(graph, known.select()) == known.rows()
    assert graph.query(known.ASK).askAnswer is True
    assert graph.query(known.ASK_NOT).askAnswer is False
    assert list(graph.query(known.CONSTRUCT)) == [(UCLOUVAIN, NAME, FRENCH)]


@methods
def test_bindings(method: OneOf["GET", "POST", "POST_FORM"], endpoint: str) -> None:
    graph = Graph(store=_store(endpoint, method))
    found = graph.query("SELECT ?name { ?who ?label ?name }", initBindings={"who": UCLOUVAIN, "label": NAME})
    assert list(found) == [(FRENCH,)]


@methods
def test_triples_of_the_union_and_of_a_graph(method: OneOf["GET", "POST", "POST_FORM"], endpoint: str) -> None:
    graph = Graph(store=_store(endpoint, method))
    assert (UCLOUVAIN, NAME, FRENCH) in graph
    assert list(graph.objects(UCLOUVAIN, NAME)) == [FRENCH]
    assert list(graph.subjects(NAME, FRENCH)) == [UCLOUVAIN]


@methods
def test_a_named_graph(method: OneOf["GET", "POST", "POST_FORM"], endpoint: str) -> None:
    """It sends `default-graph-uri` (SPARQL 1.1 Protocol §2.1.4)."""
    graph = Graph(store=_store(endpoint, method), identifier=URIRef(known.PRESS_RELEASE))
    assert _rows(graph, known.select()) == [known.rows()[0]]
    assert (UCLOUVAIN, NAME, FRENCH) not in graph
    assert 100 < len(graph) < len(Graph(store=_store(endpoint, method)))


def test_the_graphs_of_the_dataset(endpoint: str) -> None:
    contexts = {str(getattr(c, "identifier", c)) for c in _store(endpoint, "GET").contexts()}
    assert {known.PRESS_RELEASE, known.ROR} <= contexts


def test_service_from_a_local_graph(endpoint: str) -> None:
    local = Graph()
    local.add((URIRef("http://example.org/us"), URIRef("http://example.org/asks"), UCLOUVAIN))
    query = f"SELECT ?name {{ ?us <http://example.org/asks> ?who SERVICE <{endpoint}> {{ ?who <{NAME}> ?name }} }}"
    assert list(local.query(query)) == [(FRENCH,)]
    assert _rows(Dataset(), known.select(service=endpoint)) == known.rows()

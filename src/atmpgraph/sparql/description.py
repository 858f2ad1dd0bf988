"""What the endpoint says about itself (SPARQL 1.1 Service Description §3), without blank nodes."""

import pyoxigraph as ox

from ..vocab import DCT, RDF

SD = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS = (
    *("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"),
    *("Turtle", "N-Triples", "RDF_XML", "JSON-LD"),
)


def service_description(base: str, licence: str) -> list[ox.Quad]:
    """The description of `{base}sparql`."""
    service, dataset = ox.NamedNode(f"{base}sparql"), ox.NamedNode(f"{base}sparql#dataset")
    graph = ox.NamedNode(f"{base}sparql#default-graph")

    def quad(subject: ox.NamedNode, predicate: str, value: str) -> ox.Quad:
        return ox.Quad(subject, ox.NamedNode(predicate), ox.NamedNode(value))

    return [
        quad(service, RDF + "type", SD + "Service"),
        quad(service, SD + "endpoint", service.value),
        quad(service, SD + "supportedLanguage", SD + "SPARQL11Query"),
        quad(service, SD + "feature", SD + "UnionDefaultGraph"),
        quad(service, DCT + "license", licence),
        *(quad(service, SD + "resultFormat", f"http://www.w3.org/ns/formats/{name}") for name in _FORMATS),
        quad(service, SD + "defaultDataset", dataset.value),
        quad(dataset, RDF + "type", SD + "Dataset"),
        quad(dataset, SD + "defaultGraph", graph.value),
        quad(graph, RDF + "type", SD + "Graph"),
    ]

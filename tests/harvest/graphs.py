"""What the clients read out of a graph: things by class, what is said of them, their files."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from rdflib import RDF, Dataset, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF
from rdflib.term import Node

DCAT: Final = Namespace("http://www.w3.org/ns/dcat#")
SPDX: Final = Namespace("http://spdx.org/rdf/terms#")
HYDRA: Final = Namespace("http://www.w3.org/ns/hydra/core#")
PARSERS: Final = {
    "text/turtle": "turtle",
    "application/rdf+xml": "xml",
    "application/ld+json": "json-ld",
    "application/n-triples": "nt",
    "application/trig": "trig",
    "application/n-quads": "nquads",
}


@lru_cache(64)
def parse(body: bytes, media_type: str) -> Graph:
    """The union of all graphs of a document. Not to be changed: the same bytes are parsed once."""
    found = Graph(bind_namespaces="none")
    if media_type in {"application/trig", "application/n-quads"}:
        whole = Dataset(default_union=True)
        whole.parse(data=body, format=PARSERS[media_type])
        for triple in whole.triples((None, None, None)):
            found.add(triple)
        return found
    return found.parse(data=body, format=PARSERS[media_type])


def things(graph: Graph, *kinds: URIRef) -> set[str]:
    """The things of any of some classes: those whose type is stated, for harvesters infer nothing."""
    return {str(thing) for kind in kinds for thing in graph.subjects(RDF.type, kind)}


def about(graph: Graph, thing: str) -> frozenset[tuple[Node, Node]]:
    """What is said of a thing."""
    return frozenset(graph.predicate_objects(URIRef(thing)))


def entry(graph: Graph, dataset: str) -> frozenset[tuple[Node, Node, Node]]:
    """All that is said of a dataset, its files and their checksums."""
    node, files = URIRef(dataset), list(graph.objects(URIRef(dataset), DCAT.distribution))
    inside = [node, *files, *(c for file in files for c in graph.objects(file, SPDX.checksum))]
    return frozenset(triple for thing in inside for triple in graph.triples((thing, None, None)))


def one(graph: Graph, thing: str | Node, predicate: URIRef) -> str:
    """The only value of a property."""
    (value,) = graph.objects(URIRef(str(thing)), predicate)
    return str(value)


def words(graph: Graph, thing: str, predicate: URIRef, language: str) -> str:
    """A text in a language."""
    texts = [t for t in graph.objects(URIRef(thing), predicate) if isinstance(t, Literal) and t.language == language]
    (text,) = texts
    return str(text)


def files(graph: Graph, dataset: str) -> list[str]:
    """The distributions of a dataset."""
    return sorted(str(file) for file in graph.objects(URIRef(dataset), DCAT.distribution))


def record_of(graph: Graph, topic: str) -> str:
    """The record of an entry."""
    (record,) = graph.subjects(FOAF.primaryTopic, URIRef(topic))
    return str(record)


def modified(graph: Graph, kinds: Iterable[URIRef]) -> dict[str, str]:
    """When each thing of some classes was last changed."""
    return {thing: one(graph, thing, DCTERMS.modified) for thing in things(graph, *kinds)}

"""data.gov.be and data.europa.eu, by their descriptions: one file of any syntax; hashes, links that are tried, SPARQL."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlencode

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import FOAF

from ..http.conformance.targets import Answer
from .graphs import DCAT, PARSERS, entry, parse, record_of, things
from .web import Web

JAVA: Final = {"Accept": "*/*", "User-Agent": "Java-http-client/21.0.2"}
EUROPA: Final = {"User-Agent": "piveau", "Accept-Encoding": "gzip"}
_QUALITY: Final = URIRef("http://www.w3.org/ns/dqv#hasQualityMetadata")
_BYTES: Final = 2000  # that a guess needs


def data_gov_be(web: Web, address: str) -> Graph:
    """One GET; the first bytes tell the syntax, or the end of the address does."""
    answer = web.ask(address, JAVA)
    assert answer.status in {200, 304}, answer
    return parse(answer.body, _guess(answer.body[:_BYTES].decode(), address))


def _guess(text: str, address: str) -> str:
    for starts, media_type in (
        (("<?xml", "<rdf"), "application/rdf+xml"),
        (("{",), "application/ld+json"),
        (("PREFIX", "@base", "@prefix"), "text/turtle"),
    ):
        if text.startswith(starts):
            return media_type
    return "application/rdf+xml" if address.endswith((".rdf", ".xml")) else "application/n-triples"


def hashes(web: Web, address: str, accept: str = "*/*") -> dict[str, str]:
    """What each entry hashes to: all that is said of it, of its files and of its record."""
    answer = web.ask(address, EUROPA | {"Accept": accept})
    assert answer.status in {200, 304}, answer
    media_type = answer.media_type or accept
    assert media_type in PARSERS, media_type
    return hashed(parse(answer.body, media_type))


def hashed(graph: Graph) -> dict[str, str]:
    """The hash of each entry of a graph."""
    found = {}
    for thing in things(graph, DCAT.Dataset, DCAT.DataService):
        triples = {*entry(graph, thing), *graph.triples((URIRef(record_of(graph, thing)), None, None))}
        lines = sorted(" ".join(term.n3() for term in triple) for triple in triples)
        found[thing] = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return found


def addresses(graph: Graph) -> dict[str, set[str]]:
    """The addresses that are tried, with the files that stand under them."""
    found: dict[str, set[str]] = {}
    for predicate in (DCAT.accessURL, DCAT.downloadURL):
        for file, address in graph.subject_objects(predicate):
            found.setdefault(str(address), set()).add(str(file))
    for predicate in (DCAT.endpointURL, DCAT.endpointDescription, DCAT.landingPage, FOAF.homepage, _QUALITY):
        for address in graph.objects(predicate=predicate):
            found.setdefault(str(address), set())
    return found


def tried(web: Web, address: str) -> tuple[Answer, Answer]:
    """The answers to HEAD and to GET."""
    return web.ask(address, {"Accept": "*/*"}, "HEAD"), web.ask(address, {"Accept": "*/*"})


def select(web: Web, query: str) -> list[dict[str, str]]:
    """The rows of a query that is sent to the endpoint."""
    fields = EUROPA | {"Accept": "application/sparql-results+json"}
    answer = web.ask(f"{web.base}sparql?{urlencode({'query': query})}", fields)
    assert (answer.status, answer.media_type) == (200, fields["Accept"]), answer
    rows: list[dict[str, Any]] = json.loads(answer.body)["results"]["bindings"]
    return [{name: str(term["value"]) for name, term in row.items()} for row in rows]


def construct(web: Web, query: str) -> Graph:
    """The graph that a query makes."""
    fields = EUROPA | {"Accept": "application/rdf+xml"}
    answer = web.ask(f"{web.base}sparql?{urlencode({'query': query})}", fields)
    assert (answer.status, answer.media_type) == (200, fields["Accept"]), answer
    return parse(answer.body, answer.media_type)


def in_steps(web: Web, pattern: str, variables: str, size: int) -> Iterator[dict[str, str]]:
    """The rows of a pattern, so many at a time, until there are no more."""
    for start in range(0, 1_000_000, size):
        rows = select(web, f"SELECT {variables} {{ {pattern} }} ORDER BY {variables} LIMIT {size} OFFSET {start}")
        yield from rows
        if len(rows) < size:
            return


def dates(graph: Graph) -> Iterator[Literal]:
    """Every date of a graph."""
    for term in graph.objects():
        if isinstance(term, Literal) and str(term.datatype).rpartition("#")[2] in {"date", "dateTime"}:
            yield term

"""What clients of others were recorded to send, and what they get here; where Oxigraph's server answered otherwise, why."""

from dataclasses import dataclass
from typing import Final

from .tables import GRAPHS, SOLUTIONS

JSON, XML, CSV, TSV = SOLUTIONS.values()
TURTLE, JSON_LD, RDF_XML, N_TRIPLES, TRIG, N_QUADS = GRAPHS.values()
PROBLEM: Final = "application/problem+json"

FIRST: Final = "it likes several formats equally, and Turtle is the first of ours"
_JENA, _RDFLIB, _WRAPPER = "jena 4.5.0", "rdflib 7.6", "SPARQLWrapper 2.0.0"
_NPM, _YASGUI = "sparql-http-client 3.1 + fetch-sparql-endpoint 7.2", "yasgui 4.6.2 in chromium"


@dataclass(frozen=True)
class Expected:
    """The answer to one request.

    Attributes:
        client: whose it is.
        media_type: of the answer, without parameters.
        status: of the answer.
        why: the reason why Oxigraph's own answer had another status or type; empty where it had the same.
    """

    client: str
    media_type: str
    status: int = 200
    why: str = ""


# In the order of the record.
EXPECTED: Final = (
    Expected("curl get", JSON),
    Expected("curl post", JSON),
    Expected(f"{_WRAPPER} select JSON", JSON),
    Expected(f"{_WRAPPER} select XML", XML),
    Expected(f"{_WRAPPER} select CSV", CSV),
    Expected(f"{_WRAPPER} select TSV", TSV),
    Expected(f"{_WRAPPER} construct TURTLE", TURTLE),
    Expected(f"{_WRAPPER} construct RDFXML", RDF_XML),
    Expected(f"{_WRAPPER} construct JSONLD", JSON_LD),
    Expected(f"{_WRAPPER} construct N3", TURTLE),
    Expected(f"{_WRAPPER} default select", XML),
    Expected(f"{_WRAPPER} POST direct", JSON),
    Expected(f"{_RDFLIB} SPARQLStore GET", XML),
    Expected(f"{_RDFLIB} SPARQLStore POST", XML),
    Expected(f"{_RDFLIB} SPARQLStore POST_FORM", XML),
    Expected(f"{_RDFLIB} SERVICE", JSON),
    Expected(f"{_RDFLIB} Graph.parse(url)", TURTLE, why=FIRST),
    Expected(f"{_RDFLIB} Graph.parse(url, turtle)", TURTLE),
    Expected("pyoxigraph 0.5 SERVICE", JSON),
    Expected("oxigraph-cli SERVICE", JSON),
    Expected(f"{_JENA} rsparql select", JSON),
    Expected(f"{_JENA} rsparql construct", TURTLE),
    Expected(f"{_JENA} rsparql ask", JSON),
    Expected(f"{_JENA} arq SERVICE", JSON),
    Expected("rapper 2.0.15 guess", TURTLE, why=FIRST),
    Expected("rapper 2.0.15 turtle", TURTLE),
    Expected("roqet 0.9.33 select", XML),
    Expected("roqet 0.9.33 ask", XML),
    Expected("roqet 0.9.33 construct", PROBLEM, 406, "an error is a problem with its remedy (RFC 9457)"),
    Expected("serdi (stdin of curl -H turtle)", TURTLE),
    Expected("comunica 4.5.0 sparql@", JSON),
    Expected("comunica 4.5.0 auto", N_QUADS),
    Expected("comunica 4.5.0 file source", N_QUADS),
    Expected("comunica 4.5.0 construct", TURTLE),
    Expected(_NPM, JSON),
    Expected(_NPM, TURTLE, why=FIRST),
    Expected(_NPM, JSON),
    Expected(_NPM, JSON),
    Expected(_NPM, JSON),
    Expected(_NPM, TURTLE),
    Expected("sparql-benchmark-runner 4.2 (HEAD)", TURTLE, why="a bare HEAD is answered as its GET, the description"),
    Expected("R SPARQL 1.16", XML),
    Expected("bsbm testdriver", XML),
    Expected("bsbm testdriver", RDF_XML),
    Expected(_YASGUI, JSON),
    Expected(_YASGUI, N_TRIPLES),
    Expected(_YASGUI, JSON),
    Expected(_YASGUI, N_TRIPLES),
    Expected("ldes-client 0.3.0", N_QUADS),
)

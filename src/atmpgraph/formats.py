"""Formats as data: the registered media type and the suffix of each representation.

The order of a list of formats is the server's own preference; it decides only between formats that the client weights
equally.
"""

import copyreg
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import pyoxigraph as ox

from .vocab import FILE_FORMATS

Kind: TypeAlias = Literal["page", "graph", "dataset", "results", "text"]


def _engine(media_type: str) -> ox.RdfFormat:
    """The serialiser's name of a format."""
    engine = ox.RdfFormat.from_media_type(media_type)
    assert engine is not None  # noqa: S101 - it has given the media type itself
    return engine


# The library does not say how: the error of a worker process names the format that cannot be written.
copyreg.pickle(ox.RdfFormat, lambda engine: (_engine, (engine.media_type,)))


@dataclass(frozen=True)
class Format:
    """One representation.

    Attributes:
        name: for people.
        suffix: the end of its fixed URL, without the dot.
        media_type: as registered with IANA, for `Content-Type`.
        kind: a page for people, triples, quads, results of SELECT and ASK, or other text.
        also: other registered types of the same bytes, for clients that accept only those.
        engine: the serialiser's own name of an RDF format.
        iri: the W3C's name of the format (https://www.w3.org/ns/formats/), empty where it has none.
    """

    name: str
    suffix: str
    media_type: str
    kind: Kind
    also: tuple[str, ...] = ()
    engine: ox.RdfFormat | None = None
    iri: str = ""

    def __hash__(self) -> int:
        """By its media type alone: a document looks thirty times for what was kept by a format."""
        return hash(self.media_type)


HTML: Final = Format("HTML", "html", "text/html", "page")
TURTLE: Final = Format(
    "Turtle",
    "ttl",
    "text/turtle",
    "graph",
    also=("application/x-turtle", "text/n3", "text/rdf+n3"),  # of which Turtle is a part
    engine=ox.RdfFormat.TURTLE,
    iri=FILE_FORMATS + "Turtle",
)
JSON_LD: Final = Format(
    "JSON-LD",
    "jsonld",
    "application/ld+json",
    "graph",
    also=("application/json",),
    engine=ox.RdfFormat.JSON_LD,
    iri=FILE_FORMATS + "JSON-LD",
)
RDF_XML: Final = Format(
    "RDF/XML",
    "rdf",
    "application/rdf+xml",
    "graph",
    also=("application/xml", "text/xml"),
    engine=ox.RdfFormat.RDF_XML,
    iri=FILE_FORMATS + "RDF_XML",
)
N_TRIPLES: Final = Format(
    "N-Triples",
    "nt",
    "application/n-triples",
    "graph",
    also=("text/plain",),  # its type in RDF 1.0 (RDF Test Cases §3)
    engine=ox.RdfFormat.N_TRIPLES,
    iri=FILE_FORMATS + "N-Triples",
)
TRIG: Final = Format(
    "TriG",
    "trig",
    "application/trig",
    "dataset",
    also=("application/x-trig",),  # before they were registered, as RDF4J has them still
    engine=ox.RdfFormat.TRIG,
    iri=FILE_FORMATS + "TriG",
)
N_QUADS: Final = Format(
    "N-Quads",
    "nq",
    "application/n-quads",
    "dataset",
    also=("text/x-nquads", "text/nquads"),
    engine=ox.RdfFormat.N_QUADS,
    iri=FILE_FORMATS + "N-Quads",
)

# Each has its writer in `sparql/service/result_writers.py`; a new one needs no more than that and its place below.
RESULTS_JSON: Final = Format(
    "JSON",
    "json",
    "application/sparql-results+json",
    "results",
    also=("application/json",),
    iri=FILE_FORMATS + "SPARQL_Results_JSON",
)
RESULTS_XML: Final = Format(
    "XML",
    "xml",
    "application/sparql-results+xml",
    "results",
    also=("application/xml", "text/xml"),
    iri=FILE_FORMATS + "SPARQL_Results_XML",
)
CSV: Final = Format("CSV", "csv", "text/csv", "results", iri=FILE_FORMATS + "SPARQL_Results_CSV")
TSV: Final = Format("TSV", "tsv", "text/tab-separated-values", "results", iri=FILE_FORMATS + "SPARQL_Results_TSV")

SPARQL_QUERY: Final = Format("SPARQL", "rq", "application/sparql-query", "text")
STATEMENTS: Final = Format("CSV", "csv", "text/csv", "text")  # the statements about a thing, one a line
DATACITE: Final = Format(
    "DataCite", "datacite.json", "application/vnd.datacite.datacite+json", "text", also=("application/json",)
)
JSON: Final = Format("JSON", "json", "application/json", "text")
TABLE: Final = Format("CSV", "csv", "text/csv", "text")  # for spreadsheets: a row a thing, words in a language
XLSX: Final = Format("Excel", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text")
SVG: Final = Format("SVG", "svg", "image/svg+xml", "text")
PNG: Final = Format("PNG", "png", "image/png", "text")
TEXT: Final = Format("Text", "txt", "text/plain", "text")
# No type is registered; all readers of RDF Patch accept these, which come from Apache Jena.
RDF_PATCH: Final = Format("RDF Patch", "rdfp", "application/rdf-patch", "text", ("text/rdf-patch",))
BEACON: Final = Format("BEACON", "txt", "text/plain", "text")  # links, one a line; no type is registered
LINK_SET: Final = Format("Linkset", "linkset.json", "application/linkset+json", "text")

# Citations. BibTeX has no registered type; this is the common one.
BIBTEX: Final = Format("BibTeX", "bib", "application/x-bibtex", "text", ("text/x-bibtex",))
CSL: Final = Format("CSL-JSON", "csl.json", "application/vnd.citationstyles.csl+json", "text")
CFF: Final = Format("CFF", "cff", "application/yaml", "text")  # RFC 9512
CITATIONS: Final = (BIBTEX, CSL, CFF)

GRAPHS: Final = (TURTLE, JSON_LD, RDF_XML, N_TRIPLES)
RDF_FORMATS: Final = (*GRAPHS, TRIG, N_QUADS)
DOCUMENTS: Final = (*RDF_FORMATS, HTML)
RESULT_FORMATS: Final = (RESULTS_JSON, RESULTS_XML, CSV, TSV)
RESULTS: Final = (*RESULT_FORMATS, HTML)
ALL: Final = (*DOCUMENTS, *RESULT_FORMATS, SPARQL_QUERY)


def split_suffix(path: str, offered: tuple[Format, ...]) -> tuple[str, Format | None]:
    """`a/b.ttl` → (`a/b`, Turtle), by the longest suffix; a path that ends in no offered suffix stays whole."""
    fitting = [f for f in offered if path.endswith(f".{f.suffix}") and len(path) > len(f.suffix) + 1]
    fmt = max(fitting, key=lambda f: len(f.suffix), default=None)
    return (path[: -len(fmt.suffix) - 1], fmt) if fmt else (path, None)


def by_suffix(suffix: str, offered: tuple[Format, ...]) -> Format | None:
    """The offered format with that suffix."""
    return next((f for f in offered if f.suffix == suffix), None)


# Of the static files of pages, by their suffix; others are not served.
STATIC_TYPES: Final = {
    ".css": "text/css",
    ".jpg": "image/jpeg",
    ".js": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}

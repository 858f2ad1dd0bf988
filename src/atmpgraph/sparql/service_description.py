"""What the endpoint says about itself (SPARQL 1.1 Service Description §3), without blank nodes.

Beside the terms of the standard: counts in VoID, limits as `schema:PropertyValue` (no vocabulary of services has
them), the query library as `sh:SPARQLExecutable` and the prefixes as `sh:declare` (SHACL §5.2.1, SHACL-SPARQL), which
is what editors fill themselves from.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import pyoxigraph as ox

from ..formats import DOCUMENTS, RESULTS
from ..rdf.statements import about, number
from ..release.graphs import GraphCount
from ..vocab import DCT, ENTAILMENT, FILE_FORMATS, GEOSPARQL_FUNCTIONS, PROV, RDF, SCHEMA, SD, VOID
from .examples import examples
from .library import LibraryQuery
from .limits import Limits

# The W3C's names of file formats, by media type (https://www.w3.org/ns/formats/).
_FORMAT_NAMES: Final = {
    "application/sparql-results+json": "SPARQL_Results_JSON",
    "application/sparql-results+xml": "SPARQL_Results_XML",
    "text/csv": "SPARQL_Results_CSV",
    "text/tab-separated-values": "SPARQL_Results_TSV",
    "text/turtle": "Turtle",
    "application/ld+json": "JSON-LD",
    "application/rdf+xml": "RDF_XML",
    "application/n-triples": "N-Triples",
    "application/trig": "TriG",
    "application/n-quads": "N-Quads",
}
# What the engine knows beyond SPARQL: functions of GeoSPARQL 1.1 (OGC 22-047r1 §9, §10).
FUNCTIONS: Final = tuple(
    GEOSPARQL_FUNCTIONS + name
    for name in (
        *("area", "asGeoJSON", "centroid", "convexHull", "coordinateDimension", "difference", "dimension", "distance"),
        *("envelope", "getSRID", "intersection", "isEmpty", "isSimple", "length", "perimeter", "relate"),
        *("spatialDimension", "symDifference", "union"),
        *("sfContains", "sfCrosses", "sfDisjoint", "sfEquals", "sfIntersects", "sfOverlaps", "sfTouches", "sfWithin"),
        *("ehContains", "ehCoveredBy", "ehCovers", "ehDisjoint", "ehEquals", "ehInside", "ehMeet", "ehOverlap"),
        *("rcc8dc", "rcc8ec", "rcc8eq", "rcc8ntpp", "rcc8ntppi", "rcc8po", "rcc8tpp", "rcc8tppi"),
    )
)
# The setting, the fragment of the limit's IRI, which never changes, its name and its unit.
_LIMITS: Final = (
    ("timeout_seconds", "seconds", "Longest time that a query runs", "seconds"),
    ("memory_bytes", "memory", "Memory that a query may use", "bytes"),
    ("max_rows", "rows", "Rows or triples of one answer; a longer one is cut and links to the rest", "rows"),
    ("max_bytes", "bytes", "Bytes of one answer; a longer one is cut and links to the rest", "bytes"),
    ("workers", "workers", "Queries that run at the same time", "queries"),
    ("max_running_per_client", "per-client", "Queries of one client that run at the same time", "queries"),
    ("max_queued", "waiting", "Queries that may wait for their turn", "queries"),
    ("queue_timeout_seconds", "patience", "Longest time that a query waits for its turn", "seconds"),
    (
        "running_seconds_per_minute",
        "budget",
        "Running time that the queries of one client may use",
        "seconds per minute",
    ),
    ("max_nesting", "nesting", "Deepest nesting of brackets in a query", "brackets"),
    ("max_length_characters", "length", "Longest query", "characters"),
)


@dataclass(frozen=True)
class Endpoint:
    """What there is to tell.

    Attributes:
        base: of the publication; the endpoint is `{base}sparql`.
        licence: IRI of the licence of the data.
        union: how many triples the default graph has, the union of the named ones.
        graphs: the named graphs.
        limits: what a query may take.
        library: the published queries.
        prefixes: namespaces by prefix.
        federated: whether `SERVICE` may call other endpoints.
    """

    base: str
    licence: str
    union: int
    graphs: Iterable[GraphCount]
    limits: Limits
    library: Iterable[LibraryQuery]
    prefixes: Mapping[str, str]
    federated: bool = False


def service_description(of: Endpoint) -> list[ox.Quad]:
    """The description of the endpoint at `{base}sparql`."""
    service = f"{of.base}sparql"
    parts = (
        _service(of, service),
        _dataset(of, service),
        _limits(of, service),
        examples(of.library, of.prefixes, of.base),
    )
    return [quad for part in parts for quad in part]


def _service(of: Endpoint, service: str) -> Iterator[ox.Quad]:
    formats = (_FORMAT_NAMES[f.media_type] for f in (*RESULTS, *DOCUMENTS) if f.media_type in _FORMAT_NAMES)
    features = ("UnionDefaultGraph", "BasicFederatedQuery") if of.federated else ("UnionDefaultGraph",)
    yield from about(
        service,
        (RDF + "type", SD + "Service"),
        (SD + "endpoint", service),
        (SD + "supportedLanguage", SD + "SPARQL11Query"),
        *((SD + "feature", SD + feature) for feature in features),
        *((SD + "resultFormat", FILE_FORMATS + name) for name in formats),
        *((SD + "extensionFunction", function) for function in FUNCTIONS),
        (SD + "defaultEntailmentRegime", ENTAILMENT + "Simple"),
        (SD + "defaultDataset", f"{service}#dataset"),
        (DCT + "license", of.licence),
    )
    for function in FUNCTIONS:
        yield from about(function, (RDF + "type", SD + "Function"))


def _dataset(of: Endpoint, service: str) -> Iterator[ox.Quad]:
    """The dataset of a query that names none (§3.2.6); each graph is where the Graph Store Protocol gives it."""
    default = f"{of.base}data?default"
    yield from about(f"{service}#dataset", (RDF + "type", SD + "Dataset"), (SD + "defaultGraph", default))
    yield from about(default, (RDF + "type", SD + "Graph"), (VOID + "triples", number(of.union)))
    for named in of.graphs:
        graph = f"{of.base}data?graph={quote(named.iri, safe='')}"
        yield from about(f"{service}#dataset", (SD + "namedGraph", named.iri))
        yield from about(
            named.iri,
            (RDF + "type", SD + "NamedGraph"),
            (SD + "name", named.iri),
            (SD + "graph", graph),
            *((DCT + "title", title) for title in named.titles),
            *((PROV + "hadPrimarySource", source) for source in named.sources),
        )
        yield from about(graph, (RDF + "type", SD + "Graph"), (VOID + "triples", number(named.triples)))


def _limits(of: Endpoint, service: str) -> Iterator[ox.Quad]:
    """The limits that there are: 0 stands for none, except where nothing may wait."""
    values = of.limits.as_json()
    for name, fragment, text, unit in _LIMITS:
        if not values[name] and name != "max_queued":
            continue
        limit = f"{service}#limit-{fragment}"
        yield from about(service, (SCHEMA + "additionalProperty", limit))
        yield from about(
            limit,
            (RDF + "type", SCHEMA + "PropertyValue"),
            (SCHEMA + "name", ox.Literal(text, language="en")),
            (SCHEMA + "maxValue", number(values[name])),
            (SCHEMA + "unitText", ox.Literal(unit)),
        )

"""The description of the endpoint (SPARQL 1.1 Service Description §3), without blank nodes.

Beside the terms of the standard: counts in VoID, limits as `schema:PropertyValue` (no vocabulary of services has
them), and what editors read: the query library as `sh:SPARQLExecutable` and the prefixes as `sh:declare` (SHACL §5.2.1,
SHACL-SPARQL).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from ..addresses import Addresses
from ..formats import RDF_FORMATS, RESULT_FORMATS
from ..rdf.statements import about, number, quad_of
from ..release.graphs import GraphCount
from ..store import Features
from ..vocab import DCT, ENTAILMENT, IANA, PROV, RDF, SCHEMA, SD, VOID
from .examples import examples
from .library import LibraryQuery
from .limits import Limits

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
    """The facts about an endpoint.

    Attributes:
        base: of the publication; the endpoint is `{base}sparql`.
        licence: IRI of the licence of the data.
        features: what its store offers beyond SPARQL 1.1.
        union: triples of the default graph, the union of the named graphs.
        graphs: the named graphs; of many, the largest. The page of all is at `{base}data`.
        limits: what a query may use.
        library: the published queries.
        prefixes: namespaces by prefix.
        languages: of the publication.
        federated: whether `SERVICE` may call other endpoints.
    """

    base: str
    licence: str
    features: Features
    union: int
    graphs: Iterable[GraphCount]
    limits: Limits
    library: Iterable[LibraryQuery]
    prefixes: Mapping[str, str]
    languages: tuple[str, ...]
    federated: bool = False


def service_description(of: Endpoint) -> list[ox.Quad]:
    """The description of the endpoint at `{base}sparql`."""
    service = Addresses(of.base).page("sparql")
    parts = (
        _service(of, service),
        _dataset(of, service),
        _limits(of, service),
        examples(of.library, of.prefixes, of.base, of.languages),
    )
    return [quad for part in parts for quad in part]


def _service(of: Endpoint, service: str) -> Iterator[ox.Quad]:
    features = (("UnionDefaultGraph", of.features.union_default_graph), ("BasicFederatedQuery", of.federated))
    yield from about(
        service,
        (RDF + "type", SD + "Service"),
        (SD + "endpoint", service),
        (SD + "supportedLanguage", SD + "SPARQL11Query"),
        *((SD + "feature", SD + feature) for feature, offered in features if offered),
        *((SD + "resultFormat", f.iri or IANA + f.media_type) for f in (*RESULT_FORMATS, *RDF_FORMATS)),
        *((SD + "extensionFunction", function) for function in of.features.extension_functions),
        (SD + "defaultEntailmentRegime", ENTAILMENT + "Simple"),
        (SD + "defaultDataset", f"{service}#dataset"),
        (DCT + "license", of.licence),
    )
    for function in of.features.extension_functions:
        yield from about(function, (RDF + "type", SD + "Function"))


def _dataset(of: Endpoint, service: str) -> Iterator[ox.Quad]:
    """The dataset of a query that names none (§3.2.6); each graph at its address of the Graph Store Protocol."""
    addresses = Addresses(of.base)
    default = addresses.graph_store()
    yield from about(f"{service}#dataset", (RDF + "type", SD + "Dataset"), (SD + "defaultGraph", default))
    yield from about(default, (RDF + "type", SD + "Graph"), (VOID + "triples", number(of.union)))
    for named in of.graphs:
        graph = addresses.graph_store(named.iri)
        yield from about(f"{service}#dataset", (SD + "namedGraph", named.iri))
        yield from about(
            named.iri,
            (RDF + "type", SD + "NamedGraph"),
            (SD + "name", named.iri),
            (SD + "graph", graph),
            *((DCT + "title", title) for title in named.titles),
            *((PROV + "hadPrimarySource", source) for source in named.sources),
            *((DCT + "license", licence) for licence in named.licences),
            *((DCT + "temporal", period) for period in named.periods),
        )
        yield from map(quad_of, named.times)
        yield from about(graph, (RDF + "type", SD + "Graph"), (VOID + "triples", number(named.triples)))


def _limits(of: Endpoint, service: str) -> Iterator[ox.Quad]:
    """The limits in force: 0 stands for none, except for queries that may wait."""
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

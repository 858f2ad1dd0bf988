"""The metadata quality score of data.europa.eu: 405 points (Metadata Quality Assurance, as in the table of ckan-mqa).

A metric is measured on every dataset or every distribution; its points are in proportion to those that have it. Whether
an address answers cannot be measured at build: one of our own counts when the release has the file behind it.
"""

from collections.abc import Iterable
from typing import Final

import pyoxigraph as ox

from ..rdf.statements import boolean, statement
from ..release.manifest import Metric, Score
from ..vocab import DCAT, EU_AUTHORITY, prologue

_OPEN: Final = "CSV JSON JSON_LD RDF_XML RDF_N_QUADS RDF_N_TRIPLES RDF_TRIG RDF_TURTLE"  # non-proprietary
_DATASET, _DISTRIBUTION = "dcat:Dataset", "dcat:Distribution"


def _of(predicate: str, vocabulary: str) -> str:
    return f'?thing {predicate} ?value FILTER(STRSTARTS(STR(?value), "{EU_AUTHORITY}{vocabulary}/"))'


def _format(codes: str) -> str:
    iris = " ".join(f"<{EU_AUTHORITY}file-type/{code}>" for code in codes.split())
    return f"?thing dct:format ?value VALUES ?value {{ {iris} }}"


# Dimension, metric, points, class, and what a thing of that class must have.
METRICS: Final = (
    ("findability", "keywords", 30, _DATASET, "?thing dcat:keyword ?value"),
    ("findability", "themes", 30, _DATASET, "?thing dcat:theme ?value"),
    ("findability", "spatial", 20, _DATASET, "?thing dct:spatial ?value"),
    ("findability", "temporal", 20, _DATASET, "?thing dct:temporal ?value"),
    ("accessibility", "access URL answers", 50, _DISTRIBUTION, "?thing dcat:accessURL/<urn:atmpgraph:served> true"),
    ("accessibility", "download URL", 20, _DISTRIBUTION, "?thing dcat:downloadURL ?value"),
    ("accessibility", "download URL answers", 30, _DISTRIBUTION, "?thing dcat:downloadURL/<urn:atmpgraph:served> true"),
    ("interoperability", "format", 20, _DISTRIBUTION, "?thing dct:format ?value"),
    ("interoperability", "media type", 10, _DISTRIBUTION, "?thing dcat:mediaType ?value"),
    (
        "interoperability",
        "format and media type from vocabularies",
        10,
        _DISTRIBUTION,
        f"{_of('dct:format', 'file-type')} ?thing dcat:mediaType ?type "
        'FILTER(STRSTARTS(STR(?type), "http://www.iana.org/assignments/media-types/"))',
    ),
    ("interoperability", "non-proprietary", 20, _DISTRIBUTION, _format(_OPEN)),
    ("interoperability", "machine-readable", 20, _DISTRIBUTION, _format(_OPEN)),
    ("interoperability", "DCAT-AP", 30, "dcat:Catalog", "?thing <urn:atmpgraph:conforms> true"),
    ("reusability", "licence", 20, _DISTRIBUTION, "?thing dct:license ?value"),
    ("reusability", "licence from vocabulary", 10, _DISTRIBUTION, _of("dct:license", "licence")),
    ("reusability", "access rights", 10, _DATASET, "?thing dct:accessRights ?value"),
    (
        "reusability",
        "access rights from vocabulary",
        5,
        _DATASET,
        _of("dct:accessRights", "access-right"),
    ),
    ("reusability", "contact point", 20, _DATASET, "?thing dcat:contactPoint ?value"),
    ("reusability", "publisher", 10, _DATASET, "?thing dct:publisher ?value"),
    ("contextuality", "rights", 5, _DISTRIBUTION, "?thing dct:rights ?value"),
    ("contextuality", "byte size", 5, _DISTRIBUTION, "?thing dcat:byteSize ?value"),
    ("contextuality", "date of issue", 5, _DATASET, "?thing dct:issued ?value"),
    ("contextuality", "date of modification", 5, _DATASET, "?thing dct:modified ?value"),
)


def score(catalogue: Iterable[bytes], served: Iterable[str], conforms: bool) -> Score:
    """The score of a catalogue.

    Args:
        catalogue: its N-Triples lines.
        served: the addresses that the release answers.
        conforms: whether the catalogue conforms to the shapes of DCAT-AP.
    """
    engine, true = ox.Store(), boolean(True)
    engine.load(b"".join(catalogue), format=ox.RdfFormat.N_TRIPLES)
    engine.extend(statement(url, "urn:atmpgraph:served", true) for url in served)
    if conforms:
        for quad in list(engine.quads_for_pattern(None, None, ox.NamedNode(DCAT + "Catalog"))):
            engine.add(ox.Quad(quad.subject, ox.NamedNode("urn:atmpgraph:conforms"), true))
    return Score(tuple(_measure(engine, *metric) for metric in METRICS))


def _measure(engine: ox.Store, dimension: str, name: str, points: int, kind: str, pattern: str) -> Metric:
    select = f"SELECT ?thing (EXISTS {{ {pattern} }} AS ?has) {{ ?thing a {kind} }}"
    results = engine.query(prologue("dcat", "dct") + select)
    assert isinstance(results, ox.QuerySolutions)  # noqa: S101 - a SELECT query
    things = {row["thing"].value: row["has"].value == "true" for row in results}
    missing = tuple(sorted(thing for thing, has in things.items() if not has))
    share = (len(things) - len(missing)) / len(things) if things else 0
    return Metric(dimension, name, round(points * share, 1), points, missing)

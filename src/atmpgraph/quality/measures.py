"""The measurements of a release (W3C Data Quality Vocabulary), computed at build from the store alone."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ..release.manifest import Measure
from ..store import Store
from ..vocab import PROV, prologue

_SOURCED: Final = f"SELECT DISTINCT ?graph {{ ?graph <{PROV}hadPrimarySource> ?source }}"
_FIGURES: Final = f"""{prologue("oa", "prov", "qb")}
SELECT (COUNT(DISTINCT ?figure) AS ?of) (COUNT(DISTINCT ?quoted) AS ?value) {{
  ?figure a qb:Observation
  OPTIONAL {{ ?figure prov:wasDerivedFrom/oa:hasSource ?source BIND(?figure AS ?quoted) }}
}}"""
_NAMES: Final = """{
  SELECT ?thing ?language {
    { ?thing skos:prefLabel ?name } UNION { ?thing dct:title ?name } UNION { ?thing rdfs:label ?name }
    FILTER(STRSTARTS(STR(?thing), STR(<id/>)))
    BIND(LANG(?name) AS ?language)
    FILTER(?language != "")
  }
}"""
_NAMED: Final = f"""{prologue("dct", "rdfs", "skos")}
SELECT (COUNT(DISTINCT ?thing) AS ?value) {_NAMES}"""
_NAMED_BY_LANGUAGE: Final = f"""{prologue("dct", "rdfs", "skos")}
SELECT ?language (COUNT(DISTINCT ?thing) AS ?value) {_NAMES} GROUP BY ?language"""
_REGISTRIES: Final = f"""{prologue("owl", "rdfs", "schema", "skos")}
SELECT ?registry (COUNT(*) AS ?value) {{
  VALUES ?property {{
    owl:sameAs schema:sameAs rdfs:seeAlso skos:exactMatch skos:closeMatch skos:broadMatch skos:narrowMatch
  }}
  ?thing ?property ?entry
  FILTER(STRSTARTS(STR(?thing), STR(<id/>)) && isIRI(?entry) && !STRSTARTS(STR(?entry), STR(<>))
    && !STRSTARTS(STR(?entry), "https://w3id.org/atmpgraph/"))
  BIND(REPLACE(STR(?entry), "^([a-z]+://[^/]+/).*$", "$1") AS ?registry)
}} GROUP BY ?registry ORDER BY DESC(?value) ?registry"""


def measures(store: Store, graphs: Mapping[str, int], languages: Iterable[str]) -> list[Measure]:
    """The measurements of a graph.

    Args:
        store: the union of all sources.
        graphs: how many statements each named graph has.
        languages: of the publication.
    """
    sourced = {row["graph"].value for row in store.select(_SOURCED)}
    stated = sum(count for graph, count in graphs.items() if graph in sourced)
    [figures] = store.select(_FIGURES)
    return [
        Measure("statements-with-source", stated, sum(graphs.values())),
        Measure("figures-with-quotation", int(figures["value"].value), int(figures["of"].value)),
        *_names(store, languages),
        *(
            Measure("registry-links", int(row["value"].value), on=row["registry"].value)
            for row in store.select(_REGISTRIES)
        ),
    ]


def _names(store: Store, languages: Iterable[str]) -> Iterator[Measure]:
    """How many of the named things have a name in each language of the publication."""
    [total] = store.select(_NAMED)
    counts = {row["language"].value: int(row["value"].value) for row in store.select(_NAMED_BY_LANGUAGE)}
    yield from (Measure(f"names-{tag}", counts.get(tag, 0), int(total["value"].value)) for tag in languages)

"""What a release measures of itself (W3C Data Quality Vocabulary): computed at build, from the store alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ..settings import LANGUAGES
from ..store import Store

_SOURCED: Final = "SELECT DISTINCT ?graph { ?graph <http://www.w3.org/ns/prov#hadPrimarySource> ?source }"
_FIGURES: Final = """
PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX qb: <http://purl.org/linked-data/cube#>
SELECT (COUNT(DISTINCT ?figure) AS ?of) (COUNT(DISTINCT ?quoted) AS ?value) {
  ?figure a qb:Observation
  OPTIONAL { ?figure prov:wasDerivedFrom/oa:hasSource ?source BIND(?figure AS ?quoted) }
}"""
_NAMES: Final = """
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?thing ?language {
  { ?thing skos:prefLabel ?name } UNION { ?thing dct:title ?name } UNION { ?thing rdfs:label ?name }
  FILTER(STRSTARTS(STR(?thing), STR(<id/>)))
  BIND(LANG(?name) AS ?language)
  FILTER(?language != "")
}"""
_COUNTED: Final = (
    "SELECT ?language (COUNT(DISTINCT ?thing) AS ?value) {{ {{ {names} }} }} GROUP BY ?language",
    "SELECT (COUNT(DISTINCT ?thing) AS ?value) {{ {{ {names} }} }}",
)
_REGISTRIES: Final = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX schema: <https://schema.org/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?registry (COUNT(*) AS ?value) {
  VALUES ?property { owl:sameAs schema:sameAs skos:exactMatch skos:closeMatch skos:broadMatch skos:narrowMatch }
  ?thing ?property ?entry
  FILTER(STRSTARTS(STR(?thing), STR(<id/>)) && isIRI(?entry) && !STRSTARTS(STR(?entry), STR(<>)))
  BIND(REPLACE(STR(?entry), "^([a-z]+://[^/]+/).*$", "$1") AS ?registry)
} GROUP BY ?registry ORDER BY DESC(?value) ?registry"""


@dataclass(frozen=True)
class Measure:
    """One measurement.

    Attributes:
        metric: the fragment of its IRI in `metrics.ttl`.
        value: how many; or points.
        of: of how many; 0 where it is a mere count.
        on: IRI of what was measured; empty for the graph as a whole.
    """

    metric: str
    value: float
    of: int = 0
    on: str = ""

    @property
    def share(self) -> float:
        """The part of the whole, to four digits; 1 where there is nothing to be measured."""
        return round(self.value / self.of, 4) if self.of else 1.0


def measures(store: Store, graphs: Mapping[str, int]) -> list[Measure]:
    """What is measured of a graph.

    Args:
        store: the union of all sources.
        graphs: how many statements each named graph has.
    """
    sourced = {row["graph"].value for row in store.select(_SOURCED)}
    stated = sum(count for graph, count in graphs.items() if graph in sourced)
    [figures] = store.select(_FIGURES)
    return [
        Measure("statements-with-source", stated, sum(graphs.values())),
        Measure("figures-with-quotation", int(figures["value"].value), int(figures["of"].value)),
        *_names(store),
        *(
            Measure("registry-links", int(row["value"].value), on=row["registry"].value)
            for row in store.select(_REGISTRIES)
        ),
    ]


def _names(store: Store) -> Iterator[Measure]:
    """How many of the named things have a name in each language of the site."""
    prologue, _, names = _NAMES.partition("SELECT")
    each, total = (prologue + query.format(names=f"SELECT{names}") for query in _COUNTED)
    [all_] = store.select(total)
    found = {row["language"].value: int(row["value"].value) for row in store.select(each)}
    yield from (Measure(f"names-{tag}", found.get(tag, 0), int(all_["value"].value)) for tag in LANGUAGES)

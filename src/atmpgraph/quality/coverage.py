"""Coverage: the counts that sources declare against what the data describe, by the publication's own query."""

from decimal import Decimal

from ..addresses import Addresses
from ..errors import QueryError
from ..i18n import QUERY_FAILS, TranslatedError
from ..rdf.statements import quad_of
from ..rdf.terms import line
from ..reasons import reason_of
from ..release.manifest import Coverage
from ..settings.layers import Layered
from ..store import Store
from ..vocab import prologue

_SUMMARY = f"""{prologue("atmpgraph", "dqv", "prov", "sdmx-m")}
SELECT ?indicator ?declared ?described (COUNT(?figure) AS ?sources) WHERE {{
  ?measurement dqv:isMeasurementOf <https://w3id.org/atmpgraph/auth/metric/coverage> ;
    dqv:value ?described ; prov:wasDerivedFrom ?figure .
  ?figure atmpgraph:indicator ?indicator ; sdmx-m:obsValue ?declared .
}} GROUP BY ?indicator ?declared ?described ORDER BY ?indicator ?declared
"""


def coverage_lines(query: Layered, store: Store) -> list[str]:
    """The coverage of a graph as canonical lines in the graph `id/graph/coverage`.

    Args:
        query: a CONSTRUCT over the union of all sources.
        store: of the graph.

    Raises:
        TranslatedError: the query is not a CONSTRUCT query, or its result cannot be published.
    """
    graph, path = Addresses(store.base).graph("coverage"), query.file
    try:
        triples = store.construct(path.read_text(encoding="utf-8-sig"))
        return sorted({line(quad_of(triple, graph)) for triple in triples})
    except (QueryError, ValueError) as error:
        raise TranslatedError(QUERY_FAILS, file=path, reason=reason_of(error)) from None


def coverages(store: Store) -> list[Coverage]:
    """The coverage that a graph states about itself."""
    return [
        Coverage(
            row["indicator"].value,
            int(Decimal(row["declared"].value)),
            int(row["described"].value),
            int(row["sources"].value),
        )
        for row in store.select(_SUMMARY)
    ]

"""What every client is asked, and what the built release answers: numbers, texts beyond ASCII, a value that is unbound."""

import csv
import io
from typing import Final, TypeAlias

from ..conftest import BASE

Rows: TypeAlias = list[tuple[str, float, str | None]]

PRESS_RELEASE: Final = f"{BASE}id/graph/press-release-2024-01-17"
ROR: Final = f"{BASE}id/graph/ror"  # which says nothing of jobs
UCLOUVAIN: Final = f"{BASE}id/organisation/uclouvain"
ALT_LABEL: Final = "http://www.w3.org/2004/02/skos/core#altLabel"
NAME: Final = "Université catholique de Louvain"  # in French

# Who says how many direct jobs? In the words of the client's own query: no IRI is relative.
_FIGURE: Final = """\
PREFIX atmpgraph: <https://w3id.org/atmpgraph/ns#>
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX sdmx-m: <http://purl.org/linked-data/sdmx/2009/measure#>
SELECT ?figure ?value ?publisher
WHERE {{
  {open}
  ?figure atmpgraph:indicator <{base}auth/indicator/new-direct-jobs> ; atmpgraph:source ?source ; sdmx-m:obsValue ?value .
  OPTIONAL {{ ?source dct:publisher ?publisher }}
  {close}
}}
ORDER BY ?value ?figure"""


def select(base: str = BASE, service: str = "") -> str:
    """The question, perhaps asked by another server on behalf of its own client."""
    return _FIGURE.format(base=base, open=f"SERVICE <{service}> {{" if service else "", close="}" if service else "")


def rows(base: str = BASE) -> Rows:
    """Its answer: sources disagree, and the press release names no publisher."""
    return [
        (f"{base}id/figure/new-direct-jobs", 470, None),
        (f"{base}id/figure/orgenesis-new-direct-jobs", 470, "Orgenesis"),
        (f"{base}id/figure/rtl-new-direct-jobs", 470, "RTL info"),
        (f"{base}id/figure/wb-new-direct-jobs", 470, "Wallonia.be"),
        (f"{base}id/figure/lpost-new-direct-jobs", 600, "L-Post"),
        (f"{base}id/figure/question-new-direct-jobs", 600, "Parlement de Wallonie"),
    ]


def from_csv(text: str) -> Rows:
    """The rows of an answer in CSV, as clients print it too."""
    rows = csv.DictReader(io.StringIO(text))
    return [(row["figure"].strip("<>"), float(row["value"]), row["publisher"] or None) for row in rows]


# What stands in one graph only, asked of all of them: a request that names its graph gets one row less or none.
IN_GRAPHS: Final = f"SELECT (COUNT(*) AS ?n) WHERE {{ ?figure <https://w3id.org/atmpgraph/ns#indicator> <{BASE}auth/indicator/new-direct-jobs> }}"

CONSTRUCT: Final = (
    f"CONSTRUCT {{ ?s <{ALT_LABEL}> ?name }} WHERE {{ VALUES ?s {{ <{UCLOUVAIN}> }} ?s <{ALT_LABEL}> ?name }}"
)
TRIPLE: Final = f'<{UCLOUVAIN}> <{ALT_LABEL}> "{NAME}"@fr .'
ASK: Final = f'ASK WHERE {{ <{UCLOUVAIN}> <{ALT_LABEL}> "{NAME}"@fr }}'
ASK_NOT: Final = f'ASK WHERE {{ <{UCLOUVAIN}> <{ALT_LABEL}> "{NAME}"@nl }}'

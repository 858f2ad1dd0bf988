"""The statements about a thing as a table (RFC 4180), from which the same graph can be read back."""

import csv
import io
from collections.abc import Iterable
from typing import Final

import pyoxigraph as ox

from ..vocab import XSD
from .statements import text_of

COLUMNS: Final = ("subject", "property", "value", "type", "language", "graph")


def table(quads: Iterable[ox.Quad]) -> bytes:
    """A line for each quad, sorted. `type` is `iri`, `blank` or a literal's datatype; the default graph is empty."""
    rows = {_row(quad) for quad in quads}
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(sorted(rows))
    return out.getvalue().encode()


def _row(quad: ox.Quad) -> tuple[str, str, str, str, str, str]:
    value, language = quad.object, ""
    kind = "blank" if isinstance(value, ox.BlankNode) else "iri"
    if isinstance(value, ox.Literal):
        kind, language = value.datatype.value.replace(XSD, "xsd:"), value.language or ""
        kind = "" if language else kind
    graph = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
    return text_of(quad.subject), quad.predicate.value, text_of(value), kind, language, graph

"""Statements as CSV."""

import csv
import io

import pyoxigraph as ox

from atmpgraph.rdf.statement_table import COLUMNS, table

from .test_serialize import QUADS


def test_statements_as_a_table_lose_nothing() -> None:
    rows = list(csv.DictReader(io.StringIO(table(QUADS).decode())))
    assert tuple(rows[0]) == COLUMNS
    xsd = "http://www.w3.org/2001/XMLSchema#"
    back = set()
    for row in rows:
        value: ox.NamedNode | ox.Literal = ox.NamedNode(row["value"]) if row["type"] == "iri" else (
            ox.Literal(row["value"], language=row["language"])
            if row["language"]
            else ox.Literal(row["value"], datatype=ox.NamedNode(row["type"].replace("xsd:", xsd)))
        )  # fmt: skip
        graph = ox.NamedNode(row["graph"]) if row["graph"] else ox.DefaultGraph()
        back.add(ox.Quad(ox.NamedNode(row["subject"]), ox.NamedNode(row["property"]), value, graph))
    assert back == set(QUADS)

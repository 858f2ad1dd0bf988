"""The W3C's SPARQL test suites: reading their manifests, running a test, comparing what came out."""

import csv
import io
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import unquote, urlsplit

import pyoxigraph as ox

from atmpgraph.errors import EvaluationError, QueryError
from atmpgraph.sparql.service.result_writers import WRITERS
from atmpgraph.store.embedded import EmbeddedStore

from ..conftest import ROOT

SUITE: Final = Path(os.environ.get("W3C_SPARQL_TESTS", ROOT / ".w3c"))
_MF: Final = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
_RS: Final = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
_TESTS: Final = f"""
PREFIX mf: <{_MF}>
PREFIX qt: <http://www.w3.org/2001/sw/DataAccess/tests/test-query#>
PREFIX dawgt: <http://www.w3.org/2001/sw/DataAccess/tests/test-dawg#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
SELECT ?test ?type ?query ?result (GROUP_CONCAT(DISTINCT COALESCE(STR(?d), "")) AS ?data) (GROUP_CONCAT(DISTINCT COALESCE(STR(?g), "")) AS ?graphs) {{
  ?manifest mf:entries/rdf:rest*/rdf:first ?test .
  ?test a ?type ; mf:action ?action
  OPTIONAL {{ ?action qt:query ?explicit }}
  BIND (COALESCE(?explicit, ?action) AS ?query)
  OPTIONAL {{ ?test mf:result ?result }}
  OPTIONAL {{ ?action qt:data ?d }}
  OPTIONAL {{ ?action qt:graphData ?g }}
  FILTER NOT EXISTS {{ ?test dawgt:approval dawgt:Withdrawn }}
}} GROUP BY ?test ?type ?query ?result
"""

Solutions: TypeAlias = Counter[frozenset[tuple[str, Any]]]
Outcome: TypeAlias = bool | frozenset[ox.Triple] | Solutions


@dataclass(frozen=True)
class Case:
    """One test of a suite; `name` is its folder and its own name."""

    name: str
    type: str
    query: Path
    result: Path | None
    data: tuple[Path, ...]
    graphs: tuple[Path, ...]


def cases() -> list[Case]:
    """The tests of queries, by name: not those of updates, protocols, federation and entailment regimes."""
    left_out = {"entailment", "service"}
    folders = (path.parent for path in SUITE.rglob("manifest.ttl") if {"dawg-data-r2", "sparql11"} & set(path.parts))
    manifests = sorted(folder / "manifest.ttl" for folder in folders if folder.name not in left_out)
    return sorted((case for manifest in manifests for case in _read(manifest)), key=lambda case: case.name)


def _read(manifest: Path) -> Iterator[Case]:
    store = ox.Store()
    store.load(path=str(manifest), format=ox.RdfFormat.TURTLE, base_iri=manifest.as_uri())
    for row in _solutions(store.query(_TESTS)):
        kind, query = row["type"].value.removeprefix(_MF), row["query"]
        if "Update" in kind or not kind.startswith(("Query", "Positive", "Negative", "CSV")):
            continue
        name = f"{manifest.parent.name}/{row['test'].value.rpartition('#')[2]}"
        data, graphs = (tuple(map(_path, row[key].value.split())) for key in ("data", "graphs"))
        yield Case(name, kind, _path(query.value), _path(row["result"].value) if row["result"] else None, data, graphs)


def _path(iri: str) -> Path:
    return Path(unquote(urlsplit(iri).path))


def _solutions(results: Any) -> ox.QuerySolutions:
    assert isinstance(results, ox.QuerySolutions)
    return results


def _load(store: ox.Store, file: Path, to_graph: bool) -> None:
    fmt = ox.RdfFormat.from_extension(file.suffix[1:])
    assert fmt is not None, file
    graph = ox.NamedNode(file.as_uri()) if to_graph else ox.DefaultGraph()
    if fmt.supports_datasets:
        store.load(path=str(file), format=fmt, base_iri=file.as_uri())
    else:
        store.load(path=str(file), format=fmt, base_iri=file.as_uri(), to_graph=graph)


def data(case: Case) -> ox.Store:
    """The dataset of a test."""
    store = ox.Store()
    for file in case.data:
        _load(store, file, to_graph=False)
    # a test without data names its graphs by FROM
    named = case.graphs or (() if case.data else sorted(case.query.parent.glob("data*.ttl")))
    for file in named:
        _load(store, file, to_graph=True)
    return store


def query(case: Case) -> Any:
    """What our store answers to the query of a test."""
    return EmbeddedStore(case.query.as_uri(), data(case)).query(case.query.read_text(encoding="utf-8"))


def parses(case: Case) -> bool:
    """Whether our store takes the query of a syntax test."""
    try:
        query(Case(case.name, case.type, case.query, None, (), ()))
    except EvaluationError:  # it is SPARQL, with an unknown function
        return True
    except QueryError:
        return False
    return True


def outcome(results: Any, suffix: str = "") -> Outcome:
    """Results to be compared; `suffix` sends solutions through our own writer of that format first."""
    if isinstance(results, ox.QueryBoolean):
        return bool(results)
    if isinstance(results, ox.QueryTriples):
        return frozenset(_canonical(results))
    if suffix in WRITERS:
        names = [variable.value for variable in results.variables]
        writer = WRITERS[suffix](names)
        text = writer.start("") + "".join(writer.row(list(row)) for row in results) + writer.end
        return _parsed(text.encode(), suffix)
    variables = [variable.value for variable in results.variables]
    return _rows({name: row[name] for name in variables if row[name] is not None} for row in results)


def _canonical(triples: Any) -> Iterator[ox.Triple]:
    """The triples with blank nodes named by their place, and literals as the engine writes them (`docs/sparql.md` says why)."""
    dataset = ox.Dataset(ox.Quad(*triple) for triple in triples)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    store = ox.Store()
    store.extend(dataset)
    return (quad.triple for quad in store)


def _rows(rows: Any) -> Solutions:
    """Solutions without an order; blank nodes are named by their place in all of them."""
    solutions = list(rows)
    if any(isinstance(term, ox.BlankNode) for row in solutions for term in row.values()):
        triples = []
        for row in solutions:
            node = ox.BlankNode()
            triples.append(ox.Triple(node, ox.NamedNode("urn:a"), ox.NamedNode("urn:row")))
            triples += [ox.Triple(node, ox.NamedNode(f"urn:v:{name}"), term) for name, term in row.items()]
        return Counter({frozenset((str(t.subject), t) for t in _canonical(triples)): 1})
    return Counter(frozenset((name, _normal(term)) for name, term in row.items()) for row in solutions)


def _normal(term: Any) -> Any:
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), term))
    return next(iter(store)).object


def expected(file: Path) -> Outcome:
    """The outcome that a file of the suite holds."""
    if file.suffix in {".srx", ".srj", ".csv", ".tsv"}:
        return _parsed(file.read_bytes(), {".srx": "xml", ".srj": "json"}.get(file.suffix, file.suffix[1:]))
    store = ox.Store()
    _load(store, file, to_graph=False)
    if not list(store.quads_for_pattern(None, None, ox.NamedNode(f"{_RS}ResultSet"))):
        return frozenset(_canonical(quad.triple for quad in store))
    truth = list(store.quads_for_pattern(None, ox.NamedNode(f"{_RS}boolean"), None))
    if truth:
        return str(getattr(truth[0].object, "value", "")) == "true"
    rows: dict[Any, dict[str, Any]] = {}
    pattern = f"PREFIX rs: <{_RS}> SELECT ?row ?name ?term {{ ?set rs:solution ?row OPTIONAL {{ ?row rs:binding [ rs:variable ?name ; rs:value ?term ] }} }}"
    for solution in _solutions(store.query(pattern)):
        row = rows.setdefault(solution["row"], {})
        if solution["name"] is not None:
            row[solution["name"].value] = solution["term"]
    return _rows(rows.values())


def _parsed(content: bytes, suffix: str) -> Outcome:
    """A file of results; CSV has no terms, only their text, and the order of the columns of `SELECT *` is free."""
    if suffix == "csv":
        rows = csv.DictReader(io.StringIO(content.decode(), newline=""))
        return Counter(
            frozenset((name, re.sub("^_:.*", "_:", value)) for name, value in row.items() if value) for row in rows
        )
    formats = {"xml": ox.QueryResultsFormat.XML, "json": ox.QueryResultsFormat.JSON, "tsv": ox.QueryResultsFormat.TSV}
    return outcome(ox.parse_query_results(content, format=formats[suffix]))

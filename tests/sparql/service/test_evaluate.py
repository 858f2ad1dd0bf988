"""Queries on a release: kinds of results and their formats, the dataset, limits and pages."""

import csv
import io
import json
from typing import Any
from urllib.parse import unquote
from xml.sax.saxutils import escape

import pyoxigraph as ox
import pytest

from atmpgraph.errors import (
    EvaluationError,
    NestingError,
    NotExpressibleError,
    QueryError,
    QuerySyntaxError,
    ResultFormatError,
    ServiceNotAllowedError,
)
from atmpgraph.formats import RDF_FORMATS, RESULT_FORMATS, Format
from atmpgraph.rdf.statements import text_of
from atmpgraph.release.release import Release
from atmpgraph.sparql.service.evaluate import evaluate
from atmpgraph.sparql.service.messages import Outcome

from ..jobs import job

EVERYTHING = "SELECT * { ?s ?p ?o }"
REST = "https://data.example.org/below/sparql?query=x&format=y&offset="


def run(release: Release, query: str, **changes: Any) -> tuple[str, Outcome]:
    """The result of a query as text, and how it ended."""
    pieces: list[bytes] = []
    outcome = evaluate(release.store, job(release, query, **changes), pieces.append)
    return (outcome.before + b"".join(pieces)).decode(), outcome


def bindings(release: Release, query: str, **changes: Any) -> list[dict[str, dict[str, str]]]:
    """The rows of a SELECT query."""
    rows: list[dict[str, dict[str, str]]] = json.loads(run(release, query, **changes)[0])["results"]["bindings"]
    return rows


def number(release: Release, query: str, **changes: Any) -> int:
    """The only value of the only row."""
    return int(bindings(release, query, **changes)[0]["n"]["value"])


@pytest.mark.parametrize("fmt", RESULT_FORMATS, ids=lambda fmt: fmt.suffix)
def test_select_in_every_format(fmt: Format, release: Release) -> None:
    text, outcome = run(release, "SELECT ?s { ?s a <https://w3id.org/atmpgraph/ns#Partnership> }", format=fmt.suffix)
    assert f"{release.base}id/partnership/pit-atmp" in text
    assert outcome.rows == 1
    assert not outcome.cut


@pytest.mark.parametrize("fmt", RESULT_FORMATS, ids=lambda fmt: fmt.suffix)
def test_ask_in_every_format(fmt: Format, release: Release) -> None:
    assert "true" in run(release, "ASK {}", format=fmt.suffix)[0]
    assert "false" in run(release, "ASK { FILTER(false) }", format=fmt.suffix)[0]


@pytest.mark.parametrize("fmt", RDF_FORMATS, ids=lambda fmt: fmt.suffix)
@pytest.mark.parametrize(
    "query", ["DESCRIBE <id/workpackage/maidam>", "CONSTRUCT WHERE { ?s <https://w3id.org/atmpgraph/ns#leads> ?o }"]
)
def test_graphs_in_every_rdf_format(fmt: Format, query: str, release: Release) -> None:
    def triples(suffix: str, engine: Any) -> set[ox.Triple]:
        return {quad.triple for quad in ox.parse(run(release, query, format=suffix)[0].encode(), format=engine)}

    assert triples(fmt.suffix, fmt.engine) == triples("nt", ox.RdfFormat.N_TRIPLES)


@pytest.mark.parametrize(
    ("query", "fmt"), [("ASK {}", "ttl"), ("SELECT * {}", "ttl"), ("DESCRIBE <x>", "csv"), ("SELECT * {}", "html")]
)
def test_a_kind_of_result_has_its_own_formats(query: str, fmt: str, release: Release) -> None:
    with pytest.raises(ResultFormatError):
        run(release, query, format=fmt)


def test_describe_gives_the_thing_and_the_names_of_all_it_mentions(release: Release) -> None:
    text, _ = run(release, "DESCRIBE <id/workpackage/maidam>", format="nt")
    triples = {quad.triple for quad in ox.parse(text.encode(), format=ox.RdfFormat.N_TRIPLES)}
    thing = ox.NamedNode(f"{release.base}id/workpackage/maidam")
    stated = {quad.triple for quad in release.store.quads() if quad.subject == thing}
    assert stated <= triples
    named = {triple.subject for triple in triples - stated}
    assert ox.NamedNode("https://w3id.org/atmpgraph/ns#Workpackage") in named
    mentioned = {term for triple in stated for term in (triple.predicate, triple.object)}
    assert named <= mentioned
    labels = ("prefLabel", "label", "name", "title")
    assert all(triple.predicate.value.rpartition("#")[2].rpartition("/")[2] in labels for triple in triples - stated)


@pytest.mark.parametrize("graphs", [("editorial",), ("editorial", "tables"), ()], ids=len)
def test_a_description_tells_nothing_from_outside_its_dataset(graphs: tuple[str, ...], release: Release) -> None:
    """Neither of the thing nor of what it mentions; a triple that two graphs state comes once."""
    names = tuple(f"{release.base}id/graph/{graph}" for graph in graphs)
    inside = {quad.triple for quad in release.store.quads() if text_of(quad.graph_name) in names}
    of_query = " ".join(f"FROM <{name}>" for name in names) or "FROM NAMED <id/graph/editorial>"
    of_request = {"default_graphs": names} if names else {"named_graphs": (f"{release.base}id/graph/editorial",)}
    some = "DESCRIBE ?s {0} {{ VALUES ?s {{ <id/organisation/uclouvain> <id/workpackage/maidam> }} }}"
    for query, dataset in ((some.format(of_query), {}), (some.format(""), of_request)):
        text, outcome = run(release, query, format="nt", **dataset)
        triples = [quad.triple for quad in ox.parse(text.encode(), format=ox.RdfFormat.N_TRIPLES)]
        assert set(triples) <= inside
        assert len(triples) == len(set(triples)) == outcome.rows
        assert bool(triples) == bool(names)


@pytest.mark.parametrize("rows", [100, 30_000])  # of which the latter are more than are put in order first
@pytest.mark.parametrize(
    ("fmt", "template"),
    [
        ("rdf", "?s <http://e/1> ?o"),
        ("rdf", "?s <http://e/p> ?odd"),
        ("jsonld", "?s <http://e/p> <<( ?s <http://e/p> ?o )>>"),
    ],
)
def test_what_a_format_cannot_say_is_refused(fmt: str, template: str, rows: int, release: Release) -> None:
    label = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
    query = f'CONSTRUCT {{ {template} }} WHERE {{ ?s a ?t . ?x {label} ?o BIND(CONCAT(STR(?o), "\u0001") AS ?odd) }}'
    with pytest.raises(NotExpressibleError):
        run(release, query, format=fmt, rows=rows)
    assert run(release, query, format="ttl", rows=rows)[1].rows == rows


def test_the_dataset_of_the_request_overrides_that_of_the_query(release: Release) -> None:
    graph, other = (f"{release.base}id/graph/{name}" for name in ("press-release-2024-01-17", "editorial"))
    count = "SELECT (COUNT(*) AS ?n) {0} {{ ?s ?p ?o }}"
    everything = number(release, count.format(""))
    one = number(release, count.format(""), default_graphs=(graph,))
    assert 0 < one < everything
    assert number(release, count.format(f"FROM <{graph}>")) == one
    assert number(release, count.format(f"FROM <{other}>"), default_graphs=(graph,)) == one
    assert number(release, count.format("FROM <http://127.0.0.1:9/never-fetched>")) == 0
    assert number(release, count.format(""), named_graphs=(graph,)) == 0  # the default graph is empty then
    named = "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    assert number(release, named, named_graphs=(graph,)) == 1
    assert number(release, named) > 1


def test_two_default_graphs_are_merged(release: Release) -> None:
    """A triple that both state counts once (SPARQL 1.1 §13.1)."""
    graphs = release.store.graphs()
    together = number(release, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", default_graphs=tuple(graphs))
    everything = number(release, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    assert together == everything
    clauses = " ".join(f"FROM <{graph}>" for graph in graphs)
    assert number(release, f"SELECT (COUNT(*) AS ?n) {clauses} {{ ?s ?p ?o }}") == everything
    named = f"PREFIX g: <id/graph/> SELECT (COUNT(DISTINCT ?g) AS ?n) {clauses} FROM NAMED g:editorial FROM NAMED <id/graph/tables>"
    assert number(release, named + " { GRAPH ?g { ?s ?p ?o } }") == 2


@pytest.mark.parametrize(
    ("query", "changes", "error"),
    [
        ("SELECT", {}, QuerySyntaxError),
        ("CLEAR ALL", {}, QuerySyntaxError),
        ("ASK FROM {}", {}, QuerySyntaxError),
        ("ASK FROM unknown:x {}", {}, QuerySyntaxError),
        ("BASE <http://[> ASK FROM <x> {}", {}, QuerySyntaxError),
        ("LOAD <http://127.0.0.1:9/>", {}, QuerySyntaxError),
        ("ASK {}", {"default_graphs": ("no iri",)}, QuerySyntaxError),
        ("SELECT * { BIND(<http://e/f>(1) AS ?x) }", {}, EvaluationError),
        ("ASK { SERVICE <http://127.0.0.1:9/> {} }", {}, ServiceNotAllowedError),
        ("ASK " + "{" * 65 + "}" * 65, {}, NestingError),
    ],
)
def test_what_is_refused(query: str, changes: dict[str, Any], error: type[QueryError], release: Release) -> None:
    with pytest.raises(error):
        run(release, query, **changes)


def test_a_result_is_cut_at_its_rows_and_says_where_the_rest_is(release: Release) -> None:
    everything = bindings(release, EVERYTHING)
    text, outcome = run(release, EVERYTHING, rows=10, rest=REST)
    rest = f"{REST}10"
    assert (outcome.rows, outcome.cut) == (10, "rows")
    assert json.loads(text)["head"]["link"] == [rest]
    assert json.loads(text)["results"]["bindings"] == everything[:10]
    assert f'<link href="{escape(rest)}"/>' in run(release, EVERYTHING, rows=10, format="xml", rest=REST)[0]
    exactly = run(release, EVERYTHING, rows=len(everything), rest=REST)
    assert not exactly[1].cut
    assert "link" not in json.loads(exactly[0])["head"]


@pytest.mark.parametrize(("suffix", "separator"), [("csv", ","), ("tsv", "\t")])
def test_a_table_that_is_cut_says_so_in_a_column(release: Release, suffix: str, separator: str) -> None:
    """No other column, and no row, is other than without it, for any reader of tables; a file that is saved keeps it."""
    query = "SELECT ?s ?n ?text { VALUES ?n { 1 2 3 } ?s <http://purl.org/dc/terms/title> ?text } ORDER BY ?n ?s ?text"
    whole = list(
        csv.reader(io.StringIO(run(release, query, format=suffix, rows=0)[0], newline=""), delimiter=separator)
    )
    for limits in ({"rows": 7}, {"bytes": 900, "rows": 0}):
        text, outcome = run(release, query, format=suffix, rest=REST, **limits)
        head, *rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
        assert outcome.cut
        assert len(rows) == outcome.rows > 2
        mark = {"csv": "", "tsv": "?"}[suffix]
        assert head == [*whole[0], f"{mark}cut_after_{outcome.rows}_rows"]
        assert [row[:-1] for row in rows] == whole[1 : outcome.rows + 1]
        rest = f"{REST}{outcome.rows}"
        assert [row[-1] for row in rows] == [rest if suffix == "csv" else f"<{rest}>", *[""] * (len(rows) - 1)]
        if suffix == "tsv":
            parsed = ox.parse_query_results(text.encode(), format=ox.QueryResultsFormat.TSV)
            assert isinstance(parsed, ox.QuerySolutions)
            assert len(list(parsed)) == len(rows)
    last = run(release, query, format=suffix, offset=len(whole) - 3)[0]
    assert "cut_after" not in last


def test_the_pages_of_a_result_are_the_whole_of_it(release: Release) -> None:
    rows, offset = [], 0
    while True:
        text, outcome = run(release, EVERYTHING, rows=1_500, offset=offset)
        rows += json.loads(text)["results"]["bindings"]
        offset += outcome.rows
        if not outcome.cut:
            break
    assert rows == bindings(release, EVERYTHING)


def test_the_pages_of_a_description_are_the_whole_of_it(release: Release) -> None:
    """Wherever it is cut: the names of what it mentions come last, and an offset counts them."""
    query = "DESCRIBE <id/organisation/uclouvain>"
    whole, outcome = run(release, query, format="nt")
    described = run(release, "CONSTRUCT WHERE { <id/organisation/uclouvain> ?p ?o }", format="nt")[1].rows
    assert described + 1 < outcome.rows
    for size in (described // 2, described + 1):  # the first page of the other ends among the names
        lines: list[str] = []
        offset, cut = 0, True
        while cut:
            text, outcome = run(release, query, format="nt", rows=size, offset=offset)
            lines += [line for line in text.splitlines() if not line.startswith("#")]
            offset, cut = offset + outcome.rows, bool(outcome.cut)
        assert sorted(lines) == sorted(whole.splitlines())


@pytest.mark.parametrize("fmt", ["json", "xml", "csv", "tsv"])
def test_a_result_is_cut_at_its_bytes_between_two_rows(fmt: str, release: Release) -> None:
    text, outcome = run(release, EVERYTHING, bytes=5_000, format=fmt, rest=REST)
    assert outcome.cut == "bytes"
    assert len(text.encode()) < 5_300
    whole = run(release, EVERYTHING, rows=outcome.rows, format=fmt, rest=REST)[0]
    assert text.replace("\r", "") == whole.replace("\r", "")
    none, outcome = run(release, EVERYTHING, bytes=10, format=fmt, rest=REST)
    assert (outcome.rows, outcome.cut) == (0, "bytes")
    assert "offset" not in none  # which would lead to itself


@pytest.mark.parametrize("fmt", ["ttl", "nt", "rdf", "trig", "nq", "jsonld"])
def test_a_graph_is_cut_too(fmt: str, release: Release) -> None:
    engine = next(f.engine for f in RDF_FORMATS if f.suffix == fmt)
    text, outcome = run(release, "CONSTRUCT WHERE { ?s ?p ?o }", rows=20, format=fmt, rest=REST)
    assert (outcome.rows, outcome.cut) == (20, "rows")
    assert len(set(ox.parse(text.encode(), format=engine))) == 20
    assert "cut after 20 triples" in text
    assert f"{REST}20" in text


def test_a_comment_about_the_rest_cannot_end_early(release: Release) -> None:
    text, _ = run(release, "CONSTRUCT WHERE { ?s ?p ?o }", rows=1, format="rdf", rest=f"{REST}--")
    comment = text.partition("<!--")[2].partition("-->")[0]
    assert "--" not in comment
    assert "--" in unquote(comment)


@pytest.mark.parametrize("fmt", ["ttl", "nt", "rdf", "trig", "nq", "jsonld"])
def test_a_large_graph_is_sent_as_it_comes(fmt: str, release: Release) -> None:
    """Beyond some thousands of triples nothing is sorted; limits hold there as well."""
    query = (
        "CONSTRUCT { ?s <http://e/p> ?o } WHERE { ?s a ?type . ?x <http://www.w3.org/2004/02/skos/core#prefLabel> ?o }"
    )
    engine = next(f.engine for f in RDF_FORMATS if f.suffix == fmt)
    pieces: list[bytes] = []
    outcome = evaluate(release.store, job(release, query, format=fmt, rows=30_000), pieces.append)
    assert (outcome.rows, outcome.cut) == (30_000, "rows")
    assert len(pieces) > 10
    assert sum(1 for _ in ox.parse(b"".join(pieces), format=engine)) == 30_000
    assert b"cut after 30000 triples" in pieces[-1]
    pieces.clear()
    outcome = evaluate(release.store, job(release, query, format=fmt, bytes=3_000_000, rows=0), pieces.append)
    if fmt in {"nt", "nq", "rdf", "jsonld"}:
        assert outcome.cut == "bytes"
    assert sum(map(len, pieces)) < 3_200_000


def test_without_limits_the_rows_are_sent_as_they_come(release: Release) -> None:
    seen: list[int] = []
    rows = iter(range(10**9))

    def put(piece: bytes) -> None:
        seen.append(next(rows))
        if len(seen) == 50:
            raise KeyboardInterrupt  # a billion rows would follow

    endless = "SELECT * { " + " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(6)) + " }"
    with pytest.raises(KeyboardInterrupt):
        evaluate(release.store, job(release, endless, rows=0, bytes=0), put)

"""Attempts to see, through a query, what an engine holds beside the release: each has the answer of the embedded store.

The graph of others says things of a thing of the release, so that nothing but its name keeps it apart.
"""

import shutil
from contextlib import suppress
from typing import Final

import pytest
from flask.testing import FlaskClient

from atmpgraph.credentials import store_credentials
from atmpgraph.errors import EvaluationError, QueryError, StoreError
from atmpgraph.publish.push import push
from atmpgraph.release.release import Release, open_release
from atmpgraph.settings import Settings
from atmpgraph.sparql.service.evaluate import evaluate
from atmpgraph.sparql.syntax.query_form import form
from atmpgraph.store import remote_settings
from atmpgraph.store.graph_store import GraphStore
from atmpgraph.store.slot_graphs import MARKER_GRAPH, UNION_GRAPH
from atmpgraph.web import create_app

from ..conftest import changed
from ..sparql.jobs import job
from .engines import Engine, store_of

FOREIGN: Final = "http://example.org/foreign"
SECRET: Final = "swordfish"
LINK: Final = "<http://example.org/link>"
_LINES: Final = f"""<{{base}}id/organisation/ulb> {LINK} <http://example.org/secret> .
<http://example.org/secret> {LINK} <http://example.org/more> .
<http://example.org/secret> <http://xmlns.com/foaf/0.1/name> "{SECRET}" .
<http://example.org/secret> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/ns/org#Organization> .
"""
STATED: Final = f"{{ ?s {LINK} ?o }}"
SEEN: Final = f"GRAPH ?g {STATED}"

ACCEPTED: Final = (
    f"SELECT ?g {{ VALUES ?g {{ <{FOREIGN}> <{UNION_GRAPH}> <{MARKER_GRAPH}> }} GRAPH ?g {{}} }}",
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
    "SELECT (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?m) { ?s ?p ?o }",
    "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }",
    "SELECT (COUNT(?s) AS ?n) { ?s a <http://www.w3.org/ns/org#Organization> }",
    f'ASK {{ GRAPH ?g {{ ?s ?p "{SECRET}" }} }}',
    f'ASK {{ ?s ?p "{SECRET}" }}',
    f'SELECT (COUNT(*) AS ?n) {{ ?s ?p "{SECRET}" }}',
    f"SELECT ?g {{ {SEEN} FILTER(?g = <{FOREIGN}>) }}",
    f"SELECT ?g {{ {SEEN} FILTER(sameTerm(?g, IRI(CONCAT('http://example.org/', 'foreign')))) }}",
    f"SELECT ?g {{ VALUES (?g ?x) {{ (<{FOREIGN}> 1) (UNDEF 2) }} {SEEN} }}",
    f"SELECT ?g {{ {{ SELECT (<{FOREIGN}> AS ?g) {{}} }} {SEEN} }}",
    f"SELECT ?s {{ {{ SELECT ?s {{ {{ SELECT ?s {{ {SEEN} }} }} }} }} }}",
    f"SELECT ?s {{ ?s a <http://www.w3.org/ns/org#Organization> FILTER EXISTS {STATED} }}",
    f"SELECT ?s {{ ?s a <http://www.w3.org/ns/org#Organization> FILTER NOT EXISTS {{ {SEEN} }} }}",
    f"SELECT ?s {{ ?s a <http://www.w3.org/ns/org#Organization> MINUS {{ {SEEN} }} }}",
    f"SELECT ?s ?g ?o {{ ?s a <http://www.w3.org/ns/org#Organization> OPTIONAL {{ {SEEN} }} }}",
    f"SELECT ?s {{ {STATED} UNION {{ {SEEN} }} UNION {{ GRAPH ?g {{ ?s ^{LINK} ?o }} }} }}",
    f"SELECT ?s {{ ?s a <http://www.w3.org/ns/org#Organization> FILTER(EXISTS {{ {SEEN} }} || EXISTS {STATED}) }}",
    f"SELECT ?x {{ <{{base}}id/organisation/ulb> {LINK}+ ?x }}",
    f"SELECT ?x {{ <{{base}}id/organisation/ulb> {LINK}/{LINK}? ?x }}",
    "SELECT ?x { <http://example.org/secret> !<http://example.org/none> ?x }",
    f"SELECT ?x {{ <http://example.org/more> ^{LINK}|!(a) ?x }}",
    "CONSTRUCT WHERE { <http://example.org/secret> ?p ?o }",
    f"CONSTRUCT {{ ?g {LINK} ?s }} WHERE {{ {SEEN} }}",
    "DESCRIBE <http://example.org/secret>",
    f"DESCRIBE <{FOREIGN}> <{UNION_GRAPH}>",
    f"DESCRIBE ?s ?o {STATED}",
    f"DESCRIBE * {{ {SEEN} }}",
    "SELECT ?s FROM <{graph}> { ?s ?p ?o } ORDER BY ?s LIMIT 3",
    f"SELECT ?s FROM <{{graph}}> {{ {SEEN} }}",
    f"SELECT ?s FROM NAMED <{{graph}}> {{ {STATED} UNION {{ {SEEN} }} }}",
    "SELECT ?g FROM <{graph}> FROM NAMED <{graph}> { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g LIMIT 3",
    f"SELECT ?s {{ GRAPH ?g {{ {{ SELECT ?s {STATED} }} }} }}",
    f"SELECT ?s {{ GRAPH ?g {{ ?s a ?c FILTER EXISTS {STATED} }} }}",
    f"SELECT ?g ?h {{ GRAPH ?g {{ ?s ?p ?o . GRAPH ?h {STATED} }} }}",
)
# What an engine may answer otherwise than the embedded store, or not at all, and words that are in no right answer.
OTHERWISE: Final = (
    ("SELECT ?g { GRAPH ?g {} }", "example.org"),
    (f"SELECT (<{FOREIGN}> AS ?x) (COUNT(*) AS ?n) {{ ?s ?p ?o }} HAVING (EXISTS {{ {SEEN} }})", "example.org"),
    (f"SELECT ?x {{ <http://example.org/secret> {LINK}? ?x }}", "example.org/more"),
    (f"SELECT ?x {{ GRAPH ?g {{ <{{base}}id/organisation/ulb> ({LINK}|^{LINK})+ ?x }} }}", "example.org"),
)
REFUSED: Final = (
    f"SELECT ?s FROM <{{graph}}> FROM NAMED <{FOREIGN}> {{ ?s ?p ?o }}",
    "SELECT ?s FROM <http://example.org/\\u0066oreign> { ?s ?p ?o }",
    "SELECT ?s FROM <http://example.org/none/../foreign> { ?s ?p ?o }",
    "BASE <http://example.org/> SELECT ?s FROM <./foreign> { ?s ?p ?o }",
    "SELECT ?s { GRAPH <http://example.org/\\u0066oreign> { ?s ?p ?o } }",
    "PREFIX : <http://example.org/> SELECT ?s { { SELECT ?s { GRAPH :foreign { ?s ?p ?o } } } }",
    f"SELECT (EXISTS {{ GRAPH <{FOREIGN}> {STATED} }} AS ?x) {{}}",
    f"SELECT ?s {{ ?s ?p ?o FILTER NOT EXISTS {{ graph<{FOREIGN}>{STATED} }} }} LIMIT 1",
    f"ASK {{ GRAPH#\n<{FOREIGN}> {STATED} }}",
    f"ASK {{ GRAPH <{MARKER_GRAPH}> {{ ?s ?p ?o }} }}",
    f"DESCRIBE ?s {{ GRAPH <{UNION_GRAPH}> {{ ?s ?p ?o }} }}",
    f"CONSTRUCT FROM <{FOREIGN}> WHERE {STATED}",
    f"DESCRIBE <http://example.org/secret> FROM <{FOREIGN}>",
    "ASK FROM <file:///etc/passwd> { ?s ?p ?o }",
    "SELECT ?s { GRAPH <file:///etc/passwd> { ?s ?p ?o } }",
    "SELECT ?s { SERVICE#\n<http://127.0.0.1:1/> { ?s ?p ?o } }",
    "SELECT ?s { VALUES ?e { <http://127.0.0.1:1/> } SERVICE ?e { ?s ?p ?o } }",
    "SELECT ?s { ?s ?p ?o FILTER EXISTS { SERVICE SILENT <http://127.0.0.1:1/> { ?s ?p ?o } } }",
    f"INSERT {{ GRAPH <{{graph}}> {{ ?s ?p ?o }} }} WHERE {{ GRAPH <{FOREIGN}> {{ ?s ?p ?o }} }}",
    f"COPY <{FOREIGN}> TO <{{graph}}>",
    f"WITH <{FOREIGN}> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}",
    f"SELECT ?s {STATED} ; INSERT DATA {{ <http://example.org/a> <http://example.org/b> 1 }}",
    'define get:soft "soft" SELECT ?s FROM <file:///etc/passwd> { ?s ?p ?o }',
    f"define input:named-graph-uri <{FOREIGN}> SELECT ?s {{ {SEEN} }}",
    f"SELECT ?s {{ {{ SELECT ?s FROM <{FOREIGN}> {{ ?s ?p ?o }} }} }}",
    f"SELECT ?s {{ ?s {LINK} ?o OPTION (TRANSITIVE) }}",
    "SELECT (<sql:connection_get>('x') AS ?x) {}",
    f"CONSTRUCT {{ GRAPH <{{graph}}> {STATED} }} WHERE {STATED}",
)
PARAMETERS: Final = (
    f"default-graph-uri={FOREIGN}",
    f"named-graph-uri={FOREIGN}",
    f"default-graph-uri={UNION_GRAPH}",
    "default-graph-uri={graph}&named-graph-uri=" + MARKER_GRAPH,
    "default-graph-uri=",
    "default-graph-uri=file:///etc/passwd",
    "default-graph-uri=foreign",
    "using-graph-uri=" + FOREIGN,
    "query=" + "ASK%7B%7D",
    "update=DROP%20ALL",
)


@pytest.fixture(scope="module")
def pushed(released: Settings, engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The publication, whose release is in that slot, beside a graph of others."""
    releases = tmp_path_factory.mktemp("pushed") / "releases"
    shutil.copytree(released.path(released.folders.releases), releases, symlinks=True)
    settings = changed(released, folders={"releases": releases}, store=store_of(engine))
    push(settings)
    address = settings.store.graph_store.replace("{slot}", engine.address)
    graphs = GraphStore(address, store_credentials(), 10, 60)
    graphs.put(FOREIGN, _LINES.format(base=settings.base).encode())
    assert len(list(graphs.read(FOREIGN))) == 4
    return settings


@pytest.fixture(scope="module")
def elsewhere(pushed: Settings) -> Release:
    """The release, in the slot."""
    return open_release(pushed.path(pushed.folders.releases), "current", pushed.base, remote_settings(pushed))


def _written(text: str, release: Release) -> str:
    return text.replace("{base}", release.base).replace("{graph}", release.store.graphs()[0])


def _answer(release: Release, text: str) -> list[bytes]:
    """The lines of what a user is given; their order is the engine's."""
    pieces, graph = list[bytes](), form(text) in {"CONSTRUCT", "DESCRIBE"}
    evaluate(release.store, job(release, text, format="nt" if graph else "tsv"), pieces.append)
    return sorted(b"".join(pieces).splitlines())


@pytest.mark.parametrize("text", ACCEPTED)
def test_a_graph_of_others_changes_no_answer(text: str, release: Release, elsewhere: Release) -> None:
    text = _written(text, release)
    here, there = _answer(release, text), _answer(elsewhere, text)
    assert there == here
    assert SECRET.encode() not in b"".join(there)


@pytest.mark.parametrize(("text", "word"), OTHERWISE)
def test_an_engine_that_answers_otherwise_shows_nothing_of_others(
    text: str, word: str, release: Release, elsewhere: Release
) -> None:
    lines: list[bytes] = []
    with suppress(EvaluationError, StoreError):
        lines = _answer(elsewhere, _written(text, release))
    assert word not in b" ".join(lines).decode()


@pytest.mark.parametrize("text", REFUSED)
def test_what_names_anything_else_is_refused(text: str, release: Release, elsewhere: Release) -> None:
    with pytest.raises(QueryError):
        _answer(elsewhere, _written(text, release))


@pytest.mark.parametrize("parameters", PARAMETERS)
def test_the_parameters_of_a_request_name_no_other_graph(parameters: str, pushed: Settings, release: Release) -> None:
    client: FlaskClient = create_app(pushed).test_client()
    query = "query=SELECT%20*%20%7B%20%3Fs%20%3Chttp%3A%2F%2Fexample.org%2Flink%3E%20%3Fo%20%7D"
    parameters = f"{query}&{_written(parameters, release)}"
    form_type = "application/x-www-form-urlencoded"
    for response in (
        client.get(f"/sparql?{parameters}"),
        client.post("/sparql", data=parameters, content_type=form_type),
        client.post(f"/sparql?{parameters.replace(query, '')}", data=query, content_type=form_type),
    ):
        assert "example.org/secret" not in response.text.replace("%2F", "/")
        assert response.status_code in {400, 403} or (response.json or {})["results"]["bindings"] == []

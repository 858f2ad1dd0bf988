"""What is sent to an engine elsewhere means what the user wrote: its dataset is named beside it, its base once."""

import pytest

from atmpgraph.sparql.syntax.dataset_clause import graph_clauses, with_base, without_dataset
from atmpgraph.sparql.syntax.describe import read_describe

BASE = "http://e/b/"


@pytest.mark.parametrize(
    ("query", "sent"),
    [
        ("SELECT * FROM <g> { ?s ?p ?o }", "SELECT * { ?s ?p ?o }"),
        ("SELECT * FROM <g>FROM NAMED <h> WHERE { ?s ?p ?o }", "SELECT * WHERE { ?s ?p ?o }"),
        ("ASK FROM ex:g # FROM <x>\n{ ?s ?p 'FROM <y>' }", "ASK \n{ ?s ?p 'FROM <y>' }"),
        (
            "SELECT (?from AS ?x) { ?from ?p 1.5 . ?a^^ex:b 'c'@en }",
            "SELECT (?from AS ?x) { ?from ?p 1.5 . ?a^^ex:b 'c'@en }",
        ),
        ("SELECT * { ?s <http://e/#x> ?o } # end", "SELECT * { ?s <http://e/#x> ?o }"),
    ],
)
def test_the_dataset_and_comments_go(query: str, sent: str) -> None:
    assert " ".join(without_dataset(query).split()) == " ".join(sent.split())


@pytest.mark.parametrize(
    ("query", "sent"),
    [
        ("ASK {}", "BASE <http://e/b/> ASK {}"),
        ("BASE <http://f/> ASK {}", "BASE <http://f/>  ASK {}"),
        ("\nbase <c/>\nASK {}", "BASE <http://e/b/c/> \nASK {}"),
        ("PREFIX base: <x> ASK {}", "BASE <http://e/b/> PREFIX base: <x> ASK {}"),
    ],
)
def test_there_is_one_base(query: str, sent: str) -> None:
    assert with_base(query, BASE) == sent


def test_the_graphs_of_clauses_are_read() -> None:
    query = "PREFIX x: <http://x/> SELECT * { GRAPH <g> { ?s ?p 'GRAPH <no>' } graph x:h {} GRAPH ?i {} # GRAPH <no>\n}"
    assert graph_clauses(query, BASE) == ["http://e/b/g", "http://x/h"]


@pytest.mark.parametrize(
    ("query", "iris", "select"),
    [
        ("DESCRIBE <a> <b>", ("http://e/b/a", "http://e/b/b"), ""),
        ("PREFIX x: <http://x/> DESCRIBE x:a", ("http://x/a",), ""),
        ("DESCRIBE ?s <a> WHERE { ?s ?p ?o } LIMIT 2", ("http://e/b/a",), "SELECT ?s WHERE { ?s ?p ?o } LIMIT 2"),
        ("DESCRIBE * { ?s ?p ?o }", (), "SELECT * { ?s ?p ?o }"),
    ],
)
def test_what_is_described_is_read(query: str, iris: tuple[str, ...], select: str) -> None:
    described = read_describe(query, BASE)
    assert described.iris == iris
    assert described.select.endswith(select)

"""A variable that has one value is put as that value into the conditions of optional parts, and nowhere else."""

import pyoxigraph as ox
import pytest

from atmpgraph.sparql.syntax.constants import with_constants

DATA = b"""
<http://e/a> <http://e/p> <http://e/b> .
<http://e/b> <http://e/name> "one"@en .
<http://e/b> <http://e/name> "un"@fr .
<http://e/c> <http://e/p> <http://e/d> .
"""
BEGIN = 'SELECT * { VALUES ?l { "en" } ?s <http://e/p> ?o '
CHANGED = (
    BEGIN + "OPTIONAL { ?o <http://e/name> ?n FILTER(LANG(?n) = ?l) } }",
    BEGIN + "OPTIONAL { ?o <http://e/name> ?n FILTER LANGMATCHES(LANG(?n), ?l) } }",
    BEGIN + "OPTIONAL { FILTER((LANG(?n) = $l)) ?o <http://e/name> ?n } }",
    'SELECT * { VALUES ?l { "fr"^^<http://www.w3.org/2001/XMLSchema#string> } ?s <http://e/p> ?o'
    " OPTIONAL { ?o <http://e/name> ?n FILTER(LANG(?n) = ?l) } }",
    "SELECT * { VALUES ?x { <http://e/b> } ?s <http://e/p> ?o OPTIONAL { ?o <http://e/name> ?n FILTER(?o = ?x) } }",
)
SAME = (
    'SELECT * { ?s <http://e/p> ?o OPTIONAL { ?o <http://e/name> ?n FILTER(LANG(?n) = ?l) } VALUES ?l { "fr" } }',
    BEGIN + "}",
    BEGIN + "FILTER(?l = 'en') }",
    BEGIN + "OPTIONAL { ?o <http://e/name> ?n FILTER(BOUND(?l)) } }",
    BEGIN + "OPTIONAL { ?o <http://e/name> ?n { ?o ?x ?y FILTER(?l = 'en') } } }",
    BEGIN + "OPTIONAL { ?o <http://e/name> ?n OPTIONAL { ?o ?x ?y FILTER(LANG(?y) = ?l) } } }",
    BEGIN + "OPTIONAL { ?o <http://e/name> ?n FILTER EXISTS { ?o ?x ?l } } }",
    BEGIN + "OPTIONAL { ?o <http://e/name> ?n BIND(?l AS ?m) } }",
    'SELECT * { VALUES ?l { "en" "fr" } ?s ?p ?o OPTIONAL { ?o <http://e/name> ?n FILTER(LANG(?n) = ?l) } }',
    "SELECT * { VALUES ?l { UNDEF } ?s <http://e/p> ?o OPTIONAL { ?o <http://e/name> ?n FILTER(LANG(?n) = ?l) } }",
    "SELECT * { VALUES (?l) { ('en') } ?s <http://e/p> ?o OPTIONAL { ?o <http://e/name> ?n FILTER(LANG(?n) = ?l) } }",
    "SELECT * { { VALUES ?l { 'en' } } ?s <http://e/p> ?o OPTIONAL { ?o <http://e/name> ?n FILTER(LANG(?n) = ?l) } }",
    "SELECT ('VALUES ?l { 1 } OPTIONAL { FILTER(?l) }' AS ?x) { ?s ?p ?o }",
)


def rows(query: str) -> list[str]:
    """The solutions of a query, sorted."""
    store = ox.Store()
    store.load(DATA, format=ox.RdfFormat.N_TRIPLES)
    results = store.query(query)
    assert isinstance(results, ox.QuerySolutions)
    return sorted(map(str, results))


@pytest.mark.parametrize("query", CHANGED)
def test_the_value_takes_the_place_of_the_variable(query: str) -> None:
    changed = with_constants(query)
    assert changed != query
    assert rows(changed) == rows(query) != []


@pytest.mark.parametrize("query", SAME)
def test_everything_else_stays_as_it_is(query: str) -> None:
    assert with_constants(query) == query

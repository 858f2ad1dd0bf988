"""The place of a syntax error is where a reader sees it, whatever the parser was looking for."""

import pytest

from atmpgraph.errors import QuerySyntaxError
from atmpgraph.sparql.problems import problem_of
from atmpgraph.sparql.syntax.validate import check_syntax


@pytest.mark.parametrize(
    ("query", "line", "column", "sentence"),
    [
        ("SELECT * {\n  ?s ?p ?o .\n  FILTER (?s = )\n}\nLIMIT 10", 3, 16, "“)” cannot stand there"),
        ("SELECT * {\n  ?s ?p .\n  ?x ?y ?z\n}", 2, 9, "“.” cannot"),
        ("SELEC * {}", 1, 1, "“SELEC” cannot"),
        ("PREFIX x <y>\nSELECT * {}", 1, 8, "“x” cannot"),
        ("SELECT*{?s?p?o}FOO", 1, 16, "“FOO” cannot"),
        ("ASK {} ASK {}", 1, 8, "“ASK” cannot"),
        ("SELECT * { # )\n ?s ?p )\n}", 2, 8, "“)” cannot"),
        ('SELECT * { ?s ?p "a b c" }\n}', 2, 1, "“}” cannot"),
        ("SELECT * {\n ?s foo:bar ?o\n}", 2, 5, "the prefix of foo:bar is"),
        ("SELECT * { ?a x:b ?c }", 1, 15, "the prefix of x:b is"),
        ("SELECT * { ?a ?b 'c'^^x:d FILTER(?a = 1) }", 1, 23, "the prefix of x:d is"),
        ("SELECT * { FILTER(x:f(?y)) }", 1, 19, "the prefix of x:f is"),
        ("SELECT * { VALUES (?x ?y) { (1) } }", 1, 33, "a row of VALUES"),
        ("SELECT * { BIND(1 AS ?x) BIND(2 AS ?x) }", 1, 40, "a value twice"),
        ("SELECT ?x (COUNT(*) AS ?n) {?x ?y ?z}", 1, 38, "neither in GROUP BY nor"),
        ("SELECT (?z+1 AS ?n) (COUNT(*) AS ?m) {?x ?y ?z}", 1, 48, "neither in GROUP BY nor"),
        ("SELECT (1 AS ?x) (1 AS ?x) {}", 1, 30, "the same name"),
        ("SELECT * {?a ?b ?c} GROUP BY ?a", 1, 32, "name the columns"),
        ("SELECT * { ?a <no iri> ?c }", 1, 22, "the IRI that ends there is none"),
        ("SELECT * { ?s ?p ?o", 1, 20, "it ends too early"),
        ("", 1, 1, "it ends too early"),
    ],
)
def test_the_place_is_where_the_error_is(query: str, line: int, column: int, sentence: str) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        check_syntax(query, "http://example.org/")
    assert (caught.value.line, caught.value.column) == (line, column)
    assert sentence in problem_of(caught.value).sentence()


def test_a_long_query_keeps_the_place_of_the_parser() -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        check_syntax(f"SELECT * {{ {'?s ?p ?o . ' * 3000} FILTER }}", "http://example.org/")
    assert caught.value.line == 1

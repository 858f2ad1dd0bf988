"""The place of a syntax error is where a reader sees it, whatever the parser was looking for."""

import pytest

from atmpgraph.http.problem import ProblemError
from atmpgraph.sparql.syntax.validate import check


@pytest.mark.parametrize(
    ("query", "line", "column", "said"),
    [
        ("SELECT * {\n  ?s ?p ?o .\n  FILTER (?s = )\n}\nLIMIT 10", 3, 16, "“)” cannot stand there"),
        ("SELECT * {\n  ?s ?p .\n  ?x ?y ?z\n}", 2, 9, "“.” cannot"),
        ("SELEC * {}", 1, 1, "“SELEC” cannot"),
        ("PREFIX x <y>\nSELECT * {}", 1, 8, "“x” cannot"),
        ("SELECT*{?s?p?o}FOO", 1, 16, "“FOO” cannot"),
        ("ASK {} ASK {}", 1, 8, "“ASK” cannot"),
        ("SELECT * { # )\n ?s ?p )\n}", 2, 8, "“)” cannot"),
        ('SELECT * { ?s ?p "a b c" }\n}', 2, 1, "“}” cannot"),
        ("SELECT * {\n ?s foo:bar ?o\n}", 2, 5, "Prefix not found: foo:bar"),
        ("SELECT * { ?s ?p ?o", 1, 20, "it ends too early"),
        ("", 1, 1, "it ends too early"),
    ],
)
def test_the_place_is_where_the_error_is(query: str, line: int, column: int, said: str) -> None:
    with pytest.raises(ProblemError) as caught:
        check(query, "http://example.org/")
    assert caught.value.problem.extra == {"line": line, "column": column}
    assert said in str(caught.value)


def test_a_long_query_keeps_the_place_of_the_parser() -> None:
    with pytest.raises(ProblemError) as caught:
        check(f"SELECT * {{ {'?s ?p ?o . ' * 3000} FILTER }}", "http://example.org/")
    assert caught.value.problem.extra["line"] == 1

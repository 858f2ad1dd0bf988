"""Whether a query may have a word, by its letters."""

import pytest

from atmpgraph.sparql.syntax.tokenizer import mentions


@pytest.mark.parametrize(
    "query",
    ["SELECT (SUM(?n) AS ?all) {}", "SELECT (sum(?n) AS ?all) {}", "SELECT(?n+sUM(?m) AS ?all) {}", "{?s ?p ?o}SUM"],
)
def test_a_word_in_any_case_is_mentioned(query: str) -> None:
    assert mentions(query, "COUNT", "SUM")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?sum {}",
        "SELECT $SUM {}",
        "{ ?s <p>?sum }",
        "SELECT ?summary {}",
        "SELECT ?x_sum {}",
        "SELECT ?checksum {}",
    ],
)
def test_a_variable_or_a_part_of_a_word_is_not(query: str) -> None:
    assert not mentions(query, "COUNT", "SUM")

"""The words of a query, and the dataset it names."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpgraph.sparql.syntax.dataset_clause import named_dataset
from atmpgraph.sparql.syntax.tokenizer import tokens

BASE = "https://example.org/"


@pytest.mark.parametrize(
    ("query", "default", "named"),
    [
        ("SELECT * { ?s ?p ?o }", [], []),
        ("SELECT * FROM <a> { ?s ?p ?o }", [f"{BASE}a"], []),
        ("BASE <http://e/x/> PREFIX g: <../g/> SELECT * FROM g:1 from <2> FROM NAMED<3> {}", ["http://e/g/1", "http://e/x/2"], ["http://e/x/3"]),
        ("ASK FROM <a>FROM <b> WHERE {}", [f"{BASE}a", f"{BASE}b"], []),
        ("DESCRIBE <x> FROM <a>", [f"{BASE}a"], []),
        ("CONSTRUCT { <from> <FROM> ?FROM } FROM <a> WHERE { ?s ?p 'FROM <b>' . ?s ?p ?FROM } # FROM <c>", [f"{BASE}a"], []),
        ("SELECT (1 AS ?from) { ?s ?p 'x'@from . ?s FROM:FROM FROM:a.FROM }", [], []),
        ("# FROM <c>\nSELECT * FROM # FROM <b>\n <a> {}", [f"{BASE}a"], []),
        ("SELECT (CONCAT('(', 'x') AS ?y) FROM <a> {}", [f"{BASE}a"], []),
        ("VERSION '1.2' BASE <http://e/\\u0041'/> SELECT * FROM <a> { FILTER('FROM <b>' = 'x') }", ["http://e/A'/a"], []),
    ],
)  # fmt: skip
def test_the_dataset_that_a_query_names(query: str, default: list[str], named: list[str]) -> None:
    assert named_dataset(query, BASE) == (default, named)


@pytest.mark.parametrize(
    "query", ["SELECT * FROM {}", "SELECT * FROM unknown:x {}", "SELECT * FROM NAMED", "X FROM <a>"]
)
def test_a_clause_that_is_none_is_an_error_of_syntax(query: str) -> None:
    with pytest.raises(SyntaxError):
        named_dataset(query, BASE)


@given(st.text(alphabet="<>?$@_:.%\\'\"#{}() \n-azAZ09é\xb7"))
def test_every_character_is_in_one_word_or_between(query: str) -> None:
    end = 0
    for word in tokens(query):
        assert word.start >= end
        assert query[word.start : word.end] == word.text
        between = query[end : word.start]
        assert not between.strip() or "#" in between
        end = word.end


@pytest.mark.parametrize(
    "piece",
    [
        '"',
        "'''",
        "'''\\a",
        "a:",
        "a.",
        "a:a.",
        "<",
        "_:a.",
        ".",
        "%",
        "a:\\.",
        "@a-",
        "?a",
        "#",
        "\\",
        "''",
        "\\'",
        "\\'''\n",
    ],
)
def test_the_time_is_linear_in_the_length(piece: str) -> None:
    def seconds(length: int) -> float:
        started = time.process_time()
        sum(1 for _ in tokens((piece * length)[:length]))
        return time.process_time() - started

    seconds(1_000)
    assert seconds(100_000) < 40 * max(seconds(10_000), 0.004)

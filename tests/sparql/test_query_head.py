"""The head of a query: what is read from it, and what is wrong with it, with its line."""

from pathlib import Path

import pytest

from atmpgraph.errors import ParameterError
from atmpgraph.settings.layers import Layered
from atmpgraph.sparql.library import LibraryQuery, faults, read_library
from atmpgraph.sparql.query_head import Parameter, Picture, QueryHead

BASE = "https://example.org/p/"
QUERY = """#+ subject: money 2
#+ title@en: Which?
#+ picture: chart number=value label=name
#+ parameter.since: date
#+ parameter.kind: thing kinds
#+ column.name@en: Who
SELECT DISTINCT ?name ?value (COUNT(DISTINCT ?x) AS ?n) {
  VALUES ?since { "2024-02-01"^^<http://www.w3.org/2001/XMLSchema#date> }
  # VALUES ?kind { … }
  ?x ?y ?name , ?value , ?kind .
}
GROUP BY ?name ?value
"""
KINDS = "#+ title@en: Kinds\nSELECT ?kind { ?x a ?kind }\n"


def test_a_head_is_read() -> None:
    head = QueryHead(QUERY)
    assert (head.subject, head.columns) == ("money", ("name", "value", "n"))
    assert head.pictures == (Picture("chart", "value", "name"),)
    assert head.parameters == (Parameter("since", "date"), Parameter("kind", "thing", "kinds"))
    assert [parameter.default(QUERY) for parameter in head.parameters] == ["2024-02-01", ""]


def test_a_query_without_a_head_is_among_the_others() -> None:
    head = QueryHead("ASK {}")
    assert (head.subject, head.columns, head.pictures, head.parameters) == ("other", (), None, ())


def test_no_picture_is_said() -> None:
    assert QueryHead("#+ picture: none\nASK {}").pictures == ()


def test_values_are_put_in() -> None:
    query = LibraryQuery("one", QUERY).with_values({"since": ["2025-01-31"], "kind": ["id/a", "http://example.org/b"]})
    assert '  VALUES ?since { "2025-01-31"^^<http://www.w3.org/2001/XMLSchema#date> }' in query.file_text
    assert "\n  VALUES ?kind { <id/a> <http://example.org/b> }\n" in query.file_text
    assert LibraryQuery("one", QUERY).with_values({"kind": [""], "other": ["x"]}).file_text == QUERY
    twice = QUERY.replace("  ?x ?y", "  {\n    # VALUES ?kind { … }  # the same\n    ?x ?y").replace(
        "?kind .", "?kind .\n  }"
    )
    assert LibraryQuery("one", twice).with_values({"kind": ["id/a"]}).file_text.count("VALUES ?kind { <id/a> }") == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("since", "yesterday"),
        ("since", "2024-13-01"),
        ("since", '2024-01-01" } ?s ?p ?o {'),
        ("kind", "a b"),
        ("kind", "id/a> } ?s ?p ?o . { <id/b"),
    ],
)
def test_what_is_no_value_is_refused(name: str, value: str) -> None:
    """Nothing that is put in can end the term that it stands in."""
    with pytest.raises(ParameterError) as error:
        LibraryQuery("one", QUERY).with_values({name: [value]})
    assert (error.value.name, error.value.value) == (name, value)


@pytest.mark.parametrize(
    ("kind", "value", "term"), [("number", "-1.5", "-1.5"), ("text", "a b", '"a b"'), ("date", "2024-01-01", "#date>")]
)
def test_each_kind_has_its_term(kind: str, value: str, term: str) -> None:
    text = f"#+ parameter.x: {kind}\nASK {{\n  VALUES ?x {{ 1 }}\n}}"
    assert term in LibraryQuery("one", text).with_values({"x": [value]}).file_text


@pytest.mark.parametrize(
    ("kind", "value"),
    [("number", "1 2"), ("number", "NaN"), ("number", "٣"), ("date", "2024-02-30"), ("thing", "a b"), ("thing", "a>b")],
)
def test_no_kind_takes_more_than_a_term(kind: str, value: str) -> None:
    text = f"#+ parameter.x: {kind}\nASK {{\n  VALUES ?x {{ 1 }}\n}}"
    with pytest.raises(ParameterError):
        LibraryQuery("one", text).with_values({"x": [value]})


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("subject: money", "subject: gold", 1, "no subject of questions; they are partnership"),
        ("title@en", "titel@en", 2, "“titel” says nothing in the head of a query"),
        ("chart", "pie", 3, "no kind of picture; they are chart, map, none"),
        ("number=value", "number=price", 3, "the answer has no column price"),
        ("since: date", "since: day", 4, "no kind of parameter; they are date"),
        ("parameter.since", "parameter.format", 4, "may have a parameter format already"),
        ("parameter.since", "parameter.lang", 4, "may have a parameter lang already"),
        ("parameter.since", "parameter.until", 4, "there is no line “VALUES ?until { … }” in the query"),
        ("thing kinds", "thing sorts", 5, "no query sorts.rq with a column kind"),
        ("column.name", "column.names", 6, "the answer has no column names"),
        ("column.name@en: Who", "words.name: names", 6, "the answer has no column names"),
        ("column.name@en: Who", "page.name: red", 6, "a page does nothing of the kind with a column; it may: currency"),
        ("column.name@en: Who", "page.names: none", 6, "the answer has no column names"),
        ("column.name@en: Who", "words.names: name", 6, "the answer has no column names"),
        ("column.name@en: Who", "rows: names", 6, "the answer has no column names"),
        ("column.name@en: Who", "rows: name", 6, "there is no line “VALUES ?name { … }” in the query"),
    ],
)
def test_a_wrong_line_is_a_violation(old: str, new: str, line: int, words: str, tmp_path: Path) -> None:
    (tmp_path / "kinds.rq").write_text(KINDS, encoding="utf-8")
    (tmp_path / "one.rq").write_text(QUERY, encoding="utf-8")
    assert faults(tmp_path, BASE) == []
    (tmp_path / "one.rq").write_text(QUERY.replace(old, new), encoding="utf-8")
    [finding] = faults(tmp_path, BASE)
    assert (finding.places[0].file, finding.places[0].row) == ("one.rq", line)
    assert words in finding.text("en")


def test_a_publication_adds_labels_to_the_supplied_ones(tmp_path: Path) -> None:
    own, supplied = tmp_path / "own", tmp_path / "supplied"
    for folder, text in ((supplied, "name,label_en\nname,Name\nvalue,Value\n"), (own, "name,label_en\nvalue,Price\n")):
        folder.mkdir()
        (folder / "columns.csv").write_text(text, encoding="utf-8")
    (own / "one.rq").write_text(QUERY, encoding="utf-8")
    (own / "kinds.rq").write_text(KINDS, encoding="utf-8")
    library = read_library(Layered(own, supplied), ("en",))
    assert library["one"].column_labels(("en",)) == {
        "name": "Who", "value": "Price", "n": "n", "since": "since", "kind": "kind",
    }  # fmt: skip
    assert list(library) == ["one", "kinds"], "a question on a subject is before the others"

"""Terms are canonical: equal values are equal text, and every datatype in use survives the store."""

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpgraph.rdf.terms import CANONICAL, encode, escape, iri, language_tag, line, literal
from atmpgraph.vocab import XSD

CANONICAL_FORMS = [
    ("decimal", "81000000", "81000000"),
    ("decimal", "2.20", "2.2"),
    ("decimal", "+007.50", "7.5"),
    ("decimal", "3.0", "3"),
    ("decimal", "-0.0", "0"),
    ("decimal", "-0.50", "-0.5"),
    ("decimal", "10", "10"),
    ("decimal", "100.", "100"),
    ("integer", "+026", "26"),
    ("integer", "-0", "0"),
    ("integer", "-12", "-12"),
    ("boolean", "1", "true"),
    ("boolean", "false", "false"),
    ("date", "2024-02-29", "2024-02-29"),
    ("gYear", "2019", "2019"),
    ("gYearMonth", "2024-01", "2024-01"),
    ("duration", "P3Y", "P3Y"),
    ("duration", "P1Y6M14D", "P1Y6M14D"),
    ("anyURI", "https://example.org/é", "https://example.org/é"),
    ("string", " as it is ", " as it is "),
]
NOT_OF_THE_TYPE = [
    ("decimal", "2,6"),
    ("decimal", "1e3"),
    ("decimal", ""),
    ("decimal", "1 200"),
    ("integer", "2.5"),
    ("boolean", "yes"),
    ("date", "2023-02-29"),
    ("date", "2024-1-17"),
    ("date", "2024-13-01"),
    ("date", "17/01/2024"),
    ("gYear", "24"),
    ("gYearMonth", "2024-13"),
    ("duration", "P"),
    ("duration", "P12M"),
    ("duration", "3 years"),
    ("anyURI", "two words"),
]


@pytest.mark.parametrize(("datatype", "text", "canonical"), CANONICAL_FORMS)
def test_a_literal_has_one_form(datatype: str, text: str, canonical: str) -> None:
    end = "" if datatype == "string" else f"^^<{XSD}{datatype}>"
    assert literal(text, XSD + datatype) == f'"{canonical}"{end}'


@pytest.mark.parametrize(("datatype", "text"), NOT_OF_THE_TYPE)
def test_what_is_not_of_the_datatype_is_refused(datatype: str, text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        literal(text, XSD + datatype)


def test_every_datatype_has_a_canonical_form_that_is_tested() -> None:
    assert {XSD + datatype for datatype, _, _ in CANONICAL_FORMS} == set(CANONICAL)


@pytest.mark.parametrize(("datatype", "text", "canonical"), CANONICAL_FORMS)
def test_the_store_gives_back_what_was_published(datatype: str, text: str, canonical: str) -> None:
    written = f"<http://s> <http://p> {literal(text, XSD + datatype)} <http://g> .\n"
    store = ox.Store()
    store.load(written.encode(), format=ox.RdfFormat.N_QUADS)
    assert [line(quad) for quad in store] == [written]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back(text: str) -> None:
    """N-Quads §3.1: a canonical literal parses to the same text, and parsing and writing it again changes nothing."""
    written = f'<http://s> <http://p> "{escape(text)}" <http://g> .\n'
    (quad,) = ox.parse(written.encode(), format=ox.RdfFormat.N_QUADS)
    assert isinstance(quad.object, ox.Literal)
    assert quad.object.value == text
    assert line(quad) == written


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12))
def test_equal_decimals_are_equal_text(number: object) -> None:
    written = literal(f"{number:f}", XSD + "decimal")
    assert literal(written[1 : written.index('"', 1)], XSD + "decimal") == written


def test_a_cell_in_an_iri_is_percent_encoded() -> None:
    """R2RML §7.3: all but iunreserved characters."""
    assert encode("a b/c?d#e%é~-._") == "a%20b%2Fc%3Fd%23e%25é~-._"


def test_an_iri_is_absolute_or_stands_under_the_base() -> None:
    assert iri("https://ror.org/02495e989", "https://b/") == "https://ror.org/02495e989"
    assert iri("id/place/namur", "https://b/") == "https://b/id/place/namur"
    with pytest.raises(ValueError, match="' '"):
        iri("https://two words", "https://b/")


def test_a_language_tag_is_well_formed_and_lower_case() -> None:
    assert language_tag("fr-BE") == "fr-be"
    with pytest.raises(ValueError, match="language"):
        language_tag("français")


@pytest.mark.parametrize(
    ("turtle", "said"),
    [
        ("<http://s> <http://p> [] .", "blank"),
        ("[] <http://p> <http://o> .", "blank"),
        ('<http://s> <http://p> "1"^^<http://d> .', "http://d"),
        ("<http://s> <http://p> 1e0 .", "double"),
        ("<http://s> <http://p> <<( <http://s> <http://p> <http://o> )>> .", "quoted"),
    ],
)
def test_what_cannot_be_published_is_refused(turtle: str, said: str) -> None:
    (quad,) = ox.parse(turtle.encode(), format=ox.RdfFormat.TURTLE)
    with pytest.raises(ValueError, match=said):
        line(ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode("http://g")))


def test_a_statement_without_a_graph_is_refused() -> None:
    (quad,) = ox.parse(b"<http://s> <http://p> <http://o> .", format=ox.RdfFormat.TURTLE)
    with pytest.raises(ValueError, match="graph"):
        line(quad)

"""Terms are canonical: equal values are equal text, and every datatype in use survives the store."""

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpgraph.rdf.datatypes import CANONICAL, TermError, form, refusal
from atmpgraph.rdf.terms import encode, escape, iri, language_tag, line, literal, term
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
    ("date", "2024-01-17+00:00", "2024-01-17Z"),
    ("dateTime", "2024-01-17T09:30:00Z", "2024-01-17T09:30:00Z"),
    ("dateTime", "2024-01-17T09:30:00.500+01:00", "2024-01-17T09:30:00.5+01:00"),
    ("dateTime", "2024-12-31T24:00:00-00:00", "2025-01-01T00:00:00Z"),
    ("dateTime", "-0044-03-15T12:00:00", "-0044-03-15T12:00:00"),
    ("time", "09:30:00.10", "09:30:00.1"),
    ("time", "24:00:00", "00:00:00"),
    ("gYear", "-0044", "-0044"),
    ("gYear", "2024+00:00", "2024Z"),
    ("gYear", "12024", "12024"),
    ("gYearMonth", "2024-01+01:00", "2024-01+01:00"),
    ("gMonth", "--01", "--01"),
    ("gMonthDay", "--02-29", "--02-29"),
    ("gDay", "---31Z", "---31Z"),
    ("double", "1e3", "1000"),
    ("double", "1.50E-7", "0.00000015"),
    ("double", "-INF", "-INF"),
    ("double", "NaN", "NaN"),
    ("double", "-0.0", "-0"),
    ("double", "007", "7"),
    ("float", "0.1", "0.1"),
    ("duration", "P14M", "P1Y2M"),
    ("duration", "PT36H", "P1DT12H"),
    ("duration", "-P1DT0.50S", "-P1DT0.5S"),
    ("duration", "P0D", "PT0S"),
    ("dayTimeDuration", "PT90M", "PT1H30M"),
    ("yearMonthDuration", "P6M", "P6M"),
    ("yearMonthDuration", "P0Y", "P0M"),
    ("hexBinary", "00FF", "00FF"),
    ("base64Binary", "YQ==", "YQ=="),
    ("language", "zh-Hant", "zh-Hant"),
    ("token", "two words", "two words"),
]
AS_WRITTEN = [
    ("http://www.opengis.net/ont/geosparql#wktLiteral", "POINT(4.86 50.46)"),
    (
        "http://www.opengis.net/ont/geosparql#wktLiteral",
        "<http://www.opengis.net/def/crs/EPSG/0/4326> Polygon ((50.4 4.8, 50 4, 49 4.1,  50.4 4.8))",
    ),
    *(
        ("http://www.opengis.net/ont/geosparql#wktLiteral", text)
        for text in (
            "POINT EMPTY",
            "point Z(1 -2.5 +3e2)",
            "MULTIPOINT ((1 2), EMPTY, ( .5 2. ))",
            "GEOMETRYCOLLECTION(POINT(1 2), LINESTRING ZM (1 2 3 4, 3 4 5 6), POLYGON EMPTY)",
        )
    ),
    ("http://www.opengis.net/ont/geosparql#geoJSONLiteral", '{"type": "Point", "coordinates": [4.86, 50.46]}'),
    ("http://www.w3.org/1999/02/22-rdf-syntax-ns#HTML", '<p class="a">é\n</p>'),
    ("http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON", '{"b": 1.0, "a": "\\\\"}'),
    ("http://www.w3.org/2002/07/owl#rational", "1/3"),
    ("https://example.org/p/ns/own#isbn", " 0-451-45052-3 "),
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
    ("duration", "P1YT"),
    ("duration", "P1.5Y"),
    ("duration", "3 years"),
    ("date", "2024-01-17T09:30:00Z"),
    ("dateTime", "2024-01-17"),
    ("dateTime", "2024-01-17 09:30"),
    ("dateTime", "2023-02-29T09:30:00"),
    ("dateTime", "2024-01-17T09:30:60"),
    ("dateTime", "2024-01-17T09:30:00+15:00"),
    ("dateTime", '2024-01-17T09:30:00") AS ?x) { } #'),
    ("time", "9:30"),
    ("gYear", "2024-01"),
    ("gMonth", "1"),
    ("gMonthDay", "--02-30"),
    ("gDay", "17"),
    ("double", "inf"),
    ("double", "1,5"),
    ("double", "1E400"),
    ("double", "0x10"),
    ("double", " 1"),
    ("float", "1E39"),
    ("dayTimeDuration", "P1Y"),
    ("yearMonthDuration", "P1D"),
    ("hexBinary", "abc"),
    ("base64Binary", "YQ="),
    ("language", "français"),
    ("token", " a"),
    ("token", "a  b"),
    ("integer", "٣"),
    ("decimal", "٣"),
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


@pytest.mark.parametrize(("datatype", "text"), AS_WRITTEN)
def test_a_datatype_that_no_store_computes_with_is_published_as_it_is_written(datatype: str, text: str) -> None:
    written = f"<http://s> <http://p> {literal(text, datatype)} <http://g> .\n"
    store = ox.Store()
    store.load(written.encode(), format=ox.RdfFormat.N_QUADS)
    [quad] = store
    assert quad.object == ox.Literal(text, datatype=ox.NamedNode(datatype))
    assert line(quad) == written


@pytest.mark.parametrize(
    "text",
    [
        *(
            "POINT 4.86 50.46",
            "POINT(4.86, 50.46",
            "POINT()",
            "4.86 50.46",
            "<http://[> POINT(1 2)",
            "POINT(1 2))(",
            "",
        ),
        *("POINT(4,86 50,46)", "POINT(4.86,50.46)", "POINT(4.86)", "POINT(1 2, 3 4)", "POINT(1 2 3 4 5)"),
        *("POINT(x y)", "LINESTRING(4,8 50,4, 4,9 50,5)", "POLYGON((0 0, 0 1e, 1 1, 0 0))", "POINT(1.2.3 4)"),
    ],
)
def test_well_known_text_is_read(text: str) -> None:
    with pytest.raises(ValueError, match="well-known text"):
        literal(text, "http://www.opengis.net/ont/geosparql#wktLiteral")


@pytest.mark.parametrize(
    ("datatype", "instead"),
    [
        (XSD + "dateTimeStamp", "use xsd:dateTime"),
        (XSD + "nonNegativeInteger", "use xsd:integer"),
        (XSD + "unsignedByte", "use xsd:integer"),
        (XSD + "normalizedString", "use xsd:string"),
        (XSD + "datetime", "use one of"),
        ("http://www.w3.org/1999/02/22-rdf-syntax-ns#langString", "use one of"),
        ("http://[", "use one of"),
    ],
)
def test_a_datatype_that_stores_change_is_refused_with_the_one_to_use(datatype: str, instead: str) -> None:
    assert form(datatype) is None
    assert instead in str(refusal(datatype))
    with pytest.raises(KeyError):
        literal("1", datatype)


@pytest.mark.parametrize(
    ("text", "datatype", "published"),
    [
        ("2", "nonNegativeInteger", '"2"^^<' + XSD + "integer>"),
        ("007", "positiveInteger", '"7"^^<' + XSD + "integer>"),
        ("-0", "nonPositiveInteger", '"0"^^<' + XSD + "integer>"),
        ("255", "unsignedByte", '"255"^^<' + XSD + "integer>"),
        ("-9223372036854775808", "long", '"-9223372036854775808"^^<' + XSD + "integer>"),
        ("2024-01-17T10:00:00Z", "dateTimeStamp", '"2024-01-17T10:00:00Z"^^<' + XSD + "dateTime>"),
    ],
)
def test_a_value_in_turtle_is_published_as_stores_give_it_back(text: str, datatype: str, published: str) -> None:
    value = ox.Literal(text, datatype=ox.NamedNode(XSD + datatype))
    assert term(value) == published
    store = ox.Store()
    store.load(f"<urn:s> <urn:p> {value} .".encode(), format=ox.RdfFormat.N_TRIPLES)
    assert str(next(iter(store)).object) == published


@pytest.mark.parametrize(
    ("text", "datatype"),
    [
        *(
            ("-1", "nonNegativeInteger"),
            ("0", "positiveInteger"),
            ("1", "nonPositiveInteger"),
            ("0", "negativeInteger"),
        ),
        *(("256", "unsignedByte"), ("128", "byte"), ("2147483648", "int"), ("-32769", "short"), ("2.0", "int")),
    ],
)
def test_a_number_that_its_datatype_has_not_is_refused(text: str, datatype: str) -> None:
    with pytest.raises(TermError):
        term(ox.Literal(text, datatype=ox.NamedNode(XSD + datatype)))


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
        ('<http://s> <http://p> "1"^^<http://www.w3.org/2001/XMLSchema#int2> .', "is not published; use one of"),
        ("<http://s> <http://p> 'one'^^<http://www.w3.org/2001/XMLSchema#double> .", "expected a number"),
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

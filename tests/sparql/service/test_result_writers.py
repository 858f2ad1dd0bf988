"""Rows in the formats of the standards: what we write, the engine's readers read back."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpgraph.errors import NotExpressibleError
from atmpgraph.sparql.service.result_writers import WRITERS, whole_result

RESULTS = "{http://www.w3.org/2005/sparql-results#}"
XSD = "http://www.w3.org/2001/XMLSchema#"
TEXT = st.text(max_size=12)
XML_TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=12)
IRI = st.from_regex(r"http://e/[a-zé0-9?&'()=]{0,9}", fullmatch=True).map(ox.NamedNode)


def terms(text: st.SearchStrategy[str]) -> st.SearchStrategy[ox.NamedNode | ox.Literal | ox.BlankNode]:
    """Any term that a row may hold."""
    return st.one_of(
        IRI,
        text.map(ox.Literal),
        st.builds(lambda value, tag: ox.Literal(value, language=tag), text, st.sampled_from(["fr", "nl-be", "en"])),
        st.builds(lambda value, kind: ox.Literal(value, datatype=kind), text, IRI),
        st.sampled_from(["1", "-2.5", "1e0", "01", "1.", "x", "+1", "NaN"]).flatmap(
            lambda value: st.sampled_from(["integer", "decimal", "double", "boolean"]).map(
                lambda kind: ox.Literal(value, datatype=ox.NamedNode(XSD + kind))
            )
        ),
        st.from_regex(r"[a-z][a-z0-9]{0,5}", fullmatch=True).map(ox.BlankNode),
    )


def rows_of(text: st.SearchStrategy[str]) -> st.SearchStrategy[list[list[ox.NamedNode | ox.Literal | ox.BlankNode | None]]]:  # fmt: skip
    """Rows of two variables, some of them without a value."""
    return st.lists(st.lists(st.none() | terms(text), min_size=2, max_size=2), max_size=5)


def written(fmt: str, rows: list[list[ox.NamedNode | ox.Literal | ox.BlankNode | None]], link: str = "") -> str:
    """A whole result."""
    writer = WRITERS[fmt](["a", "b"])
    body = "".join(map(writer.row, rows))
    return writer.start(link) + body + writer.end


def read(text: str, fmt: ox.QueryResultsFormat) -> list[list[ox.NamedNode | ox.Literal | ox.BlankNode | None]]:
    """The rows, by the engine's reader."""
    results = ox.parse_query_results(text.encode(), format=fmt)
    assert isinstance(results, ox.QuerySolutions)
    return [list(row) for row in results]


@given(rows_of(TEXT), st.sampled_from(["", "?query=%3E&offset=7"]))
def test_json_is_read_back(rows: list[list[ox.NamedNode | ox.Literal | ox.BlankNode | None]], link: str) -> None:
    text = written("json", rows, link)
    assert read(text, ox.QueryResultsFormat.JSON) == rows
    assert json.loads(text)["head"].get("link", []) == [link] * bool(link)


def xml_term(element: ET.Element) -> ox.NamedNode | ox.Literal | ox.BlankNode:
    """A term, by the text of the recommendation; the engine's reader trims spaces."""
    text = element.text or ""
    match element.tag.rpartition("}")[2]:
        case "uri":
            return ox.NamedNode(text)
        case "bnode":
            return ox.BlankNode(text)
    if tag := element.get("{http://www.w3.org/XML/1998/namespace}lang"):
        return ox.Literal(text, language=tag)
    datatype = element.get("datatype")
    return ox.Literal(text, datatype=ox.NamedNode(datatype)) if datatype else ox.Literal(text)


@given(rows_of(XML_TEXT), st.sampled_from(["", '?query=<"&offset=7']))
def test_xml_is_read_back(rows: list[list[ox.NamedNode | ox.Literal | ox.BlankNode | None]], link: str) -> None:
    root = ET.fromstring(written("xml", rows, link))
    read_back = [
        {binding.get("name"): xml_term(binding[0]) for binding in result} for result in root.iter(f"{RESULTS}result")
    ]
    assert [[row.get("a"), row.get("b")] for row in read_back] == rows
    assert [element.get("href") for element in root.iter(f"{RESULTS}link")] == [link] * bool(link)


@given(rows_of(TEXT))
def test_xml_is_well_formed_or_refused(
    rows: list[list[ox.NamedNode | ox.Literal | ox.BlankNode | None]],
) -> None:
    """XML 1.0 has not all characters; none is changed in silence."""
    if any(isinstance(term, ox.Literal) and re.search("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", term.value) for row in rows for term in row):  # fmt: skip
        with pytest.raises(NotExpressibleError, match=r"XML does not allow the character U\+[0-9A-F]{4}"):
            written("xml", rows)
    else:
        ET.fromstring(written("xml", rows))


@given(rows_of(TEXT))
def test_tsv_is_read_back(rows: list[list[ox.NamedNode | ox.Literal | ox.BlankNode | None]]) -> None:
    assert read(written("tsv", rows), ox.QueryResultsFormat.TSV) == rows


@given(rows_of(TEXT))
def test_csv_has_the_values(rows: list[list[ox.NamedNode | ox.Literal | ox.BlankNode | None]]) -> None:
    read_back = list(csv.reader(io.StringIO(written("csv", rows), newline="")))
    assert read_back[0] == ["a", "b"]
    assert read_back[1:] == [["" if t is None else str(t) if isinstance(t, ox.BlankNode) else t.value for t in row] for row in rows]  # fmt: skip


@pytest.mark.parametrize(
    ("term", "tsv"),
    [
        (ox.Literal(7), "7"),
        (ox.Literal("2.50", datatype=ox.NamedNode(XSD + "decimal")), "2.50"),
        (ox.Literal("2", datatype=ox.NamedNode(XSD + "decimal")), f'"2"^^<{XSD}decimal>'),
        (ox.Literal("1e0", datatype=ox.NamedNode(XSD + "double")), "1e0"),
        (ox.Literal("tab\tand\nline"), '"tab\\tand\\nline"'),
        (ox.Literal("é", language="fr"), '"é"@fr'),
        (ox.NamedNode("http://e/x"), "<http://e/x>"),
    ],
)
def test_tsv_writes_terms_as_turtle_does(term: ox.NamedNode | ox.Literal, tsv: str) -> None:
    assert WRITERS["tsv"](["x"]).row([term]) == f"{tsv}\n"


def test_a_row_without_variables() -> None:
    """`SELECT * {}` has one solution with nothing in it."""
    writer = WRITERS["json"]([])
    assert json.loads(writer.start("") + writer.row([]) + writer.end)["results"]["bindings"] == [{}]


QUERY_OF_12 = """SELECT ?a ?b {
  VALUES ?a { "x"@en--rtl "y"@ar--ltr "z"@fr <<( <urn:s> <urn:p> 5 )>> <<( <urn:s> <urn:p> "a,\\t\\"b"@he--rtl )>> }
  BIND(<<( <urn:s> <urn:p> ?a )>> AS ?b)
}"""


@pytest.mark.parametrize(
    ("suffix", "fmt"),
    [
        ("json", ox.QueryResultsFormat.JSON),
        ("xml", ox.QueryResultsFormat.XML),
        ("tsv", ox.QueryResultsFormat.TSV),
    ],
)
def test_terms_of_rdf_12_are_those_that_the_engine_writes(suffix: str, fmt: ox.QueryResultsFormat) -> None:
    """SPARQL 1.2, results: directions of text, and triple terms, in each format that holds terms."""

    def solutions() -> ox.QuerySolutions:
        results = ox.Store().query(QUERY_OF_12)
        assert isinstance(results, ox.QuerySolutions)
        return results

    rows = [list(row) for row in solutions()]
    assert len(rows) == 5
    assert read(written(suffix, rows), fmt) == rows
    theirs = solutions().serialize(format=fmt) or b""
    assert read(theirs.decode(), fmt) == rows
    if suffix == "tsv":
        assert written(suffix, rows) == theirs.decode()


LITERALS = st.one_of(
    st.builds(ox.Literal, XML_TEXT),
    st.builds(
        lambda value, tag, way: ox.Literal(value, language=tag, direction=way),
        XML_TEXT,
        st.sampled_from(["ar", "he", "en", "zh-hant-tw"]),
        st.sampled_from([ox.BaseDirection.LTR, ox.BaseDirection.RTL]),
    ),
)
TRIPLES = st.recursive(
    st.builds(ox.Triple, IRI, IRI, st.one_of(IRI, LITERALS)),
    lambda inner: st.builds(ox.Triple, IRI, IRI, inner),
    max_leaves=4,
)


@given(st.lists(st.lists(st.one_of(st.none(), LITERALS, TRIPLES), min_size=2, max_size=2), min_size=1, max_size=4))
def test_directions_and_triple_terms_are_read_back(rows: list[list[ox.Literal | ox.Triple | None]]) -> None:
    """Nested ones too, in each format that holds terms."""
    for suffix, fmt in {"json": "JSON", "xml": "XML", "tsv": "TSV"}.items():
        assert read(written(suffix, rows), getattr(ox.QueryResultsFormat, fmt)) == rows  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("term", "field"),
    [
        ("<http://example/alice> <http://example/knows> <http://example/bob>",
         "<<( http://example/alice http://example/knows http://example/bob )>>"),
        ('<http://example/carol> <http://example/says> "Hello world, my name is \\"Alice\\"."',
         '"<<( http://example/carol http://example/says ""Hello world, my name is """"Alice""""."" )>>"'),
        ('<e:s> <e:p> "a"@en--ltr', '"<<( e:s e:p ""a"" )>>"'),
        ("<e:s> <e:p> 5", '"<<( e:s e:p ""5"" )>>"'),
        ("<e:s> <e:p> <<( <e:a> <e:b> <e:c> )>>", "<<( e:s e:p <<( e:a e:b e:c )>> )>>"),
        ("<e:s> <e:p> <<( <e:a> <e:b> 'c' )>>", '"<<( e:s e:p <<( e:a e:b ""c"" )>> )>>"'),
    ],
)  # fmt: skip
def test_triple_terms_in_csv(term: str, field: str) -> None:
    """SPARQL 1.2, CSV results §3.2 and its examples: values alone, a literal inside in quotation marks."""
    [row] = ox.Store().query(f"SELECT ?x {{ VALUES ?x {{ <<( {term} )>> }} }}")  # type: ignore[misc]
    assert WRITERS["csv"](["x"]).row(list(row)) == f"{field}\r\n"


def test_triple_terms_have_a_form() -> None:
    triple = ox.Triple(ox.NamedNode("http://e/s"), ox.NamedNode("http://e/p"), ox.Literal("o"))
    value = json.loads(WRITERS["json"](["x"]).row([triple]))["x"]
    assert value["type"] == "triple"
    assert value["value"]["object"] == {"type": "literal", "value": "o"}
    assert "<predicate><uri>http://e/p</uri></predicate>" in WRITERS["xml"](["x"]).row([triple])


@pytest.mark.parametrize("suffix", ["json", "xml", "tsv"])
@pytest.mark.parametrize("text", [" ", "\t", " x ", "\nx", "x\r", "a  b", "\u00a0", "x \n"])
def test_spaces_at_the_ends_of_a_text_stay(suffix: str, text: str) -> None:
    """Readers of XML take them away, the engine's among them."""
    fmt = {"json": ox.QueryResultsFormat.JSON, "xml": ox.QueryResultsFormat.XML, "tsv": ox.QueryResultsFormat.TSV}
    written = "".join(whole_result(["v"], [(ox.Literal(text),)], suffix))
    results = ox.parse_query_results(written, format=fmt[suffix])
    assert [row[0] for row in results] == [ox.Literal(text)]  # type: ignore[union-attr]

"""What a format cannot say is refused, and nothing else is."""

import json
import xml.etree.ElementTree as ET

import pyoxigraph as ox
import pytest

from atmpgraph.errors import NotExpressibleError
from atmpgraph.formats import JSON_LD, N_TRIPLES, RDF_XML, TURTLE, Format
from atmpgraph.http.problem import not_expressible
from atmpgraph.rdf import jsonld
from atmpgraph.rdf.expressible import expressible
from atmpgraph.rdf.serialize import serialize
from atmpgraph.vocab import RDF, prefixes

NAMES = prefixes("https://example.org/p/")
TRIPLE_TERM = "<http://e/a> <http://e/p> <<( <http://e/a> <http://e/p> {0} )>> ."


def quads(text: str) -> list[ox.Quad]:
    """Statements of N-Triples."""
    return list(ox.parse(text, format=ox.RdfFormat.N_TRIPLES))


def refused(text: str, fmt: Format) -> str:
    """The detail of the problem that statements meet in a format."""
    with pytest.raises(NotExpressibleError) as caught:
        serialize(quads(text), fmt, NAMES)
    assert caught.value.format is fmt
    problem = not_expressible(caught.value)
    assert problem.status == 406
    assert "text/turtle" in problem.extra["available"]
    assert fmt.media_type not in problem.extra["available"]
    assert problem.sentence() == f"{caught.value} Ask for another format, such as Turtle."
    return problem.sentence()


@pytest.mark.parametrize(
    "iri",
    [
        *("http://e/1", "http://e/", "http://e#", "http://e/a%20", "http://e/a/-.", "http://e/\u00b7", "urn:2"),
        *(RDF + name for name in ("li", "Description", "about", "version")),
    ],
)
def test_a_property_that_is_no_element_is_refused_in_xml_only(iri: str) -> None:
    for line in (f'<http://e/a> <{iri}> "x" .', TRIPLE_TERM.format("<http://e/a>").replace("<http://e/p>", f"<{iri}>")):
        assert f" {iri}. " in refused(line, RDF_XML)
        assert serialize(quads(line), TURTLE, NAMES)


@pytest.mark.parametrize("iri", ["http://e/1a", "http://e/a:b", "http://e/é", "http://e/a1.-·", "urn:a", RDF + "_1"])
def test_what_ends_with_a_name_is_an_element(iri: str) -> None:
    line = quads(f'<http://e/a> <{iri}> "x" .')
    body = serialize(line, RDF_XML, NAMES)
    ET.fromstring(body)
    assert list(ox.parse(body, format=ox.RdfFormat.RDF_XML)) == line


def test_a_type_is_an_element_too() -> None:
    line = "<http://e/a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{0}> ."
    assert "http://e/1" in refused(line.format("http://e/1"), RDF_XML)
    for iri in ("http://e/T", RDF + "Description"):
        ET.fromstring(serialize(quads(line.format(iri)), RDF_XML, NAMES))


@pytest.mark.parametrize("code", [0, 1, 8, 0x0B, 0x1F, 0xFFFE, 0xFFFF])
def test_a_character_that_xml_lacks_is_refused(code: int) -> None:
    for line in (f'<http://e/a> <http://e/p> "x\\u{code:04X}y" .', TRIPLE_TERM.format(f'"\\u{code:04X}"')):
        assert f"U+{code:04X}" in refused(line, RDF_XML)
        assert serialize(quads(line), N_TRIPLES, NAMES)


def test_every_other_character_comes_back() -> None:
    line = quads('<http://e/a> <http://e/p> "\\t\\n\\r\\u007F\\u0085\\u2028\\uE000\\uFFFD\\U0010FFFF ]]> &<" .')
    body = serialize(line, RDF_XML, NAMES)
    ET.fromstring(body)
    assert list(ox.parse(body, format=ox.RdfFormat.RDF_XML)) == line


@pytest.mark.parametrize("form", ["", *jsonld.FORMS])
def test_json_ld_has_no_triple_terms(form: str) -> None:
    found = quads(TRIPLE_TERM.format("<http://e/a>"))
    with pytest.raises(NotExpressibleError, match=r"^JSON-LD does not support triple terms\.$"):
        serialize(found, JSON_LD, NAMES, form=form, root="http://e/a")
    assert serialize(found, TURTLE, NAMES)


@pytest.mark.parametrize("form", ["", *jsonld.FORMS])
def test_json_ld_keeps_the_direction_of_a_text(form: str) -> None:
    """Of a property that has a term for texts by language, too: those have no direction (JSON-LD 1.1 §4.2.4.1)."""
    title = "http://purl.org/dc/terms/title"
    found = quads(f'<http://e/a> <{title}> "a"@ar--rtl .\n<http://e/a> <{title}> "b"@ar .')
    body = serialize(found, JSON_LD, NAMES, form=form, root="http://e/a")
    assert '"@value": "a",\n' in body.decode()
    assert set(ox.parse(body, format=ox.RdfFormat.JSON_LD)) == set(found)
    assert "dirLangString" not in json.dumps(json.loads(body))


def test_statements_are_refused_as_they_come() -> None:
    found = expressible(quads('<http://e/a> <http://e/p> "x" .\n<http://e/a> <http://e/1> "x" .'), RDF_XML)
    assert next(found).predicate.value == "http://e/p"
    with pytest.raises(NotExpressibleError):
        next(found)

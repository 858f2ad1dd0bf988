"""RFC 8288 (Link), RFC 9264 (link sets), W3C content negotiation by profile, the forms of JSON-LD, statements as CSV."""

import csv
import io
import json

import pyoxigraph as ox
import pytest
import rdflib
from werkzeug.http import parse_options_header

from atmpgraph.http.links import Link, link_field, link_set
from atmpgraph.profiles.registry import ALTERNATES, EURIO, MODEL, SCHEMA, by_name, choose_profile
from atmpgraph.rdf import jsonld, jsonld_forms
from atmpgraph.rdf.jsonld_context import Context
from atmpgraph.rdf.statement_table import COLUMNS, table
from atmpgraph.vocab import prefixes

from ..rdf.test_serialize import BASE, QUADS

OFFERED = [MODEL.named(BASE), SCHEMA, EURIO]


def test_a_link_field_escapes_what_would_end_it() -> None:
    field = link_field([Link("/doc/é>, <x", "alternate", {"type": "text/turtle", "title": 'a "b" \\ é'})])
    assert field.isascii()
    target, _, rest = field.partition(">; ")
    assert target == "</doc/%C3%A9%3E,%20%3Cx"
    assert parse_options_header("x; " + rest)[1]["type"] == "text/turtle"
    assert '\\"' in field or "%22" in field


def test_a_link_set_has_a_context_for_each_anchor() -> None:
    links = [
        Link("https://a/b", "item", {"type": "text/html", "profile": "urn:p"}),
        Link("urn:class", "type", {"anchor": "urn:p"}),
    ]
    found = json.loads(link_set({"https://a/": links, "https://c/": []}))
    assert found == {
        "linkset": [
            {"anchor": "https://a/", "item": [{"href": "https://a/b", "type": "text/html", "profile": ["urn:p"]}]},
            {"anchor": "https://c/"},
            {"anchor": "urn:p", "type": [{"href": "urn:class"}]},
        ]
    }


@pytest.mark.parametrize(
    ("field", "token"),
    [
        (None, "model"),
        ("", "model"),
        ("<https://schema.org/>", "schema"),
        ("<http://data.europa.eu/s66#>;q=0.9, <https://schema.org/>;q=0.4", "eurio"),
        ("<urn:unknown>, <https://schema.org/>;q=0.1", "schema"),
        ("<urn:unknown>", "model"),
        (f"<{BASE}ns/atmp>;q=0", "schema"),
        ("https://schema.org/", "model"),  # not in angle brackets
        ("<https://schema.org/>;q=9, <, >;;, <>", "model"),
        (f"<{BASE}ns/atmp>;q=0, <https://schema.org/>;q=0, <http://data.europa.eu/s66#>;q=0", None),
    ],
)
def test_accept_profile(field: str | None, token: str | None) -> None:
    chosen = choose_profile(field, OFFERED)
    assert (chosen.token if chosen else None) == token


@pytest.mark.parametrize(
    ("name", "token"),
    [("schema", "schema"), ("https://schema.org/", "schema"), ("<https://schema.org/>", "schema"), ("all", "alt"),
     ("alt", "alt"), ("model", "model"), (BASE + "ns/atmp", "model"), ("nothing", None), ("", None)],
)  # fmt: skip
def test_profiles_by_name(name: str, token: str | None) -> None:
    found = by_name(name, (*OFFERED, ALTERNATES))
    assert (found.token if found else None) == token


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (None, ""),
        ("application/ld+json", ""),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#expanded"', jsonld.EXPANDED),
        ('application/ld+json;profile="urn:x http://www.w3.org/ns/json-ld#framed"', jsonld.FRAMED),
        ('application/ld+json;profile="urn:x"', ""),
        (
            'application/ld+json;q=0.2;profile="http://www.w3.org/ns/json-ld#framed", '
            'application/ld+json;profile="http://www.w3.org/ns/json-ld#expanded";q=0.3',
            jsonld.EXPANDED,
        ),
        ("application/ld+json;profile=http://www.w3.org/ns/json-ld#framed", ""),  # it needs quotation marks
    ],
)
def test_forms_of_json_ld(accept: str | None, form: str) -> None:
    assert jsonld_forms.asked_form(accept) == form


@pytest.mark.parametrize("form", ["", *jsonld.FORMS])
@pytest.mark.parametrize("root", ["id/a", "id/b", "id/elsewhere"])
def test_every_form_is_the_same_graph_for_two_readers(form: str, root: str) -> None:
    triples = sorted({quad.triple for quad in QUADS}, key=str)
    body = jsonld_forms.json_ld(triples, prefixes(BASE), form, BASE + root)
    assert {quad.triple for quad in ox.parse(body, format=ox.RdfFormat.JSON_LD)} == set(triples)
    assert len(rdflib.Graph().parse(data=body.decode(), format="json-ld")) == len(triples)


def test_a_frame_is_one_tree_from_its_root() -> None:
    data = f'<{BASE}d> <http://xmlns.com/foaf/0.1/primaryTopic> <{BASE}a> . <{BASE}a> <http://www.w3.org/ns/org#member> <{BASE}b> . <{BASE}b> <http://www.w3.org/2004/02/skos/core#prefLabel> "é"@fr .'
    triples = [quad.triple for quad in ox.parse(data, format=ox.RdfFormat.TURTLE)]
    tree = json.loads(jsonld_forms.json_ld(triples, prefixes(BASE), jsonld.FRAMED, BASE + "a"))
    assert tree["id"] == BASE + "a"
    assert tree["member"] == {"id": BASE + "b", "prefLabel": {"fr": "é"}}
    assert tree["@reverse"] == {"foaf:primaryTopic": [{"id": BASE + "d"}]}


def test_statements_as_a_table_lose_nothing() -> None:
    rows = list(csv.DictReader(io.StringIO(table(QUADS).decode())))
    assert tuple(rows[0]) == COLUMNS
    xsd = "http://www.w3.org/2001/XMLSchema#"
    back = set()
    for row in rows:
        value: ox.NamedNode | ox.Literal = ox.NamedNode(row["value"]) if row["type"] == "iri" else (
            ox.Literal(row["value"], language=row["language"])
            if row["language"]
            else ox.Literal(row["value"], datatype=ox.NamedNode(row["type"].replace("xsd:", xsd)))
        )  # fmt: skip
        graph = ox.NamedNode(row["graph"]) if row["graph"] else ox.DefaultGraph()
        back.add(ox.Quad(ox.NamedNode(row["subject"]), ox.NamedNode(row["property"]), value, graph))
    assert back == set(QUADS)


def test_no_term_of_the_context_is_a_prefix() -> None:
    """It would hide the prefix."""
    context = Context(prefixes(BASE))
    assert not {term for term, _ in context.terms.values()} & set(context.prefixes)
    assert len(context.document()) == len(context.prefixes) + len(context.terms) + 2

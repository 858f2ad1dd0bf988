"""JSON-LD in its forms."""

import json

import pyoxigraph as ox
import pytest
import rdflib

from atmpgraph.rdf.jsonld import FORMS, FRAMED, json_ld
from atmpgraph.rdf.jsonld_context import Context
from atmpgraph.vocab import prefixes

from .test_serialize import BASE, QUADS


@pytest.mark.parametrize("form", ["", *FORMS])
@pytest.mark.parametrize("root", ["id/a", "id/b", "id/elsewhere"])
def test_every_form_is_the_same_graph_for_two_readers(form: str, root: str) -> None:
    triples = sorted({quad.triple for quad in QUADS}, key=str)
    body = json_ld(triples, prefixes(BASE), form, BASE + root)
    assert {quad.triple for quad in ox.parse(body, format=ox.RdfFormat.JSON_LD)} == set(triples)
    assert len(rdflib.Graph().parse(data=body.decode(), format="json-ld")) == len(triples)


def test_a_frame_is_one_tree_from_its_root() -> None:
    data = f'<{BASE}d> <http://xmlns.com/foaf/0.1/primaryTopic> <{BASE}a> . <{BASE}a> <http://www.w3.org/ns/org#member> <{BASE}b> . <{BASE}b> <http://www.w3.org/2004/02/skos/core#prefLabel> "é"@fr .'
    triples = [quad.triple for quad in ox.parse(data, format=ox.RdfFormat.TURTLE)]
    tree = json.loads(json_ld(triples, prefixes(BASE), FRAMED, BASE + "a"))
    assert tree["id"] == BASE + "a"
    assert tree["member"] == {"id": BASE + "b", "prefLabel": {"fr": "é"}}
    assert tree["@reverse"] == {"foaf:primaryTopic": [{"id": BASE + "d"}]}


def test_no_term_of_the_context_is_a_prefix() -> None:
    """It would hide the prefix."""
    context = Context(prefixes(BASE))
    assert not {term for term, _ in context.terms.values()} & set(context.prefixes)
    assert len(context.document()) == len(context.prefixes) + len(context.terms) + 2

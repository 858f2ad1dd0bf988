"""RFC 8288 (Link), RFC 9264 (link sets), W3C content negotiation by profile."""

import json

import pytest
from werkzeug.http import parse_options_header

from atmpgraph.http.links import Link, link_field, link_set
from atmpgraph.http.profile_negotiation import choose_profile, profile_by_name
from atmpgraph.profiles.registry import ALTERNATES, EURIO, MODEL, SCHEMA

from ..rdf.test_serialize import BASE

OFFERED = [MODEL.resolved(BASE), SCHEMA, EURIO]


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
        ("<https://w3id.org/atmpgraph/ns>;q=0", "schema"),
        ("https://schema.org/", "model"),  # not in angle brackets
        ("<https://schema.org/>;q=9, <, >;;, <>", "model"),
        ("<https://w3id.org/atmpgraph/ns>;q=0, <https://schema.org/>;q=0, <http://data.europa.eu/s66#>;q=0", None),
    ],
)
def test_accept_profile(field: str | None, token: str | None) -> None:
    chosen = choose_profile(field, OFFERED)
    assert (chosen.token if chosen else None) == token


@pytest.mark.parametrize(
    ("name", "token"),
    [("schema", "schema"), ("https://schema.org/", "schema"), ("<https://schema.org/>", "schema"), ("all", "alt"),
     ("alt", "alt"), ("model", "model"), ("https://w3id.org/atmpgraph/ns", "model"), ("nothing", None), ("", None)],
)  # fmt: skip
def test_profiles_by_name(name: str, token: str | None) -> None:
    found = profile_by_name(name, (*OFFERED, ALTERNATES))
    assert (found.token if found else None) == token

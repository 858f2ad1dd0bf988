"""The truth tables of negotiation: RFC 9110 §12.5.1 and §12.5.4, RFC 4647 §3.4."""

import json
import time
from typing import Any

import pytest

from atmpgraph import formats as f
from atmpgraph.formats import DOCUMENTS, GRAPHS, HTML, JSON_LD, RESULTS, Format, split_suffix
from atmpgraph.http.negotiate import choose, choose_form, choose_language, parse_accept, with_form
from atmpgraph.rdf import jsonld

from ..conftest import shared

CHROME = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7"
)
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
RDFLIB = (
    "application/rdf+xml, text/n3, text/turtle, application/n-triples, application/ld+json, application/n-quads, "
    "application/trix, application/trig"
)


@pytest.mark.parametrize(
    ("accept", "suffix"),
    [
        # absent, empty, nothing valid in it: everything is acceptable, the server's first choice is sent
        (None, "ttl"),
        ("", "ttl"),
        (" , ,", "ttl"),
        ("*/*", "ttl"),
        ("nonsense", "ttl"),
        ("text/turtle;q=high", "ttl"),
        # people
        (CHROME, "html"),
        (FIREFOX, "html"),
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "html"),  # Java's URLConnection
        # one type, in any case
        ("application/ld+json", "jsonld"),
        ("Application/LD+JSON", "jsonld"),
        ("application/n-quads", "nq"),
        # weights
        ("text/html;q=0.4, application/rdf+xml;q=0.9, text/turtle;q=0.8", "rdf"),
        ("application/trig;q=0.001", "trig"),
        ("text/turtle; q=0.5 , application/n-triples ; q=1.000", "nt"),
        ("text/turtle;Q=0.1, text/html;q=0.2", "html"),
        ("application/rdf+thrift, application/n-triples; q=.2, */*; q=.1", "nt"),  # no zero before the point
        ("application/rdf+thrift, */*; q=.2", "ttl"),
        ("application/ld+json;q=0.33333333, text/html;q=0.3333", "jsonld"),  # a quotient
        ("application/ld+json;q=1.0000", "jsonld"),
        ("text/turtle;q=.0, application/n-triples;q=.0001", "nt"),
        # not acceptable: q=0, and what we do not have
        ("text/turtle;q=0, */*", "jsonld"),
        ("text/*;q=0, */*;q=0.1", "jsonld"),
        ("*/*;q=0", None),
        ("text/turtle;q=0", None),
        ("image/png", None),
        ("image/*", None),
        # specificity: the closest range gives the weight
        ("text/*;q=0.9, text/turtle;q=0.1, application/*;q=0.5", "html"),
        ("*/*;q=0.1, application/*;q=0.8", "jsonld"),
        ("text/html, */*", "html"),
        ("application/json, text/plain, */*", "jsonld"),
        # parameters
        ("text/turtle;charset=utf-8", "ttl"),
        ('text/html;q=0.5, text/turtle;charset="UTF-8";q=0.9', "ttl"),
        ("text/turtle;charset=iso-8859-1, text/html;q=0.1", "html"),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#expanded"', "jsonld"),
        ('application/ld+json;profile="a,b;c=\\"d\\"";q=0.2, text/html;q=0.1', "jsonld"),
        # a parameter that we do not know does not make it miss; without it the type is named more closely
        ("text/html;level=3, application/n-triples;q=0.2", "html"),
        ("text/turtle; version=1.1", "ttl"),
        ("application/ld+json;version=1.1;q=0.9, text/html;q=0.8", "jsonld"),
        ("text/turtle;version=1.2;q=0.9, text/turtle;q=0.1, application/ld+json;q=0.5", "jsonld"),
        ("text/turtle;version=1.2;q=0, text/turtle", "ttl"),
        ("text/turtle;version=1.2;charset=iso-8859-1", None),
        ("text/*;q=0.2, text/html;v=b3;q=0.4, application/trig;q=0.3", "html"),
        # former names, and names of what a format is part of
        ("application/xml", "rdf"),
        ("text/xml", "rdf"),
        ("text/n3", "ttl"),
        ("application/x-turtle", "ttl"),
        ("application/x-trig", "trig"),
        ("text/x-nquads", "nq"),
        ("text/nquads", "nq"),
        ("text/plain", "nt"),
        # malformed elements are passed over, the rest counts
        ("text, /, text/, */html, text/turtle;q=2, text/turtle;q=-1, text/turtle;q=., text/html", "html"),
        ('text/turtle;a="unclosed, text/html', "ttl"),
        ("application/rdf+xml;q, text/html;q=0.3", "html"),
        ("text/turtle;;q=0.5;, text/html;q=0.4", "ttl"),
        # harvesters
        (RDFLIB, "ttl"),
        ("application/rdf+xml, text/html;q=0.1", "rdf"),
        ("application/rdf+xml,application/xml;q=0.9,text/xml;q=0.1", "rdf"),
    ],
)
def test_documents(accept: str | None, suffix: str | None) -> None:
    chosen = choose(accept, DOCUMENTS)
    assert (chosen[0].suffix if chosen else None) == suffix


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "application/sparql-results+json"),
        (FIREFOX, "text/html"),
        ("application/json", "application/json"),
        ("application/xml", "application/xml"),
        ("application/sparql-results+xml, application/json", "application/sparql-results+xml"),
        ("text/csv", "text/csv"),
        ("text/csv;header=present", "text/csv"),
        ("text/xml", "text/xml"),
        ("text/plain", None),
        ("text/tab-separated-values", "text/tab-separated-values"),
        ("text/turtle", None),
    ],
)
def test_results_and_the_other_names_of_their_types(accept: str, media_type: str | None) -> None:
    chosen = choose(accept, RESULTS)
    assert (chosen[1] if chosen else None) == media_type


def test_example_of_rfc_9110() -> None:
    """§12.5.1, the table: the most specific range that matches gives the quality."""
    accept = "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, */*;q=0.5"
    plain, html, jpeg = (Format(t, "x", t, "text") for t in ("text/plain", "text/html", "image/jpeg"))
    assert choose(accept, (html, jpeg, plain)) == (plain, "text/plain")
    assert choose(accept, (html, jpeg)) == (jpeg, "image/jpeg")


def test_real_clients_get_what_they_can_read() -> None:
    requests: list[dict[str, Any]] = json.loads(shared("reference/client-requests.json").read_text(encoding="utf-8"))
    assert len(requests) > 40
    for request in requests:
        accept = request["headers"].get("accept")
        asked = request["client"] + request["path"] + request["body"]
        graph = any(word in asked for word in ("/store", "construct", "CONSTRUCT", "DESCRIBE"))
        chosen = choose(accept, (*GRAPHS, f.TRIG, f.N_QUADS, HTML) if graph else RESULTS)
        if "roqet 0.9.33 construct" in request["client"]:
            assert chosen is None  # it asks for a graph as results
        elif "auto" not in request["client"]:
            assert chosen is not None, request["client"]
            named = {f"{r.type}/{r.subtype}" for r in parse_accept(accept)}
            assert chosen[1] in named or accept == "*/*", request["client"]


def test_linear_time() -> None:
    def seconds(field: str) -> float:
        start = time.process_time()
        choose(field, DOCUMENTS)
        return time.process_time() - start

    for element in ("text/x;q=0.1,", 'a/b;c="', "\\", '"', ";", ",", "a/b;p=" + '"\\', "*/*;"):
        assert seconds(element * 20_000) < 3


@pytest.mark.parametrize(
    ("field", "language"),
    [
        (None, "fr"),
        ("", "fr"),
        ("*", "fr"),
        ("nl", "nl"),
        ("nl-BE,nl;q=0.9,en;q=0.8", "nl"),
        ("de-CH-1996", "de"),
        ("en-US,en;q=0.9", "en"),
        ("es, pt;q=0.9", "fr"),
        ("es, en;q=0.1", "en"),
        ("fr;q=0.5, de;q=0.9", "de"),
        ("fr;q=0, *", "nl"),
        ("fr;q=0, nl;q=0, *;q=0.1", "de"),
        ("EN-gb", "en"),
        ("en;q=x, nl", "nl"),
        ("***, , de", "de"),
    ],
)
def test_languages(field: str | None, language: str) -> None:
    assert choose_language(field, ("fr", "nl", "de", "en")) == language


@pytest.mark.parametrize(
    ("field", "language"),
    [
        ("pt", "pt-br"),
        ("pt-PT, en;q=0.8", "pt-br"),
        ("zh-Hant-TW-x-private", "zh-hant"),
        ("zh", "zh-hant"),
        ("sr-Cyrl, en;q=0.5", "en"),
        ("pt-br;q=0, pt", "en"),
    ],
)
def test_tags_of_several_parts(field: str, language: str) -> None:
    """RFC 4647 §3.4, and what is more special than the wish where nothing else is offered."""
    assert choose_language(field, ("en", "pt-br", "zh-hant")) == language


@pytest.mark.parametrize(
    ("path", "stem", "fmt"),
    [
        ("a/b.ttl", "a/b", f.TURTLE),
        ("a.b", "a.b", None),
        ("a.csv", "a.csv", None),
        (".ttl", ".ttl", None),
        ("a.tar.html", "a.tar", HTML),
    ],
)
def test_suffixes(path: str, stem: str, fmt: Format | None) -> None:
    assert split_suffix(path, DOCUMENTS) == (stem, fmt)


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
    assert choose_form(accept, JSON_LD.media_type, jsonld.FORMS) == form


def test_the_media_type_of_a_form_asks_for_it() -> None:
    assert with_form("a/b", "") == "a/b"
    for form in jsonld.FORMS:
        assert choose_form(with_form(JSON_LD.media_type, form), JSON_LD.media_type, jsonld.FORMS) == form

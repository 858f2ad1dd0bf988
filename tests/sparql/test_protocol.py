"""SPARQL 1.1 Protocol §2.1: one row a rule."""

from urllib.parse import quote, urlencode

import pytest

from atmpgraph.http.problem import ProblemError
from atmpgraph.sparql.protocol import FORM, QUERY, UPDATE, Query, parse

ASK = "ASK { ?s ?p 'é + &' }"


def test_query_by_get() -> None:
    assert parse("GET", "", f"query={quote(ASK)}", b"", 99) == Query(ASK)


def test_query_by_get_with_plus_for_space() -> None:
    assert parse("GET", "", urlencode({"query": ASK}), b"", 99) == Query(ASK)


def test_query_by_form_post() -> None:
    assert parse("POST", FORM, "", urlencode({"query": ASK}).encode(), 99) == Query(ASK)
    assert parse("POST", f"{FORM}; charset=UTF-8", "", urlencode({"query": ASK}).encode(), 99) == Query(ASK)


def test_query_by_direct_post() -> None:
    assert parse("POST", QUERY, "", ASK.encode(), 99) == Query(ASK)
    assert parse("POST", f'{QUERY}; charset="utf-8"', "format=json", ASK.encode(), 99) == Query(ASK)


@pytest.mark.parametrize("how", ["get", "form", "direct"])
def test_dataset_of_the_request(how: str) -> None:
    graphs = [
        ("default-graph-uri", "http://e/1"),
        ("default-graph-uri", "http://e/2"),
        ("named-graph-uri", "http://e/3"),
    ]
    expected = Query(ASK, ("http://e/1", "http://e/2"), ("http://e/3",))
    everything = urlencode([("query", ASK), *graphs])
    if how == "get":
        assert parse("GET", "", everything, b"", 99) == expected
    elif how == "form":
        assert parse("POST", FORM, "", everything.encode(), 99) == expected
    else:
        assert parse("POST", QUERY, urlencode(graphs), ASK.encode(), 99) == expected


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_bare_get_asks_for_the_description(method: str) -> None:
    assert parse(method, "", "lang=fr", b"", 99) is None


@pytest.mark.parametrize(
    ("status", "method", "content_type", "query_string", "body"),
    [
        (400, "GET", "", "query=ASK{}&query=ASK{}", b""),
        (400, "POST", FORM, "", b""),
        (400, "POST", FORM, "query=ASK{}", b"query=ASK{}"),
        (400, "POST", QUERY, "query=ASK{}", b"ASK{}"),
        (400, "GET", "", "query=%FF", b""),
        (400, "POST", FORM, "", b"query=%FF"),
        (400, "POST", QUERY, "", b"\xff"),
        (403, "GET", "", "update=CLEAR+ALL", b""),
        (403, "GET", "", "query=ASK{}&update=CLEAR+ALL", b""),
        (403, "POST", FORM, "", b"update=CLEAR+ALL"),
        (403, "POST", UPDATE, "", b"CLEAR ALL"),
        (413, "POST", FORM, "", b"query=" + b"a" * 100),
        (413, "POST", QUERY, "", b"a" * 100),
        (414, "GET", "", "query=" + "a" * 100, b""),
        (415, "POST", "", "", b"ASK{}"),
        (415, "POST", "text/plain", "", b"ASK{}"),
        (415, "POST", "multipart/form-data; boundary=x", "", b"query=ASK{}"),
        (415, "POST", f"{QUERY}; charset=latin-1", "", b"ASK{}"),
    ],
)
def test_what_is_refused(status: int, method: str, content_type: str, query_string: str, body: bytes) -> None:
    with pytest.raises(ProblemError) as caught:
        parse(method, content_type, query_string, body, 99)
    assert caught.value.problem.status == status
    assert caught.value.problem.detail


def test_length_is_counted_in_characters() -> None:
    assert parse("POST", QUERY, "", ("é" * 99).encode(), 99) is not None

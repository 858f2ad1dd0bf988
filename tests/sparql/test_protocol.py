"""SPARQL 1.1 Protocol §2.1 and §2.2: one test a rule."""

import json
import random
from collections import defaultdict
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest

from atmpgraph.http.problem import Problem, ProblemError
from atmpgraph.sparql.protocol import FORM, QUERY, UPDATE, Query, parameters, parse

from ..conftest import shared
from ..long import often

ASK = "ASK { ?s ?p 'é + &' }"
MOST = 99
POSTS = pytest.mark.parametrize("method", ["POST", "QUERY"])


def ask(method: str, content_type: str = "", query_string: str = "", body: bytes | str = b"") -> Query | None:
    """Parse a request with a limit of 99 characters."""
    return parse(method, content_type, query_string, lambda: body.encode() if isinstance(body, str) else body, MOST)


def refused(method: str, content_type: str = "", query_string: str = "", body: bytes | str = b"") -> Problem:
    """The problem of a request that must be refused."""
    with pytest.raises(ProblemError) as caught:
        ask(method, content_type, query_string, body)
    assert caught.value.problem.sentence()
    return caught.value.problem


def in_every_way(parameters: list[tuple[str, str]], text: str = ASK) -> list[tuple[str, str, str, str]]:
    """The ways to send a query with parameters: by GET, in a form, and in a body with the parameters in the URL."""
    everything = urlencode([("query", text), *parameters])
    return [
        ("GET", "", everything, ""),
        *((method, FORM, "", everything) for method in ("POST", "QUERY")),
        *((method, QUERY, urlencode(parameters), text) for method in ("POST", "QUERY")),
    ]


# --- §2.1.1 to §2.1.3: the three ways, and the method QUERY ---


def test_query_via_get() -> None:
    assert ask("GET", "", f"query={quote(ASK)}") == Query(ASK)
    assert ask("GET", "", urlencode({"query": ASK})) == Query(ASK)  # a plus sign for a space


def test_query_via_head() -> None:
    assert ask("HEAD", "", f"query={quote(ASK)}") == Query(ASK)


@POSTS
def test_query_via_form(method: str) -> None:
    for content_type in (FORM, f"{FORM}; charset=UTF-8", FORM.title()):
        assert ask(method, content_type, "", urlencode({"query": ASK})) == Query(ASK)


@POSTS
def test_query_via_body(method: str) -> None:
    for content_type in (QUERY, f'{QUERY}; charset="utf-8"', f"{QUERY};charset=UTF8", QUERY.upper()):
        assert ask(method, content_type, "", ASK) == Query(ASK)


def test_a_byte_order_mark_is_no_part_of_the_query() -> None:
    assert ask("POST", QUERY, "", b"\xef\xbb\xbf" + ASK.encode()) == Query(ASK)


def test_raw_utf8_in_the_url_is_read_as_such() -> None:
    assert ask("GET", "", "query=ASK{'é'}".encode().decode("latin-1")) == Query("ASK{'é'}")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("query_string", ["", "lang=fr", "format=ttl"])
def test_without_a_query_the_service_is_described(method: str, query_string: str) -> None:
    """Service Description §2."""
    assert ask(method, "", query_string) is None


# --- §2.1.4: the dataset ---

GRAPHS = [("default-graph-uri", "http://e/1"), ("named-graph-uri", "urn:x:3"), ("default-graph-uri", "http://e/2#é")]


def test_default_and_named_graphs_in_every_way() -> None:
    expected = Query(ASK, ("http://e/1", "http://e/2#é"), ("urn:x:3",))
    for request in in_every_way(GRAPHS):
        assert ask(*request) == expected


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
@pytest.mark.parametrize("value", ["relative", "//e/1", "/1", "http://e/ 1", "http://e/<x>", "#f"])
def test_a_graph_that_is_no_absolute_iri_is_refused_by_name(name: str, value: str) -> None:
    for request in in_every_way([(name, value)]):
        problem = refused(*request)
        assert problem.status == 400
        assert name in problem.sentence()


def test_a_graph_named_twice_is_one_graph() -> None:
    query = ask("GET", "", urlencode([("query", ASK), *GRAPHS, *GRAPHS]))
    assert query == Query(ASK, ("http://e/1", "http://e/2#é"), ("urn:x:3",))


# --- exactly one query ---


@pytest.mark.parametrize(
    "request_",
    [
        ("GET", "", "default-graph-uri=http://e/1"),
        ("POST", FORM),
        ("POST", FORM, "", "Query=ASK{}"),
        ("QUERY", FORM, "", "default-graph-uri=http://e/1"),
    ],
)
def test_no_query(request_: tuple[str, ...]) -> None:
    problem = refused(*request_)
    assert (problem.status, problem.values["count"]) == (400, 0)


def test_two_queries() -> None:
    for request in (("GET", "", "query=ASK{}&query=ASK{}"), ("POST", FORM, "", "query=ASK{}&query=ASK{}")):
        problem = refused(*request)
        assert (problem.status, problem.values["count"]) == (400, 2)


@POSTS
def test_a_query_in_url_and_body(method: str) -> None:
    for content_type, body in ((FORM, "query=ASK{}"), (QUERY, "ASK{}")):
        problem = refused(method, content_type, "query=ASK{}", body)
        assert problem.status == 400
        assert "not in both" in problem.sentence()


@pytest.mark.parametrize("text", ["", " \n\t"])
def test_an_empty_query(text: str) -> None:
    for request in in_every_way([], text):
        problem = refused(*request)
        assert problem.status == 400
        assert "empty" in problem.sentence()


# --- encoding ---


@POSTS
@pytest.mark.parametrize("charset", ["latin-1", "utf-16", '"iso-8859-1"', "us-ascii"])
def test_another_charset(method: str, charset: str) -> None:
    for content_type, body in ((FORM, "query=ASK{}"), (QUERY, "ASK{}")):
        assert refused(method, f"{content_type}; charset={charset}", "", body).status == 415


@pytest.mark.parametrize("bad", [b"\xff", b"\xc3\x28", b"\xed\xa0\x80"])
def test_what_is_no_utf8(bad: bytes) -> None:
    encoded = f"query={quote(bad)}"
    assert refused("GET", "", encoded).status == 400
    assert refused("GET", "", b"query=".decode() + bad.decode("latin-1")).status == 400
    for method in ("POST", "QUERY"):
        assert refused(method, FORM, "", encoded).status == 400
        assert refused(method, FORM, "", b"query=" + bad).status == 400
        assert refused(method, QUERY, "", b"ASK{}" + bad).status == 400
    assert refused("POST", QUERY, f"default-graph-uri={quote(bad)}", "ASK{}").status == 400


@POSTS
@pytest.mark.parametrize("content_type", ["", "text/plain", "application/json", "multipart/form-data; boundary=x", ";"])
def test_another_type_of_body_is_told_which_are_read(method: str, content_type: str) -> None:
    problem = refused(method, content_type, "", "query=ASK{}")
    assert problem.status == 415
    for name in ("Accept-Post", "Accept-Query"):
        assert {part.strip() for part in problem.headers[name].split(",")} == {QUERY, FORM}


# --- length ---


def test_a_query_too_long() -> None:
    long = "ASK {}" + " " * MOST
    for method, *request in in_every_way([], long):
        assert refused(method, *request).status == (414 if method == "GET" else 413)


def test_length_is_counted_in_characters() -> None:
    for request in in_every_way([], "#" + "é" * (MOST - 1)):
        assert ask(*request) is not None


# --- §2.2: updates ---


@pytest.mark.parametrize("name", ["update", "using-graph-uri", "using-named-graph-uri"])
def test_parameters_of_update_are_refused(name: str) -> None:
    for request in in_every_way([(name, "http://e/1")]):
        assert refused(*request).status == 403
    assert refused("GET", "", f"{name}=").status == 403
    assert refused("POST", FORM, "", f"{name}=CLEAR+ALL").status == 403


@POSTS
def test_update_via_body_is_refused(method: str) -> None:
    for content_type in (UPDATE, f"{UPDATE}; charset=latin-1"):
        problem = refused(method, content_type, "", "CLEAR ALL")
        assert problem.status == 403
        assert "read-only" in problem.sentence()


@pytest.mark.parametrize("word", ["INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD", "WITH"])
def test_an_update_operation_sent_as_a_query_is_refused(word: str) -> None:
    for text in (f"{word} <x>", f"# c\nBASE <http://e/> prefix a: <b> {word.lower()} <x>"):
        for request in in_every_way([], text):
            assert refused(*request).status == 403


# --- our own parameters ---


@pytest.mark.parametrize(
    ("sent", "seconds"),
    [
        *(("1", 1.0), ("2.5", 2.5), (".5", 0.5), ("007.", 7.0), ("999999999", 1e9), (" 1", 1.0)),
        *(("30s", 30.0), ("5 s", 5.0), ("1.5sec", 1.5), ("2 Seconds", 2.0), ("500ms", 0.5), ("250 msec", 0.25)),
    ],
)
def test_timeout(sent: str, seconds: float) -> None:
    for request in in_every_way([("timeout", sent)]):
        query = ask(*request)
        assert query is not None
        assert query.timeout == pytest.approx(seconds)


@pytest.mark.parametrize("sent", ["", "0", "0.0", "0s", "0 ms"])
def test_no_timeout(sent: str) -> None:
    for request in in_every_way([("timeout", sent)]):
        assert ask(*request) == Query(ASK)


@pytest.mark.parametrize("sent", ["-1", "1e3", "inf", "nan", "5m", "s", "1,5", "٣", "9" * 400, "1 1"])
def test_a_timeout_that_is_none(sent: str) -> None:
    for request in in_every_way([("timeout", sent)]):
        problem = refused(*request)
        assert problem.status == 400
        assert "timeout" in problem.sentence()


@pytest.mark.parametrize(("sent", "rows"), [("0", 0), ("100000", 100_000), ("007", 7)])
def test_offset(sent: str, rows: int) -> None:
    for request in in_every_way([("offset", sent)]):
        assert ask(*request) == Query(ASK, offset=rows)


@pytest.mark.parametrize("sent", ["", "-1", "1.0", "1e3", "x", "²", "9" * 400])
def test_an_offset_that_is_none(sent: str) -> None:
    for request in in_every_way([("offset", sent)]):
        problem = refused(*request)
        assert problem.status == 400
        assert "offset" in problem.sentence()


@pytest.mark.parametrize("name", ["timeout", "offset"])
def test_a_parameter_repeated_with_another_value_is_refused_by_name(name: str) -> None:
    for request in in_every_way([(name, "1"), (name, "2")]):
        problem = refused(*request)
        assert problem.status == 400
        assert name in problem.sentence()
    assert refused("POST", FORM, f"{name}=1", f"query=ASK{{}}&{name}=2").status == 400


@pytest.mark.parametrize("name", ["timeout", "offset"])
def test_a_parameter_repeated_with_its_value_is_that_value(name: str) -> None:
    for request in in_every_way([(name, "1"), (name, "1")]):
        query = ask(*request)
        assert query is not None
        assert getattr(query, name) == 1


def test_formats_are_kept_in_their_order_and_are_no_part_of_the_query() -> None:
    for request in in_every_way([("format", "tsv"), ("output", "json"), ("format", "text/tab-separated-values")]):
        query = ask(*request)
        assert query == Query(ASK)
        assert query.formats == ("tsv", "text/tab-separated-values", "json")


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
def test_an_empty_field_names_no_graph(name: str) -> None:
    for request in in_every_way([(name, "")]):
        assert ask(*request) == Query(ASK)
    assert parse("GET", "", f"{name}=", bytes, 100) is None


def test_parameters_that_we_do_not_know_are_ignored() -> None:
    for request in in_every_way([("ep", "http://e/sparql"), ("m", "POST"), ("results", "a"), ("results", "b")]):
        assert ask(*request) == Query(ASK)


# --- what clients really send ---


def test_the_recorded_requests_of_clients_are_read() -> None:
    requests = [
        r
        for r in json.loads(shared("reference/client-requests.json").read_text(encoding="utf-8"))
        if "/query" in r["path"]
    ]
    assert len(requests) > 40
    for request in requests:
        query_string, body = urlsplit(request["path"]).query, request["body"].encode()
        query = parse(request["method"], request["headers"].get("content-type", ""), query_string, body.strip, 100_000)
        if "query=" in query_string or body:
            assert query is not None, request["client"]
            assert query.text.lstrip().startswith(("SELECT", "CONSTRUCT", "ASK", "DESCRIBE", "PREFIX")), request
        else:
            assert query is None, request["client"]


def _read_by_the_library(raw: str) -> dict[str, list[str]] | None:
    """The parameters of a form as the standard library reads them; None where they are not UTF-8."""
    found = defaultdict[str, list[str]](list)
    try:
        for name, value in parse_qsl(raw, keep_blank_values=True, errors="strict"):
            found[name].append(value)
    except ValueError:
        return None
    return dict(found)


@pytest.mark.parametrize("seed", range(often(3, 100)))
def test_a_form_is_read_as_by_the_standard_library(seed: int) -> None:
    pieces = [*"=&+%_ aZ09?\n\r\t;\x7fé", "=\n", "%\n", "query="]
    pieces += ["%3D", "%26", "%25", "%0A", "%0d%0a", "%C3%A9", "%c3%a9", "%C3", "%ff", "%=", "=%"]
    pieces += ["%%41", "%4", "%zz", "%E2%82%AC", "=3D", "%00", "%F0%9F%98%80", "%ED%A0%80"]
    source = random.Random(seed)
    for _ in range(2_000):
        raw = "".join(source.choices(pieces, k=source.randrange(12)))
        expected = _read_by_the_library(raw)
        if expected is None:
            with pytest.raises(ProblemError):
                parameters(raw.encode())
        else:
            assert parameters(raw.encode()) == expected, raw

"""A query is validated before it runs: no query calls another server (a listener hears none), none nests too deep."""

import socket
import threading
import time
from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from atmpgraph.errors import QueryError, QuerySyntaxError, ServiceNotAllowedError, TooManyKeywordsError
from atmpgraph.sparql.syntax.validate import check_syntax

BASE = "https://example.org/"


@pytest.fixture(scope="module")
def listener() -> Iterator[tuple[int, list[bytes]]]:
    """A port and what was heard on it."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                heard.append(b"x")
                connection.close()

        threading.Thread(target=listen, daemon=True).start()
        yield server.getsockname()[1], heard


def _query(pattern: str, port: int) -> str:
    here = f"http://127.0.0.1:{port}/"
    head = f"PREFIX ex: <http://e/> PREFIX : <{here}> PREFIX s: <{here}>"
    return f"{head} SELECT * {{ {pattern.replace('HERE', here)} }}"


# Each of these reaches the listener when Oxigraph runs it unguarded (the next test proves it of most).
CALLS = [
    "SERVICE <HERE> {}",
    "service<HERE>{}",
    "SERVICE SILENT <HERE> {}",
    "SERVICESILENT<HERE>{}",
    "SERVICE:x{}",
    "SERVICEs:x{}",
    "SERVICE # comment\n <HERE> {}",
    "SERVICE#\r:x{}",
    "{}SERVICE :x{}",
    "?s ex:p 1SERVICE :x {}",
    "?s ex:p 1.SERVICE :x {}",
    "?s ex:p 1.5E3SERVICE :x {}",
    "?s ex:p trueSERVICE :x {}",
    "?s ex:p falseSERVICEs:x {}",
    "?s ex:p 'a'SERVICE :x {}",
    "?s ex:p 'a'@en.SERVICE :x {}",
    "?s ?p ex:.SERVICE :x {}",
    "?s ?p 'x'^^ex:.SERVICE :x {}",
    "?s ?p ?o.SERVICE :x {}",
    "?s ?p ?o;.SERVICE :x {}",
    "?s ?p []SERVICE :x {}",
    "?s ?p ()SERVICE :x {}",
    "?s ?p _:b .SERVICE :x {}",
    "OPTIONAL{}SERVICE :x{}",
    "GRAPH ex:g{}SERVICE :x{}",
    "FILTER(1<2)SERVICE :x{}",
    "BIND(1 AS ?z)SERVICE :x{}",
    "VALUES ?z {UNDEF}SERVICE :x{}",
    "FILTER(?s<?p)SERVICE:x#>\n{}",  # no IRI: `<` is an operator here
    "FILTER(?s<'>')SERVICE:x{} #'\n",
    "FILTER(?s<?p#> '''\n)SERVICE:x{} #'''\n",
    "FILTER EXISTS { SERVICE <HERE> {} }",
    "{ SELECT * { SERVICE <HERE> {} } }",
    "VALUES ?u { <HERE> } SERVICE ?u {}",
]


@pytest.mark.parametrize("pattern", CALLS)
def test_service_is_refused_unheard(pattern: str, listener: tuple[int, list[bytes]]) -> None:
    port, heard = listener
    heard.clear()
    for query in (_query(pattern, port), _query(pattern, port).replace("SELECT *", "ASK", 1)):
        with pytest.raises(ServiceNotAllowedError):
            check_syntax(query, BASE)
    assert not heard


def test_the_listener_would_hear_a_call(listener: tuple[int, list[bytes]]) -> None:
    port, heard = listener
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("http://e/s"), ox.NamedNode("http://e/p"), ox.Literal("o")))
    silent = 0
    for pattern in CALLS:
        heard.clear()
        try:
            list(store.query(_query(pattern, port)))  # type: ignore[arg-type]
            time.sleep(0.01)
        except (OSError, RuntimeError, ValueError):
            pass
        silent += not heard
    assert silent <= 6


# A prefix made to look like the disguise: names must stay as different as they were.
@pytest.mark.parametrize("prefix", ["trueservice", "trueserQice", "trueserqice", "truesERVICE", "trueSerVice"])
def test_prefixes_do_not_hide_a_call(prefix: str, listener: tuple[int, list[bytes]]) -> None:
    port, heard = listener
    heard.clear()
    with pytest.raises(QueryError):
        check_syntax(f"PREFIX {prefix}: <http://e/> " + _query("?s ex:p trueSERVICE:x{}", port), BASE)
    assert not heard


@pytest.mark.parametrize(
    "pattern",
    [
        "?s ?service ex:service",
        "?s ex:a.SERVICE ?o",
        "?s ?p 'SERVICE <x> {}'",
        "?s ?p '''\nSERVICE <x> {}'''",
        "?s ?p 'x'@service",
        "?s ?p <http://e/service/SERVICE>",
        "GRAPH ex:service { ?s ?p ?SERVICE }",
        "?s ?p ?o # SERVICE <x> {}\n",
        '?s ?p "\\u0022 . SERVICE :x {} #"',
        "FILTER(ex:service(?s) < 1)",
    ],
)
def test_the_word_alone_is_no_call(pattern: str) -> None:
    check_syntax(_query(pattern, 9), BASE)


def test_a_prefix_may_be_called_service() -> None:
    check_syntax("PREFIX service: <http://e/> SELECT * { GRAPH service:g { ?s a service:Service } }", BASE)


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ("SELECT * { ?s ?p }", 1),
        ("SELECT *\n{ ?s\n?service }", 3),
        ("SELECT * { ?s ?p ?o # SERVICE <x> {} }", 1),
        ("SELEC", 1),
        ("SELECT * { ?s ex:service ?o }", 1),
    ],
)
def test_syntax_errors_have_their_place(query: str, line: int) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        check_syntax(query, BASE)
    assert caught.value.line == line
    assert 0 < caught.value.column <= len(query) + 1


def test_codepoint_escapes_hide_no_keyword(listener: tuple[int, list[bytes]]) -> None:
    """The engine does not decode them outside of strings and IRIs, so such a query is none."""
    port, heard = listener
    heard.clear()
    with pytest.raises(QuerySyntaxError):
        check_syntax(_query("\\u0053ERVICE <HERE> {}", port), BASE)
    assert not heard


def test_a_text_full_of_disguises_is_refused() -> None:
    words = " ".join(f"?ser{c}ice" for c in "abcdefghijklmnopqrstuvwxyz")
    with pytest.raises(TooManyKeywordsError):
        check_syntax(f"SELECT {words} {{}}", BASE)

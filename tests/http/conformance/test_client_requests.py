"""The recorded requests of twenty clients, byte for byte: each gets what it asks for, and all of it.

The record is `client-requests.json` of the official material; its server had its endpoint at `/query` and its Graph
Store at `/store`.
"""

import csv
import io
import json
from typing import Any, Final
from urllib.parse import parse_qs, quote_plus

import pyoxigraph as ox
import pytest

from atmpgraph.release.release import Release

from ...conftest import shared
from .reading import content, graph, read
from .recorded import EXPECTED, Expected
from .tables import GRAPHS, SOLUTIONS
from .targets import Answer, Target

_CUT: Final = 300  # characters that the record keeps of a path and of a body
_REST: Final = "\nSELECT * WHERE { ?s ?p ?o } LIMIT 3"  # what those that are cut go on with, here
_SELF: Final = "application/sparql-query"


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    """The recorded requests."""
    found: list[dict[str, Any]] = json.loads(shared("reference/client-requests.json").read_bytes())
    return found


def _whole(text: str, end: str, rest: str) -> str:
    """A text that was cut, from its last whole PREFIX on with the rest of a query; another as it is."""
    return text[: text.rindex(end) + len(end)] + rest if len(text) >= _CUT else text


def _request(record: dict[str, Any]) -> tuple[str, bytes]:
    """The request target here, and the body."""
    encoded = ("%3E", quote_plus(_REST))
    direct = record["headers"].get("content-type", "").startswith(_SELF)
    path = _whole(record["path"], *encoded)
    body = _whole(record["body"], *((">", _REST) if direct else encoded))
    for theirs, ours in (("/query", "/sparql"), ("/store", "/data")):
        if path.startswith(theirs):
            path = ours + path.removeprefix(theirs)
    return path, body.encode()


def _query(record: dict[str, Any], path: str, body: bytes) -> str | None:
    """The query that a request sends."""
    if record["headers"].get("content-type", "").startswith(_SELF):
        return body.decode()
    form = path.partition("?")[2] if record["method"] == "GET" else body.decode()
    return parse_qs(form).get("query", [None])[0]


def _count(answer: Answer, target: Target, base: str) -> int | bool:
    """How many rows or triples an answer has, or its truth."""
    if answer.media_type in GRAPHS.values():
        return len(graph(answer, target, base))
    if answer.media_type == SOLUTIONS["csv"]:
        return len(list(csv.DictReader(io.StringIO(content(answer).decode()))))
    formats = {media_type: getattr(ox.QueryResultsFormat, name.upper()) for name, media_type in SOLUTIONS.items()}
    results = ox.parse_query_results(content(answer), format=formats[answer.media_type])
    return bool(results) if isinstance(results, ox.QueryBoolean) else len(list(results))


def _known(query: str | None, path: str, served: Release) -> int | bool | None:
    """The same by the engine itself, or the size of the default graph for who fetches that."""
    if query is None:
        return _known("CONSTRUCT WHERE { ?s ?p ?o }", path, served) if path == "/data?default" else None
    results = served.store.query(query)
    return bool(results) if isinstance(results, ox.QueryBoolean) else len(list(results))


@pytest.mark.parametrize(
    ("number", "expected"), enumerate(EXPECTED), ids=[f"{n}-{e.client}" for n, e in enumerate(EXPECTED, 1)]
)
def test_each_request_gets_its_answer(
    number: int, expected: Expected, records: list[dict[str, Any]], target: Target, served: Release
) -> None:
    record = records[number]
    assert record["client"] == expected.client
    path, body = _request(record)
    answer = target.ask(path, record["method"], record["headers"], body)
    assert (answer.status, answer.media_type) == (expected.status, expected.media_type), answer
    if record["method"] == "HEAD":
        return
    read(answer, target, served.base)
    known = _known(_query(record, path, body), path, served) if answer.status == 200 else None
    if known is not None:
        assert _count(answer, target, served.base) == known


def test_the_table_is_the_record(records: list[dict[str, Any]]) -> None:
    """Every request has its row, and a reason stands just where Oxigraph's server answered otherwise."""
    assert len(records) == len(EXPECTED)
    for record, expected in zip(records, EXPECTED, strict=True):
        theirs = record["status_from_oxigraph"], record["type_from_oxigraph"].partition(";")[0]
        assert (theirs == (expected.status, expected.media_type)) == (not expected.why), expected


def test_a_page_elsewhere_may_read_what_yasgui_asked_for(records: list[dict[str, Any]], target: Target) -> None:
    """It runs in a page of another origin (the Fetch standard §3.2)."""
    asked = [record for record in records if "origin" in record["headers"]]
    assert len(asked) == 4
    for record in asked:
        path, body = _request(record)
        answer = target.ask(path, record["method"], record["headers"], body)
        assert answer.field("Access-Control-Allow-Origin") == "*", answer

"""Matching and looking up over a socket, as programs do: batches by POST, and health while somebody sends too much."""

import json
from collections.abc import Iterator
from urllib.parse import urlencode

import jsonschema_rs
import pytest

from atmpgraph.settings import Settings

from ..http.conformance.targets import OverSocket, serving
from ..web.reconciliation_schemas import MANIFEST, RESULTS

FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}


@pytest.fixture(scope="module")
def server(released: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OverSocket]:
    """A running server."""
    with serving(released, tmp_path_factory.mktemp("linking")) as running:
        yield running


def form(queries: object) -> bytes:
    """A batch as OpenRefine sends it."""
    return urlencode({"queries": json.dumps(queries)}).encode()


def test_a_round_trip(server: OverSocket) -> None:
    manifest = json.loads(server.ask("/reconcile", "GET", {"Accept": "application/json"}).body)
    jsonschema_rs.validate(MANIFEST, manifest)
    batch = {f"q{number}": {"query": "U.L.B.", "type": "org:Organization"} for number in range(manifest["batchSize"])}
    answer = server.ask("/reconcile", "POST", FORM, form(batch))
    results = json.loads(answer.body)
    jsonschema_rs.validate(RESULTS, results)
    assert list(results) == list(batch)
    assert all(each["result"][0]["match"] for each in results.values())
    assert answer.field("Access-Control-Allow-Origin") == "*"


def test_a_table_comes_back(server: OverSocket) -> None:
    body = ("ror\n" + "01r9htc13\n" * 500).encode()
    answer = server.ask("/lookup", "POST", {"Content-Type": "text/csv"}, body)
    assert answer.status == 200
    assert answer.body.count(b"/id/organisation/ulb") == 500


def test_too_much_is_refused_and_health_stays(server: OverSocket) -> None:
    many = form({f"q{number}": {"query": "x"} for number in range(10_000)})
    for body, status in (
        (many, 400),
        (form({"q": {"query": "x" * 400_000}}), 400),
        (b"queries=" + b"x" * 3_000_000, 413),
    ):
        assert server.ask("/reconcile", "POST", FORM, body).status == status
        assert server.ask("/health/ready").status == 200

"""The server of Oxigraph, which federates into us with SERVICE (SPARQL 1.1 Federated Query)."""

import subprocess
from collections.abc import Iterator

import pytest

from ..http.conformance.targets import OverSocket, free_port, wait_for
from . import known
from .tools import tool


@pytest.fixture(scope="module")
def oxigraph() -> Iterator[OverSocket]:
    """The server of Oxigraph, in memory."""
    program = tool("oxigraph")
    target = OverSocket("oxigraph", free_port())
    process = subprocess.Popen(
        [program, "serve", "--bind", f"127.0.0.1:{target.port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(target, "/")
        yield target
    finally:
        process.terminate()
        process.wait(300)


def _federated(oxigraph: OverSocket, query: str) -> str:
    fields = {"Content-Type": "application/sparql-query", "Accept": "text/csv"}
    answer = oxigraph.ask("/query", "POST", fields, query.encode())
    assert answer.status == 200, answer
    return answer.body.decode()


def test_oxigraph_asks_us_by_service(endpoint: str, oxigraph: OverSocket) -> None:
    assert known.from_csv(_federated(oxigraph, known.select(service=endpoint))) == known.rows()


def test_oxigraph_joins_its_data_with_ours(endpoint: str, oxigraph: OverSocket) -> None:
    triple = f"<http://example.org/us> <http://example.org/asks> <{known.UCLOUVAIN}> ."
    stored = oxigraph.ask("/store?default", "POST", {"Content-Type": "application/n-triples"}, triple.encode())
    assert stored.status in {200, 201, 204}, stored
    query = f"SELECT ?name {{ ?us <http://example.org/asks> ?who SERVICE <{endpoint}> {{ ?who <{known.ALT_LABEL}> ?name }} }}"
    assert _federated(oxigraph, query).split("\r\n") == ["name", known.NAME, ""]

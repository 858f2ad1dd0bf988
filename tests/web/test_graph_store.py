"""The graph store over HTTP; its rules are in `tests/sparql/test_graph_store.py`."""

from urllib.parse import quote

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from atmpgraph.release.graphs import graphs, union_size
from atmpgraph.release.release import Release
from atmpgraph.settings import Settings
from atmpgraph.web import create_app

from ..conftest import LANGUAGES, changed
from .rules import BROWSER, check_headers, check_page


def test_every_graph_is_there_with_its_triples(client: FlaskClient, release: Release) -> None:
    for graph in graphs(release):
        response = client.get(f"/data?graph={quote(graph.iri)}")
        assert response.content_type == "text/turtle; charset=utf-8"
        assert len(set(ox.parse(response.data, format=ox.RdfFormat.TURTLE))) == graph.triples
        check_headers(response)


def test_the_union_and_the_whole(client: FlaskClient, release: Release) -> None:
    union = client.get("/data?default", headers={"Accept": "application/n-triples"})
    assert len(set(union.data.splitlines())) == union_size(release)
    whole = client.get("/data", headers={"Accept": "application/n-quads"})
    assert whole.data == (release.path / "data.nq").read_bytes()


def test_a_large_graph_streams_its_lines_and_exists_in_no_other_format(released: Settings, release: Release) -> None:
    settings = changed(released, limits={"graph_statements": 10})
    client = create_app(settings).test_client()
    whole = client.get("/data", headers={"Accept-Encoding": "gzip, zstd"})
    assert whole.content_type == "application/n-quads"
    assert whole.headers["Content-Encoding"] == "zstd"
    plain = client.get("/data")
    assert plain.data == (release.path / "data.nq").read_bytes()
    assert "Content-Length" not in plain.headers
    assert client.get("/data", headers={"If-None-Match": plain.headers["ETag"]}).status_code == 304
    assert client.head("/data?default").headers["Content-Type"] == "application/n-triples"
    refused = client.get("/data?default", headers={"Accept": "text/turtle"})
    assert refused.status_code == 406
    assert refused.json is not None
    assert refused.json["available"] == ["application/n-triples", "application/n-quads"]
    small = next(graph for graph in graphs(release) if graph.triples < 10)
    assert client.get(f"/data?graph={quote(small.iri)}").content_type == "text/turtle; charset=utf-8"


@pytest.mark.parametrize(
    ("status", "query_string"), [(400, "graph="), (400, "graph=a"), (400, "graph=http://e/&default"), (404, "graph=http://e/")]
)  # fmt: skip
def test_refusals_are_problems(status: int, query_string: str, client: FlaskClient) -> None:
    for headers in ({}, BROWSER):
        response = client.get(f"/data?{query_string}", headers=headers)
        assert response.status_code == status
        check_headers(response)
        if headers:
            check_page(response, "fr")


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_nothing_can_be_written(method: str, client: FlaskClient) -> None:
    """§5.3 to §5.7 are not offered."""
    response = client.open("/data?default", method=method)
    assert response.status_code == 405
    assert {"GET", "HEAD"} <= {name.strip() for name in response.headers["Allow"].split(",")} <= {"GET", "HEAD", "OPTIONS"}  # fmt: skip
    assert response.json is not None
    assert "read" in response.json["detail"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_people_get_a_list_of_the_graphs(language: str, client: FlaskClient, release: Release) -> None:
    page = check_page(client.get(f"/data?lang={language}", headers=BROWSER), language)
    targets = [str(anchor.get("href")) for anchor in page.all("a")]
    assert sum(target.startswith("/data?graph=") for target in targets) == len(graphs(release))
    for target in targets:
        if target.startswith(("/data?", "/doc/graph/")):
            assert client.get(target).status_code == 200

"""What the editor is given by the server; what it does with it is in tests/browser/."""

import json
import re
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from atmpgraph.release.release import Release
from atmpgraph.web import create_app
from atmpgraph.web.core.files import static_url

from ..release.fixtures import LABEL, named, publish, trial
from .rules import BROWSER

STRICT = "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"  # fmt: skip


def test_the_terms_of_a_release_have_their_labels_and_never_change(client: FlaskClient, release: Release) -> None:
    response = client.get(f"/terms/{release.digest}.json")
    assert response.json is not None
    assert "immutable" in response.headers["Cache-Control"]
    found = {kind: {term["iri"]: term["labels"] for term in terms} for kind, terms in response.json.items()}
    assert found["class"]["https://w3id.org/atmpgraph/ns#Workpackage"]["fr"] == "Lot de travaux"
    assert found["property"]["http://www.w3.org/2004/02/skos/core#prefLabel"]["nl"] == "gangbare naam"
    assert list(found["graph"]) == sorted(release.manifest.graphs)
    assert client.get(f"/terms/{'0' * 64}.json").status_code == 404


def test_all_terms_that_are_used_are_there(client: FlaskClient, release: Release) -> None:
    """Though nobody looks for them: the catalogue has counted them."""
    response = client.get(f"/terms/{release.digest}.json")
    assert response.json is not None
    for kind, query in (("class", "SELECT DISTINCT ?x { [] a ?x }"), ("property", "SELECT DISTINCT ?x { [] ?x [] }")):
        used = sorted(row["x"].value for row in release.store.select(query))
        assert [term["iri"] for term in response.json[kind]] == used


def test_the_terms_of_a_release_without_a_catalogue(tmp_path: Path) -> None:
    digest = publish(tmp_path, named("a", "one"), "2026-01-01T00:00:00Z", store=True)
    response = create_app(trial(tmp_path)).test_client().get(f"/terms/{digest}.json")
    assert response.json is not None
    assert [term["iri"] for term in response.json["property"]] == [LABEL[1:-1]]


def test_only_our_own_scripts_run_on_any_page(client: FlaskClient) -> None:
    for path in ("/sparql", "/queries/figures", "/sparql?query=SELEC", "/queries/", "/", "/nothing"):
        policy = client.get(path, headers=BROWSER).headers["Content-Security-Policy"]
        assert policy == f"{STRICT}; script-src 'self'; connect-src 'self'", path


def test_the_policy_is_that_of_the_page_when_the_browser_has_it(client: FlaskClient) -> None:
    first = client.get("/sparql", headers=BROWSER)
    again = client.get("/sparql", headers=BROWSER | {"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]


def test_what_the_page_tells_its_scripts_cannot_end_the_block(client: FlaskClient) -> None:
    query = "SELECT ?x { FILTER(?x = '</script><!--') "
    page = client.get("/sparql", query_string={"query": query}, headers=BROWSER).text
    block = re.search(r'<script type="application/json" id="page-data">(.*?)</script>', page, re.DOTALL)
    if block:  # the editor is built
        assert json.loads(block[1])["query"] == query
        assert json.loads(block[1])["line"] == 1
    assert "</script><!--" not in page


def test_without_the_bundle_the_form_is_left(app: Flask) -> None:
    with app.test_request_context("/"):
        assert static_url("atmpgraph.css") == "/static/atmpgraph.css"
        assert static_url("not-built.js") == ""

"""Citations of things and releases, by suffix and by Accept."""

import json
from pathlib import Path

import pytest
import yaml
from flask.testing import FlaskClient

from atmpgraph.web import create_app

from ..release.fixtures import BASE, GRAPH, named, publish, trial
from .rules import BROWSER, check_page

PUBLISHER = {
    f"<{BASE}id/catalogue> <http://purl.org/dc/terms/publisher> <{BASE}id/agent/publisher> <{GRAPH}> .",
    # Two graphs may say so: it is one publisher all the same.
    f"<{BASE}id/catalogue> <http://purl.org/dc/terms/publisher> <{BASE}id/agent/publisher> <{BASE}id/graph/other> .",
    f'<{BASE}id/agent/publisher> <http://xmlns.com/foaf/0.1/name> "Région & Cie" <{GRAPH}> .',
}
TYPES = {
    "bib": "application/x-bibtex",
    "csl.json": "application/vnd.citationstyles.csl+json",
    "cff": "application/yaml",
}


@pytest.fixture(scope="module")
def digest(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    folder = tmp_path_factory.mktemp("citation")
    old = publish(folder, named("a", "Old") | PUBLISHER, "2026-01-01T10:00:00Z", store=True)
    return folder, old, publish(folder, named("a", "Été") | PUBLISHER, "2026-01-02T10:00:00Z", store=True)


@pytest.fixture(scope="module")
def client(digest: tuple[Path, str, str]) -> FlaskClient:
    return create_app(trial(digest[0])).test_client()


@pytest.mark.parametrize("suffix", TYPES)
def test_each_form_has_a_suffix_and_a_type(client: FlaskClient, digest: tuple[Path, str, str], suffix: str) -> None:
    for path in ("/doc/thing/a", f"/releases/{digest[2]}", f"/releases/{digest[1]}/doc/thing/a"):
        fixed = client.get(f"{path}.{suffix}")
        assert (fixed.status_code, fixed.content_type) == (200, TYPES[suffix]), path
        asked = client.get(path, headers={"Accept": TYPES[suffix]})
        assert (asked.content_type, asked.data) == (TYPES[suffix], fixed.data)
        assert "Accept" in asked.headers["Vary"]
        if path.startswith("/doc"):
            assert client.get(f"{path}?_mediatype={TYPES[suffix]}").data == fixed.data
        assert (digest[1] if digest[1] in path else digest[2])[:8] in fixed.text
        tag = fixed.headers["ETag"]
        assert client.get(f"{path}.{suffix}", headers={"If-None-Match": tag}).status_code == 304


def test_what_they_say(client: FlaskClient, digest: tuple[Path, str, str]) -> None:
    bibtex = client.get("/doc/thing/a.bib").text
    assert r"title = {{{\'{E}}t{\'{e}}}}" in bibtex
    assert r"author = {{R{\'{e}}gion \& Cie}}" in bibtex
    [item] = json.loads(client.get("/doc/thing/a.csl.json").data)
    assert (item["title"], item["URL"], item["version"]) == ("Été", f"{BASE}id/thing/a", digest[2])
    assert item["archive_location"] == f"{BASE}releases/{digest[2]}/doc/thing/a"
    assert item["container-title"] == "Essai"
    [old] = json.loads(client.get(f"/releases/{digest[1]}/doc/thing/a.csl.json").data)
    assert (old["title"], old["version"]) == ("Old", digest[1])
    read = yaml.safe_load(client.get(f"/releases/{digest[2]}.cff").text)
    assert (read["title"], read["version"], str(read["date-released"])) == ("Essai", digest[2], "2026-01-02")
    assert read["authors"] == [{"name": "Région & Cie"}]
    assert yaml.safe_load(client.get(f"/releases/{digest[2]}.cff?lang=en").text)["title"] == "Trial"


def test_who_accepts_anything_gets_no_citation(client: FlaskClient) -> None:
    assert client.get("/doc/thing/a", headers={"Accept": "*/*"}).content_type.startswith("text/turtle")
    assert client.get("/doc/thing/a", headers=BROWSER).content_type.startswith("text/html")
    assert client.get("/doc/thing/none.bib").status_code == 404


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_the_box_on_pages(client: FlaskClient, digest: tuple[Path, str, str], language: str) -> None:
    for path in ("/doc/thing/a", f"/releases/{digest[2]}", f"/releases/{digest[1]}/doc/thing/a"):
        page = check_page(client.get(f"{path}?lang={language}", headers=BROWSER), language)
        hrefs = [str(a.get("href")) for a in page.all("a")]
        for suffix in TYPES:
            assert f"{path}.{suffix}?lang={language}" in hrefs
            assert client.get(f"{path}.{suffix}?lang={language}").status_code == 200
        assert "Région & Cie" in page.words

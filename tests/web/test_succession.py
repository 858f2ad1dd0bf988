"""What was published once still answers: 308 to its new name, 410 with what stands in its place."""

import json

import pytest
from flask.testing import FlaskClient

from atmpgraph.publish.build import build
from atmpgraph.settings import Settings
from atmpgraph.starter import start
from atmpgraph.web import create_app

BASE = "https://example.org/p/"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A publication whose second release has renamed one thing, replaced another and dropped a third."""
    folder = tmp_path_factory.mktemp("succession") / "example"
    start(folder, BASE)
    settings = Settings.load(folder / "atmpgraph.toml")
    assert build(settings).digest
    for table, old, new in (
        ("people", "example-person", "other-person"),
        ("events", "launch,", "opening,"),
        ("partner-kinds", "example,university,announcement,members\n", ""),
        ("sectors", "\nexample,", "\nother,"),
    ):
        path = folder / "data" / f"{table}.csv"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
    with (folder / "data" / "successions.csv").open("a", encoding="utf-8") as file:
        file.write("person,example-person,other-person,,,editorial\nevent,launch,,event,opening,editorial\n")
    assert build(settings).digest
    return create_app(settings).test_client()


@pytest.mark.parametrize("space", ["id", "doc"])
@pytest.mark.parametrize("suffix", ["", ".ttl", ".jsonld"])
def test_a_renamed_thing_redirects_for_good(client: FlaskClient, space: str, suffix: str) -> None:
    response = client.get(f"/{space}/person/example-person{suffix}?lang=fr", headers={"Host": "evil.example"})
    assert response.status_code == 308
    assert response.headers["Location"] == f"/{space}/person/other-person{suffix}?lang=fr"


@pytest.mark.parametrize("path", ["/id/event/launch", "/doc/event/launch", "/doc/event/launch.ttl"])
def test_a_replaced_thing_is_gone_and_names_its_successor(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers={"Accept": "application/problem+json"})
    assert response.status_code == 410
    assert response.content_type == "application/problem+json"
    assert json.loads(response.data)["isReplacedBy"] == [f"{BASE}id/event/opening"]
    assert f'<{BASE}id/event/opening>; rel="successor-version"' in response.headers["Link"]
    page = client.get(f"{path}?lang=en", headers={"Accept": "text/html"})
    assert page.status_code == 410
    assert '<a href="/doc/event/opening?lang=en"' in page.text
    assert "isReplacedBy" not in page.text, "words, and no key of JSON"


def test_a_thing_that_is_no_more_is_gone(client: FlaskClient) -> None:
    assert client.get("/id/sector/example").status_code == 410
    assert client.get("/id/sector/never").status_code == 404

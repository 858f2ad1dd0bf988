"""Bodies in memory: the same bytes, made once, never those of another URL, never more than there is room for."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from atmpgraph.settings import Settings
from atmpgraph.web import create_app
from atmpgraph.web.core import response
from atmpgraph.web.core.body_cache import BodyCache

from ..conftest import changed
from .rules import BROWSER

PATHS = [
    "/",
    "/doc/organisation/ulb",
    "/doc/organisation/uclouvain",
    "/ns/atmpgraph",
    "/releases/",
    "/sparql",
    "/?lang=nl",
]


@pytest.fixture(scope="module")
def roomless(released: Settings) -> Flask:
    """The application without room to keep anything."""
    return create_app(
        changed(released, cache={"body_bytes": 0}, folders={"releases": released.path(released.folders.releases)})
    )


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("accept", ["text/turtle", BROWSER["Accept"]])
def test_what_is_kept_is_what_would_be_made(path: str, accept: str, client: FlaskClient, roomless: Flask) -> None:
    for coding in ("identity", "gzip"):
        headers = {"Accept": accept, "Accept-Encoding": coding}
        made = roomless.test_client().get(path, headers=headers)
        for again in (client.get(path, headers=headers), client.get(path, headers=headers)):
            assert again.data == made.data
            assert again.headers.get("Link") == made.headers.get("Link")


@pytest.mark.parametrize("path", [*PATHS, "/catalogue.jsonld", "/doc/organisation/ulb?_profile=alt", "/sitemap.xml"])
@pytest.mark.parametrize("accept", ["*/*", BROWSER["Accept"]])
def test_what_means_nothing_in_a_url_makes_nothing_anew(
    path: str, accept: str, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {"Accept": accept}
    made = client.get(path, headers=headers)
    monkeypatch.delattr(response, "encode")
    mark = "&" if "?" in path else "?"
    for other in (f"{path}{mark}x=1", f"{path}{mark}x=2", f"{path}{mark}offset=7", f"{path}{mark}_profil=alt"):
        answer = client.get(other, headers=headers)
        assert (answer.status_code, answer.data) == (200, made.data)
        assert answer.headers.get("Link") == made.headers.get("Link")


def test_a_page_leads_to_its_other_languages_with_what_was_understood(client: FlaskClient) -> None:
    for query, kept in (("_profile=all", "_profile=alt&amp;"), ("_mediatype=text/html", "_mediatype=text%2Fhtml&amp;")):
        page = client.get(f"/doc/organisation/ulb?{query}&x=1&lang=fr", headers=BROWSER).text
        assert f'href="?{kept}lang=nl"' in page
        assert "x=1" not in page
    for target in ("/sparql?query=ASK%7B%7D&timeout=5", "/nothing?a=b"):
        page = client.get(target, headers=BROWSER).text
        assert f'href="?{target.partition("?")[2].replace("&", "&amp;")}&amp;lang=nl"' in page


def test_it_is_made_once_while_there_is_room() -> None:
    cache = BodyCache(10_000)
    made: list[str] = []

    def get(name: str, size: int = 2_000) -> None:
        def make() -> bytes:
            made.append(name)
            return bytes(size)

        assert len(cache.get_or_make(make, name)) == size

    for name in "aaabbac":
        get(name)
    assert made == ["a", "b", "c"]
    for name in "defga":  # no room for all: what was unused longest goes
        get(name)
    assert made == [*"abcdefga"]
    for _ in range(2):  # what is too big for all the room is sent and not stored
        get("big", 20_000)
    assert made == [*"abcdefga", "big", "big"]

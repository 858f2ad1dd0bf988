"""What is kept to be sent again: the same bytes, made once, never those of another URL, never more than there is room for."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from atmpgraph.settings import Settings
from atmpgraph.web import create_app
from atmpgraph.web.current import Current

from .rules import BROWSER

PATHS = ["/", "/doc/organisation/ulb", "/doc/organisation/uliege", "/ns/atmp", "/releases/", "/sparql", "/?lang=nl"]


@pytest.fixture(scope="module")
def roomless(released: Settings) -> Flask:
    """The application without room to keep anything."""
    return create_app(released.model_copy(update={"max_kept_bytes": 0, "releases": released.path(released.releases)}))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("accept", ["text/turtle", BROWSER["Accept"]])
def test_what_is_kept_is_what_would_be_made(path: str, accept: str, client: FlaskClient, roomless: Flask) -> None:
    for coding in ("identity", "gzip"):
        headers = {"Accept": accept, "Accept-Encoding": coding}
        made = roomless.test_client().get(path, headers=headers)
        for again in (client.get(path, headers=headers), client.get(path, headers=headers)):
            assert again.data == made.data
            assert again.headers.get("Link") == made.headers.get("Link")


def test_it_is_made_once_while_there_is_room(released: Settings) -> None:
    current = Current(released.model_copy(update={"max_kept_bytes": 10_000}))
    made: list[str] = []

    def ask(name: str, size: int = 2_000) -> None:
        def make() -> bytes:
            made.append(name)
            return bytes(size)

        assert len(current.kept(make, name)) == size

    for name in "aaabbac":
        ask(name)
    assert made == ["a", "b", "c"]
    for name in "defga":  # no room for all: what was unused longest goes
        ask(name)
    assert made == [*"abcdefga"]
    for _ in range(2):  # what is too big for all the room is sent and not kept
        ask("big", 20_000)
    assert made == [*"abcdefga", "big", "big"]

"""The graphs that a query is asked over beside its text: the page names them, and whatever leads on from it keeps them."""

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from flask.testing import FlaskClient

from atmpgraph.i18n import texts
from atmpgraph.settings import Settings
from atmpgraph.web.pages.editor_texts import editor_texts

from ..conftest import LANGUAGES
from .rules import BROWSER, Page, check_page

NAMES = ("default-graph-uri", "named-graph-uri")
MANY = "SELECT * { ?s ?p ?o }"


@pytest.fixture
def graphs(released: Settings) -> list[tuple[str, str]]:
    """Graphs of the request."""
    ontology, odd = f"{released.base}id/graph/ontology", "http://example.org/it's&a+b?c=d#e"
    return [(NAMES[0], ontology), (NAMES[0], odd), (NAMES[1], odd)]


def _page(client: FlaskClient, query: str, graphs: list[tuple[str, str]], language: str = "en") -> Page:
    asked = urlencode([("lang", language), ("query", query), *graphs])
    return check_page(client.get(f"/sparql?{asked}", headers=BROWSER), language)


def _of(target: object) -> list[tuple[str, str]]:
    return [(name, value) for name, value in parse_qsl(urlsplit(str(target)).query) if name in NAMES]


def _ticked(page: Page) -> list[tuple[str | None, str | None]]:
    return [(box["name"], box["value"]) for box in page.all("input") if "checked" in box]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_over_which_graphs(client: FlaskClient, graphs: list[tuple[str, str]], language: str) -> None:
    words = editor_texts(texts(language))
    page = _page(client, "ASK {}", graphs, language)
    assert _ticked(page) == graphs
    for key in ("graphs", "graphs_lead", "graphs_note", *NAMES):
        assert str(words[key]) in page.words
    shown = {p["data-over"]: "hidden" not in p for p in page.all("p") if "data-over" in p}
    assert shown == {"graphs": True, "union": False}


def test_without_graphs_it_is_the_union(client: FlaskClient) -> None:
    page = _page(client, "ASK {}", [])
    assert _ticked(page) == []
    shown = {p["data-over"]: "hidden" not in p for p in page.all("p") if "data-over" in p}
    assert shown == {"graphs": False, "union": True}


def test_every_link_to_the_same_query_keeps_them(client: FlaskClient, graphs: list[tuple[str, str]]) -> None:
    page = _page(client, MANY, graphs)
    onward = [a for a in page.all("a") if "query=" in str(a["href"])]
    assert len(onward) == 4 + 1 + 4, "formats, the next rows, the languages"
    assert [_of(a["href"]) for a in onward] == [graphs] * 9


@pytest.mark.parametrize("query", ["SELEC", "SELECT * { ?s ?p }"])
def test_a_query_that_failed_keeps_them(client: FlaskClient, graphs: list[tuple[str, str]], query: str) -> None:
    assert _ticked(_page(client, query, graphs)) == graphs

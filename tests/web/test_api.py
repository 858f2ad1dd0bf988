"""What programs can ask: each example of the page works, and is what it says."""

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from ..conftest import LANGUAGES
from .rules import BROWSER


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_example_works(client: FlaskClient, language: str) -> None:
    page = client.get(f"/api?lang={language}", headers=BROWSER).text
    examples = re.findall(r'<dd class="meta"><a href="([^"]+)"', page)
    assert len(examples) == 10
    for url in examples:
        answer = client.get(unescape(url))
        assert answer.status_code == 200, url
        assert len(answer.data) > 100
    assert "/openapi.json" in page


def test_the_menu_says_where_one_is(client: FlaskClient) -> None:
    for path, mark in (("/api", "page"), ("/queries/", "page"), ("/queries/figures", "true"), ("/figures", "page")):
        page = client.get(f"{path}?lang=fr", headers=BROWSER).text
        menu = "/queries/?lang=fr" if path.startswith("/queries") else f"{path}?lang=fr"
        assert f'<a href="{menu}" aria-current="{mark}">' in page
    assert not re.search(
        r'<nav aria-label="Navigation[^>]*>[^§]*?aria-current[^§]*?</nav>',
        client.get("/?lang=fr", headers=BROWSER).text.split("languages")[0],
    )


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api",
        "/queries/figures",
        "/figures",
        "/doc/organisation/ulb",
        "/history/organisation/ulb",
        "/charts/claims",
        "/pages/about",
        "/stream",
        "/search?q=ulb",
    ],
)
def test_every_page_names_its_address_and_its_languages(client: FlaskClient, path: str) -> None:
    page = client.get(path, headers=BROWSER).text
    assert len(re.findall(r'<link rel="canonical" href="https?://[^"]+"', page)) == 1
    for language in LANGUAGES:
        assert len(re.findall(f'<link rel="alternate" hreflang="{language}" href="[^"]+"', page)) == 1


def test_a_problem_has_no_address_of_its_own(client: FlaskClient) -> None:
    assert "canonical" not in client.get("/queries/nobody", headers=BROWSER).text


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "paragraphe 3"), ("nl", "alinea 3"), ("de", "Absatz 3"), ("en", "paragraph 3")]
)
def test_a_place_in_a_source_is_said_in_the_language_of_the_page(
    client: FlaskClient, language: str, words: str
) -> None:
    page = client.get(f"/doc/quotation/pr-jobs?lang={language}", headers=BROWSER).text
    assert words in page.split('<details class="statements"')[0]

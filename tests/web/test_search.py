"""Searching on pages: results, suggestions, OpenSearch, the box on every page, and what a missing address may mean."""

import json
import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from atmpgraph.i18n import texts
from atmpgraph.release.release import Release
from atmpgraph.settings import Settings
from atmpgraph.web import create_app

from ..conftest import LANGUAGES, changed
from .rules import BROWSER, check_page

OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"


def page(client: FlaskClient, status: int = 200, path: str = "/search", **query: str) -> str:
    """A page, checked."""
    response = client.get(path, query_string=query, headers=BROWSER)
    assert response.status_code == status
    check_page(response, query.get("lang", "fr"))
    return response.text


def found(client: FlaskClient, **query: str) -> dict[str, Any]:
    """The same for programs."""
    response = client.get("/search.json", query_string=query)
    assert response.status_code == 200
    content: dict[str, Any] = json.loads(response.data)
    return content


def main(text: str) -> str:
    """What is in the main part of a page."""
    return text[text.index("<main") : text.index("</main>")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_results_are_grouped_with_their_reason(language: str, client: FlaskClient) -> None:
    text = main(page(client, q="univ louvain", lang=language))
    assert f'href="/doc/organisation/uclouvain?lang={language}"' in text
    assert re.search(r"<mark>Univ</mark>ersity of <mark>Louvain</mark>|<mark>Univ</mark>ersité.*Louvain</mark>", text)
    for kind in ("org%3AOrganization", "oa%3ASpecificResource"):
        assert f"?q=univ+louvain&amp;kind={kind}&amp;lang={language}" in text
    assert texts(language).ngettext("{n} thing", "{n} things", 2) in text


def test_the_kinds_of_a_search_are_addresses(client: FlaskClient) -> None:
    whole = found(client, q="biowin")
    for kind in whole["kinds"]:
        of_kind = found(client, q="biowin", kind=kind["iri"])
        assert of_kind["count"] == kind["count"]
        assert {result["kind"] for result in of_kind["results"]} == {kind["iri"]}
    assert found(client, q="biowin", kind="org:Organization")["count"] == 1


def test_pages_have_all_results_once(released: Settings) -> None:
    client = create_app(changed(released, limits={"search_page_hits": 7})).test_client()
    first = found(client, q="biowin")
    assert first["page"]["total"] == first["count"] > 7
    iris = [
        result["iri"]
        for number in range(1, first["page"]["count"] + 1)
        for result in found(client, q="biowin", page=str(number))["results"]
    ]
    assert len(set(iris)) == len(iris) == first["count"]
    assert 'rel="next"' in page(client, q="biowin")
    assert "page=3" in page(client, q="biowin", page="2")
    page(client, 404, q="biowin", page=str(first["page"]["count"] + 1))
    page(client, 404, q="biowin", page="x")


def test_what_is_not_known_is_said(client: FlaskClient) -> None:
    text = main(page(client, q="CER Groupe", lang="en"))
    assert "Nothing with these words is known here." in text
    assert re.search(r"texts of \d+ things", text)
    assert found(client, q="CER Groupe")["results"] == []
    assert "other kinds do" in main(page(client, q="biowin", kind="foaf:Nothing", lang="en"))


def test_without_a_text_there_is_the_form(client: FlaskClient) -> None:
    for text, kind in (("", ""), ("  ", ""), ("", "org:Organization")):
        assert "<h2" not in main(page(client, q=text, kind=kind))
        assert found(client, q=text, kind=kind)["count"] == 0
    assert found(client)["count"] == 0


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }} ${7*7} %s %(x)s {n}",
    "\u202ebiowin\u202c",
    "\x00\x01\x1b[31m",
    "' OR 1=1 --",
    "name:* AND NOT (",
    "^~2 [a TO b] /regex.*/",
    "كلمة طويلة جامعة",
    "x" * 200,
    "👩‍🔬" * 20,
    "\ufffe\U0010ffff",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_words(text: str, client: FlaskClient) -> None:
    content = page(client, q=text)
    assert "<script>alert" not in content
    assert "<img src=x" not in content
    for path in ("/search.json", "/suggest"):
        assert client.get(path, query_string={"q": text}).status_code == 200


@settings(max_examples=80)
@given(st.binary(max_size=60), st.binary(max_size=20), st.binary(max_size=6))
def test_any_bytes_have_an_answer(client: FlaskClient, text: bytes, kind: bytes, number: bytes) -> None:
    escaped = ["".join(f"%{byte:02x}" for byte in each) for each in (text, kind, number)]
    for path in ("/search", "/search.json", "/suggest"):
        response = client.get(f"{path}?q={escaped[0]}&kind={escaped[1]}&page={escaped[2]}", headers=BROWSER)
        assert response.status_code in {200, 404}


def test_a_text_that_is_too_long_is_refused(client: FlaskClient) -> None:
    text = main(page(client, 400, q="word " * 50, lang="en"))
    assert "200 characters at most" in text
    for path in ("/search.json", "/suggest"):
        assert client.get(path, query_string={"q": "w" * 201}).status_code == 400


def test_the_box_is_on_every_page(client: FlaskClient) -> None:
    for path, status in (("/", 200), ("/sparql", 200), ("/doc/organisation/ulb", 200), ("/nothing", 404)):
        text = page(client, status, path)
        assert 'role="search"' in text
        assert '<label class="visually-hidden" for="search">' in text
        assert 'rel="search"' in text
    assert 'value="biowin &lt;i&gt;"' in page(client, q="biowin <i>")
    assert '<input type="hidden" name="lang" value="nl">' in page(client, path="/", lang="nl")


@pytest.mark.parametrize(
    "address", ["/doc/organisation/biowinn", "/organisations/BioWin", "/biowin.html", "/x/bio%77in"]
)
def test_a_missing_address_may_mean_something(address: str, client: FlaskClient) -> None:
    text = main(page(client, 404, address, lang="en"))
    assert '<li><a href="/doc/organisation/biowin?lang=en" lang="fr"><bdi>BioWin</bdi></a></li>' in text
    assert re.search(r"Twelve projects|Federal call|call for projects", text)


def test_an_address_without_words_means_nothing(client: FlaskClient) -> None:
    for address in ("/zzzzqqqq", "/--", "/doc/%00", "/doc/organisation/does-not-exist", "/unknown-thing"):
        assert "Did you mean" not in page(client, 404, address, lang="en")


def test_a_text_is_completed(client: FlaskClient) -> None:
    response = client.get("/suggest", query_string={"q": "louv", "lang": "fr"})
    assert response.content_type == "application/x-suggestions+json"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    text, names, kinds, addresses = json.loads(response.data)
    assert (text, names[0], kinds[0]) == ("louv", "UCLouvain", "Organisation")
    assert addresses[0] == "/doc/organisation/uclouvain?lang=fr"
    assert len(names) == len(kinds) == len(addresses)
    assert json.loads(client.get("/suggest?q=zzzzqqqq").data) == ["zzzzqqqq", [], [], []]
    assert json.loads(client.get("/suggest").data) == ["", [], [], []]


def test_a_browser_learns_to_search(client: FlaskClient, released: Settings) -> None:
    link = re.search(r'<link rel="search" href="([^"]+)"', page(client, path="/", lang="de"))
    assert link
    response = client.get(link[1])
    description = ET.fromstring(response.data)
    urls = {url.attrib["type"]: url.attrib["template"] for url in description.iter(f"{OPENSEARCH}Url")}
    assert urls == {
        "text/html": f"{released.base}search?q={{searchTerms}}&lang=de",
        "application/x-suggestions+json": f"{released.base}suggest?q={{searchTerms}}&lang=de",
    }
    assert len(str(description.findtext(f"{OPENSEARCH}ShortName"))) <= 16
    assert len(str(description.findtext(f"{OPENSEARCH}LongName"))) <= 48


def test_a_release_without_an_index_says_so(client: FlaskClient, release: Release, monkeypatch: Any) -> None:
    monkeypatch.setattr(Release, "state_of", lambda *_: "")
    assert "no index of words" in main(page(client, 404, q="release without index", lang="en"))
    page(client, 404, "/nothing")

"""What people see: words as printed, who says so, in four languages, with links that lead somewhere."""

from collections import Counter
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pyoxigraph as ox
import pytest
from flask import Flask
from flask.testing import FlaskClient

import atmpgraph.web
from atmpgraph.formats import ALL, HTML, split_suffix
from atmpgraph.i18n import texts
from atmpgraph.overview.figures import disputed
from atmpgraph.settings import Settings
from atmpgraph.vocab import UNIT, XSD
from atmpgraph.web import create_app
from atmpgraph.web.core.phrases import measured
from atmpgraph.web.pages.filters import typed

from ..conftest import changed
from .rules import BROWSER, check_page

WEB = Path(atmpgraph.web.__file__).parent
LANGUAGES = ("fr", "nl", "de", "en")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", ["plus de 470", "Où les sources divergent", "déclarés : 26, nommés : 16"]),
        ("nl", ["meer dan 470", "Waar bronnen van elkaar verschillen", "opgegeven: 26, genoemd: 16"]),
        (
            "de",
            [
                "mehr als 470",
                "Wo Quellen voneinander abweichen",
                "angegeben: 26, genannt: 16",
            ],
        ),
        ("en", ["more than 470", "Where sources differ", "26 declared, 16 named"]),
    ],
)
def test_home(language: str, words: list[str], client: FlaskClient) -> None:
    page = check_page(client.get("/", headers=BROWSER | {"Accept-Language": language}), language)
    text = page.words.replace("\u00a0", " ")
    as_printed = ["81M€", "26 partenaires"]
    named = ["Orgenesis Services Belgium", "MAIDAM", "Gouvernement wallon"]
    for expected in [*words, *as_printed, *named]:
        assert expected.replace("\u00a0", " ") in text, expected


def test_figures_as_printed_carry_their_language(client: FlaskClient) -> None:
    page = check_page(client.get("/?lang=de", headers=BROWSER), "de")
    assert {q.get("lang") for q in page.all("q")} == {"fr"}


@pytest.mark.no_cover
def test_links_of_pages_lead_somewhere(client: FlaskClient) -> None:
    """From the home page through every internal link, once; of pages that are alike, eight; of the files beside pages,
    three of each kind and format.
    """
    seen, todo = {"/?lang=en"}, ["/?lang=en"]
    asked: Counter[tuple[str, str]] = Counter()
    alike: Counter[str] = Counter()
    while todo:
        path = todo.pop()
        stem, fixed = split_suffix(urlsplit(path).path, ALL)
        if fixed and fixed is not HTML:
            asked[stem.rpartition("/")[0], fixed.suffix] += 1
            if asked[stem.rpartition("/")[0], fixed.suffix] > 3:
                continue
        alike[stem.rpartition("/")[0]] += 1
        if alike[stem.rpartition("/")[0]] > 8:
            continue
        response = client.get(path, headers=BROWSER, follow_redirects=True)
        if response.status_code == 410:  # what gave way, whose page leads to what took its place
            assert "successor-version" in response.headers["Link"], path
            continue
        assert response.status_code == 200, path
        if response.mimetype != "text/html" or "query=" in path:
            continue
        page = check_page(response, "en" if "lang=en" in path else response.headers["Content-Language"])
        ids = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
        for attributes in page.all("a"):
            target = urlsplit(urljoin(f"http://localhost{path}", attributes["href"]))
            if target.netloc == "localhost" and "lang=en" in target.query:
                if target.path == urlsplit(path).path and target.fragment:
                    assert target.fragment in ids, (path, target.fragment)
                found = f"{target.path}?{target.query}"
                if found not in seen:
                    seen.add(found)
                    todo.append(found)
    assert len(seen) > 300


def test_pages_work_under_a_sub_path(client: FlaskClient) -> None:
    environ = {"SCRIPT_NAME": "/data/atmp", "HTTP_ACCEPT": "text/html"}
    for path in ("/?lang=fr", "/doc/organisation/ulb?lang=fr", "/queries/?lang=fr", "/sparql?lang=fr"):
        page = check_page(client.get(path, environ_overrides=environ), "fr")
        for attributes in [*page.all("a"), *page.all("link"), *page.all("form")]:
            href = str(attributes.get("href") or attributes.get("action"))
            assert href.startswith(("/data/atmp/", "#", "?", "http")), href
    response = client.get("/id/organisation/ulb", environ_overrides=environ)
    assert response.headers["Location"] == "/data/atmp/doc/organisation/ulb"


def test_the_language_follows_the_reader(client: FlaskClient) -> None:
    page = check_page(client.get("/doc/organisation/ulb?lang=nl", headers=BROWSER | {"Accept-Language": "de"}), "nl")
    internal = [str(a["href"]) for a in page.all("a") if str(a["href"]).startswith("/") and "hreflang" not in a]
    formats = [href for href in internal if "." in href.rpartition("/")[2].partition("?")[0]]
    assert all("lang=nl" in href for href in internal if href not in formats)


def test_language_links_keep_the_question(client: FlaskClient) -> None:
    page = check_page(client.get("/sparql?query=ASK{}&_scheme=javascript&_external=1", headers=BROWSER), "fr")
    switch = {a["hreflang"]: a["href"] for a in page.all("a") if "hreflang" in a}
    assert set(switch) == set(LANGUAGES)
    assert switch["nl"] == "?query=ASK%7B%7D&_scheme=javascript&_external=1&lang=nl"


def test_a_document_page_says_who_says_so(client: FlaskClient) -> None:
    page = check_page(client.get("/doc/organisation/uclouvain?lang=en", headers=BROWSER), "en")
    for expected in ("Stated by", "Research Organization Registry", "Confidence: high", "MAIDAM", "ROR 02495e989",
                     "What links here", "Organisations (organisations.csv), row", "UCLouvain", "preferred name"):  # fmt: skip
        assert expected in page.words, expected


def test_a_link_to_the_base_itself_has_a_name(client: FlaskClient, released: Settings) -> None:
    page = check_page(client.get("/doc/dataset/partnership?lang=en", headers=BROWSER), "en")
    name = released.base.partition("://")[2].rstrip("/")
    assert ("/?lang=en", name) in [(target, words) for words, target in page.links]


def test_many_incoming_links_have_pages(released: Settings) -> None:
    few = changed(released, limits={"incoming_links": 3})
    path = "/doc/source/press-release-2024-01-17?lang=en"
    page = check_page(create_app(few).test_client().get(path, headers=BROWSER), "en")
    assert "Page 1 of" in page.words
    assert "Next page" in page.words
    page = check_page(
        create_app(released).test_client().get("/doc/person/sylvie-ponchaut?lang=en", headers=BROWSER), "en"
    )
    assert "What links here" in page.words
    assert "Next page" not in page.words


def test_the_code_knows_no_publication() -> None:
    for file in (WEB.parent / "web").rglob("*"):
        if file.suffix in {".py", ".html", ".toml", ".rq", ".css"}:
            words = file.read_text(encoding="utf-8").lower()
            for word in ("biowin", "wallon", "pit-atmp", "pit atmp", "atmp-wallonia", "maidam", "exosom"):
                assert word not in words, (file, word)


@pytest.mark.parametrize(
    ("value", "unit", "name", "language", "words"),
    [
        ("81000000", "CCY_EUR", "euro", "fr", "81 millions €"),
        ("81000000", "CCY_EUR", "Euro", "de", "81 Millionen €"),
        ("1500000", "CCY_EUR", "euro", "fr", "1,5 million €"),
        ("1000000000", "CCY_EUR", "Euro", "de", "1 Milliarde €"),
        ("10000000000", "CCY_EUR", "euro", "en", "€10 billion"),
        ("88900000", "CCY_USD", "dollar", "en", "US$88.9 million"),
        ("6000", "NUM", "nombre", "fr", "6\u202f000"),
        ("6000", "NUM", "aantal", "nl", "6.000"),
        ("2.6", "PERCENT", "%", "de", "2,6 %"),
        ("19.30", "PERCENT", "%", "en", "19.3%"),
        ("36", "PERCENT-PER-YR", "% par an", "fr", "36 % par an"),
        ("36.5", "PERCENT-PER-YR", "% a year", "en", "36.5% a year"),
        ("81000000", "CCY_EUR", "euro", "nl", "€ 81 miljoen"),
        ("470", "NUM", "number", "en", "470"),
        ("123456789", "CCY_EUR", "euro", "en", "€123,456,789"),
    ],
)
def test_numbers_are_written_as_the_language_does_and_never_rounded(
    value: str, unit: str, name: str, language: str, words: str
) -> None:
    assert measured(texts(language), value, f"{UNIT}{unit}", name).replace("\u00a0", " ") == words


@pytest.mark.parametrize(
    ("value", "datatype", "language", "html"),
    [
        ("81000000", "decimal", "de", '<data value="81000000">81.000.000</data>'),
        ("2024-01-17", "date", "fr", '<time datetime="2024-01-17">17 janvier 2024</time>'),
        ("2024-01", "gYearMonth", "nl", '<time datetime="2024-01">januari 2024</time>'),
        ("2024", "gYear", "en", "2024"),
        ("a < b", "string", "en", "a < b"),
    ],
)
def test_a_typed_value_is_for_people_with_the_value_for_programs(
    value: str, datatype: str, language: str, html: str, app: Flask
) -> None:
    with app.test_request_context(f"/?lang={language}"):
        assert typed(ox.Literal(value, datatype=ox.NamedNode(f"{XSD}{datatype}"))) == html


class _Term:
    def __init__(self, value: str) -> None:
        self.value = value


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ([("a", "470", "n"), ("b", "600", "n")], True),
        ([("a", "81", "€"), ("b", "81.0", "€")], False),
        ([("a", "10", "€"), ("a", "80", "€")], False),  # one source, two periods
        ([("a", "10", "€"), ("a", "80", "€"), ("b", "10", "€")], False),
        ([("a", "81", "€"), ("b", "88.9", "$")], False),
        ([("a", "1", "n")], False),
    ],
)
def test_when_sources_differ(claims: list[tuple[str, str, str]], expected: bool) -> None:
    rows = [{"source": _Term(s), "value": _Term(v), "unit": _Term(u)} for s, v, u in claims]
    assert disputed(rows) is expected


@pytest.mark.parametrize(
    ("path", "marked"),
    [
        ("/partners", 'href="/partners" aria-current="page"'),
        ("/queries/figures", 'href="/queries/" aria-current="true"'),
    ],
)
def test_the_menu_says_where_the_reader_is(client: FlaskClient, path: str, marked: str) -> None:
    page = client.get(path, headers=BROWSER).text
    assert marked in page
    assert page.partition("<main")[0].count("aria-current") == 2, "one of the menu, one of the languages"


@pytest.mark.parametrize(
    "path", ["/", "/partners", "/queries/figures", "/quality", "/charts/", "/releases/", "/search?q=ulb", "/nothing"]
)
def test_a_page_names_its_address_and_its_languages(client: FlaskClient, released: Settings, path: str) -> None:
    answer = client.get(f"{path}{'&' if '?' in path else '?'}lang=de", headers=BROWSER)
    head = answer.text.partition("</head>")[0]
    canonical = f'<link rel="canonical" href="{released.base}{path[1:]}">'
    if answer.status_code == 404:
        assert 'rel="canonical"' not in head
        assert "hreflang" not in head
    else:
        assert head.count('rel="canonical"') == head.count(canonical) == 1
        assert head.count(" hreflang=") == len(released.languages)

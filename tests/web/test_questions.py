"""The questions of the library whose answers are another each time."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from atmpgraph.release.release import Release
from atmpgraph.settings import Settings
from atmpgraph.web import create_app
from atmpgraph.web.pages.results import LONGEST_CELL

from ..conftest import LANGUAGES, ROOT, changed
from ..long import LONG, in_turn
from .cells import bare, cells
from .rules import BROWSER


@pytest.fixture
def asking(released: Settings, tmp_path: Path) -> FlaskClient:
    """A client of the release with another library."""
    (tmp_path / "now.rq").write_text("SELECT (NOW() AS ?now) {}", encoding="utf-8")
    (tmp_path / "same.rq").write_text("SELECT (1 AS ?one) {}", encoding="utf-8")
    settings = changed(released, folders={"queries": tmp_path})
    return create_app(settings).test_client()


@pytest.mark.parametrize("path", ["now", "now.csv", "now.xml"])
@pytest.mark.parametrize("headers", [{}, BROWSER])
def test_a_volatile_answer_is_neither_kept_nor_validated(
    asking: FlaskClient, path: str, headers: dict[str, str]
) -> None:
    response = asking.get(f"/queries/{path}", headers=headers)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert not {"ETag", "Last-Modified"} & {name for name, _ in response.headers}
    again = asking.get(f"/queries/{path}", headers=headers | {"If-Modified-Since": "Sun, 22 Nov 2099 12:00:00 GMT"})
    assert again.status_code == 200


@pytest.mark.parametrize("path", ["now.rq", "same", "same.csv"])
def test_what_stays_the_same_is_validated(asking: FlaskClient, path: str) -> None:
    first = asking.get(f"/queries/{path}")
    assert asking.get(f"/queries/{path}", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_a_number_that_is_none_stays_as_it_is(released: Settings, tmp_path: Path) -> None:
    odd = (
        'SELECT (STRDT("many", xsd:decimal) AS ?n) (STRDT("12", xsd:integer) AS ?m) (STRDT("soon", xsd:date) AS ?d) {}'
    )
    prefix = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>"
    (tmp_path / "odd.rq").write_text(f"{prefix} {odd}", encoding="utf-8")
    page = (
        create_app(changed(released, folders={"queries": tmp_path})).test_client().get("/queries/odd", headers=BROWSER)
    )
    assert page.status_code == 200
    assert [words in page.text for words in (">many</td>", '<data value="12">', "soon")] == [True, True, True]


def test_those_who_write_queries_see_tag_and_direction(client: FlaskClient) -> None:
    """Of a text in the language of the page, too: "x" and "x"@en are two terms."""
    query = 'SELECT ?x { VALUES ?x { "a" "b"@en "c"@en--rtl } }'
    page = client.get("/sparql", query_string={"query": query, "lang": "en"}, headers=BROWSER).text
    answer = page.split('<section class="answer">')[1]
    assert [answer.count(words) for words in ('data-lang="en"', '<span class="tag">en</span>', 'dir="rtl"')] == [
        2,
        2,
        1,
    ]


MOST_BYTES = 100_000  # of a page
_MANY = "VALUES ?a { 0 1 2 3 4 5 6 7 8 9 } VALUES ?b { 0 1 2 3 4 5 6 7 8 9 } VALUES ?c { 0 1 2 3 4 5 6 7 8 9 }"
_TEXT = "<b>é</b> مرحبا " * 40
HEAVY = (
    f'SELECT ?n ("{_TEXT * 100}" AS ?long) {{ VALUES ?n {{ 1 2 }} }}',
    f'SELECT ?a ("{_TEXT}" AS ?text) ({"".join(f"?a AS ?x{n}) (" for n in range(30))}?c AS ?last) {{ {_MANY} }}',
    f'SELECT ?a ?b ?c (IRI(CONCAT("http://example.org/", STR(?c), "/{"x" * 200}")) AS ?iri) {{ {_MANY} }}',
    f'CONSTRUCT {{ [] <http://example.org/says> "{_TEXT}", ?a, ?b, ?c }} {{ {_MANY} }}',
)


@pytest.mark.parametrize("number", range(len(HEAVY)))
def test_a_page_of_any_answer_is_light_and_leads_to_its_rest(released: Settings, tmp_path: Path, number: int) -> None:
    (tmp_path / "heavy.rq").write_text(HEAVY[number], encoding="utf-8")
    client = create_app(changed(released, folders={"queries": tmp_path})).test_client()
    page = client.get("/queries/heavy?lang=en", headers=BROWSER)
    answer = page.text.split('<section class="answer">')[1].split("</section>")[0]
    assert (page.status_code, len(answer.encode()) < MOST_BYTES * 0.7) == (200, True)
    assert "<b>é" not in answer
    assert max(map(len, re.findall(r"<td>([^<]*)", answer)), default=0) < LONGEST_CELL * 5  # marks are written out
    if (rest := re.search(r'href="([^"]+)" rel="next"', answer)) is not None:
        following = client.get(rest[1].replace("&amp;", "&"), headers=BROWSER)
        assert (following.status_code, following.text == page.text) == (200, False)
    else:
        assert number == 0


QUESTIONS = sorted(path.stem for path in (ROOT / "queries").glob("*.rq"))


@pytest.mark.parametrize(("number", "language"), enumerate(LANGUAGES))
def test_a_page_says_codes_in_words(client: FlaskClient, release: Release, number: int, language: str) -> None:
    """Each question in one of the four languages."""
    assert list(cells(client, "figures", language))
    assert bare(client, release, QUESTIONS if LONG else QUESTIONS[number::4], language) == []


@pytest.mark.parametrize(("number", "name"), enumerate(QUESTIONS))
def test_a_page_is_light(client: FlaskClient, number: int, name: str) -> None:
    for language in in_turn(LANGUAGES, number):
        assert len(client.get(f"/queries/{name}?lang={language}", headers=BROWSER).data) < MOST_BYTES


def test_downloads_keep_the_codes_that_a_page_has_in_words(client: FlaskClient) -> None:
    said = {column: cell for column, cell in cells(client, "funding", "de") if cell}
    assert said["currency"] == "Euro"
    assert ",EUR," in client.get("/queries/funding.csv").text
    page = {column for column, _ in cells(client, "identifiers", "de")}
    header = client.get("/queries/identifiers.csv").text.splitlines()[0].split(",")
    assert set(header) - page == {"scheme", "form", "digits", "organisation"}

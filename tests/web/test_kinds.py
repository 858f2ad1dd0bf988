"""The pages of the kinds of things: what each shows, and that it is bounded."""

import pytest
from flask.testing import FlaskClient

from atmpgraph.web.pages.kinds import SectionQuery, _kinds, section_query

from ..conftest import LANGUAGES
from .rules import BROWSER, check_page

SHOWN = {
    "organisation/uclouvain": ["university", "Takes part in", "participant", "With whom", "DNAlytics", "ROR 02495e989"],
    "workpackage/maidam": ["Members", "TRusted AI Labs", "Funding", "€2 million"],
    "funding/maidam-grant": ["Gouvernement wallon", "€2 million", "Beneficiaries", "Orgenesis Services Belgium"],
    "figure/new-direct-jobs": ["tablent sur la création", "What the other sources say", "about 600"],
    "source/press-release-2024-01-17": ["17 January 2024", "Quotations and their figures", "more than 2,100"],
    "quotation/pr-borsus": ["Willy Borsus", "paragraph 4", "Un projet ambitieux"],
    "place/wallonia": ["Belgium", "Places in it", "Figures of this place"],
    "event/federal-call": ["2022", "Belgian federal government"],
    "person/willy-borsus": ["Ministre", "Gouvernement wallon", "Quotations"],
    "period/2032": ["2032", "Figures of this period", "€80"],
    "gap/partners": ["List of the 26 partners", "No source seen", "PIT ATMP", "completeness", "26"],
    "partnership/pit-atmp": ["Work packages", "EXOFASTTRACK", "BioWin"],
}
QUERIES = {query.name: query for kind in _kinds() for query in (*kind.sections, section_query("words"))}


@pytest.mark.parametrize(("thing", "words"), SHOWN.items())
def test_a_page_shows_what_people_look_for(client: FlaskClient, thing: str, words: list[str]) -> None:
    page = check_page(client.get(f"/doc/{thing}?lang=en", headers=BROWSER), "en")
    before = page.words.replace("\u00a0", " ").partition("As linked data")[0]
    assert [word for word in words if word not in before] == []


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_a_graph_clause_has_triple_patterns_alone(query: SectionQuery) -> None:
    """Else the engine reads all data for each page, however few things it shows."""
    assert [
        clause for clause in query.text.split("GRAPH ?")[1:] if "{" in clause.partition("{")[2].partition("}")[0]
    ] == []


def test_many_rows_have_pages(client: FlaskClient) -> None:
    path = "/doc/source/press-release-2024-01-17"
    first, second = (client.get(f"{path}?lang=en{more}", headers=BROWSER) for more in ("", "&rows=2"))
    assert first.status_code == second.status_code == 200
    assert "rows=2" in first.text
    assert first.text.partition("<tbody>")[2] != second.text.partition("<tbody>")[2]
    for wrong in ("0", "99", "x", "1" * 50):
        assert client.get(f"{path}?rows={wrong}", headers=BROWSER).status_code == 404


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_a_section_is_bounded_and_has_a_title_in_every_language(query: SectionQuery) -> None:
    assert {tag for key, tag in query.head.texts if key == "title"} == {*LANGUAGES, "it"}
    assert ("$items" in query.text) == bool(query.incoming)
    assert query.incoming or "LIMIT" in query.text


@pytest.mark.parametrize(
    ("language", "word"),
    [("fr", "Organisation"), ("nl", "Organisatie"), ("de", "Organisation"), ("en", "Organisation")],
)
def test_a_page_says_what_the_thing_is_in_plain_words(client: FlaskClient, language: str, word: str) -> None:
    """Not as one vocabulary of several has it."""
    page = client.get(f"/doc/organisation/biowin?lang={language}", headers=BROWSER).text
    chips = page.partition('<p class="chips">')[2].partition("</p>")[0]
    assert f"<span>{word}</span>" in chips

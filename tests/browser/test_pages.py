"""The same pages without scripts, on a phone, and in every language."""

from urllib.parse import quote

import pytest

from atmpgraph.i18n import texts
from atmpgraph.release.release import Release
from atmpgraph.web.pages.editor_texts import editor_texts

from ..conftest import LANGUAGES
from ..http.conformance.asking import at
from ..http.conformance.tables import DOCUMENTS, HTML, RESOURCES
from .conftest import MOST_ROWS
from .reader import Reader

MANY = "SELECT * { ?s ?p ?o }"
PAGES = [
    "/sparql?",
    "/queries/?",
    "/queries/figures?",
    "/queries/places?",
    "/queries/members-graph?",
    "/stream?",
    "/stream/1?",
    "/quality?",
    "/sparql?query=" + quote("SELECT * {\n ?s ?p .\n}"),
    "/sparql?query=" + quote(f"{MANY} LIMIT 30"),
    "/sparql?query=" + quote("DESCRIBE ?s { ?s ?p ?o } LIMIT 1"),
]

# Every page of the application; of the kinds of things those that the release has.
ROUTES = sorted({r.path for r in RESOURCES if HTML in r.types} | {path for path in DOCUMENTS if "/odd/" not in path})
_WIDE = """
    const wide = [...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > window.innerWidth);
    return wide.filter(e => !e.closest(".scroll, pre")).map(e => e.outerHTML.slice(0, 120)).slice(0, 5)
"""


def test_the_form_needs_no_script(plain: Reader) -> None:
    plain.visit("/sparql?lang=en")
    assert not plain.all("#editor")
    field = plain.one("form.query textarea")
    field.clear()
    field.send_keys("SELECT ?n { VALUES ?n { 41 42 } }")
    plain.one("form.query button").click()
    assert [cell.text for cell in plain.all("table.results td")] == ["41", "42"]
    assert plain.one("form.query textarea").get_attribute("value") == "SELECT ?n { VALUES ?n { 41 42 } }"
    assert len(plain.all(".code:not([hidden])")) == 1


def test_rows_are_paged_without_script(plain: Reader) -> None:
    plain.visit("/sparql?lang=en&query=" + quote(MANY))
    assert len(plain.all("table.results tbody tr")) == 500
    assert "Rows 1 to 500" in plain.one(".answer .note").text
    first = plain.one("table.results tbody").text
    plain.one("a[rel=next]").click()
    assert "Rows 501 to 1,000" in plain.one(".answer .note").text
    assert MOST_ROWS > 500
    assert plain.one("table.results tbody").text != first


def test_an_error_is_marked_without_script(plain: Reader) -> None:
    plain.visit("/sparql?lang=en&query=" + quote("SELECT * {\n  ?s ?p .\n}"))
    assert plain.one(".place").text == "Line 2, column 9"
    assert plain.one(".numbered mark").text.splitlines()[0].split() == ["?s", "?p", "."]
    assert plain.one("form.query textarea").get_attribute("value") == "SELECT * {\n  ?s ?p .\n}"


def test_questions_are_pages_without_script(plain: Reader) -> None:
    plain.visit("/sparql?lang=en")
    next(link for link in plain.all(".questions a") if "Which places" in str(link.text)).click()
    assert "Namur" in plain.one("table.results").text
    plain.one(".lead .button").click()
    assert "dct:Location" in str(plain.one("form.query textarea").get_attribute("value"))
    assert "Namur" in plain.one("table.results").text


@pytest.mark.no_cover
@pytest.mark.parametrize("path", ROUTES)
def test_no_route_is_wider_than_a_phone(phone: Reader, release: Release, path: str) -> None:
    """In French, whose words are the longest."""
    phone.visit(f"{at(path, release)}{'&' if '?' in path else '?'}lang=fr")
    assert phone.width() == (390, 390), phone.script(_WIDE)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_wider_than_a_phone(phone: Reader, page: str, language: str) -> None:
    phone.visit(f"{page}&lang={language}")
    if page.startswith("/sparql"):
        phone.one(".tabPanel.active .toolbar button")
    wide, window = phone.width()
    assert wide == window == 390
    assert phone.one("html").get_attribute("lang") == language


def test_a_phone_runs_a_query(phone: Reader) -> None:
    phone.edit()
    phone.one(".toolbar button").click()
    assert len(phone.cells()) == 60
    labels = [button.text for button in phone.all(".tabPanel.active .yasr_btn") if button.is_displayed()]
    assert labels == ["Table", "Text"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_show_chart_and_map(desk: Reader, language: str) -> None:
    words = editor_texts(texts(language))
    for question, view, shown in (("figures", "chart", ".bars li"), ("places", "map", ".map circle")):
        desk.visit(f"/queries/{question}?lang={language}")
        desk.one(".views")
        next(button for button in desk.all(".views button") if button.text == words[view]).click()
        desk.one(shown)
        assert not desk.all("table.results")
        desk.all(".views button")[0].click()
        desk.one("table.results")


def test_a_question_opens_in_the_editor_with_its_answer(desk: Reader) -> None:
    desk.visit("/queries/places?lang=en")
    desk.one(".lead .button").click()
    assert "Namur" in " ".join(desk.cells())
    assert "dct:Location" in desk.query

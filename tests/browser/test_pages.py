"""The same pages without scripts, on a phone, and in every language."""

import csv
import io
import re
from collections.abc import Iterator
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from selenium.webdriver.common.by import By

from atmpgraph.i18n import texts
from atmpgraph.release.release import Release
from atmpgraph.settings import Settings
from atmpgraph.web.pages.editor_texts import editor_texts

from ..conftest import LANGUAGES, ROOT
from ..http.conformance.asking import at
from ..http.conformance.tables import DOCUMENTS, HTML, RESOURCES
from ..http.conformance.targets import serving
from ..long import in_turn, some
from .conftest import MOST_ROWS
from .reader import Reader, reading

PICTURED = sorted(
    file.stem for file in (ROOT / "queries").glob("*.rq") if re.search(r"^SELECT\b", file.read_text("utf-8"), re.M)
)
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
# Of pages of one template, which are those of things but the richest, of codes, and of a second address, some.
_ALIKE = re.compile(
    r"/doc/(?!(dataset|figure|organisation|partnership|source)/).+|/auth/(?!indicator/)[^/]+/.+|.+\.html\b.*"
)
ALIKE = [path for path in ROUTES if _ALIKE.fullmatch(path)]
_WIDE = """
    const wide = [...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > window.innerWidth);
    return wide.filter(e => !e.closest(".scroll, pre")).map(e => e.outerHTML.slice(0, 120)).slice(0, 5)
"""
# The name of every thing and class becomes one long word.
_LONG = """
    const words = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
    const named = "main a:is([href*='/doc/'], [href*='/auth/'], [href*='/things/'], .kinds a):not(.formats a, .more a, .button)";
    while (words.nextNode())
        if (words.currentNode.parentElement.closest(named)) words.currentNode.data = "Donaudampfschifffahrt".repeat(4);
"""
_OUTSIDE = """
    const wide = [...document.querySelectorAll("main *")].filter(e => e.checkVisibility() && e.getBoundingClientRect().right > 320);
    return wide.filter(e => !e.closest(".scroll, pre, .facets, figure")).map(e => e.outerHTML.slice(0, 120)).slice(0, 5)
"""


@pytest.mark.parametrize(("width", "most", "main"), [(1440, 2_100, 920), (360, 2_200, 1_560)])
def test_home_is_short_with_its_pictures(origin: str, width: int, most: int, main: int) -> None:
    """The main things are about one screen of a computer, and two of a phone (360×780)."""
    with reading(origin, width=width) as reader:
        for language in LANGUAGES:
            reader.visit(f"/?lang={language}")
            reader.wait(
                lambda: reader.script(
                    "return [...document.images].every(image => image.complete || !image.offsetParent)"
                )
            )
            assert 1_000 < reader.script("return document.documentElement.scrollHeight") <= most, language
            end = reader.script("return document.querySelector('section.brief').getBoundingClientRect().bottom")
            assert end + reader.script("return window.scrollY") <= main, language


def test_home_says_the_main_things(plain: Reader) -> None:
    """Who, how much with its shares and what follows, how far known, what differs in which words, what is new."""
    plain.visit("/?lang=en")
    said = {part.find_element(By.TAG_NAME, "h2").text: part.text for part in plain.all(".brief > div:has(h2)")}
    assert re.search(r"€81 million[\s\S]*about 60%[\s\S]*€48.6 million\s+calculated[\s\S]*40%", said["How much"])
    assert re.search(r"BioWin\s+coordinator[\s\S]*7 more", said["Who takes part"])
    assert re.search("470 emplois directs[\\s\\S]*600 emplois directs[\\s\\S]*L-Post", said["Where sources differ"])
    assert "26 declared, 16 named" in said["Coverage"]
    assert re.search(r"\d{4}: (This is the first release|Things: )", said["Newest changes"])


# Words that a line ends in the middle of, where a browser has no rules of hyphenation.
_CUT = r"""
    const cut = [], texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const text = texts.currentNode;
        if (!text.parentElement.offsetParent || text.parentElement.closest("code, pre")) continue;
        for (const word of text.data.matchAll(/[\p{L}\p{N}]{5,}/gu)) {
            const range = document.createRange();
            range.setStart(text, word.index);
            range.setEnd(text, word.index + word[0].length);
            if (new Set([...range.getClientRects()].map(box => box.top)).size > 1) cut.push(word[0]);
        }
    }
    return cut
"""
READ = (
    *("/", "/partners", "/workpackages", "/funding", "/figures", "/sources", "/charts/", "/queries/", "/releases/"),
    *("/doc/organisation/biowin", "/doc/figure/fv-budget", "/doc/workpackage/exofasttrack", "/queries/figures"),
)


@pytest.mark.parametrize(("number", "width"), enumerate([360, 768, 1440]))
def test_no_word_is_cut(origin: str, number: int, width: int) -> None:
    """In one of two languages, in turn."""
    with reading(origin, width=width) as reader:
        for place, path in enumerate(READ, number):
            for language in in_turn(("de", "fr"), place):
                reader.visit(f"{path}?lang={language}")
                assert reader.script(_CUT) == [], (path, language)


def test_the_form_needs_no_script(plain: Reader) -> None:
    plain.visit("/sparql?lang=en")
    assert not plain.all("#editor")
    field = plain.one("form.query textarea")
    field.clear()
    field.send_keys("SELECT ?n { VALUES ?n { 41 42 } }")
    plain.one("form.query button").click()
    plain.one("table.results td")
    assert [cell.text for cell in plain.all("table.results td")] == ["41", "42"]
    assert plain.one("form.query textarea").get_attribute("value") == "SELECT ?n { VALUES ?n { 41 42 } }"
    assert len(plain.all(".code:not([hidden])")) == 1


def test_rows_are_paged_without_script(plain: Reader) -> None:
    plain.visit("/sparql?lang=en&query=" + quote(MANY))
    rows = len(plain.all("table.results tbody tr"))
    assert f"Rows 1 to {rows}" in plain.one(".answer .note").text
    first = plain.one("table.results tbody").text
    plain.one("a[rel=next]").click()
    assert f"Rows {rows + 1} to" in plain.one(".answer .note").text
    assert rows < MOST_ROWS
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
@pytest.mark.parametrize("path", [path for path in ROUTES if path not in ALIKE] + some(ALIKE, 14))
def test_no_route_is_wider_than_the_narrowest_phone(narrow: Reader, release: Release, path: str) -> None:
    """In French, whose words are the longest; nor where each name is one long word, which is not cut either."""
    narrow.visit(f"{at(path, release)}{'&' if '?' in path else '?'}lang=fr")
    assert narrow.width() == (320, 320), narrow.script(_WIDE)
    if not path.startswith("/sparql"):
        narrow.script(_LONG)
        assert narrow.script(_OUTSIDE) == []


@pytest.mark.parametrize(("number", "page"), enumerate(PAGES))
def test_nothing_is_wider_than_a_phone(phone: Reader, number: int, page: str) -> None:
    """In one language, in turn."""
    for language in in_turn(LANGUAGES, number):
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


@pytest.mark.parametrize("language", some(LANGUAGES, 2))
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


def _views(desk: Reader) -> list[str]:
    return [button.text for button in desk.all(".views button")]


def _show(desk: Reader, view: str) -> None:
    next(button for button in desk.all(".views button") if button.text == view).click()


@pytest.mark.parametrize("question", some(PICTURED, 17))
def test_no_picture_shows_less_than_its_table(desk: Reader, question: str) -> None:
    """Each row is a bar, or is listed as not drawn; each place of the table is on the map, or is listed."""
    words = editor_texts(texts("en"))
    desk.visit(f"/queries/{question}?lang=en")
    shown = len(desk.all("table.results tbody tr"))
    with urlopen(f"{desk.origin}/queries/{question}.csv?lang=en") as answer:  # of which the table may have a page
        rows = sum(1 for _ in csv.reader(io.TextIOWrapper(answer, "utf-8", newline=""))) - 1
    assert shown == rows or desk.all(".answer > .paging")
    views = _views(desk)
    if str(words["chart"]) in views:
        _show(desk, str(words["chart"]))
        desk.one(".chart")
        assert len(desk.all(".bars li")) + len(desk.all(".line circle")) + len(desk.all(".undrawn li")) == rows
        assert "" not in desk.words(".bars .name")
    if str(words["map"]) in views:
        _show(desk, str(words["map"]))
        desk.one(".map")
        named = set(", ".join(desk.words(".map text.name")).split(", ")) | {
            listed.split(" · ")[0] for listed in desk.words(".undrawn li")
        }
        desk.all(".views button")[0].click()
        assert set(desk.words("table.results td:first-child")) <= named


def test_every_announcement_of_jobs_is_drawn_as_it_is_said(desk: Reader) -> None:
    """Rows without a publisher are there; "more than 470" is drawn otherwise than 600 and "about 600", 2 100 is no plan."""
    desk.visit("/queries/direct-jobs?lang=en")
    rows = len(desk.all("table.results tbody tr"))
    _show(desk, "Chart")
    desk.one(".bars")
    values, drawn = desk.words(".bars .value"), desk.all(".bars svg")
    assert len(values) == len(drawn) == rows
    ways = [
        (value, len(bar.find_elements("css selector", ".tail")), str(bar.get_attribute("innerHTML")).count("forecast"))
        for value, bar in zip(values, drawn, strict=True)
    ]
    tails = {value: tail for value, tail, _ in ways}
    assert tails | {"> 2,100": 3, "> 470": 3, "≈ 600": 3, "600": 0} == tails
    assert {forecast for value, _, forecast in ways if value == "> 2,100"} == {0}
    hollow = [
        str(bar.get_attribute("innerHTML")) for value, bar in zip(values, drawn, strict=True) if value != "> 2,100"
    ]
    assert all('"bar forecast"' in bar or '"bar estimated"' in bar for bar in hollow)
    legend = [word.strip() for word in desk.words(".legend li")]
    assert "more than" in legend
    assert {"more than", "about", "exact"} == {word.split(" · ")[0] for word in legend}


@pytest.fixture(scope="module")
def long(released: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """A reader of answers that no page of the table has whole, where a picture has 500 rows."""
    folder = tmp_path_factory.mktemp("long")
    for name, rows in (("many", 450), ("more", 501)):
        values = " ".join(f'("n{n}" {n} {50 + n / 1000} 4.5)' for n in range(rows))
        text = f"SELECT ?name ?value ?lat ?long {{ VALUES (?name ?value ?lat ?long) {{ {values} }} }}"
        (folder / f"{name}.rq").write_text(f"#+ picture: chart\n#+ picture: map\n{text}", encoding="utf-8")
    others = {"ATMPGRAPH_FOLDERS_QUERIES": str(folder), "ATMPGRAPH_QUERIES_PICTURE_ROWS": "500"}
    with serving(released, folder, 0, **others) as server, reading(f"http://127.0.0.1:{server.port}") as reader:
        yield reader


@pytest.mark.parametrize(("question", "drawn", "warned"), [("many", 450, 0), ("more", 500, 1)])
def test_a_picture_has_the_whole_answer_or_says_what_it_has(
    long: Reader, question: str, drawn: int, warned: int
) -> None:
    long.visit(f"/queries/{question}?lang=en&offset=200")
    shown = len(long.all("table.results tbody tr"))
    assert 150 < shown <= 200
    for view, marks in (("Chart", ".bars li"), ("Map", ".map circle")):
        _show(long, view)
        long.one(marks)
        assert (len(long.all(marks)), len(long.all(".view .warning"))) == (drawn, warned)
        assert not [note for note in long.all(".answer > .note, .answer > .paging") if note.is_displayed()]
    if warned:
        assert long.one(".view .warning").text == "The picture has the first 500 rows only; the downloads have all."
    _show(long, "Table")
    assert long.one(".answer > .note").text.startswith(f"Rows 201 to {200 + shown}")


def test_the_chart_of_the_editor_shows_every_row_too(desk: Reader) -> None:
    desk.edit()
    desk.run('SELECT ?name ?value { VALUES (?name ?value) { ("a" 10) (UNDEF 5) ("c" UNDEF) (UNDEF UNDEF) } }')
    desk.cells()
    desk.one(".tabPanel.active .select_chart").click()
    desk.one(".bars")
    assert desk.words(".bars .name") == ["a", "none"]
    assert desk.words(".undrawn li") == ["c", "none"]
    assert "2 rows have no number and are not drawn" in desk.one(".undrawn").text


def test_rows_without_a_date_are_listed_beside_a_line(desk: Reader) -> None:
    desk.edit()
    rows = '("2023-05-01"^^xsd:date 1) ("2024-05-01"^^xsd:date 2) ("2025-05-01"^^xsd:date 4) (UNDEF 8)'
    prefix = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>"
    desk.run(f"{prefix} SELECT ?day ?value {{ VALUES (?day ?value) {{ {rows} }} }}")
    desk.cells()
    desk.one(".tabPanel.active .select_chart").click()
    assert len(desk.all(".line circle")) == 3
    assert len(desk.words(".undrawn li")) == 1


def test_places_without_a_position_are_listed_under_the_map(desk: Reader) -> None:
    desk.edit()
    desk.run('SELECT ?name ?lat ?long { VALUES (?name ?lat ?long) { ("a" 50.1 4.1) ("b" UNDEF UNDEF) } }')
    desk.cells()
    desk.one(".tabPanel.active .select_map").click()
    assert desk.words(".map text.name") == ["a"]
    assert desk.words(".undrawn li") == ["b"]


def test_the_editor_calls_columns_as_the_library_does(desk: Reader) -> None:
    """By label and variable, which the query has; a column that the library does not have by its variable alone."""
    desk.edit("/sparql?lang=fr")
    desk.run('SELECT ?publisher ?mine { VALUES (?publisher ?mine) { ("a" "b") } }')
    desk.cells()
    assert desk.words(".tabPanel.active table.results th") == ["Selon?publisher", "mine"]
    subjects = [heading for heading in desk.words(".questions h3") if heading]
    assert subjects[:2] == ["Le partenariat", "Organisations et personnes"]

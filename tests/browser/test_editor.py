"""The editor: YASGUI from our own server, with our words, our vocabulary and our questions."""

from collections import Counter
from urllib.parse import parse_qs, quote, urlsplit
from urllib.request import urlopen

import pytest
from selenium.webdriver.common.keys import Keys

from atmpgraph.i18n import texts
from atmpgraph.web.pages.editor_texts import editor_texts

from ..conftest import BASE, LANGUAGES
from .conftest import MOST_ROWS
from .reader import Reader

MANY = "SELECT * { ?s ?p ?o }"
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER (?c < ?i && ?f != ?c) }"


def test_it_loads_and_runs_a_select(desk: Reader) -> None:
    desk.edit()
    assert not desk.all("form.query")[0].is_displayed()
    desk.run()
    assert len(desk.cells()) == 60
    asked = parse_qs(urlsplit(desk.driver.current_url).query)["query"]
    assert asked == [desk.query], "the address bar holds what is shown"


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_the_language_of_the_page(desk: Reader, language: str) -> None:
    words = editor_texts(texts(language))
    desk.edit(f"/sparql?lang={language}")
    assert desk.one(".toolbar button").text == words["run"]
    desk.run("SELECT ?x { VALUES ?x { 1 2 } }")
    desk.cells()
    buttons = [button.text for button in desk.all(".tabPanel.active .yasr_btn") if button.is_displayed()]
    assert buttons == [words["table"], words["text"]]
    titles = {element.get_attribute("title") for element in desk.all("#editor [title]") if element.is_displayed()}
    assert titles <= {words["close_tab"], words["new_tab"]}, "YASGUI's own words are English"


def test_tabs_that_nobody_named_speak_the_language_of_the_page(desk: Reader) -> None:
    desk.edit("/sparql?lang=fr")
    desk.one(".addTab").click()
    names = ".tabsList .tab a > span"
    desk.wait(lambda: desk.words(names) == ["Requête", "Requête 1"])
    desk.one(".questions [data-query]").click()
    desk.wait(lambda: len(desk.words(names)) == 3)
    question = desk.words(names)[2]
    for language, word in (("de", "Abfrage"), ("en", "Query"), ("nl", "Query")):
        desk.edit(f"/sparql?lang={language}")
        assert desk.words(names) == [word, f"{word} 1", question]


def test_no_name_of_an_element_is_given_twice(desk: Reader) -> None:
    desk.edit()
    desk.run("ASK {}")
    desk.one(".tabPanel.active .words")
    desk.one(".addTab").click()
    desk.wait(lambda: desk.query != "ASK {}")
    desk.run("ASK {}")
    desk.one(".tabPanel.active .words")
    ids = desk.script("return [...document.querySelectorAll('[id]')].map(element => element.id)")
    assert [name for name, times in Counter(ids).items() if times > 1] == []


def test_a_tab_that_is_chosen_has_the_buttons(desk: Reader) -> None:
    desk.edit()
    desk.write("ASK {}")
    desk.one(".addTab").click()
    desk.wait(lambda: desk.query != "ASK {}")
    desk.all(".tabsList .tab a")[0].click()
    desk.wait(lambda: desk.query == "ASK {}")
    desk.one(".tabPanel.active .toolbar button").click()
    assert desk.one(".tabPanel.active .yasr_results .words").text == "Yes"


def test_a_graph_is_shown_as_turtle(desk: Reader) -> None:
    desk.edit()
    desk.run("CONSTRUCT { ?s a ?type } WHERE { ?s a ?type } LIMIT 3")
    assert " a " in desk.one(".tabPanel.active .yasr_results pre").text
    formats = [link.text for link in desk.all(".tabPanel.active .formats a")]
    assert formats[:4] == ["Turtle", "JSON-LD", "RDF/XML", "N-Triples"]


@pytest.mark.parametrize(("query", "words"), [("ASK {}", "Yes"), ("ASK { FILTER (false) }", "No")])
def test_yes_or_no(desk: Reader, query: str, words: str) -> None:
    desk.edit()
    desk.run(query)
    assert desk.one(".tabPanel.active .yasr_results .words").text == words


def test_literals_are_shown_as_they_are(desk: Reader) -> None:
    """YASR would put the value of a variable in the place of its name in braces, and read markup."""
    desk.edit()
    desk.run('SELECT ?x ?y { VALUES (?x ?y) { ("{{y}} <b>bold</b>" "no") } }')
    assert desk.cells() == ["{{y}} <b>bold</b>", "no"]


def test_an_error_says_where_and_what(desk: Reader) -> None:
    desk.edit()
    desk.run("SELECT * {\n  ?s ?p .\n}")
    problem = desk.one(".problem")
    assert "Line 2, column 9" in problem.text
    assert "“.” cannot stand there" in problem.text
    assert [line.text for line in desk.all(".CodeMirror div:has(> .offending) pre")] == ["  ?s ?p ."]
    problem.find_element("css selector", "a").click()
    desk.wait(lambda: urlsplit(desk.driver.current_url).path == "/problems/bad-request")


def test_the_page_of_an_error_has_the_query_to_mend(desk: Reader) -> None:
    desk.edit("/sparql?lang=en&query=" + quote("SELECT * {\n  ?s ?p .\n}"))
    assert "Line 2, column 9" in desk.one("main").text
    assert desk.query == "SELECT * {\n  ?s ?p .\n}"
    assert len(desk.all(".offending")) == 1
    desk.run("ASK {}")
    assert desk.one(".yasr_results .words").text == "Yes"


def test_the_end_of_time_says_the_limit_and_what_to_do(desk: Reader) -> None:
    desk.edit()
    desk.run(SLOW)
    assert desk.one(".toolbar button").text in {"Stop", "Run"}
    assert "stopped after 6" in desk.one(".problem").text


def test_a_result_that_is_cut_says_so_and_leads_on(desk: Reader) -> None:
    desk.edit()
    desk.run(MANY)
    warning = desk.one(".warning")
    assert f"first {MOST_ROWS} rows" in warning.text
    warning.find_element("css selector", "a").click()
    desk.wait(lambda: f"offset={MOST_ROWS}" in desk.driver.current_url)
    desk.one(".tabPanel.active .yasr_results table")


def test_long_tables_are_paged(desk: Reader) -> None:
    desk.edit()
    desk.run(MANY)
    first = desk.cells()
    assert len(first) == 300
    later = desk.all(".tabPanel.active .paging button")[1]
    desk.script("arguments[0].scrollIntoView({block: 'center'})", later)
    later.click()
    desk.wait(lambda: desk.cells() != first)
    assert f"101–200 of {MOST_ROWS}" in desk.one(".paging").text


def test_a_link_needs_no_storage_and_runs_nothing_twice(desk: Reader) -> None:
    query = "SELECT ?n { VALUES ?n { 41 42 } }"
    desk.edit()
    desk.run(query)
    desk.cells()
    link = str(desk.one(".toolbar a").get_attribute("href"))
    assert parse_qs(urlsplit(link).query) == {"query": [query]}
    desk.script("localStorage.clear()")
    desk.visit("/robots.txt")
    desk.script("localStorage.clear()")
    desk.requests()
    desk.visit(link.removeprefix(desk.origin))
    assert desk.cells() == ["41", "42"]
    assert desk.query == query
    assert sum("query=" in url for url in desk.requests()) == 1


def test_tabs_are_kept_but_not_their_answers(desk: Reader) -> None:
    """An answer that was kept would be that of an older release."""
    desk.edit()
    desk.run("SELECT ?n { VALUES ?n { 41 } }")
    desk.cells()
    desk.edit("/sparql?lang=en")
    assert desk.query == "SELECT ?n { VALUES ?n { 41 } }"
    assert not desk.all("table.results")


def test_every_download(desk: Reader) -> None:
    desk.edit()
    desk.write("SELECT ?n { VALUES ?n { 41 } }")
    links = {a.text: str(a.get_attribute("href")) for a in desk.all(".tabPanel.active .formats a")}
    assert list(links) == ["JSON", "XML", "CSV", "TSV"]
    for name, href in links.items():
        with urlopen(href) as answer:
            assert b"41" in answer.read(), name


def test_questions_open_in_a_tab_with_one_click(desk: Reader) -> None:
    desk.edit()
    question = next(link for link in desk.all(".questions a") if "Which places" in str(link.text))
    title = question.text
    question.click()
    assert "Namur" in " ".join(desk.cells())
    assert desk.one(".tabsList .tab.active a span").text == title
    assert "dct:Location" in desk.query
    assert "#+" not in desk.query
    desk.one(".tabPanel.active .select_map").click()
    assert "Namur" in [name.text for name in desk.all(".map text.name")]


def test_numbers_are_drawn_one_chart_a_unit(desk: Reader) -> None:
    desk.edit()
    desk.run('SELECT ?name ?value ?unit { VALUES (?name ?value ?unit) { ("a" 10 "€") ("b" 5 "€") ("c" 7 "%") } }')
    desk.cells()
    desk.one(".tabPanel.active .select_chart").click()
    desk.one(".bars")
    assert [heading.text for heading in desk.all(".picture h4")] == ["€", "%"]
    widths = [bar.get_attribute("width") for bar in desk.all(".bars rect")]
    assert widths == ["100", "50", "100"]


def test_numbers_of_things_without_a_name_are_drawn_by_their_iri(desk: Reader) -> None:
    desk.edit()
    desk.run("SELECT ?thing ?value { VALUES (?thing ?value) { (<id/figure/a> 10) (<http://example.org/b> 5) (<> 1) } }")
    desk.cells()
    desk.one(".tabPanel.active .select_chart").click()
    desk.one(".bars")
    assert desk.words(".bars .name") == ["figure:a", "http://example.org/b", BASE]


def test_dates_are_drawn_in_their_order(desk: Reader) -> None:
    desk.edit()
    rows = '("2024-05-01"^^xsd:date 2.5) ("2023-05-01"^^xsd:date -1) ("2025-05-01"^^xsd:date 4)'
    prefix = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>"
    desk.run(f"{prefix} SELECT ?day ?value {{ VALUES (?day ?value) {{ {rows} }} }}")
    desk.cells()
    desk.one(".tabPanel.active .select_chart").click()
    assert desk.one(".picture .line").get_attribute("aria-label") == "2023-05-01: -1; 2024-05-01: 2.5; 2025-05-01: 4"


@pytest.mark.parametrize(
    ("before", "typed", "hint"),
    [
        ("SELECT * { ?s ", "skos:prefL", "skos:prefLabel preferred name"),
        ("SELECT * { ?s a ", "Partnersh", "atmpgraph:Partnership Partnership"),
        ("SELECT * { GRAPH ", "<https://w3id.org/atmp-wallonia/id/graph/ro", "graph:ror"),
        ("PREFIX sk", "o", "skos: <http://www.w3.org/2004/02/skos/core#>"),
    ],
)  # fmt: skip
def test_it_completes_from_our_vocabulary(desk: Reader, before: str, typed: str, hint: str) -> None:
    desk.edit()
    desk.write(before)
    editor = "document.querySelector('.tabPanel.active .CodeMirror').CodeMirror"
    desk.script(f"{editor}.focus(); {editor}.setCursor({editor}.lineCount(), 0)")
    desk.keys(typed)
    desk.press(Keys.CONTROL, " ")
    found = desk.wait(lambda: [e.text for e in desk.all(".CodeMirror-hint") if e.text.startswith(hint)], hint)
    assert found[0].startswith(hint)


def test_what_is_completed_brings_its_prefix(desk: Reader) -> None:
    desk.edit()
    desk.write("SELECT * { ?s a ")
    editor = "document.querySelector('.tabPanel.active .CodeMirror').CodeMirror"
    desk.script(f"{editor}.focus(); {editor}.setCursor({editor}.lineCount(), 0)")
    desk.keys("PublicOrg")
    desk.one(".CodeMirror-hint")
    desk.keys(Keys.ENTER)
    desk.wait(lambda: "cv:PublicOrganisation" in desk.query)
    assert "PREFIX cv: <http://data.europa.eu/m8g/>" in desk.query


def test_a_query_can_be_stopped(desk: Reader) -> None:
    desk.edit()
    desk.run(SLOW)
    desk.wait(lambda: desk.one(".toolbar button").text == "Stop")
    desk.one(".toolbar button").click()
    assert desk.one(".problem").text == "You stopped the query."
    assert desk.one(".toolbar button").text == "Run"


def test_a_tab_is_always_there(desk: Reader) -> None:
    desk.edit()
    desk.write("ASK {}")
    desk.one(".tabsList .tab.active a").send_keys(Keys.DELETE)
    desk.wait(lambda: desk.all(".tabPanel.active .CodeMirror") and desk.query != "ASK {}")
    assert len(desk.all(".tabsList .tab")) == 1
    assert desk.one(".tabPanel.active .toolbar button").text == "Run"


def test_a_long_query_is_posted(desk: Reader) -> None:
    desk.edit()
    desk.run("# " + "x" * 8000 + "\nSELECT ?n { VALUES ?n { 41 } }")
    assert desk.cells() == ["41"]
    assert "query=" not in desk.driver.current_url
    assert "too long" in desk.one(".toolbar [role=status]").text


def test_the_keyboard_is_enough(desk: Reader) -> None:
    desk.edit()
    desk.script("document.querySelector('#main a, #main button').focus()")
    for _ in range(10):
        if desk.focused().tag_name == "textarea":
            break
        desk.keys(Keys.TAB)
    assert desk.focused().tag_name == "textarea"
    desk.press(Keys.CONTROL, "a")
    desk.keys("SELECT ?n {{ VALUES ?n {{ 41 }".replace("{{", "{").replace("}}", "}"))
    desk.press(Keys.CONTROL, Keys.ENTER)
    desk.one(".tabPanel.active .yasr_results")
    seen = []
    for _ in range(12):
        desk.keys(Keys.TAB)
        seen.append(desk.focused().text)
    assert seen[:2] == ["Run", "Link to this query"], "the editor is no trap"
    desk.press(Keys.SHIFT, Keys.TAB)


def test_code_to_paste_follows_the_query(desk: Reader) -> None:
    desk.edit()
    desk.write('ASK { ?s ?p """a\\b""" }')
    shown = desk.one(".code:not([hidden])")
    assert shown.get_attribute("data-kind") == "ask"
    code = [str(block.get_attribute("textContent")) for block in shown.find_elements("css selector", "pre")]
    assert all(f"{desk.origin}/sparql" in text for text in code)
    assert 'ASK { ?s ?p """a\\b""" }' in code[0]
    assert 'ASK { ?s ?p \\"\\"\\"a\\\\b\\"\\"\\" }' in code[1]

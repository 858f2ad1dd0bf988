"""A link that names graphs beside its query: whatever is done on the page asks over those graphs and says so."""

from urllib.parse import parse_qs, quote, urlencode, urlsplit
from urllib.request import urlopen

import pytest
from selenium.webdriver.common.keys import Keys

from atmpgraph.i18n import texts
from atmpgraph.web.pages.editor_texts import editor_texts

from ..conftest import BASE, LANGUAGES
from .conftest import MOST_ROWS
from .reader import Reader

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
MANY = "SELECT ?s ?p ?o { ?s ?p ?o }"
ONE, OTHER = f"{BASE}id/graph/ror", f"{BASE}id/graph/ontology"
BOTH = [("default-graph-uri", ONE), ("named-graph-uri", OTHER)]


def _place(query: str, graphs: list[tuple[str, str]], language: str = "en") -> str:
    return "/sparql?" + urlencode([("lang", language), ("query", query), *graphs], quote_via=quote)


def _count(reader: Reader, graphs: list[tuple[str, str]]) -> str:
    """How many statements there are, as a program is told."""
    with urlopen(f"{reader.origin}{_place(COUNT, graphs)}&format=csv") as answer:
        return str(answer.read().decode().split()[1])


def _graphs(url: str | None) -> list[tuple[str, str]]:
    given = parse_qs(urlsplit(url or "").query)
    return [(name, graph) for name in ("default-graph-uri", "named-graph-uri") for graph in given.get(name, [])]


def _links(reader: Reader, selector: str = ".formats a, .toolbar a, .languages a") -> set[tuple[tuple[str, str], ...]]:
    """The graphs of the downloads, of the link to the query and of those to the other languages."""
    hrefs = reader.script("return [...document.querySelectorAll(arguments[0])].map(link => link.href)", selector)
    return {tuple(_graphs(href)) for href in hrefs}


def _code(reader: Reader) -> list[str]:
    return reader.words(".code:not([hidden]) pre")


def _lead(reader: Reader) -> str:
    return reader.words(".intro:not([hidden])")[0]


def _say(code: list[str], graph: str) -> list[bool]:
    return [graph in text or quote(graph, safe="") in text for text in code]


def test_the_editor_asks_over_the_graphs_of_the_link(desk: Reader) -> None:
    expected, whole = _count(desk, BOTH), _count(desk, [])
    assert int(expected) < int(whole)
    desk.edit(_place(COUNT, BOTH))
    assert desk.cells() == [expected]
    desk.requests()
    desk.run()
    desk.wait(lambda: any("/sparql?query=" in url for url in desk.requests()))
    assert desk.cells() == [expected]
    assert _graphs(desk.driver.current_url) == BOTH
    assert _links(desk) == {tuple(BOTH)}
    for _, graph in BOTH:
        assert _say(_code(desk), graph) == [True, True, True]


def test_a_graph_is_left_out_by_its_box(desk: Reader) -> None:
    desk.edit(_place(COUNT, BOTH))
    boxes = [box for box in desk.all(".graphs input") if box.is_displayed()]
    boxes[0].click()
    assert _links(desk, ".formats a, .toolbar a") == {(BOTH[1],)}
    assert _say(_code(desk), ONE) == [False, False, False]
    desk.run()
    desk.wait(lambda: desk.cells() == ["0"])  # the default graph of a dataset that names none is empty
    boxes[1].click()
    desk.run()
    whole = _count(desk, [])
    desk.wait(lambda: desk.cells() == [whole])
    assert _graphs(desk.driver.current_url) == []


def test_a_tab_keeps_its_graphs_and_another_has_its_own(desk: Reader) -> None:
    words = editor_texts(texts("en"))
    desk.edit(_place(COUNT, BOTH))
    assert _lead(desk) == words["graphs_lead"]
    desk.one(".addTab").click()
    desk.wait(lambda: _links(desk, ".formats a, .toolbar a") == {()})
    assert _lead(desk) != words["graphs_lead"]
    assert not [box for box in desk.all(".graphs input") if box.is_displayed()]
    desk.script("document.querySelector('.tabsList .tab:nth-last-child(2) a').click()")
    desk.wait(lambda: _lead(desk) == words["graphs_lead"])
    assert desk.query == COUNT
    assert desk.one(".tabPanel.active .toolbar button").text == words["run"]
    desk.edit()
    assert desk.query == COUNT
    desk.run()
    assert desk.cells() == [_count(desk, BOTH)]


def test_a_long_query_is_posted_with_its_graphs(desk: Reader) -> None:
    desk.edit(_place(COUNT, BOTH))
    desk.run("# " + "x" * 8000 + f"\n{COUNT}")
    expected = _count(desk, BOTH)
    desk.wait(lambda: desk.cells() == [expected])


def test_the_next_rows_are_of_the_same_graphs(desk: Reader) -> None:
    graphs = [("default-graph-uri", OTHER)]
    desk.edit(_place(MANY, graphs))
    desk.one(".warning")
    assert _links(desk, ".warning a") == {tuple(graphs)}
    desk.run()
    desk.wait(lambda: f"first {MOST_ROWS} rows" in "".join(desk.words(".warning")))
    assert _links(desk, ".warning a") == {tuple(graphs)}


def test_a_query_that_failed_keeps_its_graphs(desk: Reader) -> None:
    desk.edit(_place("SELECT * {\n ?s ?p .\n}", BOTH))
    assert len([box for box in desk.all(".graphs input") if box.is_displayed()]) == 2
    desk.run(COUNT)
    assert desk.cells() == [_count(desk, BOTH)]


def _submit(reader: Reader) -> None:
    before = reader.driver.current_url
    reader.one("form.query button").click()
    reader.wait(lambda: reader.driver.current_url != before)
    reader.one("table.results td")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_keeps_the_graphs_without_script(plain: Reader, language: str) -> None:
    words = editor_texts(texts(language))
    plain.visit(_place(COUNT, BOTH, language))
    assert _lead(plain) == words["graphs_lead"]
    assert len(plain.all(".graphs input:checked")) == 2
    expected = _count(plain, BOTH)
    assert [cell.text for cell in plain.all("table.results td")] == [expected]
    assert _links(plain) == {tuple(BOTH)}
    for _, graph in BOTH:
        assert _say(_code(plain), graph) == [True, True, True]
    _submit(plain)
    assert _graphs(plain.driver.current_url) == BOTH
    assert [cell.text for cell in plain.all("table.results td")] == [expected]
    for box in plain.all(".graphs input"):
        box.send_keys(Keys.SPACE)
    _submit(plain)
    assert _graphs(plain.driver.current_url) == []
    assert _lead(plain).startswith(
        texts(language).gettext(
            "A SPARQL 1.1 query over the union of all sources; GRAPH ?⁠source {…} shows which source says what."
        )[:20]
    )
    assert [cell.text for cell in plain.all("table.results td")] == [_count(plain, [])]


def test_rows_are_paged_over_the_graphs_without_script(plain: Reader) -> None:
    graphs = [("default-graph-uri", OTHER)]
    plain.visit(_place(MANY, graphs))
    assert _graphs(plain.one("a[rel=next]").get_attribute("href")) == graphs


def test_a_query_that_failed_keeps_its_graphs_without_script(plain: Reader) -> None:
    plain.visit(_place("SELECT", BOTH))
    assert [box.get_attribute("value") for box in plain.all(".graphs input:checked")] == [ONE, OTHER]

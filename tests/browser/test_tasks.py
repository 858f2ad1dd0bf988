"""What a visitor comes for, from the first page: at most two clicks, or one search; then back, and on paper."""

import base64
import re
from urllib.request import urlopen

import pytest
from selenium.webdriver.common.by import By

from ..conftest import LANGUAGES
from ..long import in_turn
from .reader import Reader, reading

MOST_CLICKS = 2

# What is asked: the links to follow, by selector, and what the page that they lead to says.
TASKS: dict[str, tuple[tuple[str, ...], str]] = {
    "public money, and who says so": ((), r"about 60%[\s\S]*flanders\.vaccine"),
    "all who say how much is public": (('a[href^="/charts/money-by-origin"]',), r"L-Post[\s\S]*RTL info"),
    "who takes part": (('main a[href^="/partners"]',), r"BioWin"),
    "which are universities": (('a[href^="/partners"]', '.facets a[href*="kind=university"]'), r"Louvain"),
    "470 or 600": ((), r"more than 470[\s\S]*600"),
    "who says 470, and who 600": (('a[href^="/charts/claims"]',), r"L-Post[\s\S]*600[\s\S]*RTL info[\s\S]*470"),
    "what is not known": (('main a[href^="/quality"]',), r"Coverage"),
    "cite a figure": (('a[href^="/doc/figure/fv-budget"]',), r"How to cite[\s\S]*BibTeX"),
    "what is new, at a glance": ((), r"Newest changes\s+\w[\s\S]*\d{4}: "),
    "what changed in which month": (('footer a[href^="/releases/"]',), r"\d{1,2} \w+ \d{4}|\w+ \d{1,2}, \d{4}"),
    "what changed last": (('main a[href*="/changes"]',), r"Changes of release"),
    "chart of the money": (('a[href^="/charts/money-by-origin"]',), r"Where does the money come from"),
    "chart of the claims": (('a[href^="/charts/claims"]',), r"Where sources differ"),
    "timeline": (('a[href^="/queries/timeline"]',), r"Launch of the partnership"),
    "chart of the timeline": (('footer a[href^="/charts/"]', 'main a[href^="/charts/timeline"]'), r"Data"),
    "map": (('footer a[href^="/charts/"]', 'main a[href^="/charts/places"]'), r"Data"),
    "embed a chart": (('a[href^="/charts/claims"]',), r"Embed\s[\s\S]*<iframe"),
    "figures of one source": (('a[href^="/doc/source/flandersvaccine-2024"]',), r"Figures[\s\S]*81"),
}


def follow(reader: Reader, selector: str) -> None:
    """Click a link that is seen, and wait for the page that it opens."""
    before = reader.driver.current_url
    reader.one(selector).click()
    reader.wait(lambda: reader.driver.current_url != before, selector)


def text(reader: Reader) -> str:
    """What is seen of the page."""
    return reader.driver.find_element(By.CSS_SELECTOR, "main").text


@pytest.mark.parametrize("task", TASKS)
def test_a_task_takes_two_clicks(plain: Reader, task: str) -> None:
    links, expected = TASKS[task]
    assert len(links) <= MOST_CLICKS
    plain.visit("/?lang=en")
    for link in links:
        follow(plain, link)
    assert re.search(expected, text(plain))


def test_the_clicks_are_the_same_in_each_language(plain: Reader) -> None:
    """The same links are seen, and each page that they lead to is in that language: in one of them, in turn."""
    others = [language for language in LANGUAGES if language != "en"]
    for number, links in enumerate(sorted({links for links, _ in TASKS.values() if links})):
        for language in in_turn(others, number):
            plain.visit(f"/?lang={language}")
            for link in links:
                follow(plain, link)
                assert plain.script("return document.documentElement.lang") == language, link


def test_the_figures_are_a_spreadsheet_after_two_clicks(plain: Reader) -> None:
    plain.visit("/?lang=en")
    follow(plain, 'header a[href^="/figures"]')
    with urlopen(str(plain.one('a[href^="/figures.xlsx"]').get_attribute("href"))) as answer:
        assert answer.read(4) == b"PK\x03\x04"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["BioWin", "UCLouvain"])
def test_a_name_is_found_by_one_search(plain: Reader, name: str, language: str) -> None:
    plain.visit(f"/?lang={language}")
    field = plain.one("input[name=q]")
    field.send_keys(name)
    field.submit()
    plain.wait(lambda: "/search" in plain.driver.current_url)
    first = plain.one('main a[href^="/doc/"]')
    assert name.casefold() in text(plain).casefold()
    assert "/doc/organisation/" in str(first.get_attribute("href"))


def test_of_a_name_that_is_in_no_source_it_is_said(plain: Reader) -> None:
    plain.visit("/?lang=en")
    field = plain.one("input[name=q]")
    field.send_keys("CER Groupe")
    field.submit()
    plain.wait(lambda: "/search" in plain.driver.current_url)
    assert "Nothing with these words is known here" in text(plain)
    assert "What no source says is not here" in text(plain)
    assert not plain.all('main a[href^="/doc/organisation/"]')


# How narrow the narrowest cell of an answer is: a word of some letters needs 40 pixels at the size of paper.
_NARROWEST = "return Math.min(...[...document.querySelectorAll('.results :is(td, th)')].map(e => e.clientWidth), 999)"
# What is wider than the paper, and what a box cuts off.
_LOST = """
    const shown = [...document.querySelectorAll("main *")].filter(e => e.clientWidth > 1 || e.getBBox);
    return shown.filter(e => e.getBoundingClientRect().right > window.innerWidth + 1
        || (getComputedStyle(e).overflowX !== "visible" && e.scrollWidth > e.clientWidth + 1))
        .map(e => e.outerHTML.slice(0, 120)).slice(0, 5)
"""
PRINTED = (
    *("/", "/partners", "/figures", "/sources", "/doc/organisation/biowin", "/doc/figure/fv-budget", "/doc/place/mons"),
    *("/doc/source/flandersvaccine-2024", "/releases/", "/quality", "/charts/", "/charts/claims", "/queries/", "/api"),
    *("/queries/disagreements", "/queries/figures", "/queries/identifiers", "/data", "/ns/atmpgraph", "/ns/shapes"),
    *("/queries/forecasts", "/queries/quotations", "/doc/period/2032", "/pages/legal"),
    *("/docs/", "/nothing", "/lookup", "/reconcile", "/linksets/", "/tables", "/search?q=biowin", "/pages/about"),
)


def test_paper_has_every_column_and_the_address(origin: str) -> None:
    """A4 with margins of a centimetre; in one of two languages, in turn."""
    with reading(origin, width=718) as reader:
        reader.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        for number, path in enumerate(PRINTED):
            for language in in_turn(("fr", "de"), number):
                reader.visit(f"{path}{'&' if '?' in path else '?'}lang={language}")
                assert reader.script(_LOST) == [], path
                assert reader.script(_NARROWEST) >= 40, path
                assert path.partition("?")[0] in reader.one("footer .address").text
        reader.visit("/doc/organisation/biowin?lang=de")
        link = reader.one(
            'main a[href^="https://biowin.org"], main a[href^="http://biowin.org"], main a[href*="biowin.org"]'
        )
        said = reader.script("return getComputedStyle(arguments[0], '::after').content", link)
        assert "biowin.org" in said


def test_back_leads_home_by_the_same_pages(plain: Reader) -> None:
    plain.visit("/?lang=en")
    seen = [plain.driver.current_url]
    for link in (
        'header a[href^="/partners"]',
        '.facets a[href*="kind=university"]',
        'main a[href^="/doc/organisation/"]',
    ):
        follow(plain, link)
        seen.append(plain.driver.current_url)
    for url in seen[-2::-1]:
        plain.driver.back()
        plain.wait(lambda: plain.driver.current_url == url)  # noqa: B023
    assert "about 60%" in text(plain)


@pytest.mark.parametrize("path", ["/", "/figures", "/doc/figure/fv-budget", "/charts/claims"])
def test_a_page_prints(plain: Reader, path: str) -> None:
    """On a few pages of A4, without what only a screen needs."""
    plain.visit(f"{path}?lang=en")
    paper = {"paperWidth": 8.27, "paperHeight": 11.69}
    printed = base64.b64decode(plain.driver.execute_cdp_cmd("Page.printToPDF", paper)["data"])
    assert printed.startswith(b"%PDF")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 12
    plain.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert not any(e.is_displayed() for e in plain.all("header nav, form, .languages"))
        assert plain.one("h1").text
    finally:
        plain.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})

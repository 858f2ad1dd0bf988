"""The box that searches: with scripts it suggests as one types, without them it is a form."""

import pytest
from selenium.webdriver.common.keys import Keys

from ..conftest import LANGUAGES
from .reader import Reader

OPTIONS = 'form.search [role="option"]'


def typed(reader: Reader, text: str) -> None:
    """Type into the box."""
    box = reader.one("#search")
    box.clear()
    box.send_keys(text)


def test_a_text_is_completed_as_one_types(desk: Reader) -> None:
    desk.visit("/?lang=fr")
    typed(desk, "louv")
    assert desk.one(OPTIONS).text.split() == ["UCLouvain", "Organisation"]
    box = desk.one("#search")
    assert box.get_attribute("role") == "combobox"
    assert box.get_attribute("aria-expanded") == "true"
    assert desk.one(f"#{box.get_attribute('aria-controls')}").get_attribute("role") == "listbox"
    desk.keys(Keys.ARROW_DOWN)
    active = desk.one(f"#{box.get_attribute('aria-activedescendant')}")
    assert active.get_attribute("aria-selected") == "true"
    desk.keys(Keys.ENTER)
    desk.wait(lambda: desk.driver.current_url.endswith("/doc/organisation/uclouvain?lang=fr"))


def test_a_suggestion_is_clicked(desk: Reader) -> None:
    desk.visit("/sparql?lang=en")
    typed(desk, "biow")
    desk.one(OPTIONS).click()
    desk.wait(lambda: desk.driver.current_url.endswith("/doc/organisation/biowin?lang=en"))


def test_the_list_closes_and_the_text_stays(desk: Reader) -> None:
    desk.visit("/?lang=en")
    typed(desk, "biow")
    desk.one(OPTIONS)
    desk.keys(Keys.ESCAPE)
    desk.wait(lambda: not [option for option in desk.all(OPTIONS) if option.is_displayed()])
    box = desk.one("#search")
    assert box.get_attribute("value") == "biow"
    assert box.get_attribute("aria-expanded") == "false"
    typed(desk, "biowinn")
    desk.one(OPTIONS)
    desk.keys(Keys.ENTER)
    desk.wait(lambda: "/search?q=biowinn&lang=en" in desk.driver.current_url)
    assert desk.one(".hits a").text == "BioWin"


def test_the_arrows_go_around(desk: Reader) -> None:
    desk.visit("/?lang=en")
    typed(desk, "biowin")
    desk.one(OPTIONS)
    last = len(desk.all(OPTIONS)) - 1
    desk.keys(Keys.ARROW_UP)
    assert desk.one("#search").get_attribute("aria-activedescendant") == f"suggestion-{last}"
    desk.keys(Keys.ARROW_DOWN)
    assert desk.one("#search").get_attribute("aria-activedescendant") is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_searches_without_scripts(plain: Reader, language: str) -> None:
    plain.visit(f"/?lang={language}")
    typed(plain, "univ louvain")
    plain.one("form.search button").click()
    plain.wait(lambda: plain.driver.current_url.endswith(f"/search?q=univ+louvain&lang={language}"))
    assert "Louvain" in plain.one(".hits li").text
    assert not plain.all(OPTIONS)
    plain.one(".hits a").click()
    plain.wait(lambda: "/doc/organisation/uclouvain" in plain.driver.current_url)
    plain.driver.back()
    plain.one(".hits li")
    assert plain.one("#search").get_attribute("value") == "univ louvain"


@pytest.mark.parametrize("path", ["/search?q=biowin", "/search?q=zzzz+qqqq", "/search", "/doc/organisation/biowinn"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_of_a_search_fit_a_phone(phone: Reader, path: str, language: str) -> None:
    phone.visit(f"{path}{'&' if '?' in path else '?'}lang={language}")
    assert phone.width() == (390, 390)
    assert phone.one("#search").is_displayed()

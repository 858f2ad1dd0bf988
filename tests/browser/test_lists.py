"""Lists in a real browser, without scripts: filter, sort, go back, change the language, download; on a phone too."""

from urllib.request import urlopen

import pytest

from .reader import Reader


def names(reader: Reader) -> list[str]:
    """The first column."""
    return [str(cell.text) for cell in reader.all("table.rows tbody th")]


def test_filter_sort_and_back(plain: Reader) -> None:
    plain.visit("/partners?lang=en")
    everyone = names(plain)
    next(link for link in plain.all(".facets a") if str(link.text).startswith("university\n")).click()
    universities = names(plain)
    assert 0 < len(universities) < len(everyone)
    assert plain.one(".found").text == f"{len(universities)} entries of {len(everyone)}"
    plain.one("thead a").click()
    assert names(plain) == universities[::-1]
    assert plain.one("thead th").get_attribute("aria-sort") == "descending"
    plain.script("history.back()")
    plain.wait(lambda: names(plain) == universities)
    plain.script("history.back()")
    plain.wait(lambda: names(plain) == everyone)


def test_a_filter_is_removed_and_stays_in_the_language(plain: Reader) -> None:
    plain.visit("/figures?lang=en&indicator=new-direct-jobs&status=obsStatus-F")
    assert "more than 470" in plain.one("table.rows").text
    next(link for link in plain.all(".languages a") if link.get_attribute("hreflang") == "fr").click()
    assert "plus de 470" in plain.one("table.rows").text
    before = len(names(plain))
    plain.one(".chosen a").click()
    assert len(names(plain)) > before
    assert "Emplois" in plain.one("table.rows").text or "entrées" in plain.one(".found").text


def test_the_download_has_what_the_page_shows(plain: Reader) -> None:
    plain.visit("/partners?lang=en&kind=university&sort=-name")
    link = next(link for link in plain.all(".formats a") if link.text == "CSV")
    with urlopen(str(link.get_attribute("href"))) as answer:
        rows = answer.read().decode().splitlines()
    assert [row.split(",")[0] for row in rows[1:]] == names(plain)


def test_the_menu_leads_to_each_list_on_a_phone(phone: Reader) -> None:
    phone.visit("/partners?lang=de")
    for title in ("Arbeitspakete", "Finanzierung", "Zahlen", "Quellen"):
        next(link for link in phone.all("header nav a") if link.text == title).click()
        assert phone.one("h1").text == title
        whole, inner = phone.width()
        assert whole <= inner


_ROLES = ("table", "row", "columnheader", "rowheader", "cell")
_CARDS = """
    const table = arguments[0];
    const wide = [...table.querySelectorAll("td, tbody th")].filter(e => e.scrollWidth > e.clientWidth + 1);
    const bare = [...table.querySelectorAll("td")].filter(e => e.offsetParent && e.textContent.trim()
        && !getComputedStyle(e, "::before").content.includes(e.dataset.label));
    return [table.scrollWidth <= table.parentElement.clientWidth, wide.length, bare.length]
"""


def _read_out(reader: Reader) -> dict[str, list[str]]:
    """The words of each part of tables as a screen reader has them."""
    nodes = reader.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    shown = [node for node in nodes if not node["ignored"]]
    return {role: [n["name"]["value"] for n in shown if n["role"]["value"] == role] for role in _ROLES}


@pytest.mark.parametrize("path", ["/queries/disagreements", "/figures", "/doc/organisation/biowin", "/linksets/ror"])
def test_a_row_is_a_card_on_a_phone_and_a_table_to_the_ear(desk: Reader, narrow: Reader, path: str) -> None:
    """Nothing scrolls sideways, each value stands under the label of its column, and the table keeps its roles."""
    for language in ("fr", "de"):
        desk.visit(f"{path}?lang={language}")
        narrow.visit(f"{path}?lang={language}")
        for table in narrow.all("table.results, table.rows, table.parts"):
            assert narrow.script(_CARDS, table) == [True, 0, 0]
        heard, there = _read_out(narrow), _read_out(desk)
        assert {role: len(heard[role]) for role in ("table", "row", "rowheader")} == {
            role: len(there[role]) for role in ("table", "row", "rowheader")
        }
        assert [name for name in there["columnheader"] if name not in heard["columnheader"]] == []

"""Every page of the application by the rules of WCAG 2.2 AA (axe-core): light on a large screen, or dark on the narrowest
one, in turn; each in both with `make bench`. Whatever can be opened on it is open.
"""

import re
from typing import Any, Final

import pytest

from atmpgraph.release.release import Release

from ..conftest import LANGUAGES, ROOT
from ..http.conformance.asking import at
from ..long import in_turn, some
from .reader import Reader
from .test_pages import ALIKE, ROUTES

_AXE: Final = ROOT / "node_modules" / "axe-core" / "axe.min.js"
_RUN: Final = """
    const done = arguments[0];
    const opened = [...document.querySelectorAll("details")];
    opened.forEach(each => { each.open = true });
    axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }).then(
        found => done(found.violations.map(v => [v.id, v.nodes.slice(0, 3).map(n => n.html.slice(0, 160))])),
        error => done([["axe", String(error)]]));
"""
_SIZE: Final = "return performance.getEntriesByType('navigation')[0].decodedBodySize"
LARGEST = 100_000  # bytes of a page
# Of what has the same page one each; of things that share a template, some.
_THING: Final = re.compile(r"/doc/[^.]+")
PAGES: Final = [
    *(path for path in ROUTES if path not in ALIKE),
    *some((path for path in ALIKE if _THING.fullmatch(path)), 10),
    "/queries/figures",
    "/search?q=ucl",
    "/sparql?query=SELECT%20*%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D%20LIMIT%2030",
    "/ns/shapes?shape=FigureShape",
    "/search?q=xqzt",
    "/pages/legal",
    "/pages/contact",
    "/doc/event/launch",
    "/doc/period/2032",
    "/doc/gap/partners",
    "/docs/urls",
    "/figures?kind=none",
    "/nowhere",
]


def _faults(reader: Reader) -> list[Any]:
    if reader.all("form.query") and reader.script("return Boolean(document.querySelector('script[src*=editor]'))"):
        reader.one(".tabPanel.active .toolbar button")
    reader.script(_AXE.read_text(encoding="utf-8"))
    return list(reader.driver.execute_async_script(_RUN))


def _visit(reader: Reader, path: str, language: str, shade: str) -> None:
    feature = {"name": "prefers-color-scheme", "value": shade}
    reader.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    reader.visit(f"{path}{'&' if '?' in path else '?'}lang={language}")


@pytest.mark.no_cover
@pytest.mark.parametrize(("number", "path"), enumerate(PAGES))
def test_a_page_has_no_barrier(desk: Reader, narrow: Reader, release: Release, number: int, path: str) -> None:
    address, language = at(path, release), LANGUAGES[number // 2 % len(LANGUAGES)]
    for reader, shade in in_turn(((desk, "light"), (narrow, "dark")), number):
        _visit(reader, address, language, shade)
        assert not _faults(reader)
        assert reader.script(_SIZE) < LARGEST


@pytest.mark.parametrize("language", some(LANGUAGES, 2))
def test_the_editor_has_no_barrier(desk: Reader, language: str) -> None:
    desk.edit(f"/sparql?lang={language}")
    assert _faults(desk) == []

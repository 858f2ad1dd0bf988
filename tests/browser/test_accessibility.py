"""Every kind of page by the rules of WCAG 2.2 AA (axe-core): in every language, light and dark, and on a narrow phone."""

from typing import Any, Final

import pytest

from ..conftest import LANGUAGES, ROOT
from .reader import Reader

_AXE: Final = ROOT / "node_modules" / "axe-core" / "axe.min.js"
_RUN: Final = """
    const done = arguments[0];
    axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }).then(
        found => done(found.violations.map(v => [v.id, v.nodes.slice(0, 3).map(n => n.html.slice(0, 160))])),
        error => done([["axe", String(error)]]));
"""
PAGES: Final = [
    "/",
    *(
        f"/doc/{thing}"
        for thing in (
            "organisation/uclouvain",
            "partnership/pit-atmp",
            "workpackage/maidam",
            "participation/uclouvain--maidam",
            "funding/maidam-grant",
            "figure/new-direct-jobs",
            "source/press-release-2024-01-17",
            "quotation/pr-borsus",
            "place/wallonia",
            "event/federal-call",
            "person/willy-borsus",
            "graph/ror",
            "period/2022",
        )
    ),
    "/auth/indicator",
    "/auth/indicator/direct-jobs",
    "/releases/",
    "/releases/current",
    "/catalogue",
    "/queries/",
    "/queries/figures",
    "/quality",
    "/tables",
    "/search?q=ucl",
    "/nowhere",
]
LONG: Final = ["/ns/atmpgraph", "/ns/shapes"]


def _faults(reader: Reader) -> list[Any]:
    reader.script(_AXE.read_text(encoding="utf-8"))
    return list(reader.driver.execute_async_script(_RUN))


def _shade(reader: Reader, shade: str) -> None:
    feature = {"name": "prefers-color-scheme", "value": shade}
    reader.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})


@pytest.mark.no_cover
@pytest.mark.parametrize("shade", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_has_a_barrier(desk: Reader, language: str, shade: str) -> None:
    """All statements of a thing are open too."""
    _shade(desk, shade)
    faults = {}
    for page in PAGES if language != "fr" else [*PAGES, *LONG]:
        desk.visit(f"{page}{'&' if '?' in page else '?'}lang={language}")
        desk.script("document.querySelectorAll('details').forEach(each => { each.open = true })")
        if wrong := _faults(desk):
            faults[page] = wrong
    assert not faults


@pytest.mark.no_cover
@pytest.mark.parametrize("page", PAGES)
def test_no_page_is_wider_than_320_pixels(narrow: Reader, page: str) -> None:
    narrow.visit(f"{page}{'&' if '?' in page else '?'}lang=de")
    assert narrow.width() == (320, 320)

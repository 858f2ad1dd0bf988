"""How Sphinx reads these pages, and the one file that the site shows them from (docs/decisions/documentation.md)."""

import json
from pathlib import Path
from typing import Final

from sphinx.application import Sphinx

project = "atmpgraph"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
html_copy_source = False
html_permalinks = False
smartquotes = False
highlight_language = "none"
myst_heading_anchors = 3

PAGES: Final = Path(__file__).parents[1] / "src" / "atmpgraph" / "web" / "documentation.json"
_GENERATED: Final = ("genindex", "search")  # by Sphinx, for sites of its own


def setup(app: Sphinx) -> None:
    """Take part in the build."""
    app.connect("build-finished", _write_pages)


def _write_pages(app: Sphinx, error: Exception | None) -> None:
    """Write name, title, body, contents and neighbours of each page, once all are made."""
    if error or app.builder.name != "json":
        return
    pages = {}
    for file in sorted(Path(app.outdir).rglob("*.fjson")):
        page = json.loads(file.read_text(encoding="utf-8"))
        if (name := page["current_page_name"]) not in _GENERATED:
            beside = {way: page[way]["link"] for way in ("prev", "next") if page.get(way)}
            pages[name] = {key: page[key] for key in ("title", "body", "toc")} | beside
    PAGES.write_text(json.dumps(pages, ensure_ascii=False, indent=0), encoding="utf-8")

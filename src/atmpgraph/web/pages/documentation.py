"""The documentation of the software in the frame of the site, from the one file that `docs/conf.py` makes."""

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from flask import render_template

from ..core.i18n import link

FILE: Final = Path(__file__).parents[1] / "documentation.json"
INDEX: Final = "index"
_RELATIVE: Final = re.compile(r'(?<= href=")(?![a-z]+:|[#/])[^"]*')
# What may be wider than a phone scrolls, by the keyboard too; a heading has a level.
_ACCESSIBLE: Final = {
    '<p class="caption" role="heading">': '<p class="caption" role="heading" aria-level="2">',
    '<th class="': '<th scope="col" class="',
    "<pre>": '<pre tabindex="0">',
    "<table": '<div class="scroll" tabindex="0"><table',
    "</table>": "</table></div>",
}


@dataclass(frozen=True)
class Documentation:
    """All pages.

    Attributes:
        pages: title, body, contents and neighbours of each, by name.
        digest: SHA-256 of the file, in hexadecimal.
    """

    pages: dict[str, dict[str, Any]]
    digest: str


@cache
def documentation() -> Documentation | None:
    """The documentation; None where none was made."""
    if not FILE.is_file():
        return None
    content = FILE.read_bytes()
    return Documentation(json.loads(content), hashlib.sha256(content).hexdigest())


def documentation_page(name: str, page: dict[str, Any]) -> str:
    """A page, whose links to others lead to where the site has them."""
    body = _RELATIVE.sub(lambda match: _url(name, match[0]), page["body"])
    for plain, accessible in _ACCESSIBLE.items():
        body = body.replace(plain, accessible)
    beside = {way: _url(name, page[way]) for way in ("prev", "next") if way in page}
    return render_template("documentation.html", title=page["title"], body=body, toc=page["toc"], beside=beside)


def _url(name: str, href: str) -> str:
    """A link of a page, relative to its folder, as the site has it."""
    whole = urlsplit(urljoin("" if name == INDEX else f"{name}/", href))
    target = whole.path.strip("/")
    url = link("documentation.page", name=target) if target else link("documentation.index")
    return f"{url}#{whole.fragment}" if whole.fragment else url

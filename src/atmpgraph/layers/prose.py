"""What a publication says in its own words: pages in Markdown, beside the data (docs/look.md).

The file `texts/<name>.<language>.md` is the page `/pages/<name>`, whose title is its first heading. The home page
shows `home.<language>.md`. Markdown is CommonMark with tables. HTML in it is shown as text, and no link runs a script.
A page that comes with the software, such as the accessibility statement, stands until the publication has that page in
a language at least.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ..findings import Finding, Place, Severity
from ..i18n import SOURCE, every_language, message, texts
from ..languages import is_tag
from ..settings import Settings

HOME: Final = "home"
NAME: Final = re.compile(r"(?P<name>[a-z0-9]+(?:-[a-z0-9]+)*)\.(?P<language>[A-Za-z0-9-]+)\.md")
_CONTACT: Final = message("the contact in the catalogue")
_ELSEWHERE: Final = re.compile(r"([a-z][a-z0-9+.-]*:)?//|data:", re.IGNORECASE)
# A table may be wider than a phone, and scrolls by the keyboard too (WCAG 2.2, 2.1.1).
_SCROLLING: Final = {"<table>": '<div class="scroll" tabindex="0"><table>', "</table>": "</table></div>"}
_WITHIN: Final = re.compile(r"(?:\.\./)+(?P<folder>static|pages)/(?P<name>[^?#]+)")
_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True)
class Prose:
    """A text in one language.

    Attributes:
        language: its tag, in lower case.
        title: its first heading, as plain text; empty without one.
        html: all of it.
    """

    language: str
    title: str
    html: str


def read_prose(settings: Settings) -> Mapping[str, Mapping[str, Prose]]:
    """The texts of a publication by name and language, read once, at the start of the server."""
    folders = settings.layered("texts")
    return {**_supplied(folders.supplied, settings), **_read(folders.own)}


def _supplied(folder: Path, settings: Settings) -> Mapping[str, Mapping[str, Prose]]:
    """The pages that come with the software, about this publication."""
    return {
        name: {tag: replace(prose, html=_about(prose, settings)) for tag, prose in by_language.items()}
        for name, by_language in _read(folder).items()
    }


def _about(prose: Prose, settings: Settings) -> str:
    """A page with the name of the site, and the way to who answers for it."""
    contact, words = settings.site.contact, texts(prose.language).gettext(_CONTACT)
    url, text = (contact, contact.removeprefix("mailto:")) if contact else ("../catalogue", words)
    site = settings.title.best((prose.language, *settings.languages))
    link = f'<a href="{escape(url)}">{escape(text)}</a>'
    return prose.html.replace("{site}", escape(site)).replace("{contact}", link)


def best(by_language: Mapping[str, Prose], languages: Iterable[str]) -> Prose:
    """The text in the first of the languages that it is in, else in English, else in any."""
    wanted = (tag for tag in (*languages, SOURCE) if tag in by_language)
    return by_language[next(wanted, next(iter(by_language)))]


@cache
def _read(folder: Path) -> Mapping[str, Mapping[str, Prose]]:
    pages: dict[str, dict[str, Prose]] = {}
    for file in filter(Path.is_file, sorted(folder.glob("*.md"))):
        if (parts := NAME.fullmatch(file.name)) and is_tag(parts["language"]):
            tokens = _MARKDOWN.parse(file.read_text("utf-8-sig", errors="replace"))
            language, title = parts["language"].lower(), _title(tokens)
            if not title and parts["name"] != HOME:
                continue  # nothing could lead to it; the check says so
            for heading in (token for token in tokens if token.type == "th_open"):
                heading.attrSet("scope", "col")  # WCAG 2.2, 1.3.1
            html = str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))
            for plain, scrolling in _SCROLLING.items():
                html = html.replace(plain, scrolling)
            pages.setdefault(parts["name"], {})[language] = Prose(language, title, html)
    return pages


def prose_findings(settings: Settings) -> Iterator[Finding]:
    """What keeps a text from being read, or from being seen as it is meant."""
    for file in filter(Path.is_file, sorted(settings.path(settings.folders.texts).glob("*.md"))):
        parts = NAME.fullmatch(file.name)
        if not parts or not is_tag(parts["language"]):
            sentence = every_language("nobody reads it: name it by page and language, as in legal-notice.fr.md")
            yield _finding(file, Severity.VIOLATION, sentence)
            continue
        if parts["language"].lower() not in settings.languages:
            sentence = every_language("a text in a language that the publication is not in: nobody is led to it")
            yield _finding(file, Severity.WARNING, sentence, value=parts["language"])
        try:
            tokens = _MARKDOWN.parse(file.read_text("utf-8-sig"))
        except UnicodeDecodeError:
            yield _finding(file, Severity.VIOLATION, every_language("the file is not in UTF-8; save it in UTF-8"))
            continue
        if parts["name"] != HOME and not _title(tokens):
            sentence = every_language("a page without a title: begin it with a heading, as in “# Legal notice”")
            yield _finding(file, Severity.VIOLATION, sentence)
        if parts["name"] == HOME and _title(tokens):
            sentence = every_language("the home page has its title already: begin with a text, or with “## …”")
            yield _finding(file, Severity.VIOLATION, sentence)
        yield from _of_addresses(settings, file, tokens)


def _of_addresses(settings: Settings, file: Path, tokens: list[Token]) -> Iterator[Finding]:
    """Images that are not seen, or not heard, and links within the site that lead nowhere."""
    for line, kind, address, words in _addresses(tokens):
        if kind == "image" and _ELSEWHERE.match(address):
            sentence = every_language(
                "an image of another site, which browsers are told not to load: put it into the static files"
            )
            yield _finding(file, Severity.VIOLATION, sentence, line, address)
        elif kind == "image" and not words:
            sentence = every_language(
                "an image without words: who does not see it hears nothing; write ![what it shows]"
            )
            yield _finding(file, Severity.WARNING, sentence, line, address)
        elif (within := _WITHIN.match(address)) and not _is_there(settings, within["folder"], within["name"]):
            sentence = every_language("nothing is at this address: correct it, or add the file")
            yield _finding(file, Severity.WARNING, sentence, line, address)


def _is_there(settings: Settings, folder: str, name: str) -> bool:
    if folder == "static":
        return name in settings.layered("static").files()
    return name in read_prose(settings)


def _title(tokens: list[Token]) -> str:
    for heading, inline in pairwise(tokens):
        if heading.type == "heading_open" and heading.tag == "h1":
            return "".join(" " if "break" in child.type else child.content for child in inline.children or ()).strip()
    return ""


def _addresses(tokens: list[Token]) -> Iterator[tuple[int | None, str, str, str]]:
    """The line, kind, address and words of each image and link."""
    for token in tokens:
        for child in token.children or ():
            line = token.map[0] + 1 if token.map else None
            if child.type == "image":
                yield line, "image", str(child.attrs["src"]), child.content.strip()
            elif child.type == "link_open":
                yield line, "link", str(child.attrs["href"]), ""


def _finding(
    file: Path, severity: Severity, sentence: Mapping[str, str], line: int | None = None, value: str | None = None
) -> Finding:
    return Finding("files", severity, sentence, (Place(f"texts/{file.name}", line),), value)

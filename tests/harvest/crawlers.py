"""Search engines of data sets, walkers of signposts (F-UJI) and crawlers of VoID, by what they are documented to do."""

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import urljoin
from urllib.robotparser import RobotFileParser

from ..http.conformance.targets import Answer
from .web import Web

BOT: Final = {
    "User-Agent": "Googlebot/2.1",
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "Accept-Encoding": "gzip",
}
_SITEMAP: Final = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
# What F-UJI sends, by the name it has for it (fuji_server/helper/request_helper.py).
ACCEPT: Final = {
    "default": "text/html, */*",
    "html": "text/html, application/xhtml+xml",
    "xml": "application/xml, text/xml;q=0.5",
    "linkset": "application/linkset+json, application/linkset",
    "jsonld": "application/ld+json",
    "schemaorg": "application/vnd.schemaorg.ld+json, application/ld+json",
    "datacite_json": "application/vnd.datacite.datacite+json",
    "rdfxml": "application/rdf+xml, text/rdf;q=0.5, application/xml;q=0.1, text/xml;q=0.1",
    "turtle": "text/ttl, text/turtle, application/turtle, application/x-turtle;q=0.6, text/n3;q=0.3, text/rdf+n3;q=0.3, "
    "application/rdf+n3;q=0.3",
    "rdf": "text/turtle, application/turtle, application/x-turtle;q=0.8, application/rdf+xml, text/n3;q=0.9, "
    "text/rdf+n3;q=0.9,application/ld+json",
}


class _Page(HTMLParser):
    """The links, the data and the words of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: dict[str, list[str]] = {}
        self.blocks: list[str] = []
        self.words = ""
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "link":
            self.links.setdefault(given.get("rel") or "", []).append(given.get("href") or "")
        self._inside = (given.get("type") or "" if tag == "script" else tag) if tag in {"script", "style"} else ""
        if self._inside == "application/ld+json":
            self.blocks.append("")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the name that the base class has
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "application/ld+json":
            self.blocks[-1] += data
        elif not self._inside:
            self.words += data


@dataclass
class Page:
    """A page as it was indexed."""

    links: dict[str, list[str]]
    data: list[dict[str, Any]]
    words: str


@cache
def _read(body: bytes) -> Page:
    """What a page says: most have the same bytes in each visit."""
    page = _Page()
    page.feed(body.decode("utf-8"))
    return Page(page.links, [json.loads(block) for block in page.blocks], page.words)


@dataclass
class SearchEngine:
    """It reads robots.txt, then the sitemap, then each page whose date is another than when it last came.

    Attributes:
        web: how it reads.
        index: the pages, by their address in the sitemap.
        dates: of the pages.
    """

    web: Web
    index: dict[str, Page] = field(default_factory=dict)
    dates: dict[str, str] = field(default_factory=dict)

    def crawl(self) -> set[str]:
        """One visit; the pages that were read."""
        rules = RobotFileParser()
        rules.parse(self.web.ask(f"{self.web.base}robots.txt", BOT).body.decode().splitlines())
        (sitemap,) = rules.site_maps() or []
        found = self._sitemap(sitemap)
        for address in self.index.keys() - found.keys():
            del self.index[address]
        fresh = {address for address, date in found.items() if date != self.dates.get(address)}
        for address in sorted(fresh):
            path = "/" + address.removeprefix(self.web.base)
            # this reader of rules takes `/sparql?` for `/sparql` too; RFC 9309 §2.2.2 does not
            assert rules.can_fetch("Googlebot", path) or path == "/sparql", address
            self.index[address] = self._page(address)
        self.dates = found
        return fresh

    def _sitemap(self, address: str) -> dict[str, str]:
        answer = self.web.ask(address, BOT)
        assert (answer.status, answer.media_type) in {(200, "application/xml"), (304, "")}, answer
        found: dict[str, str] = {}
        for entry in ET.fromstring(answer.body):
            place, date = (entry.findtext(_SITEMAP + name) or "" for name in ("loc", "lastmod"))
            of_software = tuple(f"{self.web.base}{space}/" for space in ("problems", "docs", "pages"))
            undated = not date and place.startswith(of_software)
            assert undated or re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", date), place
            found |= self._sitemap(place) if entry.tag.endswith("}sitemap") else {place: date}
        return found

    def _page(self, address: str) -> Page:
        answer = self.web.ask(address, BOT)
        assert (answer.status, answer.media_type) in {(200, "text/html"), (304, "")}, answer
        return _read(answer.body)

    def datasets(self) -> dict[str, dict[str, Any]]:
        """The data sets of its index, in the terms of schema.org."""
        blocks = [block for page in self.index.values() for block in page.data]
        ours = [b for b in blocks if b.get("@type") == "Dataset" and "schema.org" in str(b.get("@context"))]
        return {block["@id"]: block for block in ours}


def links(answer: Answer, at: str) -> dict[str, list[tuple[str, dict[str, str]]]]:
    """The links of the Link fields of an answer, by relation; those with another context left out (RFC 8288 §3.2)."""
    found: dict[str, list[tuple[str, dict[str, str]]]] = {}
    for target, rest in re.findall(r'<([^>]*)>((?:\s*;\s*[\w*-]+\s*=\s*(?:"[^"]*"|[^\s",;]+))*)', answer.field("Link")):
        attributes = {name: a or b for name, a, b in re.findall(r';\s*([\w*-]+)\s*=\s*(?:"([^"]*)"|([^\s",;]+))', rest)}
        if "anchor" not in attributes:
            for relation in attributes["rel"].split():
                found.setdefault(relation, []).append((urljoin(at, target), attributes))
    return found

"""What crawlers and API clients read first: the sitemap, `robots.txt`, the API catalogue (RFC 9727)."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from urllib.parse import quote
from xml.sax.saxutils import escape

from ..addresses import Addresses
from ..http.links import Link, link_set
from ..release.layout import DescriptionFolder
from ..release.thing_dates import thing_dates
from ..store import Store
from ..vocab import DCAT, DCT, FOAF

API_CATALOG: Final = ".well-known/api-catalog"
MOST: Final = 50_000  # addresses in one sitemap (https://www.sitemaps.org/protocol.html)
_NAMESPACE: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_SAFE: Final = "/%#!$&'()*+,;=:@~?"

# The page of a thing shows all statements about it, whose date its record has; the date of a dataset is of its bytes.
_DATED: Final = f"""
SELECT ?thing ?date {{
  {{ ?record <{FOAF}primaryTopic> ?thing }} UNION {{ ?record a <{DCAT}Catalog> BIND(?record AS ?thing) }}
  ?record <{DCT}modified> ?date
}}"""


def document_dates(description: DescriptionFolder, catalogue: Store) -> Iterator[tuple[str, str]]:
    """Each thing of a release, and when its document changed last.

    Args:
        description: the folder of its description.
        catalogue: its catalogue.
    """
    rows = catalogue.select(_DATED)
    own = {row["thing"].value: row["date"].value for row in rows}
    for thing, date in thing_dates(description):
        yield thing, max(date, own.pop(thing, date))
    yield from own.items()


def documents(things: Iterable[tuple[str, str]], base: str) -> list[tuple[str, str]]:
    """The address of the document about each thing and its date; a fragment has no document of its own."""
    addresses = Addresses(base)
    return sorted({addresses.document(thing): date for thing, date in things if addresses.has_document(thing)}.items())


def sitemap(addresses: Sequence[tuple[str, str]], url: str, part: int | None, size: int, newest: str) -> str | None:
    """The sitemap, or one part of it; without `part` an index when there are several. None when there is no such part.

    Args:
        addresses: each with its date, or an empty one.
        url: of the sitemap.
        part: from 1.
        size: addresses in a part, at most `MOST`.
        newest: the date of the newest.
    """
    if part is None and len(addresses) > size:
        parts = range(1, -(-len(addresses) // size) + 1)
        return _xml("sitemapindex", "".join(_entry("sitemap", f"{url}?part={n}", newest) for n in parts))
    start = ((1 if part is None else part) - 1) * size
    chosen = addresses[start : start + size] if start >= 0 else []
    if part is not None and not chosen:
        return None
    return _xml("urlset", "".join(_entry("url", address, date) for address, date in chosen))


def _entry(name: str, address: str, date: str) -> str:
    dated = f"<lastmod>{date}</lastmod>" if date else ""
    return f"<{name}><loc>{escape(quote(address, safe=_SAFE))}</loc>{dated}</{name}>\n"


def _xml(name: str, inside: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{name} xmlns="{_NAMESPACE}">\n{inside}</{name}>\n'


def robots(base: str, root: str) -> str:
    """Crawlers may read everything but the results of queries (RFC 9309); `root` is the path of the site."""
    return f"User-agent: *\nDisallow: {root}sparql?\nSitemap: {Addresses(base).page('sitemap.xml')}\n"


def api_catalog(base: str) -> bytes:
    """The interfaces for programs, each with its description for machines and for people (RFC 9727 §4.1)."""
    described = interfaces(base)
    return link_set({Addresses(base).page(API_CATALOG): [Link(iri, "item") for iri in described]} | described)


def interfaces(base: str) -> dict[str, list[Link]]:
    """The links of each interface for programs, by its URL."""
    url, turtle, json, page = Addresses(base).page, "text/turtle", "application/json", "text/html"
    description = _link(url("openapi.json"), "service-desc", json)
    return {
        url("sparql"): [
            _link(url("sparql"), "service-meta", turtle),
            description,
            _link(url("sparql"), "service-doc", page),
        ],
        url("data"): [description, _link(url(".well-known/void"), "service-meta", turtle)],
        url("stream"): [description, _link(url("stream.ttl"), "service-meta", turtle)],
        url("catalogue"): [
            _link(url("catalogue.ttl"), "service-meta", turtle),
            description,
            _link(url("catalogue.html"), "service-doc", page),
        ],
    }


def _link(target: str, rel: str, media_type: str) -> Link:
    return Link(target, rel, {"type": media_type})

"""What crawlers and API clients read first: the sitemap, `robots.txt`, the API catalogue (RFC 9727)."""

from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import quote
from xml.sax.saxutils import escape

from ..addresses import Addresses
from ..http.links import Link, link_set

MOST: Final = 50_000  # addresses in one sitemap (https://www.sitemaps.org/protocol.html)
_NAMESPACE: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_SAFE: Final = "/%#!$&'()*+,;=:@~?"


def documents(things: Iterable[tuple[str, str]], base: str) -> list[tuple[str, str]]:
    """The address of the document about each thing and its date; a fragment has no document of its own."""
    addresses = Addresses(base)
    return sorted({addresses.document(thing): date for thing, date in things if addresses.has_document(thing)}.items())


def sitemap(addresses: Sequence[tuple[str, str]], url: str, part: int | None) -> str | None:
    """The sitemap, or one part of it; without `part` an index when there are several. None when there is no such part.

    Args:
        addresses: each with its date, or an empty one.
        url: of the sitemap.
        part: from 1.
    """
    if part is None and len(addresses) > MOST:
        parts = range(1, -(-len(addresses) // MOST) + 1)
        inside = "".join(
            _entry("sitemap", f"{url}?part={n}", max(date for _, date in addresses[(n - 1) * MOST : n * MOST]))
            for n in parts
        )
        return _xml("sitemapindex", inside)
    start = ((1 if part is None else part) - 1) * MOST
    chosen = addresses[start : start + MOST] if start >= 0 else []
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
    url, turtle, json, page = Addresses(base).page, "text/turtle", "application/json", "text/html"
    description = _link(url("openapi.json"), "service-desc", json)
    interfaces = {
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
    return link_set({url(".well-known/api-catalog"): [Link(iri, "item") for iri in interfaces]} | interfaces)


def _link(target: str, rel: str, media_type: str) -> Link:
    return Link(target, rel, {"type": media_type})

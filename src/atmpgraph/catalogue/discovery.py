"""Where crawlers and API clients look first: the sitemap, `robots.txt`, the API catalogue (RFC 9727)."""

from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import quote
from xml.sax.saxutils import escape

from ..http.links import Link, link_set

MOST: Final = 50_000  # addresses in one sitemap (https://www.sitemaps.org/protocol.html)
_NAMESPACE: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_SAFE: Final = "/%#!$&'()*+,;=:@~?"


def documents(things: Iterable[tuple[str, str]], base: str) -> list[tuple[str, str]]:
    """The address of the document about each thing and its date; a fragment has no document of its own."""
    found = {}
    for thing, date in things:
        path = thing.removeprefix(base)
        if "#" not in path and path.startswith(("id/", "ns/", "auth/")):
            found[f"{base}doc/{path.removeprefix('id/')}" if path.startswith("id/") else thing] = date
    return sorted(found.items())


def sitemap(addresses: Sequence[tuple[str, str]], url: str, part: int | None) -> str | None:
    """The sitemap, or one part of it; when there is more than one part, an index without `part`. None: no such part.

    Args:
        addresses: each with its date; an empty one is not told.
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
    """What crawlers may read: everything but what a query computes (RFC 9309); `root` is the path of the site."""
    return f"User-agent: *\nDisallow: {root}sparql?\nSitemap: {base}sitemap.xml\n"


def api_catalog(base: str) -> bytes:
    """The interfaces for programs, each with its description for machines and for people (RFC 9727 §4.1)."""
    turtle, json, page = {"type": "text/turtle"}, {"type": "application/json"}, {"type": "text/html"}
    about = {
        f"{base}sparql": [
            Link(f"{base}sparql", "service-meta", turtle),
            Link(f"{base}openapi.json", "service-desc", json),
            Link(f"{base}sparql", "service-doc", page),
        ],
        f"{base}data": [
            Link(f"{base}openapi.json", "service-desc", json),
            Link(f"{base}.well-known/void", "service-meta", turtle),
        ],
        f"{base}stream": [
            Link(f"{base}openapi.json", "service-desc", json),
            Link(f"{base}stream.ttl", "service-meta", turtle),
        ],
        f"{base}catalogue": [
            Link(f"{base}catalogue.ttl", "service-meta", turtle),
            Link(f"{base}openapi.json", "service-desc", json),
            Link(f"{base}catalogue.html", "service-doc", page),
        ],
    }
    items = [Link(address, "item") for address in about]
    return link_set({f"{base}.well-known/api-catalog": items} | about)

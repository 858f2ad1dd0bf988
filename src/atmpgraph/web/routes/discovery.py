"""Where crawlers, portals and API clients look first: `/.well-known/`, the sitemap, `robots.txt`."""

from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox
from flask import request

from ...catalogue.discovery import api_catalog, documents, robots, sitemap
from ...formats import LINK_SET, TEXT, Format
from ...http.links import Link, link_field
from ...http.problem import Problem, ProblemError
from ...i18n import message
from ...release.release import Release
from ...release.thing_dates import thing_dates
from ...vocab import DCAT, DCT, FOAF
from ..core.context import Context
from ..core.resource import Resource, query_parameter, rdf
from ..core.response import Version
from ..core.serving import sitemap_pages

_XML: Final = Format("XML", "xml", "application/xml", "text")
_MISSING: Final = message("The current release describes nothing under this address.")
# The page of a thing shows all statements about it, whose date its record has; the date of a dataset is of its bytes.
_DATED: Final = f"""
SELECT ?thing ?date {{
  {{ ?record <{FOAF}primaryTopic> ?thing }} UNION {{ ?record a <{DCAT}Catalog> BIND(?record AS ?thing) }}
  ?record <{DCT}modified> ?date
}}"""


def _void(_: Context, release: Release) -> list[ox.Quad]:
    return release.graph(".well-known/void")


@dataclass(frozen=True)
class SitemapPart:
    """A part of the sitemap by its number, or the whole; with the pages that are in it beside the documents."""

    number: int | None
    pages: tuple[tuple[str, bool], ...]


def _load_sitemap(context: Context) -> SitemapPart | None:
    text = request.args.get("part")
    if text is not None and (not text.isdecimal() or len(text) > 9):
        return None
    return SitemapPart(int(text) if text else None, tuple(sitemap_pages(context)))


def _sitemap(context: Context, part: SitemapPart) -> str:
    dates = _dates(context.release)
    newest = max(dates.values(), default=context.release.manifest.created)
    pages = [(url, newest if dated else "") for url, dated in part.pages]
    addresses = [*pages, *documents(dates.items(), context.base)]
    text = sitemap(addresses, context.iris.page("sitemap.xml"), part.number)
    if text is None:
        raise ProblemError(Problem(404, _MISSING))
    return text


def _dates(release: Release) -> dict[str, str]:
    """When the document of each thing changed last."""
    release.whole(release.description.thing_dates)
    dates = dict(thing_dates(release.description))
    for row in release.catalogue_store.select(_DATED):
        thing, date = row["thing"].value, row["date"].value
        dates[thing] = max(date, dates.get(thing, date))
    return dates


RESOURCES = (
    Resource(
        endpoint="discovery.void",
        path="/.well-known/void",
        summary="The statistics of the dataset (VoID §7.2, RFC 8615).",
        makers=rdf(_void),
    ),
    Resource(
        endpoint="discovery.api",
        path="/.well-known/api-catalog",
        summary="The interfaces for programs (RFC 9727).",
        makers={LINK_SET: lambda context, _: api_catalog(context.base)},
        fields=lambda context, _: {
            "Link": link_field([Link(context.iris.page(".well-known/api-catalog"), "api-catalog")])
        },
    ),
    Resource(
        endpoint="discovery.robots_txt",
        path="/robots.txt",
        summary="What crawlers may read (RFC 9309).",
        makers={TEXT: lambda context, _: robots(context.base, context.root)},
        version=lambda context, *_: Version((context.root,)),
    ),
    Resource(
        endpoint="discovery.sitemap_xml",
        path="/sitemap.xml",
        summary="The pages with their dates (sitemaps.org); an index of parts when there are many.",
        load=_load_sitemap,
        missing=_MISSING,
        makers={_XML: _sitemap},
        version=lambda _, part, __: Version((repr(part),)),
        parameters=(query_parameter("part", "Number of the part, where the sitemap has parts."),),
    ),
)

"""Where crawlers, portals and API clients look first: `/.well-known/`, the sitemap, `robots.txt`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import pyoxigraph as ox
from flask import request

from ...addresses import Addresses
from ...catalogue.discovery import API_CATALOG, api_catalog, document_dates, documents, robots, sitemap
from ...catalogue.paging import subsets, void_page
from ...formats import HTML, LINK_SET, TEXT, Format
from ...http.links import Link, link_field
from ...http.problem import Problem, ProblemError
from ...i18n import message
from ...rdf.numbered_lines import Concatenated, Records
from ...release.release import Release
from ..core.context import Context
from ..core.paging import Paging, paged
from ..core.resource import Resource, query_parameter, rdf
from ..core.response import Version
from ..core.serving import sitemap_pages
from ..pages.graphs import graphs_page
from ..pages.interfaces import interfaces_page

_XML: Final = Format("XML", "xml", "application/xml", "text")
_MISSING: Final = message("The current release describes nothing under this address.")


@dataclass(frozen=True)
class VoidPage:
    """A page of the statistics: those of the whole, and of some graphs."""

    quads: list[ox.Quad]
    paging: Paging


def _load_void(context: Context) -> VoidPage:
    release, document = context.release, context.iris.page(".well-known/void")
    listed = subsets(release)
    paging = paged(len(listed), context.settings.limits.list_page_graphs)
    quads = void_page(release, [*listed[: paging.first], *listed[paging.last :]])
    return VoidPage([*quads, *paging.view(document, document)], paging)


def _void_quads(_: Context, void: VoidPage) -> list[ox.Quad]:
    return void.quads


def _void_fields(context: Context, void: VoidPage) -> Mapping[str, str]:
    links = void.paging.links(context.urls.page(".well-known/void"))
    return {"Link": link_field(links)} if links else {}


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
    release = context.release
    dated = _dated(release)
    newest = _newest(release, dated)
    pages = [(url, newest if is_dated else "") for url, is_dated in part.pages]
    addresses = Concatenated(pages, dated)
    size = context.settings.limits.sitemap_addresses
    text = sitemap(addresses, context.iris.page("sitemap.xml"), part.number, size, newest)
    if text is None:
        raise ProblemError(Problem(404, _MISSING))
    return text


def _dated(release: Release) -> Sequence[tuple[str, str]]:
    """The address of each document and when it changed last, by address."""
    lines = release.numbered(release.description.documents)
    if lines is not None:
        return Records(lines, _address_and_date)
    release.whole(release.description.thing_dates)
    return documents(document_dates(release.description, release.catalogue_store), release.base)


def _newest(release: Release, dated: Sequence[tuple[str, str]]) -> str:
    """The newest date: that of the catalogue, which tells of every change."""
    lines = release.numbered(release.description.documents)
    own = Addresses(release.base).document(Addresses(release.base).catalogue)
    if lines is not None and (numbers := lines.starting(f"{own} ".encode())):
        return dated[numbers[0]][1]
    return max((date for _, date in dated), default=release.manifest.created)


def _address_and_date(line: bytes) -> tuple[str, str]:
    address, _, date = line.decode().rpartition(" ")
    return address, date


_API_CATALOG: Final = replace(LINK_SET, also=("application/json",))  # no JSON-LD beside it has that name

RESOURCES = (
    Resource(
        endpoint="discovery.void",
        path="/.well-known/void",
        summary="The statistics of the dataset (VoID §7.2, RFC 8615).",
        load=_load_void,
        makers={**rdf(_void_quads), HTML: graphs_page},
        fields=_void_fields,
        parameters=(query_parameter("page", "Number of the page, where there are many graphs.", example="1"),),
    ),
    Resource(
        endpoint="discovery.api",
        path="/.well-known/api-catalog",
        summary="The interfaces for programs (RFC 9727).",
        makers={_API_CATALOG: lambda context, _: api_catalog(context.base), HTML: interfaces_page},
        fields=lambda context, _: {"Link": link_field([Link(context.iris.page(API_CATALOG), "api-catalog")])},
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
        parameters=(query_parameter("part", "Number of the part, where the sitemap has parts.", example="1"),),
    ),
)

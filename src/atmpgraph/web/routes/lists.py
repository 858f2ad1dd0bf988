"""Lists of things: `/{list}`, as the release has them, and `/things/{class}` for each class."""

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from flask import redirect
from werkzeug.wrappers import Response as AnyResponse

from ...errors import ReleaseError
from ...formats import HTML, JSON, RDF_FORMATS, TABLE, XLSX, Format
from ...i18n import SOURCE
from ...languages import best
from ...lists.declared import THINGS
from ...lists.lookup import Listing, open_lists
from ...release.release import Release
from ..core.context import Context, Publication, publication
from ..core.i18n import link
from ..core.list_state import NO_CLASS, ListState, frequent_classes, no_class, read_state
from ..core.resource import Instance, Maker, Navigation, Resource, Sitemap, query_parameter, with_example
from ..core.response import Version, vary_by_language
from ..pages.list_downloads import IN_PIECES, WHOLE_THINGS, csv_body, json_body, rdf_body
from ..pages.list_workbook import workbook_body
from ..pages.lists import list_page
from ..pages.prose import pages

_IN_A_LANGUAGE = (TABLE, XLSX, JSON)
_DOWNLOADS = (TABLE, XLSX, JSON, *RDF_FORMATS)


def _load(context: Context, name: str) -> ListState | AnyResponse | None:
    """The list; or the way to the page of that name, since people type `/about`."""
    state = read_state(context, name)
    if state is None and context.fixed is None and name in pages(context.settings):
        return redirect(link("pages.page", name=name), 307)
    return state


def _load_class(context: Context, kind: str) -> ListState | None:
    """The list of a class.

    Raises:
        ProblemError: 404 nothing has the class; with the most frequent ones.
    """
    state = read_state(context, THINGS, kind)
    if state is None and "." not in kind:
        raise no_class(context)
    return state


def _offered(_: Context, state: ListState) -> tuple[Format, ...]:
    """A format that is made at once is not offered of a long list."""
    short = state.paging.total <= WHOLE_THINGS
    return (HTML, TABLE, XLSX, JSON, *(fmt for fmt in RDF_FORMATS if short or fmt in IN_PIECES))


def _version(context: Context, state: ListState, fmt: Format) -> Version:
    """What is in words is in a language."""
    if fmt not in _IN_A_LANGUAGE:
        return Version(state.parts)
    vary_by_language()
    return Version((*state.parts, context.language))


def _page(context: Context, state: ListState) -> str:
    return list_page(context, state, [fmt for fmt in _offered(context, state) if fmt in _DOWNLOADS])


def _listings(release: Release) -> Sequence[Listing]:
    path = release.folder.lists
    return _read(release.whole(path), release.identity) if path in release.files else ()


@lru_cache(4)
def _read(path: Path, _: str) -> Sequence[Listing]:
    """The lists of a release, which each page has in its menu."""
    with open_lists(path) as lists:
        return tuple(lists.listings.values())


def _names(shared: Publication) -> Collection[str]:
    """The lists of the current release; before the first one, those that are declared. And the pages in own words."""
    try:
        lists = [listing.slug for listing in _listings(shared.release())]
    except ReleaseError:
        lists = [file.stem for file in shared.settings.layered("lists").glob("*.toml")]
    return [*lists, *pages(shared.settings)]


def _menu() -> list[Navigation]:
    """The lists of the current release that have something."""
    try:
        listings = _listings(publication().release())
    except ReleaseError:
        return []
    return [
        Navigation("head", listing.menu, listing.title, {"name": listing.slug})
        for listing in listings
        if listing.menu and listing.size
    ]


def _all(context: Context) -> list[dict[str, str]]:
    return [{"name": listing.slug} for listing in _listings(context.release) if listing.size]


def _classes(context: Context) -> list[dict[str, str]]:
    return [{"kind": token} for token in frequent_classes(context)]


def _sort(listing: Listing | None) -> str:
    """The first column that a list can be sorted by; empty for none."""
    return next(iter(listing.sorts), "") if listing else ""


def _example(context: Context) -> dict[str, str]:
    """The first list, sorted by its first column."""
    listing = next((listing for listing in _listings(context.release) if listing.size), None)
    return {"name": listing.slug if listing else "", "sort": _sort(listing)}


def _example_class(context: Context) -> dict[str, str]:
    """The first class, its list sorted by its first column."""
    things = next((listing for listing in _listings(context.release) if listing.slug == THINGS), None)
    return {"sort": _sort(things), **next(iter(_classes(context)), {})}


def _instances(context: Context) -> Iterable[Instance]:
    """Each list in OpenAPI, in English."""
    release, languages = context.release, (SOURCE, *context.settings.languages)
    if not (listings := _listings(release)):
        return
    with open_lists(release.whole(release.folder.lists)) as lists:
        for listing in listings:
            filters = [
                query_parameter(
                    each.name,
                    f"{best(each.label, languages)}.",
                    many=True,
                    example=next(iter(lists.frequent(listing.slug, each.name, 1)), ""),  # the most frequent one
                )
                for each in listing.facets
            ]
            title, description = best(listing.title, languages), best(listing.description, languages)
            sort, page = _PARAMETERS
            others = (with_example(sort, _sort(listing)), page)
            yield Instance({"name": listing.slug}, title, description, (*filters, *others))


_PARAMETERS = (
    query_parameter("sort", "Column that the list is sorted by; with a minus sign before it, the largest first."),
    query_parameter("page", "Number of the page for people; all other formats have the whole list.", example="1"),
)
_MAKERS: dict[Format, Maker[ListState]] = {
    HTML: _page,
    TABLE: csv_body,
    XLSX: workbook_body,
    JSON: json_body,
    **{fmt: rdf_body(fmt) for fmt in RDF_FORMATS},
}

RESOURCES = (
    Resource(
        endpoint="lists.list",
        path="/<name>",
        summary="A list of things, filtered and sorted as the URL says; for download as it is shown, but all pages.",
        load=_load,
        makers=_MAKERS,
        offered=_offered,
        suffixes=_DOWNLOADS,
        version=_version,
        navigation=_menu,
        sitemap=Sitemap(_all),
        instances=_instances,
        parameters=_PARAMETERS,
        names=_names,
        examples=_example,
    ),
    Resource(
        endpoint="lists.things",
        path="/things/<kind>",
        summary="The things of a class, by its name, a name with a prefix, or its IRI; for download too.",
        load=_load_class,
        missing=NO_CLASS,
        makers=_MAKERS,
        offered=_offered,
        suffixes=_DOWNLOADS,
        version=_version,
        sitemap=Sitemap(_classes),
        parameters=_PARAMETERS,
        examples=_example_class,
    ),
)

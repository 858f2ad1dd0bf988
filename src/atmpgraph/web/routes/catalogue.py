"""The catalogue for portals: one document in every format, or pages (`[limits] catalogue_page_datasets`)."""

from typing import Final

from flask import Response, render_template
from markupsafe import Markup

from ...formats import CITATIONS, LINK_SET
from ...http.links import Link
from ...i18n import message
from ...profiles.registry import MODEL
from ..core.citation import requested_citation, respond_with_citation, work
from ..core.context import Context
from ..core.description import Description, describe_catalogue, place
from ..core.representations import represent
from ..core.resource import Navigation, Resource, query_parameter
from ..pages.catalogue import catalogue_page

_MISSING: Final = message("The current release describes nothing under this address.")


def _load(context: Context) -> Description | None:
    return describe_catalogue(context, context.iris.catalogue_page(), pages=True)


def _respond(context: Context, described: Description) -> Response:
    if fmt := requested_citation(context):
        return respond_with_citation(context, described.topic, fmt)

    def page_of(_: Description, blocks: list[Markup], links: list[Link]) -> str:
        cited, view = work(context, context.release, described.topic), catalogue_page(context, described)
        return render_template("catalogue.html", page=view, cited=cited, data_blocks=blocks, links=links)

    paging, start = described.paging, place(context.urls.page("catalogue"), context.fixed)
    response = represent(context, described, page_of, links=paging.links(start) if paging else ())
    location = response.headers.get("Content-Location")
    if location and paging and paging.number > 1:
        response.headers["Content-Location"] = f"{location}{'&' if '?' in location else '?'}page={paging.number}"
    return response


RESOURCES = (
    Resource(
        endpoint="catalogue.catalogue",
        path="/catalogue",
        summary="The catalogue, or its citation.",
        load=_load,
        missing=_MISSING,
        handler=_respond,
        formats=MODEL.formats,
        suffixes=(*MODEL.formats, LINK_SET, *CITATIONS),
        navigation=Navigation("head", 80, message("Data")),
        parameters=(query_parameter("page", "Number of the page, where the catalogue has pages.", example="1"),),
    ),
)

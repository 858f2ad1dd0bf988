"""The catalogue for portals: one document in every format, or pages (`[limits] catalogue_page_datasets`)."""

from dataclasses import replace
from typing import Final

from flask import Response, render_template, request
from markupsafe import Markup

from ...catalogue.paging import page, pages
from ...formats import CITATIONS, LINK_SET
from ...http.links import Link
from ...http.problem import Problem, ProblemError
from ...i18n import message
from ...profiles.registry import MODEL
from ..core.citation import requested_citation, respond_with_citation, work
from ..core.context import Context
from ..core.description import Description, describe_catalogue
from ..core.i18n import note_arguments
from ..core.representations import represent
from ..core.resource import Navigation, Resource, Sitemap, query_parameter
from ..pages.catalogue import catalogue_page

_MISSING: Final = message("The current release describes nothing under this address.")


def _load(context: Context) -> Description | None:
    return describe_catalogue(context.release, context.iris.catalogue_page())


def _respond(context: Context, whole: Description) -> Response:
    if fmt := requested_citation(context):
        return respond_with_citation(context, whole.topic, fmt)

    def page_of(_: Description, blocks: list[Markup], links: list[Link]) -> str:
        cited, view = work(context, context.release, whole.topic), catalogue_page(context)
        return render_template("catalogue.html", page=view, cited=cited, data_blocks=blocks, links=links)

    size = context.settings.limits.catalogue_page_datasets
    count = pages(whole.quads, size)
    number = _number(count)
    described = replace(whole, quads=page(whole.quads, number, size, context.base)) if count else whole
    response = represent(context, described, page_of)
    location = response.headers.get("Content-Location")
    if location and number > 1:
        response.headers["Content-Location"] = f"{location}{'&' if '?' in location else '?'}page={number}"
    return response


def _number(count: int) -> int:
    """The page that the URL names, else the first.

    Raises:
        ProblemError: 404 there is no such page.
    """
    text = request.args.get("page", "1")
    if not text.isdecimal() or len(text) > 9 or not 1 <= int(text) <= max(count, 1):
        raise ProblemError(Problem(404, _MISSING))
    if int(text) > 1:
        note_arguments(page=str(int(text)))
    return int(text)


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
        navigation=Navigation("head", 1, message("Catalogue")),
        sitemap=Sitemap(),
        parameters=(query_parameter("page", "Number of the page, where the catalogue has pages."),),
    ),
)

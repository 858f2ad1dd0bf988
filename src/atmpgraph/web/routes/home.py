"""The home page: the partnership of this publication, for people; its catalogue, for programs."""

from dataclasses import dataclass, replace

from flask import Response, render_template

from ...i18n import message
from ...profiles.registry import MODEL
from ..core.context import Context
from ..core.description import Description, describe, describe_catalogue
from ..core.representations import represent
from ..core.resource import Resource, Sitemap
from ..pages.home import home_page


@dataclass(frozen=True)
class Home:
    """The partnership, and the catalogue, which is whole here if it is small: some harvesters follow no pages."""

    partnership: Description
    catalogue: Description


def _load(context: Context) -> Home | None:
    iri = context.iris.partnership(context.settings.partnership)
    partnership = describe(context, iri, context.base)
    catalogue = describe_catalogue(context, context.base, pages=False)
    return Home(partnership, catalogue) if partnership and catalogue else None


def _respond(context: Context, home: Home) -> Response:
    return represent(
        context,
        replace(home.catalogue, embedded=home.partnership.published(context.settings.licence)),
        lambda _, blocks, links: render_template(
            "home.html", view=home_page(context, home.partnership), data_blocks=blocks, links=links
        ),
        suffixes=False,
        links=home.catalogue.paging.links(context.urls.page("catalogue")) if home.catalogue.paging else (),
    )


RESOURCES = (
    Resource(
        endpoint="home.home",
        path="/",
        summary="The partnership of this publication for people; its catalogue for programs, whole if it is small.",
        load=_load,
        missing=message("The release does not describe the partnership that the settings name."),
        handler=_respond,
        formats=MODEL.formats,
        sitemap=Sitemap(),
    ),
)

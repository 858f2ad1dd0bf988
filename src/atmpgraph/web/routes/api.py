"""What programs can ask of a publication, with an example of each that works here."""

from ...formats import HTML
from ...i18n import message
from ..core.resource import Navigation, Resource, Sitemap
from ..pages.api import api_page

RESOURCES = (
    Resource(
        endpoint="api.api",
        path="/api",
        summary="What programs can ask here, for the people who write them.",
        load=lambda context: context,
        makers={HTML: lambda context, _: api_page(context)},
        navigation=Navigation("foot", 5, message("For programs (API)")),
        sitemap=Sitemap(),
    ),
)

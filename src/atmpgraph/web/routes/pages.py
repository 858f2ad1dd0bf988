"""Pages in the publication's own words: `/pages/{name}`."""

from flask import render_template

from ...formats import HTML
from ..core.context import Context, settings
from ..core.resource import Navigation, Resource, Sitemap
from ..pages.prose import ByLanguage, pages, seen

_ABOUT = "about"


def _load(context: Context, name: str) -> ByLanguage | None:
    return pages(context.settings).get(name)


def _names(context: Context) -> list[dict[str, str]]:
    return [{"name": name} for name in pages(context.settings)]


def _about() -> list[Navigation]:
    """The page about the publication stands in the menu."""
    by_language = pages(settings()).get(_ABOUT, {})
    titles = {language: prose.title for language, prose in by_language.items()}
    return [Navigation("head", 90, titles, {"name": _ABOUT})] if titles else []


RESOURCES = (
    Resource(
        endpoint="pages.page",
        path="/pages/<name>",
        summary="A page in the publication's own words: about it, a legal notice, a contact.",
        load=_load,
        makers={HTML: lambda _, by_language: render_template("prose.html", prose=seen(by_language))},
        navigation=_about,
        sitemap=Sitemap(_names, dated=False),
        examples=lambda context: next(iter(_names(context)), {}),
    ),
)

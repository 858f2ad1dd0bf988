"""Pages in the publication's own words: `/pages/{name}`."""

from flask import render_template

from ...formats import HTML
from ..core.context import Context
from ..core.resource import Resource, Sitemap
from ..pages.prose import ByLanguage, pages, seen


def _load(context: Context, name: str) -> ByLanguage | None:
    return pages(context.settings).get(name)


def _names(context: Context) -> list[dict[str, str]]:
    return [{"name": name} for name in pages(context.settings)]


RESOURCES = (
    Resource(
        endpoint="pages.page",
        path="/pages/<name>",
        summary="A page in the publication's own words: about it, a legal notice, a contact.",
        load=_load,
        makers={HTML: lambda _, by_language: render_template("prose.html", prose=seen(by_language))},
        sitemap=Sitemap(_names, dated=False),
        examples=lambda context: next(iter(_names(context)), {}),
    ),
)

"""The documentation of the software: `/docs/`, where the publication wants it."""

from typing import Any, TypeAlias

from ...formats import HTML
from ...i18n import message
from ..core.context import Context, publication
from ..core.resource import Navigation, Resource, Sitemap
from ..core.response import Version
from ..pages.documentation import INDEX, documentation, documentation_page

_Page: TypeAlias = tuple[str, dict[str, Any]]
_MISSING = message("There is no such page of documentation.")


def _load(context: Context, name: str = INDEX) -> _Page | None:
    content = documentation() if context.settings.site.documentation else None
    page = content.pages.get(name) if content else None
    return (name, page) if page else None


def _version(*_: object) -> Version:
    content = documentation()
    return Version((content.digest if content else "",))


def _names(context: Context) -> list[dict[str, str]]:
    content = documentation() if context.settings.site.documentation else None
    return [{"name": name} for name in content.pages if name != INDEX] if content else []


def _navigation() -> tuple[Navigation, ...]:
    if not (publication().settings.site.documentation and documentation()):
        return ()
    return (Navigation("foot", 6, message("Documentation")),)


RESOURCES = (
    Resource(
        endpoint="documentation.index",
        path="/docs/",
        summary="The documentation of the software.",
        load=_load,
        missing=_MISSING,
        makers={HTML: lambda _, page: documentation_page(*page)},
        version=_version,
        navigation=_navigation,
        sitemap=Sitemap(lambda context: [{}] if _names(context) else [], dated=False),
    ),
    Resource(
        endpoint="documentation.page",
        path="/docs/<path:name>",
        summary="A page of the documentation of the software.",
        load=_load,
        missing=_MISSING,
        makers={HTML: lambda _, page: documentation_page(*page)},
        version=_version,
        sitemap=Sitemap(_names, dated=False),
        examples=lambda context: next(iter(_names(context)), {}),
    ),
)

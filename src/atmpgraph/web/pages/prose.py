"""The publication's own look and words, for the templates: what each page has of them, and what the home page says."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final, Literal, TypeAlias

from flask import Flask

from ...layers.prose import HOME, Prose, best, read_prose
from ...settings import Settings
from ..core.context import settings
from ..core.i18n import link, page_language, requested_language

ByLanguage: TypeAlias = Mapping[str, Prose]  # one text, by language
_OURS: Final = re.compile(r'(?<=href=")\.{1,2}/[^"?#]*(?=["#])')  # the path of a page of this site


def pages(publication: Settings) -> dict[str, ByLanguage]:
    """The pages by name, each by language."""
    return {name: texts for name, texts in read_prose(publication).items() if name != HOME}


def seen(by_language: ByLanguage) -> Prose:
    """The text for the language of the request, whose links stay in the language that the URL names."""
    prose = best(by_language, (page_language(), *settings().languages))
    language = requested_language()
    return replace(prose, html=_OURS.sub(rf"\g<0>?lang={language}", prose.html)) if language else prose


def register(app: Flask) -> None:
    """Give the templates the links to the pages, and the home text."""
    app.jinja_env.globals.update(
        own_pages=_links, home_text=_home_text, site_links=_site_links, site=lambda: settings().site
    )


def _links() -> list[tuple[str, str, str]]:
    """URL, title and language of each page."""
    shown = {name: seen(by_language) for name, by_language in pages(settings()).items()}
    return [(link("pages.page", name=name), prose.title, prose.language) for name, prose in shown.items()]


def _site_links(place: Literal["header", "footer"]) -> list[tuple[str, str]]:
    """URL and text of the publication's own links of every page."""
    languages = (page_language(), *settings().languages)
    return [(each.url, each.title.best(languages)) for each in getattr(settings().site, place)]


def _home_text() -> Prose | None:
    by_language = read_prose(settings()).get(HOME)
    return seen(by_language) if by_language else None

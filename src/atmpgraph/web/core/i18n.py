"""The language of pages: `?lang=`, else Accept-Language; and the texts of the pages in each language."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, g, request, url_for

from ...addresses import iri_to_path
from ...http.negotiate import choose_language
from ...settings import LANGUAGES
from .context import settings

_TEXTS = Path(__file__).parents[1] / "texts"


@cache
def texts(language: str) -> dict[str, Any]:
    """The texts of the pages."""
    return tomllib.loads((_TEXTS / f"{language}.toml").read_text(encoding="utf-8"))


def asked_language() -> str | None:
    """The language that the URL names, if it is one of ours."""
    asked = request.args.get("lang")
    return asked if asked in LANGUAGES else None


def page_language() -> str:
    """The language of the page that answers this request; notes that it depends on Accept-Language."""
    if asked := asked_language():
        return asked
    g.setdefault("vary", {})["Accept-Language"] = None
    return choose_language(request.headers.get("Accept-Language"), LANGUAGES)


def fallback() -> tuple[str, ...]:
    """The page's language, then the others in their order."""
    return tuple(dict.fromkeys((page_language(), *LANGUAGES)))


def link(endpoint: str, **values: str | None) -> str:
    """The URL of a route, in the language that the reader asked for."""
    arguments: dict[str, Any] = {"lang": asked_language()} | values
    return url_for(endpoint, **arguments)


def understood(**arguments: str | list[str]) -> None:
    """Note what the URL's query was understood as; whatever else it says has no meaning, and is not passed on."""
    g.setdefault("understood", {}).update(arguments)


def arguments(language: str | None) -> str:
    """The query of the URL as it was understood, in a language: without more than the response depends on."""
    lang = {"lang": language} if language else {}
    return urlencode(g.get("understood", {}) | lang, doseq=True)


def here(language: str) -> str:
    """The URL of this page in another language, relative to the page itself (RFC 3986 §5.2.2)."""
    return f"?{arguments(language)}"


def href(iri: str, past: str | None = None) -> str | None:
    """Where a link to an IRI goes: our own to this server under whatever path it is mounted, others to their place.

    Args:
        iri: of a thing or document.
        past: digest of the release to see it in; without it that of the page, or today's.
    """
    path = iri_to_path(settings().base, iri)
    if path is None:
        return iri if iri.startswith(("http://", "https://")) else None
    path, mark, fragment = path.partition("#")
    if path.startswith("id/"):
        path = "doc/" + path.removeprefix("id/")
    if digest := past or g.get("memento"):  # a page of the past leads to its own day
        path = _past(path, digest)
    language = asked_language()
    return f"{request.script_root}/{path}{f'?lang={language}' if language else ''}{mark}{fragment}"


def _past(path: str, digest: str) -> str:
    """The path, in a release, of what stands under `path` today."""
    if path.startswith("doc/table/"):
        return f"dumps/{digest}/tables/{path.removeprefix('doc/table/')}"
    return f"releases/{digest}/{path}" if path.startswith("doc/") else path


def register(app: Flask) -> None:
    """Give the templates what every page needs."""

    @app.context_processor
    def _context() -> dict[str, Any]:
        language = page_language()
        return {
            "t": texts(language),
            "language": language,
            "asked": asked_language(),
            "languages": LANGUAGES,
            "site_title": getattr(settings().title, language),
            "site_description": getattr(settings().description, language),
            "licence": settings().licence,
            "link": link,
            "here": here,
            "href": href,
        }

"""The language of pages: `?lang=`, else Accept-Language; and links that stay in it."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from flask import Flask, g, request, url_for

from ...addresses import iri_to_path
from ...http.negotiate import choose_language
from ...i18n import Texts, texts
from ...settings import LANGUAGES
from .context import settings
from .words import WORDS


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


def page_texts() -> Texts:
    """The texts of the page's language."""
    return texts(page_language())


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


def _word(code: str) -> str:
    """The word for a code that stands in data."""
    return page_texts().gettext(WORDS.get(code, code))


def register(app: Flask) -> None:
    """Give the templates what every page needs."""
    app.jinja_env.globals.update(
        _=lambda message, **values: page_texts().gettext(message, **values),
        ngettext=lambda singular, plural, n, **values: page_texts().ngettext(singular, plural, n, **values),
        pgettext=lambda context, message, **values: page_texts().pgettext(context, message, **values),
        word=_word,
        language_name=lambda tag: page_texts().language_name(tag),
    )
    app.jinja_env.filters.update(
        number=lambda value: page_texts().number(value),
        percent=lambda share: page_texts().percent(share),
        money=lambda value, currency: page_texts().money(Decimal(value), currency),
        size=lambda count: page_texts().size(count),
        date=lambda text: page_texts().date(text),
    )

    @app.context_processor
    def _context() -> dict[str, Any]:
        language = page_language()
        return {
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

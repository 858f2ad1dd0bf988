"""The language of pages: `?lang=`, else Accept-Language; and links that stay in it."""

from typing import Any, Final, cast
from urllib.parse import quote, urlencode, urlsplit

from flask import Flask, g, request, url_for

from ...addresses import served_path
from ...http.negotiate import choose_language
from ...i18n import Texts, own_texts, texts
from ...sparql.protocol import FORMATS
from .context import Publication, current_context, settings
from .words import WORDS

# The arguments that every page takes.
OF_EVERY_PAGE: Final = ("lang", "_mediatype", "_profile", *FORMATS)
_PATH: Final = "/!$&'()*+,;=:@~"  # what a path may hold unencoded (RFC 3986 §3.3)


def requested_language() -> str | None:
    """The language that the URL names, if it is one of the publication's; a page asks for each of its links."""
    if "requested_language" not in g:
        language = request.args.get("lang", "").lower()
        g.requested_language = language if language in settings().languages else None
    return cast("str | None", g.requested_language)


def page_language() -> str:
    """The language of the page that answers this request; a page looks thousands of times."""
    language: str | None = g.get("page_language")
    if language is None:
        chosen = requested_language() or choose_language(request.headers.get("Accept-Language"), settings().languages)
        language = g.page_language = chosen
    return language


def page_texts() -> Texts:
    """The texts of the page's language."""
    return texts(page_language())


def link(endpoint: str, **values: str | None) -> str:
    """The URL of a resource, in the language that the URL of the page names."""
    arguments: dict[str, Any] = {"lang": requested_language()} | values
    return url_for(endpoint, **arguments)


def note_arguments(**arguments: str | list[str]) -> None:
    """Note the arguments of the URL's query that the response depends on; the others have no meaning."""
    g.setdefault("arguments", {}).update(arguments)


def noted_arguments() -> dict[str, str | list[str]]:
    """The arguments that were noted for this response."""
    return dict(g.get("arguments", {}))


def arguments(language: str | None) -> str:
    """The query of the URL in a language, with the noted arguments alone."""
    lang = {"lang": language} if language else {}
    return urlencode(g.get("arguments", {}) | lang, doseq=True)


def here(language: str) -> str:
    """The URL of this page in another language, relative to the page itself (RFC 3986 §5.2.2)."""
    return f"?{arguments(language)}"


def canonical() -> str:
    """The URL of this page under the base of the publication (RFC 6596), with the noted arguments, in no language."""
    noted = arguments(None)
    path = quote(request.path.removeprefix("/").removesuffix(".html"), safe=_PATH)
    return f"{settings().base}{path}{f'?{noted}' if noted else ''}"


def current(url: str) -> str:
    """The value of aria-current (WAI-ARIA 1.2 §6.6) for a link of a menu: to this page, or to one above it."""
    here = f"{request.script_root}{request.path}".removesuffix(".html").rstrip("/")
    target = urlsplit(url).path.rstrip("/")
    if target == request.script_root:
        return ""
    return "page" if here == target else "true" if here.startswith(f"{target}/") else ""


def page_url(name: str, number: int, anchor: str = "") -> str:
    """The URL of another page of a list on this page, with the noted arguments.

    Args:
        name: of the parameter that has the number.
        number: of the page, from 1.
        anchor: of the list.
    """
    language = requested_language()
    others = {key: value for key, value in g.get("arguments", {}).items() if key != name}
    others |= ({name: str(number)} if number > 1 else {}) | ({"lang": language} if language else {})
    query, mark = urlencode(others, doseq=True), f"#{anchor}" if anchor else ""
    return f"{f'?{query}' if query else f'{request.script_root}{quote(request.path, safe=_PATH)}'}{mark}"


def href(iri: str, release: str | None = None) -> str | None:
    """The target of a link to an IRI: on this server for our own, wherever it is mounted.

    Args:
        iri: of a thing or document.
        release: digest of the release whose state it leads to; by default that of the page's context.
    """
    path = served_path(settings().base, iri)
    if path is None:
        return iri if iri.startswith(("http://", "https://")) else None
    path, mark, fragment = path.partition("#")
    if path.startswith("id/"):
        path = "doc/" + path.removeprefix("id/")
    context = current_context()
    if release is None and context and context.links_stay:
        release = context.release.digest
    if release:
        path = _in_release(path, release)
    elif path == "doc/catalogue":
        path = "catalogue"
    language = requested_language()
    return f"{request.script_root}/{path}{f'?lang={language}' if language else ''}{mark}{fragment}"


def _in_release(path: str, digest: str) -> str:
    """The path of the state that a release has of the document at `path`."""
    if path.startswith("doc/table/"):
        return f"dumps/{digest}/tables/{path.removeprefix('doc/table/')}"
    return f"releases/{digest}/{path}" if path.startswith("doc/") else path


def _word(code: str) -> str:
    """The word for a code in the data."""
    return page_texts().gettext(WORDS.get(code, code))


def register(app: Flask) -> None:
    """Give the templates what every page needs."""
    app.jinja_env.globals.update(
        _=lambda message, **values: page_texts().gettext(message, **values),
        ngettext=lambda singular, plural, n, **values: page_texts().ngettext(singular, plural, n, **values),
        pgettext=lambda context, message, **values: page_texts().pgettext(context, message, **values),
        word=_word,
        page_url=page_url,
        current=current,
        canonical=canonical,
        language_name=lambda tag: page_texts().language_name(tag),
    )
    app.jinja_env.filters.update(
        number=lambda value: page_texts().number(value),
        percent=lambda share: page_texts().percent(round(share, 3)),
        currency=lambda code: page_texts().currency(code),
        size=lambda count: page_texts().size(count),
        date=lambda text: page_texts().date(text),
    )

    shared: Publication = app.extensions["atmpgraph"]
    folder = shared.settings.path(shared.settings.folders.texts)

    @app.before_request
    def _own_texts() -> None:
        own_texts(folder)

    @app.context_processor
    def _context() -> dict[str, Any]:
        language = page_language()
        return {
            "language": language,
            "asked": requested_language(),
            "direction": page_texts().direction,
            "languages": settings().languages,
            "site_title": settings().title.best((language, *settings().languages)),
            "site_description": settings().description.best((language, *settings().languages)),
            "licence": settings().licence,
            "link": link,
            "here": here,
            "href": href,
        }

"""What the editor of queries needs on its pages: the queries of the library, its words and formats, its scripts."""

from typing import Any

from flask import Flask, url_for

from ...formats import RDF_FORMATS, RESULT_FORMATS, Format
from ...i18n import texts
from ...sparql.library import read_library
from ...vocab import UNIT, prefixes
from ..core.context import Context, current_context
from ..core.files import static_url
from ..core.i18n import link
from ..core.terms import terms
from .editor_texts import editor_texts


def _context() -> Context:
    context = current_context()
    assert context  # noqa: S101 - the editor is on pages of resources only
    return context


def library_queries() -> list[dict[str, str]]:
    """The queries of the library in the reader's language."""
    context, listed = _context(), []
    settings = context.settings
    for query in read_library(settings.layered("queries"), settings.languages).values():
        title, language = query.text("title", context.languages)
        page = link("queries.question", name=query.name)
        text = link("queries.question", name=f"{query.name}.rq", lang=context.language)
        listed.append({"title": title, "language": language, "page": page, "text": text})
    return listed


def page_data(**of_page: Any) -> dict[str, Any]:  # noqa: ANN401 - what JSON may hold
    """What the scripts of a page need: prefixes, namespaces, words and formats; and what the page adds."""
    context = _context()
    return {
        "base": context.base,
        "root": context.root,
        "prefixes": prefixes(context.base),
        "units": {iri: label for iri, label in terms(context.language).items() if iri.startswith(UNIT)},
        "terms": url_for("editor.terms", digest=context.release.digest),
        "lang": context.language,
        "asked": context.requested_language,
        "formats": {"results": _formats(RESULT_FORMATS), "graph": _formats(RDF_FORMATS)},
        "tabs": [str(editor_texts(texts(language))["tab"]) for language in context.settings.languages],
        "t": editor_texts(texts(context.language)),
        **of_page,
    }


def _formats(formats: tuple[Format, ...]) -> list[dict[str, str]]:
    return [{"name": fmt.name, "suffix": fmt.suffix, "media_type": fmt.media_type} for fmt in formats]


def register(app: Flask) -> None:
    """Add it to the templates."""
    app.jinja_env.globals.update(questions=library_queries, page_data=page_data, static_url=static_url)

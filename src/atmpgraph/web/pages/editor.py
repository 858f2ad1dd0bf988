"""What the editor of queries needs on its pages: the queries of the library, its words and formats, its scripts."""

from typing import Any

from flask import Flask, url_for

from ...formats import RDF_FORMATS, RESULT_FORMATS, Format
from ...i18n import texts
from ...sparql.library import LibraryQuery, by_subject, read_library, shared_labels
from ...sparql.query_head import SUBJECTS
from ...vocab import UNIT, names_of_things, prefixes
from ..core.context import Context, current_context
from ..core.files import static_url
from ..core.i18n import link, page_texts
from ..core.terms import terms
from .editor_texts import editor_texts
from .results import ResultsPage


def _context() -> Context:
    context = current_context()
    assert context  # noqa: S101 - the editor is on pages of resources only
    return context


def library_queries() -> dict[str, list[dict[str, str]]]:
    """The queries of the library by their subjects, in the reader's language."""
    context, listed = _context(), {}
    for subject, queries in by_subject(_library(context).values()).items():
        listed[page_texts().gettext(SUBJECTS[subject])] = [_listed(context, query) for query in queries]
    return listed


def _library(context: Context) -> dict[str, LibraryQuery]:
    return read_library(context.settings.layered("queries"), context.settings.languages)


def _listed(context: Context, query: LibraryQuery) -> dict[str, str]:
    title, language = query.text("title", context.languages)
    page = link("queries.question", name=query.name)
    text = link("queries.question", name=f"{query.name}.rq", lang=context.language)
    return {"title": title, "language": language, "page": page, "text": text}


def column_labels() -> dict[str, str]:
    """What the library calls its columns, in the reader's language."""
    context = _context()
    return shared_labels(_library(context).values(), context.languages)


def page_data(**of_page: Any) -> dict[str, Any]:  # noqa: ANN401 - what JSON may hold
    """What the scripts of a page need: prefixes, namespaces, words and formats; and what the page adds."""
    context = _context()
    return {
        "base": context.base,
        "root": context.root,
        "prefixes": {**prefixes(context.base), **names_of_things(context.base)},
        "units": {iri: label for iri, label in terms(context.language).items() if iri.startswith(UNIT)},
        "terms": url_for("editor.terms", digest=context.release.digest),
        "lang": context.language,
        "most": context.settings.queries.picture_rows,
        "asked": context.requested_language,
        "formats": {"results": _formats(RESULT_FORMATS), "graph": _formats(RDF_FORMATS)},
        "tabs": [str(editor_texts(texts(language))["tab"]) for language in context.settings.languages],
        "columns": {} if "columns" in of_page else column_labels(),
        "t": editor_texts(texts(context.language)),
        **of_page,
    }


def answer_data(page: ResultsPage, **of_page: Any) -> dict[str, Any]:  # noqa: ANN401 - what JSON may hold
    """What the scripts of an answer for readers need: their words, and units by their names."""
    context = _context()
    return {
        "base": context.base,
        "prefixes": {},
        "units": {iri: name.text for iri, name in page.names.items() if iri.startswith(UNIT)},
        "lang": context.language,
        "t": editor_texts(texts(context.language)),
        **of_page,
    }


def _formats(formats: tuple[Format, ...]) -> list[dict[str, str]]:
    return [{"name": fmt.name, "suffix": fmt.suffix, "media_type": fmt.media_type} for fmt in formats]


def register(app: Flask) -> None:
    """Add it to the templates."""
    app.jinja_env.globals.update(
        questions=library_queries,
        page_data=page_data,
        answer_data=answer_data,
        column_labels=column_labels,
        static_url=static_url,
    )

"""Searching the words of the release: `/search`, suggestions, and what tells browsers of both (OpenSearch 1.1)."""

from typing import Final

from flask import render_template, request

from ...formats import HTML, JSON, Format
from ...http.problem import Problem, ProblemError
from ...i18n import message
from ...release.release import Release
from ...search import Searcher, searcher_of
from ..core.context import Context
from ..core.i18n import note_arguments
from ..core.paging import paged
from ..core.resource import Resource, query_parameter
from ..pages.search import SearchPage, search_json, search_page, suggestions, whole_kind

SUGGESTIONS: Final = Format("Suggestions", "json", "application/x-suggestions+json", "text", also=("application/json",))
DESCRIPTION: Final = Format(
    "OpenSearch", "xml", "application/opensearchdescription+xml", "text", also=("application/xml",)
)
_SHORT_NAME, _LONG_NAME = 16, 48  # characters (OpenSearch 1.1)
_MOST_HITS: Final = 1_000  # that pages lead to; more of them need a narrower question
_NO_INDEX: Final = message("This release has no index of words: an earlier version made it. The next build makes one.")
_TOO_LONG: Final = message("A search has {most} characters at most; this one has {count}. Search for fewer words.")
_Q: Final = query_parameter("q", "Words, a name or an identifier, in any language and spelling.", example="university")


def _text(context: Context) -> str:
    """The text that is searched.

    Raises:
        ProblemError: 400 it is too long.
    """
    text, most = request.args.get("q", "").strip(), context.settings.limits.search_characters
    if len(text) > most:
        raise ProblemError(Problem(400, _TOO_LONG, values={"most": most, "count": len(text)}))
    if text:
        note_arguments(q=text)
    return text


def _searcher(context: Context) -> Searcher:
    searcher = searcher_of(context.release)
    if searcher is None:
        raise ProblemError(Problem(404, _NO_INDEX))
    return searcher


def _load(context: Context) -> SearchPage:
    text, size = _text(context), context.settings.limits.search_page_hits
    searcher, named = _searcher(context), request.args.get("kind", "") if text else ""
    kind = whole_kind(context.base, named) or None
    if named:
        note_arguments(kind=named)
    first = size * (max(request.args.get("page", 1, type=int), 1) - 1)
    results = searcher.search(text, kind, first=first, limit=size) if text else None
    paging = paged(min(results.count, _MOST_HITS) if results else 0, size)
    return SearchPage(text, kind, searcher.things, results, paging)


def _description(context: Context, _: Release) -> str:
    languages = (context.requested_language or "", *context.settings.languages)
    lang = f"&lang={context.requested_language}" if context.requested_language else ""
    return render_template(
        "opensearch.xml",
        title=context.settings.title.best(languages),
        description=context.settings.description.best(languages),
        pages={name: f"{context.iris.page(name)}?q={{searchTerms}}{lang}" for name in ("search", "suggest")},
        icon=context.iris.page("static/icon.svg"),
        longest=(_SHORT_NAME, _LONG_NAME),
        languages=context.settings.languages,
    )


RESOURCES = (
    Resource(
        endpoint="search.search",
        path="/search",
        summary="Things whose names, identifiers or texts have the words of a text, the best first.",
        load=_load,
        makers={HTML: search_page, JSON: search_json},
        suffixes=(JSON,),
        parameters=(
            _Q,
            query_parameter(
                "kind",
                "The class of the things, as an IRI or with a prefix, such as org:Organization.",
                example="org:Organization",
            ),
            query_parameter("page", "The number of the page.", example="1"),
        ),
    ),
    Resource(
        endpoint="search.suggest",
        path="/suggest",
        summary="What a text may become, while it is typed (OpenSearch Suggestions).",
        load=lambda context: (_searcher(context), _text(context)),
        makers={SUGGESTIONS: lambda context, sought: suggestions(context, *sought)},
        parameters=(_Q,),
    ),
    Resource(
        endpoint="search.opensearch",
        path="/opensearch.xml",
        summary="How a browser searches here (OpenSearch 1.1).",
        makers={DESCRIPTION: _description},
    ),
)

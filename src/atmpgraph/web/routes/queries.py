"""The query library: each query with its page, its text and its result in any format."""

from collections.abc import Mapping

from flask import render_template

from ...formats import ALL, HTML, SPARQL_QUERY, Format
from ...http.problem import Problem, ProblemError
from ...i18n import message
from ...sparql.library import LibraryQuery, read_library
from ...sparql.protocol import Query
from ..core.context import Context
from ..core.query_client import is_volatile, response_body, result_formats, run_query
from ..core.resource import Maker, Navigation, Pool, Resource, Sitemap
from ..core.response import Body, Cache, Version
from ..pages.results import results_page


def _library(context: Context) -> Mapping[str, LibraryQuery]:
    return read_library(context.settings.layered("queries"), context.settings.languages)


def _library_page(context: Context, library: Mapping[str, LibraryQuery]) -> str:
    local = [query.in_language(context.language) for query in library.values()]
    return render_template("queries.html", queries=local, languages_of=context.languages, base=context.base)


def _load(context: Context, name: str) -> LibraryQuery | None:
    """A query; its result has its labels in the language that the URL names."""
    query, language = _library(context).get(name), context.requested_language
    return query.in_language(language) if query and language else query


def _offered(context: Context, query: LibraryQuery) -> tuple[Format, ...]:
    """The formats of the result and of the text.

    Raises:
        ProblemError: 404 the result has no format of the suffix.
    """
    results = result_formats(Query(query.file_text))
    if context.fixed and context.fixed not in (*results, SPARQL_QUERY):
        exists = ", ".join(f".{fmt.suffix}" for fmt in results)
        detail = "The answer does not exist in this format; the formats are {formats} and .rq."
        raise ProblemError(Problem(404, detail, values={"formats": exists}))
    return (*results, SPARQL_QUERY)


def _page(context: Context, query: LibraryQuery) -> Body:
    """The page of a query, with the result in the language of the page."""
    local = query.in_language(context.language)
    page = results_page(context, Query(local.file_text))
    text = render_template("query.html", query=local, page=page, languages_of=context.languages, base=context.base)
    return Body.whole(text, page.fields)


def _result(fmt: Format) -> Maker[LibraryQuery]:
    def make(context: Context, query: LibraryQuery) -> Body:
        runs = Query(query.file_text)
        return response_body(run_query(context, runs, fmt), runs)

    return make


def _version(context: Context, query: LibraryQuery, fmt: Format) -> Version:
    if fmt is SPARQL_QUERY:
        return Version((query.runnable(context.base),), edited=True)
    return Version((query.file_text,), weak=True, edited=True)


def _cache(context: Context, query: LibraryQuery, fmt: Format) -> Cache:
    volatile = fmt is not SPARQL_QUERY and is_volatile(context, Query(query.file_text))
    return Cache.NEVER if volatile else Cache.CURRENT


RESOURCES = (
    Resource(
        endpoint="queries.library",
        path="/queries/",
        summary="The query library.",
        load=_library,
        makers={HTML: _library_page},
        version=lambda _, library, __: Version(("".join(query.file_text for query in library.values()),), edited=True),
        navigation=Navigation("head", 2, message("Questions")),
        sitemap=Sitemap(),
    ),
    Resource(
        endpoint="queries.question",
        path="/queries/<name>",
        summary="A query of the library: its page, its text (`.rq`) or its result (`.csv`, `.json`, `.ttl` …).",
        load=_load,
        missing=message("There is no such query in the library."),
        makers={
            **{fmt: _result(fmt) for fmt in ALL},
            HTML: _page,
            SPARQL_QUERY: lambda context, query: query.runnable(context.base),
        },
        offered=_offered,
        suffixes=ALL,
        version=_version,
        cache=_cache,
        scripts=True,
        pool=Pool.QUERIES,
        sitemap=Sitemap(lambda context: [{"name": name} for name in _library(context)]),
        examples=lambda context: {"name": next(iter(_library(context)), "")},
    ),
)

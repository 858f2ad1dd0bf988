"""The query library: each query with its page, its text and its result in any format."""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import render_template, request

from ...addresses import Addresses
from ...formats import ALL, HTML, JSON, SPARQL_QUERY, Format
from ...http.problem import Problem, ProblemError
from ...i18n import SOURCE, message
from ...sparql.library import LibraryQuery, by_subject, read_library
from ...sparql.protocol import FORMATS, Query, row_limit, row_offset
from ...sparql.query_head import SUBJECTS, Parameter
from ..core.context import Context
from ..core.i18n import OF_EVERY_PAGE, link, note_arguments, page_texts
from ..core.query_client import is_volatile, place, response_body, result_formats, run_query
from ..core.query_parameters import FORMAT_PARAMETERS, choices, filled, parameter_fields
from ..core.resource import Instance, Maker, Navigation, Pool, Resource, Sitemap, query_parameter, with_example
from ..core.response import Body, Cache, Version, cached
from ..pages.results import PAGE_ROWS, results_page

_LONGEST_NAME = 100  # of a parameter, in a problem
_OFFSET, _LIMIT = "offset", "limit"  # of the rows, in the URL


def _library(context: Context) -> Mapping[str, LibraryQuery]:
    return read_library(context.settings.layered("queries"), context.settings.languages)


def _library_page(context: Context, library: Mapping[str, LibraryQuery]) -> str:
    local = [query.in_language(context.language) for query in library.values()]
    subjects = {page_texts().gettext(SUBJECTS[subject]): queries for subject, queries in by_subject(local).items()}
    return render_template("queries.html", subjects=subjects, languages_of=context.languages)


def _library_json(context: Context, library: Mapping[str, LibraryQuery]) -> str:
    """The heads of all queries, for programs that offer them to people."""
    heads = [_head_json(context, query) for query in library.values()]
    return json.dumps({"queries": heads}, ensure_ascii=False, indent=1)


def _library_version(context: Context, library: Mapping[str, LibraryQuery], _: Format) -> Version:
    """Its JSON is in the language of the reader too."""
    return Version(("".join(query.file_text for query in library.values()), context.language), edited=True)


def _head_json(context: Context, query: LibraryQuery) -> dict[str, Any]:
    head, addresses = query.head, Addresses(context.base)
    labels = query.column_labels(context.languages)
    return {
        "name": query.name,
        "url": addresses.query(query.name),
        "subject": page_texts().gettext(SUBJECTS[head.subject]),
        "title": query.text("title", context.languages)[0],
        "description": query.text("description", context.languages)[0],
        "columns": [{"name": name, "label": labels[name]} for name in head.columns],
        "schema": _schema(query, labels),
        "parameters": [
            {
                "name": parameter.name,
                "type": parameter.kind,
                "label": labels[parameter.name],
                "default": parameter.default(query.file_text) or None,
                "values": addresses.query(parameter.values_of) if parameter.values_of else None,
            }
            for parameter in head.parameters
        ],
        "words": dict(head.words),
        "pictures": [
            {name: value for name, value in vars(picture).items() if value} for picture in head.pictures or ()
        ],
    }


def _schema(query: LibraryQuery, labels: Mapping[str, str]) -> dict[str, Any]:
    """The parameters of a query as one JSON Schema, as programs that call tools read it."""
    return {
        "type": "object",
        "properties": {
            parameter.name: {"description": labels[parameter.name], "type": "array", "items": _type(query, parameter)}
            for parameter in query.head.parameters
        },
        "additionalProperties": False,
    }


def _type(query: LibraryQuery, parameter: Parameter) -> dict[str, Any]:
    """A value of a parameter as JSON Schema has it."""
    schema: dict[str, Any] = {"type": "number" if parameter.kind == "number" else "string"}
    formats = {"date": "date", "thing": "uri-reference"}
    schema |= {"format": formats[parameter.kind]} if parameter.kind in formats else {}
    return schema | ({"default": default} if (default := parameter.default(query.file_text)) else {})


def _given(query: LibraryQuery) -> dict[str, list[str]]:
    """The values of the parameters in the URL."""
    named = {parameter.name: request.args.getlist(parameter.name) for parameter in query.head.parameters}
    values = {name: [value for value in listed if value] for name, listed in named.items()}
    return {name: listed for name, listed in values.items() if listed}


def _named() -> dict[str, list[str]]:
    """The values of `format` and `output`, as the endpoint has them."""
    values = {name: request.args.getlist(name) for name in FORMATS}
    return {name: listed for name, listed in values.items() if any(listed)}


def _check_names(query: LibraryQuery) -> None:
    """Refuse a parameter that the query has not, so that no answer seems to be about it.

    Raises:
        ProblemError: 400 there is one.
    """
    names = [parameter.name for parameter in query.head.parameters]
    if strange := [name for name in request.args if name not in (*names, *OF_EVERY_PAGE, _OFFSET, _LIMIT)]:
        values = {"name": strange[0][:_LONGEST_NAME], "names": ", ".join(names)}
        detail = "The query has no parameter {name}; its parameters are {names}."
        if not names:
            detail = "The query has no parameters; {name} is none."
        raise ProblemError(Problem(400, detail, values=values))


def _operation(query: LibraryQuery) -> Query:
    """What runs for a request.

    Raises:
        ProblemError: 400 the offset in its URL is no number.
    """
    return Query(query.file_text, offset=row_offset(request.args.get(_OFFSET)))


def _limit() -> int | None:
    """How many rows the URL wants at most; None where it does not say.

    Raises:
        ProblemError: 400 it is no number of rows.
    """
    return row_limit(request.args.get(_LIMIT))


def _load(context: Context, name: str) -> LibraryQuery | None:
    """A query with the values that the URL has; its result has its labels in the language that the URL names."""
    library, language = _library(context), context.requested_language
    query = library.get(name)
    if query is None:
        return None
    _check_names(query)
    given = _given(query)
    note_arguments(**given, **_named())
    for part, number in ((_OFFSET, _operation(query).offset), (_LIMIT, _limit())):
        if number:
            note_arguments(**{part: str(number)})
    return filled(context, library, query.in_language(language) if language else query, given)


def _offered(context: Context, query: LibraryQuery) -> tuple[Format, ...]:
    """The formats of the result and of the text, or the one that the URL names.

    Raises:
        ProblemError: 404 the result has no format of the suffix.
    """
    results = result_formats(Query(query.file_text))
    if context.fixed and context.fixed not in (*results, SPARQL_QUERY):
        exists = ", ".join(f".{fmt.suffix}" for fmt in results)
        detail = "The answer does not exist in this format; the formats are {formats} and .rq."
        raise ProblemError(Problem(404, detail, values={"formats": exists}))
    return (context.fixed,) if context.fixed else (*results, SPARQL_QUERY)


def _page(context: Context, query: LibraryQuery) -> Body:
    """The page of a query, with the result in the language of the page."""
    local = query.in_language(context.language)
    head, most = query.head, _limit() or PAGE_ROWS
    page = results_page(
        context, _operation(local), of=local, most=most, named=True, words=head.words, codes=head.on_page
    )
    given = _given(query)
    text = render_template(
        "query.html",
        query=local,
        page=page,
        given=given,
        fields=parameter_fields(context, _library(context), query, given),
        labels=query.column_labels(context.languages),
        limit=_limit(),
        pictures=_pictures(context, query, given),
        languages_of=context.languages,
        base=context.base,
    )
    return Body.whole(text, page.fields)


def _pictures(context: Context, query: LibraryQuery, given: dict[str, Any]) -> dict[str, Any]:
    """What the scripts that draw an answer need: which pictures, of which rows, and how many they draw."""
    most = context.settings.queries.picture_rows
    rows = link("queries.question", name=f"{query.name}.json", lang=context.language, limit=str(most), **given)
    kinds = query.head.pictures
    return {
        "pictures": None if kinds is None else [vars(picture) for picture in kinds],
        "words": query.head.words,
        "rows": rows,
        "most": most,
    }


def _result(fmt: Format) -> Maker[LibraryQuery]:
    def make(context: Context, query: LibraryQuery) -> Body:
        rows = _limit()
        rest = f"{place()}queries/{query.name}.{fmt.suffix}{_rest_url()}" if rows is None else ""
        result = run_query(context, _operation(query), fmt, rows=rows, rest=rest)
        return response_body(result, _operation(query).offset, _rest_url)

    return make


def _rest_url() -> str:
    """The rows after those of an answer, at its own URL, without the number of the first at the end."""
    rest = [(name, value) for name, value in request.args.items(multi=True) if name != _OFFSET]
    return f"?{urlencode([*rest, (_OFFSET, '')])}"


def _version(context: Context, query: LibraryQuery, fmt: Format) -> Version:
    if fmt is SPARQL_QUERY:
        return Version((query.runnable(context.base),), edited=True)
    return Version((query.file_text,), weak=True, edited=True)


def _cache(context: Context, query: LibraryQuery, fmt: Format) -> Cache:
    volatile = fmt is not SPARQL_QUERY and is_volatile(context, Query(query.file_text))
    return Cache.NEVER if volatile else Cache.CURRENT


def _instances(context: Context) -> Iterable[Instance]:
    """Each query in OpenAPI, in English."""
    languages = (SOURCE, *context.settings.languages)
    library = _library(context)
    for query in library.values():
        title, description = (query.text(key, languages)[0] for key in ("title", "description"))
        labels = query.column_labels(languages)
        listed = "; ".join(f"{name}: {labels[name]}" for name in query.head.columns)
        columns = f" Columns: {listed}." if listed else ""
        parameters = tuple(
            _parameter(context, library, query, parameter, labels[parameter.name])
            for parameter in query.head.parameters
        )
        yield Instance({"name": query.name}, title, f"{description}{columns}", (*parameters, *FORMAT_PARAMETERS))


def _parameter(
    context: Context, library: Mapping[str, LibraryQuery], query: LibraryQuery, parameter: Parameter, label: str
) -> dict[str, Any]:
    """A parameter as OpenAPI has it."""
    there = f" Its values: {Addresses(context.base).query(parameter.values_of)}." if parameter.values_of else ""
    described = query_parameter(parameter.name, f"{label}.{there}", many=True)
    declared = described | {"schema": {"type": "array", "items": _type(query, parameter)}}
    return with_example(declared, parameter.default(query.file_text) or _first_choice(context, library, parameter))


def _first_choice(context: Context, library: Mapping[str, LibraryQuery], parameter: Parameter) -> str:
    """The first of the values that there are; empty where the query that lists them has no answer now.

    In the language in which a release keeps its answers, whatever the client reads: a value has none.
    """
    in_first = replace(context, language=context.settings.languages[0])

    def make() -> bytes:
        with suppress(ProblemError):
            return next(iter(choices(in_first, library, parameter).named), "").encode()
        return b""

    text = library[parameter.values_of].file_text if parameter.values_of in library else ""
    return cached(context, make, "choice", text).decode().removeprefix(context.base)


RESOURCES = (
    Resource(
        endpoint="queries.library",
        path="/queries/",
        summary="The query library.",
        load=_library,
        makers={HTML: _library_page, JSON: _library_json},
        version=_library_version,
        navigation=Navigation("head", 70, message("Questions")),
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
        pool=Pool.QUERIES,
        instances=_instances,
        sitemap=Sitemap(lambda context: [{"name": name} for name in _library(context)]),
        parameters=(
            *FORMAT_PARAMETERS,
            query_parameter(_OFFSET, "Rows of the result to leave out.", example="1"),
            query_parameter(_LIMIT, "Rows of the result at most.", example="10"),
        ),
        examples=lambda context: {"name": next(iter(_library(context)), "")},
    ),
)

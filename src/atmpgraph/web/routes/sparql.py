"""The SPARQL endpoint: the protocol for programs, an editor for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox
from flask import render_template, request

from ...formats import ALL, DOCUMENTS, HTML, Format
from ...i18n import message
from ...rdf.serialize import prefixes_for, serialize
from ...release.graphs import graphs, largest, union_size
from ...sparql.library import LibraryQuery, read_library
from ...sparql.limits import limits_of
from ...sparql.named_format import named_format
from ...sparql.protocol import ACCEPTS, FORM, QUERY, Query, parse
from ...sparql.service_description import Endpoint, service_description
from ...store import BACKENDS
from ...vocab import prefixes
from ..core.context import Context
from ..core.errors import offer_to_edit
from ..core.i18n import note_arguments
from ..core.query_client import is_volatile, place, response_body, result_formats, run_query
from ..core.query_parameters import FORMAT_PARAMETERS
from ..core.resource import Maker, Navigation, Pool, Resource, Sitemap, query_parameter
from ..core.response import Body, Cache, Content, Version
from ..pages.results import ResultsPage, results_page

_BODY: Final = {
    "required": True,
    "content": {
        QUERY: {"schema": {"type": "string"}, "example": "ASK {}"},
        FORM: {
            "schema": {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]},
            "example": {"query": "ASK {}"},
        },
    },
}


@dataclass(frozen=True)
class Operation:
    """A request of the protocol: a query or, with a bare GET, the description of the service."""

    query: Query | None


def _load(context: Context) -> Operation:
    query = parse(
        request.method,
        request.headers.get("Content-Type", ""),
        request.query_string.decode("latin-1"),
        request.get_data,
        context.settings.queries.max_length_characters,
    )
    if query and context.release:
        offer_to_edit(query.text, query.dataset)
        note_arguments(**request.args.to_dict(flat=False))
    return Operation(query)


def _offered(_: Context, operation: Operation) -> tuple[Format, ...]:
    """The formats of the result; `format=csv` beside the query, for links, leaves one."""
    if operation.query is None:
        return DOCUMENTS
    offered = result_formats(operation.query)
    named = named_format(operation.query.formats, offered)
    return (named,) if named else offered


def _page(context: Context, operation: Operation) -> Body:
    """The editor; with a query, its result too."""
    if operation.query is None:
        return Body.whole(_render(context, Query("")))
    page = results_page(context, operation.query)
    return Body.whole(_render(context, operation.query, page), page.fields)


def _render(context: Context, query: Query, page: ResultsPage | None = None) -> str:
    names = prefixes(context.base)
    return render_template("sparql.html", query=query.text, dataset=query.dataset, page=page, prefixes=names)


def _maker(fmt: Format) -> Maker[Operation]:
    def make(context: Context, operation: Operation) -> Content:
        query = operation.query
        if query is None:
            return serialize(_description(context), fmt, prefixes_for(fmt, context.base))
        result = run_query(context, query, fmt, rest=query.rest_at(f"{place()}sparql", fmt.suffix))
        return response_body(result, query.offset, query.rest_url)

    return make


def _library(context: Context) -> Mapping[str, LibraryQuery]:
    return read_library(context.settings.layered("queries"), context.settings.languages)


def _description(context: Context) -> list[ox.Quad]:
    """The description of the service (SPARQL 1.1 Service Description §2)."""
    settings, release = context.settings, context.release
    store = release.store_address
    return service_description(
        Endpoint(
            settings.base,
            settings.licence,
            BACKENDS[store.kind].features(store),
            union_size(release),
            graphs(release, largest(release, settings.limits.list_page_graphs)),
            limits_of(settings),
            _library(context).values(),
            prefixes(settings.base),
            settings.languages,
            federated=bool(settings.federation.services),
        )
    )


def _version(context: Context, operation: Operation, _: Format) -> Version:
    if operation.query:
        return Version((operation.query.text,), weak=True)
    return Version(("".join(query.file_text for query in _library(context).values()),), edited=True)


def _cache(context: Context, operation: Operation, _: Format) -> Cache:
    return Cache.NEVER if operation.query and is_volatile(context, operation.query) else Cache.CURRENT


_EXAMPLE: Final = "SELECT ?type (COUNT(*) AS ?things) { ?thing a ?type } GROUP BY ?type ORDER BY DESC(?things)"
_GRAPHS: Final = ("default-graph-uri", "named-graph-uri")

RESOURCES = (
    Resource(
        endpoint="sparql.endpoint",
        path="/sparql",
        summary="The query operation (SPARQL 1.1 Protocol §2.1); without a query, the description of the service.",
        load=_load,
        makers={**{fmt: _maker(fmt) for fmt in ALL}, HTML: _page},
        offered=_offered,
        version=_version,
        cache=_cache,
        methods=("GET", "POST", "QUERY"),
        always=ACCEPTS,  # on OPTIONS and errors too
        pool=Pool.QUERIES,
        navigation=Navigation("foot", 4, message("SPARQL")),
        sitemap=Sitemap(),
        examples=lambda context: dict.fromkeys(_GRAPHS, min(context.release.manifest.graphs, default="")),
        parameters=(
            query_parameter("query", "The query; without it the service is described.", example=_EXAMPLE),
            query_parameter(_GRAPHS[0], "Graphs of the default graph.", many=True),
            query_parameter(_GRAPHS[1], "Named graphs.", many=True),
            *FORMAT_PARAMETERS,
            query_parameter(
                "timeout", "Seconds to wait for the answer, at most as long as the service allows.", example="10"
            ),
            query_parameter("offset", "Rows of the result to leave out.", example="10"),
        ),
        body=_BODY,
    ),
)

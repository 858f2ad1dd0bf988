"""The graphs of the release, one by one or all together: the Graph Store Protocol for programs, a list for people."""

from flask import request

from ...formats import HTML, RDF_FORMATS, Format
from ...sparql.graph_store import Part, parse
from ..core.context import Context
from ..core.resource import Maker, Resource, Sitemap, query_parameter
from ..core.response import Body, Content, Version
from ..pages.graphs import graphs_page, graphs_paging


def _load(context: Context) -> Part:
    part = parse(request.query_string.decode("latin-1"))
    part.statements(context.release.manifest.graphs)  # 404 for a graph that does not exist
    graphs_paging(context)  # and for a page that does not
    return part


def _is_small(context: Context, part: Part) -> bool:
    """Whether all formats exist; a large part has those of lines alone, which stream."""
    return part.statements(context.release.manifest.graphs) <= context.settings.limits.graph_statements


def _maker(fmt: Format) -> Maker[Part]:
    def make(context: Context, part: Part) -> Content:
        file = context.release.whole(context.release.folder.canonical)
        small = _is_small(context, part)
        return part.body(file, fmt, context.base) if small else Body(part.pieces(file))

    return make


RESOURCES = (
    Resource(
        endpoint="graph_store.data",
        path="/data",
        summary="One graph (`?graph=`), their union (`?default`), or all of them (Graph Store Protocol §5.2).",
        load=_load,
        makers={**{fmt: _maker(fmt) for fmt in RDF_FORMATS}, HTML: graphs_page},
        offered=lambda context, part: part.offered(_is_small(context, part)),
        version=lambda _, part, __: Version((repr(part),)),
        sitemap=Sitemap(),
        examples=lambda context: {"graph": min(context.release.manifest.graphs, default="")},
        parameters=(
            {
                "name": "graph",
                "in": "query",
                "description": "IRI of one graph; without parameters, all of them.",
                "schema": {"type": "string", "format": "iri"},
            },
            {
                "name": "default",
                "in": "query",
                "description": "The union of all graphs.",
                "allowEmptyValue": True,
                "schema": {"type": "string", "maxLength": 0},
                "example": "",
            },
            query_parameter("page", "Number of the page of the list for people, where it has pages.", example="1"),
        ),
    ),
)

"""The SPARQL endpoint: the protocol for programs, an editor for people."""

from collections.abc import Iterable, Mapping

import pyoxigraph as ox
from flask import Blueprint, Response, render_template, request

from ...formats import DOCUMENTS, HTML, Format, by_suffix
from ...rdf.serialize import serialize
from ...release.graphs import graphs, union_size
from ...sparql.library import LibraryQuery, read_library
from ...sparql.limits import limits_of
from ...sparql.protocol import ACCEPTS, Query, parse
from ...sparql.service_description import Endpoint, service_description
from ...store import BACKENDS
from ...vocab import prefixes
from ..core.context import release, settings
from ..core.i18n import understood
from ..core.query_client import made_of, rest_of, result_of, volatile
from ..core.response import Made, negotiate, send
from ..pages.results import ResultsPage, offered_for, results_page

blueprint = Blueprint("sparql", __name__)


@blueprint.route("/sparql", methods=["GET", "POST", "QUERY"])
def endpoint() -> Response:
    """The query operation (SPARQL 1.1 Protocol §2.1); a bare GET describes the service (Service Description §2)."""
    query = parse(
        request.method,
        request.headers.get("Content-Type", ""),
        request.query_string.decode("latin-1"),
        request.get_data() if request.method in {"POST", "QUERY"} else b"",
        settings().queries.max_length_characters,
        request.headers.get("Content-Encoding", ""),
    )
    return _without_query() if query is None else _answer(query)


@blueprint.after_request
def _offer(response: Response) -> Response:
    """Say what may be posted, on OPTIONS and errors too."""
    response.headers.update(ACCEPTS)
    return response


def _answer(query: Query) -> Response:
    offered = offered_for(query)
    # `format=csv` beside the query, for links; names that are no suffix of ours are left to negotiation.
    named = next((fmt for name in query.formats if (fmt := by_suffix(name, offered))), None)
    chosen = negotiate(offered, named)
    understood(**request.args.to_dict(flat=False))
    return send(chosen, lambda: _body(query, chosen[0]), salt=query.text, weak=True, volatile=volatile(query))


def _body(query: Query, fmt: Format) -> Made:
    if fmt is not HTML:
        return made_of(result_of(query, fmt, link=rest_of(query)), query)
    page = results_page(query)
    return Made.whole(_page(query, page), page.fields)


def _page(query: Query, page: ResultsPage | None = None) -> str:
    names = prefixes(settings().base)
    return render_template("sparql.html", query=query.text, dataset=query.dataset, page=page, prefixes=names)


def _without_query() -> Response:
    names = prefixes(settings().base)
    chosen = negotiate(DOCUMENTS)
    library = read_library(settings().path(settings().folders.queries)).values()
    salt = "".join(query.file_text for query in library)
    if chosen[0] is HTML:
        return send(chosen, lambda: _page(Query("")), salt=salt)
    return send(chosen, lambda: serialize(_description(library, names), chosen[0], names), salt=salt)


def _description(library: Iterable[LibraryQuery], names: Mapping[str, str]) -> list[ox.Quad]:
    known, found = settings(), release()
    return service_description(
        Endpoint(
            known.base,
            known.licence,
            BACKENDS[found.store_address.kind].features,
            union_size(found),
            graphs(found),
            limits_of(known),
            library,
            names,
            federated=bool(known.federation.services),
        )
    )

"""The graphs of the release, one by one or all together: the Graph Store Protocol for programs, a list for people."""

from flask import Blueprint, Response, render_template, request

from ...formats import HTML
from ...release.graphs import graphs, union_size
from ...sparql.graph_store import parse
from ...vocab import prefixes
from ..core.context import release, settings
from ..core.response import Made, negotiate, send

blueprint = Blueprint("graph_store", __name__)


@blueprint.get("/data")
def data() -> Response:
    """One graph (`?graph=`), their union (`?default`), or all of them (Graph Store Protocol §5.2)."""
    part = parse(request.query_string.decode("latin-1"))
    small = part.statements(release().manifest.graphs) <= settings().limits.graph_statements
    chosen = negotiate(part.offered(small))
    if chosen[0] is HTML:
        found = release()
        return send(chosen, lambda: render_template("data.html", graphs=graphs(found), union=union_size(found)))
    names, file = prefixes(settings().base), release().folder.canonical
    if small:
        return send(chosen, lambda: part.body(file, chosen[0], names), salt=repr(part))
    return send(chosen, lambda: Made(part.pieces(file)), salt=repr(part), large=True)

"""The SPARQL endpoint: the protocol for programs, a plain form for people."""

import re
from collections.abc import Callable

from flask import Blueprint, Response, render_template, request

from ..http.formats import GRAPHS, HTML, Format, by_suffix
from ..http.serialize import serialize
from ..sparql import nesting
from ..sparql.description import service_description
from ..sparql.execute import Answer, run
from ..sparql.protocol import Query, parse
from ..vocab import prefixes
from .current import release, settings
from .respond import negotiate, send
from .results import results_page

blueprint = Blueprint("sparql", __name__)

# Such a query has another answer each time: nothing of it may be validated by a tag.
_VOLATILE = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID)\s*\(", re.IGNORECASE)


@blueprint.route("/sparql", methods=["GET", "POST"])
def endpoint() -> Response:
    """The query operation (SPARQL 1.1 Protocol §2.1); a bare GET describes the service (Service Description §2)."""
    query = parse(
        request.method,
        request.headers.get("Content-Type", ""),
        request.query_string.decode("latin-1"),
        request.get_data() if request.method == "POST" else b"",
        settings().max_query_length,
    )
    if query is None:
        return _without_query()
    nesting.check(query.text, settings().max_query_nesting)
    answer = run(release().store, query)
    chosen = negotiate(answer.offered, _asked_format(answer))
    volatile = _VOLATILE.search(query.text) is not None
    return send(chosen, body_of(answer, chosen[0], query), weak=True, volatile=volatile)


def _asked_format(answer: Answer) -> Format | None:
    """`format=csv` beside the query, for links; anything else than a suffix of ours is left to negotiation."""
    return by_suffix(request.args.get("format", ""), answer.offered)


def body_of(answer: Answer, fmt: Format, query: Query) -> Callable[[], bytes | str]:
    """How to make the body of an answer."""
    names = prefixes(settings().base)
    if fmt is HTML:
        return lambda: render_template("sparql.html", query=query.text, page=results_page(answer), prefixes=names)
    return lambda: answer.body(fmt, names)


def _without_query() -> Response:
    names = prefixes(settings().base)
    chosen = negotiate((*GRAPHS, HTML))
    if chosen[0] is HTML:
        return send(chosen, lambda: render_template("sparql.html", query="", page=None, prefixes=names))
    quads = service_description(settings().base, settings().licence)
    return send(chosen, lambda: serialize(quads, chosen[0], names))

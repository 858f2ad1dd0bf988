"""Documents as they were: the way to the state of a past day, these states, and the list of them (RFC 7089)."""

import json

from flask import Blueprint, Response, g, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from ... import __version__
from ...formats import CITATIONS, HTML, JSON, STATEMENTS, Format
from ...http.links import Link, link_field
from ...http.memento import LINK_FORMAT, accept_datetime, memento_links, timemap, timemap_json
from ...http.problem import Problem, ProblemError
from ...rdf.serialize import serialize
from ...rdf.statement_table import table
from ...release.history import Switch
from ...vocab import prefixes
from ..core.citation import work, written
from ..core.context import created, publication, release, settings
from ..core.description import Description, describe
from ..core.mementos import OFFERED, Past, States
from ..core.response import negotiate, send, vary
from ..pages.document import document_page
from .releases import opened

blueprint = Blueprint("memento", __name__)
_LIST = Format("Link format", "link", LINK_FORMAT, "text")
_EXAMPLE = "Thu, 01 Jan 2026 00:00:00 GMT"


def links_of_today(iri: str) -> list[Link]:
    """The links of a document that leads to its past; notes that its URL heeds Accept-Datetime."""
    vary("Accept-Datetime")
    return Past(Switch("", ""), iri).resource(f"{request.script_root}/").links()


def asked_past(path: str) -> AnyResponse | None:
    """The way to the state of the day that Accept-Datetime names (§4.1, pattern 1.1); None when none is named or known.

    Raises:
        ProblemError: 400 it is no such date.
    """
    field = request.headers.get("Accept-Datetime")
    if field is None:
        return None
    vary("Accept-Datetime")
    asked = accept_datetime(field)
    if asked is None:
        detail = "Accept-Datetime must be an HTTP date, such as {example}."
        raise ProblemError(Problem(400, detail, values={"example": _EXAMPLE}))
    state = States(path).live(asked)
    if state is None:
        return None
    root = f"{request.script_root}/"
    query = request.query_string.decode("latin-1")
    response = redirect(state.memento(root).url + (f"?{query}" if query else ""), 302)
    response.headers["Link"] = link_field(state.resource(root).links())
    return response


@blueprint.get("/releases/<digest>/doc/<path:path>")
def document(digest: str, path: str) -> Response:
    """A document as a release had it: it never changes."""
    found, around = opened(digest), States(path).around(digest)
    if around is None:
        raise ProblemError(Problem(404, "This release describes nothing under this address."))
    past, at = around
    state, root = past[at], f"{request.script_root}/"
    mementos = [each.memento(root) for each in past]
    g.release, g.memento = found, digest
    base, licence = settings().base, settings().licence
    described = describe(found, state.iri, f"{base}doc/{state.iri.removeprefix(f'{base}id/')}")
    if described is None:
        raise ProblemError(Problem(404, "This release describes nothing under this address."))
    chosen, live = negotiate(OFFERED, state.fixed), _live(digest)
    salt = "\n".join(
        (state.iri, found.manifest_digest, base, licence, __version__, str(live) if chosen[0] is HTML else "")
    )
    made = max(state.switch.when, created(found))  # it may have been removed, and made again
    response = send(chosen, lambda: _body(described, chosen[0], state, live), salt=salt, immutable=made)
    response.headers["Memento-Datetime"] = mementos[at].date
    links = [*memento_links(state.resource(root), mementos, at), Link(licence, "license")]
    response.headers["Link"] = link_field(links)
    return response


def _body(described: Description, fmt: Format, state: Past, live: list[tuple[str, str]]) -> bytes | str:
    if fmt in CITATIONS:
        return written(work(release(), described.topic), fmt)
    quads = described.published(settings().licence)
    if fmt is HTML:
        past = {"digest": state.switch.digest, "live": live, "today": state.resource(f"{request.script_root}/").url}
        cited = work(release(), described.topic)
        return render_template("document.html", page=document_page(described), cited=cited, past=past)
    return table(quads) if fmt is STATEMENTS else serialize(quads, fmt, prefixes(settings().base))


def _live(digest: str) -> list[tuple[str, str]]:
    """From when until when a release was live, each time; without end when it is."""
    switches = publication().history()
    ends = [switch.date for switch in switches[1:]] + [""]
    return [(switch.date, end) for switch, end in zip(switches, ends, strict=True) if switch.digest == digest]


@blueprint.get("/timemap/doc/<path:path>")
def states(path: str) -> Response:
    """The list of the states of a document that are kept."""
    past, base = list(States(path)), settings().base
    if not past:
        raise ProblemError(Problem(404, "No release describes this resource."))
    chosen, resource = negotiate((_LIST, JSON)), past[0].resource(base)
    mementos = [state.memento(base) for state in past]

    def body() -> str:
        if chosen[0] is JSON:
            return json.dumps(timemap_json(resource, mementos), ensure_ascii=False, indent=1)
        return timemap(resource, mementos)

    return send(chosen, body, salt=str(mementos))

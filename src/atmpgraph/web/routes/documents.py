"""Things and the documents about them: `/id/`, `/doc/`, `/ns/`, `/auth/` (design §6), and the tables they come from."""

import json
from collections.abc import Sequence
from urllib.parse import quote

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as AnyResponse

from ...addresses import iri_to_path
from ...formats import CITATIONS, CSV, DATACITE, JSON_LD, LINK_SET, Format, split_suffix
from ...http.links import Link
from ...http.problem import Problem, ProblemError
from ...profiles.registry import MODEL
from ...rdf.jsonld_context import Context
from ...release.thing_state import State, state_of
from ...vocab import prefixes
from ..core.citation import asked_citation, send_citation, work
from ..core.context import known, release, settings
from ..core.description import describe
from ..core.representations import send_representation
from ..core.response import send
from ..pages.document import document_page
from .memento import asked_past, links_of_today

blueprint = Blueprint("documents", __name__)
_QUERY = "!$%&'()*+,/:;=?@~"  # what a query may hold as it is (RFC 3986 §3.4)
_SUFFIXES = (*MODEL.formats, LINK_SET, DATACITE, *CITATIONS)


def _not_found() -> ProblemError:
    return ProblemError(Problem(404, "The current release describes nothing under this address."))


def _thing(kind: str, path: str) -> tuple[str, Format | None]:
    """The IRI that a path stands for and the format its suffix fixes; the name of a thing may itself hold a dot."""
    for stem, fmt in ((path, None), split_suffix(path, _SUFFIXES)):
        iri = known(kind, stem) or f"{settings().base}{kind}/{stem}"
        found = state_of(release(), iri)
        if found.state is State.DESCRIBED:
            return iri, fmt
        if found.state is State.RENAMED:
            raise RequestRedirect(_address(found.successors[0], fmt))
        if found.state is State.GONE:
            raise _gone(found.successors)
    raise _not_found()


def _gone(successors: tuple[str, ...]) -> ProblemError:
    """What an earlier release described, with what stands in its place (RFC 9110 §15.5.11)."""
    detail = "An earlier release described this resource; the current one does not."
    links = ", ".join(f'<{iri}>; rel="successor-version"' for iri in successors)
    extra = {"isReplacedBy": list(successors)} if successors else {}
    return ProblemError(Problem(410, detail, extra=extra, headers={"Link": links} if links else {}))


def _address(iri: str, fixed: Format | None) -> str:
    """Where a renamed thing is now, in the same space (`/id/`, `/doc/`) and format as it was asked for."""
    space = "doc" if request.path.startswith("/doc/") else "id"
    name = (iri_to_path(f"{settings().base}id/", iri) or "") + (f".{fixed.suffix}" if fixed else "")
    return f"{request.script_root}/{space}/{name}{_query()}"


def _query() -> str:
    return f"?{quote(request.query_string, safe=_QUERY)}" if request.query_string else ""


@blueprint.get("/id/<path:path>")
def thing(path: str) -> AnyResponse:
    """A thing cannot be sent; 303 leads to its document, in the same fixed format (httpRange-14)."""
    iri, fixed = _thing("id", path)
    name = (iri_to_path(f"{settings().base}id/", iri) or "") + (f".{fixed.suffix}" if fixed else "")
    return redirect(f"{request.script_root}/doc/{name}{_query()}", 303)


@blueprint.get("/doc/<path:path>")
def document(path: str) -> AnyResponse:
    """The document about a thing; as it was, for who asks by Accept-Datetime."""
    if past := asked_past(path):
        return past
    topic, fixed = _thing("id", path)
    return send_document(topic, document_iri(topic), fixed, links_of_today(topic))


@blueprint.get("/<any(ns, auth):kind>/<path:path>")
def vocabulary(kind: str, path: str) -> Response:
    """The ontology, a code list or a code: these are documents themselves."""
    topic, fixed = _thing(kind, path)
    return send_document(topic, topic, fixed)


@blueprint.get("/ns/context.jsonld")
def context() -> Response:
    """The context of our JSON-LD, whole (JSON-LD 1.1 §3.1)."""
    document = {"@context": Context(prefixes(settings().base)).document()}
    return send((JSON_LD, JSON_LD.media_type), lambda: json.dumps(document, ensure_ascii=False, indent=1) + "\n")


@blueprint.get("/doc/table/<name>.csv")
def table(name: str) -> Response:
    """A table of the release as people wrote it; `dct:source` points at its rows (RFC 7111)."""
    files = {file.stem: file for file in release().folder.tables.glob("*.csv")}
    if name not in files:
        raise _not_found()
    return send((CSV, CSV.media_type), files[name].read_bytes)


def document_iri(topic: str) -> str:
    """The IRI of the document about a thing."""
    base = settings().base
    return f"{base}doc/{topic.removeprefix(base).removeprefix('id/')}"


def send_document(topic: str, document: str, fixed: Format | None, more: Sequence[Link] = ()) -> Response:
    """The description of a thing in the profile and format asked for, or its citation."""
    if cited := asked_citation(fixed):
        return send_citation(topic, cited)
    described = describe(release(), topic, document)
    if described is None:
        raise _not_found()
    return send_representation(
        described,
        fixed,
        lambda found, blocks, links: render_template(
            "document.html", page=document_page(found), cited=work(release(), topic), data_blocks=blocks, links=links
        ),
        more=more,
    )

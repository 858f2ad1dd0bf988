"""Things and the documents about them: `/id/`, `/doc/`, `/ns/`, `/auth/` (design §6), and the tables they come from."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from ..http.formats import CSV, DOCUMENTS, HTML, Format, split_suffix
from ..http.iris import path_to_iri
from ..http.problem import Problem, ProblemError
from ..http.serialize import serialize
from ..vocab import prefixes
from .current import release, settings
from .describe import Description, describe
from .pages import document_page
from .respond import negotiate, send

blueprint = Blueprint("documents", __name__)


def _not_found() -> ProblemError:
    return ProblemError(Problem(404, "The current release describes nothing under this address."))


def _thing(kind: str, path: str) -> tuple[str, Format | None]:
    """The IRI that a path stands for and the format its suffix fixes; the name of a thing may itself hold a dot."""
    for stem, fmt in ((path, None), split_suffix(path, DOCUMENTS)):
        iri = path_to_iri(settings().base, f"{kind}/{stem}")
        if release().lines(iri):
            return iri, fmt
    raise _not_found()


@blueprint.get("/id/<path:path>")
def thing(path: str) -> AnyResponse:
    """A thing cannot be sent; 303 leads to its document, in the same fixed format (httpRange-14)."""
    _thing("id", path)
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    return redirect(url_for(".document", path=path) + query, 303)


@blueprint.get("/doc/<path:path>")
def document(path: str) -> Response:
    """The document about a thing."""
    topic, fixed = _thing("id", path)
    return send_document(topic, document_iri(topic), fixed)


@blueprint.get("/<any(ns, auth):kind>/<path:path>")
def vocabulary(kind: str, path: str) -> Response:
    """The ontology, a code list or a code: these are documents themselves."""
    topic, fixed = _thing(kind, path)
    return send_document(topic, topic, fixed)


@blueprint.get("/doc/table/<name>.csv")
def table(name: str) -> Response:
    """A table of the release as people wrote it; `dct:source` points at its rows (RFC 7111)."""
    files = {file.stem: file for file in (release().path / "tables").glob("*.csv")}
    if name not in files:
        raise _not_found()
    return send((CSV, CSV.media_type), files[name].read_bytes)


def document_iri(topic: str) -> str:
    """The IRI of the document about a thing."""
    base = settings().base
    return f"{base}doc/{topic.removeprefix(base).removeprefix('id/')}"


def send_document(topic: str, document: str, fixed: Format | None, template: str = "document.html") -> Response:
    """The description of a thing in the format asked for."""
    described = describe(release(), topic, document)
    if described is None:
        raise _not_found()
    chosen = negotiate(DOCUMENTS, fixed)
    return send(chosen, lambda: _body(described, chosen[0], template))


def _body(described: Description, fmt: Format, template: str) -> bytes | str:
    if fmt is HTML:
        return render_template(template, page=document_page(described))
    return serialize(described.published(settings().licence), fmt, prefixes(settings().base))

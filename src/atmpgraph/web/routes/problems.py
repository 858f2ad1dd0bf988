"""Errors: problem details for machines, the same content as a page for people (RFC 9457), and what each kind means."""

from typing import Any

import pyoxigraph as ox
from flask import Blueprint, Flask, Response, current_app, g, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Response as AnyResponse

from ...errors import NotExpressibleError, ReleaseError
from ...formats import DOCUMENTS, HTML, Format, split_suffix
from ...http.negotiate import choose, choose_language
from ...http.problem import KINDS, OFFERED, PROBLEM, Problem, ProblemError, not_expressible, type_iri
from ...i18n import texts
from ...rdf.serialize import serialize
from ...settings import LANGUAGES
from ...sparql.protocol import DATASET
from ...sparql.service.client import ClientDisconnectedError
from ...vocab import RDF, SKOS, prefixes
from ..core.context import settings
from ..core.i18n import asked_language, page_language, page_texts, understood
from ..core.problem_texts import EXPLANATIONS, HEADING
from ..core.response import content_type, negotiate, send, vary

blueprint = Blueprint("problems", __name__, url_prefix="/problems")

_DETAILS = {
    404: "There is nothing at this address.",
    405: "This method is not allowed: the data are read-only.",
    408: "The body of the request did not arrive in time.",
    413: "The body of the request is too large.",
}
# Programs that name no language are read by developers.
_MACHINE_LANGUAGES = ("en", *(language for language in LANGUAGES if language != "en"))


def show(problem: Problem) -> Response:
    """The response for a problem; whoever accepts neither form gets the JSON."""
    vary("Accept")
    if asked_language() is None:
        vary("Accept-Language")
    fmt, media_type = choose(request.headers.get("Accept"), OFFERED) or (PROBLEM, PROBLEM.media_type)
    language = page_language() if fmt is HTML else asked_language()
    language = language or choose_language(request.headers.get("Accept-Language"), _MACHINE_LANGUAGES)
    words = texts(language)
    title = words.gettext(EXPLANATIONS.get(KINDS.get(problem.status, ""), (problem.title, ""))[0])
    if fmt is HTML:
        understood(**request.args.to_dict(flat=False))  # in another language it is the same problem
        body: bytes | str = render_template(
            "problem.html",
            problem=problem,
            title=title,
            detail=problem.sentence(words.gettext),
            detail_language=language if words.has(problem.detail) else "en",
            kind=KINDS.get(problem.status),
            **_asked(),
        )
    else:
        body = problem.json(settings().base, title, words.gettext)
    response = Response(body, problem.status, problem.headers, content_type=content_type(media_type))
    response.headers["Cache-Control"] = "no-store"
    response.content_language.add(language)
    return response


def _asked() -> dict[str, Any]:
    """The query that failed, to be mended on the page, and the graphs that it names beside its text.

    Both are empty where there is none, or no release to ask.
    """
    if request.endpoint != "sparql.endpoint" or "release" not in g:  # the body may be too large to be read
        return {"query": "", "dataset": {}}
    dataset = {name: graphs for name in DATASET if (graphs := request.values.getlist(name))}
    return {"query": request.values.get("query", ""), "dataset": dataset}


def _of_problem(error: ProblemError) -> Response:
    return show(error.problem)


def _of_format(error: NotExpressibleError) -> Response:
    return show(not_expressible(error))


def _of_http(error: HTTPException) -> AnyResponse:
    if error.code is None:
        return error.get_response()
    allow = error.valid_methods if isinstance(error, MethodNotAllowed) else None
    headers = {"Allow": ", ".join(sorted(allow))} if allow else {}
    return show(Problem(error.code, _DETAILS.get(error.code, error.description or ""), headers=headers))


def _of_release(error: ReleaseError) -> Response:
    current_app.logger.warning("%s", error)  # it names folders, which are nobody's business outside
    detail = "There is no release to serve; 'atmpgraph build' makes one."
    return show(Problem(503, detail, headers={"Retry-After": "30"}))


def _of_gone(_: ClientDisconnectedError) -> Response:
    return Response(status=400)  # nobody is there to read it


def _of_anything(error: Exception) -> Response:
    current_app.logger.error("%s %s failed", request.method, request.path, exc_info=error)
    return show(Problem(500, "Something went wrong on the server. The error was logged."))


def _quads(statuses: list[int]) -> list[ox.Quad]:
    """Kinds of problems as concepts, with their explanation in every language."""
    base, quads = settings().base, []
    for status in statuses:
        kind = ox.NamedNode(type_iri(status, base))
        quads.append(ox.Quad(kind, ox.NamedNode(RDF + "type"), ox.NamedNode(SKOS + "Concept")))
        quads.append(ox.Quad(kind, ox.NamedNode(SKOS + "notation"), ox.Literal(str(status))))
        for language in LANGUAGES:
            title, text = map(texts(language).gettext, EXPLANATIONS[KINDS[status]])
            quads.append(ox.Quad(kind, ox.NamedNode(SKOS + "prefLabel"), ox.Literal(title, language=language)))
            quads.append(ox.Quad(kind, ox.NamedNode(SKOS + "definition"), ox.Literal(text, language=language)))
    return quads


@blueprint.get("/")
def kinds() -> Response:
    """All kinds of problems."""
    return _send(sorted(KINDS), None)


@blueprint.get("/<name>")
def kind(name: str) -> Response:
    """What a kind of problem means and what to do about it: where the `type` of a problem leads."""
    stem, fixed = split_suffix(name, DOCUMENTS)
    statuses = [status for status, known in KINDS.items() if known == stem]
    if not statuses:
        raise ProblemError(Problem(404, "There is no such kind of problem."))
    return _send(statuses, fixed)


def _send(statuses: list[int], fixed: Format | None) -> Response:
    chosen = negotiate(DOCUMENTS, fixed)

    def body() -> bytes | str:
        if chosen[0] is HTML:
            words = page_texts()
            explained = [
                (status, KINDS[status], *map(words.gettext, EXPLANATIONS[KINDS[status]])) for status in statuses
            ]
            return render_template("problems.html", kinds=explained, heading=words.gettext(HEADING))
        return serialize(_quads(statuses), chosen[0], prefixes(settings().base))

    return send(chosen, body)


def register(app: Flask) -> None:
    """Turn every error of a request into a problem."""
    app.register_error_handler(ProblemError, _of_problem)
    app.register_error_handler(NotExpressibleError, _of_format)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(ReleaseError, _of_release)
    app.register_error_handler(ClientDisconnectedError, _of_gone)
    app.register_error_handler(Exception, _of_anything)

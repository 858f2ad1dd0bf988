"""Every error of a request as a problem: details for programs, the same content as a page for people (RFC 9457)."""

from collections.abc import Mapping
from typing import Final

from flask import Flask, Response, current_app, g, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.wrappers import Response as AnyResponse

from ...errors import DamagedError, NotExpressibleError, ReleaseError, RemovedError, StoreError
from ...formats import HTML
from ...http.negotiate import choose, choose_language
from ...http.problem import KINDS, OFFERED, PROBLEM, Problem, ProblemError, not_expressible
from ...i18n import SOURCE, texts
from ...observability.access import cut, shown_client
from ...observability.log import cause_of, event, trace_of
from ...sparql.problems import release_removed, store_failed
from ...sparql.service.client import ClientDisconnectedError
from .context import publication, settings
from .i18n import href, note_arguments, page_language, requested_language
from .labels import Name, names_of
from .paging import NO_PAGE
from .problem_texts import EXPLANATIONS
from .response import content_type, vary, vary_by_language

_DETAILS: Final = {
    404: "There is nothing at this address.",
    405: "This method is not allowed: the data are read-only.",
    408: "The body of the request did not arrive in time.",
    413: "The body of the request is too large.",
}
_FAULT: Final = 500  # this status and those above are failures of ours
_LATER: Final = {"Retry-After": "30"}


def offer_to_edit(query: str, dataset: Mapping[str, tuple[str, ...]]) -> None:
    """Have the page of a problem with this request show the query in an editor, with the graphs that it is over."""
    g.to_edit = {"query": query, "dataset": dataset}


def _response(problem: Problem, error: Exception | None = None) -> Response:
    """The response for a problem, as JSON for a client that accepts neither form; failures are logged."""
    vary("Accept")
    vary_by_language()
    fmt, media_type = choose(request.headers.get("Accept"), OFFERED) or (PROBLEM, PROBLEM.media_type)
    language = page_language() if fmt is HTML else requested_language()
    language = language or choose_language(request.headers.get("Accept-Language"), _machine_languages())
    if problem.status >= _FAULT:
        _log(problem, error)
    translate = texts(language).gettext
    title = translate(EXPLANATIONS.get(KINDS.get(problem.status, ""), (problem.title, ""))[0])
    if fmt is HTML:
        body: bytes | str = _page(problem, title, language)
    else:
        body = problem.json(settings().base, title, translate)
    response = Response(body, problem.status, problem.headers, content_type=content_type(media_type))
    response.headers["Cache-Control"] = "no-store"
    response.content_language.add(language)
    return response


def _machine_languages() -> tuple[str, ...]:
    """For programs, English is the default: developers read their logs."""
    return tuple(dict.fromkeys((SOURCE, *settings().languages)))


def _log(problem: Problem, error: Exception | None) -> None:
    event(
        "request.failed",
        status=problem.status,
        method=cut(request.method, 20),
        path=cut(request.path, 500),
        route=request.endpoint,
        client=shown_client(request.remote_addr or "", settings().log.client),
        reason=problem.reason or None,
        cause=cause_of(error) if error else problem.sentence(),
        trace=trace_of(error) if error and problem.status == _FAULT else None,
    )


def _page(problem: Problem, title: str, language: str) -> str:
    """The page of a problem; it is the same in another language, whatever the arguments of the URL mean."""
    note_arguments(**request.args.to_dict(flat=False))
    return render_template(
        "problem.html",
        problem=problem,
        title=title,
        detail=problem.sentence(texts(language).gettext),
        detail_language=language if texts(language).has(problem.detail) else SOURCE,
        kind=KINDS.get(problem.status),
        successors=_successors(problem),
        beginning=_beginning(problem),
        **g.get("to_edit", {"query": "", "dataset": {}}),
    )


def _successors(problem: Problem) -> list[tuple[str, Name]]:
    """URL and name of what stands in the place of a thing."""
    if not (iris := problem.extra.get("isReplacedBy")):
        return []
    names = names_of(publication().release().store, iris, (page_language(), *settings().languages))
    return [(href(iri) or iri, names[iri]) for iri in iris]


def _beginning(problem: Problem) -> str | None:
    """This address without its arguments, relative to it, where these are what is wrong."""
    at_fault = problem.status == 400 or problem.detail == NO_PAGE or "available" in problem.extra
    if not at_fault or not set(request.args) - {"lang"}:
        return None
    language = requested_language()
    return f"?lang={language}" if language else "?"


def _of_problem(error: ProblemError) -> Response:
    return _response(error.problem)


def _of_format(error: NotExpressibleError) -> Response:
    return _response(not_expressible(error))


def _of_http(error: HTTPException) -> AnyResponse:
    if error.code is None:
        return error.get_response()
    if isinstance(error, MethodNotAllowed) and not _is_there(error):
        return _of_http(NotFound())
    allow = error.valid_methods if isinstance(error, MethodNotAllowed) else None
    headers = {"Allow": ", ".join(sorted(allow))} if allow else {}
    return _response(Problem(error.code, _DETAILS.get(error.code, error.description or ""), headers=headers))


def _is_there(error: MethodNotAllowed) -> bool:
    """Whether the URL exists for another method; the router asks for the method before it asks for the name."""
    adapter = current_app.create_url_adapter(request)
    if adapter is None or not error.valid_methods:
        return True
    try:
        adapter.match(method=next(iter(error.valid_methods)))
    except HTTPException as other:
        return not isinstance(other, NotFound)
    return True


def _of_release(error: ReleaseError) -> Response:
    if isinstance(error, RemovedError):
        return _response(release_removed(), error)
    if isinstance(error, StoreError):
        if publication().is_news(str(error)):
            event("store.failed", kind=error.kind, cause=str(error))
        return _response(store_failed(error.kind), error)
    damaged = isinstance(error, DamagedError)
    if publication().is_news(str(error)):
        event("release.damaged" if damaged else "release.missing", cause=str(error))
    if not damaged:
        detail = "There is no release to serve; 'atmpgraph build' makes one."
        return _response(Problem(503, detail, headers=_LATER), error)  # which is not in the response: it names folders
    publication().forget()
    detail = (
        "A file that this answer is made from is damaged, so there is none. 'atmpgraph verify' names the file, and "
        "'atmpgraph build' makes it anew."
    )
    return _response(Problem(503, detail, headers=_LATER), error)


def _of_disconnect(_: ClientDisconnectedError) -> Response:
    return Response(status=400)  # nobody reads it


def _of_anything(error: Exception) -> Response:
    return _response(Problem(500, "Something went wrong on the server. The error was logged."), error)


def register(app: Flask) -> None:
    """Turn every error of a request into a problem."""
    app.register_error_handler(ProblemError, _of_problem)
    app.register_error_handler(NotExpressibleError, _of_format)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(ReleaseError, _of_release)
    app.register_error_handler(ClientDisconnectedError, _of_disconnect)
    app.register_error_handler(Exception, _of_anything)

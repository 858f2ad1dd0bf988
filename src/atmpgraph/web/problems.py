"""Errors: problem details for machines, the same content as a page for people (RFC 9457)."""

from flask import Flask, Response, current_app, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Response as AnyResponse

from ..errors import ReleaseError
from ..http.formats import HTML
from ..http.negotiate import choose
from ..http.problem import OFFERED, PROBLEM, Problem, ProblemError
from .language import page_language
from .respond import content_type, vary


def show(problem: Problem) -> Response:
    """The response for a problem; whoever accepts neither form gets the JSON."""
    vary("Accept")
    language = page_language()
    fmt, media_type = choose(request.headers.get("Accept"), OFFERED) or (PROBLEM, PROBLEM.media_type)
    body = render_template("problem.html", problem=problem) if fmt is HTML else problem.json()
    response = Response(body, problem.status, problem.headers, content_type=content_type(media_type))
    response.headers["Cache-Control"] = "no-store"
    if fmt is HTML:
        response.content_language.add(language)
    return response


def _of_problem(error: ProblemError) -> Response:
    return show(error.problem)


def _of_http(error: HTTPException) -> AnyResponse:
    if error.code is None or error.code < 400:  # a redirect of the router
        return error.get_response()
    allow = error.valid_methods if isinstance(error, MethodNotAllowed) else None
    return show(
        Problem(error.code, error.description or "", headers={"Allow": ", ".join(sorted(allow))} if allow else {})
    )


def _of_release(error: ReleaseError) -> Response:
    return show(Problem(503, str(error), headers={"Retry-After": "30"}))


def _of_anything(error: Exception) -> Response:
    current_app.logger.error("%s %s failed", request.method, request.path, exc_info=error)
    return show(Problem(500, "Something went wrong here; it has been logged."))


def register(app: Flask) -> None:
    """Turn every error of a request into a problem."""
    app.register_error_handler(ProblemError, _of_problem)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(ReleaseError, _of_release)
    app.register_error_handler(Exception, _of_anything)

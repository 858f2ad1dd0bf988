"""The query library: what can be asked, each question with its text and its answer in any format."""

from collections.abc import Callable

from flask import Blueprint, Response, render_template

from ...formats import ALL, HTML, SPARQL_QUERY, split_suffix
from ...http.problem import Problem, ProblemError
from ...sparql.library import LibraryQuery, read_library
from ...sparql.protocol import Query
from ..core.context import settings
from ..core.i18n import asked_language, fallback, page_language
from ..core.query_client import made_of, result_of, volatile
from ..core.response import Made, negotiate, send
from ..pages.results import offered_for, results_page

blueprint = Blueprint("queries", __name__, url_prefix="/queries")


def _library() -> dict[str, LibraryQuery]:
    return read_library(settings().path(settings().folders.queries))


@blueprint.get("/")
def library() -> Response:
    """All questions."""
    found = _library()
    salt = "".join(query.file_text for query in found.values())
    chosen = negotiate((HTML,), HTML)

    def body() -> str:
        local = [query.in_language(page_language()) for query in found.values()]
        return render_template("queries.html", queries=local, languages_of=fallback(), base=settings().base)

    return send(chosen, body, salt=salt)


@blueprint.get("/<name>")
def question(name: str) -> Response:
    """One question: its page, its text (`.rq`) or its answer (`.csv`, `.json`, `.ttl` …)."""
    found = _library()
    stem, fixed = split_suffix(name, ALL)
    if stem not in found:
        raise ProblemError(Problem(404, "There is no such query in the library."))
    query = found[stem].in_language(language) if (language := asked_language()) else found[stem]
    if fixed is SPARQL_QUERY:
        return _send_text(query)
    asked = Query(query.file_text)
    offered = offered_for(asked)
    if fixed and fixed not in offered:
        exists = ", ".join(f".{f.suffix}" for f in offered)
        detail = "The answer does not exist in this format; the formats are {formats} and .rq."
        raise ProblemError(Problem(404, detail, values={"formats": exists}))
    chosen = negotiate((*offered, SPARQL_QUERY), fixed)
    if chosen[0] is SPARQL_QUERY:
        return _send_text(query)
    body = _page(query) if chosen[0] is HTML else lambda: made_of(result_of(asked, chosen[0]), asked)
    return send(chosen, body, salt=query.file_text, weak=True, volatile=volatile(asked))


def _send_text(query: LibraryQuery) -> Response:
    text = query.runnable(settings().base)
    return send((SPARQL_QUERY, SPARQL_QUERY.media_type), lambda: text, salt=text)


def _page(query: LibraryQuery) -> Callable[[], Made]:
    """The page of a question, answered in the language of the page."""
    local = query.in_language(page_language())

    def body() -> Made:
        page = results_page(Query(local.file_text))
        text = render_template("query.html", query=local, page=page, languages_of=fallback(), base=settings().base)
        return Made.whole(text, page.fields)

    return body

"""The Reconciliation Service API 0.2, which OpenRefine speaks: `/reconcile` and what its manifest leads to.

There is no JSONP: every answer may be read by scripts of any site (CORS), which clients use since 2019
(docs/decisions/linking.md).
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from ...errors import LinkingError
from ...formats import HTML, JSON, Format
from ...http.problem import Problem, ProblemError
from ...i18n import message
from ...linking.batch import read_queries, read_query
from ...linking.service import VERSIONS, Service, TooLateError
from ...search import searcher_of
from ..core.context import Context
from ..core.examples import identifier, thing
from ..core.headers import EMBEDDED
from ..core.i18n import note_arguments
from ..core.labels import page_names
from ..core.query_client import place
from ..core.resource import Navigation, Resource, Sitemap, query_parameter
from ..core.response import Cache
from ..pages.linking import languages_of, service_of

_ENCODED: Final = "application/x-www-form-urlencoded"
_FORM: Final = frozenset({_ENCODED, "multipart/form-data"})
_PREVIEW: Final = (430, 300)  # pixels, width and height
_TYPES: Final = 10  # that a client is offered first
_MOST: Final = 500  # that a client may skip, or wish for
_DOCUMENTATION: Final = "https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/"
_NO_INDEX: Final = message("This release has no index of words: an earlier version made it. The next build makes one.")
_SEVERAL: Final = message("Send one of “queries”, “query” and “extend”, once; this request has {names}.")
_SHOWN: Final = 10  # names, in a problem
_NOTHING: Final = message("Send “queries” or “extend”, as the Reconciliation Service API 0.2 says.")
_NO_FORM: Final = message("Send the queries as a form: application/x-www-form-urlencoded.")
_NOT_WHOLE: Final = message("“{name}” must be a whole number from 0 to {most}.")
_NO_THING: Final = message("There is no such thing; an id is the path of its address after id/.")
_EXAMPLE: Final = '{"q0": {"query": "Université"}}'
_BODY: Final = {
    "required": True,
    "content": {
        "application/x-www-form-urlencoded": {
            "schema": {
                "type": "object",
                "properties": {
                    "queries": {"type": "string", "description": "A JSON object with a query under each name."},
                    "extend": {"type": "string", "description": "A JSON object with ids and properties."},
                },
            },
            "example": {"queries": _EXAMPLE},
        }
    },
}


# What a reason for a score is, for people; the name of a property is told as it is.
REASONS: Final[Mapping[str, str]] = {
    "identifier": message("the same identifier"),
    "same": message("the same words"),
    "legal_form": message("another legal form, or none"),
    "joined": message("other blanks"),
    "order": message("another order of the words"),
    "parts": message("two of its names"),
    "small_words": message("other articles and prepositions"),
    "spelling": message("a similar spelling"),
    "other_form": message("two different legal forms"),
    "acronym": message("its initials"),
    "part": message("some words in common"),
}


@dataclass(frozen=True)
class Answer:
    """What a request is answered with.

    Attributes:
        service: that answers.
        content: of the answer; None for the manifest, or its page.
        text: the one name that is matched, which the page has an answer for too.
    """

    service: Service
    content: Mapping[str, Any] | None = None
    text: str = ""


@contextmanager
def _problems() -> Iterator[None]:
    """Answer what cannot be read with 400, and what takes too long with 503."""
    try:
        yield
    except TooLateError as error:
        problem = Problem(503, error.sentence, values=error.values, headers={"Retry-After": "10"})
        raise ProblemError(problem) from None
    except LinkingError as error:
        raise ProblemError(Problem(400, error.sentence, values=error.values)) from None


def _service(context: Context) -> Service:
    searcher = searcher_of(context.release)
    if searcher is None:
        raise ProblemError(Problem(404, _NO_INDEX))
    return service_of(context, searcher)


def _parameters() -> Mapping[str, str]:
    """The parameters of the URL and, of a POST, of the form.

    Raises:
        ProblemError: 415 the body is no form; 400 they are not in UTF-8.
    """
    if request.method == "POST" and request.mimetype not in _FORM:
        raise ProblemError(Problem(415, _NO_FORM))
    sent = [request.query_string, *([request.get_data()] if request.mimetype == _ENCODED else ())]
    try:
        b"&".join(map(unquote_to_bytes, sent)).decode()
    except UnicodeDecodeError:
        raise ProblemError(Problem(400, "The parameters are not percent-encoded UTF-8.")) from None
    named = [(name, text) for name in ("queries", "query", "extend") for text in request.values.getlist(name)]
    given = [(name, text) for name, text in named if text or name != "query"]  # as a form sends an empty field
    if len(given) > 1:
        raise ProblemError(Problem(400, _SEVERAL, values={"names": ", ".join(name for name, _ in given[:_SHOWN])}))
    return dict(given)


def _load(context: Context) -> Answer:
    given, service = _parameters(), _service(context)
    with _problems():
        if "queries" in given:
            return Answer(service, service.results(read_queries(given["queries"], service.vocabulary)))
        if "query" in given:
            note_arguments(query=given["query"])
            sought = read_query(given["query"], service.vocabulary)
            return Answer(service, service.results({"q": sought})["q"], sought.text)
        if "extend" in given:
            return Answer(service, service.extension(given["extend"]))
    if request.method == "POST":
        raise ProblemError(Problem(400, _NOTHING))
    return Answer(service)


def _offered(_: Context, answer: Answer) -> tuple[Format, ...]:
    return (JSON, HTML) if answer.content is None or answer.text else (JSON,)


def _json(context: Context, answer: Answer) -> str:
    content = _manifest(context, answer.service) if answer.content is None else answer.content
    return json.dumps(content, ensure_ascii=False)


def _manifest(context: Context, service: Service) -> dict[str, Any]:
    """What the service can do (§4)."""
    here = place()
    lang = f"lang={context.requested_language}" if context.requested_language else ""
    width, height = _PREVIEW

    def at(path: str) -> dict[str, str]:
        return {"service_url": here.rstrip("/"), "service_path": f"/reconcile/{path}{f'?{lang}' if lang else ''}"}

    return {
        "versions": list(VERSIONS),
        "name": context.settings.title.best(languages_of(context)),
        "identifierSpace": service.start,
        "schemaSpace": context.iris.page("ns/"),
        "documentation": context.iris.page("reconcile"),
        "logo": context.iris.page("static/icon.svg"),
        "batchSize": context.settings.linking.max_queries,
        "defaultTypes": [service.type(iri) for iri in list(service.types.values())[:_TYPES]],
        "view": {"url": f"{here}id/{{{{id}}}}"},
        "preview": {
            "url": f"{here}reconcile/preview?id={{{{id}}}}{f'&{lang}' if lang else ''}",
            "width": width,
            "height": height,
        },
        "suggest": {name: at(f"suggest/{name}") for name in ("entity", "type", "property")},
        "extend": {
            "propose_properties": at("properties"),
            "property_settings": [
                {
                    "name": "limit",
                    "label": "Limit",
                    "type": "number",
                    "default": 0,
                    "help_text": "Most values of a cell; 0 for all.",
                }
            ],
        },
    }


def _page(context: Context, answer: Answer) -> str:
    """What the service is, for people, with a form."""
    service = answer.service
    return render_template(
        "reconcile.html",
        place=f"{place()}reconcile",
        text=answer.text,
        results=answer.content["result"] if answer.content else (),
        start=service.start,
        reasons=REASONS,
        types=[service.type(iri) for iri in service.types.values()],
        properties=[service.property(each) for each in service.properties.values()],
        specification=_DOCUMENTATION,
        most=context.settings.linking.max_queries,
    )


_Suggestions = Callable[[Service, str, int], list[dict[str, Any]]]


def _suggest(make: _Suggestions) -> Callable[[Context], Mapping[str, Any]]:
    def load(context: Context) -> Mapping[str, Any]:
        prefix = request.args.get("prefix", "")[: context.settings.linking.max_text_characters]
        note_arguments(prefix=prefix)
        return {"result": make(_service(context), prefix, _number("cursor") or 0)}

    return load


def _number(name: str) -> int | None:
    """The number that a parameter of the URL has; None without it.

    Raises:
        ProblemError: 400 it is none, or too high.
    """
    text = request.args.get(name, "").strip()
    if not text:
        return None
    if not re.fullmatch("[0-9]{1,9}", text) or int(text) > _MOST:
        raise ProblemError(Problem(400, _NOT_WHOLE, values={"name": name, "most": str(_MOST)}))
    note_arguments(**{name: text})
    return int(text)


def _proposals(context: Context) -> Mapping[str, Any]:
    kind = request.args.get("type", "")
    note_arguments(type=kind)
    with _problems():
        return _service(context).proposals(kind, _number("limit"))


def _dumps(_: Context, content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False)


@dataclass(frozen=True)
class Preview:
    """A thing in small."""

    iri: str


def _load_preview(context: Context) -> Preview | AnyResponse | None:
    """The thing of an id; without one, the way to what the service is."""
    if "id" not in request.args:
        return redirect(context.urls.page("reconcile"), 303)
    name = request.args.get("id", "")[: context.settings.linking.max_text_characters]
    note_arguments(id=name)
    iri = _service(context).iri(name)
    return Preview(iri) if iri and context.release.quads(iri) else None


def _preview(context: Context, preview: Preview) -> str:
    searcher = searcher_of(context.release)
    if searcher is None:
        raise ProblemError(Problem(404, _NO_INDEX))
    service = service_of(context, searcher, context.languages)
    name = page_names(context, [preview.iri])[preview.iri]
    return render_template("preview.html", iri=preview.iri, name=name, facts=service.facts(preview.iri))


_PREFIX: Final = query_parameter("prefix", "The beginning of a name, or its words.", example="a")
_CURSOR: Final = query_parameter("cursor", "How many results to skip.", example="0")


def _examples(context: Context) -> dict[str, str]:
    """A query by an identifier, and the same thing extended by it."""
    extend = {"ids": [thing(context)], "properties": [{"id": "ror"}]}
    queries = {"q0": {"query": identifier(context, "ror") or thing(context)}}
    return {"queries": json.dumps(queries), "extend": json.dumps(extend)}


def _main(endpoint: str, path: str) -> Resource[Answer]:
    return Resource(
        endpoint=endpoint,
        path=path,
        summary="The reconciliation service (API 0.1 and 0.2): its manifest, batches of queries, extension of tables.",
        load=_load,
        makers={JSON: _json, HTML: _page},
        offered=_offered,
        sitemap=None if path.endswith("/") else Sitemap(),
        methods=("GET", "POST"),
        cache=Cache.NEVER,
        navigation=Navigation("foot", 6, message("Match names")) if path == "/reconcile" else None,
        parameters=(
            query_parameter("queries", "A JSON object with a query under each name, such as {...}."),
            query_parameter("extend", "A JSON object with ids and properties."),
        ),
        body=_BODY,
        examples=_examples,
    )


def _suggestions(name: str, summary: str, make: _Suggestions) -> Resource[Mapping[str, Any]]:
    return Resource(
        endpoint=f"reconcile.{name}",
        path=f"/reconcile/suggest/{name}",
        summary=summary,
        load=_suggest(make),
        makers={JSON: _dumps},
        parameters=(_PREFIX, _CURSOR),
    )


RESOURCES = (
    _main("reconcile.reconcile", "/reconcile"),
    _main("reconcile.slash", "/reconcile/"),
    _suggestions("entity", "Things by the beginning of their name, while it is typed.", Service.suggested_things),
    _suggestions("type", "Types of things by their name.", Service.suggested_types),
    _suggestions("property", "Properties by their name.", Service.suggested_properties),
    Resource(
        endpoint="reconcile.properties",
        path="/reconcile/properties",
        summary="The properties that a table may be extended by.",
        load=_proposals,
        makers={JSON: _dumps},
        parameters=(
            query_parameter("type", "A type, such as org:Organization.", example="org:Organization"),
            query_parameter("limit", "How many properties at most.", example="5"),
        ),
    ),
    Resource(
        endpoint="reconcile.preview",
        path="/reconcile/preview",
        summary="A thing in small, to be shown in a frame.",
        load=_load_preview,
        missing=_NO_THING,
        makers={HTML: _preview},
        always={"Content-Security-Policy": EMBEDDED},
        parameters=(query_parameter("id", "The path of the address of a thing after id/."),),
        examples=lambda context: {"id": thing(context)},
    ),
)

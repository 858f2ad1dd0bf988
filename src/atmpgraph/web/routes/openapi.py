"""The description of every route for programs: OpenAPI 3.1, made from the routes themselves."""

import json
from typing import Any, Final

from flask import Blueprint, Response, current_app
from werkzeug.routing import Rule

from ... import __version__
from ...formats import JSON
from ...http.problem import KINDS, PROBLEM
from ...settings import LANGUAGES
from ..core.context import release, settings
from ..core.response import negotiate, send

blueprint = Blueprint("openapi", __name__)

_LANGUAGE: Final = {
    "name": "lang",
    "in": "query",
    "description": "Language of a page, instead of Accept-Language.",
    "schema": {"type": "string", "enum": list(LANGUAGES)},
}
_QUERY: Final = [
    {
        "name": name,
        "in": "query",
        "description": description,
        "schema": {"type": "array", "items": {"type": "string"}} if many else {"type": "string"},
    }
    for name, description, many in (
        ("query", "The query; without it the service is described.", False),
        ("default-graph-uri", "Graphs of the default graph.", True),
        ("named-graph-uri", "Named graphs.", True),
        ("format", "Suffix of the format, instead of Accept.", False),
        ("timeout", "Seconds to wait for the answer, at most as long as the service allows.", False),
        ("offset", "Rows of the result to leave out.", False),
    )
]
_GRAPH: Final = [
    {
        "name": "graph",
        "in": "query",
        "description": "IRI of one graph; without parameters, all of them.",
        "schema": {"type": "string", "format": "iri"},
    },
    {
        "name": "default",
        "in": "query",
        "description": "The union of all graphs.",
        "allowEmptyValue": True,
        "schema": {"type": "string", "maxLength": 0},
    },
]
_PAST: Final = {
    "name": "Accept-Datetime",
    "in": "header",
    "description": "A date of HTTP: leads to the state of that day (RFC 7089).",
    "schema": {"type": "string"},
    "example": "Thu, 01 Jan 2026 00:00:00 GMT",
}
_UNDESCRIBED: Final = {"OPTIONS", "QUERY"}  # OpenAPI 3.1 has no operation for the method QUERY
_FORM: Final = "application/x-www-form-urlencoded"
_BODY: Final = {
    "required": True,
    "content": {
        "application/sparql-query": {"schema": {"type": "string"}, "example": "ASK {}"},
        _FORM: {
            "schema": {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]},
            "example": {"query": "ASK {}"},
        },
    },
}


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """This description."""
    content = json.dumps(description(), ensure_ascii=False, indent=1)
    return send(negotiate((JSON,), JSON), lambda: content, salt=content)


def description() -> dict[str, Any]:
    """All routes of the application: methods, parameters with an example, and what may come back."""
    paths: dict[str, dict[str, Any]] = {}
    for rule in sorted(current_app.url_map.iter_rules(), key=lambda rule: rule.rule):
        template, parameters = _template(rule)
        item = paths.setdefault(template, {"parameters": parameters} if parameters else {})
        for method in sorted((rule.methods or set()) - _UNDESCRIBED):
            item[method.lower()] = _operation(rule, method)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": settings().title.en,
            "description": settings().description.en,
            "version": __version__,
            "license": {"name": "Licence of the data", "url": settings().licence},
        },
        "servers": [{"url": "."}],  # beside this document, wherever it is mounted
        "paths": paths,
        "components": {"schemas": {"Problem": _PROBLEM}},
    }


_PROBLEM: Final = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer", "enum": list(KINDS)},
        "detail": {"type": "string"},
    },
}


def _template(rule: Rule) -> tuple[str, list[dict[str, Any]]]:
    """The path of a route with `{name}` for its arguments, and these."""
    path, parameters = "", []
    for converts, text in rule._trace:
        path += f"{{{text}}}" if converts else text.removeprefix("|")
        if converts:
            schema: dict[str, Any] = {"type": "string", "minLength": 1}
            choices = getattr(rule._converters[text], "items", None)
            if choices:
                schema = {"type": "string", "enum": sorted(choices)}
            examples = _EXAMPLES.get(rule.endpoint, {})
            parameter = {"name": text, "in": "path", "required": True, "schema": schema}
            if text in examples or text == "digest":
                parameter["example"] = examples.get(text) or release().digest
            parameters.append(parameter)
    return path, parameters


# An address that answers, for each route that takes one.
_EXAMPLES: Final[dict[str, dict[str, str]]] = {
    "changes.changes": {"suffix": "rdfp"},
    "documents.table": {"name": "organisations"},
    "documents.vocabulary": {"kind": "ns", "path": "atmp"},
    "memento.document": {"path": "organisation/ulb"},
    "memento.states": {"path": "organisation/ulb"},
    "problems.kind": {"name": "not-found"},
    "quality.of_release": {"suffix": "ttl"},
    "quality.quality": {"suffix": "ttl"},
    "quality.shapes": {"suffix": "ttl"},
    "releases.dump": {"name": "data.nq"},
    "releases.latest": {"rest": "changes"},
    "catalogue.fixed": {"suffix": "ttl"},
    "releases.latest_file": {"name": "data.nq"},
    "stream.events": {"suffix": "ttl"},
    "stream.page": {"name": "1"},
    "static": {"filename": "atmpgraph.css"},
}


def _operation(rule: Rule, method: str) -> dict[str, Any]:
    endpoint, sparql = rule.endpoint, rule.endpoint == "sparql.endpoint"
    summary = (current_app.view_functions[endpoint].__doc__ or endpoint).strip().split("\n")[0]
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    operation: dict[str, Any] = {
        "operationId": f"{endpoint}.{method.lower()}",
        "summary": summary,
        "parameters": [
            _LANGUAGE,
            *(_QUERY if sparql and method != "POST" else _GRAPH if endpoint == "graph_store.data" else []),
            *([_PAST] if endpoint == "documents.document" else []),
        ],
        "responses": {
            "200": {"description": "A representation, in the format of its Content-Type.", "content": {"*/*": {}}},
            "3XX": {"description": "Elsewhere, or nothing new (304)."},
            "4XX": {
                "description": "The request cannot be served as it is.",
                "content": {PROBLEM.media_type: problem, "application/json": problem, "text/html": {}},
            },
            "503": {"description": "There is no release yet.", "content": {PROBLEM.media_type: problem}},
        },
    }
    if endpoint in {"releases.dump", "releases.latest_file", "static"} and method == "GET":
        operation["responses"]["206"] = {"description": "The part asked for by Range.", "content": {"*/*": {}}}
    if method == "POST":
        operation["requestBody"] = _BODY
    return operation

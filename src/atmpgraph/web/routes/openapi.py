"""The description of every resource for programs: OpenAPI 3.1, from their declarations."""

import json
from collections.abc import Mapping
from functools import reduce
from typing import Any, Final

from ... import __version__
from ...formats import JSON
from ...http.problem import KINDS, PROBLEM
from ...i18n import SOURCE
from ..core.context import Context
from ..core.resource import DIGEST, SUFFIX, Resource, parameter_names, template, with_example
from ..core.response import Version
from ..core.serving import resources

_UNDESCRIBED: Final = frozenset({"QUERY"})  # OpenAPI 3.1 has no operation for the method QUERY
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


def _description(context: Context) -> str:
    """Every resource: its methods, its parameters with examples from the release, its responses."""
    rules = sorted((rule, resource) for resource in resources() for rule in resource.rules)
    content = {
        "openapi": "3.1.0",
        "info": {
            "title": context.settings.title.best((SOURCE, *context.settings.languages)),
            "description": context.settings.description.best((SOURCE, *context.settings.languages)),
            "version": __version__,
            "license": {"name": "Licence of the data", "url": context.settings.licence},
        },
        "servers": [{"url": "."}],  # relative to this document, wherever it is mounted
        "paths": {
            template(rule): path for rule, resource in rules if _leads_somewhere(path := _path(context, resource, rule))
        }
        | _instances(context),
        "components": {"schemas": {"Problem": _PROBLEM}},
    }
    return json.dumps(content, ensure_ascii=False)


def _leads_somewhere(path: Mapping[str, Any]) -> bool:
    """Whether the publication has something at a path: it may have no pages in its own words."""
    return all("example" in parameter for parameter in path.get("parameters", ()))


def _instances(context: Context) -> dict[str, Any]:
    """The resources that are described one by one, by reading only."""
    return {
        reduce(
            lambda path, part: path.replace(f"{{{part[0]}}}", part[1]), each.path.items(), template(resource.path)
        ): {
            "get": _operation(context, resource, resource.path, "GET", {})
            | {
                "operationId": ".".join((resource.endpoint, *each.path.values())),
                "summary": each.summary,
                "description": each.description,
                "parameters": [_language(context), *each.parameters],
            }
        }
        for resource in resources()
        for each in resource.instances(context)
    }


def _path(context: Context, resource: Resource[Any], rule: str) -> dict[str, Any]:
    """One path: its parameters and its operations."""
    examples = resource.examples(context)
    parameters = _path_parameters(context, resource, rule, examples)
    methods = sorted({*resource.methods, "HEAD"} - _UNDESCRIBED)
    operations = {method.lower(): _operation(context, resource, rule, method, examples) for method in methods}
    return {"parameters": parameters, **operations} if parameters else operations


def _language(context: Context) -> dict[str, Any]:
    return {
        "name": "lang",
        "in": "query",
        "description": "Language of a page, instead of Accept-Language.",
        "schema": {"type": "string", "enum": list(context.settings.languages)},
        "example": context.settings.languages[0],
    }


def _path_parameters(
    context: Context, resource: Resource[Any], rule: str, given: Mapping[str, str]
) -> list[dict[str, Any]]:
    suffix = resource.suffixes[0].suffix if resource.suffixes else ""
    examples = {SUFFIX: suffix, DIGEST: context.release.digest, **given}
    schema = {"type": "string", "minLength": 1}
    return [
        {"name": name, "in": "path", "required": True, "schema": schema}
        | ({"example": examples[name]} if examples.get(name) else {})
        for name in parameter_names(rule)
    ]


def _operation(
    context: Context, resource: Resource[Any], rule: str, method: str, examples: Mapping[str, str]
) -> dict[str, Any]:
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    name = resource.endpoint if rule == resource.path else f"{resource.endpoint}.{SUFFIX}"
    parameters = [with_example(each, examples.get(each["name"], "")) for each in resource.parameters]
    operation: dict[str, Any] = {
        "operationId": f"{name}.{method.lower()}",
        "summary": resource.summary,
        "parameters": [_language(context), *(parameters if method != "POST" else ())],
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
    if resource.ranges and method == "GET":
        operation["responses"]["206"] = {"description": "The part asked for by Range.", "content": {"*/*": {}}}
    if resource.body and method == "POST":
        operation["requestBody"] = resource.body
    return operation


RESOURCES = (
    Resource(
        endpoint="openapi.openapi",
        path="/openapi.json",
        summary="The description of this service in OpenAPI.",
        load=_description,
        makers={JSON: lambda _, content: content},
        version=lambda _, content, __: Version((content,)),
    ),
)

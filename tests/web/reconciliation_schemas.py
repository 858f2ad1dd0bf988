"""The JSON Schemas of the Reconciliation Service API 0.2, as the specification describes them (§4, §5.3, §7, §8)."""

from typing import Any, Final

Schema = dict[str, Any]
_TEXT: Final[Schema] = {"type": "string"}
_ENTITY: Final[Schema] = {
    "type": "object",
    "properties": {"id": _TEXT, "name": _TEXT},
    "required": ["id", "name"],
}
_PLACE: Final[Schema] = {
    "type": "object",
    "properties": {"service_url": {"type": "string", "pattern": "^https?://"}, "service_path": _TEXT},
    "required": ["service_url", "service_path"],
    "additionalProperties": False,
}
_TEMPLATE: Final[Schema] = {"type": "string", "pattern": r"^https?://.*\{\{id\}\}"}

MANIFEST: Final[Schema] = {
    "type": "object",
    "properties": {
        "versions": {"type": "array", "items": _TEXT, "contains": {"const": "0.2"}},
        "name": _TEXT,
        "identifierSpace": {"type": "string", "format": "uri"},
        "schemaSpace": {"type": "string", "format": "uri"},
        "defaultTypes": {"type": "array", "items": _ENTITY},
        "documentation": _TEXT,
        "logo": _TEXT,
        "view": {"type": "object", "properties": {"url": _TEMPLATE}, "required": ["url"]},
        "preview": {
            "type": "object",
            "properties": {"url": _TEMPLATE, "width": {"type": "integer"}, "height": {"type": "integer"}},
            "required": ["url", "width", "height"],
            "additionalProperties": False,
        },
        "suggest": {
            "type": "object",
            "properties": {"entity": _PLACE, "type": _PLACE, "property": _PLACE},
            "additionalProperties": False,
        },
        "extend": {
            "type": "object",
            "properties": {
                "propose_properties": _PLACE,
                "property_settings": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {
                            "name": _TEXT,
                            "label": _TEXT,
                            "type": {"enum": ["number", "text", "checkbox", "select"]},
                            "help_text": _TEXT,
                        },
                        "required": ["name", "label", "type"],
                    },
                },
            },
        },
        "batchSize": {"type": "integer", "minimum": 1},
    },
    "required": ["versions", "name", "identifierSpace", "schemaSpace"],
}
_CANDIDATE: Final[Schema] = {
    "type": "object",
    "properties": {
        "id": _TEXT,
        "name": _TEXT,
        "description": _TEXT,
        "score": {"type": "number"},
        "match": {"type": "boolean"},
        "type": {"type": "array", "items": _ENTITY},
        "features": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"id": _TEXT, "value": {"type": ["number", "boolean"]}},
                "required": ["id", "value"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["id", "name", "score"],
    "additionalProperties": False,
}
RESULTS: Final[Schema] = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "properties": {"result": {"type": "array", "items": _CANDIDATE}},
        "required": ["result"],
        "additionalProperties": False,
    },
}
SUGGESTIONS: Final[Schema] = {
    "type": "object",
    "properties": {
        "result": {
            "type": "array",
            "items": {
                **_ENTITY,
                "properties": {"id": _TEXT, "name": _TEXT, "notable": {"type": "array", "items": _ENTITY}},
            },
        }
    },
    "required": ["result"],
}
PROPOSALS: Final[Schema] = {
    "type": "object",
    "properties": {
        "limit": {"type": "integer"},
        "type": _TEXT,
        "properties": {"type": "array", "items": _ENTITY},
    },
    "required": ["properties"],
    "additionalProperties": False,
}
_CELL: Final[Schema] = {
    "oneOf": [
        {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
        for properties in (
            {"str": _TEXT},
            {"int": {"type": "integer"}},
            {"float": {"type": "number"}},
            {"bool": {"type": "boolean"}},
            {"date": _TEXT},
            {"id": _TEXT, "name": _TEXT},
        )
    ]
}
EXTENSION: Final[Schema] = {
    "type": "object",
    "properties": {
        "meta": {"type": "array", "items": _ENTITY},
        "rows": {
            "type": "object",
            "additionalProperties": {"type": "object", "additionalProperties": {"type": "array", "items": _CELL}},
        },
    },
    "required": ["meta", "rows"],
    "additionalProperties": False,
}

"""The published OpenAPI description: complete, and what it promises is so (schemathesis)."""

import json
import re
from typing import Any
from urllib.parse import quote, urlencode

import jsonschema_rs
import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from .asking import get
from .targets import InProcess, Target


@pytest.fixture(scope="module")
def description(in_process: InProcess) -> dict[str, Any]:
    """The OpenAPI description as served."""
    found: dict[str, Any] = json.loads(get(in_process, "/openapi.json").body)
    return found


@pytest.fixture(scope="module")
def operations(description: dict[str, Any]) -> list[Any]:
    """Its operations."""
    found: Any = schemathesis.openapi.from_dict(description).get_all_operations()
    return [result.ok() for result in found]


def _template(rule: str) -> str:
    """A path of OpenAPI: the names of its parameters do not matter."""
    return re.sub(r"\{[^}]*\}", "{}", re.sub(r"<[^>]*>", "{}", rule))


def test_it_describes_every_route(description: dict[str, Any], odd_app: Flask) -> None:
    described = {_template(path): set(item) for path, item in description["paths"].items()}
    for rule in odd_app.url_map.iter_rules():
        methods = {method.lower() for method in rule.methods or ()} - {"options", "head", "query"}
        assert methods <= described[_template(rule.rule)], rule.rule


def test_each_operation_has_a_name_of_its_own(description: dict[str, Any]) -> None:
    """OpenAPI 3.1 §4.8.10: `operationId` is unique."""
    names = [
        operation["operationId"]
        for item in description["paths"].values()
        for method, operation in item.items()
        if method != "parameters"
    ]
    assert len(names) == len(set(names))


def test_each_parameter_has_an_example_that_is_answered(description: dict[str, Any], in_process: InProcess) -> None:
    """With values of the data; by itself, beside the query that others are about."""
    lacking, refused = [], []
    for path, item in description["paths"].items():
        place = path
        for parameter in item.get("parameters", []):
            place = place.replace(f"{{{parameter['name']}}}", quote(parameter["example"], safe="/:"))
        parameters = item.get("get", {}).get("parameters", [])
        query = {each["name"]: each["example"] for each in parameters if each["name"] == "query"}
        for parameter in parameters:
            if "example" not in parameter:
                lacking.append((path, parameter["name"]))
                continue
            values = query | {parameter["name"]: parameter["example"]}
            answer = get(in_process, f"{place}?{urlencode(values, doseq=True)}")
            if answer.status >= 400:
                refused.append(answer)
    assert not refused
    # the release has none before it, and no workpackage of the data says its status
    assert {name for _, name in lacking} == {"since", "status"}
    assert {path for path, name in lacking if name == "status"} == {"/workpackages"}


def test_it_is_openapi(description: dict[str, Any], target: Target) -> None:
    assert re.fullmatch(r"3\.[01]\.\d+", description["openapi"])
    for item in description["paths"].values():
        for method, operation in item.items():
            if method in {"get", "post"}:
                assert operation["summary"]
                assert operation["responses"]
    assert "127.0.0.1" not in json.dumps(description)
    assert get(target, "/openapi.json").status == 200


def test_schemas_in_it_are_schemas(description: dict[str, Any]) -> None:
    for schema in description.get("components", {}).get("schemas", {}).values():
        jsonschema_rs.meta.validate(schema)


@settings(
    max_examples=100,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_what_it_promises_is_so(data: st.DataObject, operations: list[Any], odd_app: Flask) -> None:
    """Requests made from the description are answered as it says: status, type, schema; never a server error."""
    operation = data.draw(st.sampled_from(operations), label="operation")
    case = data.draw(operation.as_strategy())
    response = case.call(app=odd_app, base_url="http://localhost")
    checks = [
        not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_schema_conformance,
        response_headers_conformance,
    ]
    case.validate_response(response, checks=checks)

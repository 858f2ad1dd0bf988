"""Tools that know the vocabularies and nothing of us: they find the questions, fill in their parameters, and ask them.

Editors read `sh:SPARQLExecutable` and `sh:declare`; assistants and programs read JSON, with a JSON Schema of the parameters.
"""

import json
import re
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import jsonschema_rs
import pytest
from rdflib import SH, Graph
from rdflib.plugins.stores.sparqlstore import SPARQLStore

from ..conftest import BASE

pytestmark = pytest.mark.clients
_JSON: Final = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def here(endpoint: str) -> str:
    """The start of the addresses of the server, in place of that of the publication."""
    return endpoint.removesuffix("sparql")


def _got(url: str, **headers: str) -> bytes:
    with urlopen(Request(url, headers=headers), timeout=300) as response:
        return bytes(response.read())


def _rows(here: str, url: str, **values: str) -> list[dict[str, Any]]:
    """The rows of a question, as a tool asks it by its URL."""
    url = url.replace(BASE, here)
    answer = json.loads(_got(f"{url}?{urlencode({'format': 'json', **values})}"))
    assert answer["head"]["vars"]
    return list(answer["results"]["bindings"])


def test_an_editor_runs_each_example_with_the_declared_prefixes(endpoint: str, here: str) -> None:
    description = Graph().parse(data=_got(endpoint, Accept="text/turtle"), format="turtle")
    asked = 0
    for example, text in description.subject_objects(SH.select):
        declared = "".join(
            f"PREFIX {description.value(each, SH.prefix)}: <{description.value(each, SH.namespace)}>\n"
            for source in description.objects(example, SH.prefixes)
            for each in description.objects(source, SH.declare)
        )
        prologue = re.compile(r"^(PREFIX|BASE) .*\n", re.M)
        whole = f"BASE <{BASE}>\n{declared}{prologue.sub('', str(text))}"
        found = Graph(store=SPARQLStore(endpoint, method="POST")).query(whole)
        assert len(found) == len(_rows(here, str(example), lang="en")), example
        asked += 1
    assert asked > 20


@pytest.fixture(scope="module")
def questions(here: str) -> list[dict[str, Any]]:
    """What there is to ask, as a program that calls tools reads it."""
    return list(json.loads(_got(f"{here}queries/", **_JSON))["queries"])


def _values(here: str, parameter: dict[str, Any]) -> list[str]:
    """The first two values that a parameter may have; where nothing lists them, the one that it has by default."""
    if not parameter["values"]:
        return [parameter["default"]]
    rows = _rows(here, parameter["values"])
    column = next(name for name in (parameter["name"], *(rows[0] if rows else ())) if rows and name in rows[0])
    return [row[column]["value"] for row in rows[:2]]


def test_a_program_asks_each_question_with_the_values_that_it_is_told(
    here: str, questions: list[dict[str, Any]]
) -> None:
    asked = 0
    for question in questions:
        tool = jsonschema_rs.validator_for(question["schema"])
        for parameter in question["parameters"]:
            for value in filter(None, _values(here, parameter)):
                tool.validate({parameter["name"]: [value]})
                rows = _rows(here, question["url"], **{parameter["name"]: value})
                named = {row[parameter["name"]]["value"] for row in rows if parameter["name"] in row}
                assert named <= {value} or parameter["type"] != "thing", (question["name"], value)
                asked += 1
    assert asked > 10


def test_what_the_schema_forbids_the_server_refuses(here: str, questions: list[dict[str, Any]]) -> None:
    for question in questions:
        assert not jsonschema_rs.is_valid(question["schema"], {"nothing": ["x"]})
        with pytest.raises(HTTPError) as refused:
            _rows(here, question["url"], nothing="x")
        assert refused.value.code == 400

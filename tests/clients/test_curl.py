"""curl, by each way to send a query."""

import json
import subprocess

import pytest

from . import known
from .tools import tool


def _curl(*arguments: str) -> str:
    command = [tool("curl", "apt-get install curl"), "--silent", "--show-error", "--fail", *arguments]
    return subprocess.run(command, check=True, capture_output=True, timeout=300).stdout.decode()


@pytest.mark.parametrize(
    "how",
    [
        ["--get", "--data-urlencode", f"query={known.select()}"],
        ["--data-urlencode", f"query={known.select()}"],
        ["--header", "Content-Type: application/sparql-query", "--data-binary", known.select()],
    ],
    ids=["get", "form", "direct"],
)
def test_select(how: list[str], endpoint: str) -> None:
    assert known.from_csv(_curl(*how, "--header", "Accept: text/csv", endpoint)) == known.rows()
    found = json.loads(_curl(*how, endpoint))["results"]["bindings"]
    assert [row["figure"]["value"] for row in found] == [figure for figure, _, _ in known.rows()]


def test_compressed_and_by_suffix(endpoint: str) -> None:
    arguments = ["--compressed", "--get", "--data-urlencode", f"query={known.select()}", "--data", "format=csv"]
    assert known.from_csv(_curl(*arguments, endpoint)) == known.rows()


def test_construct_and_ask(endpoint: str) -> None:
    accept = ["--header", "Accept: application/n-triples"]
    assert _curl(*accept, "--data-urlencode", f"query={known.CONSTRUCT}", endpoint).strip() == known.TRIPLE
    assert json.loads(_curl("--data-urlencode", f"query={known.ASK}", endpoint))["boolean"] is True


def test_an_error_is_an_error(endpoint: str) -> None:
    with pytest.raises(subprocess.CalledProcessError) as error:
        _curl("--data-urlencode", "query=SELECT", endpoint)
    assert b"400" in error.value.stderr

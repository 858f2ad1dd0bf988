"""Clients that the system installs: roqet, of Rasqal, and R's SPARQL."""

import csv
import io
import subprocess

import pytest

from . import known
from .tools import HERE, run, tool

pytestmark = pytest.mark.clients
NAME = f"SELECT ?name WHERE {{ <{known.UCLOUVAIN}> <{known.ALT_LABEL}> ?name }}"


# --- roqet, of Rasqal ---


def _roqet(endpoint: str, query: str, form: str = "csv") -> str:
    return run(tool("roqet"), "-q", "-p", endpoint, "-e", query, "-r", form)


def test_roqet(endpoint: str) -> None:
    """It percent-encodes letters that need none (`%53E%4CEC%54`)."""
    assert known.from_csv(_roqet(endpoint, known.select())) == known.rows()
    assert _roqet(endpoint, NAME).splitlines() == ["name", known.NAME]
    _roqet(endpoint, known.ASK)  # it takes the answer, and prints nothing of it


def test_roqet_is_told_what_it_cannot_have(endpoint: str) -> None:
    """It asks for the results of a SELECT whatever the query; a graph is none (RFC 9110 §15.5.7)."""
    command = [tool("roqet"), "-p", endpoint, "-e", known.CONSTRUCT]
    done = subprocess.run(command, capture_output=True, timeout=300, check=False)
    assert b"HTTP status 406" in done.stderr


# --- R ---


def _r(endpoint: str, query: str) -> str:
    program = tool("Rscript")
    return run(program, "--vanilla", str(HERE / "ask.R"), endpoint, query)


def test_r(endpoint: str) -> None:
    assert known.from_csv(_r(endpoint, known.select())) == known.rows()
    assert list(csv.reader(io.StringIO(_r(endpoint, NAME)))) == [["name"], [f'"{known.NAME}"@fr']]

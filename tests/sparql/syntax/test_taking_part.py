"""Where statements take part in a query is read from its text once, by whichever process is the first."""

import sys
from pathlib import Path

import pytest

from atmpgraph.sparql.syntax import algebra_places, taking_part
from atmpgraph.sparql.syntax.taking_part import Place, places

QUERY = "SELECT ?name { ?partner a <urn:Partner> ; <urn:name> ?name }"
EXPECTED = (
    Place(("?partner", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>", "<urn:Partner>"), (("?partner", "<urn:name>", "?name"),)),
    Place(
        ("?partner", "<urn:name>", "?name"),
        (("?partner", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>", "<urn:Partner>"),),
    ),
)  # fmt: skip
UNREADABLE = "SELECT ?name { ?partner <urn:name ?name }"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(taking_part._PLACES, "folder", tmp_path / "code")
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    places.cache_clear()
    return tmp_path / "code"


def test_a_query_is_parsed_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert places(QUERY) == EXPECTED
    assert places(UNREADABLE) is None
    assert len(list(folder.iterdir())) == 2
    places.cache_clear()
    monkeypatch.setattr(algebra_places, "prepared", lambda *_: pytest.fail("it was parsed again"))
    assert places(QUERY) == EXPECTED
    assert places(UNREADABLE) is None


def test_what_lies_there_may_be_damaged_or_of_another_base(folder: Path) -> None:
    relative = "SELECT ?name { ?partner <name> ?name }"
    one, other = places(relative, "https://example.org/a/"), places(relative, "https://example.org/b/")
    assert one
    assert other
    assert one[0].triple[1] == "<https://example.org/a/name>"
    assert other[0].triple[1] == "<https://example.org/b/name>"
    for file in folder.iterdir():
        file.write_bytes(file.read_bytes()[:20])
    places.cache_clear()
    assert (places(relative, "https://example.org/a/"), places(relative, "https://example.org/b/")) == (one, other)

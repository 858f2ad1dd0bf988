"""What an engine gives back is compared with what was published: texts to the letter, values as values."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import pyoxigraph as ox
import pytest

from atmpgraph.publish.read_back import Returned, read_back, summed
from atmpgraph.publish.result_sample import properties, sample
from atmpgraph.publish.slot_parts import Part, parts
from atmpgraph.release.release import Release
from atmpgraph.release.slots import LiteralChange

XSD: Final = "http://www.w3.org/2001/XMLSchema#"
LINES: Final = (
    f'<http://e/a> <http://e/p> "1"^^<{XSD}integer> .\n'
    f'<http://e/a> <http://e/p> "2"^^<{XSD}integer> .\n'
    f'<http://e/a> <http://e/q> "true"^^<{XSD}boolean> .\n'
    '<http://e/a> <http://e/r> "a \\"b\\"\\n\\u0001 é 𝒳" .\n'
    '<http://e/a> <http://e/s> "c"@nl .\n'
    "<http://e/b> <http://e/p> <http://e/a> .\n"
)


@pytest.fixture
def part(tmp_path: Path) -> Part:
    """A small graph."""
    file = tmp_path / "part"
    file.write_text(LINES, encoding="utf-8")
    return Part("http://e/g", file, LINES.count("\n"), hashlib.sha256(LINES.encode()).hexdigest())


def _back(part: Part, change: Callable[[str], str], folder: Path) -> Returned:
    triples = [quad.triple for quad in ox.parse(change(LINES).encode(), format=ox.RdfFormat.N_TRIPLES)]
    return read_back(part, reversed(triples), folder)


def test_the_same_is_the_same(part: Part, tmp_path: Path) -> None:
    """In any order, and with a language tag in any case (RDF 1.1 §3.3)."""
    returned = _back(part, lambda text: text.replace("@nl", "@NL"), tmp_path)
    assert returned.whole
    assert returned.held.returned == returned.held.published == part.sha256
    assert (returned.held.statements, returned.changes) == (6, ())


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        (f'"true"^^<{XSD}boolean>', f'"1"^^<{XSD}integer>', ("boolean", "integer", 1)),
        (f'"true"^^<{XSD}boolean>', f'"1"^^<{XSD}boolean>', ("boolean", "boolean", 1)),
        (f"^^<{XSD}integer>", f"^^<{XSD}int>", ("integer", "int", 2)),
    ],
)
def test_a_value_may_come_back_in_another_form(
    old: str, new: str, change: tuple[str, str, int], part: Part, tmp_path: Path
) -> None:
    returned = _back(part, lambda text: text.replace(old, new), tmp_path)
    assert returned.whole
    assert returned.held.returned != part.sha256
    (only,) = returned.changes
    assert (only.datatype, only.returned, only.literals) == (XSD + change[0], XSD + change[1], change[2])
    assert all(example.startswith('"') for example in only.example)


@pytest.mark.parametrize(
    ("old", "new", "missing", "foreign"),
    [
        ("é", "Ã©", 1, 1),
        ('"c"@nl', '"c"', 1, 1),
        ('"c"@nl', '"c"@fr', 1, 1),
        ("<http://e/b>", "<http://e/B>", 1, 1),
        (f'<http://e/a> <http://e/p> "2"^^<{XSD}integer> .\n', "", 1, 0),
        ("<http://e/b>", "<http://e/b> <http://e/n> <http://e/n> .\n<http://e/b>", 0, 1),
        ("<http://e/a> .", "_:b .", 1, 1),
        (f'"true"^^<{XSD}boolean>', "<http://e/true>", 1, 1),
    ],
)
def test_a_text_or_a_statement_may_not(
    old: str, new: str, missing: int, foreign: int, part: Part, tmp_path: Path
) -> None:
    returned = _back(part, lambda text: text.replace(old, new), tmp_path)
    assert (returned.missing, returned.foreign, returned.whole) == (missing, foreign, False)
    assert returned.example.startswith(("<http://e/a> ", "<http://e/b> ", "<http://e/B> "))


def test_the_changes_of_graphs_are_summed_up() -> None:
    one, two = LiteralChange("a", "b", 2, ("1", "2")), LiteralChange("a", "b", 3, ("3", "4"))
    assert summed([one, two]) == (LiteralChange("a", "b", 5, ("1", "2")),)


def test_the_parts_of_a_release_are_its_graphs_and_their_union(release: Release, tmp_path: Path) -> None:
    *named, union = parts(release.folder.canonical, tmp_path, "urn:union")
    assert {part.graph: part.statements for part in named} == release.manifest.graphs
    lines = [
        line.replace(" .\n", f" <{part.graph}> .\n")
        for part in named
        for line in part.file.read_text(encoding="utf-8").splitlines(keepends=True)
    ]
    assert hashlib.sha256("".join(sorted(lines)).encode()).hexdigest() == release.digest
    assert union.file.read_bytes() == release.folder.dump("nt").read_bytes()
    for part in (*named, union):
        assert hashlib.sha256(part.file.read_bytes()).hexdigest() == part.sha256
        pieces = list(part.pieces(3, 500))
        assert b"".join(b"".join(piece) for piece in pieces) == b"".join(
            part.file.read_bytes().splitlines(keepends=True)[3:]
        )
        assert all(len(b"".join(piece[:-1])) <= 500 for piece in pieces)


def test_a_sample_has_each_datatype(release: Release, tmp_path: Path) -> None:
    """All values of the chosen properties, from everywhere, and the same ones each time."""
    union = parts(release.folder.canonical, tmp_path, "urn:union")[-1]
    some = sample(union, tmp_path / "sample")
    lines, every = (part.file.read_text(encoding="utf-8").splitlines() for part in (some, union))
    assert set(re.findall(r'"\^\^<(.*?)> \.$', "\n".join(lines), re.MULTILINE)) == set(
        re.findall(r'"\^\^<(.*?)> \.$', "\n".join(every), re.MULTILINE)
    )
    chosen = set(properties(some))
    assert {line for line in every if tuple(line.split(" ", 2)[:2]) in chosen} == set(lines)
    assert some == replace(sample(union, tmp_path / "again"), file=some.file)
    assert 0 < some.statements < union.statements

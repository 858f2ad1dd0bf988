"""A pattern that all values keep to is left out, and no finding with it: the reference engine says the same."""

from pathlib import Path

import pytest
from rdflib import Graph

from atmpgraph.quality.engines import QuickEngine, quick_results
from atmpgraph.quality.patterns import Engine, for_engine
from atmpgraph.quality.reference import reference_results
from atmpgraph.quality.unbroken_patterns import pattern_constraints, unbroken

SHAPES = """
@prefix : <http://example.com/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
:code sh:targetSubjectsOf :p ; sh:path :p ; sh:pattern "^[a-z]+$" ; sh:flags "i" .
:tidy sh:targetSubjectsOf :p, :q ; sh:path [ sh:alternativePath (:p :q) ] ; sh:not [ sh:pattern "  " ] .
:far sh:targetSubjectsOf :r ; sh:path (:r :p) ; sh:not [ sh:pattern "x" ] .
:both sh:targetSubjectsOf :q ; sh:path :q ; sh:not [ sh:pattern "y" ; sh:minLength 3 ] .
"""
NAMES = {"^[a-z]+\\z": "code", "  ": "tidy"}
E = "http://example.com/"


def line(subject: str, predicate: str, value: str) -> str:
    return f"<{E}{subject}> <{E}{predicate}> {value} .\n"


# Statements, and which patterns all values keep to.
DATA = {
    "": {"code", "tidy"},
    line("a", "p", '"ab"') + line("b", "p", '"C"'): {"code", "tidy"},
    line("a", "p", '"ab"') + line("b", "p", '"1"'): {"tidy"},
    line("a", "p", '"ab"') + line("b", "q", '"two  spaces"'): {"code"},
    line("a", "p", '"\\u0020 "@en'): set(),
    line("a", "p", "_:blank"): set(),
    line("a", "p", '"2.0"^^<http://www.w3.org/2001/XMLSchema#decimal>'): set(),
    line("a", "p", "<http://example.com/>"): {"tidy"},
    line("a", "r", f"<{E}b>") + line("b", "p", '"xx"') + line("b", "q", '"yy"') + line("c", "q", '"yyy"'): {
        "code",
        "tidy",
    },
}


@pytest.fixture(scope="module")
def shapes() -> Graph:
    return Graph().parse(data=SHAPES, format="turtle")


@pytest.mark.parametrize("content", DATA)
def test_what_all_values_keep_to_has_no_results(content: str, shapes: Graph, tmp_path: Path) -> None:
    data = tmp_path / "data.nt"
    data.write_text(content, encoding="utf-8")
    constraints = list(pattern_constraints(for_engine(shapes, Engine.QUICK)))
    assert len(constraints) == len(NAMES), "the others see more than the values of some predicates, or test more"
    left_out = {str(each.statement[0]).removeprefix(E) for each in unbroken(constraints, data)}
    assert left_out == DATA[content]
    quick = sorted((result.node, result.component) for result in quick_results(data, shapes))
    reference = sorted((result.node, result.component) for result in reference_results(data, shapes))
    assert quick == reference


def test_an_engine_checks_one_graph_after_another(shapes: Graph, tmp_path: Path) -> None:
    """The patterns of one are not left out of the next."""
    engine, data = QuickEngine(for_engine(shapes, Engine.QUICK)), tmp_path / "data.nt"
    for content, nodes in (
        (line("a", "p", '"ab"'), set()),
        (line("a", "p", '"1"'), {f"<{E}a>"}),
        (line("a", "p", '"ab"'), set()),
        (line("b", "p", '"a  b"'), {f"<{E}b>"}),
    ):
        data.write_text(content, encoding="utf-8")
        assert set(engine.failing(data)) == nodes
        assert {f"<{result.node}>" for result in engine.results(data)} == nodes

"""The plan of a validation that is kept: the same one, and made anew where it cannot be read."""

import sys
from pathlib import Path

import pytest
from rdflib import Graph

from atmpgraph.quality import kept_plan
from atmpgraph.quality.patterns import Engine, for_engine
from atmpgraph.quality.validation_plan import ValidationPlan, plan

from .test_validation import FOREIGN


@pytest.fixture(scope="module")
def shapes() -> Graph:
    """Few, of each kind of plan: those that see little of a graph, all of it, and sets of nodes."""
    return for_engine(Graph().parse(data=FOREIGN, format="turtle"), Engine.QUICK)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(kept_plan._PLANS, "folder", tmp_path / "code")
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return tmp_path / "code"


def _says(plan: ValidationPlan) -> tuple[object, ...]:
    return set(plan.shapes), plan.near, plan.far, plan.set_wide, plan.reach.inverse()


def test_a_plan_is_made_once(shapes: Graph, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = kept_plan.kept_plan(shapes, "recipe", with_store=True)
    (file,) = folder.iterdir()
    without = kept_plan.kept_plan(shapes, "recipe", with_store=False)
    assert len(list(folder.iterdir())) == 2
    monkeypatch.setattr(kept_plan, "plan", lambda *_, **__: pytest.fail("it was planned again"))
    assert _says(kept_plan.kept_plan(shapes, "recipe", with_store=True)) == _says(first)
    assert _says(kept_plan.kept_plan(shapes, "recipe", with_store=False)) == _says(without) != _says(first)
    monkeypatch.undo()
    monkeypatch.setattr(kept_plan._PLANS, "folder", folder)
    file.write_bytes(file.read_bytes()[:100])
    assert _says(kept_plan.kept_plan(shapes, "recipe", with_store=True)) == _says(first)


def test_plans_have_bounds_and_are_written_only_where_code_is(
    shapes: Graph, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = plan(shapes, with_store=False)
    monkeypatch.setattr(kept_plan, "plan", lambda *_, **__: small)
    kept_plan.kept_plan(shapes, "", with_store=True)
    assert not folder.exists()
    for number in range(20):
        kept_plan.kept_plan(shapes, str(number), with_store=True)
    assert len(list(folder.iterdir())) == 16
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = set(folder.iterdir())
    kept_plan.kept_plan(shapes, "another", with_store=True)
    assert set(folder.iterdir()) == before

"""The counts of the release before are taken over where its description is whole and was made by the same code."""

from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from atmpgraph.catalogue.void import Before, void
from atmpgraph.publish import reuse, statistics
from atmpgraph.publish.build import build
from atmpgraph.settings import Settings
from atmpgraph.store import Store


@pytest.fixture
def earlier(monkeypatch: pytest.MonkeyPatch) -> list[Before | None]:
    """What is known of the description before, at each one that is made."""
    known = list[Before | None]()

    def noted(store: Store, canonical: Path, before: Before | None = None) -> set[ox.Triple]:
        known.append(before)
        return void(store, canonical, before)

    monkeypatch.setattr(statistics, "void", noted)
    return known


def test_counts_are_taken_over(started: Settings, earlier: list[Before | None]) -> None:
    edit(started)
    build(started)
    (before,) = earlier
    assert before
    assert len(before.triples) > 100
    assert f"{started.base}id/graph/announcement" in before.changed["graph"]


def test_of_another_code_nothing_is_taken_over(
    started: Settings, earlier: list[Before | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reuse, "code_digest", lambda: "another")
    edit(started)
    build(started)
    assert earlier == [None]


def test_what_is_damaged_meanwhile_is_not_taken_over(
    started: Settings, earlier: list[Before | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(unchanged: Any, base: str) -> Before | None:
        catalogue = unchanged.previous.catalogue
        catalogue.write_bytes(catalogue.read_bytes()[:-10])
        return real(unchanged, base)

    real = statistics._before
    monkeypatch.setattr(statistics, "_before", cut)
    edit(started)
    build(started)
    assert earlier == [None]


def edit(settings: Settings) -> None:
    """Another name of a person."""
    path = settings.path(settings.folders.data) / "people.csv"
    path.write_text(path.read_text("utf-8").replace("Person", "Personne"), "utf-8")

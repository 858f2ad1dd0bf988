"""A release gets into a slot of a real engine, is read back, and only then goes live."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from atmpgraph.publish.build import build
from atmpgraph.publish.push import push
from atmpgraph.release.layout import ReleasesFolder
from atmpgraph.release.slots import held_in, slot_of
from atmpgraph.settings import Settings

from ..conftest import changed
from ..store.engines import Oxigraph, running, store_of


@pytest.fixture
def slots(tmp_path: Path) -> Iterator[tuple[Oxigraph, Oxigraph]]:
    """Two slots: two servers."""
    blue, green = Oxigraph(tmp_path / "blue"), Oxigraph(tmp_path / "green")
    with running(blue, green):
        yield blue, green


@pytest.fixture
def pushing(started: Settings, slots: tuple[Oxigraph, Oxigraph]) -> Settings:
    """A publication with a live release, which no slot has yet."""
    return changed(started, store=store_of(*slots))


def test_a_push_fills_a_slot(pushing: Settings, slots: tuple[Oxigraph, Oxigraph]) -> None:
    pushed = push(pushing)
    print(pushed.lines("en"))
    assert 0

"""An engine of others with one slot, between which and a server stands what spoils its answers."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from atmpgraph.publish.push import push
from atmpgraph.settings import Settings

from ..conftest import changed
from ..store.engines import Oxigraph, one_slot, store_of
from ..store.spoiler import Spoiler, spoiling


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Oxigraph]:
    """A server with one slot."""
    with one_slot(tmp_path_factory.mktemp("engine")) as engine:
        yield engine


@pytest.fixture(scope="module")
def spoiler(engine: Oxigraph) -> Iterator[Spoiler]:
    """A server that spoils what the engine answers."""
    with spoiling(engine.port) as spoiler:
        yield spoiler


def pushed_through(settings: Settings, engine: Oxigraph, spoiler: Spoiler, folder: Path) -> Settings:
    """A publication, whose release is now in that slot, requested through the spoiler."""
    releases = folder / "releases"
    shutil.copytree(settings.path(settings.folders.releases), releases, symlinks=True)
    settings = changed(settings, folders={"releases": releases}, store=store_of(engine))
    push(settings)
    return changed(settings, store={"endpoint": f"{spoiler.address}/query?slot={{slot}}"})

"""What all tests share: the publication of this repository, a release of it, and the official files beside it."""

import os
import shutil
from pathlib import Path

import pytest

from atmpgraph.release.build import build
from atmpgraph.release.opened import Release, open_release
from atmpgraph.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
BASE = "https://w3id.org/atmp-wallonia/"


def shared(path: str) -> Path:
    """A file or folder of the official material; the test is skipped where it is absent, and fails on CI."""
    found = SHARED / path
    if not found.exists():
        message = f"{found} is not here"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return found


def copy_publication(folder: Path) -> Path:
    """A copy of the publication of this repository, to be changed at will; returns its settings file."""
    for name in ("data", "ontology", "shapes", "queries"):
        shutil.copytree(ROOT / name, folder / name)
    text = (ROOT / "atmpgraph.toml").read_text(encoding="utf-8")
    file = folder / "atmpgraph.toml"
    file.write_text(text.replace('"../shared/reference"', f'"{SHARED / "reference"}"'), encoding="utf-8")
    return file


@pytest.fixture
def publication(tmp_path: Path) -> Path:
    """The settings file of a copy of the publication."""
    return copy_publication(tmp_path)


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of a copy of the publication with a release of it, which is `current`. Not to be changed."""
    settings = Settings.load(copy_publication(tmp_path_factory.mktemp("released")))
    built = build(settings)
    assert built.digest, "\n".join(built.report.lines("en"))
    return settings


@pytest.fixture(scope="session")
def release(released: Settings) -> Release:
    """The release of the publication."""
    return open_release(released.path(released.releases), "current", released.base)

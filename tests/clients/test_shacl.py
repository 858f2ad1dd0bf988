"""The published shapes and the data beside them, in engines of SHACL as anybody runs them: without a word of ours."""

import resource
import subprocess
from pathlib import Path
from typing import Final

import pyoxigraph as ox
import pytest
import shifty
from rdflib.namespace import SH

from atmpgraph.release.release import Release
from atmpgraph.settings import Settings

from ..long import LONG, some
from .tools import tool

pytestmark = pytest.mark.clients
# Of processor time, so that it ends: pyshacl parses each query anew for each node, which takes two to five minutes for
# the publication of this repository; the small one, which has the same shapes, takes more than one with all of them.
SECONDS: Final = 600
SHAPES: Final = 121  # half of them, among which is one that warns


@pytest.fixture(params=["data", "catalogue"])
def published(request: pytest.FixtureRequest, release: Release, started: Settings, tmp_path: Path) -> tuple[Path, Path]:
    """A dump and its shapes."""
    if request.param == "data":
        folder = release.path if LONG else started.path(started.folders.releases) / "current"
        return folder / "data.nt", folder / "shapes.nt"
    dump = tmp_path / "catalogue.nt"
    quads = ox.parse(path=str(release.path / "catalogue.nq"), format=ox.RdfFormat.N_QUADS)
    dump.write_text("".join(f"{quad.triple} .\n" for quad in quads), encoding="utf-8")
    return dump, release.path / "catalogue-shapes.nt"


def with_some_targets(shapes: Path, copy: Path) -> Path:
    """The shapes, in `make test-clients` without the targets of some: those are not run."""
    lines = shapes.read_text(encoding="utf-8").splitlines(keepends=True)
    targets = {line: line.split(" ", 1)[0] for line in lines if f" <{SH}target" in line}
    chosen = {*some(sorted({*targets.values()}), SHAPES)}
    copy.write_text("".join(line for line in lines if targets.get(line) in {None, *chosen}), encoding="utf-8")
    return copy


def limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def test_pyshacl(published: tuple[Path, Path], tmp_path: Path) -> None:
    """All that it finds are warnings; by some of the shapes, or by all."""
    data, shapes = published
    shapes = with_some_targets(shapes, tmp_path / "shapes.nt")
    command = [tool("pyshacl"), "--shacl", str(shapes), "--allow-warnings", str(data)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=limit)
    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-2_000:]
    assert "Conforms: True" in done.stdout
    assert "Severity: sh:Warning" in done.stdout, "the shapes do look at the file"


def test_pyshifty(published: tuple[Path, Path]) -> None:
    data, shapes = published
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    validator = shifty.PreparedValidator(shapes.read_text(encoding="utf-8"))
    conforms, _, text = validator.validate(data, graph_mode="data", infer=False)
    assert "Severity: sh:Violation" not in text, text[:2_000]
    assert conforms or "Severity: sh:Warning" in text
    assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - before < SECONDS / 10

"""The shapes that a release publishes hold on what it publishes beside them, with two engines."""

import shutil
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph

from atmpgraph.quality.engines import quick_results
from atmpgraph.quality.reference import reference_results
from atmpgraph.quality.results import Result
from atmpgraph.quality.shapes_document import released_shapes
from atmpgraph.release.release import Release

from ..long import LONG

VIOLATION = "http://www.w3.org/ns/shacl#Violation"


def triples(release: Release, name: str, folder: Path) -> Path:
    """A file of the release as N-Triples."""
    file = folder / f"{name}.nt"
    if name == "data":
        shutil.copyfile(release.path / "data.nt", file)
    else:  # with the statistics, which stand in the same file
        quads = ox.parse(path=str(release.path / "catalogue.nq"), format=ox.RdfFormat.N_QUADS)
        file.write_text("".join(f"{quad.triple} .\n" for quad in quads), encoding="utf-8")
    return file


def violations(results: Iterable[Result]) -> list[str]:
    return [str(result) for result in results if str(result.severity) in {VIOLATION, "violation"}]


@pytest.mark.parametrize(
    ("name", "shapes", "engine"),
    [
        ("data", "shapes.nt", "pyshifty"),
        ("catalogue", "catalogue-shapes.nt", "pyshifty"),
        ("catalogue", "catalogue-shapes.nt", "pyshacl"),
        # Half a minute; that the engines have the same findings on these shapes, test_validation says.
        *([("data", "shapes.nt", "pyshacl")] if LONG else []),
    ],
)
def test_they_hold_on_the_file_beside_them(
    name: str, shapes: str, engine: str, release: Release, tmp_path: Path
) -> None:
    data, graph = triples(release, name, tmp_path), Graph().parse(release.path / shapes, format="nt")
    found = list((reference_results if engine == "pyshacl" else quick_results)(data, graph))
    assert found, "there are remarks, so the shapes do look at the file"
    assert violations(found) == []


def test_they_find_what_is_wrong(release: Release, tmp_path: Path) -> None:
    data = triples(release, "data", tmp_path)
    person = f"<{release.base}id/organisation/ulb> <http://xmlns.com/foaf/0.1/mbox> <mailto:x@example.org> .\n"
    data.write_text(data.read_text("utf-8") + person, encoding="utf-8")
    graph = Graph().parse(release.path / "shapes.nt", format="nt")
    assert len(violations(quick_results(data, graph))) == 1


def test_both_are_the_shapes_of_the_release(release: Release) -> None:
    """No shape is in both documents, and the page of the shapes has all of them."""
    named = [
        {line.split(" ")[0] for line in (release.path / name).read_text("utf-8").splitlines() if "NodeShape" in line}
        for name in ("shapes.nt", "catalogue-shapes.nt")
    ]
    assert all(len(each) > 5 for each in named)
    assert not named[0] & named[1]
    quads = released_shapes(release)
    assert named[0] | named[1] <= {str(quad.subject) for quad in quads}
    lines = sum(
        len((release.path / name).read_text("utf-8").splitlines()) for name in ("shapes.nt", "catalogue-shapes.nt")
    )
    assert len(set(quads)) == len(quads) == lines

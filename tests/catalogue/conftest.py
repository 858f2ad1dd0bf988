"""The catalogue of the release of this publication, as a graph; and three releases of a small one."""

import os
from pathlib import Path

import pytest
from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.namespace import SH

from atmpgraph.publish.build import build
from atmpgraph.release.release import Release, open_release
from atmpgraph.settings import Settings
from atmpgraph.starter import start

from ..conftest import EXAMPLE

DCAT = Namespace("http://www.w3.org/ns/dcat#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
VOID = Namespace("http://rdfs.org/ns/void#")
ADMS = Namespace("http://www.w3.org/ns/adms#")


def graph_of(release: Path, name: str) -> Graph:
    """One of the graphs that describe a release, by the end of its name."""
    lines = (release / "catalogue.nq").read_text("utf-8").splitlines()
    triples = [line[: line.rindex(" <")] + " ." for line in lines if line.endswith(f"/{name}> .")]
    return Graph().parse(data="\n".join(triples), format="nt")


@pytest.fixture(scope="session")
def catalogue(release: Release) -> Graph:
    """DCAT. Not to be changed."""
    return graph_of(release.path, "catalogue")


@pytest.fixture(scope="session")
def void(release: Release) -> Graph:
    """VoID. Not to be changed."""
    return graph_of(release.path, ".well-known/void")


def without_dangling(shapes: Graph) -> Graph:
    """Official shapes less the references to property shapes that are in no file (SEMICeu/DCAT-AP#448)."""
    for shape, constraint in list(shapes.subject_objects(SH.property)):
        if shapes.value(constraint, SH.path) is None:
            shapes.remove((shape, SH.property, constraint))
    return shapes


def things(graph: Graph, kind: URIRef) -> list[URIRef]:
    """All things of a class."""
    return sorted({thing for thing in graph.subjects(RDF.type, kind) if isinstance(thing, URIRef)})


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, list[Graph]]:
    """Three releases of a small publication: the first; with another figure; with another title of a dataset."""
    folder = tmp_path_factory.mktemp("history") / "p"
    start(folder, EXAMPLE)
    with (folder / "atmpgraph.toml").open("a", encoding="utf-8") as own:
        own.write("\n[catalogue]\nsource_datasets = true\n")
    settings = Settings.load(folder / "atmpgraph.toml")
    data, catalogues = settings.path(settings.folders.data), []
    edits = [
        ("figures.csv", "", ""),
        ("figures.csv", "about 15", "some 15"),
        ("catalogue.ttl", "Code lists", "Lists of codes"),
    ]
    for day, (name, old, new) in enumerate(edits, start=1):
        file = data / name
        assert old in file.read_text("utf-8")
        file.write_text(file.read_text("utf-8").replace(old, new), encoding="utf-8")
        if name == "figures.csv":  # the words of the source, too
            quotations = data / "quotations.csv"
            quotations.write_text(quotations.read_text("utf-8").replace(old, new), encoding="utf-8")
        os.environ["SOURCE_DATE_EPOCH"] = str(day * 86_400)
        try:
            built = build(settings)
        finally:
            del os.environ["SOURCE_DATE_EPOCH"]
        assert built.new, "\n".join(built.report.lines("en"))
        release = open_release(settings.path(settings.folders.releases), "current", settings.base)
        catalogues.append(graph_of(release.path, "catalogue"))
    return settings, catalogues

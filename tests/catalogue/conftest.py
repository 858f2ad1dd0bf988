"""The catalogue of the release of this publication, as a graph."""

from pathlib import Path

import pytest
from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.namespace import SH

from atmpgraph.release.opened import Release

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

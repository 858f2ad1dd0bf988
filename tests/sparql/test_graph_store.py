"""SPARQL 1.1 Graph Store HTTP Protocol, the reading half: one test a rule."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
import pytest

from atmpgraph.formats import HTML, JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TRIG, TURTLE, Format
from atmpgraph.http.problem import ProblemError
from atmpgraph.release.graphs import graphs, union_size
from atmpgraph.release.release import Release
from atmpgraph.sparql.graph_store import Part, parse

A, B = "http://e/a", "http://e/b"
LINES = [
    f'<http://e/s> <http://e/p> "1"^^<http://www.w3.org/2001/XMLSchema#integer> <{A}> .\n',
    f'<http://e/s> <http://e/p> "1"^^<http://www.w3.org/2001/XMLSchema#integer> <{B}> .\n',
    f'<http://e/s> <http://e/p> "at {A} .\\n <{B}> ."@en <{A}> .\n',
    f'<http://e/t> <http://e/p> "été" <{B}> .\n',
]


@pytest.fixture
def canonical(tmp_path: Path) -> Path:
    """Two graphs that share a triple."""
    file = tmp_path / "data.nq"
    file.write_text("".join(LINES), encoding="utf-8")
    return file


def read(body: bytes, fmt: Format) -> set[ox.Quad]:
    """The quads of a representation."""
    assert isinstance(fmt.engine, ox.RdfFormat)
    return set(ox.parse(body, format=fmt.engine))


def expected(part: Part) -> set[ox.Quad]:
    """What the lines say about a part."""
    quads = set(ox.parse("".join(LINES).encode(), format=ox.RdfFormat.N_QUADS))
    if part.graph:
        quads = {quad for quad in quads if quad.graph_name == ox.NamedNode(part.graph)}
    return {ox.Quad(*quad.triple) for quad in quads} if part.graph or part.default else quads


# --- §4.2: which graph ---


def test_a_graph_is_named_by_its_iri() -> None:
    assert parse(f"graph={quote(A)}") == Part(A)
    assert parse(f"graph={quote(A)}&graph={quote(A)}") == Part(A)


@pytest.mark.parametrize("query_string", ["default", "default=", "default&x=y"])
def test_the_default_graph_is_asked_by_a_parameter_alone(query_string: str) -> None:
    assert parse(query_string) == Part(default=True)


@pytest.mark.parametrize("query_string", ["", "lang=fr"])
def test_neither_means_all_graphs(query_string: str) -> None:
    assert parse(query_string) == Part()


@pytest.mark.parametrize("name", ["", "a", "//e/a", "/a", "http://e/ a", "#a"])
def test_a_relative_name_is_refused(name: str) -> None:
    with pytest.raises(ProblemError) as caught:
        parse(f"graph={quote(name)}")
    assert caught.value.problem.status == 400
    assert "graph" in caught.value.problem.sentence()


@pytest.mark.parametrize("query_string", [f"graph={A}&default", f"graph={A}&graph={B}", "graph=%FF", "default&graph="])
def test_two_parts_are_refused(query_string: str) -> None:
    with pytest.raises(ProblemError) as caught:
        parse(query_string)
    assert caught.value.problem.status == 400


def test_an_unknown_graph_is_not_found() -> None:
    """§5.2."""
    with pytest.raises(ProblemError) as caught:
        Part("http://e/c").statements({A: 2, B: 2})
    assert caught.value.problem.status == 404


# --- §5.2: its representations ---


@pytest.mark.parametrize("part", [Part(A), Part(B), Part(default=True), Part()], ids=str)
def test_each_format_holds_the_part(part: Part, canonical: Path) -> None:
    formats = [fmt for fmt in part.offered(small=True) if fmt is not HTML]
    assert {TRIG, N_QUADS} <= set(formats)
    assert part == Part() or {TURTLE, JSON_LD, RDF_XML, N_TRIPLES} <= set(formats)
    for fmt in formats:
        assert read(part.body(canonical, fmt, "http://e/"), fmt) == expected(part), fmt


@pytest.mark.parametrize("part", [Part(A), Part(default=True), Part()], ids=str)
def test_a_large_part_goes_out_in_pieces(part: Part, canonical: Path) -> None:
    formats = [fmt for fmt in part.offered(small=False) if fmt is not HTML]
    assert set(formats) <= {N_TRIPLES, N_QUADS}
    pieces = part.pieces(canonical)
    assert isinstance(pieces, Iterator)
    body = b"".join(pieces)
    for fmt in formats:
        assert read(body, fmt) == expected(part)
        assert body == part.body(canonical, fmt, "http://e/")


def test_a_triple_of_two_graphs_is_once_in_the_union(canonical: Path) -> None:
    assert len(list(Part(default=True).lines(canonical))) == 3


# --- a real release ---


def test_counts_are_those_of_the_release(release: Release) -> None:
    quads = list(ox.parse(path=str(release.path / "data.nq"), format=ox.RdfFormat.N_QUADS))
    counted = graphs(release)
    assert {graph.iri for graph in counted} == {quad.graph_name.value for quad in quads if isinstance(quad.graph_name, ox.NamedNode)}  # fmt: skip
    for graph in counted:
        assert graph.triples == sum(quad.graph_name == ox.NamedNode(graph.iri) for quad in quads) > 0
        assert graph.titles
        assert graph.sources
    assert union_size(release) == len({quad.triple for quad in quads}) <= len(quads)

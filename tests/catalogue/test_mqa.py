"""The metadata score: 405 points for what is there, and each metric gives its own."""

import pytest
from rdflib import Graph, URIRef

from atmpgraph.catalogue.mqa import METRICS, score
from atmpgraph.release.manifest import Score
from atmpgraph.release.release import Release
from atmpgraph.vocab import prefixes

from ..conftest import BASE
from .conftest import DCAT, things


def scored(graph: Graph, *, conforms: bool = True, served: bool = True) -> Score:
    """The score of a catalogue whose files are all served, or none."""
    lines = graph.serialize(format="nt").encode().splitlines(keepends=True)
    addresses = [str(url) for url in graph.objects(predicate=DCAT.downloadURL)] if served else []
    return score(lines, addresses, conforms)


def test_the_metrics_are_those_of_the_portal() -> None:
    sums: dict[str, int] = {}
    for dimension, _, points, _, _ in METRICS:
        sums[dimension] = sums.get(dimension, 0) + points
    assert sums == {
        "findability": 100,
        "accessibility": 100,
        "interoperability": 110,
        "reusability": 75,
        "contextuality": 20,
    }


def test_this_publication_has_all_points(release: Release) -> None:
    found = release.manifest.score
    assert found
    assert found.points == found.of == 405
    assert not any(metric.missing for metric in found.metrics)


LOSSES = {
    "dcat:keyword": 30, "dcat:theme": 30, "dct:spatial": 20, "dct:temporal": 20, "dcat:accessURL": 50,
    "dcat:downloadURL": 50, "dct:format": 70, "dcat:mediaType": 20, "dct:license": 30, "dct:accessRights": 15,
    "dcat:contactPoint": 20, "dct:publisher": 10, "dct:rights": 5, "dcat:byteSize": 5, "dct:issued": 5, "dct:modified": 5,
}  # fmt: skip


@pytest.mark.parametrize("predicate", LOSSES)
def test_what_is_missing_costs_its_points(predicate: str, catalogue: Graph) -> None:
    prefix, _, name = predicate.partition(":")
    poorer, addresses = Graph() + catalogue, [str(url) for url in catalogue.objects(predicate=DCAT.downloadURL)]
    poorer.remove((None, URIRef(prefixes("")[prefix] + name), None))
    lines = poorer.serialize(format="nt").encode().splitlines(keepends=True)
    assert score(lines, addresses, conforms=True).points == 405 - LOSSES[predicate]


def test_points_go_down_in_proportion_and_name_what_misses_them(catalogue: Graph) -> None:
    poorer, dataset = Graph() + catalogue, URIRef(f"{BASE}id/dataset/figures")
    poorer.remove((dataset, DCAT.keyword, None))
    found = scored(poorer)
    share = 30 / len(things(catalogue, DCAT.Dataset))
    assert found.points == pytest.approx(405 - share, abs=0.1)
    assert any(str(dataset) in line and "keywords" in line for line in found.lines("en"))


def test_an_address_that_does_not_answer_and_a_catalogue_with_mistakes(catalogue: Graph) -> None:
    assert scored(catalogue, served=False).points == 405 - 80
    assert scored(catalogue, conforms=False).points == 405 - 30


def test_a_catalogue_of_nothing_has_no_points() -> None:
    assert scored(Graph()).points == 0

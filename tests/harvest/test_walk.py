"""Each dataset alone: a walk over all links, as portals take datasets apart, reaches no other one.

The importer of data.europa.eu takes all that links lead to from a dataset; data.gouv.fr takes what a distribution is
accessed through for a part of that dataset, and no service any more.
"""

from pathlib import Path

import pytest
from rdflib import OWL, RDF, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS
from rdflib.term import Node

from atmpgraph.publish.build import build
from atmpgraph.settings import Settings
from atmpgraph.starter import start
from atmpgraph.web import create_app

from ..conftest import changed
from .graphs import DCAT, SPDX, parse, things

BASE = "https://example.org/p/"
# Links between datasets that portals know: a series, versions, catalogues.
KNOWN = frozenset(
    {
        *(DCAT[name] for name in ("inSeries", "first", "last", "prev", "next", "seriesMember")),
        *(DCAT[name] for name in ("hasVersion", "isVersionOf", "hasCurrentVersion", "previousVersion")),
        *(DCTERMS[name] for name in ("hasVersion", "isVersionOf", "replaces", "isReplacedBy")),
        *(DCAT[name] for name in ("dataset", "catalog", "record")),
        OWL.priorVersion,
    }
)


@pytest.fixture(scope="module", params=[False, True], ids=["default", "source_datasets"])
def catalogue(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """The catalogue that is served, with the datasets of the sources and without."""
    folder: Path = tmp_path_factory.mktemp("walked") / "p"
    start(folder, BASE)
    settings = changed(Settings.load(folder / "atmpgraph.toml"), catalogue={"source_datasets": request.param})
    assert build(settings).digest
    answer = create_app(settings).test_client().get("/catalogue.ttl")
    return parse(answer.data, "text/turtle")


def reached(graph: Graph, start: Node) -> set[Node]:
    """All things that links lead to."""
    seen, waiting = set[Node](), [start]
    while waiting:
        thing = waiting.pop()
        if thing in seen:
            continue
        seen.add(thing)
        waiting += [o for p, o in graph.predicate_objects(thing) if p not in KNOWN and not isinstance(o, Literal)]
    return seen


def test_the_walk_goes_on(catalogue: Graph) -> None:
    """Otherwise it would prove nothing: a dataset leads to its files, their formats and licences."""
    dataset = URIRef(f"{BASE}id/dataset/partnership")
    there = reached(catalogue, dataset)
    assert set(catalogue.objects(dataset, DCAT.distribution)) < there
    assert len(there) > 100
    linked = Graph() + catalogue
    service = URIRef(f"{BASE}id/service/sparql")
    linked.add((next(catalogue.objects(dataset, DCAT.distribution)), DCAT.accessService, service))
    assert things(linked, DCAT.Dataset) <= set(map(str, reached(linked, dataset))), "what an access service would do"


def test_no_dataset_leads_to_another(catalogue: Graph) -> None:
    datasets = {URIRef(thing) for thing in things(catalogue, DCAT.Dataset)}
    assert len(datasets) > 2
    for dataset in datasets:
        assert reached(catalogue, dataset) & datasets == {dataset}
        assert not reached(catalogue, dataset) & {URIRef(thing) for thing in things(catalogue, DCAT.DataService)}


def test_each_service_stands_by_itself(catalogue: Graph) -> None:
    """A service that a distribution is accessed through is no service of its own for data.gouv.fr."""
    services = {URIRef(thing) for thing in things(catalogue, DCAT.DataService)}
    assert {str(service).rpartition("/")[2] for service in services} == {"sparql", "graphs", "stream"}
    assert not set(catalogue.objects(None, DCAT.accessService)) & services
    listed = set(catalogue.objects(URIRef(f"{BASE}id/catalogue"), DCAT.service))
    assert listed == services
    for service in services:
        assert set(catalogue.objects(service, DCAT.servesDataset)) == {
            URIRef(t) for t in things(catalogue, DCAT.Dataset)
        }


def test_checksums_can_be_left_out(tmp_path: Path) -> None:
    """Some readers fail on xsd:hexBinary; DCAT-AP asks for that type, and data.europa.eu counts no checksum."""
    start(tmp_path / "p", BASE)
    settings = Settings.load(tmp_path / "p" / "atmpgraph.toml")
    with_sums = build(settings)
    assert with_sums.digest
    client = create_app(settings).test_client()
    assert list(parse(client.get("/catalogue.ttl").data, "text/turtle").subjects(SPDX.checksumValue))
    without = build(changed(settings, catalogue={"checksums": False}))
    assert without.digest not in {None, with_sums.digest}
    found = parse(client.get("/catalogue.ttl").data, "text/turtle")
    assert not [p for p in found.predicates() if str(p).startswith(str(SPDX))]
    assert not list(found.subjects(RDF.type, SPDX.Checksum))
    assert without.candidate
    assert without.candidate.score.points == with_sums.candidate.score.points  # type: ignore[union-attr]

"""CKAN harvests the publication."""

from itertools import pairwise

import pytest
from rdflib import RDF, Graph, URIRef
from rdflib.namespace import DCTERMS
from rdflib.term import Node

from .ckan import FIELDS, Changes, Ckan
from .conftest import BASE, Site, manifest_files
from .graphs import DCAT, HYDRA, about, entry, files, modified, one, record_of, things


def datasets(names: set[str]) -> set[str]:
    return {f"{BASE}id/dataset/{name}" for name in names}


NEWSPAPER = f"{BASE}id/dataset/graph-newspaper"
# What has the figure that changed: the whole, the cube, and the source that states it.
CHANGED = datasets({"partnership", "figures", "graph-newspaper"})
SOURCES = ("announcement", "newspaper", "editorial", "ontology", "tables", "coverage", "catalogue")
ENTRIES = (DCAT.Dataset, DCAT.DataService)
LISTED = (DCAT.Dataset, DCAT.Distribution, DCAT.CatalogRecord)


def portal(site: Site, by: str = "If-None-Match", address: str = "catalogue") -> Ckan:
    return Ckan(site.web(by), BASE + address)


@pytest.mark.parametrize(
    "address", ["", "catalogue", "catalogue.ttl", "catalogue.rdf", "catalogue.jsonld", "catalogue.nt"]
)
def test_every_address_that_an_administrator_may_type_gives_the_same(address: str, site: Site) -> None:
    site.live(1)
    ckan, reference = portal(site, address=address), portal(site)
    assert ckan.harvest() == Changes(created=set(ckan.packages))
    reference.harvest()
    assert ckan.packages == reference.packages
    assert set(ckan.packages) == datasets(
        {"partnership", "figures", "code-lists", *(f"graph-{name}" for name in SOURCES)}
    )


@pytest.mark.parametrize("by", ["If-None-Match", "If-Modified-Since"])
def test_a_second_run_reads_nothing_where_nothing_changed(by: str, site: Site) -> None:
    site.live(1)
    ckan = portal(site, by)
    ckan.harvest()
    ckan.web.again()
    assert ckan.harvest() == Changes()
    assert ckan.web.read == {f"{BASE}catalogue": 304}


def test_a_build_that_changes_nothing_gives_nothing_to_read(site: Site) -> None:
    """Data are built anew each night, as a rule without a change."""
    site.live(3)
    portals = [portal(site, by) for by in ("If-None-Match", "If-Modified-Since")]
    for ckan in portals:
        ckan.harvest()
        ckan.web.again()
    assert not site.publication.build()
    for ckan in portals:
        assert ckan.harvest() == Changes()
        assert ckan.web.read == {f"{BASE}catalogue": 304}


@pytest.mark.parametrize("by", ["If-None-Match", "If-Modified-Since"])
def test_a_changed_figure_changes_the_datasets_that_have_it(by: str, site: Site) -> None:
    site.live(1)
    ckan = portal(site, by)
    ckan.harvest()
    before, first = ckan.packages, ckan.graph
    site.live(2)
    ckan.web.again()
    assert ckan.harvest() == Changes(updated=CHANGED)
    assert ckan.web.read == {f"{BASE}catalogue": 200}
    for dataset in ckan.packages.keys() - CHANGED:
        assert ckan.packages[dataset] == before[dataset]
        assert entry(ckan.graph, dataset) == entry(first, dataset)


def test_what_moved_is_what_changed(site: Site) -> None:
    """The date of a file moves with its bytes, that of a dataset with its files, that of a record with its entry."""
    graphs: list[Graph] = []
    for number in (1, 2, 3):
        site.live(number)
        ckan = portal(site)
        ckan.harvest()
        graphs.append(ckan.graph)
    for number, (old, new) in enumerate(pairwise(graphs), 2):
        sums = [manifest_files(site.publication.releases[n - 1]) for n in (number - 1, number)]
        paths = {file: path(new, file) for file in things(new, DCAT.Distribution)}
        same = {file for file in paths if sums[0].get(paths[file]) == sums[1][paths[file]]}
        assert moved(old, new, DCAT.Distribution) == paths.keys() - same
        kept = things(new, DCAT.Dataset)
        other = {d for d in kept if set(files(new, d)) - same or files(old, d) != files(new, d)}
        assert moved(old, new, DCAT.Dataset) == other
        assert other
        assert kept - other
        for topic in things(new, *ENTRIES):
            differs = undated(old, topic) != undated(new, topic)
            assert (record_of(new, topic) in moved(old, new, DCAT.CatalogRecord)) == differs, topic
        for thing in things(new, *LISTED) - moved(old, new, *LISTED):
            assert about(old, thing) == about(new, thing), thing


def test_what_is_listed_keeps_its_name(site: Site) -> None:
    listed = []
    for number in (1, 2, 3):
        site.live(number)
        ckan = portal(site)
        ckan.harvest()
        listed.append(things(ckan.graph, *LISTED, DCAT.DataService))
    gone = {f"{BASE}id/{name}" for name in ("dataset/graph-newspaper", "record/graph-newspaper")}
    assert listed[1] == listed[0]
    assert listed[2] == listed[0] - gone - {f"{BASE}id/distribution/graph-newspaper-ttl"}
    assert listed[0] > gone


def path(graph: Graph, file: str) -> str:
    """The path of a distribution in its release."""
    return one(graph, file, DCAT.downloadURL).removeprefix(f"{BASE}dumps/current/")


def moved(old: Graph, new: Graph, *kinds: URIRef) -> set[str]:
    """The things of some classes that are new or dated anew."""
    before = modified(old, kinds)
    return {thing for thing, date in modified(new, kinds).items() if date != before.get(thing)}


def undated(graph: Graph, thing: str) -> frozenset[tuple[Node, Node, Node]]:
    """An entry without its dates."""
    return frozenset(triple for triple in entry(graph, thing) if triple[1] not in {DCTERMS.issued, DCTERMS.modified})


@pytest.mark.parametrize("by", ["If-None-Match", "If-Modified-Since"])
def test_a_source_that_was_removed_is_deleted_and_no_other(by: str, site: Site) -> None:
    site.live(2)
    ckan = portal(site, by)
    ckan.harvest()
    site.live(3)
    changes = ckan.harvest()
    assert changes.deleted == {NEWSPAPER}
    assert changes.created == set()
    for dataset in ckan.packages:
        assert not [url for url in str(ckan.packages[dataset]).split("'") if "newspaper" in url]
    for address in (NEWSPAPER, f"{BASE}doc/dataset/graph-newspaper"):
        assert ckan.web.ask(address, FIELDS).status == 410


@pytest.mark.parametrize("by", ["If-None-Match", "If-Modified-Since"])
def test_a_return_to_an_older_release_is_harvested_too(by: str, site: Site) -> None:
    site.live(1)
    ckan, fresh = portal(site, by), portal(site)
    ckan.harvest()
    site.live(3)
    ckan.harvest()
    site.live(1)
    assert ckan.harvest().created == {NEWSPAPER}
    fresh.harvest()
    assert ckan.packages == fresh.packages


def test_a_catalogue_in_pages_is_the_catalogue_in_one_document(site: Site, paged: Site) -> None:
    for number in (1, 2, 3):
        site.live(number)
        whole, ckan = portal(site), portal(paged)
        whole.harvest()
        ckan.harvest()
        assert ckan.pages == -(-len(whole.packages) // 2) > 3
        assert ckan.packages == whole.packages
        own = {URIRef(f"{BASE}catalogue"), *ckan.graph.subjects(RDF.type, HYDRA.PartialCollectionView)}
        said = [{t for t in c.graph if t[0] not in own} for c in (whole, ckan)]
        assert said[0] == said[1]


@pytest.mark.parametrize("by", ["If-None-Match", "If-Modified-Since"])
def test_pages_are_read_again_only_after_a_change(by: str, paged: Site) -> None:
    paged.live(1)
    ckan = portal(paged, by)
    ckan.harvest()
    ckan.web.again()
    assert ckan.harvest() == Changes()
    assert set(ckan.web.read.values()) == {304}
    assert len(ckan.web.read) == ckan.pages
    paged.live(2)
    assert ckan.harvest().updated == CHANGED
    paged.live(3)
    assert ckan.harvest().deleted == {NEWSPAPER}

"""The whole harvest, played against a running server as portals do it, before and after a change.

The requests are those of CKAN (ckanext-dcat: HEAD, then GET, `*/*`, gzip, Hydra), of data.gov.be (one GET, the syntax
told from the first bytes) and of data.europa.eu (any RDF; a dataset is what its statements hash to; each link checked).
"""

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from rdflib import RDF, Graph, URIRef

from atmpgraph.release.build import switch
from atmpgraph.settings import Settings

from ..conftest import BASE
from ..http.conformance.targets import Answer, OverSocket, serving
from .conftest import DCAT, things

CKAN = {"Accept": "*/*", "User-Agent": "python-requests/2.34.2", "Accept-Encoding": "gzip, deflate"}
MOST = 50_000_000  # bytes that CKAN reads
NEXT = URIRef("http://www.w3.org/ns/hydra/core#next")


@dataclass
class Portal:
    """A harvester that remembers the tags of what it has read.

    Attributes:
        server: where the publication is served.
        bodies: by path, with their tags.
        statuses: what each request of the last run gave, by path.
    """

    server: OverSocket
    bodies: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)

    def get(self, url: str, fields: dict[str, str]) -> bytes:
        """What is at an address of the publication, sent again only when it is another."""
        path = "/" + url.removeprefix(BASE)
        tag, body = self.bodies.get(path, ("", b""))
        answer = self.server.ask(path, fields=fields | ({"If-None-Match": tag} if tag else {}))
        self.statuses[path] = answer.status
        assert answer.status in {200, 304}, answer
        if answer.status == 200:
            body = gzip.decompress(answer.body) if answer.field("Content-Encoding") == "gzip" else answer.body
            self.bodies[path] = (answer.field("ETag"), body)
        return body


def ckan(portal: Portal) -> Graph:
    """HEAD tells type and length; GET gives the page; `hydra:next` the one after, until there is none."""
    graph, url, seen = Graph(), f"{BASE}catalogue", set[str]()
    while url:
        assert url not in seen, "a circle"
        seen.add(url)
        head: Answer = portal.server.ask("/" + url.removeprefix(BASE), "HEAD", CKAN)
        assert (head.status, head.media_type) == (200, "text/turtle"), head
        assert int(head.field("Content-Length") or 0) < MOST
        page = Graph().parse(data=portal.get(url, CKAN).decode("utf-8"), format="turtle")
        graph += page
        url = str(next(iter(page.objects(predicate=NEXT)), ""))
    return graph


def data_gov_be(portal: Portal) -> Graph:
    """One GET; what starts with @prefix is Turtle."""
    body = portal.get(BASE, {"Accept": "*/*", "User-Agent": "Java-http-client/21.0.2"})
    assert body.startswith((b"PREFIX", b"@base", b"@prefix"))
    return Graph().parse(data=body, format="turtle")


def data_europa_eu(portal: Portal) -> dict[str, str]:
    """The hash of each dataset, its files included; RDF/XML, which harvesters read since ever."""
    graph = Graph().parse(data=portal.get(f"{BASE}catalogue.rdf", {"Accept": "application/rdf+xml"}), format="xml")
    hashes = {}
    for dataset in things(graph, DCAT.Dataset):
        files = [file for file in graph.objects(dataset, DCAT.distribution) if isinstance(file, URIRef)]
        lines = sorted(f"{s} {p} {o}" for thing in (dataset, *files) for s, p, o in graph.triples((thing, None, None)))
        hashes[dataset.removeprefix(f"{BASE}id/dataset/")] = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return hashes


def files(portal: Portal, graph: Graph) -> dict[str, int]:
    """Every download, asked for again with its tag: the status of each."""
    for url in set(graph.objects(predicate=DCAT.downloadURL)):
        portal.get(str(url), {"Accept": "*/*"})
    return {path: status for path, status in portal.statuses.items() if path.startswith("/dumps/")}


@pytest.fixture(scope="module", params=["0", "3"], ids=["one document", "in pages"])
def portal(
    request: pytest.FixtureRequest, history: tuple[Settings, list[Graph]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Portal]:
    """A portal that knows nothing, before a server that serves the first release, whole or in pages."""
    folder = tmp_path_factory.mktemp("harvest")
    switch(history[0].path(history[0].releases), digests(history)[0])
    with serving(history[0], folder, ATMPGRAPH_CATALOGUE_PAGE_SIZE=request.param) as server:
        yield Portal(server)


def digests(history: tuple[Settings, list[Graph]]) -> list[str]:
    """The releases, the oldest first."""
    current = URIRef("http://www.w3.org/ns/dcat#hasCurrentVersion")
    return [str(next(iter(graph.objects(predicate=current)))).rpartition("/")[2] for graph in history[1]]


def test_the_second_harvest_gives_what_changed_and_nothing_else(
    portal: Portal, history: tuple[Settings, list[Graph]]
) -> None:
    settings, (first, second, _) = history
    releases = settings.path(settings.releases)
    paged = len(data_gov_be(portal)) != 0 and portal.server.ask("/catalogue?page=2").status == 200
    found = ckan(portal)
    document = {t for t in found if "/catalogue" in str(t[0]) and "/id/" not in str(t[0])}
    assert set(found) - document == set(first)
    assert set(things(found, DCAT.Dataset)) == set(things(first, DCAT.Dataset))
    before = data_europa_eu(portal)
    assert set(files(portal, found).values()) == {200}

    portal.statuses.clear()  # nothing has changed
    ckan(portal)
    data_gov_be(portal)
    assert data_europa_eu(portal) == before
    files(portal, found)
    assert set(portal.statuses.values()) == {304}

    switch(releases, digests(history)[1])
    portal.statuses.clear()  # a figure has changed
    again = ckan(portal)
    document = {t for t in again if "/catalogue" in str(t[0]) and "/id/" not in str(t[0])}
    assert set(again) - document == set(second)
    after = data_europa_eu(portal)
    if not paged:
        changed = {name for name in before if before[name] != after[name]}
        assert changed == moved(first, second)
        assert set(before) == set(after)
        assert {"partnership", "figures"} <= changed
        assert "code-lists" not in changed
    statuses = files(portal, again)
    old, new = (releases / digest for digest in digests(history)[:2])
    names = [path.removeprefix("/dumps/current/") for path in statuses]
    same = {name: (old / name).read_bytes() == (new / name).read_bytes() for name in names}
    expected = {f"/dumps/current/{name}": 304 if same[name] else 200 for name in names}
    assert statuses == expected
    assert set(expected.values()) == {200, 304}


def moved(old: Graph, new: Graph) -> set[str]:
    """The datasets whose date of modification is another."""
    modified = URIRef("http://purl.org/dc/terms/modified")
    return {
        thing.removeprefix(f"{BASE}id/dataset/")
        for thing in new.subjects(RDF.type, DCAT.Dataset)
        if isinstance(thing, URIRef) and old.value(thing, modified) != new.value(thing, modified)
    }


def test_what_a_portal_keeps_is_where_it_was(history: tuple[Settings, list[Graph]]) -> None:
    """CKAN deletes a dataset whose IRI is gone: none is, from release to release."""
    entries = [
        {*things(g, DCAT.Dataset), *things(g, DCAT.Distribution), *things(g, DCAT.CatalogRecord)} for g in history[1]
    ]
    assert entries[0] == entries[1] == entries[2]

"""A search engine of data sets finds the publication: robots.txt, sitemap, pages, schema.org."""

import hashlib
import json
import re

import pytest

from .conftest import BASE, Site
from .crawlers import Page, SearchEngine

# What is about no single thing: it moves with the release, or with the software.
PAGES = {
    BASE,
    *(BASE + page for page in ("catalogue", "data", "ns/shapes", "quality", "releases/", "sparql", "stream", "tables")),
    *(BASE + page for page in ("partners", "workpackages", "funding", "figures", "sources", "things")),
    *(BASE + page for page in ("api", "lookup", "reconcile")),
}


def about_a_thing(address: str) -> bool:
    """Whether a page is the document of a thing."""
    others = ("queries/", "problems/", "charts/", "docs/", "things/", "linksets/", "pages/")
    return address not in PAGES and not address.startswith(tuple(BASE + each for each in others))


def said(index: dict[str, Page]) -> dict[str, str]:
    """The graph in each page. The row that a thing comes from is told, but that it was moved is no change of the thing."""
    return {address: re.sub(r"#row=\d+", "", json.dumps(page.data[:1])) for address, page in index.items()}


@pytest.fixture(scope="module")
def engine(site: Site) -> SearchEngine:
    """One that has read the first release."""
    site.live(1)
    engine = SearchEngine(site.web())
    engine.crawl()
    return engine


def test_every_address_is_a_page_that_names_itself(engine: SearchEngine) -> None:
    assert len(engine.index) > 100
    for address, page in engine.index.items():
        assert page.links.get("canonical", [] if about_a_thing(address) else [address]) == [address]
        assert len(page.words.split()) > 20, address
        assert page.data or not about_a_thing(address), address


def test_every_data_set_is_described_as_search_engines_want_it(engine: SearchEngine) -> None:
    """https://developers.google.com/search/docs/appearance/structured-data/dataset"""
    found = engine.datasets()
    assert len(found) == 10
    for iri, data in found.items():
        assert data["name"]
        assert 50 <= len(data["description"]) <= 5000, data["description"]
        assert data["license"].startswith("http")
        assert data["creator"]["@type"] in {"Organization", "Person"}
        assert data["url"].startswith(BASE)
        assert data["identifier"]
        assert data["isAccessibleForFree"] is True
        assert all(re.fullmatch(r"2026-01-\d\dT\d\d:00:00Z", data[name]) for name in ("datePublished", "dateModified"))
        files = data["distribution"] if isinstance(data["distribution"], list) else [data["distribution"]]
        assert files, iri
        for file in files:
            answer = engine.web.ask(file["contentUrl"], {"Accept": "*/*"})
            assert (answer.status, answer.media_type) in {(200, file["encodingFormat"]), (304, "")}
            assert hashlib.sha256(answer.body).hexdigest() == file["sha256"]


def test_the_next_visit_reads_what_changed(engine: SearchEngine, site: Site) -> None:
    site.live(1)
    engine = SearchEngine(engine.web, dict(engine.index), dict(engine.dates))
    engine.crawl()  # nothing, or what other tests have made live meanwhile
    engine.web.again()
    assert engine.crawl() == set()
    assert engine.web.read == {f"{BASE}robots.txt": 304, f"{BASE}sitemap.xml": 304}
    for number, page in ((2, "figure/newspaper-jobs"), (3, "dataset/partnership")):
        site.live(number)
        before, visited = dict(engine.index), engine.crawl()
        everything = SearchEngine(site.web())
        everything.crawl()  # all pages, whatever their date
        now, known, past = said(everything.index), said(engine.index), said(before)
        assert known == now
        assert set(filter(about_a_thing, visited)) == {
            address for address in now if about_a_thing(address) and now[address] != past[address]
        }
        assert {*PAGES, f"{BASE}doc/{page}"} <= visited
    dates = dict(engine.dates)
    site.live(2)
    assert engine.crawl() >= {f"{BASE}doc/dataset/graph-newspaper", *PAGES}
    for address, date in engine.dates.items():
        assert date >= dates.get(address, ""), f"{address}: of a release that comes back, no date goes back"
    site.live(3)
    engine.crawl()
    gone = before.keys() - engine.index.keys()
    assert f"{BASE}doc/dataset/graph-newspaper" in gone
    for address in filter(about_a_thing, gone):
        assert engine.web.ask(address, {"Accept": "text/html"}).status == 410, address

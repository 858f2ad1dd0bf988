"""A search engine of data sets finds the publication: robots.txt, sitemap, pages, schema.org."""

import hashlib
import re

import pytest

from .conftest import BASE, Site
from .crawlers import SearchEngine

# What moves on a page without its thing: it tells the release.
NEWEST = {BASE, f"{BASE}catalogue"}


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
        assert page.links["canonical"] == [address]
        assert len(page.words.split()) > 20, address
        assert page.data, address


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
        assert all(re.fullmatch(r"2026-01-01T06:00:00Z", data[name]) for name in ("datePublished", "dateModified"))
        files = data["distribution"] if isinstance(data["distribution"], list) else [data["distribution"]]
        assert files, iri
        for file in files:
            answer = engine.web.ask(file["contentUrl"], {"Accept": "*/*"})
            assert (answer.status, answer.media_type) in {(200, file["encodingFormat"]), (304, "")}
            assert hashlib.sha256(answer.body).hexdigest() == file["sha256"]


def test_the_next_visit_reads_what_changed(site: Site) -> None:
    site.live(1)
    engine, fresh = SearchEngine(site.web()), SearchEngine(site.web())
    engine.crawl()
    before = dict(engine.index)
    engine.web.again()
    assert engine.crawl() == set()
    assert engine.web.read == {f"{BASE}robots.txt": 304, f"{BASE}sitemap.xml": 304}
    site.live(2)
    visited = engine.crawl()
    fresh.crawl()  # all pages, whatever their date
    changed = {address for address, page in fresh.index.items() if page.data != before[address].data}
    assert NEWEST <= visited
    assert f"{BASE}doc/figure/newspaper-jobs" in visited
    assert changed - NEWEST == visited - NEWEST
    assert {a: p.data for a, p in engine.index.items()} == {a: p.data for a, p in fresh.index.items()}
    site.live(3)
    engine.crawl()
    gone = before.keys() - engine.index.keys()
    assert f"{BASE}doc/dataset/graph-newspaper" in gone
    for address in gone:
        assert engine.web.ask(address, {"Accept": "text/html"}).status == 410, address

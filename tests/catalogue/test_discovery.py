"""The sitemap of a big publication, and which things have a document."""

import xml.etree.ElementTree as ET

from atmpgraph.catalogue.discovery import MOST, documents, sitemap

BASE = "https://example.org/p/"
SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
URL = f"{BASE}sitemap.xml"
DATE = "2026-01-28T00:00:00Z"


def addresses(count: int) -> list[tuple[str, str]]:
    return [(f"{BASE}doc/thing/{n}", f"2026-01-{n % 28 + 1:02}T00:00:00Z") for n in range(count)]


def locations(text: str | None) -> list[str]:
    assert text is not None
    return [str(found.text) for found in ET.fromstring(text).iter(f"{SPACE}loc")]


def test_what_fits_is_one_list() -> None:
    text = sitemap(addresses(MOST), URL, None, MOST, DATE)
    assert len(locations(text)) == MOST
    assert text is not None
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<urlset')


def test_more_is_an_index_of_parts_with_every_address_once() -> None:
    every = addresses(2 * MOST + 1)
    parts = locations(sitemap(every, URL, None, MOST, DATE))
    assert parts == [f"{URL}?part={n}" for n in (1, 2, 3)]
    found = [place for n in (1, 2, 3) for place in locations(sitemap(every, URL, n, MOST, DATE))]
    assert found == [address for address, _ in every]
    assert sitemap(every, URL, 4, MOST, DATE) is None
    assert sitemap(every, URL, 0, MOST, DATE) is None


def test_an_address_without_a_date_tells_none() -> None:
    text = sitemap([(f"{BASE}a", ""), (f"{BASE}b", "2026-01-01")], URL, None, MOST, DATE)
    assert len(locations(text)) == 2
    assert str(text).count("<lastmod>") == 1
    parts = sitemap([(f"{BASE}{n}", "") for n in range(MOST + 1)], URL, None, MOST, "")
    assert "<lastmod>" not in str(parts)


def test_an_address_is_a_uri_and_xml() -> None:
    (place,) = locations(sitemap([(f"{BASE}doc/a&b/été", "2026-01-01")], URL, None, MOST, DATE))
    assert place == f"{BASE}doc/a&b/%C3%A9t%C3%A9"


def test_a_thing_has_a_document_and_a_fragment_none() -> None:
    things = [(BASE + path, "2026-01-01") for path in ("id/a/b", "ns/atmpgraph", "ns/x#Term", "auth/list", "sparql")]
    assert [url.removeprefix(BASE) for url, _ in documents(things, BASE)] == ["auth/list", "doc/a/b", "ns/atmpgraph"]
    assert documents([("https://elsewhere.example/id/a", "2026-01-01")], BASE) == []

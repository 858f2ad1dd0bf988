"""No page, list, feed or part of the catalogue grows with the data; each is paged, and its pages have everything once."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urljoin

import pytest
from benchmarks.routes import PAGE_BYTES, urls
from flask import Flask

from atmpgraph.publish.build import build
from atmpgraph.quality.links import UNASKED, CheckedLinks, ExternalLink
from atmpgraph.quality.summary import Quality, read_quality
from atmpgraph.release.release import Release
from atmpgraph.settings import FILE_NAME, Settings
from atmpgraph.settings.groups import SizeLimits
from atmpgraph.web import create_app

from ..conftest import LANGUAGES, changed
from .grown import BASE, grow
from .rules import BROWSER

# Whole by their nature: what the data are.
# The entry point of the stream has a line for each page of it, of 250 changes.
WHOLE = (
    "/stream application",
    "/stream text/turtle",
    "/data application",
    "/doc/table/",
    "/dumps/",
    "/changes application/rdf-patch",
)
LISTS = ("/partners", "/workpackages", "/funding", "/figures", "/sources", "/things")
WORDS = "un mot dans une langue et un autre dans une autre, que la source dit et que la table ne dit pas"
LIMITS = {
    "catalogue_page_datasets": 10,
    "document_page_values": 20,
    "home_catalogue_datasets": 10,
    "home_first_rows": 3,
    "home_section_rows": 5,
    "incoming_links": 20,
    "list_page_files": 12,
    "list_page_graphs": 12,
    "listed_changes": 20,
    "listed_findings": 20,
    "sitemap_addresses": 60,
}


def _published(folder: Path, size: int) -> Flask:
    grow(folder, size)
    settings = changed(Settings.load(folder / FILE_NAME), catalogue={"source_datasets": True})
    assert build(settings).release
    return create_app(changed(settings, limits=LIMITS))


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> tuple[Flask, Flask]:
    """The same publication, and with twice as many rows."""
    folder = tmp_path_factory.mktemp("grown")
    return _published(folder / "some", 100), _published(folder / "many", 200)


def _answers(app: Flask) -> dict[str, tuple[int, int, str]]:
    """The status, size and media type of the answer of each route, by its path with the digest left out."""
    found = {}
    digest = app.extensions["atmpgraph"].release().digest
    for url, accept in urls(app):
        answer = app.test_client().get(url, headers={"Accept": accept or "*/*"})
        found[f"{url.replace(digest, 'DIGEST')} {accept}"] = answer.status_code, len(answer.data), answer.mimetype or ""
    return found


@pytest.mark.no_cover  # all routes, twice
def test_no_answer_grows_with_the_rows(apps: tuple[Flask, Flask]) -> None:
    some, many = map(_answers, apps)
    grown = {
        where: (some[where][1], size)
        for where, (status, size, _) in many.items()
        if where in some and status == 200 and size > some[where][1] * 1.1 + 1_500 and not _is_whole(where)
    }
    assert not grown
    pages = {where: size for where, (_, size, media_type) in many.items() if media_type == "text/html"}
    assert len(pages) > 30
    assert max(pages.values()) < PAGE_BYTES


def test_a_shape_is_called_by_its_label(apps: tuple[Flask, Flask]) -> None:
    """In the language of the reader, else in one that it has."""
    client = apps[0].test_client()
    for language, label in (("fr", "Pages web"), ("nl", "Webpagina’s"), ("de", "Pages web")):
        page = client.get(f"/ns/shapes?shape=OrganisationShape&lang={language}", headers={"Accept": "text/html"}).text
        assert f">{label}</span></h2>" in page, language


def _is_whole(where: str) -> bool:
    """Whether an answer is a whole for download: the manifest, the rows of a list, and what `WHOLE` names."""
    path, _, media_type = where.partition(" ")
    download = path.startswith(LISTS) and media_type not in {"", "text/html"}
    return where == "/releases/DIGEST application/json" or download or any(part in where for part in WHOLE)


def _pages(app: Flask, url: str, name: str = "page") -> Iterator[str]:
    """The text of each page, from the first through the links to the next."""
    client, seen = app.test_client(), set[str]()
    while url and url not in seen:
        seen.add(url)
        answer = client.get(url, headers=BROWSER)
        assert answer.status_code == 200, url
        yield answer.text
        found = [part for part in answer.text.split("<a ")[1:] if 'rel="next"' in part.partition(">")[0]]
        mine = [part.partition('href="')[2].partition('"')[0].replace("&amp;", "&") for part in found]
        url = next((urljoin(url, href) for href in reversed(mine) if f"{name}=" in href), "")


@pytest.mark.parametrize(
    ("url", "name", "entry", "count"),
    [
        ("/doc/workpackage/methods", "incoming", "/doc/participation/o{}--methods", 200),
        ("/doc/partnership/example", "incoming", "/doc/funding/f{}", 200),
        ("/auth/organisation-kind", "page", "", 0),
        ("/catalogue", "page", "/doc/dataset/graph-src{}", 50),
        ("/data", "page", "/doc/graph/src{}", 50),
        ("/quality", "page", "/doc/organisation/o{}", 200),
        ("/quality", "links", "https://o{}.example/", 200),
        ("/releases/current", "page", "graphs/src{}.ttl", 50),
        ("/releases/current/changes", "page", "/doc/event/e{}", 200),
    ],
)
def test_all_pages_together_have_everything(
    url: str, name: str, entry: str, count: int, apps: tuple[Flask, Flask]
) -> None:
    _, many = apps
    place = many.test_client().get(url, headers=BROWSER).headers.get("Location", url)
    pages = list(_pages(many, place, name))
    if count:
        assert len(pages) > 3
    for number in range(count):
        quoted = f'{entry.format(number)}"'
        assert sum(quoted in page for page in pages) >= 1, quoted


def test_the_quality_of_a_named_release_fits_on_its_pages(
    apps: tuple[Flask, Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many findings and links as a page has by default, as heavy as those of 100,000 rows: the links have the digest of
    the release in them, findings have sentences that few share, and an address stands in many things.
    """
    settings = apps[1].extensions["atmpgraph"].settings
    most = SizeLimits().listed_findings

    def heavy(release: Release) -> Quality:
        quality = read_quality(release)
        things = tuple(f"{BASE}id/organisation/o{number}" for number in range(10))
        findings = [
            {**finding, "message": dict.fromkeys(LANGUAGES, f"{number // 2} {WORDS}")}
            for number, finding in enumerate(quality.findings[:most])
        ]
        links = [ExternalLink(f"https://o{number}.example/{WORDS[:40]}", things) for number in range(most)]
        return replace(quality, findings=findings, links=CheckedLinks("", {UNASKED: most}, links))

    monkeypatch.setattr("atmpgraph.web.routes.quality.read_quality", heavy)
    client = create_app(changed(settings, limits={"listed_findings": most})).test_client()
    page = client.get("/releases/current/quality?lang=fr", headers=BROWSER, follow_redirects=True)
    assert page.status_code == 200
    assert page.text.count("https://o") >= most, "all that a page may have"
    assert page.text.count("/doc/organisation/o0?") > most, "with things that they are in"
    assert len(page.data) < PAGE_BYTES


def test_a_table_that_is_cut_says_so(apps: tuple[Flask, Flask]) -> None:
    """With whom one of very many members of a work package works; its own one membership is all there is."""
    page = apps[1].test_client().get("/doc/organisation/o3?lang=en", headers=BROWSER).text
    own, _, fellows = page.partition("Takes part in")[2].partition("With whom")
    assert "The first rows are shown" not in own
    table, _, rest = fellows.partition("</table>")
    assert table.count("<tr") == 1 + 20
    assert "The first rows are shown" in rest[:200]


def test_a_page_that_does_not_exist_is_404(apps: tuple[Flask, Flask]) -> None:
    client = apps[1].test_client()
    for url in ("/catalogue", "/data", "/quality", "/releases/", "/.well-known/void", "/doc/workpackage/methods"):
        for number in ("0", "-1", "x", "99999", "9" * 20):
            name = "incoming" if "/doc/" in url else "page"
            accept = {} if url.startswith("/.") else BROWSER
            assert client.get(f"{url}?{name}={number}", headers=accept).status_code == 404, (url, number)


def test_machines_find_the_pages_too(apps: tuple[Flask, Flask]) -> None:
    client = apps[1].test_client()
    for url in ("/catalogue", "/quality", "/.well-known/void", "/", "/releases/current/changes", "/doc/catalogue"):
        answer = client.get(url, headers={"Accept": "text/turtle, application/json;q=0.5"}, follow_redirects=True)
        assert 'rel="next"' in answer.headers["Link"], url
        assert "page=2" in answer.headers["Link"], url
        text = answer.text
        assert "hydra:next" in text or "ns/hydra/core#next" in text or '"next"' in text, url


def test_the_parts_of_the_sitemap_have_each_document_once(apps: tuple[Flask, Flask]) -> None:
    client = apps[1].test_client()
    parts = [part.partition("<")[0] for part in client.get("/sitemap.xml").text.split("<loc>")[1:]]
    assert len(parts) > 10
    places = [
        place.partition("<")[0]
        for part in parts
        for place in client.get(part.removeprefix(BASE.removesuffix("/"))).text.split("<loc>")[1:]
    ]
    assert len(places) == len(set(places))
    assert {f"{BASE}doc/organisation/o{n}" for n in range(200)} <= set(places)

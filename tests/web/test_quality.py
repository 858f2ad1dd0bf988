"""`/quality` and the shapes: nothing hidden, in every format and language, and each link in it leads somewhere."""

import json
import re
import shutil
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from atmpgraph.quality.links import ExternalLink, LinkCheck, read_links
from atmpgraph.quality.shapes_document import parts, released_shapes
from atmpgraph.quality.summary import read_quality
from atmpgraph.release.release import Release
from atmpgraph.settings import Settings
from atmpgraph.web import create_app

from ..conftest import BASE, LANGUAGES, changed
from ..release.fixtures import named, publish, trial
from .rules import BROWSER, Page, check_headers, check_page

SH = "http://www.w3.org/ns/shacl#"
FORMATS = {
    "ttl": ox.RdfFormat.TURTLE,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdf": ox.RdfFormat.RDF_XML,
    "nt": ox.RdfFormat.N_TRIPLES,
    "trig": ox.RdfFormat.TRIG,
    "nq": ox.RdfFormat.N_QUADS,
}


def statements(client: FlaskClient, path: str, suffix: str) -> ox.Dataset:
    """What a document says in a format, with canonical labels."""
    response = client.get(f"{path}.{suffix}")
    assert response.status_code == 200
    check_headers(response)
    quads = ox.parse(response.data, format=FORMATS[suffix], base_iri=BASE)
    found = ox.Dataset(ox.Quad(*quad.triple) for quad in quads)
    found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return found


def test_things_of_findings_are_called_by_their_names(client: FlaskClient) -> None:
    page = client.get("/quality?lang=de", headers=BROWSER).text
    assert "Belgische Föderalregierung</span></a>" in page
    assert f"<code>{BASE}id/" not in page


@pytest.mark.parametrize("path", ["/quality", "/ns/shapes"])
def test_every_format_says_the_same(client: FlaskClient, path: str) -> None:
    turtle = statements(client, path, "ttl")
    assert len(turtle) > 500
    for suffix in FORMATS:
        assert statements(client, path, suffix) == turtle, suffix
    assert client.get(f"{path}.xlsx").status_code == 404
    assert client.get(path, headers={"Accept": "image/png"}).status_code == 406


def test_the_report_as_json_has_all_of_it(client: FlaskClient, release: Release) -> None:
    found = json.loads(client.get("/quality", headers={"Accept": "application/json;q=1, text/html;q=0.5"}).data)
    report = json.loads((release.path / "report.json").read_text(encoding="utf-8"))
    assert {name: found[name] for name in report} == report
    assert release.manifest.score
    assert (found["release"], found["score"]) == (
        release.digest,
        json.loads(json.dumps(release.manifest.score.as_json())),
    )
    assert found["links"]["counts"] == {"unasked": len(read_links(release.path / "links.json").links)}


def test_that_of_a_release_stands_under_its_own_address(client: FlaskClient, release: Release) -> None:
    ours = client.get(f"/releases/{release.digest}/quality.nt")
    assert ours.data == client.get("/quality.nt").data
    assert f"<{BASE}releases/{release.digest}/quality#report>".encode() in ours.data
    assert client.get(f"/releases/{'0' * 64}/quality").status_code == 404


def test_the_page_of_a_release_leads_to_what_that_release_has(client: FlaskClient, release: Release) -> None:
    """To its things, rows and shapes, which may be others today."""
    page = check_page(client.get(f"/releases/{release.digest}/quality?lang=en", headers=BROWSER), "en")
    links = {str(a.get("href")).partition("?")[0].partition("#")[0] for a in page.all("a")}
    findings = json.loads((release.path / "report.json").read_text(encoding="utf-8"))["findings"]
    things = {f"/releases/{release.digest}/doc/{f['node'].removeprefix(f'{BASE}id/')}" for f in findings if "node" in f}
    tables = {f"/dumps/{release.digest}/tables/{p['file']}" for f in findings for p in f.get("places", ())}
    assert things
    assert tables
    found = things | tables | {f"/dumps/{release.digest}/shapes.nt"}
    assert found <= links
    assert not [href for href in links if href.startswith("/doc/")]
    assert {client.get(href).status_code for href in found} == {200}


def test_each_result_in_the_data_leads_to_its_thing_its_rows_and_its_shape(
    client: FlaskClient, release: Release
) -> None:
    """Every address of ours in the document answers, and the answer describes it."""
    quads = list(ox.parse(client.get("/quality.ttl").data, format=ox.RdfFormat.TURTLE, base_iri=BASE))
    findings = json.loads((release.path / "report.json").read_text(encoding="utf-8"))["findings"]
    results = f"{BASE}releases/{release.digest}/quality#result-"
    for number, finding in enumerate(findings, 1):
        said = {(q.predicate.value, q.object.value) for q in quads if q.subject.value == f"{results}{number}"}
        rows = {f"{BASE}doc/table/{p['file']}#row={p['row']}" for p in finding.get("places", ())}
        named = {"focusNode": "node", "sourceShape": "shape"}  # the check of the tables has rows alone
        expected = {(f"{SH}{name}", finding[member]) for name, member in named.items() if member in finding}
        assert expected | {("http://purl.org/dc/terms/source", row) for row in rows} <= said
    terms = {term.value for quad in quads for term in (quad.subject, quad.object) if isinstance(term, ox.NamedNode)}
    ours: dict[str, set[str]] = defaultdict(set)
    for iri in terms:
        if iri.startswith(BASE):
            ours[iri.partition("#")[0]].add(iri)
    assert len(ours) > 10
    for document, iris in ours.items():
        response = client.get(
            f"/{document.removeprefix(BASE)}",
            headers={"Accept": "application/n-triples, text/csv"},
            follow_redirects=True,
        )
        assert response.status_code == 200, document
        if response.content_type == "application/n-triples":
            assert [iri for iri in iris if f"<{iri}>" not in response.text] == [], document


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_has_every_finding_with_its_thing_its_row_and_its_shape(
    client: FlaskClient, release: Release, language: str
) -> None:
    page = check_page(client.get(f"/quality?lang={language}", headers=BROWSER), language)
    links = [str(a.get("href")) for a in page.all("a")]
    findings = json.loads((release.path / "report.json").read_text(encoding="utf-8"))["findings"]
    ids = {attributes.get("id") for _, attributes in page.elements}
    assert {f"result-{number}" for number in range(1, len(findings) + 1)} | {"mqa-keywords", "names-fr"} <= ids
    for finding in findings:
        assert finding["message"][language] in page.words
        if finding["check"] == "shape":
            rule = finding.get("constraint") or finding["shape"]
            assert f"/doc/{finding['node'].removeprefix(f'{BASE}id/')}?lang={language}" in links
            assert f"/ns/shapes?lang={language}#{rule.rpartition('#')[2]}" in links
        for place in finding.get("places", ()):
            assert f"/doc/table/{place['file']}?lang={language}#row={place['row']}" in links
    words = " ".join(page.words.split())
    assert "{" not in words
    for coverage in release.manifest.coverage:
        assert str(coverage.declared) in words
    assert release.manifest.score
    assert f"{release.manifest.score.points:g}" in words


def test_a_finding_about_a_file_that_no_release_has_leads_nowhere(
    released: Settings, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    quality = read_quality(release)
    places = [{"file": "atmpgraph.toml", "row": 3}, {"file": "texts/fr.po"}, {"file": "figures.csv", "row": 2}]
    told = {"check": "files", "severity": "warning", "message": {"en": "wrong"}, "places": places, "number": 1}
    monkeypatch.setattr("atmpgraph.web.routes.quality.read_quality", lambda _: replace(quality, findings=[told]))
    page = check_page(create_app(released).test_client().get("/quality?lang=en", headers=BROWSER), "en")
    assert "atmpgraph.toml, row 3" in page.words
    assert "texts/fr.po" in page.words
    assert "Figures, as each source states them (figures.csv), row 2" in page.words
    links = [str(a.get("href")) for a in page.all("a")]
    assert [each for each in links if "atmpgraph.toml" in each or "fr.po" in each] == []
    assert "/doc/table/figures.csv?lang=en#row=2" in links


def test_links_that_were_never_checked_are_told_so(client: FlaskClient) -> None:
    words = check_page(client.get("/quality?lang=en", headers=BROWSER), "en").words
    assert "The external links have not been checked." in words


def test_links_of_the_page_lead_somewhere(client: FlaskClient) -> None:
    page = check_page(client.get("/quality?lang=fr", headers=BROWSER), "fr")
    ids: dict[str, set[str]] = {}
    for href in {str(a["href"]) for a in page.all("a")}:
        parts_ = urlsplit(href)
        if parts_.scheme or not parts_.path:
            continue
        url = parts_._replace(fragment="").geturl()
        response = client.get(url, headers=BROWSER if "table" not in url else {})
        assert response.status_code in {200, 303}, href
        if parts_.fragment and not parts_.fragment.startswith("row="):
            ids.setdefault(url, {str(attributes.get("id")) for _, attributes in Page(response).elements})
            assert parts_.fragment in ids[url], href


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_shape_has_its_place_on_the_page(client: FlaskClient, release: Release, language: str) -> None:
    page = check_page(client.get(f"/ns/shapes?lang={language}", headers=BROWSER), language)
    ids = {str(attributes.get("id")) for _, attributes in page.elements}
    known = set(parts(released_shapes(release), f"{BASE}ns/shapes")) - {f"{BASE}ns/shapes"}
    assert len(known) > 200
    assert {iri.partition("#")[2] for iri in known} <= ids
    anchors = {str(a["href"])[1:] for a in page.all("a") if str(a["href"]).startswith("#")}
    assert anchors <= ids


_CAMELS: Final = re.compile(r"\b[A-Za-z]+[a-z][A-Z]\w*")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_shape_has_words(client: FlaskClient, language: str) -> None:
    """It is called by its rule or by what it is about, in the language of the reader; its name stands beside, as code."""
    subjects = {"fr": "Chiffre", "nl": "Cijfer", "de": "Zahl", "en": "Figure"}
    page = client.get(f"/ns/shapes?lang={language}", headers=BROWSER).text
    titles = re.findall(r"<h2[^>]*>(.*?)</h2>|<dt><a [^>]*>(.*?)</a>", page)
    assert len(titles) > 150
    texts = [re.sub(r"<[^>]*>", "", heading or title) for heading, title in titles]
    assert not [text for text in texts if _CAMELS.fullmatch(text) or text.endswith(("Shape", "shape"))]
    assert texts.count(subjects[language]) > 1, "the heading, and the shape that has many rules"
    for shape in ("FigureShape", "OrganisationTwiceShape"):
        alone = client.get(f"/ns/shapes?shape={shape}&lang={language}", headers=BROWSER).text
        heads = re.findall(r"<h[12][^>]*>(.*?)</h[12]>", alone)
        assert not [text for text in heads if _CAMELS.search(text) and "Shape" in text]
        assert shape in alone


def test_each_shape_is_described_at_its_iri(client: FlaskClient, release: Release) -> None:
    found = statements(client, "/ns/shapes", "nt")
    shapes = {
        quad.subject.value
        for quad in found
        if quad.object == ox.NamedNode(f"{SH}NodeShape") and isinstance(quad.subject, ox.NamedNode)
    }
    assert len(shapes) > 80
    assert all(iri.startswith(f"{BASE}ns/shapes#") for iri in shapes)


def test_what_was_asked_after_the_build_is_shown(released: Settings, release: Release, tmp_path: Path) -> None:
    """A check of links is newer than the release; what it did not ask stays unasked."""
    shutil.copytree(release.path, tmp_path / release.digest)
    (tmp_path / "current").symlink_to(release.digest)
    settings = changed(released, folders={"releases": tmp_path})
    client = create_app(settings).test_client()
    tag = client.get("/quality.ttl").headers["ETag"]
    first, second, third, *_ = (link.url for link in read_links(release.path / "links.json").links)
    made = LinkCheck(
        "2026-05-04T03:02:01Z",
        (
            ExternalLink(first, (), "missing", 404),
            ExternalLink(second, (), "unreachable", problem="timed out"),
            ExternalLink(third, (), "moved", 200, "https://elsewhere.example/"),
            ExternalLink("https://no-longer-published.example/", (), "missing", 404),
        ),
    )
    made.write(tmp_path / "links.json")
    page = check_page(client.get("/quality?lang=en", headers=BROWSER), "en")
    words = " ".join(page.words.split())
    for said in ("checked on 4 May 2026", "no longer exists: 1", "does not answer: 1", "timed out", "HTTP 404"):
        assert said in words
    assert "https://elsewhere.example/" in words
    assert "no-longer-published" not in words
    response = client.get("/quality.ttl", headers={"If-None-Match": tag})
    assert response.status_code == 200, "it changed, though the release did not"


def test_a_release_of_before_tells_what_it_has(tmp_path: Path) -> None:
    publish(tmp_path, named("a", "one"), "2026-01-01T00:00:00Z", store=True)
    client = create_app(trial(tmp_path)).test_client()
    page = check_page(client.get("/quality?lang=en", headers=BROWSER), "en")
    assert "This release has no report." in page.words
    assert b"ValidationReport" not in client.get("/quality.ttl").data
    assert client.get("/ns/shapes").status_code == 404


def test_a_long_list_has_pages_in_every_format(released: Settings) -> None:
    whole = json.loads(create_app(released).test_client().get("/quality.json").data)["findings"]
    client = create_app(changed(released, limits={"listed_findings": 3})).test_client()
    page = check_page(client.get("/quality?lang=en", headers=BROWSER), "en")
    assert "Page 1 of" in page.words
    found, number = [], 1
    while number:
        content = json.loads(client.get(f"/quality.json?page={number}").data)
        found += content["findings"]
        number = number + 1 if "next" in content["pages"]["page"] else 0
    assert found == whole


def test_the_footer_of_each_page_leads_there(client: FlaskClient) -> None:
    page = check_page(client.get("/queries/?lang=de", headers=BROWSER), "de")
    assert "/quality?lang=de" in [a.get("href") for a in page.all("a")]


def test_findings_that_are_only_counted_are_counted_everywhere(
    released: Settings, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = create_app(released).test_client()  # another one has pages in its cache
    quality = read_quality(release)
    assert quality.report is not None
    more = replace(quality, report={**quality.report, "unlisted": {"warning": 1_000_000}})
    monkeypatch.setattr("atmpgraph.web.routes.quality.read_quality", lambda _: more)
    listed = len(quality.findings)
    page = check_page(client.get("/quality?lang=en", headers=BROWSER), "en")
    words = " ".join(page.words.split())
    assert f"{listed + 1_000_000:,} points could be improved" in words
    assert f"The first {listed} are listed here; the others were counted." in words
    assert json.loads(client.get("/quality.json").data)["unlisted"] == {"warning": 1_000_000}

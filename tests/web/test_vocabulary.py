"""The pages of ontologies, code lists and shapes: one language at a time, what is used how often, nothing large."""

import pytest
from flask.testing import FlaskClient

from atmpgraph.quality.shapes_document import groups, parts, reached, released_shapes
from atmpgraph.release.release import Release
from atmpgraph.vocab import ATMPGRAPH
from atmpgraph.web.pages import vocabulary

from ..conftest import BASE, LANGUAGES
from .rules import BROWSER, Page, check_page

LARGEST = 100_000  # bytes
PATHS = ["/ns/atmpgraph", "/ns/shapes", "/auth/indicator", "/auth/value-qualifier", "/auth/organisation-kind"]


def _part(text: str, name: str) -> str:
    return text.partition(f'id="{name}"')[2].partition("</article>")[0]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_small_and_in_one_language(path: str, language: str, client: FlaskClient) -> None:
    answer = client.get(f"{path}?lang={language}", headers=BROWSER)
    page = check_page(answer, language)
    assert len(answer.data) < LARGEST
    ids = {str(attributes["id"]) for _, attributes in page.elements if "id" in attributes}
    anchors = {str(a["href"]) for a in page.all("a")}
    assert {anchor[1:] for anchor in anchors if anchor.startswith("#")} <= ids
    others = {attributes.get("lang") for tag, attributes in page.elements if tag in {"p", "dd", "td"}}
    assert others <= {None, language}


def test_a_term_says_how_often_the_data_use_it(client: FlaskClient, release: Release) -> None:
    text = client.get("/ns/atmpgraph?lang=en", headers=BROWSER).text
    for name, pattern in {
        "Workpackage": f"?thing a <{ATMPGRAPH}Workpackage>",
        "hasWorkpackage": f"?thing <{ATMPGRAPH}hasWorkpackage> ?other",
    }.items():
        row = next(iter(release.store.select(f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}")))
        part = _part(text, name)
        assert f"{row['n'].value} times" in part
        assert 'href="/doc/' in part
    assert "not used" in _part(text, "Milestone")


def test_a_class_of_very_many_things_has_an_example_too(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "_MOST_SORTED", 0)
    text = client.get("/ns/atmpgraph?lang=en&another=1", headers=BROWSER).text
    assert 'href="/doc/workpackage/' in _part(text, "Workpackage")


def test_a_code_says_how_often_the_data_use_it(client: FlaskClient, release: Release) -> None:
    code = "https://w3id.org/atmpgraph/auth/value-qualifier/more-than"
    text = client.get("/auth/value-qualifier?lang=en", headers=BROWSER).text
    figures = list(release.store.select(f"SELECT DISTINCT ?s {{ ?s <{ATMPGRAPH}valueQualifier> <{code}> }}"))
    part = _part(text, "more-than")
    assert f"{len(figures)} times" in part
    assert 'href="/doc/figure/' in part


def test_the_picture_has_each_property_between_two_classes(client: FlaskClient) -> None:
    text = client.get("/ns/atmpgraph?lang=en", headers=BROWSER).text
    picture = text.partition("<svg")[2].partition("</svg>")[0]
    for name in ("has work package", "Partnership", "Work package", "leads"):
        assert f">{name}</text>" in picture
    assert "check digits" not in picture, "it has a text"
    assert picture.count("<path") == picture.count('class="property"')
    assert "<svg" not in client.get("/auth/indicator?lang=en", headers=BROWSER).text


def test_each_shape_has_a_page_with_all_that_it_leads_to(client: FlaskClient, release: Release) -> None:
    known = parts(released_shapes(release), f"{BASE}ns/shapes")
    known.pop(f"{BASE}ns/shapes", None)
    every = groups(known)
    assert sorted(iri for members in every.values() for iri in members) == sorted(known)
    largest = max(every, key=lambda head: sum(map(len, map(known.__getitem__, reached(known, head)))))
    name = largest.partition("#")[2]
    answer = client.get(f"/ns/shapes?shape={name}&lang=de", headers=BROWSER)
    page = check_page(answer, "de")
    assert len(answer.data) < LARGEST
    ids = {attributes.get("id") for _, attributes in page.elements}
    assert {iri.partition("#")[2] for iri in reached(known, largest)} <= ids
    assert f"shape={name}" in answer.headers["Content-Location"]
    there = Page(client.get(answer.headers["Content-Location"]))
    assert there.words == page.words


@pytest.mark.parametrize("name", ["nope", "%00", "%FF", "<x>", "a" * 500, "../x"])
def test_a_shape_that_does_not_exist_is_404(name: str, client: FlaskClient) -> None:
    assert client.get(f"/ns/shapes?shape={name}", headers=BROWSER).status_code == 404
    assert client.get(f"/ns/shapes.ttl?shape={name}").status_code == 404

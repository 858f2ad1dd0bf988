"""Link fields: alternates, canonical, FAIR Signposting levels 1 and 2 (signposting.org/FAIR, RFC 8288, RFC 9264)."""

import re

import pytest

from atmpgraph.addresses import Addresses
from atmpgraph.release.release import Release

from .asking import get
from .links import Link, by_relation, links, linkset
from .reading import Page, content, graph, local, read
from .tables import BROWSER, DOCUMENTS, GRAPHS, HTML, KINDS, SOME
from .targets import Target

documents = pytest.mark.parametrize("path", [path for path in DOCUMENTS if path != "/"])
some = pytest.mark.parametrize("path", [resource.path for resource in SOME])
ABOUT_PAGE = "https://schema.org/AboutPage"


def _links(target: Target, path: str, accept: str | None = BROWSER) -> list[Link]:
    return links(get(target, path, accept).field("Link"))


@documents
def test_alternates_name_every_format_with_its_type(path: str, target: Target, served: Release) -> None:
    for accept in (BROWSER, None):
        answer = get(target, path, accept)
        found = by_relation(links(answer.field("Link")), "alternate")
        types = {link.parameters["type"].partition(";")[0] for link in found}
        assert {*GRAPHS.values(), HTML} - types <= {answer.media_type}, answer


@some
def test_each_link_of_ours_leads_somewhere_and_is_of_its_type(path: str, target: Target, served: Release) -> None:
    ours = [
        link
        for link in _links(target, path)
        if link.href.startswith((served.base, "/")) and not link.relations <= {"type", "profile", "author", "license"}
    ]
    assert ours
    for link in ours:
        answer = get(target, local(link.href, target, served.base), link.parameters.get("type"))
        if answer.status in {303, 308}:
            answer = get(target, local(answer.field("Location"), target, served.base), link.parameters.get("type"))
        assert answer.status == 200, (link, answer)
        if "type" in link.parameters:
            assert answer.media_type == link.parameters["type"].partition(";")[0], (link, answer)
        read(answer, target, served.base)


@documents
def test_canonical_is_the_document_itself(path: str, target: Target, served: Release) -> None:
    """The negotiated URL under the base, from each of its formats (RFC 6596)."""
    for url in (path, f"{path}.ttl", f"{path}.html"):
        found = by_relation(_links(target, url), "canonical")
        assert [link.href for link in found] == [f"{served.base}{path[1:]}"], url


@documents
def test_signposting_level_1(path: str, target: Target, served: Release) -> None:
    """cite-as once, describedby with types, type (AboutPage too), license at most once, items with types."""
    found = _links(target, path)
    cited = by_relation(found, "cite-as")
    assert len(cited) == 1, found
    assert Addresses(served.base).is_own(cited[0].href)
    described = by_relation(found, "describedby")
    assert described
    assert all(link.parameters.get("type") in {*GRAPHS.values(), "application/ld+json"} for link in described)
    types = {link.href for link in by_relation(found, "type")}
    assert ABOUT_PAGE in types, types
    assert len(types) <= 2 or all(re.match(r"https?://", href) for href in types)
    assert len(by_relation(found, "license")) == 1
    for link in by_relation(found, "item"):
        assert link.parameters["type"], link
    sets = by_relation(found, "linkset")
    assert [link.parameters["type"] for link in sets] == ["application/linkset+json"]


@some
def test_cite_as_resolves_to_the_very_document(path: str, target: Target, served: Release) -> None:
    cited = by_relation(_links(target, path), "cite-as")[0].href
    answer = get(target, local(cited, target, served.base), BROWSER)
    if answer.status == 303:
        answer = get(target, local(answer.field("Location"), target, served.base), BROWSER)
    assert answer.status == 200
    assert by_relation(links(answer.field("Link")), "cite-as")[0].href == cited
    assert answer.body == get(target, path, BROWSER).body


@some
def test_signposting_level_2(path: str, target: Target, served: Release) -> None:
    """RFC 9264: the linkset says at least what the Link fields of the page say, with absolute IRIs."""
    found = _links(target, path)
    place = by_relation(found, "linkset")[0].href
    answer = get(target, local(place, target, served.base), "application/linkset+json")
    assert answer.status == 200, answer
    assert answer.media_type == "application/linkset+json"
    sets = linkset(content(answer))
    assert all(re.match(r"https?://", anchor) for anchor in sets)
    stated = {(link.href, relation) for each in sets.values() for link in each for relation in link.relations}
    for link in found:
        for relation in link.relations - {"linkset", "alternate", "profile", "self"}:
            if link.href.startswith("http"):
                assert (link.href, relation) in stated, (relation, link)


@some
def test_the_page_says_in_its_head_what_the_fields_say(path: str, target: Target, served: Release) -> None:
    """HTML §4.2.4: alternates and canonical as elements too."""
    page = Page(content(get(target, path, BROWSER)).decode())
    elements = page.all("link")
    alternates = {str(link.get("type")) for link in elements if link.get("rel") == "alternate"}
    assert set(GRAPHS.values()) <= alternates
    canonical = [link["href"] for link in elements if link.get("rel") == "canonical"]
    assert canonical == [f"{served.base}{path[1:]}"]


@some
def test_a_graph_names_its_licence_and_topic(path: str, target: Target, served: Release) -> None:
    stated = {(str(t.predicate), str(t.object)) for t in graph(get(target, path, "text/turtle"), target, served.base)}
    licence = by_relation(_links(target, path), "license")[0].href
    predicates = {predicate for predicate, _ in stated}
    assert "<http://purl.org/dc/terms/license>" in predicates
    assert licence.startswith("http")


def test_collections_and_items(target: Target, served: Release) -> None:
    """A code is in its list: `collection`; the list names its codes: `item`."""
    scheme, code = KINDS["auth/value-chain-stage"].path, KINDS["auth/confidence"].path
    collection = by_relation(_links(target, code), "collection")
    assert [link.href for link in collection] == [f"{served.base}auth/confidence"], collection
    items = by_relation(_links(target, scheme), "item")
    assert items
    assert all(link.href.startswith(f"{served.base}auth/value-chain-stage/") for link in items)

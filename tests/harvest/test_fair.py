"""A walker of signposts, and F-UJI with what it asks for, find their way over each kind of thing of the publication."""

import json

import pytest

from ..http.conformance.targets import Answer
from .conftest import BASE, Site
from .crawlers import ACCEPT, BOT, links
from .graphs import PARSERS, parse
from .web import SERVER, Web

DATASET = f"{BASE}id/dataset/partnership"
PAGES = [BASE, f"{BASE}catalogue"]
THINGS = [DATASET, f"{BASE}id/dataset/figures", f"{BASE}id/organisation/example-university", f"{BASE}id/catalogue"]
TYPES = {
    "default": "text/html",
    "html": "text/html",
    "jsonld": "application/ld+json",
    "schemaorg": "application/ld+json",
    "datacite_json": "application/vnd.datacite.datacite+json",
    "rdfxml": "application/rdf+xml",
    "turtle": "text/turtle",
    "rdf": "text/turtle",
}


def _is_about(thing: str, answer: Answer) -> bool:
    """Whether a description names a thing, shortly or not."""
    if answer.media_type in PARSERS:
        return thing in {str(term) for triple in parse(answer.body, answer.media_type) for term in triple}
    return thing in answer.body.decode()


@pytest.fixture
def web(site: Site) -> Web:
    site.live(1)
    return site.web()


@pytest.mark.parametrize("thing", THINGS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_signposts_of_a_landing_page_lead_where_they_say(method: str, thing: str, web: Web) -> None:
    """FAIR Signposting, level 1: cite-as comes back to the very page; what describes it is of the type that is told."""
    answer = web.ask(thing, BOT, method)
    page = web.place(thing)
    found = links(answer, page)
    ((cited, _),) = found["cite-as"]
    web.ask(cited, BOT)
    assert web.place(cited) == page
    assert ("https://schema.org/AboutPage", {"rel": "type"}) in found["type"]
    assert len(found["type"]) > 1
    assert len(found["license"]) == 1
    assert {attributes["type"] for _, attributes in found["describedby"]} >= {"text/turtle", "application/ld+json"}
    for relation in ("describedby", "linkset", "alternate"):
        for target, attributes in found[relation]:
            described = web.ask(target, {"Accept": "*/*"})
            assert (described.status, described.media_type) in {(200, attributes["type"]), (304, "")}, target
            assert relation != "describedby" or _is_about(cited, described)
    for target, _ in found.get("item", []) + found.get("collection", []) + found.get("author", []):
        assert target.startswith(BASE), target
        assert web.ask(target, BOT).status in {200, 304}, target


@pytest.mark.parametrize("page", PAGES)
def test_the_signposts_of_the_entrances_lead_where_they_say(page: str, web: Web) -> None:
    """The catalogue has three pages, so cite-as leads to the one of its IRI."""
    found = links(web.ask(page, BOT), web.place(page))
    assert [target for target, _ in found["cite-as"]] == [f"{BASE}id/catalogue"]
    for relation in ("cite-as", "describedby", "linkset", "alternate", "item", "collection", "author"):
        for target, attributes in found.get(relation, []):
            answer = web.ask(target, {"Accept": "*/*"} if "type" not in attributes else {"Accept": attributes["type"]})
            assert (answer.status, answer.media_type) in {(200, attributes.get("type", "text/turtle")), (304, "")}, (
                target
            )


@pytest.mark.parametrize("thing", THINGS)
def test_the_link_set_says_what_the_header_says(thing: str, web: Web) -> None:
    """FAIR Signposting, level 2 (RFC 9264)."""
    found = links(web.ask(thing, BOT), web.place(thing))
    ((target, attributes),) = found["linkset"]
    answer = web.ask(target, {"Accept": ACCEPT["linkset"]})
    assert answer.media_type == attributes["type"] == "application/linkset+json"
    contexts = json.loads(answer.body)["linkset"]
    (canonical,) = found["canonical"]
    (own,) = [context for context in contexts if context["anchor"] == canonical[0]]
    for relation in ("cite-as", "describedby", "license", "type", "item"):
        told = [target.replace(SERVER, BASE) for target, _ in found.get(relation, [])]
        assert told == [target["href"] for target in own.get(relation, [])][: len(told)]  # the set has what did not fit


@pytest.mark.parametrize(
    ("name", "thing"),
    [(name, thing) for name in TYPES for thing in (THINGS[:2] if name == "datacite_json" else THINGS[:3])],
)
def test_each_question_of_f_uji_has_its_answer(name: str, thing: str, web: Web) -> None:
    answer = web.ask(thing, {"Accept": ACCEPT[name], "User-Agent": "F-UJI"})
    assert (answer.status, answer.media_type) == (200, TYPES[name]), answer
    if answer.media_type in PARSERS:
        graph = parse(answer.body, answer.media_type)
        assert thing in {str(subject) for subject in graph.subjects()}
    elif name == "datacite_json":
        data = json.loads(answer.body)
        assert data["alternateIdentifiers"] == [{"alternateIdentifier": thing, "alternateIdentifierType": "URL"}]
        assert data["types"]["resourceTypeGeneral"] == "Dataset"


def test_what_there_is_not_is_refused_with_what_there_is(web: Web) -> None:
    answer = web.ask(DATASET, {"Accept": "image/png"})
    assert answer.status == 406
    assert "text/turtle" in answer.body.decode()


@pytest.mark.parametrize("by", ["If-None-Match", "If-Modified-Since"])
def test_the_next_walk_reads_nothing_anew(by: str, site: Site) -> None:
    site.live(1)
    web = site.web(by)
    answers = [web.ask(DATASET, {"Accept": ACCEPT[name]}).body for name in TYPES]
    assert [web.ask(DATASET, {"Accept": ACCEPT[name]}).body for name in TYPES] == answers
    assert [answer.status for answer in web.seen[-2 * len(TYPES) :]] == [303, 304] * len(TYPES)
    site.live(2)
    assert all(web.ask(DATASET, {"Accept": ACCEPT[name]}).status == 200 for name in TYPES)


@pytest.mark.parametrize("profile", ["croissant", "datacite"])
def test_what_has_one_language_has_the_one_that_was_asked_for(profile: str, site: Site) -> None:
    site.live(1)
    web, tags = site.web(""), []
    for language, title in (
        ("fr", "Partenariat Exemple"),
        ("de", "Beispielpartnerschaft"),
        ("fr", "Partenariat Exemple"),
    ):
        answer = web.ask(f"{BASE}doc/dataset/partnership?_profile={profile}", {"Accept-Language": language})
        assert "accept-language" in answer.members("Vary")
        assert title in answer.body.decode()
        tags.append(answer.field("ETag"))
    assert tags[0] == tags[2] != tags[1]

"""Content Negotiation by Profile (W3C dx-connegp): by Accept-Profile, and by `_profile` and `_mediatype`."""

import pytest

from atmpgraph.release.release import Release

from .asking import get
from .links import by_relation, links
from .reading import Page, content, graph
from .tables import BROWSER, GRAPHS, HTML, KINDS
from .targets import Answer, Target

PATHS = [KINDS[kind].path for kind in ("id/organisation", "id/partnership", "id/figure")]
paths = pytest.mark.parametrize("path", PATHS)
SCHEMA = "https://schema.org/"


def _profiles(target: Target, path: str) -> dict[str, set[str]]:
    """Profile → the media types it is listed in (§6.2.2: `list profiles`)."""
    found: dict[str, set[str]] = {}
    answer = get(target, path)
    for link in links(answer.field("Link")):
        profile = link.parameters.get("profile") or link.parameters.get("formats")
        if profile and link.relations & {"alternate", "canonical", "self"} and "type" in link.parameters:
            for each in profile.split():
                found.setdefault(each, set()).add(link.parameters["type"].partition(";")[0])
    return found


def _sent(answer: Answer) -> list[str]:
    """The profiles that a response says it conforms to."""
    return [link.href for link in by_relation(links(answer.field("Link")), "profile")]


@paths
def test_profiles_are_listed(path: str, target: Target) -> None:
    found = _profiles(target, path)
    assert len(found) >= 2, found
    assert any(SCHEMA in profile or "schema.org" in profile for profile in found), found


@paths
def test_the_default_is_our_own_model(path: str, target: Target) -> None:
    answer = get(target, path)
    assert len(_sent(answer)) >= 1, answer
    assert "accept-profile" in answer.members("Vary"), answer


@paths
def test_what_is_listed_is_delivered(path: str, target: Target, served: Release) -> None:
    """§6: a server must not list what it cannot give; by field and by query argument alike."""
    for profile, types in _profiles(target, path).items():
        for media_type in types & set(GRAPHS.values()):
            answer = get(target, path, media_type, Accept_Profile=f"<{profile}>")
            assert answer.status == 200, answer
            assert answer.media_type == media_type
            assert profile in _sent(answer), answer
            found = graph(answer, target, served.base)
            assert found, answer
            if media_type != "text/turtle":
                turtle = get(target, path, "text/turtle", Accept_Profile=f"<{profile}>")
                assert found == graph(turtle, target, served.base)
        tags = {get(target, path, "text/turtle", Accept_Profile=f"<{p}>").field("ETag") for p in (profile, SCHEMA)}
        assert len(tags) <= 2


@paths
def test_the_alternates_page_lists_profiles_and_formats(path: str, target: Target, served: Release) -> None:
    """§6.4.3: `?_profile=alt`, as a page and as RDF; its links give what they say."""
    page = get(target, f"{path}?_profile=alt", BROWSER)
    assert page.status == 200, page
    assert page.media_type == HTML
    words = content(page).decode()
    for profile in _profiles(target, path):
        assert profile in words, profile
    assert [a for a in Page(words).all("a") if "_profile=" in str(a.get("href"))]
    rdf = get(target, f"{path}?_profile=alt", "text/turtle")
    assert rdf.status == 200
    assert graph(rdf, target, served.base)
    assert get(target, f"{path}?_profile=alt&_mediatype=text/turtle", BROWSER).media_type == "text/turtle"


@paths
def test_arguments_go_before_fields(path: str, target: Target) -> None:
    """§6.4: query string arguments override negotiation."""
    for suffix_type in GRAPHS.values():
        answer = get(target, f"{path}?_mediatype={suffix_type}", BROWSER)
        assert answer.status == 200, answer
        assert answer.media_type == suffix_type
    schema = get(target, f"{path}?_profile=schema&_mediatype=text/turtle", BROWSER)
    assert schema.status == 200, schema
    assert b"schema.org" in schema.body


@paths
def test_an_unknown_profile(path: str, target: Target) -> None:
    """In Accept-Profile it is a preference: the default is sent. As an argument it is a mistake: 4xx."""
    answer = get(target, path, "text/turtle", Accept_Profile="<https://example.org/unknown>")
    assert answer.status in {200, 406}, answer
    assert get(target, path, "text/turtle", Accept_Profile="nonsense <").status == 200
    wrong = get(target, f"{path}?_profile=unknown")
    assert 400 <= wrong.status < 500, wrong
    wrong = get(target, f"{path}?_mediatype=image/png")
    assert 400 <= wrong.status < 500, wrong


@paths
def test_weights_of_profiles(path: str, target: Target) -> None:
    found = sorted(p for p, types in _profiles(target, path).items() if "text/turtle" in types)
    assert len(found) >= 2
    for best in found:
        field = ", ".join(f"<{profile}>;q={'0.9' if profile == best else '0.2'}" for profile in found)
        assert best in _sent(get(target, path, "text/turtle", Accept_Profile=field))

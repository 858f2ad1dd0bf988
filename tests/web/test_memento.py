"""Documents as they were (RFC 7089)."""

import json
import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from werkzeug.http import parse_date
from werkzeug.test import TestResponse

from atmpgraph.i18n import texts
from atmpgraph.release.history import prune
from atmpgraph.web import create_app
from atmpgraph.web.core import mementos

from ..http.conformance.links import links
from ..release.fixtures import BASE, named, publish, trial
from .rules import BROWSER, check_headers, check_page

DAYS = [f"2026-01-0{n}T10:00:00Z" for n in range(1, 7)]


def http(day: int, clock: str = "10:00:00") -> str:
    weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue"][day - 1]
    return f"{weekday}, 0{day} Jan 2026 {clock} GMT"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """`a` changes and goes; `b` comes on the second day; on the sixth the state of the second is back."""
    folder = tmp_path_factory.mktemp("memento")
    states = [
        named("a", "one"),
        named("a", "two") | named("b", "bee") | named("été/x.ttl", "accents"),
        named("a", "three") | named("b", "bee"),
        named("b", "bee"),
        named("b", "bees"),
        named("a", "two") | named("b", "bee") | named("été/x.ttl", "accents"),
    ]
    return folder, [publish(folder, state, date, store=True) for state, date in zip(states, DAYS, strict=True)]


@pytest.fixture(scope="module")
def client(published: tuple[Path, list[str]]) -> FlaskClient:
    return create_app(trial(published[0])).test_client()


def negotiated(client: FlaskClient, path: str, date: str, **fields: str) -> TestResponse:
    return client.get(path, headers={"Accept-Datetime": date, **fields})


@pytest.mark.parametrize(
    ("date", "release"),
    [
        (http(1), 0),
        (http(1, "09:59:59"), 0),  # before the first: the earliest
        ("Sat, 01 Jan 2000 00:00:00 GMT", 0),
        (http(2, "09:59:59"), 0),
        (http(2), 1),
        (http(3, "23:00:00"), 2),
        (http(4, "23:00:00"), 2),  # gone then: its last state
        (http(6), 1),  # the release of the second day is back
        ("Fri, 01 Jan 2100 00:00:00 GMT", 1),
    ],
)
def test_the_state_of_a_past_day(
    client: FlaskClient, published: tuple[Path, list[str]], date: str, release: int
) -> None:
    """§4.1, pattern 1.1: 302 to a URL that stays."""
    response = negotiated(client, "/doc/thing/a", date)
    assert response.status_code == 302
    digest = published[1][release]
    assert response.headers["Location"] == f"/releases/{digest}/doc/thing/a"
    assert "accept-datetime" in response.headers["Vary"].lower()
    assert "Memento-Datetime" not in response.headers
    assert {rel for link in links(response.headers["Link"]) for rel in link.relations} == {
        "original",
        "timegate",
        "timemap",
    }
    fixed = negotiated(client, "/doc/thing/a.ttl?lang=fr", date)
    assert fixed.headers["Location"] == f"/releases/{digest}/doc/thing/a.ttl?lang=fr"
    there = client.get(response.headers["Location"], headers={"Accept": "text/turtle"})
    assert there.status_code == 200
    assert f'"{["one", "two", "three"][release]}"' in there.text
    assert there.headers["Memento-Datetime"] == http(release + 1)
    assert "immutable" in there.headers["Cache-Control"]
    check_headers(there)


@pytest.mark.parametrize(
    "date",
    ["yesterday", "2026-01-01", "2026-01-01T10:00:00Z", "Mon, 01 Jan 2026 10:00:00 GMT", "0", "", "Thu, 01 Jan 2026"],
)
def test_a_malformed_date_is_a_400(client: FlaskClient, date: str) -> None:
    response = negotiated(client, "/doc/thing/a", date)
    assert response.status_code == 400
    assert "GMT" in json.loads(response.data)["detail"]


def test_what_is_gone_today_still_has_a_past(published: tuple[Path, list[str]], tmp_path: Path) -> None:
    publish(tmp_path, named("a", "one"), DAYS[0])
    publish(tmp_path, named("b", "one"), DAYS[1])
    client = create_app(trial(tmp_path)).test_client()
    assert client.get("/doc/thing/a").status_code == 410
    assert negotiated(client, "/doc/thing/a", http(1)).status_code == 302
    assert negotiated(client, "/doc/thing/never", http(1)).status_code == 404
    assert client.get("/timemap/doc/thing/never").status_code == 404


def test_today_names_its_past(client: FlaskClient) -> None:
    """§4.1.1: the resource is its own TimeGate."""
    for path in ("/doc/thing/a", "/doc/thing/a.ttl"):
        response = client.get(path)
        found = {rel: link.href for link in links(response.headers["Link"]) for rel in link.relations}
        document = "/doc/thing/a"
        assert (found["original"], found["timegate"], found["timemap"]) == (document, document, f"/timemap{document}")
        assert "accept-datetime" in response.headers["Vary"].lower()
    assert "accept-datetime" not in client.get("/releases/").headers["Vary"].lower()


@pytest.mark.parametrize(
    ("suffix", "format_"),
    [
        ("ttl", ox.RdfFormat.TURTLE),
        ("jsonld", ox.RdfFormat.JSON_LD),
        ("rdf", ox.RdfFormat.RDF_XML),
        ("nt", ox.RdfFormat.N_TRIPLES),
        ("trig", ox.RdfFormat.TRIG),
        ("nq", ox.RdfFormat.N_QUADS),
    ],
)
def test_in_every_format(
    client: FlaskClient, published: tuple[Path, list[str]], suffix: str, format_: ox.RdfFormat
) -> None:
    path = f"/releases/{published[1][0]}/doc/thing/a"
    fixed = client.get(f"{path}.{suffix}")
    asked = client.get(path, headers={"Accept": fixed.content_type})
    assert fixed.data == asked.data
    assert asked.headers["Memento-Datetime"] == http(1)
    names = {q.object.value for q in ox.parse(fixed.data, format=format_) if q.predicate.value.endswith("prefLabel")}
    assert names == {"one"}
    tag = asked.headers["ETag"]
    assert client.get(path, headers={"Accept": fixed.content_type, "If-None-Match": tag}).status_code == 304
    assert "one" in client.get(f"{path}.csv").text


def test_the_neighbours(client: FlaskClient, published: tuple[Path, list[str]]) -> None:
    digests = published[1]
    response = client.get(f"/releases/{digests[1]}/doc/thing/a")
    found = {rel: link for link in links(response.headers["Link"]) for rel in link.relations - {"memento"}}
    for rel, release in (("first", 0), ("prev", 0), ("last", 2), ("next", 2)):
        assert found[rel].href == f"/releases/{digests[release]}/doc/thing/a"
        assert found[rel].parameters["datetime"] == http(release + 1)
    alone = client.get(f"/releases/{digests[4]}/doc/thing/b").headers["Link"]
    assert f'</releases/{digests[4]}/doc/thing/b>; rel="last memento"; datetime="{http(5)}"' in alone
    assert "next" not in alone


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_the_page_says_which_day_it_shows(
    client: FlaskClient, published: tuple[Path, list[str]], language: str
) -> None:
    response = client.get(f"/releases/{published[1][1]}/doc/thing/a?lang={language}", headers=BROWSER)
    page = check_page(response, language)
    for day in (2, 3, 6):
        assert texts(language).date(DAYS[day - 1]) in page.words
    hrefs = [str(a.get("href")) for a in page.all("a")]
    assert f"/doc/thing/a?lang={language}" in hrefs, "today"
    assert f"/releases/{published[1][1]}/doc/thing/a.ttl?lang={language}" in hrefs
    assert response.headers["Memento-Datetime"] == http(2)
    assert "immutable" not in response.headers["Cache-Control"], "the page around it changes"


def test_the_timemap(client: FlaskClient, published: tuple[Path, list[str]]) -> None:
    """§5: all mementos, in link format and as JSON."""
    response = client.get("/timemap/doc/thing/a")
    assert response.content_type == "application/link-format"
    found = links(re.sub(r"\n", " ", response.text))
    told = [(f"{BASE}doc/thing/a", {"original", "timegate"}), (f"{BASE}timemap/doc/thing/a", {"self"})]
    assert [(link.href, set(link.relations)) for link in found[:2]] == told
    assert (found[1].parameters["from"], found[1].parameters["until"]) == (http(1), http(3))
    listed = [(link.href.split("/")[5], link.parameters["datetime"]) for link in found[2:]]
    assert listed == [(published[1][n], http(n + 1)) for n in range(3)]
    assert all(parse_date(date) for _, date in listed)
    as_json = json.loads(client.get("/timemap/doc/thing/a", headers={"Accept": "application/json"}).data)
    assert [m["uri"] for m in as_json["mementos"]["list"]] == [link.href for link in found[2:]]
    assert as_json["mementos"]["first"]["datetime"] == DAYS[0]


def test_names_that_are_hard_on_http(client: FlaskClient, published: tuple[Path, list[str]]) -> None:
    path = "/doc/thing/%C3%A9t%C3%A9/x.ttl"
    location = negotiated(client, path, http(2)).headers["Location"]
    assert location == f"/releases/{published[1][1]}{path}"
    response = client.get(location)
    assert response.status_code == 200
    assert "accents" in response.text
    assert client.get(f"{location}.nt").content_type == "application/n-triples"


def test_a_release_that_is_unknown_removed_or_silent(tmp_path: Path) -> None:
    gone = publish(tmp_path, named("a", "one"), DAYS[0])
    kept = publish(tmp_path, named("a", "two"), DAYS[1])
    prune(tmp_path, 1)
    client = create_app(trial(tmp_path)).test_client()
    assert client.get(f"/releases/{gone}/doc/thing/a").status_code == 410
    assert client.get(f"/releases/{'0' * 64}/doc/thing/a").status_code == 404
    assert client.get(f"/releases/{kept}/doc/thing/z").status_code == 404
    assert negotiated(client, "/doc/thing/a", http(1)).headers["Location"].startswith(f"/releases/{kept}/")


def test_releases_are_asked_as_far_as_an_answer_needs_and_once(tmp_path: Path) -> None:
    """The way to a day and a document of the past take a handful of releases, however many there are; a list all."""
    days = [f"2026-01-{day:02}T10:00:00Z" for day in range(1, 29)]
    there = {0, 9, 10, 18, 27}
    states = [named("z", day) | (named("a", day) if at in there else set()) for at, day in enumerate(days)]
    digests = [publish(tmp_path, state, day, store=True) for state, day in zip(states, days, strict=True)]
    client, asked = create_app(trial(tmp_path)).test_client(), mementos._described.cache_info
    mementos._described.cache_clear()
    response = negotiated(client, "/doc/thing/z", "Thu, 15 Jan 2026 12:00:00 GMT")
    assert response.headers["Location"] == f"/releases/{digests[14]}/doc/thing/z"
    assert asked().misses == 1
    client.get(response.headers["Location"])
    assert asked().misses == 5, "this one, its neighbours, the first and the last"
    client.get("/timemap/doc/thing/z")
    assert asked().misses == len(digests)
    client.get("/timemap/doc/thing/z")
    assert asked().misses == len(digests)

    response = negotiated(client, "/doc/thing/a", "Thu, 15 Jan 2026 12:00:00 GMT")
    assert response.headers["Location"] == f"/releases/{digests[10]}/doc/thing/a", "the last one before"
    found = links(client.get(response.headers["Location"]).headers["Link"])
    told = {rel: link.href.split("/")[2] for link in found for rel in link.relations - {"memento"}}
    assert [told[rel] for rel in ("first", "prev", "next", "last")] == [digests[at] for at in (0, 9, 18, 27)]


def test_a_release_that_goes_while_it_is_asked_is_no_state(
    client: FlaskClient, published: tuple[Path, list[str]]
) -> None:
    """Nor is that remembered of one which comes back."""
    folder, digests = published
    aside = folder / ".aside"
    manifest = folder / digests[2] / "manifest.json"
    mementos._described.cache_clear()
    manifest.rename(aside)
    assert digests[2] not in client.get("/timemap/doc/thing/a").text
    aside.rename(manifest)
    assert digests[2] in client.get("/timemap/doc/thing/a").text

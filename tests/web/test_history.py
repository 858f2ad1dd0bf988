"""The history of releases: which was live when, what changed, and what is left of those that are removed."""

import json
import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from atmpgraph.release.history import prune
from atmpgraph.web import create_app
from atmpgraph.web.core import thing_history

from ..release.fixtures import BASE, named, publish, trial
from .rules import BROWSER, check_headers, check_page

NAMES = ("terms/identifier", "void#triples", "void#entities", "adms#status")
FIRST = named("a", "one") | named("b", "bee")
SECOND = named("a", "two <&>") | named("c", "sea")


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """Two releases that are there, one that was removed, and a return to the first."""
    folder = tmp_path_factory.mktemp("history")
    gone = publish(folder, named("z", "last"), "2026-01-01T10:00:00Z")
    one = publish(folder, FIRST, "2026-01-02T10:00:00Z", store=True)
    two = publish(folder, SECOND, "2026-01-03T10:00:00Z", store=True)
    publish(folder, FIRST, "2026-01-04T10:00:00Z")
    assert prune(folder, 2) == [gone]
    return folder, [gone, one, two]


@pytest.fixture(scope="module")
def client(releases: tuple[Path, list[str]]) -> FlaskClient:
    return create_app(trial(releases[0])).test_client()


def test_the_list_tells_every_switch(client: FlaskClient, releases: tuple[Path, list[str]]) -> None:
    gone, one, two = releases[1]
    response = client.get("/releases/", headers={"Accept": "application/json"})
    assert response.content_type == "application/json"
    entries = json.loads(response.data)["releases"]
    told = [(e["date"][:10], e["digest"], e["current"], e["again"], e["removed"]) for e in entries]
    assert told == [
        ("2026-01-04", one, True, True, False),
        ("2026-01-03", two, False, False, False),
        ("2026-01-02", one, False, False, False),
        ("2026-01-01", gone, False, False, True),
    ]
    assert entries[1]["changes"] == {
        "added": 2,
        "removed": 2,
        "things_added": 1,
        "things_removed": 1,
        "things_changed": 1,
    }
    assert (entries[1]["previous"], entries[1]["statements"]) == (one, 2)
    assert entries[3]["statements"] == 1
    assert entries[0]["previous"] == two
    assert entries[0]["changes"] == entries[1]["changes"], "two are added, removed and changed back"
    assert entries[2]["previous"] == gone


def test_what_a_return_changed_is_told_as_against_what_was_live(
    client: FlaskClient, releases: tuple[Path, list[str]]
) -> None:
    gone, one, two = releases[1]
    back = json.loads(client.get(f"/releases/{one}/changes?since={two}").data)
    there = json.loads(client.get(f"/releases/{two}/changes").data)
    assert (back["previous"], there["previous"]) == (two, one)
    assert (back["added"], back["removed"]) == (there["removed"], there["added"])
    first = client.get(f"/releases/{one}/changes.json")
    assert json.loads(first.data)["previous"] == gone
    assert client.get(f"/releases/{one}/changes?since={gone}").data == first.data
    for since in (one, "0" * 64, "current", ""):
        assert client.get(f"/releases/{one}/changes?since={since}").status_code == 404


@pytest.mark.parametrize("accept", ["text/turtle", "application/ld+json", "application/rdf+xml", "application/n-quads"])
def test_the_list_as_rdf(client: FlaskClient, releases: tuple[Path, list[str]], accept: str) -> None:
    response = client.get("/releases/", headers={"Accept": accept})
    formats = {f.media_type: f for f in (ox.RdfFormat.TURTLE, ox.RdfFormat.JSON_LD, ox.RdfFormat.RDF_XML)}
    quads = list(ox.parse(response.data, format=formats.get(accept, ox.RdfFormat.N_QUADS), base_iri=BASE))
    live = {(q.subject.value, q.object.value) for q in quads if q.predicate.value.endswith("terms/available")}
    assert live == {(f"{BASE}releases/{d}", f"2026-01-0{n}T10:00:00Z") for n, d in enumerate(releases[1], 1)}
    told = {
        name: {(q.subject.value, q.object.value) for q in quads if q.predicate.value.endswith(name)} for name in NAMES
    }
    assert told["terms/identifier"] >= {(f"{BASE}releases/{d}", d) for d in releases[1]}, "of the removed one too"
    assert told["void#triples"] >= {
        (f"{BASE}releases/{d}", str(n)) for d, n in zip(releases[1], (1, 2, 2), strict=True)
    }
    assert (f"{BASE}releases/{releases[1][2]}/changes#things_changed", "1") in told["void#entities"]
    assert [subject for subject, _ in told["adms#status"]] == [f"{BASE}releases/{releases[1][0]}"]


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_the_pages(client: FlaskClient, releases: tuple[Path, list[str]], language: str) -> None:
    page = check_page(client.get(f"/releases/?lang={language}", headers=BROWSER), language)
    links = [str(a.get("href")) for a in page.all("a")]
    assert sum(link.startswith(f"/releases/{releases[1][2]}/changes") for link in links) == 1
    assert not any(releases[1][0] in link for link in links), "the removed one"
    _, one, two = releases[1]
    [back] = [link for link in links if link.startswith(f"/releases/{one}/changes") and f"since={two}" in link]
    again = check_page(client.get(back, headers=BROWSER), language)
    assert f"/releases/{one}/changes.txt?since={two}" in [str(a.get("href")) for a in again.all("a")]
    response = client.get(f"/releases/{releases[1][2]}/changes?lang={language}", headers=BROWSER)
    changes = check_page(response, language)
    hrefs = [str(a.get("href")) for a in changes.all("a")]
    gone = f"/releases/{releases[1][1]}/doc/thing/b?lang={language}"
    assert gone in hrefs, "what was removed is shown as it was"
    assert client.get(gone).status_code == 200
    words = " ".join(changes.words.split())
    for name in ("bee", "sea", "two <&>", "one"):
        assert name in words
    assert words.index("one") < words.rindex("two <&>"), "the old value, then the new one"


def test_the_changes_in_each_format(client: FlaskClient, releases: tuple[Path, list[str]]) -> None:
    _, one, two = releases[1]
    path = f"/releases/{two}/changes"
    found = json.loads(client.get(path).data)
    assert (found["release"], found["previous"]) == (two, one)
    a, b, c = (f"{BASE}id/thing/{slug}" for slug in "abc")
    assert found["things"] == {a: "changed", b: "removed", c: "added"}
    text = client.get(f"{path}.txt")
    assert text.text.endswith("things changed: 3; statements removed: 2, added: 2\n")
    patch = client.get(path, headers={"Accept": "application/rdf-patch"})
    assert patch.content_type == "application/rdf-patch"
    lines = patch.text.splitlines()
    assert lines[:3] == [f"H id <{BASE}releases/{two}> .", f"H prev <{BASE}releases/{one}> .", "TX ."]
    state = set(FIRST)
    for line in lines[3:-1]:
        (state.remove if line[0] == "D" else state.add)(line[2:])
    assert (state, lines[-1]) == (SECOND, "TC .")
    assert client.get(f"{path}.rdfp").data == patch.data
    for response in (text, patch):
        assert "immutable" in response.headers["Cache-Control"]
        check_headers(response)
    assert client.get(f"{path}.xml").status_code == 404
    assert client.get(path, headers={"Accept": "image/png"}).status_code == 406


def test_the_first_that_is_kept_still_tells_what_it_changed(
    client: FlaskClient, releases: tuple[Path, list[str]]
) -> None:
    found = json.loads(client.get(f"/releases/{releases[1][1]}/changes").data)
    assert sorted(found["things"].values()) == ["added", "added", "removed"]


@pytest.mark.parametrize("path", ["/releases/{}", "/releases/{}/changes", "/releases/{}.ttl", "/dumps/{}/data.nq"])
def test_a_removed_release_is_gone_with_its_description(
    client: FlaskClient, releases: tuple[Path, list[str]], path: str
) -> None:
    response = client.get(path.format(releases[1][0]))
    assert response.status_code == 410
    assert json.loads(response.data)["release"]["statements"] == 1
    page = client.get(path.format(releases[1][0]), headers=BROWSER)
    assert page.status_code == 410
    assert client.get(path.format("0" * 64)).status_code == 404


def test_a_release_is_opened_once_for_the_histories_of_all_things(tmp_path: Path) -> None:
    """Its list of files with their proofs is most of what a look-up costs."""
    digests = [
        publish(tmp_path, each, f"2026-01-0{n}T10:00:00Z", store=True) for n, each in enumerate((FIRST, SECOND), 1)
    ]
    client = create_app(trial(tmp_path)).test_client()
    thing_history._open_release.cache_clear()
    for name in ("a", "b", "c"):
        assert client.get(f"/history/thing/{name}?lang=en", headers=BROWSER).status_code == 200
    assert thing_history._open_release.cache_info().misses == len(digests)


def test_a_release_that_was_open_and_is_removed_has_no_lines(tmp_path: Path) -> None:
    digest = publish(tmp_path, FIRST, "2026-01-01T10:00:00Z", store=True)
    assert len(thing_history._lines(tmp_path, digest, BASE, f"{BASE}id/thing/a")) == 1
    shutil.rmtree(tmp_path / digest)
    assert thing_history._lines(tmp_path, digest, BASE, f"{BASE}id/thing/b") == frozenset()

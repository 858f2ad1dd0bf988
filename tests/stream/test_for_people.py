"""The change stream as pages: what changed, where it leads, how it is followed; programs are told what they were."""

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from atmpgraph.formats import DOCUMENTS, HTML
from atmpgraph.http.negotiate import choose
from atmpgraph.i18n import texts
from atmpgraph.release.history import prune
from atmpgraph.stream.follow import follow, forget
from atmpgraph.stream.pages import read_stream
from atmpgraph.web import create_app
from atmpgraph.web.pages import stream

from ..conftest import LANGUAGES, shared
from ..release.fixtures import BASE, named, publish, trial
from ..web.rules import BROWSER, Page, check_headers, check_page

SIZE = 2
STATES = ({"a": "one", "b": "bee", "c": "sea"}, {"a": "two", "b": "bee", "c": "sea"}, {"a": "two"})
DAYS = [f"2026-01-0{day}T10:00:00Z" for day in (1, 2, 3)]


def lines(state: dict[str, str]) -> set[str]:
    return {line for slug, name in state.items() for line in named(slug, name)}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """On the second day `a` changes, on the third `b` and `c` go: the pages have a b | c a | b c."""
    folder, digests = tmp_path_factory.mktemp("people"), []
    for state, day in zip(STATES, DAYS, strict=True):
        digests.append(publish(folder, lines(state), day, store=True))
        follow(folder, BASE, SIZE)
    return folder, digests


@pytest.fixture(scope="module")
def client(published: tuple[Path, list[str]]) -> FlaskClient:
    return create_app(trial(published[0])).test_client()


def hrefs(page: Page) -> list[str]:
    return [str(a.get("href")) for a in page.all("a")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_stream_says_what_it_is_how_to_follow_it_and_what_changed(
    client: FlaskClient, published: tuple[Path, list[str]], language: str
) -> None:
    response = client.get(f"/stream?lang={language}", headers=BROWSER)
    check_headers(response)
    page, words = check_page(response, language), texts(language)
    for told in (
        words.gettext("Change stream"),
        words.gettext(
            "Every change to these data, in the order in which it went live: a version of each thing for each release that changed it. Programs can use it to copy the data and to update the copy."
        ),
        words.gettext(
            "A client reads the pages, remembers what it has read, and comes back for what is new. ldes-client does so, here every hour; it needs Node.js:"
        ),
        f"npx ldes-client {BASE}stream --follow",
    ):
        assert told in page.words
    first, second, _ = published[1]
    found = hrefs(page)
    today = [href for href in found if href.startswith("/doc/")]
    assert today == [f"/doc/thing/a?lang={language}"] * 2, "the others are gone today"
    for digest in published[1]:
        assert f"/releases/{digest}?lang={language}" in found
        assert f"/releases/{digest}/changes?lang={language}" in found
    states = [href.partition("?")[0] for href in found if "/doc/" in href and href.startswith("/releases/")]
    assert states == [  # the newest first; what is gone, as it was before
        *(f"/releases/{second}/doc/thing/{slug}" for slug in "bc"),
        f"/releases/{second}/doc/thing/a",
        *(f"/releases/{first}/doc/thing/{slug}" for slug in "abc"),
    ]
    assert page.words.count(words.gettext("removed")) == 2
    assert [href for href in found if href.startswith("/stream/")] == [
        f"/stream/{n}?lang={language}" for n in (3, 2, 1)
    ]
    assert "{" not in page.words


def test_each_version_has_the_place_on_its_page_that_its_iri_names(client: FlaskClient) -> None:
    for number, things in enumerate(("ab", "ca", "bc"), 1):
        page = check_page(client.get(f"/stream/{number}?lang=en", headers=BROWSER), "en")
        anchors = {str(a["id"]) for _, a in page.elements if "id" in a}
        assert {anchor for anchor in anchors if anchor.isdigit()} == {"1", "2"}
        for at, thing in enumerate(things, 1):
            told = f"<{BASE}stream/{number}#{at}> <http://purl.org/dc/terms/isVersionOf> <{BASE}id/thing/{thing}> ."
            assert told in client.get(f"/stream/{number}.nt").text
        closed = "This page no longer changes." in page.words
        assert closed == ("immutable" in client.get(f"/stream/{number}").headers["Cache-Control"])


def test_pages_lead_to_the_ones_beside_them(client: FlaskClient) -> None:
    for number, older, newer in ((1, [], ["2"]), (2, ["1"], ["3"]), (3, ["2"], [])):
        page = check_page(client.get(f"/stream/{number}?lang=fr", headers=BROWSER), "fr")
        for relation, expected in (("prev", older), ("next", newer)):
            found = {str(a["href"]) for a in page.all("a") if a.get("rel") == relation}
            assert found == {f"/stream/{n}?lang=fr" for n in expected}


def test_every_link_leads_somewhere(client: FlaskClient) -> None:
    for path in ("/stream?lang=nl", *(f"/stream/{n}?lang=nl" for n in (1, 2, 3))):
        for href in hrefs(check_page(client.get(path, headers=BROWSER), "nl")):
            if href.startswith(("/doc/", "/releases/", "/stream")):
                assert client.get(href, headers=BROWSER).status_code == 200, f"{path}: {href}"


def test_programs_get_what_they_got_before_there_was_a_page(client: FlaskClient) -> None:
    """Byte for byte: who does not like HTML best is answered as if there were none."""
    formats = [fmt for fmt in DOCUMENTS if fmt is not HTML]
    records = json.loads(shared("reference/client-requests.json").read_bytes())
    accepted = {record["headers"].get("accept") for record in records} | {None, "*/*", "text/*;q=0.5, */*;q=0.5"}
    assert len(accepted) > 15
    for path in ("/stream", "/stream/1", "/stream/3"):
        for accept in accepted:
            response = client.get(path, headers={"Accept": accept} if accept else {})
            before = choose(accept, tuple(formats))
            if before:
                assert response.content_type.partition(";")[0] == before[1], accept
                assert response.data == client.get(f"{path}.{before[0].suffix}").data
            else:
                assert response.status_code == 406
    assert client.get("/stream", headers=BROWSER).content_type == "text/html; charset=utf-8"


def test_the_page_is_as_new_as_the_release_around_it(client: FlaskClient) -> None:
    """A closed page never changes for programs; for people it names things as they are named today."""
    response = client.get("/stream/1", headers=BROWSER)
    assert "immutable" not in response.headers["Cache-Control"]
    assert "accept-language" in response.headers["Vary"].lower()
    assert client.get("/stream/1", headers=BROWSER | {"If-None-Match": response.headers["ETag"]}).status_code == 304
    assert client.get("/stream/1.html").data == response.data


def test_only_the_newest_are_listed_and_it_is_said(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = check_page(client.get("/stream?lang=en", headers=BROWSER), "en").words
    monkeypatch.setattr(stream, "NEWEST", 3)
    monkeypatch.setattr(stream, "LISTED", 1)
    page = check_page(client.get("/stream?lang=en", headers=BROWSER), "en")
    for told in (
        "The newest 3 are shown; the pages contain them all.",
        "The newest 1 pages are shown; each links to the one before.",
    ):
        assert told in page.words
        assert told not in whole
    assert [href for href in hrefs(page) if href.startswith("/stream/")] == ["/stream/3?lang=en"]
    assert len([href for href in hrefs(page) if "/doc/" in href and href.startswith("/releases/")]) == 3
    monkeypatch.setattr(stream, "MOST", 1)
    one = check_page(client.get("/stream/2?lang=en", headers=BROWSER), "en")
    assert "Only the first 1 are shown; the other formats list them all." in one.words
    assert len([href for href in hrefs(one) if "/doc/" in href and href.startswith("/releases/")]) == 1


def test_the_newest_come_first_and_those_of_a_release_in_their_order(published: tuple[Path, list[str]]) -> None:
    stream = read_stream(published[0], BASE)
    found = [(version.number, version.thing[-1]) for version in stream.newest(9)]
    assert found == [(1, "b"), (2, "c"), (2, "a"), (1, "a"), (2, "b"), (1, "c")]
    assert len(stream.newest(4)) == 4
    assert stream.newest(0) == []


def test_a_state_that_is_kept_no_more_is_not_linked(tmp_path: Path) -> None:
    one = publish(tmp_path, lines(STATES[0]), DAYS[0])
    publish(tmp_path, lines(STATES[1]), DAYS[1], store=True)
    follow(tmp_path, BASE, SIZE)
    client = create_app(trial(tmp_path)).test_client()
    before = client.get("/stream?lang=en", headers=BROWSER)
    assert f"/releases/{one}/doc/thing/a" in before.text
    prune(tmp_path, 1)
    after = client.get("/stream?lang=en", headers=BROWSER | {"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200, "it changed"
    assert f"/releases/{one}/doc" not in after.text
    assert f"/releases/{one}?" in after.text, "its description is left"


def test_a_stream_without_changes_and_one_that_keeps_only_the_latest(tmp_path: Path) -> None:
    publish(tmp_path, lines({"a": "1", "b": "same"}), DAYS[0], store=True)
    client = create_app(trial(tmp_path, history={"stream_versions": "latest"})).test_client()
    assert (
        "There are no changes yet. The next build starts the stream."
        in check_page(client.get("/stream?lang=en", headers=BROWSER), "en").words
    )
    for day, name in zip(DAYS, "123", strict=True):
        publish(tmp_path, lines({"a": name, "b": "same", "c": name}), day, store=True)
        forget(follow(tmp_path, BASE, SIZE))
    page = check_page(client.get("/stream?lang=en", headers=BROWSER), "en")
    assert "A page is removed once every version on it has a newer one." in page.words
    assert "There are no changes yet. The next build starts the stream." not in page.words
    listed = [href.removeprefix("/stream/").removesuffix("?lang=en") for href in hrefs(page) if "/stream/" in href]
    gone = sorted({str(n) for n in range(1, int(listed[0]) + 1)} - set(listed))
    assert gone, "a page was removed"
    assert client.get(f"/stream/{gone[0]}", headers=BROWSER).status_code == 410
    oldest = check_page(client.get(f"/stream/{listed[-1]}", headers=BROWSER), "fr")
    assert {a["href"] for a in oldest.all("a") if a.get("rel") == "next"} == {f"/stream/{listed[-2]}"}

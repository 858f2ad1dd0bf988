"""The change stream: a reader from nothing and one that resumes both have exactly the current state."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from atmpgraph.errors import DamagedError, ReleaseError
from atmpgraph.release.diff import changes
from atmpgraph.release.history import history, prune
from atmpgraph.stream import follow as following
from atmpgraph.stream.follow import follow, forget
from atmpgraph.stream.members import check_statements, replay
from atmpgraph.stream.pages import read_stream
from atmpgraph.web import create_app

from ..release.damages import overwrite
from ..release.fixtures import BASE, GRAPH, named, publish, trial
from .reader import FORMATS, Reader


def lines(state: dict[str, set[str]]) -> set[str]:
    return set().union(*(named(slug, *names) for slug, names in state.items()))


def quads(state: set[str], *, graphs: bool = True) -> set[str]:
    """As a reader of a format with or without graphs has them."""
    return {str(q if graphs else ox.Quad(*q.triple)) for q in ox.parse("\n".join(state), format=ox.RdfFormat.N_QUADS)}


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


# A few things with a few names, so that they come, change, go and come back.
STATES = st.lists(
    st.dictionaries(
        st.sampled_from("abcdef"), st.sets(st.sampled_from(["1", 'é"\n\\', "<3>"]), min_size=1), min_size=1
    ),
    min_size=1,
    max_size=8,
)


@example_settings(max_examples=25)
@given(
    states=STATES,
    size=st.integers(1, 5),
    media_type=st.sampled_from(sorted(FORMATS)),
    reading=st.sets(st.integers(0, 7)),
    keep=st.sampled_from([0, 1, 2]),
    latest=st.booleans(),
)
def test_readers_have_the_current_state(
    states: list[dict[str, set[str]]], size: int, media_type: str, reading: set[int], keep: int, latest: bool
) -> None:
    """Whatever the releases, however often a reader comes by, whichever releases and pages are removed between."""
    with folder() as releases:
        retention = "latest" if latest else "all"
        client = create_app(trial(releases, history={"stream_versions": retention})).test_client()
        graphs = media_type in {"application/trig", "application/n-quads"}
        resuming, bodies = Reader(client, BASE, media_type), dict[str, bytes]()
        for at, state in enumerate(states):
            publish(releases, lines(state), f"2026-01-0{at + 1}T00:00:00Z")
            stream = follow(releases, BASE, size)
            if latest:
                stream = forget(stream)
            prune(releases, keep)
            for page in stream.pages:  # what is closed keeps its bytes
                if stream.closed(page):
                    name = f"/stream/{page.number}"
                    body = client.get(name, headers={"Accept": media_type}).data
                    assert bodies.setdefault(name, body) == body
            expected = quads(lines(state), graphs=graphs)
            if at in reading:
                assert resuming.read() == expected
            assert Reader(client, BASE, media_type).read() == expected
            assert set(replay(map(stream.content, stream.pages))) == {f"{line}\n".encode() for line in lines(state)}
        assert resuming.read() == expected


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three releases, the last of which takes something away."""
    found = tmp_path_factory.mktemp("stream")
    for at, state in enumerate(
        ({"a": {"1"}, "b": {"1"}, "c": {"1"}}, {"a": {"2"}, "b": {"1"}, "c": {"1"}}, {"a": {"2"}})
    ):
        publish(found, lines(state), f"2026-01-0{at + 1}T00:00:00Z")
        follow(found, BASE, 2)
    return found


@pytest.fixture
def client(releases: Path) -> FlaskClient:
    return create_app(trial(releases)).test_client()


def test_pages_and_their_bounds(client: FlaskClient) -> None:
    text = client.get("/stream", headers={"Accept": "application/n-triples"}).text
    tree, ldes, created = "https://w3id.org/tree#", "https://w3id.org/ldes#", "http://purl.org/dc/terms/created"
    for told in (
        f"<{BASE}stream#events> <{tree}view> <{BASE}stream> .",
        f"<{BASE}stream#events> <{ldes}timestampPath> <{created}> .",
        f"<{BASE}stream#from-2> <{tree}path> <{created}> .",
        f'<{BASE}stream#from-2> <{tree}value> "2026-01-01T00:00:00Z"^^<http://www.w3.org/2001/XMLSchema#dateTime> .',
        f'<{BASE}stream#to-2> <{tree}value> "2026-01-02T00:00:00Z"^^<http://www.w3.org/2001/XMLSchema#dateTime> .',
        f"<{BASE}stream#from-3> <{tree}node> <{BASE}stream/3> .",
    ):
        assert text.count(f"{told}\n") == 1, told
    assert "stream#to-3" not in text, "the newest page has no end yet"
    assert text.count(f"<{tree}view>") == 1


def test_a_closed_page_is_immutable_and_the_newest_is_not(client: FlaskClient) -> None:
    for name, closed in (("1", True), ("2", True), ("3", False)):
        response = client.get(f"/stream/{name}")
        assert ("immutable" in response.headers["Cache-Control"]) == closed
        assert ("ldes:immutable" in response.text) == closed
        again = client.get(f"/stream/{name}", headers={"If-None-Match": response.headers["ETag"]})
        assert again.status_code == 304
    assert client.get("/stream").headers["Last-Modified"] == "Sat, 03 Jan 2026 00:00:00 GMT"


def test_a_member_is_a_version_of_a_thing(client: FlaskClient) -> None:
    expected = f"""\
<{BASE}stream/2#2> <http://purl.org/dc/terms/created> "2026-01-02T00:00:00Z"^^<http://www.w3.org/2001/XMLSchema#dateTime> .
<{BASE}stream/2#2> <http://purl.org/dc/terms/isVersionOf> <{BASE}id/thing/a> .
<{BASE}stream/2#2> <http://www.w3.org/2004/02/skos/core#prefLabel> "2" <{GRAPH}> .
"""
    assert set(expected.splitlines()) <= set(client.get("/stream/2.nq").text.splitlines())
    gone = client.get("/stream/3.ttl").text
    assert gone.count("a as:Delete") == 2
    assert "skos:prefLabel" not in gone


@pytest.mark.parametrize("name", ["0", "4", "01", "-1", "x", "1.xml", "²", "9" * 30])
def test_there_is_no_other_page(client: FlaskClient, name: str) -> None:
    assert client.get(f"/stream/{name}").status_code == 404
    assert client.get("/stream.xml").status_code == 404


def test_before_the_first_build_with_a_stream_it_is_empty(tmp_path: Path) -> None:
    publish(tmp_path, named("a", "1"), "2026-01-01T00:00:00Z")
    client = create_app(trial(tmp_path)).test_client()
    assert Reader(client, BASE).read() == set()
    follow(tmp_path, BASE, 5)  # it follows the history that there is
    assert Reader(client, BASE).read() == quads(named("a", "1"))


def test_a_page_on_which_all_is_superseded_is_removed_when_only_the_latest_are_kept(tmp_path: Path) -> None:
    for at, name in enumerate("12345"):
        publish(tmp_path, named("a", name) | named("b", "same"), f"2026-01-0{at + 1}T00:00:00Z")
    client = create_app(trial(tmp_path, history={"stream_versions": "latest"})).test_client()
    forget(follow(tmp_path, BASE, 2))
    statuses = [client.get(f"/stream/{number}").status_code for number in range(1, 5)]
    assert statuses == [200, 410, 200, 404], "b is on the first page; only a is on the second"
    root = client.get("/stream").text
    assert "ldes:retentionPolicy" in root
    assert "/stream/2" not in root
    assert sorted(file.name for file in (tmp_path / "stream").iterdir()) == ["1.nq", "3.nq", "index.json"]


def test_a_build_that_is_killed_leaves_the_stream_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(tmp_path, named("a", "1"), "2026-01-01T00:00:00Z")
    before = follow(tmp_path, BASE, 2)
    publish(tmp_path, lines({"a": {"2"}, "b": {"1"}, "c": {"1"}}), "2026-01-02T00:00:00Z")

    def killed(*files: Any) -> Iterator[Any]:
        found = changes(*files)
        yield from (next(found), next(found))
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(following, "changes", killed)
        with pytest.raises(KeyboardInterrupt):
            follow(tmp_path, BASE, 2)
    assert (tmp_path / "stream" / "2.nq").exists()
    assert read_stream(tmp_path, BASE) == before
    client = create_app(trial(tmp_path)).test_client()
    assert Reader(client, BASE).read() == quads(named("a", "1"))
    follow(tmp_path, BASE, 3)  # even if the setting changes meanwhile
    assert Reader(client, BASE).read() == quads(lines({"a": {"2"}, "b": {"1"}, "c": {"1"}}))


def test_it_goes_on_when_the_release_before_was_deleted_by_hand(tmp_path: Path) -> None:
    one = publish(tmp_path, named("a", "1") | named("b", "1"), "2026-01-01T00:00:00Z")
    follow(tmp_path, BASE, 2)
    publish(tmp_path, named("a", "2") | named("b", "1"), "2026-01-02T00:00:00Z")
    shutil.rmtree(tmp_path / one)
    stream = follow(tmp_path, BASE, 2)
    assert [page.members for page in stream.pages] == [2, 1], "b did not change"


def test_a_damaged_page_does_not_grow(tmp_path: Path) -> None:
    """With what is added to it, it would be sealed as it is."""
    publish(tmp_path, named("a", "1"), "2026-01-01T00:00:00Z")
    follow(tmp_path, BASE, 4)
    overwrite(tmp_path / "stream" / "1.nq")
    publish(tmp_path, named("a", "2"), "2026-01-02T00:00:00Z")
    for _ in range(2):
        with pytest.raises(DamagedError, match="its content is not"):
            follow(tmp_path, BASE, 4)


def test_a_change_of_the_page_size_closes_no_page_and_opens_none(tmp_path: Path) -> None:
    publish(tmp_path, lines({slug: {"1"} for slug in "abcde"}), "2026-01-01T00:00:00Z")
    follow(tmp_path, BASE, 2)
    publish(tmp_path, lines({slug: {"2"} for slug in "abcde"}), "2026-01-02T00:00:00Z")
    stream = follow(tmp_path, BASE, 4)
    assert [page.members for page in stream.pages] == [2, 2, 4, 2]


def test_another_base_has_another_stream(tmp_path: Path) -> None:
    publish(tmp_path, named("a", "1"), "2026-01-01T00:00:00Z")
    follow(tmp_path, BASE, 2)
    other = "https://other.example/"
    publish(tmp_path, [f"<{other}id/x> <{other}p> <{other}y> <{other}g> ."], "2026-01-02T00:00:00Z", other)
    stream = follow(tmp_path, other, 2)
    assert [page.members for page in stream.pages] == [1]
    assert f"<{other}stream/1#1>" in stream.content(stream.pages[0]).decode()


@pytest.mark.parametrize("stated", ["<http://purl.org/dc/terms/created>", "<http://purl.org/dc/terms/isVersionOf>"])
def test_a_thing_may_not_state_what_the_stream_says_of_versions(stated: str) -> None:
    good = f'<{BASE}a> <{BASE}p> "> {stated} " <{GRAPH}> .\n'
    check_statements([good.encode()])
    with pytest.raises(ReleaseError, match=rf"{BASE}b: states {stated}.*map it"):
        check_statements([good.encode(), f'<{BASE}b> {stated} "2020" <{GRAPH}> .\n'.encode()])


def test_a_return_to_an_older_release_is_in_the_stream(tmp_path: Path) -> None:
    first, second = lines({"a": {"1"}, "b": {"1"}}), lines({"a": {"2"}})
    for at, state in enumerate((first, second, first)):
        publish(tmp_path, state, f"2026-01-0{at + 1}T00:00:00Z")
        follow(tmp_path, BASE, 100)
    assert len(history(tmp_path)) == 3
    client = create_app(trial(tmp_path)).test_client()
    reader = Reader(client, BASE)
    assert reader.read() == quads(first)
    assert len(reader.seen) == 2 + 2 + 2
    assert json.loads((tmp_path / "stream" / "index.json").read_text())["date"] == "2026-01-03T00:00:00Z"

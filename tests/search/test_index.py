"""The index as a part of a release: listed, proven, made anew."""

from pathlib import Path

from atmpgraph.publish.build import build
from atmpgraph.publish.verify import verify
from atmpgraph.release.release import Release, open_release
from atmpgraph.search import searcher_of
from atmpgraph.settings import Settings
from atmpgraph.web import create_app

from ..web.rules import BROWSER


def released(settings: Settings) -> Release:
    """The current release."""
    return open_release(settings.path(settings.folders.releases), "current", settings.base)


def damage(settings: Settings) -> Path:
    """Change a byte of the index in place."""
    file = max(released(settings).folder.search.iterdir(), key=lambda file: file.stat().st_size)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    return file


def test_a_damaged_index_is_not_read_and_is_made_anew(started: Settings) -> None:
    searcher = searcher_of(released(started))
    assert searcher
    name = searcher.search("a", limit=1).hits[0].texts[0].text
    client = create_app(started).test_client()
    assert client.get("/search", query_string={"q": name}).status_code == 200
    file = damage(started)
    releases = started.path(started.folders.releases)
    assert file.resolve() in [each.path.resolve() for each in verify(releases, started.base)]
    assert client.get("/search", query_string={"q": f"{name} once more"}).status_code == 503
    assert client.get("/nothing", headers=BROWSER).status_code == 404
    assert all(repair.done for repair in build(started).repairs)
    assert list(verify(releases, started.base)) == []
    client.get("/search")  # which may still know the files that were there, and forgets them
    assert client.get("/search", query_string={"q": f"{name} once more"}).status_code == 200


def test_a_lost_index_is_made_anew(started: Settings) -> None:
    folder = released(started).folder.search
    for file in folder.iterdir():
        file.unlink()
    assert all(repair.done for repair in build(started).repairs)
    assert list(verify(started.path(started.folders.releases), started.base)) == []


def test_a_release_has_its_own_words(started: Settings) -> None:
    client = create_app(started).test_client()
    assert client.get("/search.json?q=Zyxwvut").get_json()["count"] == 0
    table = started.path(started.folders.data) / "organisations.csv"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace("Example University", "Zyxwvut University"), encoding="utf-8")
    assert build(started).digest
    assert client.get("/search.json?q=Zyxwvut").get_json()["count"] >= 1

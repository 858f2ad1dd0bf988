"""A large release keeps what the pages of the query library show first; they show the same with it and without."""

import json
import shutil

import pytest

from atmpgraph.publish import graph
from atmpgraph.publish.build import build
from atmpgraph.release.layout import ReleaseFolder, ReleasesFolder
from atmpgraph.settings import Settings
from atmpgraph.sparql.answers import FIRST_ROWS, MOST_CHOICES, answer_file, read_answer
from atmpgraph.sparql.library import LibraryQuery, read_library
from atmpgraph.web import create_app


@pytest.fixture
def large(started: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A publication whose release is made as a large one is, with queries that nobody may keep or wait for."""
    own = started.path(started.folders.queries)
    own.mkdir(exist_ok=True)
    (own / "now.rq").write_text("#+ title@en: Now\nSELECT (NOW() AS ?now) { }")
    (own / "endless.rq").write_text(
        "#+ title@en: Endless\nSELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    )
    monkeypatch.setattr(graph, "_MANY", 0)
    monkeypatch.setattr("atmpgraph.publish.answers._SECONDS", 5.0)
    shutil.rmtree(started.path(started.folders.releases))
    assert build(started).digest
    return started


def _release(settings: Settings) -> ReleaseFolder:
    return ReleaseFolder(ReleasesFolder(settings.path(settings.folders.releases)).current.resolve())


def _library(settings: Settings) -> dict[str, LibraryQuery]:
    return read_library(settings.layered("queries"), settings.languages)


def test_each_question_is_kept_in_each_language(large: Settings) -> None:
    folder, library = _release(large).answers, _library(large)
    for name, query in library.items():
        for language in large.languages:
            there = read_answer(folder, query.in_language(language).file_text, FIRST_ROWS)
            assert bool(there) == (name not in {"now", "endless", "members-graph"}), name
            if there:
                rows = json.loads(there.body)["results"]["bindings"]
                assert (len(rows), there.is_cut) == (there.rows, False), name
    assert read_answer(folder, library["sources"].in_language("fr").file_text, MOST_CHOICES)


def test_a_page_is_the_same_with_and_without(large: Settings) -> None:
    app = create_app(large)

    def pages() -> list[str]:
        names = [name for name in _library(large) if name not in {"now", "endless"}]
        return [
            app.test_client().get(f"/queries/{name}?lang=de", headers={"Accept": "text/html"}).text for name in names
        ]

    with_answers = pages()
    shutil.rmtree(_release(large).answers)
    assert with_answers == pages()


def test_a_page_asks_no_query_that_is_kept(large: Settings) -> None:
    """Only a query that runs has times; other rows are asked for."""
    client = create_app(large).test_client()

    def runs(url: str) -> bool:
        return "Server-Timing" in client.get(url, headers={"Accept": "text/html"}).headers

    assert not runs("/queries/sources?lang=fr")
    assert runs("/queries/sources?lang=fr&offset=1")
    assert runs("/queries/sources?lang=fr&limit=3")


def test_a_damaged_answer_is_made_anew(large: Settings) -> None:
    text, release = _library(large)["sources"].in_language("fr").file_text, _release(large)
    file = answer_file(release.answers, text, FIRST_ROWS)
    whole = file.read_bytes()
    file.unlink()
    file.write_bytes(whole[:-10])
    assert build(large).digest == release.path.name
    assert file.read_bytes() == whole


def test_a_small_release_keeps_none(started: Settings) -> None:
    assert not _release(started).answers.exists()

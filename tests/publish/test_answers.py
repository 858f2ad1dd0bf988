"""A large release keeps what the pages of the query library show first; they show the same with it and without."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from atmpgraph.formats import RESULTS_JSON
from atmpgraph.publish import answers as publish_answers
from atmpgraph.publish import graph
from atmpgraph.publish.build import build
from atmpgraph.release.layout import ReleaseFolder, ReleasesFolder
from atmpgraph.settings import Settings
from atmpgraph.sparql.answers import FIRST_ROWS, MOST_CHOICES, Window, answer_file, read_answer, rows_file
from atmpgraph.sparql.library import LibraryQuery, read_library
from atmpgraph.sparql.protocol import Query
from atmpgraph.sparql.service.client import Result
from atmpgraph.web import create_app
from atmpgraph.web.core import query_client
from atmpgraph.web.core.context import Context, publication
from atmpgraph.web.core.query_client import first_rows

from ..conftest import changed


@pytest.fixture(scope="module")
def built(_started: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A publication whose release is made as a large one is, with queries that nobody may keep or wait for."""
    folder = tmp_path_factory.mktemp("large") / "example"
    shutil.copytree(_started, folder, symlinks=True)
    settings = changed(Settings.load(folder / "atmpgraph.toml"), queries={"timeout_seconds": 1.0})
    own = settings.path(settings.folders.queries)
    own.mkdir(exist_ok=True)
    (own / "now.rq").write_text("#+ title@en: Now\nSELECT (NOW() AS ?now) { }")
    (own / "endless.rq").write_text(
        "#+ title@en: Endless\nSELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    )
    shutil.rmtree(settings.path(settings.folders.releases))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(graph, "_MANY", 0)
        assert build(settings).digest
    return settings


@pytest.fixture
def large(built: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A copy of it, to be changed at will."""
    monkeypatch.setattr(graph, "_MANY", 0)
    folder = tmp_path / "example"
    shutil.copytree(built.path(Path()), folder, symlinks=True)
    return changed(Settings.load(folder / "atmpgraph.toml"), queries={"timeout_seconds": 1.0})


def _release(settings: Settings) -> ReleaseFolder:
    return ReleaseFolder(ReleasesFolder(settings.path(settings.folders.releases)).current.resolve())


def _library(settings: Settings) -> dict[str, LibraryQuery]:
    return read_library(settings.layered("queries"), settings.languages)


def test_each_question_is_kept_in_the_first_language(large: Settings) -> None:
    folder, library, first = _release(large).answers, _library(large), large.languages[0]
    for name, query in library.items():
        file = answer_file(folder, query.in_language(first).file_text, FIRST_ROWS)
        there = read_answer(file) if file.exists() else None
        assert bool(there) == (name not in {"now", "endless", "members-graph", "without-quotation"}), name
        if there:
            rows = json.loads(there.body)["results"]["bindings"]
            assert (len(rows), there.is_cut) == (there.rows, False), name
    assert answer_file(folder, library["sources"].in_language(first).file_text, MOST_CHOICES).exists()


def test_a_page_is_the_same_with_and_without(large: Settings) -> None:
    app = create_app(large)

    def pages() -> list[str]:
        names = [name for name in _library(large) if name not in {"now", "endless"}]
        return [
            app.test_client().get(f"/queries/{name}?lang={large.languages[0]}", headers={"Accept": "text/html"}).text
            for name in names
        ]

    with_answers = pages()
    shutil.rmtree(_release(large).answers)
    assert with_answers == pages()


def test_a_page_asks_no_query_that_is_kept(large: Settings) -> None:
    """Only a query that runs has times; other rows are asked for."""
    client = create_app(large).test_client()

    def runs(url: str) -> bool:
        return "Server-Timing" in client.get(url, headers={"Accept": "text/html"}).headers

    assert not runs(f"/queries/sources?lang={large.languages[0]}")
    assert runs(f"/queries/sources?lang={large.languages[0]}&offset=1")
    assert runs(f"/queries/sources?lang={large.languages[0]}&limit=3")


def test_the_rows_of_a_page_are_those_of_the_whole_answer(large: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a release that keeps one row of each question, where the head of the question names the things of its rows."""
    monkeypatch.setattr(publish_answers, "FIRST_ROWS", 1)
    large = changed(large, build={"jobs": 1})  # another process has no patch
    shutil.rmtree(large.path(large.folders.releases))
    assert build(large).digest
    app, cut, texts = create_app(changed(large, queries={"timeout_seconds": 30.0})), set[str](), list[str]()
    listed = set[str]()
    run = query_client.run_query

    def noted(context: Context, query: Query, *arguments: Any, **named: Any) -> Result:
        texts.append(query.text)
        return run(context, query, *arguments, **named)

    monkeypatch.setattr(query_client, "run_query", noted)
    for name, query in _library(large).items():
        for language in large.languages if query.head.rows else ():
            local = query.in_language(language)
            for offset, most in ((0, 1), (1, 1), (1, 3), (2, 200)):
                with app.test_request_context(f"/queries/{name}?lang={language}&offset={offset}"):
                    context, asked = Context(publication(), "/", "", language), Query(local.file_text, offset=offset)
                    texts.clear()
                    first = first_rows(context, asked, most, local)
                    rows = _rows(first)
                    if rows and rows_file(_release(large).answers, _first(large, query)).exists():
                        listed.add(name)
                        assert local.file_text not in texts, (name, language, offset, "it asked for all rows")
                    whole = run(context, asked, RESULTS_JSON, rows=most)
                    assert rows == _rows(whole), (name, language, offset, most)
                    assert first.cut == whole.cut, (name, language, offset, most)
                    cut |= {name} if first.cut else set()
    assert len(cut) > 2, "questions with more rows than are kept"
    assert {"organisations", "workpackage-members"} <= listed


def _first(settings: Settings, query: LibraryQuery) -> str:
    return query.in_language(settings.languages[0]).file_text


def test_rows_that_their_things_do_not_give_are_asked_for_whole() -> None:
    window = Window(("a", "b"), ((("urn:1", None), 0), (("urn:1", None), 1)), is_cut=False)
    body = {"head": {"vars": ["a", "b"]}, "results": {"bindings": [{"a": {"type": "uri", "value": "urn:1"}}]}}
    assert window.things("a") == ["urn:1"]
    assert window.things("b") == window.things("c") == []
    assert window.of(json.dumps(body).encode()) is None
    body["results"] = {"bindings": 3 * [{"a": {"type": "uri", "value": "urn:1"}}]}
    assert len(json.loads(window.of(json.dumps(body).encode()) or b"")["results"]["bindings"]) == 2


def _rows(result: Result) -> object:
    return json.loads(b"".join(result.pieces))["results"]["bindings"]


def test_another_language_asks_for_the_things_of_the_first_alone(large: Settings) -> None:
    query = _library(large)["organisations"].in_language("nl")
    text = query.of_rows([f"{large.base}id/organisation/a", f"{large.base}id/organisation/b"]).file_text
    line = f"  VALUES ?organisation {{ <{large.base}id/organisation/a> <{large.base}id/organisation/b> }}"
    assert text.splitlines() == [
        line + each.partition("}")[2] if "# VALUES ?organisation" in each else each
        for each in query.file_text.splitlines()
    ]
    assert line in text


def test_a_query_whose_answer_is_damaged_is_asked(large: Settings) -> None:
    url, language = f"/queries/sources?lang={large.languages[0]}", large.languages[0]
    file = answer_file(_release(large).answers, _library(large)["sources"].in_language(language).file_text, FIRST_ROWS)
    client, whole = create_app(large).test_client(), file.read_bytes()
    page = client.get(url, headers={"Accept": "text/html"})
    assert "Server-Timing" not in page.headers
    for content in (whole[:-10], b"", b"no JSON\n", whole.replace(b"id/source", b"id/sauces")):
        file.unlink()
        file.write_bytes(content)
        response = client.get(url, headers={"Accept": "text/html"})
        assert (response.status_code, response.text) == (200, page.text)
        assert "Server-Timing" in response.headers


def test_a_damaged_answer_is_made_anew(large: Settings) -> None:
    text, release = _library(large)["sources"].in_language(large.languages[0]).file_text, _release(large)
    file = answer_file(release.answers, text, FIRST_ROWS)
    whole = file.read_bytes()
    file.unlink()
    file.write_bytes(whole[:-10])
    assert build(large).digest == release.path.name
    assert file.read_bytes() == whole


def test_a_small_release_keeps_none(started: Settings) -> None:
    assert not _release(started).answers.exists()


def test_an_answer_is_taken_over_if_no_statement_that_it_depends_on_changed(large: Settings) -> None:
    library, before = _library(large), _release(large).answers
    table = large.path(large.folders.data) / "figures.csv"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace(",15,", ",16,").replace("15 direct", "16 direct"), encoding="utf-8")
    assert text != table.read_text(encoding="utf-8")
    quotations = table.with_name("quotations.csv")
    quotations.write_text(quotations.read_text(encoding="utf-8").replace("15 direct", "16 direct"), encoding="utf-8")
    assert build(large).switched
    after = _release(large).answers

    def same(name: str) -> bool:
        files = (
            answer_file(each, library[name].in_language(large.languages[0]).file_text, FIRST_ROWS)
            for each in (before, after)
        )
        return len({file.stat().st_ino for file in files}) == 1

    assert same("workpackage-members")
    assert not same("direct-jobs")

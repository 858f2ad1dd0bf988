"""A large release keeps what the pages of the query library show first; they show the same with it and without."""

import csv
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from flask import Flask

from atmpgraph.formats import RESULTS_JSON
from atmpgraph.publish import answers as publish_answers
from atmpgraph.publish import graph
from atmpgraph.publish.build import build
from atmpgraph.publish.push import push
from atmpgraph.release.layout import ReleaseFolder, ReleasesFolder
from atmpgraph.release.listing import list_internal
from atmpgraph.release.manifest import read_manifest
from atmpgraph.settings import Settings
from atmpgraph.sparql.answers import (
    FIRST_ROWS,
    MOST_CHOICES,
    Window,
    answer_file,
    read_answer,
    read_rows,
    rows_file,
    unended_file,
    write_result,
)
from atmpgraph.sparql.library import LibraryQuery, read_library
from atmpgraph.sparql.protocol import Query
from atmpgraph.sparql.service import launcher
from atmpgraph.sparql.service.client import Result, submit
from atmpgraph.sparql.service.messages import QueryRequest
from atmpgraph.sparql.service.result_writers import Term, whole_result
from atmpgraph.store import EMBEDDED, StoreAddress
from atmpgraph.web import create_app
from atmpgraph.web.core import query_client
from atmpgraph.web.core.context import Context, publication
from atmpgraph.web.core.query_client import first_rows

from ..conftest import changed, edit
from ..long import in_turn, some
from ..sparql.jobs import LARGE as HUNGRY
from ..store.engines import Oxigraph, running, store_of


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
        "#+ title@en: Endless\nSELECT (COUNT(*) AS ?n) { ?a a ?b . ?c a ?d . ?e a ?f . ?g a ?h . ?i a ?j }"
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


def _served(settings: Settings) -> Flask:
    """Its site; a question may take as long as it takes on a busy machine."""
    return create_app(changed(settings, queries={"timeout_seconds": 30.0}))


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


@pytest.mark.parametrize(("name", "value"), [("_MODULE", "atmpgraph.none"), ("_LONGEST_ADDRESS", 1)])
def test_without_a_query_service_nothing_is_kept(
    name: str, value: object, large: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that ends at once, or that has no place for its socket: a build would wait for it for ever."""
    monkeypatch.setattr(launcher, name, value)
    address = StoreAddress(EMBEDDED.kind, str(_release(large).store), "")
    publish_answers.write_answers(large, address, large.base, tmp_path / "kept")
    assert [*(tmp_path / "kept").iterdir()] == []


def test_a_page_is_the_same_with_and_without(large: Settings) -> None:
    app = _served(large)

    def pages() -> list[str]:
        names = some((name for name in _library(large) if name not in {"now", "endless"}), 20)
        return [
            app.test_client().get(f"/queries/{name}?lang={large.languages[0]}", headers={"Accept": "text/html"}).text
            for name in names
        ]

    with_answers = pages()
    shutil.rmtree(_release(large).answers)
    assert with_answers == pages()


def test_a_page_asks_no_query_that_is_kept(large: Settings) -> None:
    """Only a query that runs has times; other rows are asked for."""
    client = _served(large).test_client()

    def runs(url: str) -> bool:
        return "Server-Timing" in client.get(url, headers={"Accept": "text/html"}).headers

    assert not runs(f"/queries/sources?lang={large.languages[0]}")
    assert runs(f"/queries/sources?lang={large.languages[0]}&offset=1")
    assert runs(f"/queries/sources?lang={large.languages[0]}&limit=3")


PARTS = ((0, 1), (1, 3), (2, 200))  # the offset and limit of some pages


def _built_small(settings: Settings) -> list[str]:
    """Build with one row for a page and two for a choice of values; the queries that were asked."""
    texts = list[str]()

    def noted(address: Path, request: QueryRequest, *arguments: Any) -> Result:
        texts.append(request.job.query)
        return submit(address, request, *arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(graph, "_MANY", 0)
        patch.setattr(publish_answers, "FIRST_ROWS", 1)
        patch.setattr(publish_answers, "MOST_CHOICES", 2)
        patch.setattr(publish_answers, "submit", noted)
        assert build(settings).switched
    return texts


@pytest.fixture(scope="module")
def small_build(_started: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, list[str]]:
    """A publication whose release keeps one row of each question, and which rows come after it where the head says how;
    and the queries that were asked for it.

    One question of its own has no such line, and the same rows as one that has.
    """
    folder = tmp_path_factory.mktemp("small pages") / "example"
    shutil.copytree(_started, folder, symlinks=True)
    settings = changed(Settings.load(folder / "atmpgraph.toml"), build={"jobs": 1})  # another process has no patch
    settings = changed(settings, queries={"timeout_seconds": 30.0})
    own = settings.path(settings.folders.queries)
    own.mkdir(exist_ok=True)
    text = (settings.layered("queries") / "organisations.rq").file.read_text(encoding="utf-8")
    (own / "plain.rq").write_text(text.replace("#+ rows: organisation\n", ""), encoding="utf-8")
    shutil.rmtree(settings.path(settings.folders.releases))
    return settings, _built_small(settings)


@pytest.fixture(scope="module")
def small_pages(small_build: tuple[Settings, list[str]]) -> Settings:
    """That publication."""
    return small_build[0]


@dataclass(frozen=True)
class Edited:
    """A publication with two releases of which each keeps one row of each question; a figure differs.

    Attributes:
        settings: of the publication.
        before: the answers of the first.
        content: of the files of these, before the second was made.
        after: the answers of the second.
        asked: the queries that were asked for it.
    """

    settings: Settings
    before: Path
    content: Mapping[Path, bytes]
    after: Path
    asked: Sequence[str]


@pytest.fixture(scope="module")
def edited(small_pages: Settings, tmp_path_factory: pytest.TempPathFactory) -> Edited:
    """A copy of that publication, with another number of jobs."""
    folder = tmp_path_factory.mktemp("edited") / "example"
    shutil.copytree(small_pages.path(Path()), folder, symlinks=True)
    settings = changed(Settings.load(folder / "atmpgraph.toml"), build={"jobs": 1}, queries={"timeout_seconds": 30.0})
    before = _release(settings).answers
    content = {file: file.read_bytes() for file in sorted(before.iterdir())}
    edit(settings, "figures.csv", ",15,", ",16,")
    edit(settings, "figures.csv", "15 direct", "16 direct")
    edit(settings, "quotations.csv", "15 direct", "16 direct")
    asked = _built_small(settings)
    return Edited(settings, before, content, _release(settings).answers, asked)


def _noted(patch: pytest.MonkeyPatch) -> list[str]:
    """The queries that run for pages from now on."""
    texts, run = list[str](), query_client.run_query

    def noted(context: Context, query: Query, *arguments: Any, **named: Any) -> Result:
        texts.append(query.text)
        return run(context, query, *arguments, **named)

    patch.setattr(query_client, "run_query", noted)
    return texts


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queries that ran for pages."""
    return _noted(monkeypatch)


def test_the_rows_of_a_page_are_those_of_the_whole_answer(small_pages: Settings, runs: list[str]) -> None:
    app, cut, listed = create_app(small_pages), set[str](), set[str]()
    first_language, *others = small_pages.languages
    for number, (name, query) in enumerate(_library(small_pages).items()):
        for language in (first_language, *in_turn(others, number)) if query.head.rows else ():
            local = query.in_language(language)
            for offset, most in PARTS[:2] if language == first_language else PARTS:
                with app.test_request_context(f"/queries/{name}?lang={language}&offset={offset}"):
                    context, asked = Context(publication(), "/", "", language), Query(local.file_text, offset=offset)
                    runs.clear()
                    first = first_rows(context, asked, most, local)
                    rows = _rows(first)
                    if rows and rows_file(_release(small_pages).answers, _first(small_pages, query)).exists():
                        listed.add(name)
                        assert local.file_text not in runs, (name, language, offset, "it asked for all rows")
                    whole = query_client.run_query(context, asked, RESULTS_JSON, rows=most)
                    assert rows == _rows(whole), (name, language, offset, most)
                    assert first.cut == whole.cut, (name, language, offset, most)
                    cut |= {name} if first.cut else set()
    assert len(cut) > 2, "questions with more rows than are kept"
    assert {"organisations", "workpackage-members"} <= listed


def _answers(settings: Settings) -> dict[str, tuple[int, str, bytes]]:
    """What people and programs get of the questions, in the first language and others, with some offsets and limits."""
    client, got = create_app(settings).test_client(), dict[str, tuple[int, str, bytes]]()
    first_language, *others = settings.languages
    for number, name in enumerate(("organisations", "plain", "grants", "money", "since")):
        for place, suffix in enumerate((".csv", ".json", ""), number):
            for language in (first_language, *in_turn(others, place)):
                for offset, most in PARTS[:2] if not suffix else PARTS[1:2]:
                    url = f"/queries/{name}{suffix}?lang={language}&offset={offset}&limit={most}"
                    response = client.get(url, headers={"Accept": "*/*" if suffix else "text/html"})
                    cut = response.headers.get("Atmpgraph-Truncated", "")
                    got[url] = (response.status_code, cut, response.data)
    assert {status for status, *_ in got.values()} == {200}
    return got


@pytest.fixture(scope="module")
def kept(small_pages: Settings) -> tuple[dict[str, tuple[int, str, bytes]], int]:
    """What is got of the release that keeps one row of each, and how many queries ran for it.

    Some run once in a process, for any release with the same statements.
    """
    _answers(small_pages)
    with pytest.MonkeyPatch.context() as patch:
        ran = _noted(patch)
        return _answers(small_pages), len(ran)


@pytest.mark.parametrize("release", ["of an earlier version", "that keeps no answer"])
def test_pages_and_downloads_are_those_of_a_release(
    small_pages: Settings,
    kept: tuple[dict[str, tuple[int, str, bytes]], int],
    tmp_path: Path,
    runs: list[str],
    release: str,
) -> None:
    """One of an earlier version keeps first rows, and does not say which rows come after them."""
    folder = tmp_path / "example"
    shutil.copytree(small_pages.path(Path()), folder, symlinks=True)
    settings = changed(Settings.load(folder / "atmpgraph.toml"), queries={"timeout_seconds": 30.0})
    left = {".rows"} if release == "of an earlier version" else {".rows", ".json"}
    _without(_release(settings), left)
    assert _answers(settings) == kept[0]
    assert runs
    assert any("VALUES ?organisation { <" in text for text in runs) == (left == {".rows"}), (
        "other languages, first page"
    )
    assert kept[1] <= len(runs)


def test_a_store_elsewhere_gives_the_same(
    small_pages: Settings, kept: tuple[dict[str, tuple[int, str, bytes]], int], tmp_path: Path, runs: list[str]
) -> None:
    folder = tmp_path / "example"
    shutil.copytree(small_pages.path(Path()), folder, symlinks=True)
    engine = Oxigraph(tmp_path / "engine")
    with running(engine):
        there = changed(Settings.load(folder / "atmpgraph.toml"), store=store_of(engine))
        there = changed(there, queries={"timeout_seconds": 30.0})
        push(there)
        assert _answers(there) == kept[0]
    assert any("VALUES ?organisation { <" in text for text in runs)


def test_each_question_is_asked_once(small_build: tuple[Settings, list[str]], edited: Edited) -> None:
    """Its first rows, for a page and for a choice of values, and the IRIs of all are kept from one run."""
    settings, texts = small_build
    assert len(texts) == len(set(texts))
    folder, library = _release(settings).answers, _library(settings)
    page, choices = (read_answer(answer_file(folder, _first(settings, library["sources"]), most)) for most in (1, 2))
    assert [
        (each.rows, each.is_cut, len(json.loads(each.body)["results"]["bindings"])) for each in (page, choices)
    ] == [
        (1, True, 1),
        (2, True, 2),
    ]
    assert sorted(folder.glob("*.rows"))

    rows = [rows_file(each, _first(settings, library["workpackage-members"])) for each in (edited.before, edited.after)]
    assert len({file.stat().st_ino for file in rows}) == 1
    assert _first(settings, library["workpackage-members"]) not in edited.asked
    assert _first(settings, library["quotations"]) in edited.asked
    now = {file: file.read_bytes() for file in sorted(edited.before.iterdir())}
    assert now == edited.content, "a release is immutable"


def test_of_an_answer_in_the_same_order_only_other_rows_are_asked_for(small_pages: Settings, tmp_path: Path) -> None:
    """A name is none of what orders organisations; the first of them has another."""
    shutil.copytree(small_pages.path(Path()), tmp_path / "example", symlinks=True)
    settings = changed(Settings.load(tmp_path / "example" / "atmpgraph.toml"), build={"jobs": 1})
    settings = changed(settings, queries={"timeout_seconds": 30.0})
    table = settings.path(settings.folders.data) / "organisations.csv"
    rows = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
    name = min(rows, key=lambda row: row["slug"])["name_en"]
    before, question = _release(settings).answers, _first(settings, _library(settings)["organisations"])
    edit(settings, "organisations.csv", name, f"{name} bis")
    asked, after = _built_small(settings), _release(settings).answers
    assert asked
    assert question not in asked
    assert read_answer(answer_file(after, question, 1)).body.decode().count(f"{name} bis") == 1
    assert read_answer(answer_file(before, question, 1)).body.decode().count(f"{name} bis") == 0
    assert rows_file(after, question).samefile(rows_file(before, question))


def test_a_result_is_kept_as_it_is_written(tmp_path: Path) -> None:
    """The first rows are the bytes that the service would send for so many; a result that breaks off keeps no rows."""
    a, b = ox.NamedNode("urn:a"), ox.Literal("],\n}]}},", language="ar", direction=ox.BaseDirection.RTL)
    rows: list[list[Term | None]] = [[a, b], [None, b], [a, None], [None, None], [a, ox.Literal("1")]]
    whole = "".join(whole_result(["x", "y"], rows, "json")).encode()
    pieces = [whole[place : place + 7] for place in range(0, len(whole), 7)]
    write_result(tmp_path, "q", (2, 4, 9), pieces, is_cut=False, keys=True)
    for most in (2, 4, 9):
        answer = read_answer(answer_file(tmp_path, "q", most))
        assert answer.body == "".join(whole_result(["x", "y"], rows[:most], "json")).encode()
        assert (answer.rows, answer.is_cut) == (min(most, 5), most < 5)
    assert list(read_rows(rows_file(tmp_path, "q"), 0, 9).keys) == [
        (("urn:a", None), 0),
        ((None, None), 0),
        (("urn:a", None), 1),
        ((None, None), 1),
        (("urn:a", None), 2),
    ]
    write_result(tmp_path, "long", (2,), pieces, is_cut=True, keys=True)
    assert read_rows(rows_file(tmp_path, "long"), 3, 2).is_cut
    with pytest.raises(ValueError, match="rows that are not in the file"):
        read_rows(rows_file(tmp_path, "long"), 4, 2)
    write_result(tmp_path, "none", (2,), ["".join(whole_result(["x"], [], "json")).encode()], is_cut=False, keys=True)
    assert read_answer(answer_file(tmp_path, "none", 2)).body == "".join(whole_result(["x"], [], "json")).encode()
    assert not rows_file(tmp_path, "none").exists()

    def broken() -> Iterator[bytes]:
        yield from pieces[:-3]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        write_result(tmp_path, "broken", (2,), broken(), is_cut=False, keys=True)
    assert not rows_file(tmp_path, "broken").exists()


def _without(release: ReleaseFolder, suffixes: set[str]) -> None:
    """A release without some of its answers, as if it had been made so."""
    for file in release.answers.iterdir():
        if file.suffix in suffixes:
            file.unlink()
    list_internal(release, read_manifest(release.manifest))


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
    text = query.of_rows({"organisation": [f"{large.base}id/organisation/{name}" for name in "ab"]}).file_text
    line = f"VALUES ?organisation {{ <{large.base}id/organisation/a> <{large.base}id/organisation/b> }}"
    assert text.splitlines() == [
        each.partition("#")[0] + line + each.partition("}")[2] if "# VALUES ?organisation" in each else each
        for each in query.file_text.splitlines()
    ]
    assert line in text


def test_a_query_whose_answer_is_damaged_is_asked(large: Settings) -> None:
    url, language = f"/queries/sources?lang={large.languages[0]}", large.languages[0]
    file = answer_file(_release(large).answers, _library(large)["sources"].in_language(language).file_text, FIRST_ROWS)
    client, whole = _served(large).test_client(), file.read_bytes()
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


def test_an_answer_is_taken_over_if_no_statement_that_it_depends_on_changed(edited: Edited) -> None:
    library = _library(edited.settings)

    def same(name: str) -> bool:
        files = (answer_file(each, _first(edited.settings, library[name]), 1) for each in (edited.before, edited.after))
        return len({file.stat().st_ino for file in files}) == 1

    assert same("workpackage-members")
    assert not same("direct-jobs")


def test_a_query_that_did_not_end_is_tried_again_only_with_other_statements_or_more_time(
    large: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, noted = _first(large, _library(large)["endless"]), [*_release(large).answers.glob("*.unended")]
    assert [(each.name, each.stat().st_size) for each in noted] == [
        (unended_file(Path(), text, 1.0, large.queries.memory_bytes).name, 0)
    ]
    ask, asked = publish_answers._ask, set[str]()

    def noting(wanted: Sequence[Any], *others: Any) -> None:
        asked.update(each.text for each in wanted)
        ask(wanted, *others)

    def is_asked_after(table: str, old: str, new: str, seconds: float = 1.0) -> bool:
        file = large.path(large.folders.data) / table
        content = file.read_text(encoding="utf-8")
        file.write_text(content.replace(old, new, 1), encoding="utf-8")
        assert content != file.read_text(encoding="utf-8")
        asked.clear()
        assert build(changed(large, build={"jobs": 1}, queries={"timeout_seconds": seconds})).switched
        return text in asked

    monkeypatch.setattr(publish_answers, "_ask", noting)  # one job, for another process has no patch
    assert not is_asked_after("workpackages.csv", "WP1", "WP7")
    assert (_release(large).answers / noted[0].name).stat().st_ino == noted[0].stat().st_ino
    assert is_asked_after("workpackages.csv", "WP7", "WP8", seconds=2.0)
    assert is_asked_after(
        "organisations.csv",
        "example-company",
        "another-company,,,,Another,company,,,announcement,\nexample-company",
        2.0,
    )


def test_a_query_that_needs_too_much_memory_is_noted_as_one_that_does_not_end(
    started: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """What an allocator says of it is no sentence of a build."""
    settings = changed(started, queries={"memory_bytes": 1 << 28}, build={"jobs": 1})
    own = settings.path(settings.folders.queries)
    own.mkdir(exist_ok=True)
    (own / "hungry.rq").write_text(f"#+ title@en: Hungry\n{HUNGRY}")
    shutil.rmtree(settings.path(settings.folders.releases))
    monkeypatch.setattr(graph, "_MANY", 0)
    assert build(settings).digest
    text = _first(settings, _library(settings)["hungry"])
    assert unended_file(_release(settings).answers, text, 20.0, 1 << 28).exists()
    assert "alloc" not in capfd.readouterr().err

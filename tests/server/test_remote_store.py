"""The whole server over a store elsewhere: which status each fault has, what goes on, and that all recovers by itself."""

import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pytest

from atmpgraph.release.layout import ReleasesFolder
from atmpgraph.release.release import Release
from atmpgraph.settings import Settings
from atmpgraph.web import create_app

from ..conftest import changed
from ..http.conformance.targets import Answer, OverSocket, serving
from ..long import some
from ..sparql.jobs import SLOW
from ..sparql.processes import PATIENCE, until
from ..store.engines import Oxigraph, variables
from ..store.spoiler import Spoiler
from .conftest import pushed_through
from .running_server import command, descendants

SECRET: Final = "pa55-w0rd-of-the-store"
PAGE: Final = {"Accept": "text/html", "Accept-Language": "en"}
TURTLE: Final = {"Accept": "text/turtle"}
READY: Final = "/health/ready"


@pytest.fixture(scope="module")
def pushed(
    released: Settings, engine: Oxigraph, spoiler: Spoiler, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """The publication, whose release is in a slot, requested through the spoiler."""
    return pushed_through(released, engine, spoiler, tmp_path_factory.mktemp("pushed"))


@dataclass(frozen=True)
class Running:
    """A server, its log, and things that it has pages of."""

    target: OverSocket
    log: Path
    things: list[str]
    dump: str
    releases: Path

    def query(self, text: str) -> Answer:
        """The answer to a query."""
        return self.target.ask(f"/sparql?query={quote(text)}")

    def new_query(self) -> Answer:
        """The answer to a query that was not asked before."""
        return self.query(f"SELECT ?s {{ ?s ?p ?o }} LIMIT 3 #{time.monotonic_ns()}")

    def new_page(self) -> Answer:
        """A page that was not asked for before."""
        return self.target.ask(f"/doc/{self.things.pop()}", fields=PAGE)


@contextmanager
def served(settings: Settings, release: Release, folder: Path, **others: str) -> Iterator[Running]:
    """The production server, impatient."""
    folder.mkdir(exist_ok=True)
    environment = {
        **variables(settings),
        "ATMPGRAPH_STORE_TIMEOUT_SECONDS": "3",
        "ATMPGRAPH_STORE_CONNECT_TIMEOUT_SECONDS": "60",
        "ATMPGRAPH_STORE_RETRY_SECONDS": "0.2",
        "ATMPGRAPH_STORE_CHECK_SECONDS": "0.2",
        "ATMPGRAPH_QUERIES_TIMEOUT_SECONDS": "6",
        "ATMPGRAPH_QUERIES_RUNNING_SECONDS_PER_MINUTE": "10000",
        **others,
    }
    start = f"{release.base}id/"
    rows = release.store.select(
        f"SELECT DISTINCT ?s {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), '{start}') && !CONTAINS(STR(?s), '/graph/')) }}"
    )
    things = sorted(row["s"].value.removeprefix(start) for row in rows)
    with serving(settings, folder, 0, **environment) as target:
        releases = settings.path(settings.folders.releases)
        yield Running(target, folder / "log", things, f"/dumps/{release.digest}/data.nq", releases)


@pytest.fixture(scope="module")
def site(pushed: Settings, release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The server over the spoiler, with credentials."""
    folder = tmp_path_factory.mktemp("site")
    with served(pushed, release, folder, ATMPGRAPH_STORE_TOKEN=SECRET) as running_site:
        yield running_site


@pytest.fixture(autouse=True)
def _unspoilt(spoiler: Spoiler) -> Iterator[None]:
    """Each test begins and ends with an engine that answers."""
    spoiler.mode = ""
    yield
    spoiler.mode = ""
    spoiler.released.set()
    spoiler.released.clear()


STATUSES: Final = {
    "garbage": 502,
    "html": 502,
    "redirect": 502,
    "denied": 502,
    "forbidden": 502,
    "failed": 502,
    "half, framed": 502,
    "over its rows": 502,
    "half": 503,
    "closed": 503,
    "overloaded": 503,
    "another release": 503,
    "gateway": 504,
    "slow": 504,
    "dripping": 504,
}


@pytest.mark.parametrize("mode", some(STATUSES, 8))
def test_each_fault_has_its_status_and_the_rest_goes_on(site: Running, spoiler: Spoiler, mode: str) -> None:
    hot = f"/doc/{site.things[0]}"
    before = site.target.ask(hot, fields=PAGE)
    assert (before.status, site.target.ask(READY).status, site.new_page().status) == (200, 200, 200)
    begin, spoiler.mode = time.monotonic(), mode
    time.sleep(0.3)  # the engine is asked again which release it holds
    answers = [site.new_query(), site.target.ask(READY), site.new_page()]
    assert {answer.status for answer in answers} == {STATUSES[mode]}
    for answer in answers:
        assert "store" in answer.body.decode() or "limit" in answer.body.decode()
        assert answer.field("Retry-After")
        assert answer.field("Cache-Control") == "no-store"
    assert time.monotonic() - begin < PATIENCE / 2
    during = site.target.ask(hot, fields=PAGE)
    assert (during.status, during.field("ETag"), during.body) == (200, before.field("ETag"), before.body)
    assert site.target.ask("/health/live").status == 200
    documents = [site.target.ask(f"/doc/{thing}", fields=TURTLE) for thing in site.things[:5]]
    assert not [document for document in documents if document.status != 200]
    assert site.target.ask(site.dump).status == 200
    spoiler.mode = ""
    spoiler.released.set()
    assert until(lambda: site.target.ask(READY).status == 200)
    spoiler.released.clear()
    assert until(lambda: site.new_query().status == 200)  # the workers try again after a moment
    assert site.new_page().status == 200


def test_an_engine_that_goes_away_in_the_middle_of_a_query(
    pushed: Settings, engine: Oxigraph, release: Release, site: Running
) -> None:
    answers: list[Answer] = []
    asking = threading.Thread(target=lambda: answers.append(site.query(SLOW)))
    asking.start()
    time.sleep(0.7)
    engine.end()
    asking.join()
    assert answers[0].status == 503
    assert (site.new_query().status, site.target.ask(READY).status) == (503, 503)
    engine.start()
    assert until(lambda: site.target.ask(READY).status == 200)
    assert until(lambda: site.new_query().status == 200)


def test_a_query_that_takes_too_long_is_dropped(site: Running, engine: Oxigraph) -> None:
    begin = time.monotonic()
    assert site.query(SLOW + " #").status == 504
    assert time.monotonic() - begin < PATIENCE / 2
    assert site.new_query().status == 200


def test_no_slot_holds_the_release(pushed: Settings, release: Release, tmp_path: Path) -> None:
    there = tmp_path / "releases"
    shutil.copytree(pushed.path(pushed.folders.releases), there, symlinks=True)
    settings = changed(pushed, folders={"releases": there})
    record = ReleasesFolder(there).slots.held(release.digest)
    with served(settings, release, tmp_path / "site") as site:
        hot = f"/doc/{site.things[0]}"
        assert {site.target.ask(hot, fields=PAGE).status, site.target.ask(READY).status, site.new_query().status} == {
            200
        }
        aside = record.rename(tmp_path / record.name)
        assert {site.new_query().status, site.new_page().status, site.target.ask(READY).status} == {503}
        assert site.target.ask(hot, fields=TURTLE).status == 200
        aside.rename(record)
        assert {site.target.ask(hot, fields=PAGE).status, site.target.ask(READY).status, site.new_query().status} == {
            200
        }


def test_users_see_the_release_and_nothing_else(site: Running, spoiler: Spoiler) -> None:
    spoiler.requests.clear()
    statuses = {
        text: site.query(text).status
        for text in (
            "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
            "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
            "SELECT * FROM <urn:x-atmpgraph:union> { ?s ?p ?o }",
            "SELECT * { GRAPH <urn:x-atmpgraph:release> { ?s ?p ?o } }",
            "INSERT DATA { <http://e/a> <http://e/b> 1 }",
            "LOAD <file:///etc/passwd>",
            "SELECT (<bif:file_to_string>('/etc/passwd') AS ?x) {}",
        )
    }
    assert set(statuses.values()) == {400, 403}
    asked = site.target.ask(f"/sparql?query={quote('SELECT * { ?s ?p ?o }')}&default-graph-uri=urn:x-atmpgraph:release")
    assert asked.status == 400
    assert site.target.ask("/sparql", "POST", {"Content-Type": "application/sparql-update"}, b"DROP ALL").status == 403
    queries = [body for _, _, body in spoiler.requests if b"x-atmpgraph%3Adigest" not in body]
    assert not queries


def test_credentials_are_shown_nowhere(site: Running, spoiler: Spoiler) -> None:
    """After all that happened above."""
    assert all(fields["Authorization"] == f"Bearer {SECRET}" for _, fields, _ in spoiler.requests)
    shown = [site.target.ask(path).body for path in ("/metrics", "/sparql", READY, "/openapi.json", "/")]
    spoiler.mode = "denied"
    shown += [site.new_query().body, site.new_page().body, site.target.ask(READY).body]
    shown.append(site.log.read_bytes())
    mine = descendants(os.getpid())
    everyone = mine | {child for process in mine for child in descendants(process)}
    everyone |= {child for process in everyone for child in descendants(process)}
    shown += [command(process).encode() for process in everyone]
    releases = Path(str(site.releases))
    shown += [file.read_bytes() for file in releases.rglob("*.json")]
    assert len(everyone) > 3
    assert "store.failed" in site.log.read_text(encoding="utf-8")
    assert not [text for text in shown if SECRET.encode() in text]


def test_an_etag_names_release_engine_and_features(pushed: Settings) -> None:
    def tag(**store: Any) -> str:
        client = create_app(changed(pushed, store=store)).test_client()
        return client.get("/sparql?query=ASK%20{}", headers={"Accept": "application/sparql-results+json"}).headers[
            "ETag"
        ]

    tags = [tag(), tag(functions=("http://e/f",)), tag(parameters=("timeout={milliseconds}",))]
    assert len(set(tags)) == 3
    assert tag() == tags[0]
    embedded = create_app(changed(pushed, store={"endpoint": "", "graph_store": "", "slots": ()})).test_client()
    assert embedded.get("/sparql?query=ASK%20{}").headers["ETag"] not in tags

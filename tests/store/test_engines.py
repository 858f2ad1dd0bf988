"""The whole site over engines of others: every page and every result byte for byte as over the embedded store."""

import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from atmpgraph.errors import QueryError, ReleaseError
from atmpgraph.formats import RDF_FORMATS, RESULT_FORMATS
from atmpgraph.publish.push import push
from atmpgraph.release.release import Release, open_release
from atmpgraph.settings import Settings
from atmpgraph.sparql.service.evaluate import evaluate
from atmpgraph.sparql.syntax.query_form import form
from atmpgraph.store import EMBEDDED, REMOTE, Results, Store, StoreAddress, remote_settings
from atmpgraph.store.embedded import MemoryStore
from atmpgraph.store.remote import RemoteStore
from atmpgraph.web import create_app

from ..conftest import ROOT, changed
from ..sparql.jobs import job
from .engines import Engine, Oxigraph, Virtuoso, store_of

BROWSER: Final = {"Accept": "text/html, */*;q=0.1", "Accept-Language": "nl"}
TURTLE: Final = {"Accept": "text/turtle, */*;q=0.1"}
PROFILES: Final = (
    "organisation/ulb?_profile=schema",
    "organisation/ulb?_profile=eurio",
    "organisation/ulb?_profile=alt",
    "dataset/partnership?_profile=croissant",
    "dataset/partnership?_profile=datacite",
)
THINGS: Final = (
    "organisation/ulb",
    "workpackage/exofasttrack",
    "figure/new-direct-jobs",
    "source/press-release-2024-01-17",
)
PAGES: Final = (
    *("/", "/catalogue", "/quality", "/data", "/stream", "/releases/", "/releases/current", "/queries/", "/sparql"),
    *("/ns/atmpgraph", "/ns/shapes", "/auth/value-chain-stage", "/problems/"),
    *("/.well-known/void", "/.well-known/api-catalog", "/sitemap.xml", "/openapi.json", "/health/ready"),
    *("/terms/{digest}.json", "/releases/{digest}", "/releases/{digest}/changes", "/timemap/doc/organisation/ulb"),
    *("/doc/catalogue", "/doc/dataset/figures", "/doc/graph/ror", "/doc/partnership/pit-atmp", "/doc/none"),
    *(f"/doc/{thing}" for thing in THINGS),
    *(f"/doc/{profile}" for profile in PROFILES),
)


@pytest.fixture(scope="module")
def pushed(released: Settings, engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The publication, whose release is in that slot."""
    releases = tmp_path_factory.mktemp("pushed") / "releases"
    shutil.copytree(released.path(released.folders.releases), releases, symlinks=True)
    functions = EMBEDDED.features(StoreAddress(EMBEDDED.kind, "", "")).extension_functions
    store = {**store_of(engine), "functions": functions}
    settings = changed(released, folders={"releases": releases}, store=store)
    push(settings)
    return settings


@pytest.fixture(scope="module")
def elsewhere(pushed: Settings) -> Release:
    """The release, in the slot."""
    return open_release(pushed.path(pushed.folders.releases), "current", pushed.base, remote_settings(pushed))


def test_a_release_is_proven_elsewhere(elsewhere: Release, engine: Engine) -> None:
    address = elsewhere.store_address
    if isinstance(engine, Virtuoso):  # it changes literals, which the record of the push tells
        with pytest.raises(ReleaseError):
            REMOTE.verify(address)
    else:
        REMOTE.verify(address)
    with pytest.raises(ReleaseError):
        REMOTE.verify(replace(address, digest="0" * 64))


def answers(settings: Settings, release: Release) -> list[tuple[str, int, bytes]]:
    """The status and body of each page, for people and as Turtle."""
    client: FlaskClient = create_app(settings).test_client()
    paths = [path.format(digest=release.digest) for path in PAGES]
    responses = [(path, client.get(path, headers=fields)) for path in paths for fields in (BROWSER, TURTLE)]
    return [(path, response.status_code, response.data) for path, response in responses]


def test_pages_are_the_same_to_the_byte(
    released: Settings, release: Release, pushed: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each query of theirs goes to the store that the address names, and to no other.

    The releases are a copy: what the process has cached of one is not cached of another.
    """
    copy = tmp_path / "here"
    shutil.copytree(released.path(released.folders.releases), copy, symlinks=True)
    sent: list[tuple[type[Store], str]] = []

    def counted(store: type[Store]) -> Callable[..., Results]:
        query = store.query

        def run(self: Store, text: str, **dataset: Any) -> Results:
            # The store of the catalogue is a file of the release, and that of its releases in memory, whatever that of the data.
            in_catalogue = Path(str(getattr(self, "_path", ""))).name == release.description.catalogue_store.name
            if not in_catalogue and not isinstance(self, MemoryStore):
                sent.append((store, text))
            return query(self, text, **dataset)

        return run

    local = type(EMBEDDED.open(release.store_address, release.base))
    for store in (local, RemoteStore):
        monkeypatch.setattr(store, "query", counted(store))
    here = answers(changed(released, folders={"releases": copy}), release)
    queries, sent = sent, []
    there = answers(pushed, release)
    assert [path for path, status, _ in here if status >= 400] == ["/doc/none", "/doc/none"]
    for ours, theirs in zip(here, there, strict=True):
        assert ours == theirs
    assert len(queries) > 50
    assert {store for store, _ in queries} == {local}
    assert Counter(store for store, _ in sent) == {RemoteStore: len(sent)}
    assert [text for _, text in sent] == [text for _, text in queries if text != "ASK {}"]  # health asks otherwise


QUERIES: Final = (
    (
        "SELECT ?s ?o { ?s <http://www.w3.org/2004/02/skos/core#prefLabel> ?o } ORDER BY ?s LANG(?o) STR(?o) LIMIT 50",
        RESULT_FORMATS,
    ),
    ("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g", RESULT_FORMATS),
    ("SELECT ?g ?n { GRAPH ?g { SELECT (COUNT(*) AS ?n) { ?s a ?o } } FILTER(?n > 0) } ORDER BY ?g", RESULT_FORMATS),
    ("ASK { <id/organisation/ulb> ?p ?o }", RESULT_FORMATS),
    ("CONSTRUCT { ?s a ?o } WHERE { ?s a ?o }", RDF_FORMATS),
    ("DESCRIBE <id/workpackage/exofasttrack>", RDF_FORMATS),
    ("DESCRIBE <id/organisation/ulb> FROM <id/graph/ror>", RDF_FORMATS),
    (
        "DESCRIBE ?s <id/organisation/ulb> WHERE { ?s a <https://w3id.org/atmpgraph/ns#Partnership> } LIMIT 3",
        RDF_FORMATS,
    ),
    (
        "PREFIX atmpgraph: <https://w3id.org/atmpgraph/ns#> DESCRIBE * { ?s a atmpgraph:Partnership ; ?p ?o FILTER(isIRI(?o)) }",
        RDF_FORMATS,
    ),
    ("DESCRIBE <id/none>", RDF_FORMATS),
)


@pytest.mark.parametrize(("query", "formats"), QUERIES, ids=lambda value: value[:8] if isinstance(value, str) else "")
def test_results_are_the_same_to_the_byte(query: str, formats: Any, release: Release, elsewhere: Release) -> None:
    for fmt in formats:
        bodies = []
        for store in (release.store, elsewhere.store):
            pieces: list[bytes] = []
            outcome = evaluate(store, job(release, query, format=fmt.suffix), pieces.append)
            bodies.append((outcome, b"".join(pieces)))
        assert bodies[0] == bodies[1]
        assert bodies[0][0].rows or "none" in query


LIBRARY: Final = sorted(file.stem for file in (ROOT / "queries").glob("*.rq"))
# Datatypes whose literals an engine writes in another way (docs/remote-store.md).
CHANGED: Final = {Oxigraph: set[str](), Virtuoso: {"boolean", "duration"}}


@pytest.mark.parametrize("name", LIBRARY)
def test_the_library_has_the_same_answers(name: str, release: Release, elsewhere: Release, engine: Engine) -> None:
    text = (ROOT / "queries" / f"{name}.rq").read_text(encoding="utf-8")
    fmt = "nt" if is_graph(text) else "json"
    bodies = []
    for store in (release.store, elsewhere.store):
        pieces: list[bytes] = []
        evaluate(store, job(release, f"BASE <{release.base}>\n{text}", format=fmt), pieces.append)
        bodies.append(sorted(b"".join(pieces).replace(b"},{", b"}\n{").splitlines()))
    assert bodies[0] == bodies[1]


def is_graph(text: str) -> bool:
    """Whether a query has a graph for its result."""
    return form(text) in {"CONSTRUCT", "DESCRIBE"}


def test_a_remote_store_answers_what_the_interface_has(release: Release, elsewhere: Release, engine: Engine) -> None:
    remote_store = elsewhere.store
    assert remote_store.graphs() == release.store.graphs()
    differing = set(remote_store.quads()) - set(release.store.quads())
    changed = {
        quad.object.datatype.value.rpartition("#")[2] for quad in differing if isinstance(quad.object, ox.Literal)
    }
    assert changed == CHANGED[type(engine)]
    iris = [f"{release.base}id/organisation/{name}" for name in ("ulb", "uclouvain")]
    assert list(remote_store.labels(iris)) == list(release.store.labels(iris)) != []
    with pytest.raises(QueryError, match="1:"):
        remote_store.query("SELEC")

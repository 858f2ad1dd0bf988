"""The interface suffices for a store elsewhere: a backend over Oxigraph's server, and every page byte for byte the same."""

import hashlib
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from atmpgraph.errors import QueryError, ReleaseError
from atmpgraph.formats import RDF_FORMATS, RESULT_FORMATS
from atmpgraph.release.release import Release
from atmpgraph.settings import Settings
from atmpgraph.sparql.service.evaluate import evaluate
from atmpgraph.store import BACKENDS, EMBEDDED, Results, Store, StoreAddress
from atmpgraph.store.base import prove
from atmpgraph.store.embedded import MemoryStore
from atmpgraph.web import create_app

from ..clients.tools import tool
from ..conftest import changed
from ..http.conformance.targets import OverSocket, free_port, running, wait_for
from ..sparql.jobs import job

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
    *("/ns/atmp", "/ns/shapes", "/auth/value-chain-stage", "/problems/"),
    *("/.well-known/void", "/.well-known/api-catalog", "/sitemap.xml", "/openapi.json", "/health/ready"),
    *("/terms/{digest}.json", "/releases/{digest}", "/releases/{digest}/changes", "/timemap/doc/organisation/ulb"),
    *("/doc/catalogue", "/doc/dataset/figures", "/doc/graph/ror", "/doc/partnership/pit-atmp", "/doc/none"),
    *(f"/doc/{thing}" for thing in THINGS),
    *(f"/doc/{profile}" for profile in PROFILES),
)


@dataclass(frozen=True)
class RemoteStore(Store):
    """A store behind a SPARQL endpoint."""

    endpoint: str

    def query(
        self,
        text: str,
        *,
        default_graphs: Iterable[str] | None = None,
        named_graphs: Iterable[str] | None = None,
    ) -> Results:
        """Send a query by the SPARQL 1.1 Protocol."""
        dataset = {"default-graph-uri": list(default_graphs or ()), "named-graph-uri": list(named_graphs or ())}
        accept = "application/sparql-results+json, application/n-triples"
        fields = {"Content-Type": "application/sparql-query", "Accept": accept}
        url = f"{self.endpoint}?{urlencode(dataset, doseq=True)}"
        request = urllib.request.Request(url, f"BASE <{self.base}> {text}".encode(), fields)
        try:
            with urllib.request.urlopen(request) as response:
                body, kind = response.read(), response.headers["Content-Type"]
        except urllib.error.HTTPError as error:
            raise QueryError(error.read().decode()) from None
        if kind.startswith("application/sparql-results+json"):
            return ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
        received = ox.Store()
        received.load(body, format=ox.RdfFormat.N_TRIPLES)
        return received.query("CONSTRUCT WHERE { ?s ?p ?o }")


@dataclass(frozen=True)
class Remote:
    """Stores that Oxigraph serves read-only, as long as the stack lasts."""

    log: Path
    servers: ExitStack = field(default_factory=ExitStack)
    kind = "remote"
    features = EMBEDDED.features

    def descriptors(self, _: StoreAddress) -> int:
        """One socket."""
        return 1

    def load(self, canonical: Path, folder: Path, digest: str) -> StoreAddress:
        """Load the store and serve it."""
        return self.serve(EMBEDDED.load(canonical, folder, digest))

    def serve(self, address: StoreAddress) -> StoreAddress:
        """Serve a store that is loaded already."""
        port = free_port()
        command = [tool("oxigraph"), "serve-read-only", "--location", address.location, "--bind", f"127.0.0.1:{port}"]
        self.servers.enter_context(running(command, self.log))
        wait_for(OverSocket("oxigraph", port), "/")
        return StoreAddress(self.kind, f"http://127.0.0.1:{port}/query", address.digest)

    def verify(self, address: StoreAddress) -> None:
        """Read the store back."""
        prove(self.open(address, "urn:none"), address.digest)

    def open(self, address: StoreAddress, base: str) -> Store:
        """Nothing is opened before the first query."""
        return RemoteStore(base, address.location)


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    """The backend, as if it stood in `BACKENDS`."""
    backend = Remote(tmp_path_factory.mktemp("oxigraph") / "log")
    with backend.servers, pytest.MonkeyPatch.context() as patch:
        patch.setitem(BACKENDS, backend.kind, backend)
        yield backend


@pytest.fixture(scope="module")
def address(remote: Remote, release: Release) -> StoreAddress:
    """Where the store of the release is served."""
    return remote.serve(release.store_address)


@pytest.fixture(scope="module")
def remote_store(remote: Remote, address: StoreAddress, release: Release) -> Store:
    """The store of the release, elsewhere."""
    return remote.open(address, release.base)


def test_a_remote_store_is_loaded_and_verified(remote: Remote, tmp_path: Path) -> None:
    canonical = tmp_path / "data.nq"
    canonical.write_text('<http://e/s> <http://e/p> "o" <http://e/g> .\n', encoding="utf-8")
    digest = hashlib.sha256(canonical.read_bytes()).hexdigest()
    loaded = remote.load(canonical, tmp_path / "store", digest)
    remote.verify(loaded)
    with pytest.raises(ReleaseError):
        remote.verify(StoreAddress(loaded.kind, loaded.location, "0" * 64))


def test_a_release_is_proven_elsewhere(remote: Remote, address: StoreAddress) -> None:
    remote.verify(address)


def answers(settings: Settings, release: Release) -> list[tuple[str, int, bytes]]:
    """The status and body of each page, for people and as Turtle."""
    client: FlaskClient = create_app(settings).test_client()
    paths = [path.format(digest=release.digest) for path in PAGES]
    responses = [(path, client.get(path, headers=fields)) for path in paths for fields in (BROWSER, TURTLE)]
    return [(path, response.status_code, response.data) for path, response in responses]


def test_pages_are_the_same_to_the_byte(
    released: Settings, release: Release, address: StoreAddress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each query of theirs goes to the store that the address names, and to no other.

    The releases are a copy each time: what the process has cached of one is not cached of another.
    """

    def copied(name: str) -> Settings:
        shutil.copytree(released.path(released.folders.releases), tmp_path / name, symlinks=True)
        return changed(released, folders={"releases": tmp_path / name})

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
    embedded = answers(copied("here"), release)
    queries, sent = sent, []
    monkeypatch.setattr(Release, "store_address", address)
    elsewhere = answers(copied("there"), release)
    assert [path for path, status, _ in embedded if status >= 400] == ["/doc/none", "/doc/none"]
    for here, there in zip(embedded, elsewhere, strict=True):
        assert here == there
    assert len(queries) > 50
    assert [text for _, text in sent] == [text for _, text in queries]
    assert {store for store, _ in queries} == {local}
    assert {store for store, _ in sent} == {RemoteStore}


QUERIES: Final = (
    ("SELECT ?s ?o { ?s <http://www.w3.org/2004/02/skos/core#prefLabel> ?o } ORDER BY ?s ?o LIMIT 50", RESULT_FORMATS),
    ("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g", RESULT_FORMATS),
    ("ASK { <id/organisation/ulb> ?p ?o }", RESULT_FORMATS),
    ("CONSTRUCT { ?s a ?o } WHERE { ?s a ?o }", RDF_FORMATS),
    ("DESCRIBE <id/workpackage/exofasttrack>", RDF_FORMATS),
    ("DESCRIBE <id/organisation/ulb> FROM <id/graph/ror>", RDF_FORMATS),
)


@pytest.mark.parametrize(("query", "formats"), QUERIES, ids=lambda value: value[:8] if isinstance(value, str) else "")
def test_results_are_the_same_to_the_byte(query: str, formats: Any, release: Release, remote_store: Store) -> None:
    for fmt in formats:
        bodies = []
        for store in (release.store, remote_store):
            pieces: list[bytes] = []
            outcome = evaluate(store, job(release, query, format=fmt.suffix), pieces.append)
            bodies.append((outcome, b"".join(pieces)))
        assert bodies[0] == bodies[1]
        assert bodies[0][0].rows


def test_a_remote_store_answers_what_the_interface_has(release: Release, remote_store: Store) -> None:
    assert remote_store.graphs() == release.store.graphs()
    assert set(remote_store.quads()) == set(release.store.quads())
    iris = [f"{release.base}id/organisation/{name}" for name in ("ulb", "uclouvain")]
    assert list(remote_store.labels(iris)) == list(release.store.labels(iris)) != []
    with pytest.raises(QueryError, match="1:"):
        remote_store.query("SELEC")

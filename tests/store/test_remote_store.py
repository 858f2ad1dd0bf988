"""A release in a slot of a real engine: what is asked of it, and what becomes of each fault of it."""

import shutil
import ssl
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import parse_qs

import pytest
from SPARQLWrapper import POST, SPARQLWrapper

from atmpgraph.errors import EvaluationError, QueryError, ServiceNotAllowedError, StoreError, UnknownGraphError
from atmpgraph.publish.push import push
from atmpgraph.release.release import Release, open_release
from atmpgraph.release.slots import forget_held
from atmpgraph.settings import Settings
from atmpgraph.store import REMOTE, Store, remote_settings
from atmpgraph.store.base import prove
from atmpgraph.store.slot_graphs import MARKER_GRAPH, UNION_GRAPH
from atmpgraph.store.written import quoted, written

from ..clients.tools import tool
from ..conftest import changed
from ..sparql.processes import PATIENCE, until
from .engines import Oxigraph, one_slot, running, store_of
from .spoiler import Spoiler, spoiling

FOREIGN: Final = "http://example.org/foreign"
ALL: Final = "SELECT ?s { ?s ?p ?o } LIMIT 5"
PATIENT: Final = {
    "timeout_seconds": PATIENCE,
    "connect_timeout_seconds": PATIENCE,
    "retry_seconds": 0.0,
    "max_answer_bytes": 4_000_000,
}
QUICK: Final = {**PATIENT, "timeout_seconds": 3.0}  # where no answer comes
SECRET: Final = "pa55-w0rd-of-the-store"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Oxigraph]:
    """A server with one slot, in which others have a graph too."""
    with one_slot(tmp_path_factory.mktemp("engine")) as engine:
        yield engine


@pytest.fixture(scope="module")
def pushed(released: Settings, engine: Oxigraph, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The publication, whose release is in that slot."""
    releases = tmp_path_factory.mktemp("pushed") / "releases"
    shutil.copytree(released.path(released.folders.releases), releases, symlinks=True)
    settings = changed(released, folders={"releases": releases}, store=store_of(engine))
    push(settings)
    put(engine, FOREIGN, "<http://e/secret> <http://e/p> <http://e/o> .")
    return settings


def put(engine: Oxigraph, graph: str, triples: str) -> None:
    """Let a graph of the engine hold some triples, as somebody else may."""
    from ..http.conformance.targets import OverSocket

    answer = OverSocket("engine", engine.port).ask(
        f"/store?graph={graph}", "PUT", {"Content-Type": "application/n-triples"}, triples.encode()
    )
    assert answer.status in {201, 204}, answer


def store_at(settings: Settings, url: str, **access: Any) -> Store:
    """The store of the live release, asked at another address, or in another way."""
    there = changed(settings, store={"slots": settings.store.slots, "endpoint": settings.store.endpoint, **access})
    remote = remote_settings(there)
    assert remote is not None
    slots = tuple((slot, url) for slot, _ in remote.slots)
    releases = settings.path(settings.folders.releases)
    return open_release(releases, "current", settings.base, type(remote)(slots, remote.access)).store


@pytest.fixture(scope="module")
def store(pushed: Settings, engine: Oxigraph) -> Store:
    """The store of the live release."""
    return store_at(pushed, f"{engine.address}/query")


@pytest.fixture
def spoiler(engine: Oxigraph) -> Iterator[Spoiler]:
    """A server that spoils what the engine answers."""
    with spoiling(engine.port) as spoiler:
        yield spoiler


@pytest.fixture
def spoilt(pushed: Settings, spoiler: Spoiler) -> Store:
    """The store behind it."""
    return store_at(pushed, f"{spoiler.address}/query", **PATIENT)


# The release and nothing else.


def test_a_slot_gives_back_the_release(store: Store, release: Release) -> None:
    prove(store, release.digest)
    assert store.graphs() == release.store.graphs()
    store.check()


def test_the_engine_holds_more_than_the_release(engine: Oxigraph) -> None:
    """So that what follows proves something."""
    from ..http.conformance.targets import OverSocket

    for graph in (FOREIGN, MARKER_GRAPH, UNION_GRAPH):
        answer = OverSocket("engine", engine.port).ask(
            f"/store?graph={graph}", fields={"Accept": "application/n-triples"}
        )
        assert answer.body.strip()


SIGHTS: Final = (
    "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }",
    f"SELECT ?g {{ VALUES ?g {{ <{FOREIGN}> <{MARKER_GRAPH}> <{UNION_GRAPH}> }} GRAPH ?g {{ ?s ?p ?o }} }}",
    f"SELECT ?g {{ BIND(<{FOREIGN}> AS ?g) GRAPH ?g {{ ?s ?p ?o }} }}",
    "SELECT ?g { BIND(IRI(CONCAT('http://example.org/', 'foreign')) AS ?g) GRAPH ?g { ?s ?p ?o } }",
    f"SELECT (<{FOREIGN}> AS ?g) {{ <http://e/secret> ?p ?o }}",
    f"SELECT (<{FOREIGN}> AS ?g) {{ ?s ?p ?o FILTER EXISTS {{ GRAPH ?h {{ <http://e/secret> ?x ?y }} }} }}",
    "SELECT ?g { \\u0047RAPH ?g { ?s ?p ?o } }",
    "SELECT ?g { ?s ?p ?o . { SELECT ?g { GRAPH ?g { <http://e/secret> ?x ?y } } } }",
    "SELECT ?g { GRAPH ?g { <http://e/secret> (<http://e/p>|!<http://e/q>)* ?o } }",
)


@pytest.mark.parametrize("text", SIGHTS)
def test_a_query_sees_no_graph_of_others(store: Store, text: str) -> None:
    graphs = set(store.graphs())
    try:
        seen = {row["g"].value for row in store.select(text)}
    except QueryError:
        return
    assert seen <= graphs


REFUSED: Final[tuple[tuple[str, type[QueryError]], ...]] = (
    ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", ServiceNotAllowedError),
    ("SELECT * { SERVICE SILENT <http://127.0.0.1:1/> { ?s ?p ?o } }", ServiceNotAllowedError),
    ("SELECT * { BIND(<http://127.0.0.1:1/> AS ?s) sErViCe ?s { ?s ?p ?o } }", ServiceNotAllowedError),
    ("SELECT * { { SELECT * { SERVICE <http://127.0.0.1:1/> {} } } }", ServiceNotAllowedError),
    ("INSERT DATA { <http://e/a> <http://e/b> 1 }", QueryError),
    ("DELETE WHERE { ?s ?p ?o }", QueryError),
    ("DROP ALL", QueryError),
    ("LOAD <file:///etc/passwd>", QueryError),
    ("SELECT * { ?s ?p ?o } ; DROP ALL", QueryError),
    ("SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }", UnknownGraphError),
    (f"SELECT * FROM <{FOREIGN}> {{ ?s ?p ?o }}", UnknownGraphError),
    (f"SELECT * FROM <{UNION_GRAPH}> {{ ?s ?p ?o }}", UnknownGraphError),
    (f"SELECT * FROM NAMED <{FOREIGN}> {{ GRAPH ?g {{ ?s ?p ?o }} }}", UnknownGraphError),
    ("PREFIX x: <http://example.org/> SELECT * FROM x:foreign { ?s ?p ?o }", UnknownGraphError),
    (f"SELECT * {{ GRAPH <{FOREIGN}> {{ ?s ?p ?o }} }}", UnknownGraphError),
    ("BASE <http://example.org/> SELECT * { GRAPH <foreign> { ?s ?p ?o } }", UnknownGraphError),
    (f"SELECT * {{ SELECT * FROM <{FOREIGN}> {{ ?s ?p ?o }} }}", QueryError),
    ("define input:default-graph-uri <http://example.org/foreign> SELECT * { ?s ?p ?o }", QueryError),
    ("SELECT (<bif:file_to_string>('/etc/passwd') AS ?x) {}", EvaluationError),
    ("SELECT (<sql:rnd>(1) AS ?x) {}", EvaluationError),
    ("PREFIX f: <java:java.lang.> SELECT (f:System('x') AS ?x) {}", EvaluationError),
    ("SELECT (`(select 1 from dual)` AS ?x) {}", QueryError),
)


@pytest.mark.parametrize(("text", "error"), REFUSED)
def test_it_is_refused_before_the_engine_sees_it(
    spoilt: Store, spoiler: Spoiler, text: str, error: type[QueryError]
) -> None:
    with pytest.raises(error):
        list(spoilt.select(text))
    assert all(b"FILTER" not in body and b"MARKER" not in body for _, _, body in spoiler.requests)
    assert not [body for _, _, body in spoiler.requests if MARKER_GRAPH.encode() not in body.replace(b"%3A", b":")]


@pytest.mark.parametrize("graphs", [(FOREIGN,), (UNION_GRAPH,), (MARKER_GRAPH,), ("file:///etc/passwd",)])
def test_the_dataset_of_a_request_has_graphs_of_the_release_only(spoilt: Store, graphs: tuple[str, ...]) -> None:
    for dataset in ({"default_graphs": graphs}, {"named_graphs": graphs}):
        with pytest.raises(UnknownGraphError):
            spoilt.query(ALL, **dataset)


def test_each_request_names_its_dataset_and_no_more_than_the_protocol_has(
    spoilt: Store, spoiler: Spoiler, release: Release
) -> None:
    [graph, other, *_] = release.store.graphs()
    list(spoilt.select("SELECT * { ?s ?p ?o } # FROM <http://example.org/foreign>"))
    list(spoilt.select("SELECT * { GRAPH ?g { ?s ?p ?o } }"))
    list(spoilt.select(f"SELECT * FROM <{graph}> FROM NAMED <{other}> {{ ?s ?p ?o GRAPH ?g {{ ?s ?p ?o }} }}"))
    sent = [parse_qs(body.decode()) for _, _, body in spoiler.requests]
    assert all(set(each) == {"query", "default-graph-uri", "named-graph-uri"} for each in sent)
    assert all("FROM" not in each["query"][0] for each in sent)
    datasets = [(each["default-graph-uri"], each["named-graph-uri"]) for each in sent]
    nothing = ["urn:x-atmpgraph:none"]
    assert datasets[0] == ([MARKER_GRAPH], nothing)
    assert datasets[1] == ([UNION_GRAPH], nothing)
    assert datasets[2] == ([UNION_GRAPH], release.store.graphs())
    assert datasets[3] == ([graph], [other])


@pytest.mark.parametrize(
    ("text", "sees"),
    [
        ("PREFIX a: <http://example.org/atmpgraph/ns#> SELECT ?s { ?s a:b ?o }", False),
        ("SELECT ?graph { ?graph a <http://example.org/id/graph/a> }", False),
        ("SELECT ?s { ?s <http://e/p> 'GRAPH ?g { }' } # GRAPH ?g", False),
        ("PREFIX graph: <http://e/> SELECT ?s { ?s graph:graph ?o }", False),
        ("SELECT ?s { graph?g{ ?s ?p ?o } } LIMIT 1", True),
        ("SELECT ?s { VALUES ?s { <http://e/a> } FILTER EXISTS { Graph ?g { ?s ?p 1 } } }", True),
    ],
)
def test_the_named_graphs_are_sent_with_a_graph_clause_only(
    text: str, sees: bool, spoilt: Store, spoiler: Spoiler, release: Release
) -> None:
    """A release may have thousands of them."""
    list(spoilt.select(text))
    sent = parse_qs(spoiler.requests[-1][2].decode())["named-graph-uri"]
    assert sent == (release.store.graphs() if sees else ["urn:x-atmpgraph:none"])


def test_a_query_is_sent_as_sparqlwrapper_writes_it() -> None:
    """To the byte, though a request is written once and the text of each query takes its place in it."""
    url, dataset = "http://example.org/q?a=b c", [("default-graph-uri", "urn:é&query=~~"), ("timeout", "5 s")]
    for kind in ("SELECT", "ASK", "CONSTRUCT"):
        for text in ("ASK {}", "SELECT * { ?s ?p 'é~~+%&=/ü' } # query=~~", "x" * 100_000):
            whole = SPARQLWrapper(url, agent="atmpgraph")
            whole.setMethod(POST)
            whole.setOnlyConneg(True)
            for name, value in dataset:
                whole.addParameter(name, value)
            whole.setQuery(f"{kind} {text}")
            expected, request = whole._createRequest(), written(url, kind, tuple(dataset))
            assert request.body(quoted(f"{kind} {text}")) == expected.data
            assert request.url == expected.full_url
            assert {name for name, _ in expected.header_items()} == set(request.fields)


def test_a_triple_of_several_graphs_counts_once(store: Store, release: Release) -> None:
    graphs = release.store.graphs()
    count = "SELECT (COUNT(*) AS ?n) {} {{ ?s ?p ?o }}"
    for chosen in ((), graphs, graphs[:3], graphs[3:5]):
        text = count.format(" ".join(f"FROM <{graph}>" for graph in chosen))
        here, there = (next(iter(each.select(text)))["n"] for each in (release.store, store))
        assert here == there


# Faults.

FAULTS: Final = {
    "garbage": {"unusable"},
    "html": {"unusable"},
    "redirect": {"unusable"},
    "denied": {"denied"},
    "forbidden": {"denied"},
    "missing": {"unusable"},
    "failed": {"unusable"},
    "overloaded": {"unreachable"},
    "gateway": {"late"},
    "half": {"unreachable"},
    "half, framed": {"unusable"},
    "half, chunked": {"unreachable"},
    "closed": {"unreachable"},
    "over its time": {"late"},
    "over its rows": {"unusable"},
    "slow": {"late"},
    "dripping": {"late"},
    "too long": {"unusable"},
    "another release": {"elsewhere"},
}
ENDLESS: Final = {"slow", "dripping"}  # these end with the time that one waits


@pytest.mark.parametrize("mode", FAULTS)
@pytest.mark.parametrize("text", [ALL, "CONSTRUCT WHERE { ?s ?p ?o }"])
def test_a_fault_is_told_and_its_end_is_noticed(pushed: Settings, spoiler: Spoiler, mode: str, text: str) -> None:
    store = store_at(pushed, f"{spoiler.address}/query", **(QUICK if mode in ENDLESS else PATIENT))

    def run() -> int:
        results = store.query(text)
        return len(list(store.reading(cast("Iterable[Any]", results))))

    spoiler.mode = mode
    begin = time.monotonic()
    with pytest.raises(StoreError) as error:
        run()
    assert error.value.kind in FAULTS[mode]
    assert time.monotonic() - begin < PATIENCE / 2
    spoiler.mode = ""
    assert run()
    assert "/trap" not in [path for path, _, _ in spoiler.requests]


def test_a_query_that_an_engine_does_not_understand_is_refused_in_its_words(spoilt: Store, spoiler: Spoiler) -> None:
    """Virtuoso says so with the status of a server that failed."""
    list(spoilt.select(ALL))
    spoiler.mode = "not understood"
    with pytest.raises(EvaluationError, match="transitive start not given"):
        spoilt.select(ALL)


@pytest.mark.parametrize("mode", ["half", "half, framed", "half, chunked", "dripping"])
def test_a_long_answer_is_read_as_it_comes_and_only_whole(pushed: Settings, spoiler: Spoiler, mode: str) -> None:
    store = store_at(
        pushed, f"{spoiler.address}/query", **{**PATIENT, **({"timeout_seconds": 6.0} if mode in ENDLESS else {})}
    )
    text = "SELECT * { ?s ?p ?o . ?s ?q ?r } LIMIT 4000"
    assert len(list(store.select(text))) == 4000
    spoiler.mode = mode
    with pytest.raises(StoreError) as error:
        list(store.select(text))
    assert error.value.kind in FAULTS[mode]
    spoiler.mode = ""
    assert len(list(store.select(text))) == 4000


def test_what_an_idle_connection_says_is_no_answer(spoilt: Store, spoiler: Spoiler) -> None:
    spoiler.mode = "stray words"
    for _ in range(5):
        assert len(list(spoilt.select(ALL))) == 5
        time.sleep(0.05)


def test_half_of_a_graph_does_not_pass_for_the_whole(spoilt: Store, spoiler: Spoiler) -> None:
    spoilt.check()
    for mode, kind in (("half, unframed", "unusable"), ("half", "unreachable"), ("half, chunked", "unreachable")):
        spoiler.mode = mode
        with pytest.raises(StoreError) as error:
            spoilt.query("CONSTRUCT WHERE { ?s ?p ?o }")
        assert error.value.kind == kind


def test_nobody_waits_for_an_engine_that_does_not_answer(pushed: Settings, spoiler: Spoiler) -> None:
    store = store_at(pushed, f"{spoiler.address}/query", **{**QUICK, "retry_seconds": 600.0})
    spoiler.mode = "slow"
    with pytest.raises(StoreError):
        store.query(ALL)
    begin = time.monotonic()
    for _ in range(50):
        with pytest.raises(StoreError, match="a moment ago"):
            store.query(ALL)
    assert time.monotonic() - begin < 50 * QUICK["timeout_seconds"] / 2
    spoiler.mode = ""
    store.check()  # as health does
    assert list(store.select(ALL))


def test_only_so_many_wait(pushed: Settings, spoiler: Spoiler) -> None:
    store = store_at(
        pushed, f"{spoiler.address}/query", **{**PATIENT, "connect_timeout_seconds": 1.0, "max_waiting": 2}
    )
    store.check()
    spoiler.mode = "slow"
    kinds: list[str] = []

    def ask() -> None:
        try:
            store.query(ALL)
        except StoreError as error:
            kinds.append(error.kind)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert until(lambda: len(kinds) == 2)
    assert kinds == ["busy", "busy"]
    spoiler.released.set()
    for thread in threads:
        thread.join()


def test_an_engine_that_is_down_is_not_reached_and_found_again(released: Settings, tmp_path: Path) -> None:
    engine = Oxigraph(tmp_path / "engine")
    releases = tmp_path / "releases"
    shutil.copytree(released.path(released.folders.releases), releases, symlinks=True)
    settings = changed(released, folders={"releases": releases}, store={**store_of(engine), **PATIENT})
    with running(engine):
        push(settings)
        store = store_at(settings, f"{engine.address}/query", **PATIENT)
        assert list(store.select(ALL))
        for _ in range(2):
            engine.end()
            with pytest.raises(StoreError) as error:
                store.query(ALL)
            assert error.value.kind == "unreachable"
            engine.start()
            assert list(store.select(ALL))
        put(engine, MARKER_GRAPH, "")
        with pytest.raises(StoreError) as error:
            store.check()
        assert error.value.kind == "elsewhere"


# Slots.


def test_a_slot_that_is_filled_anew_is_asked_no_more(pushed: Settings, store: Store, tmp_path: Path) -> None:
    there = tmp_path / "releases"
    shutil.copytree(pushed.path(pushed.folders.releases), there, symlinks=True)
    settings = changed(pushed, folders={"releases": there})
    release = open_release(there, "current", settings.base, remote_settings(settings))
    address, opened = release.store_address, release.store
    rows = opened.select("SELECT * { ?s ?p ?o }")
    next(iter(rows))
    forget_held(there, release.digest)
    for attempt in (
        lambda: list(rows),
        lambda: opened.query(ALL),
        lambda: release.store,
        lambda: REMOTE.open(address, ""),
    ):
        with pytest.raises(StoreError) as error:
            attempt()
        assert error.value.kind == "elsewhere"


def test_a_slot_that_no_setting_names_is_not_asked(pushed: Settings) -> None:
    settings = changed(pushed, store={"slots": ("http://127.0.0.1:9/other",)})
    releases = settings.path(settings.folders.releases)
    with pytest.raises(StoreError, match="no setting names"):
        _ = open_release(releases, "current", settings.base, remote_settings(settings)).store


# Credentials.


def test_credentials_go_to_the_engine_and_nowhere_else(
    pushed: Settings, spoiler: Spoiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATMPGRAPH_STORE_TOKEN", SECRET)
    store = store_at(pushed, f"{spoiler.address}/query", **QUICK)
    address = open_release(
        pushed.path(pushed.folders.releases), "current", pushed.base, remote_settings(pushed)
    ).store_address
    assert list(store.select(ALL))
    assert {fields["Authorization"] for _, fields, _ in spoiler.requests} == {f"Bearer {SECRET}"}
    assert not [path for path, _, body in spoiler.requests if SECRET in path or SECRET.encode() in body]
    texts = [repr(store), repr(address), str(address), repr(vars(store))]
    for mode in ("denied", "html", "redirect", "failed", "half", "slow"):
        spoiler.mode = mode
        with pytest.raises(StoreError) as error:
            store.check()
        texts += [str(error.value), repr(error.value), repr(error.value.__dict__)]
    assert not [text for text in texts if SECRET in text]


def test_a_password_is_sent_in_the_form_that_the_engine_wants(
    pushed: Settings, spoiler: Spoiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATMPGRAPH_STORE_USER", "reader")
    monkeypatch.setenv("ATMPGRAPH_STORE_PASSWORD", SECRET)
    store = store_at(pushed, f"{spoiler.address}/query", **PATIENT)
    store.check()
    spoiler.mode = "denied"
    with pytest.raises(StoreError) as error:
        store.check()
    assert error.value.kind == "denied"
    sent = [fields.get("Authorization") for _, fields, _ in spoiler.requests]
    assert sent == [None, None, "Basic cmVhZGVyOnBhNTUtdzByZC1vZi10aGUtc3RvcmU="]


def test_over_tls_the_certificate_must_be_that_of_the_host(
    pushed: Settings, spoiler: Spoiler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = [tool("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    spoiler.socket = context.wrap_socket(spoiler.socket, server_side=True)
    address = spoiler.address.replace("http:", "https:")
    with pytest.raises(StoreError) as error:
        store_at(pushed, f"{address}/query", **PATIENT).query(ALL)
    assert error.value.kind == "unreachable"
    assert not spoiler.requests
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    patient = {**PATIENT, "check_seconds": 1.0}  # another one, so that the certificates are read anew
    store = store_at(pushed, f"{address}/query", **patient)
    assert [len(list(store.select(ALL))) for _ in range(3)] == [5, 5, 5]
    elsewhere = store_at(pushed, f"{address.replace('localhost', '127.0.0.1')}/query", **patient)
    with pytest.raises(StoreError):
        elsewhere.query(ALL)

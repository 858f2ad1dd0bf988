"""A release gets into a slot of a real engine, is read back, and only then goes live."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner

from atmpgraph.cli import main
from atmpgraph.errors import ReleaseError, SettingsError, StoreError
from atmpgraph.publish.build import build
from atmpgraph.publish.push import Pushed, push
from atmpgraph.publish.slot_check import verify_slots
from atmpgraph.release.history import history
from atmpgraph.release.layout import ReleasesFolder
from atmpgraph.release.release import Release, open_release
from atmpgraph.release.slots import held_in, slot_of
from atmpgraph.settings import Settings
from atmpgraph.store.slot_graphs import MARKER_GRAPH, UNION_GRAPH
from atmpgraph.web import create_app

from ..conftest import changed
from ..long import some
from ..sparql.processes import PATIENCE, suspend
from ..store.engines import Engine, Oxigraph, running, store_of
from ..store.spoiler import spoiling

PEOPLE: Final = Path("data") / "people.csv"
FOREIGN: Final = "https://example.org/p/id/graph/of-others"


@pytest.fixture
def slots(tmp_path: Path) -> Iterator[tuple[Oxigraph, Oxigraph]]:
    """Two slots: two servers."""
    blue, green = Oxigraph(tmp_path / "blue"), Oxigraph(tmp_path / "green")
    with running(blue, green):
        yield blue, green


@pytest.fixture
def pushing(started: Settings, slots: tuple[Oxigraph, Oxigraph]) -> Settings:
    """A publication with a live release, which no slot has yet."""
    return _with_store(started, **store_of(*slots))


def _with_store(settings: Settings, **store: Any) -> Settings:
    """The settings, also in their file, for commands."""
    file = settings.path(Path("atmpgraph.toml"))
    text = file.read_text(encoding="utf-8").partition("\n[store]")[0]
    lines = [f"{name} = {json.dumps(value)}" for name, value in store.items()]
    file.write_text("\n".join([text, "[store]", *lines, ""]), encoding="utf-8")
    return Settings.load(file)


def _edit(settings: Settings, old: str, new: str) -> None:
    people = settings.path(PEOPLE)
    people.write_text(people.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def _folder(settings: Settings) -> ReleasesFolder:
    return ReleasesFolder(settings.path(settings.folders.releases))


def _live(settings: Settings) -> Release:
    return open_release(_folder(settings).path, "current", settings.base)


def _request(engine: Engine, path: str, method: str = "GET", body: bytes | None = None, **fields: str) -> bytes:
    """What a server answers to a request that is not ours."""
    request = urllib.request.Request(engine.address + path, body, fields, method=method)
    with urllib.request.urlopen(request) as response:
        return bytes(response.read())


def _count(engine: Engine, pattern: str) -> int:
    query = urlencode({"query": f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}"})
    rows = _request(engine, f"/query?{query}", Accept="application/sparql-results+json")
    return int(json.loads(rows)["results"]["bindings"][0]["n"]["value"])


def _statements(engine: Engine) -> list[bytes]:
    """All statements of a server but those of the graphs of ours, as sorted N-Quads."""
    lines = _request(engine, "/store", Accept="application/n-quads").splitlines(keepends=True)
    ours = tuple(f" <{graph}> .\n".encode() for graph in (UNION_GRAPH, MARKER_GRAPH))
    return sorted(line for line in lines if not line.endswith(ours))


def _holds(engine: Engine, release: Release) -> bool:
    """Whether a server has the statements of a release to the byte, and as many in the union as it counts."""
    same = hashlib.sha256(b"".join(_statements(engine))).hexdigest() == release.digest
    union = _count(engine, f"GRAPH <{UNION_GRAPH}> {{ ?s ?p ?o }}")
    assert release.overview
    return same and union == release.overview["union"]


def _command(settings: Settings, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
    """A command of ours in a process of its own."""
    file = settings.path(Path("atmpgraph.toml"))
    command = [sys.executable, "-m", "atmpgraph", "--settings", str(file), *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=os.environ | environment, stdout=pipe, stderr=pipe)


def _cli(settings: Settings, *arguments: str) -> Any:
    return CliRunner().invoke(main, ["--settings", str(settings.path(Path("atmpgraph.toml"))), *arguments])


def test_a_push_fills_a_slot(pushing: Settings, slots: tuple[Oxigraph, Oxigraph]) -> None:
    blue, green = slots
    release = _live(pushing)
    pushed = push(pushing)
    assert (pushed.held.digest, pushed.held.slot, pushed.switched) == (release.digest, blue.address, False)
    assert _holds(blue, release)
    assert not _statements(green)
    assert {iri: graph.statements for iri, graph in pushed.held.graphs.items()} == release.manifest.graphs
    assert pushed.sent == release.manifest.statements + pushed.held.union.statements
    assert not pushed.held.changed
    assert all(graph.published == graph.returned for graph in (*pushed.held.graphs.values(), pushed.held.union))
    assert slot_of(_folder(pushing).path, release.digest) is not None
    again = push(pushing)
    assert (again.sent, again.held.slot, again.switched) == (0, blue.address, False)


def test_a_build_waits_for_a_push(pushing: Settings, slots: tuple[Oxigraph, Oxigraph]) -> None:
    """The switch comes with the push, the way back needs no load, and pages tell of all of it."""
    blue, green = slots
    first = push(pushing).held.digest
    _edit(pushing, "example-person", "second-person")
    built = build(pushing)
    assert (built.new, built.waiting, built.switched) == (True, True, False)
    folder, second = _folder(pushing), built.digest
    assert second
    assert (folder.live, folder.waiting) == (first, second)
    assert not _statements(green)
    client = create_app(pushing).test_client()
    assert client.get("/doc/person/example-person").status_code == 200
    assert client.get("/doc/person/second-person").status_code == 404
    assert [client.get(f"/{path}").status_code for path in (f"releases/{second}", f"dumps/{second}/data.nq")] == [
        404
    ] * 2

    pushed = push(pushing)
    assert (pushed.held.digest, pushed.held.slot, pushed.switched) == (second, green.address, True)
    assert (folder.live, folder.waiting) == (second, None)
    assert _holds(green, _live(pushing))
    assert client.get("/doc/person/second-person").status_code == 200
    assert [client.get(f"/{path}").status_code for path in (f"releases/{second}", f"dumps/{second}/data.nq")] == [
        200
    ] * 2
    assert client.get("/doc/person/example-person").status_code == 410

    back = push(pushing, name=first[:12])
    assert (back.sent, back.held.slot, back.switched) == (0, blue.address, True)
    assert folder.live == first
    assert client.get("/doc/person/example-person").status_code == 200
    assert [switch.digest for switch in history(folder.path)] == [first, second, first]
    changes = client.get(f"/releases/{first}/changes", headers={"Accept": "application/json"})
    assert changes.status_code == 200
    assert not list(verify_slots(pushing))


def test_a_graph_that_a_slot_has_is_not_sent_again(pushing: Settings, slots: tuple[Oxigraph, Oxigraph]) -> None:
    names, pushes = ("example-person", "second-person", "third-person"), list[Pushed]()
    for old, new in zip((names[0], *names), names, strict=False):
        _edit(pushing, old, new)
        build(pushing)
        pushes.append(push(pushing))
    third, release = pushes[-1], _live(pushing)
    assert third.held.slot == slots[0].address
    assert third.sent < release.manifest.statements + third.held.union.statements
    assert _holds(slots[0], release)
    assert {held.digest for held in held_in(_folder(pushing).path)} == {each.held.digest for each in pushes[1:]}


def test_graphs_of_no_release_go_and_others_stay(pushing: Settings, slots: tuple[Oxigraph, Oxigraph]) -> None:
    triple, kind = b"<http://e/s> <http://e/p> <http://e/o> .", {"Content-Type": "application/n-triples"}
    for graph in (FOREIGN, "http://e/theirs"):
        _request(slots[0], "/store?" + urlencode({"graph": graph}), "PUT", triple, **kind)
    push(pushing)
    assert not _count(slots[0], f"GRAPH <{FOREIGN}> {{ ?s ?p ?o }}")
    assert _count(slots[0], "GRAPH <http://e/theirs> { ?s ?p ?o }") == 1


def _filled(settings: Settings, slot: Engine) -> dict[str, Any]:
    """What is noted of a slot that is being filled."""
    with suppress(FileNotFoundError, ValueError):
        graphs: dict[str, Any] = json.loads(_folder(settings).slots.filling(slot.address).read_bytes())["graphs"]
        return graphs
    return {}


def _until(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_push_that_is_killed_goes_on(pushing: Settings, slots: tuple[Oxigraph, Oxigraph]) -> None:
    """Killed at several places; what was sent is not sent again, and the live release stays."""
    green = slots[1]
    first = push(pushing).held.digest
    _edit(pushing, "example-person", "second-person")
    second = build(pushing).digest
    release = open_release(_folder(pushing).path, str(second), pushing.base)
    total = release.manifest.statements + int((release.overview or {})["union"])
    small = {"ATMPGRAPH_STORE_PUSH_BYTES": "1000"}
    for least in some((30, 400, 900), 2):
        process = _command(pushing, "push", **small)
        _until(lambda least=least: sum(sent["statements"] for sent in _filled(pushing, green).values()) > least)  # type: ignore[misc]
        process.kill()
        process.communicate()
        assert (_folder(pushing).live, _folder(pushing).waiting) == (first, second)
        assert [held.digest for held in held_in(_folder(pushing).path)] == [first]
        assert not _count(green, f"GRAPH <{MARKER_GRAPH}> {{ ?s ?p ?o }}")
    there = sum(sent["statements"] for sent in _filled(pushing, green).values())
    pushed = push(pushing)
    assert pushed.sent == total - there
    assert pushed.held.slot == green.address
    assert _holds(green, _live(pushing))


def test_an_engine_that_crashes_while_it_is_filled(pushing: Settings, slots: tuple[Oxigraph, Oxigraph]) -> None:
    """One sentence; once it is there again the push goes on with what it still has."""
    blue, _ = slots
    process = _command(pushing, "push", ATMPGRAPH_STORE_PUSH_BYTES="1000")
    _until(lambda: sum(sent["statements"] for sent in _filled(pushing, blue).values()) > 300)
    blue.end()
    _, complaint = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert f"the remote store: {blue.address}/store" in complaint.decode()
    assert "Traceback" not in complaint.decode()
    blue.start()
    pushed = push(pushing)
    release = _live(pushing)
    assert 0 < pushed.sent < release.manifest.statements + int((release.overview or {})["union"])
    assert _holds(blue, _live(pushing))


def test_an_engine_that_lost_what_it_had_gets_it_again(pushing: Settings, slots: tuple[Oxigraph, Oxigraph]) -> None:
    """It was noted as sent, but is not counted there."""
    blue, _ = slots
    process = _command(pushing, "push", ATMPGRAPH_STORE_PUSH_BYTES="1000")
    _until(lambda: len(_filled(pushing, blue)) > 3)
    process.kill()
    process.communicate()
    blue.end()  # nothing is on its way to it any more
    blue.start()
    for graph in _filled(pushing, blue):
        _request(blue, "/store?" + urlencode({"graph": graph}), "DELETE")
    assert _holds_all(push(pushing), pushing, blue)


def _holds_all(pushed: Pushed, settings: Settings, engine: Engine) -> bool:
    release = _live(settings)
    return _holds(engine, release) and pushed.sent == release.manifest.statements + pushed.held.union.statements


def test_what_is_wrong_in_a_slot_is_sent_again(pushing: Settings, slots: tuple[Oxigraph, Oxigraph]) -> None:
    """The number of statements is right, and one of them is another."""
    blue = slots[0]
    process = _command(pushing, "push", ATMPGRAPH_STORE_PUSH_BYTES="1000")
    _until(lambda: len(_filled(pushing, blue)) > 3)
    process.kill()
    process.communicate()
    graph = next(iter(_filled(pushing, blue)))
    update = f"DELETE {{ GRAPH ?g {{ ?s ?p ?o }} }} INSERT {{ GRAPH ?g {{ ?s ?p 'other' }} }} WHERE {{ {{ SELECT * {{ BIND(<{graph}> AS ?g) GRAPH ?g {{ ?s ?p ?o }} }} LIMIT 1 }} }}"
    _request(blue, "/update", "POST", update.encode(), **{"Content-Type": "application/sparql-update"})
    push(pushing)
    assert _holds(blue, _live(pushing))


def test_a_slot_that_others_changed(pushing: Settings, slots: tuple[Oxigraph, Oxigraph]) -> None:
    """`verify` names what differs, and the next push uses the other slot, where nobody asks."""
    blue, green = slots
    held = push(pushing).held
    assert "all files are whole" in _cli(pushing, "verify").stdout
    graph, record = max(held.graphs), _folder(pushing).slots.held(held.digest)
    triple, kind = b"<http://e/s> <http://e/p> <http://e/o> .", {"Content-Type": "application/n-triples"}
    _request(blue, "/store?" + urlencode({"graph": graph}), "POST", triple, **kind)
    (damage,) = verify_slots(pushing)
    assert damage.path == record
    assert f"<{graph}> is not what was pushed" in str(damage.reason)
    verified = _cli(pushing, "verify")
    assert (verified.exit_code, str(damage) in verified.stdout) == (1, True)
    pushed = push(pushing)
    assert (pushed.held.slot, pushed.switched) == (green.address, False)
    assert _holds(green, _live(pushing))
    assert not list(verify_slots(pushing))


def test_two_slots_that_are_one_dataset_are_refused(pushing: Settings, slots: tuple[Oxigraph, Oxigraph]) -> None:
    blue, _ = slots
    push(pushing)
    twice = changed(pushing, store={"slots": (blue.address, blue.address.replace("127.0.0.1", "localhost"))})
    _edit(pushing, "example-person", "second-person")
    build(pushing)
    with pytest.raises(SettingsError, match="one dataset"):
        push(twice)
    assert _holds(blue, _live(pushing))
    assert not list(verify_slots(pushing))


def test_a_probe_that_a_killed_push_left_does_not_make_one_dataset_of_two(
    pushing: Settings, slots: tuple[Oxigraph, Oxigraph]
) -> None:
    """It may be in the slot that went live since."""
    blue, green = slots
    assert push(pushing).held.slot == blue.address
    probe, kind = "/store?" + urlencode({"graph": "urn:x-atmpgraph:probe"}), {"Content-Type": "application/n-triples"}
    _request(blue, probe, "PUT", b'<urn:x-atmpgraph:release> <urn:x-atmpgraph:digest> "0" .', **kind)
    _edit(pushing, "example-person", "second-person")
    build(pushing)
    assert push(pushing).held.slot == green.address
    assert _holds(green, _live(pushing))


def test_one_slot_suffices(started: Settings, slots: tuple[Oxigraph, Oxigraph]) -> None:
    blue, _ = slots
    addresses = {"endpoint": f"{blue.address}/query", "graph_store": f"{blue.address}/store"}
    settings = _with_store(started, **addresses)
    first = push(settings)
    _edit(settings, "example-person", "second-person")
    build(settings)
    second = push(settings)
    assert (first.held.slot, second.held.slot, second.switched) == ("", "", True)
    assert [held.digest for held in held_in(_folder(settings).path)] == [second.held.digest]
    assert _holds(blue, _live(settings))


def test_two_pushes_at_once(pushing: Settings, slots: tuple[Oxigraph, Oxigraph]) -> None:
    process = _command(pushing, "push", ATMPGRAPH_STORE_PUSH_BYTES="5000")
    _until(lambda: bool(_filled(pushing, slots[0])))
    suspend(process.pid)  # it would be over before a machine with much else to do comes back to this one
    with pytest.raises(ReleaseError, match="another push is running"):
        push(pushing)
    process.send_signal(signal.SIGCONT)
    process.communicate(timeout=120)
    assert process.returncode == 0
    assert push(pushing).sent == 0


def test_a_bulk_loader_takes_the_place_of_sending(pushing: Settings, slots: tuple[Oxigraph, Oxigraph]) -> None:
    """A program of the operator; what it complains of is told."""
    script = "import sys, urllib.request as r; s, g, f = sys.argv[1:]; r.urlopen(r.Request(s + '/store?graph=' + g, open(f, 'rb').read(), {'Content-Type': 'application/n-triples'}, method='POST'))"
    loading = changed(pushing, store={"load_command": (sys.executable, "-c", script, "{slot}", "{graph}", "{file}")})
    assert _holds_all(push(loading), pushing, slots[0])
    failing = changed(pushing, store={"load_command": (sys.executable, "-c", "raise SystemExit('no room')")})
    with pytest.raises(StoreError, match=r"ends with 1 for <.*>: no room"):
        push(failing, anew=True)
    missing = changed(pushing, store={"load_command": ("/no/such/program",)})
    with pytest.raises(StoreError, match="/no/such/program: there is no such file"):
        push(missing, anew=True)


def test_a_release_that_waits_in_vain_goes(pushing: Settings, slots: tuple[Oxigraph, Oxigraph]) -> None:
    """A newer one takes its place; a live one, or one that a slot holds, stays."""
    folder, first = _folder(pushing), push(pushing).held.digest
    _edit(pushing, "example-person", "second-person")
    second = build(pushing).digest
    _edit(pushing, "second-person", "third-person")
    third = build(pushing).digest
    assert {release.path.name for release in folder.all()} == {first, third}
    assert folder.waiting == third
    _edit(pushing, "third-person", "example-person")
    assert build(pushing).digest == first
    assert folder.waiting is None
    assert second not in {switch.digest for switch in history(folder.path)}


def test_a_first_release_waits_as_well(pushing: Settings, slots: tuple[Oxigraph, Oxigraph], tmp_path: Path) -> None:
    fresh = changed(pushing, folders={"releases": tmp_path / "fresh"})
    built = build(fresh)
    folder = _folder(fresh)
    assert (built.waiting, folder.live, folder.waiting) == (True, None, built.digest)
    assert history(folder.path) == []
    pushed = push(fresh)
    assert (pushed.switched, folder.live, folder.waiting) == (True, built.digest, None)
    assert [switch.digest for switch in history(folder.path)] == [built.digest]
    assert not folder.release(str(built.digest)).reactivated.path.exists()


def test_a_damaged_record_counts_as_none(pushing: Settings, slots: tuple[Oxigraph, Oxigraph]) -> None:
    digest = push(pushing).held.digest
    record = _folder(pushing).slots.held(digest)
    record.write_text(record.read_text(encoding="utf-8").replace("1", "2"), encoding="utf-8")
    assert slot_of(_folder(pushing).path, digest) is None
    verified = _cli(pushing, "verify")
    assert (verified.exit_code, str(record) in verified.stdout) == (1, True)
    build(pushing)
    assert not record.exists()
    assert push(pushing).held.digest == digest
    assert _cli(pushing, "verify").exit_code == 0


def test_the_command_tells_what_it_does(pushing: Settings, slots: tuple[Oxigraph, Oxigraph]) -> None:
    assert "is live in slot http://127.0.0.1:" in _cli(pushing, "push").stdout
    _edit(pushing, "example-person", "second-person")
    built = _cli(pushing, "build")
    assert "waits: 'atmpgraph push' switches to it" in built.stdout
    pushed = json.loads(_cli(pushing, "push", "--json").stdout)
    assert (pushed["slot"], pushed["switched"]) == (slots[1].address, True)
    _edit(pushing, "second-person", "third-person")
    both = _cli(pushing, "build", "--push")
    assert (both.exit_code, f"is live in slot {slots[0].address}" in both.stdout) == (0, True)


def test_without_a_store_nothing_is_pushed(started: Settings) -> None:
    pushed = _cli(started, "push")
    assert pushed.exit_code == 2
    assert "[store] graph_store" in pushed.stderr


SENDING: Final = {
    "redirect": "it redirects (302)",
    "denied": "it asks for credentials (401)",
    "forbidden": "it asks for credentials (403)",
    "missing": "it answers with the status 404: no",
    "failed": "it answers with the status 500: stack overflow",
    "overloaded": "it answers with the status 503: later",
    "gateway": "it answers with the status 504: later",
    "closed": "the other side ended the connection",
    "slow": "no answer came in time",
}
READING: Final = {
    **SENDING,
    "missing": "0 came back",
    "garbage": "its answer is not whole",
    "html": "it answers with text/html, which is not RDF",
    "half": "its answer is not whole",
    "half, framed": "its answer is not whole",
    "half, chunked": "its answer is not whole",
    "half, unframed": "does not read back as published",
}
# What is the same whether it sends or reads is tried with all that it sends.
FAULTS: Final = [
    *(("PUT", mode, words) for mode, words in SENDING.items()),
    *(("GET", mode, words) for mode, words in READING.items() if SENDING.get(mode) != words),
    *some((("GET", mode, words) for mode, words in READING.items() if SENDING.get(mode) == words), 2),
]


@pytest.mark.parametrize(("method", "mode", "words"), FAULTS)
def test_an_engine_that_fails(method: str, mode: str, words: str, started: Settings, tmp_path: Path) -> None:
    """Whatever it answers: one sentence with the address and what is wrong; nothing goes live; then it goes on."""
    blue = Oxigraph(tmp_path / "blue")
    with running(blue), spoiling(blue.port) as spoiler:
        addresses = {"endpoint": f"{blue.address}/query", "graph_store": f"{spoiler.address}/store"}
        settings = _with_store(started, **addresses, push_timeout_seconds=1 if mode == "slow" else 60)
        spoiler.mode, spoiler.spoilt = mode, frozenset({method})
        refused = _cli(settings, "push")
        assert refused.exit_code == 1
        assert words in refused.stderr
        assert f"{spoiler.address}/store: " in refused.stderr
        assert not list(held_in(_folder(settings).path))
        assert not _count(blue, f"GRAPH <{MARKER_GRAPH}> {{ ?s ?p ?o }}")
        spoiler.mode = ""
        pushed = push(settings)
        assert _holds(blue, _live(settings))
        if method == "GET":
            assert pushed.sent == 0 or "not read back" in refused.stderr


class FullDisk(Oxigraph):
    """The same with its dataset on a disk of its own, a small one."""

    def command(self) -> list[str]:
        """In namespaces of its own, where any user may mount."""
        script = 'mkdir -p "$0" && mount -t tmpfs -o size=600k tmpfs "$0" && exec "$@"'
        return [
            "unshare",
            "--user",
            "--map-root-user",
            "--mount",
            "sh",
            "-c",
            script,
            str(self.folder / "data"),
            *super().command(),
        ]


def test_an_engine_whose_disk_is_full(started: Settings, tmp_path: Path) -> None:
    """What it says is told; with more room the push goes on."""
    full = FullDisk(tmp_path / "blue")
    settings = _with_store(started, **store_of(full), push_bytes=20_000)
    with running(full):
        refused = _cli(settings, "push")
    assert refused.exit_code == 1
    assert "No space left on device" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not list(held_in(_folder(settings).path))
    roomy = Oxigraph(tmp_path / "blue")
    roomy.port, roomy.address = full.port, full.address
    with running(roomy):
        assert _holds_all(push(settings), settings, roomy)


def test_an_engine_that_is_down(started: Settings, tmp_path: Path) -> None:
    blue = Oxigraph(tmp_path / "blue")
    refused = _cli(_with_store(started, **store_of(blue)), "push")
    assert refused.exit_code == 1
    assert "nothing listens at this address" in refused.stderr
    assert blue.address in refused.stderr

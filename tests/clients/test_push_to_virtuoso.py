"""A push into Virtuoso, which wants digests, and keeps values where others keep texts."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from atmpgraph.errors import StoreError
from atmpgraph.publish.push import push
from atmpgraph.publish.slot_check import verify_slots
from atmpgraph.release.layout import ReleasesFolder
from atmpgraph.release.release import Release, open_release
from atmpgraph.release.slots import slot_of
from atmpgraph.settings import Settings
from atmpgraph.store.slot_graphs import UNION_GRAPH
from atmpgraph.vocab import XSD
from atmpgraph.web import create_app

from ..conftest import changed
from ..store.engines import PASSWORD, Virtuoso, running, store_of
from .tools import tool

pytestmark = pytest.mark.clients

TRUTH: Final = {"true": "1", "false": "0"}
DURATION: Final = XSD + "duration"


@pytest.fixture
def virtuoso(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Virtuoso]:
    """A server with an empty database, and its credentials in the environment."""
    engine = Virtuoso(tmp_path / "virtuoso")
    for name, value in engine.environment.items():
        monkeypatch.setenv(name, value)
    with running(engine):
        yield engine


@pytest.fixture
def pushing(started: Settings, virtuoso: Virtuoso) -> Settings:
    """A publication with a live release, whose one slot is empty."""
    file = started.path(Path("atmpgraph.toml"))
    store = {name: json.dumps(value) for name, value in store_of(virtuoso).items()}
    lines = ["", "[store]", *(f"{name} = {value}" for name, value in store.items()), ""]
    file.write_text(file.read_text(encoding="utf-8") + "\n".join(lines), encoding="utf-8")
    return Settings.load(file)


def _live(settings: Settings) -> Release:
    return open_release(settings.path(settings.folders.releases), "current", settings.base)


def _curl(engine: Virtuoso, query: str) -> list[dict[str, Any]]:
    """The rows of a query, by another program."""
    command = [tool("curl"), "-sSf", "-H", "Accept: application/sparql-results+json", f"{engine.address}/sparql"]
    command += ["--data-urlencode", f"query={query}"]
    answer = subprocess.run(command, check=True, capture_output=True, timeout=300).stdout
    rows: list[dict[str, Any]] = json.loads(answer)["results"]["bindings"]
    return rows


def _command(settings: Settings, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "atmpgraph", "--settings", str(settings.path(Path("atmpgraph.toml"))), *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=os.environ | environment, stdout=pipe, stderr=pipe)


def test_every_statement_arrives_and_what_is_changed_is_told(pushing: Settings, virtuoso: Virtuoso) -> None:
    """By the release's own count of its durations; documents still have the published form."""
    pushed, release = push(pushing), _live(pushing)
    durations = re.findall(r'"(P[^"]+)"\^\^<[^>]+#duration>', release.folder.canonical.read_text(encoding="utf-8"))
    (change,) = pushed.held.changed
    assert (change.datatype, change.returned, change.literals) == (DURATION, DURATION, len(durations))
    assert change.example[0] in {f'"{duration}"^^<{DURATION}>' for duration in durations}
    assert any("in another way" in line and "duration" in line for line in pushed.lines("en"))
    for graph, statements in release.manifest.graphs.items():
        (row,) = _curl(virtuoso, f"SELECT (COUNT(*) AS ?n) FROM <{graph}> {{ ?s ?p ?o }}")
        assert int(row["n"]["value"]) == statements, graph
    (row,) = _curl(virtuoso, f"SELECT (COUNT(*) AS ?n) FROM <{UNION_GRAPH}> {{ ?s ?p ?o }}")
    assert release.overview
    assert int(row["n"]["value"]) == release.overview["union"] == pushed.held.union.statements
    (row,) = _curl(virtuoso, f"SELECT ?s ?d FROM <{UNION_GRAPH}> {{ ?s ?p ?d FILTER(DATATYPE(?d) = <{DURATION}>) }}")
    document = create_app(pushing).test_client().get(row["s"]["value"].replace(f"{pushing.base}id/", "/doc/"))
    assert durations[0] in document.get_data(as_text=True)
    assert durations[0] != row["d"]["value"]


def test_it_is_there_after_a_crash(pushing: Settings, virtuoso: Virtuoso) -> None:
    push(pushing)
    virtuoso.end()
    virtuoso.start()
    assert not list(verify_slots(pushing))
    assert push(pushing).sent == 0


def test_a_push_that_is_killed_goes_on(pushing: Settings, virtuoso: Virtuoso) -> None:
    process = _command(pushing, "push", ATMPGRAPH_STORE_PUSH_BYTES="1000")
    note = ReleasesFolder(pushing.path(pushing.folders.releases)).slots.filling(virtuoso.address)
    deadline = time.monotonic() + 300
    while not note.exists() or len(json.loads(note.read_bytes())["graphs"]) < 4:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.kill()
    process.communicate()
    pushed, release = push(pushing), _live(pushing)
    assert 0 < pushed.sent < release.manifest.statements + pushed.held.union.statements
    assert not list(verify_slots(pushing))


@pytest.mark.parametrize("password", ["wrong", PASSWORD])
def test_credentials_are_in_no_output(password: str, pushing: Settings, virtuoso: Virtuoso) -> None:
    """Not in what is written, nor in what it notes, nor in what the process shows of itself."""
    secret = f"{password}-{virtuoso.port}" if password == "wrong" else password
    process = _command(pushing, "push", "--json", ATMPGRAPH_STORE_PASSWORD=secret)
    shown = Path(f"/proc/{process.pid}/cmdline").read_bytes()
    out, err = process.communicate(timeout=300)
    if password == "wrong":
        assert process.returncode == 1
        assert b"it refuses these credentials (401): set ATMPGRAPH_STORE_USER" in err
        records = [file.read_bytes() for file in pushing.path(pushing.folders.releases).glob("slots/*.json")]
        assert not any(secret.encode() in text for text in (shown, out, err, *records))
    else:
        assert process.returncode == 0, err
        assert json.loads(out)["digest"] == _live(pushing).digest


def test_without_credentials_it_says_what_is_missing(
    pushing: Settings, virtuoso: Virtuoso, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in virtuoso.environment:
        monkeypatch.delenv(name)
    with pytest.raises(StoreError, match="it asks for credentials"):
        push(changed(pushing, store={"endpoint": "{slot}/sparql"}))


def test_its_bulk_loader_may_load(
    pushing: Settings, virtuoso: Virtuoso, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As docs/remote-store.md has it."""
    tool("isql-vt", "make test-clients")
    text = (Path(__file__).parents[2] / "docs" / "remote-store.md").read_text(encoding="utf-8")
    script = re.search(r"\n    #!/bin/sh\n(.*?)\n    END\n", text, re.DOTALL)
    assert script
    loader = tmp_path / "load-graph"
    lines = [line.removeprefix("    ") for line in script[0].splitlines()]
    loader.write_text("\n".join(lines).lstrip() + "\n", encoding="utf-8")
    loader.chmod(0o755)
    environment = {"SQL_ADDRESS": f"127.0.0.1:{virtuoso.sql}", "SQL_PASSWORD": PASSWORD}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(tempfile, "tempdir", str(virtuoso.folder))  # the engine reads there
    loading = changed(pushing, store={"load_command": (str(loader), "{slot}", "{graph}", "{file}")})
    pushed, release = push(loading), _live(pushing)
    assert pushed.sent == release.manifest.statements + pushed.held.union.statements
    assert not list(verify_slots(pushing))


def test_it_has_truth_values_as_numbers_in_results(released: Settings, virtuoso: Virtuoso, tmp_path: Path) -> None:
    """Not where a graph is read whole: what a push tells comes from both."""
    copy = tmp_path / "releases"
    shutil.copytree(released.path(released.folders.releases), copy, symlinks=True)
    held = push(changed(released, folders={"releases": copy}, store=store_of(virtuoso))).held
    boolean = XSD + "boolean"
    examples = {change.datatype: change.example for change in held.in_results}
    assert examples[boolean] in {(f'"{text}"^^<{boolean}>', f'"{bit}"^^<{boolean}>') for text, bit in TRUTH.items()}
    assert {change.datatype for change in held.changed} == {DURATION}
    recorded = slot_of(copy, held.digest)
    assert recorded
    assert recorded == replace(held, state=recorded.state)

"""The measurements tell right from wrong, and what has become slower from what has not."""

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pyoxigraph as ox
import pytest
from benchmarks import outcomes, sparql
from benchmarks.generate import BASE, Grower
from benchmarks.load import Answer
from benchmarks.outcomes import Outcome
from benchmarks.processes import Server, free_port, started, tree
from benchmarks.switching import Watch

from atmpgraph.sparql.syntax.query_form import form

from ..sparql.processes import until

QUERIES = sparql.read_queries(Grower(1_000))


def test_there_are_twelve_kinds() -> None:
    assert len(QUERIES) == 12
    assert set(sparql.BY_CLIENT) < set(QUERIES)


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_each_query_can_be_asked_and_is_another_each_time(query: sparql.Query) -> None:
    texts = {query.filled(query.first + n % query.size, sparql.FRESH + n) for n in range(2 * query.size)}
    assert len(texts) == 2 * query.size, "it comes round again"
    text = query.filled(query.first, sparql.FRESH)
    ox.Store().query(text, base_iri=BASE)
    assert "~" not in text
    assert (form(text) in {"DESCRIBE", "CONSTRUCT"}) == (query.accept == sparql.TRIPLES)


def test_an_answer_is_right_failed_mixed_or_stale() -> None:
    watch = Watch("old")
    for release in ("old", "new"):
        watch.live = release
        watch.learn("server", ".ttl", Answer(200, {"etag": release}, release.encode()))
    live = (watch.live, watch.since) = ("new", 10.0)
    new, old = Answer(200, {"etag": "new"}, b"new"), Answer(200, {"etag": "old"}, b"old")
    assert watch.judge("server", ".ttl", 11, live, new) == "right"
    assert watch.judge("server", ".ttl", 11, live, old) == "stale"
    assert watch.judge("server", ".ttl", 9, live, old) == "right", "asked for before the switch"
    assert watch.judge("server", ".ttl", 11, live, Answer(200, {"etag": "new"}, b"old")) == "mixed"
    assert watch.judge("server", ".ttl", 11, live, Answer(200, {"etag": "new"}, b"neither")) == "mixed"
    assert watch.judge("server", ".ttl", 11, live, Answer(503, {}, b"")) == "failed"
    assert watch.judge("server", ".ttl", 11, live, None) == "failed"


def test_half_of_what_is_written_down_is_too_little(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcomes, "WRITTEN", tmp_path)
    assert outcomes.fallen("short", [Outcome("look-up", 0.1)]) == []
    outcomes.write("short", [Outcome("look-up", 2.0), Outcome("home", 50.0, "ms")], ["without nginx"])
    assert outcomes.fallen("short", [Outcome("look-up", 1.1), Outcome("home", 1.0, "ms"), Outcome("new", 0.1)]) == []
    [sentence] = outcomes.fallen("short", [Outcome("look-up", 0.9)])
    assert sentence.startswith("look-up: 0.9 ×, less than half of 2 ×")
    assert "| look-up | 2 × |" in (tmp_path / "short.md").read_text(encoding="utf-8")


def test_what_is_wanted_can_be_compared() -> None:
    for name in outcomes.wanted():
        assert Outcome(name, 1.0).met in {True, False}
    name = "look-up, hot, wrk : oxigraph"
    assert Outcome(name, 2.1).met
    assert not Outcome(name, 1.9).met
    assert Outcome("nobody wants this", 1.0).met is None


def _says(rows: list[dict[str, dict[str, str]]], status: int = 200) -> type[BaseHTTPRequestHandler]:
    class Says(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"results": {"bindings": rows}}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Says


def test_answers_are_compared_by_what_they_say() -> None:
    """Numbers by their value, languages without case, rows in any order; another row is a difference."""
    number = "http://www.w3.org/2001/XMLSchema#"
    one = {"n": {"type": "literal", "value": "1", "datatype": f"{number}integer"}}
    other = {"n": {"type": "typed-literal", "value": "1.0", "datatype": f"{number}decimal"}}
    name = {"n": {"type": "literal", "value": "a", "xml:lang": "EN"}}
    lower = {"n": {"type": "literal", "value": "a", "xml:lang": "en"}}
    servers = [HTTPServer(("127.0.0.1", 0), _says(rows)) for rows in ([one, name], [lower, other], [one])]
    for server in servers:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        first, same, less = (Server("peer", server.server_port, 0) for server in servers)
        assert sparql.difference(QUERIES["look-up"], first, same) == ""
        assert sparql.difference(QUERIES["look-up"], first, less).startswith("1 rows, ours 2")
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


def test_who_gives_errors_is_left_out() -> None:
    """And the others are still measured."""
    asked = [HTTPServer(("127.0.0.1", 0), _says([], status)) for status in (200, 503)]
    for server in asked:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        servers = [Server(f"{number}", each.server_port, os.getpid()) for number, each in enumerate(asked)]
        asker = sparql.Asker(servers, QUERIES, seconds=1, rounds=2)
        found = asker.by_client(QUERIES["look-up"], 5, hot=False)
        assert set(found) == {"0"}
        assert found["0"].rate > 0
        assert asker.failed == {"1": "1: answered with 503"}
    finally:
        for server in asked:
            server.shutdown()
            server.server_close()


def test_a_server_ends_with_its_children(tmp_path: Path) -> None:
    port = free_port()
    text = (
        "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"import http.server; http.server.test(http.server.SimpleHTTPRequestHandler, port={port}, bind='127.0.0.1')"
    )
    with started("a server", [sys.executable, "-c", text], port, tmp_path / "log") as server:
        processes = tree(server.process)
        assert len(processes) == 2
        assert all(size > 0 for size in server.private_bytes().values())
    assert until(lambda: not any(map(_runs, processes)))


def _runs(process: int) -> bool:
    state = Path(f"/proc/{process}/stat")
    return state.exists() and state.read_text(encoding="ascii").split()[2] != "Z"


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no such store')"]
    with pytest.raises(ChildProcessError, match="no such store"), started("it", command, free_port(), tmp_path / "log"):
        pass

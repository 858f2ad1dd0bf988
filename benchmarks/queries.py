"""Whether the query service can be knocked over: 32 clients attack it, and others notice how much of it.

    python -m benchmarks.queries [SECONDS]

serves the current release, and prints how long health and an ordinary query take, first without and then with the
attacks, and how the attacks ended.
"""

import http.client
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.pool import AsyncResult
from typing import Final
from urllib.parse import quote

ATTACKS: Final = {
    "cross product": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }",
    "sorted cross product": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i",
    "distinct cross product": "SELECT DISTINCT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "everything in one string": "SELECT (GROUP_CONCAT(STR(?c)) AS ?x) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "paths": "SELECT * { ?s (!<a>)*/(!<b>)+/(!<c>)*/(!<d>)+ ?o . ?o (!<e>)*/(!<f>)* ?p }",
    "values": "SELECT (COUNT(*) AS ?n) {"
    + "".join(f" VALUES ?{name} {{ {' '.join(map(str, range(5_000)))} }}" for name in "abc")
    + " }",
    "regular expression": "SELECT * { ?s ?p ?o . ?a ?b ?c FILTER(REGEX(CONCAT(STR(?o), STR(?c)), '(a+)+(b|b)*$')) }",
    "optionals": "SELECT * { " + " ".join(f"OPTIONAL {{ ?s <p{n}> ?o{n} }}" for n in range(2_500)) + " }",
    "long path": "SELECT * { ?s " + "/".join(["<p>"] * 6_000) + " ?o }",
    "nested brackets": "SELECT (" + "(" * 40_000 + "1" + ")" * 40_000 + " AS ?x) {}",
    "nested groups": "ASK " + "{" * 40_000 + "}" * 40_000,
    "a million characters": "SELECT * {} #" + "x" * 1_000_000,
}
CLIENTS: Final = 32


def ask(port: int, target: str, client: str, body: str = "") -> int:
    """The status of an answer; behind a proxy that says who the client is."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=90)
    fields = {"X-Forwarded-For": client, "Content-Type": "application/sparql-query"}
    try:
        connection.request("POST" if body else "GET", target, body or None, fields)
        response = connection.getresponse()
        response.read()
    except ConnectionError:  # the server answers before it has read a body that is too long
        return 0
    else:
        return response.status
    finally:
        connection.close()


def attack(port: int, until: float) -> dict[str, Counter[int]]:
    """Attack from many clients at a time; how each kind of attack was answered."""
    ended: dict[str, Counter[int]] = {name: Counter() for name in ATTACKS}

    def repeat(number: int) -> None:
        name, query = list(ATTACKS.items())[number % len(ATTACKS)]
        while time.time() < until:
            ended[name][ask(port, "/sparql", f"198.51.100.{number}", query)] += 1
            time.sleep(0.1)

    threads = [threading.Thread(target=repeat, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended


def health(port: int, until: float) -> list[float]:
    """How long health takes, in seconds, again and again."""
    return _times(lambda _: ask(port, "/health/live", "192.0.2.1"), until)


def ordinary(port: int, until: float) -> list[float]:
    """How long an ordinary query takes that was not asked before."""
    query = "SELECT ?s ?o { ?s <http://www.w3.org/2004/02/skos/core#prefLabel> ?o } LIMIT %d"
    return _times(lambda number: ask(port, f"/sparql?query={quote(query % (number + 1))}", "192.0.2.1"), until)


def _times(once: Callable[[int], int], until: float) -> list[float]:
    found: list[float] = []
    while time.time() < until:
        started = time.perf_counter()
        status = once(len(found))
        if status != 200:
            raise AssertionError(f"answered with {status}")
        found.append(time.perf_counter() - started)
        time.sleep(0.05)
    return found


def measure(port: int, seconds: float, *, attacked: bool) -> tuple[list[float], list[float], dict[str, Counter[int]]]:
    """Times of health and of an ordinary query, each taken in a process of its own, and how the attacks ended."""
    until = time.time() + seconds
    with get_context("spawn").Pool(3) as processes:
        attacks: AsyncResult[dict[str, Counter[int]]] | None = None
        if attacked:
            attacks = processes.apply_async(attack, (port, until))
        lives = processes.apply_async(health, (port, until))
        queries = processes.apply_async(ordinary, (port, until))
        return lives.get(), queries.get(), attacks.get() if attacks else {}


def _row(name: str, times: list[float]) -> str:
    ordered = sorted(times)
    parts = (("median", 0.5), ("95 %", 0.95), ("99 %", 0.99), ("slowest", 1.0))
    shown = ", ".join(
        f"{label} {ordered[min(len(ordered) - 1, int(len(ordered) * p))] * 1000:.1f}" for label, p in parts
    )
    return f"{name:10} {shown} ms ({len(ordered)} times)"


def main() -> None:
    """Serve, measure, print."""
    seconds, port = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0, 8991
    environment = os.environ | {"ATMPGRAPH_PROXY_TRUSTED": '["127.0.0.1"]', "ATMPGRAPH_QUERIES_TIMEOUT_SECONDS": "5"}
    command = [sys.executable, "-m", "atmpgraph", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            time.sleep(5)
            for attacked in (False, True):
                lives, queries, ended = measure(port, seconds, attacked=attacked)
                print("with attacks" if attacked else "without attacks")
                print(_row("health", lives), _row("a query", queries), sep="\n")
            for name, statuses in ended.items():
                print(f"  {name:26} {dict(statuses)}")
        finally:
            server.terminate()


if __name__ == "__main__":
    main()

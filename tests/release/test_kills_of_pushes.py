"""SIGKILL at random moments of pushes, while clients ask: each answer is of one release, none fails, and the next push goes on.

`make bench` kills two hundred times.
"""

import os
import random
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote

from atmpgraph.publish.build import build
from atmpgraph.publish.push import push
from atmpgraph.publish.slot_check import verify_slots
from atmpgraph.publish.verify import verify
from atmpgraph.release.layout import ReleasesFolder
from atmpgraph.release.slots import forget_held, slot_of
from atmpgraph.settings import Settings
from atmpgraph.web import create_app

from ..conftest import changed
from ..http.conformance.targets import OverSocket, serving
from ..long import often
from ..store.engines import Oxigraph, running, store_of, variables

KILLS: Final = often(4, 200)
LONGEST_SECONDS: Final = 4.0  # a push of the starter in small pieces
# On a slow machine too, who asks waits until there is an answer.
PATIENT: Final = {"ATMPGRAPH_STORE_TIMEOUT_SECONDS": "300", "ATMPGRAPH_QUERIES_TIMEOUT_SECONDS": "300"}
NAMES: Final = ("example-person", "second-person", "third-person")
QUERIES: Final = (
    "SELECT ?s (COUNT(?o) AS ?n) { ?s a <http://xmlns.com/foaf/0.1/Person> ; ?p ?o } GROUP BY ?s ORDER BY ?s",
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g",
    "SELECT (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?m) { ?s ?p ?o }",
)


def _address(query: str, number: int = 0) -> str:
    """A query; with another number it is in no cache."""
    return f"/sparql?format=csv&query={quote(f'{query} # {number}')}"


@dataclass
class Reader:
    """Asks all the while, and remembers what was wrong.

    Attributes:
        server: which is asked.
        answers: those to each query that some release has.
    """

    server: OverSocket
    answers: dict[str, set[bytes]]
    asked: int = 0
    wrong: list[str] = field(default_factory=list)

    def run(self, ended: threading.Event) -> None:
        """Ask until the event."""
        while not ended.is_set():
            for query, answers in self.answers.items():
                self.asked += 1
                answer = self.server.ask(_address(query, self.asked))
                if answer.status != 200 or answer.body not in answers:
                    self.wrong.append(repr(answer))
            ended.wait(0.05)  # the budget of one client


def test_kills_at_random_moments_of_pushes(started: Settings, tmp_path: Path) -> None:
    people, chance = started.path(started.folders.data) / "people.csv", random.Random(KILLS)
    text, digests, answers = people.read_text(encoding="utf-8"), list[str](), {query: set[bytes]() for query in QUERIES}
    for name in NAMES:
        people.write_text(text.replace("example-person", name), encoding="utf-8")
        digests.append(str(build(started).digest))
        client = create_app(started).test_client()
        for query in QUERIES:
            answers[query].add(client.get(_address(query)).data)
    assert len(answers[QUERIES[0]]) == len(NAMES)
    blue, green = Oxigraph(tmp_path / "blue"), Oxigraph(tmp_path / "green")
    with running(blue, green):
        settings = changed(started, store={**store_of(blue, green)})
        push(settings)
        environment = {**variables(settings), **PATIENT, "ATMPGRAPH_QUERIES_RUNNING_SECONDS_PER_MINUTE": "1000"}
        folder = ReleasesFolder(settings.path(settings.folders.releases))
        command = [sys.executable, "-m", "atmpgraph", "--settings", str(settings.path(Path("atmpgraph.toml"))), "push"]
        small = os.environ | environment | {"ATMPGRAPH_STORE_PUSH_BYTES": "30000"}
        with serving(settings, tmp_path, 0, **environment) as server:
            reader, ended = Reader(server, answers), threading.Event()
            asking = threading.Thread(target=reader.run, args=(ended,))
            asking.start()
            try:
                for number in range(KILLS):
                    wanted = digests[number % len(digests)]
                    process = subprocess.Popen(
                        [*command, wanted], env=small, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                    )
                    try:
                        process.wait(chance.uniform(0.5, LONGEST_SECONDS))
                    except subprocess.TimeoutExpired:
                        process.kill()
                    process.wait()
                    assert folder.live in digests
                    assert slot_of(folder.path, str(folder.live))
                    assert not reader.wrong, reader.wrong[0]
            finally:
                ended.set()
                asking.join()
            assert reader.asked > KILLS
            assert not reader.wrong, reader.wrong[0]
        for digest in digests:
            pushed = push(settings, name=digest)
            assert (folder.live, pushed.held.digest) == (digest, digest)
        assert list(verify_slots(settings)) == []
        assert list(verify(folder.path, settings.base)) == []
        assert len(list(folder.slots.all())) == 2
        assert not list(folder.slots.path.glob("*.filling.json"))
        assert not [path for path in folder.path.rglob("*") if path.name.startswith(".") and path.name != ".lock"]


def test_queries_go_on_through_a_crash_of_the_idle_slot(started: Settings, tmp_path: Path) -> None:
    """The engine that is filled dies; the one that is asked does not notice."""
    blue, green = Oxigraph(tmp_path / "blue"), Oxigraph(tmp_path / "green")
    with running(blue, green):
        settings = changed(started, store=store_of(blue, green))
        first = push(settings).held
        green.end()
        people = started.path(started.folders.data) / "people.csv"
        people.write_text(people.read_text(encoding="utf-8").replace("example-person", NAMES[1]), encoding="utf-8")
        assert build(settings).waiting
        client = create_app(settings).test_client()
        ready = client.get("/health/ready").data
        command = [sys.executable, "-m", "atmpgraph", "--settings", str(settings.path(Path("atmpgraph.toml"))), "push"]
        done = subprocess.run(command, env=os.environ | variables(settings), capture_output=True, check=False)
        assert done.returncode == 1
        assert client.get(_address(QUERIES[2])).status_code == 200
        assert client.get("/health/ready").data == ready
        assert first.slot == blue.address
        assert slot_of(settings.path(settings.folders.releases), first.digest)
        green.start()
        assert push(settings).held.slot == green.address


def test_a_query_whose_slot_is_taken_is_answered_by_the_release_that_is_live(started: Settings, tmp_path: Path) -> None:
    """It waits in one engine while another release goes live in the other, and the next push takes its slot."""
    people = started.path(started.folders.data) / "people.csv"
    text, query = people.read_text(encoding="utf-8"), _address(QUERIES[0])
    blue, green = Oxigraph(tmp_path / "blue"), Oxigraph(tmp_path / "green")
    with running(blue, green):
        settings = changed(started, store=store_of(blue, green))
        second = ""
        for name in NAMES[:2]:
            people.write_text(text.replace("example-person", name), encoding="utf-8")
            build(settings)
            first, second = second, push(settings).held.digest
        assert push(settings, name=first).held.slot == blue.address
        with (
            serving(settings, tmp_path, 0, **variables(settings), **PATIENT) as server,
            ThreadPoolExecutor(1) as clients,
        ):
            assert NAMES[0].encode() in server.ask(query).body
            blue.pause()
            try:
                waiting = clients.submit(server.ask, _address(QUERIES[0], 1))
                time.sleep(1)
                assert not waiting.done(), waiting.result()
                assert push(settings, name=second).switched
                forget_held(settings.path(settings.folders.releases), first)  # as the next push begins
            finally:
                blue.pause(ends=True)
            answer = waiting.result()
    assert answer.status == 200, answer
    assert NAMES[1].encode() in answer.body

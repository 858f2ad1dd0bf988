"""SIGKILL at random moments of build, verify and switch, while clients read: nothing fails, nothing is mixed, nothing stays.

`make bench` kills two hundred times.
"""

import hashlib
import random
import subprocess
import sys
import threading
import time
from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path

from atmpgraph.publish.build import build
from atmpgraph.publish.verify import verify
from atmpgraph.release.layout import ReleasesFolder
from atmpgraph.settings import Settings

from ..http.conformance.targets import OverSocket, serving
from ..long import often

KILLS = often(4, 200)
LONGEST_SECONDS = 3.0  # a build of the starter, or a check of its releases
NAMES = ("example-person", "second-person", "third-person")


@dataclass
class Reader:
    """Reads all the while, and remembers what was wrong.

    Attributes:
        server: where it reads.
        digests: of the releases that may be live.
    """

    server: OverSocket
    digests: dict[str, bytes]
    reads: int = 0
    wrong: list[str] = field(default_factory=list)

    def run(self, ended: threading.Event) -> None:
        """Read until the event."""
        while not ended.is_set():
            for path in (
                "/dumps/current/data.nq",
                "/doc/person/example-person.nt",
                "/health/ready",
                "/releases/current",
            ):
                self.read(path)

    def read(self, path: str) -> None:
        """Read once: each answer is of one release, and whole."""
        answer = self.server.ask(path)
        self.reads += 1
        if path.startswith("/dumps"):
            digest = hashlib.sha256(answer.body).digest()
            promised = f"sha-256=:{b64encode(digest).decode()}:"
            if answer.status != 200 or digest.hex() not in self.digests or answer.field("Repr-Digest") != promised:
                self.wrong.append(repr(answer))
        elif path.startswith("/doc"):
            if answer.status not in {200, 410}:
                self.wrong.append(repr(answer))
        elif path.startswith("/releases"):
            if answer.status != 307 or answer.field("Location").rpartition("/")[2] not in self.digests:
                self.wrong.append(repr(answer))
        elif answer.status != 200:
            self.wrong.append(repr(answer))


def test_kills_at_random_moments(started: Settings, tmp_path: Path) -> None:
    releases, people = started.path(started.folders.releases), started.path(started.folders.data) / "people.csv"
    text, chance = people.read_text(encoding="utf-8"), random.Random(KILLS)

    def edit(name: str) -> None:
        people.write_text(text.replace("example-person", name), encoding="utf-8")

    digests = {}
    for name in (*NAMES, NAMES[0]):
        edit(name)
        digest = build(started).digest
        assert digest
        digests[digest] = name.encode()
    command = [sys.executable, "-m", "atmpgraph", "--settings", str(started.path(Path("atmpgraph.toml")))]
    with serving(started, tmp_path) as server:
        reader, ended = Reader(server, digests), threading.Event()
        reading = threading.Thread(target=reader.run, args=(ended,))
        reading.start()
        try:
            for number in range(KILLS):
                edit(NAMES[number % len(NAMES)])
                action = "verify" if number % 4 == 3 else "build"
                process = subprocess.Popen([*command, action], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                time.sleep(chance.uniform(0, LONGEST_SECONDS))
                process.kill()
                process.wait()
                assert not reader.wrong, reader.wrong[0]
        finally:
            ended.set()
            reading.join()
        assert reader.reads > KILLS
    edit(NAMES[1])
    last = build(started)
    assert last.digest == ReleasesFolder(releases).live
    assert last.repairs == []
    assert list(verify(releases, started.base)) == []
    assert not [path for path in releases.rglob("*") if path.name.startswith(".") and path.name != ".lock"]

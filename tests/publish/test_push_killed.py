"""A push that is killed before any one of the things that it does: the live release stays whole, and the next goes on."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from atmpgraph.publish.build import build
from atmpgraph.publish.push import push
from atmpgraph.publish.slot_check import verify_slots
from atmpgraph.release.layout import ReleasesFolder
from atmpgraph.release.release import open_release
from atmpgraph.settings import Settings
from atmpgraph.store import Store, remote_settings

from ..conftest import changed
from ..long import some
from ..store.engines import Oxigraph, running, store_of, variables

# Each request of the Graph Store Protocol has a connection of its own. What is counted changes a file or a dataset.
_PUSHING = """
import atexit, os, signal, sys
seen, last = 0, int(os.environ["KILLED_AT"])
CHANGES = {"socket.connect", "os.rename", "os.remove", "os.symlink", "os.mkdir", "os.rmdir", "os.link"}

def note(event, arguments):
    global seen
    if event in CHANGES or (event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)):
        seen += 1
        if seen == last:
            os.kill(os.getpid(), signal.SIGKILL)

from atmpgraph.cli import main
atexit.register(lambda: print("steps", seen))
sys.addaudithook(note)
main(sys.argv[1:])
"""
PUSHES = 3  # so many releases, one more than slots: each has to be loaded


def _run(settings: Settings, release: str, at: int) -> tuple[int, str]:
    """Push in a process that is killed at a step; its status and output."""
    file = settings.path(Path("atmpgraph.toml"))
    arguments = [sys.executable, "-c", _PUSHING, "--settings", str(file), "push", release]
    environment = os.environ | variables(settings) | {"KILLED_AT": str(at), "ATMPGRAPH_STORE_PUSH_BYTES": "20000"}
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True, timeout=600, check=False)
    return done.returncode, done.stdout + done.stderr


def test_it_may_be_killed_at_each_step(started: Settings, tmp_path: Path) -> None:
    slots = Oxigraph(tmp_path / "blue"), Oxigraph(tmp_path / "green")
    people = started.path(Path("data") / "people.csv")
    text = people.read_text(encoding="utf-8")
    with running(*slots):
        settings = changed(started, store=store_of(*slots))
        folder = ReleasesFolder(settings.path(settings.folders.releases))
        names = list[str]()
        for number in range(PUSHES):
            people.write_text(text.replace("example-person", f"person-{number}"), encoding="utf-8")
            names.append(str(build(settings).digest))
            push(settings)
        status, output = _run(settings, names[0], 0)
        assert status == 0, output
        steps = int(output.rpartition("steps ")[2].split()[0])
        assert steps > 20
        for number, at in enumerate(some(range(1, steps + 1), 2), 1):
            release, before = names[number % PUSHES], folder.live
            status, output = _run(settings, release, at)
            assert status in {-signal.SIGKILL, 0}, output
            assert folder.live in {before, release}
            assert not list(verify_slots(settings))
            _live_store(settings).check()
            assert push(settings, name=release).held.digest == folder.live == release
            _live_store(settings).check()


def _live_store(settings: Settings) -> Store:
    releases = settings.path(settings.folders.releases)
    return open_release(releases, "current", settings.base, remote_settings(settings)).store

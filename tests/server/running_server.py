"""The production server as a process: whom it consists of, and what it leaves behind."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from atmpgraph.settings import Settings

from ..http.conformance.targets import OverSocket, free_port, wait_for
from ..sparql.processes import PATIENCE, children, runs, until

QUERY = "/sparql?query=ASK%20%7B%7D"
WEB, SERVICE = "atmpgraph.server.web_process", "atmpgraph.sparql.service.broker"


@dataclass(frozen=True)
class RunningServer:
    """A server.

    Attributes:
        target: where it is asked.
        process: its main process.
        temporary: its folder for temporary files.
        log: what it says.
    """

    target: OverSocket
    process: "subprocess.Popen[bytes]"
    temporary: Path
    log: Path

    def named(self, module: str) -> set[int]:
        """The processes of a module: of web processes those that serve, not the one that they are forked from."""
        found = {child for child in children(self.process.pid) if runs(child) and module in command(child)}
        return {fork for each in found for fork in descendants(each) if runs(fork)} if module == WEB else found

    def nursery(self) -> set[int]:
        """The process that web processes are forked from."""
        return {child for child in children(self.process.pid) if runs(child) and WEB in command(child)}

    def all(self) -> set[int]:
        """All processes, the main one too."""
        everyone, newest = {self.process.pid}, {self.process.pid}
        while newest:
            newest = {child for parent in newest for child in descendants(parent)} - everyone
            everyone |= newest
        return everyone

    def serves(self) -> bool:
        """Whether it answers, a query too."""
        try:
            return {self.target.ask(path).status for path in ("/health/live", QUERY)} == {200}
        except OSError:
            return False

    def ends(self) -> int:
        """Wait for its end; its exit status. Nothing of it is left then."""
        everyone = self.all()
        status = self.process.wait(PATIENCE)
        assert until(lambda: not any(map(runs, everyone)))
        return status

    def said(self) -> str:
        """All it said."""
        return self.log.read_text(encoding="utf-8", errors="replace")


def command(process: int) -> str:
    """The command line of a process; of one that ended, nothing."""
    try:
        return Path(f"/proc/{process}/cmdline").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def descendants(process: int) -> set[int]:
    """The child processes of a process; of one that ended, none."""
    try:
        return children(process)
    except OSError:
        return set()


@contextmanager
def started(settings: Settings, folder: Path, *arguments: str, **others: str) -> Iterator[RunningServer]:
    """A server over the current release, that is not waited for.

    Args:
        settings: of the publication.
        folder: for its log and its temporary files.
        arguments: of `atmpgraph serve`.
        others: variables of its environment.
    """
    temporary, log = folder / "tmp", folder / "log"
    temporary.mkdir()
    target = OverSocket("server", free_port())
    environment = os.environ | {
        "ATMPGRAPH_FOLDERS_RELEASES": str(settings.path(settings.folders.releases)),
        "ATMPGRAPH_SERVER_WORKERS": "2",
        "ATMPGRAPH_SERVER_PORT": str(target.port),
        "TMPDIR": str(temporary),
        **others,
    }
    file = str(settings.path(Path("atmpgraph.toml")))
    call = [sys.executable, "-m", "atmpgraph", "--settings", file, "serve", *arguments]
    with log.open("wb") as output:
        process = subprocess.Popen(call, env=environment, stdout=output, stderr=output, start_new_session=True)
    try:
        yield RunningServer(target, process, temporary, log)
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


@contextmanager
def running_server(settings: Settings, folder: Path, **others: str) -> Iterator[RunningServer]:
    """A server that serves."""
    with started(settings, folder, **others) as server:
        wait_for(server.target)
        assert until(server.serves)
        yield server

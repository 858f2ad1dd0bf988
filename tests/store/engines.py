"""Engines of others that hold a release: real servers, started and ended by the tests."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from atmpgraph.settings import Settings

from ..clients.tools import tool
from ..conftest import absent
from ..http.conformance.targets import OverSocket, free_port, wait_for
from ..sparql.processes import PATIENCE, suspend

_VIRTUOSO: Final = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
FileExtend = 200
MaxCheckpointRemap = 2000
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
MaxCheckpointRemap = 2000
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
ServerThreads = 20
CheckpointInterval = 0
NumberOfBuffers = 20000
MaxDirtyBuffers = 15000
DirsAllowed = {folder}
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerThreads = 20
MaxClientConnections = 20
EnabledGzipContent = 0
"""
PASSWORD: Final = "dba"  # of a new database


class Engine:
    """A server with one dataset on disk, which can be killed and started again at its address.

    Attributes:
        folder: of its dataset.
        port: on the loopback interface.
        address: of the server, without a slash at the end.
    """

    query = ""
    graph_store = ""
    home = "/"
    environment: Mapping[str, str] = {}

    def __init__(self, folder: Path) -> None:
        """A server that is not started yet."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.port = folder, free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """What starts it."""
        raise NotImplementedError

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(self.command(), stdout=log, stderr=log, cwd=self.folder)
        wait_for(OverSocket("engine", self.port), self.home)

    def pause(self, *, ends: bool = False) -> None:
        """Let it answer nobody; or again."""
        assert self._process
        if ends:
            os.kill(self._process.pid, signal.SIGCONT)
        else:
            suspend(self._process.pid)

    def end(self, number: int = signal.SIGKILL) -> None:
        """End it as a crash does, or by another signal."""
        if self._process:
            os.kill(self._process.pid, number)
            self._process.wait(PATIENCE)
            self._process = None


class Oxigraph(Engine):
    """The server of Oxigraph (PyPI)."""

    query, graph_store = "{slot}/query", "{slot}/store?no_transaction"

    def command(self) -> list[str]:
        """One dataset in a folder."""
        bind = f"127.0.0.1:{self.port}"
        return [tool("oxigraph"), "serve", "--location", str(self.folder / "data"), "--bind", bind]


class Virtuoso(Engine):
    """Virtuoso, as Debian has it."""

    query, graph_store = "{slot}/sparql-auth", "{slot}/sparql-graph-crud-auth"
    home = "/sparql"
    environment: Mapping[str, str] = {"ATMPGRAPH_STORE_USER": "dba", "ATMPGRAPH_STORE_PASSWORD": PASSWORD}

    def __init__(self, folder: Path) -> None:
        """A server that is not started yet."""
        super().__init__(folder)
        self.sql = free_port()

    def command(self) -> list[str]:
        """One database in a folder."""
        program = shutil.which("virtuoso-t") or absent("virtuoso is not installed: make test-clients")
        file = self.folder / "virtuoso.ini"
        if not file.exists():
            file.write_text(_VIRTUOSO.format(sql=self.sql, port=self.port, folder=self.folder), encoding="utf-8")
        return [program, "-f", "-c", str(file)]


@contextmanager
def running(*engines: Engine) -> Iterator[None]:
    """Engines as long as the block lasts."""
    try:
        for engine in engines:
            engine.start()
        yield
    finally:
        for engine in engines:
            engine.end()


@contextmanager
def one_slot(folder: Path) -> Iterator[Oxigraph]:
    """A server with one slot, whose files are in a folder, as long as the block lasts."""
    engine = Oxigraph(folder / "blue")
    with running(engine):
        yield engine


def store_of(*engines: Engine) -> dict[str, Any]:
    """The settings of a store whose slots are these engines."""
    kind = type(engines[0])
    slots = tuple(engine.address for engine in engines)
    return {"endpoint": kind.query, "graph_store": kind.graph_store, "slots": slots}


def variables(settings: Settings) -> dict[str, str]:
    """The store of some settings as variables of the environment, for a server that reads a file without it."""
    store = settings.store
    if not store.endpoint:
        return {}
    return {
        "ATMPGRAPH_STORE_ENDPOINT": store.endpoint,
        "ATMPGRAPH_STORE_GRAPH_STORE": store.graph_store,
        "ATMPGRAPH_STORE_SLOTS": json.dumps(store.slots),
        "ATMPGRAPH_STORE_FUNCTIONS": json.dumps(store.functions),
    }

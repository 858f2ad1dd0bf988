"""Virtuoso, as Debian has it (7.2.5, of 2018): what most public SPARQL services run."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ..processes import HOST, Server, free_port, started
from ..publication import Publication

CONFIGURATION: Final = """
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
ServerPort = {host}:{sql}
DisableUnixSocket = 1
ServerThreads = 20
CheckpointInterval = 0
NumberOfBuffers = 170000
MaxDirtyBuffers = 130000
DirsAllowed = {data}
[HTTPServer]
ServerPort = {host}:{port}
ServerThreads = 20
MaxKeepAlives = 20
KeepAliveTimeout = 600
"""
_LOAD: Final = """
ld_dir('{folder}', '{file}', '{base}');
rdf_loader_run();
checkpoint;
"""


class Virtuoso:
    """`virtuoso-t`, its default graph the union of all."""

    name = "virtuoso"
    slow = frozenset[str]()

    def missing(self) -> str:
        """Whether it is installed."""
        if shutil.which("virtuoso-t") and shutil.which("isql-vt"):
            return ""
        return "virtuoso is not installed: .ci/apt virtuoso-opensource-7 virtuoso-opensource-7-bin"

    @contextmanager
    def serving(self, publication: Publication, scratch: Path) -> Iterator[Server]:
        """The server over a database that is loaded once."""
        release = publication.release
        database = publication.folder / "virtuoso" / release.path.name
        if not database.is_dir():
            loading = database.with_suffix(".loading")
            shutil.rmtree(loading, ignore_errors=True)
            loading.mkdir(parents=True)
            with self._running(loading, release.path, scratch) as (_, sql):
                load = _LOAD.format(folder=release.path, file=release.canonical.name, base=publication.settings.base)
                command = ["isql-vt", f"{HOST}:{sql}", "dba", "dba"]
                subprocess.run(command, input=load, text=True, check=True, capture_output=True, timeout=1800)
            loading.rename(database)
        with self._running(database, release.path, scratch) as (server, _):
            yield server

    @contextmanager
    def _running(self, database: Path, data: Path, scratch: Path) -> Iterator[tuple[Server, int]]:
        port, sql = free_port(), free_port()
        text = CONFIGURATION.format(host=HOST, port=port, sql=sql, data=data)
        (database / "virtuoso.ini").write_text(text, encoding="utf-8")
        command = ["virtuoso-t", "-f", "-c", database / "virtuoso.ini"]
        with started(self.name, command, port, scratch / "virtuoso.log", folder=database) as server:
            yield server, sql

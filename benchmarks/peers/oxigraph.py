"""Oxigraph's own server, in Rust: the same engine as ours, without an application around it."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..processes import HOST, Server, free_port, started
from ..publication import Publication
from . import ENVIRONMENT, installed

_PROGRAM = ENVIRONMENT / "oxigraph"


class Oxigraph:
    """`oxigraph serve-read-only`, the union of the graphs as the default graph, as with us."""

    name = "oxigraph"
    slow = frozenset[str]()

    def missing(self) -> str:
        """Whether it is installed."""
        return installed(_PROGRAM, ".venv-peers/.installed")

    @contextmanager
    def serving(self, publication: Publication, scratch: Path) -> Iterator[Server]:
        """The server over a store on disk, which is loaded once."""
        store = publication.folder / "oxigraph" / publication.release.path.name
        if not store.is_dir():
            loading = store.with_suffix(".loading")
            shutil.rmtree(loading, ignore_errors=True)
            command = [_PROGRAM, "load", "--location", loading, "--file", publication.release.canonical]
            loading.parent.mkdir(exist_ok=True)
            subprocess.run(list(map(str, command)), check=True, capture_output=True)
            loading.rename(store)
        port = free_port()
        serve = [_PROGRAM, "serve-read-only", "--union-default-graph", "--location", store, "--bind", f"{HOST}:{port}"]
        with started(self.name, serve, port, scratch / "oxigraph.log", sparql="/query") as server:
            yield server

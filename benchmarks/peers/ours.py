"""This program, as `atmpgraph serve` starts it, with the limits of a single client taken away."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..processes import Server, free_port, started
from ..publication import Publication


class Ours:
    """`atmpgraph serve`, two web processes and four query workers, as by default."""

    name = "atmpgraph"
    slow = frozenset[str]()

    def __init__(self, **settings: str) -> None:
        """Other settings, as their variables in the environment."""
        self.settings = settings

    def missing(self) -> str:
        """Never."""
        return ""

    @contextmanager
    def serving(self, publication: Publication, scratch: Path, port: int = 0) -> Iterator[Server]:
        """The server over the live release; one client may use all of the time for queries."""
        port = port or free_port()
        file = publication.folder / "atmpgraph.toml"
        command = [sys.executable, "-m", "atmpgraph", "--settings", file, "serve", "--port", str(port)]
        environment = {"ATMPGRAPH_QUERIES_RUNNING_SECONDS_PER_MINUTE": "100000"} | self.settings
        log = scratch / f"{self.name}-{port}.log"
        with started(self.name, command, port, log, ready="/health/live", environment=environment) as server:
            yield server

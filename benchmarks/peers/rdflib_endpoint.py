"""rdflib-endpoint over the Oxigraph store: what one has in Python in an afternoon."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..processes import HOST, Server, free_port, started
from ..publication import Publication
from . import ENVIRONMENT, installed

_PROGRAM = ENVIRONMENT / "rdflib-endpoint"


class RdflibEndpoint:
    """`rdflib-endpoint serve --store Oxigraph`, which reads the statements at each start."""

    name = "rdflib-endpoint"
    # It evaluates these in Python, one by one: at a hundred thousand rows each takes a minute and blocks the rest.
    slow = frozenset({"wide-join", "group-by", "optional-language", "regex", "order-by-page", "count"})

    def missing(self) -> str:
        """Whether it is installed."""
        return installed(_PROGRAM, ".venv-peers/.installed")

    @contextmanager
    def serving(self, publication: Publication, scratch: Path) -> Iterator[Server]:
        """The server; at a million statements it takes a minute or two to start."""
        port = free_port()
        serve = [_PROGRAM, "serve", "--host", HOST, "--port", str(port), "--store", "Oxigraph"]
        command = [*serve, publication.release.canonical]
        log = scratch / "rdflib-endpoint.log"
        with started(self.name, command, port, log, ready="/docs", sparql="/", seconds=600) as server:
            yield server

"""Trifid: the publisher that is most like ours, in front of Oxigraph's server."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ..processes import HOST, Server, free_port, started
from ..publication import Publication
from . import installed
from .oxigraph import Oxigraph

FOLDER: Final = Path(__file__).with_name("npm")
_CONFIGURATION: Final = """
extends:
  - {folder}/node_modules/trifid/instances/docker-sparql/config.yaml
server:
  logLevel: error
  listener:
    host: {host}
"""


class Trifid:
    """`trifid`, with the IRIs of the publication as those that it describes."""

    name = "trifid"

    def missing(self) -> str:
        """Whether it is installed."""
        if not _node():
            return "node is not installed"
        return installed(
            FOLDER / "node_modules" / "trifid" / "server.js", "benchmarks/peers/npm/node_modules/.installed"
        )

    @contextmanager
    def serving(self, publication: Publication, scratch: Path) -> Iterator[Server]:
        """The publisher and the server behind it."""
        with Oxigraph().serving(publication, scratch) as store:
            port, file = free_port(), scratch / "trifid.yaml"
            file.write_text(_CONFIGURATION.format(folder=FOLDER, host=HOST), encoding="utf-8")
            environment = {
                "SPARQL_ENDPOINT_URL": f"{store.address}{store.sparql}",
                "DATASET_BASE_URL": publication.settings.base,
                "TRIFID_CONFIG": str(file),
            }
            command = [_node(), FOLDER / "node_modules" / "trifid" / "server.js", "-p", str(port)]
            log = scratch / "trifid.log"
            with started(self.name, command, port, log, ready="/healthz", environment=environment) as server:
                yield server


def _node() -> str:
    """Node.js: the machine's, or the one that bundles our scripts."""
    return shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent)) or ""

"""The publication of this repository behind a real server, for the clients of others."""

from collections.abc import Iterator

import pytest

from atmpgraph.publish.build import build
from atmpgraph.settings import Settings

from ..conftest import BASE, copy_publication
from ..http.conformance.targets import free_port, serving


@pytest.fixture(scope="session")
def endpoint(released: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of its SPARQL endpoint."""
    with serving(released, tmp_path_factory.mktemp("clients")) as server:
        yield f"http://127.0.0.1:{server.port}/sparql"


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base of a publication that is served where its IRIs say, for clients that follow those."""
    folder, port = tmp_path_factory.mktemp("home"), free_port()
    base = f"http://127.0.0.1:{port}/"
    file = copy_publication(folder)
    file.write_text(file.read_text(encoding="utf-8").replace(f'base = "{BASE}"', f'base = "{base}"'), encoding="utf-8")
    settings = Settings.load(file)
    built = build(settings)
    assert built.digest, "\n".join(built.report.lines("en"))
    with serving(settings, folder, port):
        yield base

"""Serving needs only what a plain install brings; what makes releases is an extra (`pyproject.toml`)."""

import subprocess
import sys
from pathlib import Path

import pytest

from atmpgraph.settings import Settings

BUILDING = ("frictionless", "pyshacl", "rdflib")
PATHS = (
    "/",
    "/doc/organisation/uclouvain",
    "/catalogue.ttl",
    "/quality",
    "/releases/",
    "/stream",
    "/sparql?query=ASK{}",
)


@pytest.mark.parametrize("module", ["atmpgraph.cli", "atmpgraph.server.rsgi", "atmpgraph.sparql.service.broker"])
def test_what_serves_starts_without_what_builds(module: str) -> None:
    run(f"import {module}")


def test_every_kind_of_answer_comes_without_what_builds(released: Settings) -> None:
    file = str(released.path(Path("atmpgraph.toml")))
    run(
        "from pathlib import Path",
        "from atmpgraph.settings import Settings",
        "from atmpgraph.web import create_app",
        f"client = create_app(Settings.load(Path({file!r}))).test_client()",
        f"print([client.get(path).status_code for path in {PATHS!r}])",
        prints=str([200] * len(PATHS)),
    )


def run(*lines: str, prints: str = "") -> None:
    """Run lines of Python where the libraries for building are not installed."""
    blocked = f"import sys; sys.modules.update(dict.fromkeys({BUILDING!r}))"
    code = "\n".join((blocked, *lines))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, prints), done.stderr

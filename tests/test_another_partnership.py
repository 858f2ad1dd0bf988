"""Another partnership is published by the same code: started by `init`, from the wheel as people install it, unchanged."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
import pytest

from atmpgraph.settings import Settings

from .conftest import ROOT
from .sparql.processes import PATIENCE


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked: nothing of the checkout is beside it."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(folder),
        str(ROOT),
    ]
    subprocess.run(command, check=True, timeout=900)
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder / "installed")
    return folder / "installed"


def run(wheel: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line of the wheel, in another process."""
    environment = {**os.environ, "PYTHONPATH": str(wheel)}
    program = f"import atmpgraph; assert atmpgraph.__file__.startswith({str(wheel)!r}); from atmpgraph.cli import main; main()"
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=900, check=True)


@pytest.fixture(scope="module")
def partnership(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new publication with its first release."""
    folder = tmp_path_factory.mktemp("partnership") / "new"
    run(wheel, folder.parent, "init", str(folder), "--base", "https://data.example.org/")
    run(wheel, folder, "build")
    return folder


@pytest.fixture(scope="module")
def address(wheel: Path, partnership: Path) -> Iterator[str]:
    """The publication, served as people serve it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "PYTHONPATH": str(wheel)}
    command = [sys.executable, "-m", "atmpgraph", "serve", "--port", str(port)]
    server = subprocess.Popen(command, cwd=partnership, env=environment, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    for _ in range(1_000):
        try:
            urllib.request.urlopen(f"{address}/health/ready", timeout=60)
            break
        except OSError:  # not yet, or not in time
            time.sleep(0.1)
    yield address
    server.terminate()
    server.wait(timeout=PATIENCE)


def get(url: str, accept: str) -> tuple[str, str]:
    request = urllib.request.Request(url, headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=PATIENCE) as response:
        return response.headers["Content-Type"], response.read().decode()


def test_everything_is_under_its_own_base(partnership: Path) -> None:
    content = (partnership / "releases" / "current" / "data.nq").read_text(encoding="utf-8")
    assert "https://data.example.org/id/partnership/example>" in content
    assert "w3id.org/atmp-wallonia" not in content


def test_it_is_labelled_fictional(partnership: Path) -> None:
    settings = Settings.load(partnership / "atmpgraph.toml")
    assert [
        word
        for word in ("fictif", "fictief", "fiktiv", "fictional")
        if any(word in text for text in settings.model_dump()["title"].values())
    ]


def test_its_check_finds_nothing_wrong(wheel: Path, partnership: Path) -> None:
    assert json.loads(run(wheel, partnership, "check", "--json").stdout)["conforms"] is True


def test_the_server_answers(address: str) -> None:
    type_, page = get(f"{address}/?lang=en", "text/html")
    assert type_.startswith("text/html")
    assert "Example Partnership (fictional)" in page
    assert "more than 10" in page
    assert "about 15" in page
    type_, turtle = get(f"{address}/id/figure/partners", "text/turtle")
    assert type_.startswith("text/turtle")
    assert list(ox.parse(turtle.encode(), format=ox.RdfFormat.TURTLE))
    query = quote("SELECT (COUNT(*) AS ?n) WHERE { ?p a <https://w3id.org/atmpgraph/ns#Participation> }")
    _, results = get(f"{address}/sparql?query={query}", "application/sparql-results+json")
    assert json.loads(results)["results"]["bindings"][0]["n"]["value"] == "2"


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "queries").glob("*.rq")))
def test_every_question_can_be_asked_of_it(address: str, name: str) -> None:
    type_, _ = get(f"{address}/queries/{name}", "text/html")
    assert type_.startswith("text/html")


def test_the_scripts_of_its_pages_are_there(address: str) -> None:
    for name in ("editor.css", "editor.js", "results.js", "search.js"):
        assert len(get(f"{address}/static/{name}", "*/*")[1]) > 1000


def test_nothing_of_the_first_publication_is_in_the_code(wheel: Path) -> None:
    words = re.compile(r"atmp-wallonia|\bPIT[ -]ATMP\b|biowin|wallon|maidam|exofasttrack", re.IGNORECASE)
    others = {"documentation.json"}  # what `docs/` says, by `make`
    ours = [path for path in (ROOT / "src").rglob("*") if path.is_file() and path.suffix != ".svg"]
    ours = [path for path in ours if path.name not in others and path.parent.name != "__pycache__"]
    assert [path for path in ours if words.search(path.read_text(encoding="utf-8"))] == []
    starter = [
        path for path in (wheel / "atmpgraph" / "supplied").rglob("*.rq") if words.search(path.read_text("utf-8"))
    ]
    assert starter == []

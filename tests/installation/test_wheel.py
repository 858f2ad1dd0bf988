"""The wheel, made from a clean checkout as the README says, and served from an environment of its own."""

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..conftest import ROOT
from ..http.conformance.targets import OverSocket, free_port, running, wait_for
from .checkout import copy_checkout, must, run

SCRIPTS = ("editor.css", "editor.js", "results.js", "search.js")


def _commands(heading: str) -> list[str]:
    """The commands under a heading of the README."""
    _, _, section = (ROOT / "README.md").read_text(encoding="utf-8").partition(f"\n## {heading}\n")
    return re.findall(r"^ {4}(.*)$", section.partition("\n## ")[0], re.MULTILINE)


def test_no_package_is_made_without_the_scripts(tmp_path: Path) -> None:
    """But it says what it lacks and how to get it."""
    checkout = copy_checkout(tmp_path)
    build = (sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-w", "dist", ".")
    done = run(checkout, *build)
    assert done.returncode != 0
    assert "make wheel" in done.stdout + done.stderr
    for name in SCRIPTS:
        assert f"static/{name}" in done.stdout + done.stderr
    assert not list(checkout.glob("dist/*"))


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of the environment that the README's commands make, from the pip that Python brings."""
    checkout = copy_checkout(tmp_path_factory.mktemp("wheel") / "atmpgraph-checkout")
    must(checkout, "bash", "-euc", "\n".join(_commands("Installed with pip")))
    (program,) = checkout.parent.glob("*/bin/atmpgraph")
    return program.parent


@pytest.mark.clients
@pytest.mark.parametrize(
    ("page", "heading"), [("your-own-partnership", "Install"), ("start", "With pip")], ids=["its page", "the start"]
)
def test_it_is_installed_as_the_documentation_says(environment: Path, tmp_path: Path, page: str, heading: str) -> None:
    """The commands as they stand, in a folder with the wheel; then its own commands are there."""
    (wheel,) = environment.parents[1].glob("*/dist/*.whl")
    shutil.copy(wheel, tmp_path)
    _, _, section = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8").partition(f"## {heading}\n")
    commands = re.findall(r"^ {4}(.*)$", section.partition("\n## ")[0], re.MULTILINE)
    assert any("pip install" in command for command in commands)
    must(tmp_path, "bash", "-euc", "\n".join(commands))
    (program,) = tmp_path.glob("*/bin/atmpgraph")
    assert "import" in must(tmp_path, str(program), "--help")
    must(tmp_path, str(program), "init", "new")
    must(tmp_path / "new", str(program), "check")


@pytest.fixture(scope="module")
def served(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OverSocket]:
    """A new publication that is built and served there."""
    folder, target = tmp_path_factory.mktemp("publication"), OverSocket("wheel", free_port())
    program = str(environment / "atmpgraph")
    must(folder, program, "init", "new", "--base", "https://data.example.org/")
    settings = ("--settings", str(folder / "new" / "atmpgraph.toml"))
    must(folder / "new", program, *settings, "build")
    with running([program, *settings, "serve", "--port", str(target.port)], folder / "log"):
        wait_for(target, "/health/ready")
        yield target


def _references(target: OverSocket, path: str, folder: str) -> list[str]:
    """The paths in a folder that a page leads to or asks for."""
    answer = target.ask(path, fields={"Accept": "text/html"})
    assert answer.status == 200, answer
    return re.findall(rf'(?:href|src)="({folder}[^"?#]+)', answer.body.decode())


@pytest.mark.clients
def test_all_that_pages_ask_for_is_in_it(served: OverSocket) -> None:
    pages = ("/", "/sparql", _references(served, "/queries/", "/queries/")[0])
    files = {file for page in pages for file in _references(served, page, "/static/")}
    assert {f"/static/{name}" for name in ("atmpgraph.css", *SCRIPTS)} <= files
    for path in files:
        answer = served.ask(path)
        assert answer.status == 200, answer
        assert answer.body, answer


@pytest.mark.clients
def test_the_documentation_is_in_it(served: OverSocket) -> None:
    answer = served.ask("/docs/your-own-partnership")
    assert answer.status == 200, answer
    assert b"From CORDIS" in answer.body


@pytest.mark.clients
def test_nothing_is_missing_beside_it(environment: Path) -> None:
    must(environment, "./python", "-m", "pip", "check")

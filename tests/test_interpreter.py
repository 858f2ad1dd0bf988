"""No process of ours runs a module of the folder that it is started in, whatever the module is called."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pyoxigraph as ox
import pytest
import xlsxwriter

from atmpgraph.rdf.canonize import canonical
from atmpgraph.settings import Settings
from atmpgraph.sources.workbook import FIRST_SEEN, open_sheet

from .http.conformance.targets import OverSocket, free_port, running, wait_for
from .sparql.processes import until


@pytest.fixture(params=["types", "csv", "atmpgraph"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that one is in, with a module."""
    (tmp_path / f"{request.param}.py").write_text("raise SystemExit('of the folder')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_python_itself_runs_it(folder: Path) -> None:
    """Else nothing here tells anything."""
    [module] = folder.glob("*.py")
    done = subprocess.run([sys.executable, "-m", module.stem], capture_output=True, text=True, check=False)
    assert "of the folder" in done.stderr


def test_a_workbook_is_read(folder: Path) -> None:
    with xlsxwriter.Workbook(folder / "t.xlsx") as book:
        book.add_worksheet().write(0, 0, "one")
    [(number, [cell])] = open_sheet(folder / "t.xlsx", FIRST_SEEN, 100).rows
    assert (number, cell) == (1, "one")


@pytest.mark.usefixtures("folder")
def test_nodes_that_look_alike_get_their_names() -> None:
    quads = [ox.Quad(ox.BlankNode(), ox.NamedNode("urn:p"), ox.BlankNode()) for _ in range(20)]
    assert len(canonical(quads, 30)) == len(quads)


def test_a_server_answers_and_runs_queries(folder: Path, released: Settings) -> None:
    script, server = Path(sysconfig.get_path("scripts")) / "atmpgraph", OverSocket("server", free_port())
    releases = str(released.path(released.folders.releases))
    command = [str(script), "--settings", str(released._root / "atmpgraph.toml"), "serve", "--port", str(server.port)]
    with running(command, folder / "log", os.environ | {"ATMPGRAPH_FOLDERS_RELEASES": releases}):
        wait_for(server)
        assert server.ask("/doc/organisation/ulb.ttl").status == 200
        assert until(lambda: server.ask("/sparql?query=ASK%20%7B%7D").status == 200)
    assert "of the folder" not in (folder / "log").read_text(encoding="utf-8")

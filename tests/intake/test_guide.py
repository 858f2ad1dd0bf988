"""The page "Your own partnership": its commands, run as they stand, with files in the shape of CORDIS."""

import re
import shlex
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from ..conftest import ROOT
from ..long import often
from . import cordis
from .test_import import WIDE

PAGE = (ROOT / "docs" / "your-own-partnership.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
CALL = [sys.executable, "-m", "atmpgraph"]


def follow(folder: Path, block: str) -> tuple[Path, list[str]]:
    """Run the commands of a block but `serve`, each of which must succeed; where they end, and what they say."""
    said = []
    for line in block.splitlines():
        command, *arguments = shlex.split(line)
        if command == "cd":
            folder = folder / arguments[0]
        elif arguments[0] != "serve":
            assert command == "atmpgraph"
            done = subprocess.run([*CALL, *arguments], cwd=folder, capture_output=True, text=True, check=False)
            assert done.returncode == 0, (line, done.stdout, done.stderr)
            said.append(done.stdout)
    return folder, said


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def page(url: str) -> str:
    """A page, once the server answers."""
    for _ in range(120):
        try:
            with urllib.request.urlopen(
                urllib.request.Request(url, headers={"Accept": "text/html", "Accept-Language": "en"})
            ) as answer:
                return str(answer.read().decode())
        except OSError:
            time.sleep(0.5)
    pytest.fail(f"{url} does not answer")


def test_from_cordis_to_a_served_valid_labelled_site(tmp_path: Path) -> None:
    """`;`, decimal commas: no violation, no address typed, and the site speaks of the project."""
    cordis.write(tmp_path, often(40, 200))
    folder, said = follow(tmp_path, BLOCKS[0])
    assert "violation" not in said[2]
    assert "405 of 405 points" in said[2]
    port = free_port()
    server = subprocess.Popen(
        [*CALL, "serve", "--port", str(port)], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        home = page(f"http://127.0.0.1:{port}/")
        assert "LAGOON" in home
        assert "fictional" not in home
        partner = page(f"http://127.0.0.1:{port}/doc/organisation/inv1")
        assert "Invented Institute 1 &amp; Söhne" in partner
        assert "What the funder gives for the part" in page(f"http://127.0.0.1:{port}/tables")
    finally:
        server.terminate()
        server.wait(30)


def test_from_a_sheet_with_headings_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "participants.csv").write_text(WIDE, encoding="utf-8-sig")
    _, said = follow(tmp_path, BLOCKS[1])
    assert "nothing is written: --dry-run" in said[1]
    assert "violation" not in said[3]


def test_tables_and_template(tmp_path: Path) -> None:
    folder, said = follow(tmp_path, BLOCKS[2])
    assert "organisations" in said[1]
    assert (folder / "tables.xlsx").is_file()


def test_every_block_is_run() -> None:
    assert len(BLOCKS) == 3

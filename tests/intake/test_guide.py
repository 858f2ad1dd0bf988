"""The page "Your own partnership": its commands, run as they stand, with files of CORDIS and of an office."""

import re
import shlex
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from datetime import datetime
from pathlib import Path

import pyoxigraph as ox
import pytest
import xlsxwriter
from click.testing import CliRunner

from atmpgraph.cli import main

from ..conftest import ROOT
from ..long import often
from ..sparql.processes import PATIENCE
from . import cordis
from .test_import import VOCABULARY

PAGE = (ROOT / "docs" / "your-own-partnership.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
PARTNERS = [
    ("Université inventée de Liège", "UIL", "BE", "Coordinateur", 1_200_000.5, 4000, 999111222),
    ("Institut imaginaire", "II", "France", "Partenaire", 350_000, 69001, 999111223),
]
CALL = [sys.executable, "-m", "atmpgraph"]


def follow(folder: Path, block: str) -> tuple[Path, list[str]]:
    """Run the commands of a block but `serve`, each of which must succeed; where they end, and what they say.

    In this process: to start one for each takes longer than most of them.
    """
    said = []
    for line in block.splitlines():
        command, *arguments = shlex.split(line)
        if command == "cd":
            folder = folder / arguments[0]
        elif arguments[0] != "serve":
            assert command == "atmpgraph"
            with chdir(folder):
                done = CliRunner().invoke(main, arguments)
            assert done.exit_code == 0, (line, done.stdout, done.stderr)
            said.append(done.stdout)
    return folder, said


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of the site, while it is served."""
    port = free_port()
    server = subprocess.Popen(
        [*CALL, "serve", "--port", str(port)], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        server.wait(PATIENCE)


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
    with served(folder) as site:
        home = page(site)
        assert "LAGOON" in home
        assert "fictional" not in home
        assert "Invented Institute 1 &amp; Söhne" in page(f"{site}doc/organisation/inv1")
        assert "What the funder gives for the part" in page(f"{site}tables")
    topics_and_deliverables(tmp_path)
    with served(folder) as site:
        assert "on lagoons" in page(f"{site}search?q=report")
    assert "/euroscivoc/b," in (folder / "data" / "classifications.csv").read_text(encoding="utf-8")


def topics_and_deliverables(folder: Path) -> None:
    """What else CORDIS has of the project, taken over afterwards."""
    topic = {"projectID": "101999001", "euroSciVocCode": "/23/47", "euroSciVocTitle": "hydrology"}
    cordis.table(folder / "euroSciVoc.csv", list(cordis.EURO_SCI_VOC), topic)
    report = {"id": "101999001_1", "title": "A report on lagoons", "projectID": "101999001"}
    cordis.table(folder / "projectDeliverables.csv", cordis.DELIVERABLES, report)
    triples = [quad.triple for quad in ox.parse(VOCABULARY, format=ox.RdfFormat.TURTLE)]
    (folder / "EuroSciVoc.rdf").write_bytes(ox.serialize(triples, format=ox.RdfFormat.RDF_XML) or b"")
    _, said = follow(folder, BLOCKS[1])
    assert "classifications: 1 row\ndeliverables: 1 row" in said[0]
    assert "violation" not in said[1]


def french_workbook(file: Path) -> None:
    """As an office has it: a title, a line about it, headings of its own, euros, dates, postal codes, a sum."""
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet("Partenaires")
        euros, code, day = (book.add_format({"num_format": form}) for form in ('#,##0.00 "€"', "00000", "dd/mm/yyyy"))
        sheet.merge_range(0, 0, 0, 6, "Partenaires du projet LAGUNE")
        sheet.write_row(1, 0, ["Responsable :", "bureau de projet"])
        sheet.write_row(
            2, 0, ["Nom de l’organisme", "Sigle", "Pays", "Rôle", "Budget (€)", "Code postal", "Numéro PIC", "Début"]
        )
        for row, (name, short, country, role, budget, post, pic) in enumerate(PARTNERS, start=3):
            sheet.write_row(row, 0, [name, short, country, role])
            sheet.write(row, 4, budget, euros)
            sheet.write(row, 5, post, code)
            sheet.write(row, 6, pic)
            sheet.write_datetime(row, 7, datetime(2024, 1, 17), day)  # noqa: DTZ001 - a workbook knows no zones
        sheet.write(3 + len(PARTNERS), 0, "Total")
        sheet.write_formula(3 + len(PARTNERS), 4, "=SUM(E4:E5)", euros, 1_550_000.5)


def test_from_a_workbook_with_headings_of_its_own(tmp_path: Path) -> None:
    french_workbook(tmp_path / "participants.xlsx")
    folder, said = follow(tmp_path, BLOCKS[2])
    assert "nothing is written: --dry-run" in said[1]
    assert '"Numéro PIC" = "pic"' in said[1]
    assert "2 cells show zeros in front" in said[2]
    assert "the row sums up the others" in said[2]
    assert "violation" not in said[3]
    with served(folder) as site:
        assert "Our partnership" in page(site)
        assert "Université inventée de Liège" in page(f"{site}doc/organisation/uil")
        partners = page(f"{site}partners?lang=nl")
        assert {"België", "Frankrijk"} <= set(re.findall(r"[\w]+", partners)), "where only the country is known"
        assert not {"BEL", "FRA"} & set(re.findall(r">\s*(\w+)\s*<", partners)), "no code of a country"


def test_tables_and_template(tmp_path: Path) -> None:
    folder, said = follow(tmp_path, BLOCKS[3])
    assert "organisations" in said[1]
    assert (folder / "tables.xlsx").is_file()


def test_every_block_is_run() -> None:
    assert len(BLOCKS) == 4

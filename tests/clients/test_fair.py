"""mlcroissant, DataCite's schema and the client of Signposting read the datasets of a publication that is served.

They live in an environment of their own (`make test-clients` makes it), because they bring what we do not use.
"""

import csv
import json
from pathlib import Path
from typing import Any, Final

import pytest

from ..conftest import ROOT, absent
from .tools import HERE, run

pytestmark = pytest.mark.clients
FAIR: Final = ROOT / ".venv-fair" / "bin" / "python"
DATASETS: Final = ("partnership", "figures", "code-lists")


@pytest.fixture(scope="module")
def read(home: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What each client reads, by dataset."""
    if not FAIR.exists():
        absent("the FAIR clients are not installed: make test-clients")
    cache = f"CROISSANT_CACHE={tmp_path_factory.mktemp('croissant')}"
    found = run("env", cache, str(FAIR), "-P", str(HERE / "read_descriptions.py"), home, *DATASETS, seconds=900)
    return dict[str, Any](json.loads(found))


@pytest.fixture(params=DATASETS)
def dataset(request: pytest.FixtureRequest, read: dict[str, Any]) -> dict[str, Any]:
    """What each client reads of one dataset."""
    return dict[str, Any](read[request.param])


def test_croissant_has_neither_an_error_nor_a_warning(dataset: dict[str, Any]) -> None:
    assert (dataset["croissant"]["errors"], dataset["croissant"]["warnings"]) == ([], [])


def test_its_reader_gets_every_row_of_every_table(read: dict[str, Any]) -> None:
    rows = read["partnership"]["croissant"]["rows"] | read["figures"]["croissant"]["rows"]
    assert len(rows) > 20
    for name, number in rows.items():
        text = Path(ROOT / "data" / f"{name}.csv").read_text("utf-8-sig").splitlines()
        assert number == len(list(csv.reader(text))) - 1, name


def test_datacite_is_valid(dataset: dict[str, Any]) -> None:
    assert dataset["datacite"] == []


def test_signposts_of_both_levels_agree(dataset: dict[str, Any], home: str) -> None:
    """FAIR Signposting: level 1 in the fields, level 2 in the link set, which has them all."""
    header, linkset = ({tuple(post) for post in dataset["signposts"][level]} for level in ("header", "linkset"))
    assert header <= linkset
    relations = {relation: {target for name, target, _ in header if name == relation} for relation, _, _ in header}
    assert {"cite-as", "author", "describedby", "item", "license", "linkset", "type"} <= set(relations)
    assert relations["author"] == {f"{home}id/agent/publisher"}
    assert len(relations["cite-as"]) == 1
    assert any("/dumps/current/" in target for target in relations["item"])

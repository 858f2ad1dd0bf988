"""Charts of the publication of this repository, and of a small one that a test writes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from atmpgraph.charts.draw import ChartFiles, draw_charts
from atmpgraph.charts.drawn import DrawnChart, read_index
from atmpgraph.findings import Finding
from atmpgraph.publish.charts import chart_files
from atmpgraph.release.release import Release
from atmpgraph.settings import Settings
from atmpgraph.settings.layers import Layered, supplied

LANGUAGES = ("en", "fr")
SPECIFICATION: dict[str, Any] = {
    "usermeta": {"row": "{name}: {n}"},
    "mark": "bar",
    "encoding": {"y": {"field": "name", "type": "nominal"}, "x": {"field": "n", "type": "quantitative"}},
}
Drawing = Callable[..., tuple[Path, list[Finding]]]


@pytest.fixture(scope="session")
def pictures(released: Settings) -> Path:
    """The folder of the pictures of the release."""
    return released.path(released.folders.releases) / "current" / "charts"


@pytest.fixture(scope="session")
def charts(pictures: Path) -> dict[str, DrawnChart]:
    """The charts of the release."""
    return read_index(pictures)


@pytest.fixture(scope="session")
def files(released: Settings) -> ChartFiles:
    """What they are made from."""
    return chart_files(released)


def written(folder: Path, values: str, specification: object = SPECIFICATION) -> ChartFiles:
    """A publication with one chart of its own, of rows with a name and a number."""
    folder.mkdir(exist_ok=True)
    head = "#+ title@en: Names & numbers\n#+ title@fr: Noms & nombres\n#+ column.n@fr: Combien\n"
    query = f"{head}SELECT ?name ?n WHERE {{ VALUES (?name ?n) {{ {values} }} }}\n"
    (folder / "own.rq").write_text(query, encoding="utf-8")
    text = specification if isinstance(specification, str) else json.dumps(specification)
    (folder / "own.vl.json").write_text(text, encoding="utf-8")
    (folder / "theme.json").write_bytes((supplied("charts") / "theme.json").read_bytes())
    return ChartFiles(folder, Layered(supplied("queries"), supplied("queries")), LANGUAGES)


@pytest.fixture
def drawing(tmp_path: Path, release: Release) -> Drawing:
    """Draws the chart of some rows: the folder of its pictures, and what is wrong with it."""

    def draw(values: str, specification: object = SPECIFICATION) -> tuple[Path, list[Finding]]:
        folder = tmp_path / "drawn"
        return folder, draw_charts(written(tmp_path / "own", values, specification), release.store, folder, None)

    return draw

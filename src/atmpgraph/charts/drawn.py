"""The pictures of a release, as its folder has them: what pages read, without the program that draws."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

from .specification import Row

INDEX: Final = "index.json"


@dataclass(frozen=True)
class Drawn:
    """A picture in one language.

    Attributes:
        title, description: of the chart.
        words: what it shows, for those who do not see it.
        labels: of the columns.
        width, height: in pixels.
        style: the style sheet in the SVG, as a Content-Security-Policy names it (CSP3 §2.3.1).
        key: of what it was drawn from.
        files: SHA-256 by suffix: `svg`, `png`, `json` (its rows).
    """

    title: str
    description: str
    words: str
    labels: Mapping[str, str]
    width: int
    height: int
    style: str
    key: str
    files: Mapping[str, str]


@dataclass(frozen=True)
class DrawnChart:
    """A chart of a release.

    Attributes:
        name: in its address.
        query: its query in the library; empty where it has its own.
        text: of its query.
        columns: of its rows.
        links: the column with the things that the labels in another one stand for.
        limit: how many rows its query gives at most.
        count: of its rows.
        languages: the picture in each.
    """

    name: str
    query: str
    text: str
    columns: Sequence[str]
    links: Mapping[str, str]
    limit: int | None
    count: int
    languages: Mapping[str, Drawn]

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self:
        """As the index has it."""
        languages = {tag: Drawn(**drawn) for tag, drawn in content["languages"].items()}
        return cls(**{**content, "languages": languages})

    @property
    def is_cut(self) -> bool:
        """Whether the query may have had more rows."""
        return self.limit is not None and self.count >= self.limit


def file_of(folder: Path, name: str, language: str, suffix: str) -> Path:
    """Where a file of a picture is."""
    return folder / f"{name}.{language}.{suffix}"


def read_index(folder: Path) -> dict[str, DrawnChart]:
    """The charts of a release by name, in their order; none where it has no pictures."""
    index = folder / INDEX
    if not index.is_file():
        return {}
    return {each["name"]: DrawnChart.from_json(each) for each in json.loads(index.read_bytes())["charts"]}


def write_index(folder: Path, charts: Sequence[DrawnChart]) -> None:
    """Note which charts a release has."""
    content = {"charts": [asdict(chart) for chart in charts]}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1)
    (folder / INDEX).write_text(text + "\n", encoding="utf-8")


def read_rows(file: Path) -> list[Row]:
    """The rows of a picture."""
    rows: list[Row] = json.loads(file.read_bytes())
    return rows

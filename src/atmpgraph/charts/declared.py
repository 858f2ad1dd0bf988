"""The charts of a publication, by file: `<name>.vl.json`, and the query whose rows it draws.

The specification is Vega-Lite without data. Its `usermeta` has what is ours:

    "query": "timeline"                    a query of the library; without it the chart's own, `<name>.rq`
    "row": "{publisher}: {value}"          a row in words, for those who do not see the picture; `{…}` are columns
    "links": {"publisher": "source"}       the column with the things that these labels stand for
    "least": 2                             rows below which there is nothing to see, and no picture
    "place": 1                             where it stands among the charts

Title, description and labels of columns stand in the head of the query (`sparql/query_head.py`).
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..findings import Finding, Place, Severity
from ..i18n import every_language, message
from ..languages import ranges
from ..settings.layers import Folder
from ..sparql.library import LibraryQuery, faults, read_library
from .specification import dropping, fields

SUFFIX: Final = ".vl.json"
_THEME: Final = "theme.json"
_LEAST: Final = 2
_LAST: Final = 1_000
_LIMIT: Final = re.compile(r"\bLIMIT\s+(\d+)\s*$", re.IGNORECASE)
_COLUMN: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Chart:
    """A declared chart.

    Attributes:
        name: in its address.
        query: that gives its rows.
        specification: Vega-Lite, without data.
    """

    name: str
    query: LibraryQuery
    specification: Mapping[str, Any]

    @property
    def _own(self) -> Mapping[str, Any]:
        own = self.specification.get("usermeta")
        return own if isinstance(own, dict) else {}

    @property
    def library_query(self) -> str:
        """The name of its query in the library; empty where the query is its own."""
        return str(self._own.get("query", ""))

    def text(self, language: str, base: str) -> str:
        """Its query as it runs, for labels in a language."""
        return self.query.in_language(language).runnable(base, head=False)

    @property
    def row(self) -> str:
        """A row in words, with columns in braces."""
        return str(self._own.get("row", ""))

    @property
    def links(self) -> Mapping[str, str]:
        """The column with the things that the labels in another column stand for."""
        links = self._own.get("links")
        return dict(links) if isinstance(links, dict) else {}

    @property
    def least(self) -> int:
        """The rows below which it is not drawn."""
        least = self._own.get("least", _LEAST)
        return least if isinstance(least, int) else _LEAST

    @property
    def place(self) -> tuple[int, str]:
        """Where it stands among the charts."""
        place = self._own.get("place", _LAST)
        return place if isinstance(place, int) else _LAST, self.name

    @property
    def limit(self) -> int | None:
        """How many rows its query gives at most; None where it does not say."""
        limit = _LIMIT.search(self.query.file_text)
        return int(limit[1]) if limit else None


@dataclass(frozen=True)
class Theme:
    """How charts look.

    Attributes:
        config: of Vega-Lite, which a specification may override.
        dark: the colour in the dark, by the one in the light.
    """

    config: Mapping[str, Any]
    dark: Mapping[str, str]


def read_theme(folder: Folder) -> Theme:
    """How charts look, by the file `theme.json`."""
    file = next(iter(folder.glob(_THEME)))
    content = json.loads(file.read_text(encoding="utf-8-sig"))
    return Theme(content["config"], content["dark"])


def read_charts(folder: Folder, library: Folder, languages: Sequence[str]) -> list[Chart]:
    """The charts in their order; those that `chart_faults` refuses are left out.

    Args:
        folder: of the charts.
        library: the folder of the query library.
        languages: of the publication.

    Raises:
        AtmpgraphError: a query is not UTF-8.
    """
    own, shared = read_library(folder, languages), read_library(library, languages)
    charts = list[Chart]()
    for file in folder.glob(f"*{SUFFIX}"):
        name, specification = file.name.removesuffix(SUFFIX), _read(file)
        if isinstance(specification, dict) and (query := _query(name, specification, own, shared)):
            labelled = LibraryQuery(name, query.file_text, _labels(query, shared))
            charts.append(Chart(name, labelled, specification))
    return sorted(charts, key=lambda chart: chart.place)


def _labels(query: LibraryQuery, shared: Mapping[str, LibraryQuery]) -> Mapping[tuple[str, str], str]:
    """The labels of columns that the library has, for a query beside it too."""
    return query.labels or next((each.labels for each in shared.values()), {})


def _query(
    name: str, specification: Mapping[str, Any], own: Mapping[str, LibraryQuery], shared: Mapping[str, LibraryQuery]
) -> LibraryQuery | None:
    named = (specification.get("usermeta") or {}).get("query")
    return shared.get(named) if named else own.get(name)


def _read(file: Path) -> object:
    try:
        return json.loads(file.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):
        return None


def chart_faults(folder: Folder, library: Folder, base: str, languages: Sequence[str]) -> list[Finding]:
    """A violation for each file of a chart that cannot be used, with its place.

    Args:
        folder: of the charts.
        library: the folder of the query library.
        base: IRI that relative ones stand under.
        languages: of the publication.

    Raises:
        AtmpgraphError: a query is not UTF-8.
    """
    charts = {chart.name: chart for chart in read_charts(folder, library, languages)}
    findings = faults(folder, base)
    for file in folder.glob(f"*{SUFFIX}"):
        findings += _unreadable(file, charts) or _faults(file.name, charts[file.name.removesuffix(SUFFIX)], languages)
    theme = next(iter(folder.glob(_THEME)))
    content = _read(theme)
    if not (isinstance(content, dict) and all(isinstance(content.get(key), dict) for key in ("config", "dark"))):
        findings.append(finding(theme.name, message("no JSON with the objects `config` and `dark`; correct it")))
    return findings


def _unreadable(file: Path, charts: Mapping[str, Chart]) -> list[Finding]:
    specification = _read(file)
    own = specification.get("usermeta", {}) if isinstance(specification, dict) else None
    if not isinstance(specification, dict) or not isinstance(own, dict):
        return [finding(file.name, message("no JSON object with a Vega-Lite specification; correct it"))]
    if file.name.removesuffix(SUFFIX) in charts:
        return []
    name = str(own.get("query", file.name.removesuffix(SUFFIX)))
    sentence = message("no query {name} for the rows of the chart; write it, or name one of the library in `usermeta`")
    return [finding(file.name, sentence, name=f"{name}.rq")]


def _faults(file: str, chart: Chart, languages: Sequence[str]) -> Iterator[Finding]:
    columns = chart.query.head.columns
    for column in sorted({*fields(chart.specification), *_COLUMN.findall(chart.row)} - {*columns}):
        yield finding(file, message("the query {name} has no column {column}; it has {columns}"), column=column,
                      name=f"{chart.library_query or chart.name}.rq", columns=", ".join(columns))  # fmt: skip
    for word in dropping(chart.specification):
        yield finding(file, message("“{word}” leaves rows out of the picture; let the query choose them"), word=word)
    if not chart.row:
        sentence = message("nothing tells the rows in words; add “row” to `usermeta`, such as {example}")
        yield finding(file, sentence, example=" ".join(f"{{{column}}}" for column in columns[:2]))
    texts = chart.query.head.texts
    for tag in languages:
        if not any(("title", part) in texts for part in (*ranges(tag), "en")):
            yield finding(file, message("the query has no title in the language {tag}; add one"), tag=tag)


def row_in_words(pattern: str, cells: Mapping[str, str]) -> str:
    """A row as `Chart.row` has it; what a cell has is never read as a pattern."""
    return _COLUMN.sub(lambda name: cells.get(name[1], ""), pattern)


def finding(file: str, sentence: str, column: str | None = None, **values: object) -> Finding:
    """A violation in a file of a chart."""
    named = {"column": column} if column else {}
    return Finding(
        "chart", Severity.VIOLATION, every_language(sentence, **named, **values), (Place(file, None, column),)
    )

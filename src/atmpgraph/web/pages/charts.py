"""Charts for people: a picture with its words, its rows as a table, and whom they come from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from flask import Flask, render_template, url_for

from ...charts.drawn import INDEX, Drawn, DrawnChart, file_of, read_index, read_rows
from ...charts.rows import cell
from ...charts.specification import Row
from ..core.context import Context, current_context
from ..core.i18n import href, link

_SOURCE: Final = "source"  # the column with the sources of the rows


@dataclass(frozen=True)
class Cell:
    """A value in words, with what it stands for."""

    text: str
    target: str | None
    is_number: bool


@dataclass(frozen=True)
class ChartView:
    """A chart in the language of the page.

    Attributes:
        chart: of the release.
        drawn: its picture.
        language: of the picture.
    """

    chart: DrawnChart
    drawn: Drawn
    language: str

    @property
    def name(self) -> str:
        """In its address."""
        return self.chart.name

    def file(self, suffix: str, *, external: bool = False) -> str:
        """The URL of a file in the language of the picture."""
        return url_for("charts.chart", name=f"{self.name}.{suffix}", lang=self.language, _external=external)

    @property
    def frame(self) -> str:
        """The URL of the page for a frame."""
        return url_for("charts.embed", name=self.name, lang=self.language, _external=True)

    @property
    def query(self) -> str:
        """The URL of the query, where the library has it."""
        return link("queries.question", name=self.chart.query) if self.chart.query else ""


def charts_of(context: Context) -> Mapping[str, DrawnChart]:
    """The charts of the release of the request, by name.

    Raises:
        DamagedError: the list is not whole.
    """
    release = context.release
    index = release.folder.charts / INDEX
    return _read(release.whole(index).parent, release.identity) if index in release.files else {}


@lru_cache(8)
def _read(folder: Path, _: str) -> Mapping[str, DrawnChart]:
    return read_index(folder)


def view(chart: DrawnChart, language: str) -> ChartView:
    """A chart in a language, else in the first that it was drawn in."""
    drawn = language if language in chart.languages else next(iter(chart.languages))
    return ChartView(chart, chart.languages[drawn], drawn)


def rows_of(context: Context, seen: ChartView) -> list[Row]:
    """The rows of a picture.

    Raises:
        DamagedError: they are not whole.
    """
    folder = context.release.folder.charts
    return read_rows(context.release.whole(file_of(folder, seen.name, seen.language, "json")))


def content(context: Context, seen: ChartView, suffix: str) -> bytes:
    """A file of a picture.

    Raises:
        DamagedError: it is not whole.
    """
    folder = context.release.folder.charts
    return context.release.whole(file_of(folder, seen.name, seen.language, suffix)).read_bytes()


def shown_columns(chart: DrawnChart, rows: Sequence[Row]) -> list[str]:
    """The columns with words and numbers; those with things are links of others."""
    return [name for name in chart.columns if not _has_things(name, chart, rows)]


def _has_things(name: str, chart: DrawnChart, rows: Sequence[Row]) -> bool:
    values = [row.get(name) for row in rows]
    return name in chart.links.values() or all(isinstance(value, str) and "://" in value for value in values)


def chart_page(context: Context, chart: DrawnChart) -> str:
    """The page of a chart."""
    seen = view(chart, context.language)
    rows = rows_of(context, seen)
    columns = shown_columns(chart, rows)
    return render_template(
        "chart.html",
        seen=seen,
        columns=columns,
        table=[[_cell(chart, row, name, seen.language) for name in columns] for row in rows],
        sources=dict(_sources(chart, rows)),
        iri=context.iris.chart(chart.name),
    )


def _cell(chart: DrawnChart, row: Row, name: str, language: str) -> Cell:
    value, thing = row.get(name), row.get(chart.links.get(name, ""))
    target = href(thing) if isinstance(thing, str) else None
    return Cell(cell(value, language), target, isinstance(value, int | float))


def _sources(chart: DrawnChart, rows: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """The URL and the name of each source of the rows."""
    named = [label for label, thing in chart.links.items() if thing == _SOURCE]
    for row in rows:
        source = row.get(_SOURCE)
        if named and isinstance(source, str) and (target := href(source)):
            yield target, str(row.get(named[0]) or source)


def index_page(context: Context, charts: Mapping[str, DrawnChart]) -> str:
    """The page of all charts."""
    return render_template("charts.html", charts=[view(chart, context.language) for chart in charts.values()])


def embed_page(context: Context, chart: DrawnChart) -> str:
    """The page of a chart for a frame on another site."""
    return render_template("embed.html", seen=view(chart, context.language))


def register(app: Flask) -> None:
    """Give the templates of other pages the charts: `chart_figure` of `chart_macros.html`."""
    app.jinja_env.globals["chart_view"] = _named


def _named(name: str) -> ChartView | None:
    """A chart of the release of the request; None where it has none of that name."""
    context = current_context()
    chart = charts_of(context).get(name) if context else None
    return view(chart, context.language) if context and chart else None

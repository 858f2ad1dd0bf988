"""Charts: each a thing with a page, its picture, its rows, and a page for frames on other sites."""

import csv
import json
from collections.abc import Mapping
from io import StringIO
from urllib.parse import quote

from flask import redirect
from werkzeug.wrappers import Response as AnyResponse

from ...charts.drawn import DrawnChart
from ...formats import CSV, HTML, JSON, PNG, SVG, Format
from ...i18n import message
from ...spreadsheets import as_text
from ..core.context import Context
from ..core.headers import EMBEDDED, PICTURE
from ..core.resource import Maker, Navigation, Resource, Sitemap
from ..core.response import Version, named_in_url
from ..pages.charts import (
    ChartView,
    chart_page,
    charts_of,
    content,
    embed_page,
    index_page,
    rows_of,
    shown_columns,
    view,
)

_FILES = (JSON, CSV, SVG, PNG)
_MISSING = message("The current release has no chart of this name; /charts/ lists all.")


def _load(context: Context, name: str) -> DrawnChart | None:
    return charts_of(context).get(name)


def _seen(context: Context, chart: DrawnChart) -> ChartView:
    """A file has the language that its URL names, else the first of the publication; a page has that of the reader."""
    first = context.settings.languages[0]
    return view(chart, context.requested_language or (first if _fixed(context) else context.language))


def _fixed(context: Context) -> Format | None:
    """The format that the URL names, by its suffix or else by `format=`."""
    return context.fixed or named_in_url((HTML, *_FILES))


def _file(fmt: Format) -> Maker[DrawnChart]:
    return lambda context, chart: content(context, _seen(context, chart), fmt.suffix)


def _csv(context: Context, chart: DrawnChart) -> str:
    """The rows for a spreadsheet, under the labels of the columns."""
    seen, out = _seen(context, chart), StringIO()
    rows = rows_of(context, seen)
    columns = shown_columns(chart, rows)
    columns += [name for name in chart.columns if name not in columns]
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([as_text(seen.drawn.labels.get(name, name)) for name in columns])
    for row in rows:
        cells = [row.get(name) for name in columns]
        writer.writerow([as_text(cell) if isinstance(cell, str) else cell for cell in cells])
    return out.getvalue()


def _json(context: Context, chart: DrawnChart) -> str:
    seen = _seen(context, chart)
    return json.dumps(
        {
            "id": context.iris.chart(chart.name),
            "language": seen.language,
            "title": seen.drawn.title,
            "description": seen.drawn.description,
            "text": seen.drawn.words,
            "query": chart.text,
            "columns": [{"name": name, "label": seen.drawn.labels.get(name, name)} for name in chart.columns],
            "rows": rows_of(context, seen),
        },
        ensure_ascii=False,
        indent=1,
    )


def _list(context: Context, charts: Mapping[str, DrawnChart]) -> str:
    """All charts for programs."""
    seen = [view(chart, context.language) for chart in charts.values()]
    listed = [
        {
            "id": context.iris.chart(each.name),
            "url": context.iris.page(f"charts/{each.name}"),
            "title": each.drawn.title,
        }
        for each in seen
    ]
    return json.dumps({"charts": listed}, ensure_ascii=False, indent=1)


def _version(context: Context, chart: DrawnChart, _: Format) -> Version:
    return Version((_seen(context, chart).language,))


def _fields(context: Context, chart: DrawnChart) -> Mapping[str, str]:
    """A picture has its colours for light and dark in itself."""
    style = f"style-src '{_seen(context, chart).drawn.style}'"
    return {"Content-Security-Policy": f"{PICTURE}; {style}"} if _fixed(context) is SVG else {}


def _offered(context: Context, _: DrawnChart) -> tuple[Format, ...]:
    """Pictures are named by their URLs, and are not negotiated."""
    return (HTML, JSON, CSV) if _fixed(context) is None else (HTML, *_FILES)


def _see_other(context: Context, chart: DrawnChart) -> AnyResponse:
    """A thing cannot be sent; its page can, in the same fixed format."""
    suffix = f".{context.fixed.suffix}" if context.fixed else ""
    lang = f"?lang={context.requested_language}" if context.requested_language else ""
    return redirect(context.urls.page(f"charts/{quote(chart.name)}{suffix}{lang}"), 303)


def _example(context: Context) -> Mapping[str, str]:
    return next(({"name": name} for name in charts_of(context)), {})


RESOURCES = (
    Resource(
        endpoint="charts.index",
        path="/charts/",
        summary="The charts of the release.",
        load=charts_of,
        makers={HTML: index_page, JSON: _list},
        version=lambda context, *_: Version((context.language,)),
        navigation=Navigation("foot", 4, message("Charts")),
        sitemap=Sitemap(),
    ),
    Resource(
        endpoint="charts.chart",
        path="/charts/<name>",
        summary="A chart: its page, its picture (`.svg`, `.png`) and its rows (`.csv`, `.json`).",
        load=_load,
        missing=_MISSING,
        makers={HTML: chart_page, JSON: _json, CSV: _csv, SVG: _file(SVG), PNG: _file(PNG)},
        offered=_offered,
        suffixes=_FILES,
        version=_version,
        fields=_fields,
        sitemap=Sitemap(lambda context: [{"name": name} for name in charts_of(context)]),
        examples=_example,
    ),
    Resource(
        endpoint="charts.embed",
        path="/embed/<name>",
        summary="A chart for a frame on another site.",
        load=_load,
        missing=_MISSING,
        makers={HTML: embed_page},
        always={"Content-Security-Policy": EMBEDDED},
        examples=_example,
    ),
    Resource(
        endpoint="charts.thing",
        path="/id/chart/<name>",
        summary="A chart as a thing: redirects to its page.",
        load=_load,
        missing=_MISSING,
        handler=_see_other,
        suffixes=_FILES,
        examples=_example,
    ),
)

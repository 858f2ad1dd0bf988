"""What the tables of a release hold: `/tables`, for people a page, for programs the Data Package."""

import json
from pathlib import Path

from ...formats import HTML, JSON
from ...i18n import message
from ..core.context import Context
from ..core.resource import Navigation, Resource, Sitemap
from ..pages.tables import tables_page

_MISSING = message("The current release describes nothing under this address.")


def _load(context: Context) -> Path | None:
    file = context.release.folder.tables / "datapackage.json"
    return context.release.whole(file) if file in context.release.files else None


RESOURCES = (
    Resource(
        endpoint="tables.tables",
        path="/tables",
        summary="What each table and column of the release holds (Frictionless Data Package v1).",
        load=_load,
        missing=_MISSING,
        makers={
            HTML: lambda context, file: tables_page(context, json.loads(file.read_bytes())),
            JSON: lambda _, file: file.read_bytes(),
        },
        suffixes=(JSON,),
        navigation=Navigation("foot", 3, message("Tables")),
        sitemap=Sitemap(),
    ),
)

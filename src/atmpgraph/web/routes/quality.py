"""The quality of a release: `/quality`; and the shapes that it was checked with: `/ns/shapes`."""

import json
from collections.abc import Mapping
from typing import Any, Final

import pyoxigraph as ox
from flask import Response, render_template

from ...formats import HTML, JSON, LINK_SET, Format
from ...i18n import message
from ...profiles.registry import MODEL
from ...quality.shapes_document import parts, released_shapes
from ...quality.summary import Quality, read_quality
from ..core.context import Context
from ..core.description import Description
from ..core.representations import represent
from ..core.resource import Maker, Navigation, Resource, Sitemap, rdf
from ..core.response import Version
from ..pages.quality import quality_page
from ..pages.shapes import shapes_page


def _load(context: Context) -> Quality:
    return read_quality(context.release)


def _page(context: Context, quality: Quality) -> str:
    return render_template("quality.html", page=quality_page(context, quality), past=context.links_stay)


def _json(_: Context, quality: Quality) -> str:
    return json.dumps(quality.as_json(), ensure_ascii=False, indent=1)


def _quads(context: Context, quality: Quality) -> list[ox.Quad]:
    return quality.quads(context.iris.release_quality(quality.digest), context.base)


def _version(_: Context, quality: Quality, __: Format) -> Version:
    return Version((quality.links.checked,))  # links are checked while the release stays the same


_MAKERS: Final[Mapping[Format, Maker[Quality]]] = {**rdf(_quads), HTML: _page, JSON: _json}
_SHARED: Final[dict[str, Any]] = {"load": _load, "makers": _MAKERS, "suffixes": tuple(_MAKERS), "version": _version}


def _load_shapes(context: Context) -> Description | None:
    document = context.iris.vocabulary("shapes")
    shapes = parts(released_shapes(context.release), document)
    return Description(document, document, shapes.pop(document, []), shapes, embedded=[]) if shapes else None


def _respond_with_shapes(context: Context, described: Description) -> Response:
    return represent(
        context,
        described,
        lambda shapes, blocks, links: render_template(
            "shapes.html", page=shapes_page(context, shapes), data_blocks=blocks, links=links
        ),
    )


RESOURCES = (
    Resource(
        endpoint="quality.quality",
        path="/quality",
        summary="The quality of the current release.",
        navigation=Navigation("foot", 2, message("Quality")),
        sitemap=Sitemap(),
        **_SHARED,
    ),
    Resource(
        endpoint="quality.of_release",
        path="/releases/<digest>/quality",
        summary="The quality of a release.",
        links_stay=True,
        **_SHARED,
    ),
    Resource(
        endpoint="quality.shapes",
        path="/ns/shapes",
        summary="The shapes that the current release was checked with.",
        load=_load_shapes,
        handler=_respond_with_shapes,
        formats=MODEL.formats,
        suffixes=(*MODEL.formats, LINK_SET),
        sitemap=Sitemap(),
    ),
)

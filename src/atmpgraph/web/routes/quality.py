"""The quality of a release: `/quality`; and the shapes that it was checked with: `/ns/shapes`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pyoxigraph as ox
from flask import Response, render_template, request

from ...formats import HTML, JSON, LINK_SET, Format
from ...http.links import link_field
from ...http.problem import Problem, ProblemError
from ...i18n import message
from ...profiles.registry import MODEL
from ...quality.shapes_document import first_shape, parts, reached, released_shapes
from ...quality.summary import Quality, read_quality
from ..core.context import Context
from ..core.description import Description
from ..core.i18n import note_arguments
from ..core.paging import Paging, paged
from ..core.representations import represent
from ..core.resource import Maker, Navigation, Resource, Sitemap, query_parameter, rdf
from ..core.response import Version
from ..pages.quality import quality_page
from ..pages.shapes import shapes_page

_SHAPE: Final = "shape"
_NO_SHAPE: Final = message("The release was checked with no shape of this name.")


@dataclass(frozen=True)
class QualityPart:
    """The quality of a release, with the findings and the links of one page."""

    quality: Quality
    findings: Paging
    links: Paging


def _load(context: Context) -> QualityPart:
    quality, size = read_quality(context.release), context.settings.limits.listed_findings
    links = paged(len(quality.links.links), size, "links")
    return QualityPart(quality, paged(len(quality.findings), size), links)


def _page(context: Context, part: QualityPart) -> str:
    view = quality_page(context, part.quality, part.findings, part.links)
    return render_template("quality.html", page=view, past=context.links_stay)


def _json(context: Context, part: QualityPart) -> str:
    url = context.iris.release_quality(part.quality.digest) + f".{JSON.suffix}"
    content = part.quality.as_json(part.findings.part, part.links.part)
    pages = {paging.name: paging.as_json(url) for paging in (part.findings, part.links) if paging.count > 1}
    return json.dumps({**content, **({"pages": pages} if pages else {})}, ensure_ascii=False, indent=1)


def _quads(context: Context, part: QualityPart) -> list[ox.Quad]:
    iri = context.iris.release_quality(part.quality.digest)
    quads = part.quality.quads(iri, context.base, part.findings.part, part.links.part)
    return [*quads, *part.findings.view(iri), *part.links.view(iri)]


def _version(_: Context, part: QualityPart, __: Format) -> Version:
    return Version((part.quality.links.checked,))  # links are checked while the release stays the same


def _fields(context: Context, part: QualityPart) -> Mapping[str, str]:
    url = context.urls.release_quality(part.quality.digest) if context.named_release else context.urls.page("quality")
    links = [*part.findings.links(url), *part.links.links(url)]
    return {"Link": link_field(links)} if links else {}


_MAKERS: Final[Mapping[Format, Maker[QualityPart]]] = {**rdf(_quads), HTML: _page, JSON: _json}
_SHARED: Final[dict[str, Any]] = {
    "load": _load,
    "makers": _MAKERS,
    "suffixes": tuple(_MAKERS),
    "version": _version,
    "fields": _fields,
    "parameters": (
        query_parameter("page", "Number of the page of the findings, where they have pages.", example="1"),
        query_parameter("links", "Number of the page of the external links, where they have pages.", example="1"),
    ),
}


def _load_shapes(context: Context) -> Description | None:
    """The shapes of the release, or of them the one that the URL names with what it leads to.

    Raises:
        ProblemError: 404 there is no such shape.
    """
    document = context.iris.vocabulary("shapes")
    shapes = parts(released_shapes(context.release), document)
    stated = shapes.pop(document, [])
    if name := request.args.get(_SHAPE):
        head = f"{document}#{name}"
        if head not in shapes:
            raise ProblemError(Problem(404, _NO_SHAPE))
        note_arguments(shape=name)
        shapes = {iri: shapes[iri] for iri in reached(shapes, head)}
    return Description(document, document, stated, shapes, embedded=[]) if shapes else None


def _respond_with_shapes(context: Context, described: Description) -> Response:
    return represent(
        context,
        described,
        lambda shapes, blocks, links: render_template(
            "shapes.html",
            page=shapes_page(context, shapes, request.args.get(_SHAPE, "")),
            data_blocks=blocks,
            links=links,
        ),
    )


def _example_shape(context: Context) -> dict[str, str]:
    return {_SHAPE: first_shape(context.release, context.iris.vocabulary("shapes"))}


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
        parameters=(query_parameter(_SHAPE, "Name of a shape: it alone, with the rules that it leads to."),),
        sitemap=Sitemap(),
        examples=_example_shape,
    ),
)
